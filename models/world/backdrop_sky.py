"""Skies: gradients by time, sun, moon, stars and clouds; and the backdrops that are all sky: the sky and space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.world.looks import Colour, hexed, mix
from models.world.paint import Art, blend, discs, glow, noise, picked, polygons, ramp, varied, wash


def sky(art: Art, bottom: float | None = None) -> None:
    """Paint the sky down to row *bottom* (the ground's line where None): its light, its stars, its clouds."""
    end = art.line if bottom is None else bottom
    # Numbers of its own: the land below must stay the same when the hour or the weather changes.
    art = replace(art, rng=art.child())
    look, rng = art.look, art.rng
    stops = look.sky if art.main is None else tuple(mix(stop, art.main, 0.62) for stop in look.sky)
    wash(art, stops, 0, min(art.height, end + 0.06 * art.height))
    x = (0.5 + art.side * rng.uniform(0.18, 0.36)) * art.width
    y = end * (look.height + rng.uniform(-0.08, 0.06))
    if look.stars:
        stars(art.decor("star"), end, 90)
    if look.light == "sun":
        _sun(art.decor("sun"), x, y)
    elif look.light == "moon":
        _moon(art.decor("moon"), x, y, rng.uniform(0.045, 0.06) * art.short, float(rng.uniform(0.2, 1.0)))
    if art.backdrop.time == "storm" and rng.random() < 0.75:
        _lightning(art, end)
    _wisps(art, end)
    clouds(art.decor("cloud"), end, look.cover * rng.uniform(0.7, 1.3))


def _sun(art: Art, x: float, y: float) -> None:
    low = art.look.height > 0.6
    size = art.short * (0.062 if low else 0.05)
    warm = hexed("ffd27a") if low else hexed("fff6d8")
    glow(art, x, y, art.short * (0.75 if low else 0.5), warm, 0.62 if low else 0.6, 2.2)
    glow(art, x, y, size * 3.2, hexed("fff3c4"), 0.7, 1.6)
    discs(art, [(x, y, size)], hexed("fffbe8") if not low else hexed("fff0b8"))


def _moon(art: Art, x: float, y: float, size: float, full: float) -> None:
    glow(art, x, y, size * 7, hexed("9fb6ff"), 0.36, 2.0)
    turns = np.linspace(-np.pi / 2, np.pi / 2, 24)
    bulge = -np.cos(np.pi * full)
    rim = [(x + art.side * size * float(np.cos(t)), y + size * float(np.sin(t))) for t in turns]
    inner = [(x - art.side * bulge * size * float(np.cos(t)), y + size * float(np.sin(t))) for t in turns[::-1]]
    discs(art, [(x, y, size)], mix(hexed("1b2a5e"), hexed("f6f1d8"), 0.12), 0.6)
    polygons(art, [rim + inner], (hexed("fffdf0"), hexed("efe6c4")))
    if full > 0.6:
        spots = [(0.3, -0.25, 0.2), (0.45, 0.3, 0.13), (-0.05, 0.2, 0.16), (0.1, 0.55, 0.1)]
        discs(art, [(x + art.side * dx * size, y + dy * size, r * size) for dx, dy, r in spots], hexed("dcd2ae"), 0.55)


def stars(art: Art, end: float, count: float) -> None:
    """Scatter stars above row *end*, *count* for a square picture, the bright ones with a glow."""
    rng = art.rng
    number = int(count * art.across * art.height / art.short)
    table = rng.random((number, 4))
    faint: list[tuple[float, float, float]] = []
    for x, y, size, tint in table:
        place = (x * art.width, y * end * (0.98 if end < art.height else 1.0))
        radius = art.short * (0.0011 + 0.0028 * size**5)
        if size < 0.85:
            faint.append((*place, max(radius, 0.3)))
            continue
        colour = mix(hexed("cfe0ff"), hexed("fff0d0"), float(tint))
        glow(art, *place, art.short * 0.02 * size, colour, 0.55, 2.0)
        discs(art, [(*place, max(radius, 0.35))], hexed("ffffff"))
    half = len(faint) // 2
    discs(art, faint[:half], hexed("e8f0ff"), min(0.85, 0.3 + art.short / 900))
    discs(art, faint[half:], hexed("c8d6ff"), min(0.6, 0.2 + art.short / 1500))


def _wisps(art: Art, end: float) -> None:
    """Thin high clouds, drawn out sideways."""
    rows = (0, min(art.height, max(2, int(end))))
    veil = noise(art, 2.2, 4, 3.2, rows)
    fade = np.linspace(1, 0, rows[1], dtype=np.float32)[:, None] ** 0.7
    strength = 0.5 if art.look.heavy else (0.3 if art.look.light == "sun" else 0.2)
    blend(art.pixels[: rows[1]], art.look.lit, np.clip(veil * 1.5 - 0.12, 0, 1) * fade * np.float32(strength))
    if art.look.heavy:
        blend(art.pixels[: rows[1]], art.look.dark, np.clip(-veil * 1.6, 0, 1) * fade * np.float32(0.55))


def clouds(art: Art, end: float, count: float) -> None:
    """Puffy clouds above row *end*, *count* for a square picture, far ones small and low."""
    rng = art.rng
    number = int(count * art.across + 0.5)
    spots = rng.random((number, 2))
    order = np.argsort(-spots[:, 1])
    for index in order:
        near = 1 - 0.75 * float(spots[index, 1])
        x = ((index + float(spots[index, 0])) / number * 1.2 - 0.1) * art.width
        y = (0.08 + 0.62 * (1 - near) + float(rng.uniform(-0.03, 0.05))) * end
        puff(art, x, y + 0.05 * art.short, near * float(rng.uniform(0.11, 0.19)) * art.short, 1 - near)


def puff(
    art: Art, x: float, y: float, size: float, far: float = 0.0, lit: Colour | None = None, dark: Colour | None = None
) -> None:
    """One cloud: a heap of discs on a flat base at row *y*, *size* px half as wide, lit from above."""
    import cv2

    rng, look = art.rng, art.look
    count = int(rng.integers(7, 11))
    offsets = np.linspace(-1, 1, count) + rng.uniform(-0.1, 0.1, count)
    heights = np.maximum(0, 1 - np.abs(offsets) ** 1.7) * rng.uniform(0.3, 0.62, count) + rng.uniform(0.13, 0.22, count)
    wide, high = int(size * 1.7) + 3, int(size * 1.1) + 3
    x0, y0 = int(x) - wide, int(y) - high
    fx, fy = x - x0, y - y0
    mask = np.zeros((high + 3, 2 * wide), np.uint8)
    base = np.zeros_like(mask)
    for offset, height in zip(offsets, heights, strict=True):
        radius = size * height * 0.78
        centre = (round((fx + offset * size * 1.05) * 16), round((fy - radius * 0.72) * 16))
        cv2.circle(mask, centre, max(1, round(radius * 16)), 255, -1, cv2.LINE_AA, 4)
        cv2.circle(
            base, (centre[0], centre[1] + round(radius * 6)), max(1, round(radius * 15)), 255, -1, cv2.LINE_AA, 4
        )
    rows = np.arange(mask.shape[0], dtype=np.float32)[:, None] + np.float32(0.5)
    soft = np.float32(0.13 * size + 0.6)
    cover = cv2.GaussianBlur(mask, (0, 0), 0.015 * size + 0.25).astype(np.float32) / 255
    cover *= np.clip((fy - rows) / soft, 0, 1)
    bright = mix(lit or look.lit, look.haze, 0.5 * far)
    shade = mix(dark or look.dark, look.haze, 0.6 * far)
    under = cv2.GaussianBlur(base, (0, 0), 0.1 * size + 0.3).astype(np.float32) / 255
    under *= np.clip((rows - (fy - size * 0.62)) / np.float32(size * 0.75), 0, 1)
    paint = (
        np.asarray(bright, np.float32)
        + (np.asarray(shade, np.float32) - np.asarray(bright, np.float32)) * under[..., None]
    )
    top, left = max(0, y0), max(0, x0)
    bottom, right = min(art.height, y0 + mask.shape[0]), min(art.width, x0 + mask.shape[1])
    if bottom > top and right > left:
        part = (slice(top - y0, bottom - y0), slice(left - x0, right - x0))
        blend(art.pixels[top:bottom, left:right], paint[part], cover[part] * np.float32(0.94 - 0.3 * far))


def _lightning(art: Art, end: float) -> None:
    rng = art.rng
    x = float(rng.uniform(0.15, 0.85)) * art.width
    steps = 9
    ys = np.linspace(0, end * float(rng.uniform(0.75, 0.98)), steps)
    xs = x + np.cumsum(rng.uniform(-0.05, 0.05, steps)) * art.short
    glow(art, float(xs[3]), float(ys[3]), art.short * 0.45, hexed("cfd8ff"), 0.5, 2.0)
    wide = np.linspace(0.007, 0.002, steps) * art.short
    path = [*zip(xs - wide, ys, strict=True), *zip((xs + wide)[::-1], ys[::-1], strict=True)]
    polygons(art, [[(float(a), float(b)) for a, b in path]], hexed("fbfbff"))


def open_sky(art: Art) -> None:
    """Nothing but sky, with large clouds."""
    sky(art, art.height * 1.02)
    rng, heaps = art.rng, art.decor("cloud")
    for _ in range(int(3 * art.across)):
        x, y = float(rng.uniform(-0.05, 1.05)) * art.width, float(rng.uniform(0.82, 1.02)) * art.height
        puff(heaps, x, y, float(rng.uniform(0.22, 0.34)) * art.short)
    blend(
        art.pixels[-max(1, art.height // 7) :],
        art.look.haze,
        np.linspace(0, 0.5, max(1, art.height // 7), dtype=np.float32)[:, None],
    )


def space(art: Art) -> None:
    """Stars, a glowing nebula, perhaps a planet."""
    rng = art.rng
    wash(art, (hexed("060818"), hexed("0c1030"), hexed("0a0a22")))
    hues = [art.main] if art.main else [hexed(d) for d in ("5a3fa8", "2f6fb8", "b0427f", "2a8f93", "c06a3a")]
    ys = np.linspace(-1, 1, art.height, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, art.width, dtype=np.float32)
    tilt = float(rng.uniform(-0.9, 0.9))
    band = np.exp(-(((ys + tilt * xs + np.float32(rng.uniform(-0.4, 0.4))) / np.float32(0.6)) ** 2))
    for _ in range(2):
        cloud = np.clip(noise(art, 2.2, 5) * 1.7 + 0.25, 0, 1) * band
        blend(art.pixels, picked(rng, hues), cloud.astype(np.float32) * np.float32(0.6))
    dust = np.clip(noise(art, 3, 5) * 2.0 - 0.15, 0, 1) * band
    blend(art.pixels, hexed("05060f"), dust.astype(np.float32) * np.float32(0.7))
    stars(art.decor("star"), art.height, 260)
    if rng.random() < 0.7:
        radius = float(rng.uniform(0.07, 0.2)) * art.short
        x = (0.5 - art.side * float(rng.uniform(0.22, 0.4))) * art.width
        planet(art.decor("planet"), x, float(rng.uniform(0.14, 0.4)) * art.height, radius)


def planet(art: Art, x: float, y: float, radius: float, stops: tuple[Colour, ...] | None = None) -> None:
    """A banded ball lit from one side, with a thin glow of air, cut at the frame."""
    rng = art.rng
    sets = (
        ("c98a5a", "e8c08c", "a8643f"),
        ("6fa8d8", "bfe0f0", "3f6fb0"),
        ("b88ad8", "e0c8f4", "7a4fa8"),
        ("d86f6f", "f0b0a0", "a04858"),
    )
    chosen = stops or tuple(varied(rng, hexed(d), 8) for d in sets[int(rng.integers(len(sets)))])
    glow(art, x, y, radius * 1.35, chosen[1], 0.5, 2.0)
    x0, x1 = max(0, int(x - radius) - 1), min(art.width, int(x + radius) + 2)
    y0, y1 = max(0, int(y - radius) - 1), min(art.height, int(y + radius) + 2)
    wave = noise(art, 2, 2, 2.0)
    if x1 <= x0 or y1 <= y0:
        return
    ys = (np.arange(y0, y1, dtype=np.float32)[:, None] + np.float32(0.5 - y)) / np.float32(radius)
    xs = (np.arange(x0, x1, dtype=np.float32) + np.float32(0.5 - x)) / np.float32(radius)
    away = np.sqrt(xs * xs + ys * ys)
    depth = np.sqrt(np.maximum(0, 1 - np.minimum(away, 1) ** 2))
    table = ramp((*chosen, *chosen[::-1], *chosen), 256)
    band = np.clip((ys + 0.25 * xs + 1.2) * 100 + wave[y0:y1, x0:x1] * 22, 0, 255).astype(np.int32)
    light = np.clip(0.1 + 0.95 * (depth * 0.75 + art.side * xs * 0.55 - ys * 0.4), 0.07, 1.1)
    cover = np.clip((1 - away) * np.float32(radius) + 0.5, 0, 1)
    blend(art.pixels[y0:y1, x0:x1], (table[band] * light[..., None]).astype(np.float32), cover.astype(np.float32))
