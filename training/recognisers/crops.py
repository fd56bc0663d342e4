"""Crops for the picture recogniser: one thing of the atlas in the middle of a square of backdrop, or none.

A crop is drawn at once at the size it is seen at: a sprite turned, mirrored, recoloured, in some hour's light and haze, with
others beside, behind and before it. "Nothing" is what a window that looks for things mostly sees: bare backdrop, a thing that
is much too small or too large for the window, or one at its edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from models.world import atlas
from models.world.backdrops import paint
from models.world.crisp import premultiplied
from models.world.looks import LOOKS
from models.world.scene import KINDS, TIMES, Backdrop
from models.world.tint import tinted

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

SIDE = 48
"""Pixels of a crop's side."""
NOTHING = "(nothing)"
"""The class of a window that no thing fills."""
CENTRED = 0.17
"""A thing in the middle of a crop lies at most so far off, as a share of its side."""
FILLS = (0.55, 1.05)
"""The longer side of a thing that fills a crop, as a share of the crop's side."""
TINTS = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "brown", "black", "white", "grey", "turquoise")
_SPRITE = 64


@dataclass(frozen=True)
class Stock:
    """What crops are drawn from: *names*; for each its sprite and recoloured ones, uint8 [64.., 64.., 4] premultiplied;
    *grounds*, painted backdrops uint8 [h, w, 3], and the hour of each."""

    names: tuple[str, ...]
    sprites: tuple[tuple[NDArray[np.uint8], ...], ...]
    grounds: tuple[NDArray[np.uint8], ...]
    hours: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names, and then nothing."""
        return (*self.names, NOTHING)


def stock(rng: Generator, grounds: int = 500, names: tuple[str, ...] | None = None, tints: int = 2) -> Stock:
    """Return the sprites of *names* (the whole atlas for None), *tints* recoloured ones of each, and *grounds* backdrops."""
    chosen = atlas.names() if names is None else names
    sprites = []
    for name in chosen:
        plain = _reduced(atlas.sprite(name))
        colours = [TINTS[int(n)] for n in rng.choice(len(TINTS), tints, replace=False)]
        sprites.append(
            tuple(premultiplied(p[..., :3], p[..., 3]) for p in (plain, *(tinted(plain, c) for c in colours)))
        )
    painted, hours = [], []
    for number in range(grounds):
        hour = TIMES[0] if rng.random() < 0.4 else TIMES[int(rng.integers(len(TIMES)))]
        kind = KINDS[number % len(KINDS)]
        painted.append(paint(Backdrop(kind, hour, seed=int(rng.integers(2**31))), 192, 128).pixels)
        hours.append(hour)
    return Stock(tuple(chosen), tuple(sprites), tuple(painted), tuple(hours))


def _reduced(sprite: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return *sprite* (straight alpha) with its longer side _SPRITE."""
    scale = _SPRITE / max(sprite.shape[:2])
    size = max(1, round(sprite.shape[1] * scale)), max(1, round(sprite.shape[0] * scale))
    flat = premultiplied(sprite[..., :3], sprite[..., 3])
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small[..., :3] /= np.maximum(small[..., 3:], 1) / 255
    return np.asarray(np.clip(small + 0.5, 0, 255), np.uint8)


