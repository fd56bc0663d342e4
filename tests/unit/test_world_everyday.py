"""Everyday wishes for drawn scenes, in captions and in changes: each is done as it is said, or it is named why not."""

from __future__ import annotations

import pytest

from models.world import atlas
from models.world.changes import Changed, change
from models.world.instructions import read_orders
from models.world.pictures import sides
from models.world.placing import place
from models.world.read import read
from models.world.scene import Backdrop, Scene, Thing, extent
from models.world.tools import tools
from models.world.which import Context

KNOWN = tools("cpu")
SCENE = Scene(
    (Thing("tree", 0.2, 0.5, 0.4, id=1), Thing("house", 0.55, 0.5, 0.45, id=2), Thing("cat", 0.5, 0.75, 0.25, id=3), Thing("soccer ball", 0.8, 0.8, 0.15, id=4)),
    Backdrop("meadow", seed=3),
)  # fmt: skip


def told(words: str, scene: Scene = SCENE) -> Changed:
    return change(scene, words, KNOWN.know, KNOWN.read, Context((), (), 480, 320))


def named(made: Changed, name: str) -> list[Thing]:
    return [thing for thing in made.scene.things if thing.name == name]


@pytest.mark.parametrize(
    ("words", "looks"),
    [
        ("facing right", "right"),
        ("facing left", "left"),
        ("looking to the right", "right"),
        ("turned towards the left", "left"),
    ],
)
@pytest.mark.parametrize("name", ["horse", "airplane"])
def test_things_look_to_the_side_that_is_said(name: str, words: str, looks: str) -> None:
    wish = read(f"a {name} {words}")
    for seed in (1, 2, 3):
        thing = place(wish, 480, 320, seed).scene.things[0]
        facing = atlas.entry(name).facing
        assert (facing if not thing.flip else {"left": "right", "right": "left"}[facing]) == looks
    assert not wish.loose
    assert not sides(wish)


def test_of_what_is_known_from_the_front_that_is_said() -> None:
    assert sides(read("a house facing left")) == ["I know the house only from the front, so it looks to no side."]


@pytest.mark.parametrize("caption", ["a cat inside a house", "a cat underwater", "a cat under the sea"])
def test_where_a_thing_is_does_not_take_its_place(caption: str) -> None:
    wish = read(caption)
    assert [thing.name for thing in wish.things] == ["cat"]
    assert wish.place in ("room", "underwater")


def test_after_the_rain_it_does_not_rain() -> None:
    wish = read("a rainbow over a meadow after the rain")
    assert (wish.time, wish.place, wish.unknown) == ("day", "meadow", ())


def test_young_animals_are_smaller() -> None:
    horse, foals = read("a horse with two foals").things
    assert (foals.count, horse.name, foals.name) == (2, "horse", "horse")
    assert foals.size < 0.7 * horse.size


def test_dolls_wear_hats() -> None:
    scene = place(read("a snowman with a hat and a scarf"), 480, 320, 3).scene
    boxes = {t.name: extent(t, atlas.aspect(t.name), 480, 320) for t in scene.things}
    body = boxes["snowman"]
    for name in ("hat", "scarf"):
        assert body[0] < (boxes[name][0] + boxes[name][2]) / 2 < body[2]


def test_what_is_never_in_a_house_takes_the_scene_outdoors() -> None:
    for caption in ("a kite and a tree", "a ball rolling down a hill", "a teddy bear in front of a castle"):
        assert place(read(caption), 480, 320, 3).scene.backdrop.kind not in ("room", "table", "kitchen", "stage")


def test_the_sky_takes_a_colour_and_the_meadow_stays() -> None:
    back = told("make the sky orange").scene.backdrop
    assert (back.kind, back.colour) == ("meadow", "orange")
    grass = told("make the grass purple")
    assert grass.scene == SCENE
    assert grass.notes[0].startswith("the grass keeps its colour")
    assert told("make the walls green", Scene((), Backdrop("room"))).scene.backdrop.colour == "green"


def test_turning_to_another_thing() -> None:
    for words in (
        "let the cat look at the ball",
        "turn the cat towards the ball",
        "make the cat face the ball",
        "let the cat face right",
    ):
        assert named(told(words), "cat")[0].flip, words
    assert not named(told("let the cat look at the tree"), "cat")[0].flip
    assert "only from the front" in told("let the house look at the cat").notes[0]


def test_the_picture_is_mirrored_as_a_whole() -> None:
    made = told("flip the picture")
    assert [t.x for t in made.scene.things] == pytest.approx([1 - t.x for t in SCENE.things])
    assert all(t.flip for t in made.scene.things)


def test_a_roof_belongs_to_a_house_and_nothing_goes_to_a_place_that_is_not_there() -> None:
    cat = named(told("put the cat on the roof"), "cat")[0]
    assert abs(cat.x - 0.55) < 0.1
    assert cat.y < 0.35
    nowhere = told("move the cat next to the fountain")
    assert nowhere.scene == SCENE
    assert "there is no “fountain”" in nowhere.notes[0]


def test_as_large_as_another() -> None:
    assert named(told("make the cat as big as the house"), "cat")[0].size == 0.45
    assert named(told("make the cat and the ball the same size"), "soccer ball")[0].size == 0.25


def test_counts() -> None:
    assert len(named(told("duplicate the cat three times"), "cat")) == 4
    assert len(named(told("make three cats"), "cat")) == 3
    assert len(told("add clouds").scene.things) > len(SCENE.things) + 1
    assert told("add clouds").scene.backdrop == SCENE.backdrop


def test_two_places_in_one_sentence() -> None:
    made = told("add a big tree on the left and a small one on the right")
    large, small = named(made, "tree")[-2:]
    assert large.x < 0.5 < small.x
    assert small.size < 0.6 * large.size


def test_stars_are_small_beside_houses_and_snow_lies_on_the_ground() -> None:
    assert all(star.size < 0.2 for star in named(told("add three stars"), "star"))
    assert [(o.verb, o.new) for o in read_orders("add snow on the ground").orders] == [("backdrop", "snow")]
