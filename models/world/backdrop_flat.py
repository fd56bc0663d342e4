"""Backdrops seen straight on: plain and graded colour, stripes, checks, dots, and textures of paper, noise, wood and brick."""

from __future__ import annotations

import numpy as np

from models.world.looks import Colour, hexed, mix
from models.world.paint import Art, Field, Polygon, blend, box, glow, noise, picked, polygons, varied, wash

PASTELS = tuple(hexed(d) for d in ("f7c8c8", "f9dcb4", "fbeeb0", "d2ecc0", "bfe6e0", "bfdcf6", "d2ccf4", "f0c8e6"))
BOLD = tuple(hexed(d) for d in ("ef6f6c", "f2a154", "f4d35e", "7bc47f", "4db6ac", "5c9ded", "8f7fe0", "e07fb8"))


def _main(art: Art) -> Colour:
    return art.main or varied(art.rng, picked(art.rng, PASTELS if art.rng.random() < 0.6 else BOLD), 8)


def _partner(art: Art, colour: Colour) -> Colour:
    """A second colour beside the main one: lighter, deeper, or another of the set."""
    choice = art.rng.random()
    if choice < 0.45:
        return mix(colour, (255, 255, 250), 0.6)
    if choice < 0.7 or art.main is not None:
        return mix(colour, (50, 40, 90), 0.22)
    return varied(art.rng, picked(art.rng, PASTELS), 8)


def _light(art: Art, strength: float = 0.22) -> None:
    """Light from one upper corner, the far corner in shade."""
    reach = 1.25 * max(art.width, art.height)
    glow(art, (0.5 + 0.55 * art.side) * art.width, -0.1 * art.height, reach, art.tone((255, 253, 244)), strength, 1.2)
    glow(
        art,
        (0.5 - 0.6 * art.side) * art.width,
        1.1 * art.height,
        reach * 0.8,
        art.tone((60, 50, 90)),
        strength * 0.6,
        1.5,
    )


def plain(art: Art) -> None:
    """One colour, as on a photographer's paper roll: a wall that bends softly into the floor."""
    colour = _main(art)
    bright, deep = mix(colour, (255, 255, 255), 0.12), mix(colour, (70, 60, 100), 0.1)
    wash(art, (art.tone(deep), art.tone(colour), art.tone(bright)), 0, art.line + 1)
    wash(art, (art.tone(bright), art.tone(mix(colour, (255, 255, 255), 0.2)), art.tone(colour)), art.line)
    _light(art, 0.16)


def gradient(art: Art) -> None:
    """Two or three colours flowing into one another."""
    one = _main(art)
    other = mix(one, (255, 252, 240), 0.7) if art.main else varied(art.rng, picked(art.rng, PASTELS + BOLD), 8)
    turn = float(art.rng.uniform(-0.9, 0.9))
    ys = np.linspace(-1, 1, art.height, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, art.width, dtype=np.float32)
    share = np.clip(
        0.5 + 0.5 * (ys * np.float32(np.cos(turn)) + xs * np.float32(np.sin(turn))) / np.float32(1.25), 0, 1
    )
    art.pixels[:] = np.asarray(art.tone(one), np.float32)
    blend(art.pixels, art.tone(other), (share * share * (3 - 2 * share)).astype(np.float32))
    soft = np.clip(noise(art, 1.4, 2), -1, 1)
    blend(art.pixels, art.tone((255, 255, 255)), np.maximum(soft, 0) * np.float32(0.2))
    _light(art, 0.14)


def _wave(phase: Field, edge: float) -> Field:
    """A square wave of period 1 with edges of *edge* periods, 0..1."""
    away = np.abs(np.mod(phase, 1.0) - 0.5) - 0.25
    return np.clip(away / np.float32(max(edge, 1e-4)) + 0.5, 0, 1).astype(np.float32)


