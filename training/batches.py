"""Dialogues as batches of tensors: written as sheets, read by the frozen sentence encoder, grouped by length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice

import torch
from models.percepts import PLACE
from models.reader import Reader
from models.unified.bank import rows
from models.unified.network import Bank
from models.unified.prompt import Scribe
from models.unified.sheet import Sheet
from models.unified.vocabulary import Vocabulary, split_words
from models.values import Message, Text
from torch import Tensor

from training.dialogues import Example
from training.stages.pixels import PixelBank, Pixels, pixels_of

LONGEST = 448
"""Positions of a training conversation; older turns are left out as in use."""


@dataclass
class Batch:
    """*ids*, *follow* long [B, L]; *weights* float [B, L]; *context* half [B, S, width]; *pieces* long [B, S] (the
    encoder's ids, for the static vectors); *kind*, *where* long [B, S]; *starts* bool [B, S]; *features* half [B, S, widest] and
    *places* float [B, S, PLACE] of what is perceived, widest 0 where nothing is; *groups* a name per row; *pixels* what is true of the
    things that are pointed at, where that is known."""

    ids: Tensor
    follow: Tensor
    weights: Tensor
    context: Tensor
    pieces: Tensor
    kind: Tensor
    where: Tensor
    starts: Tensor
    features: Tensor
    places: Tensor
    groups: list[str]
    pixels: Pixels | None = None

    def bank(self, static: Tensor) -> Bank:
        """Return the bank, its static vectors looked up in *static* [encoder vocabulary, width]."""
        seen = (self.features.float(), self.places) if self.features.shape[-1] else (None, None)
        return Bank(self.context.float(), static[self.pieces].float(), self.kind, self.where, self.starts, *seen)

    def to(self, device: str) -> Batch:
        moved = {f.name: getattr(self, f.name).to(device) for f in fields(self) if f.name not in ("groups", "pixels")}
        return Batch(**moved, groups=self.groups, pixels=self.pixels.to(device) if self.pixels else None)


def count_words(conversations: Iterable[Sequence[Message]]) -> Counter[str]:
    """Count the words of replies that the person did not say before (those are copied, not spelled)."""
    counts: Counter[str] = Counter()
    for messages in conversations:
        said = ""
        for message in messages:
            if message.role == "user":
                said += " " + message.text.lower()
                continue
            for part in message.parts:
                if isinstance(part, Text):
                    counts.update(word for word in split_words(part.text) if word.strip().lower() not in said)
    return counts


def build_vocabulary(
    conversations: Iterable[Sequence[Message]],
    topics: Iterable[str] = (),
    names: Sequence[str] = (),
    least: int = 4,
    most: int = 2400,
) -> Vocabulary:
    """Return the vocabulary for replies such as those of *conversations*, with words that occur at least *least* times, for
    *topics*, and with every word of *names*, known things that calls may hold without the person having said them."""
    counts = count_words(conversations)
    kept = [word for word, count in counts.most_common(most) if count >= least and not re.fullmatch(r"\s?\d+", word)]
    own = {word for name in names for word in (*split_words(name), *split_words(f" {name}")) if word.strip()}
    return Vocabulary.build(sorted({*kept, *own}), topics, names)


def collate(sheets: Sequence[Sheet], states: dict[tuple[int, ...], Tensor], groups: list[str]) -> Batch:
    """Pad *sheets* to one batch."""
    width = next(iter(states.values())).shape[-1]
    banks = [rows(sheet, states, width) for sheet in sheets]
    widest = max((bank.features.shape[1] for bank in banks if bank.features is not None), default=0)
    size, length = len(sheets), max(len(sheet.ids) for sheet in sheets)
    most = max(1, *(len(bank) for bank in banks))
    batch = Batch(
        torch.zeros(size, length, dtype=torch.long), torch.full((size, length), -1), torch.zeros(size, length),
        torch.zeros(size, most, width, dtype=torch.float16), torch.zeros(size, most, dtype=torch.long),
        torch.full((size, most), -1), torch.zeros(size, most, dtype=torch.long), torch.zeros(size, most, dtype=torch.bool),
        torch.zeros(size, most, widest, dtype=torch.float16), torch.zeros(size, most if widest else 0, PLACE), groups,
    )  # fmt: skip
    for index, (sheet, bank) in enumerate(zip(sheets, banks, strict=True)):
        end, last = len(sheet.ids), len(bank)
        batch.ids[index, :end] = torch.tensor(sheet.ids)
        batch.follow[index, :end] = torch.tensor(sheet.follow)
        batch.weights[index, :end] = torch.tensor(sheet.weights)
        batch.context[index, :last] = bank.context.half()
        batch.pieces[index, :last] = bank.pieces
        batch.kind[index, :last] = bank.kind
        batch.where[index, :last] = torch.tensor(sheet.where, dtype=torch.long)
        batch.starts[index, :last] = bank.starts
        if bank.features is not None and bank.places is not None:
            batch.features[index, :last, : bank.features.shape[1]] = bank.features
            batch.places[index, :last] = bank.places
    return batch


class Maker:
    """Makes batches of about *positions* positions from examples, *pool* conversations at a time."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        reader: Reader,
        positions: int = 4096,
        pool: int = 384,
        budget: int = LONGEST,
        pixels: PixelBank | None = None,
    ) -> None:
        self.scribe = Scribe(vocabulary, reader.cut)
        self.reader = reader
        self.positions = positions
        self.pool = pool
        self.budget = budget
        self.pixels = pixels

    def batches(self, dialogues: Iterable[Example], seed: int = 0) -> Iterator[Batch]:
        """Yield batches until *dialogues* end; within a pool the order of the batches is shuffled by *seed*."""
        generator = torch.Generator().manual_seed(seed)
        source = iter(dialogues)
        while drawn := list(islice(source, self.pool)):
            yield from self.made(drawn, generator)

    def made(self, drawn: Sequence[Example], generator: torch.Generator, skip: int = 0) -> Iterator[Batch]:
        """Yield the batches of one pool in an order drawn by *generator*, without the first *skip* of them."""
        sheets = [
            (
                self.scribe.write(
                    e.messages, None, self.budget, e.topic, e.given, e.told, e.chosen, percepts=e.percepts
                ),
                e.group,
            )
            for e in drawn
        ]
        sheets.sort(key=lambda pair: len(pair[0].ids))
        cuts = list(self.cuts([len(sheet.ids) for sheet, _ in sheets]))
        order = torch.randperm(len(cuts), generator=generator).tolist()[skip:]
        # all of them, also with some skipped: how texts are put together to be read shows in the last bits of their states
        states = self.states([sheet for sheet, _ in sheets])
        for index in order:
            part = sheets[slice(*cuts[index])]
            batch = collate([sheet for sheet, _ in part], states, [group for _, group in part])
            if self.pixels:
                found = pixels_of([sheet for sheet, _ in part], len(self.scribe.vocabulary), self.pixels)
                batch = replace(batch, pixels=found)
            yield batch

    def cuts(self, lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of stretches of ascending *lengths* that fit into one batch each."""
        start = 0
        for end in range(1, len(lengths) + 1):
            if end == len(lengths) or (end + 1 - start) * lengths[end] > self.positions:
                yield start, end
                start = end

    def states(self, sheets: Sequence[Sheet]) -> dict[tuple[int, ...], Tensor]:
        """Return the encoder's states of every text of *sheets*, by its pieces."""
        texts = sorted({source.ids for sheet in sheets for source in sheet.sources if not source.percept}, key=len)
        found: dict[tuple[int, ...], Tensor] = {}
        for start in range(0, len(texts), 48):
            part = texts[start : start + 48]
            found.update(zip(part, self.reader.batch(part), strict=True))
        return found
