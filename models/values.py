"""The data types that pass between the parts of Unison: references and messages, standard library only.

Coordinates are fractions 0..1 of the original, EXIF-upright frame: x to the right, y down, origin at the top left.
Times are seconds from the start of the medium. Everything here is frozen, hashable where its fields are, and JSON-able
through :func:`to_json` and :func:`from_json`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["image", "video", "audio", "mask"]
KINDS: tuple[Kind, ...] = ("image", "video", "audio", "mask")
GRID = 1000
"""Boxes and points are written in the model's text as integers 0..GRID."""


def _fraction(value: float, name: str) -> float:
    """Return *value* as a float; raise ValueError unless it is finite and within 0..1."""
    if not math.isfinite(value) or not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is {value}, outside the picture: coordinates are fractions from 0 to 1")
    return float(value)


def _stretch(values: list[float]) -> tuple[float, float]:
    """Return the least and greatest of *values*, a single value widened to one step of the grid on each side."""
    low, high = min(values), max(values)
    if high - low < 1 / GRID:
        low, high = max(0.0, low - 1 / GRID), min(1.0, high + 1 / GRID)
    return low, high


@dataclass(frozen=True)
class Box:
    """An axis-aligned box, fractions, x0 < x1 and y0 < y1. Raises ValueError when empty or outside the frame."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        for name in ("x0", "y0", "x1", "y1"):
            _fraction(getattr(self, name), name)
        if self.x0 >= self.x1 or self.y0 >= self.y1:
            raise ValueError(f"the box {self.x0, self.y0, self.x1, self.y1} is empty")

    @classmethod
    def from_tokens(cls, x0: int, y0: int, x1: int, y1: int) -> Box:
        """Build from integers 0..1000; corners may come in any order; raises ValueError when empty."""
        left, right = sorted((x0, x1))
        top, bottom = sorted((y0, y1))
        return cls(left / GRID, top / GRID, right / GRID, bottom / GRID)

    def to_tokens(self) -> tuple[int, int, int, int]:
        """Return integers 0..1000, at least one step wide and high."""
        x0, y0, x1, y1 = (round(v * GRID) for v in (self.x0, self.y0, self.x1, self.y1))
        if x0 == x1:
            x0, x1 = max(0, x0 - 1), min(GRID, max(1, x0))
        if y0 == y1:
            y0, y1 = max(0, y0 - 1), min(GRID, max(1, y0))
        return x0, y0, x1, y1

    @classmethod
    def from_pixels(cls, x0: float, y0: float, x1: float, y1: float, width: int, height: int) -> Box:
        """Build from pixel edges (x1, y1 exclusive) of a frame of *width* x *height* pixels."""
        return cls(x0 / width, y0 / height, x1 / width, y1 / height)

    def to_pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return x0, y0, x1, y1 in pixels, end-exclusive, covering every touched pixel, at least 1 x 1.

        A millionth of a pixel does not count as touched, so that whole pixels survive the way to fractions and back.
        """
        x0 = min(int(self.x0 * width + 1e-6), width - 1)
        y0 = min(int(self.y0 * height + 1e-6), height - 1)
        x1 = max(x0 + 1, min(width, math.ceil(self.x1 * width - 1e-6)))
        y1 = max(y0 + 1, min(height, math.ceil(self.y1 * height - 1e-6)))
        return x0, y0, x1, y1


@dataclass(frozen=True)
class Point:
    """One place in the frame, fractions; *positive* False means "not this"."""

    x: float
    y: float
    positive: bool = True

    def __post_init__(self) -> None:
        _fraction(self.x, "x")
        _fraction(self.y, "y")


@dataclass(frozen=True)
class Stroke:
    """A scribble: a polyline of points and its *width* as a fraction of the longer side of the frame."""

    points: tuple[tuple[float, float], ...]
    width: float = 0.02
    positive: bool = True

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a scribble needs at least one point")
        for x, y in self.points:
            _fraction(x, "x")
            _fraction(y, "y")
        _fraction(self.width, "width")


