"""Backdrops indoors: a room, a kitchen, a table top and a stage. The hour shows in the window and in the lamps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.world.furnishing import cupboard, drape, floor_lamp, indoors, jars, picture, planks, rug, tiles, window
from models.world.looks import LOOKS, Colour, hexed, mix, scaled
from models.world.paint import Art, box, discs, glow, oval, picked, polygons, varied, wash

WALLS = tuple(hexed(d) for d in ("f2d9b8", "cfe3dc", "d6dcf0", "f3cfc6", "e2d4ea", "dfe6c4", "f4e3a8", "bcd6e4"))
WOODS = tuple(hexed(d) for d in ("c88f58", "a86f42", "d8ab74", "8f5f3c", "b98a62"))


def papered(art: Art, room: Art, wall: Colour, bottom: float) -> None:
    """A wall with a quiet paper pattern, lighter where the light comes from."""
    rng = art.rng
    wash(
        art,
        (room.tone(mix(wall, (255, 255, 255), 0.16)), room.tone(wall), room.tone(mix(wall, (120, 90, 100), 0.12))),
        0,
        bottom + 1,
    )
    pattern, ink = int(rng.integers(0, 4)), room.tone(mix(wall, (255, 255, 255), 0.5))
    step = float(rng.uniform(0.075, 0.11)) * art.short
    if pattern == 1:
        polygons(
            art, [box(k * step, 0, k * step + step * 0.45, bottom) for k in range(int(art.width / step) + 1)], ink, 0.35
        )
    elif pattern == 2:
        dots = [
            ((k + 0.5 * (row % 2)) * step, row * step * 0.8, step * 0.13)
            for row in range(int(bottom / step / 0.8) + 1)
            for k in range(int(art.width / step) + 2)
        ]
        discs(art, [one for one in dots if one[1] < bottom - one[2]], ink, 0.5)
    elif pattern == 3:
        panel = bottom * 0.62
        polygons(art, [box(0, panel, art.width, bottom)], room.tone(mix(wall, (255, 255, 255), 0.55)), 0.85)
        polygons(
            art, [box(0, panel - 0.008 * art.short, art.width, panel + 0.006 * art.short)], room.tone(hexed("fdfaf4"))
        )
        polygons(
            art,
            [box(k * step, panel, k * step + 0.003 * art.short, bottom) for k in range(int(art.width / step) + 1)],
            room.tone(mix(wall, (90, 70, 80), 0.4)),
            0.5,
        )
    glow(
        art,
        (0.5 + 0.5 * art.side) * art.width,
        0.2 * art.height,
        0.9 * max(art.width, art.height),
        room.tone(hexed("fff4d8")),
        0.3,
        1.5,
    )


def room(art: Art) -> None:
    """A room: papered wall, window, a picture, boards and a rug."""
    rng, inside = art.rng, indoors(art)
    wall = art.main or varied(rng, picked(rng, WALLS), 6)
    wood = varied(rng, picked(rng, WOODS), 8)
    line = art.line
    papered(art, inside, wall, line)
    x = (0.5 + art.side * float(rng.uniform(0.16, 0.28))) * art.width
    wide, high = float(rng.uniform(0.15, 0.2)) * art.short, float(rng.uniform(0.36, 0.44)) * line
    top = line * float(rng.uniform(0.14, 0.2))
    curtain = varied(
        rng, picked(rng, [hexed("e08a7a"), hexed("7fa8c8"), hexed("8fb88a"), hexed("e8c070"), hexed("b894c8")]), 8
    )
    window(art.decor("window"), inside, x - wide, top, x + wide, top + high, curtain)
    picture(
        art.decor("picture"),
        inside,
        (0.5 - art.side * float(rng.uniform(0.2, 0.3))) * art.width,
        line * 0.36,
        0.1 * art.short,
    )
    planks(art, line, wood, inside)
    trim = 0.022 * art.height
    polygons(art, [box(0, line - trim, art.width, line)], (inside.tone(hexed("fffdf8")), inside.tone(hexed("e4ddd4"))))
    polygons(art, [box(0, line, art.width, line + 0.012 * art.height)], inside.tone((50, 25, 25)), 0.22)
    rug(art, inside, line)
    if art.look.lamps:
        floor_lamp(art, (0.5 - art.side * 0.4) * art.width, line + 0.06 * art.height, 0.46 * art.short)
    elif art.look.light == "sun" and "window" not in art.backdrop.without:
        patch = [
            (x - wide * 0.9, line + 0.08 * art.height),
            (x + wide * 0.8, line + 0.08 * art.height),
            (x + wide * 0.9 - art.side * 0.24 * art.short, art.height * 0.95),
            (x - wide * 1.3 - art.side * 0.24 * art.short, art.height * 0.95),
        ]
        polygons(art, [patch], art.look.rim, 0.2)


def kitchen(art: Art) -> None:
    """A kitchen: tiles, a window over the worktop, cupboards, a chequered floor."""
    rng, inside = art.rng, indoors(art)
    line, end = art.line, float(art.height)
    wall = art.main or varied(rng, picked(rng, [hexed("cfe6e0"), hexed("f6ecd0"), hexed("d4e2f0"), hexed("f2dcd4")]), 6)
    wash(art, (inside.tone(mix(wall, (255, 255, 255), 0.3)), inside.tone(wall)), 0, line + 1)
    step, joint = 0.055 * art.short, 0.0035 * art.short
    joints = [box(0, y, art.width, y + joint) for y in np.arange(0, line, step)] + [
        box(x, 0, x + joint, line) for x in np.arange(0, art.width, step)
    ]
    polygons(art, joints, inside.tone(mix(wall, (255, 255, 255), 0.85)), 0.75)
    cup = varied(
        rng, picked(rng, [hexed("6f9fa8"), hexed("d88a6a"), hexed("8aa878"), hexed("c8a878"), hexed("7f8fb8")]), 8
    )
    x = (0.5 + art.side * float(rng.uniform(0.0, 0.14))) * art.width
    window(art.decor("window"), inside, x - 0.19 * art.short, line * 0.13, x + 0.19 * art.short, line * 0.52, None)
    for side in (-1, 1):
        edge = x + side * 0.26 * art.short
        cupboard(
            art,
            inside,
            min(edge, art.width / 2 + side * art.width * 0.56),
            max(edge, art.width / 2 + side * art.width * 0.56) if side > 0 else edge,
            -0.02 * art.height,
            line * 0.42,
            cup,
        )
    top = line * 0.72
    cupboard(art, inside, -0.02 * art.width, 1.02 * art.width, top, line, mix(cup, (255, 255, 255), 0.06))
    polygons(
        art,
        [box(0, top - 0.012 * art.height, art.width, top + 0.022 * art.height)],
        (inside.tone(hexed("f4e6d0")), inside.tone(hexed("b8906a"))),
    )
    polygons(
        art, [box(0, top + 0.022 * art.height, art.width, top + 0.034 * art.height)], inside.tone((50, 30, 40)), 0.25
    )
    jars(art.decor("jar"), inside, top - 0.012 * art.height)
    tiles(art, inside, line, end)
    if art.look.lamps:
        glow(art, art.width / 2, 0.05 * art.height, 0.8 * max(art.width, art.height), hexed("ffcf87"), 0.34, 1.6)


def table(art: Art) -> None:
    """A wooden table before a wall out of focus."""
    rng, inside = art.rng, indoors(art)
    wall = art.main or varied(rng, picked(rng, WALLS), 8)
    line = art.line
    wash(art, (inside.tone(mix(wall, (255, 255, 255), 0.1)), inside.tone(mix(wall, (110, 80, 90), 0.2))), 0, line + 1)
    for _ in range(int(9 * art.across)):
        x, y, r = (
            float(rng.uniform(0, 1)) * art.width,
            float(rng.uniform(0, 1)) * line,
            float(rng.uniform(0.05, 0.13)) * art.short,
        )
        colour = picked(rng, [hexed("fff2d0"), hexed("ffdca8"), hexed("ffffff"), mix(wall, (255, 200, 150), 0.5)])
        glow(
            art,
            x,
            y,
            r * 1.1,
            inside.tone(colour) if not art.look.lamps else colour,
            float(rng.uniform(0.25, 0.5)),
            0.6,
        )
    planks(art, line, varied(rng, picked(rng, WOODS), 8), inside, 0.2, 0.42, 0)
    polygons(art, [box(0, line, art.width, line + 0.014 * art.height)], inside.tone((255, 240, 215)), 0.4)
    glow(
        art,
        (0.5 + 0.3 * art.side) * art.width,
        line + 0.15 * art.height,
        0.6 * art.width,
        inside.tone(hexed("fff0d0")),
        0.3,
        1.4,
    )


def stage(art: Art) -> None:
    """A theatre stage: red curtains, boards, spotlights."""
    rng, line = art.rng, art.line
    cloth = art.main or varied(
        rng, picked(rng, [hexed("b02a3a"), hexed("8a2a5a"), hexed("2f4f9a"), hexed("2f7a5a")]), 8
    )
    inside = replace(art, look=replace(LOOKS["day"], grade=(0.82, 0.78, 0.8) if art.look.lamps else (0.96, 0.94, 0.94)))
    wash(art, (inside.tone(mix(cloth, (20, 8, 30), 0.7)), inside.tone(mix(cloth, (20, 8, 30), 0.45))), 0, line + 1)
    drape(
        art, 0.1 * art.width, 0, 0.9 * art.width, line, inside.tone(mix(cloth, (20, 8, 30), 0.42)), int(15 * art.across)
    )
    planks(art, line, hexed("b07848"), inside, 0.13, 0.55)
    polygons(art, [box(0, line, art.width, line + 0.02 * art.height)], (30, 10, 20), 0.35)
    for x, lean in ((0.25, 0.18), (0.75, -0.18)):
        top, foot = x * art.width, (x + lean) * art.width
        cone = [
            (top - 0.02 * art.short, 0),
            (top + 0.02 * art.short, 0),
            (foot + 0.24 * art.short, line + 0.16 * art.height),
            (foot - 0.24 * art.short, line + 0.16 * art.height),
        ]
        polygons(art, [cone], (255, 246, 214), 0.1)
        polygons(
            art, [oval(foot, line + 0.16 * art.height, 0.24 * art.short, 0.08 * art.height, 40)], (255, 244, 205), 0.3
        )
    glow(art, art.width / 2, line * 0.8, 0.7 * art.short, hexed("ffeec0"), 0.34, 1.5)
    for side in (0, 1):
        drape(
            art,
            side * art.width - 0.02 * art.width * (1 - 2 * side),
            -2,
            (0.17 if not side else 0.83) * art.width,
            line + 0.09 * art.height,
            inside.tone(cloth),
            5,
        )
    count = max(4, round(6 * art.across))
    wide = art.width / count
    swags = [oval((k + 0.5) * wide, 0, wide * 0.54, 0.13 * art.height, 30) for k in range(count)]
    for shape in swags:
        polygons(
            art, [shape], (inside.tone(mix(cloth, (255, 200, 200), 0.1)), inside.tone(mix(cloth, (30, 5, 25), 0.36)))
        )
    polygons(art, [box(0, 0, art.width, 0.02 * art.height)], hexed("d8a848"))
    fringe = scaled(hexed("e8bc58"), inside.look.grade)
    discs(
        art,
        [
            ((k + 0.5 + 0.5 * a) * wide, 0.13 * art.height * float(np.sqrt(max(0.0, 1 - a * a))), 0.006 * art.short)
            for k in range(count)
            for a in np.linspace(-1, 1, 17)
        ],
        fringe,
    )
