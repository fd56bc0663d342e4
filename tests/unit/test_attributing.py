"""What a reply says of a medium and what it points at are the same one: which things may be named after which words."""

from __future__ import annotations

import pytest

from models.percepts import SOUND, THING, TRACK
from models.unified.attributing import Attributing, meant

OF = ("", "image#1", "image#1", "image#2", "image#2", "video#1", "audio#1", "audio#2")
KINDS = (-1, THING, THING, THING, THING, TRACK, SOUND, SOUND)
ONE, TWO, CLIP, HEARD, OTHER = (1, 2), (3, 4), (5,), (6,), (7,)


def after(*said: str | int, topic: str = "t:look") -> Attributing:
    """Return what follows a reply of *topic* that said these words, and pointed at rows by their numbers."""
    made = Attributing(OF, KINDS)
    made.say(topic)
    for word in said:
        if isinstance(word, int):
            made.point(word)
        else:
            made.say(word if word[:2] == "i:" else f"w:{word}")
    return made


def fit(made: Attributing) -> tuple[int, ...]:
    return tuple(row for row, of in enumerate(OF) if of and made.fits(row))


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        (("I", " see"), (*ONE, *TWO, *CLIP, *HEARD, *OTHER)),
        (("In", " image#", "i:1", " I", " see"), ONE),
        (("In", " image#", "i:1", " I", " see", 1, ",", " and"), ONE),
        (("In", " image#", "i:1", " I", " see", 1, ";", " in", " image#", "i:2"), TWO),
        (("It", " is", " audio#", "i:2", ":", " there", " I", " hear"), OTHER),
        (("I", " see", 3), TWO),
        (("I", " see", 3, " in", " image#", "i:2", " and"), (*ONE, *TWO, *CLIP, *HEARD, *OTHER)),
        (("image#", "i:1", " is", " a", " picture", ".", " I", " see"), (*ONE, *TWO, *CLIP, *HEARD, *OTHER)),
        (("I", " see", 1, ".", " I", " see"), (*ONE, *TWO, *CLIP, *HEARD, *OTHER)),
        (("In", " image#", "i:7", " I", " see"), (*ONE, *TWO, *CLIP, *HEARD, *OTHER)),
    ],
)
def test_what_is_named_is_in_the_medium_that_was_said(said: tuple[str | int, ...], rows: tuple[int, ...]) -> None:
    assert fit(after(*said)) == rows


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        (("I", " see", 3, " in", " image#"), ["i:2"]),
        (("image#", "i:2", " has", " more", ":", 3, " there", " and", 1, " in", " image#"), ["i:1"]),
        (("I", " see", 3, " in", " video#"), []),
        (("I", " see", 3, ";", " image#"), []),
        (("In", " image#"), []),
        (("In", " image#", "i:1", " I", " see", 1, ";", " in", " image#"), []),
    ],
)
def test_a_handle_after_things_is_that_of_their_medium(said: tuple[str | int, ...], numbers: list[str]) -> None:
    assert after(*said).numbers() == numbers


def test_of_two_media_that_are_compared_each_is_told_of_once_in_a_sentence() -> None:
    said = ("image#", "i:2", " has", " more", ":", 3, " there", " and")
    assert fit(after(*said, topic="t:seen.more")) == (*ONE, *CLIP)
    assert fit(after(*said, 1, ".", " I", " see", topic="t:seen.more")) == (*ONE, *TWO, *CLIP)


def test_a_mark_that_is_named_may_lie_anywhere_and_what_was_drawn_on_is_meant_too() -> None:
    assert meant({("image", 2), ("region", 1)}, [("image", 1)]) == []
    assert sorted(meant({("image", 2)}, [("image", 1)])) == ["image#1", "image#2"]
    assert meant((), [("image", 1)]) == []


def test_what_is_heard_is_not_seen_and_what_is_seen_not_heard() -> None:
    assert fit(after(topic="t:heard.one")) == (*HEARD, *OTHER)
    assert fit(after(topic="t:seen.caption")) == (*ONE, *TWO, *CLIP)


def test_an_answer_is_about_the_media_that_the_person_named() -> None:
    def free(topic: str, *named: str) -> tuple[int, ...]:
        made = Attributing(OF, KINDS, named)
        made.say(topic)
        return fit(made)

    assert free("t:seen.list", "image#2") == TWO
    assert free("t:seen.list", "image#2", "image#1") == (*ONE, *TWO)
    assert free("t:seen.list", "image#9") == (*ONE, *TWO, *CLIP), "of which nothing is perceived"
    assert free("t:seen.gone", "image#1") == (*ONE, *TWO, *CLIP), "what came of it may be another"
    assert free("t:look", "image#2") == (*ONE, *TWO, *CLIP, *HEARD, *OTHER)
