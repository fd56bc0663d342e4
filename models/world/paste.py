"""Putting a drawn thing into a photo: soft edges, a shadow where it stands or is worn, and the photo's own light on it.

Pictures are uint8 [h, w, 3 or 4]; sprites uint8 [h, w, 4] RGBA with straight alpha. Work is done on the window round the
thing alone, at the photo's full resolution; every other pixel stays bit for bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from models.world import light
from models.world.crisp import doubled, spread
from models.world.light import PLAIN_BLUR

if TYPE_CHECKING:
    from numpy.typing import NDArray

Seat: TypeAlias = Literal["stands", "worn", "floats", "laid"]
"""How the thing meets the picture: on the ground (a shadow beside its foot), on somebody (a close shadow below its edge),
in the air or as a cut-out back in its own picture (no shadow), or lying on a surface (a shadow all round)."""


MOST_BLUR = 0.03
"""Sigma, as a share of the thing's longer side, beyond which it is not blurred however blurred the photo is."""


@dataclass(frozen=True)
class Pasted:
    """The changed picture, like the input in shape; *area* bool [h, w], the pixels that were allowed to change; *covered*
    float32 [h, w] 0..1, how much of each pixel the thing itself hides."""

    pixels: NDArray[np.uint8]
    area: NDArray[np.bool_]
    covered: NDArray[np.float32]


@dataclass(frozen=True)
class Way:
    """How to put a thing: *rotation* degrees clockwise, *flip* mirrors it left-right first, *glows* for what gives light
    itself, *match* 0..1 how much of the photo's light it takes on (0 for a piece of the photo itself)."""

    seat: Seat = "stands"
    rotation: float = 0.0
    flip: bool = False
    glows: bool = False
    match: float = 1.0


def put(
    pixels: NDArray[np.uint8],
    sprite: NDArray[np.uint8],
    box: tuple[float, float, float, float],
    way: Way,
    random: np.random.Generator,
    allowed: NDArray[np.bool_] | None = None,
) -> Pasted:
    """Return *pixels* with *sprite* filling *box* (x0, y0, x1, y1 px, may reach out of the frame), turned about its middle.

    Nothing outside *allowed* (bool [h, w]) changes; within 3 px of its border the thing fades out. The same input and
    state of *random* give the same result.
    """
    height, width = pixels.shape[:2]
    size = max(1, round(box[2] - box[0])), max(1, round(box[3] - box[1]))
    window = _window(box, way, width, height)
    here = (slice(window[1], window[3]), slice(window[0], window[2]))
    covered, area = np.zeros((height, width), np.float32), np.zeros((height, width), np.bool_)
    if window[0] >= window[2] or window[1] >= window[3]:
        return Pasted(pixels.copy(), area, covered)
    source = sprite[:, ::-1] if way.flip else sprite
    layer: light.Layer = source.astype(np.float32)
    layer[..., 3] /= 255
    seen = light.measure(pixels, window)
    if way.match > 0:
        # Colours are matched before the thing is enlarged: the result is the same and large pictures cost no more.
        layer = light.matched(layer, seen, glows=way.glows, strength=way.match)
    layer, own = enlarged(layer, size)
    ground = np.ascontiguousarray(pixels[here][..., :3])
    layer = _placed(layer, box, way.rotation, window)
    if way.match > 0:
        # In a photo blurred by motion a small thing would dissolve: it stays what it is.
        blur = min(seen.blur, max(1.2, MOST_BLUR * max(size)))
        layer = light.softened(layer, replace(seen, blur=blur), own)
    limit = None if allowed is None else _limit(allowed[here])
    out, alpha, changed = _laid(ground, layer, seen, way, random, limit, max(size))
    whole = pixels.copy()
    part = whole[here]
    part[..., :3] = np.where(changed[..., None], out, ground)
    if pixels.shape[2] == 4:
        behind = part[..., 3].astype(np.float32) / 255
        part[..., 3] = np.where(changed, np.rint(255 * (alpha + behind * (1 - alpha))), part[..., 3]).astype(np.uint8)
    covered[here], area[here] = alpha, changed
    return Pasted(whole, area, covered)


