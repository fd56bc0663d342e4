"""Edits of a marked place and what is taken out: replaced, put in, worn, removed; the pictures before and after are the truth."""

from __future__ import annotations

import re
from random import Random

from models.values import Box, Phrase
from models.world.orders import Order
from models.world.where import Place

from training.language.phrasing import Said, Split
from training.truth import marks, plots
from training.truth.changing import Wish, done, facts, new_thing
from training.truth.cutting import run
from training.truth.editing import edits_truth, newest
from training.truth.referring import chosen
from training.truth.scenery import Part, backdrop, bears, pick, shot
from training.truth.shots import Shot, mask_file, picture
from training.truth.talk import Talk, phrase
from training.truth.values import MOST, Truthful, lost

_PUT_IN = re.compile(
    r"\b(?:here|in the box|in this place|where I marked|in the marked|in region#|in the rectangle|in this box|into the box|marked spot|inside (?:my|the) box|in there|in this spot)\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\b(?:replace|swap|exchange|substitute|instead|turn (?:this|it|the|what)|change (?:this|it|the|what)|transform|convert|become|in place of|make this|redraw|let this be|this should be|could this be|this to be|this was)\b",
    re.IGNORECASE,
)
_NOT_SO = re.compile(r"\b(?:I circled|top of|on it|wear|behind|cover|seat|hang|grow|build|write|corner|dress)\b")
_SEVERAL = (
    "remove these",
    "remove both",
    "take these out",
    "get rid of both of these",
    "delete the marked things",
    "erase these two",
    "remove them all",
    "take away what I marked, all of it",
    "remove the two things I marked",
    "both of these should go",
    "make these disappear",
    "delete both",
    "without these please",
    "clear these away",
    "take out both marked objects",
)


