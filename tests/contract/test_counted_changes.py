"""What is said to have stayed as it was is counted, and the counts are true of what is saved: stretches of sounds, places of clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.proof import badge
from models.expert import Clip, Inputs, Sound
from models.experts import audio_adjust, video_edit_picturebook
from models.sound import load_sound, save_wav
from models.untouched import changed
from models.values import Arg, Box, Checkpoint, Media, Phrase, Ref, Region, Span, TaskCall
from models.video import VideoWriter

RATE = 8000
sounds = audio_adjust.load(Checkpoint("audio_adjust"), "cpu")


def silent(fraction: float, word: str = "", preview: Any = None) -> None:
    """A report that nobody reads."""


def noise(seconds: float = 3.0) -> Sound:
    """A sound with nothing alike in it, as a 16-bit file would hold it."""
    samples = np.random.default_rng(3).integers(-9000, 9000, (round(seconds * RATE), 2)) / 32768
    return Sound(samples.astype(np.float32), RATE)


def heard(tmp_path: Path, *args: Arg, **settings: Any) -> tuple[Sound, dict[str, Any] | None]:
    call = TaskCall("t1", "audio_adjust", (Ref("audio#1"), *args))
    media = {"audio#1": Media("audio", "audio#1", "")}
    made = sounds(call, Inputs({"audio#1": noise()}, media, {}, tmp_path, 0, settings), silent)
    assert isinstance(made, Sound)
    return made, badge(Media("audio", "audio#2", "a.wav", made.meta), call)


@pytest.mark.parametrize("op", [{"op": "gain", "db": -6.0}, {"op": "reverse"}, {"op": "lowpass", "hz": 500.0}])
def test_what_lies_outside_of_a_changed_stretch_is_counted_and_identical_in_the_file(
    tmp_path: Path, op: dict[str, Any]
) -> None:
    made, proof = heard(tmp_path, Span(1, 2), **op)
    assert proof is not None
    assert (proof["holds"], proof["text"]) == (True, "Outside the stretch: identical")
    save_wav(made, tmp_path / "made.wav")
    differs = (load_sound(tmp_path / "made.wav").samples != noise().samples).any(axis=1)
    assert not differs[:RATE].any()
    assert not differs[2 * RATE :].any()
    assert proof["detail"] == f"0 samples changed there, {np.count_nonzero(differs):,} samples where it was allowed"


def test_a_stretch_that_became_shorter_moves_what_follows_and_changes_none_of_it(tmp_path: Path) -> None:
    made, proof = heard(tmp_path, Span(1, 2), op="speed", factor=2.0)
    assert len(made.samples) < 3 * RATE
    assert np.array_equal(made.samples[-RATE:], noise().samples[-RATE:])
    assert proof is not None
    assert proof["holds"]


def test_where_everything_may_change_or_parts_cannot_be_told_apart_nothing_is_claimed(tmp_path: Path) -> None:
    assert heard(tmp_path, op="reverse")[1] is None
    assert heard(tmp_path, Span(0.5, 1), Span(2, 2.5), op="speed", factor=2.0)[1] is None


def test_what_did_change_outside_is_told() -> None:
    before, after = noise().samples, noise().samples.copy()
    after[5] += 0.25
    after[RATE + 5] += 0.25
    assert changed(before, after, [(RATE, 2 * RATE)]) == (1, 1)


def clip(path: Path) -> Clip:
    pixels = np.random.default_rng(2).integers(0, 255, (48, 64, 3), np.uint8)
    with VideoWriter(path, 64, 48, 10.0) as writer:
        for _ in range(10):
            writer.write(pixels)
    return writer.clip


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ((Ref("region#1"),), "Outside the mask"),
        ((Span(0.2, 0.5),), "Outside the stretch"),
        ((Ref("region#1"), Span(0.2, 0.5)), "Outside the mask and the stretch"),
    ],
)
def test_a_clip_that_was_changed_in_a_place_or_a_stretch_tells_what_stayed(
    tmp_path: Path, args: tuple[Arg, ...], text: str
) -> None:
    edit = video_edit_picturebook.load(Checkpoint(""), "cpu")
    call = TaskCall("t1", "video_edit", (Ref("video#1"), *args, Phrase("make it a watercolour")))
    source, facts = clip(tmp_path / "a.mp4"), {"width": 64, "height": 48}
    region = Region(1, "video#1", box=Box(0.25, 0.25, 0.75, 0.75), time=0.0)
    inputs = Inputs(
        {"video#1": source}, {"video#1": Media("video", "video#1", "", facts)}, {"region#1": region}, tmp_path, 0, {}
    )
    made = edit(call, inputs, silent)
    assert isinstance(made, Clip)
    proof = badge(Media("video", "video#2", "b.mp4", made.meta), call)
    assert proof is not None
    assert proof["text"] == f"{text}: identical before compression"
    assert made.meta["changed_inside"] > 0
    frames = 3 if any(isinstance(arg, Span) for arg in args) else 10
    assert made.meta["changed_inside"] <= frames * (32 * 24 if Ref("region#1") in args else 64 * 48)
