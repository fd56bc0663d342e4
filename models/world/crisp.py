"""Sprites at other sizes: reduced without aliasing, enlarged with edges that stay sharp.

Colours and cover are enlarged apart. Colours are interpolated (Lanczos), freed of ringing by the least and greatest of their
neighbours, and drawn together across each edge by warping (after Arad and Gotsman, "Enhancement by image-dependent warping",
1999): edges become as steep as in a larger drawing, flat areas stay. The outline is smoothed along and steepened across.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.world.tint import tinted

Sprites: TypeAlias = Callable[[str], NDArray[np.uint8]]
"""What gives the picture of a name: uint8 [h, w, 4], RGBA with straight alpha."""


def premultiplied(colours: NDArray[np.uint8], cover: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return RGBA uint8 [h, w, 4] with the colours [h, w, 3] multiplied by the cover [h, w], as resampling needs it."""
    out = np.empty((*cover.shape, 4), np.uint8)
    out[..., :3] = colours * (cover[..., None] / np.float32(255)) + np.float32(0.5)
    out[..., 3] = cover
    return out


def halved(sprite: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a premultiplied sprite at half the size, each pixel the mean of four."""
    import cv2

    high, wide = max(1, (sprite.shape[0] + 1) // 2), max(1, (sprite.shape[1] + 1) // 2)
    return np.asarray(cv2.resize(sprite, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)


def spread(sprite: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the colours of a sprite (uint8 [h, w, 4], straight alpha), uint8 [h, w, 3], carried outwards over its outline.

    The two outermost pixels of a bitmap glyph ring: a light line and a dark one that its sharpening left. Where they differ
    but a little from the pixels further in, they take their colour; what differs much is a detail and stays. Hardly covered
    pixels and the empty surroundings get the colour of the well covered ones near by.
    """
    import cv2

    cover = sprite[..., 3]
    colours = sprite[..., :3].astype(np.float32)
    inner = cv2.erode(cover, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 250
    calm, reached = _carried(colours, inner, (0.7, 1.3))
    away = np.abs(colours - calm).max(2)
    own = np.clip((away - 36) / 40, 0, 1) * reached + (1 - reached)
    mended = calm + (colours - calm) * own[..., None]
    mended[inner] = colours[inner]
    # The dark line lies in the pixels that are covered in part: they look at their fully covered neighbours alone.
    full, solid = cover > 235, cover > 140
    beside, reached = _carried(mended, full, (0.7, 1.1))
    part = solid & ~full
    mended[part] += ((beside - mended) * reached[..., None])[part]
    out, _ = _carried(mended, solid if solid.any() else cover > 0, (0.7, 2.0, 6.0, 20.0, 60.0))
    out[solid] = mended[solid]
    return np.asarray(np.clip(out + np.float32(0.5), 0, 255), np.uint8)


def _carried(
    colours: NDArray[np.float32], known: NDArray[np.bool_], sigmas: tuple[float, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return *colours* [h, w, 3] carried from where they are *known* to round about, the nearest first, and how surely 0..1."""
    import cv2

    trust = known.astype(np.float32)
    out, missing = np.zeros_like(colours), np.ones_like(trust)
    for sigma in sigmas:
        weight = cv2.GaussianBlur(trust, (0, 0), sigma)
        mean = cv2.GaussianBlur(colours * trust[..., None], (0, 0), sigma) / np.maximum(weight, 1e-9)[..., None]
        share = np.clip(weight * 40, 0, 1) * missing
        out += mean * share[..., None]
        missing -= share
    return out + mean * missing[..., None], 1 - missing


def _enlarged(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8 [2 h, 2 w, 3]: Lanczos, without its ringing, the edges of colour drawn together."""
    import cv2

    high, wide = colours.shape[:2]
    size = (2 * wide, 2 * high)
    kernel = np.ones((3, 3), np.uint8)
    least = cv2.resize(cv2.erode(colours, kernel), size, interpolation=cv2.INTER_LINEAR)
    most = cv2.resize(cv2.dilate(colours, kernel), size, interpolation=cv2.INTER_LINEAR)
    calm = np.clip(cv2.resize(colours, size, interpolation=cv2.INTER_LANCZOS4), least, most)
    # The strongest of the channels decides where an edge is.
    steep = np.zeros(calm.shape[:2], np.float32)
    for channel in cv2.split(calm):
        fine = cv2.GaussianBlur(channel.astype(np.float32), (0, 0), 0.8)
        gx, gy = cv2.Sobel(fine, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(fine, cv2.CV_32F, 0, 1, scale=0.125)
        steep = np.maximum(steep, cv2.magnitude(gx, gy))
    ridge = cv2.GaussianBlur(np.minimum(steep, 40), (0, 0), 1.1)
    dx, dy = cv2.Sobel(ridge, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(ridge, cv2.CV_32F, 0, 1, scale=0.125)
    xs, ys = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    # Reading a little further from the edge than a pixel lies brings the flat colours of both sides up to it.
    xs -= np.clip(dx * np.float32(0.45), -1, 1)
    ys -= np.clip(dy * np.float32(0.45), -1, 1)
    return np.asarray(cv2.remap(calm, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def doubled(colours: NDArray[np.uint8], cover: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return colours uint8 [h, w, 3] (of :func:`spread`) and cover uint8 [h, w] at twice the size, edges sharpened.

    The outline is smoothed along and made twice as steep across; where the cover is even, as in glass, it stays.
    """
    import cv2

    high, wide = cover.shape
    large = cv2.resize(cover.astype(np.float32) / 255, (2 * wide, 2 * high), interpolation=cv2.INTER_CUBIC)
    kernel = np.ones((5, 5), np.uint8)
    # The range comes from before the smoothing, or thin parts such as antlers would turn translucent.
    low, top = cv2.erode(large, kernel), cv2.dilate(large, kernel)
    large = cv2.GaussianBlur(large, (0, 0), 0.85)
    middle = (low + top) / 2
    steep = np.clip(middle + (large - middle) * np.float32(1.9), low, top)
    made = np.clip(np.where(top - low > 0.12, steep, large), 0, 1) * np.float32(255)
    return _enlarged(colours), np.asarray(made + np.float32(0.5), np.uint8)


@lru_cache(maxsize=256)
def _layers(sprites: Sprites, name: str, tint: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    picture = sprites(name)
    picture = tinted(picture, tint) if tint else picture
    # Two empty pixels on every side: room for the outline to be drawn smoothly.
    picture = np.pad(picture, ((2, 2), (2, 2), (0, 0)))
    return spread(picture), np.ascontiguousarray(picture[..., 3])


@lru_cache(maxsize=40)
def _large(
    sprites: Sprites, name: str, tint: str, doublings: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    before = _large(sprites, name, tint, doublings - 1)[:2] if doublings > 1 else _layers(sprites, name, tint)
    colours, cover = doubled(*before)
    return colours, cover, premultiplied(colours, cover)


@lru_cache(maxsize=4096)
def _small(sprites: Sprites, name: str, tint: str, halvings: int) -> NDArray[np.uint8]:
    if halvings:
        return halved(_small(sprites, name, tint, halvings - 1))
    return premultiplied(*_layers(sprites, name, tint))


def steps(original: int, long: float) -> int:
    """Return how often a sprite, *original* px long, is doubled (above 0) or halved (below) before it is drawn *long* px long."""
    if long <= original:
        halvings = 0
        while halvings < 4 and long * 2 ** (halvings + 1) <= original:
            halvings += 1
        return -halvings
    doublings = 1
    while doublings < 3 and original * 2**doublings < 0.9 * long:
        doublings += 1
    return doublings


def original(sprites: Sprites, name: str, tint: str) -> int:
    """Return the longer side of a sprite in its own pixels."""
    return int(max(_small(sprites, name, tint, 0).shape[:2])) - 4


def prepared(sprites: Sprites, name: str, tint: str, step: int) -> tuple[NDArray[np.uint8], float]:
    """Return a premultiplied sprite *step* times doubled or halved, and the empty margin round it in its pixels."""
    if step > 0:
        return _large(sprites, name, tint, step)[2], 2.0 * 2**step
    picture = _small(sprites, name, tint, -step)
    return picture, 2.0 * picture.shape[0] / _small(sprites, name, tint, 0).shape[0]


def level(sprites: Sprites, name: str, tint: str, long: float) -> tuple[NDArray[np.uint8], float]:
    """Return the best premultiplied picture for drawing a sprite *long* px long, and the empty margin round it in its pixels.

    It is between about one and two times as large as needed, a sixteenth to eight times the original.
    """
    return prepared(sprites, name, tint, steps(original(sprites, name, tint), long))
