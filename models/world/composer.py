"""The composer: from a scene to a picture, and with it the truth about every thing in it.

Each thing is turned, flipped and scaled at twice its size and reduced, takes the light of the backdrop (colour, brighter
towards the light, a rim where light grazes it, haze with distance), throws a soft shadow and covers what was drawn before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.expert import Report
from models.previews import small
from models.values import Box
from models.world import shadows
from models.world.backdrops import Painted, front, paint
from models.world.crisp import level
from models.world.grades import graded
from models.world.scene import FLAT, Scene, Thing, extent, window
from models.world.styles import stylised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.world.crisp import Sprites


@dataclass(frozen=True)
class Drawn:
    """A composed picture. *pixels* uint8 [h, w, 3]; and, if the truth was asked for, in the order of the scene's things:
    *masks* bool [n, h, w], where a thing is seen (covering more than half of a pixel, and nothing in front doing so), so no
    two overlap; *boxes* round what is seen, None where nothing is; *visible* float32 [n], the seen share of its pixels."""

    pixels: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    boxes: tuple[Box | None, ...]
    visible: NDArray[np.float32]


@dataclass(frozen=True)
class Cut:
    """A thing as it falls on the frame. *rgb* float32 [h, w, 3] 0..255, premultiplied; *cover* float32 [h, w] 0..1; *x*, *y*
    the top left pixel; *area* how many pixels it would fill, those outside the frame included; *foot* its lowest row and
    *long* its longer side, px."""

    rgb: NDArray[np.float32]
    cover: NDArray[np.float32]
    x: int
    y: int
    area: int
    foot: float
    long: float


def compose(
    scene: Scene,
    width: int,
    height: int,
    *,
    truth: bool = False,
    sprites: Sprites | None = None,
    moment: float = 0.0,
    report: Report | None = None,
) -> Drawn:
    """Draw *scene* as a picture of *width* x *height* pixels, at least 16 each.

    *sprites* gives a name's picture, uint8 [h, w, 4] RGBA with straight alpha, None for the atlas; it must be hashable and
    return the same for the same name, for its pictures are kept. *moment* is the time in seconds for rain and snow. *report* is
    told how far it is, and shown the picture so far, before each thing and before the style. Raises KeyError for a name without
    a sprite, ValueError for too small a frame and :class:`models.expert.Refusal` for a colour without a meaning.
    """
    if sprites is None:
        from models.world.atlas import sprite as sprites
    assert sprites is not None
    told = report or _untold
    told(0.0, "painting the backdrop")
    painted = paint(scene.backdrop, width, height)
    pixels = painted.pixels.astype(np.float32)
    count = len(scene.things) if truth else 0
    masks = np.zeros((count, height, width), np.bool_)
    areas = np.zeros(count, np.int64)
    looks = [*scene.moods, *filter(None, [scene.style])]
    drawn = 0.4 if looks else 1.0  # of the time: looks take most of it
    for index, thing in enumerate(scene.things):
        step = f"drawing the {thing.name}, thing {index + 1} of {len(scene.things)}"
        told(drawn * (0.8 + 0.2 * index / len(scene.things)), step, lambda: small(pixels))
        cut = cut_out(thing, width, height, sprites)
        if truth:
            areas[index] = cut.area
        if not cut.cover.size:
            continue
        shade(thing, cut, scene, painted, pixels)
        lay(thing, cut, painted, pixels)
        if truth:
            _note(masks, index, thing, cut)
    front(scene.backdrop, pixels, moment)
    if looks:
        told(drawn, f"giving it its look: {', '.join(looks)}", lambda: small(pixels))
    made = finished(np.clip(pixels + np.float32(0.5), 0, 255).astype(np.uint8), scene)
    boxes = tuple(box_round(mask) for mask in masks)
    seen = masks.reshape(count, -1).sum(1) / np.maximum(1, areas) if count else np.zeros(0)
    return Drawn(made, masks, boxes, np.minimum(seen, 1).astype(np.float32))


def _untold(fraction: float, word: str = "", preview: object = None) -> None:
    """A report that nobody reads."""


def finished(pixels: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """Return *pixels* (uint8 [h, w, 3]) in the moods of *scene*, and then in its style, as broad as its frame wants it."""
    for mood in scene.moods:
        pixels = graded(pixels, mood)
    x0, y0, x1, y1 = window(scene.backdrop, pixels.shape[1], pixels.shape[0])
    return stylised(pixels, scene.style, short=max(1, min(x1 - x0, y1 - y0)))


def cut_out(thing: Thing, width: int, height: int, sprites: Sprites) -> Cut:
    """Return *thing* turned, flipped and scaled for a frame, without any light. Raises KeyError for an unknown name."""
    import cv2

    long = thing.size * min(width, height)
    fine = 2 if long <= 256 else 1
    picture, margin = level(sprites, thing.name, thing.tint, long * fine)
    high, wide = picture.shape[:2]
    side = max(high, wide) - 2 * margin
    x0, y0, x1, y1 = extent(thing, (wide - 2 * margin) / (high - 2 * margin), width, height)
    left, top = math.floor(x0 * width) - 1, math.floor(y0 * height) - 1
    across, down = math.ceil(x1 * width) + 1 - left, math.ceil(y1 * height) + 1 - top
    turn, scale = math.radians(thing.rotation), long * fine / side
    cosine, sine = math.cos(turn) * scale, math.sin(turn) * scale
    flip = -1.0 if thing.flip else 1.0
    # From a sprite's pixel to the fine patch: middle to middle; pixel centres lie at halves, OpenCV's at whole numbers.
    matrix = np.array([[cosine * flip, -sine, 0.0], [sine * flip, cosine, 0.0]])
    middle = np.array([(thing.x * width - left) * fine - 0.5, (thing.y * height - top) * fine - 0.5])
    matrix[:, 2] = middle - matrix[:, :2] @ np.array([(wide - 1) / 2, (high - 1) / 2])
    patch = cv2.warpAffine(picture, matrix, (across * fine, down * fine), flags=cv2.INTER_LINEAR)
    if fine == 2:
        patch = cv2.resize(patch, (across, down), interpolation=cv2.INTER_AREA)
    return trimmed(patch, left, top, width, height, long)


def trimmed(patch: NDArray[np.uint8], left: int, top: int, width: int, height: int, long: float) -> Cut:
    """Return what of *patch*, premultiplied, uint8 [h, w, 4], falls on a frame of *width* x *height* when its corner lies at
    (*left*, *top*), in pixels; *long* is the thing's longer side there."""
    solid = patch[..., 3] > 127
    rows = np.flatnonzero(solid.any(1))
    foot = float(top + rows[-1] + 1) if len(rows) else float(top + len(patch))
    a, b = max(0, -left), max(0, -top)
    kept = patch[b : max(b, height - top), a : max(a, width - left)].astype(np.float32)
    cover = kept[..., 3] / np.float32(255)
    return Cut(kept[..., :3], cover, left + a, top + b, int(np.count_nonzero(solid)), foot, long)


