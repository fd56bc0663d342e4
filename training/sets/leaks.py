"""The leak test: does any training conversation hold what is held out? It reads finished words and trusts no generator.

Looked for are: held-out objects, attribute pairs and compositions in the requests (objects in the replies and calls as well),
held-out drawn objects in the truth, and held-out phrasings. A phrasing counts as leaked where its own words stand in a request
and no phrasings of the training split say those words: "an image of ... please" is also said by "there is an image of ...".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from models.values import Labelled, Media, Message, Phrase, TaskCall
from models.world import atlas, find

from training.held_out import asked, reasons
from training.language.numbers import words as number_words
from training.language.phrasing import held_out_lines, plural, sections
from training.sets.recognise import Index, Phrasing, compile_phrasing, index, plain, sightings
from training.sets.rows import Row

AROUND = ("polite.before", "polite.after", "undo.before", "join", "on.target")
"""Closed sections of what is said round any request; it is no part of a phrasing."""
_LETTERS = re.compile(r"[a-z]+")
SOME, ENOUGH = 3, 6
"""Letters that a training phrasing must have said itself, and with its slots, to count as saying what stands in a request."""
PLACED = ("x", "box", "tint")
"""What the truth tells of drawn things alone."""
MOST = 50
"""Leaks that a report names."""


@dataclass(frozen=True)
class Leak:
    """Held-out material in a conversation: *what* it is, the conversation's *id* and the *words* that hold it."""

    what: str
    id: str
    words: str


@dataclass
class Report:
    """What was searched and found."""

    conversations: int = 0
    requests: int = 0
    matched: int = 0
    """Requests with the words of a held-out phrasing that training phrasings say, too."""
    slipped: int = 0
    """Requests with the words of a held-out phrasing and with a word that is in no bank: what was slipped from is not known."""
    kinds: Counter[str] = field(default_factory=Counter)
    """How many leaks of each kind: phrasing, object, drawn, pair, composition."""
    leaks: list[Leak] = field(default_factory=list)
    """The first of them, MOST at most."""

    def add(self, leak: Leak) -> None:
        self.kinds[leak.what.split(" ", 1)[0]] += 1
        if len(self.leaks) < MOST:
            self.leaks.append(leak)


def search(rows: Iterable[Row]) -> Report:
    """Return what held-out material the conversations *rows* hold."""
    report = Report()
    for row in rows:
        report.conversations += 1
        for message in row.messages:
            if message.role == "user":
                report.requests += 1
                _request(row.id, asked(message), report)
            else:
                _reply(row.id, message, report)
        for name in drawn([row.truth, [dict(p.meta) for m in row.messages for p in m.parts if isinstance(p, Media)]]):
            if find.held_out(name):
                report.add(Leak(f"drawn {name}", row.id, name))
    return report


def _request(key: str, words: str, report: Report) -> None:
    for why in reasons(words):
        report.add(Leak(why, key, words))
    text = plain(words)
    found = list(sightings(held_phrasings(), text))
    said = _trained(text) if found else set()
    for sighting in found:
        if sighting.own <= said:
            report.matched += 1
        elif not set(_LETTERS.findall(text)) <= _vocabulary():
            report.slipped += 1
        else:
            report.add(Leak(f"phrasing {sighting.phrasing.line!r} of {sighting.phrasing.section}", key, words))


def _reply(key: str, message: Message, report: Report) -> None:
    said = [message.text]
    for part in message.parts:
        if isinstance(part, TaskCall):
            said += [
                a.text if isinstance(a, Phrase) else a.phrase for a in part.args if isinstance(a, Phrase | Labelled)
            ]
    for words in said:
        for match in _names().finditer(words.lower()):
            report.add(Leak(f"object {match[0]}", key, words))


@lru_cache(maxsize=1)
def held_phrasings() -> Index:
    """Return the held-out phrasings that can be told from others, by their rarest word."""
    return index(phrasing for phrasing in all_phrasings(True) if phrasing.telling)


