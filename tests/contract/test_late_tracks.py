"""Clips whose sound or whose pictures begin late: every expert keeps the two together, and places count as a player shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import ffmpeg
from models.expert import Clip, Inputs, Refusal, Sound, Value
from models.experts import audio_adjust, extract, video_segment_flow
from models.sound import load_sound
from models.values import Box, Media, Ref, Region, Span, TaskCall
from models.video import clip_info, clip_sound, read_frames

RATE = 10
BEEP = 1.5
"""When the only beep of the sound is heard, in seconds of the sound; frame 15 is the only white one."""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A clip of 3 s with its sound a second late, and one with its pictures a second late."""
    folder = tmp_path_factory.mktemp("late")
    flash, beep = folder / "flash.mp4", folder / "beep.wav"
    filters = f"color=black:s=64x48:r={RATE}:d=3,drawbox=c=white:t=fill:enable='between(n,15,15)'"
    sound = f"aevalsrc='if(between(t,{BEEP},{BEEP + 0.1}),0.5*sin(2*PI*1000*t),0)':s=16000:d=3"
    assert ffmpeg.run("-f", "lavfi", "-i", filters, "-pix_fmt", "yuv420p", str(flash))[0] == 0
    assert ffmpeg.run("-f", "lavfi", "-i", sound, str(beep))[0] == 0
    made = {}
    for name, first, second in (("sound", [], ["-itsoffset", "1"]), ("pictures", ["-itsoffset", "1"], [])):
        made[name] = folder / f"{name}.mp4"
        inputs = [*first, "-i", str(flash), *second, "-i", str(beep)]
        status, words = ffmpeg.run(
            *inputs, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", str(made[name])
        )
        assert status == 0, words
    return made


def run(expert: Any, task: str, path: Path, folder: Path, *args: Any, **settings: Any) -> Value:
    clip = clip_info(path)
    medium = Media("video", "video#1", path.name, dict(clip.meta))
    inputs = Inputs({"video#1": clip}, {"video#1": medium}, {}, folder, 1, settings)
    made: Value = expert(TaskCall("t1", task, (Ref("video#1"), *args)), inputs, lambda *a, **k: None)
    return made


def heard(samples: np.ndarray[Any, Any], rate: int) -> float:
    """Return when the beep begins, s."""
    return float(np.argmax(np.abs(samples[:, 0]) > 0.1)) / rate


AFTER_FIRST_FRAME = {"sound": BEEP + 1, "pictures": BEEP - 1}


@pytest.mark.parametrize("late", ["sound", "pictures"])
def test_a_change_of_its_sound_leaves_a_clip_in_step(clips: dict[str, Path], tmp_path: Path, late: str) -> None:
    wanted = pytest.approx(AFTER_FIRST_FRAME[late], abs=0.04)
    sound = clip_sound(clip_info(clips[late]))
    assert heard(sound.samples, sound.rate) == wanted
    made = run(audio_adjust.adjust, "audio_adjust", clips[late], tmp_path, op="gain", db=-3.0)
    assert isinstance(made, Clip)
    assert made.begins == 0
    assert [int(frame.mean() > 128) for frame in read_frames(made)].index(1) == 15
    after = load_sound(made.path)
    assert heard(after.samples, after.rate) == wanted


def test_what_is_left_out_is_said(clips: dict[str, Path], tmp_path: Path) -> None:
    made = run(audio_adjust.adjust, "audio_adjust", clips["pictures"], tmp_path, op="gain", db=-3.0)
    assert any("before the first picture" in note for note in made.meta["notes"])


def test_a_stretch_of_the_sound_counts_as_the_player_shows(clips: dict[str, Path], tmp_path: Path) -> None:
    made = run(
        audio_adjust.adjust, "audio_adjust", clips["pictures"], tmp_path, Span(BEEP - 0.1, BEEP + 0.4), op="extract"
    )
    assert heard(made.samples, made.rate) == pytest.approx(0.1, abs=0.04)  # type: ignore[union-attr]


def added(
    clips: dict[str, Path], late: str, folder: Path, op: str, span: Span
) -> tuple[Clip, np.ndarray[Any, Any], int]:
    """Put a tone of 4 s on a clip within *span*; return the clip made, its sound and that sound's rate."""
    rate = 16000
    tone = Sound(
        np.full((4 * rate, 1), 0.25, np.float32) * np.sin(np.arange(4 * rate) * 2.5, dtype=np.float32)[:, None], rate
    )
    clip = clip_info(clips[late])
    media = {"video#1": Media("video", "video#1", "v", dict(clip.meta)), "audio#1": Media("audio", "audio#1", "a")}
    inputs = Inputs({"video#1": clip, "audio#1": tone}, media, {}, folder, 1, {"op": op})
    call = TaskCall("t1", "audio_adjust", (Ref("video#1"), Ref("audio#1"), span))
    made = audio_adjust.adjust(call, inputs, lambda *a, **k: None)
    assert isinstance(made, Clip)
    sound = load_sound(made.path)
    return made, sound.samples, sound.rate


@pytest.mark.parametrize("op", ["mix", "attach"])
@pytest.mark.parametrize(("late", "span", "begins", "ends"), [
    ("pictures", Span(3.0, 3.5), 2.0, 2.5), ("pictures", Span(0.5, 1.4), 0.0, 0.4), ("sound", Span(0.2, 0.7), 0.2, 0.7),
])  # fmt: skip
def test_a_sound_is_added_where_the_player_shows_the_stretch(
    clips: dict[str, Path], tmp_path: Path, op: str, late: str, span: Span, begins: float, ends: float
) -> None:
    made, samples, rate = added(clips, late, tmp_path, op, span)
    assert (made.begins, made.frames) == (0, 30)
    beep = AFTER_FIRST_FRAME[late]
    loud = np.abs(samples[:, 0]) > 0.1
    if op == "mix":
        assert loud[round((beep + 0.03) * rate) : round((beep + 0.07) * rate)].any()
        loud[round((beep - 0.05) * rate) : round((beep + 0.15) * rate)] = False
    found = np.flatnonzero(loud)
    assert found[0] / rate == pytest.approx(begins, abs=0.05)
    assert found[-1] / rate == pytest.approx(ends, abs=0.05)


@pytest.mark.parametrize(("span", "word"), [(Span(4.0, 5.0), "after the end"), (Span(0.2, 0.9), "before the first")])
def test_a_sound_is_not_added_where_no_picture_is_shown(
    clips: dict[str, Path], tmp_path: Path, span: Span, word: str
) -> None:
    with pytest.raises(Refusal, match=word) as caught:
        added(clips, "pictures", tmp_path, "attach", span)
    assert "from 1.00 to 4.00 s" in caught.value.hint


def test_the_end_of_a_late_clip_can_be_taken_out_and_marked(clips: dict[str, Path], tmp_path: Path) -> None:
    path = clips["pictures"]
    frame = run(extract.extract, "extract", path, tmp_path, time=3.95)
    assert (frame.meta["frame"], frame.meta["time"]) == (29, 3.9)
    cut = run(extract.extract, "extract", path, tmp_path, Span(3.5, 4.0))
    assert isinstance(cut, Clip)
    assert (cut.frames, cut.meta["notes"]) == (5, [])
    clip = clip_info(path)
    region = Region(1, "video#1", Box(0.2, 0.2, 0.8, 0.8), time=3.9)
    inputs = Inputs({"video#1": clip}, {}, {}, tmp_path, 1)
    assert video_segment_flow._start(region, clip, inputs, 0) == (29, "")
