"""How a person marks a thing: a box drawn round it by hand, clicks on it, a scribble over it, an outline; from its true mask."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from models.values import Box, Point, Polygon, Stroke

from training.truth.shots import Shot

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOPPY = 0.06
"""A box drawn by hand is at most so much of the thing's size off on each side, outwards more than inwards."""


def by_hand(rng: Random, box: Box) -> Box:
    """Return *box* as a person draws it."""
    wide, high = box.x1 - box.x0, box.y1 - box.y0

    def off(size: float) -> float:
        return rng.uniform(-0.25, 1.0) * SLOPPY * size

    return Box(round(max(0.0, box.x0 - off(wide)), 3), round(max(0.0, box.y0 - off(high)), 3),
               round(min(1.0, box.x1 + off(wide)), 3), round(min(1.0, box.y1 + off(high)), 3))  # fmt: skip


def shape(rng: Random, shot: Shot, number: int) -> dict[str, Any]:
    """Return the fields of a region that marks the thing *number* of *shot* and nothing else."""
    other = [thing.id for thing in shot.scene.things if thing.id != number]
    away = shot.mask((rng.choice(other),)) if other and rng.random() < 0.05 else None
    return marked(rng, shot.boxes[number], shot.mask((number,)), away)


def marked(rng: Random, box: Box, mask: NDArray[np.bool_], away: NDArray[np.bool_] | None = None) -> dict[str, Any]:
    """Return the fields of a region that marks what *mask*, bool [h, w], covers and *box* lies round; with clicks *away*, what
    is not meant, gets one of its own."""
    way = rng.random()
    if way < 0.55 and away is None:
        return {"box": by_hand(rng, box)}
    inner = _deep(mask)
    if way < 0.75 or away is not None:
        clicks = [Point(*_spot(rng, inner)) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        if away is not None:
            x, y = _spot(rng, _deep(away))
            clicks.append(Point(x, y, positive=False))
        return {"points": tuple(clicks)}
    if way < 0.9:
        along = sorted(_spot(rng, inner) for _ in range(rng.randint(3, 5)))
        return {"strokes": (Stroke(tuple(along), 0.02),)}
    return {"polygons": (Polygon(_round(rng, box)),)}


def _deep(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the inner part of *mask*, where a person clicks."""
    import cv2

    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(depth >= 0.5 * depth.max())


def _spot(rng: Random, mask: NDArray[np.bool_]) -> tuple[float, float]:
    """Return a place on *mask*, fractions."""
    ys, xs = np.nonzero(mask)
    at = rng.randrange(len(ys))
    return round((int(xs[at]) + 0.5) / mask.shape[1], 4), round((int(ys[at]) + 0.5) / mask.shape[0], 4)


def _round(rng: Random, box: Box) -> tuple[tuple[float, float], ...]:
    """Return the corners of an outline drawn round *box*, none of which cuts into it."""
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    wide, high = (box.x1 - box.x0) * 0.5, (box.y1 - box.y0) * 0.5
    corners = []
    for cosine, sine in ((-1, -1), (0, -1.25), (1, -1), (1.25, 0), (1, 1), (0, 1.25), (-1, 1), (-1.25, 0)):
        far = rng.uniform(1.03, 1.12)
        corners.append(
            (round(min(1.0, max(0.0, x + far * cosine * wide)), 3), round(min(1.0, max(0.0, y + far * sine * high)), 3))
        )
    return tuple(corners)
