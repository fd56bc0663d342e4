"""Turns whose request never names the object: what it does, what it is for, what a person needs; the reply names it.

What is true of which object comes from the atlas of the picture book and, for everyday needs, from ``reason.txt``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from models.values import Phrase
from models.world import atlas

from training.language.phrasing import HELD_OUT, Book, Said, held_out_lines, sections, share
from training.language.talk import Dialogue, Target

MOST = 6
"""A fact that fits more known objects than this pins nothing down."""
NAMED = 3
"""At most so many objects are named in one reply, the limit of phrases in a call."""
HEADS = (
    "pet", "farm animal", "wild animal", "bird", "insect", "sea animal", "rodent", "predator", "fruit", "vegetable", "drink",
    "dessert", "flower", "plant", "vehicle", "boat", "building", "tool", "instrument", "machine", "toy", "furniture",
    "mythical animal", "worker", "part of the body", "ball", "sweet", "animal", "food",
)  # fmt: skip
"""Kinds that people use as a noun for a thing whose name they leave out."""
NARROW = ("bird", "insect", "fruit", "vegetable", "drink", "flower", "farm animal")
"""Kinds of which a fact that says little still means few ("the fruit that is yellow")."""
GENERAL = (
    ("animal", ("animal", "animal", "creature")), ("person", ("person",)), ("place", ("place",)), ("building", ("place",)),
    ("human", ("person",)),
)  # fmt: skip
"""The noun for objects that are all of a kind; for all others it is "thing"."""
_E = frozenset((
    "bak", "celebrat", "danc", "driv", "giv", "hav", "mak", "tak", "us", "writ", "typ", "measur", "shav", "rid", "rac",
    "hik", "div", "skat", "com", "stor", "cycl", "guid", "tast", "wak", "slid", "vot", "sav", "breath", "paddl", "cuddl",
    "gambl", "juggl",
))  # fmt: skip
"""Stems that end in a silent e before ``ing``."""
_DOUBLE = frozenset(("ll", "ss", "zz", "ff", "dd", "ee", "oo"))
"""Doubled letters that stay when ``ing`` goes."""
_DONE_TO = frozenset(("riding", "racing", "eating"))
"""Uses of an animal that are not what it does itself."""


@dataclass(frozen=True)
class Fact:
    """What is true of few objects. *form* says how *text* completes a sentence: "does" ("barks", after "that"), "doing"
    ("cutting paper", after "for"), "want" ("cut paper", after "to"). *heads* are nouns for them, *names* the best first."""

    form: str
    text: str
    heads: tuple[str, ...]
    names: tuple[str, ...]
    person: bool = False

    @property
    def narrow(self) -> bool:
        """Whether the fact pins its objects down only together with the noun ("the fruit that is yellow")."""
        return len(self.heads) == 1 and self.heads[0] in NARROW


def _names(section: str) -> tuple[str, ...]:
    return tuple(name.strip() for line in sections()[section].lines for name in line.split(";"))


def parts(value: str) -> tuple[str, ...]:
    """Return the names of a bank line's value "a; b; c"."""
    return tuple(name.strip() for name in value.split(";"))


@lru_cache(maxsize=1)
def known_names() -> list[str]:
    """Return every name that replies and calls of these turns can hold, sorted."""
    said = [name for section in ("reason.need", "reason.want") for line in sections()[section].lines
            for name in parts(line.partition(" => ")[2])]  # fmt: skip
    return sorted({*_names("reason.known"), *said})


def infinitive(doing: str) -> str:
    """Return the plain form of a phrase that starts with a word in ``ing``: "cutting paper" gives "cut paper"."""
    word, blank, rest = doing.partition(" ")
    stem = word[:-3]
    if stem in _E:
        stem += "e"
    elif len(stem) > 3 and stem[-1] == stem[-2] and stem[-2:] not in _DOUBLE:
        stem = stem[:-1]
    return stem + blank + rest


def third(want: str) -> str:
    """Return a plain form as said of one that does it: "give wool" gives "gives wool"."""
    word, blank, rest = want.partition(" ")
    if word == "have":
        word = "has"
    elif word.endswith(("s", "sh", "ch", "x", "z", "o")):
        word += "es"
    elif word.endswith("y") and word[-2] not in "aeiou":
        word = word[:-1] + "ies"
    else:
        word += "s"
    return word + blank + rest


