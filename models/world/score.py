"""The desk at which motions are written: one pen for each thing, that keeps its keys in order and its facing right.

Every motion of :mod:`models.world.moves` and :mod:`models.world.meetings` writes through a pen, between a start and an end
in seconds; places are fractions of the frame.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from models.world.acts import Act
from models.world.film import CHANNELS, Key, Swing, Track, value


@dataclass(frozen=True)
class Actor:
    """A thing as the motions see it. *x*, *y* its centre, *half_x*, *half_y* half its extent (all fractions of the frame);
    *faces* -1 when it looks to the left, 1 to the right, 0 to the front; *habitat* and *group* as in the atlas; *standing*
    whether its foot is on a ground."""

    id: int
    name: str
    x: float
    y: float
    half_x: float
    half_y: float
    faces: int = 0
    habitat: str = "any"
    group: str = ""
    standing: bool = True

    @property
    def alive(self) -> bool:
        """Whether it bobs and breathes: an animal or a person."""
        return self.group in ("animals", "people")

    @property
    def round(self) -> bool:
        """Whether it is about as wide as high and no living thing, so that it may roll."""
        return not self.alive and 0.6 < self.half_x / max(self.half_y, 1e-6) * 1.78 < 1.6


@dataclass
class Pen:
    """Writes the channels and swings of one actor. Keys go forward in time only: what begins while the same channel is
    still busy begins when that ends."""

    actor: Actor
    keys: dict[str, list[Key]] = field(default_factory=dict)
    swings: list[Swing] = field(default_factory=list)
    tint: str = ""
    floor: float = 9.0
    base: float = 1.0
    last: float = 0.0
    on: int = 0

    def now(self, what: str, time: float) -> float:
        """Return the value of channel *what* at *time*, swings apart."""
        rest = {"x": self.actor.x, "y": self.actor.y}.get(what, CHANNELS[what])
        return value(tuple(self.keys.get(what, ())), time, rest)

    def free_from(self, what: str) -> float:
        """Return when the last key of channel *what* is over."""
        keys = self.keys.get(what)
        return keys[-1].time if keys else 0.0

    def put(self, what: str, time: float, value_: float) -> None:
        """Set channel *what* to *value_* at once at *time*; at 0 that is how it begins."""
        keys = self.keys.setdefault(what, [])
        if keys and time <= keys[-1].time:
            keys[-1] = Key(keys[-1].time, value_, keys[-1].ease)
            return
        if keys:
            keys[-1] = Key(keys[-1].time, keys[-1].value, "hold")
        elif time > 0:
            keys.append(Key(0.0, self.now(what, 0.0), "hold"))
        keys.append(Key(time, round(value_, 5)))

    def go(self, what: str, start: float, end: float, value_: float, ease: str = "smooth") -> None:
        """Bring channel *what* to *value_* between *start* and *end*."""
        keys = self.keys.setdefault(what, [])
        before = self.now(what, start)
        if keys and start < keys[-1].time:
            start, before = keys[-1].time, keys[-1].value
        if end - start < 1e-3:
            return
        if keys and abs(keys[-1].time - start) < 1e-6:
            keys[-1] = Key(keys[-1].time, keys[-1].value, ease)
        else:
            keys.append(Key(round(start, 4), round(before, 5), ease))
        keys.append(Key(round(end, 4), round(value_, 5)))

    def path(self, what: str, points: list[tuple[float, float]]) -> None:
        """Lead channel *what* through (time, value) *points* in a smooth curve, from where it is."""
        for time, goal in points:
            self.go(
                what, self.free_from(what) if self.keys.get(what) else max(0.0, points[0][0] - 0.3), time, goal, "curve"
            )

    def swing(
        self,
        what: str,
        size: float,
        rate: float,
        start: float,
        end: float,
        wave: str = "sine",
        phase: float = 0.0,
        *,
        counted: bool = False,
    ) -> None:
        """Add a repeated motion; nothing where it would be shorter than a moment. One that lasts to the end of the film does
        not come to rest there, for the eye would take that for a stop; unless it is *counted*: then it has its number only."""
        if self.last and end > self.last - 0.2 and not counted:
            end = self.last + 0.5
        if end - start > 0.1 and abs(size) > 1e-6:
            self.swings.append(
                Swing(what, round(size, 5), round(rate, 4), round(start, 4), round(end, 4), round(phase, 4), wave)
            )

    def face(self, way: float, time: float, quick: float = 0.22) -> None:
        """Let the thing look to the side *way* (negative: left) from *time* on; what looks to the front stays as it is."""
        if not self.actor.faces or abs(way) < 1e-6:
            return
        goal = 0.0 if (way > 0) == (self.actor.faces > 0) else 180.0
        if time <= 0.02 and not self.keys.get("turn"):
            self.put("turn", 0.0, goal) if quick <= 0 else self.go("turn", 0.0, quick, goal)
        elif abs(self.now("turn", time) - goal) > 1:
            self.go("turn", time, time + max(quick, 0.05), goal)

    def track(self) -> Track:
        """Return what was written."""
        channels = {name: tuple(keys) for name, keys in self.keys.items()}
        return Track(self.actor.id, channels, tuple(self.swings), self.base, self.tint, self.floor, self.on)


@dataclass
class Score:
    """All pens of a film and the frame they write for. *ratio* is width over height, *ground* where the ground begins (None:
    none), *free* whether a thing may begin elsewhere than the scene has it; *arriving* are those that come from outside."""

    pens: dict[int, Pen]
    ratio: float
    seconds: float
    ground: float | None
    free: bool
    rng: random.Random
    arriving: frozenset[int] = frozenset()

    def fits(self, pen: Pen, x: float) -> float:
        """Return *x* moved so that the whole thing is in the frame."""
        half = min(pen.actor.half_x, 0.45)
        return min(max(x, half + 0.02), 0.98 - half)

    def outside(self, pen: Pen, way: float) -> float:
        """Return the x at which the thing is just out of the frame at the side *way* (negative: left)."""
        return -pen.actor.half_x - 0.04 if way < 0 else 1.04 + pen.actor.half_x


@dataclass(frozen=True)
class Cue:
    """One act for one thing: what to do, with the pen of the other thing, from *start* to *end* s, as number *place* of
    *count* things that do it together."""

    act: Act
    pen: Pen
    other: Pen | None
    start: float
    end: float
    place: int = 0
    count: int = 1

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def rate(self, natural: float) -> float:
        """Return how often a second it happens: *natural*, or so that it happens as often as said."""
        return self.act.times / self.seconds if self.act.times else natural

    def way(self, fallback: int = 0) -> int:
        """Return -1 for left, 1 for right, as said; else the way it faces; else *fallback* or left."""
        said = {"left": -1, "right": 1}.get(self.act.to) or {"left": 1, "right": -1}.get(self.act.origin)
        if said:
            return said
        pen = self.pen
        looks = pen.actor.faces * (-1 if 90 < pen.now("turn", self.start) % 360 < 270 else 1)
        return looks or fallback or -1
