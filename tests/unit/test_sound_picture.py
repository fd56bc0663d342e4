"""The picture of a sound: time to the right, the waveform's reach, the spectrogram's pitch, and where the store keeps it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from models.expert import Sound
from models.sound import load_sound, save_wav
from models.sound_picture import BANDS, LOWEST, WAVE, WIDTH, picture
from models.store import Store

RATE = 16000


def tone(hertz, seconds=1.0, loud=0.5):
    times = np.arange(int(RATE * seconds)) / RATE
    return (loud * np.sin(2 * np.pi * hertz * times)).astype(np.float32)[:, None]


def brightest(drawn):
    """Return the brightest row of the spectrogram in each column, counted from its lower edge."""
    return BANDS - 1 - drawn[WAVE:].astype(int).sum(axis=2).argmax(axis=0)


def band(hertz):
    return BANDS * np.log(hertz / LOWEST) / np.log(RATE / 2 / LOWEST)


@pytest.mark.parametrize("hertz", [200, 1000, 5000])
def test_a_tone_is_one_line_at_its_pitch(hertz):
    rows = brightest(picture(tone(hertz), RATE))[20:-20]
    assert np.abs(rows - band(hertz)).max() <= 3


def test_time_goes_to_the_right_and_height_is_loudness():
    silence = np.zeros((RATE, 1), np.float32)
    drawn = picture(np.concatenate([tone(440, loud=0.25), silence, tone(440, loud=1.0)]), RATE)
    lit = (drawn[:WAVE] != drawn[0, WIDTH // 2]).any(axis=2).sum(axis=0)
    quiet, none, loud = (lit[slice(n * WIDTH // 3 + 10, (n + 1) * WIDTH // 3 - 10)] for n in range(3))
    assert set(none) <= {1, 2}
    assert quiet.mean() == pytest.approx(0.25 * WAVE, abs=3)
    assert loud.mean() == pytest.approx(WAVE, abs=2)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((0, 1)),
        np.zeros((1, 2)),
        np.zeros((RATE, 1)),
        np.full((5, 1), 1e-6),
        np.full((RATE, 8), 3.0),
        tone(440)[:7],
    ],
)
@pytest.mark.parametrize("rate", [100, RATE, 192000])
def test_any_sound_has_a_picture_of_one_size(samples, rate):
    drawn = picture(samples.astype(np.float32), rate)
    assert (drawn.shape, drawn.dtype) == ((WAVE + BANDS, WIDTH, 3), np.uint8)


def test_noise_far_below_hearing_is_shown_as_silence():
    hiss = 1e-6 * np.random.default_rng(1).standard_normal((RATE, 1)).astype(np.float32)
    assert np.array_equal(picture(hiss, RATE)[WAVE:], picture(np.zeros((RATE, 1), np.float32), RATE)[WAVE:])


def test_the_store_draws_it_once_beside_the_sound_and_keeps_it_with_it(tmp_path):
    store = Store(tmp_path / "media")
    ((kind, path, meta),) = store.put(Sound(tone(440), RATE))
    assert kind == "audio"
    kept = load_sound(store.path(path))
    assert np.array_equal(np.asarray(Image.open(store.path(meta["wave"]))), picture(kept.samples, kept.rate))
    assert store.path(meta["wave"]).stat().st_size < 60_000
    save_wav(Sound(tone(440), RATE), tmp_path / "tone.wav")
    adopted = store.adopt(tmp_path / "tone.wav")
    assert (adopted[1], adopted[2]["wave"]) == (path, meta["wave"])
    store.clean({path, meta["wave"]}, max_age=0, grace=0)
    assert store.path(meta["wave"]).is_file()


def test_a_damaged_sound_is_taken_in_without_a_picture(tmp_path):
    save_wav(Sound(tone(440), RATE), tmp_path / "whole.wav")
    data = (tmp_path / "whole.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(data[: len(data) // 2])
    store = Store(tmp_path / "media")
    kind, path, meta = store.adopt(tmp_path / "cut.wav")
    assert kind == "audio"
    assert store.path(path).is_file()
    assert "wave" not in meta or store.path(meta["wave"]).is_file()


def test_a_very_long_sound_is_taken_in_without_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr("models.display.DRAWN", 0.5)
    save_wav(Sound(tone(440), RATE), tmp_path / "long.wav")
    assert "wave" not in Store(tmp_path / "media").adopt(tmp_path / "long.wav")[2]
