"""Turns about two pictures: how they differ, what they share, which has more, and what was changed from one to the other."""

from __future__ import annotations

from collections import Counter

from models.plurals import plural_of, uncounted
from models.unified.outlook import MORE, Told, told_more

from training.language.talk import Item
from training.seeing import nouns, saying
from training.seeing.shards import Entry
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth.words import many, plural_only

_TRIES = 20
_GROUPS = 6
"""Names of things in each of two pictures that are compared, at most."""


def _two(d: Seen, alike: float = 0.0) -> tuple[View, View]:
    """Return two pictures, the earlier first: of those that are there, or new ones, of which the second has something of the first in so
    many of all cases."""
    there = [item for item in d.of("image") if item.handle in d.views]
    if len(there) >= 2 and d.chance(0.6):
        first, second = sorted(d.rng.sample(range(len(there)), 2))
        return d.views[there[first].handle], d.views[there[second].handle]
    one: Item = there[-1] if there and d.chance(0.5) else d.show("image", d.entry("image")[1])
    names = sorted(_names(d.views[one.handle])) if d.chance(alike) else []
    other = d.show("image", d.kindred("image", names, d.views[one.handle].entry))
    return d.views[one.handle], d.views[other.handle]


def _slots(d: Seen, a: View, b: View) -> dict[str, str]:
    """Return words for two pictures that leave no doubt."""
    word = d.book.text(d.rng, "noun.image")
    pictures = [item.handle for item in d.of("image")]
    names = (a.handle, b.handle)
    if pictures == [a.handle, b.handle] and d.chance(0.6):
        names = d.rng.choice(
            (
                (f"the first {word}", f"the second {word}"),
                ("the first", "the second"),
                ("the first one", "the second one"),
            )
        )
    return {"a": names[0], "b": names[1], "noun": word, "nouns": plural_of(word)}


def _asked(d: Seen, section: str, a: View, b: View, **slots: str) -> str:
    """Ask about two pictures, by name where there are others; returns the marked words as typed."""
    named = _slots(d, a, b)
    said = d.book.say(d.rng, section, **named, **slots)
    others = {item.handle for item in d.of("image")} - {a.handle, b.handle}
    words = said.text
    if others and not (named["a"] in words and named["b"] in words):
        said = d.frame(said, "see.both", a=a.handle, b=b.handle)
    return d.typed(d.ask(said))


def differ(d: Seen) -> str | None:
    """How do they differ?"""
    a, b = _two(d, 0.5)
    if not _comparable(a, b) or a.entry.truth["scene"] == b.entry.truth["scene"] or _change(a.entry, b.entry):
        return d.give_up()
    _asked(d, "see.differ", a, b)
    x, y = a.named("only", _only(a, b), medium=True), b.named("only", _only(b, a), medium=True)
    d.reply("say.seen.differ", ha=a.handle, hb=b.handle, x=x, y=y, z=a.named("shared", _shared(a, b), medium=True))
    return "seen.differ"


def _comparable(a: View, b: View) -> bool:
    """Return whether all that two pictures show is known, and can be told."""
    return all(view.whole and view.known and len(view.groups(view.known)) <= _GROUPS for view in (a, b))


def _names(view: View) -> set[str]:
    return {view.thing(number).name for number in view.known}


def _only(view: View, other: View) -> list[int]:
    """Return the things of *view* of which there is none in the *other*, from left to right."""
    return _across(view, _names(view) - _names(other))


def _shared(view: View, other: View) -> list[int]:
    """Return the things of *view* of which there are some in the *other* too, from left to right: of each name as many as both have."""
    left = Counter(other.thing(number).name for number in other.known)
    found = list[int]()
    for number in _across(view, _names(view) & _names(other)):
        name = view.thing(number).name
        found += [number] if left[name] > 0 else []
        left[name] -= 1
    return found


def _across(view: View, names: set[str]) -> list[int]:
    return sorted((n for n in view.known if view.thing(n).name in names), key=lambda n: view.middle(n)[0])


def only(d: Seen) -> str | None:
    """What is in the first that is not in the second?"""
    a, b = _two(d, 0.6)
    if not _comparable(a, b):
        return d.give_up()
    one, other = (a, b) if d.chance(0.5) else (b, a)
    mine = _only(one, other)
    if not mine and d.chance(0.75):
        return d.give_up()
    _asked(d, "see.only", one, other)
    d.reply("say.seen.only", ha=one.handle, hb=other.handle, x=one.named("only", mine, medium=True))
    return "seen.only"


def common(d: Seen) -> str | None:
    """What is in both?"""
    a, b = _two(d, 0.8)
    if not _comparable(a, b):
        return d.give_up()
    shared = _shared(a, b)
    if not shared and not d.chance(0.3):
        return d.give_up()
    _asked(d, "see.common", a, b)
    d.reply("say.seen.common", ha=a.handle, hb=b.handle, x=a.named("shared", shared, medium=True))
    return "seen.common" if shared else "seen.common.none"


