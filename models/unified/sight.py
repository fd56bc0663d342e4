"""How rows of percepts enter the unified model: projectors from the encoders' features into the sentence encoder's space.

A picture's cells pass the Conv-Gate fusion of MG-LLaVA (models.vision.fusion); things, marked regions, tracks and sounds carry a
vector of the sentence encoder's space already, to which what else is known of them is added; so before any training a thing
reads like the words that it is nearest to. Where and when something is enters as waves of its box and its seconds.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.percepts import MARKED, MOMENT, PATCH, PLACE, SETTING, SOUND, THING, TRACK
from models.unified.begun import Begun
from models.vision.frames import time_waves
from models.vision.fusion import ConvGate

GRID = 5
"""Cells of a picture in each direction."""
BOX_WAVES, TIME_WAVES = 4, 16
"""Waves, in sine and cosine, that tell each side of a box; numbers that tell each of the two times."""
LOUD = 4.0
"""How much louder than by a projection of random weights a place is told: that would come with 0.2 to inputs of a size near 1.5."""


def _project(before: int, after: int, still: bool = False) -> nn.Sequential:
    """Return a projection; one that begins *still* gives zeros at first, so that what it is added to is itself."""
    last = Begun(after, after) if still else nn.Linear(after, after)
    return nn.Sequential(nn.Linear(before, after), nn.GELU(), last)


class Senses(nn.Module):
    """Projects percepts into vectors of *read* numbers, and places into vectors of the decoder's *width*."""

    def __init__(self, widths: dict[str, int], read: int, width: int) -> None:
        super().__init__()
        self.widths = dict(widths)
        self.fuse = ConvGate(widths["low"], widths["high"])
        self.patch = _project(widths["low"], read)
        self.moment = _project(widths["moment"], read)
        self.thing = _project(widths["thing"], read, still=True)
        self.sound = _project(widths["sound"], read, still=True)
        self.place = nn.Linear(8 * (1 + 2 * BOX_WAVES) + 2 * TIME_WAVES, width)

    def forward(self, features: Tensor, kind: Tensor) -> Tensor:
        """Return float [b, s, read] for rows of *kind* long [b, s] and *features* float [b, s, widest], padded with zeros; zeros
        for written rows. A picture's GRID * GRID cells follow each other. Raises ValueError when cells are missing."""
        out = features.new_zeros(*kind.shape, self.patch[-1].out_features)
        phrase = self.widths["phrase"]
        for kinds, layer, width in (
            ((THING, MARKED, TRACK), self.thing, self.widths["thing"]),
            ((SOUND,), self.sound, self.widths["sound"]),
        ):
            at = sum(kind == one for one in kinds).bool()
            if at.any():
                rows = features[at][:, :width]
                # the encoders' phrases are of unit length; the states of words are told apart by their directions too
                own = functional.layer_norm(rows[:, :phrase], (phrase,))
                out[at] = (own + layer(torch.cat([own, rows[:, phrase:]], -1))).to(out.dtype)
        if (at := kind == SETTING).any():
            out[at] = functional.layer_norm(features[at][:, :phrase], (phrase,)).to(out.dtype)
        if (at := kind == MOMENT).any():
            out[at] = self.moment(features[at][:, : self.widths["moment"]]).to(out.dtype)
        if (at := kind == PATCH).any():
            rows = features[at]
            if len(rows) % GRID**2:
                raise ValueError(f"{len(rows)} cells do not make whole pictures of {GRID} x {GRID}")
            maps = rows[:, : self.widths["low"] + self.widths["high"]].view(
                -1, GRID, GRID, self.widths["low"] + self.widths["high"]
            )
            low, high = maps.permute(0, 3, 1, 2).split([self.widths["low"], self.widths["high"]], 1)
            fused = self.fuse(low.contiguous(), high.contiguous())
            out[at] = self.patch(fused.permute(0, 2, 3, 1).reshape(len(rows), -1)).to(out.dtype)
        return out

    def where(self, places: Tensor) -> Tensor:
        """Return float [b, s, width] for *places* float [b, s, PLACE] (models.percepts)."""
        box, times = places[..., :8], places[..., 8:PLACE]
        turns = box[..., None] * 2.0 ** torch.arange(BOX_WAVES, device=box.device) * torch.pi
        waves = torch.cat([box, turns.sin().flatten(-2), turns.cos().flatten(-2)], -1)
        told = torch.cat([waves, time_waves(times, TIME_WAVES).flatten(-2)], -1)
        return LOUD * self.place(told.to(self.place.weight.dtype))
