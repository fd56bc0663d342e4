"""Which things a reply may point at next: those that it perceives, each once in one naming and once in one call, and, where "a" tells
that they are new, once in the reply."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor

from models.percepts import MARKED, SETTING, SOUND, THING, TRACK
from models.unified.attributing import Attributing
from models.unified.bearings import BETWEEN, BY_PLACE, BY_TIME, OF_MEDIUM
from models.unified.outlook import DONE, MORE, OF_SHOWN
from models.unified.record import OF
from models.unified.sheet import Source
from models.unified.vocabulary import COLOUR, DETERMINERS, WHOLE_NAME, Vocabulary

LISTING = ("w:,", "w: and", "w: ")
"""The tokens of words between the things of a list."""
ADJECTIVES = 3
"""Words for a thing's looks, at most."""


class Sights:
    """Follows the pointing of one reply. *rows* are all rows of the bank, as (source, number within it), *named* the media that the newest
    text names."""

    def __init__(self, rows: Sequence[tuple[Source, int]], named: Collection[str] = ()) -> None:
        self.of = [source.of if source.pointable else "" for source, _ in rows]
        self.kinds = [source.percept.kind if source.percept else -1 for source, _ in rows]
        self.names = [source.percept.names[n] if source.percept and source.pointable else "" for source, n in rows]
        self.settings = {
            source.of for source, _ in rows if source.percept is not None and source.percept.kind == SETTING
        }
        """The media of which place, hour and look can be told."""
        self.where = Attributing(self.of, self.kinds, named)
        self.last = -1
        """The kind of the thing that was named last."""
        self.namings = 0
        """How often things were named."""
        self.coloured = False
        """Whether its colour is told in the naming under way."""
        self.new = False
        """Whether what is being named is said to be new: after "a", or nothing."""
        self.told: set[int] = set()
        """The things that were named in this reply."""
        self.listed: set[int] = set()
        """The things of the list under way: what was named with nothing but commas and "and" between, of which none is named again."""
        self.naming = False
        """Whether a determiner was written, and what it belongs to is not complete."""
        self.pointed: list[int] = []
        """The things of the naming under way."""
        self.adjectives = 0
        self.called: set[int] = set()
        """The things that the call being written points at."""

    def take(self, row: int, name: str, mode: str) -> None:
        """Note the token that came in *mode*: *row* of the bank (negative for none), or a token by its *name*."""
        if name == "g:<task>":
            self.called = set()
        if mode in ("text", "talk"):
            self.where.say(name)
        if row >= 0 and self.of[row]:
            if mode == "text":
                self.naming = True
                self.namings += not self.pointed
                self.pointed.append(row)
                self.told.add(row)
                self.listed.add(row)
                self.where.point(row)
                self.last = self.kinds[row]
            else:
                self.called.add(row)
        elif name[0] == "o":
            self.naming, self.pointed, self.adjectives = True, [], 0
            self.new, self.coloured = name != "o:the", False
        elif self.naming and not self.pointed and (name[0] == "w" or name == COLOUR):
            self.adjectives += 1
            self.coloured = self.coloured or name == COLOUR
        else:
            if name == WHOLE_NAME and self.pointed:
                alike = list(
                    zip(self.of, self.kinds, self.names, strict=True)
                )  # as models.unified.pointing.alike has it
                whole = {row for row, own in enumerate(alike) if own == alike[self.pointed[0]]}
                self.told |= whole
                self.listed |= whole
            elif name not in LISTING:
                self.listed.clear()
            self.naming, self.pointed = False, []

    @property
    def determiners(self) -> list[str]:
        """The tokens that may begin a naming: none where nothing is perceived, and none that tell of something new where all was named."""
        fit = [row for row, own in enumerate(self.of) if own and self.where.fits(row)]
        left = any(row not in self.told for row in fit)
        again = any(row not in self.listed for row in fit)
        return [f"o:{word}" for word in DETERMINERS if (again if word == "the" else left)]

    def narrow(self, mask: Tensor, names: Vocabulary) -> None:
        """Change *mask*, bool [vocabulary + rows], to what may come in running words while things are being named: after a
        determiner only words for their looks and the things themselves, after a thing also more of its medium."""
        if numbers := self._ids(names, *self.where.numbers()):
            mask[:] = False
            mask[numbers] = True
        if not self.naming:
            return
        if not self.pointed:
            more = self.adjectives < ADJECTIVES
            looks = torch.zeros_like(mask)
            looks[names.words if more else []] = True
            mask &= looks
            mask[self._ids(names, COLOUR) if more and not self.coloured else []] = True
        else:
            mask[self._ids(names, WHOLE_NAME)] = True
        of = self.of[self.pointed[0]] if self.pointed else ""
        for row, own in enumerate(self.of):
            free = own and own == (of or own) and row not in (self.told if self.new else {*self.pointed, *self.listed})
            if free and (of or self.where.fits(row)):
                mask[len(names) + row] = True

    @staticmethod
    def _ids(names: Vocabulary, *wanted: str) -> list[int]:
        return [names.ids[name] for name in wanted if name in names.ids]

    @property
    def telling(self) -> list[str]:
        """The tokens by which something can be told of what is perceived: of the thing named before, and of pictures and clips."""
        told = ["side", "colour", *BY_PLACE] if self.last not in (-1, SOUND) else []
        told += ["way", *DONE] if self.last == TRACK else []
        told += BY_TIME if self.last in (TRACK, SOUND) else ()
        told += [MORE] if self.last != -1 else []
        told += [BETWEEN] if self.namings > 1 else []
        told += OF_SHOWN if self.settings else ()
        return [f"r:{what}" for what in (*told, *(what for what in OF_MEDIUM if self._having(what)))]

    def _having(self, what: str) -> set[str]:
        """Return the media of which the reply may name the one thing that is *what*."""
        heard, seen = self.where.only(SOUND), self.where.only(TRACK)
        kinds = [kind for kind in OF_MEDIUM[what] if (heard if kind == "audio" else seen)]
        return {of for of in self.of if of and of.partition("#")[0] in kinds}

    def name(self, kind: str) -> None:
        """Note that the program names a thing of a medium of *kind*."""
        self.last = {"image": THING, "video": TRACK, "audio": SOUND}[kind]
        self.namings += 1

    def recalled(self, what: str, kind: str, handles: Mapping[str, Sequence[int]]) -> list[str]:
        """Return the tokens of the media of which *what* can be told, among *handles*: their kinds or, after *kind*, their numbers."""
        fit = self.settings if what in OF_SHOWN else self._having(what) if what in OF_MEDIUM else None
        there = {k: [n for n in numbers if fit is None or f"{k}#{n}" in fit] for k, numbers in handles.items()}
        if kind:
            return [f"i:{number}" for number in there[kind]]
        return [f"a: {kind}#" for kind in {**OF, **OF_SHOWN, **OF_MEDIUM}[what] if there.get(kind)]

    def within(self, kind: str, number: int) -> Tensor | None:
        """Return bool [rows]: the things with boxes in the medium that a call works on; None where there is none."""
        wanted = f"{kind}#{number}"
        found = [
            own == wanted and kind_ not in (-1, SOUND, MARKED) and row not in self.called
            for row, (own, kind_) in enumerate(zip(self.of, self.kinds, strict=True))
        ]
        return torch.tensor(found) if any(found) else None
