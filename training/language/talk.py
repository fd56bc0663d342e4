"""A dialogue being written: what is on the shelf, what was called, and how people refer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from models.unified.record import Record
from models.values import (
    Arg,
    Box,
    Failure,
    Kind,
    Media,
    Message,
    Part,
    Phrase,
    Point,
    Polygon,
    Ref,
    Region,
    Stroke,
    TaskCall,
    Text,
)

from training.language.noise import typed
from training.language.phrasing import Book, Said

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_SIZES = (
    (512, 512),
    (640, 480),
    (800, 600),
    (1024, 768),
    (1280, 720),
    (1920, 1080),
    (768, 1024),
    (1080, 1350),
    (4032, 3024),
)
_RATES = (8.0, 10.0, 12.0, 15.0, 23.98, 24.0, 24.0, 25.0, 25.0, 29.97, 30.0, 30.0, 50.0, 59.94, 60.0, 120.0)
"""Frames per second of attached clips, to two decimals as the model's header gives them."""


@dataclass
class Item:
    """A medium on the shelf: where it came from (the call that made it, or None) and from which media."""

    media: Media
    call: TaskCall | None = None
    turn: int = 0

    @property
    def handle(self) -> str:
        return self.media.handle

    @property
    def kind(self) -> Kind:
        return self.media.kind


@dataclass
class Target:
    """The medium that a request is about; *ref* holds the words that name it when it is not the obvious one."""

    item: Item
    new: bool
    ref: str = ""

    @property
    def handle(self) -> str:
        return self.item.handle


