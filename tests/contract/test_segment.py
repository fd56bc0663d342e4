"""What the GrabCut expert promises, on pictures whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scenes import disc, disc_scene, iou, make_call, make_inputs, silent, texture

from models.expert import Cancelled, Refusal
from models.experts import segment_grabcut
from models.values import Box, Checkpoint, Phrase, Point, Polygon, Ref, Region, Stroke


def segment(pixels, *args, regions=(), masks=None, seed=3, report=silent):
    expert = segment_grabcut.load(Checkpoint("segment_grabcut"), "cpu")
    refs = [Ref(r.handle) for r in regions]
    inputs = make_inputs(pixels, regions, masks, seed=seed)
    return expert(make_call("segment", Ref("image#1"), *refs, *args), inputs, report)


WAYS = {
    "a loose box": {"box": Box(0.25, 0.15, 0.75, 0.85)},
    "one click": {"points": (Point(0.5, 0.5),)},
    "a click and a click beside": {"points": (Point(0.5, 0.5), Point(0.05, 0.05, positive=False))},
    "a scribble": {"strokes": (Stroke(((0.42, 0.45), (0.58, 0.55)), 0.03),)},
    "an outline": {"polygons": (Polygon(((0.3, 0.25), (0.7, 0.22), (0.74, 0.75), (0.28, 0.77))),)},
    "a box and a click": {"box": Box(0.25, 0.15, 0.75, 0.85), "points": (Point(0.5, 0.5),)},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_a_disc_on_texture_is_found_however_it_is_marked(way):
    pixels, truth = disc_scene()
    found = segment(pixels, regions=[Region(1, "image#1", label="the ball", **way)])
    assert found.array.shape == (1, *truth.shape)
    assert found.array.dtype == np.bool_
    assert iou(found.array[0], truth) > 0.93
    assert found.labels == ["the ball"]
    assert 0.6 < found.scores[0] <= 1.0


@pytest.mark.parametrize("centre", [(0, 120), (319, 120), (160, 0), (160, 239), (0, 0)])
def test_a_thing_cut_off_by_the_frame_is_found_from_a_box_that_touches_the_frame(centre):
    pixels, truth = disc_scene(centre=centre)
    ys, xs = np.nonzero(truth)
    box = Box.from_pixels(
        max(0, xs.min() - 8), max(0, ys.min() - 8), min(320, xs.max() + 9), min(240, ys.max() + 9), 320, 240
    )
    found = segment(pixels, regions=[Region(1, "image#1", box=box)])
    assert iou(found.array[0], truth) > 0.93


def test_a_large_picture_keeps_a_sharp_edge_at_its_full_size():
    pixels, truth = disc_scene(900, 1200, (600, 450), 220)
    found = segment(pixels, regions=[Region(1, "image#1", box=Box(0.25, 0.15, 0.75, 0.85))])
    assert iou(found.array[0], truth) > 0.985


def test_a_small_thing_in_a_large_picture_is_found_from_one_click():
    pixels, truth = disc_scene(900, 1200, (300, 500), 45)
    found = segment(pixels, Point(0.25, 500 / 900))
    assert iou(found.array[0], truth) > 0.9


def test_several_regions_give_several_masks_each_with_its_label():
    pixels, left = disc_scene(centre=(80, 120), radius=40)
    right = disc(240, 320, (240, 120), 40)
    pixels[right] = texture(240, 320, (60, 70, 190), 5)[right]
    regions = [
        Region(1, "image#1", box=Box(0.08, 0.25, 0.42, 0.75), label="red"),
        Region(2, "image#1", points=(Point(0.75, 0.5),), label="blue"),
    ]
    found = segment(pixels, regions=regions)
    assert found.labels == ["red", "blue"]
    assert iou(found.array[0], left) > 0.93
    assert iou(found.array[1], right) > 0.93
    assert len(found.scores) == 2


def test_a_mark_with_nothing_in_it_is_noted_and_loses_nothing_of_the_others():
    pixels, truth = disc_scene()
    regions = [
        Region(4, "image#1", box=Box(0.1, 0.1, 0.1002, 0.1002), label="speck"),
        Region(7, "image#1", box=Box(0.25, 0.15, 0.75, 0.85), label="ball"),
    ]
    found = segment(pixels, regions=regions)
    assert (found.labels, found.numbers, len(found.array)) == (["ball"], [7], 1)
    assert iou(found.array[0], truth) > 0.93
    assert [note for note in found.meta["notes"] if note.startswith("speck: ")]
    with pytest.raises(Refusal):
        segment(pixels, regions=regions[:1])


def test_a_phrase_beside_a_region_becomes_the_label():
    pixels, _ = disc_scene()
    found = segment(pixels, Phrase("the red ball"), regions=[Region(1, "image#1", box=Box(0.25, 0.15, 0.75, 0.85))])
    assert found.labels == ["the red ball"]


def two_discs():
    pixels, left = disc_scene(centre=(90, 120), radius=45)
    right = disc(240, 320, (230, 120), 45)
    pixels[right] = texture(240, 320, (60, 70, 190), 5)[right]
    return pixels, left, right


@pytest.mark.parametrize("named", [True, False])
def test_a_click_adds_a_part_to_an_earlier_mask(named):
    pixels, left, right = two_discs()
    click = (Point(230 / 320, 0.5),)
    region = Region(1, "image#1", points=click, mask=None if named else "mask#1")
    extra = [Ref("mask#1")] if named else []
    found = segment(pixels, *extra, regions=[region], masks={"mask#1": left})
    assert found.array.shape[0] == 1
    assert iou(found.array[0], left | right) > 0.93


def test_a_negative_click_takes_a_part_out_of_an_earlier_mask():
    pixels, left, right = two_discs()
    region = Region(1, "image#1", points=(Point(230 / 320, 0.5, positive=False),), mask="mask#1")
    found = segment(pixels, regions=[region], masks={"mask#1": left | right})
    assert iou(found.array[0], left) > 0.93


def test_a_negative_scribble_is_never_part_of_the_mask_and_a_positive_one_always_is():
    pixels, _ = disc_scene()
    region = Region(
        1,
        "image#1",
        box=Box(0.25, 0.15, 0.75, 0.85),
        strokes=(Stroke(((0.3, 0.2), (0.4, 0.2)), 0.02), Stroke(((0.5, 0.45), (0.5, 0.55)), 0.02, positive=False)),
    )
    mask = segment(pixels, regions=[region]).array[0]
    assert mask[48, 112]
    assert not mask[120, 160]


def test_only_negative_clicks_give_what_is_unlike_them():
    pixels, truth = disc_scene()
    region = Region(1, "image#1", points=(Point(0.05, 0.05, positive=False), Point(0.95, 0.95, positive=False)))
    found = segment(pixels, regions=[region])
    assert iou(found.array[0], truth) > 0.8
    assert "not belong" in found.meta["notes"][0]


def test_the_same_seed_gives_the_same_mask():
    pixels, _ = disc_scene(seed=7)
    pixels[:, 200:] = texture(240, 120, (170, 70, 60), 9)
    region = [Region(1, "image#1", box=Box(0.25, 0.15, 0.75, 0.85))]
    first, again = segment(pixels, regions=region, seed=11), segment(pixels, regions=region, seed=11)
    assert np.array_equal(first.array, again.array)
    assert first.scores == again.scores


def test_a_better_mask_gets_a_better_score():
    clear, truth = disc_scene()
    hidden = texture(240, 320, (70, 120, 60), 0)
    hidden[truth] = texture(240, 320, (86, 112, 60), 4)[truth]
    region = [Region(1, "image#1", box=Box(0.25, 0.15, 0.75, 0.85))]
    assert segment(clear, regions=region).scores[0] > segment(hidden, regions=region).scores[0] + 0.1


def test_a_name_without_a_mark_is_refused_and_asks_for_a_mark():
    pixels, _ = disc_scene()
    with pytest.raises(Refusal) as caught:
        segment(pixels, Phrase("the dog"))
    assert "did not make it out" in caught.value.what
    assert "the dog" in caught.value.what
    assert "box" in caught.value.hint


def test_a_box_over_the_whole_picture_is_answered_with_what_to_do():
    pixels, _ = disc_scene()
    with pytest.raises(Refusal) as caught:
        segment(pixels, Box(0, 0, 1, 1))
    assert "whole picture" in caught.value.what
    assert "closer" in caught.value.hint


def test_a_box_over_the_whole_picture_with_a_click_uses_the_click():
    pixels, truth = disc_scene()
    found = segment(pixels, regions=[Region(1, "image#1", box=Box(0, 0, 1, 1), points=(Point(0.5, 0.5),))])
    assert iou(found.array[0], truth) > 0.9
    assert "whole picture" in found.meta["notes"][0]


def test_a_box_of_one_pixel_is_answered_with_what_to_do():
    pixels, _ = disc_scene()
    with pytest.raises(Refusal) as caught:
        segment(pixels, Box.from_pixels(10, 10, 11, 11, 320, 240))
    assert "too small" in caught.value.what


def mask_or_hint(pixels, mark):
    """The mask, or the hint of the refusal."""
    try:
        return segment(pixels, mark).array
    except Refusal as refusal:
        return refusal.hint


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2), (5, 5)])
def test_a_tiny_picture_gives_a_mask_or_a_clear_answer(size):
    answer = mask_or_hint(np.full((*size, 3), 90, np.uint8), Point(0.5, 0.5))
    assert isinstance(answer, str) or answer.shape == (1, *size)
    assert len(answer) > 0


@pytest.mark.parametrize("fill", [0, 128, 255])
@pytest.mark.parametrize("mark", [Box(0.2, 0.2, 0.8, 0.8), Point(0.5, 0.5)])
def test_a_picture_of_one_colour_gives_a_mask_or_a_clear_answer(fill, mark):
    answer = mask_or_hint(np.full((90, 120, 3), fill, np.uint8), mark)
    assert len(answer) > 10 if isinstance(answer, str) else answer.any()


def test_transparent_pixels_never_belong_to_a_mask():
    pixels, truth = disc_scene()
    alpha = np.full(truth.shape, 255, np.uint8)
    alpha[:, :160] = 0
    mask = segment(np.dstack([pixels, alpha]), Box(0.25, 0.15, 0.75, 0.85)).array[0]
    assert not mask[:, :160].any()
    assert iou(mask[:, 160:], truth[:, 160:]) > 0.9


def test_stop_ends_it_between_two_steps_and_progress_only_grows():
    pixels, _ = disc_scene()
    seen = []

    def stop(fraction, word="", preview=None):
        seen.append(fraction)
        if len(seen) == 2:
            raise Cancelled

    region = [Region(1, "image#1", box=Box(0.25, 0.15, 0.75, 0.85)), Region(2, "image#1", points=(Point(0.5, 0.5),))]
    with pytest.raises(Cancelled):
        segment(pixels, regions=region, report=stop)
    assert len(seen) == 2
    steps = []
    segment(pixels, regions=region, report=lambda f, w="", p=None: steps.append(f))
    assert steps == sorted(steps)
    assert steps[-1] == 1.0


def test_a_region_of_another_picture_or_one_that_does_not_exist_is_refused():
    pixels, _ = disc_scene()
    with pytest.raises(Refusal, match="image#2"):
        segment(pixels, regions=[Region(1, "image#2", points=(Point(0.5, 0.5),))])
    with pytest.raises(Refusal, match="region#9"):
        segment(pixels, Ref("region#9"))


def test_a_mask_of_another_shape_is_refused():
    pixels, _ = disc_scene()
    with pytest.raises(Refusal, match="made on a frame"):
        segment(pixels, Ref("mask#1"), masks={"mask#1": np.ones((50, 300), bool)})
