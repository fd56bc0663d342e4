"""Plans layouts by rule: things and how they stand to each other in, one labelled box for every single thing out.

The unified model learns planning from these plans, so each is a plain function of what the words say, easy to follow from
one box to the next. All is counted in *steps* of a twentieth of the frame:

- Every group stands in a column. Groups that stand above, on, in front of another share its column; those to the left stand
  in a column before it; else columns are in order of mention. Things of the sky get columns of their own in the upper half.
- A single thing is a box by the class of its real size, in the middle of its column, its lower edge on a common line.
- A group fills its column with equal boxes, row after row, left to right. A row that is not full comes first, so that the
  last box always ends in the group's lower right corner: there the group is complete.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.values import Box
from models.world import atlas
from models.world.find import find

STEPS = 20
"""Steps across and down the frame; every edge lies on one."""
SHAPE = 1.5
"""Width over height of the frame that plans are made for, the usual picture's."""
MOST_GROUPS, MOST_THINGS = 4, 20
STACKED = ("on", "above", "below", "front", "behind")
BESIDE = ("left", "right", "beside", "between")


@dataclass(frozen=True)
class Sort:
    """What a plan needs to know of a thing: *size* 0 (a hand's length), 1 (an arm's), 2 (a person's) or 3 (larger), and
    whether its place is the *sky*."""

    size: int
    sky: bool = False


@dataclass(frozen=True)
class Group:
    """*count* things of one *label*, 1..MOST_THINGS. Raises ValueError for another number or an empty label."""

    label: str
    count: int
    sort: Sort

    def __post_init__(self) -> None:
        if not self.label.strip() or not 1 <= self.count <= MOST_THINGS:
            raise ValueError(
                f"a group of {self.count} {self.label!r}: a plan needs a label and 1 to {MOST_THINGS} things"
            )


@dataclass(frozen=True)
class Link:
    """Group number *first* is *kind* (of STACKED or BESIDE) of group *second*; "between" it and group *third*, or between the
    two things of *second* where *third* is None."""

    kind: str
    first: int
    second: int
    third: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in (*STACKED, *BESIDE):
            raise ValueError(f"{self.kind!r} is no relation of a plan; there are {', '.join((*STACKED, *BESIDE))}")


@dataclass(eq=False)
class _Column:
    """Groups over groups (*kind* "on", "above", "front"), or groups alone in *below*. *half*: of a group of two that stands
    on both sides of another, only one thing stands here."""

    above: list[int]
    below: list[int]
    kind: str = ""
    half: bool = False

    @property
    def groups(self) -> list[int]:
        return self.above + self.below


@dataclass(frozen=True)
class _Area:
    """A part of the frame in steps; boxes stand on its lower edge, or hang from the upper one."""

    x: int
    y: int
    wide: int
    high: int
    hung: bool = False


@lru_cache(maxsize=8192)
def sort_of(noun: str) -> Sort:
    """Return the sort of thing that *noun* (singular, without article) names; what the atlas lacks is as large as a person."""
    match = find(noun)
    if match is None:
        return Sort(2)
    entry = atlas.entry(match.name)
    return Sort(sum(entry.typical >= math.log10(limit / 0.01) / 4 for limit in (0.2, 0.8, 2.5)), entry.habitat == "sky")