@dataclass
class Dialogue:
    """One conversation in the making. Turns add a user's message with :meth:`ask` and end it with :meth:`answer`."""

    rng: Random
    book: Book
    messages: list[Message] = field(default_factory=list)
    shelf: list[Item] = field(default_factory=list)
    calls: list[TaskCall] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    failed: str = ""
    broken: set[str] = field(default_factory=set)
    topic: str = ""
    given: bool = False
    """Whether the tasks of the last reply were chosen beforehand, as by a click, so that the choice is not to be learnt."""
    told: tuple[str, str] | None = None
    """What the last reply tells of the record: what, and of which medium ("" for all)."""
    chosen: tuple[str, ...] = ()
    """What the person picked beside their last words, as by a click on the page: media, and marks after the media they are on."""
    _user: list[Part] = field(default_factory=list)
    _drawn: list[Part] = field(default_factory=list)
    _reply: list[Part] = field(default_factory=list)

    @property
    def last_called(self) -> bool:
        """Whether the assistant's last message called a task."""
        return bool(self.messages) and any(isinstance(part, TaskCall) for part in self.messages[-1].parts)

    @property
    def turn(self) -> int:
        return len(self.messages) // 2

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def of(self, *kinds: str) -> list[Item]:
        """Return the shelf's media of those kinds, oldest first."""
        return [item for item in self.shelf if item.kind in kinds]

    def latest(self, *kinds: str) -> Item | None:
        found = self.of(*kinds)
        return found[-1] if found else None

    # -- the user's side ----------------------------------------------------------------------------------------

    def _number(self, kind: str) -> int:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return self.counts[kind]

    def attach(self, kind: Kind) -> Item:
        """Attach a new medium of *kind* to the message being written."""
        meta: dict[str, Any] = {}
        if kind in ("image", "video"):
            free = (self.rng.randint(48, 5000), self.rng.randint(48, 5000))
            meta["width"], meta["height"] = self.rng.choice(_SIZES) if self.chance(0.5) else free
        if kind in ("video", "audio"):
            long = self.rng.choice((4.0, 12.0, 40.0, 90.0, 600.0))
            meta["duration"] = (
                round(self.rng.uniform(0.2, long), self.rng.choice((1, 2)))
                if self.chance(0.5)
                else float(self.rng.randint(2, int(long)))
            )
        if kind == "video":
            meta["fps"], meta["has_audio"] = self.rng.choice(_RATES), self.chance(0.7)
        item = Item(Media(kind, f"{kind}#{self._number(kind)}", "", meta), None, self.turn)
        self.shelf.append(item)
        self._user.append(item.media)
        return item

    def mark(self, of: str, label: str = "", *, simple: bool = False) -> Region:
        """Draw a region on the medium *of* (or "canvas"); *simple* draws a box only."""
        rng, number = self.rng, self._number("region")
        time = round(rng.uniform(0, 8), 2) if of.startswith("video") and self.chance(0.7) else None
        x0, y0 = rng.randint(0, 700), rng.randint(0, 700)
        box = Box(x0 / 1000, y0 / 1000, rng.randint(x0 + 60, 1000) / 1000, rng.randint(y0 + 60, 1000) / 1000)
        chance = 0.0 if simple else rng.random()

        def spot() -> tuple[float, float]:
            return round(rng.uniform(box.x0, box.x1), 3), round(rng.uniform(box.y0, box.y1), 3)

        if chance < 0.6:
            region = Region(number, of, box=box, time=time, label=label)
        elif chance < 0.8:
            points = tuple(
                Point(*spot(), positive=n == 0 or self.chance(0.8)) for n in range(rng.choice((1, 1, 1, 2, 3)))
            )
            region = Region(number, of, points=points, time=time, label=label)
        elif chance < 0.92:
            region = Region(number, of, strokes=(Stroke((spot(), spot(), spot())),), time=time, label=label)
        else:
            region = Region(number, of, polygons=(Polygon((spot(), spot(), spot(), spot())),), time=time, label=label)
        self.regions[region.handle] = region
        self._drawn.append(region)
        return region

    def name(self, item: Item, *, obvious: bool = False) -> str:
        """Return words that name *item* without doubt: its handle, an ordinal, "the original"."""
        rng, kind = self.rng, item.kind
        same = self.of(kind)
        word = self.book.text(rng, f"noun.{kind}")
        ways = [item.handle, item.handle, f"the {ORDINALS[min(5, int(item.handle.split('#')[1]) - 1)]} {word}"]
        if item is same[-1] and len(same) > 1:
            ways += [f"the last {word}", f"the latest {word}", f"the newest {word}"]
        if item is same[0] and item.call is None and len(same) > 1:
            ways += [f"the original {word}", "the original", f"the very first {word}"]
        made = [other for other in same if other.call]
        if item.call and len(made) == 1:
            ways += [f"the {word} you made", f"your {word}", f"the resulting {word}", "the result"]
        if item.call is None and len(same) - len(made) == 1:
            ways += [f"the {word} I uploaded", f"my {word}", f"the {word} I sent"]
        if len(same) == 1:
            ways += [f"the {word}", f"that {word}", f"this {word}"]
        elif obvious:
            ways += [f"that {word}", "it", "that"]
        return rng.choice(ways)

    def target(self, *kinds: Kind, fresh: float = 0.25) -> Target:
        """Choose what the next request is about: a new upload, the latest medium, or an earlier one by name."""
        found = self.of(*kinds)
        if not found or self.chance(fresh):
            item = self.attach(self.rng.choice(kinds))
            if self.chance(0.06) and len(kinds) == 1:
                other = item
                item = self.attach(item.kind)
                pick = self.rng.choice((other, item))
                return Target(
                    pick, True, self.name(pick) if len(self.of(pick.kind)) < 3 or self.chance(0.5) else pick.handle
                )
            return Target(item, True, item.handle if self.chance(0.05) else "")
        if len(found) == 1 or self.chance(0.6):
            return Target(found[-1], False, self.name(found[-1], obvious=True) if self.chance(0.35) else "")
        item = self.rng.choice(found[:-1])
        return Target(item, False, self.name(item))

    def say(self, section: str, target: Target | None = None, **slots: str) -> Said:
        """Return a phrasing of *section*; a named *target* fills {it}, or is said before or after the request."""
        if target is None:
            return self.book.say(self.rng, section, **slots)
        word = self.book.text(self.rng, f"noun.{target.item.kind}")
        if target.ref:
            it = target.ref
        elif target.new:
            it = self.book.text(self.rng, "it.new", noun=word)
        else:
            it = self.book.text(self.rng, "it.latest", noun=word)
        said = self.book.say(self.rng, section, it=it, **{"noun": word, **slots})
        if target.ref and "it" not in said.slots:
            return self.frame(said, "on.target", ref=target.ref)
        return said

    def frame(self, said: Said, section: str, **slots: str) -> Said:
        """Put the words of *section* round *said*, where that section has {x}."""
        before, _, after = self.book.text(self.rng, section, x="\0", **slots).partition("\0")
        if not said.marks:
            said.pieces, said.marks = [(text, 0) for text, _ in said.pieces], 1
        if after:
            text, mark = said.pieces[-1]
            said.pieces[-1] = (text.rstrip("?"), mark)
        said.pieces = [(before, -1), *said.pieces, (after, -1)]
        return said

    def ask(self, said: Said | str, *, polite: bool = True, bare: bool = False) -> Said:
        """End the user's message with these words as typed; returns them."""
        if isinstance(said, str):
            said = Said([(said, 0)], {}, 1)
        said = typed(self.rng, self.book, said, polite=polite, bare=bare)
        self.messages.append(Message("user", (*self._user, *self._drawn, Text(said.text))))
        self._user, self._drawn = [], []
        return said

    # -- the assistant's side -----------------------------------------------------------------------------------

    def words(self, section: str, **slots: str) -> None:
        """Add a sentence of the reply bank *section*."""
        text = self.book.text(self.rng, section, **slots)
        if self._reply and isinstance(self._reply[-1], Text):
            self._reply[-1] = Text(f"{self._reply[-1].text} {text}")
        else:
            self._reply.append(Text(text))

    def call(
        self,
        task: str,
        args: Sequence[Arg | str],
        gives: Sequence[Kind],
        params: Mapping[str, str] | None = None,
        *,
        fails: float = 0.03,
    ) -> list[Item]:
        """Add a call and its results, or now and then its failure; strings among *args* are handles. Returns the results."""
        call = TaskCall(
            f"t{len(self.calls) + 1}",
            task,
            tuple(Ref(a) if isinstance(a, str) else a for a in args),
            dict(params or {}),
        )
        self.calls.append(call)
        self._reply.append(call)
        if self.chance(fails):
            marked = bool(call.refs("region")) and self.chance(0.6)
            what, hint = self.book.text(self.rng, "failure.mark" if marked else "failure").split(" | ")
            self._reply.append(Failure(what, hint, call.id))
            self.failed = call.id
            self.broken.add(call.id)
            return []
        self.failed = ""
        made = []
        for kind in gives:
            item = Item(Media(kind, f"{kind}#{self._number(kind)}", "", {"call": call.id}), call, self.turn)
            self.shelf.append(item)
            self._reply.append(item.media)
            made.append(item)
        return made

    def answer(self, section: str = "", **slots: str) -> None:
        """End the assistant's message, with a last sentence of *section* if given: the topic of a reply without calls."""
        if section:
            self.words(section, **slots)
        calls = any(isinstance(part, TaskCall) for part in self._reply)
        self.topic = "" if calls else section.removeprefix("say.")
        self.messages.append(Message("assistant", tuple(self._reply)))
        self._reply, self.given, self.told = [], False, None

    def tell(self, section: str, what: str, handle: str = "", **slots: str) -> None:
        """End the assistant's message with a sentence of *section* round what is on record (models.unified.record)."""
        self.answer(section, h=handle, told=Record(self.messages).tell(what, handle), **slots)
        self.told = (what, handle)

    def run(
        self, task: str, args: Sequence[Arg | str], gives: Sequence[Kind], params: Mapping[str, str] | None = None,
        *, reply: str = "", after: str = "", **slots: str,
    ) -> None:  # fmt: skip
        """Say what will be done, call one task, and end the message."""
        handle = next((a for a in args if isinstance(a, str)), "")
        if self.chance(0.92):
            self.words(f"do.{reply or task}", h=handle, **slots)
        self.call(task, args, gives, params)
        if after and not self.failed and self.chance(0.15):
            self.words(f"next.{after}", h=handle)
        self.answer()


def phrase(said: Said, number: int = 0) -> Phrase:
    """Return a marked phrase of a finished message as an argument."""
    return Phrase(said.phrase(number).strip())