def _heads(found: list[atlas.Entry]) -> tuple[str, ...]:
    """Return the nouns that fit all of *found*."""
    if any(entry.name in _names("reason.things") for entry in found):
        return ("thing", "object")
    shared = set.intersection(*(set(entry.kinds) for entry in found))
    heads = [head for head in HEADS if head in shared]
    if "part of the body" not in heads:
        heads += next(
            (general for kind, general in GENERAL if kind in shared), () if "food" in heads else ("thing", "object")
        )
    return tuple(dict.fromkeys(heads))


def tells(text: str, names: tuple[str, ...]) -> bool:
    """Say whether *text* holds one of *names* as a word, or its plural."""
    return any(re.search(rf"\b{re.escape(name)}(s|es)?\b", text) for name in names)


def _gerund(text: str) -> bool:
    return text.partition(" ")[0].endswith("ing")


def _shaped(text: str, use: bool, heads: tuple[str, ...], found: list[atlas.Entry]) -> list[Fact]:
    """Return the forms that a fact can be said in."""
    names = tuple(entry.name for entry in found[:NAMED])
    person = "person" in heads
    if not use:
        return [Fact("does", text, heads, names, person)]
    if (person or "animal" in heads) and _gerund(text) and text not in _DONE_TO:
        return [Fact("does", third(infinitive(text)), heads, names, person)]
    said = [Fact("doing", text, heads, names)]
    if _gerund(text) and {entry.group for entry in found} <= {"things", "vehicles"}:
        said.append(Fact("want", infinitive(text), heads, names))
    return said


@lru_cache(maxsize=1)
def facts() -> tuple[Fact, ...]:
    """Return what the atlas tells of the well-known objects, as far as it fits few of them. Raises KeyError for a
    well-known object that the atlas lacks."""
    vague, useless = frozenset(_names("reason.vague")), frozenset(_names("reason.useless"))
    holders: dict[tuple[bool, str], list[atlas.Entry]] = {}
    for entry in map(atlas.entry, _names("reason.known")):
        for use, texts in ((True, entry.uses), (False, entry.properties)):
            for text in texts:
                holders.setdefault((use, text), []).append(entry)
    made: list[Fact] = []
    for (use, text), found in holders.items():
        if text in useless:
            continue
        if text not in vague:
            made += _shaped(text, use, _heads(found), found) if len(found) <= MOST else []
            continue
        for head in NARROW:
            some = [entry for entry in found if head in entry.kinds]
            if not use and 0 < len(some) <= NAMED:
                made.append(Fact("does", text, (head,), tuple(entry.name for entry in some)))
    return tuple(fact for fact in made if not tells(fact.text, fact.names))


def held_book(book: Book) -> bool:
    """Say whether the facts of *book* are those that training never holds: they are phrasings."""
    return book.split in ("held_out", "phrasings")


@lru_cache(maxsize=2)
def split(held: bool) -> dict[str, tuple[Fact, ...]]:
    """Return the facts of one split by form. All forms of a fact, and the same wish in the bank, are on one side."""
    wishes = {
        line.partition(" => ")[0]: line in held_out_lines()["reason.want"] for line in sections()["reason.want"].lines
    }
    found: dict[str, list[Fact]] = {"does": [], "doing": [], "want": []}
    for fact in facts():
        stem = infinitive(fact.text) if fact.form == "doing" and _gerund(fact.text) else fact.text
        if wishes.get(stem, share(stem) < HELD_OUT) == held:
            found[fact.form].append(fact)
    return {form: tuple(some) for form, some in found.items()}


def article(name: str) -> str:
    """Return *name* with its article: "an umbrella", "the moon", "scissors"."""
    if name in _names("reason.bare"):
        return name
    if name in _names("reason.the"):
        return f"the {name}"
    return f"{'an' if name[0] in 'aeio' or name.startswith('umb') or name == 'x-ray' else 'a'} {name}"


def listed(names: tuple[str, ...]) -> str:
    """Return several names as a choice: "a chair, a bench or a sofa"."""
    said = [article(name) for name in names]
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " or " + said[-1]


def _slots(rng: Random, fact: Fact) -> dict[str, str]:
    """Return the words that a phrasing round *fact* needs."""
    head = rng.choice(fact.heads)
    rel = rng.choice(("who", "that")) if fact.person else rng.choice(("that", "that", "which"))
    some = "someone" if fact.person else "something"
    return {"head": head, "rel": rel, "some": some, "pro": "he or she" if fact.person else "it", fact.form: fact.text}


_ENDS: dict[str, str] = {"does": "", "doing": ".for", "want": ".to"}
_PREPOSITIONS = frozenset(("on", "in", "with", "from", "into"))


