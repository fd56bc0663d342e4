"""Regions where no region should be, and how many one answer bears."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bad_files import video
from chats import Chat, assert_clear, failed, goes_on, made, notes
from engine_stubs import of
from PIL import Image
from scenes import disc_scene, iou

from app.regions import region_from_json
from models.expert import Refusal
from models.values import Box, Failure, Point, Polygon, Region, Step, Stroke

NAN, INF = math.nan, math.inf


@pytest.fixture
def scene_chat(engine, tmp_path):
    """A conversation with a picture of a red disc, image#1, and the disc's truth."""
    pixels, truth = disc_scene(120, 160, (80, 60), 30)
    Image.fromarray(pixels).save(tmp_path / "disc.png")
    chat = Chat(engine)
    chat.show(tmp_path / "disc.png")
    return chat, truth


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "box", "box": [-0.5, 0.1, 0.5, 0.9]}, {"type": "box", "box": [0.2, 0.2, 1.5, 0.5]}, {"type": "box", "box": [5, 5, 9, 9]},
        {"type": "box", "box": [0.5, 0.5, 0.5, 0.5]}, {"type": "box", "box": [NAN, 0, 1, 1]}, {"type": "box", "box": [0, 0, INF, 1]},
        {"type": "box", "box": [0, 0, 1]}, {"type": "box", "box": "everything"}, {"type": "box"}, {"type": "point", "xy": [2, 2]},
        {"type": "point", "xy": [True, None]}, {"type": "scribble", "pts": [], "width": 0.1}, {"type": "scribble", "pts": [[0.1, 0.1]], "width": -1},
        {"type": "poly", "pts": [[0.1, 0.1], [0.2, 0.2]]}, {"type": "star"}, {}, None, 7, [[]], {"type": "poly", "pts": [[0.1, 1e308]] * 3},
    ],
    ids=str,
)  # fmt: skip
def test_a_region_outside_the_picture_or_of_no_shape_is_refused(scene_chat, tmp_path, shape):
    chat, _ = scene_chat
    with goes_on(chat, tmp_path):
        with pytest.raises(Refusal) as refusal:
            region_from_json([{"ref": "image#1", "shapes": [shape]}], chat.engine.shelf(chat.session), 1)
        assert_clear(refusal.value, "region")


