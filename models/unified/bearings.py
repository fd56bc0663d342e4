"""Which things a reply names by how they stand to others: left of one, between two, the biggest, what moves first, what is heard next.

The model decides *that* it names what stands so, and to what; which things these are follows from the very boxes and seconds that the reply
shows, as for :mod:`models.unified.outlook`. So a side that was asked for is never taken for another, and an order never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.percepts import MARKED, SOUND, THING, TRACK, Percept
from models.senses.deeds import SAYS
from models.unified import pointing
from models.unified.sheet import Sheet
from models.values import Grounding, Part, Text

BY_PLACE = ("left", "right", "above", "below", "near", "nearest", "farthest")
"""Things that stand so to the one named before, in its medium."""
BETWEEN = "between"
"""Things that stand between the two named before."""
BY_TIME = ("after", "before", "along")
"""What moves, or is heard, next after the thing or sound named before, last before it, or at the same time."""
CHIEF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("leftmost", "rightmost", "highest", "lowest", "biggest", "smallest", "central"), ("image", "video")),
    **dict.fromkeys(("starts", "ends"), ("video", "audio")),
}  # fmt: skip
"""The one thing of a whole medium that stands out so, or moves (is heard) first or last, and the kinds of media that have it."""
COMPARED = dict.fromkeys(("only", "shared"), ("image", "video", "audio"))
"""What a medium has that none of the others has which the reply named before, or that all of them have, too: by name, and of what all have
as many as each of them has at least."""
DOERS = dict.fromkeys(("acts", "moving", *(f"who_{kind}" for kind in SAYS)), ("video",))
"""What moves in a clip: all with what they do, in order; all of it; the things that do what is so called in SAYS."""
OF_MEDIUM: dict[str, tuple[str, ...]] = {**CHIEF, **COMPARED, **DOERS}
"""All things that are named of a medium, and the kinds of media that they are named of."""
OTHERS = (*BY_PLACE, BETWEEN, *BY_TIME)
NOTHING = "nothing"
"""What is said where no thing stands so."""

CLEAR = 0.065
"""Middles that lie further apart than this share of the frame are left and right of each other, or above and below."""
BESIDE = 0.1
"""Boxes that are no further apart than this share of the frame, and share some height, are next to each other."""
ASIDE = 0.14
"""How far off the line from one middle to another something may stand and still be between them, in shares of the frame."""
MEANWHILE = 0.15
"""Seconds that two things must share at least to move, or be heard, at the same time."""
SOON = 0.3
"""Seconds by which what comes after may begin before the other has ended."""
_SAME = 0.5


@dataclass(frozen=True)
class Named(Grounding):
    """Things that the program names: *what*, one of OTHERS or OF_MEDIUM, of the thing named before or of the medium *about*; *rest*: it goes
    on with what the part before begins to name."""

    what: str = ""
    about: str = ""
    rest: bool = False


@dataclass(frozen=True)
class _One:
    row: int
    box: NDArray[np.float32]
    start: float
    end: float

    @property
    def middle(self) -> NDArray[np.float32]:
        return np.asarray((self.box[:2] + self.box[2:]) / 2)


def others(sheet: Sheet, what: str, row: int, before: int = -1) -> list[int]:
    """Return the rows of the bank that stand to that of *row* as *what*, one of OTHERS, says: from left to right or in order of time; for
    BETWEEN, to it and to that of the row *before* it. Raises KeyError for another *what*, IndexError for a row that is no thing."""
    one = _of(sheet, row)
    if what == BETWEEN:
        if before < 0 or sheet.source_of(before).of != sheet.source_of(row).of:
            return []
        other = _of(sheet, before)
        among = [two for two in _among(sheet, row, one) if two.row != before and not _same(two, other)]
        return [two.row for two in _across(among) if _within(two, one, other)]
    if what in BY_TIME:
        return _in_time(what, one, [two for two in _among(sheet, row, one) if two.start < two.end])
    among = _across(_among(sheet, row, one))
    if what in ("nearest", "farthest"):
        order = sorted(among, key=lambda two: _away(one, two))
        return [two.row for two in (order[:1] if what == "nearest" else order[-1:])]
    fits: dict[str, Callable[[_One], bool]] = {
        "left": lambda two: one.middle[0] - two.middle[0] > CLEAR, "right": lambda two: two.middle[0] - one.middle[0] > CLEAR,
        "above": lambda two: one.middle[1] - two.middle[1] > CLEAR, "below": lambda two: two.middle[1] - one.middle[1] > CLEAR,
        "near": lambda two: _gap(one, two) <= BESIDE and _level(one, two),
    }  # fmt: skip
    return [two.row for two in among if fits[what](two)]


def within(sheet: Sheet, what: str, handle: str, media: Sequence[str] = ()) -> list[int]:
    """Return the rows of the things of the medium *handle* that are *what*, one of OF_MEDIUM, [] where it has none: from left to right or in
    order of time; COMPARED with the other *media*. Raises KeyError for another *what*."""
    among = [_at(row, percept, n) for row, percept, n in pointing.places(sheet, handle) if percept.kind != MARKED]
    if what in COMPARED:
        return _compared(sheet, what, _across(among), [other for other in media if other != handle])
    if what in DOERS:
        moving = sorted((one for one in among if one.start < one.end), key=lambda one: (one.start, one.row))
        wanted = {"acts": tuple(SAYS), "moving": tuple(SAYS)}.get(what, (what.removeprefix("who_"),))
        if what == "who_stays" or (what == "acts" and not moving):
            return [one.row for one in _across(among) if _done(sheet, one.row) == "stays"]
        order = moving if what == "acts" else _across(moving)
        return [one.row for one in order if _done(sheet, one.row) in wanted]
    if what in ("starts", "ends"):
        sign = 1 if what == "starts" else -1
        order = sorted((one for one in among if one.start < one.end), key=lambda one: sign * one.start)
        return [one.row for one in order[:1]]
    keys: dict[str, Callable[[_One], float]] = {
        "leftmost": lambda one: one.middle[0], "rightmost": lambda one: -one.middle[0], "highest": lambda one: one.middle[1],
        "lowest": lambda one: -one.middle[1], "biggest": lambda one: -_area(one), "smallest": _area,
        "central": lambda one: float(np.abs(one.middle - 0.5).max()),
    }  # fmt: skip
    return [one.row for one in sorted(among, key=keys[what])[:1]]


def _compared(sheet: Sheet, what: str, among: Sequence[_One], media: Sequence[str]) -> list[int]:
    kinds = {sheet.source_of(one.row).kind for one in among}
    there = [Counter(p.names[n] for _, p, n in pointing.places(sheet, of) if p.kind in kinds) for of in media]
    if what == "shared":  # of three dogs here and two there it is two that both have
        left = Counter({own: min(names[own] for names in there) for own in (there[0] if there else ())})
        found = list[int]()
        for one in among:
            name = _name(sheet, one.row)
            found += [one.row] if left[name] > 0 else []
            left[name] -= 1
        return found
    return [one.row for one in among if not any(names[_name(sheet, one.row)] for names in there)]


def _name(sheet: Sheet, row: int) -> str:
    source = sheet.source_of(row)
    return source.percept.names[row - source.first] if source.percept else ""


def _done(sheet: Sheet, row: int) -> str:
    """Return the kind of deed of the thing of *row*, "" where that was not measured."""
    source = sheet.source_of(row)
    return source.percept.deeds[row - source.first].kind if source.percept and source.percept.deeds else ""


def worded(sheet: Sheet, what: str, rows: Sequence[int]) -> list[Part]:
    """Return *rows* as the parts of a list, all of one name together: "a dog, two cars and an owl"; [NOTHING] for no rows. What is CHIEF is
    "the" one where nothing else is called so, but for sounds; acts are told with what each does."""
    if not rows:
        return [Text(NOTHING)]
    if what == "acts":
        return _tale(sheet, rows)
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(_name(sheet, row), []).append(row)
    parts: list[Part] = []
    for number, group in enumerate(groups.values()):
        if number:
            parts.append(Text(" and " if number == len(groups) - 1 else ", "))
        heard = sheet.source_of(group[0]).kind == SOUND
        known = what in CHIEF and not heard and len(pointing.alike(sheet, group[0])) == 1
        parts.append(pointing.said(sheet, pointing.Pointed("the" if known else "a", (), tuple(group))))
    return parts


def _tale(sheet: Sheet, rows: Sequence[int]) -> list[Part]:
    parts: list[Part] = []
    for number, row in enumerate(rows):
        if number:
            parts.append(Text(joint(_of(sheet, rows[number - 1]).end, _of(sheet, row).start)))
        parts.append(pointing.said(sheet, pointing.Pointed("a", (), (row,))))
        parts.append(Text(f" {SAYS[_done(sheet, row)][1]}"))
    return parts


def joint(ended: float, begins: float) -> str:
    """Return words between two deeds that say whether the second begins after the first has ended, in s; a little overlap is none."""
    return ", then " if begins >= ended - SOON else " and "


def _of(sheet: Sheet, row: int) -> _One:
    source = sheet.source_of(row)
    if source.percept is None or not source.pointable:
        raise IndexError(f"row {row} is no thing")
    return _at(row, source.percept, row - source.first)


def _at(row: int, percept: Percept, number: int) -> _One:
    """Return a thing with its place, and when it moves (a track), is heard (a sound) or nothing (0 to 0)."""
    place = percept.places[number]
    start, end = float(place[8]), float(place[9])
    if percept.kind == TRACK:
        deed = percept.deeds[number] if percept.deeds else None
        start, end = (deed.start, deed.end) if deed is not None and deed.kind != "stays" else (0.0, 0.0)
    return _One(row, np.asarray(place[:4], np.float32), start, end if percept.kind in (SOUND, TRACK) else start)


def _among(sheet: Sheet, row: int, one: _One) -> list[_One]:
    """Return the other things of the medium of *row*: of one that a person marked, those that are not under the mark."""
    source = sheet.source_of(row)
    kinds = (THING, TRACK) if source.kind == MARKED else (source.kind,)
    found = [_at(r, p, n) for r, p, n in pointing.places(sheet, source.of) if r != row and p.kind in kinds]
    return [two for two in found if source.kind != MARKED or not _same(one, two)]


def _across(among: Sequence[_One]) -> list[_One]:
    return sorted(among, key=lambda one: (float(one.middle[0]), one.row))


def _in_time(what: str, one: _One, among: Sequence[_One]) -> list[int]:
    if one.start >= one.end:
        return []
    if what == "along":
        both = [two for two in among if min(one.end, two.end) - max(one.start, two.start) >= MEANWHILE]
        return [two.row for two in sorted(both, key=lambda two: (two.start, two.row))]
    order = sorted([*among, one], key=lambda two: (two.start, two.row))
    at = order.index(one) + (1 if what == "after" else -1)
    return [order[at].row] if 0 <= at < len(order) else []


def _area(one: _One) -> float:
    return float((one.box[2] - one.box[0]) * (one.box[3] - one.box[1]))


def _gap(one: _One, two: _One) -> float:
    apart = np.maximum(0.0, np.maximum(one.box[:2] - two.box[2:], two.box[:2] - one.box[2:]))
    return float(np.hypot(*apart))


def _away(one: _One, two: _One) -> float:
    """Return how far apart two things are as it is said: by what lies between them, and a little by their middles."""
    return _gap(one, two) + 0.3 * float(np.hypot(*(one.middle - two.middle)))


def _level(one: _One, two: _One) -> bool:
    shared = min(one.box[3], two.box[3]) - max(one.box[1], two.box[1])
    return bool(shared > 0.3 * min(one.box[3] - one.box[1], two.box[3] - two.box[1]))


def _same(one: _One, two: _One) -> bool:
    from models.vision.suppress import overlaps

    return bool(overlaps(one.box[None], two.box)[0] >= _SAME)


def _within(two: _One, one: _One, other: _One) -> bool:
    """Return whether *two* stands between *one* and *other*: near the line of their middles, and not at its ends."""
    line = other.middle - one.middle
    long = float(np.hypot(*line))
    if long < 2 * CLEAR:
        return False
    off = two.middle - one.middle
    along, aside = float(off @ line) / long, abs(float(off[0] * line[1] - off[1] * line[0])) / long
    return CLEAR < along < long - CLEAR and aside <= ASIDE