def stripes(art: Art) -> None:
    """Stripes, straight or slanting."""
    one = _main(art)
    other, rng = _partner(art, one), art.rng
    turn = float(rng.choice([0.0, np.pi / 2, np.pi / 4, -np.pi / 4]))
    period = float(rng.uniform(0.1, 0.26)) * art.short
    ys, xs = np.arange(art.height, dtype=np.float32)[:, None], np.arange(art.width, dtype=np.float32)
    phase = ((xs * np.cos(turn) + ys * np.sin(turn)) / period).astype(np.float32)
    art.pixels[:] = np.asarray(art.tone(one), np.float32)
    blend(art.pixels, art.tone(other), np.broadcast_to(_wave(phase, 1 / period), art.pixels.shape[:2]))
    _light(art)


def checker(art: Art) -> None:
    """A chequered cloth: where stripes cross, the colour is full."""
    one = _main(art)
    other, rng = mix(one, (255, 255, 252), 0.82), art.rng
    period = float(rng.uniform(0.14, 0.3)) * art.short
    ys, xs = (
        np.arange(art.height, dtype=np.float32)[:, None] / np.float32(period),
        np.arange(art.width, dtype=np.float32) / np.float32(period),
    )
    rows, columns = _wave(ys, 1 / period), _wave(xs, 1 / period)
    cloth = rng.random() < 0.55
    share = (rows + columns) / 2 if cloth else rows + columns - 2 * rows * columns
    art.pixels[:] = np.asarray(art.tone(other), np.float32)
    blend(art.pixels, art.tone(one), share.astype(np.float32))
    if cloth and art.short > 200:
        weave = np.sin(ys * np.float32(np.pi * 44)) * np.sin(xs * np.float32(np.pi * 44))
        blend(art.pixels, art.tone((255, 255, 255)), np.clip(weave, 0, 1).astype(np.float32) * np.float32(0.12))
    _light(art)


def dots(art: Art) -> None:
    """Dots in staggered rows."""
    one = _main(art)
    other, rng = _partner(art, one), art.rng
    step = float(rng.uniform(0.1, 0.2)) * art.short
    radius = step * float(rng.uniform(0.2, 0.34))
    ys, xs = np.arange(art.height, dtype=np.float32)[:, None] + 0.5, np.arange(art.width, dtype=np.float32) + 0.5
    row = np.floor(ys / np.float32(step))
    dx = np.mod(xs + np.mod(row, 2) * np.float32(step / 2), np.float32(step)) - np.float32(step / 2)
    dy = np.mod(ys, np.float32(step)) - np.float32(step / 2)
    cover = np.clip(np.float32(radius) - np.sqrt(dx * dx + dy * dy) + 0.5, 0, 1)
    art.pixels[:] = np.asarray(art.tone(one), np.float32)
    blend(art.pixels, art.tone(other), cover.astype(np.float32))
    _light(art)


def paper(art: Art) -> None:
    """Drawing paper: tooth, fibres, a soft stain of colour."""
    colour = art.main or varied(
        art.rng, picked(art.rng, [hexed("f6efe0"), hexed("f2e6d0"), hexed("eef0ec"), hexed("e4d3b4")]), 6
    )
    art.pixels[:] = np.asarray(art.tone(colour), np.float32)
    tooth = noise(art, 90, 2) + 0.5 * noise(art, 240, 1)
    art.pixels[:] *= (np.float32(1) + np.float32(0.05) * tooth)[..., None]
    blend(art.pixels, art.tone(mix(colour, (150, 110, 70), 0.5)), np.clip(noise(art, 2, 4), 0, 1) * np.float32(0.16))
    fibres: list[Polygon] = []
    for x, y, turn, length in art.rng.random((int(50 * art.across), 4)):
        dx, dy = (
            np.cos(turn * 6.3) * (0.01 + 0.02 * length) * art.short,
            np.sin(turn * 6.3) * (0.01 + 0.02 * length) * art.short,
        )
        px, py, thin = x * art.width, y * art.height, 0.0011 * art.short
        fibres.append([(px, py), (px + dx + thin, py + dy - thin), (px + dx - thin, py + dy + thin)])
    polygons(art, fibres, art.tone(mix(colour, (110, 80, 60), 0.5)), 0.4 * min(1.0, art.short / 400))
    _light(art, 0.16)


