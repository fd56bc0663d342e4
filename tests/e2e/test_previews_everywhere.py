"""Every expert that ships shows what there is so far: of the right kind, ever nearer to the result, and in the end like it."""

from __future__ import annotations

from typing import Any

import every_task
import numpy as np
import pytest
from every_task import COMMANDS, call_of

from models.expert import Clip, Masks, Picture, Sound, Value
from models.previews import CELLS, DARK, GAP, SIDE, WIDE, Filmstrip, Outlined, heard, small
from models.profiles import PROFILES
from models.video import read_frames

MASKED = ("segment",)
"""Tasks whose result is a mask of the picture that they are shown on."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The shipped experts and something of every kind to work on."""
    yield from every_task.shop(tmp_path_factory.mktemp("previews"))


def run(shop: Any, task: str, more: str = "") -> tuple[list[np.ndarray], list[str], np.ndarray, Any]:
    """Run the command of *task*; return all its previews, its steps in words, what the last preview should be, and its call."""
    call, shelf, drawn = call_of(shop, task, more)
    previews: list[np.ndarray] = []
    words: list[str] = []

    def report(fraction: float, word: str = "", preview: Any = None) -> None:
        words.append(word)
        if preview is not None:
            previews.append(np.array(preview() if callable(preview) else preview))

    router = shop.engine.router
    with router.run(call, shelf, {r.handle: r for r in drawn}, report, seed=3, drawn=drawn) as ran:
        source = shop.engine.store.open(shelf[call.refs("image")[0]]) if task in MASKED else None
        return previews, words, _expected(ran.values, source), call


def _expected(values: list[Value], source: Any) -> np.ndarray:
    """Return what the last preview of these results should look like."""
    for value in values:
        if isinstance(value, Clip):
            strip = Filmstrip(value.frames)
            for number, frame in enumerate(read_frames(value)):
                strip.put(number, frame)
            return strip.look()
    value = values[0]
    if isinstance(value, Sound):
        return heard(value.samples, value.rate)
    if isinstance(value, Masks):
        shown = Outlined(source.pixels, value.numbers)
        for mask in value.array:
            shown.add(mask)
        return shown.look()
    assert isinstance(value, Picture)
    return small(value.pixels)


def away(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean difference of two pictures in levels; 255 for another shape."""
    if one.shape != other.shape:
        return 255.0
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def test_every_task_of_the_profile_is_looked_at_here():
    assert set(COMMANDS) == set(PROFILES["nano"].experts)


@pytest.mark.parametrize("task", COMMANDS)
def test_every_expert_shows_what_there_is_so_far(shop, task):
    previews, words, expected, _ = run(shop, task)
    assert len(previews) >= 2, words
    for preview in previews:
        assert preview.dtype == np.uint8
        assert preview.shape[2:] == (3,)
        assert max(preview.shape) <= max(SIDE, CELLS * (WIDE + GAP))
    if task == "sound_for":  # the sound comes before the clip that carries it, and is what is shown
        assert previews[-1].shape == heard(np.zeros(9), 8000).shape
    else:
        assert away(previews[-1], expected) < 6, "the last preview is the result, small"
        assert away(previews[-1], expected) <= away(previews[0], expected) + 1e-9
    assert any(away(one, previews[-1]) > 0 for one in previews[:-1]), "it goes on"


@pytest.mark.parametrize(
    "task", ["remove", "video", "animate", "video_segment", "extract", "adjust", "audio", "layout"]
)
def test_the_step_is_told_with_its_number_and_how_many_there_are(shop, task):
    _, words, _, _ = run(shop, task)
    assert any(" of " in word and any(letter.isdigit() for letter in word) for word in words), words


def test_a_gap_fills_from_coarse_to_fine(shop):
    previews, _, expected, _ = run(shop, "remove")
    assert len(previews) >= 6
    apart = [away(preview, expected) for preview in previews]
    assert apart[0] > 2 * max(apart[-1], 0.05)
    third = len(apart) // 3
    assert np.mean(apart[-third:]) < np.mean(apart[:third])
    hole = np.abs(previews[0].astype(int) - expected).max(axis=2) > 12
    assert 0.02 < hole.mean() < 0.6, "and the rest of the picture stands as it was"


def test_a_strip_of_film_fills_from_left_to_right(shop):
    previews, _, expected, _ = run(shop, "video")
    wide = (expected.shape[1] + GAP) // CELLS
    done = [[bool((p[:, n * wide : (n + 1) * wide - GAP] != DARK).any()) for n in range(CELLS)] for p in previews]
    assert done[0] == [True, False, False, False, False]
    assert done[-1] == [True] * CELLS
    assert done == sorted(done), "from left to right, and nothing that was done is lost"


def test_a_sound_is_heard_event_by_event(shop):
    previews, words, _, call = run(shop, "audio")
    assert call.task == "audio"
    assert sum(word.startswith("making ") for word in words) >= 2
    first, last = previews[0], previews[-1]
    quiet = (first == first[0, 0]).all(axis=2)
    assert quiet.mean() > (last == last[0, 0]).all(axis=2).mean(), "what is not made yet is silent"


def test_every_mask_keeps_the_colour_of_its_result(shop):
    previews, _, _, _ = run(shop, "segment")
    tinted = np.abs(previews[-1].astype(int) - previews[0].astype(int)).max(axis=2) > 8
    assert 0.05 < tinted.mean() < 0.6


def test_a_picture_grows_thing_by_thing(shop):
    previews, words, expected, _ = run(shop, "image")
    assert words.index("painting the backdrop") < next(n for n, word in enumerate(words) if "thing 1 of 2" in word)
    apart = [away(preview, expected) for preview in previews]
    assert apart == sorted(apart, reverse=True)
    assert apart[0] > apart[1] > 0
