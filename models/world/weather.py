"""What falls and drifts in front of the things: rain, snow, mist. It moves with time and hides nothing from the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.world.paint import Art, Polygon, blend, discs, noise, polygons

if TYPE_CHECKING:
    from numpy.typing import NDArray


def weather(art: Art, moment: float = 0.0) -> None:
    """Paint the weather of *art*'s hour over its pixels, as it is *moment* seconds after the beginning."""
    time = art.backdrop.time
    if time in ("rain", "storm"):
        _rain(art, moment, 1.0 if time == "rain" else 1.5)
    elif time == "snowfall":
        _snow(art, moment)
    elif time == "fog":
        _mist(art, moment)


def _falling(art: Art, count: float, speed: float, drift: float, moment: float) -> NDArray[np.float64]:
    """Return [n, 3] of x, y (fractions, a little beyond the frame) and nearness 0..1 of what falls *speed* heights a second
    and drifts *drift* of that sideways; what leaves below comes back above."""
    table = art.rng.random((int(count * art.across), 3))
    near = table[:, 2]
    way = moment * speed * (0.6 + 0.4 * near)
    table[:, 1] = np.mod(table[:, 1] + way, 1.0) * 1.2 - 0.1
    table[:, 0] = np.mod(table[:, 0] + way * drift, 1.0) * 1.2 - 0.1
    return table


def _rain(art: Art, moment: float, strength: float) -> None:
    lean = -0.16 * art.side * strength
    near: list[Polygon] = []
    far: list[Polygon] = []
    for x, y, close in _falling(art, 120 * strength, 2.2, lean, moment):
        length = (0.025 + 0.06 * close) * art.short
        wide = (0.0009 + 0.0014 * close) * art.short
        px, py = x * art.width, y * art.height
        (near if close > 0.5 else far).append(
            [(px, py), (px + lean * length - wide, py + length), (px + lean * length + wide, py + length)]
        )
    weight = min(1.0, 0.28 + art.short / 700)
    polygons(art, far, (206, 220, 232), 0.3 * weight)
    polygons(art, near, (226, 236, 244), 0.42 * weight)
    if art.line < art.height:
        rings = art.rng.random((int(16 * art.across), 2))
        splash = []
        for x, t in rings:
            px, py, size = (
                x * art.width,
                art.line + (0.08 + 0.92 * t) * (art.height - art.line),
                (0.006 + 0.012 * t) * art.short,
            )
            splash += [
                [(px - size, py - size * 0.9), (px - size * 0.5, py), (px - size * 0.7, py)],
                [(px + size, py - size * 0.9), (px + size * 0.7, py), (px + size * 0.5, py)],
            ]
        polygons(art, splash, (226, 236, 244), 0.4 * weight)


def _snow(art: Art, moment: float) -> None:
    flakes = _falling(art, 190, 0.16, 0.25 * art.side, moment)
    sway = 0.012 * np.sin(flakes[:, 2] * 40 + moment * 2.2)
    sizes = (0.0018 + 0.0075 * flakes[:, 2] ** 3) * art.short
    # The nearest flakes are out of focus, the farthest but a shimmer.
    for low, high, alpha, blur in ((0.0, 0.6, 0.75, 0.0006), (0.6, 0.88, 0.9, 0.001), (0.88, 1.01, 0.85, 0.0035)):
        pick = (flakes[:, 2] >= low) & (flakes[:, 2] < high)
        xs, ys = (flakes[pick, 0] + sway[pick]) * art.width, flakes[pick, 1] * art.height
        places = zip(xs, ys, np.maximum(sizes[pick], 0.4), strict=True)
        discs(
            art, [(float(x), float(y), float(r)) for x, y, r in places], (255, 255, 255), alpha, blur * art.short + 0.3
        )


def _mist(art: Art, moment: float) -> None:
    """Banks of mist, thickest along the ground's line."""
    veil = noise(art, 2.2, 3, 3.5)
    if moment:
        veil = np.roll(veil, round(moment * 0.02 * art.width) % art.width, 1)
    rows = np.arange(art.height, dtype=np.float32)[:, None]
    middle = art.line if art.line < art.height else 0.6 * art.height
    band = np.exp(-(((rows - np.float32(middle)) / np.float32(0.3 * art.height)) ** 2))
    blend(art.pixels, art.look.haze, np.clip(0.24 + 0.5 * veil, 0, 0.7) * band * np.float32(0.62))
