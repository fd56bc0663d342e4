"""From a wish to a scene: chooses sizes and a backdrop, puts things together and places them as asked, the same for the
same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from models.expert import Report, Share
from models.world import busts, decor, suiting, walls
from models.world.bodies import Frame, Item, Ties
from models.world.holding import CARRYING, Looks, carry, wears
from models.world.hours import shows
from models.world.moods import MOODS, hour
from models.world.scene import MOST_THINGS, Backdrop, Scene, Thing, horizon
from models.world.solving import due_to, rest, settle
from models.world.wish import Relation, Wanted, Wish

ATTEMPTS = 5
"""How often things are placed, each time smaller, until they have room."""
DEPTH_GROWTH = 0.25
"""How much larger what stands at the lower edge is drawn than what stands at the horizon."""


@dataclass(frozen=True)
class Placed:
    """A scene, the wish's group of each of its things (by their order; -1 for a fixed one), and the penalty that is left of
    what was asked: under about 0.5 all holds; *notes* on things that have no place any more."""

    scene: Scene
    groups: tuple[int, ...]
    penalty: float
    notes: tuple[str, ...] = ()


def looks() -> Looks:
    """Return what placing asks of the atlas."""
    from models.world import atlas

    return Looks(atlas.sprite, atlas.entry)


def place(
    wish: Wish,
    width: int,
    height: int,
    seed: int,
    known: Looks | None = None,
    fixed: Sequence[Thing] = (),
    report: Report | None = None,
) -> Placed:
    """Return the scene for *wish* in a frame of *width* x *height* pixels.

    *fixed* things stay where they are; the others keep clear of them. Relations that cannot all hold are met as well as
    they can; of more things than a scene holds the first are placed, and a note says so. *report* is told how far it is. The names
    must be the atlas's (KeyError else).
    """
    known = known or looks()
    wish, notes = _that_fit(wish, MOST_THINGS - len(fixed))
    rng = random.Random(f"place {seed}")
    groups = [names_of(wanted, rng) for wanted in wish.things]
    leading = _leading(wish, groups, fixed, known)
    kind = wish.place or suiting.backdrop_for(leading, known.entry, rng)
    if kind == "sky" and any(known.entry(name).habitat == "ground" for name in leading):
        kind = "meadow"  # "birds in the sky above a church": the church needs a ground
    if kind == "sea" and leading and all(suiting.home_of(n, known.entry(n)) == "underwater" for n in leading):
        kind = "underwater"  # "three fish swim in the sea": they are not in the air above it
    if not wish.place and wish.time and not shows(kind, wish.time) and kind != "underwater":
        kind = "meadow"  # "a rocket in the rain": in space there is none
    named = [name for group in groups for name in group] + [thing.name for thing in fixed]
    bare = decor.left_out(named, known.entry, wish.without)
    if not wish.place and decor.crowded(kind, bare):
        kind = "meadow"  # "three houses and a car" in a street of houses would show ten
    backdrop = Backdrop(kind, wish.time or "day", wish.place_colour, seed % 2**31, bare)
    if wish.mood and not wish.time:
        backdrop = replace(backdrop, time=hour(wish.mood, backdrop))
    short = min(width, height)
    line = horizon(backdrop)
    frame = Frame(width / short, height / short, None if line is None else line * height / short)
    best: tuple[float, list[list[Item]]] | None = None
    for attempt in range(ATTEMPTS):
        items = _items(wish, groups, kind, known, random.Random(f"flip {seed}"))
        stones = [_stone(thing, frame, known) for thing in fixed]
        ties = _tie(wish, items, known, rng)
        bodies = [i for group in items for i in group if i.parent is None] + stones
        _fill(bodies, frame, 0.9**attempt)
        walls.scale(bodies, frame, known.entry)
        busts.sink(bodies, ties, frame, kind, known.entry)
        told = None if report is None else Share(report, attempt / ATTEMPTS, (attempt + 1) / ATTEMPTS)
        settle(bodies, ties, frame, rng, told)
        busts.line_up(bodies, frame)
        left = rest(bodies, ties, frame)
        before = math.inf if best is None else best[0]
        if best is None or left < best[0] - 0.05:
            best = left, items
            kept_ties = ties
        if left < 0.4 or (attempt > 2 and left > 0.9 * before):  # there is no room to be had by drawing smaller
            break
    assert best is not None
    _turn_towards(wish, best[1], known)
    return replace(_scene(best[1], kept_ties, wish, backdrop, frame, best[0], fixed), notes=notes)


def _that_fit(wish: Wish, most: int) -> tuple[Wish, tuple[str, ...]]:
    """Return *wish* with its first *most* things and what is said of those, and a note where there are more."""
    asked, kept = sum(thing.count for thing in wish.things), []
    if asked <= most:
        return wish, ()
    room = most
    for thing in wish.things:
        if room > 0:
            kept.append(replace(thing, count=min(thing.count, room)))
        room -= thing.count
    relations = tuple(r for r in wish.relations if max((r.thing, *r.others)) < len(kept))
    note = f"{asked} things were asked for, and a picture holds {MOST_THINGS}: the first {max(0, most)} of them were placed."
    return replace(wish, things=tuple(kept), relations=relations), (note,)


def _leading(wish: Wish, groups: Sequence[Sequence[str]], fixed: Sequence[Thing], known: Looks) -> list[str]:
    """Return the names that choose the backdrop: all but those worn or held, which go wherever their bearer goes."""
    carried = {n for relation in wish.relations if relation.kind in ("wearing", "holding") for n in relation.others}
    names = [name for n, group in enumerate(groups) if n not in carried for name in group]
    names += [thing.name for thing in fixed]
    names = [name for name in names if not any(walls.fits(name, other, known.entry) for other in names)]
    return [name for name in names if not known.entry(name).worn] or names


def names_of(wanted: Wanted, rng: random.Random) -> list[str]:
    """Return the atlas's name of each of the things of *wanted*."""
    if not wanted.choices:
        return [wanted.name] * wanted.count
    drawn: list[str] = []
    while len(drawn) < wanted.count:
        drawn += rng.sample(wanted.choices, min(len(wanted.choices), wanted.count - len(drawn)))
    return drawn


