"""What each time of day and weather does to a picture: the colours of the sky, of the light and of the haze."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

Colour = tuple[float, float, float]
"""sRGB, 0..255 each."""


@lru_cache(maxsize=4096)
def hexed(digits: str) -> Colour:
    """Return the colour of six hex digits."""
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return *one* moved by *share* 0..1 of the way to *other*."""
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
        one[2] + (other[2] - one[2]) * share,
    )


def scaled(one: Colour, by: Colour | float) -> Colour:
    """Return *one* times a factor, or times a factor for each channel."""
    r, g, b = by if isinstance(by, tuple) else (by, by, by)
    return one[0] * r, one[1] * g, one[2] * b


@dataclass(frozen=True)
class Look:
    """How a time or weather looks. *sky* runs from the zenith to the horizon; *grade* multiplies the colours of the land and
    *cast* those of the things; *haze* is what distance fades to, by *thick* 0..1 at the horizon; *lit* and *dark* are the
    two sides of a cloud, *cover* how many there are for a square picture; *rim* is the light that grazes edges, by *graze*."""

    sky: tuple[Colour, ...]
    grade: Colour = (1.0, 1.0, 1.0)
    cast: Colour = (1.0, 1.0, 1.0)
    haze: Colour = (216, 236, 250)
    thick: float = 0.5
    lit: Colour = (255, 255, 255)
    dark: Colour = (196, 217, 238)
    cover: float = 4.0
    heavy: float = 0.0
    light: str = "sun"
    height: float = 0.3
    rim: Colour = (255, 250, 235)
    graze: float = 0.14
    shadow: float = 0.36
    lamps: bool = False
    stars: bool = False
    white: float = 0.0


def _sky(*digits: str) -> tuple[Colour, ...]:
    return tuple(hexed(one) for one in digits)


LOOKS: dict[str, Look] = {
    "day": Look(_sky("3f9ff0", "7cc6fa", "c9eafe", "eef8ff")),
    "morning": Look(
        _sky("74b0ec", "b7d4f0", "ffdfbe", "fff0cf"), (1.02, 0.98, 0.92), (1.0, 0.985, 0.95), hexed("ffe9d0"), 0.7,
        hexed("fffaf0"), hexed("f0c9bd"), 3.0, height=0.72, rim=hexed("ffeec2"), graze=0.26, shadow=0.3,
    ),
    "sunset": Look(
        _sky("3d3a8c", "9a4f9c", "f0727a", "ffa65c", "ffdc91"), (0.94, 0.74, 0.68), (1.0, 0.88, 0.82), hexed("ff9c74"), 0.55,
        hexed("ffb59a"), hexed("9a5c97"), 4.0, height=0.86, rim=hexed("ffc878"), graze=0.42, shadow=0.42,
    ),
    "night": Look(
        _sky("070c2a", "101c4c", "1f3370", "3a5292"), (0.41, 0.49, 0.71), (0.68, 0.75, 0.94), hexed("2d4480"), 0.5,
        hexed("4a5f9a"), hexed("22336c"), 2.0, light="moon", height=0.28, rim=hexed("b9ccff"), graze=0.3, shadow=0.4, lamps=True,
        stars=True,
    ),
    "fog": Look(
        _sky("c3ced6", "d2dade", "dfe4e6", "e6eaeb"), (0.88, 0.92, 0.94), (0.95, 0.97, 0.98), hexed("dfe5e7"), 0.96,
        cover=0.0, light="", graze=0.0, shadow=0.16,
    ),
    "rain": Look(
        _sky("5f7488", "8598a8", "a9b7c2", "bcc8cf"), (0.74, 0.81, 0.86), (0.88, 0.92, 0.96), hexed("a9b8c3"), 0.72,
        hexed("b6c2cc"), hexed("74879a"), 8.0, 1.0, light="", graze=0.05, shadow=0.2,
    ),
    "storm": Look(
        _sky("1f2634", "374254", "56647a", "7b8898"), (0.52, 0.58, 0.68), (0.76, 0.81, 0.9), hexed("66748a"), 0.66,
        hexed("657388"), hexed("2f3a4c"), 9.0, 1.0, light="", graze=0.05, shadow=0.22, lamps=True,
    ),
    "snowfall": Look(
        _sky("a2b6ca", "bfcddb", "d8e2ec", "e9eff5"), (0.92, 0.96, 1.0), (0.96, 0.98, 1.0), hexed("e4ebf3"), 0.78,
        hexed("eef3f8"), hexed("b9c7d6"), 5.0, 0.8, light="", graze=0.05, shadow=0.2, white=0.72,
    ),
}  # fmt: skip
"""The look of each of :data:`models.world.scene.TIMES`."""
