"""Brushes for the backdrops: gradients, noise, ridges, polygons, discs and glows, smooth at any size.

Places and lengths are in pixels, but every random number is drawn for fractions of the frame, so that a seed gives the same
picture at 128 and at 1024 pixels. Pictures in work are float32 [h, w, 3], sRGB 0..255.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.world.looks import Colour, Look, mix, scaled
from models.world.scene import Backdrop

Field: TypeAlias = NDArray[np.float32]
Polygon: TypeAlias = Sequence[tuple[float, float]]
Paint: TypeAlias = Colour | tuple[Colour, Colour]
"""One colour, or two from the top of a shape to its bottom."""


@dataclass(frozen=True)
class Art:
    """A backdrop in work. *pixels* is painted in place; *line* is the row where the ground begins (the height where there is
    none); *side* is where the light comes from, -1 left or 1 right; *main* is the colour asked for, if any."""

    pixels: Field
    look: Look
    rng: np.random.Generator
    backdrop: Backdrop
    line: float
    side: int
    main: Colour | None = None

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def short(self) -> int:
        return min(self.width, self.height)

    @property
    def across(self) -> float:
        """The width in units of the shorter side: how many more things a wide picture has room for."""
        return self.width / self.short

    def decor(self, *kinds: str) -> Art:
        """Return the sheet for decoration that shows *kinds* of things: this one, or where the backdrop is without one of them a
        copy to be thrown away. The random numbers run on the same, so all the rest of the picture is what it would be."""
        if not set(kinds) & set(self.backdrop.without):
            return self
        return replace(self, pixels=self.pixels.copy())

    def child(self) -> np.random.Generator:
        """Return a generator of its own for one part: how many numbers that part takes, which may hang on the size, then
        changes nothing for the parts after it."""
        return np.random.default_rng(int(self.rng.integers(2**62)))

    def tone(self, colour: Colour, far: float = 0.0) -> Colour:
        """Return a colour as this light shows it, *far* 0 (near) to 1 (at the horizon)."""
        return mix(scaled(colour, self.look.grade), self.look.haze, min(1.0, far * self.look.thick))

    def land(self, colour: Colour, far: float = 0.0) -> Colour:
        """As :meth:`tone`, for what snow settles on."""
        return self.tone(mix(colour, (244, 248, 253), self.look.white), far)


def varied(rng: np.random.Generator, colour: Colour, amount: float = 10.0) -> Colour:
    """Return *colour* with each channel moved by up to *amount* levels, and all together by as much again."""
    level = rng.uniform(-amount, amount)
    r, g, b = (min(255.0, max(0.0, c + level + rng.uniform(-amount, amount) / 2)) for c in colour)
    return r, g, b


def picked(rng: np.random.Generator, colours: Sequence[Colour]) -> Colour:
    """Return one of *colours*."""
    return colours[int(rng.integers(len(colours)))]


def noise(art: Art, cells: float, octaves: int = 3, stretch: float = 1.0, rows: tuple[int, int] | None = None) -> Field:
    """Return soft noise, float32 [h, w] (or the *rows* y0, y1 of it), about -1..1, *cells* bumps along the shorter side.

    *stretch* above 1 makes bumps wider than high. Value noise: sums of random grids enlarged smoothly, each octave half as
    strong and twice as fine (Perlin's fractal sum).
    """
    import cv2

    y0, y1 = rows or (0, art.height)
    total = np.zeros((max(1, y1 - y0), art.width), np.float32)
    rng = art.child()
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        fine = cells * 2**octave
        shape = (max(2, round(fine * art.height / art.short)), max(2, round(fine * art.across / stretch)))
        grid = rng.random(shape, np.float32) * 2 - 1
        method = cv2.INTER_CUBIC if shape[1] < art.width else cv2.INTER_AREA
        total += np.float32(weight) * cv2.resize(grid, (total.shape[1], total.shape[0]), interpolation=method)
        norm, weight = norm + weight, weight * 0.5
    return total / np.float32(norm)


def ridge(art: Art, base: float, swing: float, cells: float, octaves: int = 3, sharp: bool = False) -> Field:
    """Return the rows of an outline, float32 [w]: round *base*, up to *swing* px away; *sharp* gives peaks upwards."""
    import cv2

    total = np.zeros(art.width, np.float32)
    rng = art.child()
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        count = max(3, round(cells * 2**octave * art.across) + 2)
        grid = rng.random((1, count), np.float32) * 2 - 1
        method = cv2.INTER_LINEAR if sharp else cv2.INTER_CUBIC
        wave = cv2.resize(grid, (art.width, 1), interpolation=method)[0]
        total += np.float32(weight) * wave
        norm, weight = norm + weight, weight * (0.42 if sharp else 0.45)
    return np.asarray(base + swing * total / norm, np.float32)


def blend(part: Field, colour: Colour | Field, alpha: Field | float) -> None:
    """Lay *colour* over *part* [h, w, 3] in place by *alpha* [h, w] or one number, 0..1."""
    paint = np.asarray(colour, np.float32)
    cover = alpha[..., None] if isinstance(alpha, np.ndarray) else np.float32(alpha)
    part += (paint - part) * cover


def ramp(stops: Sequence[Colour], count: int) -> Field:
    """Return float32 [count, 3] running evenly through *stops*."""
    places = np.linspace(0, len(stops) - 1, max(1, count), dtype=np.float32)
    table = np.asarray(stops, np.float32)
    return np.stack([np.interp(places, np.arange(len(stops)), table[:, c]) for c in range(3)], -1).astype(np.float32)


def wash(art: Art, stops: Sequence[Colour], top: float = 0.0, bottom: float | None = None) -> None:
    """Fill the rows from *top* to *bottom* (the end where None) with a gradient."""
    y0, y1 = max(0, round(top)), art.height if bottom is None else min(art.height, round(bottom))
    if y1 > y0:
        art.pixels[y0:y1] = ramp(stops, y1 - y0)[:, None]


def below(art: Art, outline: Field) -> tuple[int, Field, Field]:
    """Return the first row, the cover 0..1 and the depth in px of all that lies under *outline* [w], from that row on."""
    y0 = int(np.clip(np.floor(outline.min()) - 1, 0, art.height - 1))
    depth = np.arange(y0, art.height, dtype=np.float32)[:, None] + np.float32(0.5) - outline
    return y0, np.clip(depth + np.float32(0.5), 0, 1), np.maximum(depth, 0)


def hill(
    art: Art, outline: Field, top: Colour, bottom: Colour, reach: float, relief: float = 0.12, grain: float = 0.0
) -> None:
    """Paint the land under *outline*: *top* at its edge turning to *bottom* over *reach* px, slopes towards the light
    brighter by *relief*, mottled by *grain*."""
    import cv2

    y0, cover, depth = below(art, outline)
    share = np.minimum(depth / np.float32(max(1.0, reach)), 1)
    start, end = np.asarray(top, np.float32), np.asarray(bottom, np.float32)
    paint = start + (end - start) * share[..., None]
    slope = np.gradient(cv2.GaussianBlur(outline[None], (0, 0), 0.02 * art.short + 0.5)[0])
    light = relief * np.clip(slope * np.float32(-art.side * 1.6), -1, 1) * (1 - share)
    if grain:
        light = light + grain * noise(art, 7, 3, 2.6, (y0, art.height))
    paint *= np.float32(1) + light[..., None].astype(np.float32)
    blend(art.pixels[y0:], paint, cover)


def _mask(art: Art, points: Field, margin: float) -> tuple[int, int, NDArray[np.uint8]] | None:
    """Return the top left corner and an empty mask of the part of the frame round *points* [n, 2], None outside it."""
    low, high = np.floor(points.min(0) - margin - 1).astype(int), np.ceil(points.max(0) + margin + 2).astype(int)
    x0, y0, x1, y1 = max(0, low[0]), max(0, low[1]), min(art.width, high[0]), min(art.height, high[1])
    return (x0, y0, np.zeros((y1 - y0, x1 - x0), np.uint8)) if x1 > x0 and y1 > y0 else None


def _lay(art: Art, x0: int, y0: int, mask: NDArray[np.uint8], paint: Paint, alpha: float) -> None:
    part = art.pixels[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]]
    colour = np.asarray(paint, np.float32)
    if colour.ndim == 2:
        share = np.linspace(0, 1, len(mask), dtype=np.float32)[:, None, None]
        colour = colour[0] + (colour[1] - colour[0]) * share
    part += (colour - part) * (mask[..., None] * np.float32(alpha / 255))


def polygons(art: Art, shapes: Sequence[Polygon], paint: Paint, alpha: float = 1.0) -> None:
    """Fill polygons of points (x, y) in px with *paint*; they count as one shape, overlapping or not."""
    import cv2

    if not shapes:
        return
    arrays = [np.asarray(shape, np.float32) for shape in shapes]
    if (made := _mask(art, np.concatenate(arrays), 0)) is None:
        return
    x0, y0, mask = made
    # OpenCV counts from the middle of a pixel, hence the half; four bits of fraction.
    shift = np.array([x0 + 0.5, y0 + 0.5], np.float32)
    for array in arrays:
        cv2.fillPoly(mask, [np.round((array - shift) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    _lay(art, x0, y0, mask, paint, alpha)


def discs(
    art: Art, places: Sequence[tuple[float, float, float]], paint: Paint, alpha: float = 1.0, soft: float = 0.0
) -> None:
    """Fill discs (x, y, radius) in px with *paint*; they count as one shape, its edge blurred by *soft* px."""
    import cv2

    if not places:
        return
    table = np.asarray(places, np.float32)
    if (made := _mask(art, table[:, :2], float(table[:, 2].max()) + 2 * soft)) is None:
        return
    x0, y0, mask = made
    for x, y, radius in places:
        centre = (round((x - x0 - 0.5) * 16), round((y - y0 - 0.5) * 16))
        cv2.circle(mask, centre, max(1, round(radius * 16)), 255, -1, cv2.LINE_AA, 4)
    if soft > 0:
        mask = cv2.GaussianBlur(mask, (0, 0), soft)
    _lay(art, x0, y0, mask, paint, alpha)


def box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """Return a rectangle as a polygon."""
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def oval(x: float, y: float, wide: float, high: float, count: int = 24) -> Polygon:
    """Return an ellipse of half axes *wide* and *high* as a polygon."""
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return [(x + wide * float(c), y + high * float(s)) for c, s in zip(np.cos(turns), np.sin(turns), strict=True)]


def glow(art: Art, x: float, y: float, radius: float, colour: Colour, strength: float, power: float = 2.0) -> None:
    """Light up the surroundings of (x, y), fading to nothing at *radius* px."""
    x0, x1 = max(0, int(x - radius)), min(art.width, int(x + radius) + 2)
    y0, y1 = max(0, int(y - radius)), min(art.height, int(y + radius) + 2)
    if x1 <= x0 or y1 <= y0:
        return
    ys = (np.arange(y0, y1, dtype=np.float32)[:, None] + np.float32(0.5 - y)) / np.float32(radius)
    xs = (np.arange(x0, x1, dtype=np.float32) + np.float32(0.5 - x)) / np.float32(radius)
    near = np.maximum(0, 1 - np.sqrt(xs * xs + ys * ys))
    blend(art.pixels[y0:y1, x0:x1], colour, np.float32(strength) * near ** np.float32(power))
