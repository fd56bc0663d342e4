"""Backdrops and looks: every kind at every hour, repeatable, different by seed, the same picture at every size."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.world.backdrops import COLOURED, PAINTERS, front, paint
from models.world.looks import LOOKS
from models.world.scene import KINDS, STYLES, TIMES, Backdrop, Scene, horizon
from models.world.styles import _LOOKS, stylised


def reduced(pixels: np.ndarray, side: int) -> np.ndarray:
    import cv2

    return cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA).astype(int)


def test_every_declared_kind_time_and_style_exists():
    assert set(PAINTERS) == set(KINDS)
    assert set(LOOKS) == set(TIMES)
    assert {"", *_LOOKS} == set(STYLES)
    assert set(COLOURED) <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_painted_at_every_hour(kind):
    seen = set()
    for time in TIMES:
        painted = paint(Backdrop(kind, time, seed=7), 64, 48)
        assert painted.pixels.shape == (48, 64, 3)
        assert painted.pixels.dtype == np.uint8
        assert painted.pixels.std() > 1
        assert (painted.line is None) == (horizon(Backdrop(kind)) is None)
        seen.add(painted.pixels.tobytes())
    # Space and the moon know no weather, a stage only lamps that are lit or not.
    assert len(seen) >= {"space": 1, "moon": 1, "stage": 2}.get(kind, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_repeats_and_another_differs(kind):
    first = paint(Backdrop(kind, seed=1), 64, 64).pixels.copy()
    others = [paint(Backdrop(kind, seed=seed), 64, 64).pixels for seed in (2, 3, 4)]
    assert any((other != first).any() for other in others)
    paint.cache_clear()
    assert (paint(Backdrop(kind, seed=1), 64, 64).pixels == first).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_picture_at_every_size(kind):
    small, large = (reduced(paint(Backdrop(kind, seed=5), side, side).pixels, 32) for side in (128, 512))
    assert np.abs(small - large).mean() < 6


def test_wide_and_narrow_frames_are_filled():
    for kind in KINDS:
        for width, height in ((200, 48), (48, 200), (16, 16)):
            assert paint(Backdrop(kind, seed=9), width, height).pixels.std(axis=(0, 1)).max() > 0.5


def test_night_is_dark_and_sunset_warm():
    for kind in ("meadow", "beach", "city", "forest", "mountains", "snow", "plain", "street", "farm"):
        day, night, sunset = (
            paint(Backdrop(kind, time, seed=2), 64, 64).pixels.mean((0, 1)) for time in ("day", "night", "sunset")
        )
        assert night.sum() < 0.62 * day.sum(), kind
        assert sunset[0] / sunset[2] > day[0] / day[2], kind


def test_a_colour_is_taken():
    for kind in COLOURED:
        red, blue = (
            paint(Backdrop(kind, colour=colour, seed=3), 64, 64).pixels.mean((0, 1)) for colour in ("red", "blue")
        )
        assert red[0] - red[2] > blue[0] - blue[2] + 8, kind


def test_weather_falls_outdoors_only():
    for kind, time, falls in (
        ("meadow", "rain", True),
        ("plain", "snowfall", True),
        ("room", "rain", False),
        ("space", "snowfall", False),
        ("meadow", "day", False),
    ):
        pixels = np.full((64, 64, 3), 100, np.float32)
        front(Backdrop(kind, time), pixels, 0.3)
        assert bool((pixels != 100).any()) == falls


@pytest.mark.parametrize("style", STYLES)
def test_a_style_keeps_the_size_and_the_picture_recognisable(style):
    pixels = paint(Backdrop("meadow", seed=4), 120, 90).pixels
    before = pixels.copy()
    made = stylised(pixels, style)
    assert made.shape == pixels.shape
    assert made.dtype == np.uint8
    assert (pixels == before).all()
    assert (made == stylised(pixels, style)).all()
    assert bool((made != pixels).any()) == bool(style)
    assert made.std() > 4


@pytest.mark.parametrize(
    "kind",
    ["meadow", "farm", "garden", "beach", "desert", "city", "street", "forest", "mountains", "lake", "room", "kitchen"],
)
def test_the_place_stays_the_same_when_the_hour_changes(kind):
    """So that "make it rain" changes the weather and not the landscape."""
    lower = []
    for time in ("day", "rain", "morning"):
        rows = paint(Backdrop(kind, time, seed=11), 160, 160).pixels[110:].astype(float).mean(2)
        lower.append((rows - rows.mean(1, keepdims=True)).ravel())
    other = paint(Backdrop(kind, "day", seed=12), 160, 160).pixels[110:].astype(float).mean(2)
    lower.append((other - other.mean(1, keepdims=True)).ravel())
    alike = [float(np.corrcoef(lower[0], one)[0, 1]) for one in lower[1:]]
    assert min(alike[:2]) > 0.72
    assert min(alike[:2]) > alike[2] + 0.2


@pytest.mark.parametrize(("kind", "time", "what"), [
    ("meadow", "day", "tree"), ("meadow", "day", "flower"), ("meadow", "day", "sun"), ("meadow", "day", "cloud"), ("farm", "day", "house"),
    ("garden", "day", "tree"), ("garden", "day", "flower"), ("snow", "day", "tree"), ("mountains", "day", "tree"), ("lake", "day", "tree"),
    ("beach", "day", "tree"), ("beach", "day", "shell"), ("desert", "day", "cactus"), ("meadow", "night", "moon"), ("space", "day", "star"),
    ("moon", "day", "planet"), ("sea", "day", "boat"), ("sea", "day", "island"), ("underwater", "day", "coral"), ("room", "day", "window"),
    ("room", "day", "picture"), ("kitchen", "day", "jar"), ("city", "day", "tree"), ("snow", "day", "mountain"),
])  # fmt: skip
def test_decoration_is_left_out_and_the_rest_stays_as_it_is(kind, time, what):
    shown = 0
    for seed in (1, 2, 3, 4, 5, 6):
        full, bare = (
            paint(Backdrop(kind, time, seed=seed, without=w), 192, 128).pixels.astype(int) for w in ((), (what,))
        )
        changed = np.abs(full - bare).max(2) > 0
        shown += bool(changed.any())
        assert changed.mean() < 0.8
    assert shown > 1  # some decoration comes with some seeds alone


def test_only_known_decoration_is_left_out():
    assert Scene.from_json(json.loads(json.dumps(Scene((), Backdrop(without=("tree",))).to_json()))).backdrop.without
    with pytest.raises(ValueError, match="without"):
        Backdrop(without=("cat",))
