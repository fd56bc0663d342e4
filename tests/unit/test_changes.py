"""A drawn scene changes as it is told, the thing that is meant is found, and everything else stays as it was."""

from __future__ import annotations

import pytest
from world_standins import KNOW, READ

from models.world.changes import change
from models.world.scene import Backdrop, Scene, Thing, extent, horizon
from models.world.which import Context, pick

SCENE = Scene(
    (
        Thing("tree", 0.15, 0.55, 0.5, id=1),
        Thing("tree", 0.88, 0.58, 0.4, id=2),
        Thing("cat", 0.38, 0.72, 0.32, id=3),
        Thing("dog", 0.62, 0.74, 0.34, id=4),
        Thing("pizza", 0.5, 0.88, 0.18, id=5),
    ),
    Backdrop("meadow", seed=3),
)
FRAME = Context(width=480, height=360)


def told(text, scene=SCENE, context=FRAME, box=None, seed=1):
    return change(scene, text, KNOW, READ, context, seed, box)


def by_id(scene):
    return {thing.id: thing for thing in scene.things}


def box(thing):
    return extent(thing, KNOW.aspect(thing.name), FRAME.width, FRAME.height)


def others_stay(made, *but):
    before, after = by_id(SCENE), by_id(made.scene)
    return all(after[i] == before[i] for i in before if i not in but and i in after)


def test_recolouring_touches_the_named_thing_alone():
    made = told("make the cat blue")
    assert by_id(made.scene)[3].tint == "blue"
    assert made.ids == (3,)
    assert others_stay(made, 3)
    assert not made.whole


def test_replacing_keeps_the_place_the_feet_and_the_order():
    made = told("replace the pizza by a cake")
    new = by_id(made.scene)[5]
    assert new.name == "cake"
    assert new.x == 0.5
    assert abs(box(new)[3] - box(SCENE.things[4])[3]) < 0.01
    assert [t.id for t in made.scene.things] == [1, 2, 3, 4, 5]


def test_what_the_new_one_wears_is_put_on_it():
    made = told("replace the pizza by a dog wearing a hat")
    dog, hat = (next(t for t in made.scene.things if t.name == name and t.id >= 5) for name in ("dog", "hat"))
    assert abs(hat.x - dog.x) < 0.1
    assert box(hat)[1] < box(dog)[1] < box(hat)[3] < dog.y
    assert not hat.shadow


def test_an_hour_that_is_said_with_a_thing_is_not_passed_over_in_silence():
    made = told("replace the pizza by a cake at night")
    assert by_id(made.scene)[5].name == "cake"
    assert any("night" in note for note in made.notes)


def test_removing_the_left_one_of_two_leaves_the_other():
    made = told("remove the left tree")
    assert [t.id for t in made.scene.things] == [2, 3, 4, 5]
    assert made.removed == (SCENE.things[0],)


WHICH = {
    "the right tree": (2,), "the tree on the right": (2,), "the smaller tree": (2,), "the second tree from the left": (2,), "the last tree": (2,),
    "the first tree": (1,), "both trees": (1, 2), "all trees": (1, 2), "trees": (1, 2), "the tree next to the cat": (1,), "the cat": (3,),
    "the kitty": (3,), "the yellow cat": (3,), "the animals": (3, 4), "the animal on the right": (4,), "everything": (1, 2, 3, 4, 5),
    "the food": (5,), "the leftmost thing": (1,), "the zebra": (), "the thing on the right": (2,), "the brown animal": (4,),
}  # fmt: skip


@pytest.mark.parametrize(("said", "ids"), WHICH.items(), ids=WHICH.keys())
def test_the_thing_that_is_meant_is_found(said, ids):
    assert pick(said, SCENE, KNOW, FRAME).ids == ids


def test_what_is_marked_wins_and_what_was_changed_last_is_it():
    marked = Context(marked=(2,), width=480, height=360)
    assert pick("this", SCENE, KNOW, marked).ids == (2,)
    assert pick("the tree", SCENE, KNOW, marked).ids == (2,)
    assert pick("the tree I circled", SCENE, KNOW, marked).ids == (2,)
    made = told("make the dog bigger and make it red")
    assert by_id(made.scene)[4].tint == "red"


def test_an_open_choice_is_made_and_said():
    found = pick("the tree", SCENE, KNOW, FRAME)
    assert found.ids == (1,)
    assert "there are 2" in found.note


def test_a_hat_sits_on_the_head_of_its_wearer_and_goes_with_it():
    made = told("add a hat to the cat")
    hat, cat = by_id(made.scene)[made.ids[0]], by_id(made.scene)[3]
    assert hat.name == "hat"
    assert box(cat)[0] < hat.x < box(cat)[2]
    assert box(hat)[1] < box(cat)[1] < box(hat)[3] < cat.y
    assert [t.id for t in made.scene.things].index(hat.id) == [t.id for t in made.scene.things].index(3) + 1
    moved = told("move the cat to the left", made.scene)
    step = by_id(moved.scene)[3].x - cat.x
    assert step < -0.1
    assert by_id(moved.scene)[hat.id].x - hat.x == pytest.approx(step)
    gone = told("remove the cat", made.scene)
    assert {t.name for t in gone.removed} == {"cat", "hat"}


def test_birds_put_in_the_sky_are_there_and_do_not_cover_each_other():
    made = told("put two birds in the sky")
    one, other = (by_id(made.scene)[i] for i in made.ids)
    assert one.name == other.name == "bird"
    assert max(box(one)[3], box(other)[3]) < horizon(SCENE.backdrop)
    assert box(one)[2] <= box(other)[0] + 0.01 or box(other)[2] <= box(one)[0] + 0.01
    assert others_stay(made)


