"""Turns whose request never names the object: what it does, what it is for, what a person needs; the reply names it.

Every clue of ``clues.txt`` belongs to one well-known thing, so that what the reply shall name can be learnt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from models.values import Phrase

from training.language.phrasing import HELD_OUT, Book, Said, sections, share
from training.language.talk import Dialogue, Target

FORMS = ("does", "done", "want", "says", "doing")
"""How a clue completes a sentence: "barks" and "birds lay their eggs in" after "that", "cut paper with" after "something to",
"my hands are cold" as it is, and "cutting paper" after "for"."""
SHARES: dict[str, float] = {"does": 3.2, "done": 0.8, "want": 2.2, "says": 2.8, "doing": 0.6}
"""How often a request uses each form: roughly by the number of clues of that form."""


@dataclass(frozen=True)
class Fact:
    """A clue: *text* is said of the thing *name* in *form* (one of FORMS); *heads* are nouns for the thing."""

    form: str
    text: str
    heads: tuple[str, ...]
    name: str

    @property
    def person(self) -> bool:
        """Whether the thing is somebody."""
        return "person" in self.heads


def _names(section: str) -> tuple[str, ...]:
    return tuple(name.strip() for line in sections()[section].lines for name in line.split(";"))


def gerund(want: str) -> str:
    """Return what one does with a thing wanted for it: "cut paper with" gives "cutting paper"."""
    word, blank, rest = want.removesuffix(" with").partition(" ")
    if word.endswith("ie"):
        word = word[:-2] + "y"
    elif word.endswith("e") and not word.endswith("ee"):
        word = word[:-1]
    elif word == "control" or re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", word):
        word += word[-1]
    return f"{word}ing{blank}{rest}"


@lru_cache(maxsize=1)
def facts() -> tuple[Fact, ...]:
    """Return every clue of the table. Raises ValueError for a line that has not six fields, for one without clues and for a
    thing that has two lines."""
    made: list[Fact] = []
    seen: set[str] = set()
    for line in sections()["reason.clues"].lines:
        fields = line.split(" / ")
        if len(fields) != 6 or fields[0] in seen:
            raise ValueError(f"clues.txt: {line[:40]!r} needs six fields between ' / ' and a name of its own")
        name, heads = fields[0], tuple(fields[1].split("; "))
        seen.add(name)
        clues = [(form, clue) for form, field in zip(FORMS, fields[2:], strict=False) if field != "-"
                 for clue in field.split("; ")]  # fmt: skip
        if not clues:
            raise ValueError(f"clues.txt: {name!r} has no clue")
        made += [Fact(form, clue, heads, name) for form, clue in clues]
        made += [Fact("doing", gerund(clue), heads, name) for form, clue in clues
                 if form == "want" and clue.endswith(" with") and "person" not in heads]  # fmt: skip
    return tuple(made)


@lru_cache(maxsize=1)
def known_names() -> list[str]:
    """Return every name that replies and calls of these turns can hold, sorted."""
    return sorted({fact.name for fact in facts()})


def tells(text: str, name: str) -> bool:
    """Say whether *text* holds *name* as a word, or its plural."""
    return bool(re.search(rf"\b{re.escape(name)}(s|es)?\b", text))


def held_book(book: Book) -> bool:
    """Say whether the clues of *book* are those that training never holds: they are phrasings."""
    return book.split in ("held_out", "phrasings")


@lru_cache(maxsize=2)
def split(held: bool) -> dict[str, tuple[Fact, ...]]:
    """Return the clues of one split by form. A wish and what it is for are on one side."""
    wished = {gerund(fact.text): fact.text for fact in facts() if fact.form == "want"}
    found: dict[str, list[Fact]] = {form: [] for form in FORMS}
    for fact in facts():
        if (share(wished.get(fact.text, fact.text)) < HELD_OUT) == held:
            found[fact.form].append(fact)
    return {form: tuple(some) for form, some in found.items()}


def article(name: str) -> str:
    """Return *name* with its article: "an umbrella", "the moon", "scissors"."""
    if name in _names("reason.bare"):
        return name
    if name in _names("reason.the"):
        return f"the {name}"
    return f"{'an' if name[0] in 'aeio' or name.startswith(('umb', 'hour')) else 'a'} {name}"


def _slots(rng: Random, fact: Fact) -> dict[str, str]:
    """Return the words that a phrasing round *fact* needs."""
    head = rng.choice(fact.heads)
    rel = rng.choice(("who", "that")) if fact.person else rng.choice(("that", "that", "which"))
    some = "someone" if fact.person else "something"
    form = "does" if fact.form == "done" else fact.form
    return {"head": head, "rel": rel, "some": some, "pro": "he or she" if fact.person else "it", form: fact.text}


_ENDS: dict[str, str] = {"does": "", "done": "", "doing": ".for", "want": ".to"}
_PREPOSITIONS = frozenset(("on", "in", "with", "from", "into", "through", "under", "at"))


def worded(d: Dialogue, section: str, target: Target, **words: str) -> Said:
    """Return a phrasing with the picture spoken of by more than "it", which is the thing sought."""
    noun = d.book.text(d.rng, "noun.image")
    said = d.book.say(d.rng, section, **{"noun": noun, "it": _picture(d, target, noun), **words})
    if target.ref and "it" not in said.slots and target.ref not in words.get("np", ""):
        return d.frame(said, "on.target", ref=target.ref)
    return said


def _picture(d: Dialogue, target: Target, noun: str) -> str:
    """Return words for the picture that the request is about; a *noun* alone means the newest one."""
    return target.ref or d.rng.choice((f"the {noun}", f"this {noun}", f"my {noun}" if target.new else f"that {noun}"))


def _joined(d: Dialogue, first: str, second: Said) -> Said:
    """Put a question or a need before the request."""
    first = first.strip()
    sign = "" if first[-1] in "?!" else d.rng.choice((".", ".", ",", " -", ":"))
    text = second.text
    if sign in ("", "."):
        text = text[0].upper() + text[1:] if d.chance(0.6) else text
    return Said([(f"{first}{sign} {text}", -1)], second.slots, 0)


def chosen(rng: Random, text: str) -> str:
    """Return *text* with one of the alternatives in round brackets: "my hands are (cold|freezing)"."""
    text = re.sub(r"\(([^()]*)\)", lambda found: str(rng.choice(found[1].split("|"))), text)
    return re.sub(r" +(?=[ ?!,]|$)", "", text)


def drawn(d: Dialogue, *forms: str) -> Fact:
    """Choose a clue of those *forms*; now and then two that are true of the same thing."""
    some = split(held_book(d.book))
    found = d.rng.choice(some[d.rng.choices(forms, [SHARES[form] for form in forms])[0]])
    fact = replace(found, text=chosen(d.rng, found.text))
    if fact.form == "does" and d.chance(0.25):
        others = [other for other in some["does"] if other.name == fact.name and other.text != found.text]
        if others:
            return Fact("does", f"{fact.text} and {chosen(d.rng, d.rng.choice(others).text)}", fact.heads, fact.name)
    return fact


def described(rng: Random, book: Book, fact: Fact) -> str:
    """Return words for the thing that *fact*, of any form but "says", is true of: "the animal that barks"."""
    bank = "reason.np.who" if fact.person and fact.form == "want" else f"reason.np{_ENDS[fact.form]}"
    return book.text(rng, bank, **_slots(rng, fact))


def question(rng: Random, book: Book, fact: Fact, noun: str, it: str) -> str:
    """Return a question after the thing that *fact* is true of: "which animal barks?". *noun* and *it* tell of the picture."""
    if fact.form == "done" or (fact.person and fact.form == "want") or rng.random() < 0.2:
        return book.text(rng, "reason.which.np", it=it, noun=noun, np=described(rng, book, fact))
    bank = f"reason.which{_ENDS[fact.form]}"
    if fact.form == "want" and fact.text.rpartition(" ")[2] in _PREPOSITIONS and rng.random() < 0.5:
        bank = "reason.which.on"
    return book.text(rng, bank, it=it, noun=noun, **_slots(rng, fact))


def questioned(d: Dialogue, fact: Fact, target: Target) -> str:
    noun = d.book.text(d.rng, "noun.image")
    return question(d.rng, d.book, fact, noun, _picture(d, target, noun))


def _need(d: Dialogue, fact: Fact) -> str:
    """Return what a person says, at times with what one says after it."""
    if fact.text[-1] not in "?!" and d.chance(0.2):
        return f"{fact.text} {d.book.text(d.rng, 'reason.forgot')}"
    return fact.text


def _request(d: Dialogue, target: Target, asked: str) -> tuple[Said, str]:
    """Return a request of the banks *asked* ("find", "cut") and the name of what it is about."""
    fact = drawn(d, *FORMS)
    if fact.form == "says":
        need = _need(d, fact)
        after = "after" if need.endswith("?") and d.chance(0.5) else "need"
        return _joined(d, need, worded(d, f"reason.{asked}.{after}", target)), fact.name
    if d.chance(0.35):
        after = "need" if fact.form in ("want", "doing") and not fact.person and d.chance(0.3) else "after"
        return _joined(d, questioned(d, fact, target), worded(d, f"reason.{asked}.{after}", target)), fact.name
    return worded(d, f"reason.{asked}.np", target, np=described(d.rng, d.book, fact)), fact.name


def find(d: Dialogue) -> str:
    """Box what does something, is for something or helps with a need."""
    target = d.target("image")
    said, name = _request(d, target, "find")
    d.ask(said)
    d.words("do.reason.one", a=article(name))
    d.call("detect", [target.handle, Phrase(name)], ["image"])
    d.answer()
    return "reason.find"


def cut(d: Dialogue) -> str:
    """Cut out what is described."""
    target = d.target("image")
    said, name = _request(d, target, "cut")
    d.ask(said)
    d.words("do.reason.cut", a=article(name))
    d.call("segment", [target.handle, Phrase(name)], ["mask"])
    d.answer()
    return "reason.cut"
