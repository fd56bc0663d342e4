"""Trees, bushes, grass and flowers for the backdrops, in the light of the hour."""

from __future__ import annotations

from collections.abc import Sequence

from models.world.looks import Colour, hexed, mix
from models.world.paint import Art, Polygon, discs, picked, polygons, varied

FLOWERS: tuple[Colour, ...] = tuple(
    hexed(d) for d in ("ffd84a", "ff6f91", "ffffff", "b78cf0", "ff9a3c", "f25f5c", "7cc4ff")
)
GREENS: tuple[Colour, ...] = tuple(hexed(d) for d in ("5fae4b", "4c9b52", "79b84a", "3f8f5a"))


def round_tree(art: Art, x: float, foot: float, high: float, far: float = 0.0, leaf: Colour | None = None) -> None:
    """A broad tree, its trunk standing at row *foot*, *high* px tall."""
    rng = art.rng
    leaf = leaf or varied(rng, picked(rng, GREENS), 12)
    trunk = high * 0.055
    bark = hexed("8a5f3c")
    polygons(
        art,
        [
            [
                (x - trunk, foot),
                (x - trunk * 0.7, foot - high * 0.6),
                (x + trunk * 0.7, foot - high * 0.6),
                (x + trunk, foot),
            ]
        ],
        (art.tone(mix(bark, (40, 25, 20), 0.35), far), art.tone(bark, far)),
    )
    spread = high * float(rng.uniform(0.3, 0.38))
    middle = foot - high * 0.66
    heap = [(x, middle, spread * 0.95)]
    for _ in range(6):
        dx, dy = float(rng.uniform(-0.62, 0.62)), float(rng.uniform(-0.5, 0.36))
        heap.append((x + dx * spread, middle + dy * spread, spread * float(rng.uniform(0.5, 0.66))))
    shade, light = mix(leaf, (20, 50, 60), 0.38), mix(leaf, (255, 246, 170), 0.28)
    discs(art, heap, (art.tone(shade, far), art.tone(mix(shade, (10, 30, 50), 0.2), far)))
    lean = 0.12 * spread * art.side
    discs(
        art,
        [(a + lean, b - spread * 0.12, r * 0.86) for a, b, r in heap],
        (art.land(leaf, far), art.tone(mix(leaf, shade, 0.75), far)),
    )
    tops = [(a + lean * 2.2, b - r * 0.42, r * 0.5) for a, b, r in heap[1:]]
    discs(art, tops, (art.land(light, far), art.land(leaf, far)), 0.8)


def conifer(art: Art, x: float, foot: float, high: float, far: float = 0.0, leaf: Colour | None = None) -> None:
    """A fir of stacked skirts, lit on one side."""
    rng = art.rng
    leaf = leaf or varied(rng, hexed("2f7a58"), 12)
    wide = high * float(rng.uniform(0.2, 0.25))
    trunk = high * 0.035
    polygons(art, [[(x - trunk, foot), (x - trunk, foot - high * 0.2), (x + trunk, foot - high * 0.2), (x + trunk, foot)]],
             art.tone(hexed("6b4a34"), far))  # fmt: skip
    tiers = 4
    shade, light = mix(leaf, (10, 30, 50), 0.34), mix(leaf, (225, 240, 150), 0.2)
    for tier in range(tiers):
        low = foot - high * (0.1 + 0.21 * tier)
        top = low - high * (0.36 if tier < tiers - 1 else 0.27)
        half = wide * (1 - 0.21 * tier)
        sag = high * 0.028
        shape = [(x, top), (x + half * 0.52, low - high * 0.07), (x + half, low + sag), (x + half * 0.45, low - sag * 0.2),
                 (x, low + sag * 1.2), (x - half * 0.45, low - sag * 0.2), (x - half, low + sag), (x - half * 0.52, low - high * 0.07)]  # fmt: skip
        polygons(art, [shape], (art.land(mix(leaf, light, 0.35), far), art.tone(shade, far)))
        side = art.side
        lit = [
            (x, top),
            (x + side * half * 0.5, low - high * 0.07),
            (x + side * half * 0.96, low + sag * 0.8),
            (x + side * half * 0.38, low - sag),
        ]
        polygons(art, [lit], (art.land(light, far), art.land(leaf, far)), 0.75)


