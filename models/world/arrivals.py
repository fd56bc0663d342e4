"""What comes into a drawn scene: things that are added, put on somebody, doubled, or put in the place of another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from models.plurals import with_article
from models.world import goals, spots, suiting, walls
from models.world.busts import looks_in
from models.world.clauses import framed
from models.world.draft import Box, Draft
from models.world.orders import Order
from models.world.scene import Thing, horizon
from models.world.spots import Spot
from models.world.where import Place
from models.world.which import pick
from models.world.wish import Wanted
from models.world.worn import known_head, worn_box

HUNG = 0.4
"""What has its foot above this share of the frame hangs in the air, and another in its place has its middle there."""
MOST_AT_ONCE = 24
"""Things added by one order, at most."""


def wanted(draft: Draft, phrase: str) -> list[Wanted]:
    """Return what *phrase* asks for; what is not known is kept in ``draft.unknown``, what is only near is noted."""
    wish = draft.read(framed(phrase))
    draft.unknown += [word for word in wish.unknown if word not in draft.unknown]
    if wish.time and wish.time != draft.scene.backdrop.time:
        draft.notes.append(f"the hour and the weather stay as they are; to change them, ask for {wish.time} by itself")
    for one in wish.things:
        if not one.exact and one.name:
            draft.notes.append(f"“{one.said}” is not known; {with_article(one.name)} is the nearest")
    draft.notes += [*wish.unused(), *wish.unposed()]
    return list(wish.things)


def _names(draft: Draft, one: Wanted) -> list[str]:
    count = min(one.count, MOST_AT_ONCE)
    if one.name:
        return [one.name] * count
    return [one.choices[i % len(one.choices)] for i in range(count)] if one.choices else []


def _new(draft: Draft, one: Wanted, name: str) -> Thing:
    size = min(1.2, max(0.05, spots.usual_size(name, draft.scene, draft.know) * one.size))
    return Thing(name, 0.5, 0.5, round(size, 4), tint=one.colour)


def add(draft: Draft, order: Order) -> None:
    """Add what the order names where it says."""
    made: list[int] = []
    asked = wanted(draft, order.new)
    if order.place is not None and asked and goals.nowhere(draft, order.place, with_article(asked[0].said)):
        return
    for one in asked:
        for name in _names(draft, one):
            made += _one(draft, one, name, order.place, made)
    if made:
        names = [draft.thing(i).name for i in made]
        draft.done.append(f"added {_listed(names)}")
        draft.touched(*made)


def _listed(names: list[str]) -> str:
    counts = {name: names.count(name) for name in dict.fromkeys(names)}
    return ", ".join(with_article(name) if n == 1 else f"{n} × {name}" for name, n in counts.items())


def _one(draft: Draft, one: Wanted, name: str, place: Place | None, made: list[int]) -> list[int]:
    """Add one thing (or one for each wearer) and return the new ids."""
    thing = _new(draft, one, name)
    wearers = _wearers(draft, name, place)
    if wearers:
        put_on = [draft.add(_on(draft, thing, wearer, one.size), _after(draft, wearer)) for wearer in wearers]
        return [t.id for t in put_on if t is not None]
    building = _building(draft, name, place)
    if building is not None:
        added = draft.add(_fitted(draft, thing, building), _after(draft, building))
        return [] if added is None else [added.id]
    if draft.box is not None and (place is None or place.kind == "marked"):
        thing, spot = _boxed(draft, thing, draft.box), Spot(*_middle(draft.box))
        if made:
            spot = spots.free_spot(thing, draft.scene, draft.know, draft.context, draft.random, _middle(draft.box))
    elif made:
        former = draft.thing(made[-1])
        factor = former.size / thing.size if former.name == name else 1.0
        thing = replace(thing, size=thing.size * factor)
        zone = "sky" if former.y < 0.4 and place is not None else ""
        spot = spots.free_spot(thing, draft.scene, draft.know, draft.context, draft.random, (former.x, former.y), zone)
    else:
        spot, factor = spot_for(draft, thing, place)
        thing = replace(thing, size=thing.size * factor)
    thing = replace(thing, x=round(spot.x, 4), y=round(spot.y, 4), shadow=not _flies(draft, thing, spot))
    if draft.box is None:
        thing = spots.settled(thing, draft.know, draft.context)
    before = spot.before
    hung = bool(walls.zone(name, draft.scene.backdrop.kind))
    hung = hung or (place is not None and place.zone == "wall" and not goals.bricks(draft, place))
    if draft.scene.things and hung:
        before = draft.scene.things[0].id  # a wall is behind everything
    if hung:
        _clear(draft, draft.box_of(thing))
    added = draft.add(thing, before)
    return [] if added is None else [added.id]


def _clear(draft: Draft, box: Box) -> None:
    """Leave out of the backdrop what is painted on the wall where something hangs now."""
    back = draft.scene.backdrop
    for kind, there in walls.painted(back, draft.context.width, draft.context.height).items():
        if min(box[2], there[2]) > max(box[0], there[0]) and min(box[3], there[3]) > max(box[1], there[1]):
            back = replace(back, without=(*back.without, kind))
    draft.scene = replace(draft.scene, backdrop=back)


def _flies(draft: Draft, thing: Thing, spot: Spot) -> bool:
    line = horizon(draft.scene.backdrop)
    return line is not None and spot.y + spots.half_of(thing, draft.know, draft.context)[1] < line


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _boxed(draft: Draft, thing: Thing, box: Box) -> Thing:
    """Return *thing* as large as fits *box*."""
    one = replace(thing, size=1.0)
    half_x, half_y = spots.half_of(one, draft.know, draft.context)
    return replace(
        thing,
        size=round(min(2.0, max(0.02, min((box[2] - box[0]) / (2 * half_x), (box[3] - box[1]) / (2 * half_y)))), 4),
    )


def _after(draft: Draft, wearer: Thing) -> int:
    ids = [t.id for t in draft.scene.things]
    at = ids.index(wearer.id) + 1
    return ids[at] if at < len(ids) else 0


def _wearers(draft: Draft, name: str, place: Place | None) -> list[Thing]:
    """Return who shall wear *name*: whom the place names, who is marked, or the only creature there is."""
    entry = draft.know.entry(name)
    if not entry.worn:
        return []
    if place is not None and place.kind == "relation" and place.how in ("on", "hold", "next", "above"):
        found = pick(place.whom, draft.scene, draft.know, draft.context)
        return [t for t in draft.scene.things if t.id in found.ids]
    if place is None or place.kind == "marked":
        creatures = [t for t in draft.scene.things if _alive(draft.know.entry(t.name))]
        marked = [t for t in creatures if t.id in draft.context.marked]
        if marked or draft.box is not None:
            return marked[:1]
        last = [t for t in creatures if t.id in draft.context.last]
        return last[:1] or (creatures if len(creatures) == 1 else [])
    return []


def _building(draft: Draft, name: str, place: Place | None) -> Thing | None:
    """Return the building whose front *name* shall be a part of: the one that the place names, or none."""
    if place is None or place.kind != "relation" or place.how not in ("on", "in", "next", "hold"):
        return None
    found = pick(place.whom, draft.scene, draft.know, draft.context).ids
    things = [t for t in draft.scene.things if t.id in found and walls.fits(name, t.name, draft.know.entry)]
    return things[0] if things else None


def _fitted(draft: Draft, thing: Thing, building: Thing) -> Thing:
    """Return *thing* as a part of the front of *building*, beside those that it has."""
    x0, y0, x1, y1 = draft.box_of(building)
    there = sum(t.name == thing.name and x0 < t.x < x1 and y0 < t.y < y1 for t in draft.scene.things)
    x, y, size = walls.front(thing.name, building.name, there)
    x = 1 - x if building.flip else x
    return replace(
        thing,
        x=round(x0 + x * (x1 - x0), 4),
        y=round(y0 + y * (y1 - y0), 4),
        size=round(max(0.02, size * building.size), 4),
        shadow=False,
    )


def _alive(entry: Any) -> bool:
    return (
        entry.group in ("animals", "people", "faces") and not entry.subgroup.startswith("parts of") and not entry.worn
    )


def _on(draft: Draft, thing: Thing, wearer: Thing, factor: float) -> Thing:
    """Return *thing* where *wearer* wears it; turned and mirrored as the wearer is."""
    from models.world import atlas

    try:
        outline = atlas.sprite(wearer.name)[..., 3] > 127
    except (KeyError, OSError):
        outline = np.ones((64, 64), np.bool_)
    facing = draft.know.entry(wearer.name).facing
    height, width = outline.shape
    head = known_head(draft.know.entry(wearer.name).head, width, height)
    box = worn_box(draft.know.entry(thing.name).worn, outline, draft.know.aspect(thing.name), facing, head)
    unit = wearer.size * min(draft.context.width, draft.context.height) / max(outline.shape)
    across, down = (box[0] + box[2] - width) / 2 * unit, (box[1] + box[3] - height) / 2 * unit
    across = -across if wearer.flip else across
    turn = np.radians(wearer.rotation)
    x = wearer.x + float(across * np.cos(turn) - down * np.sin(turn)) / draft.context.width
    y = wearer.y + float(across * np.sin(turn) + down * np.cos(turn)) / draft.context.height
    size = (
        max(box[2] - box[0], box[3] - box[1])
        * unit
        / min(draft.context.width, draft.context.height)
        * max(0.7, min(1.4, factor))
    )
    return replace(thing, x=round(x, 4), y=round(y, 4), size=round(min(2.0, max(0.02, size)), 4), rotation=wearer.rotation,
                   flip=wearer.flip, shadow=False)  # fmt: skip


def spot_for(draft: Draft, thing: Thing, place: Place | None, *, moves: bool = False) -> tuple[Spot, float]:
    """Return where the order's place is and the factor on the size that goes with it."""
    scene, know, context = draft.scene, draft.know, draft.context
    if place is None:
        return spots.free_spot(thing, scene, know, context, draft.random), 1.0
    if place.kind == "side":
        return spots.side_spot(thing, place, scene, know, context, draft.random, moves=moves), 1.0
    if place.zone == "wall" and (built := goals.bricks(draft, place)):
        return spots.spot_by(thing, built[0], "on", scene, know, context), 1.0
    if place.kind == "zone":
        return spots.zone_spot(thing, place, scene, know, context, draft.random)
    if place.kind == "marked" and draft.box is not None:
        return Spot(*_middle(draft.box)), 1.0
    if place.kind == "relation":
        found = goals.roof(draft, place.whom)
        if not found and not goals.scenery(place.whom):
            found = [t for t in draft.pick(place.whom) if t.id != thing.id]
        second = [t for t in draft.pick(place.other) if t.id != thing.id] if place.other else []
        if found:
            return spots.spot_by(thing, found[0], place.how, scene, know, context, second[0] if second else None), 1.0
    return spots.free_spot(thing, scene, know, context, draft.random), 1.0


