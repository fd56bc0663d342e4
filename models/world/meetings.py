"""How things move with one another: chase, circle, jump over, hide behind, push, kick, eat, kiss.

Each function writes with the pen of its cue and, where the other thing is moved too, with that one's.
"""

from __future__ import annotations

import math
from dataclasses import replace

from models.world.moves import GAITS, Move, gait, leap, travel
from models.world.score import Cue, Pen, Score

_BEHIND, _FRONT = -500.0, 500.0


def _other(cue: Cue) -> Pen:
    if cue.other is None:
        raise ValueError(f"{cue.act.verb} needs another thing")
    return cue.other


def _step(pen: Pen) -> str:
    """Return the gait that suits a thing on its way to another."""
    if pen.actor.habitat == "water":
        return "swim"
    if pen.actor.habitat == "sky" or not pen.actor.standing:
        return "fly"
    return "run" if pen.actor.alive else "drive" if pen.actor.group == "vehicles" else "hop"


def _beside(cue: Cue, score: Score, gap: float = 0.0) -> float:
    """Return the x beside the other thing, on the side that the mover comes from."""
    other, x = _other(cue), cue.pen.now("x", cue.start)
    there = other.now("x", cue.start)
    side = -1 if x < there else 1
    return there + side * (0.72 * (other.actor.half_x + cue.pen.actor.half_x) + gap)


def _to(cue: Cue, score: Score, x: float, end: float) -> None:
    """Go to *x* at the foot of the other thing until *end*."""
    pen, other = cue.pen, _other(cue)
    pen.face(x - pen.now("x", cue.start) or other.now("x", cue.start) - x, cue.start)
    pen.go("x", cue.start, end, x, "smooth")
    if pen.actor.standing and other.actor.standing:
        foot = other.now("y", cue.start) + other.actor.half_y
        pen.go("y", cue.start, end, foot - pen.actor.half_y + 0.004, "smooth")
    elif not pen.actor.standing:
        pen.go("y", cue.start, end, other.now("y", cue.start), "smooth")
    gait(pen, _step(pen), cue.start, end, cue.act.speed, 0.8)


def approach(cue: Cue, score: Score) -> None:
    """Go to the other thing and stop beside it."""
    end = cue.start + min(cue.seconds, 2.4 / cue.act.speed)
    _to(cue, score, _beside(cue, score), end)
    cue.pen.face(_other(cue).now("x", end) - cue.pen.now("x", end), end)


def chase(cue: Cue, score: Score) -> None:
    """Run after the other thing, on its way and a little later; the other one runs off if it has nothing else to do."""
    pen, other = cue.pen, _other(cue)
    gap = pen.actor.half_x + other.actor.half_x + (0.03 if cue.act.verb == "chase" else 0.08)
    if other.free_from("x") <= cue.start + 0.01:
        way = {"left": -1, "right": 1}.get(cue.act.to, 0) or (
            1 if pen.now("x", cue.start) < other.now("x", cue.start) else -1
        )
        if score.free and cue.start <= 0.01:
            way = {"left": -1, "right": 1}.get(cue.act.to, 0) or other.actor.faces or -1
            other.put("x", 0.0, 0.5 - way * 0.12)
        verb = _step(other)
        other.face(way, cue.start, 0.0 if score.free and cue.start <= 0.01 else 0.2)
        far = (
            score.outside(other, way)
            if cue.act.verb == "chase"
            else score.fits(other, other.now("x", cue.start) + way * 0.5)
        )
        other.go("x", cue.start, cue.end, far, "in" if score.free else "smooth")
        gait(other, verb, cue.start, cue.end, cue.act.speed)
    steps = 10
    if score.free and cue.start <= 0.01:
        first = other.now("x", 0.0)
        way = 1 if other.now("x", cue.end) > first else -1
        pen.put("x", 0.0, first - way * gap)
        pen.face(way, 0.0, quick=0.0)
    lag = 0.18 if cue.act.verb == "chase" else 0.4
    before = pen.now("x", cue.start)
    points = []
    for i in range(1, steps + 1):
        t = cue.start + cue.seconds * i / steps
        ahead = other.now("x", t + 0.05) - other.now("x", t - 0.25)
        way = (1 if ahead > 0 else -1) if abs(ahead) > 1e-4 else (1 if other.now("x", t) > before else -1)
        points.append((t, other.now("x", max(cue.start, t - lag)) - way * gap))
    pen.face(points[-1][1] - before, cue.start)
    pen.go("x", cue.start, *points[0], "curve")
    pen.path("x", points[1:])
    if pen.actor.standing:
        foot = (
            other.now("y", cue.start) + other.actor.half_y
            if other.actor.standing
            else pen.now("y", cue.start) + pen.actor.half_y
        )
        pen.go("y", cue.start, cue.start + 0.6, foot - pen.actor.half_y, "smooth")
    else:
        pen.go("y", cue.start, cue.start + 0.8, other.now("y", cue.start), "smooth")
    gait(pen, _step(pen), cue.start, cue.end, 1.1 * cue.act.speed)