def _window(box: tuple[float, float, float, float], way: Way, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the part of the frame in px that the thing and its shadow may touch."""
    middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half_x, half_y = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    turn = math.radians(way.rotation)
    reach_x = half_x * abs(math.cos(turn)) + half_y * abs(math.sin(turn))
    reach_y = half_x * abs(math.sin(turn)) + half_y * abs(math.cos(turn))
    pad = 0.35 * max(half_x, half_y) * (way.seat != "floats") + 6
    x0, y0 = math.floor(middle_x - reach_x - pad), math.floor(middle_y - reach_y - pad)
    x1, y1 = math.ceil(middle_x + reach_x + pad), math.ceil(middle_y + reach_y + pad)
    return max(0, x0), max(0, y0), min(width, x1), min(height, y1)


def enlarged(layer: light.Layer, size: tuple[int, int]) -> tuple[light.Layer, float]:
    """Return *layer* at *size* (width, height) px and the sigma in px that its edges then have: doubled with sharp edges
    (``models.world.crisp``) up to eight times, the rest by interpolation."""
    import cv2

    scale = max(size[0] / layer.shape[1], size[1] / layer.shape[0])
    pad = 2
    whole = np.dstack([layer[..., :3], layer[..., 3] * 255])
    small = np.pad(np.clip(np.rint(whole), 0, 255).astype(np.uint8), ((pad, pad), (pad, pad), (0, 0)))
    colours, cover = spread(small), np.ascontiguousarray(small[..., 3])
    for _ in range(min(3, math.ceil(math.log2(max(1.0, scale / 1.1))))):
        (colours, cover), pad = doubled(colours, cover), 2 * pad
    inner = (slice(pad, cover.shape[0] - pad), slice(pad, cover.shape[1] - pad))
    flat = np.dstack([colours[inner], cover[inner]]).astype(np.float32)
    flat[..., :3] *= flat[..., 3:] / 255
    shrinks = flat.shape[1] >= size[0] and flat.shape[0] >= size[1]
    flat = np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC), np.float32)
    alpha = np.clip(flat[..., 3:] / 255, 0, 1)
    rgb = np.clip(flat[..., :3] / np.maximum(alpha, 1 / 255), 0, 255)
    return np.dstack([rgb, alpha]).astype(np.float32), PLAIN_BLUR + 0.1 * max(0.0, scale - 8)


def _placed(
    layer: light.Layer, box: tuple[float, float, float, float], rotation: float, window: tuple[int, int, int, int]
) -> light.Layer:
    """Return *layer*, which fills *box*, turned and moved into a canvas of the *window*, transparent elsewhere."""
    import cv2

    height, width = layer.shape[:2]
    move = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -rotation, 1.0)
    if abs(rotation) < 0.05:
        # Whole pixels keep what was drawn sharp.
        move = np.array([[1.0, 0, 0], [0, 1, 0]])
    move[0, 2] += round((box[0] + box[2] - width) / 2) - window[0]
    move[1, 2] += round((box[1] + box[3] - height) / 2) - window[1]
    size = window[2] - window[0], window[3] - window[1]
    flat = np.dstack([layer[..., :3] * layer[..., 3:], layer[..., 3]])
    flat = cv2.warpAffine(flat, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.dstack([flat[..., :3] / np.maximum(flat[..., 3:], 1e-4), flat[..., 3]]).astype(np.float32)


def _limit(allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return 0..1, rising inwards from the border of *allowed* within 3 px; the frame's own border is no border."""
    import cv2

    if allowed.all():
        return np.ones(allowed.shape, np.float32)
    padded = np.pad(allowed.astype(np.uint8), 4, mode="edge")
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[4:-4, 4:-4]
    return np.asarray(np.clip(depth / 4, 0, 1), np.float32)


def _laid(
    ground: NDArray[np.uint8],
    layer: light.Layer,
    seen: light.Light,
    way: Way,
    random: np.random.Generator,
    limit: NDArray[np.float32] | None,
    side: int,
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.bool_]]:
    """Return the window's new colours, the thing's cover 0..1 and where anything changed."""
    alpha = np.clip(layer[..., 3], 0, 1)
    shade = _shadow(alpha, way.seat, side, seen)
    if limit is not None:
        alpha, shade = alpha * limit, shade * limit
    alpha[alpha < 1 / 255] = 0
    shade[shade < 1 / 255] = 0
    rgb = layer[..., :3]
    if way.match > 0:
        if not way.glows:
            rgb = rgb * light.shading(ground, 0.4 * way.match)[..., None]
        rgb = _wrapped(rgb, alpha, ground, side)
        rgb = rgb + light.grain(alpha.shape, seen, random) * way.match
    # A shadow leaves the light of the sky, which is a little bluer than the sun's.
    dark = 1 - shade[..., None] * np.array([1.0, 0.97, 0.92], np.float32)
    under = ground.astype(np.float32) * dark
    out = under + (rgb - under) * alpha[..., None]
    return np.clip(np.rint(out), 0, 255).astype(np.uint8), alpha, (alpha > 0) | (shade > 0)


