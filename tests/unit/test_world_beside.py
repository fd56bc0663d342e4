"""What is beside another thing stays where it belongs: a dog beside the sun is on the ground, a moon beside a house in the sky."""

from __future__ import annotations

from random import Random

import pytest

from models.world import atlas
from models.world.changes import change
from models.world.placing import place
from models.world.read import read
from models.world.scene import Backdrop, Scene, Thing, extent, horizon
from models.world.tools import tools
from models.world.which import Context
from training.truth.scenery import Part, shot

WIDTH, HEIGHT = 480, 320
KNOWN = tools("cpu")


def feet(scene: Scene, width: int = WIDTH, height: int = HEIGHT) -> dict[str, float]:
    """The lower edge of each thing, measured from the horizon down: above 0 it stands on the ground."""
    line = horizon(scene.backdrop)
    assert line is not None
    return {t.name: extent(t, atlas.aspect(t.name), width, height)[3] - line for t in scene.things}


def placed(caption: str) -> Scene:
    return place(read(caption), WIDTH, HEIGHT, 3).scene


@pytest.mark.parametrize(
    ("caption", "stands", "hangs"),
    [("a dog next to the sun in a meadow", "dog", "sun"), ("a house beside the moon at night", "house", "crescent moon"),
     ("a horse beside a rainbow", "horse", "rainbow"), ("a tree next to a balloon in a garden", "tree", "balloon"),
     ("a sheep near a cloud on a farm", "sheep", "cloud"), ("a castle beside a ghost", "castle", "ghost"), ("a kite beside a tree", "tree", "kite")],
)  # fmt: skip
def test_neighbours_stay_on_the_ground_and_in_the_sky(caption: str, stands: str, hangs: str) -> None:
    for seed in (3, 4):
        found = feet(place(read(caption), WIDTH, HEIGHT, seed).scene)
        assert found[stands] > 0.12, "it stands well on the ground"
        assert found[next(name for name in found if name != stands)] < 0.0
        assert {hangs, stands} == set(found) or "moon" in hangs


def test_a_bird_beside_a_cat_stands_by_it_and_one_that_flies_does_not() -> None:
    found = feet(placed("a bird beside a cat in a meadow"))
    assert found["bird"] == pytest.approx(found["cat"], abs=0.08)
    assert feet(placed("a flying bird beside a cat in a meadow"))["bird"] < 0.0


@pytest.mark.parametrize(
    "caption",
    [
        "a chair next to a clock on the wall in a room",
        "a cat under a clock on the wall",
        "a cat next to a picture on the wall",
    ],
)
def test_the_wall_that_something_hangs_on_is_the_room_and_no_heap_of_bricks(caption: str) -> None:
    scene = placed(caption)
    assert scene.backdrop.kind == "room"
    found = feet(scene)
    assert "bricks" not in found
    assert found.pop("clock", None) or found.pop("picture") < 0
    assert all(foot > 0 for foot in found.values())


def test_a_cat_on_a_wall_still_sits_on_bricks() -> None:
    assert {thing.name for thing in placed("a cat on a wall in a garden").things} == {"cat", "bricks"}


@pytest.mark.parametrize(
    ("words", "sign"),
    [("put a dog next to the sun", 1), ("add a cloud beside the house", -1), ("put a car to the left of the sun", 1)],
)
def test_changes_put_neighbours_where_they_belong(words: str, sign: int) -> None:
    scene = Scene((Thing("house", 0.3, 0.6, 0.4, id=1), Thing("sun", 0.7, 0.2, 0.2, id=2)), Backdrop("meadow", seed=2))
    made = change(scene, words, KNOWN.know, KNOWN.read, Context((), (), WIDTH, HEIGHT)).scene
    assert sign * feet(made)[made.things[-1].name] > 0


def test_scenes_that_are_made_up_do_so_too() -> None:
    """A tree beside the sun, and pictures on the wall of a room, in what the training sets are drawn from."""
    checked = 0
    for seed in range(12):
        made = shot(
            Random(seed), "train", (Part("sun"), Part("tree", beside=0)), Backdrop("meadow", seed=seed), size=(384, 256)
        )
        if made is not None:
            checked += 1
            assert feet(made.scene, 384, 256)["tree"] > 0
        room = shot(
            Random(seed), "train", (Part("clock"), Part("cat", beside=0)), Backdrop("room", seed=seed), size=(384, 256)
        )
        if room is not None:
            checked += 1
            assert feet(room.scene, 384, 256)["clock"] < 0 < feet(room.scene, 384, 256)["cat"]
    assert checked > 8
