"""Pointing at what is perceived: from a grounded phrase or a box to the rows of percepts that it means, and from rows to words.

A reply that names things it perceives writes a determiner, perhaps adjectives, and then points at each of them; the program says
how many there are, what they are called and where they are. So a number that is told is the number of things pointed at.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from models.percepts import MARKED, SOUND, TRACK, Percept, box_of, phrase, span_of
from models.unified.sheet import Sheet, Source
from models.values import Arg, Box, Grounding, Span


@dataclass(frozen=True)
class Pointed:
    """Things of one medium as a reply names them: *rows* of the bank, the *determiner* ("a", "the" or "") and *adjectives*."""

    determiner: str
    adjectives: tuple[str, ...]
    rows: tuple[int, ...]


def places(sheet: Sheet, of: str) -> Iterator[tuple[int, Percept, int]]:
    """Yield what can be pointed at in the medium *of* ("" for all): the row of the bank, its percept and its number in that."""
    for source in sheet.sources:
        if source.pointable and source.percept and of in ("", source.of):
            yield from ((source.first + n, source.percept, n) for n in range(len(source.percept)))


def grounded(sheet: Sheet, part: Grounding) -> Pointed | None:
    """Return how *part* is written by pointing: None where one of its places is no row's, or its phrase would be worded otherwise."""
    wanted: Sequence[Box | Span] = part.boxes or part.spans
    free = [(row, percept, n) for row, percept, n in places(sheet, part.of)]
    rows, names = list[int](), list[str]()
    for place in wanted:
        for index, (row, percept, n) in enumerate(free):
            if place == (box_of(percept, n) if isinstance(place, Box) else span_of(percept, n)):
                rows.append(row)
                names.append(percept.names[n])
                del free[index]
                break
        else:
            return None
    if not rows or part.points or part.seg:
        return None
    said = part.phrase[:1].lower() + part.phrase[1:]
    noun = phrase("", (), names)
    if not said.endswith(noun):
        return None
    before = said[: -len(noun)].split()
    for determiner in ("the", "a", ""):
        marker = phrase(determiner, ("\0",), names).partition("\0")[0].split()
        if determiner == "a" and before[:1] == ["an"]:
            marker = ["an"]
        adjectives = tuple(before[len(marker) :])
        if before[: len(marker)] == marker and phrase(determiner, adjectives, names) == said:
            return Pointed(determiner, adjectives, tuple(rows))
    return None


def alike(sheet: Sheet, row: int) -> list[int]:
    """Return the rows of all things that are called as that of *row* is, in its medium, and told by rows of its kind, *row* first;
    of marks those of one message, since one thing may be marked again in the next. Raises IndexError for a row that cannot be
    pointed at."""
    source, own, number = _at(sheet, row)
    texts = [
        text.first for text in sheet.sources if text.whole and own.kind == MARKED
    ]  # a message's marks stand before it
    others = [
        other
        for other, percept, n in places(sheet, source.of)
        if other != row
        and percept.kind == own.kind
        and percept.names[n] == own.names[number]
        and bisect(texts, other) == bisect(texts, row)
    ]
    return [row, *others]


def row_of(sheet: Sheet, arg: Arg, of: str) -> int | None:
    """Return the row of the bank whose box is *arg* in the medium *of*; None where there is none or *arg* is no box."""
    if not isinstance(arg, Box):
        return None
    return next(
        (row for row, percept, n in places(sheet, of) if percept.kind != SOUND and box_of(percept, n) == arg), None
    )


def said(sheet: Sheet, pointed: Pointed) -> Grounding:
    """Return *pointed* as the grounded phrase that it stands for. Raises ValueError when it points at nothing, IndexError for a
    row that is none."""
    found = [_at(sheet, row) for row in pointed.rows]
    names = [percept.names[n] for _, percept, n in found]
    boxes = tuple(box_of(percept, n) for _, percept, n in found if percept.kind != SOUND)
    spans = tuple(span_of(percept, n) for _, percept, n in found if percept.kind in (SOUND, TRACK))
    words = phrase(pointed.determiner, pointed.adjectives, names)
    return Grounding(words, boxes=boxes, spans=spans, of=found[0][0].of)


def _at(sheet: Sheet, row: int) -> tuple[Source, Percept, int]:
    source = sheet.source_of(row)
    if source.percept is None or not source.pointable:
        raise IndexError(f"row {row} cannot be pointed at")
    return source, source.percept, row - source.first


def box_at(sheet: Sheet, row: int) -> Box:
    """Return the box of *row*. Raises IndexError for a row that cannot be pointed at."""
    _, percept, n = _at(sheet, row)
    return box_of(percept, n)


def begun(text: str, grounding: Grounding) -> Grounding:
    """Return *grounding* with a capital letter unless words *text* before it run on; a colon ends no sentence."""
    if text.rstrip(" \n") and not text.rstrip(" \n").endswith((".", "!", "?")):
        return grounding
    return replace(grounding, phrase=grounding.phrase[:1].upper() + grounding.phrase[1:])
