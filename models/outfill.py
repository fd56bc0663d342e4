"""Going on with a picture beyond its edges by patches of what lies along them: textures and lines go on, new things never come.

One side after another is filled from a band of the picture along that edge, so that nothing is copied from its middle. Above and below
the band takes in what was just made at the sides, and with it the corners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.expert import Report, Share
from models.margins import Margins
from models.patchfill import fill

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

BAND = 1.0
"""Breadth of the band that a side is filled from, as a share of what is added there."""
LEVEL = 12_000.0
"""How dear it is at the sides to take a patch from another row (:func:`models.patchfill.fill`): horizons and shores go straight on. Above and
below nothing is: there it would bring back what stands over the edge."""
LEAST = 24
"""Its least breadth, px."""


def outfilled(pixels: Pixels, margins: Margins, seed: int, report: Report) -> tuple[Pixels, bool]:
    """Return *pixels* uint8 [h, w, 3 or 4] with what *margins* add, transparency continued like the colours, and whether something was
    filled on a smaller copy because it was too large. What was there is the same, bit for bit. The same input and seed give the same
    result; *report* is told how far it is. Raises ValueError where the margins are of another picture."""
    if pixels.shape[:2] != (margins.height, margins.width):
        raise ValueError(f"margins of {margins.width} x {margins.height} px do not fit a picture {pixels.shape}")
    sides = [(name, px) for name, px in (("right", margins.right), ("left", margins.left), ("bottom", margins.bottom), ("top", margins.top)) if px]  # fmt: skip
    sizes = [px * (margins.height if name in ("left", "right") else margins.wide) for name, px in sides]
    out, less = pixels, False
    for number, (name, px) in enumerate(sides):
        low, high = (sum(sizes[:number]) / sum(sizes), sum(sizes[: number + 1]) / sum(sizes))
        level = LEVEL if name in ("left", "right") else 0.0
        turned, reduced = _further(_turned(out, name), px, seed, level, Share(report, low, high))
        out, less = _turned(turned, name), less or reduced
    x0, y0, x1, y1 = margins.kept
    made = np.ascontiguousarray(out)
    made[y0:y1, x0:x1] = pixels
    return made, less


def _turned(pixels: Pixels, side: str) -> Pixels:
    """Return *pixels* turned so that *side* lies to the right; done twice, they are as before."""
    if side == "left":
        return pixels[:, ::-1]
    if side == "bottom":
        return pixels.transpose(1, 0, 2)
    return pixels[::-1, ::-1].transpose(1, 0, 2) if side == "top" else pixels


def _further(pixels: Pixels, px: int, seed: int, level: float, report: Report) -> tuple[Pixels, bool]:
    """Return *pixels* with *px* columns more to the right, and whether they were filled on a smaller copy."""
    high, wide = pixels.shape[:2]
    band = min(wide, max(LEAST, round(BAND * px)))
    part = np.pad(pixels[:, wide - band :], ((0, 0), (0, px), (0, 0)), mode="edge")
    hole = np.zeros((high, band + px), np.bool_)
    hole[:, band:] = True
    filled, how = fill(part, hole, seed, report, level=level)
    return np.concatenate([pixels, filled[:, band:]], axis=1), "reduced" in how