def flee(cue: Cue, score: Score) -> None:
    """Run from the other thing, out of the frame."""
    pen, other = cue.pen, _other(cue)
    way = 1 if pen.now("x", cue.start) > other.now("x", cue.start) else -1
    pen.go("squash", cue.start, cue.start + 0.15, -0.15)
    pen.go("squash", cue.start + 0.15, cue.start + 0.35, 0.0)
    pen.face(way, cue.start + 0.1)
    pen.go("x", cue.start + 0.2, cue.end, score.outside(pen, way), "in")
    gait(pen, _step(pen), cue.start + 0.2, cue.end, 1.3 * cue.act.speed)


def circle(cue: Cue, score: Score) -> None:
    """Go round the other thing in an ellipse, before it on the near side and behind it on the far one."""
    if cue.other is None:
        travel(
            replace(
                cue, act=replace(cue.act, to="round", verb="fly" if not cue.pen.actor.standing else _step(cue.pen))
            ),
            score,
        )
        return
    pen, other, start = cue.pen, cue.other, cue.start
    cx, cy = other.now("x", start), other.now("y", start)
    wide = min(0.40, other.actor.half_x + 1.1 * pen.actor.half_x + 0.05)
    flat = pen.actor.standing and other.actor.standing
    high = 0.09 if flat else max(0.07, 0.35 * other.actor.half_y)
    level = other.actor.y + other.actor.half_y - pen.actor.half_y if flat else cy
    first = math.atan2((pen.now("y", start) - level) / high, (pen.now("x", start) - cx) / wide)
    first = (
        round(first / (math.pi / 6)) * math.pi / 6
        if not score.free
        else math.pi / 2 + 2 * math.pi * cue.place / cue.count
    )
    turns = cue.act.times or max(1, round(cue.seconds * 0.42 * cue.act.speed))
    begin = start
    if score.free and start <= 0.01:
        pen.put("x", 0.0, cx + wide * math.cos(first))
        pen.put("y", 0.0, level + high * math.sin(first))
    else:
        begin = start + min(0.6, 0.2 * cue.seconds)
        pen.go("x", start, begin, cx + wide * math.cos(first), "smooth")
        pen.go("y", start, begin, level + high * math.sin(first), "smooth")
    _ellipse(pen, (cx, level, wide, high), first, turns, begin, cue.end)
    gait(pen, _step(pen), start, cue.end, cue.act.speed, 0.6)


def _ellipse(
    pen: Pen, place: tuple[float, float, float, float], first: float, turns: int, start: float, end: float
) -> None:
    cx, cy, wide, high = place
    steps = 16 * turns
    points = [(start + (end - start) * i / steps, first + 2 * math.pi * turns * i / steps) for i in range(1, steps + 1)]
    pen.path("x", [(t, cx + wide * math.cos(a)) for t, a in points])
    pen.path("y", [(t, cy + high * math.sin(a)) for t, a in points])
    pen.path("scale", [(t, 1 + 0.14 * math.sin(a)) for t, a in points])
    behind: bool | None = None
    facing = 0
    for t, a in [(start, first), *points]:
        if (now := math.sin(a + 0.05) < 0) is not behind:
            behind = now
            pen.put("order", t, _BEHIND if behind else _FRONT)
        if (way := -1 if math.sin(a + 0.15) > 0 else 1) != facing:
            facing = way
            pen.face(way, t, 0.2)


