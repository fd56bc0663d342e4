"""What "a pink cat instead" changes in a drawn scene: what is there or marked takes its form or makes room for it, and nothing more comes."""

from __future__ import annotations

import pytest
from test_picturebook_edits import SCENE, drawn, edit, inpaint, names, photo, region

from models.expert import Refusal
from models.values import Box, Region
from models.world.scene import Scene


@pytest.mark.parametrize(
    ("words", "mark", "there"),
    [
        ("pink cat instead", (), ["cat/pink", "dog", "pizza"]),
        ("a black pizza instead, please", (), ["cat", "dog", "pizza/black"]),
        ("an elephant instead", (), ["cat", "elephant", "pizza"]),
        ("green elephant instead!", (), ["cat", "elephant/green", "pizza"]),
        ("a cat instead", (), ["cat", "cat", "pizza"]),
        ("a cake instead", (Region(1, "image#1", box=Box(0.38, 0.78, 0.58, 1.0)),), ["cat", "dog", "birthday cake"]),
    ],
)
def test_what_shall_be_there_instead_takes_a_place_and_is_not_one_more(words, mark, there):
    made = Scene.from_json(edit(drawn(), words, *mark).meta["scene"])
    assert [thing.name + (f"/{thing.tint}" if thing.tint else "") for thing in made.things] == there


@pytest.mark.parametrize(
    ("words", "changed", "larger"),
    [
        ("a bigger cat instead", {1}, True),
        ("a small cat instead", {1}, False),
        ("a giant green pizza instead", {3}, True),
    ],
)
def test_a_thing_of_another_size_instead_is_the_one_that_is_there(words, changed, larger):
    made = Scene.from_json(edit(drawn(), words).meta["scene"])
    assert [thing.name for thing in made.things] == ["cat", "dog", "pizza"]
    sizes = {one.id: two.size / one.size for one, two in zip(SCENE.things, made.things, strict=True)}
    assert {number for number, factor in sizes.items() if factor != 1} == changed
    assert all((sizes[number] > 1) == larger for number in changed)
    assert {thing.tint for thing in made.things if thing.id in changed} == {"green" if "green" in words else ""}


def test_a_number_of_things_instead_is_how_many_there_shall_be_then():
    assert sorted(names(edit(drawn(), "two dogs instead"))) == ["cat", "dog", "dog", "pizza"]
    made = Scene.from_json(edit(drawn(), "three red cats instead").meta["scene"])
    assert [thing.tint for thing in made.things if thing.name == "cat"] == ["red"] * 3
    assert sorted(thing.name for thing in made.things) == ["cat", "cat", "cat", "dog", "pizza"]


def test_a_thing_elsewhere_instead_goes_there_and_a_thing_that_is_meant_is_none_that_comes():
    made = Scene.from_json(edit(drawn(), "a dog on the left instead").meta["scene"])
    assert [thing.name for thing in made.things] == ["cat", "dog", "pizza"]
    assert made.things[1].x < 0.4
    for words in ("the dog instead", "the dog on the left instead", "that one instead", "the horse instead"):
        with pytest.raises(Refusal, match="do not know how"):
            edit(drawn(), words)


@pytest.mark.parametrize("expert", [edit, inpaint])
def test_what_is_marked_is_what_takes_the_form_of_another_instead(expert):
    made = expert(drawn(), "a pink cat instead", region(0.55, 0.45, 0.86, 1.0))
    assert [thing.name for thing in Scene.from_json(made.meta["scene"]).things] == ["cat", "cat", "pizza"]
    made = expert(drawn(), "a bird instead", region(0.45, 0.02, 0.75, 0.3))
    assert sorted(names(made)) == ["bird", "cat", "dog", "pizza"], "there was nothing in the mark"


def test_in_a_photo_it_takes_the_place_of_what_is_marked_and_what_is_worn_is_put_on():
    pixels, _ = photo()
    mark = region(0.33, 0.27, 0.67, 0.73)
    assert edit(pixels, "a dog instead", mark).meta["done"] == ["replaced the marked thing by a dog"]
    assert edit(pixels, "a hat instead", mark).meta["done"] == ["pasted in a hat"]
    assert edit(pixels, "a dog instead").meta["done"] == ["pasted in a dog"], "nothing says what it is instead of"
    with pytest.raises(Refusal, match="do not know how"):
        edit(pixels, "the dog instead", mark)
