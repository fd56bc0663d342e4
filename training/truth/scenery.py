"""Making up scenes quickly: what stands in them (by plots that give requests something to tell apart) and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from models.world import atlas, decor, suiting
from models.world.bodies import Item
from models.world.holding import CONTAINERS, SEATS, carry
from models.world.placing import looks
from models.world.scene import AROUND, FLAT, INDOOR, KINDS, OUTDOOR, Backdrop, Scene, Thing, horizon

from training.language.phrasing import Split
from training.truth.shots import Bond, Shot
from training.truth.words import COLOURS, cast, kept_back

SIZES = ((320, 240), (384, 256), (256, 256), (288, 288), (240, 320), (352, 224), (448, 256))
"""Frames, width and height in px."""
NEW = 0.65
"""How often a name of the held-out split is one that training never sees."""
_LAND = ("meadow", "garden", "farm", "mountains", "forest", "snow", "desert", "beach")
_HOMES: dict[str, frozenset[str]] = {
    **dict.fromkeys(_LAND, frozenset(("meadow", "farm", "forest", "snow", "desert", "beach", "city", "street", "sky"))),
    "street": frozenset(("street", "city", "meadow", "farm")), "city": frozenset(("street", "city", "meadow", "sky")),
    "sea": frozenset(("sea", "lake", "sky")), "lake": frozenset(("lake", "sea", "meadow")), "underwater": frozenset(("underwater",)),
    "sky": frozenset(("sky", "space")), "space": frozenset(("space",)), "moon": frozenset(("space", "meadow")),
    **dict.fromkeys(INDOOR, frozenset(("room", "table", "stage", "kitchen"))),
}  # fmt: skip
"""Which things are at home where: backdrop -> homes as ``suiting.home_of`` tells them."""
_TRIES = 40


@dataclass(frozen=True)
class Part:
    """A thing to come into a scene: recoloured to *tint*, *scale* times its usual size. *bond* and *to* make the thing of
    that place in the list bear it; *beside* is the place of a thing that it stands close to, *before* of one that it
    hides a part of; -1 for none. *flip* None leaves open which way it looks."""

    name: str
    tint: str = ""
    scale: float = 1.0
    bond: str = ""
    to: int = -1
    beside: int = -1
    before: int = -1
    flip: bool | None = None


@lru_cache(maxsize=64)
def at_home(split: Split, kind: str, new: bool) -> tuple[str, ...]:
    """Return the names that may stand before a backdrop of *kind*; with *new* only held-out ones."""
    pool = kept_back() if new else cast(split)
    if kind in FLAT:
        return pool
    homes = _HOMES[kind]
    return tuple(name for name in pool if suiting.home_of(name, atlas.entry(name)) in homes)


def pick(rng: Random, split: Split, kind: str, group: str = "", but: Sequence[str] = ()) -> str:
    """Return a name for a backdrop of *kind*, of *group* ("" for any; "" is also returned when there is none), not in *but*."""
    new = split == "held_out" and rng.random() < NEW
    for held in (new, False):
        names = at_home(split, kind, held)
        for _ in range(_TRIES):
            name = rng.choice(names) if names else ""
            if name and name not in but and (not group or _is(name, group)):
                return name
    return ""


def _is(name: str, group: str) -> bool:
    entry = atlas.entry(name)
    return entry.group == group or group in entry.kinds


def backdrop(rng: Random, *, coloured: bool = False, flat: float = 0.4) -> Backdrop:
    """Return a backdrop; where things are told apart by colour (*coloured*) the light leaves colours as they are."""
    kind = rng.choice(FLAT) if rng.random() < flat else rng.choice((*OUTDOOR, *INDOOR, *AROUND))
    hours = (
        ("day", "day", "day", "morning", "snowfall")
        if coloured
        else ("day", "day", "morning", "sunset", "fog", "rain", "snowfall", "night")
    )
    time = rng.choice(hours) if kind in OUTDOOR and rng.random() < 0.4 else "day"
    colour = (
        rng.choice(("", "beige", "light blue", "mint", "lavender", "cream", "light gray", "peach"))
        if kind in FLAT
        else ""
    )
    return Backdrop(kind, time, colour, rng.randrange(2**31))


def style(rng: Random, *, coloured: bool) -> str:
    """Return a look of the whole: mostly none, and none that changes colours where those matter."""
    if rng.random() < 0.92:
        return ""
    return rng.choice(("watercolour", "pastel") if coloured else ("watercolour", "pastel", "comic", "sepia", "sketch"))


def shot(
    rng: Random, split: Split, parts: Sequence[Part], back: Backdrop, *, size: tuple[int, int] | None = None
) -> Shot | None:
    """Return a scene of *parts* before *back*, every thing well seen; None when no room was found for them."""
    width, height = size or rng.choice(SIZES)
    items = _items(rng, parts, back.kind)
    if not _placed(rng, parts, items, width, height, back):
        return None
    names = [part.name for part in parts]
    bare = decor.left_out(names, atlas.entry, back.without)
    if decor.crowded(back.kind, bare):
        return None
    things = _things(rng, parts, items, width, height, back)
    bonds = tuple(Bond(part.bond, n + 1, part.to + 1) for n, part in enumerate(parts) if part.bond)
    look = style(rng, coloured=any(part.tint for part in parts))
    made = Shot(Scene(things, replace(back, without=bare), look), width, height, bonds)
    return made if made.whole else None


def _items(rng: Random, parts: Sequence[Part], kind: str) -> list[Item]:
    made = []
    for n, part in enumerate(parts):
        entry = atlas.entry(part.name)
        wide, high = entry.size
        long = (
            suiting.usual_size(entry) ** 0.6 * 0.5 * part.scale / max(high, wide)
        )  # softened once more: nothing is lost to the eye
        item = Item(part.name, n, wide * long, high * long, suiting.zone_of(entry, "", kind))
        item.flip = part.flip if part.flip is not None else suiting.flips(entry) and rng.random() < 0.5
        item.tint = part.tint
        made.append(item)
    known = looks()
    for bond in ("riding", "on", "in", "holding", "wearing"):
        for part, item in zip(parts, made, strict=True):
            if part.bond == bond:
                carry(bond, item, made[part.to], 0, 1, known, rng)
    return made


def _placed(rng: Random, parts: Sequence[Part], items: Sequence[Item], width: int, height: int, back: Backdrop) -> bool:
    """Give every body a place; returns False when one finds none."""
    short = min(width, height)
    wide, high = width / short, height / short
    line = horizon(back)
    ground = None if line is None else line * high
    roots = [(part, item) for part, item in zip(parts, items, strict=True) if item.parent is None]
    sizes = [(right - left, bottom - top) for left, top, right, bottom in (item.hull() for _, item in roots)]
    factor = suiting.scale_for(sizes, wide, high, high - (ground or 0.0)) * rng.uniform(0.85, 1.1)
    for _, item in roots:
        item.grow(factor)
    for shrink in (1.0, 0.85, 0.8):
        taken: list[tuple[float, float, float, float]] = []
        for _, item in roots:
            item.grow(shrink)
        order = sorted(
            roots, key=lambda pair: (pair[0].beside >= 0 or pair[0].before >= 0, -pair[1].wide * pair[1].high)
        )
        if all(_settle(rng, part, item, items, taken, (wide, high), ground) for part, item in order):
            return True
    return False


def _settle(
    rng: Random, part: Part, item: Item, items: Sequence[Item], taken: list[tuple[float, float, float, float]],
    frame: tuple[float, float], ground: float | None,
) -> bool:  # fmt: skip
    """Find a place for one body where it covers nothing and nothing covers it, apart from what it shall hide a part of."""
    left, top, right, bottom = (a - b for a, b in zip(item.hull(), (item.x, item.y, item.x, item.y), strict=True))
    wide, high = frame
    if right - left > 0.96 * wide or bottom - top > 0.96 * high:
        return False
    for _ in range(_TRIES):
        x = rng.uniform(0.01 - left, wide - 0.01 - right)
        y = _height(rng, item.zone, top, bottom, high, ground)
        if part.beside >= 0 or part.before >= 0:
            x, y = _by(rng, part, item, items, y, left, right, bottom)
        box = (x + left, y + top, x + right, y + bottom)
        if box[0] < 0.005 or box[1] < 0.005 or box[2] > wide - 0.005 or box[3] > high - 0.005:
            continue
        hidden = items[part.before].hull() if part.before >= 0 else None
        if all(other == hidden or _overlap(box, other) < 0.02 for other in taken):
            item.move(x, y)
            taken.append(box)
            return True
    return False


def _height(rng: Random, zone: str, top: float, bottom: float, high: float, ground: float | None) -> float:
    if ground is None or zone == "float":
        return rng.uniform(0.01 - top, high - 0.01 - bottom)
    if zone == "sky":
        return rng.uniform(0.01 - top, max(0.02 - top, 0.92 * ground - bottom))
    if zone == "wall":
        return rng.uniform(0.01 - top, max(0.02 - top, 0.96 * ground - bottom))
    if zone == "base":
        return ground - bottom
    return rng.uniform(ground + 0.04, 0.985 * high) - bottom


def _by(
    rng: Random, part: Part, item: Item, items: Sequence[Item], y: float, left: float, right: float, bottom: float
) -> tuple[float, float]:
    """Return a place close to another body, or before it."""
    other = items[max(part.beside, part.before)]
    x0, _, x1, y1 = other.hull()
    side = rng.choice((-1, 1))
    if part.before >= 0:
        into = rng.uniform(0.18, 0.34) * min(x1 - x0, right - left)
        return (x1 - into - left if side > 0 else x0 + into - right), y1 + rng.uniform(0.02, 0.08) - bottom
    gap = rng.uniform(0.008, 0.03)
    alike = item.zone == other.zone or "float" in (item.zone, other.zone)  # else each stays where it belongs
    level = y1 - bottom + rng.uniform(-0.01, 0.01) if alike and item.zone != "sky" else y
    return (x1 + gap - left if side > 0 else x0 - gap - right), level


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    both = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    return both / max(1e-9, min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])))


def _things(
    rng: Random, parts: Sequence[Part], items: Sequence[Item], width: int, height: int, back: Backdrop
) -> tuple[Thing, ...]:
    """Return the items as things in drawing order: what flies, then from far to near, what is borne with its bearer."""
    short = min(width, height)
    roots = sorted((item for item in items if item.parent is None), key=lambda item: (item.zone == "ground", item.feet))
    front = {id(items[part.before]): id(item) for part, item in zip(parts, items, strict=True) if part.before >= 0}
    ordered = [item for root in sorted(roots, key=lambda root: id(root) in front.values()) for item in _layers(root)] if front else [
        item for root in roots for item in _layers(root)]  # fmt: skip
    grounded = horizon(back) is not None
    made = []
    for item in ordered:
        turned = (
            round(rng.uniform(-14, 14), 1)
            if not grounded and item.parent is None and not item.children and rng.random() < 0.35
            else 0.0
        )
        size = min(2.0, max(0.02, max(item.wide, item.high)))
        made.append(Thing(item.name, round(item.x * short / width, 4), round(item.y * short / height, 4), round(size, 4), turned,
                          item.flip, item.tint, shadow=item.parent is None and (item.zone == "ground" or not grounded), id=item.group + 1))  # fmt: skip
    return tuple(made)


def _layers(item: Item) -> list[Item]:
    behind = [one for child in item.children if child.layer < 0 for one in _layers(child)]
    return [*behind, item, *(one for child in item.children if child.layer > 0 for one in _layers(child))]


def bears(name: str, bond: str) -> bool:
    """Return whether *name* can bear something in *bond*: wearing, holding, riding, on or in."""
    entry = atlas.entry(name)
    if bond == "wearing":
        return entry.group in ("animals", "people") and len(entry.head) == 4 and not entry.worn
    if bond == "holding":
        return (
            entry.group == "people"
            and bool(entry.head)
            and entry.head[2] < 0.4
            and entry.subgroup in ("young and old", "from stories")
        )
    if bond == "in":
        return name in CONTAINERS and entry.group in ("things", "food")
    return name in SEATS and (entry.group == "vehicles") == (bond == "riding")


def borne(name: str, bond: str) -> bool:
    """Return whether *name* can be borne in *bond*."""
    entry = atlas.entry(name)
    if bond == "wearing":
        return entry.worn == "head"
    if bond == "holding":
        return (
            entry.group in ("things", "food", "plants")
            and entry.metres < 1.0
            and not entry.worn
            and entry.subgroup not in ("buildings", "clothes")
        )
    if bond == "in":
        return entry.group in ("food", "animals", "plants") and entry.metres < 0.6
    return entry.group == "animals" and 0.15 < entry.metres < 2 and entry.habitat == "ground"


__all__ = ["COLOURS", "KINDS", "Part", "at_home", "backdrop", "bears", "borne", "pick", "shot"]
