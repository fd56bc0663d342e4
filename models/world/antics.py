"""How one thing moves where it is, comes and goes: spins, sways, dances, grows, blinks, pops up, bursts.

Each function writes keys and swings with the pen of its cue. Amounts are by eye; repeated motions start and end at rest.
"""

from __future__ import annotations

from models.world.moves import Move, fall, jump, land, launch, leap, rise, sink, topple, travel
from models.world.score import Cue, Score


def bounce(cue: Cue, score: Score) -> None:
    """Bounce like a ball: equal hops with a squash at each; along the way that is said."""
    pen, act = cue.pen, cue.act
    if act.to in ("left", "right", "across", "away", "out"):
        way = cue.way()
        goal = (
            score.outside(pen, way)
            if act.to in ("away", "out", "across")
            else score.fits(pen, pen.now("x", cue.start) + way * 0.55)
        )
        pen.go("x", cue.start, cue.end, goal, "linear")
        if not pen.actor.alive:
            pen.go("angle", cue.start, cue.end, pen.now("angle", cue.start) + way * 300, "linear")
    count = act.times or max(2, round(cue.seconds / (0.62 / act.speed)))
    each = cue.seconds / count
    for i in range(count):
        start = cue.start + i * each
        high = (
            min(0.4, max(0.2, 1.7 * pen.actor.half_y))
            * act.size
            * (1.0 if act.times or count < 4 else 0.82 + 0.18 * ((i + cue.place) % 2))
        )
        pen.go("lift", start + 0.06 * each, start + 0.5 * each, high, "out")
        pen.go("lift", start + 0.5 * each, start + 0.94 * each, 0.0, "in")
        pen.go("squash", start + 0.06 * each, start + 0.25 * each, -0.12, "out")
        pen.go("squash", start + 0.25 * each, start + 0.5 * each, 0.0)
        pen.go("squash", start + 0.5 * each, start + 0.93 * each, -0.10, "in")
        pen.go("squash", start + 0.93 * each, start + each, 0.26 if i + 1 < count else 0.16, "out")
        if i + 1 < count:
            pen.go("squash", start + each, start + 1.06 * each, 0.24, "linear")
    pen.go("squash", cue.end, cue.end + 0.25, 0.0, "back")


def spin(cue: Cue, score: Score) -> None:
    """Spin: what lives or stands up turns about its upright axis, what is round turns like a wheel."""
    pen, act = cue.pen, cue.act
    turns = act.times or max(1, round(cue.seconds * 0.75 * act.speed))
    way = -1 if act.to == "left" else 1
    if pen.actor.alive:
        pen.go("turn", cue.start, cue.end, pen.now("turn", cue.start) + 360 * turns * way, "smooth")
        pen.swing("lift", 0.05 * pen.actor.half_y, 2 * turns / cue.seconds, cue.start, cue.end, "hop", counted=True)
    else:
        pen.go("angle", cue.start, cue.end, pen.now("angle", cue.start) + 360 * turns * way, "smooth")
    pen.swing("squash", -0.05, turns / cue.seconds, cue.start, cue.end, counted=True)


def turn(cue: Cue, score: Score) -> None:
    """Turn round to look the other way; a thing that is no living one turns by a quarter."""
    pen, act = cue.pen, cue.act
    end = cue.start + min(cue.seconds, 0.8 / act.speed * max(1, act.times))
    if act.to == "round" or pen.actor.faces:
        pen.go("turn", cue.start, end, pen.now("turn", cue.start) + 180 * (act.times or 1), "smooth")
        pen.go("squash", cue.start, (cue.start + end) / 2, -0.05)
        pen.go("squash", (cue.start + end) / 2, end, 0.0)
        return
    pen.go("angle", cue.start, end, pen.now("angle", cue.start) + 90, "back")


