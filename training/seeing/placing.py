"""Turns that ask where something is in a picture, what stands by it, and what comes first or is the biggest."""

from __future__ import annotations

from collections.abc import Sequence

from models.unified.outlook import Told

from training.seeing import nouns, saying
from training.seeing.talk import Seen
from training.seeing.views import APART, CLOSE, View
from training.truth.relating import stands

LARGER = 1.6
"""What is called the biggest is seen on at least so many times the pixels of any other thing."""
_HOW = {"left": "to the left of", "right": "to the right of", "above": "above", "below": "below", "next": "next to"}
_MOST = 5
"""Things that are told as an answer, at most."""


def where(d: Seen) -> str | None:
    """Where is the dog?"""
    found = d.scene(lambda view: bool(view.known))
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view, alone=True)
    if named is None or not saying.side(view, named[1][0]):
        return d.give_up()
    noun, (number,) = named[0], named[1]
    d.ask(d.say("see.where", target, x=noun))
    tell_where(d, view, number)
    d.last, d.asked = ("where", noun, view.handle), d.turn - 1
    return "seen.where"


def tell_where(d: Seen, view: View, number: int) -> None:
    """Say where a thing is, and what it is next to, and end the reply."""
    place = saying.side(view, number) or ""
    beside = [n for n in view.known if n != number and stands(view.shot, number, n, "next") == 2]
    if beside:
        x, y = view.middle(number)
        near = min(beside, key=lambda n: abs(view.middle(n)[0] - x) + abs(view.middle(n)[1] - y))
        d.reply("say.seen.where.by", x=view.the((number,)), side=place, b=view.the((near,)))
    else:
        d.reply("say.seen.where", x=view.the((number,)), side=place)


def where_next(d: Seen) -> str | None:
    """And the owl?"""
    if d.last is None or d.asked != d.turn - 1 or d.last[0] not in ("where", "colour"):
        return None
    what, before, handle = d.last
    view = d.views[handle]
    named = nouns.one(d, view, alone=True)
    if named is None or named[0] == before:
        return None
    noun, (number,) = named[0], named[1]
    if not (saying.side(view, number) if what == "where" else view.colour(number)):
        return None
    d.ask(d.say(f"see.follow.{what}", x=noun))
    if what == "where":
        tell_where(d, view, number)
    else:
        tell_colour(d, view, number)
    d.last, d.asked = (what, noun, handle), d.turn - 1
    return f"seen.{what}.next"


def colour(d: Seen) -> str | None:
    """What colour is the car?"""
    found = d.scene(lambda view: bool(view.known) and view.true_colours)
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view, alone=True)
    for _ in range(3):  # rather one that was given a colour
        other = nouns.one(d, view, alone=True)
        named = other if other and view.thing(other[1][0]).tint else named
    if named is None or not view.colour(named[1][0]):
        return d.give_up()
    noun, (number,) = named[0], named[1]
    d.ask(d.say("see.colour", target, x=noun))
    tell_colour(d, view, number)
    d.last, d.asked = ("colour", noun, view.handle), d.turn - 1
    return "seen.colour"


def tell_colour(d: Seen, view: View, number: int) -> None:
    """Say which colour a thing has, and end the reply."""
    d.reply("say.seen.colour", x=view.the((number,)), c=Told(view.colour(number), "colour"), **{"is": "is"})


def missing(d: Seen) -> str | None:
    """Where is (what colour is, what is left of) the dog, where there is none?"""
    found = d.scene(lambda view: True)
    if found is None:
        return None
    target, view = found
    noun = nouns.absent(d, view)
    if not noun:
        return d.give_up()
    section = d.rng.choice(("where", "where", "colour", "colour", "left", "right", "next", "above", "below"))
    said = d.ask(d.say(f"see.{section}", target, x=noun))
    d.reply("say.seen.missing", x=d.typed(said), h=view.handle)
    return "seen.missing"