def _far(cut: Cut, painted: Painted, height: int) -> float:
    """Return how far off a thing seems, 0 at the lower edge of the frame to 1 at the horizon; in the air, in between."""
    if painted.line is None:
        return 0.35
    if cut.foot < painted.line:
        return 0.5
    end = painted.low * height
    if painted.low < 1:  # what stands nearer than the frame's edge is in front of all haze
        return max(0.0, 1 - (cut.foot - painted.line) / max(1.0, end - painted.line))
    return 1 - (cut.foot - painted.line) / max(1.0, end - painted.line)


def shade(thing: Thing, cut: Cut, scene: Scene, painted: Painted, pixels: NDArray[np.float32]) -> None:
    """Darken the ground (or the wall behind) where *thing* takes its light."""
    strength = painted.look.shadow * thing.opacity
    if not thing.shadow or strength <= 0:
        return
    kind = scene.backdrop.kind
    if painted.line is not None:
        above = 0.0 if kind in FLAT else (cut.foot - painted.line) / (0.03 * painted.tall * len(pixels)) + 0.5
        fade = 1.0 if kind in FLAT else min(1.0, max(0.0, above))
        if fade > 0:
            shadows.on_ground(pixels, cut.cover, cut.x, cut.y, cut.foot, cut.long, painted.side, strength * fade)
    elif kind in FLAT:
        shadows.behind(pixels, cut.cover, cut.x, cut.y, cut.long, painted.side, strength)


