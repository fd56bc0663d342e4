"""How one thing moves by itself: a function for each family of verbs, that writes keys and swings with a pen.

What makes it look alive: a gather before a jump and a squash after it, a bob and a lean while running, a turn before going
the other way, goals reached gently, falls that speed up. Amounts are by eye.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from models.world.score import Cue, Pen, Score

Move: TypeAlias = Callable[[Cue, Score], None]


@dataclass(frozen=True)
class Gait:
    """A way to get along: frame widths per second, hops (height in its own heights, per second), rocking in degrees, squash,
    lean, the swell of a float (in its own heights), and whether it rolls."""

    pace: float
    hop: float = 0.0
    rate: float = 3.0
    rock: float = 0.0
    squash: float = 0.0
    lean: float = 0.0
    swell: float = 0.0
    rolls: bool = False


GAITS: dict[str, Gait] = {
    "run": Gait(0.34, hop=0.16, rate=3.4, rock=5, squash=0.05, lean=0.10),
    "gallop": Gait(0.40, hop=0.24, rate=2.6, rock=9, squash=0.07, lean=0.08),
    "walk": Gait(0.20, hop=0.05, rate=2.6, rock=2.5, squash=0.02, lean=0.02),
    "waddle": Gait(0.13, hop=0.03, rate=2.4, rock=10, squash=0.03),
    "hop": Gait(0.24, hop=0.55, rate=1.9, rock=3, squash=0.12),
    "crawl": Gait(0.08, rate=1.4, rock=1.5, squash=0.10),
    "roll": Gait(0.28, rolls=True),
    "slide": Gait(0.26, lean=-0.05),
    "drive": Gait(0.34, hop=0.015, rate=7, rock=0.8, squash=0.012),
    "fly": Gait(0.30, swell=0.14, rate=0.9, rock=4),
    "flutter": Gait(0.18, swell=0.30, rate=1.6, rock=9),
    "float": Gait(0.10, swell=0.10, rate=0.45, rock=4),
    "glide": Gait(0.28, swell=0.06, rate=0.5, rock=3),
    "swoop": Gait(0.36, swell=0.0, rate=0.5, rock=5),
    "swim": Gait(0.20, swell=0.08, rate=1.1, rock=5, squash=0.03),
    "sail": Gait(0.13, swell=0.05, rate=0.6, rock=4),
}  # fmt: skip
"""The gaits, by verb."""
_ALOFT = ("fly", "flutter", "float", "glide", "swoop")


def gait(pen: Pen, verb: str, start: float, end: float, speed: float = 1.0, size: float = 1.0) -> None:
    """Write the bobbing and rocking of *verb* from *start* to *end*, without the way itself."""
    g, high = GAITS[verb], 2 * pen.actor.half_y
    rate = g.rate * speed**0.6
    if g.hop:
        pen.swing("lift", g.hop * high * size, rate, start, end, "hop")
        # squashed at the ground, stretched in the air: the same beat, half a turn later and twice as often
        pen.swing("squash", g.squash * size, rate, start, end, phase=0.25)
    elif g.squash:
        pen.swing("squash", g.squash * size, rate, start, end)
    if g.swell:
        pen.swing("lift", g.swell * high * size, rate, start, end)
    pen.swing("angle", g.rock * size, rate / 2 if g.hop else rate, start, end, phase=0.1)


def travel(cue: Cue, score: Score) -> None:
    """Go along by the gait of the verb: to a side, across, away, near, round in circles, or the way it looks."""
    act, pen, verb = cue.act, cue.pen, cue.act.verb if cue.act.verb in GAITS else "walk"
    if act.to in ("away", "out", "near", "round", "up", "down", "behind"):
        _SPECIAL[act.to](cue, score, verb)
        return
    way, start, end = cue.way(), cue.start, cue.end
    reach = min(1.3, GAITS[verb].pace * act.speed * cue.seconds * (1.15 if verb != "swoop" else 1.4))
    origin = pen.now("x", start)
    if act.to == "across" and not act.origin and not score.free and pen.actor.x > 0.5:
        way = -1
    lane = 0.07 * (cue.place - (cue.count - 1) / 2)
    comes = pen.actor.id in score.arriving
    if (score.free or comes) and start <= 0.2 and "x" not in pen.keys:
        far = comes or act.origin or act.to in ("across", "in")
        origin = score.outside(pen, -way) if far else 0.5 - way * min(0.38, reach / 2)
        pen.put("x", 0.0, (origin if far else score.fits(pen, origin)) + lane * (-way if comes else 1))
        origin = pen.now("x", 0.0)
        pen.face(way, 0.0, quick=0.0)
    else:
        pen.face(way, start)
    goal = origin + way * reach
    if (
        act.to != "across"
        and not act.origin
        and act.speed < 1.4
        and score.fits(pen, goal) != goal
        and abs(score.fits(pen, goal) - origin) > 0.12
    ):
        goal = score.fits(pen, goal)
    goal = min(max(goal, score.outside(pen, -1)), score.outside(pen, 1))
    pen.go("x", start, end, goal, "smooth" if 0 < goal < 1 else "in")
    _along(cue, verb, abs(goal - origin) * way)
    if verb in _ALOFT and pen.actor.standing and pen.actor.habitat != "sky":
        pen.go("lift", start, start + 0.5 * cue.seconds, max(0.22, 1.2 * pen.actor.half_y), "smooth")
    if verb == "swoop":
        pen.go("lift", start, start + cue.seconds / 2, pen.now("lift", start) - 0.22, "smooth")
        pen.go("lift", start + cue.seconds / 2, end, pen.now("lift", start) + 0.08, "smooth")


def _along(cue: Cue, verb: str, distance: float) -> None:
    """Write what goes with a way of *distance* (signed, frame widths): gait, lean, rolling."""
    pen, g, act = cue.pen, GAITS[verb], cue.act
    if act.times and verb == "hop":
        _hops(cue)
        return
    gait(pen, verb, cue.start, cue.end, act.speed, act.size)
    if g.lean:
        # the lean is in the sprite's own frame, which the turn mirrors: leaning forward is always the way it faces
        forward = -1 if pen.actor.faces <= 0 else 1
        forward = (1 if distance > 0 else -1) if not pen.actor.faces else forward
        pen.go("lean", cue.start, cue.start + 0.25, forward * g.lean * act.size)
        pen.go("lean", cue.end - 0.2, cue.end, 0.0)
    if g.rolls:
        turns = distance / max(2 * pen.actor.half_x, 0.02) / 3.14159
        turns = act.times * (1 if distance > 0 else -1) if act.times else turns
        pen.go("angle", cue.start, cue.end, pen.now("angle", cue.start) + 360 * turns, "smooth")


def _hops(cue: Cue) -> None:
    """Write as many hops as said, over the way that is written."""
    each = cue.seconds / cue.act.times
    high = min(0.3, GAITS["hop"].hop * 2 * cue.pen.actor.half_y) * cue.act.size
    for i in range(cue.act.times):
        leap(cue.pen, cue.start + i * each, cue.start + (i + 1) * each, high)


def _away(cue: Cue, score: Score, verb: str) -> None:
    """Leave: into the air and small, or off to the side that it looks to."""
    pen, act, start, end = cue.pen, cue.act, cue.start, cue.end
    if verb in _ALOFT:
        way = cue.way(1 if pen.now("x", start) < 0.5 else -1)
        pen.face(way, start)
        up = pen.now("lift", start)
        gather = start + min(0.3, 0.15 * cue.seconds)
        pen.go("squash", start, gather, 0.16)
        pen.go("squash", gather, gather + 0.18, -0.14)
        pen.go("squash", gather + 0.18, gather + 0.5, 0.0)
        pen.go("x", gather, end, pen.now("x", start) + way * 0.42 * act.size, "in")
        pen.go("lift", gather, end, up + pen.now("y", start) + pen.actor.half_y + 0.12, "in")
        pen.go("scale", gather, end, 0.45 * pen.now("scale", start), "in")
        pen.go("angle", gather, end, pen.now("angle", start) + way * (22 if pen.actor.alive else 200), "smooth")
        pen.swing("lift", 0.12 * pen.actor.half_y, 3.0, gather, end)
        return
    if act.to == "out" or act.origin or not score.free:
        way = cue.way(-1 if pen.now("x", start) < 0.5 else 1)
        pen.face(way, start)
        pen.go("x", start, end, score.outside(pen, way), "in")
        _along(cue, verb, way * abs(score.outside(pen, way) - pen.now("x", start)))
        return
    _far(cue, score, verb)


def _far(cue: Cue, score: Score, verb: str) -> None:
    """Go off into the distance: smaller, and up to the horizon."""
    pen, now = cue.pen, cue.start
    ground = score.ground if score.ground is not None else 0.4
    foot = pen.now("y", now) + pen.actor.half_y
    small = 0.3
    rise = min(0.0, ground + 0.25 * (foot - ground) - foot)
    pen.go("y", now, cue.end, pen.now("y", now) + rise, "out")
    pen.go("scale", now, cue.end, small * pen.now("scale", now), "out")
    pen.go("x", now, cue.end, 0.5 + 0.5 * (pen.now("x", now) - 0.5), "out")
    gait(pen, verb, now, cue.end, cue.act.speed, 0.6)


def _near(cue: Cue, score: Score, verb: str) -> None:
    """Come towards the viewer: larger, and down the frame."""
    pen, now = cue.pen, cue.start
    grow = min(2.2, 0.42 / max(pen.actor.half_y, 0.03))
    pen.go("scale", now, cue.end, max(1.25, grow) * pen.now("scale", now), "in")
    foot = pen.now("y", now) + pen.actor.half_y
    pen.go("y", now, cue.end, pen.now("y", now) + max(0.0, 0.96 - foot), "in")
    pen.go("x", now, cue.end, 0.5 + 0.6 * (pen.now("x", now) - 0.5), "smooth")
    gait(pen, verb, now, cue.end, cue.act.speed)


def _round(cue: Cue, score: Score, verb: str) -> None:
    """Go round in an ellipse that lies on the ground (in the air: that stands), and back to where it began."""
    import math

    pen, start = cue.pen, cue.start
    x, y = pen.now("x", start), pen.now("y", start)
    wide = min(0.22, max(0.08, 0.45 - abs(x - 0.5)))
    high = wide * (0.8 if verb in _ALOFT or score.ground is None else 0.22)
    turns = max(1, cue.act.times or round(cue.seconds * GAITS[verb].pace / (2.6 * wide)))
    way = -1 if cue.way() < 0 else 1
    steps = 12 * turns
    xs, ys = [], []
    for i in range(1, steps + 1):
        a, t = 2 * math.pi * i / 12, start + cue.seconds * i / steps
        xs.append((t, x + way * wide * math.sin(a)))
        ys.append((t, y + high * (math.cos(a) - 1) * (0.6 if high < wide / 2 else 1)))
    pen.face(way, start)
    for half in range(2 * turns):
        pen.face(way * (-1 if half % 2 == 0 else 1), start + cue.seconds * (2 * half + 1) / (4 * turns) - 0.1)
    pen.go("x", start, *xs[0], "curve")
    pen.path("x", xs[1:])
    pen.go("y", start, *ys[0], "curve")
    pen.path("y", ys[1:])
    gait(pen, verb, start, cue.end, cue.act.speed, 0.8)


def rise(cue: Cue, score: Score) -> None:
    """Go up: out of the frame when nothing stops it, gently when it floats; a sun or moon from behind the horizon."""
    pen, start, end = cue.pen, cue.start, cue.end
    if pen.actor.habitat == "sky" and pen.actor.name in SKY_LIGHTS and score.ground is not None:
        pen.floor = score.ground
        if score.free and start <= 0.01:
            pen.put("y", 0.0, score.ground + pen.actor.half_y)
        pen.go("y", start, end, min(0.24, pen.actor.y) if score.free else max(0.1, pen.actor.y - 0.3), "out")
        return
    way = 0.5 * cue.act.size if pen.actor.alive else 0.42 * cue.act.size
    pen.go(
        "lift", start, end, pen.now("lift", start) + min(way, pen.now("y", start) - 0.12 if way < 0.6 else 2), "smooth"
    )
    pen.swing("angle", 4, 0.7, start, end)
    pen.swing("x", 0.012, 0.6, start, end)


def sink(cue: Cue, score: Score) -> None:
    """Go down: a sun behind the horizon, a ship into the water, others gently to the ground."""
    pen, start, end = cue.pen, cue.start, cue.end
    lift = pen.now("lift", start)
    if pen.actor.name in SKY_LIGHTS and score.ground is not None:
        pen.floor = score.ground
        pen.go("y", start, end, score.ground + pen.actor.half_y + 0.02, "smooth")
        return
    if lift > 0.03:
        pen.go("lift", start, end, 0.0, "smooth")
        return
    pen.floor = pen.now("y", start) + pen.actor.half_y
    pen.go("y", start, end, pen.now("y", start) + 2.1 * pen.actor.half_y, "in")
    pen.go("angle", start, end, pen.now("angle", start) + 14, "smooth")
    pen.swing("x", 0.006, 1.2, start, end)


SKY_LIGHTS = ("sun", "sun with face", "full moon", "moon", "crescent moon", "full moon face", "new moon face", "first quarter moon face",
              "last quarter moon face", "sun behind cloud", "rising sun")  # fmt: skip
"""Things that rise and set behind the horizon."""


def launch(cue: Cue, score: Score) -> None:
    """Tremble, gather, and go straight up ever faster."""
    pen, start, end = cue.pen, cue.start, cue.end
    ready = start + 0.3 * cue.seconds
    pen.swing("x", 0.005, 14, start, ready + 0.2)
    pen.go("squash", start, ready, 0.14)
    pen.go("squash", ready, ready + 0.2, -0.16, "out")
    if pen.actor.name in NOSES:
        pen.go("angle", start, ready, -NOSES[pen.actor.name] * (-1 if pen.actor.faces < 0 else 1), "smooth")
    pen.go("lift", ready, end, pen.now("y", start) + 1.6 * pen.actor.half_y + 0.1, "in")
    pen.go("scale", ready, end, 0.7, "in")


NOSES = {"rocket": 45.0, "airplane": 45.0, "airplane departure": 50.0, "flying saucer": 0.0}
"""Where the nose of a pointed thing's sprite looks, degrees clockwise from straight up."""


