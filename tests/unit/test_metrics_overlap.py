"""Boxes, masks and outlines against values worked out by hand, the degenerate ones included."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.overlap import (
    accuracy_at,
    boundary_f,
    box_giou,
    box_iou,
    c_iou,
    g_iou,
    mask_iou,
    matched_iou,
    no_target_accuracy,
    outline,
)

EMPTY = np.zeros((4, 4), bool)
FULL = np.ones((4, 4), bool)


def block(x0: int, y0: int, x1: int, y1: int, size: int = 4) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[y0:y1, x0:x1] = True
    return mask


@pytest.mark.parametrize(
    ("a", "b", "iou", "giou"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0, 1.0),
        ((0, 0, 2, 2), (1, 0, 3, 2), 2 / 6, 2 / 6),  # the hull is the union
        ((0, 0, 2, 2), (1, 1, 3, 3), 1 / 7, 1 / 7 - 2 / 9),
        ((0, 0, 1, 1), (2, 0, 3, 1), 0.0, -1 / 3),
        ((0, 0, 1, 1), (1, 0, 2, 1), 0.0, 0.0),  # edges touch
        ((0, 0, 0, 0), (0, 0, 2, 2), 0.0, 0.0),  # a point within: the hull is the box itself
        ((1, 1, 1, 1), (1, 1, 1, 1), 0.0, -1.0),  # no hull at all
        ((2, 2, 0, 0), (0, 0, 2, 2), 0.0, 0.0),  # corners the wrong way round
    ],
)  # fmt: skip
def test_boxes(a: tuple[float, ...], b: tuple[float, ...], iou: float, giou: float) -> None:
    assert box_iou(a, b) == pytest.approx(iou)
    assert box_iou(b, a) == pytest.approx(iou)
    assert box_giou(a, b) == pytest.approx(giou)


def test_a_box_of_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        box_iou((0, 0, math.nan, 1), (0, 0, 1, 1))


def test_boxes_are_paired_so_that_the_sum_is_greatest() -> None:
    left, right = (0, 0, 1, 1), (2, 0, 3, 1)
    assert matched_iou([right, left], [left, right]) == 1.0
    assert matched_iou([left], [left, right]) == 0.5
    assert matched_iou([left, left], [left]) == 0.5  # the second claim on one box is needless
    assert matched_iou([], []) == 1.0
    assert matched_iou([], [left]) == 0.0
    assert matched_iou([left], []) == 0.0


def test_accuracy_does_not_count_what_is_just_at_the_threshold() -> None:
    assert accuracy_at([0.5, 0.51, 0.2, 1.0]) == 0.5
    with pytest.raises(ValueError):
        accuracy_at([])


def test_masks() -> None:
    assert mask_iou(block(0, 0, 2, 2), block(1, 0, 3, 2)) == pytest.approx(2 / 6)
    assert mask_iou(EMPTY, EMPTY) == 1.0
    assert mask_iou(EMPTY, FULL) == 0.0
    assert mask_iou(FULL, EMPTY) == 0.0
    with pytest.raises(ValueError, match="compared"):
        mask_iou(EMPTY, np.zeros((4, 5), bool))


def test_one_large_object_outweighs_small_ones_in_the_cumulative_score_alone() -> None:
    pairs = [(FULL, FULL), (block(0, 0, 1, 1), block(1, 1, 2, 2))]  # 16 of 16, 0 of 2
    assert c_iou(pairs) == pytest.approx(16 / 18)
    assert g_iou(pairs) == pytest.approx(0.5)


def test_a_truth_without_a_target_counts_one_only_for_an_empty_prediction() -> None:
    right, wrong = (EMPTY, EMPTY), (block(0, 0, 2, 1), EMPTY)
    assert g_iou([right, wrong]) == 0.5
    assert no_target_accuracy([right, wrong, (FULL, FULL)]) == 0.5
    assert no_target_accuracy([(FULL, FULL)]) is None
    assert c_iou([right, wrong, (FULL, FULL)]) == pytest.approx(16 / 18)
    assert c_iou([right]) == 1.0
    for score in (c_iou, g_iou):
        with pytest.raises(ValueError):
            score([])


def test_the_outline_of_a_block() -> None:
    drawn = outline(block(1, 1, 3, 3))
    # Pixels that differ from the right, lower or lower right neighbour: row 0 sees the block below, the block's own inner
    # upper left pixel sees the same all round.
    assert drawn.astype(int).tolist() == [[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]]
    assert not outline(FULL).any()


def test_outlines_within_the_tolerance_agree_and_beyond_it_do_not() -> None:
    truth, moved = block(20, 20, 60, 60, 100), block(22, 20, 62, 60, 100)
    # The diagonal is 141.4 px: 0.008 of it is 1.13, rounded up to 2 px.
    assert boundary_f(truth, truth) == 1.0
    assert boundary_f(moved, truth) == 1.0
    far = block(23, 20, 63, 60, 100)
    own = {(int(y), int(x)) for y, x in np.argwhere(outline(far))}
    other = {(int(y), int(x)) for y, x in np.argwhere(outline(truth))}

    def near(some: set[tuple[int, int]], rest: set[tuple[int, int]]) -> float:
        return sum(any((y - v) ** 2 + (x - u) ** 2 <= 4 for v, u in rest) for y, x in some) / len(some)

    p, r = near(own, other), near(other, own)
    assert 0 < p < 1
    assert boundary_f(far, truth) == pytest.approx(2 * p * r / (p + r))
    assert boundary_f(block(0, 0, 5, 5, 100), block(80, 80, 90, 90, 100)) == 0.0


def test_masks_without_an_outline_agree_with_each_other_alone() -> None:
    assert boundary_f(EMPTY, EMPTY) == 1.0
    assert boundary_f(EMPTY, FULL) == 1.0  # neither has an outline: the region score tells them apart
    assert boundary_f(EMPTY, block(1, 1, 3, 3)) == 0.0
    assert boundary_f(block(1, 1, 3, 3), EMPTY) == 0.0
    with pytest.raises(ValueError, match="compared"):
        boundary_f(EMPTY, np.zeros((5, 4), bool))
