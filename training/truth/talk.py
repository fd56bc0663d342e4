"""A conversation being written from truth: requests from the phrase banks with their slots filled, calls, results, media, marks."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import Any

from models.values import Arg, Box, Grounding, Kind, Media, Message, Part, Phrase, Ref, Region, TaskCall, Text
from models.world import atlas

from training.language.noise import typed
from training.language.numbers import COMPUTED
from training.language.phrasing import Book, Node, Said, Split
from training.truth.values import MOST, Lazy, Truthful, Writer, lost
from training.truth.words import COLOURS

PLAIN = frozenset(("it", "noun", "reason", "ask.do"))
"""Slots that say nothing of what is in a medium, so that any filling is true."""


@lru_cache(maxsize=2)
def banks(split: Split) -> Book:
    """Return the phrase banks of *split*."""
    return Book(split, COMPUTED)


def _slots(nodes: Sequence[Node]) -> Counter[str]:
    """Return how often each slot occurs in a phrasing; of alternatives the most counts."""
    found: Counter[str] = Counter()
    for kind, value in nodes:
        if kind == "slot":
            found[value] += 1
        elif kind == "mark":
            found += _slots(value)
        elif kind == "alt":
            branches: Counter[str] = Counter()
            for branch in value:
                branches |= _slots(branch)
            found += branches
    return found


@lru_cache(maxsize=256)
def _narrow(split: Split, section: str, allowed: frozenset[str], needed: frozenset[str]) -> Book | None:
    """Return the banks with only those lines of *section* whose slots are *allowed* and that say one of *needed* (if any is)
    once; None when there is none."""
    book = banks(split)
    kept = []
    for line in book.lines[section]:
        slots = _slots(line[0])
        if slots.keys() <= allowed and (not needed or sum(slots[name] for name in needed) == 1):
            kept.append(line)
    if not kept:
        return None
    narrow = copy.copy(book)
    narrow.lines = {**book.lines, section: kept}
    return narrow


@lru_cache(maxsize=1)
def _meaning() -> frozenset[str]:
    """Return words that a slip of the finger must not make of another: they would mean something else."""
    said = (
        word
        for entry in atlas.entries()
        for word in (entry.name, entry.plural, *entry.synonyms, *entry.near, *entry.kinds)
    )
    sides = [
        "left",
        "right",
        "top",
        "bottom",
        "middle",
        "big",
        "small",
        "bigger",
        "smaller",
        "biggest",
        "smallest",
        "front",
        "back",
        "all",
        "both",
        "one",
        "two",
        "three",
        "four",
        "first",
        "second",
        "third",
    ]
    return frozenset(part for word in said for part in word.split()) | set(COLOURS) | set(sides)


class Talk:
    """Puts messages together. Results and attachments get their handles in the order of coming; *media* keeps their writers."""

    def __init__(self, rng: Random, split: Split) -> None:
        self.rng, self.split, self.book = rng, split, banks(split)
        self.messages: list[Message] = []
        self.media: dict[str, Writer] = {}
        self._parts: list[Part] = []
        self._late: list[Part] = []
        self._counts: dict[str, int] = {}
        self._calls = 0

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def next(self, kind: str) -> str:
        """Return the handle that the next medium, mark or call of *kind* will have."""
        return f"{kind}#{self._counts.get(kind, 0) + 1}"

    def _handle(self, kind: str) -> str:
        handle = self.next(kind)
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return handle

    # the person

    def attach(self, kind: Kind, writer: Writer | None, **meta: Any) -> str:
        """Attach a medium to the message being written and return its handle."""
        return self._add(kind, writer, meta)

    def _add(self, kind: Kind, writer: Writer | None, meta: Mapping[str, Any]) -> str:
        handle = self._handle(kind)
        if writer is not None:
            self.media[handle] = writer
        self._parts.append(Media(kind, handle, "", dict(meta)))
        return handle

    def mark(self, of: str, label: str = "", **shape: Any) -> Region:
        """Draw a region on the medium *of*, or on "canvas"; *shape* are fields of :class:`models.values.Region`."""
        region = Region(int(self._handle("region").split("#")[1]), of, label=label, **shape)
        self._late.append(region)
        return region

    def say(self, section: str, needed: Iterable[str] = (), of: str = "image", instead: str = "", **slots: str) -> Said:
        """Return a phrasing of *section* that speaks of nothing but *slots* and has one of *needed*; where the split has
        none, one of the section *instead*. *of* is the kind of medium that "it" is. Raises ValueError when there is none."""
        fixed = {name.replace("__", "."): words for name, words in slots.items()}
        word = self.book.text(self.rng, f"noun.{of}")
        it = self.book.text(self.rng, "it.latest" if self.messages else "it.new", noun=word)
        fixed = {"noun": word, "it": it, **fixed}
        allowed = frozenset((*PLAIN, *fixed))
        for name in (section, instead):
            book = _narrow(self.split, name, allowed, frozenset(needed)) if name else None
            if book is not None:
                return book.say(self.rng, name, **fixed)
        raise ValueError(f"no phrasing of {section} in the split {self.split} keeps to {sorted(fixed)}")

    def ask(self, said: Said | str, *, polite: bool = True, exact: bool = True) -> Said:
        """End the person's message with *said* as it is typed; returns that. With *exact* no slip may make another
        meaningful word."""
        if isinstance(said, str):
            said = Said([(said, 0)], {}, 1)
        for _ in range(MOST):
            draft = Said(list(said.pieces), dict(said.slots), said.marks, said.stated)
            made = typed(self.rng, self.book, draft, polite=polite)
            if not exact or not _slipped(said.text, made.text):
                break
        else:
            raise lost("way to type a request")
        self.messages.append(Message("user", (*self._parts, *self._late, Text(made.text))))
        self._parts, self._late = [], []
        return made

    # the assistant

    def words(self, text: str) -> None:
        """Add words of the reply."""
        if self._parts and isinstance(self._parts[-1], Text):
            text = f"{self._parts.pop().text} {text}"  # type: ignore[union-attr]
        self._parts.append(Text(text))

    def reply(self, section: str, **slots: str) -> None:
        """Add a sentence of a bank of replies."""
        self.words(self.book.text(self.rng, section, **slots))

    def ground(self, phrase: str, boxes: Sequence[Box], of: str) -> None:
        """Add a phrase that is tied to places."""
        self._parts.append(Grounding(phrase, tuple(boxes), of=of))

    def call(self, task: str, *args: Arg | str, **params: str) -> str:
        """Add a call and return its id; strings among *args* are handles."""
        self._calls += 1
        made = TaskCall(
            f"t{self._calls}", task, tuple(Ref(arg) if isinstance(arg, str) else arg for arg in args), params
        )
        self._parts.append(made)
        return made.id

    def result(self, kind: Kind, call: str, writer: Writer | None, **meta: Any) -> str:
        """Add what a call gives and return its handle; without a *writer* it has no file, only its truth."""
        return self._add(kind, writer, {"call": call, **meta})

    def answer(self) -> None:
        """End the assistant's message."""
        self.messages.append(Message("assistant", tuple(self._parts)))
        self._parts = []

    def done(self, group: str, truth: Mapping[str, Any]) -> Truthful:
        """Return the conversation."""
        return Truthful(tuple(self.messages), group, dict(self.media), Lazy(truth))


def _slipped(meant: str, made: str) -> bool:
    """Return whether *made* has a meaningful word that was not meant, or lost one to another."""
    before = {word.strip(".,!?\"'").lower() for word in meant.split()}
    return any(word not in before and word in _meaning() for word in (w.strip(".,!?\"'").lower() for w in made.split()))


def phrase(said: Said, number: int = 0) -> Phrase:
    """Return a marked phrase of a finished message as an argument."""
    return Phrase(said.phrase(number).strip())


def around(words: str, middle: str) -> Said:
    """Return *words* with *middle* in the place of {x}, marked as what a call copies."""
    before, _, after = words.partition("{x}")
    return Said([(before, -1), (middle, 0), (after, -1)], {}, 1)


def joined(parts: Sequence[str]) -> str:
    """Return words as a list: "a, b and c"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


Maker = Callable[[Random, Split, int], Truthful]
"""Writes one conversation of a task: from a generator, the split and the conversation's number."""
