"""Backdrops of wild land: forest, mountains, desert, snow and the moon."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.world.backdrop_sky import planet, sky, stars
from models.world.looks import hexed, mix
from models.world.paint import Art, Polygon, blend, box, discs, glow, hill, noise, oval, polygons, ridge, varied, wash
from models.world.plants import bush, conifer, round_tree
from models.world.terrain import grass_tufts, lawn, range_of, scattered


def forest(art: Art) -> None:
    """Rows of trees fading into mist, a clearing in front."""
    rng = art.rng
    sky(art)
    firs = rng.random() < 0.5
    leaf = varied(rng, hexed("2f7a58" if firs else "4f9a4a"), 14)
    wash(
        art,
        (mix(art.look.sky[-1], art.tone(leaf, 0.9), 0.4), art.tone(mix(leaf, (235, 245, 190), 0.5), 0.9)),
        art.line * 0.55,
        art.line + 2,
    )
    ground = varied(rng, hexed("7fae55"), 10)
    for layer in range(4):
        far = 0.95 - 0.3 * layer
        foot = art.line - 0.03 * art.height + 0.035 * layer * art.height
        high = (0.34 + 0.1 * layer) * art.height * (0.85 if layer < 3 else 1.0)
        count = int((15 - 3 * layer) * art.across)
        for k in rng.permutation(count):
            x = (float(k) + float(rng.uniform(0.1, 0.9))) / count * art.width
            if layer == 3 and 0.2 < x / art.width < 0.8:
                continue
            size = high * float(rng.uniform(0.82, 1.15))
            down = foot + float(rng.uniform(-0.01, 0.015)) * art.height
            colour = varied(rng, mix(leaf, (25, 60, 60), 0.12 * layer), 9)
            (conifer if firs else round_tree)(art, x, down, size, max(0.0, far), colour)
        if layer < 3:
            outline = ridge(art, foot - 0.004 * art.height, 0.008 * art.height, 3, 2)
            hill(
                art,
                outline,
                art.land(mix(ground, (240, 245, 170), 0.3), far * 0.8),
                art.land(ground, far * 0.4),
                0.12 * art.height,
                0.05,
                0.04,
            )
    lawn(art, mix(ground, (50, 110, 60), 0.25), ridge(art, art.line + 0.08 * art.height, 0.012 * art.height, 2, 2))
    beams = replace(art, rng=art.child())
    if art.look.light == "sun":
        _beams(beams)
    for x, y, size in scattered(art, 8, art.line + 0.12 * art.height, art.height, 0.07):
        if abs(x / art.width - 0.5) > 0.3:
            bush(art, x, y, size, 0.0, varied(rng, mix(leaf, (90, 150, 70), 0.4), 9))
    grass_tufts(art, mix(ground, (40, 100, 60), 0.3))


def _beams(art: Art) -> None:
    """Shafts of light falling between the trees."""
    x = (0.5 + 0.4 * art.side) * art.width
    for k in range(4):
        start = x - art.side * (0.08 + 0.13 * k) * art.width
        lean = -art.side * (0.24 + 0.05 * k) * art.short
        wide = (0.022 + 0.014 * float(art.rng.random())) * art.short
        beam = [
            (start - wide * 0.5, 0),
            (start + wide * 0.5, 0),
            (start + lean + wide * 2.2, art.line * 1.2),
            (start + lean - wide * 2.2, art.line * 1.2),
        ]
        polygons(art, [beam], art.look.rim, 0.1)
    glow(art, x, 0, 0.7 * art.short, art.look.rim, 0.3, 1.6)


def mountains(art: Art) -> None:
    """Ranges behind one another, a valley with firs in front."""
    rng = art.rng
    sky(art)
    rock = varied(rng, hexed(("6f86ad", "8a86a8", "7d8f9f")[int(rng.integers(3))]), 8)
    range_of(art, art.line * 0.66, 0.3 * art.height, mix(rock, art.look.sky[-1], 0.2), 0.95, 0.1 * art.height, 2.0)
    range_of(art, art.line * 0.8, 0.22 * art.height, rock, 0.62, 0.05 * art.height, 2.6)
    range_of(art, art.line * 0.95, 0.11 * art.height, mix(rock, hexed("4f7f66"), 0.62), 0.4, 0, 3.2)
    grass = varied(rng, hexed("7bb259"), 12)
    outline = ridge(art, art.line - 0.01 * art.height, 0.025 * art.height, 2, 2)
    hill(
        art,
        outline,
        art.land(mix(grass, (235, 245, 170), 0.3), 0.3),
        art.land(grass, 0.1),
        0.12 * art.height,
        0.08,
        0.05,
    )
    firs = art.decor("tree")
    for x, y, size in scattered(art, 26, art.line + 0.005 * art.height, art.line + 0.07 * art.height, 0.15):
        if abs(x / art.width - 0.5) > 0.16:
            conifer(firs, x, y, max(size, 0.07 * art.short), 0.3, varied(rng, hexed("35785c"), 9))
    lawn(art, mix(grass, (40, 110, 70), 0.15), ridge(art, art.line + 0.07 * art.height, 0.018 * art.height, 2, 2))
    grass_tufts(art, grass)


def desert(art: Art) -> None:
    """Dunes with sharp crests, rocks or cacti far off."""
    rng = art.rng
    sky(art)
    sand = varied(rng, hexed("e8b86a"), 12)
    if rng.random() < 0.6:
        range_of(art, art.line - 0.03 * art.height, 0.1 * art.height, hexed("c9805a"), 0.75, 0, 2.0)
    for number, far in enumerate((0.7, 0.4, 0.12)):
        outline = ridge(art, art.line + (number - 0.8) * 0.055 * art.height, 0.05 * art.height, 1.2 + 0.5 * number, 2)
        hill(
            art,
            outline,
            art.land(mix(sand, (255, 240, 195), 0.45), far),
            art.land(mix(sand, (190, 110, 70), 0.3), far),
            0.2 * art.height,
            0.3,
            0.03,
        )
        if number == 0:
            plants = art.decor("cactus")
            for _ in range(int(2.4 * art.across)):
                x = float(rng.uniform(0.04, 0.96)) * art.width
                _cactus(
                    plants, x, float(outline[int(x)]) + 0.02 * art.height, float(rng.uniform(0.09, 0.15)) * art.short
                )
    front = ridge(art, art.line + 0.15 * art.height, 0.045 * art.height, 1.3, 2)
    hill(
        art,
        front,
        art.land(mix(sand, (255, 244, 205), 0.4)),
        art.land(mix(sand, (200, 120, 75), 0.25)),
        0.35 * art.height,
        0.26,
        0.02,
    )
    y0 = int(art.line + 0.14 * art.height)
    ripple = np.sin(
        noise(art, 2.4, 2, 2.0, (y0, art.height)) * 9
        + np.arange(y0, art.height, dtype=np.float32)[:, None] / np.float32(0.011 * art.short + 0.6)
    )
    blend(
        art.pixels[y0:],
        art.land(mix(sand, (255, 246, 215), 0.5)),
        np.clip(ripple, 0, 1) * np.float32(0.13 * min(1.0, art.short / 300)),
    )


def _cactus(art: Art, x: float, foot: float, high: float) -> None:
    green = varied(art.rng, hexed("4f8f5c"), 8)
    wide = high * 0.1
    colours = (art.land(mix(green, (230, 245, 150), 0.2), 0.3), art.tone(green, 0.3))
    stem = [box(x - wide, foot - high + wide, x + wide, foot)]
    caps = [(x, foot - high + wide, wide)]
    for side, level, tall in ((-1, 0.42, 0.3), (1, 0.56, 0.26)):
        arm = x + side * high * 0.27
        y = foot - high * level
        stem += [
            box(min(x, arm), y - wide * 0.75, max(x, arm), y + wide * 0.75),
            box(arm - wide * 0.75, y - high * tall, arm + wide * 0.75, y),
        ]
        caps += [(arm, y - high * tall, wide * 0.75), (arm, y, wide * 0.75)]
    discs(art, caps, colours[0])
    polygons(art, stem, colours)


def snow(art: Art) -> None:
    """White slopes with blue shade, firs under snow."""
    rng = art.rng
    sky(art)
    white, blue = hexed("fbfdff"), hexed("b9d2ee")
    range_of(
        art.decor("mountain"),
        art.line - 0.1 * art.height,
        0.15 * art.height,
        hexed("8fa6c8"),
        0.85,
        0.2 * art.height,
        2.2,
    )
    for number, far in enumerate((0.6, 0.3)):
        outline = ridge(art, art.line - (0.05 - 0.04 * number) * art.height, 0.04 * art.height, 1.6 + number, 2)
        hill(art, outline, art.tone(white, far), art.tone(blue, far), 0.17 * art.height, 0.12, 0.015)
        for _ in range(int((9 - 3 * number) * art.across)):
            x = float(rng.uniform(-0.02, 1.02)) * art.width
            if number and 0.25 < x / art.width < 0.75:
                continue
            foot = float(outline[int(np.clip(x, 0, art.width - 1))]) + float(rng.uniform(0.0, 0.03)) * art.height
            _white_fir(art.decor("tree"), x, foot, float(rng.uniform(0.1, 0.16)) * art.short * (1 + 0.7 * number), far)
    front = ridge(art, art.line + 0.03 * art.height, 0.022 * art.height, 1.7, 2)
    hill(art, front, art.tone(white, 0.1), art.tone(hexed("c8dcf2")), art.height - art.line, 0.1, 0.02)
    y0 = int(art.line + 0.03 * art.height)
    drift = np.clip(noise(art, 2.6, 3, 3.6, (y0, art.height)) * 1.4, 0, 1)
    blend(art.pixels[y0:], art.tone(hexed("a8c6e8")), drift * np.float32(0.34))
    sparkle = [(x, y, s) for x, y, s in scattered(art, 40, art.line + 0.05 * art.height, art.height, 0.0035)]
    discs(art, sparkle, art.tone(hexed("ffffff")), 0.8)


def _white_fir(art: Art, x: float, foot: float, high: float, far: float) -> None:
    conifer(art, x, foot, high, far, hexed("3c7a6c"))
    drifts: list[Polygon] = []
    for tier in range(4):
        low, half = foot - high * (0.1 + 0.21 * tier), high * 0.21 * (1 - 0.2 * tier)
        top = low - high * (0.25 if tier < 3 else 0.27)
        drifts.append(
            [
                (x, top),
                (x + half * 0.62, low - high * 0.05),
                (x + half * 0.3, low - high * 0.09),
                (x, low - high * 0.04),
                (x - half * 0.3, low - high * 0.09),
                (x - half * 0.62, low - high * 0.05),
            ]
        )
    polygons(art, drifts, (art.tone(hexed("ffffff"), far * 0.8), art.tone(hexed("dce9f7"), far * 0.8)), 0.92)


def moon(art: Art) -> None:
    """Grey dust and craters under a black sky with the blue Earth in it."""
    rng = art.rng
    wash(art, (hexed("04050d"), hexed("0b0e20"), hexed("181c34")), 0, art.line + 0.06 * art.height)
    stars(art.decor("star"), art.line, 170)
    earth = (hexed("2f6fc4"), hexed("e8f4fb"), hexed("3f8f6a"))
    planet(
        art.decor("planet"),
        (0.5 - art.side * float(rng.uniform(0.2, 0.36))) * art.width,
        float(rng.uniform(0.16, 0.26)) * art.height,
        float(rng.uniform(0.07, 0.12)) * art.short,
        earth,
    )
    dust = art.main or varied(rng, hexed("a9a8b2"), 8)
    range_of(art, art.line - 0.015 * art.height, 0.06 * art.height, mix(dust, (70, 72, 92), 0.35), 0.0, 0, 2.0)
    hill(
        art,
        ridge(art, art.line, 0.02 * art.height, 2, 2),
        mix(dust, (232, 232, 238), 0.4),
        mix(dust, (92, 92, 112), 0.35),
        art.height - art.line,
        0.14,
        0.05,
    )
    for x, y, size in scattered(art, 15, art.line + 0.04 * art.height, art.height, 0.085):
        flat = size * (0.22 + 0.2 * (y - art.line) / max(1.0, art.height - art.line))
        polygons(art, [oval(x, y, size * 1.12, flat * 1.2)], mix(dust, (240, 240, 246), 0.35), 0.75)
        polygons(art, [oval(x, y, size, flat)], (mix(dust, (52, 52, 72), 0.62), mix(dust, (120, 120, 140), 0.25)))
        polygons(
            art,
            [oval(x - art.side * size * 0.14, y + flat * 0.2, size * 0.8, flat * 0.74)],
            mix(dust, (90, 90, 112), 0.3),
            0.8,
        )
