"""What hangs on a wall or is set into one: pictures, clocks, mirrors, windows, doors; in a room, or in the front of a house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from models.world.bodies import Frame, Item
from models.world.scene import FLAT, INDOOR, Backdrop, horizon

HANGING = frozenset(
    ("window", "picture", "mirror", "clock", "calendar", "tear-off calendar", "map", "target", "shower")
)
"""Things at home on a wall, higher than the floor."""
STANDING = frozenset(("door", "elevator"))
"""Things set into a wall, from the floor up."""
FITTED = frozenset(("window", "door", "clock", "bell"))
"""Things that the front of a house may have."""
WALLED = ("room", "kitchen")
"""Backdrops with a wall to hang things on, from the top of the frame to the horizon."""
BEHIND = {"wall": (*INDOOR, *FLAT), "ceiling": ("room", "kitchen", "stage")}
"""The backdrops that have a wall, if only a plain one, and a ceiling to hang things on."""
LEVEL = 0.46
"""How far down the wall the middle of what hangs there is."""
DOOR = 0.84
"""The share of the wall's height that what stands in it fills."""
_Place = tuple[float, float, float]
_USUAL: dict[str, tuple[_Place, ...]] = {
    "door": ((0.5, 0.85, 0.27),), "window": ((0.3, 0.5, 0.15), (0.7, 0.5, 0.15), (0.5, 0.5, 0.15)),
    "clock": ((0.5, 0.2, 0.16),), "bell": ((0.5, 0.2, 0.14),),
}  # fmt: skip
_FRONTS: dict[str, dict[str, tuple[_Place, ...]]] = {
    "house": {"door": ((0.492, 0.66, 0.37),), "window": ((0.265, 0.63, 0.24), (0.725, 0.63, 0.24), (0.5, 0.33, 0.15)),
              "clock": ((0.5, 0.35, 0.17),), "bell": ((0.5, 0.35, 0.15),)},
    "house with garden": {"door": ((0.495, 0.7, 0.3),), "window": ((0.31, 0.675, 0.19), (0.685, 0.675, 0.19), (0.5, 0.41, 0.11)),
                          "clock": ((0.5, 0.42, 0.13),), "bell": ((0.5, 0.42, 0.11),)},
    "ruined house": {"door": ((0.5, 0.68, 0.38),), "window": ((0.25, 0.66, 0.24), (0.73, 0.66, 0.24), (0.55, 0.34, 0.14)),
                     "clock": ((0.5, 0.34, 0.16),), "bell": ((0.5, 0.34, 0.14),)},
    "hut": {"door": ((0.5, 0.845, 0.3),), "window": ((0.24, 0.8, 0.17), (0.76, 0.8, 0.17)), "clock": ((0.5, 0.5, 0.18),),
            "bell": ((0.5, 0.6, 0.15),)},
    "school": {"door": ((0.5, 0.8, 0.37),), "window": ((0.215, 0.56, 0.15), (0.85, 0.56, 0.15), (0.215, 0.77, 0.15), (0.85, 0.77, 0.15)),
               "clock": ((0.49, 0.37, 0.27),), "bell": ((0.49, 0.14, 0.13),)},
    "castle": {"door": ((0.5, 0.88, 0.22),), "window": ((0.49, 0.33, 0.15), (0.21, 0.8, 0.12), (0.79, 0.8, 0.12)),
               "clock": ((0.49, 0.33, 0.16),), "bell": ((0.49, 0.33, 0.14),)},
    "church": {"door": ((0.49, 0.84, 0.29),), "window": ((0.18, 0.82, 0.17), (0.8, 0.82, 0.17)), "clock": ((0.49, 0.52, 0.2),),
               "bell": ((0.49, 0.52, 0.16),)},
}  # fmt: skip
"""Where a front has its fittings: the middle from the left and from the top, and the longer side, in fractions of the longer side
of the picture for the last, of its width and height for the others."""


def zone(name: str, kind: str) -> str:
    """Return "wall" for what hangs before a backdrop of *kind*, "base" for what stands in its wall, "" for all else."""
    if kind not in WALLED:
        return ""
    return "wall" if name in HANGING else "base" if name in STANDING else ""


def fits(name: str, building: str, entry: Callable[[str], Any]) -> bool:
    """Return whether *name* can be a part of the front of *building*; *entry* gives the facts about a name."""
    return name in FITTED and bool(building) and entry(building).subgroup == "buildings" and entry(building).metres > 5


def front(name: str, building: str, place: int) -> _Place:
    """Return where the *place*-th *name* in the front of *building* has its middle, from the left and from the top, and how long its
    longer side is, in fractions of the building's width, height and longer side."""
    spots = _FRONTS.get(building, _USUAL)[name]
    x, y, size = spots[place % len(spots)]
    row = place // len(spots)  # more than there is room for: a little aside, so that all can be counted
    return x + 0.045 * row, y - 0.06 * row, size


def height(name: str, entry: Callable[[str], Any]) -> float:
    """Return the share of the wall's height that *name* fills, at most where it hangs: real sizes, softened."""
    return DOOR if name in STANDING else min(0.6, 0.22 + 0.3 * float(entry(name).metres))


def scale(items: Sequence[Item], frame: Frame, entry: Callable[[str], Any]) -> None:
    """Give those of *items* that belong to a wall a size that suits it, before a frame with a horizon."""
    for item in items:
        if frame.horizon is not None and not item.fixed and item.zone in ("wall", "base"):
            factor = height(item.name, entry) * frame.horizon / item.high
            item.grow(factor if item.zone == "base" else min(1.0, factor))


@lru_cache(maxsize=16)
def painted(backdrop: Backdrop, width: int, height: int) -> dict[str, tuple[float, float, float, float]]:
    """Return x0, y0, x1, y1 in fractions round what is painted on the wall of *backdrop*: its "window" and its "picture", where
    it has them. They are found by painting it without them, for a frame of the shape of *width* x *height*, small."""
    import numpy as np

    from models.world.backdrops import paint

    shrink = 96 / min(width, height)
    wide, high = round(width * shrink), round(height * shrink)
    wall = round((horizon(backdrop) or 1.0) * high)  # the light that falls through a window lies on the floor
    whole = paint(backdrop, wide, high).pixels[:wall].astype(np.int16)
    found: dict[str, tuple[float, float, float, float]] = {}
    for kind in ("window", "picture"):
        without = replace(backdrop, without=(*backdrop.without, kind))
        differs = (np.abs(paint(without, wide, high).pixels[:wall] - whole) > 8).any(axis=2)
        rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
        if len(rows):
            x0, x1, y0, y1 = (int(v) for v in (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1))
            found[kind] = (x0 / wide, y0 / high, x1 / wide, y1 / high)
    return found


def fit(child: Item, bearer: Item) -> None:
    """Make *child* a part of the front of *bearer*, where the next of its name belongs."""
    x, y, size = front(child.name, bearer.name, sum(other.name == child.name for other in bearer.children))
    child.grow(size * max(bearer.wide, bearer.high) / max(child.wide, child.high))
    across = (x - 0.5) * bearer.wide * (-1 if bearer.flip else 1)
    bearer.carry(child, across, (y - 0.5) * bearer.high, 1)
