"""Looks of a large picture are made in steps that are short enough: between two of them a stop is heeded. Counted, not timed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models import pixels
from models.expert import Cancelled
from models.world import grades
from models.world.scene import STYLES
from models.world.styles import stylised

WIDE = ("GaussianBlur", "boxFilter")
"""What takes long on a picture of many pixels."""


def picture(height: int = 90, width: int = 120) -> np.ndarray:
    made = np.random.default_rng(2).integers(0, 255, (height, width, 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(made, (0, 0), 2), np.uint8)


@pytest.mark.parametrize("style", STYLES[1:])
def test_no_more_than_two_wide_steps_of_a_look_lie_between_two_beats(style, monkeypatch):
    rgb, since, most = picture(), [0], [0]
    for name in WIDE:
        real = getattr(cv2, name)

        def counted(*given, real=real, whole=name == "boxFilter", **how):
            since[0] += 1 if whole or given[0].ndim == 2 else given[0].shape[2]
            most[0] = max(most[0], since[0])
            return real(*given, **how)

        monkeypatch.setattr(cv2, name, counted)
    plain = stylised(rgb, style)
    most[0] = since[0] = 0
    beats = []

    def beat():
        since[0] = 0
        beats.append(1)

    heard = stylised(rgb, style, beat)
    assert np.array_equal(heard, plain), "who listens changes nothing"
    assert beats
    assert most[0] <= 2

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        stylised(rgb, style, stop)


def test_a_grade_and_an_operation_can_be_stopped_at_each_band(monkeypatch):
    rgb, beats = picture(), []
    monkeypatch.setattr(grades, "_BAND", 10 * rgb.shape[1])
    made = grades.graded(rgb, "night", beat=lambda: beats.append(1))
    assert len(beats) == 10, "nine bands, and once more at the end"
    assert np.array_equal(made, grades.graded(rgb, "night"))
    beats.clear()
    monkeypatch.setattr(pixels, "BAND", 30 * rgb.shape[1])
    weight = np.ones(rgb.shape[:2], np.float32)
    made = pixels.apply("sepia", rgb, 1.0, weight, lambda: beats.append(1))
    assert len(beats) == 3
    assert np.array_equal(made, pixels.apply("sepia", rgb, 1.0, weight))


@pytest.mark.parametrize("words", ["make it a watercolour", "make it neon", "make it snow", "make it night"])
def test_an_edit_of_a_photo_reports_between_its_steps_and_ends_at_any_of_them(words, tmp_path):
    from models.expert import Inputs, Picture
    from models.experts import edit_picturebook
    from models.values import Checkpoint, Media, Phrase, Ref, TaskCall

    edit = edit_picturebook.load(Checkpoint("edit_picturebook"), "cpu")
    medium = Media("image", "image#1", "a.png", {"width": 120, "height": 90})
    inputs = Inputs({"image#1": Picture(picture())}, {"image#1": medium}, {}, tmp_path, 3)
    call = TaskCall("t1", "edit", (Ref("image#1"), Phrase(words)))
    told = []

    def report(fraction, word="", preview=None, stop=None):
        told.append(fraction)
        if len(told) == stop:
            raise Cancelled

    edit(call, inputs, report)
    assert told == sorted(told)
    assert len(told) >= 5
    for stop in (3, len(told) - 1):
        told.clear()
        with pytest.raises(Cancelled):
            edit(call, inputs, lambda *given, stop=stop: report(*given, stop=stop))
        assert len(told) == stop
