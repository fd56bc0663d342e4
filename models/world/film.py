"""The values that describe a drawn film: a scene, how each of its things moves, the camera and what happens when; JSON-able.

A thing's motion is a :class:`Track`: channels of keys (a value at a time and how it goes on from there) with swings on top.
Times are seconds, coordinates fractions of the frame. A film without tracks stands still and shows the scene itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.world.scene import Backdrop, Scene, Thing

CHANNELS: dict[str, float] = {
    "x": 0.0, "y": 0.0, "lift": 0.0, "scale": 1.0, "angle": 0.0, "turn": 0.0, "squash": 0.0, "lean": 0.0,
    "opacity": 1.0, "order": 0.0, "tint": 0.0,
}  # fmt: skip
"""What can change, with its value at rest (x and y rest where the scene has the thing): x, y the centre; lift the height
above the ground in fractions of the frame's height; scale a factor of the size; angle degrees clockwise; turn degrees about
the upright axis, 180 mirrored; squash > 0 flatter and wider; lean the shift of the top sideways per height; opacity 0..1;
order added to the place in the drawing order; tint 0..1 of the track's colour."""
CAMERA: dict[str, float] = {"x": 0.5, "y": 0.5, "zoom": 1.0}
"""The camera's channels: what it looks at, and how close it is."""
EASES = ("linear", "smooth", "in", "out", "back", "bounce", "curve", "hold")
"""How a value goes on from a key to the next: evenly; starting and ending gently; speeding up; slowing down; past the goal
and back; bouncing at the goal; as a smooth curve through the keys; not until the next key."""
WAVES = ("sine", "hop", "beat")
"""Swings: to and fro; a hop (0 at the ground, size at the top); a beat (a quick swell, then rest)."""
WATERS = ("sea", "lake", "beach", "underwater")
"""Backdrops whose water moves in a film."""
MOST_SECONDS = 30.0


@dataclass(frozen=True)
class Key:
    """A *value* at a *time*, and the *ease* by which it goes on to the next key. Raises ValueError on junk."""

    time: float
    value: float
    ease: str = "smooth"

    def __post_init__(self) -> None:
        if not all(isinstance(v, int | float) and math.isfinite(v) for v in (self.time, self.value)):
            raise ValueError(f"a key has a time and a value that are numbers, not {self.time!r} and {self.value!r}")
        if self.ease not in EASES:
            raise ValueError(f"{self.ease!r} is no way to ease; there are {', '.join(EASES)}")


@dataclass(frozen=True)
class Swing:
    """A repeated motion added to channel *what* from *start* to *end*: *size* in the channel's unit, *rate* per second.

    It fades in and out at its ends, so that nothing jerks; *phase* is in turns. Raises ValueError on junk.
    """

    what: str
    size: float
    rate: float
    start: float
    end: float
    phase: float = 0.0
    wave: str = "sine"

    def __post_init__(self) -> None:
        if self.what not in CHANNELS:
            raise ValueError(f"{self.what!r} is no channel; there are {', '.join(CHANNELS)}")
        if self.wave not in WAVES:
            raise ValueError(f"{self.wave!r} is no wave; there are {', '.join(WAVES)}")
        numbers = (self.size, self.rate, self.start, self.end, self.phase)
        if not all(isinstance(v, int | float) and math.isfinite(v) for v in numbers):
            raise ValueError("a swing is made of numbers")

    def at(self, time: float) -> float:
        """Return what the swing adds at *time*."""
        if not self.start < time < self.end:
            return 0.0
        fade = min(0.3, (self.end - self.start) / 3)
        share = _smooth(min(1.0, (time - self.start) / fade, (self.end - time) / fade))
        turn = self.rate * (time - self.start) + self.phase
        if self.wave == "hop":
            wave = abs(math.sin(math.pi * turn))
        elif self.wave == "beat":
            wave = math.exp(-4 * (turn % 1.0)) * math.sin(math.pi * min(1.0, 5 * (turn % 1.0)) / 2)
        else:
            wave = math.sin(2 * math.pi * turn)
        return self.size * share * wave


