"""What a word makes one notice: which of the things perceived so far it means, where that is, and how well it fits.

The sentence encoder's states of words and the vectors that things are perceived as lie in one space. Their likeness alone tells which thing
is asked about in most requests, before any training (docs/decisions/0012). So it is given to the decoder rather than left to be discovered
by it: every word enters with what it means of what is there, and a reply that looks back at a word can point on at its thing. A whole text
enters with how well the best of its words fits anything, which tells whether there is such a thing at all; and each thing is pointed at the
more readily the better any word of the newest text fits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.unified.begun import Begun
from models.unified.relating import Related, Relating, related
from models.unified.sheet import WHOLE, WORDS

if TYPE_CHECKING:
    from models.unified.network import Bank

MEASURES = 3
"""What a word is told of how well things fit it: the best likeness, the mean one by its own weights, and how many fit."""

CALL = 6.0
"""How much the pointer's score of a thing grows, to begin with, from a word that is not like it to one that is the same."""
SHARP, EDGE, LINE = 3.0, 0.3, 0.25
"""What is trained from: the logarithm of what likenesses are multiplied by, the likeness from which a thing fits, and the one from which
anything that is asked for is there."""
HIT, THERE = 0.3, 0.6
"""How loud it is, to begin with, that a word, or any word of a text, means something that is there, beside inputs of a size near 1.5. By random
weights of 0.02 it would be told in a thirtieth of that."""


@dataclass(frozen=True)
class Noticed:
    """*meant* float [B, S, S]: which thing (second S) each word (first S) means, in shares that add up to 1, or zeros; *inputs* float
    [B, S, width]: what is added to each row where it enters the decoder; *named* float [B, T, S]: how well the best word of each text
    fits each thing before it, -1..1, 0 for other rows; *texts* long [B, S]: the number of the text that a row is of, or -1; *related*:
    how things stand to each other, and to what each text names."""

    meant: Tensor
    inputs: Tensor
    named: Tensor
    texts: Tensor
    related: Related

    def of(self, rows: slice | list[int]) -> Tensor:
        """Return the inputs of *rows*, float [B, n, width]."""
        return self.inputs[:, rows]

    def upto(self, rows: int) -> Noticed:
        """Return what was noticed of the first *rows* by each other."""
        return Noticed(
            self.meant[:, :rows, :rows],
            self.inputs[:, :rows],
            self.named[:, :, :rows],
            self.texts[:, :rows],
            self.related.upto(rows),
        )

    def newest(self, words: Tensor, batch: Tensor | None = None) -> Tensor:
        """Return the number of the last text, -1 for none, among the rows *words* of each position: long [B, L] for bool [B, L, S], or long
        [N] for bool [N, S] of N positions in the conversations *batch* long [N]."""
        if not words.shape[-1]:
            return torch.full(words.shape[:-1], -1, dtype=torch.long, device=words.device)
        texts = self.texts.unsqueeze(1) if batch is None else self.texts[batch]
        return texts.masked_fill(~words, -1).amax(-1)


