"""Who is known by the head alone looks in from the lower edge, and a person is told so."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from models.expert import Inputs
from models.experts import image_picturebook
from models.values import Checkpoint, Phrase, TaskCall
from models.world import atlas
from models.world.busts import known_by_head
from models.world.changes import change
from models.world.filming import roomy
from models.world.placing import place
from models.world.read import read
from models.world.scene import Scene, Thing, extent
from models.world.tools import tools
from models.world.which import Context

WIDTH, HEIGHT = 384, 256


def drawn(caption, seed=1):
    return place(read(caption), WIDTH, HEIGHT, seed).scene


def box(thing):
    return extent(thing, atlas.aspect(thing.name), WIDTH, HEIGHT)


def by_name(scene, name):
    return [thing for thing in scene.things if thing.name == name]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "caption", ["a lion and a bear in the forest", "three pandas", "a chef in a kitchen", "a bear in front of a tent"]
)
def test_heads_look_in_from_the_lower_edge_and_their_faces_are_seen(caption, seed):
    found = [thing for thing in drawn(caption, seed).things if atlas.entry(thing.name).bust]
    assert found
    for thing in found:
        _, top, _, foot = box(thing)
        assert 1.0 < foot < 1.12
        eyes = top + atlas.entry(thing.name).head[3] * (foot - top)
        assert eyes < 0.97


def test_a_crowd_stands_side_by_side_a_little_smaller():
    boxes = sorted(box(thing) for thing in drawn("a teacher and five children").things)
    assert all(left[2] <= right[0] + 0.01 for left, right in itertools.pairwise(boxes))
    assert boxes[0][0] >= 0
    assert boxes[-1][2] <= 1


def test_whole_bodies_and_heads_with_a_place_of_their_own_stay_off_the_edge():
    for caption, name in (
        ("a dog in the forest", "dog"), ("a bear riding a bicycle", "bear"), ("a bear behind a rock", "bear"),
        ("a girl wearing a dress", "dress"), ("a bear on paper", "bear"), ("a lion above a car", "lion"),
    ):  # fmt: skip
        (thing,) = by_name(drawn(caption), name)
        assert box(thing)[3] < 1.0, caption


def test_what_comes_later_stands_there_too_and_moves_along_the_edge():
    known, context = tools(), Context(width=WIDTH, height=HEIGHT)
    scene = drawn("a cat and a tree in a meadow")
    for text, name in (
        ("add a bear", "bear"),
        ("replace the cat by a lion", "lion"),
        ("move the bear to the left", "bear"),
    ):
        scene = change(scene, text, known.know, known.read, context, 1).scene
        (thing,) = by_name(scene, name)
        assert 1.0 < box(thing)[3] < 1.12, text
    scene = change(scene, "replace the lion by a dog", known.know, known.read, context, 1).scene
    assert box(by_name(scene, "dog")[0])[3] <= 1.0


def test_a_film_begins_at_the_edge():
    scene = roomy(Scene((Thing("bear", 0.5, 0.7, 0.7, id=1),)), 1.5)
    assert scene.things[0].size < 0.6
    assert extent(scene.things[0], atlas.aspect("bear"), 1.5, 1.0)[3] > 1.0


def test_a_person_is_told_of_whom_only_the_head_is_known():
    draw = image_picturebook.load(Checkpoint("image_picturebook"), "cpu")
    made = draw(
        TaskCall("t1", "image", (Phrase("a lion, a bear and a dog"),)),
        Inputs({}, {}, {}, Path(), 1, {}),
        lambda *a: None,
    )
    assert "Of bear and lion I know only the head." in made.meta["notes"]
    assert known_by_head(["dog", "car"], atlas.entry) == ""


def test_somebody_named_after_clothes_is_not_worn():
    wish = read("a doctor wearing a hat and a nurse")
    assert [(r.kind, r.thing, r.others) for r in wish.relations] == [("wearing", 0, (1,))]
