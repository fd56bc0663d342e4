"""How far a change in a marked place reaches: a band that the size of the picture fixes, and nothing beyond it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from models.reach import band_of, blended, counted, fade, far, reach

SHAPES = {"box": (slice(20, 50), slice(30, 90)), "line": (slice(10, 11), slice(0, 99)), "point": (5, 5)}


def marked(shape: str, height: int = 80, width: int = 120) -> np.ndarray:
    mark = np.zeros((height, width), np.bool_)
    mark[SHAPES[shape]] = True
    return mark


@pytest.mark.parametrize(("size", "band"), [((1, 1), 2), ((333, 200), 2), ((512, 384), 3), ((4000, 3000), 24)])
def test_the_band_is_a_share_of_the_longer_side_and_two_pixels_at_least(size: tuple[int, int], band: int) -> None:
    assert band_of(*size) == band_of(*size[::-1]) == band


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("channels", [3, 4])
def test_what_is_new_fills_the_mark_fades_over_the_band_and_leaves_the_rest(shape: str, channels: int) -> None:
    rng = np.random.default_rng(1)
    before = rng.integers(0, 120, (80, 120, channels)).astype(np.uint8)
    after = rng.integers(130, 256, (80, 120, 3)).astype(np.uint8)
    mark = marked(shape)
    away = distance_transform_edt(~mark)
    made = blended(before, after, mark)
    assert np.array_equal(made[mark][:, :3], after[mark])
    assert np.array_equal(made[away > 2], before[away > 2])
    band = (away > 0) & (away <= 2)
    assert (made[band][:, :3] > before[band][:, :3]).all()
    assert (made[band][:, :3] < after[band]).all()
    assert np.array_equal(made[..., 3:], before[..., 3:])
    assert np.array_equal(reach(mark), away <= 2)
    assert counted(before, made, mark) == {
        "band_px": 2, "changed_inside": int((away <= 2).sum()), "changed_outside": 0,
    }  # fmt: skip


def test_a_pixel_beyond_the_band_counts_outside() -> None:
    before, mark = np.zeros((80, 120, 3), np.uint8), marked("box")
    after = before.copy()
    after[20, 27], after[20, 28] = 1, 1  # three and two px left of it
    assert counted(before, after, mark) == {"band_px": 2, "changed_inside": 1, "changed_outside": 1}


def test_all_or_nothing_may_be_marked() -> None:
    every = np.ones((9, 9), np.bool_)
    assert reach(every).all()
    assert (fade(every) == 1).all()
    assert not reach(~every).any()
    assert not fade(~every).any()
    new = np.full((9, 9, 3), 7, np.uint8)
    assert np.array_equal(blended(new * 0, new, ~every), new * 0)


def scribbled(seed: int) -> np.ndarray:
    """Return a mark of a few boxes and points anywhere in a frame of any shape, at its edges too."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 400, 2)
    mark = np.zeros((height, width), np.bool_)
    for _ in range(rng.integers(1, 4)):
        y, x = rng.integers(0, height), rng.integers(0, width)
        mark[y : y + rng.integers(1, 60), x : x + rng.integers(1, 60)] = True
    return mark


@pytest.mark.parametrize("seed", range(40))
def test_looking_at_the_marks_surroundings_alone_gives_what_looking_at_the_whole_frame_does(seed: int) -> None:
    mark = scribbled(seed)
    band, away = band_of(mark.shape[1], mark.shape[0]), far(mark)
    share = np.where(away <= band, np.clip(1 - away / (band + 1), 0, 1), 0).astype(np.float32)
    assert np.array_equal(reach(mark), away <= band)
    assert np.array_equal(fade(mark), share)
    rng = np.random.default_rng(seed + 100)
    before, after = (rng.integers(0, 256, (*mark.shape, 3), np.uint8) for _ in range(2))
    mixed = np.rint(before + (after.astype(np.float32) - before) * share[..., None]).astype(np.uint8)
    wanted = np.where(share[..., None] > 0, mixed, before)
    assert np.array_equal(blended(before, after, mark), wanted)
    assert counted(before, after, mark)["changed_outside"] == int(((before != after).any(2) & (away > band)).sum())


def test_distances_are_measured_round_the_mark_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    seen: list[tuple[int, ...]] = []
    measure = cv2.distanceTransform

    def measured(inverse: np.ndarray, *how: int) -> np.ndarray:
        seen.append(inverse.shape)
        return measure(inverse, *how)

    monkeypatch.setattr(cv2, "distanceTransform", measured)
    mark = np.zeros((1000, 800), np.bool_)
    mark[400:420, 300:330] = True
    picture = np.zeros((1000, 800, 3), np.uint8)
    made = blended(picture, picture + 9, mark)
    assert counted(picture, made, mark)["changed_outside"] == 0
    band = band_of(800, 1000)
    assert seen == [(20 + 2 * band, 30 + 2 * band)] * 2