def all_phrasings(held: bool) -> list[Phrasing]:
    """Return all phrasings that training never sees (*held*) or that it may."""
    out = held_out_lines()
    return [
        compile_phrasing(name, line)
        for name, section in sections().items() if section.kind in ("phrasings", "closed")
        for line in section.lines if (line in out[name]) == held
    ]  # fmt: skip


@lru_cache(maxsize=1)
def _training() -> Index:
    """Return the phrasings of the training split, and what the atlas knows of objects, which riddles say."""
    known = {words for entry in atlas.entries() for words in (*entry.uses, *entry.properties)}
    said = [*all_phrasings(False), *(compile_phrasing("the atlas", words) for words in sorted(known))]
    # What may be left out at an end is never taken by a pattern that looks for as little as it can.
    said += [compile_phrasing(one.section, whole) for one in said if (whole := _whole(one.line)) != one.line]
    return index(phrasing for phrasing in said if phrasing.letters >= SOME or phrasing.section in AROUND)


def _whole(line: str) -> str:
    """Return *line* of a bank with the alternatives that may be left out always said: "now (please|)" says "please"."""
    return re.sub(r"\|(?=\))|(?<=\()\|", "", line)


def _trained(text: str) -> set[int]:
    """Return the places of *text* whose letters a phrasing of the training split says, by itself or with what fills its slots."""
    places: set[int] = set()
    for sighting in sightings(_training(), text):
        if sighting.phrasing.section in AROUND:
            places |= sighting.own
        elif len(sighting.own) >= SOME and len(sighting.own | sighting.filled) >= ENOUGH:
            places |= sighting.own | sighting.filled
    return places


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """Return every word of every bank, slots and signs aside, with its plural."""
    lines = [line for section in sections().values() for line in section.lines]
    words = {word for line in lines for word in _LETTERS.findall(plain(re.sub(r"\{[^}]*\}|[()|\[\]\\]", " ", line)))}
    many = {word for line in lines for word in _LETTERS.findall(plain(plural(line)))}
    return frozenset(words | many | {word for number in range(100) for word in _LETTERS.findall(number_words(number))})


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    """Return the pattern of all held-out objects' names, singular and plural."""
    names = {line for name, lines in held_out_lines().items() if sections()[name].kind == "things" for line in lines}
    forms = sorted({form for name in names for form in (name, plural(name))}, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, forms)) + r")\b")


def drawn(truth: Any) -> Iterator[str]:
    """Yield the names of the atlas's objects that *truth* gives a place in a picture, at any depth; a sound may have such a
    name, too, without one."""
    if isinstance(truth, Mapping):
        name = truth.get("name")
        if isinstance(name, str) and name in _objects() and not truth.keys().isdisjoint(PLACED):
            yield name
        truth = list(truth.values())
    if isinstance(truth, list | tuple):
        for value in truth:
            yield from drawn(value)


@lru_cache(maxsize=1)
def _objects() -> frozenset[str]:
    return frozenset(atlas.names())


def told(report: Report) -> str:
    """Return the report in words."""
    every = all_phrasings(True)
    telling = sum(phrasing.telling for phrasing in every)
    lines = [
        f"{report.conversations:,} conversations with {report.requests:,} requests searched.",
        f"{telling:,} of {len(every):,} held-out phrasings can be told from others by their own words; {report.matched:,} times such words",
        f"stood in a request that a training phrasing says as well, {report.slipped:,} times in one with a slip of the fingers.",
    ]  # fmt: skip
    if not report.leaks:
        return "\n".join([*lines, "No held-out phrasing, object, attribute pair or composition was found."])
    lines.append("LEAKED: " + ", ".join(f"{number} {kind}" for kind, number in report.kinds.most_common()))
    return "\n".join([*lines, *(f"  {leak.what} in {leak.id}: {leak.words!r}" for leak in report.leaks)])
