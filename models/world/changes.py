"""Changing a drawn scene as an instruction says: the same scene with things added, removed, replaced, recoloured, moved, resized,
turned, copied or swapped, at another time, in other weather, before another backdrop or in another style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from models.world import arrivals, decor, facing, goals, walls
from models.world.behind import called
from models.world.draft import Box, Draft, numbered
from models.world.hours import unshown
from models.world.instructions import read_orders
from models.world.moods import GRADES, mooded
from models.world.orders import Order, Orders
from models.world.scene import FLAT, OUTDOOR, Scene, Thing, horizon
from models.world.spots import half_of, settled
from models.world.whereabouts import gone_to
from models.world.which import Context, Knowledge, pick
from models.world.wish import Wish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SCENERY = (
    "sky",
    "background",
    "backdrop",
    "ground",
    "grass",
    "sea",
    "water",
    "floor",
    "wall",
    "walls",
    "meadow",
    "scene",
    "picture",
)


_WHOLE = (
    "it",
    "this",
    "that",
    "them",
    "these",
    "everything",
    "everyone",
    "everybody",
    "all",
    "all of them",
    "the scene",
    "the picture",
    "the whole scene",
)
"""Words for a scene as one."""


_HOURS = {
    "rain": "rain",
    "fog": "fog",
    "storm": "a storm",
    "snowfall": "snow",
    "day": "daylight",
    "morning": "morning light",
}
"""What hours and weathers are called in a sentence, where it is not their own name."""


@dataclass(frozen=True)
class Changed:
    """The changed scene; *ids* of the things in it that are new or changed, and the things *removed*; *whole* when backdrop,
    time or style changed; *done* says what was done, *notes* what was taken how; *unknown* names what is not in the
    atlas and *unread* the clauses that were not understood."""

    scene: Scene
    ids: tuple[int, ...] = ()
    removed: tuple[Thing, ...] = ()
    whole: bool = False
    done: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def change(
    scene: Scene,
    text: str | Orders,
    know: Knowledge,
    read: Callable[[str], Wish],
    context: Context,
    seed: int = 0,
    box: Box | None = None,
) -> Changed:
    """Return *scene* changed as *text* says. *read* turns a phrase ("two red birds") into what it asks for; *box* is the marked
    place (fractions) and ``context.marked`` the things under it. The same arguments give the same scene. Never raises for
    words: what cannot be done stays as it is and is named."""
    orders = read_orders(text, bare=box is not None) if isinstance(text, str) else text
    draft = Draft(numbered(scene), know, read, context, Random(f"change {seed}"), box)
    for order in orders.orders:
        _STEPS[order.verb](draft, order)
    kept = tuple(t.id for t in draft.scene.things if t.id in draft.ids)
    return Changed(draft.scene, kept, tuple(draft.removed), draft.whole, tuple(draft.done), tuple(dict.fromkeys(draft.notes)),
                   tuple(dict.fromkeys(draft.unknown)), orders.unread)  # fmt: skip


def changed_mask(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return bool [h, w], where two drawings (uint8 [h, w, 3] of one size) differ."""
    import numpy as np

    return np.asarray((before != after).any(axis=2))


def _named(things: list[Thing]) -> str:
    return ", ".join(dict.fromkeys(f"the {t.name}" for t in things))


def _each(draft: Draft, order: Order, word: str, how: Callable[[Thing], Thing]) -> None:
    things = draft.pick(order.what)
    for thing in things:
        draft.put(how(thing))
    if things:
        draft.touched(*(t.id for t in things))
        draft.done.append(f"{word} {_named(things)}")


def _remove(draft: Draft, order: Order) -> None:
    things = draft.pick(order.what)
    for thing in things:
        draft.drop(thing)
    if things:
        draft.done.append(f"removed {_named(things)}")


def _recolour(draft: Draft, order: Order) -> None:
    last = order.what.split()[-1:]
    if last and last[0] in _SCENERY:
        _recolour_part(draft, order, last[0])
        return
    _each(draft, order, f"made {order.colour}:", lambda t: replace(t, tint=order.colour))


_OWN = {
    "room": ("wall", "walls"),
    "kitchen": ("wall", "walls"),
    "sea": ("sea", "water"),
    "underwater": ("sea", "water"),
    "moon": ("ground",),
}
"""The parts of a backdrop that its colour goes to; under an open sky it is that."""


def _recolour_part(draft: Draft, order: Order, part: str) -> None:
    """Give the sky, the walls or the water of a scene a colour, where these can have one; the whole background any."""
    back = draft.scene.backdrop
    if part in ("background", "backdrop", "scene", "picture") or back.kind in FLAT:
        _backdrop(draft, Order("backdrop", colour=order.colour, said=order.said))
    elif part in _OWN.get(back.kind, ("sky",) if back.kind in OUTDOOR else ()):
        draft.scene = replace(draft.scene, backdrop=replace(back, colour=order.colour))
        draft.whole = True
        draft.done.append(f"made the {part} {order.colour}")
    else:
        draft.notes.append(
            f"the {part} keeps its colour before this backdrop ({back.kind}); the whole background can have another"
        )


