"""What an expert is: a task declared as data, values in, values out, and a way to find the files that implement it.

An expert is one file in ``models/experts`` with three names::

    TASK = "segment"                       # a name of models.tasks.TASKS, or a Task of its own
    NAME = "GrabCut (classical)"           # the honest name shown to people
    def load(checkpoint, device): ...      # heavy imports happen here; returns an Expert

and, where an input can be refused before any work, ``def check(call, inputs) -> Refusal | None``; where it has settings
besides those that the task declares, ``PARAMS``, a tuple of Param.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from models.values import Box, Checkpoint, Kind, Media, Region, TaskCall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Cancelled(Exception):
    """Raised by ``report`` when the person pressed Stop; experts let it pass."""


class Refusal(Exception):
    """The expert cannot do this: *what* is wrong, said to a person, and a *hint* what would work. *expert* is the name of the one that
    was to do it, which the router sets."""

    def __init__(self, what: str, hint: str = "", expert: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.expert = expert


@dataclass
class Picture:
    """An image: ``pixels`` uint8 [height, width, 3] RGB or [height, width, 4] RGBA, straight alpha."""

    pixels: NDArray[np.uint8]
    label: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass
class Clip:
    """A video as a file, so that long clips stream: read it with ``models.video.read_frames``, write one with
    ``models.video.VideoWriter``. *frames* is the count as read, *fps* frames per second within 1..120, *duration* s."""

    path: Path
    width: int
    height: int
    fps: float
    frames: int
    has_audio: bool = False
    label: str = ""
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def duration(self) -> float:
        return self.frames / self.fps if self.fps else 0.0

    @property
    def begins(self) -> float:
        """When the first frame is shown, s: 0 in most files, later where the sound begins before the pictures."""
        return float(self.meta.get("start", 0.0))

    @property
    def ends(self) -> float:
        """When the last frame is over, s, on the clock that a player shows."""
        return self.begins + self.duration


@dataclass
class Sound:
    """``samples`` float32 [n, channels] in -1..1 at *rate* Hz."""

    samples: NDArray[np.float32]
    rate: int
    label: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass
class Masks:
    """Object masks: ``array`` bool [n, height, width], or [n, frames, height, width] for a clip; one label and score
    (0..1) each. The store makes one ``mask#`` medium of each object. *numbers*, if there are any, are one for each: the number, from
    1, of the mark that it was cut from, by which it is coloured (:mod:`models.palette`)."""

    array: NDArray[np.bool_]
    labels: list[str]
    scores: list[float]
    fps: float = 0.0
    meta: dict[str, Any] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)


Value: TypeAlias = Picture | Clip | Sound | Masks


class Report(Protocol):
    """Progress: *fraction* 0..1, a short *word*, and maybe a preview: uint8 RGB [h, w, 3], or better a function without
    arguments that gives one. It is called at once or not at all, so it may look at what is being worked on; see
    ``models.previews``. Raises Cancelled."""

    def __call__(self, fraction: float, word: str = "", preview: Any = None) -> None: ...


@dataclass(frozen=True)
class Share:
    """A report for one share of the work: its 0..1 is *low*..*high* of what *report* is told."""

    report: Report
    low: float
    high: float

    def __call__(self, fraction: float, word: str = "", preview: Any = None) -> None:
        self.report(self.low + (self.high - self.low) * fraction, word, preview)


Sketches: TypeAlias = "Mapping[tuple[str, Box], Callable[[], NDArray[np.float32]]]"
"""What the unified model makes out of things that it points at, by the path of the picture's file and the box that it wrote for each."""