def plan(groups: Sequence[Group], links: Sequence[Link] = ()) -> tuple[tuple[str, Box], ...]:
    """Return a label and a box for every thing of *groups*, in their order. Raises ValueError for no or more than MOST_GROUPS
    groups, links that lead in a circle, and stacks of more than two storeys."""
    if not 1 <= len(groups) <= MOST_GROUPS:
        raise ValueError(f"{len(groups)} groups: a plan holds 1 to {MOST_GROUPS}")
    columns = _ordered(_stacked(len(groups), links), groups, links)
    tied = {g for link in links for g in (link.first, link.second, link.third) if g is not None}
    sky = [c for c in columns if all(groups[g].sort.sky and g not in tied for g in c.groups)]
    ground = [c for c in columns if c not in sky]
    places: dict[int, list[tuple[int, int, int, int]]] = {}
    if sky and ground and not any(column.kind for column in ground):
        bands = [(sky, 1, 8), (ground, 10, 8)]
    elif ground:
        bands = [(columns, 6, 12)]
    else:
        bands = [(columns, 1, 12)]
    for band, y, high in bands:
        for (x, wide), column in zip(_spans(len(band)), band, strict=True):
            lifted = y - 5 if column in sky and ground and high == 12 else y
            for group, area, fixed in _areas(column, _Area(x, lifted, wide, high)):
                count = 1 if column.half else groups[group].count
                places.setdefault(group, []).extend(_boxes(count, groups[group].sort.size, area, fixed))
    return tuple(
        (group.label, Box(*(edge / STEPS for edge in place))) for n, group in enumerate(groups) for place in places[n]
    )


def _stacked(number: int, links: Sequence[Link]) -> list[_Column]:
    """Return the columns in order of mention, groups that stand over each other together."""
    columns = [_Column([], [n]) for n in range(number)]
    for link in links:
        if link.kind not in STACKED:
            continue
        kind = {"below": "above", "behind": "front"}.get(link.kind, link.kind)
        over, under = (link.first, link.second) if link.kind in ("on", "above", "behind") else (link.second, link.first)
        one = next(c for c in columns if over in c.groups)
        two = next(c for c in columns if under in c.groups)
        if one is two or (one.kind and two.kind) or (one.kind or kind) != kind or (two.kind or kind) != kind:
            raise ValueError(f"the groups {over} and {under} cannot stand over each other as well")
        if (one.kind and over in one.below) or (two.kind and under in two.above):
            raise ValueError("a stack of more than two storeys is not planned")
        kept, gone = (one, two) if columns.index(one) < columns.index(two) else (two, one)
        kept.above, kept.below = (
            sorted((one.above or one.below) + (two.above if two.kind else [])),
            sorted((one.below if one.kind else []) + two.below),
        )
        kept.kind = kind
        columns.remove(gone)
    return columns


def _ordered(columns: list[_Column], groups: Sequence[Group], links: Sequence[Link]) -> list[_Column]:
    """Return *columns* as they stand from left to right."""

    def of(group: int | None) -> _Column:
        return next(c for c in columns if group in c.groups)

    before: list[tuple[_Column, _Column]] = []
    for link in links:
        if link.kind in ("left", "beside"):
            before.append((of(link.first), of(link.second)))
        elif link.kind == "right":
            before.append((of(link.second), of(link.first)))
        elif link.kind == "between" and link.third is not None:
            before += [(of(link.second), of(link.first)), (of(link.first), of(link.third))]
        elif link.kind == "between":
            outer = of(link.second)
            if groups[link.second].count != 2 or outer.kind or outer.half:
                raise ValueError("only between two things, or between two groups, is there a place")
            outer.half = True
            twin = _Column([], [link.second], half=True)
            columns.append(twin)
            before += [(outer, of(link.first)), (of(link.first), twin)]
    done: list[_Column] = []
    while len(done) < len(columns):
        free = [c for c in columns if c not in done and all(a in done for a, b in before if b is c)]
        if not free:
            raise ValueError("the groups cannot all stand beside each other as the links say: they lead in a circle")
        done.append(free[0])
    return done


def _spans(number: int) -> tuple[tuple[int, int], ...]:
    """Return where each of *number* columns starts and how wide it is."""
    return {
        1: ((2, 16),),
        2: ((1, 8), (11, 8)),
        3: ((1, 6), (7, 6), (13, 6)),
        4: ((1, 4), (6, 4), (10, 4), (15, 4)),
    }.get(number, tuple((4 * n, 4) for n in range(number)))