def inpaint(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task inpaint: a marked thing replaced, something put into an empty place or on a marked
    wearer, a thing that was cut out before replaced."""
    return (_replace_marked, _put_in, _put_on, _replace_masked)[n % 4](rng, split)


def _instead(rng: Random, split: Split) -> tuple[Wish, int, str]:
    """Return the replacement of one thing of a new scene, that thing and the words for what comes."""
    for _ in range(MOST):
        before = plots.staged(rng, split, plots.PLOTS["any"])
        number = rng.choice(sorted(before.clear))
        new = new_thing(rng, split, before)
        if new is None or any(number in (b.child, b.bearer) for b in before.bonds):
            continue
        after = done(before, [Order("replace", "it", new[2])], (number,), rng.randrange(10**6))
        if after is not None:
            return Wish(new[2], False, "replace", before, after, (number,)), number, new[2]
    raise lost("thing to replace")


_SWAP = (
    "replace this with {y}",
    "swap this for {y}",
    "turn this into {y}",
    "put {y} in place of this",
    "I want {y} instead of this",
    "make this {y}",
    "change this into {y}",
    "exchange it for {y}",
    "{y} instead",
)
_INTO = (
    "put {y} here",
    "add {y} here",
    "draw {y} in the box",
    "I want {y} in this place",
    "place {y} where I marked",
    "{y} in here please",
    "let there be {y} in the box",
    "in the marked place, {y}",
    "paint {y} in here",
)


def _np(talk: Talk, section: str, words: str, fit: re.Pattern[str], own: tuple[str, ...], **more: str) -> Said:
    """Return a phrasing of *section* that asks for *words* ("a red car") and means what *fit* says, or one of *own*."""
    noun = words.split(" ", 1)[1]
    for _ in range(30):
        said = talk.say(section, ("np", "thing"), instead="inpaint.ask", np=noun, thing=noun, **more)
        if said.stated and fit.search(said.text) and not _NOT_SO.search(said.text):
            return said
    before, _, after = chosen(talk.rng, talk.split, own).partition("{y}")
    return Said([(before, -1), (words, 0), (after, -1)], {}, 1, stated=True)


def _replace_marked(rng: Random, split: Split) -> Truthful:
    wish, number, words = _instead(rng, split)
    talk = Talk(rng, split)
    image = talk.attach("image", picture(wish.before), width=wish.before.width, height=wish.before.height)
    mark = talk.mark(image, **marks.shape(rng, wish.before, number))
    said = phrase(talk.ask(_np(talk, "inpaint.ask", words, _INSTEAD, _SWAP, r=str(mark.id))))
    return _inpainted(talk, wish, image, mark.handle, said, "inpaint.replace")


def _inpainted(
    talk: Talk, wish: Wish, image: str, place: str, said: Phrase, group: str, reply: str = "do.inpaint"
) -> Truthful:
    talk.reply(reply, h=image)
    call = talk.call("inpaint", image, place, said)
    talk.result("image", call, picture(wish.after), of=image, width=wish.after.width, height=wish.after.height)
    talk.answer()
    edits = [{"of": image, "gives": newest(talk), "instruction": said.text, "place": place, **facts(wish)}]
    return talk.done(group, edits_truth(edits, {newest(talk): wish}))


def _put_in(rng: Random, split: Split) -> Truthful:
    """Something new in an empty place that is marked by a box."""
    for _ in range(MOST):
        before = plots.staged(rng, split, plots.PLOTS["any"])
        new, box = new_thing(rng, split, before), _gap(rng, before)
        if new is None or box is None:
            continue
        corners = (box.x0, box.y0, box.x1, box.y1)
        after = done(before, [Order("add", new=new[2], place=Place("marked"))], (), rng.randrange(10**6), corners)
        if after is not None and len(after.scene.things) == len(before.scene.things) + 1:
            break
    else:
        raise lost("empty place for something new")
    number = max(thing.id for thing in after.scene.things)
    wish = Wish(new[2], False, "add", before, after, (number,))
    talk = Talk(rng, split)
    image = talk.attach("image", picture(before), width=before.width, height=before.height)
    mark = talk.mark(image, box=box)
    said = phrase(talk.ask(_np(talk, "inpaint.ask", new[2], _PUT_IN, _INTO, r=str(mark.id))))
    return _inpainted(talk, wish, image, mark.handle, said, "inpaint.add")


def _gap(rng: Random, before: Shot) -> Box | None:
    """Return an empty place of the picture, None when none was found."""
    for _ in range(40):
        wide, high = rng.uniform(0.18, 0.36), rng.uniform(0.2, 0.4)
        x, y = rng.uniform(0.02, 0.98 - wide), rng.uniform(0.02, 0.98 - high)
        box = Box(round(x, 3), round(y, 3), round(x + wide, 3), round(y + high, 3))
        if all(b.x1 < box.x0 or b.x0 > box.x1 or b.y1 < box.y0 or b.y0 > box.y1 for b in before.boxes.values()):
            return box
    return None


_ON = ("put {y} on the {n} I circled", "put {y} on the one I marked", "give the {n} I marked {y}", "{y} on the {n} I circled please", "the {n} I marked needs {y}", "let the {n} in the box wear {y}", "I want {y} on the {n} I drew round",
       "add {y} to the marked {n}", "the marked {n} should wear {y}", "dress the {n} in the box with {y}", "can you put {y} on this {n}?", "this {n} needs {y}", "{y} for the {n} in the box")  # fmt: skip


def _put_on(rng: Random, split: Split) -> Truthful:
    """Something to wear for the marked creature, of two alike."""
    for _ in range(MOST):
        back = backdrop(rng, coloured=True)
        who = plots.first(rng, split, back.kind, lambda name: bears(name, "wearing"))
        rest = [
            Part(name)
            for name in {pick(rng, split, back.kind) for _ in range(rng.randint(0, 2))}
            if name and name != who
        ]
        before = (
            shot(rng, split, [Part(who), *([Part(who)] if rng.random() < 0.5 else []), *rest], back) if who else None
        )
        new = None if before is None else new_thing(rng, split, before, worn=True)
        if before is None or new is None or (split == "held_out" and not plots.new_in((who, new[0]))):
            continue
        number = rng.choice([thing.id for thing in before.scene.things if thing.name == who])
        after = done(
            before,
            [Order("add", new=new[2], place=Place("relation", how="hold", whom="it"))],
            (number,),
            rng.randrange(10**6),
        )
        if after is not None and len(after.scene.things) == len(before.scene.things) + 1:
            break
    else:
        raise lost("wearer of something new")
    wish = Wish(new[2], False, "wear", before, after, (max(thing.id for thing in after.scene.things), number))
    talk = Talk(rng, split)
    image = talk.attach("image", picture(before), width=before.width, height=before.height)
    mark = talk.mark(image, **marks.shape(rng, before, number))
    before_, _, after_ = chosen(rng, split, _ON).replace("{n}", who).partition("{y}")
    said = phrase(talk.ask(Said([(before_, -1), (new[2], 0), (after_, -1)], {}, 1, stated=True)))
    return _inpainted(talk, wish, image, mark.handle, said, "inpaint.wear")


def _replace_masked(rng: Random, split: Split) -> Truthful:
    """First the thing is cut out, then something else shall stand there."""
    wish, number, words = _instead(rng, split)
    talk = Talk(rng, split)
    image, mask = _cut_first(talk, wish.before, number)
    said = phrase(talk.ask(_np(talk, "inpaint.mask", words, re.compile("."), _SWAP, m=mask[5:])))
    return _inpainted(talk, wish, image, mask, said, "inpaint.mask", "do.edit.masked")


def _cut_first(talk: Talk, before: Shot, number: int) -> tuple[str, str]:
    """Write a turn in which the marked thing *number* is cut out; return the handles of the picture and the mask."""
    image = talk.attach("image", picture(before), width=before.width, height=before.height)
    mark = talk.mark(image, **marks.shape(talk.rng, before, number))
    talk.ask(talk.say("seg.region", r=str(mark.id)))
    talk.reply("do.segment.region", h=image)
    call = talk.call("segment", image, mark.handle)
    mask = talk.result(
        "mask",
        call,
        mask_file(before, (number,)),
        of=image,
        label=before.thing(number).name,
        width=before.width,
        height=before.height,
    )
    talk.answer()
    return image, mask


# Taking out


def remove(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task remove: what is marked, several marks, what was cut out before, or both at once."""
    way = ("marked", "marked", "mask", "several", "cut and remove", "marked")[n % 6]
    before, numbers, after = _taken(rng, split, 2 if way == "several" else 1)
    wish = Wish("remove", True, "remove", before, after, tuple(numbers))
    talk = Talk(rng, split)
    mask, places = "", []
    if way == "mask":
        image, mask = _cut_first(talk, before, numbers[0])
        said = talk.ask(talk.say("remove.mask", m=mask[5:]))
        places = [mask]
    else:
        image = talk.attach("image", picture(before), width=before.width, height=before.height)
        places = [talk.mark(image, **marks.shape(rng, before, number)).handle for number in numbers]
        if way == "cut and remove":
            first = talk.say("seg.region", r="1").text.rstrip("?., ")
            said = talk.ask(
                f"{first}{talk.book.text(rng, 'join')}{talk.book.text(rng, 'remove.mask', m='1', noun='picture')}"
            )
            call = talk.call("segment", image, *places)
            mask = talk.result(
                "mask",
                call,
                mask_file(before, numbers),
                of=image,
                label=before.thing(numbers[0]).name,
                width=before.width,
                height=before.height,
            )
            places = [mask]
        else:
            said = talk.ask(chosen(rng, split, _SEVERAL) if way == "several" else talk.say("remove.region", r="1"))
    if way != "cut and remove":
        talk.reply("do.remove", h=image)
    call = talk.call("remove", image, *places)
    talk.result("image", call, picture(after), of=image, width=after.width, height=after.height)
    talk.answer()
    edits = [{"of": image, "gives": newest(talk), "instruction": said.text, "places": places, **facts(wish)}]
    truth = edits_truth(edits, {newest(talk): wish})
    if mask:
        truth["masks"] = lambda: {mask: run(before, tuple(numbers))}
    return talk.done(f"remove.{way}", truth)


def _taken(rng: Random, split: Split, count: int) -> tuple[Shot, list[int], Shot]:
    """Return a scene, things of it and the scene without them."""
    for _ in range(MOST):
        before = plots.staged(rng, split, plots.PLOTS["any"])
        numbers = rng.sample(sorted(before.clear), min(count, len(before.clear)))
        if len(numbers) < count or len(before.scene.things) == count or before.bonds:
            continue
        after = done(before, [Order("remove", "them" if count > 1 else "it")], numbers, 0)
        if after is not None and len(after.scene.things) == len(before.scene.things) - count:
            return before, numbers, after
    raise lost("scene with something to take out")
