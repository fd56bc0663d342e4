"""The world's composer made quick for small training pictures: sprites and backdrops are kept, and sprites are never enlarged.

Light, shadow, haze, covering and weather are the composer's own. What it does to draw outlines and colours crisply when a sprite
is larger than its bitmap is left out: at this size it cannot be seen.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import cv2
import numpy as np
from models.world import atlas
from models.world.backdrops import Painted, front, paint
from models.world.composer import Cut, finished, lay, shade, trimmed
from models.world.crisp import halved, premultiplied
from models.world.scene import Backdrop, Scene, Thing, extent
from models.world.tint import tinted
from numpy.typing import NDArray

KEPT = 2600
"""Painted backdrops that are kept."""


def draw(scene: Scene, width: int, height: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the picture of *scene*, uint8 [height, width, 3], and which thing is seen at each pixel, uint8 [height, width]: 0
    for the backdrop, k for the k-th thing. Raises KeyError for a name that the atlas does not have."""
    painted = _painted(scene.backdrop, width, height)
    pixels = painted.pixels.astype(np.float32)
    ids = np.zeros((height, width), np.uint8)
    for number, thing in enumerate(scene.things, 1):
        cut = _cut(thing, width, height)
        if min(cut.cover.shape) < 2:
            continue
        shade(thing, cut, scene, painted, pixels)
        lay(thing, cut, painted, pixels)
        high, wide = cut.cover.shape
        ids[cut.y : cut.y + high, cut.x : cut.x + wide][cut.cover > 0.5] = number
    front(scene.backdrop, pixels)
    return finished(np.clip(pixels + np.float32(0.5), 0, 255).astype(np.uint8), scene), ids


@lru_cache(maxsize=KEPT)
def _painted(backdrop: Backdrop, width: int, height: int) -> Painted:
    return paint(backdrop, width, height)


@cache
def plain(name: str) -> NDArray[np.uint8]:
    """Return a sprite of the atlas, and keep it: pages take long to decode, so names are best asked for in their order first."""
    return atlas.sprite(name)


@lru_cache(maxsize=4000)
def _sprites(name: str, tint: str) -> tuple[NDArray[np.uint8], ...]:
    """Return a sprite, premultiplied, and its halvings down to a quarter."""
    picture = tinted(plain(name), tint) if tint else plain(name)
    whole = premultiplied(picture[..., :3], picture[..., 3])
    half = halved(whole)
    return whole, half, halved(half)


def _cut(thing: Thing, width: int, height: int) -> Cut:
    """Return *thing* turned, flipped and scaled as it falls on the frame."""
    long = thing.size * min(width, height)
    levels = _sprites(thing.name, thing.tint)
    # Drawn at twice its size and reduced: the bitmap that is nearest above that.
    step = max(0, min(2, int(math.log2(max(1.0, max(levels[0].shape) / (2 * long))))))
    picture = levels[step]
    high, wide = picture.shape[:2]
    x0, y0, x1, y1 = extent(thing, wide / high, width, height)
    left, top = math.floor(x0 * width) - 1, math.floor(y0 * height) - 1
    across, down = math.ceil(x1 * width) + 1 - left, math.ceil(y1 * height) + 1 - top
    turn, scale = math.radians(thing.rotation), 2 * long / max(high, wide)
    cosine, sine = math.cos(turn) * scale, math.sin(turn) * scale
    flip = -1.0 if thing.flip else 1.0
    matrix = np.array([[cosine * flip, -sine, 0.0], [sine * flip, cosine, 0.0]])
    middle = np.array([(thing.x * width - left) * 2 - 0.5, (thing.y * height - top) * 2 - 0.5])
    matrix[:, 2] = middle - matrix[:, :2] @ np.array([(wide - 1) / 2, (high - 1) / 2])
    patch = cv2.warpAffine(picture, matrix, (across * 2, down * 2), flags=cv2.INTER_LINEAR)
    patch = cv2.resize(patch, (across, down), interpolation=cv2.INTER_AREA)
    return trimmed(patch, left, top, width, height, long)
