"""How far a predicted place covers the true one: boxes, masks, outlines, and sets of them.

Boxes are four numbers x0, y0, x1, y1 in any one unit; a box without area (also one whose corners are the wrong way round)
is allowed as a prediction and overlaps nothing. Masks are bool [height, width]. Scores are fractions 0..1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask: TypeAlias = NDArray[np.bool_]

Corners: TypeAlias = "tuple[float, float, float, float]"
DAVIS_TOLERANCE = 0.008
"""How far outlines may lie apart, as a share of the frame's diagonal (Perazzi et al. 2016, CVPR; the published evaluator)."""


def _areas(a: Corners, b: Corners) -> tuple[float, float]:
    """Return the areas of the intersection and of the union. Raises ValueError when a number is not finite."""
    if not all(math.isfinite(v) for v in (*a, *b)):
        raise ValueError(f"a box of {a} and {b} has a corner that is no finite number")
    own, other = (max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]) for box in (a, b))
    if own == 0 or other == 0:
        return 0.0, own + other
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inner = max(0.0, wide) * max(0.0, high)
    return inner, own + other - inner


def box_iou(a: Corners, b: Corners) -> float:
    """Return intersection over union, 0..1; 0 when either box has no area. Raises ValueError on a number that is not finite."""
    inner, union = _areas(a, b)
    return inner / union if union > 0 else 0.0


def box_giou(a: Corners, b: Corners) -> float:
    """Return the generalised IoU, -1..1: IoU - (hull - union) / hull (Rezatofighi et al. 2019, CVPR, algorithm 1); -1 when
    not even the hull of both boxes has an area. Raises ValueError on a number that is not finite."""
    inner, union = _areas(a, b)
    xs, ys = (a[0], a[2], b[0], b[2]), (a[1], a[3], b[1], b[3])
    hull = (max(xs) - min(xs)) * (max(ys) - min(ys))
    if hull <= 0:
        return -1.0
    return (inner / union if union > 0 else 0.0) - (hull - union) / hull


def matched_iou(predicted: Sequence[Corners], wanted: Sequence[Corners]) -> float:
    """Return the mean IoU of boxes paired so that its sum is greatest; a box without a partner counts 0. 1 when there are
    none on either side."""
    if not predicted and not wanted:
        return 1.0
    if not predicted or not wanted:
        return 0.0
    scores = np.array([[box_iou(a, b) for b in wanted] for a in predicted])
    own, other = linear_sum_assignment(-scores)
    return float(scores[own, other].sum()) / max(len(predicted), len(wanted))


def hits(predicted: Sequence[Corners], wanted: Sequence[Corners], threshold: float = 0.5) -> int:
    """Return how many boxes find a partner of their own with an IoU of *threshold* or more, in the pairing with the most such
    pairs: over the number of predicted boxes it is the precision, over that of wanted ones the recall."""
    if not predicted or not wanted:
        return 0
    near = np.array([[box_iou(a, b) >= threshold for b in wanted] for a in predicted])
    own, other = linear_sum_assignment(~near)
    return int(near[own, other].sum())


def accuracy_at(ious: Sequence[float], threshold: float = 0.5) -> float:
    """Return the share of *ious* above *threshold*; exactly on it does not count (referring expression comprehension as
    u-LLaVA scores it, arXiv 2311.05348). Raises ValueError without any."""
    if not len(ious):
        raise ValueError("there is no box to count")
    return sum(iou > threshold for iou in ious) / len(ious)


def counts(predicted: Mask, truth: Mask) -> tuple[int, int]:
    """Return the pixels of the intersection and of the union. Raises ValueError when the masks differ in size."""
    if predicted.shape != truth.shape:
        raise ValueError(f"a mask of {predicted.shape} cannot be compared with one of {truth.shape}")
    return int(np.count_nonzero(predicted & truth)), int(np.count_nonzero(predicted | truth))


def mask_iou(predicted: Mask, truth: Mask) -> float:
    """Return intersection over union; 1 when both masks are empty, 0 when one of them is. Raises ValueError when they
    differ in size."""
    inner, union = counts(predicted, truth)
    return inner / union if union else 1.0


def c_iou(pairs: Sequence[tuple[Mask, Mask]]) -> float:
    """Return the cumulative IoU of (predicted, truth): the sum of intersections over the sum of unions (LISA, arXiv
    2308.00692, section 4). 1 when all masks are empty. Raises ValueError without a pair or when sizes differ."""
    if not pairs:
        raise ValueError("there is no mask to score")
    both = [counts(predicted, truth) for predicted, truth in pairs]
    return ratio(np.asarray(both, np.float64))


def ratio(both: NDArray[np.float64]) -> float:
    """Return the cumulative IoU of rows (intersection, union) float64 [n, 2], the statistic that a bootstrap resamples."""
    inner, union = both.sum(axis=0)
    return float(inner / union) if union else 1.0


def g_iou(pairs: Sequence[tuple[Mask, Mask]]) -> float:
    """Return the mean IoU over the images of (predicted, truth). Where the truth is empty an empty prediction counts 1 and
    any other 0 (GRES, Liu et al. 2023, CVPR, section 3.2). Raises ValueError without a pair or when sizes differ."""
    if not pairs:
        raise ValueError("there is no mask to score")
    return sum(mask_iou(predicted, truth) for predicted, truth in pairs) / len(pairs)


def no_target_accuracy(pairs: Sequence[tuple[Mask, Mask]]) -> float | None:
    """Return the share of empty truths that are predicted empty (N-acc. of GRES), or None when no truth is empty."""
    empty = [predicted for predicted, truth in pairs if not truth.any()]
    return sum(not predicted.any() for predicted in empty) / len(empty) if empty else None


def outline(mask: Mask) -> Mask:
    """Return the pixels of *mask*'s outline as DAVIS draws it: a pixel that differs from its right, lower or lower right
    neighbour. The edge of the frame is no outline."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    right, below, across = padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    return np.asarray((mask != right) | (mask != below) | (mask != across), np.bool_)


def boundary_f(predicted: Mask, truth: Mask, tolerance: float = DAVIS_TOLERANCE) -> float:
    """Return the F measure of the outlines (Perazzi et al. 2016, CVPR, section 4: F = 2 P R / (P + R)).

    A pixel of one outline counts as found within *tolerance* x diagonal, rounded up to whole pixels, of the other. As in
    the published evaluator masks without an outline (empty, or filling the frame) agree with each other alone. Raises
    ValueError when the masks differ in size.
    """
    if predicted.shape != truth.shape:
        raise ValueError(f"a mask of {predicted.shape} cannot be compared with one of {truth.shape}")
    own, other = outline(predicted), outline(truth)
    if not own.any() or not other.any():
        return float(own.any() == other.any())
    reach = math.ceil(tolerance * math.hypot(*truth.shape))
    precision = float((distance_transform_edt(~other)[own] <= reach).mean())
    recall = float((distance_transform_edt(~own)[other] <= reach).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
