"""Log-mel windows: the right band lights up at every rate, and what is hardly a sound is read too."""

from __future__ import annotations

import numpy as np
import pytest

from models.vision.audio import BANDS, RATE, STEPS, hear, log_mel, middles


def sine(hz: float, rate: int, seconds: float = 0.5, level: float = 1.0) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hz * time)).astype(np.float32)[:, None]


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_the_band_of_a_sine_lights_up_whatever_the_rate(rate: int):
    for band in (6, 20, 38):
        mel = hear(sine(middles()[band], rate), rate).mel[0]
        told = mel[10:40].mean(0)
        assert told.argmax() == band
        reference = hear(sine(middles()[band], RATE), RATE).mel[0, 10:40].mean(0)
        assert told[band] == pytest.approx(reference[band], abs=0.01)
        far = np.abs(np.arange(BANDS) - band) > 6
        assert told[far].max() < told[band] - 0.6  # 30 dB
        assert (mel[60:] == -1).all()  # the sound is over


def test_bands_rise_from_the_lowest_to_eight_kilohertz_and_none_is_deaf():
    assert (np.diff(middles()) > 0).all()
    assert 20 < middles()[0] < 40
    assert 7000 < middles()[-1] < 8000
    for band in range(BANDS):
        assert hear(sine(middles()[band], RATE, 0.2), RATE).mel[0, 5:15].mean(0)[band] > 0.8


def test_the_level_is_in_decibels_of_a_full_scale_sine():
    loud = hear(sine(1000, RATE), RATE).mel[0, 20].max()
    soft = hear(sine(1000, RATE, level=0.1), RATE).mel[0, 20].max()
    assert 0.9 < loud < 1.0
    assert loud - soft == pytest.approx(20 / 50, abs=0.002)
    square = np.sign(sine(1000, RATE))
    assert hear(square, RATE).mel.max() < 1.07


def test_silence_one_sample_and_none_are_one_window():
    for samples in (np.zeros((4000, 1)), np.zeros((1, 2)), np.zeros((0, 1))):
        heard = hear(samples.astype(np.float32), 44_100)
        assert heard.mel.shape == (1, STEPS, BANDS)
        assert heard.mel.dtype == np.float32
        assert (heard.mel == -1).all()
        assert heard.starts.tolist() == [0.0]
        assert heard.left_out == 0
    click = hear(np.ones((1, 1), np.float32), RATE)
    assert click.mel[0, 0].max() > -1
    assert (click.mel[0, 3:] == -1).all()


def test_channels_join_by_power():
    wave = sine(1000, 44_100)
    one = hear(wave, 44_100).mel
    assert np.allclose(hear(np.repeat(wave, 8, axis=1), 44_100).mel, one, atol=1e-4)
    assert np.allclose(hear(np.concatenate([wave, -wave], 1), 44_100).mel, one, atol=1e-4)
    seven_silent = np.pad(wave, ((0, 0), (3, 4)))
    assert one.max() - hear(seven_silent, 44_100).mel.max() == pytest.approx(10 * np.log10(8) / 50, abs=1e-3)


def test_windows_follow_each_other_without_a_seam():
    noise = (0.1 * np.random.default_rng(16).normal(size=(RATE * 6, 1))).astype(np.float32)
    heard = hear(noise, RATE)
    assert heard.starts.tolist() == [0.0, 2.56, 5.12]
    assert heard.seconds == 6
    assert heard.left_out == 0
    joined = heard.mel.reshape(-1, BANDS)
    assert np.allclose(joined, log_mel(noise, 0, 3 * STEPS), atol=1e-4)
    assert (joined[:599] > -1).all(axis=1).all()
    assert (joined[602:] == -1).all()
    assert len(hear(noise[: STEPS * 160], RATE).mel) == 1
    assert len(hear(noise[: STEPS * 160 + 1], RATE).mel) == 2


def test_of_a_long_sound_windows_are_spread_and_the_rest_is_told():
    long = np.zeros((RATE * 60, 1), np.float32)
    long[RATE * 29 : RATE * 31] = sine(middles()[30], RATE, 2.0)
    heard = hear(long, RATE, most=3)
    assert np.allclose(heard.starts, [10 - 1.28, 30 - 1.28, 50 - 1.28])
    assert heard.left_out == pytest.approx(60 - 3 * 2.56)
    assert (heard.mel[[0, 2]] == -1).all()
    assert heard.mel[1].max(axis=0).argmax() == 30
    assert len(hear(long[: RATE * 5], RATE, most=3).mel) == 2


def test_what_is_no_sound_is_refused():
    good = np.zeros((10, 1), np.float32)
    for bad in (good[:, 0], good[:, :0], np.full((10, 1), np.nan, np.float32)):
        with pytest.raises(ValueError, match="samples must be finite"):
            hear(bad, RATE)
    with pytest.raises(ValueError, match="both must be at least 1"):
        hear(good, 0)
    with pytest.raises(ValueError, match="both must be at least 1"):
        hear(good, RATE, most=0)
