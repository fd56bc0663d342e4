"""Which things a reply may point at next: those that it perceives, each once in one naming and once in one call."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.percepts import MARKED, SOUND
from models.unified.sheet import Source
from models.unified.vocabulary import DETERMINERS, Vocabulary

ADJECTIVES = 3
"""Words for a thing's looks, at most."""


class Sights:
    """Follows the pointing of one reply. *rows* are all rows of the bank, as (source, number within it)."""

    def __init__(self, rows: Sequence[tuple[Source, int]]) -> None:
        self.of = [source.of if source.pointable else "" for source, _ in rows]
        self.boxed = [source.percept is not None and source.percept.kind not in (SOUND, MARKED) for source, _ in rows]
        self.naming = False
        """Whether a determiner was written, and what it belongs to is not complete."""
        self.pointed: list[int] = []
        """The things of the naming under way."""
        self.adjectives = 0
        self.called: set[int] = set()
        """The things that the call being written points at."""

    def take(self, row: int, name: str, mode: str) -> None:
        """Note the token that came in *mode*: *row* of the bank (negative for none), or a token by its *name*."""
        if name == "g:<task>":
            self.called = set()
        if row >= 0 and self.of[row]:
            if mode == "text":
                self.naming = True
                self.pointed.append(row)
            else:
                self.called.add(row)
        elif name[0] == "o":
            self.naming, self.pointed, self.adjectives = True, [], 0
        elif self.naming and not self.pointed and name[0] == "w":
            self.adjectives += 1
        else:
            self.naming, self.pointed = False, []

    @property
    def determiners(self) -> list[str]:
        """The tokens that may begin a naming: none where nothing is perceived."""
        return [f"o:{word}" for word in DETERMINERS] if any(self.of) else []

    def narrow(self, mask: Tensor, names: Vocabulary) -> None:
        """Change *mask*, bool [vocabulary + rows], to what may come in running words while things are being named: after a
        determiner only words for their looks and the things themselves, after a thing also more of its medium."""
        if not self.naming:
            return
        if not self.pointed:
            looks = torch.zeros_like(mask)
            looks[names.words if self.adjectives < ADJECTIVES else []] = True
            mask &= looks
        of = self.of[self.pointed[0]] if self.pointed else ""
        for row, own in enumerate(self.of):
            if own and own == (of or own) and row not in self.pointed:
                mask[len(names) + row] = True

    def within(self, kind: str, number: int) -> Tensor | None:
        """Return bool [rows]: the things with boxes in the medium that a call works on; None where there is none."""
        wanted = f"{kind}#{number}"
        found = [
            own == wanted and boxed and row not in self.called
            for row, (own, boxed) in enumerate(zip(self.of, self.boxed, strict=True))
        ]
        return torch.tensor(found) if any(found) else None