@dataclass(frozen=True)
class Track:
    """How the thing *id* moves. *base* is where it is held when it swells or squashes: 1 its foot, 0 its centre; *tint* the
    colour of the tint channel; *floor* the height of the frame below which nothing of it is drawn (a sun that sets); *on*
    the id of the thing that carries it, with which it moves (a hat on a cat), 0 for none."""

    id: int
    channels: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    swings: tuple[Swing, ...] = ()
    base: float = 1.0
    tint: str = ""
    floor: float = 9.0
    on: int = 0

    def __post_init__(self) -> None:
        for name, keys in self.channels.items():
            if name not in CHANNELS:
                raise ValueError(f"{name!r} is no channel; there are {', '.join(CHANNELS)}")
            if not keys or any(a.time > b.time for a, b in itertools.pairwise(keys)):
                raise ValueError(f"the keys of {name} are empty or not in order")


@dataclass(frozen=True)
class Event:
    """Something that happens: thing *id* does *verb* (a canonical verb of the motion lexicon) from *time* for *seconds*;
    *other* is the thing it does it to, 0 for none; *times* how often (0: all the time)."""

    time: float
    seconds: float
    id: int
    verb: str
    other: int = 0
    times: int = 0


@dataclass(frozen=True)
class Change:
    """The backdrop becomes *backdrop* between *start* and *end*."""

    start: float
    end: float
    backdrop: Backdrop


