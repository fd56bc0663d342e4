"""A conversation written for the unified model: its tokens, and the texts whose word pieces make up its bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from models.percepts import POINTABLE, Percept
from models.unified.amounts import Amount, amounts

WORDS, WHOLE, FACTS = 0, 1, 2
"""Kinds of written rows: a piece of what a person typed, a whole text, a piece of a mark's label or of a failure's words. Those of
what is perceived follow them (models.percepts)."""


@dataclass(frozen=True)
class Source:
    """A text in the bank: *first* is the row of its first piece, *places* each piece's characters in *text*. Or what is
    perceived of the medium *of*: a *percept* in place of a text."""

    text: str
    kind: int
    first: int
    ids: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    whole: bool
    percept: Percept | None = None
    of: str = ""

    @property
    def rows(self) -> int:
        return len(self.percept) if self.percept else len(self.ids) + self.whole

    @property
    def pointable(self) -> bool:
        """Whether the rows are things that a reply can point at."""
        return self.percept is not None and self.percept.kind in POINTABLE

    def find(self, needle: str) -> range | None:
        """Return the rows of the last place where *needle* stands, regardless of case, from piece to piece."""
        text, wanted = self.text.lower(), needle.lower()
        if len(text) != len(self.text) or len(wanted) != len(needle):
            text, wanted = self.text, needle
        at = text.rfind(wanted)
        while at >= 0:
            if found := self.between(at, at + len(wanted)):
                return found
            at = text.rfind(wanted, 0, at + len(wanted) - 1)
        return None

    def between(self, start: int, end: int) -> range | None:
        """Return the rows of the characters *start* to *end* (exclusive) of *text*; None where a piece straddles an end."""
        if start in self._starts and end in self._ends:
            return range(self.first + self._starts[start], self.first + self._ends[end] + 1)
        return None

    @cached_property
    def amounts(self) -> list[Amount]:
        """The numbers written in *text*."""
        return amounts(self.text)

    @cached_property
    def _starts(self) -> dict[int, int]:
        return {start: row for row, (start, end) in reversed(list(enumerate(self.places))) if end > start}

    @cached_property
    def _ends(self) -> dict[int, int]:
        return {end: row for row, (start, end) in enumerate(self.places) if end > start}


@dataclass
class Sheet:
    """The written conversation: *ids*; *weights* of learning each id (0: given); *follow* the row that comes after the
    one just copied at each position, or -1; the bank's *sources*; *where* each row of the bank stands in *ids*; *left* what had
    to be left out (models.unified.stream), *read* how many characters of the newest text, from its beginning and up to its
    end, were not, and *unseen* the media and marks that the newest turn is about and that had to be left out."""

    ids: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    where: list[int] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    read: tuple[int, int] = (0, 0)
    unseen: list[str] = field(default_factory=list)

    def add(self, ids: Iterable[int], weight: float = 0.0) -> None:
        for token in ids:
            self.ids.append(token)
            self.weights.append(weight)
            self.follow.append(-1)

    def source_of(self, row: int) -> Source:
        """Return the source that holds *row*. Raises IndexError when there is none."""
        for source in self.sources:
            if source.first <= row < source.first + source.rows:
                return source
        raise IndexError(f"no source holds row {row}")

    def next_row(self, row: int) -> int:
        """Return the row after *row* when it belongs to the same text, else -1."""
        source = self.source_of(row)
        return row + 1 if row + 1 < source.first + len(source.ids) else -1
