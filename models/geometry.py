"""Cropping, turning and mirroring pixels: uint8 [h, w, 3 or 4] in, a picture of another shape out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def crop(pixels: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Return the part within *box* (x0, y0, x1, y1 px, ends exclusive)."""
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(pixels[y0:y1, x0:x1])


def even(box: tuple[int, int, int, int], width: int, height: int) -> tuple[int, int, int, int]:
    """Return *box* widened by at most 1 px a side to even sides, as video needs, within a frame of width x height."""
    sides = []
    for low, high, end in ((box[0], box[2], width), (box[1], box[3], height)):
        if (high - low) % 2:
            low, high = (low, high + 1) if high < end else (max(0, low - 1), high)
        sides.append((low, high))
    return sides[0][0], sides[1][0], sides[0][1], sides[1][1]


def flip(pixels: NDArray[np.uint8], axis: str) -> NDArray[np.uint8]:
    """Return *pixels* mirrored left-right (axis horizontal) or top-bottom (vertical)."""
    return np.ascontiguousarray(pixels[:, ::-1] if axis == "horizontal" else pixels[::-1])


def rotate(pixels: NDArray[np.uint8], degrees: float, *, clear: bool) -> NDArray[np.uint8]:
    """Return *pixels* turned clockwise; quarter turns are exact, others grow the frame so that nothing is cut off.

    The new corners are transparent with *clear* (the result is then RGBA), else black.
    """
    import cv2

    quarters = round(degrees / 90)
    if abs(degrees - 90 * quarters) < 1e-6:
        return np.ascontiguousarray(np.rot90(pixels, -quarters % 4))
    height, width = pixels.shape[:2]
    angle = math.radians(degrees)
    wide = math.ceil(width * abs(math.cos(angle)) + height * abs(math.sin(angle)) - 1e-6)
    high = math.ceil(width * abs(math.sin(angle)) + height * abs(math.cos(angle)) - 1e-6)
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    values = pixels.astype(np.float32)
    alpha = values[..., 3:] if pixels.shape[2] == 4 else np.full((height, width, 1), 255, np.float32)
    # Colours travel weighted by their alpha, or transparent pixels would bleed into the new edge.
    layers = np.dstack([values[..., :3] * alpha / 255, alpha])
    layers = np.asarray(cv2.warpAffine(layers, turn, (wide, high), flags=cv2.INTER_LINEAR), np.float32)
    if not clear:
        return np.asarray(np.clip(np.rint(layers[..., :3]), 0, 255), np.uint8)
    solid = np.maximum(layers[..., 3:], 1e-3) / 255
    rgb = np.where(layers[..., 3:] >= 0.5, layers[..., :3] / solid, 0)
    return np.asarray(np.clip(np.rint(np.dstack([rgb, layers[..., 3]])), 0, 255), np.uint8)
