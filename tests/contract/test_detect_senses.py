"""The trained eye finds named things in drawn pictures of which nothing is on record, and says what it does not know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenes import make_call, make_inputs, silent

from models.expert import Inputs, Picture, Refusal, discover
from models.experts import detect_senses
from models.profiles import PROFILES
from models.router import Router
from models.senses import kept, perceive
from models.senses.kept import Kept
from models.store import Store
from models.unified.looking import Looked
from models.values import Box, Checkpoint, Media, Phrase, Ref
from models.world.composer import compose
from models.world.scene import Scene

PAIRS = (
    ("dog", "car"),
    ("cat", "apple"),
    ("horse", "umbrella"),
    ("banana", "owl"),
    ("guitar", "elephant"),
    ("clock", "duck"),
)


@pytest.fixture(scope="module")
def find():
    return detect_senses.load(Checkpoint("detect_senses"), "cpu")


@pytest.fixture(scope="module")
def drawn():
    """Pictures of two things each, as files from somewhere else would be, and the true box of each thing by name."""
    from models.experts import image_picturebook

    draw = image_picturebook.load(Checkpoint("image_picturebook"), "cpu")
    made = []
    for seed, (one, other) in enumerate(PAIRS):
        asked = Inputs({}, {}, {}, Path(), seed, {})
        picture = draw(make_call("image", Phrase(f"a {one} and a {other} on a meadow")), asked, silent)
        scene = Scene.from_json(picture.meta["scene"])
        height, width = picture.pixels.shape[:2]
        boxes = compose(scene, width, height, truth=True).boxes
        made.append((picture.pixels, {thing.name: box for thing, box in zip(scene.things, boxes, strict=True)}))
    return made


def overlap(one, other):
    wide = max(0.0, min(one.x1, other.x1) - max(one.x0, other.x0))
    high = max(0.0, min(one.y1, other.y1) - max(one.y0, other.y0))
    union = (one.x1 - one.x0) * (one.y1 - one.y0) + (other.x1 - other.x0) * (other.y1 - other.y0) - wide * high
    return wide * high / union


def test_named_things_are_found_where_they_are(find, drawn):
    hits = boxes = 0
    for pixels, truth in drawn:
        for name, box in truth.items():
            try:
                given = find(make_call("detect", Ref("image#1"), Phrase(name)), make_inputs(pixels), silent)
            except Refusal:
                continue
            assert given.pixels.shape == pixels.shape
            assert (given.pixels != pixels).any(), "boxes are drawn"
            found = [Box(*row[1:]) for row in given.meta["boxes"]]
            assert len(found) == len(given.meta["scores"])
            boxes += len(found)
            hits += any(overlap(one, box) >= 0.5 for one in found)
    wanted = sum(len(truth) for _, truth in drawn)
    assert hits >= 0.6 * wanted
    assert hits >= 0.8 * boxes


def test_without_a_name_all_that_is_made_out_is_boxed_and_a_mark_narrows_it(find, drawn):
    pixels, _ = drawn[0]
    every = find(make_call("detect", Ref("image#1")), make_inputs(pixels), silent).meta["boxes"]
    assert every
    name, *place = every[0]
    x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    near = Box(max(0, x - 0.02), max(0, y - 0.02), min(1, x + 0.02), min(1, y + 0.02))
    assert [name, *place] in find(make_call("detect", Ref("image#1"), near), make_inputs(pixels), silent).meta["boxes"]
    empty = Box(0.0, 0.0, 0.01, 0.01)
    with pytest.raises(Refusal, match="marked place"):
        find(make_call("detect", Ref("image#1"), empty), make_inputs(pixels), silent)


def test_what_is_not_there_is_said_with_what_is(find, drawn):
    with pytest.raises(Refusal, match="was not found in image#1") as refusal:
        find(make_call("detect", Ref("image#1"), Phrase("submarine")), make_inputs(drawn[0][0]), silent)
    assert "eye makes out" in refusal.value.hint


def test_a_picture_of_another_world_is_not_looked_through(find):
    noise = np.random.default_rng(4).integers(0, 256, (240, 320, 3), np.uint8)
    with pytest.raises(Refusal, match="not of the drawn world"):
        find(make_call("detect", Ref("image#1"), Phrase("dog")), make_inputs(noise), silent)


def test_a_picture_that_the_model_looked_at_is_not_looked_at_again(find, drawn, monkeypatch):
    shelf, pixels = {"image#1": Media("image", "image#1", "0/1.png")}, drawn[0][0].copy()
    options = {"opened": lambda medium: Picture(pixels), "kept": Kept(), "device": "cpu", "tell": lambda left: None}
    monkeypatch.setattr(kept, "_shared", Kept())
    looks, perceived = [], perceive.perceive
    monkeypatch.setattr(perceive, "perceive", lambda *given: looks.append(given) or perceived(*given))
    assert Looked((), shelf, **options)["image#1"]
    fresh = find(make_call("detect", Ref("image#1")), make_inputs(pixels.copy()), silent)
    assert len(looks) == 1
    monkeypatch.setattr(kept, "_shared", Kept())
    assert find(make_call("detect", Ref("image#1")), make_inputs(pixels), silent).meta == fresh.meta
    assert len(looks) == 2
    pixels[0, 0] += 1
    find(make_call("detect", Ref("image#1")), make_inputs(pixels), silent)
    assert len(looks) == 3, "other pixels are another picture"


def test_what_was_drawn_here_is_looked_up_and_anything_else_is_looked_at(tmp_path):
    router = Router(PROFILES["nano"], Store(tmp_path), discover())
    call = make_call("detect", Ref("image#1"))
    for meta, expected in (({"scene": {"things": []}}, "detect_scene"), ({}, "detect_senses")):
        shelf = {"image#1": Media("image", "image#1", "a.png", meta)}
        assert router._pick(call, shelf, None, silent)[0].implementation == expected
        assert router._pick(call, shelf, "detect_scene", silent)[0].implementation == "detect_scene"


def test_clear_pixels_are_no_obstacle(find, drawn):
    pixels, _ = drawn[0]
    clear = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    given = find(make_call("detect", Ref("image#1")), make_inputs(clear), silent)
    assert isinstance(given, Picture)
