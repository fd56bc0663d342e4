"""Object tokens: one embedding for each box of a detector and for each region that a person marked.

As in MG-LLaVA (Zhao et al. 2024, arXiv 2406.17770, and its code, ``align_box``): all stages of the high-resolution encoder,
enlarged to the finest and concatenated, are read by RoIAlign in 56 x 56 bins, whose mean goes through two linear layers to the
decoder's width. There the tokens stand behind those of the picture; names and places of the boxes are not told. Regions that a
person marked are read by the same layers: MG-LLaVA knows detectors' boxes only.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.vision.regions import BINS, box_weights, pool


class ObjectTokens(nn.Module):
    """From stages of *channels* to tokens of *width*; *bins* and *ratio* as in :func:`models.vision.regions.box_weights`."""

    def __init__(self, channels: Sequence[int], width: int, bins: int = BINS, ratio: int = 0) -> None:
        super().__init__()
        self.channels, self.bins, self.ratio = tuple(channels), bins, ratio
        self.project = nn.Sequential(nn.Linear(sum(channels), width), nn.GELU(), nn.Linear(width, width))

    def forward(
        self, stages: Sequence[Tensor], boxes: Sequence[Tensor], marked: Sequence[Tensor] | None = None
    ) -> list[Tensor]:
        """Return the tokens of each picture, float [n + m, width]: those of its boxes, then those of what is *marked* in it.

        *stages* float [b, c, h, w], as many and of as many channels as :attr:`channels`. For each picture, *boxes* holds
        float [n, 4] (fractions; [0, 4] for none) and *marked* weights float [m, h, w] on the grid of the finest stage
        (:func:`models.vision.regions.region_weights`). Raises ValueError when they do not fit each other, or for a box outside
        the picture.
        """
        if tuple(stage.shape[1] for stage in stages) != self.channels:
            raise ValueError(f"stages of {[s.shape[1] for s in stages]} channels, where {list(self.channels)} are read")
        if marked is not None and len(marked) != len(boxes):
            raise ValueError(f"boxes for {len(boxes)} pictures, but marked places for {len(marked)}")
        height, width = (max(stage.shape[axis] for stage in stages) for axis in (2, 3))
        weights = [box_weights(rows.to(stages[0].device), height, width, self.bins, self.ratio) for rows in boxes]
        if marked is not None:
            weights = [torch.cat([own, more.to(own)]) for own, more in zip(weights, marked, strict=True)]
        tokens = self.project(pool(stages, weights))
        return list(tokens.split([len(rows) for rows in weights]))