def fall(cue: Cue, score: Score) -> None:
    """Fall ever faster, and bounce a little where there is a ground."""
    pen, start = cue.pen, cue.start
    height = pen.now("lift", start)
    if height < 0.05 and score.free and start <= 0.01:
        height = pen.actor.y + pen.actor.half_y + 0.05  # begins above the frame
        pen.put("lift", 0.0, height)
    if height < 0.05:  # it is on the ground or pictured in the air: fall out of its place
        foot = pen.now("y", start) + pen.actor.half_y
        goal = (
            max(foot, (score.ground or 0.8) + 0.16) - pen.actor.half_y
            if foot < 0.85 and not pen.actor.standing
            else 1.1 + pen.actor.half_y
        )
        if pen.actor.standing and goal > 1:
            return topple(cue, score)
        pen.go("y", start, start + min(cue.seconds, 1.4 / cue.act.speed), goal, "bounce" if goal < 1 else "in")
    else:
        pen.go("lift", start, start + min(cue.seconds, 1.6 / cue.act.speed), 0.0, "bounce")
    hit = start + min(cue.seconds, 1.5 / cue.act.speed) * 0.5
    pen.go("squash", hit - 0.25, hit, -0.10, "in")
    pen.go("squash", hit, hit + 0.09, 0.30, "out")
    pen.go("squash", hit + 0.09, hit + 0.4, 0.0, "back")
    return None


