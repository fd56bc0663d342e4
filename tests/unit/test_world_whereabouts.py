"""A scene that is put somewhere else goes there as a whole; within its own backdrop things move as before."""

from __future__ import annotations

import pytest
from world_standins import KNOW, READ

from models.world.changes import change
from models.world.scene import Backdrop, Scene, Thing
from models.world.which import Context

THINGS = (
    Thing("cat", 0.3, 0.72, 0.3, id=1),
    Thing("dog", 0.7, 0.74, 0.34, id=2),
    Thing("tree", 0.15, 0.55, 0.5, id=3),
)
FRAME = Context(width=480, height=360)


def told(text, kind="meadow", things=THINGS):
    return change(Scene(things, Backdrop(kind, seed=3)), text, KNOW, READ, FRAME, 1)


GOES = {
    "put it in the forest": ("forest", "day"), "put them on the beach": ("beach", "day"), "move it to the beach": ("beach", "day"),
    "move everything to the city at night": ("city", "night"), "take them to the moon": ("moon", "day"), "put it in the snow": ("snow", "day"),
    "bring everyone to the desert": ("desert", "day"), "send them into space": ("space", "day"), "let them play on the beach": ("beach", "day"),
    "move the scene to a beach at sunset": ("beach", "sunset"), "put the cat in the forest": ("forest", "day"), "put it under the sea": ("underwater", "day"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "where"), GOES.items(), ids=GOES.keys())
def test_the_whole_scene_goes_there(said, where):
    made = told(said)
    assert (made.scene.backdrop.kind, made.scene.backdrop.time) == where
    assert made.whole
    assert [(t.id, t.name, t.x, t.size) for t in made.scene.things] == [(t.id, t.name, t.x, t.size) for t in THINGS]
    assert any(where[0] in done for done in made.done)


def test_who_went_along_unasked_is_told():
    assert any("everything went there" in note for note in told("put the cat in the forest").notes)
    assert not told("put it in the forest").notes
    assert not told("put the cat in the forest", things=THINGS[:1]).notes


@pytest.mark.parametrize(
    ("said", "kind"),
    [("move the cat to the tree", "meadow"), ("move the cat to the left", "meadow"), ("put the cat on the grass", "garden"),
     ("move the dog to the beach", "beach"), ("put the cat on the sand", "beach"), ("move the cat to the water", "lake"),
     ("move the cat up in the sky", "meadow"), ("put the dog in the street", "city")],
)  # fmt: skip
def test_within_a_scene_things_move_and_the_backdrop_stays(said, kind):
    made = told(said, kind)
    assert made.scene.backdrop == Backdrop(kind, seed=3)
    assert made.done
