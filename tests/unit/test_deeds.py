"""What a thing does is told from its path: each kind of deed from boxes that show it, and most of those of drawn films."""

from __future__ import annotations

import numpy as np
import pytest

from models.percepts import PLACE, TRACK, Deed, Percept
from models.senses import deeds
from training.truth.films import DEEDS, TO_OTHERS

SECONDS = tuple(0.5 * n for n in range(8))


def path(*, x=0.0, y=0.0, wide=0.2, high=0.3, frames=range(8), at=(0.4, 0.6)):
    """Return boxes whose middle goes *x* across and *y* down in all, with sides that become those at the end; [] but in *frames*."""
    boxes = []
    for n in range(8):
        part = n / 7
        across, down = at[0] + part * x, at[1] + part * y
        w, h = 0.2 + part * (wide - 0.2), 0.3 + part * (high - 0.3)
        boxes.append([across - w / 2, down - h / 2, across + w / 2, down + h / 2] if n in frames else [])
    return boxes


def hopping(times: int):
    boxes = path()
    for n in range(1, 7):
        up = 0.2 * abs(np.sin(np.pi * times * n / 7))
        boxes[n] = [boxes[n][0], boxes[n][1] - up, boxes[n][2], boxes[n][3] - up]
    return boxes


def lying():
    return [*path()[:3], *[[0.25, 0.55, 0.55, 0.75]] * 5]


GROWING = [[0.4 - 0.01 * n, 0.5 - 0.03 * n, 0.6 + 0.01 * n, 0.8] for n in range(8)]


@pytest.mark.parametrize(
    ("kind", "boxes"),
    [("left", path(x=-0.3)), ("right", path(x=0.3)), ("comes", path(frames=range(3, 8))), ("leaves", path(frames=range(5))),
     ("leaves", path(x=-0.35, frames=range(6))), ("rises", path(y=-0.3)), ("jumps", hopping(1)), ("jumps", hopping(2)), ("falls", lying()),
     ("grows", GROWING), ("shrinks", GROWING[::-1]), ("stays", path()), ("moves", [[0.4 + 0.03 * (n % 2), 0.4, 0.6, 0.7] for n in range(8)])],
)  # fmt: skip
def test_each_kind_of_deed_is_told_from_a_path_that_shows_it(kind, boxes):
    assert deeds.told(boxes, SECONDS).kind == kind


def test_when_a_deed_begins_and_ends():
    still = path()
    boxes = [*still[:3], *[[x0 + 0.1 * n, y0, x1 + 0.1 * n, y1] for n, (x0, y0, x1, y1) in enumerate(still[3:6], 1)]]
    boxes += [boxes[-1]] * 2
    assert deeds.told(boxes, SECONDS) == Deed("right", 1.0, 2.5)
    late = deeds.told(path(frames=range(4, 8)), SECONDS)
    assert (late.start, late.end) == (1.5, 2.0)


@pytest.mark.parametrize(
    ("kind", "boxes"),
    [("right", path(x=0.124)), ("rises", path(y=-0.124)), ("grows", path(wide=0.24, high=0.36, y=-0.03))],
)
def test_what_goes_slowly_goes_on_all_the_time(kind, boxes):
    """No step from frame to frame is larger than how boxes are found, and still it is among what moves, and moves first."""
    assert deeds.told(boxes, SECONDS) == Deed(kind, 0.0, 3.5)


def test_a_thing_of_one_frame_keeps_still_and_of_none_does_nothing():
    assert deeds.told([[0.1, 0.1, 0.4, 0.5]], [0.0]).kind == "stays"
    for boxes, seconds in (([[], []], [0.0, 1.0]), (path(), [0.0])):
        with pytest.raises(ValueError, match="a path needs a box"):
            deeds.told(boxes, seconds)


def test_every_deed_of_the_films_has_a_kind_with_words():
    for group in DEEDS.values():
        for deed in group:
            assert deeds.kind_of(deed.verb, deed.says) in deeds.SAYS
    assert deeds.kind_of("run", "runs to the left", gone=True) == "leaves"
    with pytest.raises(KeyError):
        deeds.kind_of(TO_OTHERS[0].verb, TO_OTHERS[0].says)


def test_there_is_a_deed_for_each_row_or_for_none():
    features, places = np.zeros((2, 4), np.float16), np.zeros((2, PLACE), np.float32)
    with pytest.raises(ValueError, match="1 deeds do not fit"):
        Percept(TRACK, features, places, ("dog", "owl"), np.ones(2, np.float32), deeds=(Deed("left", 0, 1),))