@dataclass(frozen=True)
class Film:
    """A scene that moves for *seconds* at *fps* frames per second. Raises ValueError when a track has no thing of its id."""

    scene: Scene
    tracks: tuple[Track, ...] = ()
    seconds: float = 3.5
    fps: float = 24.0
    camera: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    words: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= MOST_SECONDS or not 1 <= self.fps <= 120:
            raise ValueError(f"a film lasts up to {MOST_SECONDS:g} s at 1 to 120 frames per second")
        missing = {t.id for t in self.tracks} - {t.id for t in self.scene.things}
        if missing:
            raise ValueError(f"there is no thing {sorted(missing)} in the scene of this film")

    @property
    def frames(self) -> int:
        """The number of frames."""
        return max(1, round(self.seconds * self.fps))

    def track(self, id_: int) -> Track:
        """Return the track of thing *id_*; one at rest where it has none."""
        return next((track for track in self.tracks if track.id == id_), Track(id_))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data from which :meth:`from_json` rebuilds an equal film."""
        return {
            "scene": self.scene.to_json(), "seconds": self.seconds, "fps": self.fps, "words": self.words,
            "tracks": [_track_out(track) for track in self.tracks], "camera": _keys_out(self.camera),
            "changes": [[c.start, c.end, Scene((), c.backdrop).to_json()["backdrop"]] for c in self.changes],
            "events": [[e.time, e.seconds, e.id, e.verb, e.other, e.times] for e in self.events],
        }  # fmt: skip

    @staticmethod
    def from_json(data: object) -> Film:
        """Rebuild a film from what :meth:`to_json` returned. Raises ValueError on anything else."""
        if not isinstance(data, Mapping) or "scene" not in data:
            raise ValueError("a film is an object with a scene, tracks and a length")
        try:
            return Film(
                Scene.from_json(data["scene"]), tuple(_track_in(track) for track in data.get("tracks", ())),
                float(data.get("seconds", 3.5)), float(data.get("fps", 24.0)), _keys_in(data.get("camera", {})),
                tuple(Change(float(a), float(b), Scene.from_json({"things": [], "backdrop": c}).backdrop)
                      for a, b, c in data.get("changes", ())),
                tuple(Event(float(e[0]), float(e[1]), int(e[2]), str(e[3]), int(e[4]), int(e[5])) for e in data.get("events", ())),
                str(data.get("words", "")),
            )  # fmt: skip
        except (TypeError, KeyError, IndexError, AttributeError) as error:
            raise ValueError(f"this is no film: {error}") from error


@dataclass(frozen=True)
class Pose:
    """Where and how a thing is at one time: the channels of :data:`CHANNELS` with swings added."""

    x: float
    y: float
    lift: float
    scale: float
    angle: float
    turn: float
    squash: float
    lean: float
    opacity: float
    order: float
    tint: float


def pose(track: Track, thing: Thing, time: float) -> Pose:
    """Return how *thing* is at *time*, s. Values are held within what can be drawn."""
    rest = {**CHANNELS, "x": thing.x, "y": thing.y}
    now = {name: value(track.channels.get(name, ()), time, rest[name]) for name in CHANNELS}
    for swing in track.swings:
        now[swing.what] += swing.at(time)
    now["scale"] = min(max(now["scale"], 0.0), 12.0)
    now["squash"] = min(max(now["squash"], -0.6), 0.6)
    now["opacity"] = min(max(now["opacity"], 0.0), 1.0)
    now["tint"] = min(max(now["tint"], 0.0), 1.0)
    return Pose(**now)


def value(keys: tuple[Key, ...], time: float, rest: float) -> float:
    """Return the value of a channel at *time*: that of the first key before it, of the last one after it, eased between;
    *rest* where there are no keys."""
    if not keys:
        return rest
    if time <= keys[0].time:
        return keys[0].value
    for i, (one, two) in enumerate(itertools.pairwise(keys)):
        if time < two.time:
            share = (time - one.time) / (two.time - one.time)
            if one.ease == "curve":
                return _curved(keys, i, share)
            return one.value + (two.value - one.value) * ease(one.ease, share)
    return keys[-1].value


def ease(name: str, share: float) -> float:
    """Return how far a value has come, 0..1 (a little beyond for "back"), after *share* 0..1 of the time."""
    if name == "hold":
        return 0.0
    if name == "smooth":
        return _smooth(share)
    if name == "in":
        return share * share
    if name == "out":
        return 1 - (1 - share) ** 2
    if name == "back":  # goes past the goal by a tenth and comes back
        rest = share - 1
        return 1 + 2.7 * rest**3 + 1.7 * rest**2
    if name == "bounce":
        return _bounced(share)
    return share


def _smooth(share: float) -> float:
    return share * share * (3 - 2 * share)


def _bounced(share: float) -> float:
    """Return the way of a ball let go at 0: on the ground at 1, with bounces half as long each (heights a quarter)."""
    first = 0.5  # the fall takes half of the time; a bounce of the same speed lasts twice as long
    if share < first:
        return (share / first) ** 2
    start, length = first, first * 0.6
    height = 0.22
    for _ in range(4):
        if share < start + length:
            within = (share - start) / length
            return 1 - height * 4 * within * (1 - within)
        start, length, height = start + length, length * 0.45, height * 0.22
    return 1.0


def _curved(keys: tuple[Key, ...], i: int, share: float) -> float:
    """Return the cubic Hermite curve between keys *i* and *i* + 1, its slopes from the neighbours (Catmull and Rom)."""
    one, two = keys[i], keys[i + 1]
    length = two.time - one.time

    def slope(j: int) -> float:
        before, after = keys[max(0, j - 1)], keys[min(len(keys) - 1, j + 1)]
        return (after.value - before.value) / max(after.time - before.time, 1e-9) * length

    s2, s3 = share * share, share**3
    return (
        (2 * s3 - 3 * s2 + 1) * one.value + (s3 - 2 * s2 + share) * slope(i)
        + (3 * s2 - 2 * s3) * two.value + (s3 - s2) * slope(i + 1)
    )  # fmt: skip


def _keys_out(channels: Mapping[str, tuple[Key, ...]]) -> dict[str, list[list[Any]]]:
    return {name: [[k.time, k.value, k.ease] for k in keys] for name, keys in channels.items()}


def _keys_in(data: Any) -> dict[str, tuple[Key, ...]]:
    return {str(name): tuple(Key(float(t), float(v), str(e)) for t, v, e in keys) for name, keys in data.items()}


def _track_out(track: Track) -> dict[str, Any]:
    swings = [[s.what, s.size, s.rate, s.start, s.end, s.phase, s.wave] for s in track.swings]
    return {"id": track.id, "channels": _keys_out(track.channels), "swings": swings, "base": track.base,
            "tint": track.tint, "floor": track.floor, "on": track.on}  # fmt: skip


def _track_in(data: Any) -> Track:
    swings = tuple(
        Swing(str(s[0]), float(s[1]), float(s[2]), float(s[3]), float(s[4]), float(s[5]), str(s[6]))
        for s in data.get("swings", ())
    )
    return Track(int(data["id"]), _keys_in(data.get("channels", {})), swings, float(data.get("base", 1.0)),
                 str(data.get("tint", "")), float(data.get("floor", 9.0)), int(data.get("on", 0)))  # fmt: skip