def _said(d: Dialogue, section: str, target: Target, **slots: str) -> Said:
    """Return a phrasing with the picture spoken of by more than "it", which is the thing sought."""
    noun = d.book.text(d.rng, "noun.image")
    it = target.ref or d.rng.choice((f"the {noun}", f"this {noun}", f"my {noun}" if target.new else f"that {noun}"))
    said = d.book.say(d.rng, section, **{"noun": noun, "it": it, **slots})
    if target.ref and "it" not in said.slots and not said.slots.get("np", "").count(target.ref):
        return d.frame(said, "on.target", ref=target.ref)
    return said


def _joined(d: Dialogue, first: str, second: Said) -> Said:
    """Put a question or a need before the request."""
    first = first.strip()
    sign = "" if first[-1] in "?!" else d.rng.choice((".", ".", ",", " -", ":"))
    text = second.text
    if sign in ("", "."):
        text = text[0].upper() + text[1:] if d.chance(0.6) else text
    return Said([(f"{first}{sign} {text}", -1)], second.slots, 0)


def _fact(d: Dialogue) -> Fact:
    """Choose a fact, of every form about as often; wants also come from the bank."""
    form = d.rng.choices(("does", "doing", "want"), (5, 2.2, 2.8))[0]
    if form == "want" and d.chance(0.6):
        said = d.book.say(d.rng, "reason.wish")
        return Fact("want", said.text, ("thing", "object"), parts(said.slots["reason.want"])[:NAMED])
    return d.rng.choice(split(held_book(d.book))[form])


def _np(d: Dialogue, fact: Fact) -> str:
    """Return words for the thing that *fact* is true of: "the animal that barks"."""
    bank = "reason.np.narrow" if fact.narrow else f"reason.np{_ENDS[fact.form]}"
    return d.book.text(d.rng, bank, **_slots(d.rng, fact))


def _question(d: Dialogue, fact: Fact) -> str:
    """Return a question after the thing that *fact* is true of: "which animal barks?"."""
    bank = "reason.which.narrow" if fact.narrow else f"reason.which{_ENDS[fact.form]}"
    if fact.form == "want" and fact.text.rpartition(" ")[2] in _PREPOSITIONS and d.chance(0.6):
        bank = "reason.which.on"
    noun = d.book.text(d.rng, "noun.image")
    return d.book.text(d.rng, bank, it=f"this {noun}", noun=noun, **_slots(d.rng, fact))


def _request(d: Dialogue, target: Target, asked: str) -> tuple[Said, tuple[str, ...]]:
    """Return a request of the banks *asked* ("find", "cut") and the names of what it is about."""
    chance = d.rng.random()
    if chance < 0.24:
        need = d.book.say(d.rng, "reason.needed")
        after = "after" if need.text.endswith("?") and d.chance(0.5) else "need"
        return _joined(d, need.text, _said(d, f"reason.{asked}.{after}", target)), parts(need.slots["reason.need"])
    fact = _fact(d)
    if chance < 0.5:
        after = "need" if fact.form != "does" and d.chance(0.3) else "after"
        return _joined(d, _question(d, fact), _said(d, f"reason.{asked}.{after}", target)), fact.names
    return _said(d, f"reason.{asked}.np", target, np=_np(d, fact)), fact.names


def find(d: Dialogue) -> str:
    """Box what does something, is for something or helps with a need; of several things the best few at once."""
    target = d.target("image")
    said, names = _request(d, target, "find")
    d.ask(said)
    names = names[:NAMED]
    d.words("do.reason.many" if len(names) > 1 else "do.reason.one", a=article(names[0]), list=listed(names))
    d.call("detect", [target.handle, *map(Phrase, names)], ["image"])
    d.answer()
    return "reason.find"


def cut(d: Dialogue) -> str:
    """Cut out what is described, or take it out of the picture; of several things the best one."""
    target = d.target("image")
    if d.chance(0.15):
        fact = _fact(d)
        d.ask(_said(d, "reason.remove.np", target, np=_np(d, fact)))
        d.words("do.reason.remove", a=article(fact.names[0]))
        d.call("edit", [target.handle, Phrase(f"remove the {fact.names[0]}")], ["image"])
        d.answer()
        return "reason.remove"
    said, names = _request(d, target, "cut")
    d.ask(said)
    d.words("do.reason.cut", a=article(names[0]))
    d.call("segment", [target.handle, Phrase(names[0])], ["mask"])
    d.answer()
    return "reason.cut"
