"""Draw a picture whose things stand in given boxes: each box holds what its label says, the description sets the scene."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from models.expert import Expert, Inputs, Picture, Report, Share
from models.labelled import check, items_of
from models.several import COUNT, several
from models.values import Box, Checkpoint, TaskCall

if TYPE_CHECKING:
    from models.world.scene import Thing
    from models.world.wish import Wanted, Wish

TASK = "layout"
NAME = "Picture book (things in given places)"
PARAMS = (COUNT,)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; the text encoder finds the nearest names for words that the atlas does not know."""
    from models.reader import shared_embedder
    from models.world.hours import unshown
    from models.world.pictures import drawn, near_names, refusal, sides, size_of
    from models.world.placing import place
    from models.world.read import read

    embed = shared_embedder(device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Picture | list[Picture]:
        report(0.05, "reading the description")
        check(call, inputs)
        items, notes = items_of(call, inputs)
        caption = " ".join(call.phrases()).strip()
        wish = read(caption, embed=embed)
        labels = [read(phrase, embed=embed) for phrase, _ in items]
        told = _said(caption, wish)
        shared = _single(items, labels, told)
        labels = [_one(label) if alone else label for label, alone in zip(labels, shared, strict=True)]
        labels = [_counted(phrase, label, told) for (phrase, _), label in zip(items, labels, strict=True)]
        if wish.empty and all(label.empty for label in labels):
            raise refusal(_together([wish, *labels]), caption, near_names(embed))
        width, height, resized = size_of(inputs.settings.get("size"), _usual(call, inputs))
        settled = {_kind(label.things[0]) for label, alone in zip(labels, shared, strict=True) if alone}
        rest = _rest(_with_scenery(wish, labels), labels, settled)
        # what is small stands in front of what is large
        pairs = sorted(zip((box for _, box in items), labels, strict=True), key=lambda pair: -_area(pair[0]))
        boxes = [[phrase, *(round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1))] for phrase, box in items]

        def one(inputs: Inputs, report: Report) -> Picture:
            fixed: list[Thing] = []
            for box, label in pairs:
                fixed += _fill(label, box, width, height, inputs.seed + len(fixed), len(fixed))
            report(0.2, "placing the things")
            placed = place(rest, width, height, inputs.seed, fixed=fixed, report=Share(report, 0.2, 0.4))
            whole = _together([rest, *labels])
            told = [
                *notes,
                *whole.notes(),
                *placed.notes,
                *whole.unposed(),
                *unshown(rest.time, placed.scene.backdrop),
                *sides(rest),
                *resized,
            ]
            return drawn(placed.scene, width, height, caption or items[0][0], told, report, {"layout": boxes})

        return several(inputs, report, one)

    return expert


def _single(items: Sequence[tuple[str, Box]], labels: Sequence[Wish], said: Container[object]) -> list[bool]:
    """Return for each box whether it holds one thing though its label is a plural: one box is one thing, unless the label says
    a number or the description does (*said* are the kinds of which it does) and there is no other box to share it with."""
    boxes = Counter(_plain(phrase) for phrase, _ in items)
    return [
        _bare(phrase, label) and (boxes[_plain(phrase)] > 1 or _kind(label.things[0]) not in said)
        for (phrase, _), label in zip(items, labels, strict=True)
    ]


def _said(caption: str, wish: Wish) -> dict[object, int]:
    """Return the kinds of things of which *caption* says how many, with their number where that is more than one."""
    from models.world.lexicon import COUNTS

    numbers = "|".join(sorted(map(re.escape, COUNTS), key=len, reverse=True))
    return {
        _kind(thing): thing.count
        for thing in wish.things
        if thing.count > 1
        and re.search(rf"\b(?:\d+|{numbers}) (?:[a-z-]+ ){{0,3}}?{re.escape(thing.said)}\b", caption.lower())
    }


def _plain(phrase: str) -> str:
    return " ".join(phrase.lower().split())


def _one(label: Wish) -> Wish:
    """Return *label* with one thing instead of several."""
    return replace(label, things=(replace(label.things[0], count=1, about=False),))


def _counted(phrase: str, label: Wish, said: Mapping[object, int]) -> Wish:
    """Return *label*, where it is a bare plural of several, with as many things as the description says of its kind."""
    if not _bare(phrase, label) or _kind(label.things[0]) not in said:
        return label
    return replace(label, things=(replace(label.things[0], count=said[_kind(label.things[0])]),))


def _bare(phrase: str, label: Wish) -> bool:
    """Return whether *phrase* is a plural of one kind of things and says no number of them, not even "some"."""
    from models.world.tags import cut

    opening = cut(phrase, lambda words: None)[:1]
    several = len(label.things) == 1 and label.things[0].count > 1
    return several and not any(tag.is_("count", "about", "det") for tag in opening)


def _kind(thing: Wanted) -> object:
    """Return what tells whether two things are of one kind: the name, or what there is to choose from ("people")."""
    return thing.name or thing.choices


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)


def _usual(call: TaskCall, inputs: Inputs) -> tuple[int, int]:
    """Return the usual size: that of the picture on which the regions were drawn, brought to the usual number of pixels."""
    from models.world.pictures import USUAL

    for handle in call.refs("region"):
        region = inputs.regions.get(handle)
        medium = inputs.media.get(region.of) if region else None
        width, height = (int(medium.meta.get(side, 0)) if medium else 0 for side in ("width", "height"))
        if width > 0 and height > 0:
            scale = (USUAL[0] * USUAL[1] / (width * height)) ** 0.5
            return max(64, round(width * scale)), max(64, round(height * scale))
    return USUAL