def land(cue: Cue, score: Score) -> None:
    """Come down on a slant and settle."""
    pen, start, end = cue.pen, cue.start, cue.end
    if pen.now("lift", start) < 0.05:
        pen.put("lift", start if start > 0.01 else 0.0, pen.actor.y + pen.actor.half_y + 0.02)
        way = cue.way()
        pen.put("x", start if start > 0.01 else 0.0, pen.actor.x - way * 0.3)
        pen.face(way, start, quick=0.0)
        pen.go("x", start, end - 0.2, pen.actor.x, "out")
    pen.go("lift", start, end - 0.2, 0.0, "out")
    pen.swing("angle", 5, 0.8, start, end - 0.2)
    _thud(pen, end - 0.22)


def _thud(pen: Pen, time: float, size: float = 0.18) -> None:
    pen.go("squash", time, time + 0.08, size, "out")
    pen.go("squash", time + 0.08, time + 0.3, 0.0, "back")


def jump(cue: Cue, score: Score) -> None:
    """Jump as often as said, or as fits; along the way that is said."""
    pen, act = cue.pen, cue.act
    count = act.times or max(1, round(cue.seconds / 0.95))
    each = min(cue.seconds / count, 1.3)
    high = min(0.34, max(0.16, 1.5 * pen.actor.half_y)) * act.size
    high = min(high, max(0.12, pen.now("y", cue.start) - 1.4 * pen.actor.half_y))  # the head stays in the frame
    way = {"left": -1, "right": 1, "ahead": cue.way(), "across": cue.way()}.get(act.to, 0)
    if way:
        pen.face(way, cue.start)
    for i in range(count):
        start = cue.start + i * each
        leap(pen, start, start + each, high * (1 if cue.count == 1 else 0.9 + 0.2 * ((cue.place * 7 + i) % 3) / 2))
        if way:
            goal = score.fits(pen, pen.now("x", start) + way * min(0.2, 0.7 / count))
            pen.go("x", start + 0.22 * each, start + 0.8 * each, goal, "linear")


