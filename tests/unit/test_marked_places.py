"""What is marked in a clip as a whole: the same as frame by frame, without the memory of all frames at once."""

from __future__ import annotations

import tracemalloc

import numpy as np

from models.markings import Place


def track(seed: int, frames: int, height: int, width: int) -> np.ndarray:
    """Return a moving mask, bool [frames, height, width], of a few scattered pixels a frame."""
    return np.random.default_rng(seed).random((frames, height, width)) < 0.01


def test_what_is_ever_marked_is_what_any_frame_marks():
    still = np.zeros((90, 160), np.bool_)
    still[3:9, 5:20] = True
    place = Place(still, [track(1, 7, 90, 160), track(2, 4, 45, 80)])
    frames = [place.at(n) for n in range(7)]
    assert not np.array_equal(frames[0], frames[1])
    assert np.array_equal(place.ever(), np.logical_or.reduce(frames))
    assert np.count_nonzero(still) == 90, "the place itself stays as it was"
    assert np.array_equal(Place(still, []).ever(), still)


def test_a_long_clip_of_large_frames_takes_no_more_memory_than_a_few_frames():
    still = np.zeros((720, 1280), np.bool_)
    place = Place(still, [track(3, 300, 45, 80)])
    tracemalloc.start()
    try:
        place.ever()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * still.nbytes, "not one frame for each of the clip's 300"