def _wrapped(
    rgb: NDArray[np.float32], alpha: NDArray[np.float32], ground: NDArray[np.uint8], side: int
) -> NDArray[np.float32]:
    """Return *rgb* with a little of the ground's light on its rim, as bright surroundings spill over real edges."""

    sigma = max(0.8, 0.01 * side)
    rim = np.clip(1 - light.blurred(alpha, sigma), 0, 1)[..., None]
    spill = light.blurred(ground.astype(np.float32), max(2.0, 2 * sigma))
    return np.asarray(rgb + (np.maximum(spill, rgb * 0.8) - rgb) * (0.2 * rim), np.float32)


def _shadow(alpha: NDArray[np.float32], seat: Seat, side: int, seen: light.Light) -> NDArray[np.float32]:
    """Return how much the ground is darkened, 0..1 [h, w]."""

    none = np.zeros_like(alpha)
    if seat == "floats" or not (alpha > 0.5).any():
        return none
    # Flat light (fog, an overcast day) throws faint shadows.
    depth = float(np.clip((seen.white - seen.black) / 70, 0.35, 1.0))
    if seat in ("worn", "laid"):
        down = 0.03 * side if seat == "worn" else 0.015 * side
        moved = _moved(alpha, 0.3 * down, down)
        soft = light.blurred(moved, max(1.0, 0.03 * side))
        return np.asarray(soft * (0.5 * depth), np.float32)
    return _ground_shadow(alpha, side) * np.float32(depth)


def _ground_shadow(alpha: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return the shadow of a standing thing: its shape laid flat on the ground, and darker where it touches."""
    import cv2

    rows = np.flatnonzero((alpha > 0.5).any(axis=1))
    foot, tall = float(rows[-1]) + 0.5, float(rows[-1] - rows[0] + 1)
    columns = np.flatnonzero((alpha > 0.5)[max(0, rows[-1] - int(0.18 * tall)) : rows[-1] + 1].any(axis=0))
    left, right = float(columns[0]), float(columns[-1]) + 1
    # The whole shape, squashed and leaning, as seen on the ground behind the foot.
    squash, lean = 0.16, 0.45
    lay = np.array([[1, -lean * squash, lean * squash * foot], [0, squash, foot - squash * foot]], np.float64)
    flat = cv2.warpAffine(alpha, lay, (alpha.shape[1], alpha.shape[0]), flags=cv2.INTER_AREA)
    flat = light.blurred(flat, max(1.0, 0.025 * side)) * np.float32(0.34)
    ys, xs = np.mgrid[: alpha.shape[0], : alpha.shape[1]].astype(np.float32)
    wide, high = max(2.0, 0.56 * (right - left)), max(1.5, 0.035 * side + 0.05 * (right - left))
    away = np.hypot((xs - (left + right) / 2) / wide, (ys - foot + 0.35 * high) / high)
    touch = np.clip(1.15 - away, 0, 1) ** 1.3
    touch = light.blurred(touch, max(0.8, 0.012 * side)) * np.float32(0.62)
    return np.asarray(1 - (1 - flat) * (1 - touch), np.float32)


def _moved(values: NDArray[np.float32], across: float, down: float) -> NDArray[np.float32]:
    import cv2

    move = np.array([[1, 0, across], [0, 1, down]], np.float64)
    return np.asarray(cv2.warpAffine(values, move, (values.shape[1], values.shape[0])), np.float32)
