"""What a caption tells about a place in a clause of its own is not drawn as a thing, and is named; what it shows is drawn."""

from __future__ import annotations

import pytest

from models.world.read import read


def names(caption: str) -> list[str]:
    return [thing.said for thing in read(caption).things]


@pytest.mark.parametrize(
    ("caption", "drawn", "aside"),
    [("a park where people like to come", [], "where people like to come"), ("a quiet meadow which people like to visit", [], "which people like to visit"),
     ("a garden people love", [], "people love"), ("a castle where a king lives", ["castle"], "where a king lives"),
     ("a dog that everybody loves sleeps on a sofa", ["dog", "sofa"], "that everybody loves"),
     ("a park where people like to come with a dog and a tree", ["dog", "tree"], "where people like to come"),
     ("a lake where you can swim and a boat on it", ["boat"], "where you can swim"), ("a beach to which tourists come, a crab", ["crab"], "to which tourists come"),
     ("a tower which one can climb in front of a house", ["tower", "house"], "which one can climb")],
)  # fmt: skip
def test_what_is_told_of_a_place_is_no_thing_in_it(caption: str, drawn: list[str], aside: str) -> None:
    wish = read(caption)
    assert [thing.said for thing in wish.things] == drawn
    assert aside in wish.loose
    assert any(aside in note for note in wish.notes())


@pytest.mark.parametrize(
    ("caption", "drawn"),
    [("a beach where children play", ["children"]), ("two people love each other", ["people"]), ("a man that likes cats", ["man", "cats"]),
     ("a street where three cars drive", ["cars"]), ("many people sit on a beach", ["people"])],
)  # fmt: skip
def test_what_a_clause_shows_is_drawn(caption: str, drawn: list[str]) -> None:
    assert names(caption) == drawn