def _move(draft: Draft, order: Order) -> None:
    place = order.place
    if setting := gone_to(
        place, draft.scene, lambda words: bool(pick(words, draft.scene, draft.know, draft.context).ids)
    ):
        for step in setting:
            _STEPS[step.verb](draft, step)
        if order.what not in _WHOLE and len(draft.scene.things) > 1:
            draft.notes.append("a scene has one backdrop, so everything went there")
        return
    things = draft.pick(order.what)
    if place is None or not things or goals.nowhere(draft, place, f"the {things[0].name}"):
        return
    if place.kind == "relation" and not goals.reached(draft, place, things):
        return
    if order.what in ("it", "this", "that"):
        things = [_wearer(draft, t) for t in things]
    for thing in things:
        spot, factor = arrivals.spot_for(draft, thing, place, moves=True)
        grown = replace(thing, size=min(2.0, max(0.02, thing.size * factor)))
        if place.zone in ("front", "rear"):
            draft.ids.add(thing.id)
        else:
            if factor != 1.0:
                draft.put(grown)
            draft.shift(grown, spot.x, spot.y)
        if spot.before or place.zone == "front" or place.how in ("front", "on"):
            _stack(draft, thing, spot.before)
    draft.touched(*(t.id for t in things))
    draft.done.append(f"moved {_named(things)}")


def _wearer(draft: Draft, thing: Thing) -> Thing:
    """Return who wears *thing*, or itself: "put a hat on the cat and move it" moves the cat, hat and all."""
    return next((t for t in draft.scene.things if thing in draft.wears(t)), thing)


def _stack(draft: Draft, thing: Thing, before: int) -> None:
    worn = draft.wears(draft.thing(thing.id))
    draft.order(thing.id, before)
    for one in worn:
        draft.order(one.id, before)


def _resize(draft: Draft, order: Order) -> None:
    things = draft.pick(order.what)
    line = horizon(draft.scene.backdrop)
    model = draft.pick(order.new)[:1] if order.new else []
    if order.new and not model:
        return
    things = [t for t in things if t not in model]
    for thing in things:
        amount = order.amount
        if model:  # "as big as the house": the longer sides count
            amount *= model[0].size / thing.size
        size = min(2.0, max(0.03, thing.size * amount))
        factor = size / thing.size
        foot = draft.box_of(thing)[3]
        grown = replace(thing, size=round(size, 4))
        # What stands keeps its feet where they are; what hangs in the air grows about its middle.
        if line is not None and foot > line:
            grown = replace(grown, y=foot - half_of(grown, draft.know, draft.context)[1])
        worn = draft.wears(thing)
        grown = settled(grown, draft.know, draft.context)
        for one in worn:
            draft.put(replace(one, size=min(2.0, max(0.02, one.size * factor)), x=grown.x + (one.x - thing.x) * factor,
                              y=grown.y + (one.y - thing.y) * factor))  # fmt: skip
        draft.put(grown)
    if things:
        draft.touched(*(t.id for t in things))
        how = f"as large as the {model[0].name}" if model else "bigger" if order.amount > 1 else "smaller"
        draft.done.append(f"made {how}: {_named(things)}")


def _extend(draft: Draft, order: Order) -> None:
    """Make a thing larger where words such as "make it wider" mean one; how far a picture reaches is no change of what it shows."""
    if order.what == "it":
        _resize(draft, replace(order, verb="resize", new="", amount=1.35))
    else:
        draft.notes.append("only a picture can be extended")


def _turn(draft: Draft, order: Order) -> None:
    _each(
        draft,
        order,
        f"turned by {order.amount:g}°",
        lambda t: replace(t, rotation=round((t.rotation + order.amount) % 360, 2)),
    )


def _swap(draft: Draft, order: Order) -> None:
    one = draft.pick(order.what)
    before = len(draft.notes)
    other = draft.pick(order.new)
    if one and not other:
        del draft.notes[before:]
        arrivals.swap_for(draft, replace(order, verb="replace"))
        return
    if not one or not other or one[0].id == other[0].id:
        return
    a, b = one[0], other[0]
    boxes, high = (
        {t.id: draft.box_of(t) for t in (a, b)},
        {t.id: half_of(t, draft.know, draft.context)[1] for t in (a, b)},
    )
    places = [(b.x, boxes[b.id][3] - high[a.id]), (a.x, boxes[a.id][3] - high[b.id])]
    ids = [t.id for t in draft.scene.things]
    draft.shift(a, *places[0], inside=False)
    draft.shift(b, *places[1], inside=False)
    ids[ids.index(a.id)], ids[ids.index(b.id)] = b.id, a.id
    if not draft.wears(a) and not draft.wears(b):
        draft.scene = replace(draft.scene, things=tuple(draft.thing(i) for i in ids))
    draft.touched(a.id, b.id)
    draft.done.append(f"swapped the {a.name} and the {b.name}")


