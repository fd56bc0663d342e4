"""Finding: boxes round what is named, described or hinted at in a picture, and how many there are."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
from models.values import Box, Phrase

from training.language.phrasing import Split
from training.truth.cutting import Cutting, ask_hint, missing, not_there
from training.truth.plots import MANY, ONE, kin, mixed, pointed, staged, tidied, twins
from training.truth.reasons import hinted
from training.truth.referring import Reference, chosen, several
from training.truth.shots import Shot, save
from training.truth.talk import around, phrase
from training.truth.values import MOST, Truthful, Writer, lost
from training.truth.words import many

VARIANTS = ("one", "many", "count", "reason", "one", "rounds", "all of a name", "absent", "many", "count", "none")
"""The kinds of conversation, in turn."""
_COUNT = ("how many {m} are there?", "count the {m}", "how many {m} do you see?", "count all the {m} in {i}", "find the {m} and tell me how many there are", "what is the number of {m} in {i}?",
          "how many {m} can you find?", "find all {m} and count them", "box every {n} and tell me their number", "how many {m} does {i} show?", "please count the {m}", "number of {m}?",
          "detect the {m}, how many are there?", "I need to know how many {m} there are", "are there many {m}? count them", "tell me the count of {m}")  # fmt: skip
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def boxed(shot: Shot, found: list[tuple[str, Box]]) -> Writer:
    """Return what writes the shot with a frame and a name for each of *found*."""

    def write(path: Path) -> None:
        from PIL import Image, ImageDraw

        image = Image.fromarray(shot.pixels())
        pen = ImageDraw.Draw(image)
        for name, box in found:
            x0, y0, x1, y1 = box.to_pixels(shot.width, shot.height)
            pen.rectangle((x0, y0, x1 - 1, y1 - 1), outline=(230, 57, 70), width=2)
            pen.text((x0 + 3, max(0, y0 - 12)), name, fill=(230, 57, 70))
        save(path, np.asarray(image))

    return write


def detect(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task detect."""
    return _MAKERS[VARIANTS[n % len(VARIANTS)]](rng, split)


def _found(cutting: Cutting, reference: Reference, said: Phrase, *, told: str = "") -> None:
    """Call for the boxes of *reference*, give the picture with them, and say where they are."""
    talk, shot = cutting.talk, cutting.shot
    found = [(shot.thing(number).name, shot.boxes[number]) for number in reference.ids]
    call = talk.call("detect", cutting.image, said)
    boxes = [[name, *(round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1))] for name, box in found]
    talk.result("image", call, boxed(shot, found), of=cutting.image, boxes=boxes, width=shot.width, height=shot.height)
    cutting.note(said.text, reference)
    if told or talk.chance(0.6):
        talk.words(
            told
            or talk.rng.choice(
                ("Here:", "It is here:", "This is it:")
                if len(found) == 1
                else ("Here they are:", "Here:", f"I see {_number(len(found))}:")
            )
        )
        talk.ground(said.text, [box for _, box in found], cutting.image)
    talk.answer()


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _named(rng: Random, split: Split, *, several_: bool) -> Truthful:
    shot, reference = pointed(rng, split, many=several_)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    talk = cutting.talk
    section = "verbose.detect" if talk.chance(0.1) else "detect.ask"
    said = phrase(talk.ask(talk.say(section, ("referent",), referent=reference.phrase, instead="detect.ask")))
    if talk.chance(0.9):
        talk.reply("do.detect", h=cutting.image) if len(reference.ids) == 1 else talk.words(
            rng.choice(
                ("I will find them in {h}.", "I will draw boxes round them.", "Sure, I will search {h}.")
            ).replace("{h}", cutting.image)
        )
    _found(cutting, reference, said)
    return cutting.done(f"detect.{reference.group}")


def _one(rng: Random, split: Split) -> Truthful:
    return _named(rng, split, several_=False)


def _many(rng: Random, split: Split) -> Truthful:
    return _named(rng, split, several_=True)


def _crowd(rng: Random, split: Split, least: int) -> tuple[Shot, Reference]:
    """Return a scene with several things of one name."""
    for _ in range(MOST):
        shot = staged(rng, split, (twins, twins, kin, mixed))
        found = several(rng, shot, least)
        clean = None if found is None else tidied(shot, (found[0],))
        if found is not None and clean is not None:
            return clean, Reference(many(found[0]), found[1], "all", found[0], many=True)
    raise lost("scene with several of a name")


def _all_of_a_name(rng: Random, split: Split) -> Truthful:
    shot, reference = _crowd(rng, split, 2)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    talk = cutting.talk
    words = {"thing": reference.noun, "thing__many": many(reference.noun)}
    said = phrase(talk.ask(talk.say("detect.ask", ("thing", "thing.many"), **words)))
    if talk.chance(0.8):
        talk.words(
            rng.choice(("I will search {h}.", "Sure, I will box them all.", "I will draw a box round each.")).replace(
                "{h}", cutting.image
            )
        )
    _found(cutting, reference, said)
    return cutting.done("detect.all")


