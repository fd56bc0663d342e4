"""What stands in the indoor backdrops: windows, curtains, floors, rugs, pictures, cupboards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.world.backdrop_sky import sky
from models.world.looks import LOOKS, Colour, hexed, mix
from models.world.paint import Art, Polygon, blend, box, discs, glow, hill, noise, oval, picked, polygons, ridge, varied


def indoors(art: Art) -> Art:
    """Return *art* under the lamps of its hour: warm and dim at night, a little grey in bad weather."""
    time = art.backdrop.time
    grade = {"night": (0.74, 0.66, 0.62), "sunset": (1.0, 0.88, 0.8), "morning": (1.02, 0.98, 0.93), "storm": (0.76, 0.74, 0.76),
             "rain": (0.88, 0.89, 0.92)}.get(time, (1.0, 1.0, 1.0))  # fmt: skip
    return replace(art, look=replace(LOOKS["day"], grade=grade, lamps=art.look.lamps))


def window(art: Art, room: Art, x0: float, y0: float, x1: float, y1: float, curtain: Colour | None) -> None:
    """A window with what is outside at this hour, its frame, a sill and perhaps curtains."""
    left, top, right, bottom = (round(v) for v in (x0, y0, x1, y1))
    left, top, right, bottom = max(0, left), max(0, top), min(art.width, right), min(art.height, bottom)
    if right - left < 4 or bottom - top < 4:
        return
    outside = replace(
        art, pixels=art.pixels[top:bottom, left:right], line=(bottom - top) * 0.75, main=None, rng=art.child()
    )
    sky(outside)
    hills = ridge(outside, outside.height * 0.8, outside.height * 0.06, 2, 2)
    hill(
        outside,
        hills,
        outside.land(hexed("8fc870"), 0.3),
        outside.land(hexed("5f9e50"), 0.15),
        outside.height * 0.3,
        0.1,
    )
    thick = 0.016 * art.short
    white, shade = room.tone(hexed("fdfaf4")), room.tone(hexed("d4cdc4"))
    mid_x, mid_y = (x0 + x1) / 2, y0 + (y1 - y0) * 0.46
    bars = [box(x0 - thick, y0 - thick, x1 + thick, y0 + thick * 0.3), box(x0 - thick, y0, x0 + thick * 0.3, y1), box(x1 - thick * 0.3, y0, x1 + thick, y1),
            box(mid_x - thick * 0.35, y0, mid_x + thick * 0.35, y1), box(x0, mid_y - thick * 0.3, x1, mid_y + thick * 0.3)]  # fmt: skip
    polygons(art, bars, white)
    polygons(art, [box(x0 - thick * 2.2, y1 - thick * 0.4, x1 + thick * 2.2, y1 + thick * 1.3)], (white, shade))
    polygons(
        art,
        [box(x0 - thick * 1.8, y1 + thick * 1.3, x1 + thick * 1.8, y1 + thick * 2.4)],
        room.tone((70, 50, 60)),
        0.14,
    )
    if curtain is None:
        return
    wide = (x1 - x0) * 0.24
    for edge, sign in ((x0 - thick * 2.4, 1), (x1 + thick * 2.4, -1)):
        drape(art, edge, y0 - thick * 3, edge + sign * wide, y1 + thick * 4, room.tone(curtain), 5)
    polygons(
        art, [box(x0 - wide * 0.5, y0 - thick * 3.8, x1 + wide * 0.5, y0 - thick * 2.9)], room.tone(hexed("8a6a50"))
    )


def drape(art: Art, x0: float, y0: float, x1: float, y1: float, colour: Colour, folds: int) -> None:
    """A hanging cloth between *x0* and *x1*, in soft folds."""
    left, right = sorted((x0, x1))
    polygons(art, [box(left, y0, right, y1)], (mix(colour, (255, 255, 255), 0.1), mix(colour, (30, 10, 30), 0.12)))
    step = (right - left) / folds
    for k in range(folds):
        a = left + k * step
        polygons(
            art,
            [[(a, y0), (a + step * 0.42, y0), (a + step * 0.34, y1), (a - step * 0.04, y1)]],
            mix(colour, (30, 5, 30), 0.5),
            0.26,
        )
        polygons(
            art,
            [[(a + step * 0.58, y0), (a + step * 0.8, y0), (a + step * 0.86, y1), (a + step * 0.56, y1)]],
            mix(colour, (255, 255, 255), 0.7),
            0.22,
        )


def planks(
    art: Art, top: float, wood: Colour, room: Art, wide: float = 0.16, squeeze: float = 0.35, ends: int = 2
) -> None:
    """A floor of boards running away to row *top*, *ends* of boards in each of its rows."""
    rng, end = art.rng, float(art.height)
    hill(
        art,
        np.full(art.width, top, np.float32),
        room.tone(mix(wood, (255, 240, 215), 0.22)),
        room.tone(mix(wood, (60, 25, 20), 0.16)),
        end - top,
        0,
    )
    middle, step = art.width / 2, wide * art.short
    count = int(art.width / step / squeeze / 2) + 2
    joints: list[Polygon] = []
    for k in range(-count, count):
        near, away = middle + k * step, middle + k * step * squeeze
        tint = float(rng.uniform(-1, 1))
        board: Polygon = [(away, top), (away + step * squeeze, top), (near + step, end), (near, end)]
        polygons(art, [board], room.tone((255, 235, 205) if tint > 0 else (60, 25, 20)), 0.13 * abs(tint))
        joints.append([(away, top), (away + 0.0016 * art.short, top), (near + 0.005 * art.short, end), (near, end)])
        for _ in range(ends):
            t = float(rng.uniform(0.05, 0.95)) ** 1.5
            y, scale = top + (end - top) * t, squeeze + (1 - squeeze) * t
            joints.append(
                [
                    (middle + k * step * scale, y),
                    (middle + (k + 1) * step * scale, y),
                    (middle + (k + 1) * step * scale, y + 0.003 * art.short),
                    (middle + k * step * scale, y + 0.003 * art.short),
                ]
            )
    polygons(art, joints, room.tone(mix(wood, (50, 20, 15), 0.62)), 0.5)
    y0 = int(top)
    grain = noise(art, 9, 3, 0.35, (y0, art.height))
    blend(art.pixels[y0:], room.tone(mix(wood, (70, 30, 20), 0.5)), np.clip(grain, 0, 1) * np.float32(0.16))


def picture(art: Art, inside: Art, x: float, y: float, size: float) -> None:
    rng = art.rng
    w, h = size * float(rng.uniform(0.7, 1.0)), size * float(rng.uniform(0.6, 0.9))
    polygons(
        art, [box(x - w, y - h + size * 0.07, x + w + size * 0.05, y + h + size * 0.1)], inside.tone((60, 40, 50)), 0.16
    )
    polygons(art, [box(x - w, y - h, x + w, y + h)], inside.tone(hexed("8a5f3c")))
    polygons(art, [box(x - w * 0.88, y - h * 0.85, x + w * 0.88, y + h * 0.85)], inside.tone(hexed("fffaf0")))
    colours = [
        picked(rng, [hexed("7fc4d8"), hexed("f2b870"), hexed("b8a0d8")]),
        picked(rng, [hexed("6fae6a"), hexed("d87f6a"), hexed("4f7fa8")]),
    ]
    polygons(art, [box(x - w * 0.72, y - h * 0.66, x + w * 0.72, y + h * 0.66)], inside.tone(colours[0]))
    polygons(
        art,
        [
            [
                (x - w * 0.72, y + h * 0.66),
                (x - w * 0.72, y + h * 0.2),
                (x - w * 0.2, y - h * 0.15),
                (x + w * 0.2, y + h * 0.2),
                (x + w * 0.72, y - h * 0.02),
                (x + w * 0.72, y + h * 0.66),
            ]
        ],
        inside.tone(colours[1]),
    )
    discs(art, [(x + w * 0.36, y - h * 0.35, h * 0.16)], inside.tone(hexed("fff0b8")))


def rug(art: Art, inside: Art, line: float) -> None:
    rng = art.rng
    base = varied(
        rng, picked(rng, [hexed("c8605a"), hexed("5a86a8"), hexed("7a9a6a"), hexed("d8a050"), hexed("8a6aa0")]), 8
    )
    y, x = line + 0.62 * (art.height - line), (0.5 + float(rng.uniform(-0.06, 0.06))) * art.width
    wide, high = 0.4 * art.short * max(1.0, art.across * 0.8), 0.27 * (art.height - line)
    polygons(art, [oval(x, y + 0.008 * art.height, wide, high, 60)], inside.tone((50, 25, 25)), 0.22)
    for share, colour in (
        (1.0, base),
        (0.9, mix(base, (255, 246, 225), 0.75)),
        (0.82, base),
        (0.5, mix(base, (255, 246, 225), 0.4)),
        (0.42, mix(base, (40, 20, 40), 0.12)),
    ):
        polygons(
            art,
            [oval(x, y, wide * share, high * share, 60)],
            (inside.tone(mix(colour, (40, 20, 40), 0.1)), inside.tone(colour)),
        )


def floor_lamp(art: Art, x: float, foot: float, high: float) -> None:
    wide = high * 0.012
    iron = hexed("4a4040")
    polygons(art, [box(x - wide, foot - high * 0.8, x + wide, foot)], iron)
    polygons(art, [oval(x, foot, high * 0.1, high * 0.02)], iron)
    glow(art, x, foot - high * 0.84, high * 1.5, hexed("ffcf87"), 0.6, 1.8)
    shade = [
        (x - high * 0.09, foot - high),
        (x + high * 0.09, foot - high),
        (x + high * 0.15, foot - high * 0.75),
        (x - high * 0.15, foot - high * 0.75),
    ]
    polygons(art, [shade], (hexed("fff0c8"), hexed("ffd78f")))


def cupboard(art: Art, inside: Art, x0: float, x1: float, y0: float, y1: float, colour: Colour) -> None:
    x0, x1 = sorted((x0, x1))
    if x1 - x0 < 4:
        return
    polygons(
        art,
        [box(x0, y0, x1, y1)],
        (inside.tone(mix(colour, (255, 255, 255), 0.1)), inside.tone(mix(colour, (40, 30, 60), 0.1))),
    )
    count = max(1, round((x1 - x0) / (0.2 * art.short)))
    wide, gap = (x1 - x0) / count, 0.012 * art.short
    doors = [box(x0 + k * wide + gap, y0 + gap * 2.4, x0 + (k + 1) * wide - gap, y1 - gap * 1.4) for k in range(count)]
    polygons(art, doors, inside.tone(mix(colour, (30, 20, 50), 0.34)), 0.5)
    faces = [
        box(x0 + k * wide + gap * 1.25, y0 + gap * 2.7, x0 + (k + 1) * wide - gap * 1.25, y1 - gap * 1.7)
        for k in range(count)
    ]
    polygons(
        art, faces, (inside.tone(mix(colour, (255, 255, 255), 0.26)), inside.tone(mix(colour, (255, 255, 255), 0.06)))
    )
    knob = y0 + gap * 5 if y0 > 0.3 * art.height else y1 - gap * 4.5
    discs(
        art,
        [(x0 + (k + (0.82 if k % 2 == 0 else 0.18)) * wide, knob, gap * 0.6) for k in range(count)],
        inside.tone(hexed("f4d890")),
    )


def jars(art: Art, inside: Art, foot: float) -> None:
    rng = art.rng
    for _ in range(int(4 * art.across)):
        x = float(rng.uniform(0.03, 0.97)) * art.width
        wide, high = float(rng.uniform(0.018, 0.028)) * art.short, float(rng.uniform(0.05, 0.085)) * art.short
        colour = picked(rng, [hexed("e8705a"), hexed("f2c860"), hexed("7fb0c0"), hexed("f8f0e4"), hexed("8fb070")])
        polygons(
            art,
            [box(x - wide, foot - high, x + wide, foot)],
            (inside.tone(mix(colour, (255, 255, 255), 0.2)), inside.tone(mix(colour, (60, 30, 50), 0.16))),
        )
        polygons(
            art, [box(x - wide * 0.8, foot - high * 1.14, x + wide * 0.8, foot - high)], inside.tone(hexed("a87f58"))
        )


def tiles(art: Art, inside: Art, line: float, end: float) -> None:
    """A chequered floor in perspective, each pixel's tile found by projecting it back to the floor."""
    y0 = round(line)
    rows = (np.arange(y0, art.height, dtype=np.float32)[:, None] + np.float32(0.5) - np.float32(line)) / np.float32(
        end - line
    )
    depth = np.float32(1) / (rows + np.float32(0.42))
    across = (
        (np.arange(art.width, dtype=np.float32) - np.float32(art.width / 2))
        / np.float32(art.short)
        * depth
        * np.float32(3.4)
    )
    along = depth * np.float32(4.2)
    size = np.float32(0.55 * 3.4 / art.short) * depth
    sharp = np.clip(_square(across) / size, -1, 1) * np.clip(_square(along) / (size * 2.2), -1, 1)
    light, dark = (
        np.asarray(inside.tone(hexed("fbf4e6")), np.float32),
        np.asarray(inside.tone(varied(art.rng, hexed("b8b0a8"), 14)), np.float32),
    )
    floor = dark + (light - dark) * (sharp[..., None] * np.float32(0.5) + np.float32(0.5))
    art.pixels[y0:] = floor * (np.float32(0.9) + np.float32(0.1) * rows)[..., None]
    polygons(art, [box(0, line, art.width, line + 0.016 * art.height)], inside.tone((40, 25, 35)), 0.3)


def _square(values: np.ndarray) -> np.ndarray:
    """A triangle wave of period 2 whose sign is that of a chequerboard, the distance to the next edge its size."""
    phase = np.mod(values, 2.0)
    wave = np.where(phase < 1, np.minimum(phase, 1 - phase), -np.minimum(phase - 1, 2 - phase))
    return np.asarray(wave, np.float32)
