"""Which boxes stay: against a plain reading of the rule, at its borders, and for input that no detector should give."""

from __future__ import annotations

import numpy as np
import pytest

from models.vision.suppress import chosen, overlaps, suppress


def crowd(n: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    corner = rng.random((n, 2)) * 0.8
    boxes = np.concatenate([corner, corner + 0.02 + rng.random((n, 2)) * 0.18], 1).astype(np.float32)
    scores = (rng.integers(0, 40, n) / 40).astype(np.float32)  # many are equal
    return boxes, scores, rng.integers(0, classes, n)


def plain_overlap(a: list[float], b: list[float]) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    both = max(0.0, wide) * max(0.0, high)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def plain(boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> list[int]:
    """A box stays unless a surer one of its class that stays overlaps it by more than a fifth."""
    stay: list[int] = []
    for i in sorted(range(len(scores)), key=lambda i: (-scores[i], i)):
        rivals = [j for j in stay if classes[j] == classes[i]]
        if all(plain_overlap(boxes[i].tolist(), boxes[j].tolist()) <= 0.2 for j in rivals):
            stay.append(i)
    return stay


@pytest.mark.parametrize("seed", range(4))
def test_the_same_boxes_stay_as_by_a_plain_reading(seed: int):
    crowded = crowd(120, 3, seed)
    found = suppress(*crowded).tolist()
    assert found == plain(*crowded)
    assert 10 < len(found) < 120


def test_overlap_counts_within_a_class_only_and_a_fifth_is_not_yet_too_much():
    boxes = np.array([[0, 0, 6, 1], [4, 0, 10, 1], [4, 0, 10, 1], [3.9, 0, 9.9, 1]], np.float64)
    assert overlaps(boxes, boxes[0])[1] == 0.2
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    assert suppress(boxes, scores, np.array([0, 0, 1, 2])).tolist() == [0, 1, 2, 3]
    assert suppress(boxes, scores, np.array([0, 0, 0, 1])).tolist() == [0, 1, 3]
    assert suppress(boxes[[0, 3]], scores[:2], np.array([0, 0])).tolist() == [0]


def apart(n: int) -> np.ndarray:
    """Boxes none of which touches another."""
    corner = np.stack([np.arange(n) % 40, np.arange(n) // 40], 1) / 40
    return np.concatenate([corner, corner + 0.02], 1)


def test_a_hundred_of_one_class_stay_and_of_more_the_twenty_surest():
    scores = np.random.default_rng(9).permutation(150) / 150
    kinds = np.zeros(150, np.int64)
    assert chosen(apart(100), scores[:100], kinds[:100]).tolist() == np.argsort(-scores[:100]).tolist()
    assert chosen(apart(101), scores[:101], kinds[:101]).tolist() == np.argsort(-scores[:101])[:20].tolist()
    kinds[::3] = 1
    found = chosen(apart(150), scores, kinds)
    assert np.bincount(kinds[found]).tolist() == [20, 20]
    assert (np.diff(scores[found]) < 0).all()


def test_there_are_never_more_than_a_hundred():
    scores = np.random.default_rng(10).random(600)
    kinds = np.arange(600) % 30
    found = chosen(apart(600), scores, kinds)
    assert len(found) == len(set(found.tolist())) == 100
    twenty = {
        int(i) for kind in range(30) for i in sorted(np.flatnonzero(kinds == kind), key=lambda i: -scores[i])[:20]
    }
    assert set(found.tolist()) == set(sorted(twenty, key=lambda i: -scores[i])[:100])


def test_none_and_points_are_fine_and_nonsense_is_refused():
    none = np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.int64)
    assert chosen(*none).tolist() == []
    point = np.array([[0.5, 0.5, 0.5, 0.5]] * 2)
    assert chosen(point, np.array([0.1, 0.2]), np.zeros(2, np.int64)).tolist() == [1, 0]
    box, one = np.array([[0.1, 0.1, 0.2, 0.2]]), np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="finite"):
        suppress(box, np.array([np.nan]), one)
    with pytest.raises(ValueError, match="finite"):
        suppress(box[:, [2, 1, 0, 3]], np.array([0.5]), one)
    with pytest.raises(ValueError, match="one length"):
        suppress(box, np.array([0.5, 0.6]), one)
