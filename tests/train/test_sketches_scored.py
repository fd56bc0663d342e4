"""The measurement of the masks that ``<seg>`` stands for: whose thing is scored, and that better masks score better."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from evaluation import sketches
from evaluation.sketches import Case
from models.masks import box_of
from models.values import Box


def grid(mask: np.ndarray) -> np.ndarray:
    return cv2.resize(mask.astype(np.float32), (20, 13), interpolation=cv2.INTER_AREA)


def box(mask: np.ndarray) -> Box:
    extent = box_of(mask)
    assert extent is not None
    return Box.from_pixels(*extent, mask.shape[1], mask.shape[0])


@pytest.fixture(scope="module")
def asked() -> list[Case]:
    return list(sketches.cases(3, 5))


def test_cases_hold_the_thing_that_their_words_ask_for(asked: list[Case]) -> None:
    for case, again in zip(asked, sketches.cases(3, 5), strict=True):
        assert np.array_equal(case.pixels, again.pixels)
        assert case.words == again.words
        assert case.mask.shape == case.pixels.shape[:2]
        assert 0 < case.mask.mean() < 1


def test_the_truth_scores_as_the_ceiling_and_nothing_as_nothing(asked: list[Case]) -> None:
    made, right = sketches.measure(lambda case: (box(case.mask), grid(case.mask)), asked, 1)
    assert right == len(asked)
    value = {row: marks["g_iou"].value for row, marks in made.items()}
    assert value["both"] == value["ceiling"]
    assert value["alone"] > 0.6
    assert made["both"]["used"].value == 1.0
    empty, _ = sketches.measure(lambda case: (box(case.mask), np.zeros((13, 20), np.float32)), asked, 1)
    assert empty["alone"]["g_iou"].value == 0.0
    assert empty["both"]["used"].value == 0.0
    assert empty["both"]["g_iou"].value == empty["box"]["g_iou"].value == value["box"]


def test_what_is_pointed_at_wrongly_or_not_at_all_is_counted_and_not_scored(asked: list[Case]) -> None:
    for answer in (lambda case: None, lambda case: (Box(0.0, 0.0, 0.01, 0.01), grid(case.mask))):
        made, right = sketches.measure(answer, asked, 1)
        assert right == 0
        assert not any(made["alone"].values())


def test_weights_that_see_nothing_are_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert sketches.main(["--source", "nano/nowhere", "--count", "1"]) == 1
    told = capsys.readouterr().err
    assert "cannot be read" in told
    assert "--source" in told
    assert "Traceback" not in told
