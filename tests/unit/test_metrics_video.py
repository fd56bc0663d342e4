"""Following, steadiness and the first frame, on small clips whose scores are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation.video import activity, decay, first_frame, flow, follow, recall, seen_in_both, warp_errors


def texture(height: int = 64, width: int = 96) -> np.ndarray:
    """Return a smooth random picture, which optical flow can follow."""
    import cv2

    rng = np.random.default_rng(3)
    rough = rng.integers(0, 256, (height // 4, width // 4, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC))


def sliding(step: int, frames: int = 3) -> np.ndarray:
    """Return a window of 64 x 64 that moves *step* px a frame over a texture."""
    wide = texture(64, 128)
    return np.stack([wide[:, 16 + step * t : 80 + step * t] for t in range(frames)])


def test_the_given_first_and_last_frame_do_not_count() -> None:
    truth = np.zeros((4, 10, 10), bool)
    truth[:, 2:6, 2:6] = True
    predicted = truth.copy()
    predicted[0] = False
    predicted[3] = False
    predicted[2, 2:6, 4:6] = False  # half of the object is lost: 8 of 16 pixels
    followed = follow(predicted, truth)
    assert followed.j == (1.0, 0.5)
    assert followed.j_mean == 0.75
    assert followed.j_and_f == pytest.approx((0.75 + followed.f_mean) / 2)
    assert follow(predicted, truth, given_ends=False).j == (0.0, 1.0, 0.5, 0.0)


def test_an_object_that_is_gone_must_be_predicted_gone() -> None:
    truth = np.zeros((3, 8, 8), bool)
    assert follow(truth, truth).j_and_f == 1.0
    claimed = truth.copy()
    claimed[1, 3:5, 3:5] = True
    assert follow(claimed, truth).j_and_f == 0.0


def test_a_clip_without_a_frame_to_score_is_refused() -> None:
    short = np.zeros((2, 8, 8), bool)
    with pytest.raises(ValueError, match="leaves none"):
        follow(short, short)
    with pytest.raises(ValueError, match="compared"):
        follow(short, np.zeros((2, 8, 9), bool))


def test_recall_and_decay() -> None:
    assert recall([0.5, 0.6, 0.4, 0.9]) == 0.5  # a tie does not count
    # Eight frames: the borders of the quarters are frames 1, 3 (2.75), 5 (4.5), 6 (6.25) and 8, the borders shared.
    scores = [1.0, 1.0, 1.0, 0.5, 0.5, 0.4, 0.4, 0.4]
    assert decay(scores) == pytest.approx(1.0 - 0.4)
    assert decay([0.7]) == 0.0
    with pytest.raises(ValueError):
        decay([])


def test_flow_points_to_where_the_picture_went() -> None:
    clip = sliding(2)
    moved = flow(clip[0], clip[1])  # the window moves right, so what it shows moves left
    assert np.median(moved[8:-8, 8:-8, 0]) == pytest.approx(-2, abs=0.3)
    assert np.median(moved[8:-8, 8:-8, 1]) == pytest.approx(0, abs=0.3)


def test_what_leaves_the_frame_or_does_not_come_back_is_not_seen_in_both() -> None:
    forward = np.zeros((4, 6, 2), np.float32)
    forward[..., 0] = 2
    seen = seen_in_both(forward, -forward)
    assert seen[:, :4].all()
    assert not seen[:, 4:].any()
    assert not seen_in_both(forward, forward).any()  # 16 > 0.01 x 8 + 0.5


def test_steady_motion_scores_far_better_than_flicker() -> None:
    steady = sliding(2)
    flicker = steady.copy()
    flicker[1] = np.clip(flicker[1].astype(int) + 40, 0, 255).astype(np.uint8)
    still = np.stack([steady[0]] * 3)
    assert warp_errors(still) == [0.0, 0.0]
    assert max(warp_errors(steady)) < 2e-3
    assert min(warp_errors(flicker, steady)) > 10 * max(warp_errors(steady))
    assert activity(still) == 0.0
    assert activity(steady) > 0.01


def test_a_constant_step_of_light_has_the_error_that_the_formula_says() -> None:
    still = np.full((2, 32, 32, 3), 100, np.uint8)
    lit = still.copy()
    lit[1] += 51  # a fifth of full scale
    assert warp_errors(lit, still) == pytest.approx([0.04])
    assert activity(lit) == pytest.approx(0.2)


def test_one_frame_has_no_motion() -> None:
    one = np.zeros((1, 16, 16, 3), np.uint8)
    with pytest.raises(ValueError):
        warp_errors(one)
    with pytest.raises(ValueError):
        activity(one)
    with pytest.raises(ValueError, match="one size"):
        warp_errors(np.zeros((2, 16, 16, 3), np.uint8), np.zeros((3, 16, 16, 3), np.uint8))


def test_the_first_frame_is_compared_with_its_picture_at_the_frames_size() -> None:
    picture = texture(64, 64)
    clip = np.stack([picture, 255 - picture])
    match = first_frame(picture, clip)
    assert match.psnr == math.inf
    assert match.ssim == pytest.approx(1.0)
    double = np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)
    assert first_frame(double, clip).psnr == math.inf
    assert first_frame(picture, clip[1:]).ssim < 0.2
    with pytest.raises(ValueError):
        first_frame(picture, clip[:0])
