"""What a person names becomes plain names for a detector: no signs, no articles, nothing left out without a word."""

from __future__ import annotations

import pytest

from models.expert import Refusal
from models.prompted.wording import EVERYDAY, LONGEST, MOST, names_of


def test_names_are_plain_words_each_once_and_in_the_singular():
    assert names_of(["all the dogs, two cats and my red car"]) == (["dog", "cat", "red car"], [])
    assert names_of(["slices of pizza", "Pizza slices? a dog. A dog"])[0] == ["slice of pizza", "Pizza slice", "dog"]
    assert names_of(["the mother-in-law's dogs"])[0] == ["mother-in-law's dog"]
    assert names_of(["ein Café, собаки"])[0] == ["ein Café", "собаки"]
    for nothing in ("", "everything", "all things"):
        names, notes = names_of([nothing])
        assert names == [*EVERYDAY]
        assert str(len(EVERYDAY)) in notes[0]
    names, notes = names_of([",".join(f"thing{n}" for n in range(40)), "x" * 500])
    assert len(names) == MOST
    assert "first" in notes[0]
    assert len(names_of(["x" * 500])[0][0]) == LONGEST
    assert names_of(["x" * 500])[1]
    with pytest.raises(Refusal, match="names no thing"):
        names_of(["?! <> {}"])
