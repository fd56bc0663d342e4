"""Silence, clipping, classes and spectra against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.sounds import class_accuracy, clipping_share, silence_share, spectral_distance, spectrogram

RATE = 8000


def tone(seconds: float = 1.0, hertz: float = 500.0, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def test_silence_is_counted_by_stretches() -> None:
    half = np.concatenate([tone(0.5), np.zeros(RATE // 2, np.float32)])
    assert silence_share(half, RATE) == 0.5
    assert silence_share(tone(), RATE) == 0.0
    assert silence_share(np.zeros(0), RATE) == 1.0
    assert silence_share(np.zeros((RATE, 2)), RATE) == 1.0
    assert silence_share(tone(level=1e-3), RATE) == 1.0  # -63 dB of effective value
    assert silence_share(tone(level=2e-3), RATE) == 0.0  # -57 dB
    one_side = np.stack([tone(), np.zeros(RATE, np.float32)], axis=1)
    assert silence_share(one_side, RATE) == 0.0


def test_only_runs_at_the_limit_are_clipped() -> None:
    assert clipping_share(np.array([0, 1.0, 0, 1.0, 1.0, 0])) == 0.0
    assert clipping_share(np.array([0, 1.0, 1.0, 1.0, 0, 0])) == 0.5
    assert clipping_share(np.array([1.0, 1.0, -1.0, -1.0])) == 0.0  # no three at one side
    assert clipping_share(np.array([-1.0, -2.0, -0.999, 0])) == 0.75
    assert clipping_share(np.zeros(0)) == 0.0
    two = np.stack([np.ones(4), np.zeros(4)], axis=1)
    assert clipping_share(two) == 0.5


def test_samples_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        silence_share(np.array([0, np.nan]), RATE)
    with pytest.raises(ValueError, match="finite"):
        clipping_share(np.zeros((2, 2, 2)))


def test_classes() -> None:
    def loudest(samples: np.ndarray, rate: int) -> str:
        return "tone" if len(samples) and np.abs(samples).max() > 0.1 else "silence"

    sounds = [(tone(), RATE), (np.zeros(0, np.float32), RATE), (tone(), RATE), (tone(), RATE)]
    found = class_accuracy(sounds, ["tone", "silence", "silence", "tone"], loudest, 3)
    assert found is not None
    assert (found.value, found.n) == (0.75, 4)
    assert class_accuracy([], [], loudest, 3) is None
    with pytest.raises(ValueError):
        class_accuracy(sounds, ["tone"], loudest, 3)


def test_a_full_scale_sine_on_a_bin_reaches_zero_decibels() -> None:
    spectrum = spectrogram(tone(0.5, 500.0, 1.0))
    assert spectrum[2, 32] == pytest.approx(0.0, abs=1e-6)  # 500 Hz is bin 32 of 512 at 8000 Hz
    assert spectrum[2, 100] < -90


def test_the_distance_of_a_sound_and_its_half_is_six_decibels() -> None:
    rng = np.random.default_rng(0)
    sound = rng.normal(scale=0.2, size=512 * 4)
    assert spectral_distance(sound, sound) == 0.0
    assert spectral_distance(sound, sound / 2) == pytest.approx(20 * np.log10(2), abs=1e-6)
    assert spectral_distance(sound, np.stack([sound, sound], axis=1)) == pytest.approx(0.0, abs=1e-9)


def test_blank_and_short_sounds_have_a_distance() -> None:
    assert spectral_distance(np.zeros(0), np.zeros(0)) == 0.0
    assert spectral_distance(np.zeros(0), np.zeros(3000)) == 0.0
    long = tone(1.0)
    assert spectral_distance(long, long[:4096]) > 20 * np.log10(1.5)
    assert spectral_distance(long, np.zeros(0)) == pytest.approx(spectral_distance(np.zeros(0), long))
