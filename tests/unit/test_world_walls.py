"""Windows, clocks and pictures hang on the wall, doors are set into it, and both are parts of the fronts of houses."""

from __future__ import annotations

import pytest

from models.world import atlas, walls
from models.world.changes import change
from models.world.placing import place
from models.world.read import read
from models.world.scene import Backdrop, extent, horizon
from models.world.tools import tools
from models.world.which import Context

WIDTH, HEIGHT = 384, 256
CONTEXT = Context(width=WIDTH, height=HEIGHT)
TOOLS = tools()


def drawn(caption, seed=1):
    return place(read(caption), WIDTH, HEIGHT, seed).scene


def told(scene, text):
    return change(scene, text, TOOLS.know, TOOLS.read, CONTEXT, 1)


def named(scene, name):
    return [thing for thing in scene.things if thing.name == name]


def box(thing):
    return extent(thing, atlas.aspect(thing.name), WIDTH, HEIGHT)


def within(small, large):
    return large[0] < small[0] and large[1] < small[1] and small[2] < large[2] and small[3] < large[3]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("caption", "name"),
    [("a window", "window"), ("a cat next to a window", "window"), ("a clock on the wall", "clock"), ("a picture above a sofa", "picture"),
     ("a mirror and a bed in a bedroom", "mirror"), ("a clock in the kitchen", "clock"), ("three pictures on the wall", "picture")],
)  # fmt: skip
def test_it_hangs_on_the_wall_of_a_room(caption, name, seed):
    scene = drawn(caption, seed)
    found = named(scene, name)
    assert scene.backdrop.kind in walls.WALLED
    assert found
    for thing in found:
        assert 0 <= box(thing)[1] < box(thing)[3] <= horizon(scene.backdrop)
        assert not thing.shadow
    assert {"window", "picture"} <= set(scene.backdrop.without)


def test_a_door_stands_in_the_wall_from_the_floor_up():
    scene = drawn("two windows and a door")
    (door,) = named(scene, "door")
    assert abs(box(door)[3] - horizon(scene.backdrop)) < 0.01
    assert box(door)[3] - box(door)[1] > 0.7 * horizon(scene.backdrop)


def test_a_clock_keeps_to_the_table_where_others_lie_and_a_cat_sits_on_a_wall():
    assert drawn("a clock and an apple").backdrop.kind == "table"
    assert [thing.name for thing in drawn("a cat on a wall").things] == ["bricks", "cat"]


def test_a_house_has_its_windows_and_its_door_in_its_front():
    scene = drawn("a house with three windows and a red door")
    assert scene.backdrop.kind == "meadow"
    (house,), (door,), windows = named(scene, "house"), named(scene, "door"), named(scene, "window")
    parts = [box(part) for part in (door, *windows)]
    assert all(within(part, box(house)) for part in parts)
    assert all(
        a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for n, a in enumerate(parts) for b in parts[:n]
    )
    assert door.tint == "red"


def test_fittings_come_later_too_and_go_where_the_house_goes():
    scene = told(drawn("a house and a tree"), "add two windows to the house").scene
    scene = told(scene, "put a clock on the house").scene
    for text in ("move the house to the right", "make the house bigger"):
        scene = told(scene, text).scene
        (house,) = named(scene, "house")
        assert all(within(box(part), box(house)) for part in (*named(scene, "window"), *named(scene, "clock"))), text
    assert [thing.name for thing in told(scene, "remove the house").scene.things] == ["tree"]


def test_what_is_added_to_a_room_hangs_behind_the_rest_and_clear_of_the_painted_window():
    scene = drawn("a cat in a room")
    (painted,) = (there for kind, there in walls.painted(scene.backdrop, WIDTH, HEIGHT).items() if kind == "window")
    made = told(scene, "hang a picture on the wall").scene
    (picture,) = named(made, "picture")
    assert made.things[0] == picture
    assert box(picture)[3] <= horizon(made.backdrop)
    assert box(picture)[2] <= painted[0] or painted[2] <= box(picture)[0] or "window" in made.backdrop.without
    stood = told(told(made, "add a mirror").scene, "put the mirror on the floor").scene
    assert box(named(stood, "mirror")[0])[3] > horizon(made.backdrop)


def test_out_of_doors_it_comes_down_to_the_ground_and_goes_up_again():
    scene = told(drawn("a sofa and a clock"), "put them on the beach").scene
    (clock,) = named(scene, "clock")
    assert box(clock)[3] > horizon(scene.backdrop)
    scene = told(scene, "put them in a room").scene
    (clock,) = named(scene, "clock")
    assert box(clock)[3] < horizon(scene.backdrop)


def test_what_is_painted_on_a_wall_is_found_where_it_is():
    whole = walls.painted(Backdrop("room", seed=1), WIDTH, HEIGHT)
    assert set(whole) == {"window", "picture"}
    assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 0.7 for x0, y0, x1, y1 in whole.values())
    assert walls.painted(Backdrop("room", seed=1, without=("window", "picture")), WIDTH, HEIGHT) == {}
