"""extract takes exactly the frame or stretch named, with its sound, and says what it clamped or cannot find."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.expert import Cancelled, Clip, Inputs, Picture, Refusal, Sound, Value
from models.experts import extract
from models.sound import load_sound, save_wav
from models.values import Arg, Checkpoint, Media, Ref, Span, TaskCall
from models.video import VideoWriter, read_frames

FPS = 30000 / 1001
FRAMES = 40
run = extract.load(Checkpoint("extract"), "cpu")


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    """Forty frames of 64 x 48 at 29.97 fps, frame n grey 5 n, with a tone that starts at 0.6 s."""
    rate = 16000
    wave = 0.5 * np.sin(2 * np.pi * 500 * np.arange(round(FRAMES / FPS * rate)) / rate)
    wave[: round(0.6 * rate)] = 0
    save_wav(Sound(wave.astype(np.float32)[:, None], rate), tmp_path / "tone.wav")
    with VideoWriter(tmp_path / "source.mp4", 64, 48, FPS, audio_from=tmp_path / "tone.wav") as writer:
        for n in range(FRAMES):
            writer.write(np.full((48, 64, 3), 5 * n, np.uint8))
    return writer.clip


def take(clip: Clip, tmp_path: Path, *args: Arg, report: Any = None, **settings: Any) -> Value | Sequence[Value]:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    call = TaskCall("t1", "extract", (Ref("video#1"), *args))
    inputs = Inputs({"video#1": clip}, {"video#1": Media("video", "video#1", "")}, {}, scratch, 0, settings)
    return run(call, inputs, report or (lambda fraction, word="", preview=None: None))


def number(pixels: Any) -> int:
    return round(float(pixels.mean()) / 5)


@pytest.mark.parametrize("frame", [0, 1, 17, 39, -1, -40])
def test_a_frame_is_taken_by_its_number(clip: Clip, tmp_path: Path, frame: int) -> None:
    made = take(clip, tmp_path, frame=frame)
    assert isinstance(made, Picture)
    assert made.pixels.shape == (48, 64, 3)
    assert made.pixels.dtype == np.uint8
    assert number(made.pixels) == frame % FRAMES == made.meta["frame"]


def test_a_time_gives_the_frame_shown_then(clip: Clip, tmp_path: Path) -> None:
    for frame in range(0, FRAMES, 3):
        for within in (0.0, 0.5, 0.9):
            made = take(clip, tmp_path, time=(frame + within) / FPS)
            assert isinstance(made, Picture)
            assert number(made.pixels) == frame


def test_the_very_end_gives_the_last_frame_with_a_note(clip: Clip, tmp_path: Path) -> None:
    made = take(clip, tmp_path, time=clip.duration)
    assert isinstance(made, Picture)
    assert number(made.pixels) == FRAMES - 1
    assert "last frame" in made.meta["notes"][0]


def test_beyond_the_end_is_refused_with_the_clips_length(clip: Clip, tmp_path: Path) -> None:
    for settings in ({"time": 5.0}, {"frame": 40}, {"frame": -41}):
        with pytest.raises(Refusal) as refusal:
            take(clip, tmp_path, **settings)
        assert "1.33 s long: frames 0 to 39" in refusal.value.hint
    with pytest.raises(Refusal, match="after the end") as refusal:
        take(clip, tmp_path, Span(2, 3))
    assert "1.33 s long" in refusal.value.hint


def test_without_a_time_it_asks_and_tells_the_length(clip: Clip, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        take(clip, tmp_path)
    assert "time=" in refusal.value.hint
    assert "1.33 s long (40 frames)" in refusal.value.hint


def test_a_stretch_holds_exactly_its_frames_and_its_sound(clip: Clip, tmp_path: Path) -> None:
    made = take(clip, tmp_path, Span(10 / FPS, 30 / FPS))
    assert isinstance(made, Clip)
    assert [number(f) for f in read_frames(made)] == list(range(10, 30))
    assert made.fps == pytest.approx(FPS)
    assert made.has_audio
    sound = load_sound(made.path)
    assert len(sound.samples) / sound.rate == pytest.approx(20 / FPS, abs=0.07)
    begins = 0.6 - 10 / FPS  # where the tone starts, within the stretch
    level = np.abs(sound.samples[:, 0])
    assert level[: round((begins - 0.03) * sound.rate)].max() < 0.05
    assert level[round((begins + 0.03) * sound.rate) : round((begins + 0.2) * sound.rate)].max() > 0.4


def test_a_stretch_beyond_the_end_is_clamped_with_a_note(clip: Clip, tmp_path: Path) -> None:
    made = take(clip, tmp_path, Span(1.0, 60.0))
    assert isinstance(made, Clip)
    assert [number(f) for f in read_frames(made)] == list(range(29, 40))
    assert "ends at 1.33 s" in made.meta["notes"][0]


def test_the_shortest_stretch_is_one_frame(clip: Clip, tmp_path: Path) -> None:
    made = take(clip, tmp_path, Span(0.5, 0.501))
    assert isinstance(made, Clip)
    assert made.frames == 1


def test_several_stretches_give_several_clips(clip: Clip, tmp_path: Path) -> None:
    made = take(clip, tmp_path, Span(0, 5 / FPS), Span(20 / FPS, 22 / FPS))
    assert isinstance(made, list)
    assert [[number(f) for f in read_frames(c)] for c in made] == [[0, 1, 2, 3, 4], [20, 21]]


def test_stop_ends_a_cut_and_leaves_no_half_file(clip: Clip, tmp_path: Path) -> None:
    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        take(clip, tmp_path, Span(0, 1), report=report)
    assert not list((tmp_path / "scratch").iterdir())
