"""Land for the backdrops: hills, ranges of peaks, lawns, and things scattered over the ground."""

from __future__ import annotations

import numpy as np

from models.world.looks import Colour, hexed, mix
from models.world.paint import Art, below, blend, box, discs, hill, noise, polygons, ridge
from models.world.plants import tufts


def scattered(art: Art, count: float, top: float, bottom: float, size: float) -> list[tuple[float, float, float]]:
    """Return *count* (for a square picture) places (x, y, size) between two rows, bigger and sparser towards the bottom,
    sorted from far to near; *size* is a fraction of the shorter side at the bottom."""
    rows = np.sort(art.rng.random(int(count * art.across)) ** 1.1)
    xs = art.rng.uniform(-0.03, 1.03, len(rows))
    grow = art.rng.uniform(0.75, 1.25, len(rows))
    return [
        (float(x) * art.width, top + float(t) * (bottom - top), size * art.short * (0.25 + 0.75 * float(t)) * float(g))
        for x, t, g in zip(xs, rows, grow, strict=True)
    ]


def range_of(
    art: Art, base: float, swing: float, rock: Colour, far: float, cap: float = 0.0, cells: float = 3.0
) -> None:
    """A chain of peaks round row *base*, lit from the side, snow on their upper *cap* px."""
    import cv2

    outline = ridge(art, base, swing, cells, 4, sharp=True)
    y0, cover, depth = below(art, outline)
    slope = np.gradient(cv2.GaussianBlur(outline[None], (0, 0), 0.006 * art.short + 0.4)[0])
    wobble = noise(art, 6, 3, 1.0, (y0, art.height)) * np.float32(0.05 * art.short)
    columns = np.clip(
        np.arange(art.width, dtype=np.float32) + wobble + depth * np.float32(0.22 * art.side), 0, art.width - 1
    )
    facing = np.clip(slope[columns.astype(np.int32)] * np.float32(-art.side * 2.2), -1, 1)
    facing = cv2.GaussianBlur(facing.astype(np.float32), (0, 0), 0.004 * art.short + 0.3)
    light = np.float32(1) + np.float32(0.3 * (1 - 0.6 * far)) * facing
    paint = np.asarray(art.tone(rock, far), np.float32) * light[..., None]
    share = np.clip(depth / np.float32(max(1.0, 2.2 * swing)), 0, 1)
    paint += (np.asarray(art.tone(mix(rock, art.look.haze, 0.5), min(1.0, far + 0.25)), np.float32) - paint) * (
        share**1.3
    )[..., None]
    if cap > 0:
        rows = np.arange(y0, art.height, dtype=np.float32)[:, None]
        edge = np.float32(base - 0.25 * swing + cap) + wobble * np.float32(1.1) + facing * np.float32(0.05 * art.short)
        snow = np.clip((edge - rows) / np.float32(0.006 * art.short + 0.7) + 0.5, 0, 1)
        white = (
            np.asarray(art.tone(hexed("f7fbff"), far * 0.5), np.float32)
            * (np.float32(0.9) + np.float32(0.13) * facing)[..., None]
        )
        paint += (white - paint) * snow[..., None]
    blend(art.pixels[y0:], paint, cover)


def hills(art: Art, near: Colour, count: int = 3) -> None:
    """Rolling hills behind the ground, from far and hazy to near."""
    for number in range(count):
        far = 1 - number / count
        base = art.line - art.height * 0.11 * far + art.height * 0.02
        top = mix(near, hexed("5f9e86"), 0.55 * far)
        outline = ridge(art, base, 0.055 * art.height, 1.6 + number, 2)
        hill(
            art,
            outline,
            art.land(mix(top, (255, 250, 190), 0.18), far),
            art.land(mix(top, (30, 80, 60), 0.2), far * 0.85),
            0.16 * art.height,
            0.14,
            0.04,
        )
        if number < count - 1:
            _far_trees(art, outline, far * 0.9, mix(top, (20, 70, 60), 0.4))


def _far_trees(art: Art, outline: np.ndarray, far: float, leaf: Colour) -> None:
    """Little round trees and hedges standing on an outline, in groups."""
    art = art.decor("tree")
    rng = art.rng
    heap, trunks = [], []
    for _ in range(int(3 * art.across) + 1):
        start = float(rng.uniform(0, 1))
        for _ in range(int(rng.integers(1, 5))):
            x = (start + float(rng.uniform(-0.05, 0.05))) * art.width
            size = float(rng.uniform(0.010, 0.02)) * art.short * (1.25 - 0.5 * far)
            foot = float(outline[int(np.clip(x, 0, art.width - 1))]) + size * 0.5
            heap += [
                (x, foot - size * 1.5, size),
                (x + size * 0.55, foot - size * 1.05, size * 0.75),
                (x - size * 0.55, foot - size, size * 0.7),
            ]
            trunks.append(box(x - size * 0.12, foot - size, x + size * 0.12, foot + size * 0.1))
    polygons(art, trunks, art.tone(hexed("6f5238"), far), 0.8)
    discs(art, heap, art.land(leaf, far))
    discs(
        art,
        [(x + 0.2 * r * art.side, y - 0.25 * r, r * 0.6) for x, y, r in heap],
        art.land(mix(leaf, (240, 250, 150), 0.22), far),
        0.6,
    )


def lawn(art: Art, near: Colour, outline: np.ndarray) -> None:
    """The grass in front: lighter far off, with streaks of mown and trodden grass."""
    light, deep = mix(near, (250, 248, 150), 0.32), mix(near, (18, 88, 62), 0.34)
    hill(art, outline, art.land(light, 0.16), art.land(deep), art.height - art.line, 0.06, 0.05)
    y0 = int(art.line)
    fade = np.linspace(0.2, 1, art.height - y0, dtype=np.float32)[:, None]
    streaks = np.clip(noise(art, 5, 3, 5.0, (y0, art.height)), 0, 1) * fade
    blend(art.pixels[y0:], art.land(mix(near, (255, 255, 160), 0.4)), streaks * np.float32(0.35))


def grass_tufts(art: Art, grass: Colour) -> None:
    places = scattered(art, 46, art.line + 0.03 * art.height, art.height * 1.02, 0.05)
    tufts(art, places[::2], art.land(mix(grass, (20, 90, 55), 0.45)), 0.75)
    tufts(art, places[1::2], art.land(mix(grass, (240, 250, 140), 0.3)), 0.6)
