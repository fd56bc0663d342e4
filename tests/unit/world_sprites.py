"""Made-up sprites with a known shape, for tests of the composer that must not need the atlas or a font."""

from __future__ import annotations

import numpy as np

COLOURS = {"disc": (220, 60, 40), "bar": (40, 90, 200), "block": (60, 170, 80), "ghost": (240, 240, 240)}


def made_up(name: str) -> np.ndarray:
    """A disc, a bar twice as wide as high, a square block whose left half is darker, or a half-transparent ghost."""
    if name not in COLOURS:
        raise KeyError(name)
    high, wide = (64, 128) if name == "bar" else (128, 128)
    ys, xs = np.mgrid[:high, :wide].astype(np.float32) + 0.5
    sprite = np.zeros((high, wide, 4), np.uint8)
    sprite[..., :3] = COLOURS[name]
    sprite[..., 3] = 255
    if name == "disc":
        away = np.hypot(xs - 64, ys - 64)
        sprite[..., 3] = np.clip((64 - away) + 0.5, 0, 1) * 255
    if name == "block":
        sprite[:, :64, :3] //= 2
    if name == "ghost":
        sprite[..., 3] = 90
    return sprite