class Noticing(nn.Module):
    """Compares words with things in the sentence encoder's space of *read* numbers; tells a decoder of *width* with *words* tokens of its
    own, and its pointer of *point* numbers."""

    def __init__(self, read: int, width: int, point: int, words: int) -> None:
        super().__init__()
        self.likeness = nn.Linear(read, read, bias=False)
        self.sharp = nn.Parameter(torch.tensor(SHARP))
        self.edge = nn.Parameter(torch.tensor(EDGE))
        self.line = nn.Parameter(torch.tensor(LINE))
        self.what = nn.Linear(read, width)
        self.where = nn.Linear(width, width, bias=False)
        self.fit = nn.Linear(MEASURES, width)
        self.back = nn.Linear(width, point)
        self.trust = nn.Linear(width, 1)
        self.hit = Begun(1, width, bias=False, spread=HIT)
        self.found = nn.Linear(2, width)
        self.there = Begun(1, width, bias=False, spread=THERE)
        self.call = nn.Linear(width, 1)
        self.relating = Relating(width, words)

    def reset(self) -> None:
        """Set what is alike to what the encoder finds alike, and a little trust in it."""
        nn.init.eye_(self.likeness.weight)
        nn.init.zeros_(self.trust.weight)
        nn.init.constant_(self.trust.bias, 2.0)
        nn.init.zeros_(self.call.weight)
        nn.init.constant_(self.call.bias, CALL)
        nn.init.constant_(self.sharp, SHARP)
        nn.init.constant_(self.edge, EDGE)
        nn.init.constant_(self.line, LINE)

    def forward(self, bank: Bank, context: Tensor, places: Tensor) -> Noticed:
        """Return what each word of *bank* makes one notice among the things that stand before it. *context* float [B, S, read] as the
        network normalises it, *places* float [B, S, width] of all rows. Rows that are no words, or before which there is no
        thing, get zeros."""
        thing = bank.offered & ~bank.words
        able = thing.unsqueeze(1) & bank.words.unsqueeze(2) & (bank.where.unsqueeze(1) < bank.where.unsqueeze(2))
        some = able.any(-1, keepdim=True)
        asked, there = (functional.normalize(one.float(), dim=-1, eps=1.0) for one in (self.likeness(context), context))
        # rows are of a length near sqrt(read); those that fill up a batch, and empty texts, are 0, which must have a gradient
        alike = asked @ there.transpose(1, 2)
        scale = self.sharp.exp()
        meant = (alike * scale).masked_fill(~able, -1e4).softmax(-1) * some
        best = alike.masked_fill(~able, -1.0).amax(-1)
        fitting = (torch.sigmoid(scale * (alike - self.edge)) * able).sum(-1)
        measures = torch.stack([best, (meant * alike).sum(-1), fitting], -1)
        shares = meant.to(context.dtype)
        told = shares @ self.what(context) + shares @ self.where(places) + self.fit(measures.to(context.dtype))
        told = told + self.hit(self._over(best, scale).to(context.dtype))
        named, texts = self._named(bank, alike.masked_fill(~able, -1.0))
        whole = self._whole(bank, named, texts, scale)
        assert bank.places is not None
        held = related(
            bank.kind, bank.where, bank.places, there @ there.transpose(1, 2), named,
            self._over(named.amax(-1), scale).squeeze(-1), scale,
        )  # fmt: skip
        inputs = told * some + whole.to(told.dtype) + self.relating.inputs(held).to(told.dtype)
        return Noticed(meant, inputs, named.clamp(min=0), texts, held)

    def _over(self, best: Tensor, scale: Tensor) -> Tensor:
        """Return how surely the *best* likeness, float [...], is one of something that is there, float [..., 1]: 0.5 at the line, and near 0
        or 1 from some 0.15 off it."""
        return torch.sigmoid(scale * (best - self.line)).unsqueeze(-1)

    @staticmethod
    def _named(bank: Bank, alike: Tensor) -> tuple[Tensor, Tensor]:
        """Return the best likeness of the words of each text to each row, float [B, T, S], -1 where there is none, and the number of the
        text of each row, long [B, S], -1 for rows of none."""
        typed = bank.words & ((bank.kind == WORDS) | (bank.kind == WHOLE))
        begins = bank.starts & (bank.kind == WORDS)
        texts = torch.where(typed, begins.long().cumsum(1) - 1, -1)
        many = max(1, int(texts.max()) + 1) if texts.numel() else 1
        own = torch.where((bank.kind == WORDS) & (texts >= 0), texts, many)
        index = own.unsqueeze(-1).expand_as(alike)
        named = alike.new_full((alike.shape[0], many + 1, alike.shape[2]), -1.0)
        return named.scatter_reduce(1, index, alike, "amax")[:, :many], texts

    def _whole(self, bank: Bank, named: Tensor, texts: Tensor, scale: Tensor) -> Tensor:
        """Return what is added to the row of a whole text, float [B, S, width], 0 for other rows: whether any of its words means something
        that is there, the best likeness of any of them to anything, and how many things are fit by any."""
        best = named.amax(-1)
        fitting = (torch.sigmoid(scale * (named - self.edge)) * (named > -1)).sum(-1)
        own = self.found.weight.dtype
        told = self.found(torch.stack([best, fitting], -1).to(own)) + self.there(self._over(best, scale).to(own))
        told = told * (best > -1).unsqueeze(-1)
        each = told.gather(1, texts.clamp(min=0).unsqueeze(-1).expand(-1, -1, told.shape[-1]))
        return each * (bank.kind == WHOLE).unsqueeze(-1)

    def onward(self, hidden: Tensor, offers: Tensor, noticed: Noticed, words: Tensor) -> Tensor:
        """Return what is added to the pointer's scores, float [B, L, S]: each position of *hidden* [B, L, width] looks back at *words*
        bool [B, L, S] by their *offers* [B, S, point], and trusts in what these mean of what was *noticed*; and it heeds what the newest
        text before it names."""
        if not words.shape[-1]:  # nothing stands there yet to look back at
            return hidden.new_zeros(*words.shape, dtype=torch.float32).expand(*hidden.shape[:2], 0)
        meant = noticed.meant
        looks = torch.bmm(self.back(hidden), offers.transpose(1, 2)).float() * offers.shape[-1] ** -0.5
        looks = looks.masked_fill(~words, -1e4).softmax(-1) * words.any(-1, keepdim=True)
        newest = noticed.newest(words)
        called = noticed.named.float().gather(
            1, newest.clamp(min=0).unsqueeze(-1).expand(-1, -1, noticed.named.shape[2])
        )
        called = called * (newest >= 0).unsqueeze(-1)
        scores = torch.bmm(looks, meant.float()) * self.trust(hidden).float() + called * self.call(hidden).float()
        return scores + self.relating.points(hidden, noticed.related, newest)