def _items(
    wish: Wish, groups: Sequence[Sequence[str]], kind: str, known: Looks, rng: random.Random
) -> list[list[Item]]:
    """Return an item of its usual size for each name of each group."""
    low = {relation.thing for relation in wish.relations if relation.kind == "below"}
    made: list[list[Item]] = []
    for number, (wanted, group) in enumerate(zip(wish.things, groups, strict=True)):
        row = []
        for name in group:
            entry = known.entry(name)
            wide, high = entry.size
            long = suiting.usual_size(entry) * wanted.size * rng.uniform(0.95, 1.05) / max(high, wide)
            item = Item(name, number, wide * long, high * long, suiting.zone_of(entry, wanted.doing, kind))
            item.flip = suiting.flips(entry) and rng.random() < 0.5
            item.tint = "" if tuple(entry.colours[:1]) == (wanted.colour,) else wanted.colour
            row.append(item)
        made.append(row)
    for relation in wish.relations:  # what is above something on the ground must leave the ground itself
        above = [relation.thing] if relation.kind == "above" else relation.others if relation.kind == "below" else ()
        for n in above:
            if n not in low:
                for item in made[n]:
                    item.zone = "float" if item.zone == "ground" else item.zone
        if relation.kind == "beside":
            _come_down([*made[relation.thing], *(item for n in relation.others for item in made[n])], wish, known)
        for item in made[relation.thing]:
            if relation.kind == "stack" or (relation.kind == "around" and item.zone == "sky"):
                item.zone = "float"
    return made


def _come_down(neighbours: Sequence[Item], wish: Wish, known: Looks) -> None:
    """Let a bird beside what stands on the ground stand there too, and other small flyers be as low, unless they are said to fly."""
    if not any(item.zone == "ground" for item in neighbours):
        return
    for item in neighbours:
        entry = known.entry(item.name)
        if item.zone == "sky" and entry.group == "animals" and not wish.things[item.group].doing:
            item.zone = "ground" if entry.subgroup == "birds" else "float"


