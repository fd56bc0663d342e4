"""Soft shadows of things: on the ground at their feet, or on a wall close behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHADE = np.array([34, 30, 62], np.float32)
"""What a full shadow turns to: shade under a sky is a little blue."""


def _darken(pixels: NDArray[np.float32], x: int, y: int, cover: NDArray[np.float32]) -> None:
    """Mix the shade into *pixels* at (x, y) by *cover* [h, w], the part outside the frame cut off."""
    height, width = pixels.shape[:2]
    a, b = max(0, -x), max(0, -y)
    kept = cover[b : max(b, height - y), a : max(a, width - x)]
    if kept.size:
        part = pixels[y + b : y + b + kept.shape[0], x + a : x + a + kept.shape[1]]
        part += (SHADE - part) * kept[..., None]


def on_ground(
    pixels: NDArray[np.float32],
    cover: NDArray[np.float32],
    x: int,
    y: int,
    foot: float,
    long: float,
    side: int,
    strength: float,
) -> None:
    """Darken the ground below a thing: its outline laid flat away from the light, and closer shade where it touches.

    *cover* [h, w] is what shows of it, its top left at (*x*, *y*); *foot* the row it stands on, *long* its longer side, px.
    """
    import cv2

    high, wide = cover.shape
    flat, lean = 0.17, -0.3 * side
    soft = 0.03 * long + 0.5
    pad = int(3 * soft) + 2
    reach = int(abs(lean) * high) + 1
    left = x - pad - (reach if lean < 0 else 0)
    rise = int(flat * high) + pad
    top = int(foot) - rise
    canvas = (wide + reach + 2 * pad, rise + pad + 1)
    drop = foot - y - 0.5
    # A point *d* above the foot falls at flat * d above it, moved sideways by lean * d.
    matrix = np.array([[1.0, -lean, x - left + lean * drop], [0.0, flat, foot - top - 0.5 - flat * drop]])
    cast = cv2.GaussianBlur(cv2.warpAffine(cover, matrix, canvas, flags=cv2.INTER_LINEAR), (0, 0), soft)
    rows = np.arange(canvas[1], dtype=np.float32)[:, None] + np.float32(top + 0.5)
    fade = np.clip(1.1 - (np.float32(foot) - rows) / np.float32(max(1.0, flat * high)), 0, 1)
    shade = cast * fade * np.float32(0.7)
    base = max(0, min(high - 1, int(foot - y) - max(2, int(0.09 * long))))
    feet = cover[base:]
    if feet.max(initial=0.0) > 0.5:
        # What is near the ground touches it: those rows alone, flattened, with little blur.
        matrix[0, 1:] = 0.0, x - left
        matrix[1, 1:] = 0.45, foot - top - 0.5 - 0.45 * (foot - y - base - 0.5)
        touch = cv2.GaussianBlur(cv2.warpAffine(feet, matrix, canvas, flags=cv2.INTER_LINEAR), (0, 0), 0.4 * soft)
        shade = np.maximum(shade, touch)
        columns = np.flatnonzero(feet.max(0) > 0.5)
        middle, half = (columns[0] + columns[-1] + 1) / 2 + x - left, max(1.0, (columns[-1] - columns[0] + 1) / 2)
        us = (np.arange(canvas[0], dtype=np.float32) + np.float32(0.5 - middle)) / np.float32(half * 1.3 + 0.02 * long)
        vs = (rows - np.float32(foot - 0.01 * long)) / np.float32(max(1.5, min(0.085 * long, half * 0.5)))
        pool = np.clip(1 - us * us - vs * vs, 0, 1)
        shade = shade + (1 - shade) * pool * np.float32(0.42)
    _darken(pixels, left, top, np.minimum(shade * np.float32(strength * 1.25), 0.8).astype(np.float32))


def behind(
    pixels: NDArray[np.float32], cover: NDArray[np.float32], x: int, y: int, long: float, side: int, strength: float
) -> None:
    """Darken the wall behind a thing, a little lower and away from the light, as of a paper cut-out lying on it."""
    import cv2

    soft = 0.025 * long + 0.5
    pad = int(3 * soft) + 1
    spread = cv2.copyMakeBorder(cover, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0.0)
    blurred = cv2.GaussianBlur(spread, (0, 0), soft) * np.float32(strength * 0.9)
    _darken(pixels, x - pad - round(side * 0.02 * long), y - pad + round(0.03 * long), blurred)