def swap_for(draft: Draft, order: Order) -> None:
    """Put what the order names in the place of what is there."""
    if (
        " look" in order.said
        and order.what in ("it", "this", "that")
        and not (draft.context.marked or draft.context.last)
    ):
        draft.notes.append(f"no look is called “{order.new}”")
        return
    things = draft.pick(order.what)
    if not things:
        return
    asked = wanted(draft, order.new)
    names = [(one, name) for one in asked for name in _names(draft, one)]
    if not names:
        if not draft.unknown:
            draft.unknown.append(order.new)
        return
    made = []
    for old in things:
        one, name = names[0]
        wearer = next((t for t in draft.scene.things if old in draft.wears(t)), None)
        new = _instead(draft, old, name, one)
        if wearer is not None and draft.know.entry(name).worn:
            new = replace(_on(draft, new, wearer, one.size), id=old.id)
        for worn in draft.wears(old):
            fitted = _on(draft, worn, new, 1.0)
            draft.put(
                replace(worn, x=fitted.x, y=fitted.y, size=fitted.size, flip=fitted.flip, rotation=fitted.rotation)
            )
        draft.put(new)
        made.append(old.id)
    draft.done.append(f"replaced {_listed([t.name for t in things])} by {_listed([n for _, n in names])}")
    for one, name in names[1:]:
        former = draft.thing(made[-1])
        extra = replace(former, name=name, tint=one.colour, id=0)
        if draft.know.entry(name).worn and not draft.know.entry(former.name).worn:  # "a giraffe wearing a hat"
            put_on = draft.add(_on(draft, extra, former, one.size), _after(draft, former))
            draft.touched(*([put_on.id] if put_on is not None else []))
            continue
        spot = spots.free_spot(extra, draft.scene, draft.know, draft.context, draft.random, (former.x, former.y))
        added = draft.add(replace(extra, x=spot.x, y=spot.y))
        made += [added.id] if added is not None else []
    draft.touched(*made)


