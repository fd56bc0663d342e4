"""Backdrops of tended land: meadow, farm and garden."""

from __future__ import annotations

import numpy as np

from models.world.backdrop_sky import sky
from models.world.looks import hexed, mix
from models.world.paint import Art, Polygon, box, hill, oval, polygons, ridge, varied
from models.world.plants import FLOWERS, bush, flowers, round_tree, tufts
from models.world.terrain import grass_tufts, hills, lawn, range_of, scattered


def meadow(art: Art) -> None:
    """Hills, scattered trees, grass with flowers."""
    rng = art.rng
    sky(art)
    grass = varied(rng, hexed("6fbf4b"), 14)
    if rng.random() < 0.45:
        range_of(
            art.decor("mountain"),
            art.line - 0.1 * art.height,
            0.12 * art.height,
            hexed("7f97b8"),
            0.85,
            0.03 * art.height,
        )
    hills(art, grass)
    outline = ridge(art, art.line, 0.012 * art.height, 2, 2)
    lawn(art, grass, outline)
    for _ in range(int(rng.integers(0, 3))):
        side = -1 if rng.random() < 0.5 else 1
        x = (0.5 + side * float(rng.uniform(0.34, 0.5))) * art.width
        round_tree(
            art.decor("tree"),
            x,
            art.line + float(rng.uniform(0.02, 0.09)) * art.height,
            float(rng.uniform(0.26, 0.4)) * art.short,
            0.12,
        )
    grass_tufts(art, grass)
    if not art.look.white:
        mass = scattered(art, float(rng.uniform(30, 90)), art.line + 0.06 * art.height, art.height * 1.01, 0.017)
        flowers(
            art.decor("flower"),
            mass,
            [FLOWERS[int(k)] for k in rng.permutation(len(FLOWERS))[: int(rng.integers(2, 5))]],
        )


def farm(art: Art) -> None:
    """Fields in rows running to the horizon, a barn, a fence."""
    rng = art.rng
    sky(art)
    grass = varied(rng, hexed("86b94e"), 12)
    hills(art, grass, 2)
    y0, end = art.line, float(art.height)
    soil = varied(rng, hexed(("c9a04e", "a8763e", "d8b84e", "8fae3f")[int(rng.integers(4))]), 10)
    hill(
        art,
        np.full(art.width, y0, np.float32),
        art.land(mix(soil, (255, 240, 180), 0.35), 0.2),
        art.land(soil),
        end - y0,
        0,
        0.05,
    )
    middle = (0.5 + float(rng.uniform(-0.25, 0.25))) * art.width
    rows: list[Polygon] = []
    count = int(26 * art.across)
    for k in range(-count, count):
        near = middle + k * 0.13 * art.short
        away = middle + k * 0.012 * art.short
        rows.append([(away, y0), (away + 0.005 * art.short, y0), (near + 0.065 * art.short, end), (near, end)])
    polygons(art, rows, (art.land(mix(soil, (90, 110, 40), 0.5), 0.3), art.land(mix(soil, (70, 100, 40), 0.62))), 0.62)
    x = (0.5 + (0.28 if rng.random() < 0.5 else -0.28)) * art.width
    _barn(art.decor("house"), x, y0 + 0.02 * art.height, 0.17 * art.short)
    round_tree(art.decor("tree"), x + 0.2 * art.short, y0 + 0.015 * art.height, 0.2 * art.short, 0.2)
    bush(art, x - 0.16 * art.short, y0 + 0.02 * art.height, 0.05 * art.short, 0.2)
    _fence(art, y0 + 0.1 * art.height)
    strip = ridge(art, art.height * 0.93, 0.012 * art.height, 3, 2)
    hill(
        art,
        strip,
        art.land(mix(grass, (250, 250, 150), 0.2)),
        art.land(mix(grass, (20, 90, 60), 0.35)),
        0.1 * art.height,
        0.1,
        0.06,
    )
    tufts(
        art,
        scattered(art, 24, art.height * 0.95, art.height * 1.03, 0.05),
        art.land(mix(grass, (20, 90, 55), 0.4)),
        0.8,
    )