def look(cue: Cue, score: Score) -> None:
    """Look to the other side and back, as often as said."""
    side = cue.pen.now("turn", cue.start)
    if cue.act.to in ("left", "right"):
        cue.pen.face(-1 if cue.act.to == "left" else 1, cue.start)
        return
    each = cue.seconds / max(1, cue.act.times)
    for i in range(max(1, cue.act.times)):
        there, back = (cue.start + (i + share) * each for share in (1 / 6, 2 / 3))
        quick = min(0.25, each / 4)
        cue.pen.go("turn", there, there + quick, side + 180)
        cue.pen.go("turn", back, back + quick, side)
    cue.pen.swing("lean", 0.03, 0.7, cue.start, cue.end)


def shake(cue: Cue, score: Score) -> None:
    """Shake with small quick moves."""
    counted = bool(cue.act.times)
    rate = cue.rate(9 * cue.act.speed**0.5)
    cue.pen.swing("x", (0.02 if counted else 0.008) * cue.act.size, rate, cue.start, cue.end, counted=counted)
    cue.pen.swing("angle", 3.5 * cue.act.size, rate * (1 if counted else 0.83), cue.start, cue.end, counted=counted)


def sway(cue: Cue, score: Score) -> None:
    """Sway from the foot to both sides."""
    counted = bool(cue.act.times)
    rate = cue.rate(0.55 * cue.act.speed + 0.05 * (cue.place % 3))
    phase = 0.0 if counted else 0.13 * cue.place
    cue.pen.swing("lean", 0.16 * cue.act.size, rate, cue.start, cue.end, phase=phase, counted=counted)
    cue.pen.swing("squash", 0.02, 2 * rate, cue.start, cue.end, counted=counted)


def swing(cue: Cue, score: Score) -> None:
    """Swing as if hung up above: the angle and the way to the side go together."""
    rate, counted = cue.rate(0.6 * cue.act.speed), bool(cue.act.times)
    cue.pen.swing("angle", 18 * cue.act.size, rate, cue.start, cue.end, counted=counted)
    cue.pen.swing("x", -0.05 * cue.act.size, rate, cue.start, cue.end, counted=counted)
    cue.pen.swing("lift", 0.015, 2 * rate, cue.start, cue.end, counted=counted)


def dance(cue: Cue, score: Score) -> None:
    """Step from side to side on the beat, with hops, and turn round half-way."""
    pen, act = cue.pen, cue.act
    beat, shift = 1.9 * act.speed**0.7, 0.5 * (cue.place % 2)
    pen.swing("x", 0.025 * act.size, beat / 2, cue.start, cue.end, phase=shift)
    pen.swing("lean", 0.20 * act.size, beat / 2, cue.start, cue.end, phase=shift + 0.08)
    pen.swing("lift", 0.16 * 2 * pen.actor.half_y * act.size, beat, cue.start, cue.end, "hop")
    pen.swing("squash", 0.07 * act.size, beat, cue.start, cue.end, phase=0.25)
    pen.swing("angle", 7 * act.size, beat / 2, cue.start, cue.end, phase=shift + 0.5)
    if cue.seconds > 1.8:
        middle = cue.start + cue.seconds * (0.45 if cue.place % 2 == 0 else 0.62)
        pen.go("turn", middle, middle + 0.55, pen.now("turn", middle) + 360, "smooth")


def nod(cue: Cue, score: Score) -> None:
    """Bow a little forward, twice or as said."""
    times = cue.act.times or max(2, round(cue.seconds / 0.8))
    rate = times / cue.seconds
    cue.pen.swing("angle", -9 * cue.act.size, rate, cue.start, cue.end, "hop", counted=True)
    cue.pen.swing("squash", 0.05, rate, cue.start, cue.end, "hop", counted=True)


def wobble(cue: Cue, score: Score) -> None:
    """Wobble like jelly."""
    rate, counted = cue.rate(2.4 * cue.act.speed**0.6), bool(cue.act.times)
    cue.pen.swing("lean", 0.15 * cue.act.size, rate, cue.start, cue.end, counted=counted)
    cue.pen.swing("squash", 0.09 * cue.act.size, rate * 1.5, cue.start, cue.end, phase=0.2, counted=counted)


