"""Backdrops beside water: sea, beach and lake."""

from __future__ import annotations

import numpy as np

from models.world.backdrop_sky import sky
from models.world.looks import Colour, hexed, mix
from models.world.paint import Art, Polygon, blend, discs, hill, noise, picked, polygons, ridge, varied, wash
from models.world.plants import bush, conifer, palm, tufts
from models.world.terrain import range_of, scattered


def water(art: Art, top: float, bottom: float, colour: Colour, waves: float = 1.0) -> None:
    """Paint water between two rows: the sky's colour far off, its own near, with crests and the sun's or moon's path."""
    y0, y1 = round(top), min(art.height, round(bottom) + 1)
    if y1 <= y0:
        return
    near = mix(colour, (8, 40, 90), 0.25)
    wash(
        art,
        (
            mix(art.tone(colour, 0.7), art.look.sky[-1], 0.42),
            art.tone(mix(colour, (190, 240, 240), 0.12), 0.3),
            art.tone(near),
        ),
        y0,
        y1,
    )
    rows = np.arange(y1 - y0, dtype=np.float32)[:, None]
    away = (rows + np.float32(1)) / np.float32(y1 - y0)
    # Crests crowd together towards the horizon: the phase goes with one over the distance from it.
    bend = noise(art, 4, 3, 4.0, (y0, y1))
    crest = np.sin(np.float32(34 * waves) / (away + np.float32(0.16)) + bend * np.float32(7.0))
    fine = np.clip(np.minimum(away * np.float32((y1 - y0) / 14), 1), 0, 1)
    light, dark = mix(art.look.sky[-1], art.look.lit, 0.5), art.tone(mix(near, (0, 30, 80), 0.4))
    for side, colour, least, share in ((1.6 * crest, light, 0.9, 0.34), (-1.3 * crest, dark, 0.5, 0.2)):
        blend(art.pixels[y0:y1], colour, np.clip(side - np.float32(least), 0, 1) * np.float32(share) * fine)
    if art.look.light:
        x = (0.5 + art.side * 0.27) * art.width
        spread = (np.float32(0.03) + np.float32(0.12) * away) * np.float32(art.short)
        lane = np.exp(-(((np.arange(art.width, dtype=np.float32) - np.float32(x)) / spread) ** 2))
        glitter = np.clip(bend * 2.2 + crest * 0.5 + 0.15, 0, 1) * lane
        blend(
            art.pixels[y0:y1],
            art.look.rim,
            glitter.astype(np.float32) * np.float32(0.75 if art.look.graze > 0.24 else 0.4),
        )


def _sails(art: Art, line: float) -> None:
    art = art.decor("boat")
    rng = art.rng
    for _ in range(int(rng.integers(0, 3))):
        x, size = float(rng.uniform(0.08, 0.92)) * art.width, float(rng.uniform(0.025, 0.05)) * art.short
        white = art.tone(hexed("fdfaf2"), 0.3)
        polygons(
            art,
            [
                [
                    (x - size * 0.5, line),
                    (x - size * 0.38, line + size * 0.16),
                    (x + size * 0.38, line + size * 0.16),
                    (x + size * 0.55, line),
                ]
            ],
            art.tone(hexed("8a4b3a"), 0.25),
        )
        polygons(
            art,
            [
                [
                    (x + size * 0.02, line - size * 1.3),
                    (x + size * 0.5, line - size * 0.1),
                    (x + size * 0.02, line - size * 0.1),
                ]
            ],
            white,
        )
        polygons(
            art,
            [
                [
                    (x - size * 0.04, line - size * 1.15),
                    (x - size * 0.04, line - size * 0.1),
                    (x - size * 0.42, line - size * 0.1),
                ]
            ],
            art.tone(hexed("f0d8c0"), 0.3),
        )


