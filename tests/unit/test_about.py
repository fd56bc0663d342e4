"""What the newest turn is about: what it names, chooses and brings is looked at before all else, whatever its age."""

from __future__ import annotations

import numpy as np
import pytest

from models.percepts import PATCH, PLACE, Percept
from models.unified.about import LISTED, ROWS, asked, left_out, named, parts_of, wanted
from models.values import Box, Media, Message, Region, Text

EACH = 40
"""Rows of each picture here: eight of them fit."""


def image(number: int) -> Media:
    return Media("image", f"image#{number}", "")


def user(text: str, *parts: Media | Region) -> Message:
    return Message("user", (*parts, Text(text)))


def rows(*handles: str) -> dict[str, tuple[Percept, ...]]:
    one = Percept(
        PATCH, np.zeros((EACH, 4), np.float16), np.zeros((EACH, PLACE), np.float32), (), np.zeros(EACH, np.float32)
    )
    return dict.fromkeys(handles, (one,))


MARK = Region(3, "image#2", box=Box(0, 0, 0.5, 0.5))
PARTS = parts_of([user("look", *(image(n) for n in range(1, 21)), MARK)])


def test_handles_are_read_in_their_order_each_once_and_nothing_else() -> None:
    assert named("put Image#2 beside mask#1, image#2 and region#3") == ["image#2", "mask#1", "region#3"]
    assert named("image#0, image#1000, myimage#4 and image 5") == []


def test_what_is_named_and_chosen_is_wanted_with_what_a_mark_lies_on() -> None:
    assert wanted("compare image#7 and image#99", ["region#3"], PARTS) == ["image#7", "region#3", "image#2"]
    many = " ".join(f"image#{n}" for n in range(1, 15))
    assert wanted(many, [], PARTS) == [f"image#{n}" for n in range(1, LISTED + 1)]


def test_what_is_wanted_stays_before_what_is_new_and_that_before_what_is_old() -> None:
    parts = {handle: part for handle, part in PARTS.items() if handle.startswith("image")}
    percepts = rows(*parts)
    usual = left_out(parts, percepts, (), ())
    assert usual == {f"image#{n}" for n in range(1, 13)}
    kept = left_out(parts, percepts, ("image#19", "image#20"), ("image#1", "image#4"))
    assert {"image#1", "image#4", "image#19", "image#20"}.isdisjoint(kept)
    assert len(parts) - len(kept) == ROWS // EACH


def test_of_what_is_wanted_the_last_is_left_out_only_where_nothing_else_is_left_to_go() -> None:
    parts = {handle: part for handle, part in PARTS.items() if handle.startswith("image")}
    first = [f"image#{n}" for n in range(10, 0, -1)]
    dropped = left_out(parts, rows(*parts), ["image#20"], first)
    assert dropped == {*(f"image#{n}" for n in range(11, 21)), "image#1", "image#2"}
    assert left_out(parts, rows("image#1"), (), ()) == set()


@pytest.mark.parametrize(
    ("text", "chosen", "parts", "kinds", "expected"),
    [
        ("how many?", (), (), ("image", "video"), ["image#2"]),
        ("how many in image#1?", (), (), ("image", "video"), ["image#1"]),
        ("how many?", ("image#1",), (), ("image", "video"), ["image#1"]),
        ("and here?", (), (Region(3, "image#1", box=Box(0, 0, 1, 1)),), ("image",), ["image#1"]),
        ("and here?", (), (image(3),), ("image",), ["image#3"]),
        ("what is that in image#1?", (), (), ("audio",), ["audio#1"]),
        ("what is that?", (), (), ("mask",), []),
    ],
)
def test_a_question_is_about_what_it_names_marks_or_brings_or_else_the_newest(
    text: str, chosen: tuple[str, ...], parts: tuple[Media | Region, ...], kinds: tuple[str, ...], expected: list[str]
) -> None:
    before = user("look", image(1), Media("audio", "audio#1", ""), image(2))
    assert asked([before, user(text, *parts)], chosen, kinds) == expected