def _fill(label: Wish, box: Box, width: int, height: int, seed: int, before: int) -> list[Thing]:
    """Return the things of *label* inside *box*: one fills it, several stand side by side or in rows."""
    import random

    from models.world import atlas
    from models.world.composer import thing_in
    from models.world.placing import names_of

    if label.relations:
        return _group(label, box, width, height, seed, before)
    rng = random.Random(f"layout {seed}")
    wanted = [(name, thing) for thing in label.things for name in names_of(thing, rng)]
    cells = _cells(box, [atlas.aspect(name) for name, _ in wanted], width / height)
    things = []
    for n, ((name, thing), cell) in enumerate(zip(wanted, cells, strict=True)):
        made = thing_in(name, cell, width, height)
        things.append(replace(made, tint=thing.colour, id=before + n + 1))
    return things


def _group(label: Wish, box: Box, width: int, height: int, seed: int, before: int) -> list[Thing]:
    """Return the things of *label* placed to each other as it says ("a dog wearing a hat"), all together inside *box*."""
    from models.world import atlas
    from models.world.placing import place
    from models.world.scene import extent

    wide, high = (box.x1 - box.x0) * width, (box.y1 - box.y0) * height
    things = place(replace(label, place="plain"), max(16, round(wide)), max(16, round(high)), seed).scene.things
    ends = [extent(thing, atlas.aspect(thing.name), wide, high) for thing in things]
    x0, y0, x1, y1 = min(e[0] for e in ends), min(e[1] for e in ends), max(e[2] for e in ends), max(e[3] for e in ends)
    scale = min(1 / (x1 - x0), 1 / (y1 - y0))  # the whole fills the box one way, and stands on its lower edge
    made = []
    for n, thing in enumerate(things):
        x = box.x0 + (box.x1 - box.x0) * (0.5 + (thing.x - (x0 + x1) / 2) * scale)
        y = box.y0 + (box.y1 - box.y0) * (1 + (thing.y - y1) * scale)
        size = thing.size * scale * min(wide, high) / min(width, height)
        made.append(
            replace(thing, x=round(x, 4), y=round(y, 4), size=min(2.0, max(0.02, round(size, 4))), id=before + n + 1)
        )
    return made


def _cells(box: Box, aspects: Sequence[float], frame: float) -> list[Box]:
    """Return a cell of *box* for each of the things, in the grid in which they become largest; *frame* is width over height."""
    count = len(aspects)
    if not count:
        return []
    wide, high = (box.x1 - box.x0) * frame, box.y1 - box.y0
    usual = sum(aspects) / count

    def side(rows: int) -> float:
        columns = -(-count // rows)
        return min(wide / columns / usual, high / rows)

    rows = max(range(1, count + 1), key=side)
    columns = -(-count // rows)
    cells = []
    for n in range(count):
        row, column = divmod(n, columns)
        last = min(columns, count - row * columns)
        x0 = box.x0 + (box.x1 - box.x0) * (column + (columns - last) / 2) / columns
        y0 = box.y0 + (box.y1 - box.y0) * row / rows
        x1, y1 = x0 + (box.x1 - box.x0) / columns, y0 + (box.y1 - box.y0) / rows
        cells.append(Box(max(0.0, x0), max(0.0, y0), min(1.0, x1), min(1.0, y1)))
    return cells


def _with_scenery(wish: Wish, labels: Sequence[Wish]) -> Wish:
    """Let labels that name no thing but a backdrop ("sky", "grass") set the scene where the description does not."""
    for label in labels:
        wish = replace(wish, place=wish.place or label.place, place_colour=wish.place_colour or label.place_colour,
                       time=wish.time or label.time, style=wish.style or label.style)  # fmt: skip
    return wish


def _rest(wish: Wish, labels: Sequence[Wish], settled: Container[object]) -> Wish:
    """Return *wish* without the things that stand in a box already, and without relations of those. Of the kinds in
    *settled* there are as many as there are boxes, whatever the description leaves open ("two dogs and fewer cats")."""
    boxed: dict[str, int] = {}
    for label in labels:
        for thing in label.things:
            boxed[thing.name] = boxed.get(thing.name, 0) + thing.count
    kept: list[Wanted] = []
    number: dict[int, int] = {}
    for n, thing in enumerate(wish.things):
        count = thing.count - boxed.get(thing.name, 0) if thing.name in boxed else thing.count
        boxed[thing.name] = max(0, boxed.get(thing.name, 0) - thing.count)
        if count > 0 and _kind(thing) not in settled:
            number[n] = len(kept)
            kept.append(replace(thing, count=count))
    relations = [
        replace(r, thing=number[r.thing], others=tuple(number[o] for o in r.others))
        for r in wish.relations
        if r.thing in number and all(o in number for o in r.others)
    ]
    return replace(wish, things=tuple(kept), relations=tuple(relations))


def _together(wishes: Sequence[Wish]) -> Wish:
    """Return one wish with the words of all, for their notes."""
    first = wishes[0]
    return replace(
        first, things=tuple(t for w in wishes for t in w.things), unknown=tuple(dict.fromkeys(u for w in wishes for u in w.unknown)),
        loose=tuple(dict.fromkeys(u for w in wishes for u in w.loose)), sayings=tuple(dict.fromkeys(s for w in wishes for s in w.sayings)),
    )  # fmt: skip
