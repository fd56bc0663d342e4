"""Water that moves: a picture read a little aside, in waves that run through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rolled(
    pixels: NDArray[np.float32],
    xs: NDArray[np.float32],
    ys: NDArray[np.float32],
    size: NDArray[np.float32],
    phase: NDArray[np.float32],
    time: float,
) -> NDArray[np.float32]:
    """Return *pixels* float32 [h, w, 3] at the places *xs*, *ys* (px, float32 [n, m]) as waves have moved them at *time* s.

    *size* is how far, px, and *phase* which part of the wave it is, radians, both like *xs*; the second wave runs askew, so that
    no two crests are alike.
    """
    import cv2

    askew = xs * np.float32(7.5 / pixels.shape[1])
    shift_x = size * np.sin(phase - np.float32(2.3 * time)) * np.float32(1.35)
    shift_y = size * np.sin(phase * np.float32(0.65) - np.float32(1.8 * time) + askew) * np.float32(0.85)
    moved = cv2.remap(pixels, xs + shift_x, ys + shift_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.float32)
