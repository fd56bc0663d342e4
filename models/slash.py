"""Slash commands: a person names the task instead of leaving the choice to the model.

``/segment``, ``/adjust blur outside mask#1``, ``/image a red fox seed=7``, ``/help adjust``. Handles, known settings, the name of an
expert (``expert="Diffusion model"``) and the words of a choice are taken out; what remains are the person's own words, unchanged. The medium may be left out: it is the
one that was drawn on, the one a named mask is of, or the latest that fits.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence

from models.arguments import read_call
from models.checks import check
from models.expert import Task
from models.tasks import TASKS
from models.tokens import write_call
from models.values import Arg, Box, Failure, Labelled, Media, Phrase, Point, Ref, Region, TaskCall

EXPERT = "expert"
"""The setting of every command that names the expert which is to run it; whoever runs the call takes it out."""
LENGTH_LIMIT = 4000
"""Characters of a command's call as written: what the grammar reads back."""

_COMMAND = re.compile(r"\s*/([A-Za-z][A-Za-z0-9_-]*)(?=\s|$)")
_HANDLE = re.compile(r"@?((?:image|video|audio|mask|region)#[0-9]{1,9})[,.;:!?]*", re.IGNORECASE)
_SETTING = re.compile(r"([A-Za-z_]+)=(\S+)")
_QUOTED = re.compile(r'(?<!\S)([A-Za-z_]+)="([^"]*)"(?!\S)')
_TOKENS_ONLY = re.compile(
    r'(?:\s*(?:"(?:[^"\\]|\\.)*"|<box>[^<]*</box>|<pt>[^<]*</pt>|<t>[^<]*</t>))+\s*', re.DOTALL
)  # fmt: skip


def help_text(
    tasks: Mapping[str, Task] = TASKS, name: str = "", experts: Callable[[str], Sequence[str]] = lambda task: ()
) -> str:
    """Return the commands with one line each, or all about the task called *name* when there is one: also which *experts* it has, where
    it has several."""
    task = tasks.get(_normal(name))
    if task is None:
        lines = [f"/{task.name}: {task.help}" for task in tasks.values()]
        return "\n".join([*lines, "/help NAME: all about one of them"])
    lines = [f"/{task.name}: {task.help}", f"As a model writes it: {task.example}"]
    for param in task.params:
        bounds = f" ({param.low:.10g} to {param.high:.10g})" if param.low is not None and param.high is not None else ""
        choices = f" ({', '.join(param.choices)})" if param.choices else ""
        lines.append(f"{param.name}=: {param.help}{bounds}{choices}")
    names = experts(task.name)
    if len(names) > 1:
        lines.append(f"{EXPERT}=: who does it ({', '.join(names)})")
    return "\n".join(lines)


def _normal(name: str) -> str:
    return name.strip().lower().replace("-", "_")


def _unknown(name: str, tasks: Mapping[str, Task]) -> Failure:
    close = difflib.get_close_matches(_normal(name)[:40], list(tasks), 1)
    guess = f"Did you mean /{close[0]}? " if close else ""
    return Failure(f"There is no command /{name[:40]}.", f"{guess}The commands are /help, /{', /'.join(tasks)}.")


