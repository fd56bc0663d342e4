"""What lies beyond the frame of a painted backdrop: it goes on without a seam, shows the same however far it reaches, and lets the frame be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.world.backdrops import front, paint
from models.world.beyond import met, tiles
from models.world.composer import compose
from models.world.scene import KINDS, Backdrop, Scene, Thing, horizon, window

WIDE, HIGH = 96, 64
FRAME = (0.25, 0.25, 0.75, 0.75)
INNER = (slice(HIGH // 2, HIGH // 2 + HIGH), slice(WIDE // 2, WIDE // 2 + WIDE))


@pytest.mark.parametrize("kind", KINDS)
def test_every_backdrop_goes_on_round_its_frame_and_leaves_it_as_it_is(kind):
    backdrop = Backdrop(kind, seed=3)
    inner, outer = paint(backdrop, WIDE, HIGH), paint(replace(backdrop, frame=FRAME), 2 * WIDE, 2 * HIGH)
    assert np.array_equal(outer.pixels[INNER], inner.pixels)
    pixels = outer.pixels.astype(int)
    x0, y0, x1, y1 = window(replace(backdrop, frame=FRAME), 2 * WIDE, 2 * HIGH)
    inside = pixels[y0:y1, x0:x1]
    # A step over the seam is hardly larger than steps from pixel to pixel within the frame are.
    for seam, axis in (
        (pixels[y0:y1, x1] - pixels[y0:y1, x1 - 1], 1), (pixels[y0:y1, x0] - pixels[y0:y1, x0 - 1], 1),
        (pixels[y0, x0:x1] - pixels[y0 - 1, x0:x1], 0), (pixels[y1, x0:x1] - pixels[y1 - 1, x0:x1], 0),
    ):  # fmt: skip
        within = np.abs(np.diff(inside, axis=axis)).mean(axis=(1 - axis, 2))
        assert np.abs(seam).mean() <= 2.2 * within.max() + 4


@pytest.mark.parametrize("kind", ["meadow", "city", "room", "stripes", "space"])
def test_what_lies_beyond_is_the_same_however_far_the_picture_reaches(kind):
    near = paint(Backdrop(kind, seed=5, frame=(0, 0, 0.8, 1)), 120, HIGH).pixels
    far = paint(Backdrop(kind, seed=5, frame=(0, 0, 0.5, 1)), 192, HIGH).pixels
    assert np.array_equal(near, far[:, :120])


def test_the_ground_begins_where_it_did():
    backdrop = Backdrop("meadow", seed=3)
    line = horizon(backdrop)
    assert horizon(replace(backdrop, frame=FRAME)) == pytest.approx(0.25 + 0.5 * line)
    assert paint(replace(backdrop, frame=FRAME), 2 * WIDE, 2 * HIGH).line == pytest.approx(HIGH / 2 + line * HIGH)


def test_there_is_still_one_sun():
    backdrop = Backdrop("beach", seed=2, frame=(0, 0, 0.5, 1))
    with_sun, without = (paint(replace(backdrop, without=gone), 240, 80).pixels.astype(int) for gone in ((), ("sun",)))
    lit = (np.abs(with_sun - without) > 60).any(axis=2)
    assert np.count_nonzero(lit[:, :120]) > 20
    assert not lit[:, 120:].any()


def test_a_frame_too_small_to_paint_on_is_painted_larger_and_reduced():
    small = paint(Backdrop("meadow", seed=3, frame=(0.4, 0.4, 0.6, 0.6)), 60, 40)
    assert small.pixels.shape == (40, 60, 3)
    assert small.line == pytest.approx(40 * horizon(Backdrop("meadow", seed=3, frame=(0.4, 0.4, 0.6, 0.6))))


@pytest.mark.parametrize("time", ["rain", "snowfall", "fog"])
def test_the_weather_in_front_reaches_all_of_it_and_is_within_the_frame_what_it_was(time):
    backdrop = Backdrop("meadow", time, seed=3)
    plain = np.full((HIGH, WIDE, 3), 90, np.float32)
    front(backdrop, plain)
    whole = np.full((2 * HIGH, 2 * WIDE, 3), 90, np.float32)
    front(replace(backdrop, frame=FRAME), whole)
    assert np.array_equal(whole[INNER], plain)
    for part in (whole[: HIGH // 2], whole[:, : WIDE // 2], whole[:, -WIDE // 2 :]):
        assert (part != 90).any()


def test_frames_lie_side_by_side_over_all_of_the_picture():
    assert tiles(10, 30, 55) == [(-1, -10), (0, 10), (1, 30), (2, 50)]
    assert tiles(0, 40, 40) == [(0, 0)]


def test_what_differs_at_the_seam_fades_and_the_old_picture_is_set_in_bit_for_bit():
    made, old = np.full((40, 80, 3), 100, np.float32), np.full((40, 40, 3), 140, np.float32)
    out = met(made, old, (0, 0, 40, 40), 20)
    assert (out[:, :40] == 140).all()
    row = out[20, 40:, 0]
    assert row[0] > 135
    assert (np.diff(row) <= 0).all()
    assert (row[20:] == 100).all()


@pytest.mark.parametrize(
    "frame", [(0, 0, 1), (0, 0, 0.05, 1), (0.5, 0, 0.2, 1), (0, 0, 1.2, 1), (0, 0, "1", 1), [0, 0, 1, 1]]
)
def test_a_frame_that_is_none_is_refused(frame):
    with pytest.raises(ValueError, match="frame of a backdrop"):
        Backdrop("meadow", frame=frame)


def test_a_scene_with_a_frame_is_kept_as_data():
    scene = Scene((Thing("cat", 0.5, 0.5, 0.01),), Backdrop("meadow", frame=FRAME))
    assert Scene.from_json(scene.to_json()) == scene
    assert "frame" not in Scene((), Backdrop("meadow")).to_json()["backdrop"]


@pytest.mark.parametrize("style", ["oil", "comic"])
def test_the_strokes_of_a_look_are_as_broad_as_before(style):
    scene = Scene((), Backdrop("meadow", seed=3), style)
    inner = compose(scene, WIDE, HIGH).pixels.astype(int)
    outer = compose(replace(scene, backdrop=replace(scene.backdrop, frame=FRAME)), 2 * WIDE, 2 * HIGH).pixels.astype(
        int
    )
    middle = (slice(HIGH // 4, -HIGH // 4), slice(WIDE // 4, -WIDE // 4))
    assert np.abs(outer[INNER][middle] - inner[middle]).mean() < 12
