"""What is asked: compositions of well-known things that no training caption holds, with their true pictures, from the seed alone.

The things are those of :mod:`training.drawing.scenes`, which the drawing network is taught; a picture book knows them among a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Picture
from models.plurals import plural_of, with_article
from models.values import Box
from models.world import atlas
from models.world.scene import Scene, Thing
from training.drawing.changes import KINDS
from training.drawing.scenes import NAMES, World, arranged, captioned, said
from training.held_out import held
from training.vision.words import kept

from evaluation.experts.scenes import NUMBERS, Told, counted, drawn, tell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

SIDE = 256
"""Pixels of a side of the pictures that are asked for and compared."""
WORLD = World(NAMES, SIDE)
LEAST = 0.5
"""A thing of which less is seen is not asked about."""
NAMED = ("recolour", "replace", "add")
"""Kinds of change whose words name enough to be held out; of the others the scene is new, and the words are not."""


@dataclass(frozen=True)
class Layout:
    """A *caption*, its *phrases* with their *boxes*, and the true *scene*, whose things stand in the order of the phrases."""

    caption: str
    phrases: tuple[str, ...]
    boxes: tuple[Box, ...]
    scene: Scene
    seed: int

    @property
    def truth(self) -> Pixels:
        """The true picture, uint8 [SIDE, SIDE, 3]."""
        return drawn(self.scene, SIDE, SIDE).pixels


@dataclass(frozen=True)
class Pair:
    """A scene *before* and *after* the change that *words* ask for, of one of KINDS. *old* and *new* are the thing that was there and the
    one that is there then (one of them None where a thing comes or goes, both where the whole changes); *caption* tells all of *after*;
    *phrase* and *region* mark the same change as a place to fill (None where it is none)."""

    kind: str
    words: str
    before: Scene
    after: Scene
    old: Thing | None
    new: Thing | None
    caption: str
    phrase: str
    region: Box | None
    seed: int

    @property
    def given(self) -> Picture:
        """The picture before, with what is on record of it, as the program keeps one that was drawn here."""
        meta = {"made": "picture-book", "scene": self.before.to_json()}
        return Picture(drawn(self.before, SIDE, SIDE).pixels, meta=meta)

    @property
    def place(self) -> Mask | None:
        """Where the true pictures differ, bool [SIDE, SIDE]; None where that may be anywhere."""
        if self.old is None and self.new is None:
            return None
        one, other = (drawn(scene, SIDE, SIDE).pixels for scene in (self.before, self.after))
        return np.asarray((one != other).any(2), np.bool_)


def plain_names() -> tuple[str, ...]:
    """Return the things whose plural is another word than their singular: only of those it can be said how many there are."""
    return tuple(name for name in NAMES if atlas.entry(name).plural != name)


def numbered(scene: Scene) -> Scene:
    """Return *scene* with its things numbered from 1, as those of a scene on record are."""
    return replace(scene, things=tuple(replace(thing, id=n) for n, thing in enumerate(scene.things, 1)))


def told(seed: int, number: int) -> Told:
    """Return caption *number*: one to three kinds of things, how many, maybe a relation, and where; held out."""
    for attempt in range(1000):
        found = tell(Random(f"pictured words {seed} {number} {attempt}"), 1 if number % 2 else 3, plain_names())
        if held(found.caption) or number % 2:  # of one kind of thing there is no composition to hold out
            return found
    raise RuntimeError(f"no held-out caption was found for number {number}")


def strangers() -> tuple[str, ...]:
    """Return the things of which there are synonyms that are kept from all training (``training.vision.words.kept``)."""
    return tuple(name for name in plain_names() if kept(name))


def unheard(seed: int, number: int) -> tuple[Told, Told]:
    """Return caption *number* of one kind of thing, by a synonym that training holds nowhere, and the same by the thing's name."""
    rng = Random(f"pictured unheard {seed} {number}")
    plain = tell(rng, 1, strangers())
    ((name, count),) = plain.names
    word = rng.choice(kept(name))
    called = with_article(word) if count == 1 else f"{NUMBERS[count]} {plural_of(word)}"
    return replace(plain, caption=plain.caption.replace(counted(name, count), called, 1)), plain


@lru_cache(maxsize=256)
def layout(seed: int, number: int) -> Layout:
    """Return layout *number*, held out; every other one holds a thing in a colour that is asked for."""
    for attempt in range(2000):
        rng = Random(f"pictured layout {seed} {number} {attempt}")
        scene = numbered(arranged(rng, WORLD))
        if number % 2 and not any(thing.tint for thing in scene.things):
            continue
        caption = captioned(rng, scene, "held_out")
        if not held(caption):
            continue
        truth = drawn(scene, SIDE, SIDE)
        if min(truth.visible) < LEAST or None in truth.boxes:
            continue
        boxes = tuple(box for box in truth.boxes if box is not None)
        phrases = tuple(said(rng, thing, "held_out") for thing in scene.things)
        return Layout(caption, phrases, boxes, scene, rng.randrange(2**31))
    raise RuntimeError(f"no held-out layout was found for number {number}")


@lru_cache(maxsize=256)
def pair(seed: int, number: int) -> Pair:
    """Return change *number*, the kinds in turn."""
    kind = tuple(KINDS)[number % len(KINDS)]
    for attempt in range(4000):
        rng = Random(f"pictured change {seed} {number} {attempt}")
        before = numbered(arranged(rng, WORLD, 3))
        made = KINDS[kind](rng, before, "held_out", NAMES)
        if made is None or not made[0].things or held(made[1]) != (kind in NAMED):
            continue
        after, words = made
        olds, news = set(before.things) - set(after.things), set(after.things) - set(before.things)
        old, new = (next(iter(things), None) for things in (olds, news))
        if new is not None and not new.id:
            named = replace(new, id=len(before.things) + 1)
            after, new = replace(after, things=tuple(named if t is new else t for t in after.things)), named
        clear = all(
            drawn(scene, SIDE, SIDE).visible[scene.things.index(thing)] >= LEAST
            for scene, thing in ((before, old), (after, new))
            if thing is not None
        )
        if not clear:
            continue
        phrase = with_article(new.name, new.tint) if new is not None else ""
        region = None if new is None or kind == "recolour" else reach(new, after, old, before)
        caption = captioned(rng, after, "held_out")
        return Pair(kind, words, before, after, old, new, caption, phrase, region, rng.randrange(2**31))
    raise RuntimeError(f"no {kind} was found for number {number}")


def reach(new: Thing, after: Scene, old: Thing | None, before: Scene) -> Box:
    """Return the box round *new* in *after*, and round *old* in *before* where there is one, a little wider."""
    boxes = [
        drawn(scene, SIDE, SIDE).boxes[scene.things.index(thing)]
        for thing, scene in ((new, after), (old, before))
        if thing is not None
    ]
    sure = [box for box in boxes if box is not None]
    more = 0.02
    x0, y0 = (max(0.0, min(getattr(box, edge) for box in sure) - more) for edge in ("x0", "y0"))
    x1, y1 = (min(1.0, max(getattr(box, edge) for box in sure) + more) for edge in ("x1", "y1"))
    return Box(x0, y0, x1, y1)