@pytest.mark.parametrize(
    "shapes",
    [
        {"box": Box.from_pixels(80, 60, 81, 61, 160, 120)}, {"box": Box(0.0, 0.0, 1e-9, 1e-9)}, {"box": Box(1 - 1e-9, 1 - 1e-9, 1.0, 1.0)},
        {"points": (Point(0.5, 0.5),)}, {"points": (Point(1.0, 1.0),)}, {"points": (Point(0.0, 0.0),)}, {"strokes": (Stroke(((0.5, 0.5),), 0.0),)},
        {"polygons": (Polygon(((0.5, 0.5), (0.5, 0.5), (0.5, 0.5))),)},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize(
    "command", ["segment", "remove", "adjust grayscale", "adjust cutout", "adjust crop", "adjust blur outside"]
)
def test_a_region_of_one_pixel_gives_a_result_or_says_why_not(scene_chat, tmp_path, command, shapes):
    chat, _ = scene_chat
    region = Region(1, "image#1", **shapes)
    with goes_on(chat, tmp_path):
        reply = chat.say(f"/{command}", regions=[region])
        failed(reply) if of(reply, Failure) else made(reply)


@pytest.mark.parametrize(
    "shapes",
    [
        {"box": Box(0, 0, 1, 1)}, {"polygons": (Polygon(((0, 0), (1, 0), (1, 1), (0, 1))),)}, {"strokes": (Stroke(((0, 0.5), (1, 0.5)), 1.0),)},
        {"box": Box(0, 0, 1, 1), "points": (Point(0.5, 0.5), Point(0.02, 0.02, positive=False))},
    ],
    ids=lambda shapes: "+".join(shapes),
)  # fmt: skip
@pytest.mark.parametrize("command", ["segment", "remove", "adjust grayscale", "adjust cutout", "adjust blur outside"])
def test_a_region_over_everything_gives_a_result_or_says_why_not(scene_chat, tmp_path, command, shapes):
    chat, _ = scene_chat
    with goes_on(chat, tmp_path):
        reply = chat.say(f"/{command}", regions=[Region(1, "image#1", **shapes)])
        failed(reply) if of(reply, Failure) else made(reply)


@pytest.mark.parametrize("command", ["segment", "remove", "adjust blur inside", "adjust cutout"])
def test_only_saying_what_is_not_meant_is_refused_or_its_reading_is_told(scene_chat, tmp_path, command):
    chat, _ = scene_chat
    with goes_on(chat, tmp_path):
        reply = chat.say(f"/{command}", regions=[Region(1, "image#1", points=(Point(0.5, 0.5, positive=False),))])
        if of(reply, Failure):
            failed(reply)
        else:
            made(reply)
            assert "only what does not belong was marked" in notes(reply)


@pytest.mark.parametrize("command", ["segment", "remove", "adjust blur"])
def test_a_region_on_another_picture_is_named(scene_chat, tmp_path, command):
    chat, _ = scene_chat
    Image.new("RGB", (50, 90), "white").save(tmp_path / "other.png")
    with goes_on(chat, tmp_path):
        other = chat.show(tmp_path / "other.png")
        reply = chat.say(f"/{command} {other} region#1", regions=[Region(1, "image#1", Box(0.2, 0.2, 0.8, 0.8))])
        failed(reply, "region#1", "image#1")


def test_a_region_on_a_clip_beyond_its_end_or_of_one_pixel_ends_in_words(chat, tmp_path):
    with goes_on(chat, tmp_path):
        clip = chat.show(video(tmp_path / "clip.mp4", 6, "10"))
        boxes = (Box(0.3, 0.6, 0.6, 0.9), Box(0.5, 0.5, 0.5001, 0.5001), Box(0, 0, 1, 1))
        for time, box in zip((0.55, 99.0, 1e300), boxes, strict=True):
            for command in ("video_segment", "adjust blur"):
                reply = chat.say(f"/{command} {clip}", regions=[Region(1, clip, box, time=time)])
                failed(reply) if of(reply, Failure) else made(reply, "video")


def test_forty_masks_in_one_answer_are_forty_handles_with_their_own_names(engine, tmp_path):
    height, width = 200, 320
    pixels = np.full((height, width, 3), (60, 120, 60), np.uint8)
    pixels += np.random.default_rng(0).integers(0, 12, pixels.shape, dtype=np.uint8)
    places = [(x, y) for y in range(5) for x in range(8)]
    for x, y in places:
        pixels[y * 40 + 10 : y * 40 + 30, x * 40 + 10 : x * 40 + 30] = (200, 40 + 4 * y, 40)
    Image.fromarray(pixels).save(tmp_path / "forty.png")
    chat = Chat(engine)
    chat.show(tmp_path / "forty.png")
    regions = [
        Region(n, "image#1", Box.from_pixels(x * 40 + 7, y * 40 + 7, x * 40 + 33, y * 40 + 33, width, height), label=f"tile {n}")
        for n, (x, y) in enumerate(places, 1)
    ]  # fmt: skip
    reply = chat.say("/segment", regions=regions)
    masks = made(reply, "mask")
    assert [m.handle for m in masks] == [f"mask#{n}" for n in range(1, 41)]
    assert [m.meta["label"] for m in masks] == [f"tile {n}" for n in range(1, 41)]
    for (x, y), medium in zip(places, masks, strict=True):
        truth = np.zeros((height, width), bool)
        truth[y * 40 + 10 : y * 40 + 30, x * 40 + 10 : x * 40 + 30] = True
        assert iou(chat.mask(medium.handle), truth) > 0.9
    assert engine.export_masks(chat.session, [m.handle for m in masks], "coco").stat().st_size > 0
    names = " ".join(m.handle for m in masks)
    blurred = made(chat.say(f"/adjust invert image#1 {names}"), "image")[0]
    out = chat.pixels(blurred.handle)
    union = np.logical_or.reduce([chat.mask(m.handle) for m in masks])
    assert (out[~union] == pixels[~union]).all()
    assert (out[union] != pixels[union]).any(axis=1).mean() > 0.9


def test_twenty_answers_in_one_conversation_number_on(scene_chat):
    chat, truth = scene_chat
    for n in range(1, 21):
        reply = chat.say("/segment image#1", regions=[Region(n, "image#1", Box(0.25, 0.2, 0.75, 0.8))])
        assert [m.handle for m in made(reply, "mask")] == [f"mask#{n}"]
    assert iou(chat.mask("mask#20"), truth) > 0.9
    assert len({step.call for m in chat.engine.messages(chat.session) for step in of(m, Step)}) == 20