def jump_over(cue: Cue, score: Score) -> None:
    """Run up, leap over the other thing, and land on its far side."""
    pen, other, start = cue.pen, _other(cue), cue.start
    cx = other.now("x", start)
    side = -1 if pen.now("x", start) < cx else 1
    reach = other.actor.half_x + pen.actor.half_x + 0.05
    if score.free and start <= 0.01:
        pen.put("x", 0.0, score.fits(pen, cx + side * (reach + 0.2)))
        pen.face(-side, 0.0, quick=0.0)
    take_off = start + 0.42 * cue.seconds
    landing = start + 0.80 * cue.seconds
    pen.face(-side, start)
    flies = cue.act.verb == "fly over"
    if pen.actor.standing and other.actor.standing:
        foot = other.now("y", start) + other.actor.half_y
        pen.go("y", start, take_off, foot - pen.actor.half_y + 0.01, "smooth")
    pen.go("x", start, take_off, cx + side * reach, "linear")
    gait(pen, _step(pen), start, take_off, cue.act.speed)
    far = score.fits(pen, cx - side * reach)
    pen.go("x", take_off, landing, far, "linear")
    top = max(0.0, pen.now("y", take_off) + pen.actor.half_y - (other.now("y", start) - other.actor.half_y)) + 0.05
    pen.put("order", take_off, _FRONT)
    leap(pen, take_off - 0.12, landing + 0.15, top if not flies else top + 0.04)
    pen.go("angle", take_off, (take_off + landing) / 2, side * 12)
    pen.go("angle", (take_off + landing) / 2, landing, -side * 8)
    pen.go("angle", landing, landing + 0.2, 0.0)


def jump_onto(cue: Cue, score: Score) -> None:
    """Leap up and stay on top of the other thing, which gives a little."""
    pen, other, start = cue.pen, _other(cue), cue.start
    end = start + min(cue.seconds, 1.3 / cue.act.speed)
    pen.face(other.now("x", start) - pen.now("x", start), start)
    level = pen.now("y", start) + pen.actor.half_y - (other.now("y", start) - 0.8 * other.actor.half_y)
    pen.put("order", start, _FRONT)
    pen.go("x", start + 0.2 * (end - start), start + 0.8 * (end - start), other.now("x", start), "linear")
    leap(pen, start, end, 0.12, max(0.0, level))
    hit = start + 0.8 * (end - start)
    other.go("squash", hit, hit + 0.1, 0.2, "out")
    other.go("squash", hit + 0.1, hit + 0.5, 0.0, "back")


def hide(cue: Cue, score: Score) -> None:
    """Go behind the other thing and stay there, a little smaller so that it is covered."""
    pen, other = cue.pen, _other(cue)
    end = cue.start + min(cue.seconds, 2.2 / cue.act.speed)
    pen.put("order", cue.start, _BEHIND)
    pen.face(other.now("x", cue.start) - pen.now("x", cue.start), cue.start)
    pen.go("x", cue.start, end, other.now("x", cue.start), "smooth")
    foot = other.now("y", cue.start) + other.actor.half_y
    small = min(
        1.0,
        0.9 * other.actor.half_y / max(pen.actor.half_y, 1e-3),
        0.9 * other.actor.half_x / max(pen.actor.half_x, 1e-3),
    )
    pen.go("scale", cue.start, end, max(0.45, small), "smooth")
    if pen.actor.standing:
        pen.go("y", cue.start, end, foot - pen.actor.half_y - 0.015, "smooth")
    else:
        pen.go("y", cue.start, end, other.now("y", cue.start), "smooth")
    gait(pen, _step(pen), cue.start, end, cue.act.speed, 0.7)


