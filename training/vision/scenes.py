"""Scenes for the vision tower: many things of the world before its backdrops, and what every pixel shows.

Each scene follows from the seed and its number alone, so that a run that goes on after a stop learns from the same pictures as
one that was never stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np
from models.world import atlas, suiting
from models.world.grades import graded
from models.world.scene import (
    DECOR,
    FLAT,
    GRADES,
    KINDS,
    OUTDOOR,
    STYLES,
    TIMES,
    Backdrop,
    Scene,
    Thing,
    extent,
    horizon,
)
from numpy.typing import NDArray

from training.truth.words import COLOURS, recolourable
from training.vision.quick import draw

SIZES = ((128, 128), (160, 104), (144, 112), (112, 144))
"""Frames that the tower is taught with, width and height in px: square, 3:2, 4:3 and upright."""
MARGIN = 1.15
"""How much larger than a frame a scene is drawn: what the frame shows is cut from it."""
MOST = 14
"""Things in a scene, at most."""
BACKDROPS = 600
"""Backdrops that scenes are drawn before."""
_STYLED, _MOODY, _TINTED = 0.14, 0.06, 0.12
_GROUNDS = ("", "beige", "light blue", "mint", "lavender", "cream", "light gray", "peach", "red", "green", "black", "yellow",
            "purple")  # fmt: skip
_OVER = 0.22
"""A thing may cover so much of a smaller one's box."""

_BARE = Backdrop()


@dataclass(frozen=True)
class Sight:
    """A drawn scene. *pixels* uint8 [h, w, 3]; *ids* uint8 [h, w]: 0 for the backdrop, k for the k-th of *names*; the *backdrop*
    and the *style* that it was drawn with."""

    pixels: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    names: tuple[str, ...]
    backdrop: Backdrop = _BARE
    style: str = ""


def sight(names: Sequence[str], size: tuple[int, int], seed: str) -> Sight:
    """Return a scene of things of *names* for a frame of *size*, MARGIN times as large, the same for the same *seed*."""
    rng = Random(seed)
    width, height = (round(side * MARGIN) for side in size)
    scene = arranged(rng, names, width, height)
    pixels, ids = draw(scene, width, height)
    if rng.random() < _MOODY:
        pixels = graded(pixels, rng.choice(GRADES))
    return Sight(pixels, ids, tuple(thing.name for thing in scene.things), scene.backdrop, scene.style)


def arranged(rng: Random, names: Sequence[str], width: int, height: int) -> Scene:
    """Return a scene of one to MOST things of *names* for a frame of *width* x *height*: half of them are at home before its
    backdrop, most stand on its ground where it has one, and few cover much of each other."""
    backdrop = _backdrop(rng.randrange(BACKDROPS))
    things: list[Thing] = []
    boxes: list[tuple[float, float, float, float]] = []
    # Crowds teach names for less: most of the work is per picture.
    wanted = rng.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, MOST))
    crowd = min(1.1, (5 / (wanted + 2)) ** 0.5)
    for _ in range(4 * wanted):
        thing = _thing(rng, _name(rng, names, backdrop.kind), backdrop, width, height, crowd)
        box = extent(thing, atlas.aspect(thing.name), width, height)
        if all(_covered(box, other) < _OVER for other in boxes):
            things.append(thing)
            boxes.append(box)
        if len(things) == wanted:
            break
    style = rng.choice(STYLES[1:]) if rng.random() < _STYLED else ""
    ordered = sorted(things, key=lambda thing: thing.y + thing.size / 2) if horizon(backdrop) is not None else things
    return Scene(tuple(ordered), backdrop, style)


@lru_cache(maxsize=BACKDROPS)
def _backdrop(number: int) -> Backdrop:
    """Return the backdrop of that *number*; half of them are without the decorations that look like things."""
    rng = Random(f"backdrop {number}")
    kind = rng.choice(FLAT) if rng.random() < 0.35 else rng.choice(KINDS)
    time = rng.choice(TIMES) if kind in OUTDOOR and rng.random() < 0.5 else "day"
    colour = rng.choice(_GROUNDS) if kind in FLAT else ""
    return Backdrop(kind, time, colour, rng.randrange(2**31), DECOR if rng.random() < 0.5 else ())


def _name(rng: Random, names: Sequence[str], kind: str) -> str:
    """Return one of *names*: by half a try or two for one that is at home before a backdrop of *kind*."""
    name = rng.choice(names)
    for _ in range(2):
        if rng.random() < 0.5 or _home(name) == kind:
            break
        name = rng.choice(names)
    return name


@lru_cache(maxsize=2048)
def _home(name: str) -> str:
    return suiting.home_of(name, atlas.entry(name))


def _thing(rng: Random, name: str, backdrop: Backdrop, width: int, height: int, crowd: float) -> Thing:
    entry = atlas.entry(name)
    usual = suiting.usual_size(entry) ** 0.6 * 0.62 * rng.uniform(0.75, 1.3)
    size = usual if rng.random() < 0.6 else 0.13 * (0.8 / 0.13) ** rng.random()
    size = min(0.95, max(0.11, size * crowd))
    turn = 0.0 if rng.random() < 0.65 else rng.uniform(-25, 25)
    flip = rng.random() < 0.5 and suiting.flips(entry)
    tint = rng.choice(COLOURS) if rng.random() < _TINTED and recolourable(name) else ""
    aspect = atlas.aspect(name)
    high = min(1.0, size * min(1.0, 1 / aspect) * min(width, height) / height)
    wide = min(1.0, size * min(1.0, aspect) * min(width, height) / width)
    line = horizon(backdrop)
    zone = suiting.zone_of(entry, "", backdrop.kind)
    if line is None or zone == "float" or rng.random() < 0.15:
        y = rng.uniform(0.4 * high, 1 - 0.4 * high)
    elif zone in ("sky", "wall"):
        y = rng.uniform(0.4 * high, max(0.5 * high, line - 0.3 * high))
    else:
        y = rng.uniform(line + 0.03, 1.0) - high / 2
    x = rng.uniform(0.4 * wide, 1 - 0.4 * wide)
    shadow = zone == "ground" or line is None
    return Thing(name, x, y, size, turn, flip, tint, shade=rng.uniform(0.9, 1.1), shadow=shadow)


def _covered(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Return which share of the smaller of two boxes the other covers."""
    both = max(0.0, min(one[2], other[2]) - max(one[0], other[0])) * max(
        0.0, min(one[3], other[3]) - max(one[1], other[1])
    )
    return both / max(1e-9, min((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other)))
