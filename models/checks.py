"""Whether a call can run: handles that exist, the media and words its task needs, and its settings as typed values."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from models.expert import Param, Task
from models.values import Arg, Box, Failure, Labelled, Phrase, Point, Ref, Span, TaskCall

_KIND_WORDS = {
    "image": "a picture", "video": "a video", "audio": "a sound", "mask": "a mask", "region": "a drawn region",
    "box": "a box", "point": "a point", "span": "a time span", "labelled": "a phrase with a box", "phrase": "words",
}  # fmt: skip
_ARG_KINDS: dict[type, str] = {Box: "box", Point: "point", Span: "span", Labelled: "labelled", Phrase: "phrase"}
_TEXT_LIMIT = 200
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _listed(words: Collection[str], last: str = "and") -> str:
    """Return ``a, b and c``; a long list is cut after 12."""
    items = list(words)
    if len(items) > 12:
        items, last = [*items[:12], f"{len(items) - 12} more"], "and"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def _arg_kind(arg: Arg) -> str:
    return arg.kind if isinstance(arg, Ref) else _ARG_KINDS[type(arg)]


def _unknown_handles(call: TaskCall, handles: Collection[str]) -> tuple[str, str] | None:
    missing = list(dict.fromkeys(handle for handle in call.refs() if handle not in handles))
    if not missing:
        return None
    if not handles:
        return (
            f"There is no {_listed(missing, 'or')} here: nothing is attached yet.",
            "Attach a picture, video or sound first.",
        )
    return f"There is no {_listed(missing, 'or')} here.", f"You can use {_listed(handles, 'or')}."


def _media(call: TaskCall, task: Task, handles: Collection[str]) -> tuple[str, str] | None:
    """The medium to work on is there."""
    if not task.needs or call.refs(*task.needs):
        return None
    wanted = _listed([_KIND_WORDS[kind] for kind in task.needs], "or")
    fitting = [handle for handle in handles if handle.partition("#")[0] in task.needs]
    hint = (
        f"Name one: {_listed(fitting, 'or')}."
        if fitting
        else f"Attach {wanted}, or name one, such as {task.needs[0]}#1."
    )
    return f"{task.name} needs {wanted} to work on.", hint


def _strangers(call: TaskCall, task: Task) -> tuple[str, str] | None:
    """No argument is of a kind that the task cannot use. Words that are not needed do no harm and pass."""
    strange: list[str] = []
    served = False
    for arg in call.args:
        kind = _arg_kind(arg)
        if not served and kind in task.needs:
            served = True
        elif kind != "phrase" and kind not in task.takes:
            strange.append(arg.handle if isinstance(arg, Ref) else _KIND_WORDS[kind])
    if not strange:
        return None
    known = [_KIND_WORDS[kind] for kind in dict.fromkeys((*task.needs, *task.takes))]
    if task.phrase != "none":
        known.append("words in quotes")
    strange = list(dict.fromkeys(strange))
    if task.needs:
        known[: len(task.needs)] = [f"one {_listed([_KIND_WORDS[k].split()[-1] for k in task.needs], 'or')} to work on"]
    return f"{task.name} cannot use {_listed(strange)}.", f"It takes {_listed(known, 'or')}."


def _words(call: TaskCall, task: Task) -> tuple[str, str] | None:
    if task.phrase != "required" or any(text.strip() for text in call.phrases()):
        return None
    if any(param.alone and param.name in call.params for param in task.params):
        return None
    return f"{task.name} needs a description.", f"Put it in quotes, as in {task.example}."


def _required(call: TaskCall, task: Task) -> tuple[str, str] | None:
    for param in task.params:
        if param.required and _convert(param, call.params.get(param.name, ""))[0] is None:
            given = call.params.get(param.name)
            what = (
                f"{task.name} does not know {param.name}={given[:40]}."
                if given
                else f"{task.name} needs {param.name}=: {param.help}."
            )
            return (
                what,
                f"Choose {_listed([f'{param.name}={c}' for c in param.choices], 'or') if param.choices else param.help}.",
            )
    return None


def check(call: TaskCall, task: Task | None, handles: Collection[str]) -> Failure | None:
    """Return what stops *call* from running, told to a person with what to do, or None when it may run.

    *task* is its declaration, None when there is none of that name; *handles* are all handles that exist now (media and
    drawn regions) or will by then. All faults are named in one Failure.
    """
    if task is None:
        from models.tasks import TASKS

        what = f"There is no task called “{call.task[:40]}”."
        return Failure(what, f"The tasks are {', '.join(TASKS)}.", call.id)
    faults = [
        fault
        for fault in (
            _unknown_handles(call, handles), _media(call, task, handles), _strangers(call, task), _words(call, task),
            _required(call, task),
        )
        if fault
    ]  # fmt: skip
    if not faults:
        return None
    return Failure(" ".join(what for what, _ in faults), " ".join(dict.fromkeys(hint for _, hint in faults)), call.id)


def _number(param: Param, text: str) -> tuple[Any, str]:
    try:
        number = float(text)
    except ValueError:
        return None, f"{param.name}={text[:40]} is not a number and was not used"
    low, high = param.low, param.high
    if math.isnan(number) or (math.isinf(number) and (high if number > 0 else low) is None):
        return None, f"{param.name}={text[:40]} is not a finite number and was not used"
    clamped = number if low is None else max(number, low)
    clamped = clamped if high is None else min(clamped, high)
    value: float = round(clamped) if param.type == "int" else float(clamped)
    if clamped != number:
        return (
            value,
            f"{param.name}={text[:40]} was changed to {value:.10g}: it goes from {_bound(low)} to {_bound(high)}",
        )
    return value, f"{param.name}={text[:40]} was rounded to {value}" if value != number else ""


def _bound(value: float | None) -> str:
    return "any number" if value is None else f"{value:.10g}"


def _convert(param: Param, text: str) -> tuple[Any, str]:
    """Return the value of a setting and a note, empty when nothing had to be changed; the value is None when unusable."""
    text = text.strip()
    if param.type in ("int", "float"):
        return _number(param, text)
    lower = text.lower()
    if param.type == "bool":
        if lower in _TRUE or lower in _FALSE:
            return lower in _TRUE, ""
        return None, f"{param.name}={text[:40]} is neither yes nor no and was not used"
    if param.type == "choice":
        if lower in param.choices:
            return lower, ""
        return None, f"{param.name}={text[:40]} is not one of {_listed(param.choices, 'or')} and was not used"
    if not text:
        return None, f"{param.name} is empty and was not used"
    return text[:_TEXT_LIMIT], f"{param.name} was cut to {_TEXT_LIMIT} characters" if len(text) > _TEXT_LIMIT else ""


def settings(call: TaskCall, task: Task, preset: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], list[str]]:
    """Return the settings of *call* as the declared types, and a note for each that was changed or not used.

    Numbers are finite and within the declared range; a setting that is missing or unusable takes its value in *preset*
    (what a profile gives; kept as it is, undeclared names too), else its default, or is left out when it has none. Never
    raises.
    """
    values: dict[str, Any] = {p.name: p.default for p in task.params if p.default is not None} | dict(preset or {})
    notes: list[str] = []
    known = {param.name: param for param in task.params}
    for name, text in call.params.items():
        if name not in known:
            about = f"it knows {_listed(list(known))}" if known else "it has no settings"
            notes.append(f"{name}={text[:40]} is not a setting of {task.name} and was not used; {about}")
            continue
        value, note = _convert(known[name], text)
        if value is not None:
            values[name] = value
        if note:
            notes.append(note)
    if task.phrase == "none" and call.phrases():
        notes.append(f"{task.name} takes no words; “{call.phrases()[0][:40]}” was not used")
    return values, notes
