"""What is known of a perceived medium, asked in the terms of a conversation: which things have rows, how they are said and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models import percepts
from models.percepts import SOUND, THING, TRACK, Percept
from models.unified.bearings import CHIEF, NOTHING, Named
from models.unified.outlook import Told
from models.values import Box, Grounding, Part, Text
from models.world import atlas
from models.world.scene import Thing

from training.seeing.pictures import shot_of
from training.seeing.shards import Entry, of_kind
from training.truth.referring import called, decor_like
from training.truth.shots import Shot

APART = 0.1
"""One thing is left of or above another when their middles lie at least this share of the frame apart; under CLOSE it is not."""
CLOSE = 0.03
PLAIN_LOOKS = ("", "watercolour", "oil", "comic", "pixel", "pastel", "dreamy", "mosaic", "poster")
"""Looks that leave colours as they are."""
PLAIN_HOURS = ("day", "morning", "fog", "rain", "snowfall")
"""Hours and weathers that do."""


@dataclass(frozen=True)
class View:
    """A picture or a clip with the handle that it has in the conversation."""

    handle: str
    entry: Entry

    @cached_property
    def shot(self) -> Shot:
        """The scene, with what is seen of each thing."""
        return shot_of(self.entry.truth)

    @cached_property
    def rows(self) -> Percept:
        """The rows of things."""
        kind = TRACK if self.handle.startswith("video") else THING
        found = of_kind(self.entry.percepts, kind)
        if found is None:
            raise ValueError(f"nothing was perceived of {self.handle}")
        return found

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """The ids of all things that are seen at all, the largest first."""
        seen = self.shot.seen
        return tuple(sorted((n for n in seen if n in self.shot.boxes), key=lambda n: (-seen[n], n)))

    def thing(self, number: int) -> Thing:
        """Return the thing of an id."""
        return self.shot.thing(number)

    def has(self, ids: Iterable[int]) -> bool:
        """Return whether all of *ids* have rows."""
        return all(number in self.entry.row for number in ids)

    def box(self, number: int) -> Box:
        """Return the box of the row of a thing. Raises KeyError when it has none."""
        return percepts.box_of(self.rows, self.entry.row[number])

    def usual(self, ids: Iterable[int]) -> bool:
        """Return whether a picture of *ids* leaves no doubt: each is seen well and has a row."""
        return all(number in self.shot.clear and number in self.entry.row for number in ids)

    @cached_property
    def known(self) -> tuple[int, ...]:
        """The ids of the things that are seen well and have rows, the largest first."""
        return tuple(number for number in self.ids if self.usual((number,)))

    @cached_property
    def whole(self) -> bool:
        """Whether every thing that is seen is seen well and has a row, so that all can be told."""
        return self.usual(thing.id for thing in self.shot.scene.things) and len(self.ids) == len(self.shot.scene.things)

    def called(self, noun: str) -> tuple[int, ...] | None:
        """Return the ids of the things called *noun*, left to right; None where that is not sure or one of them has no row."""
        ids = called(self.shot, noun)
        if ids is None or not self.usual(ids):
            return None
        backdrop = self.shot.scene.backdrop
        if noun not in ("thing", "object") and not set(decor_like([noun])) <= set(backdrop.without):
            return None
        return ids

    def absent(self, noun: str) -> bool:
        """Return whether there surely is no *noun*, in the backdrop neither."""
        return self.called(noun) == ()

    @cached_property
    def true_colours(self) -> bool:
        """Whether things look as coloured as they are."""
        scene = self.shot.scene
        return scene.style in PLAIN_LOOKS and scene.backdrop.time in PLAIN_HOURS and not scene.moods

    def colour(self, number: int) -> str:
        """Return the colour of a thing in words, "" where that is not sure."""
        thing = self.thing(number)
        own = (thing.tint,) if thing.tint else atlas.entry(thing.name).colours[:2]
        return " and ".join(own).replace("gray", "grey") if self.true_colours else ""

    def middle(self, number: int) -> tuple[float, float]:
        """Return the middle of what is seen of a thing."""
        box = self.shot.boxes[number]
        return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2

    # -- how it is said ------------------------------------------------------------------------------------------

    def ground(self, determiner: str, ids: Sequence[int], adjectives: Sequence[str] = ()) -> Grounding:
        """Return the things *ids*, all of one name, as words tied to their rows."""
        names = [self.thing(number).name for number in ids]
        spans = tuple(percepts.span_of(self.rows, self.entry.row[n]) for n in ids) if self.rows.kind == TRACK else ()
        words = percepts.phrase(determiner, tuple(adjectives), names)
        return Grounding(words, tuple(self.box(number) for number in ids), spans=spans, of=self.handle)

    def the(self, ids: Sequence[int]) -> Grounding:
        """Return "the ..." of the things *ids*; where others bear the name it needs the colour or "one of" is no lie: "a ..."."""
        names = {self.thing(number).name for number in ids}
        alike = [t.id for t in self.shot.scene.things if t.name in names]
        return self.ground("the" if set(alike) == set(ids) else "a", ids)

    def named(self, what: str, ids: Sequence[int], *, medium: bool = False) -> list[Part]:
        """Return *ids* as the list that the program names: *what* stands so to the thing named before or, with *medium*, in all of it; the one
        thing that is CHIEF is "the" one where nothing else is called so."""
        chief = what in CHIEF and len(ids) == 1
        parts = [self.the(ids)] if chief else self.several("a", ids, tints=False)
        return by_program(what, parts, self.handle if medium else "")

    def groups(self, ids: Iterable[int]) -> list[tuple[int, ...]]:
        """Return *ids* in groups of one name, each where its first one stood."""
        found: dict[str, list[int]] = {}
        for number in ids:
            found.setdefault(self.thing(number).name, []).append(number)
        return [tuple(group) for group in found.values()]

    def several(self, determiner: str, ids: Iterable[int], *, tints: bool = True) -> list[Part]:
        """Return the things *ids* as a list: "a dog, two red cars and an owl"; *tints*: with the colour that all of a name were given."""
        made = []
        for group in self.groups(ids):
            colours = {self.thing(number).tint for number in group} if tints and self.true_colours else {""}
            tint = colours.pop() if len(colours) == 1 else ""
            made.append(self.ground(determiner, group, (tint,) if tint else ()))
        return listed(made)


def by_program(what: str, parts: Sequence[Part], about: str = "") -> list[Part]:
    """Return *parts*, things and the words between them, as what the program names (models.unified.bearings): *what* of the thing named
    before or of the medium *about*; NOTHING for no parts."""
    made: list[Part] = []
    for part in parts or [Text(NOTHING)]:
        if isinstance(part, Grounding):
            shown = (part.phrase, part.boxes, part.points, part.spans, part.seg, part.of)
            made.append(Named(*shown, what=what, about=about, rest=bool(made)))
        elif isinstance(part, Text):
            made.append(Told(part.text, what, about, rest=bool(made)))
    return made


def listed(parts: Sequence[Part]) -> list[Part]:
    """Return *parts* with commas and a last "and" between them."""
    made: list[Part] = []
    for number, part in enumerate(parts):
        if number:
            made.append(Text(" and " if number == len(parts) - 1 else ", "))
        made.append(part)
    return made


@dataclass(frozen=True)
class Hearing:
    """A sound with the handle that it has in the conversation."""

    handle: str
    entry: Entry

    @cached_property
    def rows(self) -> Percept:
        """The rows of what is heard."""
        found = of_kind(self.entry.percepts, SOUND)
        if found is None:
            raise ValueError(f"nothing was perceived of {self.handle}")
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        """What is heard, in order of its beginning."""
        events: list[dict[str, Any]] = self.entry.truth["events"]
        return events

    @cached_property
    def whole(self) -> bool:
        """Whether everything that is heard has a row."""
        return len(self.entry.row) == len(self.events)

    def ground(self, determiner: str, number: int) -> Grounding:
        """Return the event of that number as words tied to its row."""
        row = self.entry.row[number]
        name = self.events[number]["name"]
        words = percepts.phrase(determiner, (), [name])
        return Grounding(words, spans=(percepts.span_of(self.rows, row),), of=self.handle)

    def named(self, what: str, numbers: Sequence[int], *, medium: bool = False) -> list[Part]:
        """Return the events *numbers*, each of another class, as the list that the program names, as :meth:`View.named`."""
        parts = listed([self.ground("a", number) for number in numbers])
        return by_program(what, parts, self.handle if medium else "")


Fit = Callable[[View], bool]
