"""Painted backdrops: from a kind, a time and a seed to pixels, the same picture at every size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from models.colours import colour
from models.world import backdrop_deep as deep
from models.world import backdrop_flat as flat
from models.world import backdrop_indoor as indoor
from models.world import backdrop_land as land
from models.world import backdrop_sky as air
from models.world import backdrop_town as town
from models.world import backdrop_water as water
from models.world import backdrop_wild as wild
from models.world.beyond import LONE, beyond, edge_of, tiles
from models.world.looks import LOOKS, Look
from models.world.paint import Art
from models.world.scene import AROUND, FLAT, INDOOR, KINDS, OUTDOOR, Backdrop, horizon, window
from models.world.weather import weather

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COLOURED", "KINDS", "PAINTERS", "Painted", "front", "look_of", "paint"]

PAINTERS: dict[str, Callable[[Art], None]] = {
    "meadow": land.meadow, "farm": land.farm, "garden": land.garden, "beach": water.beach, "sea": water.sea, "lake": water.lake,
    "desert": wild.desert, "snow": wild.snow, "city": town.city, "street": town.street, "forest": wild.forest,
    "mountains": wild.mountains, "sky": air.open_sky, "moon": wild.moon, "room": indoor.room, "kitchen": indoor.kitchen,
    "table": indoor.table, "stage": indoor.stage, "space": air.space, "underwater": deep.underwater, "plain": flat.plain,
    "gradient": flat.gradient, "stripes": flat.stripes, "checker": flat.checker, "dots": flat.dots, "paper": flat.paper,
    "noise": flat.texture, "wood": flat.wood, "bricks": flat.bricks,
}  # fmt: skip
"""What paints each of :data:`models.world.scene.KINDS`."""
COLOURED: tuple[str, ...] = (*FLAT, "sky", "sea", "space", "underwater", "moon", "room", "kitchen", "table", "stage")
"""The kinds whose main colour can be chosen; with the others the sky above takes it."""
SKIES = 6
"""Skies that are painted, at most, to go on above a picture with one of them."""


@dataclass(frozen=True)
class Painted:
    """A finished backdrop. *pixels* uint8 [h, w, 3] (not to be written to), *look* its light, *side* where that comes from
    (-1 left, 1 right), *line* the row where the ground begins, None where there is none; *low* and *tall* are where the frame ends
    that it was painted for and how high that is, shares of the height: 1 but for a backdrop that goes on beyond."""

    pixels: NDArray[np.uint8]
    look: Look
    side: int
    line: float | None
    low: float = 1.0
    tall: float = 1.0


def look_of(backdrop: Backdrop) -> Look:
    """Return the light in which things before *backdrop* stand: weather stays outside, space has no weather."""
    look, kind = LOOKS[backdrop.time], backdrop.kind
    if kind in OUTDOOR and kind != "moon":
        return look
    if kind in FLAT:
        return replace(look, thick=0.0)
    if kind in ("space", "moon"):
        return replace(LOOKS["day"], cast=(0.95, 0.95, 1.0), thick=0.0, graze=0.3, shadow=0.5)
    if kind == "underwater":
        tint = {"night": (0.5, 0.66, 0.88), "storm": (0.66, 0.8, 0.9)}.get(backdrop.time, (0.84, 0.95, 1.0))
        return replace(LOOKS["day"], cast=tint, haze=(70, 160, 205), thick=0.16, rim=(220, 250, 255), graze=0.2)
    cast = {
        "night": (0.9, 0.84, 0.78),
        "sunset": (1.0, 0.93, 0.87),
        "storm": (0.88, 0.87, 0.88),
        "rain": (0.95, 0.95, 0.97),
    }
    return replace(
        LOOKS["day"], cast=cast.get(backdrop.time, (1.0, 0.99, 0.97)), thick=0.0, rim=(255, 236, 200), lamps=look.lamps
    )


def _art(backdrop: Backdrop, pixels: NDArray[np.float32], stream: str) -> Art:
    """Return the work sheet; the random numbers belong to the kind, the seed and the *stream*, never to the size or hour."""
    key = [backdrop.seed, KINDS.index(backdrop.kind), *stream.encode()]
    rng = np.random.default_rng(key)
    side = 1 if np.random.default_rng([backdrop.seed, 7]).random() < 0.5 else -1
    edge = horizon(backdrop)
    line = len(pixels) * (1.0 if edge is None else edge)
    main = colour(backdrop.colour) if backdrop.colour else None
    return Art(pixels, LOOKS[backdrop.time], rng, backdrop, line, side, main)


@lru_cache(maxsize=6)
def paint(backdrop: Backdrop, width: int, height: int) -> Painted:
    """Paint *backdrop* for a frame of *width* x *height* pixels, at least 16 each.

    Raises ValueError on a smaller frame and :class:`models.expert.Refusal` on a colour that has no meaning.
    """
    if min(width, height) < 16:
        raise ValueError(f"a frame of {width} x {height} pixels is too small to paint on: 16 are the least")
    if backdrop.frame:
        return _wide(backdrop, width, height)
    art = _painted(backdrop, width, height)
    _finish(art)
    pixels = _whole(art.pixels)
    pixels.setflags(write=False)
    edge = horizon(backdrop)
    return Painted(pixels, look_of(backdrop), art.side, None if edge is None else edge * height)


def _painted(backdrop: Backdrop, width: int, height: int) -> Art:
    art = _art(backdrop, np.full((height, width, 3), LOOKS[backdrop.time].haze, np.float32), "paint")
    PAINTERS[backdrop.kind](art)
    if backdrop.kind in FLAT and art.look.white:
        art.pixels[:] += (np.float32(250) - art.pixels) * np.float32(0.12)
    return art


def _whole(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(pixels + np.float32(0.5), 0, 255), np.uint8)


def _wide(backdrop: Backdrop, width: int, height: int) -> Painted:
    """Return *backdrop* painted for its frame, and going on beyond it."""
    x0, y0, x1, y1 = place = window(backdrop, width, height)
    inner = replace(backdrop, frame=())
    if min(x1 - x0, y1 - y0) < 16:
        return _shrunken(backdrop, width, height)
    frame = paint(inner, x1 - x0, y1 - y0)
    plain = _painted(replace(inner, without=tuple(dict.fromkeys((*inner.without, *LONE)))), x1 - x0, y1 - y0)
    _finish(plain, corners=0.0)
    over = _sky_above(inner, x1 - x0, y1 - y0) if y0 and backdrop.kind in OUTDOOR and backdrop.kind != "moon" else None
    made = beyond(frame.pixels.astype(np.float32), plain.pixels, backdrop.kind, frame.line, place, width, height, over)
    pixels = _whole(made)
    pixels[y0:y1, x0:x1] = frame.pixels
    pixels.setflags(write=False)
    line = None if frame.line is None else y0 + frame.line
    return Painted(pixels, frame.look, frame.side, line, y1 / height, (y1 - y0) / height)


def _sky_above(backdrop: Backdrop, width: int, height: int) -> NDArray[np.float32]:
    """Return a sky in the light of *backdrop*, float32 [height, width, 3], without what there is one of: clouds and stars. Of a few it is
    the one of which the upper edge cuts least."""
    bare = replace(backdrop, without=tuple(dict.fromkeys((*backdrop.without, *LONE))))
    made = []
    for number in range(SKIES):
        art = _art(bare, np.zeros((height, width, 3), np.float32), f"above {number}")
        air.sky(art, float(height))
        made.append(art.pixels)
        if edge_of(art.pixels) == 0:
            break
    return min(made, key=edge_of)


def _shrunken(backdrop: Backdrop, width: int, height: int) -> Painted:
    """Return *backdrop* painted larger and reduced, where its own frame would be too small to paint on."""
    import cv2

    x0, y0, x1, y1 = backdrop.frame
    times = math.ceil(17 / min((x1 - x0) * width, (y1 - y0) * height))
    large = paint(backdrop, times * width, times * height)
    pixels = np.asarray(cv2.resize(large.pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    pixels.setflags(write=False)
    return replace(large, pixels=pixels, line=None if large.line is None else large.line / times)


def _finish(art: Art, corners: float = 0.1) -> None:
    """A breath of grain against banding, and corners darker by *corners* so that the eye stays in the picture."""
    ys = np.linspace(-1, 1, art.height, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, art.width, dtype=np.float32)
    corner = np.clip((ys * ys + xs * xs - np.float32(0.7)) / np.float32(1.3), 0, 1)
    shade = np.float32(1) - np.float32(corners) * corner
    grain = np.random.default_rng(art.backdrop.seed % 97).standard_normal((64, 64), np.float32)
    tiles = np.tile(grain, (art.height // 64 + 1, art.width // 64 + 1))[: art.height, : art.width]
    art.pixels[:] *= shade[..., None]
    art.pixels[:] += tiles[..., None] * np.float32(0.7)


def front(backdrop: Backdrop, pixels: NDArray[np.float32], moment: float = 0.0) -> None:
    """Paint the weather in front of the things onto *pixels* float32 [h, w, 3] in place, *moment* seconds on. Indoors, in
    space and under water there is none."""
    if backdrop.kind in INDOOR or backdrop.kind in AROUND or backdrop.kind == "moon":
        return
    if backdrop.time not in ("rain", "storm", "snowfall", "fog"):
        return
    if not backdrop.frame:
        weather(_art(backdrop, pixels, "front"), moment)
        return
    x0, y0, x1, y1 = window(backdrop, pixels.shape[1], pixels.shape[0])
    inner = replace(backdrop, frame=())
    for down, rows in tiles(y0, y1, len(pixels)):
        for across, columns in tiles(x0, x1, pixels.shape[1]):
            _front_of(inner, pixels, moment, (across, columns, x1 - x0), (down, rows, y1 - y0))


def _front_of(
    inner: Backdrop,
    pixels: NDArray[np.float32],
    moment: float,
    across: tuple[int, int, int],
    down: tuple[int, int, int],
) -> None:
    """Paint the weather of one frame of *pixels*: number, first pixel and size of it, *across* and *down*. Frame 0 is the one that the
    backdrop was painted for; mist goes on in its mirror image, and all that falls has its own places in each."""
    (column, x0, wide), (row, y0, high) = across, down
    xs, ys = (slice(max(0, at), at + size) for at, size in ((x0, wide), (y0, high)))
    sheet = np.zeros((high, wide, 3), np.float32)
    here = (
        slice(ys.start - y0, min(ys.stop, len(pixels)) - y0),
        slice(xs.start - x0, min(xs.stop, pixels.shape[1]) - x0),
    )
    sheet[here] = pixels[ys, xs]
    misty = inner.time == "fog"
    turned = sheet[:: -1 if misty and row % 2 else 1, :: -1 if misty and column % 2 else 1]
    own = "front" if misty or (column, row) == (0, 0) else f"front {column} {row}"
    art = _art(inner, turned, own)
    weather(art if row >= 0 or misty else replace(art, line=float(high)), moment)
    pixels[ys, xs] = sheet[here]
