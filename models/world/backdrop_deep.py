"""The backdrop under water: rays of light, sand, weed, coral and bubbles."""

from __future__ import annotations

import numpy as np

from models.world.looks import Colour, hexed, mix
from models.world.paint import Art, Polygon, blend, discs, glow, hill, noise, picked, polygons, ridge, varied, wash


def underwater(art: Art) -> None:
    """Blue depth with rays from above, sand, weed, coral and bubbles."""
    rng, night = art.rng, art.look.stars
    deep = art.main or varied(rng, hexed("1f78b4"), 10)
    dim = 0.5 if night else (0.8 if art.look.heavy else 1.0)
    top, low = (
        mix(mix(deep, (150, 240, 250), 0.55), (6, 20, 50), 1 - dim),
        mix(mix(deep, (6, 40, 96), 0.5), (6, 14, 44), 1 - dim),
    )
    wash(art, (top, mix(top, low, 0.55), low))
    floor = art.height * float(rng.uniform(0.8, 0.86))
    for far, colour in ((0.72, mix(low, top, 0.12)), (0.45, mix(low, hexed("0f4f7a"), 0.5))):
        outline = ridge(art, floor - 0.16 * far * art.height, 0.14 * far * art.height, 2.2, 3)
        hill(art, outline, mix(colour, top, 0.12), mix(colour, low, 0.5), 0.3 * art.height, 0.12, 0.05)
    sand = mix(mix(hexed("f0d9a0"), deep, 0.26), (6, 14, 44), 1 - dim)
    hill(
        art,
        ridge(art, floor, 0.022 * art.height, 1.6, 2),
        mix(sand, (255, 255, 240), 0.22 * dim),
        mix(sand, low, 0.45),
        art.height - floor,
        0.12,
        0.06,
    )
    _caustics(art, floor, dim)
    for _ in range(int(9 * art.across)):
        x = float(rng.uniform(0, 1))
        x = x if abs(x - 0.5) > 0.2 else x + 0.32 * np.sign(x - 0.5)
        foot = floor + float(rng.uniform(0.02, 0.14)) * art.height
        weedy = rng.random() < 0.55
        (_weed if weedy else _coral)(
            art if weedy else art.decor("coral"),
            float(x) * art.width,
            foot,
            float(rng.uniform(0.12, 0.28)) * art.short,
            low,
            dim,
        )
    _rays(art, dim)
    for _ in range(int(5 * art.across)):
        x, y = float(rng.uniform(0.05, 0.95)) * art.width, float(rng.uniform(0.15, 0.85)) * art.height
        for k in range(int(rng.integers(2, 6))):
            r = float(rng.uniform(0.004, 0.013)) * art.short
            bx, by = x + float(rng.uniform(-0.02, 0.02)) * art.short, y - k * 0.035 * art.short
            discs(art, [(bx, by, r)], hexed("d8f6ff"), 0.34 * dim)
            discs(art, [(bx - r * 0.3, by - r * 0.35, r * 0.36)], hexed("ffffff"), 0.8 * dim)


def _caustics(art: Art, floor: float, dim: float) -> None:
    y0 = max(0, int(floor))
    web = noise(art, 6, 2, 2.4, (y0, art.height))
    lines = np.clip(1 - np.abs(web) * 9, 0, 1)
    blend(art.pixels[y0:], hexed("fdfff0"), lines * np.float32(0.22 * dim))