def texture(art: Art) -> None:
    """Clouds of colour, fine and coarse, as of marbled paper."""
    one = _main(art)
    rng = art.rng
    other = mix(one, (255, 255, 250), 0.55)
    third = mix(one, (40, 30, 90), 0.3) if art.main else varied(rng, picked(rng, PASTELS + BOLD), 8)
    swirl = noise(art, 2.5, 5)
    veins = noise(art, 4, 4)
    art.pixels[:] = np.asarray(art.tone(one), np.float32)
    blend(art.pixels, art.tone(other), np.clip(swirl * 1.6 + 0.3, 0, 1))
    blend(art.pixels, art.tone(third), np.clip(veins * 1.7 - 0.1, 0, 1) * np.float32(0.7))
    lines = np.clip(1 - np.abs(swirl - veins) * 14, 0, 1)
    blend(art.pixels, art.tone(mix(other, (255, 255, 255), 0.5)), lines * np.float32(0.5))
    _light(art, 0.14)


def wood(art: Art) -> None:
    """Boards seen from above, with grain and joints."""
    rng = art.rng
    colour = art.main or varied(
        rng, picked(rng, [hexed("c89058"), hexed("9a6a42"), hexed("ddb884"), hexed("b07a50"), hexed("8a8078")]), 8
    )
    art.pixels[:] = np.asarray(art.tone(colour), np.float32)
    count = int(rng.integers(5, 8))
    high = art.height / count
    rows = np.minimum((np.arange(art.height) / high).astype(int), count - 1)
    shift = rng.uniform(-1, 1, (count, 2)).astype(np.float32)
    grain = noise(art, 16, 3, 14.0) + 0.6 * noise(art, 40, 2, 20.0)
    rings = np.sin(noise(art, 3, 2, 5.0) * 16 + shift[rows, :1] * 6)
    tint = np.float32(1) + np.float32(0.09) * shift[rows, 1:2] + np.float32(0.11) * grain + np.float32(0.035) * rings
    art.pixels[:] *= tint[..., None]
    joints: list[Polygon] = []
    lights: list[Polygon] = []
    for k in range(count + 1):
        y = k * high
        joints.append(box(0, y - 0.003 * art.short, art.width, y + 0.003 * art.short))
        lights.append(box(0, y + 0.003 * art.short, art.width, y + 0.008 * art.short))
        ends = rng.random(max(1, round(art.across))) * art.width
        joints += [box(float(x), y, float(x) + 0.004 * art.short, y + high) for x in ends]
    polygons(art, lights, art.tone((255, 236, 205)), 0.3)
    polygons(art, joints, art.tone(mix(colour, (30, 12, 8), 0.75)), 0.75)
    _light(art, 0.24)


def bricks(art: Art) -> None:
    """A brick wall: bricks from edge to edge, each its own shade."""
    rng = art.rng
    colour = art.main or varied(
        rng, picked(rng, [hexed("b8624a"), hexed("a8503c"), hexed("c88a68"), hexed("d8cfc4"), hexed("8f8a94")]), 8
    )
    mortar = mix(colour, (238, 230, 220), 0.66)
    art.pixels[:] = np.asarray(art.tone(mortar), np.float32)
    high, wide = 0.068 * art.short, 0.17 * art.short
    gap = 0.009 * art.short
    number = (int(art.height / high) + 1) * (int(art.width / wide) + 2)
    shades = rng.integers(0, 5, number)
    groups: list[list[Polygon]] = [[] for _ in range(5)]
    k = 0
    for row in range(int(art.height / high) + 1):
        for column in range(int(art.width / wide) + 2):
            x, y = (column - 0.5 * (row % 2)) * wide, row * high
            groups[int(shades[k])].append(box(x + gap / 2, y + gap / 2, x + wide - gap / 2, y + high - gap / 2))
            k += 1
    for shade, group in enumerate(groups):
        lean = (shade - 2) / 2
        polygons(art, group, art.tone(mix(colour, (255, 215, 185) if lean > 0 else (60, 24, 34), 0.2 * abs(lean))))
    art.pixels[:] *= (np.float32(1) + np.float32(0.09) * noise(art, 30, 3))[..., None]
    _light(art, 0.26)
