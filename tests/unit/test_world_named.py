"""Everyday phrases are drawn as they are meant, and whatever of them a picture does not show is named in its notes."""

from __future__ import annotations

import random

import pytest

from models.world import atlas
from models.world.draft import Draft
from models.world.placing import place
from models.world.read import read
from models.world.scene import Scene
from models.world.suiting import backdrop_for
from models.world.which import Context
from models.world.wish import Wish


def things(caption: str) -> list[tuple[str, int]]:
    return [(thing.name, thing.count) for thing in read(caption).things]


def said(wish: Wish) -> str:
    return " ".join([*wish.notes(), *wish.unposed()])


@pytest.mark.parametrize(
    "caption",
    [
        "a couple in a forest",
        "a couple",
        "a couple walking on a beach",
        "a couple, at night",
        "a couple outside",
        "couple",
    ],
)
def test_a_couple_alone_is_two_people(caption: str) -> None:
    assert things(caption) == [("couple", 1)]  # one drawn thing: a woman and a man who hold hands


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a couple of dogs", [("dog", 2)]),
        ("a couple dogs", [("dog", 2)]),
        ("a couple more dogs", [("dog", 2)]),
        ("a couple fluffy dogs and a cat", [("dog", 2), ("cat", 1)]),
        ("a couple and a dog on a beach", [("couple", 1), ("dog", 1)]),
        ("a couple walking their dog", [("couple", 1), ("dog", 1)]),
    ],
)
def test_before_a_noun_a_couple_is_a_number(caption: str, expected: list[tuple[str, int]]) -> None:
    assert things(caption) == expected


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a three-legged dog", [("dog", 1)]),
        ("a two-humped camel", [("two-humped camel", 1)]),
        ("a four-leaf clover", [("four-leaf clover", 1)]),
        ("twenty-one cats", [("cat", 21)]),
        ("a jack-o-lantern", [("pumpkin", 1)]),
        ("a red-haired man", [("red-haired man", 1)]),
        ("a lioness and her cubs", [("lion", 1), ("lion", 2)]),
        ("a white bear", [("polar bear", 1)]),
        ("a dog n a burger", [("dog", 1), ("hamburger", 1)]),
        ("a bird in flight", [("bird", 1)]),
    ],
)
def test_numbers_hyphens_and_young_are_read_as_meant(caption: str, expected: list[tuple[str, int]]) -> None:
    assert things(caption) == expected


@pytest.mark.parametrize(
    ("caption", "expected", "relations"),
    [
        ("a basket of apples", [("basket", 1), ("apple", 3)], [("in", 1, (0,))]),
        ("a vase of tulips and a bowl of soup", [("vase", 1), ("tulip", 3), ("soup", 1)], [("in", 1, (0,))]),
        ("two bowls of soup", [("soup", 2)], []),
        ("a plate of cookies", [("plate", 1), ("cookie", 3)], [("on", 1, (0,))]),
        ("a basket full of apples and bananas", [("basket", 1), ("apple", 3), ("banana", 3)],
         [("in", 1, (0,)), ("in", 2, (0,))]),
        ("a glass of wine next to a jar of honey", [("wine", 1), ("honey", 1)], [("beside", 0, (1,))]),
    ],
)  # fmt: skip
def test_what_is_in_a_vessel_is_drawn_in_it_once(
    caption: str, expected: list[tuple[str, int]], relations: list[tuple[str, int, tuple[int, ...]]]
) -> None:
    assert things(caption) == expected
    assert [(r.kind, r.thing, r.others) for r in read(caption).relations] == relations


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("a robot dog", "robot"),
        ("a paper plane", "paper"),
        ("a street lamp", "street"),
        ("a spotted dog", "spotted"),
        ("a three-legged dog", "three-legged"),
        ("a dancing bear", "dancing"),
        ("a cat that is sleeping on a sofa", "sleeping"),
        ("a snowman with a carrot nose", "carrot nose"),
        ("a cat with blue eyes", "blue eyes"),
        ("a bottle of milk", "bottle"),
        ("a wizard and his zweihander", "zweihander"),
        ("rain at sunset", "sunset"),
    ],
)
def test_what_is_not_shown_is_named(caption: str, words: str) -> None:
    assert words in said(read(caption))


@pytest.mark.parametrize(
    "caption", ["a bird flying over a house", "a dog sitting on a chair", "a yellow taxi", "a man on a horse"]
)
def test_what_is_shown_needs_no_note(caption: str) -> None:
    assert said(read(caption)) == ""


def test_rain_at_night_is_both() -> None:
    for caption in ("a street at night in the rain", "a rainy night", "a ship in a storm at night"):
        wish = read(caption)
        assert (wish.time in ("rain", "storm"), wish.style) == (True, "night"), caption


def test_a_sofa_stands_in_a_room_however_many_lie_on_it() -> None:
    names = ["cat", "cat", "cat", "sofa"]
    assert {backdrop_for(names, atlas.entry, random.Random(n)) for n in range(4)} == {"room"}
    assert backdrop_for(["sofa", "tree"], atlas.entry, random.Random(1)) != "room"


def test_cookies_lie_on_their_plate() -> None:
    for count in ("a cookie", "two cookies", "three cookies", "four cookies"):
        scene = place(read(f"{count} on a plate"), 300, 200, 1).scene
        plate = next(t for t in scene.things if t.name == "plate")
        for cookie in (t for t in scene.things if t.name == "cookie"):
            assert abs(cookie.x - plate.x) < 0.3 * plate.size
            assert abs(cookie.y - plate.y) < 0.3 * plate.size


def test_an_order_to_add_names_what_it_leaves_out() -> None:
    from models.world.arrivals import wanted
    from models.world.tools import tools

    known = tools("cpu")
    draft = Draft(Scene(()), known.know, known.read, Context((), (), 300, 200), random.Random(1))
    assert [one.name for one in wanted(draft, "a wooden sleeping cat")] == ["cat"]
    assert "wooden" in " ".join(draft.notes)
    assert "sleeping" in " ".join(draft.notes)