def _rays(art: Art, dim: float) -> None:
    import cv2

    rng = art.rng
    light = np.zeros((art.height, art.width), np.float32)
    for _ in range(int(6 * art.across)):
        x, wide = float(rng.uniform(-0.1, 1.1)) * art.width, float(rng.uniform(0.02, 0.06)) * art.short
        lean = -art.side * float(rng.uniform(0.15, 0.3)) * art.height
        beam = np.zeros(light.shape, np.uint8)
        far = x + lean
        points = np.array(
            [(x - wide, -2), (x + wide, -2), (far + wide * 2.6, art.height), (far - wide * 2.6, art.height)]
        )
        cv2.fillPoly(beam, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        light += beam.astype(np.float32) / 255
    small = cv2.resize(light, (max(8, art.width // 4), max(8, art.height // 4)), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(
        cv2.GaussianBlur(small, (0, 0), 0.012 * art.short / 4 + 0.4),
        (art.width, art.height),
        interpolation=cv2.INTER_LINEAR,
    )
    fade = np.linspace(1, 0, art.height, dtype=np.float32)[:, None] ** 1.3
    blend(art.pixels, hexed("e2fbff"), np.minimum(soft, 1.6) * fade * np.float32(0.2 * dim))
    glow(art, art.width / 2, -0.1 * art.height, 0.8 * max(art.width, art.height), hexed("eafdff"), 0.3 * dim, 2.0)


def _weed(art: Art, x: float, foot: float, high: float, low: Colour, dim: float) -> None:
    rng = art.rng
    green = mix(
        varied(rng, picked(rng, [hexed("4fae6a"), hexed("2f9a78"), hexed("8fae3f")]), 10), low, 0.3 + 0.4 * (1 - dim)
    )
    for k in range(4):
        phase, tall = float(rng.uniform(0, 6)), high * float(rng.uniform(0.6, 1.15))
        root = x + (k - 1.5) * high * 0.09
        ts = np.linspace(0, 1, 14)
        xs = root + np.sin(ts * 6 + phase) * high * 0.06 * ts
        wide = high * 0.04 * (1 - ts) ** 0.6 * np.minimum(1, 0.25 + 4 * ts)
        left = [(float(a - w), foot - tall * float(t)) for a, w, t in zip(xs, wide, ts, strict=True)]
        right = [(float(a + w), foot - tall * float(t)) for a, w, t in zip(xs, wide, ts, strict=True)]
        polygons(art, [left + right[::-1]], (mix(green, (230, 255, 190), 0.25 * dim), mix(green, low, 0.3)))


def _coral(art: Art, x: float, foot: float, high: float, low: Colour, dim: float) -> None:
    rng = art.rng
    pink = mix(
        varied(rng, picked(rng, [hexed("ff7f8a"), hexed("ffa25f"), hexed("c77fe0"), hexed("ffd06a")]), 10),
        low,
        0.22 + 0.45 * (1 - dim),
    )
    if rng.random() < 0.4:
        heap = [
            (x + float(a) * high * 0.3, foot - float(b) * high * 0.25, high * 0.17)
            for a, b in rng.uniform([-1, 0], [1, 1], (7, 2))
        ]
        discs(art, heap, (pink, mix(pink, low, 0.4)))
        discs(
            art,
            [(a + art.side * r * 0.2, b - r * 0.3, r * 0.5) for a, b, r in heap],
            mix(pink, (255, 255, 240), 0.3),
            0.6,
        )
        return
    limbs: list[Polygon] = []
    tips: list[tuple[float, float, float]] = []

    def grow(px: float, py: float, turn: float, length: float, wide: float, left: int) -> None:
        qx, qy = px + np.sin(turn) * length, py - np.cos(turn) * length
        nx, ny = np.cos(turn) * wide, np.sin(turn) * wide
        limbs.append(
            [(px - nx, py - ny), (qx - nx * 0.75, qy - ny * 0.75), (qx + nx * 0.75, qy + ny * 0.75), (px + nx, py + ny)]
        )
        tips.append((float(qx), float(qy), wide * 0.78))
        if left:
            for lean in (-0.5, 0.5):
                grow(qx, qy, turn + lean * float(rng.uniform(0.7, 1.3)), length * 0.72, wide * 0.75, left - 1)

    grow(x, foot, 0.0, high * 0.3, high * 0.055, 3)
    polygons(art, limbs, (mix(pink, (255, 250, 235), 0.15), mix(pink, low, 0.3)))
    discs(art, tips, (mix(pink, (255, 250, 235), 0.2), mix(pink, low, 0.25)))