def _island(art: Art, line: float) -> None:
    art = art.decor("island")
    rng = art.rng
    x, wide = float(rng.uniform(0.05, 0.95)) * art.width, float(rng.uniform(0.1, 0.24)) * art.short
    steps = np.linspace(-1, 1, 40)
    bumps = np.maximum(0, 1 - np.abs(steps) ** 2) * (0.3 + 0.12 * np.sin(steps * 5 + float(rng.uniform(0, 6))))
    shape = [(x + wide * float(s), line + 1 - wide * float(b)) for s, b in zip(steps, bumps, strict=True)]
    polygons(art, [shape], (art.land(hexed("7aa86f"), 0.6), art.land(hexed("5f8f72"), 0.75)))


def sea(art: Art) -> None:
    """The open sea."""
    sky(art)
    blue = art.main or varied(art.rng, picked(art.rng, [hexed("2f86c8"), hexed("2a9ab0"), hexed("2f6fb8")]), 8)
    if art.rng.random() < 0.5:
        _island(art, art.line)
    _sails(art, art.line)
    water(art, art.line, art.height, blue)


def beach(art: Art) -> None:
    """Sand in front of the sea, foam along the edge, palms at one side, shells."""
    rng = art.rng
    shore = art.line
    top = shore - float(rng.uniform(0.14, 0.2)) * art.height
    sky(art, top)
    if rng.random() < 0.6:
        _island(art, top)
    _sails(art, top)
    blue = varied(rng, hexed("35a7cf"), 12)
    water(art, top, shore + 0.06 * art.height, blue, 0.6)
    sand = varied(rng, hexed("f2d9a2"), 9)
    edge = ridge(art, shore + 0.012 * art.height, 0.022 * art.height, 1.4, 2)
    shallow = edge - np.float32(0.05 * art.height)
    hill(
        art,
        shallow,
        mix(art.tone(blue), art.tone(hexed("c8f0e4")), 0.5),
        art.tone(hexed("d4f0e0")),
        0.05 * art.height,
        0,
    )
    hill(
        art,
        edge - np.float32(0.013 * art.height),
        art.tone(hexed("ffffff")),
        art.tone(hexed("eef8f6")),
        0.02 * art.height,
        0,
    )
    hill(
        art,
        edge,
        art.land(mix(sand, (150, 110, 80), 0.36)),
        art.land(mix(sand, (150, 110, 80), 0.2)),
        0.02 * art.height,
        0,
    )
    hill(
        art,
        edge + np.float32(0.02 * art.height),
        art.land(mix(sand, (170, 130, 90), 0.16)),
        art.land(sand),
        0.07 * art.height,
        0,
        0.02,
    )
    dunes = ridge(art, shore + 0.2 * art.height, 0.03 * art.height, 1.3, 2)
    hill(
        art,
        dunes,
        art.land(mix(sand, (255, 250, 225), 0.4)),
        art.land(mix(sand, (214, 160, 100), 0.25)),
        0.3 * art.height,
        0.16,
        0.03,
    )
    grains = scattered(art, 120, shore + 0.06 * art.height, art.height, 0.004)
    discs(art, grains[::2], art.land(mix(sand, (150, 100, 60), 0.5)), 0.4)
    discs(art, grains[1::2], art.land(mix(sand, (255, 255, 245), 0.7)), 0.5)
    shells = art.decor("shell")
    for x, y, size in scattered(art, 5, shore + 0.1 * art.height, art.height * 0.98, 0.014):
        colour = picked(rng, [hexed("f7a8a0"), hexed("fff2e0"), hexed("e8b890"), hexed("f2c4d8")])
        polygons(
            shells,
            [
                [
                    (x, y + size * 0.4),
                    (x - size, y - size * 0.3),
                    (x - size * 0.45, y - size * 0.75),
                    (x, y - size * 0.85),
                    (x + size * 0.45, y - size * 0.75),
                    (x + size, y - size * 0.3),
                ]
            ],
            (art.tone(colour), art.tone(mix(colour, (150, 80, 80), 0.3))),
        )
    if rng.random() < 0.7:
        for k in range(int(rng.integers(1, 3))):
            x = (0.5 - art.side * (0.47 - 0.11 * k)) * art.width
            palm(
                art.decor("tree"),
                x,
                shore + (0.14 - 0.06 * k) * art.height,
                float(rng.uniform(0.5, 0.66)) * art.short * (1 - 0.22 * k),
            )
            bush(art, x, shore + (0.15 - 0.06 * k) * art.height, 0.06 * art.short, 0.0, hexed("6fae58"))


