"""Turns that cut out and take away what is seen: one thing after the other by either word, and all that bear a name at once."""

from __future__ import annotations

from collections.abc import Sequence

from models.percepts import number
from models.values import Arg, Kind

from training.language.apart import bank, them
from training.language.talk import Target, phrase
from training.seeing import comparing, nouns
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth.referring import nouns_for
from training.truth.words import many, plural_only

MOST = 12
"""Things that one call is about, at most."""
_VAGUE = ("thing", "object", "somebody", "someone")
_ORDERS = (("cut", "cut"), ("cut", "cut"), ("cut", "cut", "cut"), ("cut", "remove"), ("cut", "cut", "remove"), ("cut", "and"), ("cut", "and", "remove"),
           ("cut", "remove"))  # fmt: skip


def in_turn(d: Seen) -> str | None:
    """Cut out the cow. Cut out the horse too. Now remove the horse."""
    found = d.scene(lambda view: len(view.known) > 1)
    if found is None:
        return None
    target, view = found
    used: list[int] = []
    done: list[str] = []
    for deed in d.rng.choice(_ORDERS):
        named = _one(d, view, () if deed == "remove" and d.chance(0.5) else tuple(used))
        if named is None:
            break
        used.append(named[1])
        _do(d, deed, target, view, f"the {named[0]}", (named[1],), done)
        done.append(deed)
        target = Target(next(item for item in d.shelf if item.handle == view.handle), False)
    return f"sight.turns.{'.'.join(done)}" if done else d.give_up()


def after(d: Seen) -> str | None:
    """Remove the dog, then cut out the cat from what came out."""
    found = comparing.pair(d, "remove")
    if found is None:
        return None
    before, left = found
    item = d.show("image", before)
    view = d.views[item.handle]
    gone = left.truth["change"]["id"]
    noun = view.thing(gone).name
    if view.called(noun) != (gone,) or plural_only(noun) or not d.says(noun):
        return d.give_up()
    said = d.ask(d.say("apart.remove", d.target_of(item), x=f"the {noun}"))
    d.voice("do.seen.remove", x=view.the((gone,)))
    made = d.call("remove", [view.handle, phrase(said), view.box(gone)], ["image"], fails=0.0)
    d.answer()
    d.perceive(made[0], left)
    d.last, d.asked = ("changed", view.handle, made[0].handle), d.turn - 1
    seen = d.views[made[0].handle]
    named = _one(d, seen, ())
    if named is None:
        return "sight.turns.remove"
    _do(d, "cut", Target(made[0], False), seen, f"the {named[0]}", (named[1],), ("remove",))
    return "sight.turns.remove.cut"


def all_of(d: Seen) -> str | None:
    """Remove the apples; cut out both dogs; and then what is done to all that were cut out."""
    found = d.scene(lambda view: any(len(group) > 1 for group in view.groups(view.known)))
    if found is None:
        return None
    target, view = found
    named = _several(d, view)
    if named is None:
        return d.give_up()
    words, ids = named
    other = _one(d, view, ids) if d.chance(0.25) else None
    if other is not None:
        pair = (words, f"the {other[0]}") if d.chance(0.6) else (f"the {other[0]}", words)
        words, ids = d.book.text(d.rng, "plenty.two", x=pair[0], y=pair[1]), (*ids, other[1])
    deed = "remove" if d.chance(0.6) else "cut"
    _do(d, deed, target, view, words, tuple(sorted(ids, key=lambda one: view.middle(one)[0])), ())
    if deed == "cut" and d.chance(0.4):
        return them(d)
    return f"sight.all.{deed}"


def _one(d: Seen, view: View, used: tuple[int, ...]) -> tuple[str, int] | None:
    """Return a noun for one thing of *view* that is not among *used*, and its id."""
    for _ in range(6):
        named = nouns.one(d, view, alone=True)
        if named is not None and named[1][0] not in used:
            return named[0], named[1][0]
    return None


def _several(d: Seen, view: View) -> tuple[str, tuple[int, ...]] | None:
    """Return words for all things of a name of which there are several, and their ids."""
    for one in d.rng.sample(view.known, len(view.known)):
        for noun in nouns_for(d.rng, view.thing(one).name)[:3]:
            if not d.says(noun) or plural_only(noun) or noun in _VAGUE:
                continue
            ids = view.called(noun) or ()
            if 2 <= len(ids) <= MOST:
                section = "plenty.both" if len(ids) == 2 and d.chance(0.4) else "plenty.all"
                return d.book.text(d.rng, section, x=noun, xs=many(noun), n=number(len(ids))), ids
    return None


def _do(d: Seen, deed: str, target: Target, view: View, words: str, ids: tuple[int, ...], done: Sequence[str]) -> None:
    """Ask for *deed*, after those *done* before it, by *words* that mean the things *ids*, and do it to all of them."""
    said = d.ask(d.say("apart.and" if deed == "and" else bank(d, deed, done), target, x=words))
    task = "remove" if deed == "remove" else "segment"
    alike = {(view.thing(n).name, view.thing(n).tint) for n in ids}
    d.voice(f"do.seen.{task}", x=view.the(ids) if len(alike) == 1 else view.several("the", ids))
    args: list[Arg | str] = [view.handle, phrase(said), *(view.box(one) for one in ids)]
    masks: list[Kind] = ["mask"] * len(ids)
    d.call(task, args, ["image"] if task == "remove" else masks, fails=0.0)
    d.answer()