def wave(cue: Cue, score: Score) -> None:
    """Greet by leaning to and fro, as often as said, with a small hop first."""
    first = min(0.6, cue.seconds / 3)
    leap(cue.pen, cue.start, cue.start + first, 0.05)
    if cue.act.times:
        start = cue.start + first
        cue.pen.swing("angle", 9 * cue.act.size, cue.act.times / (cue.end - start), start, cue.end, counted=True)
    else:
        cue.pen.swing("angle", 9 * cue.act.size, 1.8 * cue.act.speed, cue.start + 0.2, cue.end)


def pulse(cue: Cue, score: Score) -> None:
    """Swell on a beat, as a heart does."""
    cue.pen.base = 0.0
    rate = cue.rate(1.3 * cue.act.speed)
    cue.pen.swing("scale", 0.22 * cue.act.size, rate, cue.start, cue.end, "beat", counted=bool(cue.act.times))


def blink(cue: Cue, score: Score) -> None:
    """Flash: brighter and a little larger on each beat, dimmer between."""
    rate, counted = cue.rate(1.6 * cue.act.speed), bool(cue.act.times)
    cue.pen.swing("opacity", -0.6 * min(1.2, cue.act.size), rate, cue.start, cue.end, "hop", counted=counted)
    cue.pen.swing("scale", 0.07, rate, cue.start, cue.end, "hop", phase=0.5, counted=counted)


def grow(cue: Cue, score: Score) -> None:
    """Grow to about double, or as far as the frame allows, swelling a little past it."""
    pen = cue.pen
    most = min(2.0 * cue.act.size**0.7, 0.48 / max(pen.actor.half_y, 0.02), 0.48 / max(pen.actor.half_x, 0.02))
    pen.go(
        "scale",
        cue.start,
        cue.end,
        pen.now("scale", cue.start) * max(1.2, most),
        "back" if cue.act.speed > 1 else "smooth",
    )
    pen.swing("squash", 0.05, 1.6, cue.start, cue.end)


def shrink(cue: Cue, score: Score) -> None:
    """Shrink to less than half."""
    cue.pen.go("scale", cue.start, cue.end, cue.pen.now("scale", cue.start) * 0.4 / max(0.6, cue.act.size), "smooth")
    cue.pen.swing("squash", 0.05, 1.8, cue.start, cue.end)


def stretch(cue: Cue, score: Score) -> None:
    """Get tall and thin, and come back with a wobble, as often as said."""
    _there_and_back(cue, -0.42)


def squash(cue: Cue, score: Score) -> None:
    """Get flat and wide, and come back with a wobble, as often as said."""
    _there_and_back(cue, 0.45)


def _there_and_back(cue: Cue, size: float) -> None:
    each = cue.seconds / max(1, cue.act.times)
    for i in range(max(1, cue.act.times)):
        start = cue.start + i * each
        cue.pen.go("squash", start, start + each / 2, size * min(1.3, cue.act.size), "smooth")
        cue.pen.go("squash", start + each / 2, start + each, 0.0, "back")


def flip(cue: Cue, score: Score) -> None:
    """Turn head over heels in the air, as often as said."""
    pen, count = cue.pen, cue.act.times or max(1, round(cue.seconds / 1.3))
    each = min(cue.seconds / count, 1.5)
    for i in range(count):
        start = cue.start + i * each
        leap(pen, start, start + each, min(0.34, max(0.2, 1.8 * pen.actor.half_y)))
        pen.go("angle", start + 0.2 * each, start + 0.8 * each, pen.now("angle", start) + cue.way() * 360, "smooth")


def tumble(cue: Cue, score: Score) -> None:
    """Roll over and over to the side, as often as said."""
    way = cue.way()
    goal = score.fits(cue.pen, cue.pen.now("x", cue.start) + way * 0.4)
    cue.pen.go("x", cue.start, cue.end, goal, "smooth")
    cue.pen.go(
        "angle", cue.start, cue.end, cue.pen.now("angle", cue.start) + way * 360 * (cue.act.times or 2), "smooth"
    )
    cue.pen.swing("lift", 0.2 * cue.pen.actor.half_y, 2.2, cue.start, cue.end, "hop")