def by(view: View, number: int, how: str) -> tuple[int, ...] | None:
    """Return the ids of all things that stand to the thing *number* as *how* says, None where that can be disputed."""
    others = [thing.id for thing in view.shot.scene.things if thing.id != number]
    if not view.usual(others):
        return None
    if how == "next":
        sure = {other: stands(view.shot, other, number, "next") for other in others}
        return None if 1 in sure.values() else tuple(other for other in others if sure[other] == 2)
    axis, sign = {"left": (0, 1), "right": (0, -1), "above": (1, 1), "below": (1, -1)}[how]
    far = {other: sign * (view.middle(number)[axis] - view.middle(other)[axis]) for other in others}
    if any(CLOSE < value < APART for value in far.values()):
        return None
    return tuple(other for other in others if far[other] >= APART)


def beside(d: Seen) -> str | None:
    """What is left of the dog?"""
    found = d.scene(lambda view: len(view.known) > 1 and view.whole)
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view, alone=True)
    if named is None:
        return d.give_up()
    number = named[1][0]
    ways = [(how, ids) for how in _HOW if (ids := by(view, number, how)) is not None and len(ids) <= _MOST]
    ways = [way for way in ways if way[1] or d.chance(0.3)]
    if not ways:
        return d.give_up()
    how, ids = d.rng.choice(ways)
    d.ask(d.say(f"see.{how}", target, x=named[0]))
    tell_beside(d, view, number, how, ids)
    return f"seen.{how}"


def tell_beside(d: Seen, view: View, number: int, how: str, ids: Sequence[int]) -> None:
    """Say what stands so to a thing, and end the reply."""
    if ids:
        ids = sorted(ids, key=lambda one: view.middle(one)[0])
        d.reply("say.seen.by", x=view.several("a", ids), how=_HOW[how], b=view.the((number,)))
    else:
        d.reply("say.seen.by.none", how=_HOW[how], b=view.the((number,)))


def ends(view: View) -> dict[str, int]:
    """Return the thing that surely is the biggest, the smallest, the furthest to each side, in the middle, where there is one."""
    shot, ids = view.shot, list(view.known)
    found = {}
    size = sorted(ids, key=lambda number: -shot.seen[number])
    if shot.seen[size[0]] >= LARGER * shot.seen[size[1]]:
        found["biggest"] = size[0]
    if shot.seen[size[-2]] >= LARGER * shot.seen[size[-1]]:
        found["smallest"] = size[-1]
    for side, axis, sign in (("left", 0, 1), ("right", 0, -1), ("top", 1, 1), ("bottom", 1, -1)):
        order = sorted(ids, key=lambda number: sign * view.middle(number)[axis])
        if abs(view.middle(order[0])[axis] - view.middle(order[1])[axis]) >= APART:
            found[side] = order[0]
    off = {n: max(abs(view.middle(n)[0] - 0.5), abs(view.middle(n)[1] - 0.5)) for n in ids}
    order = sorted(ids, key=off.__getitem__)
    if off[order[0]] < 0.12 and off[order[1]] > 0.2:
        found["middle"] = order[0]
    return found


def end(d: Seen) -> str | None:
    """What is the biggest thing, the leftmost, the one in the middle?"""
    found = d.scene(lambda view: view.whole and len(view.known) > 1 and bool(ends(view)))
    if found is None:
        return None
    target, view = found
    which, number = d.rng.choice(list(ends(view).items()))
    if which in ("biggest", "smallest", "middle"):
        d.ask(d.say(f"see.{which}", target))
    else:
        d.ask(d.say("see.end", target, side=which))
    thing = view.thing(number)
    tint = (thing.tint,) if thing.tint and view.true_colours else ()
    alike = sum(other.name == thing.name for other in view.shot.scene.things) > 1
    d.reply("say.seen.it", x=view.ground("a" if alike else "the", (number,), tint))
    return f"seen.{'side' if which in ('left', 'right', 'top', 'bottom') else which}"
