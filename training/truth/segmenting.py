"""Cutting out: what is named, described, hinted at or marked in a picture, in one turn or several, with the masks as the truth."""

from __future__ import annotations

from random import Random

from models.values import Phrase

from training.language.phrasing import Split
from training.truth import marks, plots
from training.truth.cutting import Cutting, announce, ask_hint, asked, missing, not_there
from training.truth.plots import pointed, tidied
from training.truth.reasons import hinted
from training.truth.referring import Reference, several
from training.truth.rounds import ambiguous, rounds
from training.truth.talk import phrase
from training.truth.values import MOST, Truthful, lost

VARIANTS = (
    "one",
    "many",
    "reason",
    "one",
    "region",
    "rounds",
    "one",
    "rest",
    "many",
    "ambiguous",
    "reason",
    "rounds",
    "named region",
    "everything",
    "absent",
    "regions",
)
"""The kinds of conversation, in turn."""


def segment(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task segment."""
    return _MAKERS[VARIANTS[n % len(VARIANTS)]](rng, split)


def _single(rng: Random, split: Split, group: str = "", *, several_: bool | None = False) -> Truthful:
    shot, reference = pointed(rng, split, group, many=several_)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    said = phrase(asked(cutting, reference))
    announce(cutting, reference)
    cutting.cut(reference, said.text, said, *cutting.boxes(reference))
    return cutting.done(f"segment.{reference.group}")


def _one(rng: Random, split: Split) -> Truthful:
    return _single(rng, split)


def _many(rng: Random, split: Split) -> Truthful:
    return _single(rng, split, several_=True)


def _rest(rng: Random, split: Split) -> Truthful:
    return _single(rng, split, rng.choice(("but", "but", "background")), several_=None)


def _reason(rng: Random, split: Split) -> Truthful:
    """What is meant is not named; the assistant says what it is and cuts it out by its name."""
    shot, hint = hinted(rng, split)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    ask_hint(cutting.talk, hint, "cut")
    reference = Reference(hint.phrase, hint.ids, f"reason.{hint.form}", hint.name)
    cutting.talk.reply("do.reason.cut", a=hint.answer)
    named = Phrase(hint.name)
    cutting.cut(reference, hint.phrase, named, *cutting.boxes(reference), label=hint.name)
    return cutting.done(f"segment.{reference.group}")


def _region(rng: Random, split: Split) -> Truthful:
    shot = plots.staged(rng, split, plots.PLOTS["any"])
    number = rng.choice(sorted(shot.clear))
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    mark = cutting.talk.mark(cutting.image, **marks.shape(rng, shot, number))
    said = cutting.talk.ask(cutting.talk.say("seg.region", r=str(mark.id)))
    cutting.talk.reply("do.segment.region", h=cutting.image)
    reference = Reference(said.text, (number,), "region", shot.thing(number).name)
    cutting.cut(reference, said.text, mark.handle, label=shot.thing(number).name)
    return cutting.done("segment.region")


def _named_region(rng: Random, split: Split) -> Truthful:
    """A thing that is marked and named, by a name that alone would leave it open."""
    for _ in range(MOST):
        shot = plots.staged(rng, split, (plots.twins, plots.mixed))
        found = several(rng, shot, 1)
        if found is None:
            continue
        noun, ids = found
        number = rng.choice(ids)
        cutting = Cutting(rng, split, shot)
        cutting.attach()
        mark = cutting.talk.mark(cutting.image, **marks.shape(rng, shot, number))
        said = phrase(
            cutting.talk.ask(
                cutting.talk.say("seg.region.named", ("referent",), referent=f"the {noun}", r=str(mark.id))
            )
        )
        cutting.talk.reply("do.segment.region", h=cutting.image)
        cutting.cut(Reference(said.text, (number,), "region.named", noun), said.text, mark.handle, said)
        return cutting.done("segment.region.named")
    raise lost("thing to mark and name")


def _regions(rng: Random, split: Split) -> Truthful:
    """Several marks at once."""
    for _ in range(MOST):
        shot = plots.staged(rng, split, plots.PLOTS["any"])
        if len(shot.scene.things) > 2:
            break
    else:
        raise lost("scene with three things")
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    numbers = rng.sample(sorted(shot.clear), rng.choice((2, 2, 3)))
    drawn = [cutting.talk.mark(cutting.image, **marks.shape(rng, shot, number)).handle for number in numbers]
    said = cutting.talk.ask(cutting.talk.say("seg.many"))
    cutting.talk.reply("do.segment.many", h=cutting.image)
    cutting.cut(Reference(said.text, tuple(numbers), "regions", many=True), said.text, *drawn)
    return cutting.done("segment.regions")


def _everything(rng: Random, split: Split) -> Truthful:
    for _ in range(MOST):
        shot = tidied(plots.staged(rng, split, plots.PLOTS["any"]), ("thing",))
        if shot is not None:
            break
    else:
        raise lost("scene without decorations")
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    said = cutting.talk.ask(cutting.talk.say("seg.all"))
    cutting.talk.reply("do.segment.all", h=cutting.image)
    reference = Reference(said.text, tuple(thing.id for thing in shot.scene.things), "everything", many=True)
    cutting.cut(reference, said.text)
    return cutting.done("segment.everything")


def _absent(rng: Random, split: Split) -> Truthful:
    """What is asked for is not there; the assistant says so and what there is."""
    shot, noun, said = missing(rng, split)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    typed = phrase(asked(cutting, Reference(said, (), "absent", noun)))
    cutting.note(typed.text, Reference(said, (), "absent", noun))
    cutting.talk.words(not_there(cutting.talk, shot, cutting.image))
    cutting.talk.answer()
    return cutting.done("segment.absent")


_MAKERS = {
    "one": _one, "many": _many, "rest": _rest, "reason": _reason, "region": _region, "named region": _named_region, "regions": _regions,
    "everything": _everything, "absent": _absent, "ambiguous": ambiguous, "rounds": rounds,
}  # fmt: skip
