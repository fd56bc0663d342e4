"""audio_adjust does what each operation says: measured on the samples, and on videos by decoding the result again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.expert import Cancelled, Clip, Inputs, Refusal, Sound, Value
from models.experts import audio_adjust
from models.sound import load_sound, save_wav
from models.values import Arg, Checkpoint, Media, Ref, Span, TaskCall
from models.video import VideoWriter, read_frames

RATE = 16000
run = audio_adjust.load(Checkpoint("audio_adjust"), "cpu")


def tone(hz: float, seconds: float = 2.0, level: float = 0.5, rate: int = RATE, channels: int = 1) -> Sound:
    """A sine, the same in all channels but each half as loud as the one before."""
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return Sound(np.stack([wave / 2**c for c in range(channels)], axis=1).astype(np.float32), rate)


def clip_at(path: Path, sound: Sound | None, seconds: float = 2.0, fps: float = 10.0) -> Clip:
    """A clip whose frame n is all grey level 4 n, with *sound*."""
    source = None
    if sound is not None:
        source = path.with_suffix(".wav")
        save_wav(sound, source)
    with VideoWriter(path, 64, 48, fps, audio_from=source) as writer:
        for n in range(round(seconds * fps)):
            writer.write(np.full((48, 64, 3), 4 * n, np.uint8))
    return writer.clip


def adjust(
    tmp_path: Path, values: dict[str, Value], *args: Arg, report: Any = None, **settings: Any
) -> Value | Sequence[Value]:
    """Run one call on *values* (named in order before the other args)."""
    media = {h: Media(h.partition("#")[0], h, "") for h in values}  # type: ignore[arg-type]
    call = TaskCall("t1", "audio_adjust", (*(Ref(h) for h in values), *args))
    inputs = Inputs(values, media, {}, tmp_path, 0, settings)
    return run(call, inputs, report or (lambda fraction, word="", preview=None: None))


def on(tmp_path: Path, sound: Sound, *args: Arg, **settings: Any) -> Sound:
    made = adjust(tmp_path, {"audio#1": sound}, *args, **settings)
    assert isinstance(made, Sound)
    assert made.samples.dtype == np.float32
    assert np.isfinite(made.samples).all()
    assert np.abs(made.samples).max() <= 1.0
    return made


def loudness(samples: Any) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def peak_hz(sound: Sound, channel: int = 0) -> float:
    spectrum = np.abs(np.fft.rfft(sound.samples[:, channel] * np.hanning(len(sound.samples))))
    return float(np.argmax(spectrum) * sound.rate / len(sound.samples))


def level_at(sound: Sound, hz: float) -> float:
    """The amplitude of the sine at *hz*, over the middle half."""
    n = len(sound.samples)
    middle = sound.samples[n // 4 : 3 * n // 4, 0]
    phase = np.exp(-2j * np.pi * hz * np.arange(len(middle)) / sound.rate)
    return float(2 * abs(np.mean(middle * phase)))


def test_gain_changes_the_level_by_the_decibels_asked_for(tmp_path: Path) -> None:
    source = tone(440, level=0.2)
    for db in (6.0, -12.0):
        made = on(tmp_path, source, op="gain", db=db)
        assert 20 * np.log10(loudness(made.samples) / loudness(source.samples)) == pytest.approx(db, abs=0.01)
        assert not made.meta["notes"]


def test_gain_beyond_full_scale_is_limited_without_square_tops_and_the_notes_say_by_how_much(tmp_path: Path) -> None:
    source = tone(440, level=0.5)
    made = on(tmp_path, source, op="gain", db=20.0)
    assert "limited by up to 14.1 dB" in made.meta["notes"][0]
    assert np.mean(np.abs(made.samples) > 0.985) < 0.2  # a clipped sine would sit there most of the time
    # a soft part is raised in full although a loud one is limited
    both = Sound(np.concatenate([tone(440, level=0.01).samples, source.samples]), RATE)
    made = on(tmp_path, both, op="gain", db=20.0)
    assert loudness(made.samples[: RATE // 2]) == pytest.approx(10 * 0.01 / np.sqrt(2), rel=0.01)


def test_normalize_brings_the_highest_peak_to_minus_one_decibel(tmp_path: Path) -> None:
    made = on(tmp_path, tone(440, level=0.05, channels=2), op="normalize")
    assert np.abs(made.samples).max() == pytest.approx(10 ** (-1 / 20), rel=1e-3)
    assert loudness(made.samples[:, 0]) / loudness(made.samples[:, 1]) == pytest.approx(2, rel=1e-3)


def test_a_silent_sound_cannot_be_normalized_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="silent"):
        on(tmp_path, Sound(np.zeros((RATE, 1), np.float32), RATE), op="normalize")


def test_fades_rise_and_fall_over_the_seconds_given_and_leave_the_rest(tmp_path: Path) -> None:
    source = Sound(np.full((2 * RATE, 2), 0.5, np.float32), RATE)
    faded = on(tmp_path, source, op="fade_in", seconds=0.5).samples
    assert abs(faded[0, 0]) < 1e-4
    assert np.all(np.diff(faded[: RATE // 2, 0]) > -1e-7)
    assert faded[RATE // 4, 1] == pytest.approx(0.25, abs=0.001)
    assert np.array_equal(faded[RATE // 2 :], source.samples[RATE // 2 :])
    out = on(tmp_path, source, op="fade_out", seconds=0.5).samples
    assert np.array_equal(out, faded[::-1])


def test_reversing_twice_gives_the_same_samples(tmp_path: Path) -> None:
    source = Sound(np.random.default_rng(0).uniform(-1, 1, (1001, 2)).astype(np.float32), RATE)
    once = on(tmp_path, source, op="reverse")
    assert np.array_equal(once.samples, source.samples[::-1])
    assert np.array_equal(on(tmp_path, once, op="reverse").samples, source.samples)


@pytest.mark.parametrize("factor", [0.25, 0.5, 0.8, 1.5, 2.0, 4.0])
def test_speed_changes_the_length_and_keeps_the_pitch_and_level(tmp_path: Path, factor: float) -> None:
    source = tone(440, seconds=3, channels=2)
    made = on(tmp_path, source, op="speed", factor=factor)
    assert len(made.samples) == round(len(source.samples) / factor)
    assert peak_hz(made) == pytest.approx(440, rel=0.005)
    inner = slice(len(made.samples) // 8, -len(made.samples) // 8)
    assert loudness(made.samples[inner]) == pytest.approx(loudness(source.samples), rel=0.05)
    assert np.allclose(made.samples[:, 1], made.samples[:, 0] / 2, atol=1e-6)  # the channels stay together


def test_speed_keeps_events_where_they_belong(tmp_path: Path) -> None:
    samples = np.zeros((4 * RATE, 1), np.float32)
    for second in (1, 2, 3):
        samples[second * RATE : second * RATE + 400] = tone(1000, 0.025, 0.8).samples
    made = on(tmp_path, Sound(samples, RATE), op="speed", factor=2.0).samples[:, 0]
    for second in (0.5, 1.0, 1.5):
        near = np.abs(made[round((second - 0.05) * RATE) : round((second + 0.07) * RATE)])
        assert near.max() > 0.3


@pytest.mark.parametrize("semitones", [-12.0, -3.0, 4.0, 12.0])
def test_pitch_moves_the_spectral_peak_by_the_semitones_and_keeps_the_length(tmp_path: Path, semitones: float) -> None:
    source = tone(500, seconds=2)
    made = on(tmp_path, source, op="pitch", semitones=semitones)
    assert len(made.samples) == len(source.samples)
    assert peak_hz(made) == pytest.approx(500 * 2 ** (semitones / 12), rel=0.005)


def test_low_and_high_pass_keep_their_side_and_do_not_delay(tmp_path: Path) -> None:
    both = Sound(np.asarray(tone(200, level=0.3).samples + tone(3000, level=0.3).samples), RATE)
    low = on(tmp_path, both, op="lowpass", hz=800.0)
    assert level_at(low, 200) == pytest.approx(0.3, rel=0.01)
    assert level_at(low, 3000) < 0.001
    high = on(tmp_path, both, op="highpass", hz=800.0)
    assert level_at(high, 3000) == pytest.approx(0.3, rel=0.01)
    assert level_at(high, 200) < 0.001
    lag = np.argmax(np.correlate(low.samples[4000:8000, 0], tone(200).samples[4000:8000, 0], "full")) - 3999
    assert abs(lag) <= 1


def test_a_long_sound_is_filtered_in_blocks_without_seams() -> None:
    from models import dsp

    noise = np.random.default_rng(1).normal(0, 0.1, (dsp._BLOCK + 30000, 1)).astype(np.float32)
    made = dsp.passband(noise, RATE, 300, high=False)
    seam = slice(dsp._BLOCK - 8000, dsp._BLOCK + 8000)
    alone = dsp.passband(noise[dsp._BLOCK - 30000 :], RATE, 300, high=False)[30000 - 8000 : 30000 + 8000]
    assert np.allclose(made[seam], alone, atol=1e-6)


def test_trim_keeps_exactly_the_stretch(tmp_path: Path) -> None:
    source = Sound(np.random.default_rng(0).uniform(-1, 1, (2 * RATE, 2)).astype(np.float32), RATE)
    made = on(tmp_path, source, Span(0.5, 1.25), op="trim")
    assert np.array_equal(made.samples, source.samples[RATE // 2 : RATE // 4 * 5])
    late = on(tmp_path, source, Span(1.5, 9.0), op="trim")
    assert len(late.samples) == RATE // 2
    assert "ends at 2.00 s" in late.meta["notes"][0]
    with pytest.raises(Refusal, match="after the end") as refusal:
        on(tmp_path, source, Span(2.5, 3), op="trim")
    assert "2.00 s long" in refusal.value.hint


def test_a_change_within_a_span_leaves_the_rest_alone(tmp_path: Path) -> None:
    source = tone(440, level=0.2, channels=2)
    made = on(tmp_path, source, Span(0.5, 1.0), op="gain", db=6.0).samples
    assert np.array_equal(made[: RATE // 2], source.samples[: RATE // 2])
    assert np.array_equal(made[RATE:], source.samples[RATE:])
    assert loudness(made[9000:15000]) / loudness(source.samples[9000:15000]) == pytest.approx(1.995, rel=0.01)


def test_mixing_adds_the_sounds_at_the_first_ones_rate_and_never_clips(tmp_path: Path) -> None:
    other = tone(1000, seconds=1.0, level=0.9, rate=22050, channels=2)
    made = adjust(tmp_path, {"audio#1": tone(300, level=0.9), "audio#2": other}, op="mix")
    assert isinstance(made, Sound)
    assert made.rate == RATE
    assert made.samples.shape == (2 * RATE, 2)
    assert np.abs(made.samples).max() <= 1.0
    first = Sound(made.samples[:RATE], RATE)
    assert level_at(first, 300) == pytest.approx(level_at(first, 1000), rel=0.03)
    assert loudness(made.samples[RATE + 200 :, 0]) == pytest.approx(level_at(first, 300) / np.sqrt(2), rel=0.03)
    assert any("turned down" in note for note in made.meta["notes"])
    assert any("22050 to 16000 Hz" in note for note in made.meta["notes"])


def test_the_sound_of_a_video_can_be_taken_out(tmp_path: Path) -> None:
    clip = clip_at(tmp_path / "a.mp4", tone(700))
    made = adjust(tmp_path, {"video#1": clip}, op="extract")
    assert isinstance(made, Sound)
    assert len(made.samples) / made.rate == pytest.approx(2.0, abs=0.1)
    assert peak_hz(made) == pytest.approx(700, rel=0.01)


def grey_levels(clip: Clip) -> list[int]:
    return [round(float(frame.mean())) for frame in read_frames(clip)]


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_attaching_replaces_the_sound_and_keeps_the_pictures_and_their_length(tmp_path: Path, seconds: float) -> None:
    clip = clip_at(tmp_path / "a.mp4", tone(300))
    made = adjust(tmp_path, {"audio#1": tone(900, seconds), "video#1": clip}, op="attach")
    assert isinstance(made, Clip)
    assert made.has_audio
    assert (made.frames, made.fps) == (clip.frames, clip.fps)
    assert grey_levels(made) == grey_levels(clip)  # copied, not coded again
    sound = load_sound(made.path)
    assert len(sound.samples) / sound.rate == pytest.approx(2.0, abs=0.1)
    assert peak_hz(Sound(sound.samples[: sound.rate], sound.rate)) == pytest.approx(900, rel=0.01)
    notes = " ".join(made.meta["notes"])
    assert "was replaced" in notes
    if seconds < 2:
        assert "silence follows" in notes
        assert loudness(sound.samples[round(1.3 * sound.rate) : round(1.9 * sound.rate)]) < 0.01
    else:
        assert "cut at the end" in notes


def test_changing_the_sound_of_a_video_gives_the_video_back(tmp_path: Path) -> None:
    clip = clip_at(tmp_path / "a.mp4", tone(500, level=0.4))
    made = adjust(tmp_path, {"video#1": clip}, op="gain", db=-12.0)
    assert isinstance(made, Clip)
    assert grey_levels(made) == grey_levels(clip)
    before, after = (load_sound(c.path).samples[3000:-3000] for c in (clip, made))
    assert 20 * np.log10(loudness(after) / loudness(before)) == pytest.approx(-12, abs=0.5)


def test_mixing_onto_a_video_keeps_its_own_sound(tmp_path: Path) -> None:
    clip = clip_at(tmp_path / "a.mp4", tone(500, level=0.3))
    made = adjust(tmp_path, {"video#1": clip, "audio#1": tone(1500, level=0.3)}, op="mix")
    assert isinstance(made, Clip)
    sound = load_sound(made.path)
    assert level_at(sound, 500) == pytest.approx(level_at(sound, 1500), rel=0.1)
    assert level_at(sound, 500) > 0.2


def test_a_video_played_faster_has_fewer_frames_and_its_sound_at_the_same_pitch(tmp_path: Path) -> None:
    clip = clip_at(tmp_path / "a.mp4", tone(600))
    made = adjust(tmp_path, {"video#1": clip}, op="speed", factor=2.0)
    assert isinstance(made, Clip)
    assert (made.frames, made.fps) == (10, clip.fps)
    assert np.allclose(grey_levels(made), [8 * n for n in range(10)], atol=3)
    sound = load_sound(made.path)
    assert len(sound.samples) / sound.rate == pytest.approx(1.0, abs=0.1)
    assert peak_hz(sound) == pytest.approx(600, rel=0.01)
    slow = adjust(tmp_path, {"video#1": clip}, op="speed", factor=0.5)
    assert isinstance(slow, Clip)
    assert slow.frames == 40


def test_trimming_a_video_cuts_pictures_and_sound_together(tmp_path: Path) -> None:
    clip = clip_at(tmp_path / "a.mp4", tone(600))
    made = adjust(tmp_path, {"video#1": clip}, Span(0.5, 1.5), op="trim")
    assert isinstance(made, Clip)
    assert np.allclose(grey_levels(made), [4 * n for n in range(5, 15)], atol=2)
    sound = load_sound(made.path)
    assert len(sound.samples) / sound.rate == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("op", ["gain", "reverse", "extract", "normalize"])
def test_a_video_without_sound_is_refused_in_words(tmp_path: Path, op: str) -> None:
    clip = clip_at(tmp_path / "a.mp4", None)
    with pytest.raises(Refusal, match="video#1 has no sound"):
        adjust(tmp_path, {"video#1": clip}, op=op, db=3.0)


def test_a_sound_can_be_attached_to_a_silent_video(tmp_path: Path) -> None:
    made = adjust(tmp_path, {"video#1": clip_at(tmp_path / "a.mp4", None), "audio#1": tone(400)}, op="attach")
    assert isinstance(made, Clip)
    assert made.has_audio


@pytest.mark.parametrize(
    ("op", "asks"),
    [("gain", "db="), ("speed", "factor="), ("pitch", "semitones="), ("lowpass", "hz="), ("trim", "<t>"), ("mix", "audio#2"),
     ("extract", "video"), ("attach", "video#1"), (None, "op=")],
)  # fmt: skip
def test_a_missing_setting_is_asked_for(tmp_path: Path, op: str | None, asks: str) -> None:
    with pytest.raises(Refusal) as refusal:
        on(tmp_path, tone(440), op=op)
    assert asks in refusal.value.hint


def test_rates_and_channels_stay_as_they_were(tmp_path: Path) -> None:
    for rate, channels in ((8000, 1), (96000, 2), (44100, 8)):
        source = tone(300, seconds=0.3, rate=rate, channels=channels)
        for settings in (
            {"op": "gain", "db": -3.0}, {"op": "fade_in", "seconds": 9.0}, {"op": "pitch", "semitones": 2.0},
            {"op": "speed", "factor": 2.0}, {"op": "highpass", "hz": 3500.0}, {"op": "reverse"},
        ):  # fmt: skip
            made = on(tmp_path, source, **settings)
            assert (made.rate, made.samples.shape[1]) == (rate, channels)


@pytest.mark.parametrize("samples", [1, 2, 50])
def test_a_sound_of_a_few_samples_survives_everything(tmp_path: Path, samples: int) -> None:
    source = Sound(np.full((samples, 2), 0.3, np.float32), 8000)
    for settings in (
        {"op": "gain", "db": 40.0}, {"op": "fade_out"}, {"op": "pitch", "semitones": -24.0}, {"op": "speed", "factor": 4.0},
        {"op": "lowpass", "hz": 20.0}, {"op": "highpass", "hz": 20.0}, {"op": "reverse"}, {"op": "normalize"},
    ):  # fmt: skip
        assert len(on(tmp_path, source, **settings).samples) >= 1


def test_a_cancelled_stretch_stops_at_once(tmp_path: Path) -> None:
    calls = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        calls.append(fraction)
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        adjust(tmp_path, {"audio#1": tone(440, seconds=20)}, op="speed", factor=0.5, report=report)
    assert calls[-1] < 0.3