def breathe(cue: Cue, score: Score) -> None:
    """Swell and sink slowly, asleep."""
    cue.pen.swing("squash", 0.06 * cue.act.size, 0.45 * cue.act.speed, cue.start, cue.end)
    cue.pen.swing("scale", 0.02, 0.45 * cue.act.speed, cue.start, cue.end)


def talk(cue: Cue, score: Score) -> None:
    """A jolt for each call: stretched up and forward, as a dog barks."""
    times = cue.act.times or max(2, round(cue.seconds / 0.6))
    rate = times / cue.seconds
    cue.pen.swing("squash", -0.14 * cue.act.size, rate, cue.start, cue.end, "beat", counted=True)
    cue.pen.swing("lift", 0.10 * cue.pen.actor.half_y, rate, cue.start, cue.end, "beat", counted=True)
    cue.pen.swing("angle", -cue.way() * -4.0, rate, cue.start, cue.end, "beat", counted=True)


def melt(cue: Cue, score: Score) -> None:
    """Sink into itself and fade."""
    cue.pen.go("squash", cue.start, cue.end, 0.6, "smooth")
    cue.pen.go("scale", cue.start, cue.end, 0.75, "in")
    cue.pen.go("opacity", cue.start + 0.55 * cue.seconds, cue.end, 0.0, "in")


def appear(cue: Cue, score: Score) -> None:
    """Swell out of nothing."""
    cue.pen.put("opacity", 0.0, 0.0)
    cue.pen.put("scale", 0.0, 0.55)
    end = cue.start + min(cue.seconds, 1.0 / cue.act.speed)
    cue.pen.go("opacity", cue.start, (cue.start + end) / 2, 1.0)
    cue.pen.go("scale", cue.start, end, 1.0, "back")


def pop_up(cue: Cue, score: Score) -> None:
    """Shoot up from below with a stretch, and settle."""
    pen = cue.pen
    foot = pen.actor.y + pen.actor.half_y
    pen.floor = foot
    end = cue.start + min(0.7, cue.seconds)
    pen.put("lift", 0.0, -2.1 * pen.actor.half_y)
    pen.go("lift", cue.start, end, 0.0, "back")
    pen.go("squash", cue.start, cue.start + 0.2, -0.2)
    pen.go("squash", cue.start + 0.2, end, 0.0, "back")


def vanish(cue: Cue, score: Score) -> None:
    """Shrink and fade to nothing."""
    start = max(cue.start, cue.end - 1.2) if cue.start < 0.01 and cue.seconds > 2 else cue.start
    end = start + min(cue.end - start, 1.4 / cue.act.speed)
    cue.pen.go("scale", start, start + 0.25, 1.12)
    cue.pen.go("scale", start + 0.25, end, 0.1, "in")
    cue.pen.go("opacity", start + 0.3, end, 0.0, "in")
    cue.pen.go("angle", start, end, cue.pen.now("angle", start) + 90, "in")


def burst(cue: Cue, score: Score) -> None:
    """Swell, tremble, and burst: large and gone in a moment."""
    ready = cue.start + 0.6 * min(cue.seconds, 2.0)
    cue.pen.base = 0.0
    cue.pen.swing("angle", 5, 11, cue.start, ready)
    cue.pen.go("scale", cue.start, ready, 1.3 * cue.pen.now("scale", cue.start), "in")
    cue.pen.go("scale", ready, ready + 0.22, 2.6 * cue.pen.now("scale", cue.start), "out")
    cue.pen.go("opacity", ready, ready + 0.22, 0.0, "in")


