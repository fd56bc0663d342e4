"""Asking for pictures: a description alone, a description with places planned for it, or boxes drawn by the person."""

from __future__ import annotations

from random import Random
from typing import Any

from models.values import Box, Labelled

from training.language.phrasing import Split
from training.truth import plots
from training.truth.captions import Caption, described
from training.truth.changing import LOCAL, Wish, cleaned, facts, whole
from training.truth.referring import Reference, chosen
from training.truth.shots import Shot, corners, listed, picture
from training.truth.talk import Talk, around, phrase
from training.truth.values import Truthful

_PLAN = ("plan where everything goes and draw {x}", "lay out {x} and draw it", "arrange the picture first, then paint it: {x}", "decide on a layout, then draw {x}", "draw {x}, with every thing in its own place",
         "make a layout for {x} and render it", "compose {x}: give each thing a box", "I want {x}, exactly as many and exactly there", "place the things one by one: {x}", "draw {x}. mind the places",
         "with a planned layout please: {x}", "put each object in a box of its own and draw {x}", "layout first: {x}", "set out the objects of {x} and draw them", "paint {x}, and keep to the arrangement")  # fmt: skip
_TRIES = 200
_BOXES = ("layout", "layout", "planned", "labels")


def captioned(rng: Random, split: Split, *, bare: bool = False) -> tuple[Shot, Caption]:
    """Return a scene and a caption of it."""
    for _ in range(_TRIES):
        shot = plots.staged(
            rng,
            split,
            (plots.mixed, plots.twins, plots.neighbours, plots.borne_by),
            flat=0.2,
            size=rng.choice(((384, 256), (320, 240), (448, 256))),
        )
        found = described(rng, split, shot, bare=bare)
        clean = None if found is None else plots.tidied(shot, [name for name, _, _ in found.counts])
        if found is not None and clean is not None:
            return clean, found
    raise RuntimeError(f"no scene that a caption tells in full was found in {_TRIES} attempts")


def image(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task image: a picture is asked for, in every third it is then changed."""
    shot, caption = captioned(rng, split, bare=n % 4 == 1)
    talk = Talk(rng, split)
    slots = {"caption": caption.words, "image__bare": caption.words}
    if n % 4 == 1:
        said = phrase(talk.ask(around("{x}", caption.words), polite=False))
    else:
        section = "image.kinds" if talk.chance(0.25) else "image.ask"
        said = phrase(talk.ask(talk.say(section, ("caption", "image.bare"), instead="image.ask", **slots)))
    if talk.chance(0.9):
        talk.reply("do.image")
    call = talk.call("image", said)
    made = talk.result("image", call, picture(shot), width=shot.width, height=shot.height)
    talk.answer()
    truth: dict[str, Any] = {**_drawn(shot), **caption.facts(shot)}
    if n % 3 == 2 and (wish := _later(rng, split, shot)) is not None:
        instruction = phrase(talk.ask(talk.say("edit.ask", ("edit.wish",), edit__wish=wish.words)))
        talk.reply("do.edit", h=made)
        places: list[Box] = (
            []
            if wish.whole or wish.kind == "add"
            else [wish.before.boxes[n] for n in wish.ids if n in wish.before.boxes]
        )
        again = talk.call("edit", made, instruction, *places)
        talk.result("image", again, picture(wish.after), of=made, width=shot.width, height=shot.height)
        talk.answer()
        from models.masks import rle_string

        truth |= {
            "edits": [{"of": made, "gives": "image#2", "instruction": instruction.text, **facts(wish)}],
            "edited": lambda: {"image#2": rle_string(wish.edited())},
        }
        return talk.done("image.changed", truth)
    return talk.done("image.bare" if n % 4 == 1 else "image", truth)


def _drawn(shot: Shot) -> dict[str, Any]:
    return {"scene": shot.scene.to_json(), "width": shot.width, "height": shot.height, "things": listed(shot)}


def _later(rng: Random, split: Split, shot: Shot) -> Wish | None:
    """Return a change of a picture that was just drawn, None when none was found."""
    for _ in range(12):
        if rng.random() < 0.3:
            made = whole(rng, split, shot, Reference("", (), ""))
        else:
            found = rng.choice([way[1] for way in plots.ONE])(rng, shot, split)
            fluent = found is not None and found.phrase.split()[0] not in (
                "of",
                "from",
                "number",
                "what",
                "whatever",
                "whoever",
            )
            made = LOCAL[rng.choice(list(LOCAL))][0](rng, split, shot, found) if found is not None and fluent else None
        clean = None if made is None else cleaned(made)
        if clean is not None and clean.before == shot:
            return clean
    return None


def layout(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task layout: boxes drawn and labelled by the person, or planned by the assistant."""
    way = _BOXES[n % len(_BOXES)]
    shot, caption = captioned(rng, split)
    talk = Talk(rng, split)
    things = sorted(shot.scene.things, key=lambda thing: shot.boxes[thing.id].x0)
    labels = {thing.id: f"{thing.tint} {thing.name}".strip() for thing in things}
    group = f"layout.{way if way != 'layout' else 'boxes'}"
    if way == "planned":
        said = phrase(talk.ask(around(chosen(rng, split, _PLAN), caption.words)))
        if talk.chance(0.9):
            talk.words(
                rng.choice(
                    (
                        "I will put each thing in its place.",
                        "I plan where each thing stands, then draw it.",
                        "Each thing gets a box of its own.",
                    )
                )
            )
        call = talk.call("layout", said, *(Labelled(labels[thing.id], shot.boxes[thing.id]) for thing in things))
    else:
        drawn = [
            talk.mark("canvas", label=labels[thing.id], box=_neat(shot.boxes[thing.id])).handle for thing in things
        ]
        if way == "labels":
            words = talk.book.text(rng, "layout.nocaption")
            listed_ = ", ".join(labels[thing.id] for thing in things)
            said = phrase(talk.ask(around(f"{words}: {{x}}", listed_)))
        else:
            said = phrase(
                talk.ask(
                    talk.say("layout.ask", ("caption", "image.bare"), caption=caption.words, image__bare=caption.words)
                )
            )
        if talk.chance(0.9):
            talk.reply("do.layout")
        call = talk.call("layout", said, *drawn)
    talk.result("image", call, picture(shot), width=shot.width, height=shot.height)
    talk.answer()
    boxes = [{"label": labels[thing.id], "name": thing.name, "box": corners(shot.boxes[thing.id])} for thing in things]
    return talk.done(group, {**_drawn(shot), **caption.facts(shot), "layout": boxes})


def _neat(box: Box) -> Box:
    """Return *box* to a thousandth, as the page gives it."""
    return Box.from_tokens(*box.to_tokens())