def lake(art: Art) -> None:
    """Mountains and firs mirrored in still water, a bank in front. Things stand on the bank."""
    rng = art.rng
    far_shore = art.line * 0.66
    sky(art, far_shore)
    rock = varied(rng, hexed("7c92b4"), 10)
    range_of(art.decor("mountain"), far_shore * 0.72, 0.24 * art.height, rock, 0.75, 0.08 * art.height, 2.0)
    green = varied(rng, hexed("5f9a62"), 10)
    range_of(art, far_shore * 0.96, 0.09 * art.height, green, 0.5, 0, 2.4)
    firs = art.decor("tree")
    for _ in range(int(26 * art.across)):
        x = float(rng.uniform(-0.02, 1.02)) * art.width
        conifer(
            firs,
            x,
            far_shore + 0.006 * art.height,
            float(rng.uniform(0.05, 0.11)) * art.short,
            0.42,
            varied(rng, hexed("3a7a5c"), 10),
        )
    y0, y1 = round(far_shore), round(art.line + 0.08 * art.height)
    count = min(y1, art.height) - y0
    above = art.pixels[np.clip(y0 - 1 - np.arange(count) * y0 // max(1, 2 * count), 0, art.height - 1)].copy()
    water(art, far_shore, art.line + 0.08 * art.height, hexed("4f93b8"), 0.55)
    part = art.pixels[y0 : y0 + count]
    shift = np.round(
        noise(art, 5, 2, 5.0, (y0, y0 + count))
        * 0.015
        * art.short
        * np.linspace(0.3, 1.4, count, dtype=np.float32)[:, None]
    ).astype(np.int32)
    columns = np.clip(np.arange(art.width) + shift, 0, art.width - 1)
    mirrored = np.take_along_axis(above, columns[..., None], 1)
    blend(
        part, mirrored, np.linspace(0.72, 0.34, count, dtype=np.float32)[:, None] * np.ones((1, art.width), np.float32)
    )
    grass = varied(rng, hexed("79b356"), 10)
    bank = ridge(art, art.line + 0.012 * art.height, 0.022 * art.height, 1.6, 2)
    hill(
        art,
        bank - np.float32(0.012 * art.height),
        art.land(hexed("cdb48a")),
        art.land(hexed("b0956c")),
        0.02 * art.height,
        0,
    )
    hill(
        art,
        bank,
        art.land(mix(grass, (248, 248, 160), 0.3)),
        art.land(mix(grass, (20, 90, 62), 0.35)),
        art.height - art.line,
        0.1,
        0.06,
    )
    reeds: list[Polygon] = []
    for side in (0.06, 0.93):
        for _ in range(9):
            x = (side + float(rng.uniform(-0.06, 0.06))) * art.width
            high, lean = float(rng.uniform(0.1, 0.2)) * art.short, float(rng.uniform(-0.03, 0.03)) * art.short
            wide = 0.004 * art.short
            reeds.append(
                [
                    (x - wide, art.line + 0.06 * art.height),
                    (x + lean, art.line + 0.06 * art.height - high),
                    (x + wide, art.line + 0.06 * art.height),
                ]
            )
    polygons(art, reeds, (art.land(hexed("7fa650")), art.tone(hexed("3f6f48"))))
    tufts(
        art,
        scattered(art, 34, art.line + 0.05 * art.height, art.height * 1.02, 0.05),
        art.land(mix(grass, (20, 90, 55), 0.4)),
        0.75,
    )
