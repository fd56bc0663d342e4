"""How a person's own choice of a task, of media and of marks reaches the model, and the first call that it writes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from models.device import draw_seed
from models.expert import Task
from models.values import Arg, Box, Media, Message, Point, Ref, Region, TaskCall, Text

from app.events import Options
from app.names import Names
from app.settings import Settings

if TYPE_CHECKING:
    from models.unified.stream import StreamOptions


_SAID = re.compile(r"\bregion ?#? ?([1-9][0-9]{0,2})(?![0-9])", re.IGNORECASE)


def readable(message: Message, limits: Settings) -> Message:
    """Return *message* with a text that is too long cut to its head and tail, as the model reads it."""
    if len(message.text) <= limits.text_limit:
        return message

    def cut(text: str) -> str:
        return f"{text[: limits.read_head]}\n[...]\n{text[-limits.read_tail :]}"

    parts = (Text(cut(p.text)) if isinstance(p, Text) and len(p.text) > limits.text_limit else p for p in message.parts)
    return replace(message, parts=tuple(parts))


def chosen(options: Options, regions: Mapping[str, Region]) -> tuple[str, ...]:
    """Return every handle that *options* pick: media, the marks, and the media that those lie on."""
    marks = [handle for handle in options.regions or () if handle in regions]
    return tuple(dict.fromkeys((*options.media, *(regions[handle].of for handle in marks), *marks)))


def stream_options(options: Options, names: Names, regions: Mapping[str, Region], most: int = 0) -> StreamOptions:
    """Return what the model is asked for, its own names for what was picked; with *most* tokens, only what it would do."""
    from models.unified.stream import StreamOptions

    return StreamOptions(
        seed=draw_seed() if options.seed is None else options.seed,
        max_new_tokens=most or options.max_tokens,
        temperature=0.0 if most else options.temperature,
        force_task=options.task,
        chosen=tuple(names.handle_for_model(handle) for handle in chosen(options, regions)),
        brief=bool(most),
    )


def aimed(
    call: TaskCall, task: Task, options: Options, shelf: Mapping[str, Media], regions: Mapping[str, Region]
) -> TaskCall:
    """Return *call* on the media and marks that the person picked, whatever the model wrote.

    The picked media take the places of the model's own of the kinds that *task* works on; a picked mask brings the medium it
    is of. Marks that lie on another medium go; where marks are picked, no others stay. What was not picked stays as it is.
    """
    if not options.media and options.regions is None:
        return call
    picked = chosen(options, regions)
    masks = [handle for handle in picked if handle in shelf and shelf[handle].kind == "mask"]
    wanted = [handle for handle in picked if handle.partition("#")[0] in task.needs]
    wanted = wanted or [of for mask in masks if (of := _of(mask, shelf)).partition("#")[0] in task.needs]
    args = _on(call.args, task, wanted) if wanted else list(call.args)
    media = [arg.handle for arg in args if isinstance(arg, Ref) and arg.kind in task.needs]
    moved = media[:1] != [arg.handle for arg in call.args if isinstance(arg, Ref) and arg.kind in task.needs][:1]
    marks = [Ref(h) for h in options.regions or () if h in regions and (not task.needs or regions[h].of in media)]
    marks = marks if "region" in task.takes else []
    marks += [Ref(mask) for mask in masks if "mask" in task.takes and _of(mask, shelf) in ("", *media)]

    def stays(arg: Arg) -> bool:
        if isinstance(arg, Box | Point):
            return not moved and not marks
        if not isinstance(arg, Ref) or arg.kind not in ("region", "mask"):
            return True
        of = regions[arg.handle].of if arg.handle in regions else _of(arg.handle, shelf)
        unpicked = bool(marks) or (options.regions is not None and arg.kind == "region")
        return not unpicked and (not media or of in ("", *media))

    kept = [arg for arg in args if stays(arg)]
    place = 1 if kept and isinstance(kept[0], Ref) and kept[0].kind in task.needs else 0
    return replace(call, args=(*kept[:place], *marks, *kept[place:]))


def said_marks(text: str, regions: Collection[str]) -> frozenset[str]:
    """Return the handles of those of *regions* that *text* names, as "region#2" or "region 2"."""
    return frozenset(handle for number in _SAID.findall(text) if (handle := f"region#{number}") in regions)


def meant_marks(options: Options, text: str, regions: Collection[str]) -> Collection[str] | None:
    """Return the handles of the regions that a message means: those picked, else those that *text* names, else None for all."""
    return said_marks(text, regions) or None if options.regions is None else options.regions


def of_those_said(call: TaskCall, said: Collection[str]) -> TaskCall:
    """Return *call* without the regions that the person did not name, where they named some: a mark that is drawn but left
    out of the words is not meant. Where *call* has one region and one other was *said*, it is on that one."""
    marks = call.refs("region")
    if not said or not marks or set(marks) <= set(said):
        return call
    if set(marks).isdisjoint(said):
        only = next(iter(said))
        if len(said) > 1 or len(marks) > 1:
            return call
        return replace(call, args=tuple(Ref(only) if arg == Ref(marks[0]) else arg for arg in call.args))
    return replace(
        call, args=tuple(arg for arg in call.args if not (isinstance(arg, Ref) and arg.handle in {*marks} - {*said}))
    )


def on_their_own(
    call: TaskCall, task: Task, text: str, shelf: Mapping[str, Media], regions: Mapping[str, Region]
) -> TaskCall:
    """Return *call* on the medium that its marks and masks lie on, where it names another one, which has nothing to do with that and
    which the words *text* do not name: a mark of one picture is no place in a stranger's."""
    media = [arg.handle for arg in call.args if isinstance(arg, Ref) and arg.kind in task.needs]
    places = call.refs("region", "mask")
    lie_on = {regions[h].of if h in regions else _of(h, shelf) for h in places}
    if (
        len(media) != 1
        or len(lie_on) != 1
        or re.search(rf"\b{media[0].replace('#', ' ?#? ?')}(?![0-9])", text, re.IGNORECASE)
    ):
        return call
    (of,) = lie_on
    strange = of in shelf and of.partition("#")[0] in task.needs and not _line(of, shelf) & _line(media[0], shelf)
    return replace(call, args=tuple(Ref(of) if arg == Ref(media[0]) else arg for arg in call.args)) if strange else call


def _line(handle: str, shelf: Mapping[str, Media]) -> set[str]:
    """Return *handle* and what it was made from, step by step."""
    line: set[str] = set()
    while handle in shelf and handle not in line:
        line.add(handle)
        handle = _of(handle, shelf)
    return line


def _on(args: tuple[Arg, ...], task: Task, wanted: list[str]) -> list[Arg]:
    """Return *args* with the media *wanted* in the places of those that the task works on, the others after them."""
    places = [at for at, arg in enumerate(args) if isinstance(arg, Ref) and arg.kind in task.needs]
    if not places:
        return [Ref(wanted[0]), *args]
    before = [arg.handle for arg in args if isinstance(arg, Ref) and arg.kind in task.needs]
    order = [*wanted, *(handle for handle in before if handle not in wanted)]
    changed = list(args)
    for at, handle in zip(places, order, strict=False):
        changed[at] = Ref(handle)
    return changed


def _of(mask: str, shelf: Mapping[str, Media]) -> str:
    return str(shelf[mask].meta.get("of") or "") if mask in shelf else ""
