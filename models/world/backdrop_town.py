"""Backdrops in town: a skyline behind a promenade, and a street of houses. Windows light up when it is dark."""

from __future__ import annotations

import numpy as np

from models.world.backdrop_sky import sky
from models.world.looks import Colour, hexed, mix
from models.world.paint import Art, Polygon, blend, box, discs, glow, hill, noise, picked, polygons, varied, wash
from models.world.plants import bush, round_tree

LAMP = hexed("ffd98a")


def _windows(
    art: Art, x0: float, y0: float, x1: float, y1: float, columns: int, rows: int, far: float, dark: Colour
) -> None:
    """A grid of windows on a wall; at night some are lit."""
    wide, high = (x1 - x0) / columns, (y1 - y0) / rows
    lit: list[Polygon] = []
    off: list[Polygon] = []
    chances = art.rng.random((rows, columns))
    for row in range(rows):
        for column in range(columns):
            x, y = x0 + (column + 0.25) * wide, y0 + (row + 0.25) * high
            on = art.look.lamps and chances[row, column] < 0.45
            (lit if on else off).append(box(x, y, x + wide * 0.5, y + high * 0.55))
    weight = min(1.0, 0.35 + wide / 6)
    polygons(art, off, art.tone(dark, far), 0.75 * weight)
    polygons(art, lit, mix(LAMP, art.look.haze, 0.35 * far), weight)


def _skyline(art: Art, foot: float, high: float, far: float, count: float, walls: list[Colour]) -> None:
    rng = art.rng
    x, side = -0.02 * art.width, art.side
    while x < art.width:
        wide = float(rng.uniform(0.7, 1.35)) * art.width / (count * art.across)
        tall = high * float(rng.uniform(0.45, 1.0))
        wall = varied(rng, picked(rng, walls), 8)
        top = foot - tall
        polygons(
            art,
            [box(x, top, x + wide, foot + 1)],
            (art.tone(wall, far), art.tone(mix(wall, art.look.haze, 0.25), min(1.0, far + 0.2))),
        )
        shade = x if side > 0 else x + wide * 0.78
        polygons(
            art, [box(shade, top, shade + wide * 0.22, foot + 1)], art.tone(mix(wall, (30, 40, 80), 0.5), far), 0.32
        )
        roof = rng.random()
        if roof < 0.22:
            polygons(
                art,
                [box(x + wide * 0.2, top - tall * 0.08, x + wide * 0.8, top + 1)],
                art.tone(mix(wall, (40, 50, 80), 0.15), far),
            )
        elif roof < 0.4:
            polygons(
                art,
                [[(x, top + 1), (x + wide / 2, top - wide * 0.55), (x + wide, top + 1)]],
                art.land(mix(wall, (60, 60, 100), 0.3), far),
            )
        elif roof < 0.52:
            polygons(
                art,
                [box(x + wide * 0.47, top - tall * 0.22, x + wide * 0.53, top + 1)],
                art.tone(mix(wall, (40, 50, 80), 0.4), far),
            )
        columns = int(rng.integers(3, 6))
        rows = max(3, int(tall / wide * columns * 0.75))
        _windows(
            art,
            x + wide * 0.06,
            top + tall * 0.04,
            x + wide * 0.94,
            foot - tall * 0.02,
            columns,
            rows,
            far,
            mix(wall, (48, 72, 112), 0.62),
        )
        x += wide * float(rng.uniform(1.0, 1.06))


def city(art: Art) -> None:
    """Towers behind one another, a row of trees, a promenade in front."""
    rng = art.rng
    sky(art)
    pale = [hexed(d) for d in ("b8c4d8", "c9b8c4", "a8bcd0", "d0c8c0")]
    bold = [hexed(d) for d in ("8fa8c8", "d8a488", "c8b490", "7f98b0", "b48a94", "e0c8a0")]
    foot = art.line
    _skyline(art, foot, 0.62 * art.height, 0.82, 11, pale)
    _skyline(art, foot, 0.46 * art.height, 0.48, 8, bold)
    _skyline(art, foot, 0.29 * art.height, 0.16, 6, bold)
    for k in range(int(9 * art.across) + 1):
        x = (k + float(rng.uniform(-0.3, 0.3))) * art.short / 9
        if rng.random() < 0.6:
            round_tree(art.decor("tree"), x, foot + 0.005 * art.height, float(rng.uniform(0.09, 0.13)) * art.short, 0.1)
        else:
            bush(art, x, foot + 0.005 * art.height, 0.03 * art.short, 0.08)
    stone = hexed("cfc8be")
    hill(
        art,
        np.full(art.width, foot, np.float32),
        art.land(mix(stone, (255, 255, 255), 0.25), 0.1),
        art.land(mix(stone, (120, 112, 116), 0.35)),
        art.height - foot,
        0,
        0.02,
    )
    _paving(art, foot, stone)
    if art.look.lamps:
        glow(art, art.width / 2, foot, 0.6 * art.width, hexed("ffb870"), 0.2, 1.4)
    _lamps(art, foot + 0.05 * art.height, 0.24 * art.short)