@dataclass
class Inputs:
    """What a call's handles stand for: decoded values by handle, the regions by handle, and a scratch folder that
    the expert may write to. ``values[handle]`` is decoded on first use. Regions that the person drew for
    this turn on the call's medium are among the call's arguments already, where it named no place itself."""

    values: Mapping[str, Value]
    media: Mapping[str, Media]
    regions: Mapping[str, Region]
    scratch: Path
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)  # params of the call, converted, over Checkpoint.call
    sketches: Sketches = field(default_factory=dict)

    def first(self, call: TaskCall, *kinds: Kind) -> str:
        """Return the first handle of the call that is of one of *kinds*; raises Refusal naming what is missing."""
        for handle in call.refs(*kinds):
            if handle in self.media:
                return handle
        raise Refusal(
            f"{call.task} needs {' or '.join(kinds)} to work on.", "Attach one, or name one, such as image#1."
        )

    def picture(self, handle: str) -> Picture:
        """Return the picture that *handle* stands for, decoded. Raises Refusal, naming the handle, where it is another medium."""
        value = self.values[handle]
        if not isinstance(value, Picture):
            raise Refusal(f"{handle} is not a picture.", "Name a picture, such as image#1.")
        return value

    def clip(self, handle: str) -> Clip:
        """Return the video that *handle* stands for, as a file. Raises Refusal, naming the handle, where it is another medium."""
        value = self.values[handle]
        if not isinstance(value, Clip):
            raise Refusal(f"{handle} is not a video.", "Name a video, such as video#1.")
        return value

    def sketch(self, handle: str, box: Box | None) -> NDArray[np.float32] | None:
        """Return what the unified model made out of the thing whose *box* it wrote for the picture *handle*: float32 [h, w], 0..1, how
        likely each cell of a coarse grid over the frame shows it. None where it made out nothing. Raises Refusal as it does."""
        medium = self.media.get(handle)
        make = self.sketches.get((medium.path, box)) if medium is not None and box is not None else None
        return None if make is None else make()


Expert: TypeAlias = Callable[[TaskCall, Inputs, Report], "Value | Sequence[Value]"]

ArgKind = Literal["image", "video", "audio", "mask", "region", "phrase", "labelled", "box", "point", "span"]


@dataclass(frozen=True)
class Param:
    """A ``key=value`` setting of a task: its type, the allowed range or choices, the default and one line of help.

    A call without a *required* setting is refused before any expert runs. A choice that is not *bare* is taken by its name alone, never from a
    word of the description that happens to be one of its values. A call with a setting that stands *alone* needs no words.
    """

    name: str
    type: Literal["int", "float", "bool", "choice", "text"]
    help: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    bare: bool = True
    alone: bool = False


@dataclass(frozen=True)
class Task:
    """A task of the grammar, declared once: prompt text, argument checks, slash command and docs all come from here.

    *needs* lists the alternatives of media the first argument may be (empty: none needed); *takes* the further kinds of
    argument allowed; *gives* the kinds it returns; *example* one canonical call in token syntax.
    """

    name: str
    help: str
    needs: tuple[Kind, ...]
    takes: tuple[ArgKind, ...]
    gives: tuple[Kind, ...]
    example: str
    params: tuple[Param, ...] = ()
    phrase: Literal["none", "optional", "required"] = "optional"


@dataclass(frozen=True)
class Found:
    """An expert file found by :func:`discover`: its module, the task it serves and the name shown to people; *suits* tells of a call and
    the media by handle whether this expert, rather than a later one of the profile, is meant for it; *params* are settings that it has besides the task's."""

    implementation: str
    task: Task
    name: str
    load: Callable[[Checkpoint, str], Expert]
    check: Callable[[TaskCall, Inputs], None] | None = None
    suits: Callable[[TaskCall, Mapping[str, Media]], bool] | None = None
    params: tuple[Param, ...] = ()


def _found(implementation: str, module: ModuleType) -> Found:
    from models.tasks import TASKS

    task = module.TASK
    if isinstance(task, str):
        task = TASKS[task]
    check, suits = (getattr(module, name, None) for name in ("check", "suits"))
    return Found(implementation, task, module.NAME, module.load, check, suits, getattr(module, "PARAMS", ()))


def discover(*folders: Path) -> dict[str, Found]:
    """Return every expert file of ``models/experts`` and of the extra *folders*, by implementation (file) name.

    Files whose name starts with an underscore are helpers, not experts. Raises AttributeError naming what a file lacks.
    """
    package = importlib.import_module("models.experts")
    found: dict[str, Found] = {}
    for info in pkgutil.iter_modules(package.__path__):
        if not info.name.startswith("_"):
            found[info.name] = _found(info.name, importlib.import_module(f"models.experts.{info.name}"))
    for folder in folders:
        for path in sorted(folder.glob("[!_]*.py")):
            spec = importlib.util.spec_from_file_location(f"unison_extra_expert_{path.stem}", path)
            if spec is None or spec.loader is None:
                continue
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found[path.stem] = _found(path.stem, module)
    return found
