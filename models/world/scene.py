"""The values that describe a drawn scene: things, a backdrop and a style, JSON-able, standard library only.

Coordinates are fractions 0..1 of the frame, x to the right and y down; a thing may stand partly or wholly outside.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

OUTDOOR = ("meadow", "farm", "garden", "beach", "sea", "lake", "desert", "snow", "city", "street", "forest", "mountains",
           "sky", "moon")  # fmt: skip
"""Kinds under a sky, where the time of day and the weather show."""
INDOOR = ("room", "kitchen", "table", "stage")
"""Kinds with a floor or a table top and no weather in front."""
AROUND = ("space", "underwater")
"""Kinds without any ground: things float."""
FLAT = ("plain", "gradient", "stripes", "checker", "dots", "paper", "noise", "wood", "bricks")
"""Colours, patterns and textures seen straight on."""
KINDS: tuple[str, ...] = (*OUTDOOR, *INDOOR, *AROUND, *FLAT)
"""Every kind of backdrop that can be painted."""
TIMES: tuple[str, ...] = ("day", "morning", "sunset", "night", "fog", "rain", "storm", "snowfall")
"""Every time of day and weather."""
STYLES: tuple[str, ...] = ("", "sketch", "watercolour", "oil", "comic", "poster", "pixel", "pastel", "dreamy", "noir", "sepia",
                           "neon", "blueprint", "night", "mosaic")  # fmt: skip
"""Every global look; "" leaves the picture as it is."""
DECOR: tuple[str, ...] = ("tree", "flower", "cactus", "house", "mountain", "sun", "moon", "star", "cloud", "planet", "boat", "island",
                          "shell", "coral", "window", "picture", "jar")  # fmt: skip
"""Every kind of countable thing that backdrops are decorated with, and that they can leave out."""
GRADES: tuple[str, ...] = ("eerie", "cosy", "dramatic", "cheerful", "gloomy", "romantic", "calm", "mysterious", "warm", "cold", "vivid",
                           "faded", "bright", "dim")  # fmt: skip
"""Every grading that a scene can have: those of :data:`models.world.grades.MOODS` that are no hours and no weathers."""
MOST_MOODS = 4
"""Gradings of one scene, at most."""
LEAST_FRAME = 0.1
"""The least share of a picture's width, and of its height, that its backdrop was painted for: beyond that it only goes on."""
MOST_THINGS = 200
"""Things in one scene, at most."""
_HORIZONS = {
    "meadow": 0.56, "farm": 0.52, "garden": 0.54, "beach": 0.60, "sea": 0.50, "lake": 0.64, "desert": 0.56, "snow": 0.56,
    "city": 0.76, "street": 0.62, "forest": 0.60, "mountains": 0.66, "moon": 0.58, "room": 0.66, "kitchen": 0.70,
    "table": 0.54, "stage": 0.70, "plain": 0.62, "gradient": 0.62,
}  # fmt: skip


def _number(owner: object, name: str, low: float, high: float) -> None:
    value = getattr(owner, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} of a {type(owner).__name__.lower()} is {value!r}, not a number")
    if not low <= value <= high:
        raise ValueError(f"{name} of a {type(owner).__name__.lower()} is {value}, outside {low} to {high}")


def _word(owner: object, name: str, least: int = 0) -> None:
    value = getattr(owner, name)
    if not isinstance(value, str) or not least <= len(value) <= 80:
        raise ValueError(f"{name} of a {type(owner).__name__.lower()} is {value!r}, not a short text")


@dataclass(frozen=True)
class Thing:
    """One object of a scene. Raises ValueError on a value outside what is said here.

    *name* is a canonical name of the atlas; *x*, *y* the centre, -5..6; *size* the longer side of the sprite as a fraction
    of the frame's shorter side, 0.001..2; *rotation* degrees clockwise; *flip* mirrors left-right before turning; *tint* ""
    or a colour (a name or #rrggbb) to recolour towards, shading kept; *shade* a brightness factor 0.3..1.5; *shadow* asks
    for a soft shadow where there is a ground to fall on; *opacity* 0..1; *id* stays the same through changes of a scene.
    """

    name: str
    x: float
    y: float
    size: float
    rotation: float = 0.0
    flip: bool = False
    tint: str = ""
    shade: float = 1.0
    shadow: bool = True
    opacity: float = 1.0
    id: int = 0

    def __post_init__(self) -> None:
        _word(self, "name", 1)
        _word(self, "tint")
        for name, low, high in (("x", -5, 6), ("y", -5, 6), ("size", 0.001, 2), ("rotation", -36000, 36000),
                                ("shade", 0.3, 1.5), ("opacity", 0, 1), ("id", 0, 1_000_000)):  # fmt: skip
            _number(self, name, low, high)
        if not isinstance(self.id, int) or not isinstance(self.flip, bool) or not isinstance(self.shadow, bool):
            raise ValueError("the id of a thing is a whole number; flip and shadow are true or false")


