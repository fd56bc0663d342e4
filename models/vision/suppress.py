"""Which of a detector's boxes become object tokens: no box twice, and not more than a reader can bear.

As in MG-LLaVA's code (``bbox_nms`` and ``chat_preprocess_multi_modal``, PhoenixZ810/MG-LLaVA at 3237152): non-maximum
suppression within each class at an overlap of 0.2, then, where more than 100 boxes are left, the 20 surest of each class. That
may still leave more than 100 where there are many classes; here the surest 100 of them stay, so that 100 is a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERLAP = 0.2
"""Intersection over union above which the less sure of two boxes of a class is dropped."""
MOST, EACH = 100, 20
"""Boxes of a picture, and of a class where a picture has more than that."""


def overlaps(boxes: NDArray[np.floating], box: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the intersection over union, float64 [n], of *boxes* [n, 4] and one *box* [4]; 0 for boxes without area."""
    many, one = boxes.astype(np.float64), box.astype(np.float64)
    both = np.clip(np.minimum(many[:, 2:], one[2:]) - np.maximum(many[:, :2], one[:2]), 0, None).prod(1)
    either = (many[:, 2:] - many[:, :2]).prod(1) + (one[2:] - one[:2]).prod() - both
    return np.asarray(np.divide(both, either, out=np.zeros_like(both), where=either > 0))


def suppress(
    boxes: NDArray[np.floating], scores: NDArray[np.floating], classes: NDArray[np.integer], overlap: float = OVERLAP
) -> NDArray[np.intp]:
    """Return the numbers of the boxes that stay, the surest first: from the surest on, each box drops those of its class that
    overlap it by more than *overlap*. Equal scores go by their order.

    *boxes* [n, 4] (x0, y0, x1, y1 in any one unit), *scores* [n], *classes* [n]. Raises ValueError when they are not of one
    length, not finite, or a box is turned over.
    """
    if boxes.shape != (len(scores), 4) or len(classes) != len(scores):
        raise ValueError(
            f"boxes {boxes.shape}, scores {scores.shape} and classes {classes.shape} are not of one length"
        )
    if not (np.isfinite(boxes).all() and np.isfinite(scores).all() and (boxes[:, 2:] >= boxes[:, :2]).all()):
        raise ValueError("boxes must be finite, with x0 <= x1 and y0 <= y1, and their scores finite")
    left = np.argsort(-scores.astype(np.float64), kind="stable")
    kept: list[int] = []
    while len(left):
        best, rest = left[0], left[1:]
        kept.append(int(best))
        double = (classes[rest] == classes[best]) & (overlaps(boxes[rest], boxes[best]) > overlap)
        left = rest[~double]
    return np.array(kept, np.intp)


def chosen(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    classes: NDArray[np.integer],
    overlap: float = OVERLAP,
    most: int = MOST,
    each: int = EACH,
) -> NDArray[np.intp]:
    """Return the numbers of the boxes to read, the surest first: :func:`suppress`, and where more than *most* are left, the
    *each* surest of each class, *most* in all. Raises ValueError like :func:`suppress`."""
    kept = suppress(boxes, scores, classes, overlap)
    if len(kept) <= most:
        return kept
    seen: dict[int, int] = {}
    few: list[int] = []
    for number in kept.tolist():
        kind = int(classes[number])
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= each:
            few.append(number)
    return np.array(few[:most], np.intp)