def _instead(draft: Draft, old: Thing, name: str, one: Wanted) -> Thing:
    """Return the thing *name* in the place of *old*: as large to the eye, its foot where that one's was, looking the same way,
    and no further out of the frame."""
    box = draft.box_of(old)
    one_side, other_side = (max(a, 1 / a) for a in (draft.know.aspect(old.name), draft.know.aspect(name)))
    size = old.size * (other_side / one_side) ** 0.5 * one.size  # the area of the box stays
    new = replace(old, name=name, tint=one.colour, flip=_looks_alike(draft, old, name), rotation=0.0, size=min(2.0, max(0.02, size)))  # fmt: skip
    half_x, half_y = spots.half_of(new, draft.know, draft.context)
    hung = box[3] <= HUNG
    room_x = max(0.96, box[2] - box[0]) / (2 * half_x)
    room_y = max(box[3] - box[1], min(box[3], 1.0) - spots.EDGE if not hung else 0.96) / (2 * half_y)
    new = replace(new, size=round(max(0.02, new.size * min(1.0, room_x, room_y)), 4))
    if not draft.know.entry(old.name).worn or not draft.know.entry(name).worn:
        new = _standing(draft, new, box[3])
    inside = box[0] >= 0 and box[2] <= 1
    return replace(new, x=spots.settled(new, draft.know, draft.context).x) if inside else new