class _Words:
    """The words of a command, taken apart: handles, settings of *task*, and the rest as the person wrote it."""

    def __init__(self, text: str, task: Task) -> None:
        self.refs: list[Arg] = []
        self.params: dict[str, str] = {}
        self._names = {EXPERT, *(param.name for param in task.params)}
        self._choices = [param for param in task.params if param.type == "choice" and param.bare]
        pieces = re.split(r"(\s+)", _QUOTED.sub(self._quoted, text).strip())
        kept: list[str] = []
        quoted = False
        for number in range(0, len(pieces), 2):  # the odd pieces are the space between
            word = pieces[number]
            whole = not quoted and word.count('"') % 2 == 0  # words between quotes are the person's own
            quoted ^= word.count('"') % 2 == 1
            if whole and (self._setting(word) or self._choice(word)):
                continue
            handle = _HANDLE.fullmatch(word) if whole else None
            if handle:
                kind, _, digits = handle[1].partition("#")
                self.refs.append(Ref(f"{kind.lower()}#{int(digits)}"))
            kept += [pieces[number - 1] if number and kept else "", word]
        self.rest = self._trimmed(kept)

    def _quoted(self, match: re.Match[str]) -> str:
        """Take ``name="several words"`` where it is a setting and stands in no quotation; else leave it as it is."""
        name = match[1].lower()
        if name not in self._names or match.string[: match.start()].count('"') % 2:
            return match[0]
        self.params[name] = match[2].strip()
        return ""

    def _setting(self, word: str) -> bool:
        match = _SETTING.fullmatch(word)
        if match is None or match[1].lower() not in self._names:
            return False
        self.params[match[1].lower()] = match[2].rstrip(",;").strip('"')
        return True

    def _choice(self, word: str) -> bool:
        plain = word.lower().strip(",.;:!?")
        for param in self._choices:
            if param.name not in self.params and plain in param.choices:
                self.params[param.name] = plain
                return True
        return False

    @staticmethod
    def _trimmed(kept: list[str]) -> str:
        """Handles before and after the words are arguments only; one amid the words stays a word too."""
        words = kept[1::2]
        first, last = 0, len(words)
        while first < last and _HANDLE.fullmatch(words[first]):
            first += 1
        while last > first and _HANDLE.fullmatch(words[last - 1]):
            last -= 1
        return "".join(kept[2 * first : 2 * last]).strip()


def _medium(call: TaskCall, task: Task, shelf: Mapping[str, Media], regions: Sequence[Region]) -> str | None:
    """Return the handle of the medium that a call without one means."""
    named = [region.of for region in regions if region.handle in call.refs("region")]
    named += [str(shelf[handle].meta.get("of", "")) for handle in call.refs("mask") if handle in shelf]
    drawn = [] if named else [region.of for region in reversed(regions)]
    for handle in (*named, *drawn, *reversed(list(shelf))):
        if handle in shelf and handle.partition("#")[0] in task.needs:
            return handle
    return None


def _completed(call: TaskCall, task: Task, shelf: Mapping[str, Media], regions: Sequence[Region]) -> TaskCall:
    """Add the medium and this turn's drawn regions where the command names none."""
    args = call.args
    if task.needs and not call.refs(*task.needs):
        handle = _medium(call, task, shelf, regions)
        args = (Ref(handle), *args) if handle else args
    refs = [arg.handle for arg in args if isinstance(arg, Ref)]
    marked = call.refs("region", "mask") or any(isinstance(arg, Box | Point | Labelled) for arg in args)
    if "region" in task.takes and not marked:
        drawn = [Ref(region.handle) for region in regions if not task.needs or region.of in refs]
        args = (*args, *drawn)
    return TaskCall(call.id, call.task, args, call.params, call.warnings)


def parse_slash(
    text: str, shelf: Mapping[str, Media], regions: Sequence[Region] = (), tasks: Mapping[str, Task] = TASKS
) -> TaskCall | Failure | None:
    """Return the call that a command stands for, a Failure that says what is missing, or None when *text* is no command.

    *shelf* maps the handles that exist, oldest first; *regions* are those drawn for this turn. The call's id is "t1", for
    the caller to replace; the name of an expert is the setting EXPERT of it. ``/help`` is told as a Failure of that name; :func:`help_text` gives its text alone.
    """
    command = _COMMAND.match(text)
    if command is None:
        return None
    name, rest = _normal(command[1]), text[command.end() :]
    if name == "help":
        return Failure("These are the commands.", help_text(tasks, rest))
    task = tasks.get(name)
    if task is None:
        return _unknown(command[1], tasks)
    words = _Words(rest, task)
    spoken: tuple[Arg, ...] = (Phrase(words.rest),) if words.rest else ()
    warnings: tuple[str, ...] = ()
    if _TOKENS_ONLY.fullmatch(words.rest):
        read = read_call(f"{name} {words.rest}", lambda: "t1", tasks, by_person=True)
        if isinstance(read, TaskCall):
            spoken, warnings = read.args, read.warnings
    elif spoken and task.phrase == "none":
        spoken, warnings = (), (f"ignored “{words.rest[:60]}”",)
    call = _completed(TaskCall("t1", name, (*words.refs, *spoken), words.params, warnings), task, shelf, regions)
    if len(write_call(call)) > LENGTH_LIMIT:
        return Failure("The command is too long.", f"Say it in fewer than {LENGTH_LIMIT:,} characters.")
    return check(call, task, [*shelf, *call.refs("region")]) or call
