"""Turns about two pictures: how they differ, what they share, which has more, and what was changed from one to the other."""

from __future__ import annotations

from models.plurals import plural_of

from training.language.talk import Item
from training.seeing import nouns, saying
from training.seeing.shards import Entry
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth.words import many

_TRIES = 20


def _two(d: Seen) -> tuple[View, View]:
    """Return two pictures, the earlier first: of those that are there, or new ones."""
    there = [item for item in d.of("image") if item.handle in d.views]
    if len(there) >= 2 and d.chance(0.6):
        first, second = sorted(d.rng.sample(range(len(there)), 2))
        return d.views[there[first].handle], d.views[there[second].handle]
    new: list[Item] = [d.show("image", d.entry("image")[1]) for _ in range(1 if there and d.chance(0.5) else 2)]
    first_item = there[-1] if len(new) == 1 else new[0]
    return d.views[first_item.handle], d.views[new[-1].handle]


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
    a, b = _two(d)
    groups = [view.groups(view.known)[:3] for view in (a, b)]
    if not all(groups) or a.entry.truth["scene"] == b.entry.truth["scene"] or _change(a.entry, b.entry):
        return d.give_up()
    _asked(d, "see.differ", a, b)
    x, y = ([number for group in one for number in group] for one in groups)
    d.reply("say.seen.differ", ha=a.handle, hb=b.handle, x=a.several("a", x), y=b.several("a", y))
    return "seen.differ"


def common(d: Seen) -> str | None:
    """What is in both?"""
    a, b = _two(d)
    if not (a.whole and b.whole and a.known and b.known):
        return d.give_up()
    names = [view.thing(n).name for view in (a,) for n in a.known]
    shared = [name for name in dict.fromkeys(names) if any(b.thing(n).name == name for n in b.known)]
    if not shared and not d.chance(0.3):
        return d.give_up()
    _asked(d, "see.common", a, b)
    if not shared:
        d.reply("say.seen.common.none")
        return "seen.common.none"
    x, y = ([n for n in view.known if view.thing(n).name in shared] for view in (a, b))
    d.reply(
        "say.seen.common", ha=a.handle, hb=b.handle, x=a.several("a", x, tints=False), y=b.several("a", y, tints=False)
    )
    return "seen.common"


def more(d: Seen) -> str | None:
    """Which has more dogs?"""
    a, b = _two(d)
    for one, other in ((a, b), (b, a)):
        named = nouns.one(d, one)
        ids = other.called(named[0]) if named else None
        if named is not None and ids is not None:
            break
    else:
        return d.give_up()
    noun, mine = named
    _asked(d, "see.more", a, b, x=noun, xs=many(noun))
    most, least, x, y = (one, other, mine, ids) if len(mine) >= len(ids) else (other, one, ids, mine)
    if not y:
        d.reply("say.seen.more.none", hm=most.handle, hl=least.handle, x=most.several("a", x, tints=False))
    elif len(x) == len(y):
        first, second, p, q = (most, least, x, y) if most is a else (least, most, y, x)
        d.reply(
            "say.seen.more.same",
            ha=first.handle,
            hb=second.handle,
            x=first.several("a", p, tints=False),
            y=second.several("a", q, tints=False),
        )
    else:
        d.reply(
            "say.seen.more",
            hm=most.handle,
            hl=least.handle,
            x=most.several("a", x, tints=False),
            y=least.several("a", y, tints=False),
        )
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
