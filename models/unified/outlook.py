"""What a reply tells of what is perceived: where a thing is, its colour, which way it moves, and place, hour and look of a picture.

The model decides *that* it tells one of these, and of what; the words come from what was measured. So it need not learn the words for
every place and colour, and never tells another side than the one where the box is that it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.percepts import SETTING, TRACK, Percept
from models.senses.deeds import SAYS
from models.senses.said import setting, side
from models.unified import pointing
from models.unified.bearings import OF_MEDIUM, OTHERS, Named
from models.unified.sheet import Sheet
from models.values import Grounding, Part, Text

OF_THING = ("side", "colour", "way")
"""What is told of the thing that was pointed at last: where it is in its frame, its colour, whether it goes "left" or "right"."""
DONE = ("does", "doing")
"""What it does in a clip (:data:`models.senses.deeds.SAYS`): "goes to the left", "going to the left"."""
MORE = "more"
"""Of what this reply has named so far, what is more: of which medium, or of which name."""
OF_SHOWN = dict.fromkeys(("where", "place", "hour", "time", "look"), ("image", "video"))
"""What is told of a picture or clip as a whole (:func:`models.senses.said.setting`), and the kinds of media it is told of."""
ALL = "all"
"""Ends a naming: of the thing pointed at, all of that name in the medium are meant."""
_HANDLE = re.compile(r"\b(?:image|video|audio)#[1-9][0-9]{0,3}")
UNKNOWN = {"where": "", "place": "a place that I cannot make out", "hour": "another hour", "time": "an hour that I cannot make out",
           "look": "a look that I cannot make out", "colour": "of a colour that I cannot make out",
           "does": "does something that I cannot make out", "doing": "doing something that I cannot make out"}  # fmt: skip
"""What is said where nothing was measured."""


@dataclass(frozen=True)
class Told(Text):
    """Words that tell *what*, one of OF_THING, DONE or OF_SHOWN, of the thing named before them or of the medium *of*; MORE, of what was
    named before; or words between, or in place of, things that the program names (:class:`models.unified.bearings.Named`), with *rest* where
    they go on with what the part before begins to name."""

    what: str = ""
    of: str = ""
    rest: bool = False


def spoken(parts: Iterable[Part]) -> list[Part]:
    """Return the *parts* of an earlier reply with the things that the program named in it as things that are pointed at, as they read when
    the reply is read again."""
    made = list[Part]()
    for part in parts:
        if isinstance(part, Named):
            part = Grounding(part.phrase, part.boxes, part.points, part.spans, part.seg, part.of)
        elif isinstance(part, Told) and part.what in (*OTHERS, *OF_MEDIUM):
            part = Text(part.text)
        if type(part) is Text and made and type(made[-1]) is Text:
            made[-1] = Text(made[-1].text + part.text)
        else:
            made.append(part)
    return made


def recognised(parts: Iterable[Part], sheet: Sheet) -> list[Part]:
    """Return the *parts* of an earlier reply with what the program filled in told apart again: words that are what an :class:`Outlook`
    of *sheet* tells, of the thing named before them or of a medium. So a reply reads the same however it came."""
    outlook, row, made = Outlook(sheet), -1, list[Part]()
    groups, words = list[tuple[int, ...]](), ""
    wholes = [(outlook.shown(what, of), what, of) for of in outlook.settings() for what in OF_SHOWN]
    for part in parts:
        if isinstance(part, Grounding):
            found = pointing.grounded(sheet, part)
            row = found.rows[0] if found else row
            groups += [found.rows] if found else []
        if type(part) is not Text:
            made.append(part)
            continue
        words += part.text
        things = [(outlook.thing(what, row), what, "") for what in (*OF_THING, *DONE)] if row >= 0 else []
        things += [(outlook.more(groups, handles(words)), MORE, "")] if row >= 0 else []
        made += _told(part.text, sorted((w for w in (*wholes, *things) if w[0].strip()), key=lambda w: -len(w[0])))
    return made


def handles(text: str) -> list[str]:
    """Return the media that running words name, each once."""
    return list(dict.fromkeys(_HANDLE.findall(text)))


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


def told_more(counts: Mapping[str, int], more: str, two: str, all_: str, most: str = "") -> str:
    """Return *more* with the key of *counts* of which there is most; *two*, with both, or *all_* where none has more; *most* with those
    that have as many, where others have fewer; "" for no counts."""
    top = [key for key, count in counts.items() if count == max(counts.values())]
    if len(top) < 2:
        return more.format(*top) if top else ""
    if len(top) < len(counts):
        return most.format(", ".join(top[:-1]), top[-1])
    return two.format(*top) if len(top) == 2 else all_.format(*top)


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

    def more(self, groups: Sequence[Sequence[int]], of: Sequence[str] = ()) -> str:
        """Return what there is more of, of the things that were named in *groups* (of rows, those of one name together) and the media *of*
        that were named beside: "image#1 has more" where two media or more are compared, else "there are more dogs"; "" where nothing is."""
        from models.world import atlas

        counts: dict[str, int] = dict.fromkeys(of, 0)
        names: dict[str, int] = {}
        for row in dict.fromkeys(row for group in groups for row in group):
            source = self._sheet.source_of(row)
            assert source.percept is not None
            counts[source.of] = counts.get(source.of, 0) + 1
            name = source.percept.names[row - source.first]
            names[name] = names.get(name, 0) + 1
        if len(counts) > 1:
            return told_more(counts, "{0} has more", "both have as many", "all have as many", "{0} and {1} have most")
        many = {atlas.several(name): count for name, count in names.items()}
        equal = "there are as many {0} as {1}"
        return told_more(many, "there are more {0}", equal, "there are as many of all", equal)

    def thing(self, what: str, row: int) -> str:
        """Return the words for *what*, one of OF_THING or DONE, of the thing of *row* of the bank, "" for a colour that is not known, for the
        way of what stands in a picture, and for what it does there or where that was not measured. Raises
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
        if what in DONE:
            done = source.percept.deeds
            return SAYS[done[number].kind][DONE.index(what)] if done else ""
        return {"colour": known().of(source.percept.features[number])}[what]
