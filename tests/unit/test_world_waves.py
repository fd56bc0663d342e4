"""Waves move a picture where they are let, by as much as they may, and on with the time."""

from __future__ import annotations

import numpy as np

from models.world.waves import rolled

RAMP = np.repeat(np.mgrid[:60, :80][1].astype(np.float32)[..., None], 3, axis=2)
"""A picture whose values are its columns: what is read there tells how far aside it was."""
YS, XS = np.mgrid[:60, :80].astype(np.float32)


def waved(size, time):
    return rolled(RAMP, XS, YS, np.full_like(XS, size), YS / 4, time)


def test_waves_of_no_size_move_nothing():
    assert np.array_equal(waved(0.0, 1.3), RAMP)


def test_nothing_is_read_from_further_than_the_size_lets_and_both_ways_happen():
    away = (waved(2.0, 0.7) - RAMP)[:, 10:-10, 0]
    assert np.abs(away).max() <= 1.35 * 2.0 + 0.05
    assert away.max() > 1.5
    assert away.min() < -1.5


def test_waves_go_on_with_the_time():
    assert np.abs(waved(2.0, 0.2) - waved(2.0, 0.9)).mean() > 0.5