def _light(draft: Draft, order: Order) -> None:
    if _lighten(draft, order):
        return
    _each(
        draft,
        order,
        "changed the brightness of",
        lambda t: replace(t, shade=round(min(1.5, max(0.3, t.shade * order.amount)), 3)),
    )


def _lighten(draft: Draft, order: Order) -> bool:
    """Make the whole scene brighter or darker where *order* means no one thing; return whether that was done."""
    one = draft.context.marked or draft.context.last
    if order.what not in _WHOLE or (one and order.what in ("it", "this", "that", "them", "these")):
        return False
    _grade(draft, Order("grade", new="bright" if order.amount > 1 else "dim"))
    return True


def _fade(draft: Draft, order: Order) -> None:
    _each(draft, order, "changed the transparency of", lambda t: replace(t, opacity=order.amount))


def _unshadow(draft: Draft, order: Order) -> None:
    _each(draft, order, "took the shadow off", lambda t: replace(t, shadow=False))


def _time(draft: Draft, order: Order) -> None:
    if hidden := unshown(order.new, draft.scene.backdrop, anew=True):
        draft.notes += [sentence.rstrip(".") for sentence in hidden]
        return
    draft.scene = replace(draft.scene, backdrop=replace(draft.scene.backdrop, time=order.new))
    draft.whole = True
    draft.done.append(f"now it is {order.new}")


def _style(draft: Draft, order: Order) -> None:
    draft.scene = replace(draft.scene, style=order.new, moods=draft.scene.moods if order.new else ())
    draft.whole = True
    draft.done.append(f"drawn as {order.new}" if order.new else "took style and mood off")


def _grade(draft: Draft, order: Order) -> None:
    """Lay a grading over the scene, or give it a mood with the hour that goes with it."""
    before = draft.scene.backdrop.time
    draft.scene = mooded(draft.scene, order.new)
    draft.whole = True
    now = draft.scene.backdrop.time
    if order.new in GRADES:
        draft.done.append(f"made it {GRADES[order.new]}")
        return
    came = f"{_HOURS.get(now, now)} and " if now != before else ""
    draft.done.append(f"made it {order.new}, with {came}fitting colours")


def _backdrop(draft: Draft, order: Order) -> None:
    old = draft.scene.backdrop
    kind = order.new or old.kind
    if order.colour and not order.new and old.kind not in FLAT:
        kind = "plain"
        draft.notes.append(
            f"a {old.kind} has no colour of its own to change, so the background became plain {order.colour}"
        )
    if kind == old.kind and order.colour == old.colour:
        new = replace(old, seed=(old.seed + 1) % 2**31)
    else:
        bare = decor.left_out((thing.name for thing in draft.scene.things), draft.know.entry, old.without)
        new = replace(old, kind=kind, colour=order.colour, without=bare)
    draft.scene = replace(draft.scene, backdrop=new)
    draft.whole = True
    _grounded(draft, horizon(old), horizon(new))
    draft.done.append(f"the background is now {called(new.kind, new.colour)}")


def _grounded(draft: Draft, before: float | None, after: float | None) -> None:
    """Bring what stood on the old ground onto the new one."""
    if after is None:
        return
    for thing in draft.scene.things:
        box = draft.box_of(thing)
        if _hung(draft, thing, box, before, after):
            continue
        if before is None or box[3] <= before or box[3] > after + 0.02 or draft.know.entry(thing.name).worn:
            continue
        foot = after + 0.04 + (1 - after) * 0.4 * (box[3] - before) / max(1e-6, 1 - before)
        draft.shift(thing, thing.x, thing.y + foot - box[3])


def _hung(draft: Draft, thing: Thing, box: Box, before: float | None, after: float) -> bool:
    """Bring what belongs to a wall onto the new one, and down to the ground where there is none; return whether that was done."""
    if thing.name not in (*walls.HANGING, *walls.STANDING) or any(thing in draft.wears(t) for t in draft.scene.things):
        return False
    zone = walls.zone(thing.name, draft.scene.backdrop.kind)
    high = half_of(thing, draft.know, draft.context)[1]
    if not zone and before is not None and box[3] > before + 0.01:
        return False
    y = walls.LEVEL * after if zone == "wall" else after - high if zone else after + 0.2 * (1 - after) - high
    draft.shift(replace(thing, shadow=not zone), thing.x, y)
    return True


_STEPS: dict[str, Callable[[Draft, Order], None]] = {
    "add": arrivals.add, "remove": _remove, "replace": arrivals.swap_for, "recolour": _recolour, "move": _move, "resize": _resize,
    "turn": _turn, "flip": facing.flip, "copy": arrivals.copy, "swap": _swap, "count": arrivals.count, "light": _light, "fade": _fade,
    "unshadow": _unshadow, "extend": _extend, "time": _time, "style": _style, "grade": _grade, "mood": _grade, "backdrop": _backdrop,
}  # fmt: skip
