"""What conversations about the things of one picture share: requests that collect what they mean, masks, counts and what is not there."""

from __future__ import annotations

from random import Random
from typing import Any

from models.values import Box

from training.language.phrasing import Said, Split
from training.truth import facts, plots
from training.truth.plots import tidied
from training.truth.reasons import Hint
from training.truth.referring import Reference, called, chosen
from training.truth.shots import Shot, corners, listed, mask_file, picture
from training.truth.talk import Talk, joined
from training.truth.values import MOST, Truthful, lost
from training.truth.words import cast, fits, many

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "many")


class Cutting:
    """A conversation about what is seen in one picture: requests collect what they mean, for the truth."""

    def __init__(self, rng: Random, split: Split, shot: Shot) -> None:
        self.talk = Talk(rng, split)
        self.rng, self.split, self.shot = rng, split, shot
        self.requests: list[dict[str, Any]] = []
        self.masks: dict[str, tuple[tuple[int, ...], bool]] = {}
        self.image = ""

    def attach(self) -> None:
        """Attach the picture."""
        shot = self.shot
        self.image = self.talk.attach("image", lambda path: picture(shot)(path), width=shot.width, height=shot.height)

    def note(self, said: str, reference: Reference, masks: tuple[str, ...] = ()) -> None:
        """Keep what a request means."""
        found = [self.shot.boxes[number] for number in reference.ids]
        self.requests.append({
            "turn": len(self.talk.messages) // 2, "phrase": said, "meant": reference.phrase, "group": reference.group, "ids": list(reference.ids), "but": reference.but,
            "names": [self.shot.thing(number).name for number in reference.ids], "boxes": [corners(box) for box in found], "masks": list(masks),
        })  # fmt: skip

    def boxes(self, reference: Reference) -> list[Box]:
        """Return the boxes of what is meant; none for what is left of the picture."""
        return [] if reference.but else [self.shot.boxes[number] for number in reference.ids]

    def cut(self, reference: Reference, said: str, *args: Any, label: str = "") -> None:
        """Call for the masks of *reference* and give them: one for each thing, or one of all else."""
        talk, shot = self.talk, self.shot
        call = talk.call("segment", self.image, *args)
        parts = [reference.ids] if reference.but else [(number,) for number in reference.ids]
        handles = []
        for ids in parts:
            writer = mask_file(shot, ids, inverted=reference.but)
            handles.append(
                talk.result(
                    "mask", call, writer, of=self.image, label=label or said, width=shot.width, height=shot.height
                )
            )
            self.masks[handles[-1]] = (ids, reference.but)
        self.note(said, reference, tuple(handles))
        talk.answer()

    def done(self, group: str) -> Truthful:
        """Return the conversation with its truth."""
        shot, masks = self.shot, dict(self.masks)

        def runs() -> dict[str, Any]:
            return {handle: run(shot, ids, but=but) for handle, (ids, but) in masks.items()}

        truth = {
            "scene": shot.scene.to_json(),
            "width": shot.width,
            "height": shot.height,
            "things": listed(shot),
            "requests": self.requests,
            "masks": runs,
            **facts.told(shot),
        }
        return self.talk.done(group, truth)


def run(shot: Shot, ids: tuple[int, ...], *, but: bool = False) -> dict[str, Any]:
    """Return the run lengths of the mask of *ids*, or of all that is not they."""
    from models.masks import rle_string

    return rle_string(~shot.mask(ids)) if but else shot.rle(ids)


def asked(cutting: Cutting, reference: Reference, section: str = "") -> Said:
    """Ask for the mask of what *reference* means."""
    talk = cutting.talk
    section = section or ("verbose.segment" if talk.chance(0.15) else "seg.ask")
    return talk.ask(talk.say(section, ("referent",), referent=reference.phrase, instead="seg.ask"))


def announce(cutting: Cutting, reference: Reference) -> None:
    """Say what will be done, as many as there are."""
    talk = cutting.talk
    if not talk.chance(0.9):
        return
    if len(reference.ids) == 1 or reference.but:
        talk.reply("do.segment", h=cutting.image)
    else:
        talk.words(counted(talk, len(reference.ids), cutting.image))


def counted(talk: Talk, count: int, handle: str) -> str:
    """Return a sentence that tells how many there are."""
    word = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}.get(count, str(count))
    said = talk.rng.choice(("There are {w} in {h}. Each gets its own mask.", "I see {w}. I will cut them out one by one.", "I found {w} of them in {h}.", "There are {w}; here are their masks.",
                            "I cut out {b}.", "That makes {w}, one mask for each."))  # fmt: skip
    return said.replace("{w}", word).replace("{h}", handle).replace("{b}", "both" if count == 2 else f"all {word}")


def ask_hint(talk: Talk, hint: Hint, asked: str) -> None:
    """Ask for what *hint* describes, in a phrase, or after a question or a need; *asked* is "cut" or "find"."""
    it = talk.rng.choice(("the picture", "this picture", "my picture", "the image", "this photo"))
    if hint.first:
        after = talk.say(f"reason.{asked}.after", it=it)
        sign = "" if hint.first[-1] in "?!." else talk.rng.choice((".", ",", " -", ":"))
        text = after.text[0].upper() + after.text[1:] if sign in ("", ".") and talk.chance(0.6) else after.text
        talk.ask(Said([(f"{hint.first}{sign} {text}", -1)], after.slots, 0))
    else:
        talk.ask(talk.say(f"reason.{asked}.np", ("np",), np=hint.phrase, it=it))


def missing(rng: Random, split: Split) -> tuple[Shot, str, str]:
    """Return a scene, a noun that fits nothing in it (or not in that colour) and the phrase for it."""
    for _ in range(MOST):
        noun = rng.choice(cast(split))
        shot = tidied(plots.staged(rng, split, plots.PLOTS["any"]), (noun,))
        if (
            shot is not None
            and not any(fits(thing.name, noun) for thing in shot.scene.things)
            and called(shot, noun) == ()
        ):
            said = chosen(
                rng,
                split,
                (
                    "the {n}",
                    "{n}",
                    "the {m}",
                    "all the {m}",
                    "a {n}",
                    "the {n} on the left",
                    "the big {n}",
                    "every {n}",
                    "the {n} in the picture",
                    "any {n}",
                ),
            )
            return shot, noun, said.replace("a {n}", "the {n}").replace("{n}", noun).replace("{m}", many(noun))
    raise lost("noun that fits nothing")


def not_there(talk: Talk, shot: Shot, handle: str) -> str:
    """Return a sentence that says that nothing of the kind is there, and what is."""
    names = list(dict.fromkeys(thing.name for thing in shot.scene.things))
    there = joined(
        [
            f"the {name}"
            if sum(t.name == name for t in shot.scene.things) == 1
            else f"{_NUMBERS[min(9, sum(t.name == name for t in shot.scene.things))]} {many(name)}"
            for name in names[:4]
        ]
    )
    said = talk.rng.choice(
        (
            "I do not see that in {h}. There is: {l}.",
            "That is not in {h}. I see {l}.",
            "There is no such thing in {h}, only {l}.",
            "I cannot find that in {h}. What I see: {l}.",
        )
    )
    return said.replace("{h}", handle).replace("{l}", there)
