"""What a model perceives of a medium: a handful of rows, each a vector of features and a place, made once for each file.

Encoders turn a picture, a clip or a sound into such rows; the unified model reads them beside a person's words, and points at
those that are things. How a thing that was pointed at is said in words is decided here too, so that what the model writes,
what it was trained on and what the page shows cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.plurals import with_article
from models.values import Box, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATCH, THING, MARKED, TRACK, MOMENT, SOUND, SETTING = 3, 4, 5, 6, 7, 8, 9
"""Kinds of rows, after the three kinds of written ones (models.unified.sheet): a cell of a picture, a thing in it, a region that
a person marked, a thing followed through a clip, a frame or cell of a clip, something heard, the place, hour or look of it all."""
POINTABLE = (THING, MARKED, TRACK, SOUND)
"""The kinds that a reply can point at, and so name and show."""
PLACE = 10
"""Numbers of a place: the box where a thing is first seen (x0, y0, x1, y1) and where it is last seen, in fractions of the upright
frame; when that begins and ends, in seconds, 0 and 0 for pictures."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Deed:
    """What a thing of a clip does: its *kind*, a key of models.senses.deeds.SAYS, and when that begins and ends, in seconds."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True)
class Percept:
    """n rows of one *kind*: *features* float16 [n, width of the kind]; *places* float32 [n, PLACE]; *names* n singular names where
    rows of the kind can be pointed at, else none; *sure* float32 [n], 0..1: that there is something at all; *more*: how many there are
    besides, which are not taken in since they are too many; *deeds* what the thing of each row does, n where that is known (rows of
    tracks), else none. The network reads features and places; deeds are for what the program tells."""

    kind: int
    features: NDArray[np.float16]
    places: NDArray[np.float32]
    names: tuple[str, ...]
    sure: NDArray[np.float32]
    more: int = 0
    deeds: tuple[Deed, ...] = ()

    def __post_init__(self) -> None:
        rows = len(self.features)
        named = rows if self.kind in POINTABLE else 0
        fit = self.places.shape == (rows, PLACE) and len(self.sure) == rows and len(self.deeds) in (0, rows)
        if not fit or len(self.names) != named:
            raise ValueError(
                f"{rows} rows of kind {self.kind} with places {self.places.shape}, {len(self.names)} names, {len(self.sure)} "
                f"certainties and {len(self.deeds)} deeds do not fit together"
            )

    def __len__(self) -> int:
        return len(self.features)


Percepts = Mapping[str, tuple[Percept, ...]]
"""What is perceived, by the handle of the medium or of the region: ``image#1``, ``region#2``."""


def box_of(percept: Percept, row: int) -> Box:
    """Return the box where *row* of *percept* is first seen, on the grid of thousandths that replies are written in."""
    x0, y0, x1, y1 = (round(float(value) * 1000) / 1000 for value in percept.places[row, :4].clip(0, 1))
    return Box(x0, y0, x1, y1)


def span_of(percept: Percept, row: int) -> Span:
    """Return the seconds, to a tenth, in which *row* of *percept* is seen or heard."""
    start, end = (round(float(value), 1) for value in percept.places[row, 8:])
    return Span(start, max(end, round(start + 0.1, 1)))


def number(count: int) -> str:
    """Return a count as a word up to twelve, else in digits."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def phrase(determiner: str, adjectives: Sequence[str], names: Sequence[str]) -> str:
    """Return how the things *names* are said, which are taken to be all of the first one's kind: ``phrase("a", (), ["owl"])`` is
    "an owl", with two owls "two owls", and of what has no number "rain"; ``phrase("the", ("red",), ["car"] * 3)`` is "the three red cars"; an empty
    *determiner* gives "red cars". Raises ValueError without names or for another determiner."""
    if not names or determiner not in ("a", "the", ""):
        raise ValueError(
            f'things are said with "a", "the" or nothing before them, not {determiner!r}, and there must be one'
        )
    from models.world import atlas

    several = len(names) > 1
    said = " ".join([*adjectives, atlas.several(names[0]) if several else names[0]])
    if determiner == "the":
        return f"the {number(len(names))} {said}" if several else f"the {said}"
    if determiner == "a":
        return f"{number(len(names))} {said}" if several else with_article(names[0], *adjectives)
    return said