def _stone(thing: Thing, frame: Frame, known: Looks) -> Item:
    """Return a thing that stays where it is, as a body."""
    width, height = known.entry(thing.name).size
    long = thing.size
    wide, high = (long, long * height / width) if width >= height else (long * width / height, long)
    item = Item(thing.name, -1, wide, high, fixed=True)
    item.move(thing.x * frame.wide, thing.y * frame.high)
    return item


def _tie(wish: Wish, items: Sequence[Sequence[Item]], known: Looks, rng: random.Random) -> list[Ties]:
    """Join what carries and is carried into bodies; return what else shall hold between the items."""
    ties: list[Ties] = []
    pairs: dict[str, list[tuple[Item, Item]]] = {kind: [] for kind in CARRYING}  # bearer, carried
    for relation in wish.relations:
        if relation.kind.startswith("looks_"):
            continue
        some = tuple(items[relation.thing])
        others = tuple(item for n in relation.others for item in items[n])
        kind = _kind(relation, wish, known)
        if kind in CARRYING and others:
            over = kind in ("wearing", "holding") or (kind == "fitted" and some[0].name not in walls.FITTED)
            bearers, children = (some, others) if over else (others, some)
            if kind == "on" and _alive(bearers, known) and all(known.entry(item.name).worn for item in children):
                kind = "wearing"  # "a crown on a cat"
            pairs[kind] += [(bearers[n % len(bearers)], child) for n, child in enumerate(children)]
        elif (others or not relation.others) and not (kind == "ring" and _around(relation.thing, wish)):
            ties.append(Ties(kind, some, others))
    for kind, found in pairs.items():
        ties += _join(kind, found, known, rng)
    return ties


def _alive(items: Sequence[Item], known: Looks) -> bool:
    return all(wears(known.entry(item.name)) for item in items)


def _around(thing: int, wish: Wish) -> bool:
    """Return whether the things stand round something, which is a ring already."""
    return any(relation.kind == "around" and relation.thing == thing for relation in wish.relations)


def _kind(relation: Relation, wish: Wish, known: Looks) -> str:
    """Return the kind of *relation*, read by what its things are: a cat "in" or "with" a hat wears it."""
    if relation.kind == "riding" and (name := wish.things[relation.thing].name):
        return "beside" if known.entry(name).group == "vehicles" else "riding"  # "a car drives to a house"
    if relation.kind not in ("in", "with", "on") or not relation.others:
        return relation.kind
    names = [wish.things[n].name for n in relation.others]
    wearer = wish.things[relation.thing].name
    if all(walls.fits(name, wearer, known.entry) or walls.fits(wearer, name, known.entry) for name in names):
        return "fitted"
    alive = bool(wearer) and wears(known.entry(wearer))
    if alive and all(name and known.entry(name).worn for name in names) and relation.kind != "on":
        return "wearing"
    return relation.kind


def _join(kind: str, pairs: Sequence[tuple[Item, Item]], known: Looks, rng: random.Random) -> list[Ties]:
    """Make bodies of (bearer, carried) *pairs*; what is carried already is only brought near."""
    ties = []
    load: dict[int, tuple[Item, list[Item]]] = {}
    for bearer, child in pairs:
        if child.parent is not None or child.root is bearer.root:
            ties.append(Ties("with", (child,), (bearer,)))
        else:
            load.setdefault(id(bearer), (bearer, []))[1].append(child)
    for bearer, mine in load.values():
        for n, child in enumerate(mine):
            if child.root is not bearer.root:
                carry(kind, child, bearer, n, len(mine), known, rng)
    return ties


def _fill(bodies: Sequence[Item], frame: Frame, shrink: float) -> None:
    """Scale all bodies by one factor so that together they fill the frame well."""
    hulls = [body.hull() for body in bodies if not body.fixed]
    sizes = [(right - left, bottom - top) for left, top, right, bottom in hulls]
    factor = suiting.scale_for(sizes, frame.wide, frame.high, frame.high - (frame.horizon or 0.0)) * shrink
    for body in bodies:
        if not body.fixed:
            body.grow(factor)
            body.depth = min(0.9, max(0.08, 1.15 * body.high))


