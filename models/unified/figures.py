"""What may be written inside a call as a number, a place or a bare word: spelled, or copied whole from the newest text."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.unified.sheet import Source
from models.unified.vocabulary import Vocabulary

BARE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.#+:/%-")
"""The letters of a setting that stands without quotes."""


class Figures:
    """The value that is being written: *written* holds its tokens so far."""

    def __init__(
        self, vocabulary: Vocabulary, rows: Sequence[tuple[Source, int]], typed: Tensor, newest: Source | None
    ) -> None:
        """*rows* holds the source and the index within it of each row of the bank, *typed* bool [rows] which of them a
        person typed, *newest* the person's newest text."""
        self.names = vocabulary
        self.rows = rows
        self.typed = typed
        self.written: list[int] = []
        found = [(newest.between(a.start, a.end), a.value) for a in newest.amounts] if newest else []
        self.numbers = {rows[0]: (rows[-1], value) for rows, value in found if rows}
        """The numbers of the person's newest text by their first row: the last row and the value."""
        self.until = -1

    def write(self, token: int) -> None:
        """Note a token of a number; when it is the first row of a written-out one, the rest of that must follow."""
        if not self.within():
            self.until = self.numbers.get(token - len(self.names), (-1, 0.0))[0]
        self.written.append(token)

    def within(self) -> bool:
        """Say whether a copied number has begun and not ended."""
        return bool(self.written) and 0 <= self.written[-1] - len(self.names) < self.until

    def number(self, follow: int, first: bool, *, whole: bool = False) -> tuple[list[str], Tensor]:
        """Return the tokens that begin (*first*) or go on with a number, and the rows: a written-out number of the
        newest text is copied from its first row to its last. *whole* numbers have no point."""
        rows = torch.zeros(len(self.rows), dtype=torch.bool)
        if self.within():
            rows[follow] = True
            return [], rows
        if self.written and self.written[-1] >= len(self.names):
            return [], rows
        if first:
            starts = [row for row, (_, value) in self.numbers.items() if not whole or value.is_integer()]
            rows[starts] = True
        return [f"i:{number}" for number in range(1001)] + ([] if whole else ["w:."]), rows

    def place(self, tag: str, follow: int) -> tuple[list[str], Tensor | None]:
        numbers = [f"i:{number}" for number in range(1001)]
        count = len(self.written)
        if tag == "<t>":
            dash = self.names["s:-"]
            first = not self.written or self.written[-1] == dash
            names, rows = self.number(follow, first)
            if not first and not self.within():
                names.append("g:</t>" if dash in self.written else "s:-")
            return names, rows
        size = 7 if tag == "<box>" else 3
        if count >= size:
            minus = self.names["s:-"]
            if tag == "<pt>" and self.written[-1] == self.names["s:,"]:
                return ["s:-"], None
            return [f"g:</{tag[1:]}", *(["s:,"] if tag == "<pt>" and minus not in self.written else [])], None
        return (numbers if count % 2 == 0 else ["s:,"]), None

    def pointers(self, follow: int) -> Tensor:
        """Return the rows whose text is made of the letters BARE alone; within a value only the one that carries on."""
        mask = torch.zeros(len(self.rows), dtype=torch.bool)
        for row, (source, index) in enumerate(self.rows):
            if not self.typed[row] or (self.written and row != follow):
                continue
            start, end = source.places[index]
            if self.written and source.places[index - 1][1] != start:
                continue
            mask[row] = set(source.text[start:end]) <= BARE and end > start
        return mask