def batches(
    held: Stock, size: int, rng: Generator, bare: float = 0.3
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """Yield batches without end: crops uint8 [size, SIDE, SIDE, 3] and their classes int64 [size]; *bare* is the share that
    shows nothing."""
    while True:
        pairs = [_crop(held, rng, bare) for _ in range(size)]
        yield np.stack([crop for crop, _ in pairs]), np.array([label for _, label in pairs], np.int64)


def _crop(held: Stock, rng: Generator, bare: float) -> tuple[NDArray[np.uint8], int]:
    number = int(rng.integers(len(held.grounds)))
    ground, look = held.grounds[number], LOOKS[held.hours[number]]
    canvas = _cut(ground, rng)
    cast = np.asarray(look.cast, np.float32)
    haze = np.asarray(look.haze, np.float32)
    label = int(rng.integers(len(held.names)))
    empty = rng.random() < bare
    for _ in range(int(rng.integers(0, 3))):
        _beside(canvas, held, rng, cast)
    if not empty:
        far = float(rng.uniform(*FILLS))
        at = rng.uniform(-CENTRED, CENTRED, 2)
        mist = look.thick * float(rng.random()) ** 2 * 0.55
        _lay(canvas, _pick(held, label, rng), far, at, rng, cast, haze, mist)
    elif (kind := rng.random()) > 0.35:
        far, away = (float(rng.uniform(0.08, 0.33)), 0.4) if kind < 0.6 else (float(rng.uniform(1.7, 3.2)), 0.5)
        at = rng.uniform(-away, away, 2)
        if kind > 0.8:
            far, turn = float(rng.uniform(0.5, 1.1)), float(rng.uniform(0, 2 * np.pi))
            at = np.array([np.cos(turn), np.sin(turn)]) * float(rng.uniform(0.5, 0.75)) * max(1.0, far)
        _lay(canvas, _pick(held, label, rng), far, at, rng, cast, haze, 0.0)
    if rng.random() < 0.35:
        _beside(canvas, held, rng, cast)
    return _worn(canvas, rng), (len(held.names) if empty else label)


def _cut(ground: NDArray[np.uint8], rng: Generator) -> NDArray[np.float32]:
    """Return a random square of *ground* at the size of a crop, float32 [SIDE, SIDE, 3]."""
    high, wide = ground.shape[:2]
    side = int(rng.integers(SIDE // 2, high + 1))
    y, x = int(rng.integers(0, high - side + 1)), int(rng.integers(0, wide - side + 1))
    part = ground[y : y + side, x : x + side]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)


def _pick(held: Stock, label: int, rng: Generator) -> NDArray[np.uint8]:
    kinds = held.sprites[label]
    return kinds[0] if len(kinds) < 2 or rng.random() < 0.8 else kinds[1 + int(rng.integers(len(kinds) - 1))]


def _beside(canvas: NDArray[np.float32], held: Stock, rng: Generator, cast: NDArray[np.float32]) -> None:
    """Put another thing so that it reaches in from the side without its middle coming near."""
    other = _pick(held, int(rng.integers(len(held.names))), rng)
    far, turn = float(rng.uniform(0.3, 1.0)), float(rng.uniform(0, 2 * np.pi))
    at = np.array([np.cos(turn), np.sin(turn)]) * (float(rng.uniform(0.42, 0.6)) + 0.3 * far)
    _lay(canvas, other, far, at, rng, cast, cast, 0.0)


def _lay(
    canvas: NDArray[np.float32], sprite: NDArray[np.uint8], far: float, at: NDArray[np.float64], rng: Generator,
    cast: NDArray[np.float32], haze: NDArray[np.float32], mist: float,
) -> None:  # fmt: skip
    """Draw *sprite* onto *canvas*, *far* crops long and *at* crops from the middle, in a random pose and light."""
    high, wide = sprite.shape[:2]
    scale = far * SIDE / max(high, wide)
    turn = float(rng.normal(0, 0.1)) if rng.random() < 0.85 else float(rng.uniform(-0.8, 0.8))
    cosine, sine = np.cos(turn) * scale, np.sin(turn) * scale
    flip = -1.0 if rng.random() < 0.5 else 1.0
    matrix = np.array([[cosine * flip, -sine, 0.0], [sine * flip, cosine, 0.0]])
    middle = (0.5 + at) * SIDE - 0.5
    matrix[:, 2] = middle - matrix[:, :2] @ np.array([(wide - 1) / 2, (high - 1) / 2])
    flags = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
    source = sprite
    if scale < 0.5:  # warping does not average: what shrinks much is halved first
        source = cv2.resize(sprite, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        matrix[:, :2] *= 2
    patch = cv2.warpAffine(source, matrix, (SIDE, SIDE), flags=flags).astype(np.float32)
    cover = patch[..., 3:] / 255
    if rng.random() < 0.5:
        dark = cv2.GaussianBlur(cover[..., 0], (0, 0), 1.5 + 2 * far)
        shift = np.array([[1, 0, rng.uniform(-4, 4)], [0, 1, rng.uniform(0, 5)]])
        canvas *= 1 - 0.35 * cv2.warpAffine(dark, shift, (SIDE, SIDE))[..., None]
    colour = patch[..., :3] * (cast * np.float32(rng.uniform(0.75, 1.12)))
    colour = np.minimum(colour, 255 * cover)
    if mist > 0.01:
        colour += (haze * cover - colour) * np.float32(mist)
    canvas *= 1 - cover
    canvas += colour


def _worn(canvas: NDArray[np.float32], rng: Generator) -> NDArray[np.uint8]:
    """Return *canvas* as a picture that was perhaps blurred, made brighter or darker, noised or written as JPEG."""
    if rng.random() < 0.25:
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.3, 1.1))), np.float32)
    if rng.random() < 0.4:
        canvas = (canvas - 128) * np.float32(rng.uniform(0.75, 1.2)) + 128 + np.float32(rng.uniform(-22, 22))
    if rng.random() < 0.25:
        canvas = canvas + rng.normal(0, float(rng.uniform(1, 9)), canvas.shape).astype(np.float32)
    made = np.asarray(np.clip(canvas + np.float32(0.5), 0, 255), np.uint8)
    if rng.random() < 0.2:
        _, data = cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 92))])
        made = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(made, np.uint8)
