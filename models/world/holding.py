"""How one thing sits on, in or at another: what it carries, where its seat is, what it may be put into."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.world.bodies import Item
from models.world.lexicon import singulars
from models.world.walls import fit
from models.world.worn import Head, known_head, worn_box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONTAINERS = {
    "basket": 0.42, "bowl": 0.3, "bucket": 0.2, "jar": 0.12, "vase": 0.08, "shopping cart": 0.35, "bathtub": 0.5, "wastebasket": 0.15, "tea": 0.15,
    "cereal": 0.36, "soup": 0.36, "beer": 0.15, "whisky": 0.15, "wine": 0.1, "coffee": 0.2, "shopping bags": 0.35, "package": 0.2, "toolbox": 0.3,
    "suitcase": 0.2, "backpack": 0.15, "gift": 0.3, "canoe": 0.35, "sailboat": 0.8, "speedboat": 0.4, "motor boat": 0.4,
    "delivery truck": 0.2, "pickup truck": 0.35, "sled": 0.4, "nest": 0.35, "empty nest": 0.35, "tent": 0.4, "salad": 0.3, "noodles": 0.3,
}  # fmt: skip
"""Names of things that others are put into, and how far down from the top their rim is, as a fraction of their height."""
VESSELS = frozenset(("bowl", "glass", "cup", "mug", "bottle", "can", "tin", "carton", "jar", "pot", "plate", "tub", "bag", "box", "bucket",
                     "tray", "pint", "packet", "pack", "dish", "jug", "pan"))  # fmt: skip
"""Words for what food and drinks are served in."""
SERVED = {
    "soup": "bowl pot plate dish", "rice": "bowl dish", "curry": "bowl plate dish", "noodles": "bowl", "salad": "bowl dish", "cereal": "bowl",
    "oden": "bowl", "spaghetti": "plate bowl dish", "paella": "pan plate dish", "pancakes": "plate", "pudding": "plate",
    "ice cream sundae": "bowl glass cup", "popcorn": "tub bucket bag box", "french fries": "bag box packet pack", "honey": "jar pot",
    "milk": "glass", "wine": "glass", "beer": "mug glass pint", "whisky": "glass", "champagne": "bottle", "sake": "bottle",
    "soda": "cup glass", "juice box": "box carton", "coffee": "cup mug", "tea": "cup mug", "bubble tea": "cup glass",
    "cocktail": "glass", "tropical drink": "glass", "canned food": "can tin", "fondue": "pot", "butter": "dish plate",
}  # fmt: skip
"""Names of what is drawn with its vessel, and the words for this."""
HEAPED = frozenset(("basket", "empty nest", "nest", "salad", "cereal", "shopping cart"))
"""Containers that are seen from a little above: what is in them is heaped in front of the back rim."""
SEATS = {
    "sofa": 0.55, "bed": 0.42, "chair": 0.55, "airplane seat": 0.55, "toilet": 0.5, "sled": 0.35, "skateboard": 0.12, "bathtub": 0.5,
    "shopping cart": 0.4, "bicycle": 0.22, "motorcycle": 0.3, "motor scooter": 0.35, "tractor": 0.35, "carousel horse": 0.45,
    "kick scooter": 0.7, "wheelchair": 0.5, "electric wheelchair": 0.5, "ferris wheel": 0.2, "canoe": 0.4, "sailboat": 0.45, "laptop": 0.75,
    "keyboard": 0.2, "plate": 0.4, "slide": 0.1,
}  # fmt: skip
"""How far down from the top one sits, as a fraction of the height; of other things one sits on the outline."""
SPREAD = frozenset(
    ("pizza", "plate", "maple leaf", "green leaf", "sunflower", "flower", "map", "spider web", "bread", "picture")
)
"""Things that show their upper side: what is small and on them lies on it."""
CARRYING = ("wearing", "holding", "riding", "fitted", "in", "on")
"""Relations that make one body of two things."""


@dataclass(frozen=True)
class Looks:
    """What placing must know of the atlas, as callables of a name: its *sprite* (uint8 [h, w, 4]) and its *entry*
    (``models.world.atlas.Entry``)."""

    sprite: Callable[[str], NDArray[np.uint8]]
    entry: Callable[[str], Any]


DOLLS = ("snowman", "snowman in snow", "teddy bear")
"""Names of things that wear what a person wears."""


def wears(entry: Any) -> bool:
    """Return whether what *entry* is about wears hats and scarves: animals, people, faces and dolls."""
    return entry.group in ("animals", "people", "faces") or entry.name in DOLLS


def is_container(name: str) -> bool:
    """Return whether things can be in *name*, looking out over its rim."""
    return name in CONTAINERS


def serves(vessel: str, name: str) -> bool | None:
    """Return whether the thing *name* is drawn in what the word *vessel* means, False where it is drawn in another one, and
    None where it is drawn without any, or *vessel* is none."""
    one = next((word for word in singulars(vessel) if word in VESSELS), "")
    if not one or not SERVED.get(name):
        return None
    return one in SERVED[name].split()


def aloft(names: Sequence[str]) -> bool:
    """Return whether one of *names* is of the sky: sun, moon, stars, clouds. Names that the atlas lacks are not."""
    from models.world import atlas

    return any(name in atlas.names() and atlas.entry(name).group == "sky" for name in names)


def alive(names: Sequence[str]) -> bool:
    """Return whether one of *names* is an animal or a person. Names that the atlas lacks are not."""
    from models.world import atlas

    return any(name in atlas.names() and atlas.entry(name).group in ("animals", "people") for name in names)


def carry(kind: str, child: Item, bearer: Item, place: int, places: int, looks: Looks, rng: random.Random) -> None:
    """Make *child* part of *bearer*: the *place*-th of *places* that are *kind* (one of CARRYING; "fitted" into its front; "wearing" and "holding"
    with the worn or held thing as the child) to it. The child is scaled down where it would be too large."""
    _PUT[kind](child, bearer, place, places, looks, rng)


def _fit(child: Item, wide: float, high: float) -> None:
    child.grow(min(1.0, wide / child.wide, high / child.high))


def _spread(place: int, places: int, wide: float) -> float:
    """Return the offset from the middle of the *place*-th of *places* evenly over *wide*."""
    return 0.0 if places < 2 else wide * (place / (places - 1) - 0.5)


def _on(child: Item, bearer: Item, place: int, places: int, looks: Looks, rng: random.Random) -> None:
    if bearer.name == "plate" and places <= 4:  # it is seen from above, so the meal lies in its middle
        rows = 1 if places < 3 else 2
        row, column = divmod(place, 2)
        _fit(child, 0.5 * bearer.wide / min(2, places), 0.66 * bearer.high / rows)
        across = _spread(column, min(2, places - 2 * row), child.wide)
        bearer.carry(child, across, _spread(row, rows, child.high), 1)
        return
    if places > 4 or (
        bearer.name in SPREAD and child.wide < 0.4 * bearer.wide
    ):  # too many or too small for its upper edge: strewn over it
        columns = math.ceil(math.sqrt(places * bearer.wide / bearer.high))
        rows = math.ceil(places / columns)
        _fit(child, 0.66 * bearer.wide / columns, 0.66 * bearer.high / rows)
        row, column = divmod(place, columns)
        dx = _spread(column, columns, 0.62 * bearer.wide) + rng.uniform(-0.03, 0.03) * bearer.wide
        bearer.carry(child, dx, _spread(row, rows, 0.56 * bearer.high) + rng.uniform(-0.03, 0.03) * bearer.high, 1)
        return
    _fit(child, bearer.wide * max(0.34, 0.95 / places) * (1.0 if places > 1 else 1.25), bearer.high * 1.1 + 0.06)
    dx = _spread(place, places, max(0.0, bearer.wide * 0.9 - child.wide))
    seat = SEATS.get(bearer.name)
    line = bearer.high * (seat if seat is not None else _surface(bearer, dx, child.wide, looks))
    sink = 0.08 * child.high if seat is None else 0.02 * child.high
    bearer.carry(child, dx, -bearer.high / 2 + line + sink - child.high / 2, 1)


def _riding(child: Item, bearer: Item, place: int, places: int, looks: Looks, rng: random.Random) -> None:
    _fit(child, bearer.wide * 0.46, bearer.high * 0.62)
    towards = {"left": 0.1, "right": -0.1}.get(looks.entry(bearer.name).facing, 0.0)
    dx = bearer.wide * towards * (-1 if bearer.flip else 1) + _spread(place, places, bearer.wide * 0.4)
    line = bearer.high * SEATS.get(bearer.name, _surface(bearer, dx, child.wide * 0.5, looks))
    bearer.carry(child, dx, -bearer.high / 2 + line + 0.2 * child.high - child.high / 2, -1)


def _in(child: Item, bearer: Item, place: int, places: int, looks: Looks, rng: random.Random) -> None:
    rim = CONTAINERS.get(bearer.name)
    if rim is None:  # no opening to look out of: shown in front of it, small
        _fit(child, bearer.wide * 0.5, bearer.high * 0.5)
        dx = _spread(place, places, max(0.0, bearer.wide * 0.8 - child.wide))
        bearer.carry(child, dx, bearer.high * 0.47 - child.high / 2, 1)
        return
    across = bearer.wide * (0.82 if bearer.wide > bearer.high * 0.8 else 0.7)
    if bearer.name == "vase":  # a bunch is wider than the neck that holds it
        across = bearer.wide * 1.6
    _fit(child, across * max(0.4, 1.5 / places) if places > 1 else across * 0.8, bearer.high * 0.95 + 0.03)
    row = place % 2 if places > 3 else 0
    dx = _spread(place, places, max(0.0, across - child.wide))
    out = (0.22 if row == 0 else 0.66) * child.high  # how far above the rim its middle is
    if bearer.name in HEAPED:
        foot = rim * bearer.high + (0.1 if row == 0 else -0.06) * bearer.high
        bearer.carry(child, dx * 0.8, -bearer.high / 2 + foot - child.high / 2, 1)
        return
    bearer.carry(child, dx, -bearer.high / 2 + rim * bearer.high - out + 0.02, -1)


def _wearing(child: Item, bearer: Item, place: int, places: int, looks: Looks, rng: random.Random) -> None:
    import numpy as np

    entry, wearer = looks.entry(child.name), looks.entry(bearer.name)
    aspect = child.wide / child.high
    part = entry.worn or "head"
    if part == "hands" and wearer.bust:  # only a head is drawn
        _holding(child, bearer, place, places, looks, rng)
        return
    if part in ("body", "feet") and wearer.bust:
        child.grow((1.15 if part == "body" else 0.5) * bearer.wide / child.wide)
        bearer.carry(child, 0.0, bearer.high / 2 + child.high * 0.42, -1)
        return
    outline = looks.sprite(bearer.name)[..., 3] >= 128
    height, width = outline.shape
    head, facing = known_head(tuple(wearer.head), width, height), wearer.facing
    if bearer.flip:
        outline = np.ascontiguousarray(outline[:, ::-1])
        facing = {"left": "right", "right": "left"}.get(facing, facing)
        head = head and Head(width - head.x, head.y, head.top, head.width)
    x0, y0, x1, y1 = worn_box(part, outline, aspect, facing, head)
    scale = bearer.wide / outline.shape[1]
    child.grow((x1 - x0) * scale / child.wide)
    bearer.carry(
        child, ((x0 + x1) / 2 - outline.shape[1] / 2) * scale, ((y0 + y1) / 2 - outline.shape[0] / 2) * scale, 1
    )


def _holding(child: Item, bearer: Item, place: int, places: int, looks: Looks, rng: random.Random) -> None:
    over = child.name in ("umbrella", "umbrella with rain drops", "balloon", "kite", "parachute")
    _fit(child, bearer.wide * (1.0 if over else 0.75), bearer.high * (0.85 if over else 0.62))
    side = (1 if place % 2 == 0 else -1) * (-1 if bearer.flip else 1)
    step = place // 2
    if over:
        dx = side * bearer.wide * (0.42 + 0.3 * step)
        bearer.carry(child, dx, -bearer.high * (0.42 + 0.1 * step) - child.high * 0.1, -1)
        return
    bearer.carry(
        child, side * (bearer.wide * 0.36 + child.wide * (0.12 + 0.5 * step)), bearer.high * 0.5 - child.high * 0.5, 1
    )


def _fitted(child: Item, bearer: Item, place: int, places: int, looks: Looks, rng: random.Random) -> None:
    fit(child, bearer)


_PUT: dict[str, Callable[[Item, Item, int, int, Looks, random.Random], None]] = {
    "on": _on, "riding": _riding, "in": _in, "wearing": _wearing, "holding": _holding, "fitted": _fitted,
}  # fmt: skip


def _surface(bearer: Item, dx: float, wide: float, looks: Looks) -> float:
    """Return how far down the outline of *bearer* begins under something *wide* at *dx*, as a fraction of its height."""
    import numpy as np

    solid = looks.sprite(bearer.name)[..., 3] >= 128
    if bearer.flip:
        solid = solid[:, ::-1]
    height, width = solid.shape
    middle = width / 2 + dx / bearer.wide * width
    half = max(2.0, wide / bearer.wide * width * 0.3)
    part = solid[:, max(0, int(middle - half)) : max(1, min(width, int(middle + half) + 1))]
    filled = part.any(axis=0)
    if not filled.any():
        return 0.1
    tops: Sequence[int] = np.argmax(part, axis=0)[filled]
    return float(min(0.6, np.percentile(tops, 35) / height))