def _paving(art: Art, top: float, stone: Colour) -> None:
    """Joints of flagstones running to the horizon, wider apart towards the front."""
    joints: list[Polygon] = []
    end, middle = float(art.height), art.width / 2
    for t in (0.09, 0.21, 0.38, 0.62, 0.95):
        y = top + (end - top) * t
        joints.append(box(0, y, art.width, y + (0.0015 + 0.004 * t) * art.short))
    for k in range(int(-9 * art.across), int(9 * art.across) + 1):
        near, away = middle + k * 0.2 * art.short, middle + k * 0.1 * art.short
        joints.append([(away, top), (away + 0.0015 * art.short, top), (near + 0.005 * art.short, end), (near, end)])
    polygons(art, joints, art.tone(mix(stone, (90, 80, 90), 0.5)), 0.5)


def _lamps(art: Art, foot: float, high: float) -> None:
    for x in np.arange(0.12, art.across, 0.76):
        px, wide = float(x) * art.short, high * 0.022
        iron = art.tone(hexed("3d4450"))
        polygons(
            art,
            [
                box(px - wide, foot - high, px + wide, foot),
                box(px - wide * 2.6, foot - high * 0.05, px + wide * 2.6, foot),
            ],
            iron,
        )
        polygons(
            art,
            [
                [
                    (px - wide * 3.4, foot - high),
                    (px + wide * 3.4, foot - high),
                    (px + wide * 2.2, foot - high * 1.03),
                    (px, foot - high * 1.09),
                    (px - wide * 2.2, foot - high * 1.03),
                ]
            ],
            iron,
        )
        bulb = foot - high * 0.955
        if art.look.lamps:
            glow(art, px, bulb, high * 0.95, LAMP, 0.6, 2.2)
        discs(art, [(px, bulb, high * 0.05)], LAMP if art.look.lamps else art.tone(hexed("fff6dc")))


def _house(art: Art, x: float, foot: float, wide: float, tall: float) -> None:
    rng = art.rng
    wall = varied(
        rng,
        picked(
            rng, [hexed(d) for d in ("f2b8a0", "f6d48a", "a8d0c4", "b8c8ec", "e8a0a0", "d8c4e8", "c8dca0", "f4e2c8")]
        ),
        6,
    )
    top, trim = foot - tall, hexed("fdf8ee")
    polygons(
        art,
        [box(x, top, x + wide, foot)],
        (art.tone(mix(wall, (255, 255, 255), 0.12), 0.08), art.tone(mix(wall, (90, 70, 100), 0.14), 0.04)),
    )
    roof = varied(rng, picked(rng, [hexed("b8584a"), hexed("6f6a80"), hexed("8f5a4a"), hexed("55708a")]), 6)
    if rng.random() < 0.55:
        peak = [(x - wide * 0.05, top), (x + wide / 2, top - wide * 0.45), (x + wide * 1.05, top)]
        polygons(art, [peak], (art.land(mix(roof, (255, 220, 200), 0.15), 0.06), art.land(roof, 0.04)))
    else:
        polygons(
            art, [box(x - wide * 0.03, top - wide * 0.07, x + wide * 1.03, top + wide * 0.02)], art.land(roof, 0.05)
        )
    columns, rows = 2 + int(wide > 0.26 * art.short), 2 + int(tall > 0.42 * art.short)
    cell, step = wide / columns, tall * 0.68 / rows
    for row in range(rows):
        for column in range(columns):
            cx, cy = x + (column + 0.5) * cell, top + (row + 0.52) * step
            w, h = cell * 0.25, step * 0.31
            polygons(art, [box(cx - w * 1.25, cy - h * 1.2, cx + w * 1.25, cy + h * 1.25)], art.tone(trim, 0.04))
            on = bool(rng.random() < 0.6) and art.look.lamps
            glass = (
                (mix(LAMP, (255, 255, 255), 0.2), LAMP)
                if on
                else (art.tone(hexed("7fa8cc")), art.tone(hexed("b8d8ec")))
            )
            polygons(art, [box(cx - w, cy - h, cx + w, cy + h)], glass)
            polygons(
                art,
                [box(cx - w * 0.08, cy - h, cx + w * 0.08, cy + h), box(cx - w, cy - h * 0.1, cx + w, cy + h * 0.06)],
                art.tone(trim, 0.04),
            )
    _shop(art, x, foot, wide, tall * 0.3, roof)


