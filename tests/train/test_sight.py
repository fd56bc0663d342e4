"""The measurement of the vision tower: its cases, its floors and ceiling, and that a better eye scores better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation import sight
from evaluation.overlap import box_iou
from models.reader import shared_embedder
from models.vision import dense
from models.vision.dense import Seen
from training.truth.words import kept_back
from training.vision.words import kept

PHRASE = np.array([1.0, 0.0], np.float32)


def eye(boxes: list[tuple[float, ...]], alike: list[float], sure: list[float]) -> Seen:
    phrases = np.array([(a, (1 - a * a) ** 0.5) for a in alike], np.float32)
    return Seen(phrases, np.array(boxes, np.float32), np.array(sure, np.float32), 20.0)


@pytest.fixture(scope="module")
def asked() -> dict[str, list[sight.Case]]:
    return {line: list(sight.cases(line, 3, 4)) for line in sight.LINES}


def test_cases_are_what_their_lines_say(asked: dict[str, list[sight.Case]]) -> None:
    again = list(sight.cases("several", 3, 4))
    for one, two in zip(asked["several"], again, strict=True):
        assert np.array_equal(one.pixels, two.pixels)
        assert (one.phrase, one.boxes) == (two.phrase, two.boxes)
    assert all(len(case.boxes) == 1 for case in asked["alone"])
    assert all(len(case.boxes) > 1 for case in asked["several"])
    assert all(case.phrase in kept_back() for case in asked["unknown"])
    held = {word for name in sight.cast("train") for word in kept(name)}
    assert all(case.phrase in held for case in asked["synonyms"])
    for cases in asked.values():
        for case in cases:
            assert case.pixels.shape == (sight.HEIGHT, sight.WIDTH, 3)
            assert all(0 <= b[0] < b[2] <= 1 and 0 <= b[1] < b[3] <= 1 for b in case.boxes)


def test_an_eye_that_sees_scores_full_and_one_that_does_not_scores_nothing(asked: dict[str, list[sight.Case]]) -> None:
    cases = asked["several"]
    vectors = {case.phrase: PHRASE for case in cases} | {case.absent: -PHRASE[::-1] for case in cases}
    assert not {case.absent for case in cases} & {case.phrase for case in cases}
    truth = {case.pixels.tobytes(): case for case in cases}

    def knows(pixels: np.ndarray) -> Seen:
        boxes = list(truth[pixels.tobytes()].boxes)
        return eye(boxes, [1.0] + [0.0] * (len(boxes) - 1), [0.6] + [0.9] * (len(boxes) - 1))

    found = sight.measure(knows, vectors, {"several": cases}, 4)
    right = {who: row["several"].value for who, row in found.items() if row["several"] is not None}
    assert right["tower"] == right["oracle"] == 1.0
    apart = [case for case in cases if all(box_iou(case.boxes[0], other) < 0.5 for other in case.boxes[1:])]
    assert right["there"] == 1.0
    assert right["unnamed"] <= 1 - len(apart) / len(cases), "the surest box is that of another thing"
    blind = sight.measure(lambda _: eye([(0.0, 0.0, 0.01, 0.01)], [0.1], [0.5]), vectors, {"several": cases}, 4)
    assert blind["tower"]["several"].value == blind["oracle"]["several"].value == 0.0  # type: ignore[union-attr]
    assert blind["chance"]["several"].value >= 0.0  # type: ignore[union-attr]
    table = sight.table(found)
    assert "the tower" in table
    assert "n 3" in table
    assert table.count("\n| ") == 2 + len(sight.ROWS) - 1


def test_a_missing_tower_is_told_with_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert sight.main(["--source", str(tmp_path / "none"), "--count", "1"]) == 1
    assert "training.vision" in capsys.readouterr().err


def test_the_shipped_tower_is_better_than_all_that_does_not_look() -> None:
    tower, embed = dense.load(), shared_embedder()
    assert embed is not None
    cases = list(sight.cases("several", 16, 5))
    words = sorted({word for case in cases for word in (case.phrase, case.absent)})
    found = sight.measure(
        lambda p: dense.look(tower, p), dict(zip(words, embed(words), strict=True)), {"several": cases}, 5
    )
    right = {who: row["several"].value for who, row in found.items() if row["several"] is not None}
    assert right["tower"] > max(right[floor] for floor in ("unnamed", "largest", "frame"))
