"""Moves bodies until what was asked for holds: simulated annealing on a sum of penalties, the same for the same seed.

Every penalty is 0 where its wish is met and grows with the distance from that, in units of the frame's shorter side.
Method: Kirkpatrick, Gelatt and Vecchi 1983, "Optimization by Simulated Annealing".
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from typing import TypeAlias

from models.expert import Report
from models.world.bodies import Frame, Item, Ties
from models.world.busts import foot_of
from models.world.walls import LEVEL

Hull: TypeAlias = tuple[float, float, float, float]
GAP = 0.012
"""Bodies nearer to each other than this are nearly pressed together."""
MARGIN = 0.03
"""Least distance from the edge of the frame."""
_SPOTS = {"left": (0.0, 0.36, None, None), "right": (0.64, 1.0, None, None), "top": (None, None, 0.0, 0.38),
          "bottom": (None, None, 0.62, 1.0), "middle": (0.4, 0.6, None, None)}  # fmt: skip


BEAT = 2000
"""Pairs of bodies that are looked at, about, between two reports."""


def settle(
    bodies: Sequence[Item], ties: Sequence[Ties], frame: Frame, rng: random.Random, report: Report | None = None
) -> float:
    """Move *bodies* (items without a parent) and return the penalty that remains, overlaps and wishes together. *report* is told how far
    it is, often enough for a Stop to be heeded at once."""
    free = [body for body in bodies if not body.fixed]
    for body in free:
        body.move(*_start(body, frame, rng))
    if not free:
        return 0.0
    concerned: dict[int, list[Ties]] = {id(body): [] for body in bodies}
    for tie in ties:
        for root in {id(i.root): i.root for i in (*tie.some, *tie.others)}.values():
            concerned.setdefault(id(root), []).append(tie)

    hulls = [body.hull() for body in bodies]
    place = {id(body): n for n, body in enumerate(bodies)}

    def cost(body: Item) -> float:
        total, own, number = home(body, frame), body.hull(), place[id(body)]
        total += sum(
            _pressed(body, bodies[n], own, hull, ties)
            for n, hull in enumerate(hulls)
            # Most are far apart: that is told without looking closer.
            if n != number and hull[0] - own[2] < GAP and own[0] - hull[2] < GAP
        )
        return total + sum(penalty(tie, frame) for tie in concerned[id(body)])

    steps = max(1500, min(1200 + 500 * len(free), 150_000 // len(bodies)))
    every = max(1, BEAT // len(bodies))
    for step in range(steps):
        if report is not None and step % every == 0:
            report(step / steps, f"placing {len(bodies)} things")
        heat = (1 - step / steps) ** 2
        body = free[rng.randrange(len(free))]
        before, x, y = cost(body), body.x, body.y
        if rng.random() < 0.12 * heat:
            body.move(*_start(body, frame, rng))
        else:
            reach = 0.02 + 0.5 * heat
            body.move(x + rng.gauss(0, reach), y + rng.gauss(0, reach * 0.6))
        worse = cost(body) - before
        if worse > 0 and rng.random() >= math.exp(-worse / (0.004 + 0.25 * heat)):
            body.move(x, y)
        else:
            hulls[place[id(body)]] = body.hull()
    return rest(bodies, ties, frame)


def rest(bodies: Sequence[Item], ties: Sequence[Ties], frame: Frame) -> float:
    """Return the penalty of overlaps, of leaving the frame and of all ties."""
    pairs = sum(overlap(a, b, ties) for n, a in enumerate(bodies) for b in bodies[:n])
    return pairs + sum(outside(body, frame) for body in bodies) + sum(penalty(tie, frame) for tie in ties)


def due_to(body: Item, bodies: Sequence[Item], ties: Sequence[Ties], frame: Frame) -> float:
    """Return what of :func:`rest` is due to *body*, one of *bodies*."""
    own = [tie for tie in ties if any(item.root is body for item in (*tie.some, *tie.others))]
    pairs = sum(overlap(body, other, ties) for other in bodies if other is not body)
    return pairs + outside(body, frame) + sum(penalty(tie, frame) for tie in own)


def _start(body: Item, frame: Frame, rng: random.Random) -> tuple[float, float]:
    x = rng.uniform(min(body.wide / 2, frame.wide / 2), max(frame.wide - body.wide / 2, frame.wide / 2))
    low, high = reach_of(body, frame)
    return x, rng.uniform(low, high) - body.high / 2


def reach_of(body: Item, frame: Frame) -> tuple[float, float]:
    """Return the highest and the lowest place for the feet of *body*."""
    bottom = frame.high - MARGIN
    if body.zone == "edge":
        return (foot_of(body.high, frame.high),) * 2
    if body.zone == "wall" and frame.horizon is not None:
        return body.high + MARGIN, max(body.high + MARGIN, 0.9 * frame.horizon)
    if body.zone == "base" and frame.horizon is not None:
        return frame.horizon, frame.horizon
    if body.zone == "ground" and frame.horizon is not None:
        return min(frame.horizon + 0.05, bottom), bottom
    if body.zone == "sky" and frame.horizon is not None:
        lowest = max(frame.horizon - 0.06, body.high + MARGIN)
        return min(body.high + MARGIN, lowest), min(lowest, bottom)
    return min(body.high + MARGIN, bottom), bottom


def home(body: Item, frame: Frame) -> float:
    """The penalty for leaving the frame or the zone, and a mild pull to where such a thing looks best."""
    low, high = reach_of(body, frame)
    away = max(0.0, low - body.feet, body.feet - high)
    total = outside(body, frame) + 5.0 * away
    if body.zone == "ground" and frame.horizon is not None:
        best = low + (high - low) * (1 - body.depth)
        total += 0.9 * abs(body.feet - best)
    elif body.zone == "sky" and frame.horizon is not None:
        total += 0.3 * abs(body.y - max(0.36 * frame.horizon, body.high / 2 + MARGIN))
    elif body.zone == "wall" and frame.horizon is not None:
        total += 0.6 * abs(body.y - LEVEL * frame.horizon)
    elif body.zone not in ("edge", "base"):
        total += 0.25 * abs(body.y - frame.high / 2)
    return total + 0.12 * abs(body.x - frame.wide / 2)


def outside(body: Item, frame: Frame) -> float:
    left, top, right, bottom = body.hull()
    over = max(0.0, MARGIN - left) + max(0.0, right - frame.wide + MARGIN)
    lowest = foot_of(body.high, frame.high) if body.zone == "edge" else frame.high - MARGIN / 2
    return 14.0 * (over + max(0.0, MARGIN - top) + max(0.0, bottom - lowest))


def overlap(a: Item, b: Item, ties: Sequence[Ties]) -> float:
    """The penalty for covering each other, or for being nearly pressed together."""
    return _pressed(a, b, a.hull(), b.hull(), ties)


def _pressed(a: Item, b: Item, one: Hull, other: Hull, ties: Sequence[Ties]) -> float:
    """Return :func:`overlap` of bodies whose hulls are known."""
    al, at, ar, ab = one
    bl, bt, br, bb = other
    wide, high = min(ar, br) - max(al, bl) + GAP, min(ab, bb) - max(at, bt) + GAP
    if wide <= 0 or high <= 0:
        return 0.0
    share = wide * high / min((ar - al) * (ab - at), (br - bl) * (bb - bt))
    allowed = 0.0
    for tie in ties:
        if tie.kind in ("behind", "front") and _joins(tie, a, b):
            allowed = 0.42
        elif tie.kind == "stack" and _joins(tie, a, b):
            allowed = 0.3
    return 7.0 * max(0.0, share - allowed) + (1.5 if share > allowed + 0.02 else 0.0)


def _joins(tie: Ties, a: Item, b: Item) -> bool:
    some, others = {id(i.root) for i in tie.some}, {id(i.root) for i in tie.others}
    if not others:
        return id(a) in some and id(b) in some
    return (id(a) in some and id(b) in others) or (id(b) in some and id(a) in others)


def penalty(tie: Ties, frame: Frame) -> float:
    """The penalty of one tie, 0 where it holds."""
    if tie.kind.startswith("at_"):
        return sum(_spot(item, tie.kind[3:], frame) for item in tie.some)
    if not tie.others:
        return _ALONE.get(tie.kind, _near_all)(tie.some, frame)
    pair = _PAIRS.get(tie.kind)
    if pair is not None:
        return sum(pair(a, b) for a in tie.some for b in tie.others) / math.sqrt(len(tie.some) * len(tie.others))
    loose = _LOOSE.get(tie.kind)
    if loose is not None:  # every one of these to its nearest of those, and every one of those not left alone
        total = sum(min(loose(a, b) for b in tie.others) for a in tie.some)
        return total + (sum(min(loose(a, b) for a in tie.some) for b in tie.others) if tie.kind == "beside" else 0.0)
    if tie.kind == "between":
        return sum(_between(a, tie.others) for a in tie.some)
    if tie.kind == "around":
        return _around(tie.some, tie.others, frame)
    return 0.0


def _left(a: Item, b: Item) -> float:
    need = (a.wide + b.wide) / 2 * 0.96
    gap = b.x - a.x
    tilt = max(0.0, abs(a.y - b.y) - 0.6 * max(gap, 0.0))
    feet = 0.3 * abs(a.feet - b.feet) if a.zone == b.zone else 0.0
    return 6.0 * max(0.0, need - gap) + 6.0 * tilt + 0.3 * max(0.0, gap - need - 0.12) + feet


def _above(a: Item, b: Item) -> float:
    need = (a.high + b.high) / 2 * 0.98 + 0.01
    gap = b.y - a.y
    tilt = max(0.0, abs(a.x - b.x) - 0.6 * max(gap, 0.0))
    return 6.0 * max(0.0, need - gap) + 6.0 * tilt + 0.5 * max(0.0, gap - need - 0.15) + 0.35 * abs(a.x - b.x)


def _beside(a: Item, b: Item) -> float:
    gap = abs(a.x - b.x) - (a.wide + b.wide) / 2
    near = 4.0 * max(0.0, -gap) + 2.5 * max(0.0, gap - 0.05)
    apart = max(0.0, abs(a.y - b.y) - (a.high + b.high) / 2)
    if {a.zone, b.zone} in (_APART, {"ground", "float"}):  # each where it belongs, as near as that goes
        return near + (0.5 if "sky" in (a.zone, b.zone) else 2.0) * apart
    return near + 3.0 * max(0.0, _uneven(a, b) - 0.04)


_APART = {"ground", "sky"}
"""Zones that a thing does not leave for the sake of its neighbour: a dog beside the sun stays on the ground."""


def _uneven(a: Item, b: Item) -> float:
    """Return how far apart their feet are in height; what looks in from the lower edge or belongs to a wall has none that count,
    nor has what flies beside what stands."""
    if {a.zone, b.zone} == _APART:
        return 0.0
    return 0.0 if {"edge", "wall", "base"} & {a.zone, b.zone} else abs(a.feet - b.feet)


def _facing(a: Item, b: Item) -> float:
    gap = abs(a.x - b.x) - (a.wide + b.wide) / 2
    level = _uneven(a, b) if a.zone == b.zone else 0.3 * abs(a.y - b.y)
    return 4.0 * max(0.0, -gap) + 1.6 * max(0.0, gap - 0.12) + 2.0 * max(0.0, level - 0.06)


def _with(a: Item, b: Item) -> float:
    gap_x = max(0.0, abs(a.x - b.x) - (a.wide + b.wide) / 2)
    gap_y = max(0.0, abs(a.y - b.y) - (a.high + b.high) / 2)
    return 0.8 * max(0.0, math.hypot(gap_x, gap_y) - 0.06)


def _behind(a: Item, b: Item) -> float:
    """*a* stands further back than *b*, partly hidden by it and still to be seen."""
    back = b.feet - a.feet
    aside = abs(a.x - b.x)
    reach = (a.wide + b.wide) / 2
    taller = max(0.0, b.top - a.top)  # what looks out over b
    hidden = max(0.0, 0.45 * min(a.high, b.high) - taller) / max(b.high, 0.01)
    need = reach * (0.45 + 0.3 * min(1.0, hidden))
    return (
        6.0 * max(0.0, 0.03 - back)
        + 1.5 * max(0.0, back - 0.2)
        + 1.2 * max(0.0, aside - reach * 0.92)
        + 2.0 * max(0.0, need - aside) * min(1.0, 3 * hidden)
    )


def _between(a: Item, others: Sequence[Item]) -> float:
    if len(others) < 2:
        return sum(_beside(a, b) for b in others)
    ordered = sorted(others, key=lambda item: item.x)
    left, right = ordered[0], ordered[-1]
    total = _left(left, a) + _left(a, right) + 1.0 * abs((left.x + right.x) / 2 - a.x)
    return total + sum(max(0.0, _uneven(a, b) - 0.05) for b in (left, right))


def _around(some: Sequence[Item], others: Sequence[Item], frame: Frame) -> float:
    left, right = min(i.left for i in others), max(i.right for i in others)
    top, bottom = min(i.top for i in others), max(i.feet for i in others)
    x, y = (left + right) / 2, (top + bottom) / 2
    room = len(some) * max(i.wide for i in some) / 5  # so that all have place on the way round
    flat = any(i.zone == "ground" for i in some) and frame.horizon is not None
    radius_x = max((right - left) / 2 + 0.7 * max(i.wide for i in some), room)
    radius_y = (
        0.1 + 0.02 * len(some) if flat else max((bottom - top) / 2 + 0.65 * max(i.high for i in some), 0.8 * room)
    )
    middle = bottom if flat else y
    total = 0.0
    for n, item in enumerate(_by_angle(some, x, middle)):
        turn = 2 * math.pi * (n + 0.5) / len(some) - math.pi
        away = item.y + (item.high / 2 if flat else 0.0) - middle - math.sin(turn) * radius_y
        total += 1.5 * math.hypot(item.x - x - math.cos(turn) * radius_x, away)
    return total


def _by_angle(some: Sequence[Item], x: float, y: float) -> list[Item]:
    """Return the items in their order round a point, so that each is drawn to the nearest place of a circle."""
    return sorted(some, key=lambda item: math.atan2(item.y - y, item.x - x))


def _row(some: Sequence[Item], frame: Frame) -> float:
    ordered = sorted(some, key=lambda item: item.x)
    level = sum(abs(item.feet - ordered[0].feet) for item in ordered)
    gaps = sum(abs(b.left - a.right - 0.03) for a, b in itertools.pairwise(ordered))
    return 3.0 * level + 1.5 * gaps


def _stack(some: Sequence[Item], frame: Frame) -> float:
    ordered = sorted(some, key=lambda item: -item.y)
    total = 0.0
    for a, b in itertools.pairwise(ordered):
        total += 4.0 * abs(b.feet - a.top - 0.12 * a.high) + 4.0 * abs(a.x - b.x)
    return total


def _ring(some: Sequence[Item], frame: Frame) -> float:
    x, y = sum(i.x for i in some) / len(some), sum(i.y for i in some) / len(some)
    radius = max(0.24, 0.2 * len(some) * max(i.wide for i in some))
    flat = 0.45 if frame.horizon is not None else 0.8
    total = 0.0
    for n, item in enumerate(_by_angle(some, x, y)):
        turn = 2 * math.pi * (n + 0.5) / len(some) - math.pi
        total += 2.0 * math.hypot(item.x - x - radius * math.cos(turn), item.y - y - flat * radius * math.sin(turn))
    return total


def _near_all(some: Sequence[Item], frame: Frame) -> float:
    return sum(_facing(a, b) for n, a in enumerate(some) for b in some[:n]) / max(1, len(some) - 1)


def _spot(item: Item, words: str, frame: Frame) -> float:
    total = 0.0
    for word in words.split("_"):
        if word in ("front", "back") and frame.horizon is not None:
            low, high = frame.horizon + 0.02, frame.high - MARGIN
            total += 4.0 * (max(0.0, high - 0.08 - item.feet) if word == "front" else max(0.0, item.feet - low - 0.08))
        elif word in _SPOTS:
            x0, x1, y0, y1 = _SPOTS[word]
            for value, low_end, high_end, full in ((item.x, x0, x1, frame.wide), (item.y, y0, y1, frame.high)):
                if low_end is not None and high_end is not None:
                    total += 6.0 * max(0.0, low_end * full - value, value - high_end * full)
    return total


_PAIRS: dict[str, Callable[[Item, Item], float]] = {
    "left": _left, "right": lambda a, b: _left(b, a), "above": _above, "below": lambda a, b: _above(b, a),
}  # fmt: skip
_LOOSE: dict[str, Callable[[Item, Item], float]] = {
    "beside": _beside, "with": _with, "facing": _facing, "behind": _behind, "front": lambda a, b: _behind(b, a),
}  # fmt: skip
_ALONE: dict[str, Callable[[Sequence[Item], Frame], float]] = {
    "row": _row,
    "ring": _ring,
    "stack": _stack,
    "facing": _near_all,
}
