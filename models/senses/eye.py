"""One look at pictures by both image encoders: maps of a coarse grid, and what the tower saw in each patch.

The low-resolution encoder is a stock vision transformer, read through ``AutoModel``: it sees the whole frame brought to its own
square. The high-resolution one is the vision tower, which keeps the frame's shape. Both maps are laid on one grid of fractions of
the frame, so that a cell of either shows the same part of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from models.vision.dense import Seen, prepared, seen_in
from models.vision.tower import VisionTower

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = 5
"""Cells across and down that a picture is read in."""


@dataclass(frozen=True)
class Look:
    """What the encoders saw of one picture. *low* float [low width, GRID, GRID] and *high* float [neck, GRID, GRID]; *stages* of the
    tower, float [1, c, h, w] each; *phrases* float [1, phrase, h, w] and *sure* float [1, 1, h, w] of its patches; *seen*: the
    same, as :mod:`models.vision.dense` reads it."""

    low: Tensor
    high: Tensor
    stages: tuple[Tensor, ...]
    phrases: Tensor
    sure: Tensor
    seen: Seen

    @property
    def grid(self) -> Tensor:
        """Both maps, the low-resolution one first: float [low width + neck, GRID, GRID]."""
        return torch.cat([self.low, self.high])


def low_pixels(frames: Sequence[NDArray[np.uint8]], side: int) -> Tensor:
    """Return pictures uint8 [h, w, 3], of any sizes, as the low-resolution encoder takes them: float [b, 3, side, side], -1..1."""
    made = []
    for frame in frames:
        small = frame.shape[0] * frame.shape[1] >= side * side
        flat = np.ascontiguousarray(frame[..., :3])
        made.append(cv2.resize(flat, (side, side), interpolation=cv2.INTER_AREA if small else cv2.INTER_LINEAR))
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).float() / 127.5 - 1


def low_maps(encoder: Any, pixels: Tensor) -> Tensor:
    """Return the last map of *encoder*, float [b, width, g, g], for *pixels* float [b, 3, side, side].

    *encoder* is a vision transformer of transformers, with or without a class token. Raises ValueError when its tokens make no
    square.
    """
    tokens = encoder(pixel_values=pixels).last_hidden_state
    side = encoder.config.image_size // encoder.config.patch_size
    extra = tokens.shape[1] - side * side
    if extra not in (0, 1):
        raise ValueError(f"{tokens.shape[1]} tokens do not make a map of {side} x {side} cells")
    maps: Tensor = tokens[:, extra:].transpose(1, 2).unflatten(2, (side, side))
    return maps


@torch.no_grad()
def looks(tower: VisionTower, encoder: Any, frames: Sequence[NDArray[np.uint8]], at_once: int = 8) -> list[Look]:
    """Return a look at each of *frames*, uint8 [h, w, 3 or more]; all of one size. Raises ValueError when they are not."""
    if len({frame.shape[:2] for frame in frames}) > 1:
        raise ValueError("frames that are looked at together must be of one size")
    found: list[Look] = []
    for start in range(0, len(frames), at_once):
        part = frames[start : start + at_once]
        out = tower(torch.cat([prepared(frame, tower.config.area) for frame in part]).to(tower.device))
        low = low_maps(encoder, low_pixels(part, encoder.config.image_size).to(encoder.device)).float()
        if low.shape[-1] != GRID:
            low = adaptive_avg_pool2d(low, GRID)
        high = adaptive_avg_pool2d(out.features.float(), GRID)
        sure = out.objectness.float().sigmoid()[:, None]
        for n in range(len(part)):
            stages = tuple(stage[n : n + 1].float() for stage in out.stages)
            seen = seen_in(out, n, float(tower.config.contrast))
            found.append(Look(low[n], high[n], stages, out.phrases[n : n + 1], sure[n : n + 1], seen))
    return found
