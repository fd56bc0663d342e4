"""What is perceived of a medium, and how things that are pointed at are said."""

from __future__ import annotations

import numpy as np
import pytest

from models.percepts import PATCH, SOUND, THING, Percept, box_of, number, phrase, span_of
from models.values import Box, Span


def rows(kind: int, places: list[list[float]], names: tuple[str, ...]) -> Percept:
    filled = np.array([place + [0.0] * (10 - len(place)) for place in places], np.float32)
    return Percept(kind, np.zeros((len(places), 8), np.float16), filled, names, np.ones(len(places), np.float32))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("a", (), ["owl"]), "an owl"),
        (("a", (), ["dog"]), "a dog"),
        (("a", ("orange",), ["dog"]), "an orange dog"),
        (("a", ("heavy",), ["rain"]), "heavy rain"),
        (("the", (), ["rain"]), "the rain"),
        (("a", (), ["unicorn"]), "a unicorn"),
        (("a", (), ["owl", "owl"]), "two owls"),
        (("a", ("small", "red"), ["bus"] * 3), "three small red buses"),
        (("the", (), ["glass of milk"] * 2), "the two glasses of milk"),
        (("the", ("red",), ["car"]), "the red car"),
        (("", (), ["wolf", "wolf"]), "wolves"),
        (("a", (), ["ant"] * 14), "14 ants"),
        (("a", (), ["x-ray"]), "an x-ray"),
        (("a", (), ["hourglass"]), "an hourglass"),
        (("a", (), ["horse"]), "a horse"),
        (("a", (), ["man raising his hand"] * 2), "two men raising their hands"),
        (("a", ("red",), ["cactus"] * 2), "two red cacti"),
        (("the", (), ["jeans"] * 3), "the three jeans"),
        (("", (), ["lock and key"] * 2), "locks and keys"),
    ],
)
def test_things_are_said_with_their_number_and_article(
    said: tuple[str, tuple[str, ...], list[str]], words: str
) -> None:
    assert phrase(*said) == words


def test_nothing_and_an_unknown_determiner_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="must be one"):
        phrase("a", (), [])
    with pytest.raises(ValueError, match="some"):
        phrase("some", (), ["dog"])


def test_counts_are_words_up_to_twelve() -> None:
    assert [number(0), number(1), number(12), number(13)] == ["no", "one", "twelve", "13"]


def test_a_row_knows_its_box_and_its_seconds_as_replies_write_them() -> None:
    seen = rows(THING, [[0.12345, -0.01, 0.5, 1.2]], ("dog",))
    assert box_of(seen, 0) == Box(0.123, 0.0, 0.5, 1.0)
    heard = rows(SOUND, [[0, 0, 1, 1, 0, 0, 1, 1, 0.512, 0.53]], ("bell",))
    assert span_of(heard, 0) == Span(0.5, 0.6)


def test_parts_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        rows(THING, [[0, 0, 1, 1]], ())
    with pytest.raises(ValueError, match="do not fit together"):
        rows(PATCH, [[0, 0, 1, 1]], ("cell",))