def leap(pen: Pen, start: float, end: float, high: float, ground: float = 0.0) -> None:
    """Gather, leap *high*, land at lift *ground* with a squash."""
    each = end - start
    up, down = start + 0.2 * each, start + 0.8 * each
    pen.go("squash", start, up, 0.22, "smooth")
    pen.go("squash", up, up + 0.12 * each, -0.18, "out")
    pen.go("squash", up + 0.12 * each, up + 0.3 * each, -0.03)
    pen.go("squash", up + 0.3 * each, down, -0.12)
    pen.go("squash", down, down + 0.07 * each, 0.24, "out")
    pen.go("squash", down + 0.07 * each, end, 0.0, "back")
    top = max(pen.now("lift", start), ground) + high
    pen.go("lift", up, (up + down) / 2, top, "out")
    pen.go("lift", (up + down) / 2, down, ground, "in")


def topple(cue: Cue, score: Score) -> None:
    """Fall over to the side and lie."""
    pen, way = cue.pen, cue.way()
    end = cue.start + min(cue.seconds, 1.2 / cue.act.speed)
    pen.go("angle", cue.start, cue.start + 0.25, -way * 6)
    pen.go("angle", cue.start + 0.25, end, way * 88, "bounce")
    # lying it is as high as it was wide: the centre comes down to half of that
    low = max(0.0, pen.actor.half_y - pen.actor.half_x * score.ratio)
    pen.go("lift", cue.start + 0.25, end, pen.now("lift", cue.start) - low, "bounce")


_SPECIAL: dict[str, Callable[[Cue, Score, str], None]] = {
    "away": _away, "out": _away, "near": _near, "round": _round, "behind": _far,
    "up": lambda cue, score, verb: rise(cue, score), "down": lambda cue, score, verb: sink(cue, score),
}  # fmt: skip
