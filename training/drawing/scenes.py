"""What the drawing network learns from: small scenes of the picture book's world, each with its caption and its labelled boxes.

A scene follows from the seed, the split and its number alone. The things are NAMES, well-known ones whose pictures can be told apart at
64 pixels; of their words those are said that training may say (``training.vision.words.taught``), and a caption that holds a held-out pair
or composition (``training.held_out``) belongs to the other split.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np
from models.plurals import article, plural_of, with_article
from models.world import atlas, suiting
from models.world.scene import DECOR, Backdrop, Scene, Thing, extent, horizon
from numpy.typing import NDArray

from training.held_out import held
from training.language.phrasing import Split
from training.truth.words import COLOURS, recolourable
from training.vision.quick import draw
from training.vision.words import kept, taught

SIDE = 64
"""Pixels of a picture's side, where nothing else is asked for."""
MOST = 6
"""Things in a scene, at most."""
NAMES = ("dog", "cat", "horse", "pig", "sheep", "bear", "lion", "elephant", "penguin", "owl", "chicken", "frog", "fish", "octopus", "butterfly",
         "bee", "crab", "fox", "parrot", "snail", "apple", "banana", "strawberry", "pear", "pizza", "hamburger", "bread", "carrot", "mushroom",
         "lemon", "watermelon", "grapes", "cherries", "car", "taxi", "bicycle", "airplane", "rocket", "sailboat", "train", "tractor",
         "helicopter", "tree", "pine tree", "cactus", "sunflower", "rose", "tulip", "house", "castle", "tent", "chair", "sofa", "clock", "book",
         "guitar", "drum", "balloon", "gift", "star", "soccer ball", "basketball", "crown", "robot", "ghost", "birthday cake")  # fmt: skip
"""The things that are drawn where nothing else is asked for, canonical names of the atlas."""
PLACES: dict[str, tuple[str, ...]] = {
    "meadow": ("on a meadow", "on the grass", "on a green field"), "beach": ("on a beach", "by the sea", "on the sand"),
    "sea": ("on the sea", "on the water", "on the ocean"), "desert": ("in the desert", "among sand dunes"),
    "snow": ("in the snow", "in a snowy landscape"), "forest": ("in a forest", "in the woods"),
    "mountains": ("in the mountains", "before mountains"), "sky": ("in the sky", "up in the air"),
    "street": ("on a street", "on the road"), "room": ("in a room", "in the living room", "indoors"),
    "table": ("on a table", "on a wooden table"), "stage": ("on a stage", "on the theatre stage"),
    "space": ("in space", "among the stars"), "underwater": ("under water", "at the bottom of the sea"),
    "plain": ("before {shade} background", "on plain {colour}", "on {shade} background"),
    "gradient": ("before a soft {colour} background", "on {shade} gradient"),
}  # fmt: skip
"""Backdrops that are drawn, and how one says where that is."""
HOURS: dict[str, tuple[str, ...]] = {
    "day": ("", "", "by day"), "sunset": ("at sunset", "in the evening light"), "night": ("at night", "in the dark of night"),
    "snowfall": ("while it snows", "in falling snow"), "fog": ("in fog", "on a misty day"), "rain": ("in the rain", "on a rainy day"),
}  # fmt: skip
"""Hours and weathers that are drawn, and how one says them."""
OPEN = frozenset(("meadow", "beach", "sea", "desert", "snow", "forest", "mountains", "sky", "street"))
"""Places where the hour shows."""
SHADES = ("white", "red", "blue", "green", "yellow", "purple", "pink", "orange", "gray", "black")
_SENTENCES = ("{things} {place} {hour}", "{things} {place} {hour}", "{place} {hour}, {things}", "a picture of {things} {place} {hour}",
              "{things} {hour} {place}", "{place}: {things} {hour}", "draw {things} {place} {hour}", "{things}, {place}, {hour}")  # fmt: skip
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_TINTED, _OVER, _VARIANTS = 0.22, 0.28, 12


@dataclass(frozen=True)
class World:
    """What is drawn: things of *names* in squares of *side* pixels."""

    names: tuple[str, ...] = NAMES
    side: int = SIDE


NANO = World()


@dataclass(frozen=True)
class Drawing:
    """A scene for learning. *pixels* uint8 [side, side, 3]; *caption*; *phrases* says each thing, *boxes* float32 [things, 4] is where it
    is (x0, y0, x1, y1 in fractions, within the frame), in the order in which they cover each other; *scene* is what was drawn."""

    pixels: NDArray[np.uint8]
    caption: str
    phrases: tuple[str, ...]
    boxes: NDArray[np.float32]
    scene: Scene


def drawing(seed: int, split: Split, number: int, world: World = NANO) -> Drawing:
    """Return scene *number* of *split*."""
    for attempt in range(1000):
        rng = Random(f"drawing {seed} {split} {number} {attempt}")
        scene = arranged(rng, world)
        caption = captioned(rng, scene, split)
        if held(caption) == (split == "held_out"):
            return told(rng, scene, caption, split, world.side)
    raise RuntimeError(f"no scene of the split {split} was found for number {number}")


def told(rng: Random, scene: Scene, caption: str, split: Split, side: int = SIDE) -> Drawing:
    """Return *scene* drawn, with phrases for its things."""
    boxes = [tuple(min(1.0, max(0.0, edge)) for edge in around(thing)) for thing in scene.things]
    phrases = tuple(said(rng, thing, split) for thing in scene.things)
    pixels, _ = draw(scene, side, side)
    return Drawing(pixels, caption, phrases, np.array(boxes, np.float32).reshape(-1, 4), scene)