def _barn(art: Art, x: float, foot: float, size: float) -> None:
    red, far = varied(art.rng, hexed("b8433a"), 8), 0.14
    wall, top = size * 0.62, size * 1.02
    wide = size * 0.55
    polygons(
        art,
        [box(x, foot - wall, x + wide * 1.7, foot)],
        (art.tone(mix(red, (60, 10, 30), 0.2), far), art.tone(mix(red, (60, 10, 30), 0.38), far)),
    )
    roof = [
        (x, foot - top),
        (x + wide * 1.55, foot - top),
        (x + wide * 1.8, foot - wall),
        (x + wide * 0.55, foot - wall),
    ]
    polygons(art, [roof], (art.land(hexed("8a94a3"), far), art.land(hexed("6c7686"), far)))
    front = [
        (x - wide, foot),
        (x - wide, foot - wall),
        (x - wide * 0.6, foot - top * 0.92),
        (x, foot - top * 1.08),
        (x + wide * 0.6, foot - top * 0.92),
        (x + wide, foot - wall),
        (x + wide, foot),
    ]
    polygons(art, [front], (art.tone(mix(red, (255, 200, 170), 0.1), far), art.tone(red, far)))
    white = art.tone(hexed("f4ede0"), far)
    polygons(art, [box(x - wide * 0.42, foot - size * 0.46, x + wide * 0.42, foot)], white)
    polygons(
        art,
        [
            box(x - wide * 0.35, foot - size * 0.41, x - wide * 0.03, foot),
            box(x + wide * 0.03, foot - size * 0.41, x + wide * 0.35, foot),
        ],
        art.tone(mix(red, (60, 10, 30), 0.3), far),
    )
    lamp = hexed("ffd98a") if art.look.lamps else None
    polygons(art, [box(x - wide * 0.2, foot - size * 0.85, x + wide * 0.2, foot - size * 0.62)], white)
    polygons(
        art,
        [box(x - wide * 0.13, foot - size * 0.82, x + wide * 0.13, foot - size * 0.65)],
        lamp or art.tone(hexed("4a3a44"), far),
    )


def _fence(art: Art, foot: float) -> None:
    gap, high = 0.12 * art.short, 0.075 * art.short
    wood = art.land(hexed("e8dcc4"), 0.05)
    dark = art.tone(hexed("b39d7c"), 0.05)
    posts = [
        box(x - 0.008 * art.short, foot - high, x + 0.008 * art.short, foot)
        for x in np.arange(0.3 * gap, art.width + gap, gap)
    ]
    polygons(
        art,
        [
            box(0, foot - high * 0.82, art.width, foot - high * 0.64),
            box(0, foot - high * 0.46, art.width, foot - high * 0.28),
        ],
        dark,
    )
    polygons(art, posts, (wood, dark))


def garden(art: Art) -> None:
    """A lawn between hedges and beds of flowers, a paved path."""
    rng = art.rng
    sky(art)
    grass = varied(rng, hexed("74c257"), 12)
    hills(art, grass, 1)
    for _ in range(int(3 * art.across)):
        round_tree(
            art.decor("tree"),
            float(rng.uniform(0, 1)) * art.width,
            art.line + 0.01 * art.height,
            float(rng.uniform(0.28, 0.42)) * art.short,
            0.3,
        )
    hedge = hexed("3f8a4c")
    for k in range(int(13 * art.across) + 1):
        bush(art, k * 0.085 * art.short, art.line + 0.035 * art.height, 0.075 * art.short, 0.12, varied(rng, hedge, 7))
    lawn(art, grass, np.full(art.width, art.line + 0.02 * art.height, np.float32))
    middle = (0.5 + float(rng.uniform(-0.15, 0.15))) * art.width
    top = art.line + 0.02 * art.height
    stones = []
    for k in range(9):
        t = (k / 9) ** 1.7
        y = top + (art.height * 1.04 - top) * t
        wide = (0.025 + 0.13 * t) * art.short
        stones.append(oval(middle + float(np.sin(k * 0.9)) * 0.06 * art.short * t, y, wide, wide * 0.34))
    polygons(art, stones, art.tone(hexed("8c8474")))
    polygons(
        art,
        [[(x, y - 0.004 * art.short) for x, y in stone] for stone in stones],
        (art.land(hexed("d8d0bf")), art.land(hexed("c4baa6"))),
    )
    for side in (0.0, 1.0):
        bed = [
            (abs(side - 0.13 * float(rng.random())) * art.width, y, s)
            for _, y, s in scattered(art, 1, top, art.height, 0.1)
        ]
        bed += [
            (
                abs(side - 0.2 * float(u)) * art.width,
                top + float(v) * (art.height - top),
                0.07 * art.short * (0.4 + float(v)),
            )
            for u, v in rng.random((14, 2))
        ]
        for x, y, size in sorted(bed, key=lambda one: one[1]):
            bush(art, x, y, size * 0.9, 0.0, varied(rng, hexed("4f9e4c"), 8))
            colour = FLOWERS[int(rng.integers(len(FLOWERS)))]
            flowers(
                art.decor("flower"),
                [
                    (x + float(a) * size * 0.8, y - size * (0.2 + 0.5 * float(b)), size * 0.17)
                    for a, b in rng.uniform([-1, 0], [1, 1], (7, 2))
                ],
                [colour],
            )
    grass_tufts(art, grass)