def _shop(art: Art, x: float, foot: float, wide: float, high: float, accent: Colour) -> None:
    rng = art.rng
    door = x + wide * (0.72 if rng.random() < 0.5 else 0.1)
    polygons(
        art,
        [box(door, foot - high * 0.86, door + wide * 0.19, foot)],
        (art.tone(mix(accent, (255, 255, 255), 0.1)), art.tone(mix(accent, (20, 10, 30), 0.3))),
    )
    left = x + wide * 0.36 if door < x + wide * 0.5 else x + wide * 0.1
    on = art.look.lamps
    polygons(
        art,
        [box(left - wide * 0.02, foot - high * 0.82, left + wide * 0.54, foot - high * 0.18)],
        art.tone(hexed("fdf8ee"), 0.03),
    )
    polygons(
        art,
        [box(left, foot - high * 0.78, left + wide * 0.52, foot - high * 0.24)],
        (hexed("ffe9b0"), LAMP) if on else (art.tone(hexed("9cc0d8")), art.tone(hexed("d4e8f2"))),
    )
    if rng.random() < 0.7:
        count = 6
        for k in range(count):
            a, b = left - wide * 0.04 + k * wide * 0.6 / count, left - wide * 0.04 + (k + 1) * wide * 0.6 / count
            stripe = hexed("fff8ee") if k % 2 else mix(accent, (255, 80, 80), 0.4)
            polygons(
                art,
                [
                    [
                        (a + wide * 0.01, foot - high * 0.98),
                        (b + wide * 0.005, foot - high * 0.98),
                        (b, foot - high * 0.74),
                        (a, foot - high * 0.74),
                    ]
                ],
                art.land(stripe, 0.03),
            )


def street(art: Art) -> None:
    """A row of houses and shops, a pavement, the road in front. Things stand on pavement and road."""
    rng = art.rng
    sky(art, art.line * 0.92)
    _skyline(art, art.line, 0.5 * art.height, 0.8, 10, [hexed("b8c4d8"), hexed("c9b8c4")])
    x = -float(rng.uniform(0.0, 0.15)) * art.short
    while x < art.width:
        wide = float(rng.uniform(0.2, 0.3)) * art.short
        _house(art, x, art.line + 1, wide, float(rng.uniform(0.32, 0.48)) * art.height)
        x += wide * 1.01
    end = art.height
    walk = art.line + 0.17 * (end - art.line)
    stone = hexed("cdc6bd")
    wash(art, (art.land(mix(stone, (255, 255, 255), 0.2), 0.05), art.land(stone)), art.line, walk)
    slabs = [
        box(
            k * 0.1 * art.short + 0.2 * (art.width / 2 - k * 0.1 * art.short),
            art.line,
            k * 0.1 * art.short + 0.2 * (art.width / 2 - k * 0.1 * art.short) + 0.003 * art.short,
            walk,
        )
        for k in range(int(10 * art.across) + 1)
    ]
    polygons(art, slabs, art.tone(mix(stone, (90, 80, 90), 0.4)), 0.5)
    polygons(
        art,
        [box(0, walk - 0.012 * art.height, art.width, walk + 0.006 * art.height)],
        (art.land(hexed("e4ded4")), art.tone(hexed("a49c94"))),
    )
    road = hexed("6b6d78")
    wash(art, (art.land(mix(road, (150, 150, 165), 0.3)), art.land(mix(road, (48, 48, 60), 0.25))), walk, end)
    y0 = round(walk)
    blend(
        art.pixels[y0:], art.tone(hexed("c8c8d0")), np.clip(noise(art, 30, 2, 2.0, (y0, end)), 0, 1) * np.float32(0.12)
    )
    middle = walk + 0.47 * (end - walk)
    dash = 0.2 * art.short
    start = -float(rng.uniform(0, 1)) * dash
    dashes: list[Polygon] = []
    for k in range(int(art.width / dash) + 2):
        a = start + k * dash
        dashes.append(
            [
                (a, middle + 0.014 * art.height),
                (a + 0.008 * art.short, middle - 0.01 * art.height),
                (a + dash * 0.56, middle - 0.01 * art.height),
                (a + dash * 0.54, middle + 0.014 * art.height),
            ]
        )
    polygons(art, dashes, art.land(hexed("f4efe0")), 0.85)
    _lamps(art, walk - 0.02 * art.height, 0.34 * art.short)
    if art.look.heavy and art.backdrop.time != "snowfall":
        shine = np.clip(noise(art, 3, 3, 3.0, (y0, end)) * 1.6, 0, 1)
        blend(art.pixels[y0:], art.look.sky[-1], shine * np.float32(0.35))