def arranged(rng: Random, world: World = NANO, most: int = 4) -> Scene:
    """Return a scene of one to *most* things, most of them where they are at home, few covering each other."""
    kind = rng.choice(tuple(PLACES))
    hour = rng.choice(tuple(HOURS)) if kind in OPEN and rng.random() < 0.55 else "day"
    backdrop = Backdrop(kind, hour, _shade(rng, kind), rng.randrange(_VARIANTS), DECOR)
    wanted = rng.choices(range(1, most + 1), weights=(40, 32, 18, 10)[:most])[0]
    things: list[Thing] = []
    for _ in range(6 * wanted):
        name = rng.choice(world.names)
        if things and rng.random() < 0.12:
            name = things[-1].name
        elif rng.random() < 0.4 and suiting.home_of(name, atlas.entry(name)) != kind:
            continue
        thing = placed(rng, name, backdrop, 1.0 if wanted == 1 else (0.95, 0.8, 0.72)[wanted - 2])
        if all(covered(around(thing), around(other)) < _OVER for other in things):
            things.append(thing)
        if len(things) == wanted:
            break
    if not things:
        things = [placed(rng, rng.choice(world.names), backdrop, 1.0)]
    return Scene(tuple(sorted(things, key=lambda thing: thing.y + thing.size / 2)), backdrop)


def _shade(rng: Random, kind: str) -> str:
    return rng.choice(SHADES) if kind in ("plain", "gradient") else ""


def placed(rng: Random, name: str, backdrop: Backdrop, share: float) -> Thing:
    """Return a thing *name* at a place that suits it before *backdrop*, *share* times as large as alone."""
    entry = atlas.entry(name)
    size = min(0.85, max(0.24, share * suiting.usual_size(entry) ** 0.5 * 0.8 * rng.uniform(0.7, 1.3)))
    flip = rng.random() < 0.5 and suiting.flips(entry)
    tint = rng.choice(COLOURS) if rng.random() < _TINTED and recolourable(name) else ""
    aspect = atlas.aspect(name)
    wide, high = size * min(1.0, aspect), size * min(1.0, 1 / aspect)
    line = horizon(backdrop)
    zone = suiting.zone_of(entry, "", backdrop.kind)
    if line is None or zone == "float" or rng.random() < 0.1:
        y = rng.uniform(0.48 * high, 1 - 0.48 * high)
    elif zone in ("sky", "wall"):
        y = rng.uniform(0.48 * high, max(0.5 * high, line - 0.3 * high))
    else:
        y = min(0.99, rng.uniform(line + 0.05, 1.0)) - high / 2
    x = rng.uniform(0.45 * wide, 1 - 0.45 * wide)
    turn = 0.0 if rng.random() < 0.8 else rng.uniform(-15, 15)
    return Thing(name, x, y, size, turn, flip, tint, shadow=zone == "ground" or line is None)


def around(thing: Thing) -> tuple[float, float, float, float]:
    """Return the box round *thing* in a square frame, not clipped to it."""
    return extent(thing, atlas.aspect(thing.name), 1.0, 1.0)


def covered(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return which share of the smaller of two boxes the other covers."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0.0, wide) * max(0.0, high) / max(1e-9, smaller)


# -- words --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def nouns(name: str, split: Split) -> tuple[str, ...]:
    """Return the singular nouns by which *split* says the thing *name*: in "held_out" those that training never says, where there are any."""
    words = taught(name)
    plurals = {plural_of(word) for word in words} | {atlas.entry(name).plural}
    known = tuple(word for word in words if word == name or word not in plurals)
    return (kept(name) or known) if split == "held_out" else known


def said(rng: Random, thing: Thing, split: Split = "train") -> str:
    """Return words for *thing*: its name or a synonym, its colour where it was given one, an article or none."""
    words = nouns(thing.name, "train" if rng.random() < 0.6 else split)
    noun = thing.name if rng.random() < 0.6 else rng.choice(words)
    lead = rng.choice(("a", "a", "the", ""))
    return with_article(noun, thing.tint) if lead == "a" else " ".join(filter(None, (lead, thing.tint, noun)))


def where(rng: Random, kind: str, colour: str) -> str:
    """Return words for a backdrop of *kind*, of *colour* where its kind has one."""
    return rng.choice(PLACES[kind]).format(colour=colour, shade=article(colour))


def captioned(rng: Random, scene: Scene, split: Split) -> str:
    """Return a caption that tells all of *scene*: things with counts and colours, place, hour."""
    counts = Counter((thing.name, thing.tint) for thing in scene.things)
    order = list(counts)
    rng.shuffle(order)
    groups = []
    for name, tint in order:
        count = counts[name, tint]
        noun = name if rng.random() < 0.6 else rng.choice(nouns(name, split))
        several = plural_of(f"{tint} {noun}".strip())
        groups.append(with_article(noun, tint) if count == 1 else f"{_NUMBERS[count]} {several}")
    things = groups[0] if len(groups) == 1 else f"{', '.join(groups[:-1])} and {groups[-1]}"
    place = where(rng, scene.backdrop.kind, scene.backdrop.colour)
    hour = rng.choice(HOURS[scene.backdrop.time])
    words = rng.choice(_SENTENCES).format(things=things, place=place, hour=hour)
    return " ".join(words.replace(" ,", ",").split()).strip(" ,")