@dataclass(frozen=True)
class Polygon:
    """A closed outline of at least three corners, fractions."""

    points: tuple[tuple[float, float], ...]
    positive: bool = True

    def __post_init__(self) -> None:
        if len(self.points) < 3:
            raise ValueError("a polygon needs at least three corners")
        for x, y in self.points:
            _fraction(x, "x")
            _fraction(y, "y")


@dataclass(frozen=True)
class Region:
    """One object as a person marked it on one medium: any mix of a box, points, scribbles, polygons and a mask.

    *of* is the handle of the medium; *time* the frame's time in seconds for a video; *mask* the handle of an earlier mask
    that the other shapes refine.
    """

    id: int
    of: str
    box: Box | None = None
    points: tuple[Point, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    polygons: tuple[Polygon, ...] = ()
    mask: str | None = None
    time: float | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if not (self.box or self.points or self.strokes or self.polygons or self.mask):
            raise ValueError("a region needs a box, a point, a scribble, a polygon or a mask")

    @property
    def handle(self) -> str:
        return f"region#{self.id}"

    def bounds(self) -> Box | None:
        """Return the box round everything drawn as positive, or None when only a mask or negatives are given."""
        drawn = [(p.x, p.y) for p in self.points if p.positive]
        if self.box:
            drawn += [(self.box.x0, self.box.y0), (self.box.x1, self.box.y1)]
        for stroke in self.strokes:
            drawn += stroke.points if stroke.positive else ()
        for polygon in self.polygons:
            drawn += polygon.points if polygon.positive else ()
        if not drawn:
            return None
        (x0, x1), (y0, y1) = (_stretch([p[axis] for p in drawn]) for axis in (0, 1))
        return Box(x0, y0, x1, y1)


@dataclass(frozen=True)
class Media:
    """A reference to a stored medium. *handle* is ``kind#n`` within its conversation; *path* is the content-addressed
    file's path relative to the store's root; *meta* holds plain JSON facts (width, height, fps, frames, duration, rate,
    channels, has_audio, name, notes, call, label, score, of ...)."""

    kind: Kind
    handle: str
    path: str
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """A stretch of time in seconds, start < end."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end)) or self.start < 0 or self.end <= self.start:
            raise ValueError(f"the time span {self.start}-{self.end} s is empty or negative")


@dataclass(frozen=True)
class Labelled:
    """A layout item: a phrase and the box it shall fill."""

    phrase: str
    box: Box


@dataclass(frozen=True)
class Ref:
    """A handle used as an argument: ``image#1``, ``mask#2`` or ``region#1``."""

    handle: str

    @property
    def kind(self) -> str:
        return self.handle.partition("#")[0]


@dataclass(frozen=True)
class Phrase:
    """Free text in quotes: a prompt, an instruction, the name of a thing."""

    text: str


Arg: TypeAlias = Ref | Phrase | Labelled | Box | Point | Span


@dataclass(frozen=True)
class TaskCall:
    """One request to an expert, as the model wrote it.

    *id* is unique in its conversation; *args* keeps the order of writing; *params* are the ``key=value`` pairs as text;
    *warnings* name what the parser had to mend (an unclosed tag, clipped numbers, ignored words).
    """

    id: str
    task: str
    args: tuple[Arg, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def refs(self, *kinds: str) -> list[str]:
        """Return the handles among the arguments, of the given kinds or of all, in order."""
        return [a.handle for a in self.args if isinstance(a, Ref) and (not kinds or a.kind in kinds)]

    def phrases(self) -> list[str]:
        return [a.text for a in self.args if isinstance(a, Phrase)]


@dataclass(frozen=True)
class Text:
    """Words, shown as they are (never parsed for tasks once they are a Text)."""

    text: str


@dataclass(frozen=True)
class Grounding:
    """A phrase of the answer tied to places or times in a medium (*of* is a handle, or "" for the latest)."""

    phrase: str
    boxes: tuple[Box, ...] = ()
    points: tuple[Point, ...] = ()
    spans: tuple[Span, ...] = ()
    seg: bool = False
    of: str = ""
    warnings: tuple[str, ...] = ()  # what the parser had to mend, as on a TaskCall


@dataclass(frozen=True)
class Step:
    """What ran for a call: the expert's honest name, its checkpoint, the seed, the seconds it took, the arguments used."""

    call: str
    task: str
    expert: str
    checkpoint: str
    seed: int
    seconds: float
    tokens: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Something that went wrong, told to the person: *what* happened and a *hint* what to do. *call* names the task call, *expert* the
    one that was to run it, as people are shown it, where it had come to that."""

    what: str
    hint: str = ""
    call: str = ""
    incident: str = ""
    expert: str = ""


Part: TypeAlias = Text | Media | Region | TaskCall | Grounding | Step | Failure


@dataclass(frozen=True)
class Message:
    """One turn of one speaker: a pure value. *state*: done, running, stopped, interrupted or failed."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...] = ()
    state: Literal["done", "running", "stopped", "interrupted", "failed"] = "done"

    @property
    def text(self) -> str:
        """The message's words alone."""
        return "".join(p.text for p in self.parts if isinstance(p, Text))


@dataclass(frozen=True)
class Checkpoint:
    """Where an expert's or the unified model's weights come from.

    *source* is a folder below ``assets/`` or a hub id; hub ids carry a *revision* (commit). *implementation* names the
    module in ``models/experts`` (or ``models/unified`` backend); *call* holds default arguments; *licence* an SPDX name;
    *size* how much is fetched from the hub, GB. A classical algorithm has an empty source. *name* is what people are shown
    in place of the module's own name, so that two checkpoints of one implementation are told apart.
    """

    implementation: str
    source: str = ""
    revision: str = ""
    dtype: str = "float32"
    licence: str = ""
    call: Mapping[str, Any] = field(default_factory=dict)
    size: float = 0.0
    name: str = ""


@dataclass(frozen=True)
class Profile:
    """A table of checkpoints: data only. *experts* maps a task to its implementations, the default first; *foresees* says that
    the unified model is quick enough to be asked, while a message is typed, what it would do. *note*, *knows*, *lacks* and
    *more* tell a person where it runs, what it is good for, what it cannot do and how to get beyond that."""

    name: str
    unified: Checkpoint
    experts: Mapping[str, tuple[Checkpoint, ...]]
    needs: Mapping[str, float] = field(default_factory=dict)  # GB: disk, ram, vram
    note: str = ""
    foresees: bool = False
    knows: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    more: str = ""


_TYPES = {c.__name__: c for c in (Box, Point, Stroke, Polygon, Region, Media, Span, Labelled, Ref, Phrase, TaskCall, Text,
                                  Grounding, Step, Failure, Message)}  # fmt: skip


def to_json(value: Any) -> Any:
    """Return *value* (any type of this module, or a container of them) as plain JSON data, dataclasses tagged ``"is"``."""
    if is_dataclass(value) and not isinstance(value, type):
        optional = {f.name for f in fields(value) if f.default is not MISSING or f.default_factory is not MISSING}
        data = {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
        return {
            "is": type(value).__name__,
            **{k: v for k, v in data.items() if k not in optional or v not in (None, "", [], {})},
        }
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(v) for v in value]
    return value


def from_json(data: Any) -> Any:
    """Rebuild what :func:`to_json` wrote. Lists become tuples. Raises ValueError on an unknown tag or a bad value."""
    if isinstance(data, Mapping):
        if "is" not in data:
            return {k: from_json(v) if isinstance(v, Mapping) and "is" in v else v for k, v in data.items()}
        kind = _TYPES.get(str(data["is"]))
        if kind is None:
            raise ValueError(f"unknown value type {data['is']!r}")
        try:
            return kind(**{k: from_json(v) for k, v in data.items() if k != "is"})
        except TypeError as error:
            raise ValueError(f"{data['is']} cannot be rebuilt: {error}") from error
    if isinstance(data, list | tuple):
        return tuple(from_json(v) for v in data)
    return data