def _count(rng: Random, split: Split) -> Truthful:
    """How many there are; the boxes show which were counted."""
    shot, reference = _crowd(rng, split, 1)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    words = (
        chosen(rng, split, _COUNT)
        .replace("{n}", reference.noun)
        .replace("{i}", rng.choice(("the picture", "this picture", "it", "the image")))
    )
    said = phrase(
        cutting.talk.ask(around(words.replace("{m}", "{x}", 1), many(reference.noun)) if "{m}" in words else words)
    )
    count = len(reference.ids)
    named = Phrase(said.text) if "{m}" in words else Phrase(reference.noun)
    told = rng.choice(
        (
            "There is one {n}:" if count == 1 else "There are {w} {m}:",
            "I count {w}:",
            "{W}:",
            "I see {w}:",
            "It is one:" if count == 1 else "They are {w}:",
        )
    )
    told = (
        told.replace("{w}", _number(count))
        .replace("{W}", _number(count).capitalize())
        .replace("{n}", reference.noun)
        .replace("{m}", many(reference.noun))
    )
    _found(cutting, reference, named, told=told)
    cutting.requests[-1]["count"] = count
    return cutting.done("detect.count")


def _reason(rng: Random, split: Split) -> Truthful:
    shot, hint = hinted(rng, split)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    ask_hint(cutting.talk, hint, "find")
    cutting.talk.reply("do.reason.one", a=hint.answer)
    reference = Reference(hint.phrase, hint.ids, f"reason.{hint.form}", hint.name)
    _found(cutting, reference, Phrase(hint.name))
    return cutting.done(f"detect.{reference.group}")


def _absent(rng: Random, split: Split) -> Truthful:
    shot, noun, said = missing(rng, split)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    asked = phrase(cutting.talk.ask(cutting.talk.say("detect.ask", ("referent",), referent=said)))
    cutting.note(asked.text, Reference(said, (), "absent", noun))
    cutting.talk.words(not_there(cutting.talk, shot, cutting.image))
    cutting.talk.answer()
    return cutting.done("detect.absent")


def _none(rng: Random, split: Split) -> Truthful:
    """How many of something that is not there: none."""
    shot, noun, _ = missing(rng, split)
    cutting = Cutting(rng, split, shot)
    cutting.attach()
    words = chosen(rng, split, _COUNT).replace("{n}", noun).replace("{m}", many(noun)).replace("{i}", "the picture")
    said = cutting.talk.ask(words)
    cutting.note(said.text, Reference(many(noun), (), "absent", noun))
    cutting.requests[-1]["count"] = 0
    cutting.talk.words(
        rng.choice(("There is none.", "None: {t}", "Zero. {t}", "{t}")).replace(
            "{t}", not_there(cutting.talk, shot, cutting.image)
        )
    )
    cutting.talk.answer()
    return cutting.done("detect.none")


def _rounds(rng: Random, split: Split) -> Truthful:
    """One question after the other about one picture."""
    ways = (*ONE, *MANY)
    for _ in range(MOST):
        shot = staged(rng, split, (twins, mixed, kin))
        found: list[Reference] = []
        for _ in range(8):
            one = rng.choice(ways)[1](rng, shot, split)
            if one is not None and all(set(one.ids) != set(other.ids) for other in found):
                found.append(one)
        found = found[: rng.choice((2, 2, 3))]
        clean = tidied(shot, [word for one in found for word in (one.noun, one.phrase)]) if len(found) > 1 else None
        if clean is not None:
            break
    else:
        raise lost("scene for several questions")
    cutting = Cutting(rng, split, clean)
    cutting.attach()
    for turn, reference in enumerate(found):
        later = (
            "and {x}?",
            "and where is {x}?",
            "what about {x}?",
            "now find {x}",
            "and now {x}",
            "then {x}",
            "next {x} please",
            "also {x}",
            "where can I see {x}?",
            "{x} too",
            "same for {x}",
        )
        plural = len(reference.ids) > 1
        words = chosen(rng, split, later).replace("where is", "where are" if plural else "where is")
        said = phrase(
            cutting.talk.ask(
                around(words, reference.phrase)
                if turn
                else cutting.talk.say("detect.ask", ("referent",), referent=reference.phrase)
            )
        )
        if cutting.talk.chance(0.6):
            cutting.talk.words(
                rng.choice(("I will look for it.", "Let me see.", "One moment."))
                if not plural
                else rng.choice(("I will look for them.", "Let me see.", "One moment."))
            )
        _found(cutting, reference, said)
    return cutting.done("detect.rounds")


_MAKERS = {
    "one": _one, "many": _many, "count": _count, "reason": _reason, "absent": _absent, "none": _none, "rounds": _rounds, "all of a name": _all_of_a_name,
}  # fmt: skip
