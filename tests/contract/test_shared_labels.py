"""A plural label that stands in several boxes of a layout shares its things out among them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from models.expert import Inputs, Picture
from models.experts import layout_picturebook
from models.values import Arg, Box, Checkpoint, Labelled, Phrase, TaskCall
from models.world import atlas
from models.world.composer import box_of
from models.world.scene import Scene

draw_layout = layout_picturebook.load(Checkpoint("layout_picturebook"), "cpu")
LEFT, MIDDLE, RIGHT = Box(0.05, 0.5, 0.3, 0.9), Box(0.4, 0.5, 0.65, 0.9), Box(0.7, 0.5, 0.95, 0.9)


def scene(*args: Arg) -> Scene:
    made = draw_layout(
        TaskCall("t1", "layout", args), Inputs({}, {}, {}, Path(), 1, {}), lambda fraction, word="", preview=None: None
    )
    assert isinstance(made, Picture)
    return Scene.from_json(made.meta["scene"])


def counts(found: Scene) -> Counter[str]:
    return Counter(thing.name for thing in found.things)


@pytest.mark.parametrize(
    ("label", "name"),
    [("cats", "cat"), ("sheep", "sheep"), ("red cars", "car"), ("knives", "knife"), ("mice", "mouse"), ("Cats", "cat")],
)
def test_one_thing_in_each_of_several_boxes(label: str, name: str) -> None:
    found = scene(Phrase("a meadow"), *(Labelled(label, box) for box in (LEFT, MIDDLE, RIGHT)))
    assert counts(found) == {name: 3}
    for thing, box in zip(sorted(found.things, key=lambda t: t.x), (LEFT, MIDDLE, RIGHT), strict=True):
        seen = box_of(thing, atlas.aspect(thing.name), 768, 512)
        assert box.x0 - 0.01 <= seen.x0 < seen.x1 <= box.x1 + 0.01


@pytest.mark.parametrize(
    ("label", "words"),
    [("cats", "a meadow"), ("cats", "cats in a meadow"), ("red cars", ""), ("sheep", "sheep"), ("flowers", "a garden")],
)
def test_one_box_is_one_thing_also_where_its_label_is_a_plural(label: str, words: str) -> None:
    found = scene(*([Phrase(words)] if words else []), Labelled(label, LEFT))
    assert len(found.things) == 1


@pytest.mark.parametrize(
    ("label", "words"), [("three cats", "a meadow"), ("cats", "three cats in a meadow"), ("cats", "three small cats")]
)
def test_a_number_in_the_label_or_in_the_description_of_a_single_box_counts(label: str, words: str) -> None:
    found = scene(Phrase(words), Labelled(label, LEFT))
    assert counts(found) == {"cat": 3}
    for thing in found.things:
        seen = box_of(thing, atlas.aspect(thing.name), 768, 512)
        assert LEFT.x0 - 0.01 <= seen.x0 < seen.x1 <= LEFT.x1 + 0.01


def test_a_number_or_some_keeps_its_meaning_in_every_box() -> None:
    assert counts(scene(Phrase("a meadow"), Labelled("two cats", LEFT), Labelled("two cats", RIGHT))) == {"cat": 4}
    assert counts(scene(Phrase("a meadow"), Labelled("some cats", LEFT), Labelled("some cats", RIGHT)))["cat"] > 2


def test_a_single_name_in_two_boxes_is_one_thing_each() -> None:
    assert counts(scene(Phrase("a meadow"), Labelled("cat", LEFT), Labelled("cat", RIGHT))) == {"cat": 2}


def test_the_boxes_settle_how_many_there_are() -> None:
    """The description leaves the number open; nothing is drawn beside the boxes."""
    words = Phrase("four dogs and fewer cats on grass")
    dogs = [Labelled("dogs", Box(0.1 * n, 0.3, 0.1 * n + 0.1, 0.5)) for n in range(4)]
    found = scene(words, *dogs, Labelled("cats", LEFT), Labelled("cats", RIGHT))
    assert counts(found) == {"dog": 4, "cat": 2}


def test_people_come_one_by_one_as_well() -> None:
    found = scene(Phrase("three people on a beach"), *(Labelled("people", box) for box in (LEFT, MIDDLE, RIGHT)))
    assert len(found.things) == 3
