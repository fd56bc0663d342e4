"""Reading the inside of one task call: its name, arguments and settings. Total and linear in the length of the body."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.expert import Task
from models.places import read_place
from models.tokens import PLACE_CLOSERS
from models.values import Arg, Box, Failure, Labelled, Phrase, Ref, TaskCall

MAX_WARNINGS = 8
_NAME = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]{0,39})(?![A-Za-z0-9_=#-])")
_TOKEN = re.compile(
    r"""(?P<space>[\s,;]+)
    |(?P<place><(?:box|pt|t)>|<\|box_start\|>)
    |(?P<quote>["“])
    |@?(?P<handle>(?:image|video|audio|mask|region)\s?\#\s?[0-9]{1,9})(?![0-9])
    |(?P<key>[A-Za-z_][A-Za-z0-9_]{0,39})\s?=\s?
    |(?P<bare>[\[(][\[\]()0-9\s.,+-]*)
    |(?P<word>[^\s"“<,;]+)
    |(?P<junk>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)("?)', re.DOTALL)
_VALUE = re.compile(r'[^\s"<]*')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class _Word:
    """A bare word of a call, not yet known to be a choice, a description or noise."""

    text: str


@dataclass
class _Reader:
    body: str
    at: int
    items: list[Arg | _Word] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    glued: int = -1  # where the last phrase ended: a box that starts just there belongs to it

    def read(self) -> None:
        while self.at < len(self.body):
            match = _TOKEN.match(self.body, self.at)
            if match is None:  # cannot happen: junk matches any character
                return
            self.at = match.end()
            kind = match.lastgroup or "junk"
            if kind != "space":
                getattr(self, f"_{kind}")(match)

    def _place(self, match: re.Match[str]) -> None:
        tag, starts = match[0].lower(), match.start()
        end = self.body.find("<", self.at)
        if end < 0:
            end = len(self.body)
        content, self.at = self.body[self.at : end], end
        closer = PLACE_CLOSERS[tag]
        if self.body.startswith(closer, end):
            self.at += len(closer)
        else:
            self.warnings.append(f"{tag} was not closed")
        places = read_place(tag, content, self.warnings)
        last = self.items[-1] if self.items else None
        if starts == self.glued and isinstance(last, Phrase) and places and isinstance(places[0], Box):
            self.items[-1] = Labelled(last.text, places.pop(0))  # type: ignore[arg-type]
        self.items += places

    def _string(self, start: int) -> str:
        """Read the quoted text that starts at *start* and move behind it."""
        if self.body[start] == "“":
            end = self.body.find("”", start)
            closed = end >= 0
            text = self.body[start + 1 : end if closed else len(self.body)]
            self.at = end + 1 if closed else len(self.body)
        else:
            match = _QUOTED.match(self.body, start)
            closed = bool(match and match[2])
            text = match[1] if match else ""
            self.at = match.end() if match and closed else len(self.body)
        if not closed:
            self.warnings.append("a quote was not closed")
        return _ESCAPE.sub(lambda m: "\n" if m[1] == "n" else m[1], text)

    def _quote(self, match: re.Match[str]) -> None:
        self.items.append(Phrase(self._string(match.start())))
        self.glued = self.at

    def _handle(self, match: re.Match[str]) -> None:
        kind, _, number = match["handle"].partition("#")
        self.items.append(Ref(f"{kind.strip().lower()}#{int(number)}"))

    def _key(self, match: re.Match[str]) -> None:
        key = match["key"].lower()
        if self.body.startswith(('"', "“"), self.at):
            value = self._string(self.at)
        else:
            found = _VALUE.match(self.body, self.at)
            value = found[0] if found else ""
            self.at += len(value)
            value = value.rstrip(",;")
            if not value:
                self.warnings.append(f"{key}= has no value")
                return
        if key in self.params:
            self.warnings.append(f"{key} was given twice; the last one counts")
        self.params[key] = value

    def _bare(self, match: re.Match[str]) -> None:
        if any(character.isdecimal() for character in match[0]):
            self.items += read_place("<box>", match[0], self.warnings)
        else:
            self.warnings.append(f"ignored “{match[0].strip()[:40]}”")

    def _word(self, match: re.Match[str]) -> None:
        self.items.append(_Word(match[0]))

    def _junk(self, match: re.Match[str]) -> None:
        self.warnings.append(f"ignored “{match[0]}”")


def _choose(word: str, task: Task, params: dict[str, str]) -> bool:
    """Take *word* as the value of a choice of *task* that has none yet."""
    for param in task.params:
        if param.type == "choice" and param.bare and param.name not in params and word.lower() in param.choices:
            params[param.name] = word.lower()
            return True
    return False


def _settle_words(reader: _Reader, task: Task | None) -> tuple[list[Arg], bool]:
    """Turn bare words into choices, else into the description that is missing, else into warnings."""
    args: list[Arg] = []
    loose: list[str] = []
    place = 0
    describe = task is not None and task.phrase != "none" and not any(isinstance(i, Phrase) for i in reader.items)
    for item in reader.items:
        if not isinstance(item, _Word):
            args.append(item)
        elif task is None or not _choose(item.text, task, reader.params):
            place = place if loose else len(args)
            loose.append(item.text)
    if describe and loose:
        args.insert(place, Phrase(" ".join(loose)))
        return args, True
    reader.warnings += [f"ignored “{word[:40]}”" for word in loose]
    return args, False


def _pair(args: list[Arg], task: Task) -> list[Arg]:
    """Join ``"dog" <box>`` for a task that lays out labelled boxes, and part ``"dog"<box>`` for one that does not."""
    labelled, boxes = "labelled" in task.takes, "box" in task.takes
    paired: list[Arg] = []
    for arg in args:
        last = paired[-1] if paired else None
        if labelled and not boxes and isinstance(arg, Box) and isinstance(last, Phrase):
            paired[-1] = Labelled(last.text, arg)
        elif isinstance(arg, Labelled) and not labelled:
            paired += [Phrase(arg.phrase), arg.box]
        else:
            paired.append(arg)
    return paired


def few(warnings: list[str]) -> tuple[str, ...]:
    """Return the warnings without repetition, at most MAX_WARNINGS of them and a count of the rest."""
    distinct = list(dict.fromkeys(warnings))
    rest = len(distinct) - MAX_WARNINGS
    return (*distinct[:MAX_WARNINGS], f"and {rest} more") if rest > 0 else tuple(distinct)


def read_call(
    body: str,
    next_id: Callable[[], str],
    tasks: Mapping[str, Task],
    warnings: tuple[str, ...] = (),
    *,
    by_person: bool = False,
) -> TaskCall | Failure:
    """Return the call written in *body* (what stands between the task tags), or a Failure when it names no task.

    *next_id* is asked only for a real call. *warnings* are put before those that reading the body adds. *by_person*: unquoted words are no fault.
    """
    name = _NAME.match(body)
    if name is None:
        said = " ".join(body.split())[:60]
        what = f"A task call names no task: “{said}”." if said else "A task call is empty."
        return Failure(
            what, f"It should start with one of {', '.join(tasks)}. Ask again, or use a command such as /help."
        )
    task_name = name[1].lower().replace("-", "_")
    task = tasks.get(task_name)
    reader = _Reader(body, name.end(), warnings=list(warnings))
    reader.read()
    args, described = _settle_words(reader, task)
    if described and not by_person:
        reader.warnings.append("words without quotes were read as the description")
    if task is not None:
        args = _pair(args, task)
    return TaskCall(next_id(), task_name, tuple(args), reader.params, few(reader.warnings))
