"""Scenes that the experts are asked about: what a caption says as values, drawn once, so that caption and truth are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from models.values import Box, Point, Region, Stroke
from models.world import atlas
from models.world.composer import Drawn, compose
from models.world.placing import place
from models.world.scene import Backdrop, Scene, Thing, extent
from models.world.wish import Relation, Wanted, Wish

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask: TypeAlias = NDArray[np.bool_]

WIDTH, HEIGHT = 480, 320
"""Pixels of a drawn picture."""
PLACES = {
    "meadow": "on a meadow", "beach": "on a beach", "desert": "in the desert", "snow": "in the snow", "city": "in a city", "forest": "in a forest",
    "mountains": "in the mountains", "room": "in a room", "garden": "in a garden", "street": "on a street", "farm": "on a farm", "lake": "at a lake",
}  # fmt: skip
"""Backdrops, and how a caption says them."""
TIMES = {"day": "", "night": "at night", "sunset": "at sunset", "fog": "in fog"}
RELATIONS = {"left": "left of", "right": "right of", "above": "above", "below": "below"}
NUMBERS = ("", "a", "two", "three")
COLOURS = ("red", "blue", "green", "yellow", "purple", "pink")
_GROUPS = ("animals", "food", "vehicles", "things", "plants", "people")
_LEAST_SEEN = 0.7
_LEAST_AREA = 0.008


@dataclass(frozen=True)
class Told:
    """A caption and what it says: *names* with their numbers, *relation* the first name is in to the second ("" for none), and
    the true *scene* of it for a frame of WIDTH x HEIGHT."""

    caption: str
    names: tuple[tuple[str, int], ...]
    relation: str
    scene: Scene


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return the things that are asked for: those of one plain word, without faces, signs and the sky's."""
    known = (entry for entry in atlas.entries() if entry.group in _GROUPS and entry.name.isalpha())
    return tuple(entry.name for entry in known if not entry.worn and entry.plural != entry.name)


def counted(name: str, number: int) -> str:
    """Return "a dog", "an owl", "two dogs"."""
    if number != 1:
        return f"{NUMBERS[number]} {atlas.entry(name).plural}"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def tell(rng: Random, most: int = 3, among: Sequence[str] = ()) -> Told:
    """Return a caption of one to *most* kinds of things, *among* those named or any of ``names``, before a named backdrop, and its scene:
    one in which all can be seen and what is said holds."""
    while True:
        kinds = rng.sample(among or names(), rng.randint(1, most))
        numbers = [rng.choice((1, 1, 1, 2, 3)) for _ in kinds]
        related = len(kinds) > 1 and rng.random() < 0.6
        relation = rng.choice(tuple(RELATIONS)) if related else ""
        backdrop, time = rng.choice(tuple(PLACES)), rng.choice(("day", "day", *TIMES))
        things = tuple(
            Wanted(name, number, said=name if number == 1 else atlas.entry(name).plural)
            for name, number in zip(kinds, numbers, strict=True)
        )
        wish = Wish(things, (Relation(relation, 0, (1,)),) if related else (), place=backdrop, time=time)
        placed = place(wish, WIDTH, HEIGHT, rng.randrange(2**31))
        if placed.penalty < 0.5 and min(drawn(placed.scene).visible) > _LEAST_SEEN:
            break
    said = [counted(name, number) for name, number in zip(kinds, numbers, strict=True)]
    if related:
        said = [f"{said[0]} {RELATIONS[relation]} {said[1]}", *said[2:]]
    caption = " ".join(filter(None, (" and ".join(said), PLACES[backdrop], TIMES[time])))
    return Told(caption, tuple(zip(kinds, numbers, strict=True)), relation, placed.scene)


@lru_cache(maxsize=64)
def drawn(scene: Scene, width: int = WIDTH, height: int = HEIGHT) -> Drawn:
    """Return the picture of *scene* with its truth."""
    return compose(scene, width, height, truth=True)


def singles(rng: Random, least: int = 2, most: int = 4) -> tuple[Scene, Thing]:
    """Return a scene of *least* to *most* things of different names, and one of them that is well seen and not tiny."""
    while True:
        kinds = rng.sample(names(), rng.randint(least, most))
        wish = Wish(tuple(Wanted(name, said=name) for name in kinds), place=rng.choice(tuple(PLACES)),
                    time=rng.choice(("", "", *(t for t in TIMES if t != "day"))))  # fmt: skip
        scene = place(wish, WIDTH, HEIGHT, rng.randrange(2**31)).scene
        scene = replace(scene, things=tuple(replace(t, id=n + 1) for n, t in enumerate(scene.things)))
        truth = drawn(scene)
        good = [
            thing
            for thing, mask, seen in zip(scene.things, truth.masks, truth.visible, strict=True)
            if seen > _LEAST_SEEN and mask.mean() > _LEAST_AREA
        ]
        if len(scene.things) == len(kinds) and good:
            return scene, rng.choice(good)