def peek(cue: Cue, score: Score) -> None:
    """Look out from behind the other thing, twice, on alternate sides."""
    pen, other, start = cue.pen, _other(cue), cue.start
    pen.put("order", start if start > 0.01 else 0.0, _BEHIND)
    x = other.now("x", start)
    if score.free and start <= 0.01:
        pen.put("x", 0.0, x)
        pen.put("y", 0.0, other.now("y", 0.0) + other.actor.half_y - pen.actor.half_y - 0.01)
    else:
        hide(replace(cue, end=start + cue.seconds * 0.35), score)
        start += cue.seconds * 0.35
    left = cue.end - start
    for i, side in enumerate((1, -1)):
        begin = start + left * i / 2
        out = x + side * (other.actor.half_x + 0.15 * pen.actor.half_x)
        pen.go("x", begin, begin + 0.16 * left, out, "out")
        pen.go("angle", begin, begin + 0.16 * left, side * 14, "out")
        pen.go("x", begin + 0.36 * left, begin + 0.48 * left, x, "in")
        pen.go("angle", begin + 0.36 * left, begin + 0.48 * left, 0.0, "in")


def pass_by(cue: Cue, score: Score) -> None:
    """Go past the other thing, before it or behind it, to its far side."""
    pen, other, start = cue.pen, _other(cue), cue.start
    behind = cue.act.verb == "pass behind"
    pen.put("order", start if start > 0.01 else 0.0, _BEHIND if behind else _FRONT)
    cx = other.now("x", start)
    side = -1 if pen.now("x", start) < cx else 1
    verb = cue.act.relation if cue.act.relation in GAITS else _step(pen)
    reach = other.actor.half_x + pen.actor.half_x + 0.08
    if score.free and start <= 0.01:
        pen.put("x", 0.0, cx + side * (reach + 0.05))
        pen.face(-side, 0.0, quick=0.0)
    else:
        pen.face(-side, start)
    if pen.actor.standing and other.actor.standing:
        foot = other.now("y", start) + other.actor.half_y + (-0.03 if behind else 0.04)
        pen.go("y", start, start + 0.4, foot - pen.actor.half_y, "smooth")
    pen.go("x", start, cue.end, cx - side * reach, "smooth")
    gait(pen, verb, start, cue.end, cue.act.speed)


def push(cue: Cue, score: Score) -> None:
    """Go up to the other thing and push it along, leaning; pulling goes the other way."""
    pen, other = cue.pen, _other(cue)
    there = cue.start + 0.35 * cue.seconds
    _to(cue, score, _beside(cue, score), there)
    way = 1 if other.now("x", there) > pen.now("x", there) else -1
    way = -way if cue.act.verb == "pull" else way
    far = 0.28 * cue.act.size
    goal = score.fits(other, other.now("x", there) + way * far)
    gap = pen.now("x", there) - other.now("x", there)
    other.go("x", there, cue.end, goal, "smooth")
    pen.go("x", there, cue.end, goal + gap, "smooth")
    if other.actor.round and other.actor.standing:
        other.go("angle", there, cue.end, (goal - other.now("x", there)) / max(other.actor.half_x, 0.02) * 57, "smooth")
    gait(pen, _step(pen), there, cue.end, 0.7, 0.5)


def kick(cue: Cue, score: Score) -> None:
    """Run up and hit: the other thing flies off in a bow, turning."""
    pen, other = cue.pen, _other(cue)
    hit = cue.start + 0.38 * cue.seconds
    _to(cue, score, _beside(cue, score), hit)
    way = 1 if other.now("x", hit) > pen.now("x", hit) else -1
    pen.go("angle", hit - 0.18, hit - 0.04, -way * 10)
    pen.go("angle", hit - 0.04, hit + 0.08, way * 16, "out")
    pen.go("angle", hit + 0.08, hit + 0.4, 0.0)
    other.go("squash", hit, hit + 0.08, -0.2, "out")
    other.go("squash", hit + 0.08, hit + 0.3, 0.0)
    other.go("x", hit, cue.end, score.outside(other, way), "linear")
    middle = (hit + cue.end) / 2
    other.go("lift", hit, middle, 0.34 * cue.act.size, "out")
    other.go("lift", middle, cue.end, 0.05, "in")
    other.go("angle", hit, cue.end, way * 720, "linear")


