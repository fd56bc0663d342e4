"""Looks, moods and walls in everyday words: what is known is read however it is said, and nothing is hung where no wall is."""

from __future__ import annotations

import pytest

from models.world.changes import Changed, change
from models.world.instructions import read_orders
from models.world.scene import Backdrop, Scene, Thing, horizon
from models.world.tools import tools
from models.world.which import Context

KNOWN = tools("cpu")
ROOM = Scene((Thing("sofa", 0.4, 0.75, 0.4, id=1),), Backdrop("room"))


def told(words: str) -> list[tuple[str, str]]:
    return [(order.verb, order.new) for order in read_orders(words).orders]


def changed(scene: Scene, words: str) -> Changed:
    return change(scene, words, KNOWN.know, KNOWN.read, Context((), (), 480, 320))


@pytest.mark.parametrize(
    ("look", "style"),
    [("a sepia photo", "sepia"), ("an old photograph", "sepia"), ("a vintage photograph", "sepia"), ("an old movie", "sepia"),
     ("a photo from the 1920s", "sepia"), ("a black and white photo", "noir"), ("a black and white movie", "noir"), ("a watercolour", "watercolour"),
     ("a watercolor painting", "watercolour"), ("a pencil drawing", "sketch"), ("a charcoal drawing", "sketch"), ("an oil painting", "oil"),
     ("a comic strip", "comic"), ("a comic book page", "comic"), ("a cartoon drawing", "comic"), ("a stained glass window", "mosaic"),
     ("a retro video game", "pixel"), ("a neon sign", "neon"), ("a child's drawing", "pastel"), ("a dream", "dreamy")],
)  # fmt: skip
@pytest.mark.parametrize(
    "words", ["make it look like {}", "make the picture look like {}", "turn it into {}", "make image#1 look like {}"]
)
def test_a_look_is_read_however_it_is_said(words: str, look: str, style: str) -> None:
    assert told(words.format(look)) == [("style", style)]


@pytest.mark.parametrize(
    "words",
    [
        "make image#1 spooky",
        "make the video spooky",
        "can you make picture 2 more spooky?",
        "give image#1 a spooky atmosphere",
    ],
)
def test_a_mood_of_a_named_medium(words: str) -> None:
    assert told(words) == [("mood", "spooky")]


def test_what_is_said_to_be_in_a_named_picture_is_an_instruction_like_any_other() -> None:
    assert told("in image#1, replace the cat by a dog") == [("replace", "a dog")]
    assert read_orders("remove the cat from image#1").orders[0].what == "the cat"


def test_things_that_could_be_looks_are_still_added() -> None:
    assert told("add an old painting") == [("add", "an old painting")]
    assert told("make it look like a snow globe") == [("replace", "a snow globe")]


def test_a_look_that_is_not_known_is_named_and_nothing_is_replaced_by_it() -> None:
    made = changed(ROOM, "make it look like a snow globe")
    assert made.scene == ROOM
    assert made.notes == ("no look is called “a snow globe”",)
    assert [t.name for t in changed(ROOM, "make the sofa look like a bed").scene.things] == ["bed"]


@pytest.mark.parametrize(
    "words",
    ["hang a picture on the wall", "hang up a picture", "put up a picture on the wall", "pin a picture on the wall", "add a picture to the wall",
     "hang a guitar on the wall", "hang a clock on the left wall"],
)  # fmt: skip
def test_what_is_hung_hangs_on_the_wall_of_a_room(words: str) -> None:
    made = changed(ROOM, words)
    new = made.scene.things[0]  # behind everything
    assert made.done
    assert not made.notes
    assert new.name in ("picture", "guitar", "clock")
    assert new.y + new.size / 2 < (horizon(ROOM.backdrop) or 0)
    assert not new.shadow
    assert "left" not in words or new.x < 0.5


def test_a_lantern_hangs_from_the_ceiling() -> None:
    lantern = changed(ROOM, "hang a lantern from the ceiling").scene.things[-1]
    high = lantern.size * min(1.0, 1 / KNOWN.know.aspect("lantern"))
    assert lantern.y == pytest.approx(high / 2, abs=0.03)


@pytest.mark.parametrize(
    "words", ["hang a picture on the wall", "hang a lantern from the ceiling", "move the cat to the ceiling"]
)
def test_where_there_is_no_wall_that_is_said_and_nothing_is_hung(words: str) -> None:
    scene = Scene((Thing("cat", 0.5, 0.7, 0.3, id=1),), Backdrop("meadow"))
    made = changed(scene, words)
    assert made.scene == scene
    assert not made.done
    assert "there is no " in made.notes[0]


def test_on_a_drawn_wall_of_bricks_one_can_sit() -> None:
    scene = Scene((Thing("bricks", 0.5, 0.75, 0.3, id=1),), Backdrop("meadow"))
    cat = changed(scene, "put a cat on the wall").scene.things[-1]
    assert cat.name == "cat"
    assert abs(cat.x - 0.5) < 0.1
