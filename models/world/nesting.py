"""Finding room within a marked place: the largest and nearest box in which a thing lies wholly inside of the mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from models.masks import box_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

Box: TypeAlias = tuple[float, float, float, float]
FINE = 144
"""Cells along the longer side of the mark within which room is looked for."""
SCALES = (1.0, 0.93, 0.86, 0.8, 0.73, 0.66, 0.6, 0.53, 0.46, 0.4, 0.34, 0.28, 0.22, 0.17, 0.12)
"""Sizes that are tried, as shares of the size asked for."""
SMALLER = 1.3
"""A thing made smaller by half is as bad as one moved by this share of its half longer side."""


def nested(mark: Mask, box: Box, shape: Mask | None = None, *, least: float = SCALES[-1]) -> Box | None:
    """Return *box* (x0, y0, x1, y1 px, may reach out of the frame) moved and made smaller as little as is needed for the thing in it to
    lie within *mark* bool [h, w]; None where there is no room for it at *least* of its size.

    *shape* bool, of any size, is what of the box the thing fills; None for all of it. Up to the width of a cell of FINE it may be off.
    """
    import cv2

    found = box_of(mark)
    if found is None:
        return None
    x0, y0, x1, y1 = found
    cell = max(1.0, max(x1 - x0, y1 - y0) / FINE)
    size = max(1, round((x1 - x0) / cell)), max(1, round((y1 - y0) / cell))
    part = mark[y0:y1, x0:x1].astype(np.float32)
    bare = 1 - np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
    bare[bare < 0.02] = 0
    across, down = size[0] / (x1 - x0), size[1] / (y1 - y0)
    wide, high = (box[2] - box[0]) * across, (box[3] - box[1]) * down
    goal = ((box[0] + box[2]) / 2 - x0) * across, ((box[1] + box[3]) / 2 - y0) * down
    solid = np.ones((1, 1), np.float32) if shape is None else shape.astype(np.float32)
    best, cost = None, np.inf
    for scale in (s for s in SCALES if s >= least):
        kernel = _kernel(solid, wide * scale, high * scale)
        if kernel.shape[0] > size[1] or kernel.shape[1] > size[0] or SMALLER * (1 - scale) >= cost:
            continue
        over = cv2.matchTemplate(bare, kernel, cv2.TM_CCORR)
        rows, columns = np.nonzero(over < 0.5 + 0.002 * float(kernel.sum()))
        if not len(rows):
            continue
        # The middle of the thing, where that is free to lie: a whole box may lie anywhere between two cells.
        x = columns + kernel.shape[1] / 2
        y = rows + kernel.shape[0] / 2
        away = np.hypot(x - goal[0], y - goal[1]) / max(1.0, max(wide, high))
        at = int(away.argmin())
        if SMALLER * (1 - scale) + away[at] < cost:
            cost, best = SMALLER * (1 - scale) + float(away[at]), (scale, float(x[at]), float(y[at]))
    if best is None:
        return None
    scale, x_cell, y_cell = best
    middle_x, middle_y = _kept(x_cell, goal[0]) / across + x0, _kept(y_cell, goal[1]) / down + y0
    half_x, half_y = (box[2] - box[0]) * scale / 2, (box[3] - box[1]) * scale / 2
    return middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y


def _kernel(solid: NDArray[np.float32], wide: float, high: float) -> NDArray[np.float32]:
    import cv2

    # What is a hair wider than the mark, by rounding, is as wide.
    size = max(1, int(np.ceil(wide - 0.6))), max(1, int(np.ceil(high - 0.6)))
    return np.asarray(cv2.resize(solid, size, interpolation=cv2.INTER_AREA) > 0.2, np.float32)


def _kept(found: float, goal: float) -> float:
    """Return *goal* where what was *found* is the same cell: nothing is moved for a rounding."""
    return goal if abs(found - goal) <= 0.75 else found
