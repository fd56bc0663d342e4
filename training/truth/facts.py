"""What else follows from a scene in its frame: how its things stand to each other, and which one stands out."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from training.truth.shots import Shot, outline

if TYPE_CHECKING:
    from numpy.typing import NDArray

APART = 0.1
"""One thing is left of or above another when their middles lie at least this share of the frame apart that way."""
MORE = 1.6
"""A thing stands out when it weighs at least this many times what every other one weighs."""
EDGE = 0.5
"""The weight of a pixel in a corner of the frame; that of one in the middle is 1."""


def relations(shot: Shot) -> list[list[Any]]:
    """Return what holds between the things of *shot* that are seen well, as [kind, id, id of the other]: the bonds (wearing,
    holding and riding, on, in) and "left", "above" and "front", each told one way round. "Front" hides a part of the other."""
    found: list[list[Any]] = [[bond.kind, bond.child, bond.bearer] for bond in shot.bonds]
    bound = {frozenset((bond.child, bond.bearer)) for bond in shot.bonds}
    order = {thing.id: place for place, thing in enumerate(shot.scene.things)}
    for one, other in permutations(sorted(shot.clear), 2):
        if frozenset((one, other)) in bound:
            continue
        a, b = shot.boxes[one], shot.boxes[other]
        if b.x0 + b.x1 - a.x0 - a.x1 >= 2 * APART:
            found.append(["left", one, other])
        if b.y0 + b.y1 - a.y0 - a.y1 >= 2 * APART:
            found.append(["above", one, other])
        if order[one] > order[other] and _covers(shot, one, other):
            found.append(["front", one, other])
    return found


def _covers(shot: Shot, front: int, behind: int) -> bool:
    """Whether the outlines of both things share a pixel of the frame."""
    a, b = shot.extent(front), shot.extent(behind)
    if min(a[2], b[2]) <= max(a[0], b[0]) or min(a[3], b[3]) <= max(a[1], b[1]):
        return False
    return bool((_whole(shot, front) & _whole(shot, behind)).any())


def _whole(shot: Shot, number: int) -> NDArray[np.bool_]:
    """Return where a thing would be seen if nothing were before it, bool [h, w]."""
    solid, x, y, _ = outline(shot.thing(number), shot.width, shot.height)
    frame = np.zeros((shot.height, shot.width), np.bool_)
    frame[y : y + solid.shape[0], x : x + solid.shape[1]] = solid
    return frame


def salient(shot: Shot) -> int | None:
    """Return the id of the thing that stands out, None when none does: by the pixels that are seen of it, those in the middle
    of the frame weighing more, at least MORE times as much as any other. What is worn or held does not rival who has it."""
    y, x = np.mgrid[: shot.height, : shot.width]
    off = np.hypot((x + 0.5) / shot.width - 0.5, (y + 0.5) / shot.height - 0.5) / math.hypot(0.5, 0.5)
    weight = 1 - (1 - EDGE) * off
    borne = {bond.child for bond in shot.bonds}
    weights = {
        thing.id: float(weight[mask].sum())
        for thing, mask in zip(shot.scene.things, shot.masks, strict=True)
        if thing.id not in borne
    }
    first, *rest = sorted(weights, key=lambda number: -weights[number]) or [0]
    if first not in shot.clear or any(weights[first] < MORE * weights[number] for number in rest):
        return None
    return first


def told(shot: Shot) -> dict[str, Any]:
    """Return both as values of a truth (:class:`training.truth.values.Lazy`), worked out when they are read."""
    return {"relations": lambda: relations(shot), "salient": lambda: salient(shot)}