def mask_of(scene: Scene, thing: Thing) -> Mask:
    """Return where *thing* is seen in the picture of *scene*, bool [h, w]."""
    return np.asarray(drawn(scene).masks[scene.things.index(thing)], np.bool_)


def in_place(name: str, old: Thing, width: int = WIDTH, height: int = HEIGHT) -> Thing:
    """Return *name* in the place of *old* in a frame of *width* x *height*: of the same area, on the same ground."""
    slim = [min(shape, 1 / shape) for shape in (atlas.aspect(old.name), atlas.aspect(name))]
    new = Thing(name, old.x, old.y, old.size * (slim[0] / slim[1]) ** 0.5, id=old.id)
    feet = [extent(thing, atlas.aspect(thing.name), width, height)[3] for thing in (old, new)]
    return replace(new, y=old.y + feet[0] - feet[1])


@lru_cache(maxsize=1)
def whole() -> tuple[str, ...]:
    """Return the things that are drawn whole: where a head and shoulders belong is for the expert to say."""
    return tuple(name for name in names() if not atlas.entry(name).bust)


def free_box(rng: Random, scene: Scene, tries: int = 200) -> Box | None:
    """Return a box on the ground of *scene* that no thing reaches into, None where there is no room."""
    taken = np.zeros((HEIGHT, WIDTH), np.bool_)
    for mask in drawn(scene).masks:
        taken |= mask
    for _ in range(tries):
        side = rng.uniform(0.22, 0.34)
        wide = side * HEIGHT / WIDTH
        x, y = rng.uniform(0.02, 0.98 - wide), rng.uniform(0.5, 0.97 - side)
        box = Box(x, y, x + wide, y + side)
        x0, y0, x1, y1 = box.to_pixels(WIDTH, HEIGHT)
        if not taken[max(0, y0 - 6) : y1 + 6, max(0, x0 - 6) : x1 + 6].any():
            return box
    return None


def backdrop_of(rng: Random) -> Backdrop:
    """Return one of the named backdrops by day."""
    return Backdrop(rng.choice(tuple(PLACES)), seed=rng.randrange(2**31))


def box_mark(rng: Random, mask: Mask, of: str) -> Region:
    """Return a box drawn by hand round *mask* bool [h, w]: each side up to 6 % of the box's size off, mostly outwards."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    x0, x1, y0, y1 = columns[0] / width, (columns[-1] + 1) / width, rows[0] / height, (rows[-1] + 1) / height
    dx, dy = x1 - x0, y1 - y0
    sides = (
        x0 - dx * rng.uniform(-0.02, 0.06), y0 - dy * rng.uniform(-0.02, 0.06),
        x1 + dx * rng.uniform(-0.02, 0.06), y1 + dy * rng.uniform(-0.02, 0.06),
    )  # fmt: skip
    return Region(1, of, box=Box(*(min(1.0, max(0.0, float(v))) for v in sides)))


def point_mark(rng: Random, mask: Mask, of: str) -> Region:
    """Return two clicks well inside *mask* and one "not this" click well outside it."""
    inside, outside = _deep(mask, rng, 2), _deep(~mask, rng, 1)
    points = [Point(x, y) for x, y in inside] + [Point(x, y, positive=False) for x, y in outside]
    return Region(1, of, points=tuple(points))


def scribble_mark(rng: Random, mask: Mask, of: str) -> Region:
    """Return a stroke through three places well inside *mask*, from left to right, kept inside it where it bends."""
    places = sorted(_deep(mask, rng, 3))
    height, width = mask.shape
    path = [places[0]]
    for goal in places[1:]:
        steps = np.linspace(path[-1], goal, 24)
        if all(mask[int(y * height), int(x * width)] for x, y in steps):
            path.append(goal)
    if len(path) == 1:
        path.append((min(1.0, path[0][0] + 2 / width), path[0][1]))
    return Region(1, of, strokes=(Stroke(tuple(path), 0.012),))


def _deep(mask: Mask, rng: Random, number: int) -> list[tuple[float, float]]:
    """Return *number* places (x, y in fractions) among those of *mask* that lie deepest inside it."""
    from scipy.ndimage import distance_transform_edt

    depth = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    rows, columns = np.nonzero(depth >= 0.5 * depth.max())
    chosen: Sequence[int] = [rng.randrange(len(rows)) for _ in range(number)]
    height, width = mask.shape
    return [(float((columns[i] + 0.5) / width), float((rows[i] + 0.5) / height)) for i in chosen]