def _areas(column: _Column, area: _Area) -> list[tuple[int, _Area, int]]:
    """Return each group of *column* with its area and the height of a single thing in it, 0 where its size tells."""
    if not column.kind:
        return [(column.below[0], area, 0)]
    (top, high, hung), (bottom, low, fixed) = {
        "on": ((4, 8, False), (12, 6, 6)),  # what stands there would also stand on a table that is the backdrop
        "above": ((1, 8, False), (10, 8, 0)),
        "front": ((2, 12, False), (10, 8, 0)),
    }[column.kind]
    found = []
    for n, (x, wide) in enumerate(_within(area, len(column.above))):
        found.append((column.above[n], _Area(x, top, wide, high, hung), 12 if column.kind == "front" else 0))
    for n, (x, wide) in enumerate(_within(area, len(column.below))):
        found.append((column.below[n], _Area(x, bottom, wide, low, column.kind == "on"), fixed))
    return found


def _within(area: _Area, number: int) -> list[tuple[int, int]]:
    """Return the parts of the width of *area* for *number* groups that stand close together over or under another."""
    if number == 1:
        return [(area.x, area.wide)]
    wide = {16: {2: 6, 3: 4}, 8: {2: 4}}.get(area.wide, {}).get(number)
    if wide is None:
        raise ValueError(f"{number} groups over another have no place in a column of {area.wide} steps")
    start = area.x + (area.wide - wide * number) // 2
    return [(start + wide * n, wide) for n in range(number)]


_TALL = {16: ((6, 8), (8, 12), (8, 14), (12, 14)), 8: ((4, 6), (6, 8), (6, 10), (8, 12)),
         6: ((4, 8), (6, 8), (6, 10), (6, 10)), 4: ((4, 6), (4, 6), (4, 8), (4, 8))}  # fmt: skip
_LOW = {16: ((4, 4), (6, 6), (8, 8), (12, 8)), 8: ((4, 4), (4, 6), (6, 8), (8, 8)),
        6: ((4, 4), (4, 6), (6, 8), (6, 8)), 4: ((4, 4), (4, 6), (4, 8), (4, 8))}  # fmt: skip
"""Width and height of a single thing by its size, for the width of its column, in areas of 12 steps and of 8."""


@lru_cache(maxsize=4096)
def _boxes(count: int, size: int, area: _Area, fixed: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return the boxes of a group in *area* as edges in steps; a single one is *fixed* high, or as its
    size says for 0."""
    if count == 1:
        wide, high = (_TALL if area.high == 12 else _LOW)[area.wide][size]
        high, columns, rows = fixed or min(high, area.y + area.high - 2), 1, 1  # clear of the upper edge
    else:
        columns, rows, wide, high = _grid(count, area.wide, area.high)
    short = count - columns * (rows - 1)
    top = area.y if area.hung else area.y + area.high - rows * high
    found = []
    for n in range(count):
        row, at = (0, n) if n < short else divmod(n - short + columns, columns)
        across = short if row == 0 else columns
        x = area.x + (area.wide - across * wide) // 2 + at * wide
        found.append((x, top + row * high, x + wide, top + (row + 1) * high))
    return tuple(found)


@lru_cache(maxsize=1024)
def _grid(count: int, wide: int, high: int) -> tuple[int, int, int, int]:
    """Return columns, rows and the width and height of a box in the grid for *count* things: one more row where that makes
    them larger by more than a third. Boxes are neither twice as high as wide nor wider than high (in steps)."""
    best, found = -1.0, (0, 0, 0, 0)
    for rows in range(1, min(count, high) + 1):
        columns = -(-count // rows)
        if columns > wide or columns * (rows - 1) >= count:
            continue
        across, down = wide // columns, high // rows
        across, down = min(across, down), min(down, 2 * across)
        if (size := min(SHAPE * across, down)) > 1.35 * best:
            best, found = size, (columns, rows, across, down)
    return found