def palm(art: Art, x: float, foot: float, high: float, far: float = 0.0) -> None:
    """A leaning palm."""
    rng = art.rng
    lean = float(rng.uniform(0.12, 0.26)) * high * -art.side
    steps = 9
    spine = [(x + lean * (k / steps) ** 1.8, foot - high * 0.82 * k / steps) for k in range(steps + 1)]
    girth = [high * (0.036 - 0.018 * k / steps) for k in range(steps + 1)]
    outline = [(a - g, b) for (a, b), g in zip(spine, girth, strict=True)]
    outline += [(a + g, b) for (a, b), g in zip(spine[::-1], girth[::-1], strict=True)]
    polygons(art, [outline], (art.tone(hexed("a97c50"), far), art.tone(hexed("8a6240"), far)))
    cx, cy = spine[-1]
    leaf = varied(rng, hexed("3f9a4c"), 10)
    for number, (dx, dy) in enumerate(
        ((-1, 0.12), (1, 0.1), (-0.82, -0.3), (0.84, -0.32), (-0.35, -0.44), (0.4, -0.46), (-0.7, 0.42), (0.72, 0.4))
    ):
        length = high * 0.42 * float(rng.uniform(0.88, 1.08))
        upper, lower = [], []
        for k in range(9):
            t = k / 8
            px, py = cx + dx * length * t, cy + dy * length * t + length * 0.42 * t * t
            thick = length * 0.12 * (1 - t) * min(1, 0.35 + 4 * t)
            upper.append((px, py - thick * 0.35))
            lower.append((px, py + thick))
        colour = mix(leaf, (20, 60, 50), 0.3) if number % 2 else mix(leaf, (235, 250, 150), 0.16)
        polygons(art, [upper + lower[::-1]], (art.land(colour, far), art.tone(mix(colour, (15, 50, 40), 0.25), far)))
    discs(
        art,
        [(cx - high * 0.03, cy + high * 0.03, high * 0.028), (cx + high * 0.035, cy + high * 0.035, high * 0.026)],
        art.tone(hexed("6d4a2c"), far),
    )


def bush(art: Art, x: float, foot: float, size: float, far: float = 0.0, leaf: Colour | None = None) -> None:
    """A low round bush, *size* px half as wide."""
    rng = art.rng
    leaf = leaf or varied(rng, picked(rng, GREENS), 12)
    heap = [
        (
            x + float(rng.uniform(-0.6, 0.6)) * size,
            foot - float(rng.uniform(0.15, 0.5)) * size,
            size * float(rng.uniform(0.36, 0.55)),
        )
        for _ in range(6)
    ]
    shade = mix(leaf, (20, 50, 60), 0.35)
    discs(art, heap, (art.tone(leaf, far), art.tone(shade, far)))
    tops = [(a + 0.1 * size * art.side, b - r * 0.3, r * 0.6) for a, b, r in heap]
    discs(art, tops, (art.land(mix(leaf, (255, 246, 170), 0.25), far), art.land(leaf, far)), 0.7)


def tufts(art: Art, places: Sequence[tuple[float, float, float]], colour: Colour, alpha: float = 1.0) -> None:
    """Tufts of grass at (x, foot, height): a few blades each."""
    rng = art.rng
    blades: list[Polygon] = []
    for x, foot, high in places:
        for lean in (-0.55, -0.15, 0.2, 0.6):
            tip = high * float(rng.uniform(0.65, 1.1))
            wide = high * 0.11
            root = x + lean * high * 0.35
            blades.append([(root - wide, foot), (root + lean * high * 0.55, foot - tip), (root + wide, foot)])
    polygons(art, blades, colour, alpha * min(1.0, art.short / 220))


def flowers(art: Art, places: Sequence[tuple[float, float, float]], colours: Sequence[Colour] = FLOWERS) -> None:
    """Small flowers at (x, y, radius): five petals round a heart; where they are but a few pixels, dots of colour."""
    for number, colour in enumerate(colours):
        mine = list(places[number :: len(colours)])
        if not mine:
            continue
        petals = []
        for x, y, r in mine:
            if r < 1.2:
                petals.append((x, y, r))
                continue
            petals += [
                (x + dx * r * 0.62, y + dy * r * 0.5, r * 0.42)
                for dx, dy in ((0, -1), (0.95, -0.3), (0.6, 0.8), (-0.6, 0.8), (-0.95, -0.3))
            ]
        discs(art, petals, art.tone(colour))
        heart = hexed("ffcf3a") if colour != hexed("ffd84a") else hexed("c9772e")
        discs(art, [(x, y, r * 0.34) for x, y, r in mine if r >= 1.2], art.tone(heart))
