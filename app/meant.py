"""The last message once more as it was meant: another task, other media, other marks, or a mark that was nudged.

A message in words is answered anew with what was picked. A command says itself what is to be done, so it is written anew. A mark of an
earlier message stays what it was: what is nudged of it becomes a mark of the new message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.expert import Refusal, Task
from models.router import with_drawn
from models.slash import EXPERT, parse_slash
from models.tokens import write_call
from models.unified.stream import WORDS
from models.values import Arg, Box, Labelled, Media, Message, Phrase, Point, Ref, Region, Span, TaskCall

from app.aim import aimed
from app.events import Options
from app.regions import region_from_json

_TASK = re.compile(r"<task>(.*)</task>", re.DOTALL)
BARE = 1_000_000
"""Behind this number a region stands for a box that a call wrote itself, and nobody drew."""


@dataclass(frozen=True)
class Again:
    """What is to be said in place of the last message: its *text*, its *regions* and what is picked beside; *same* where nothing of
    the message itself changes, so that only the reply is made anew."""

    text: str
    regions: tuple[Region, ...]
    options: Options
    same: bool


def own_marks(message: Message) -> list[Region]:
    """Return the regions that *message* holds itself."""
    return [part for part in message.parts if isinstance(part, Region)]


def marks_used(
    asked: Message, calls: Sequence[TaskCall], drawn: Mapping[str, Region], tasks: Mapping[str, Task]
) -> list[Region]:
    """Return the regions of *asked*, and after them those of earlier messages, among *drawn*, that *calls* work on; and last the boxes
    that the first call wrote itself, numbered behind BARE."""
    own = own_marks(asked)
    told = [with_drawn(call, tasks[call.task], own) if call.task in tasks else call for call in calls]
    handles = dict.fromkeys(handle for call in told for handle in call.refs("region"))
    known = {region.handle for region in own}
    boxes = [arg for arg in calls[0].args if isinstance(arg, Box)] if calls else []
    of = next(iter(calls[0].refs("image", "video")), "") if boxes else ""
    bare = [Region(BARE + n, of, box=box, time=_start(of)) for n, box in enumerate(boxes, 1) if of]
    return [*own, *(drawn[handle] for handle in handles if handle in drawn and handle not in known), *bare]


def _start(of: str) -> float | None:
    return 0.0 if of.startswith("video#") else None


def name_of(region: Region) -> str:
    """Return what a mark of :func:`marks_used` is called: its handle, or "box 1" and on."""
    return region.handle if region.id < BARE else f"box {region.id - BARE}"


def as_meant(
    asked: Message,
    calls: Sequence[TaskCall],
    options: Options,
    nudged: Any,
    first_id: int,
    shelf: Mapping[str, Media],
    drawn: Mapping[str, Region],
    tasks: Mapping[str, Task],
) -> Again:
    """Return what stands for *asked*, which made *calls*, with what was picked (*options*) and the marks as the browser sent them:
    *nudged*, a list in the order of :func:`marks_used`, or None where none was moved. New marks are numbered from *first_id*.

    Raises Refusal for marks that are not those of the message, and where a command cannot be written for what was picked.
    """
    marks, own = marks_used(asked, calls, drawn, tasks), own_marks(asked)
    moved = _moved(marks, nudged, shelf, len(own), first_id)
    renamed = {old.handle: new.handle for old, new in zip(marks, moved, strict=True) if old.handle != new.handle}
    kept = [*moved[: len(own)], *(region for region in moved[len(own) :] if region.handle in renamed.values())]
    every = {**drawn, **{region.handle: region for region in kept}}
    if options.regions is not None:
        options = replace(options, regions=tuple(renamed.get(handle, handle) for handle in options.regions))
    elif renamed and calls:
        call = with_drawn(calls[0], tasks[calls[0].task], own) if calls[0].task in tasks else calls[0]
        bare = [old.handle for old in marks if old.id >= BARE]
        options = replace(options, regions=tuple(renamed.get(h, h) for h in (*call.refs("region"), *bare)))
    text, picked = asked.text, options != Options() or kept != own
    read = parse_slash(text, shelf, own, tasks) if picked and calls else None
    if isinstance(read, TaskCall):
        by = {name: value for name, value in read.params.items() if name == EXPERT}  # another task has other experts
        chosen = Options(implementation=options.implementation)
        call = replace(calls[0], params={**calls[0].params, **({} if chosen.implementation else by)})
        text, options = _command(call, own, options, shelf, every, tasks), chosen
    return Again(text, tuple(kept), options, text == asked.text and kept == own)


def _moved(marks: Sequence[Region], nudged: Any, shelf: Mapping[str, Media], own: int, first_id: int) -> list[Region]:
    """Return *marks* as they were moved; of those behind the first *own*, which are older or a call's, the moved
    ones have new numbers."""
    if not isinstance(nudged, list):
        return list(marks)
    sent = region_from_json([_entry(one) for one in nudged], shelf, 1)
    if len(sent) != len(marks):
        raise Refusal("The marks are not those of the last message.", "Draw them again.")
    moved = [replace(new, id=old.id, mask=old.mask) for new, old in zip(sent, marks, strict=True)]
    changed = [new != old for new, old in zip(moved, marks, strict=True)]
    for number in range(own, len(moved)):
        # Beside marks a call's own boxes do not count, so with one mark all of them become marks.
        if changed[number] or (any(changed) and moved[number].id > BARE):
            moved[number], first_id = replace(moved[number], id=first_id), first_id + 1
    return moved


def _entry(one: Any) -> Any:
    """Return a nudged mark as the editor writes one: its medium under "ref", without the mask, which does not move, unless it is
    nothing but that mask."""
    if not isinstance(one, dict):
        return one
    return {**one, "ref": one.get("of"), "mask": None if one.get("shapes") else one.get("mask")}


def _command(
    call: TaskCall,
    own: Sequence[Region],
    options: Options,
    shelf: Mapping[str, Media],
    drawn: Mapping[str, Region],
    tasks: Mapping[str, Task],
) -> str:
    """Return the command that does what *call* did, by the task and on the media and marks of *options*."""
    if options.task == WORDS:
        raise Refusal("A command is not answered in words.", "Say it in words instead.")
    if call.task in tasks:
        call = with_drawn(call, tasks[call.task], own)
    task = tasks.get(options.task or call.task)
    if task is None:
        raise Refusal(f"There is no task {options.task or call.task} here.", "Choose another one.")
    if task.name != call.task:
        names = {param.name for param in task.params}
        call = replace(
            call,
            task=task.name,
            args=tuple(arg for arg in call.args if _fits(arg, task)),
            params={name: value for name, value in call.params.items() if name in names},
        )
    call = aimed(call, task, options, shelf, drawn)
    call = replace(call, params={name: value for name, value in call.params.items() if name != "seed"})
    written = _TASK.search(write_call(call))
    text = f"/{written[1] if written else call.task}"
    read = parse_slash(text, shelf, (), tasks)
    if isinstance(read, TaskCall):
        return text
    raise Refusal(*((read.what, read.hint) if read else ("This cannot be written as a command.", "Say it in words.")))


def _fits(arg: Arg, task: Task) -> bool:
    if isinstance(arg, Ref):
        return arg.kind in (*task.needs, *task.takes)
    if isinstance(arg, Phrase):
        return task.phrase != "none"
    names = {Box: "box", Point: "point", Span: "span", Labelled: "labelled"}
    return names[type(arg)] in task.takes
