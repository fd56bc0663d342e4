"""What a reply tells of what is perceived: where a thing is, its colour, which way it moves, and place, hour and look of a picture.

The model decides *that* it tells one of these, and of what; the words come from what was measured. So it need not learn the words for
every place and colour, and never tells another side than the one where the box is that it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.percepts import SETTING, TRACK, Percept
from models.senses.said import setting, side
from models.unified import pointing
from models.unified.sheet import Sheet
from models.values import Grounding, Part, Text

OF_THING = ("side", "colour", "way")
"""What is told of the thing that was pointed at last: where it is in its frame, its colour, whether it goes "left" or "right"."""
OF_SHOWN = dict.fromkeys(("where", "place", "hour", "time", "look"), ("image", "video"))
"""What is told of a picture or clip as a whole (:func:`models.senses.said.setting`), and the kinds of media it is told of."""
ALL = "all"
"""Ends a naming: of the thing pointed at, all of that name in the medium are meant."""
UNKNOWN = {"where": "", "place": "a place that I cannot make out", "hour": "another hour", "time": "an hour that I cannot make out",
           "look": "a look that I cannot make out", "colour": "of a colour that I cannot make out"}  # fmt: skip
"""What is said where nothing was measured."""


@dataclass(frozen=True)
class Told(Text):
    """Words that tell *what*, one of OF_THING or OF_SHOWN, of the thing named before them or of the medium *of*."""

    what: str = ""
    of: str = ""


def recognised(parts: Iterable[Part], sheet: Sheet) -> list[Part]:
    """Return the *parts* of an earlier reply with what the program filled in told apart again: words that are what an :class:`Outlook`
    of *sheet* tells, of the thing named before them or of a medium. So a reply reads the same however it came."""
    outlook, row, made = Outlook(sheet), -1, list[Part]()
    wholes = [(outlook.shown(what, of), what, of) for of in outlook.settings() for what in OF_SHOWN]
    for part in parts:
        if isinstance(part, Grounding):
            found = pointing.grounded(sheet, part)
            row = found.rows[0] if found else row
        if type(part) is not Text:
            made.append(part)
            continue
        things = [(outlook.thing(what, row), what, "") for what in OF_THING] if row >= 0 else []
        made += _told(part.text, sorted((w for w in (*wholes, *things) if w[0].strip()), key=lambda w: -len(w[0])))
    return made


def _told(text: str, known: Sequence[tuple[str, str, str]]) -> Iterator[Text]:
    """Yield *text* in pieces, what is *known* (words, what they tell, of which medium; the longest first) as Told."""
    start = at = 0
    while at < len(text):
        for words, what, of in known:
            end = at + len(words)
            whole = not text[end : end + 1].isalnum() and (words[0] == " " or not text[at - 1 : at].isalnum())
            if whole and text.startswith(words, at):
                if start < at:
                    yield Text(text[start:at])
                yield Told(words, what, of)
                start = at = end
                break
        else:
            at += 1
    if start < len(text):
        yield Text(text[start:])


class Outlook:
    """Tells of what is perceived in the conversation of a *sheet*."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def settings(self) -> dict[str, Percept]:
        """Return the rows of SETTING by the medium that they are of."""
        percepts = ((source.of, source.percept) for source in self._sheet.sources if source.percept)
        return {of: percept for of, percept in percepts if percept.kind == SETTING}

    def shown(self, what: str, handle: str) -> str:
        """Return the words for *what*, one of OF_SHOWN, of the medium *handle*: those of UNKNOWN where nothing was measured, or by other
        encoders than the shipped ones. Raises KeyError for another *what*."""
        from models.senses.setting import known

        percept = self.settings().get(handle)
        if percept is None or percept.features.shape[1:] != known().readings[0].vectors.shape[1:]:
            return UNKNOWN[what]
        return setting(what, *known().named(percept.features))

    def thing(self, what: str, row: int) -> str:
        """Return the words for *what*, one of OF_THING, of the thing of *row* of the bank, "" for a colour that is not known and for the way
        of what stands in a picture. Raises
        KeyError for another *what*, IndexError for a row that is none."""
        from models.senses.hue import known

        source = self._sheet.source_of(row)
        if source.percept is None or not source.pointable:
            raise IndexError(f"row {row} is no thing")
        number = row - source.first
        place = source.percept.places[number]
        if what == "side":
            return side(float(place[0] + place[2]) / 2, float(place[1] + place[3]) / 2)
        if what == "way":
            if (
                source.percept.kind != TRACK
            ):  # "right" of two things in a picture would be taken for the way that one of them goes
                return ""
            return "left" if place[4] + place[6] < place[0] + place[2] else "right"
        return {"colour": known().of(source.percept.features[number])}[what]