def _turn_towards(wish: Wish, items: Sequence[Sequence[Item]], known: Looks) -> None:
    """Let things that face others look at them."""
    for relation in wish.relations:
        some = items[relation.thing]
        others = [item for n in relation.others for item in items[n]]
        if relation.kind.startswith("looks_"):
            for item in some:
                facing = known.entry(item.name).facing
                item.flip = facing != relation.kind[6:] if facing in ("left", "right") else item.flip
        if relation.kind != "facing":
            continue
        for n, item in enumerate(some):
            goal = others or [other for m, other in enumerate(some) if m != n]
            facing = known.entry(item.name).facing
            if goal and facing in ("left", "right") and not item.children:
                nearest = min(goal, key=lambda other: abs(other.x - item.x))
                item.flip = (facing == "left") == (nearest.x > item.x)


def _scene(
    items: Sequence[Sequence[Item]], ties: Sequence[Ties], wish: Wish, backdrop: Backdrop, frame: Frame, left: float,
    fixed: Sequence[Thing],
) -> Placed:  # fmt: skip
    """Put the items in drawing order and return them as things."""
    roots = [item for group in items for item in group if item.parent is None]
    for root in roots:
        _deepen(root, roots, ties, frame)
    ordered = _in_order(roots, ties)
    flat = [item for root in ordered for item in _layers(root)]
    numbers = {id(item): n for n, item in enumerate((i for group in items for i in group), len(fixed) + 1)}
    things = [_thing(item, numbers[id(item)], frame, backdrop) for item in flat]
    both = [*((thing, -1) for thing in fixed), *zip(things, (item.group for item in flat), strict=True)][:MOST_THINGS]
    moods = (MOODS[wish.mood].grade,) if wish.mood else ()
    scene = Scene(tuple(thing for thing, _ in both), backdrop, wish.style, moods)
    return Placed(scene, tuple(group for _, group in both), left)


def _deepen(root: Item, roots: Sequence[Item], ties: Sequence[Ties], frame: Frame) -> None:
    """Draw what stands nearer a little larger, feet in place, unless that would disturb something."""
    if root.zone != "ground" or frame.horizon is None:
        return
    depth = (root.feet - frame.horizon) / max(0.05, frame.high - frame.horizon)
    factor = 1 + DEPTH_GROWTH * (min(1.0, max(0.0, depth)) - 0.5)
    before, feet = due_to(root, roots, ties, frame), root.feet
    root.grow(factor)
    root.move(root.x, root.y + feet - root.feet)
    if due_to(root, roots, ties, frame) > before + 0.02:
        root.grow(1 / factor)
        root.move(root.x, root.y + feet - root.feet)


def _in_order(roots: Sequence[Item], ties: Sequence[Ties]) -> list[Item]:
    """Return bodies from the farthest to the nearest: what flies, then by their feet; "behind" and "in front" win."""
    ordered = sorted(roots, key=lambda item: (item.zone in ("ground", "edge"), item.feet))
    for _ in range(3):
        for tie in ties:
            if tie.kind not in ("behind", "front"):
                continue
            far, near = (tie.some, tie.others) if tie.kind == "behind" else (tie.others, tie.some)
            for back in {id(i.root): i.root for i in far}.values():
                last = min((ordered.index(i.root) for i in near), default=len(ordered))
                if ordered.index(back) > last:
                    ordered.remove(back)
                    ordered.insert(last, back)
    return ordered


def _layers(item: Item) -> Iterable[Item]:
    for child in item.children:
        if child.layer < 0:
            yield from _layers(child)
    yield item
    for child in item.children:
        if child.layer > 0:
            yield from _layers(child)


def _thing(item: Item, number: int, frame: Frame, backdrop: Backdrop) -> Thing:
    size = min(2.0, max(0.02, max(item.wide, item.high)))
    x, y = item.x / frame.wide, item.y / frame.high
    grounded = item.parent is None and item.zone == "ground" and horizon(backdrop) is not None
    thing = Thing(item.name, round(x, 4), round(y, 4), round(size, 4), flip=item.flip, tint=item.tint, id=number)
    return replace(thing, shadow=grounded)