SIDES = {
    "add a balloon in the top left": lambda t: t.x < 0.35 and t.y < 0.35,
    "add a dog on the right": lambda t: t.x > 0.6,
    "add a cake in the middle": lambda t: abs(t.x - 0.5) < 0.1,
    "add a dog to the left of the cat": lambda t: t.x < 0.38,
    "add a bird above the cat": lambda t: t.y < 0.6 and abs(t.x - 0.38) < 0.1,
    "put a bird on the dog": lambda t: t.y < 0.74 and abs(t.x - 0.62) < 0.1,
    "add a cake between the cat and the dog": lambda t: 0.38 < t.x < 0.62,
}


@pytest.mark.parametrize(("said", "there"), SIDES.items(), ids=SIDES.keys())
def test_things_come_where_they_are_told(said, there):
    made = told(said)
    assert there(by_id(made.scene)[made.ids[0]])
    x0, y0, x1, y1 = box(by_id(made.scene)[made.ids[0]])
    assert x0 >= -1e-6
    assert y0 >= -1e-6
    assert x1 <= 1 + 1e-6
    assert y1 <= 1 + 1e-6


def test_behind_is_drawn_before_and_in_front_after():
    order = [t.id for t in told("move the cat behind the right tree").scene.things]
    assert order.index(3) < order.index(2)
    order = [t.id for t in told("bring the left tree to the front").scene.things]
    assert order[-1] == 1
    order = [t.id for t in told("send the dog to the back").scene.things]
    assert order[0] == 4


def test_swapping_exchanges_places_and_keeps_the_feet_on_the_ground():
    made = told("swap the cat and the dog")
    cat, dog = by_id(made.scene)[3], by_id(made.scene)[4]
    assert (cat.x, dog.x) == (0.62, 0.38)
    assert box(cat)[3] == pytest.approx(box(SCENE.things[3])[3], abs=1e-3)
    assert (cat.size, dog.size) == (0.32, 0.34)


def test_what_grows_stays_on_its_feet():
    made = told("make the dog much bigger")
    dog = by_id(made.scene)[4]
    assert dog.size > 0.45
    assert box(dog)[3] == pytest.approx(box(SCENE.things[3])[3], abs=0.01)


def test_hour_weather_style_and_backdrop_change_the_whole():
    made = told("make it night and let it rain, as a watercolour")
    assert made.whole
    assert (made.scene.backdrop.time, made.scene.style) == ("rain", "watercolour")
    assert made.scene.backdrop.seed == 3
    beach = told("change the background to a beach at sunset")
    assert (beach.scene.backdrop.kind, beach.scene.backdrop.time) == ("beach", "sunset")
    line = horizon(beach.scene.backdrop)
    assert all(box(t)[3] > line for t in beach.scene.things)
    other = told("another background")
    assert other.scene.backdrop != SCENE.backdrop


def test_counts_are_met_from_both_sides():
    assert sum(t.name == "cat" for t in told("there should be three cats").scene.things) == 3
    assert sum(t.name == "tree" for t in told("there should be one tree").scene.things) == 1
    assert sum(t.name == "tree" for t in told("there should be no trees").scene.things) == 0


def test_turning_flipping_fading_and_copying():
    assert by_id(told("turn the dog upside down").scene)[4].rotation == 180
    assert by_id(told("rotate the pizza by 30 degrees counterclockwise").scene)[5].rotation == 330
    assert by_id(told("flip the dog").scene)[4].flip
    assert not by_id(told("let the cat look to the left").scene)[3].flip
    assert by_id(told("let the cat look to the right").scene)[3].flip
    assert by_id(told("make the dog transparent").scene)[4].opacity == 0.5
    copied = told("duplicate the dog")
    twin = by_id(copied.scene)[copied.ids[0]]
    assert twin.name == "dog"
    assert abs(twin.x - 0.62) > 0.05


def test_what_is_not_known_is_named_and_what_is_known_is_done():
    made = told("add a zeppelin and a cake")
    assert made.unknown == ("zeppelin",)
    assert [by_id(made.scene)[i].name for i in made.ids] == ["cake"]
    nothing = told("remove the zebra")
    assert nothing.scene == SCENE
    assert not nothing.done
    assert "zebra" in nothing.notes[0]
    assert "pizza" in nothing.notes[0]


def test_a_marked_place_holds_what_comes_into_it():
    place = (0.7, 0.6, 0.95, 0.95)
    made = told("a cake", box=place)
    x0, y0, x1, y1 = box(by_id(made.scene)[made.ids[0]])
    assert place[0] - 0.01 <= x0 < x1 <= place[2] + 0.01
    assert place[1] - 0.01 <= y0 < y1 <= place[3] + 0.01


def test_the_same_seed_gives_the_same_scene_and_nothing_is_out_of_bounds_after_many_changes():
    steps = ["add three birds", "make everything bigger", "move the cat far to the left", "duplicate the dog", "make all animals much bigger",
             "move everything up", "swap the cat and the pizza", "shrink everything", "turn the tree around", "add 24 balloons"]  # fmt: skip
    runs = []
    for _ in range(2):
        scene = SCENE
        for step in steps:
            scene = told(step, scene).scene
        runs.append(scene)
    assert runs[0] == runs[1]
    assert Scene.from_json(runs[0].to_json()) == runs[0]
    assert len({t.id for t in runs[0].things}) == len(runs[0].things)


def test_things_without_ids_get_their_own():
    plain = Scene((Thing("cat", 0.3, 0.7, 0.2), Thing("cat", 0.7, 0.7, 0.2)))
    made = told("make the right cat red", plain)
    assert [t.tint for t in made.scene.things] == ["", "red"]
    assert len({t.id for t in made.scene.things}) == 2
