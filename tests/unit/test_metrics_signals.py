"""Levels, bands, pitches and places of sounds, and colours by their standards, against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation import colour_space, signals

RATE = 8000


def sine(hertz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def test_levels_of_known_sounds() -> None:
    assert signals.level(np.array([1.0, -1.0, 1.0])) == 0.0
    assert signals.level(0.1 * np.ones((5, 2))) == pytest.approx(-20.0)
    assert signals.level(sine(100)) == pytest.approx(20 * math.log10(math.sqrt(0.5)))
    assert signals.peak(np.array([0.1, -0.5])) == pytest.approx(20 * math.log10(0.5))
    assert signals.level(np.zeros(0)) == signals.level(np.zeros(9)) == signals.peak(np.zeros(9)) == signals.LOWEST_DB


def test_channels_are_averaged() -> None:
    assert signals.mono(np.array([[1.0, 0.0], [0.5, 0.5]])).tolist() == [0.5, 0.5]


def test_signal_to_noise_ratio_counts_what_is_missing() -> None:
    truth = np.array([3.0, 4.0])
    assert signals.snr(truth, truth) == signals.MOST_DB
    assert signals.snr(np.zeros(2), truth) == 0.0
    assert signals.snr(np.array([3.0]), truth) == pytest.approx(10 * math.log10(25 / 16))
    assert signals.snr(np.array([3.0, 4.0, 5.0]), truth) == 0.0  # what is too much counts like what is missing
    assert signals.snr(1.1 * truth, truth) == pytest.approx(20.0)
    with pytest.raises(ValueError, match="silent"):
        signals.snr(truth, np.zeros(2))


def test_a_sound_is_found_where_it_lies_in_another() -> None:
    noise = np.random.default_rng(3).standard_normal(4000)
    late = np.concatenate([np.zeros(400), noise])
    found = signals.fit(late, noise, RATE)
    assert found.late == pytest.approx(400 / RATE)
    assert found.alike == pytest.approx(1.0)
    assert signals.fit(noise, late, RATE).late == pytest.approx(-400 / RATE)
    assert signals.fit(-noise, noise, RATE).alike < 0.2
    assert signals.fit(np.zeros(5), noise, RATE) == signals.Fit(0.0, 0.0)


def test_a_band_holds_the_power_of_what_lies_in_it() -> None:
    both = sine(100) + 0.1 * sine(1000)
    assert signals.band(both, RATE, 50, 200) == pytest.approx(signals.level(sine(100)))
    assert signals.band(both, RATE, 500, 2000) == pytest.approx(signals.level(sine(100)) - 20)
    assert signals.band(both, RATE, 0, RATE) == pytest.approx(signals.level(both))
    assert signals.band(both, RATE, 2000, 3000) == signals.LOWEST_DB
    assert signals.band(np.zeros(0), RATE, 0, 100) == signals.LOWEST_DB


@pytest.mark.parametrize("semitones", [-12, -1, 0, 0.5, 3, 12])
def test_pitches_are_apart_by_their_cents(semitones: float) -> None:
    one, two = (sum(sine(220 * 2 ** (s / 12) * k) / k for k in (1, 2, 3)) for s in (0.0, semitones))
    assert signals.cents(two, one, RATE) == pytest.approx(100 * semitones, abs=5.0)
    assert signals.cents(np.zeros(100), one, RATE) == 0.0


def test_colours_have_the_values_that_the_standards_give() -> None:
    white, black, red = colour_space.lab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]]))
    assert white == pytest.approx([100.0, 0.0, 0.0], abs=1e-6)
    assert black == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    assert red == pytest.approx([53.24, 80.09, 67.20], abs=0.05)  # as colour tables list sRGB red under D65
    assert colour_space.lab(np.array([119, 119, 119]))[0] == pytest.approx(50.03, abs=0.05)


def test_a_colour_comes_back_from_its_values() -> None:
    colours = np.random.default_rng(5).integers(0, 256, (200, 3))
    assert (colour_space.rgb(colour_space.lab(colours)) == colours).all()
    assert colour_space.rgb(np.array([50.0, 200.0, 0.0]))[1] == 0  # beyond what sRGB shows


def test_hues_go_round() -> None:
    assert colour_space.hue(np.array([[50.0, 0.0, 10.0], [20.0, 0.0, 30.0]])) == pytest.approx(90.0)
    assert colour_space.apart(170.0, -170.0) == pytest.approx(20.0)
    assert colour_space.apart(-10.0, 10.0) == pytest.approx(20.0)
    assert colour_space.apart(0.0, 180.0) == 180.0