def more(d: Seen) -> str | None:
    """Which has more dogs?"""
    a, b = _two(d, 0.75)
    both = [
        name for name in sorted(_names(a) & _names(b)) if d.says(name) and not uncounted(name) and not plural_only(name)
    ]
    for one, other in ((a, b), (b, a)):
        noun = d.rng.choice(both) if both else ""
        own = one.called(noun) if noun else None
        named = (noun, own) if own else nouns.one(d, one)
        ids = other.called(named[0]) if named else None
        if named is not None and ids is not None:
            break
    else:
        return d.give_up()
    noun, mine = named
    _asked(d, "see.more", a, b, x=noun, xs=many(noun))
    counts = {one.handle: len(mine), other.handle: len(ids)}
    more = Told(told_more({h: counts[h] for h in (a.handle, b.handle)}, "{0} has more", "both have as many", ""), MORE)
    if not ids:
        d.reply("say.seen.more.none", ha=one.handle, hb=other.handle, x=one.several("a", mine, tints=False), more=more)
        return "seen.more"
    x, y = (
        view.several("a", found, tints=False) for view, found in ((one, mine), (other, ids))[:: 1 if one is a else -1]
    )
    d.reply("say.seen.more", ha=a.handle, hb=b.handle, x=x, y=y, more=more)
    return "seen.more"


def which(d: Seen) -> str | None:
    """Which picture shows a dog?"""
    a, b = _two(d)
    one, other = (a, b) if d.chance(0.5) else (b, a)
    named = nouns.one(d, one) if d.chance(0.9) else None
    noun = named[0] if named else nouns.absent(d, one)
    mine, yours = (view.called(noun) if noun else None for view in (one, other))
    if mine is None or yours is None:
        return d.give_up()
    typed = _asked(d, "see.which", a, b, x=noun)
    if mine and yours:
        x, y = (mine, yours) if one is a else (yours, mine)
        d.reply("say.seen.which.both", ha=a.handle, hb=b.handle, x=a.several("a", x), y=b.several("a", y))
    elif mine or yours:
        there, ids = (one, mine) if mine else (other, yours)
        d.reply("say.seen.which", h=there.handle, x=there.several("a", ids))
    else:
        d.reply("say.seen.which.none", x=typed)
    return "seen.which"


def _change(a: Entry, b: Entry) -> bool:
    return bool(b.truth["change"]) and a.truth["scene"]["things"][:1] == b.truth["scene"]["things"][:1]


def pair(d: Seen, *hows: str) -> tuple[Entry, Entry] | None:
    """Return a picture of the bank that was changed as one of *hows* says, behind the one that it was made from."""
    for _ in range(_TRIES):
        number, entry = d.entry("image")
        for _ in range(40):  # from a picture on to the next one that was changed
            if entry.truth["change"].get("how") in hows and number % 100:
                return d.entry("image", number - 1)[1], entry
            number += 1
            if number >= (d.bank.count("image", d.split) if d.bank else 0):
                break
            entry = d.entry("image", number)[1]
    return None


def changed(d: Seen) -> str | None:
    """What is new in the second?"""
    found = pair(d, "add", "remove", "recolour", "hour")
    if found is None:
        return None
    before, after = found
    a, b = (View(f"image#{d.counts.get('image', 0) + n}", entry) for n, entry in enumerate(found, 1))
    how, number = after.truth["change"]["how"], after.truth["change"]["id"]
    held = {"add": b.has((number,)), "remove": a.has((number,)), "hour": saying.timed(a.shot.scene)}
    if not (held[how] if how in held else _tinted(a, number) and _tinted(b, number)):
        return None
    d.show("image", before)
    d.show("image", after)
    _asked(d, "see.changed", a, b)
    tell_change(d, a, b)
    return f"seen.changed.{how}"


def _tinted(view: View, number: int) -> bool:
    """Return whether a thing has a row and one sure colour."""
    return view.has((number,)) and bool(view.colour(number)) and " " not in view.colour(number)


def tell_change(d: Seen, a: View, b: View) -> None:
    """Say what became of picture *a* in *b*, and end the reply."""
    change = b.entry.truth["change"]
    number, names = change["id"], {"ha": a.handle, "hb": b.handle}
    if change["how"] == "add":
        d.reply("say.seen.added", x=b.ground("a", (number,)), **names)
    elif change["how"] == "remove":
        d.reply("say.seen.gone", x=a.ground("a", (number,)), **names)
    elif change["how"] == "recolour":
        x, y = (view.ground("a", (number,), (view.colour(number),)) for view in (a, b))
        d.reply("say.seen.tinted", x=x, y=y, **names)
    else:
        d.reply("say.seen.turned", time=saying.shown("hour", b), timelse=saying.shown("hour", a), **names)
