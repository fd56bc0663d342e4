"""Between a picture of any size and the size that a pipeline works at: fitting, cutting out a place, and pasting back.

The promise of every change in a place stands here: outside of the declared band round the place each pixel is the input's, bit for
bit, at the input's full size, whatever size the model worked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.margins import Margins
from models.masks import box_of
from models.reach import blended, counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

ROUND = 0.35
"""How much of its own size is shown round a place that a model fills, so that it sees where it is."""


def worked(width: int, height: int, area: int, multiple: int) -> tuple[int, int]:
    """Return the width and height, multiples of *multiple*, of about *area* pixels in the shape of *width* x *height*; a shape of
    more than 4 to 1 is taken as just that. Raises ValueError for sizes below 1."""
    if min(width, height, area, multiple) < 1:
        raise ValueError(f"{width} x {height} pixels cannot be brought to {area} in steps of {multiple}")
    shape = min(4.0, max(0.25, width / height))
    across = (area * shape) ** 0.5
    wide, high = (max(multiple, round(side / multiple) * multiple) for side in (across, across / shape))
    return wide, high


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return *pixels* uint8 [h, w, c] at another size, averaged where it is smaller."""
    import cv2

    if pixels.shape[1::-1] == (width, height):
        return pixels
    less = width * height < pixels.shape[0] * pixels.shape[1]
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if less else cv2.INTER_CUBIC))


def plain(pixels: Pixels) -> Pixels:
    """Return *pixels* uint8 [h, w, 3 or 4] as RGB, what is transparent on white: pipelines take four channels for latents."""
    if pixels.shape[2] == 3:
        return pixels
    share = pixels[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(pixels[..., :3] * share + 255 * (1 - share)), np.uint8)


@dataclass(frozen=True)
class Window:
    """The part of a picture that a model is shown: from (*left*, *top*), *width* x *height* pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.left + self.width)


def enlarged(pixels: Pixels, room: Margins) -> tuple[Pixels, Mask]:
    """Return *pixels* uint8 [h, w, 3 or 4] with the *room* round it filled with its edge and opaque, and bool of the new size, true where
    that is new. Raises ValueError where the margins are of another picture."""
    if pixels.shape[:2] != (room.height, room.width):
        raise ValueError(f"margins of {room.width} x {room.height} px do not fit a picture {pixels.shape}")
    rows, columns = (room.top, room.bottom), (room.left, room.right)
    new = np.pad(np.zeros(pixels.shape[:2], np.bool_), (rows, columns), constant_values=True)
    out = np.pad(pixels, (rows, columns, (0, 0)), mode="edge")
    if pixels.shape[2] == 4:
        out[new, 3] = 255
    return out, new


def window_round(mask: Mask) -> Window:
    """Return the window round the place *mask* bool [h, w] with what is near it, square as far as the picture goes. Raises
    ValueError for a mask of nothing."""
    found = box_of(mask)
    if found is None:
        raise ValueError("nothing is marked")
    height, width = mask.shape
    x0, y0, x1, y1 = found
    side = max(x1 - x0, y1 - y0) * (1 + 2 * ROUND)
    wide, high = (max(1, min(round(max(side, own)), most)) for own, most in ((x1 - x0, width), (y1 - y0, height)))
    left = min(max(0, round((x0 + x1 - wide) / 2)), width - wide)
    top = min(max(0, round((y0 + y1 - high) / 2)), height - high)
    return Window(left, top, wide, high)


@dataclass(frozen=True)
class Pasted:
    """A picture with a new place: *pixels*; the *band_px* within which the new fades into the old outside of the place; how many
    pixels differ from the input inside place and band, and outside of them (0)."""

    pixels: Pixels
    band_px: int
    changed_inside: int
    changed_outside: int

    def facts(self) -> dict[str, Any]:
        """Return what is told with the result."""
        return {"band_px": self.band_px, "changed_inside": self.changed_inside, "changed_outside": self.changed_outside}


def pasted(before: Pixels, made: Pixels, mask: Mask, window: Window) -> Pasted:
    """Return *before* uint8 [h, w, 3 or 4] with *made* uint8 [window, 3] in its place *mask* bool [h, w], fading out over the band round
    it (:mod:`models.reach`). Transparency is the input's. Raises ValueError when sizes do not fit."""
    if before.shape[:2] != mask.shape or made.shape[:2] != (window.height, window.width):
        raise ValueError(
            f"a picture {before.shape}, a place {mask.shape} and a window {made.shape} do not fit together"
        )
    whole = before[..., :3].copy()
    whole[window.rows, window.columns] = made
    out = blended(before, whole, mask)
    return Pasted(out, **counted(before, out, mask))
