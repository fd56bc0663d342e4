"""Turns that ask where something is in a picture, what stands by it, and what comes first or is the biggest."""

from __future__ import annotations

from collections.abc import Sequence

from models.unified.outlook import Told

from training.seeing import nouns, saying
from training.seeing.talk import Seen
from training.seeing.views import APART, CLOSE, View
from training.truth.relating import gap, stands

LARGER = 1.6
"""What is called the biggest is seen on at least so many times the pixels of any other thing."""
_HOW = {"left": "left", "right": "right", "above": "above", "below": "below", "next": "near"}
"""How something stands to a thing, as it is asked, and as the program names what does (models.unified.bearings.BY_PLACE)."""
_ENDS = {"left": "leftmost", "right": "rightmost", "top": "highest", "bottom": "lowest", "biggest": "biggest", "smallest": "smallest",
         "middle": "central"}  # fmt: skip
NEARER = 1.5
"""What is nearest, or farthest, is so by this factor at least, measured from middle to middle and between the boxes."""
ALONG, OFF = (0.25, 0.75), (0.09, 0.2)
"""What is between two things stands on the line of their middles in this part of it, and no further off than the first; what is further off
than the second, in shares of the frame, is not between them."""
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
    ids = sorted(ids, key=lambda one: view.middle(one)[0])
    d.reply(f"say.seen.{_HOW[how]}", b=view.the((number,)), x=view.named(_HOW[how], ids))


def near(view: View, number: int, far: bool = False) -> int | None:
    """Return the thing that surely is the nearest one to the thing *number*, or the *far* est; None where that can be disputed."""
    others = [thing.id for thing in view.shot.scene.things if thing.id != number]
    if len(others) < 2 or not view.usual(others):
        return None
    here = view.middle(number)
    away = {n: ((view.middle(n)[0] - here[0]) ** 2 + (view.middle(n)[1] - here[1]) ** 2) ** 0.5 for n in others}
    gaps = {n: gap(view.shot, n, number) for n in others}
    order = sorted(others, key=away.__getitem__, reverse=far)
    sign = -1 if far else 1
    sure = [
        sign * away[order[0]] * (NEARER if not far else 1) <= sign * away[n] * (1 if not far else NEARER)
        and sign * gaps[order[0]] < sign * gaps[n]
        for n in order[1:]
    ]
    return order[0] if all(sure) else None


def nearest(d: Seen) -> str | None:
    """What is nearest to the dog, what farthest from it?"""
    found = d.scene(lambda view: len(view.known) > 2 and view.whole)
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view, alone=True)
    far = d.chance(0.5)
    other = near(view, named[1][0], far) if named else None
    if named is None or other is None:
        return d.give_up()
    how = "farthest" if far else "nearest"
    d.ask(d.say(f"see.{how}", target, x=named[0]))
    d.reply(f"say.seen.{how}", b=view.the(named[1]), x=view.named(how, (other,)))
    return f"seen.{how}"


def middle(view: View, one: int, other: int) -> tuple[int, ...] | None:
    """Return the ids of what stands between two things, None where that can be disputed."""
    a, b = view.middle(one), view.middle(other)
    line = (b[0] - a[0], b[1] - a[1])
    long = (line[0] ** 2 + line[1] ** 2) ** 0.5
    rest = [thing.id for thing in view.shot.scene.things if thing.id not in (one, other)]
    if long < 0.3 or not view.usual(rest):
        return None
    found = []
    for number in rest:
        off = view.middle(number)[0] - a[0], view.middle(number)[1] - a[1]
        along = (off[0] * line[0] + off[1] * line[1]) / long**2
        aside = abs(off[0] * line[1] - off[1] * line[0]) / long
        if ALONG[0] <= along <= ALONG[1] and aside <= OFF[0]:
            found.append(number)
        elif 0.0 < along < 1.0 and aside < OFF[1]:
            return None
    return tuple(found)


def between(d: Seen) -> str | None:
    """What is between the dog and the tree?"""
    found = d.scene(lambda view: len(view.known) > 2 and view.whole)
    if found is None:
        return None
    target, view = found
    pairs = [(a, b) for a in view.known for b in view.known if a < b]
    d.rng.shuffle(pairs)
    for one, other in pairs:
        ids = middle(view, one, other)
        nouns_ = [view.thing(number).name for number in (one, other)]
        if ids is None or not (ids or d.chance(0.05)) or len(ids) > _MOST:
            continue
        if all(view.called(noun) == (n,) and d.says(noun) for noun, n in zip(nouns_, (one, other), strict=True)):
            d.ask(d.say("see.between", target, x=nouns_[0], y=nouns_[1]))
            ids = tuple(sorted(ids, key=lambda number: view.middle(number)[0]))
            a, b = view.the((one,)), view.the((other,))
            d.reply("say.seen.between", a=a, b=b, x=view.named("between", ids))
            return "seen.between"
    return d.give_up()


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
    d.reply("say.seen.most", x=view.named(_ENDS[which], (number,), medium=True))
    return f"seen.{'side' if which in ('left', 'right', 'top', 'bottom') else which}"