@dataclass(frozen=True)
class Backdrop:
    """What is behind the things: one of :data:`KINDS` at one of :data:`TIMES`; *colour* is its main colour where the kind
    has one ("" for its own); *seed* varies it; *without* are those of :data:`DECOR` that it leaves out, so that a picture of
    three trees shows no fourth; *frame* (x0, y0, x1, y1, fractions) is the part of the picture that it was painted for and beyond
    which it goes on, all of it where that is (). Raises ValueError on anything else."""

    kind: str = "meadow"
    time: str = "day"
    colour: str = ""
    seed: int = 0
    without: tuple[str, ...] = ()
    frame: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no backdrop is called {self.kind!r}; there are {', '.join(KINDS)}")
        if self.time not in TIMES:
            raise ValueError(f"no time or weather is called {self.time!r}; there are {', '.join(TIMES)}")
        _word(self, "colour")
        _number(self, "seed", 0, 2**63 - 1)
        if not isinstance(self.seed, int):
            raise ValueError("the seed of a backdrop is a whole number")
        if not isinstance(self.without, tuple) or not all(kind in DECOR for kind in self.without):
            raise ValueError(f"a backdrop can be without {', '.join(DECOR)}, not {self.without!r}")
        if self.frame != () and not _framed(self.frame):
            raise ValueError(f"the frame of a backdrop is a part of the picture of some size, not {self.frame!r}")


def _framed(frame: object) -> bool:
    """Return whether *frame* is x0, y0, x1, y1 within 0..1 with LEAST_FRAME between its sides."""
    if not isinstance(frame, tuple) or len(frame) != 4:
        return False
    if not all(isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 1 for v in frame):
        return False
    return bool(frame[2] - frame[0] >= LEAST_FRAME and frame[3] - frame[1] >= LEAST_FRAME)


@dataclass(frozen=True)
class Scene:
    """A whole picture. *things* are drawn in order, later ones in front; *style* is one of :data:`STYLES`; *moods* are gradings of
    its colours, of :data:`models.world.grades.MOODS`, laid over it one after another before the style."""

    things: tuple[Thing, ...]
    backdrop: Backdrop = Backdrop()
    style: str = ""
    moods: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.things) > MOST_THINGS:
            raise ValueError(f"a scene holds at most {MOST_THINGS} things, not {len(self.things)}")
        if self.style not in STYLES:
            raise ValueError(f"no style is called {self.style!r}; there are {', '.join(STYLES[1:])}")
        if (
            not isinstance(self.moods, tuple)
            or not all(mood in GRADES for mood in self.moods)
            or len(self.moods) > MOST_MOODS
        ):
            raise ValueError(f"a scene has up to {MOST_MOODS} of the moods {', '.join(GRADES)}, not {self.moods!r}")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data from which :meth:`from_json` rebuilds an equal scene; values left at default are omitted."""
        return {
            "things": [_plain(thing) for thing in self.things],
            "backdrop": _plain(self.backdrop),
            "style": self.style,
            **({"moods": list(self.moods)} if self.moods else {}),
        }

    @staticmethod
    def from_json(data: object) -> Scene:
        """Rebuild a scene from what :meth:`to_json` returned. Raises ValueError on anything else."""
        if not isinstance(data, Mapping) or not set(data) <= {"things", "backdrop", "style", "moods"}:
            raise ValueError("a scene is an object with things, backdrop, style and moods")
        things, style, moods = data.get("things"), data.get("style", ""), data.get("moods", ())
        if not isinstance(things, list | tuple) or not isinstance(style, str) or not isinstance(moods, list | tuple):
            raise ValueError("a scene has a list of things, a style that is a text and a list of moods")
        back = _made(Backdrop, data.get("backdrop", {}))
        return Scene(tuple(_made(Thing, thing) for thing in things), back, style, tuple(moods))


def _plain(value: Any) -> dict[str, Any]:
    found = {f.name: v for f in fields(value) if (v := getattr(value, f.name)) != f.default}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def _made(kind: type, data: object) -> Any:
    if not isinstance(data, Mapping):
        raise ValueError(f"a {kind.__name__.lower()} is an object with named values, not {type(data).__name__}")
    try:
        return kind(**{str(name): tuple(v) if isinstance(v, list) else v for name, v in data.items()})
    except TypeError as error:
        raise ValueError(f"not a {kind.__name__.lower()}: {error}") from error


def horizon(backdrop: Backdrop) -> float | None:
    """Return where the ground, floor, water or table top begins, as a fraction of the height; None where there is none.

    Things stand with their feet between there and 1; what is higher hangs in the air and throws no shadow.
    """
    base = _HORIZONS.get(backdrop.kind)
    if base is None:
        return None
    line = round(base + random.Random(f"horizon {backdrop.kind} {backdrop.seed}").uniform(-0.04, 0.04), 4)
    if not backdrop.frame:
        return line
    return round(backdrop.frame[1] + line * (backdrop.frame[3] - backdrop.frame[1]), 8)


def window(backdrop: Backdrop, width: int, height: int) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 px of the part of a picture of *width* x *height* px that *backdrop* was painted for."""
    x0, y0, x1, y1 = backdrop.frame or (0.0, 0.0, 1.0, 1.0)
    return round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height)


def extent(thing: Thing, aspect: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 round a thing's turned sprite in fractions of a *width* x *height* frame, not clipped to it.

    *aspect* is the sprite's width over its height. A sprite does not fill its corners, so when turned it covers a little less.
    """
    long = thing.size * min(width, height)
    wide, high = (long, long / aspect) if aspect >= 1 else (long * aspect, long)
    turn = math.radians(thing.rotation)
    sine, cosine = abs(math.sin(turn)), abs(math.cos(turn))
    half_x, half_y = (wide * cosine + high * sine) / 2 / width, (wide * sine + high * cosine) / 2 / height
    return thing.x - half_x, thing.y - half_y, thing.x + half_x, thing.y + half_y