def lay(thing: Thing, cut: Cut, painted: Painted, pixels: NDArray[np.float32]) -> None:
    """Put a thing into the light of the backdrop and onto the picture."""
    import cv2

    look, side = painted.look, painted.side
    high, wide = cut.cover.shape
    us = np.linspace(-1, 1, wide, dtype=np.float32)
    vs = np.linspace(-1, 1, high, dtype=np.float32)[:, None]
    light = np.float32(thing.shade) * (np.float32(1) + np.float32(0.05) * (np.float32(side) * us - vs))
    rgb = cut.rgb * (light[..., None] * np.asarray(look.cast, np.float32))
    if look.graze > 0:
        # A thing that the frame cuts off may leave less than a step of itself.
        step = min(max(1, round(0.016 * cut.long)), high - 1, wide - 1)
        lit = np.zeros_like(cut.cover)
        # The cover as seen from a step towards the light: where that is bare, light grazes the edge.
        if side > 0:
            lit[step:, : wide - step] = cut.cover[: high - step, step:]
        else:
            lit[step:, step:] = cut.cover[: high - step, : wide - step]
        if step > 1:
            lit = cv2.blur(lit, (step, step))
        rim = cut.cover * np.maximum(cut.cover - lit, 0) * np.float32(look.graze)
        rgb += (np.asarray(look.rim, np.float32) - rgb) * rim[..., None]
    np.minimum(rgb, np.float32(255) * cut.cover[..., None], out=rgb)
    haze = look.thick * _far(cut, painted, len(pixels)) ** 2 * 0.55
    if haze > 0.01:
        rgb += (np.asarray(look.haze, np.float32) * cut.cover[..., None] - rgb) * np.float32(haze)
    part = pixels[cut.y : cut.y + high, cut.x : cut.x + wide]
    opacity = np.float32(thing.opacity)
    part *= (np.float32(1) - cut.cover * opacity)[..., None]
    part += rgb * opacity


def _note(masks: NDArray[np.bool_], index: int, thing: Thing, cut: Cut) -> None:
    """Enter a thing's silhouette into the truth and take it from those behind, unless they can be seen through it."""
    high, wide = cut.cover.shape
    part = masks[:, cut.y : cut.y + high, cut.x : cut.x + wide]
    solid = cut.cover > 0.5
    part[index] = solid & (thing.opacity > 0.02)
    if thing.opacity > 0.5:
        part[:index] &= ~solid


def box_round(mask: NDArray[np.bool_]) -> Box | None:
    """Return the box round a mask bool [h, w], None where it is empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    height, width = mask.shape
    return Box.from_pixels(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1, width, height)


def box_of(thing: Thing, aspect: float, width: float, height: float) -> Box:
    """Return the part inside the frame of the box round *thing*, whose sprite is *aspect* times as wide as high.

    Raises ValueError for a thing wholly outside; :func:`models.world.scene.extent` knows of no frame.
    """
    x0, y0, x1, y1 = (min(1.0, max(0.0, value)) for value in extent(thing, aspect, width, height))
    if x0 >= x1 or y0 >= y1:
        raise ValueError(f"the {thing.name} at {thing.x}, {thing.y} lies outside the frame")
    return Box(x0, y0, x1, y1)


def thing_in(name: str, box: Box, width: float, height: float, *, aspect: float | None = None, **more: object) -> Thing:
    """Return a thing that fills *box* as far as its shape allows: in the middle from left to right, standing on the lower edge.

    *aspect* is the sprite's width over its height, None for the atlas's; *more* are further values of the thing. Raises
    KeyError for a name that the atlas does not have.
    """
    if aspect is None:
        from models.world.atlas import aspect as known

        aspect = known(name)
    wide, high = (box.x1 - box.x0) * width, (box.y1 - box.y0) * height
    down = min(high, wide / aspect)
    across = down * aspect
    size = min(2.0, max(0.02, max(across, down) / min(width, height)))
    middle = box.y1 - down / 2 / height
    return Thing(name, (box.x0 + box.x1) / 2, middle, size, **more)  # type: ignore[arg-type]
