"""A look over a person's clip keeps still where the clip does, moves with it where it moves, and leaves no trails."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from models.world.scene import STYLES
from models.world.steady import CARRIED, steadied
from models.world.styles import stylised

Pixels = NDArray[np.uint8]
HIGH, WIDE = 96, 128


def ground(wide: int = WIDE) -> NDArray[np.float32]:
    """Soft spots of many colours with a hard bar, float32 [HIGH, wide, 3]."""
    import cv2

    spots = np.random.default_rng(5).uniform(40, 215, (12, wide // 8, 3)).astype(np.float32)
    made = cv2.resize(spots, (wide, HIGH), interpolation=cv2.INTER_CUBIC)
    made[30:50, wide // 3 : wide // 2] = (220, 60, 40)
    return np.asarray(np.clip(made, 0, 255), np.float32)


def filmed(step: int, count: int = 8, noise: float = 3.0) -> list[Pixels]:
    """Frames of a camera that pans *step* px a frame, with its noise."""
    wide = ground(WIDE + step * count)
    rng = np.random.default_rng(6)
    parts = [wide[:, step * n : step * n + WIDE] for n in range(count)]
    return [np.clip(part + rng.normal(0, noise, part.shape), 0, 255).astype(np.uint8) for part in parts]


def flicker(frames: list[Pixels], look: Callable[[Pixels], Pixels], step: int = 0) -> float:
    """Return the mean change (0..255) from frame to frame of what *look* makes of *frames*, along the pan of *step* px."""
    made = [look(frame).astype(np.float32) for frame in frames]
    pairs = itertools.pairwise(made[1:])
    return float(np.mean([np.abs(a[:, step:] - b[:, : WIDE - step]).mean() for a, b in pairs]))


def each(style: str) -> Callable[[Pixels], Pixels]:
    return lambda frame: stylised(frame, style)


@pytest.mark.parametrize("style", STYLES[1:])
def test_equal_frames_give_equal_frames_and_the_first_is_the_look_itself(style: str) -> None:
    frame, look = filmed(0)[0], steadied(style)
    made = [look(frame) for _ in range(3)]
    assert np.array_equal(made[0], stylised(frame, style))
    assert np.array_equal(made[0], made[1])
    assert np.array_equal(made[0], made[2])


@pytest.mark.parametrize("style", STYLES[1:])
def test_noise_of_the_camera_does_not_make_a_still_scene_boil(style: str) -> None:
    frames = filmed(0)
    assert flicker(frames, steadied(style)) < 0.35 * flicker(frames, each(style))


@pytest.mark.parametrize("style", CARRIED)
def test_marks_of_paint_move_with_a_slow_pan(style: str) -> None:
    frames = filmed(2)
    assert flicker(frames, steadied(style), 2) < 0.7 * flicker(frames, each(style), 2)


@pytest.mark.parametrize("style", ["watercolour", "comic", "pixel"])
def test_a_cut_and_a_leaping_thing_leave_nothing_behind(style: str) -> None:
    look = steadied(style)
    one, other = filmed(0, noise=0)[0], 255 - filmed(0, noise=0)[0]
    look(one)
    apart = np.abs(look(other).astype(int) - stylised(other, style))
    assert apart.mean() < 2


def test_a_clip_is_given_its_look_steadily() -> None:
    from models.experts.video_edit_picturebook import _work
    from models.world.tools import tools

    work, said = _work("make it look like a comic", tools("cpu"))
    frames = filmed(0)
    assert said == "comic"
    assert flicker(frames, lambda frame: work(frame, 0.0)) < 0.35 * flicker(frames, each("comic"))
