"""How much what a reply would say next changes with the medium that is shown: distributions on the true reply, which is forced.

The true reply is written token by token after the conversation with each of several media in turn, and what the network thinks of the next
token is compared where the reply is decided: where it points at a thing, and at words that decide an answer. Two distributions are
compared by what their tokens mean: a thing counts by its name, wherever its row stands and wherever it is, and a copied word by its
place in the text. A medium that does not show the thing that the reply has pointed at cannot be asked on: its positions end there, that
one included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from models.percepts import Percepts
from models.unified.prompt import Scribe
from models.unified.vocabulary import WHOLE_NAME, Vocabulary
from models.values import Message
from training.batches import Maker, collate

from evaluation.understanding import Case, decides

if TYPE_CHECKING:
    from models.reader import Reader
    from models.unified.network import UnifiedForConditionalGeneration
    from models.unified.sheet import Sheet
    from torch import Tensor

Meaning = tuple[str, str, int]
"""What a token of the bank means: ("text", "", its number among all pieces of texts), or ("thing", medium and name, 0)."""


@dataclass(frozen=True)
class Change:
    """How far the distributions of the next token are apart, means over *positions* of a reply that decide it: *variation*, the total
    variation distance, 0..1, and *bits*, the divergence of Jensen and Shannon (Lin 1991, IEEE Transactions on Information Theory 37), 0..1 bit."""

    variation: float
    bits: float
    positions: int


class Forced:
    """Forces true replies on a *network*, whose tokens are those of *vocabulary*, and which reads by *reader*."""

    def __init__(self, network: UnifiedForConditionalGeneration, vocabulary: Vocabulary, reader: Reader) -> None:
        self.network, self.vocabulary, self.reader = network, vocabulary, reader
        self.scribe = Scribe(vocabulary, reader.cut)
        self.maker = Maker(vocabulary, reader)

    def changes(self, case: Case, topic: str, shown: Mapping[str, Percepts]) -> dict[str, Change]:
        """Return how the distributions on the reply of *case*, which is about *topic* ("" where that is not known), change from the first of
        *shown*, what is perceived in each of several ways, to each other one. Empty where no position of the reply decides it."""
        first, *others = shown
        reply = Message("assistant", case.wanted)
        written = self.scribe.write([*case.messages, reply], topic=topic, percepts=shown[first])
        begin = len(written.ids) - 1 - written.ids[::-1].index(self.vocabulary["c:assistant"])
        said = written.ids[begin + 1 :]
        sheets: dict[str, Sheet] = {}
        decided: dict[str, list[int]] = {}
        for way, percepts in shown.items():
            sheet = self.scribe.write(case.messages, percepts=percepts)
            sheets[way], decided[way] = sheet, list(self._write(sheet, said, written))
        if not decided[first]:
            return {}
        places: dict[Meaning, int] = {}
        for sheet in sheets.values():
            for meaning in _meanings(sheet):
                places.setdefault(meaning, len(places))
        meant = {
            way: self._merged(self._distributions(sheet, decided[way]), sheet, places) for way, sheet in sheets.items()
        }
        return {way: change(meant[first][: len(meant[way])], meant[way]) for way in others}

    def _write(self, sheet: Sheet, said: Sequence[int], like: Sheet) -> Iterator[int]:
        """Add the tokens *said*, whose rows are those of the sheet *like*, to *sheet*, as far as it has their like; yield the positions that
        decide the reply, the first that *sheet* lacks included."""
        own = len(self.vocabulary)
        for token in said:
            decisive = token >= own and like.source_of(token - own).pointable
            decisive = decisive or (token < own and decides(self.vocabulary.names[token]))
            decisive = decisive or token == self.vocabulary.ids.get(WHOLE_NAME)
            row = _alike(like, token - own, sheet) if token >= own else None
            if decisive:
                yield len(sheet.ids)
            if token >= own and row is None:
                sheet.add([self.vocabulary["c:end"]])  # what is written here is not read any more
                return
            sheet.add([token if row is None else own + row])
            sheet.follow[-1] = -1 if row is None else sheet.next_row(row)

    @torch.no_grad()
    def _distributions(self, sheet: Sheet, decided: Sequence[int]) -> Tensor:
        """Return the distributions of the tokens of *sheet* at the positions *decided*, float [positions, vocabulary + rows]."""
        sheet.weights = [float(place in decided) for place in range(len(sheet.ids))]
        batch = collate([sheet], self.maker.states([sheet]), [""]).to(str(self.network.device))
        out = self.network(batch.ids, batch.bank(self.reader.static), batch.follow, batch.weights)
        return out.logits.float().softmax(-1).cpu()

    def _merged(self, shares: Tensor, sheet: Sheet, places: Mapping[Meaning, int]) -> Tensor:
        """Return *shares* [positions, vocabulary + rows] with those of rows of one meaning added up: [positions, vocabulary + meanings], each
        where *places* tells."""
        own = len(self.vocabulary)
        at = torch.tensor([places[meaning] for meaning in _meanings(sheet)], dtype=torch.long)
        merged = shares.new_zeros(len(shares), len(places))
        merged.index_add_(1, at, shares[:, own:])
        return torch.cat([shares[:, :own], merged], 1)


def change(one: Tensor, other: Tensor) -> Change:
    """Return how far distributions float [positions, outcomes] are apart."""
    middle = (one + other) / 2

    def beyond(part: Tensor) -> Tensor:
        return torch.where(part > 0, part * (part / middle.clamp(min=1e-30)).log2(), 0.0).sum(1)

    bits = ((beyond(one) + beyond(other)) / 2).clamp(0, 1)
    return Change(float((one - other).abs().sum(1).mean() / 2), float(bits.mean()), len(one))


def _meanings(sheet: Sheet) -> Iterator[Meaning]:
    """Yield what each row of *sheet* means."""
    pieces = 0
    for source in sheet.sources:
        for n in range(source.rows):
            if source.percept is None:
                yield "text", "", pieces
                pieces += 1
            else:
                yield "thing", f"{source.of} {source.percept.names[n] if source.pointable else ''}", 0


def _alike(like: Sheet, row: int, sheet: Sheet) -> int | None:
    """Return the row of *sheet* that means what *row* of *like* does: of several things of a name the one of the same rank, where
    both have as many of them; None where there is none."""
    wanted = list(_meanings(like))
    there = [n for n, meaning in enumerate(wanted) if meaning == wanted[row]]
    here = [n for n, meaning in enumerate(_meanings(sheet)) if meaning == wanted[row]]
    return here[there.index(row)] if len(here) == len(there) else None