def eat(cue: Cue, score: Score) -> None:
    """Go up to the other thing and eat it, bite by bite."""
    pen, other = cue.pen, _other(cue)
    there = cue.start + 0.35 * cue.seconds
    _to(cue, score, _beside(cue, score, -0.01), there)
    pen.face(other.now("x", there) - pen.now("x", there), there)
    way = 1 if other.now("x", there) > pen.now("x", there) else -1
    bites = 4
    each = (cue.end - there - 0.15) / bites
    for i in range(bites):
        start = there + i * each
        pen.go("angle", start, start + 0.35 * each, way * 13, "in")
        pen.go("angle", start + 0.35 * each, start + 0.8 * each, 0.0, "out")
        other.go("scale", start + 0.3 * each, start + 0.45 * each, 1 - (i + 1) / bites, "out")
        pen.go("squash", start + 0.4 * each, start + 0.7 * each, 0.1)
        pen.go("squash", start + 0.7 * each, start + each, 0.0)


def kiss(cue: Cue, score: Score) -> None:
    """Meet half-way and lean together."""
    pen, other = cue.pen, _other(cue)
    there = cue.start + 0.45 * cue.seconds
    middle = (pen.now("x", cue.start) + other.now("x", cue.start)) / 2
    side = -1 if pen.now("x", cue.start) < other.now("x", cue.start) else 1
    for one, way in ((pen, side), (other, -side)):
        one.face(-way, cue.start)
        one.go("x", cue.start, there, middle + way * 0.78 * one.actor.half_x, "smooth")
        gait(one, _step(one), cue.start, there, 0.8, 0.6)
        one.go("angle", there, there + 0.3, -way * 9, "smooth")
        one.swing("squash", 0.06, 1.6, there + 0.2, cue.end, "hop")
        one.go("angle", cue.end - 0.4, cue.end, 0.0)


def catch(cue: Cue, score: Score) -> None:
    """The other thing comes in a bow, and the mover leaps for it."""
    pen, other = cue.pen, _other(cue)
    hit = cue.start + 0.65 * cue.seconds
    goal = (
        pen.now("x", cue.start)
        + (0.6 if other.now("x", cue.start) > pen.now("x", cue.start) else -0.6) * pen.actor.half_x
    )
    pen.face(other.now("x", cue.start) - pen.now("x", cue.start), cue.start)
    middle = (cue.start + hit) / 2
    other.go("x", cue.start, hit, goal, "linear")
    other.go("lift", cue.start, middle, other.now("lift", cue.start) + 0.25, "out")
    other.go("lift", middle, hit, 0.14, "in")
    leap(pen, hit - 0.45, hit + 0.4, 0.1)
    other.go("lift", hit + 0.1, hit + 0.4, 0.04, "in")


def become(cue: Cue, score: Score) -> None:
    """Spin ever faster, and be the other thing, which swells out of a flash."""
    pen, other = cue.pen, _other(cue)
    middle = cue.start + 0.5 * min(cue.seconds, 3.0)
    pen.go("turn", cue.start, middle, 540, "in")
    pen.go("scale", middle - 0.3, middle, 0.3, "in")
    pen.put("opacity", middle, 0.0)
    other.put("opacity", 0.0, 0.0)
    other.put("opacity", middle, 1.0)
    other.put("x", 0.0, pen.now("x", middle))
    foot = pen.now("y", middle) + pen.actor.half_y
    other.put("y", 0.0, foot - other.actor.half_y if pen.actor.standing else pen.now("y", middle))
    other.put("scale", 0.0, 0.3)
    other.go("scale", middle, middle + 0.55, 1.0, "back")
    other.go("turn", middle, middle + 0.5, 360, "out")


TOGETHER: dict[str, Move] = {
    "approach": approach, "chase": chase, "follow": chase, "flee": flee, "circle": circle, "jump over": jump_over, "fly over": jump_over,
    "jump onto": jump_onto, "hide": hide, "peek": peek, "pass behind": pass_by, "pass in front": pass_by, "push": push, "pull": push,
    "kick": kick, "eat": eat, "kiss": kiss, "catch": catch, "become": become,
}  # fmt: skip
"""The motions that need another thing (circle alone goes round in place), by verb."""