def enter(cue: Cue, score: Score) -> None:
    """Come into the frame from the side to the place that the scene has for it."""
    pen, act = cue.pen, cue.act
    side = (
        {"left": -1, "right": 1}.get(act.origin)
        or {"left": 1, "right": -1}.get(act.to)
        or (-1 if pen.actor.x < 0.5 else 1)
    )
    if act.origin in ("up",) or (pen.actor.habitat == "sky" and not act.origin and not act.to):
        land(cue, score)
        return
    pen.put("x", cue.start if cue.start > 0.01 else 0.0, score.outside(pen, side))
    if cue.start > 0.01:
        pen.keys["x"][0] = type(pen.keys["x"][0])(0.0, score.outside(pen, side), "hold")
    pen.face(-side, cue.start, quick=0.0)
    end = cue.start + min(cue.seconds, 2.6 / act.speed)
    pen.go("x", cue.start, end, pen.actor.x, "out")
    _steps(cue, end, -side)


def leave(cue: Cue, score: Score) -> None:
    """Go out of the frame at the side that is said, or the nearer one."""
    pen = cue.pen
    way = {"left": -1, "right": 1}.get(cue.act.to) or pen.actor.faces or (-1 if pen.now("x", cue.start) < 0.5 else 1)
    if not cue.act.to and abs((0 if way < 0 else 1) - pen.now("x", cue.start)) > 0.75:
        way = -way
    pen.face(way, cue.start)
    pen.go("x", cue.start, cue.end, score.outside(pen, way), "in")
    _steps(cue, cue.end, way)


def _steps(cue: Cue, end: float, way: int) -> None:
    """Write the gait that suits the thing: a hop for what lives, a shiver for what drives, a roll for what is round."""
    from models.world.moves import gait

    pen = cue.pen
    verb = (
        "run"
        if pen.actor.alive
        else "drive"
        if pen.actor.group == "vehicles"
        else "float"
        if pen.actor.habitat in ("sky", "water")
        else "hop"
    )
    gait(pen, verb, cue.start, end, cue.act.speed, 0.8)


def dive(cue: Cue, score: Score) -> None:
    """Leap up, turn head down, and go under."""
    pen, way = cue.pen, cue.way()
    end = cue.start + min(cue.seconds, 1.8 / cue.act.speed)
    middle = cue.start + 0.4 * (end - cue.start)
    pen.floor = pen.now("y", cue.start) + pen.actor.half_y
    pen.go("squash", cue.start, cue.start + 0.15, 0.2)
    pen.go("squash", cue.start + 0.15, middle, -0.1)
    pen.go("lift", cue.start + 0.15, middle, max(0.16, 1.2 * pen.actor.half_y), "out")
    pen.go("lift", middle, end, -2.4 * pen.actor.half_y, "in")
    pen.go("x", cue.start, end, pen.now("x", cue.start) + way * 0.16, "linear")
    pen.go("angle", cue.start + 0.15, end, pen.now("angle", cue.start) + way * 110, "smooth")


def stay(cue: Cue, score: Score) -> None:
    """Stay, and breathe a little if it lives."""
    if cue.pen.actor.alive:
        cue.pen.swing("squash", 0.025, 0.6, cue.start, cue.end)


ALONE: dict[str, Move] = {
    **dict.fromkeys(("run", "gallop", "walk", "waddle", "hop", "crawl", "roll", "slide", "drive", "fly", "flutter", "float", "glide",
                     "swoop", "swim", "sail"), travel),
    "launch": launch, "dive": dive, "land": land, "fall": fall, "rise": rise, "sink": sink, "jump": jump, "bounce": bounce,
    "spin": spin, "turn": turn, "look": look, "look to": look, "shake": shake, "sway": sway, "swing": swing, "dance": dance, "nod": nod,
    "wave": wave, "wobble": wobble, "pulse": pulse, "blink": blink, "grow": grow, "shrink": shrink, "stretch": stretch,
    "squash": squash, "flip": flip, "tumble": tumble, "topple": topple, "breathe": breathe, "talk": talk, "melt": melt,
    "appear": appear, "pop up": pop_up, "vanish": vanish, "burst": burst, "enter": enter, "leave": leave, "stay": stay,
}  # fmt: skip
"""The motions of one thing by itself, by verb."""
