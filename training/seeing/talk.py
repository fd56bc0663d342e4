"""A conversation in the making in which media are perceived: what is attached from the bank, looked at, and answered in parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from models.percepts import Percept
from models.values import Grounding, Kind, Media, Part, Region, Text, from_json

from training.language.phrasing import Said, Split
from training.language.talk import Dialogue, Item, Target
from training.seeing.shards import Bank, Entry
from training.seeing.views import Hearing, View
from training.truth.words import unseen

_SLOT = re.compile("([\ue000-\ue0ff])")
_TRIES = 12
_LEADING = re.compile(r"^(?:a|an|the|any|some)\s+", re.IGNORECASE)


@dataclass
class Seen(Dialogue):
    """A dialogue with media of a *bank*. *views* and *hearings* are those of its media that are perceived, by handle; *percepts*
    all that is perceived; *last* what was asked last, for questions that go on with it."""

    bank: Bank | None = None
    views: dict[str, View] = field(default_factory=dict)
    hearings: dict[str, Hearing] = field(default_factory=dict)
    percepts: dict[str, tuple[Percept, ...]] = field(default_factory=dict)
    last: tuple[str, str, str] | None = None
    asked: int = -1
    """The turn in which *last* was asked."""

    @property
    def split(self) -> Split:
        """The split of the bank that fits the book's: new objects are in the held-out one."""
        return "held_out" if self.book.split in ("held_out", "objects") else "train"

    def says(self, noun: str) -> bool:
        """Return whether the split may say *noun*: in training no synonym that is kept from it."""
        return self.split == "held_out" or not unseen(noun)

    # -- what is attached ----------------------------------------------------------------------------------------

    def holds(self, kind: Kind) -> bool:
        """Return whether the bank has media of *kind*; one that is still being made may have none yet."""
        return self.bank is not None and self.bank.count(kind, self.split) > 0

    def entry(self, kind: Kind, number: int | None = None) -> tuple[int, Entry]:
        """Return a medium of the bank by its number, or any. Raises ValueError when the bank has none of that kind."""
        assert self.bank is not None
        count = self.bank.count(kind, self.split)
        if not count:
            raise ValueError(f"the bank holds nothing of the kind {kind} for the split {self.split}")
        chosen = self.rng.randrange(count) if number is None else number
        return chosen, self.bank.entry(kind, self.split, chosen)

    def kindred(self, kind: Kind, names: Sequence[str], one: Entry) -> Entry:
        """Return a medium of the bank, another than *one*, in which something has one of *names*, or any where there is none."""
        assert self.bank is not None
        for name in self.rng.sample(names, len(names)):
            numbers = self.bank.with_name(kind, self.split, name)
            for number in self.rng.sample(numbers, min(4, len(numbers))):
                found = self.entry(kind, number)[1]
                if found.truth != one.truth:
                    return found
        return self.entry(kind)[1]

    def show(self, kind: Kind, entry: Entry) -> Item:
        """Attach a medium of the bank to the message being written."""
        item = self.attach(kind)
        meta = dict(item.media.meta)
        if "width" in meta:
            shape = entry.truth["width"] / entry.truth["height"]
            meta["height"] = max(48, round(meta["width"] / shape))
        if "duration" in meta:
            meta["duration"] = entry.truth["seconds"]
        media = replace(item.media, meta=meta)
        self._user[-1] = item.media = media
        self.perceive(item, entry)
        return item

    def perceive(self, item: Item, entry: Entry) -> None:
        """Let *item* be what *entry* holds."""
        self.percepts[item.handle] = entry.percepts
        if item.kind == "audio":
            self.hearings[item.handle] = Hearing(item.handle, entry)
        else:
            self.views[item.handle] = View(item.handle, entry)

    def _find(self, kind: Kind, fit: Callable[[Any], bool], fresh: float) -> Item | None:
        known = self.hearings if kind == "audio" else self.views
        there = [item for item in self.of(kind) if item.handle in known and fit(known[item.handle])]
        if there and not self.chance(fresh):
            return there[-1] if self.chance(0.65) else self.rng.choice(there)
        for _ in range(_TRIES if self.holds(kind) else 0):
            _, entry = self.entry(kind)
            handle = f"{kind}#{self.counts.get(kind, 0) + 1}"
            if fit(Hearing(handle, entry) if kind == "audio" else View(handle, entry)):
                return self.show(kind, entry)
        return None

    def scene(
        self, fit: Callable[[View], bool], kind: Kind = "image", fresh: float = 0.35
    ) -> tuple[Target, View] | None:
        """Choose what the next question is about: a picture (or clip) that *fit* is true of, one that is there or a new one; None
        when none is found."""
        item = self._find(kind, fit, fresh)
        return None if item is None else (self.target_of(item), self.views[item.handle])

    def sound(self, fit: Callable[[Hearing], bool], fresh: float = 0.35) -> tuple[Target, Hearing] | None:
        """Choose a sound likewise."""
        item = self._find("audio", fit, fresh)
        return None if item is None else (self.target_of(item), self.hearings[item.handle])

    def target_of(self, item: Item) -> Target:
        """Return *item* with words that name it, where it is not what everybody would think of."""
        if item.turn == self.turn and item.call is None:
            new = [other for other in self.of(item.kind) if other.turn == self.turn and other.call is None]
            if len(new) == 1:
                return Target(item, True, item.handle if self.chance(0.05) else "")
        newest = item is self.of(item.kind)[-1]
        alone = item.kind == "audio" or item is self.latest("image", "video")
        if newest and alone:
            return Target(item, False, self.name(item, obvious=True) if self.chance(0.35) else "")
        ref = self.name(item)
        while not alone and ref in ("", "it", "that", "the result", "the original"):
            ref = self.name(item)
        return Target(item, False, ref)

    def marked(self, view: View, number: int) -> tuple[Region, Percept, int]:
        """Draw the mark of that number of a picture's on it; returns it, what is perceived of it, and the id of the thing."""
        data, id_ = view.entry.truth["marks"][number]
        drawn: Region = from_json(data)
        region = replace(drawn, id=self._number("region"), of=view.handle)
        self.regions[region.handle] = region
        self._drawn.append(region)
        percept = view.entry.marked[number]
        self.percepts[region.handle] = (percept,)
        return region, percept, id_

    def give_up(self) -> str | None:
        """Take back what was attached to a message that is not asked after all; returns None, as a turn does that does not fit."""
        for part in self._user:
            handle = part.handle if isinstance(part, Media) else ""
            item = next((item for item in self.shelf if item.handle == handle), None)
            if item is not None:
                self.shelf.remove(item)
                self.counts[item.kind] -= 1
                self.views.pop(handle, None)
                self.hearings.pop(handle, None)
                self.percepts.pop(handle, None)
        self._user, self._drawn = [], []
        return None

    # -- what is said --------------------------------------------------------------------------------------------

    def parts(self, section: str, **slots: str | Part | Sequence[Part]) -> list[Part]:
        """Return a reply of *section* as parts; slots are words, a part, or a list of parts."""
        marks: dict[str, Sequence[Part]] = {}
        words: dict[str, str] = {}
        for name, value in slots.items():
            if isinstance(value, str):
                words[name] = value
                continue
            mark = chr(0xE000 + len(marks))
            marks[mark] = value if isinstance(value, list | tuple) else [value]  # type: ignore[list-item]
            words[name] = mark
        made: list[Part] = []
        for piece in _SLOT.split(self.book.text(self.rng, section, **words)):
            for part in marks.get(piece, [Text(piece)] if piece else []):
                if type(part) is Text and made and type(made[-1]) is Text:  # what is told stays a part of its own
                    made[-1] = Text(made[-1].text + part.text)
                else:
                    made.append(part)
        return made

    def voice(self, section: str, **slots: Any) -> None:
        """Say a sentence of *section* in parts; the reply goes on."""
        parts = self.parts(section, **slots)
        if self._reply and type(self._reply[-1]) is Text and type(parts[0]) is Text:
            parts[0] = Text(f"{self._reply.pop().text} {parts[0].text}")  # type: ignore[union-attr]
        elif self._reply and isinstance(parts[0], Text):
            parts.insert(0, Text(" "))
        self._reply += parts

    def reply(self, section: str, **slots: Any) -> None:
        """Say a sentence of *section* in parts and end the reply; its topic is the section's name."""
        self.voice(section, **slots)
        self.answer()
        self.topic = section.removeprefix("say.")

    def typed(self, said: Said, number: int = 0) -> str:
        """Return a noun as it was typed in a finished message, without its article."""
        return _LEADING.sub("", said.phrase(number).strip()).lower()


def grounded(parts: Sequence[Part]) -> list[Grounding]:
    """Return the groundings among *parts*."""
    return [part for part in parts if isinstance(part, Grounding)]


def media_of(parts: Sequence[Part]) -> list[Media]:
    """Return the media among *parts*."""
    return [part for part in parts if isinstance(part, Media)]
