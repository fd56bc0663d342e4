"""The measurement of extended pictures: its cases, that better ones score better, and the command."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evaluation.experts.eyes import FOLDER, Eyes
from evaluation.experts.scenes import drawn
from evaluation.picturing import extending
from evaluation.picturing.cases import SIDE
from models.reader import TEXT_ENCODER
from training.drawing.scenes import NAMES

pytestmark = pytest.mark.skipif(
    not ((FOLDER / "config.json").is_file() and (TEXT_ENCODER / "config.json").is_file()),
    reason="there is no recogniser or no sentence encoder",
)


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(among=NAMES)


def test_the_frame_cuts_one_thing_in_the_middle_and_the_others_move_along() -> None:
    for number, side in enumerate(("right", "left")):
        one = extending.case(3, number)
        assert one.side == side
        assert one.scene.things[one.which].x == (1.0 if side == "right" else 0.0)
        away = {round(a.x - b.x, 6) for a, b in zip(one.scene.things, one.uncut.things, strict=True)}
        assert len(away) == 1
        box = drawn(one.uncut, SIDE, SIDE).boxes[one.which]
        assert box is not None
        assert one.whole.x1 - one.whole.x0 == pytest.approx((box.x1 - box.x0) * SIDE / (SIDE + extending.NEW), abs=0.01)


def test_a_picture_that_goes_on_scores_better_than_one_that_breaks_off(eyes: Eyes) -> None:
    one = extending.case(3, 0)
    black = np.zeros((SIDE, SIDE + extending.NEW, 3), np.uint8)
    black[:, :SIDE] = one.before
    even = extending.padded(one, "edge")
    assert extending.seam(black, one) > 3 > extending.seam(even, one)
    assert extending.judged(one, even, eyes)["exact"] == 1
    even[5, 5] ^= 1
    assert extending.judged(one, even, eyes)["exact"] == 0
    assert extending.judged(one, one.before, eyes)["exact"] == 0


def test_the_command_tells_that_no_old_pixel_changed_and_writes_its_sheet(tmp_path) -> None:
    out, results = tmp_path / "figures.json", tmp_path / "results.md"
    assert extending.main(["--count", "2", "--seed", "3", "--out", str(out), "--results", str(results)]) == 0
    figures = json.loads(out.read_text())
    for who in (extending.DRAWN, extending.PHOTO):
        assert figures[who]["exact"]["value"] == 100
    assert figures[extending.DRAWN]["whole"]["n"] == 2
    assert "extended pictures: begin" in results.read_text()
    assert extending.main(["--count", "1"]) == 1
    assert extending.main(["--profile", "none"]) == 1
