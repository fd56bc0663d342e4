"""Sounds: every usual kind loads as float samples, every unusual one is bounded and named."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_makers import run, tone, video

from models.expert import Refusal, Sound
from models.media import LIMITS, sniff
from models.sound import load_sound, save_wav, sound_meta
from models.values import Span


def wav_claiming(rate: int, channels: int, data: bytes = b"\0" * 400, bits: int = 16, size: int | None = None) -> bytes:
    """Return a WAV file whose header claims *rate*, *channels* and *size* bytes of samples."""
    step = channels * bits // 8
    form = struct.pack("<IHHIIHH", 16, 1, channels % 65536, rate, rate * step % 2**32, step % 65536, bits)
    length = len(data) if size is None else size
    return (
        b"RIFF"
        + struct.pack("<I", min(36 + length, 2**32 - 1))
        + b"WAVEfmt "
        + form
        + b"data"
        + struct.pack("<I", length)
        + data
    )


def refused(path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        load_sound(path)
    assert str(path) not in caught.value.what + caught.value.hint
    assert caught.value.hint
    with pytest.raises(Refusal):
        sound_meta(path)
    return caught.value


@pytest.mark.parametrize(
    ("subtype", "form", "error"),
    [
        ("PCM_U8", "WAV", 0.01), ("PCM_16", "WAV", 1e-4), ("PCM_24", "WAV", 1e-6), ("PCM_32", "WAV", 1e-6), ("FLOAT", "WAV", 1e-7),
        ("DOUBLE", "WAV", 1e-7), ("ULAW", "WAV", 0.03), ("PCM_16", "AIFF", 1e-4), ("PCM_16", "AU", 1e-4), ("PCM_24", "FLAC", 1e-6),
        ("VORBIS", "OGG", 0.1), ("OPUS", "OGG", 0.1), ("MPEG_LAYER_III", "MP3", 0.1),
    ],
)  # fmt: skip
def test_every_usual_coding_loads(tmp_path: Path, subtype: str, form: str, error: float) -> None:
    path, wave = tmp_path / "the-file", tone(0.5, 48000, 2)
    soundfile.write(path, wave, 48000, subtype=subtype, format=form)
    sound = load_sound(path)
    assert sniff(path) == "audio"
    assert (sound.rate, sound.samples.shape[1], sound.samples.dtype) == (48000, 2, np.float32)
    assert len(sound.samples) == pytest.approx(24000, abs=2500)
    middle = slice(5000, 15000)
    assert np.abs(np.abs(sound.samples[middle]).max(axis=0) - np.abs(wave[middle]).max(axis=0)).max() <= error
    meta = sound_meta(path)
    assert (meta["rate"], meta["channels"]) == (48000, 2)
    assert meta["duration"] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("name", ["s.m4a", "s.aac", "s.webm", "s.mka", "s.wma", "alac.m4a"])
def test_sound_that_only_ffmpeg_reads_loads_too(tmp_path: Path, name: str) -> None:
    save_wav(Sound(tone(1.0, 44100, 2), 44100), tmp_path / "w.wav")
    run("-i", tmp_path / "w.wav", *(["-c:a", "alac"] if "alac" in name else []), tmp_path / name)
    sound = load_sound(tmp_path / name)
    assert sniff(tmp_path / name) == "audio"
    assert sound.samples.shape[1] == 2
    assert sound.meta["duration"] == pytest.approx(1, abs=0.08)
    assert np.abs(sound.samples[8000:30000]).max(axis=0) == pytest.approx([0.5, 0.25], abs=0.05)


def test_the_sound_of_a_video_loads_and_a_silent_video_is_refused(tmp_path: Path) -> None:
    sound = load_sound(video(tmp_path / "v.mp4", 25, "25", sound=True))
    assert sound.meta["duration"] == pytest.approx(1, abs=0.05)
    with pytest.raises(Refusal, match="no sound"):
        load_sound(video(tmp_path / "mute.mp4", 5))


def test_many_channels_and_a_high_rate_are_kept(tmp_path: Path) -> None:
    save_wav(Sound(tone(0.2, 96000, 8), 96000), tmp_path / "s.wav")
    sound = load_sound(tmp_path / "s.wav")
    assert (sound.samples.shape, sound.rate) == ((19200, 8), 96000)
    assert np.abs(sound.samples - tone(0.2, 96000, 8)).max() < 1e-4


def test_samples_that_are_no_numbers_become_silence_and_loud_ones_are_cut_off(tmp_path: Path) -> None:
    wave = tone(0.1)
    wave[5], wave[6], wave[7], wave[8] = np.nan, np.inf, 4.0, -4.0
    soundfile.write(tmp_path / "s.wav", wave, 44100, subtype="FLOAT")
    sound = load_sound(tmp_path / "s.wav")
    assert sound.samples[5:9, 0].tolist() == [0, 0, 1, -1]
    assert sound.meta["notes"] == ["2 samples that were not numbers were made silent.",
                                   "The sound was louder than full scale; its peaks are cut off."]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (wav_claiming(1, 1), "1 samples per second"),
        (wav_claiming(2_000_000_000, 1), "samples per second"),
        (wav_claiming(44100, 30), "30 channels"),
        (wav_claiming(44100, 1, b""), "empty"),
        (wav_claiming(44100, 2)[:30], "damaged"),
        (b"fLaC" + b"\0" * 100, "damaged"),
        (b"OggS" + b"\0" * 100, "damaged"),
        (b"ID3\x03\0\0\0\0\0\0" + b"\0" * 500, "damaged"),
        (b"\xff\xfb\x90\x00" + b"\0" * 50, "damaged"),
        (b"", "empty"),
        (b"<html></html>", "web page"),
    ],
)
def test_a_sound_that_cannot_be_played_is_refused_with_the_reason(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "the-file.wav"
    path.write_bytes(content)
    assert word in refused(path).what


def test_a_header_that_claims_more_than_there_is_gives_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    path.write_bytes(wav_claiming(44100, 1, b"\1\0" * 3000, size=2**31))
    assert load_sound(path).samples.shape == (3000, 1)


def test_a_sound_beyond_the_limits_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / "long.flac"
    with soundfile.SoundFile(long, "w", 8000, 1, "PCM_16", format="FLAC") as file:
        for _ in range(4):
            file.write(np.zeros(8000 * 540, np.int16))
    many = tmp_path / "many.flac"
    with soundfile.SoundFile(many, "w", 96000, 8, "PCM_16", format="FLAC") as file:
        for _ in range(8):
            file.write(np.zeros((96000 * 10, 8), np.int16))

    def read(*_: object, **__: object) -> None:
        raise AssertionError("decoded before the limits were checked")

    monkeypatch.setattr(soundfile.SoundFile, "read", read)
    assert "36 minutes long; the limit is 30 minutes" in refused(long).what
    assert "too large" in refused(many).what


def test_a_long_sound_in_an_mp4_is_refused_from_its_header(tmp_path: Path) -> None:
    run(
        "-f",
        "lavfi",
        "-i",
        "anullsrc=r=8000:cl=mono",
        "-t",
        LIMITS.sound_seconds + 60,
        "-c:a",
        "aac",
        "-b:a",
        "8k",
        tmp_path / "s.m4a",
    )
    assert "limit is 30 minutes" in refused(tmp_path / "s.m4a").what


def test_a_stretch_of_a_long_sound_can_be_read(tmp_path: Path) -> None:
    ramp = np.linspace(0, 0.9, 44100 * 4, dtype=np.float32)[:, None]
    save_wav(Sound(ramp, 44100), tmp_path / "s.wav")
    part = load_sound(tmp_path / "s.wav", Span(1.0, 1.5)).samples
    assert np.array_equal(part, load_sound(tmp_path / "s.wav").samples[44100:66150])
    with pytest.raises(Refusal, match=r"has no 9-10 s"):
        load_sound(tmp_path / "s.wav", Span(9, 10))
    run("-i", tmp_path / "s.wav", "-c:a", "alac", tmp_path / "s.m4a")
    assert np.abs(load_sound(tmp_path / "s.m4a", Span(1.0, 1.5)).samples - part).max() < 1e-3


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 300), st.integers(1, 4), st.sampled_from([8000, 22050, 44100]), st.integers(0, 2**32 - 1))
def test_writing_and_reading_a_wav_loses_nothing_but_the_bits_beyond_sixteen(
    tmp_path: Path, count: int, channels: int, rate: int, seed: int
) -> None:
    samples = np.random.default_rng(seed).uniform(-1.2, 1.2, (count, channels)).astype(np.float32)
    path = tmp_path / "s.wav"
    save_wav(Sound(samples, rate), path)
    once = load_sound(path)
    assert once.samples.shape == samples.shape
    assert np.abs(once.samples - np.clip(samples, -1, 1)).max() <= 1.1 / 32768
    save_wav(once, path)
    assert np.array_equal(load_sound(path).samples, once.samples), "a second pass changes nothing"
    assert not list(tmp_path.glob(".*"))


def test_only_finite_samples_are_written(tmp_path: Path) -> None:
    for bad in (np.full((3, 1), np.nan, np.float32), np.zeros((0, 1), np.float32), np.zeros(5, np.float32)):
        with pytest.raises(ValueError, match="a sound is"):
            save_wav(Sound(bad, 44100), tmp_path / "s.wav")
    assert list(tmp_path.iterdir()) == []


def test_damaged_sounds_are_sounds_or_refusals(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    answered = 0
    for form, subtype in (
        ("WAV", "PCM_16"),
        ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"),
        ("MP3", "MPEG_LAYER_III"),
        ("AIFF", "PCM_16"),
    ):
        soundfile.write(tmp_path / "good", tone(0.2), 44100, format=form, subtype=subtype)
        whole = np.fromfile(tmp_path / "good", np.uint8)
        for _ in range(15):
            bad = whole.copy()
            bad[rng.integers(0, min(len(bad), 400), 4)] = rng.integers(0, 256, 4)
            bad[: rng.integers(len(bad) // 2, len(bad))].tofile(tmp_path / "bad")
            try:
                sound = load_sound(tmp_path / "bad")
            except Refusal:
                answered += 1
            else:
                answered += bool(np.isfinite(sound.samples).all() and np.abs(sound.samples).max() <= 1)
    assert answered == 75