def _looks_alike(draft: Draft, old: Thing, name: str) -> bool:
    """Return whether *name* must be mirrored to look to the side that *old* looks to."""
    before, after = draft.know.entry(old.name).facing, draft.know.entry(name)
    sides = ("left", "right")
    return before in sides and suiting.flips(after) and (before == after.facing) == old.flip


def _standing(draft: Draft, new: Thing, foot: float) -> Thing:
    """Return *new* with its foot at *foot*, where another stood; who is known by the head alone stands at the lower edge."""
    half_y = spots.half_of(new, draft.know, draft.context)[1]
    line = horizon(draft.scene.backdrop)
    if line is not None and foot > line and looks_in(new.name, draft.scene.backdrop, draft.know.entry):
        return replace(new, y=round(spots.edge_of(half_y), 4))
    return replace(new, y=round(min(foot, 1.0) - half_y, 4)) if foot > HUNG else new


def copy(draft: Draft, order: Order) -> None:
    """Set copies of what is meant beside it, worn things included."""
    made = []
    for old in draft.pick(order.what):
        for _ in range(min(MOST_AT_ONCE, max(1, round(order.amount)))):
            spot = spots.free_spot(
                old, draft.scene, draft.know, draft.context, draft.random, (old.x, old.y), "sky" if old.y < 0.35 else ""
            )
            # The copy is searched a place as if the first were not its own kind: it must not cover it.
            other = spots.free_spot(replace(old, id=0), draft.scene, draft.know, draft.context, draft.random, (old.x, old.y),
                                    "sky" if old.y < 0.35 else "") if (spot.x, spot.y) == (old.x, old.y) or abs(spot.x - old.x) < 0.05 else spot  # fmt: skip
            added = draft.add(
                replace(
                    old, x=other.x, y=other.y if old.y < 0.35 else old.y if abs(other.x - old.x) > 0.08 else other.y
                )
            )
            if added is None:
                break
            made.append(added.id)
            for worn in draft.wears(old):
                draft.add(replace(worn, x=worn.x + added.x - old.x, y=worn.y + added.y - old.y))
    if made:
        draft.done.append(f"copied {_listed([draft.thing(i).name for i in made])}")
        draft.touched(*made)


def count(draft: Draft, order: Order) -> None:
    """Add or remove until there are as many as the order says; the ones least seen go first."""
    goal = max(0, round(order.amount))
    found = pick(f"all {order.what}", draft.scene, draft.know, draft.context)
    have = [t for t in draft.scene.things if t.id in found.ids]
    if len(have) > goal:
        for thing in sorted(have, key=lambda t: t.size)[: len(have) - goal]:
            draft.drop(thing)
        draft.done.append(f"left {goal} of “{order.what}”")
    elif len(have) < goal:
        add(draft, Order("add", new=f"{goal - len(have)} {order.what}"))
    else:
        draft.notes.append(f"there are {goal} already")
