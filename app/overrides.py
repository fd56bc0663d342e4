"""What a program sets for one reply in place of the model's choice: read with suspicion, and its names made handles."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.device import SEEDS
from models.expert import Refusal
from models.unified.stream import WORDS
from models.values import Media, Span

from app.engine import Engine
from app.events import Options
from app.places import seconds_of
from app.regions import MOST_REGIONS

MOST_PARAMS = 32
"""Settings that one request may bring."""


def choices(
    engine: Engine,
    seed: Any = None,
    task: Any = "",
    expert: Any = "",
    media: Any = (),
    marks: Any = None,
    params: Any = (),
) -> Options:
    """Return what a program chose for one reply: a seed, a task instead of the model's choice, an expert file for it; the
    media and the marks of its first call, as :func:`resolved` reads their names; settings of that call by name.

    The task may be WORDS, for a reply without any. Raises Refusal for a seed out of range, an unknown task, an expert without a task or that is none of the task's, names
    that are no list of words, and settings that the task (without one: any task) does not have.
    """
    task, expert = str(task or ""), str(expert or "")
    if expert and not task:
        raise Refusal("An expert was chosen without a task.", "Pass task as well.")
    if task and task not in (WORDS, *engine.router.tasks):
        raise Refusal(f"There is no task called {task}.", f"Choose one of: {', '.join([*engine.router.tasks, WORDS])}.")
    if expert and not engine.router.named(task, expert):
        there = [f"{checkpoint.implementation} ({name})" for checkpoint, name in engine.implementations(task)]
        raise Refusal(f"{expert} is no expert for {task}.", f"There are: {', '.join(there) or 'none in this profile'}.")
    return Options(
        seed=_seed(seed),
        task=task or None,
        implementation=expert or None,
        media=_names(media, "media", "image#1"),
        regions=None if marks is None else _names(marks, "marks", "region#1"),
        params=_params(engine, task, params),
    )


def _seed(seed: Any) -> int | None:
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int | float) or not 0 <= seed < SEEDS or seed != int(seed):
        raise Refusal("The seed is out of range.", f"Use a whole number from 0 to {SEEDS - 1}.")
    return int(seed)


def _names(value: Any, what: str, example: str) -> tuple[str, ...]:
    given = () if value is None else value
    words = isinstance(given, Sequence) and not isinstance(given, str) and all(isinstance(one, str) for one in given)
    if not words or len(given) > MOST_REGIONS:
        most = f"a list of at most {MOST_REGIONS} handles"
        raise Refusal(f"The chosen {what} are not {most}.", f'Pass {most}, such as ["{example}"].')
    return tuple(dict.fromkeys(given))


def _params(engine: Engine, task: str, params: Any) -> tuple[tuple[str, str], ...]:
    given = params or {}
    if not isinstance(given, Mapping) or len(given) > MOST_PARAMS:
        raise Refusal("The settings are no object.", 'Pass names with values, such as {"op": "blur", "amount": 2}.')
    tasks = engine.router.tasks
    known = {param.name for name, one in tasks.items() if task in ("", name) for param in one.params}
    read = []
    for name, value in given.items():
        if name not in known:
            whose = f"a setting of {task}" if task else "a setting of any task"
            raise Refusal(f"{name} is not {whose}.", f"There are: {', '.join(sorted(known)) or 'none'}.")
        if isinstance(value, bool) or not isinstance(value, str | int | float) or _endless(value):
            raise Refusal(f"The value of {name} is neither a number nor a word.", 'Pass it as in {"amount": 2}.')
        read.append((str(name), str(value)))
    return tuple(read)


def _endless(value: str | int | float) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def resolved(
    options: Options, handles: Sequence[str], drawn: Sequence[str], media: Collection[str], marks: Collection[str]
) -> Options:
    """Return *options* with ``file#n`` and ``drawn#n`` replaced by the handles of the n-th file and the n-th region of this
    request. Raises Refusal for a name that is neither that nor among *media* and *marks*."""
    files = {f"file#{number}": handle for number, handle in enumerate(handles, 1)}
    mine = {f"drawn#{number}": handle for number, handle in enumerate(drawn, 1)}
    return replace(
        options,
        media=tuple(_known(name, files, {*media, *handles}) for name in options.media),
        regions=None if options.regions is None else tuple(_known(n, mine, {*marks, *drawn}) for n in options.regions),
    )


def _known(name: str, own: Mapping[str, str], there: Collection[str]) -> str:
    handle = own.get(name, name)
    if handle not in there:
        listed = ", ".join(sorted(there)) or "none yet"
        raise Refusal(f"There is no {name} in this conversation.", f"There are: {listed}.")
    return handle


def stretches(regions: Any, shelf: Mapping[str, Media]) -> tuple[Any, list[tuple[str, Span]]]:
    """Return *regions* without the stretches of sounds among them, and those: an entry with ``"span": [from, to]``, in
    seconds, in place of shapes. Regions are places of pictures, so a stretch reaches the model as words, as from the page.

    Raises Refusal for a stretch of what has no sound, one outside of it, and one without two numbers in order.
    """
    if not isinstance(regions, Sequence) or isinstance(regions, str):
        return regions, []
    spans, places = [], []
    for entry in regions:
        if isinstance(entry, Mapping) and "span" in entry:
            spans.append(_stretch(entry, shelf))
        else:
            places.append(entry)
    return places, spans


def _stretch(entry: Mapping[str, Any], shelf: Mapping[str, Media]) -> tuple[str, Span]:
    ref, span = entry.get("ref"), entry.get("span")
    medium = shelf.get(ref) if isinstance(ref, str) else None
    if medium is None:
        raise Refusal("A stretch is marked on something that is not in this conversation.", "Name a sound or a clip.")
    if medium.kind not in ("audio", "video") or entry.get("shapes"):
        raise Refusal(f"A stretch is marked on {ref}.", "Mark a sound or a clip, without shapes.")
    numbers = isinstance(span, list | tuple) and len(span) == 2
    if not numbers or any(isinstance(s, bool) or not isinstance(s, int | float) for s in span or ()):
        raise Refusal(f"The stretch of {ref} is not two numbers.", 'Pass seconds, as in "span": [1.2, 3.4].')
    begin, end, last = float(span[0]), float(span[1]), float(medium.meta.get("duration") or 0)  # type: ignore[index]
    if not 0 <= begin < end <= last + 0.1:  # False for NaN as well
        raise Refusal(f"The stretch {begin:g} to {end:g} s is not within {ref}.", f"It lasts {last:.2f} s.")
    return medium.handle, Span(begin, min(end, last))


def with_stretches(text: str, spans: Sequence[tuple[str, Span]]) -> str:
    """Return *text* with the words for *spans* after it, as the page writes them."""
    words = (f"{handle} from {seconds_of(span)}" for handle, span in spans)
    return " ".join(filter(None, (text.strip() if spans else text, " and ".join(words))))
