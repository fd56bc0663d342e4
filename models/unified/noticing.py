"""What a word makes one notice: which of the things perceived so far it means, where that is, and how well it fits.

The sentence encoder's states of words and the vectors that things are perceived as lie in one space. Their likeness alone tells which thing
is asked about in most requests, before any training (docs/decisions/0012). So it is given to the decoder rather than left to be discovered
by it: every word enters with what it means of what is there, and a reply that looks back at a word can point on at its thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from models.unified.network import Bank

MEASURES = 3
"""What a word is told of how well things fit it: the best likeness, the mean one by its own weights, and how many fit."""

SHARP, EDGE = 3.0, 0.3
"""What is trained from: the logarithm of what likenesses are multiplied by, and the likeness from which a thing fits."""


@dataclass(frozen=True)
class Noticed:
    """*meant* float [B, S, S]: which thing (second S) each word (first S) means, in shares that add up to 1, or zeros; *inputs* float
    [B, S, width]: what is added to each row where it enters the decoder."""

    meant: Tensor
    inputs: Tensor

    def of(self, rows: slice | list[int]) -> Tensor:
        """Return the inputs of *rows*, float [B, n, width]."""
        return self.inputs[:, rows]


class Noticing(nn.Module):
    """Compares words with things in the sentence encoder's space of *read* numbers; tells a decoder of *width*, and its pointer of
    *point* numbers."""

    def __init__(self, read: int, width: int, point: int) -> None:
        super().__init__()
        self.likeness = nn.Linear(read, read, bias=False)
        self.sharp = nn.Parameter(torch.tensor(SHARP))
        self.edge = nn.Parameter(torch.tensor(EDGE))
        self.what = nn.Linear(read, width)
        self.where = nn.Linear(width, width, bias=False)
        self.fit = nn.Linear(MEASURES, width)
        self.back = nn.Linear(width, point)
        self.trust = nn.Linear(width, 1)

    def reset(self) -> None:
        """Set what is alike to what the encoder finds alike, and a little trust in it."""
        nn.init.eye_(self.likeness.weight)
        nn.init.zeros_(self.trust.weight)
        nn.init.constant_(self.trust.bias, 2.0)
        nn.init.constant_(self.sharp, SHARP)
        nn.init.constant_(self.edge, EDGE)

    def forward(self, bank: Bank, context: Tensor, places: Tensor) -> Noticed:
        """Return what each word of *bank* makes one notice among the things that stand before it. *context* float [B, S, read] as the
        network normalises it, *places* float [B, S, width] of all rows. Rows that are no words, or before which there is no
        thing, get zeros."""
        thing = bank.offered & ~bank.words
        able = thing.unsqueeze(1) & bank.words.unsqueeze(2) & (bank.where.unsqueeze(1) < bank.where.unsqueeze(2))
        some = able.any(-1, keepdim=True)
        asked, there = (functional.normalize(one.float(), dim=-1, eps=1.0) for one in (self.likeness(context), context))
        alike = asked @ there.transpose(
            1, 2
        )  # rows are of a length near sqrt(read), or blank in training: 0 must have a gradient
        scale = self.sharp.exp()
        meant = (alike * scale).masked_fill(~able, -1e4).softmax(-1) * some
        best = alike.masked_fill(~able, -1.0).amax(-1)
        fitting = (torch.sigmoid(scale * (alike - self.edge)) * able).sum(-1)
        measures = torch.stack([best, (meant * alike).sum(-1), fitting], -1)
        shares = meant.to(context.dtype)
        told = shares @ self.what(context) + shares @ self.where(places) + self.fit(measures.to(context.dtype))
        return Noticed(meant, told * some)

    def onward(self, hidden: Tensor, offers: Tensor, meant: Tensor, words: Tensor) -> Tensor:
        """Return what is added to the pointer's scores, float [B, L, S]: each position of *hidden* [B, L, width] looks back at *words*
        bool [B, L, S] by their *offers* [B, S, point], and trusts in what these mean, *meant* [B, S, S]."""
        looks = torch.bmm(self.back(hidden), offers.transpose(1, 2)).float() * offers.shape[-1] ** -0.5
        looks = looks.masked_fill(~words, -1e4).softmax(-1) * words.any(-1, keepdim=True)
        return torch.bmm(looks, meant.float()) * self.trust(hidden).float()
