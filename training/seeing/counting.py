"""Turns that ask whether something is in a picture and how many there are, and go on with that."""

from __future__ import annotations

from models.plurals import uncounted
from models.unified.outlook import MORE, Told, told_more
from models.values import Kind
from models.world import atlas

from training.language.talk import Target
from training.seeing import nouns
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth.words import many, plural_only


def _after(d: Seen, what: str, noun: str, handle: str) -> None:
    d.last, d.asked = (what, noun, handle), d.turn - 1


def there(d: Seen, kind: Kind = "image") -> str | None:
    """Is there a dog? Are there dogs?"""
    wanted = d.chance(0.5)
    found = d.scene(lambda view: bool(view.known) if wanted else True, kind)
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view, singular=False) if wanted else None
    noun, ids = named or (nouns.absent(d, view, singular=False), ())
    if not noun:
        return d.give_up()
    several = plural_only(noun) or len(ids) > 1 or d.chance(0.25)
    said = d.ask(
        d.say(
            "see.there.many" if several else "see.there", target, x=noun, xs=noun if plural_only(noun) else many(noun)
        )
    )
    tell_there(d, view, d.typed(said), ids)
    _after(d, "there", noun, view.handle)
    return "seen.there" if ids else "seen.not_there"


def tell_there(d: Seen, view: View, noun: str, ids: tuple[int, ...]) -> None:
    """Say yes with what is there, or no, and end the reply."""
    if ids:
        d.reply("say.seen.yes", x=view.several("a", ids))
    else:
        d.reply("say.seen.no", x=noun)


def elsewhere(d: Seen) -> str | None:
    """Is there a dog in the second picture? where another picture, clip or sound of the conversation has one, and this has none; as often
    of what is there."""
    kind: Kind = "video" if d.chance(0.25) else "image"
    found = d.scene(lambda view: bool(view.known), kind, fresh=0.5)
    if found is None:
        return None
    target, view = found
    if len(d.views) + len(d.hearings) < 2:
        more: Kind = d.rng.choice(("image", "image", "video", "audio"))
        if not d.holds(more):
            return d.give_up()
        d.show(more, d.entry(more)[1])
    others = [view.thing(n).name for handle, view in d.views.items() if handle != target.handle for n in view.known]
    heard = [
        event["name"] for hearing in d.hearings.values() for event in hearing.events if event["name"] in atlas.names()
    ]
    here = [noun for noun in dict.fromkeys([*others, *heard]) if d.says(noun) and view.absent(noun) and not _odd(noun)]
    named = nouns.one(d, view) if not here or d.chance(0.5) else None
    if named is None and not here:
        return d.give_up()
    noun, ids = named or (d.rng.choice(here), ())
    if target.new and len(d.of(kind)) == 1:
        ref = d.name(target.item) if d.chance(0.5) else target.handle
    else:
        ref = target.handle
    said = d.ask(d.say("see.there", Target(target.item, False, ref), x=noun, xs=many(noun)))
    tell_there(d, view, d.typed(said), ids)
    _after(d, "there", noun, view.handle)
    return "seen.there" if ids else "seen.not_there"


def _odd(noun: str) -> bool:
    """Return whether "a" does not stand before *noun*."""
    return plural_only(noun) or uncounted(noun)


def rather(d: Seen) -> str | None:
    """Are there more dogs or more cats?"""
    found = d.scene(lambda view: view.whole and bool(view.known))
    if found is None:
        return None
    target, view = found
    groups = [group for group in view.groups(view.known) if not plural_only(view.thing(group[0]).name)]
    names = [view.thing(group[0]).name for group in groups]
    sure = [
        g
        for g, name in zip(groups, names, strict=True)
        if d.says(name) and view.called(name) == tuple(sorted(g, key=lambda n: view.middle(n)[0]))
    ]
    if not sure:
        return d.give_up()
    one = max(d.rng.sample(sure, min(2, len(sure))), key=len)
    rest = [group for group in sure if group is not one]
    other = d.rng.choice(rest) if rest and d.chance(0.8) else ()
    noun = view.thing(one[0]).name
    missed = view.thing(other[0]).name if other else nouns.absent(d, view)
    if not missed or uncounted(noun) or uncounted(missed):
        return d.give_up()
    turned = d.chance(0.5)
    x, y = (missed, noun) if turned else (noun, missed)
    d.ask(d.say("see.rather", target, x=x, y=y, xs=many(x), ys=many(y)))
    pairs = [(noun, one), (missed, other)]
    counts = {atlas.several(name): len(ids) for name, ids in (pairs[::-1] if turned else pairs) if ids}
    more = Told(told_more(counts, "there are more {0}", "there are as many {0} as {1}", ""), MORE)
    if other:
        first, second = (other, one) if turned else (one, other)
        d.reply("say.seen.rather", x=view.ground("a", first), y=view.ground("a", second), more=more)
    else:
        d.reply("say.seen.rather.none", x=view.ground("a", one), y=many(missed), more=more)
    return "seen.rather"


def count(d: Seen, kind: Kind = "image") -> str | None:
    """How many dogs are there?"""
    found = d.scene(lambda view: bool(view.known) or d.chance(0.1), kind)
    if found is None:
        return None
    target, view = found
    best: tuple[str, tuple[int, ...]] | None = None
    for _ in range(3):  # rather more than one of a name
        named = nouns.one(d, view) if d.chance(0.85) else None
        if named and (best is None or len(named[1]) > len(best[1])):
            best = named
    noun, ids = best or (nouns.absent(d, view), ())
    if not noun:
        return d.give_up()
    said = d.ask(d.say("see.count", target, x=noun, xs=many(noun)))
    word = d.typed(said)
    tell_count(d, view, many(noun) if word == noun else word, ids)
    _after(d, "count", noun, view.handle)
    return "seen.count" if ids else "seen.count.none"


def tell_count(d: Seen, view: View, plural: str, ids: tuple[int, ...]) -> None:
    """Say how many there are and end the reply."""
    if not ids:
        d.reply("say.seen.none", x=plural)
    else:  # how many there are is told by what is pointed at
        d.reply("say.seen.count", x=view.several("a", ids))


def count_all(d: Seen) -> str | None:
    """How many things are there in all?"""
    found = d.scene(lambda view: view.whole and 0 < len(view.known) <= 10 and len(view.groups(view.known)) <= 7)
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.count.all", target))
    d.reply("say.seen.count", x=view.several("a", view.known))
    return "seen.count.all"


def go_on(d: Seen) -> str | None:
    """And how many cats? And in the second picture?"""
    if d.last is None or d.asked != d.turn - 1 or d.last[0] not in ("there", "count"):
        return None
    what, noun, handle = d.last
    view = d.views[handle]
    others = [
        view
        for name, view in d.views.items()
        if name != handle and name.startswith("image") and view.called(noun) is not None
    ]
    if others and d.chance(0.5):
        view = d.rng.choice(others)
        item = next(item for item in d.shelf if item.handle == view.handle)
        d.ask(d.say("see.follow.ref", ref=d.name(item)))
        word = noun
    else:
        named = nouns.one(d, view) if d.chance(0.6) else None
        noun, _ = named or (nouns.absent(d, view), ())
        if not noun or noun == d.last[1]:
            return None
        said = d.ask(d.say(f"see.follow.{what}", x=noun, xs=many(noun)))
        word = d.typed(said)
    ids = view.called(noun) or ()
    if what == "there":
        tell_there(d, view, word, ids)
    else:
        tell_count(d, view, many(noun) if word == noun else word, ids)
    _after(d, what, noun, view.handle)
    return f"seen.{what}.next"
