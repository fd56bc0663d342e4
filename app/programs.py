"""What programs ask and are told, whichever door they come by: what they send is checked here, parts become JSON data.

``app.api`` serves gradio's clients with it, ``app.mcp_server`` those that speak the Model Context Protocol.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.expert import Refusal
from models.router import Broken, incident
from models.slash import parse_slash
from models.values import Failure, Media, Part, Region, Span, Step, TaskCall, Text, to_json

from app.branches import Placed
from app.choosing import regions_of
from app.composing import known
from app.engine import Engine
from app.events import Event, Options, Progress
from app.overrides import resolved, stretches, with_stretches
from app.regions import region_from_json
from app.session import Session, is_owner, new_owner
from app.target import foresee

_HANDLE = re.compile(r"(?:image|video|audio|mask)#[1-9][0-9]{0,8}")


def enter(engine: Engine, owner: Any, conversation: Any) -> Session:
    """Return the session that *owner* and *conversation* stand for; an empty conversation starts a new one, an empty or
    made-up owner becomes a new one. Raises Refusal for a conversation that is not the owner's."""
    token = owner if is_owner(owner) else new_owner()
    return engine.open(token, str(conversation) if conversation else None)


@contextmanager
def plainly(doing: str, error: Callable[[str], Exception]) -> Iterator[None]:
    """Turn what goes wrong within into the one sentence that a caller may see, raised as what *error* makes of it; *doing*
    names the work in the log."""
    try:
        yield
    except Refusal as refusal:
        number = f" (incident {refusal.incident})" if isinstance(refusal, Broken) else ""
        raise error(f"{refusal.what} {refusal.hint}{number}".strip()) from None
    except Exception as fault:  # noqa: BLE001 (nothing of it may reach the caller but its number)
        raise error(f"Something went wrong (incident {incident(doing, fault)}).") from None


def again(engine: Engine, owner: Any, conversation: Any) -> Session:
    """Return the session of a conversation that must be there. Raises Refusal where it is not, or is not the owner's."""
    if not conversation:
        raise Refusal("The conversation is missing.", "Pass conversation and owner of an earlier answer.")
    return enter(engine, owner, conversation)


def named(owner: Any, conversation: Any) -> Session:
    """Return the session of a conversation that may be put away, unchecked. Raises Refusal where its name is missing."""
    if not conversation:
        raise Refusal("The conversation is missing.", "Pass conversation and owner of an earlier answer.")
    return Session(str(owner), str(conversation))


def is_handle(value: Any) -> bool:
    """Tell whether *value* is written like the handle of a medium."""
    return isinstance(value, str) and _HANDLE.fullmatch(value) is not None


def number(message: Any) -> int:
    """Return *message* as the number of a message. Raises Refusal for what is none."""
    if isinstance(message, bool) or not isinstance(message, int):
        raise Refusal("The message is not named by its number.", "Pass message as /messages tells it: a whole number.")
    return message


def export(engine: Engine, session: Session, masks: Any, form: Any, frame: Any = None) -> Path:
    """Return the file of the handles *masks* as :meth:`app.engine.Engine.export_masks` writes it; of a clip's masks those of one
    *frame*, counted from 0, where it is not None. Raises Refusal where no masks are named, and as that does."""
    if not isinstance(masks, list) or not masks:
        raise Refusal("No masks are named.", 'Pass a list of handles, such as ["mask#1"].')
    if frame is not None and (isinstance(frame, bool) or not isinstance(frame, int)):
        raise Refusal("The frame is not named by its number.", "Pass frame as a whole number, counted from 0.")
    return engine.export_masks(session, [str(handle) for handle in masks], str(form), frame)


def said(place: Placed, file: Callable[[Media], Any]) -> dict[str, Any]:
    """Return a message of the branch that is shown as JSON data, with its number and those of its variants; *file* as for
    :func:`part`."""
    message = place.message
    facts = {"n": place.n, "variants": list(place.variants), "role": message.role, "state": message.state}
    return {**facts, "parts": [part(item, file) for item in message.parts]}


def listed(engine: Engine, owner: str, words: str = "") -> list[dict[str, Any]]:
    """Return the owner's conversations that hold a message, the latest first, as JSON data; with *words* those that hold all
    of them."""
    found = engine.search(owner, words) if words.strip() else engine.conversations(owner)
    return [{"conversation": entry.id, "title": entry.title, "updated": entry.updated} for entry in found]


def undo(engine: Engine, session: Session, file: Callable[[Media], Any]) -> dict[str, Any]:
    """Take the last message of the person and what followed it out of sight and return it as JSON data; *file* as for
    :func:`part`. Raises Refusal when there is none, or a reply is in the making."""
    last = engine.undo(session)
    facts = {"n": engine.later(session)[-1], "role": last.role, "state": last.state}
    return {**facts, "parts": [part(item, file) for item in last.parts]}


def redo(engine: Engine, session: Session) -> list[Placed]:
    """Bring back what was taken back last and return what is shown now. Raises Refusal when nothing was."""
    later = engine.later(session)
    if not later:
        raise Refusal("Nothing was taken back here.", "Go on with the conversation.")
    engine.choose(session, later[-1])
    return engine.placed(session)


def foreseen(engine: Engine, session: Session, text: str, files: Any, regions: Any, options: Options) -> dict[str, Any]:
    """Return what a message would do as JSON data, as :func:`app.target.foresee` tells it; *files* are handles. Raises Refusal
    as :func:`ask` does."""
    if not isinstance(files, Sequence) or not all(is_handle(one) for one in files):
        raise Refusal("The files are not handles.", 'Pass what is here already, such as ["image#1"].')
    media = engine.media(session)
    shelf = {**engine.shelf(session), **{handle: known(media, handle) for handle in files}}
    places, spans = stretches(_resolved(regions, files), shelf)
    drawn = region_from_json(places, shelf, engine.next_region(session))
    earlier = regions_of(engine.messages(session))
    _plain_enough(engine, text, options, spans)
    options = resolved(options, files, [region.handle for region in drawn], shelf, earlier)
    target = foresee(engine, session, with_stretches(text, spans), files, drawn, options)
    calls = [] if target is None else [{k: v for k, v in part(c, str).items() if k != "id"} for c in target.calls]
    return {"known": target is not None, "calls": calls, "fault": "" if target is None else target.fault}


def attached(engine: Engine, session: Session, files: Iterable[tuple[Path, str] | str]) -> list[Media]:
    """Take *files* (path and name) in for the next message and return them; a handle names what is here already. Raises Refusal for
    one that cannot be used; none of them stays behind then."""
    taken: list[str] = []
    made: list[Media] = []
    try:
        for file in files:
            if isinstance(file, str):
                made.append(known(engine.media(session), file))
                continue
            made.append(engine.attach(session, *file))
            taken.append(made[-1].handle)
    except Refusal:
        for handle in taken:
            engine.detach(session, handle)
        raise
    if not made:
        raise Refusal("No files are named.", "Pass a list of uploaded files.")
    return made


def detached(engine: Engine, session: Session, files: Any) -> list[str]:
    """Take the attachments *files*, handles, away and return them. Raises Refusal where one was sent or is none; all of them stay then."""
    if not isinstance(files, list) or not files:
        raise Refusal("No files are named.", 'Pass a list of handles, such as ["image#1"].')
    handles, waiting = list(dict.fromkeys(map(str, files))), engine.pending(session)
    if other := [handle for handle in handles if handle not in waiting]:
        there = f"There are: {', '.join(waiting)}." if waiting else "There are none."
        raise Refusal(f"{other[0][:40]} is not an unsent attachment.", there)
    for handle in handles:
        engine.detach(session, handle)
    return handles


def ask(
    engine: Engine,
    session: Session,
    text: str,
    files: Iterable[tuple[Path, str] | str],
    regions: Any,
    options: Options,
) -> Iterator[Event]:
    """Send a message with *files* (path and name, or the handle of what is here already) and yield the reply's events.

    *regions* is data as ``app.regions`` and :func:`app.overrides.stretches` read it, whose ``ref`` may also be ``file#n``,
    the n-th of *files*; *options* are those of :func:`app.overrides.choices`. Raises Refusal for what cannot be sent; nothing
    of it stays behind then.
    """
    handles: list[str] = []
    taken: list[str] = []
    try:
        for file in files:
            if not isinstance(file, str):
                taken.append(engine.attach(session, *file).handle)
            handles.append(file if isinstance(file, str) else taken[-1])
        media = engine.media(session)
        shelf = {**engine.shelf(session), **{handle: known(media, handle) for handle in handles}}
        places, spans = stretches(_resolved(regions, handles), shelf)
        drawn = region_from_json(places, shelf, engine.next_region(session))
        _plain_enough(engine, text, options, spans)
        text = with_stretches(text, spans)
        earlier = regions_of(engine.messages(session))
        options = resolved(options, handles, [region.handle for region in drawn], shelf, earlier)
        with closing(engine.reply(session, text, handles, drawn, options)) as events:  # type: ignore[type-var]
            yield from events
    except Refusal:
        # A message that was not sent leaves no files behind: a program has no composer to take them out of again.
        for handle in set(taken).intersection(engine.pending(session)):
            engine.detach(session, handle)
        raise


def ask_again(
    engine: Engine,
    session: Session,
    options: Options,
    n: int | None = None,
    text: str | None = None,
    regions: Any = None,
) -> Iterator[Event]:
    """Answer message *n* of the person, by default the last, once more: with other words or other marks where they are given,
    and as *options* choose; where they choose nothing, as was chosen before. What was there stays beside it.

    Raises Refusal when there is no such message, and as :func:`ask` does.
    """
    n = None if n is None else number(n)
    places = engine.placed(session)
    asked = [place for place in places if place.message.role == "user" and n in (None, place.n)]
    if not asked:
        raise Refusal("There is no such message to answer again.", "Name one of the person's that /messages tells.")
    before = regions_of(place.message for place in places if place.n < asked[-1].n)
    old = asked[-1].message
    words = old.text if text is None else str(text)
    spans: list[tuple[str, Span]] = []
    if regions is None:
        drawn = [part for part in old.parts if isinstance(part, Region)]
    else:
        # The marks of the message that is said anew are numbered as its own were.
        first = max((region.id for region in before.values()), default=0) + 1
        rest, spans = stretches(regions, engine.media(session))
        drawn = region_from_json(rest, engine.media(session), first)
    _plain_enough(engine, words, options, spans)
    words = with_stretches(words, spans)
    options = resolved(options, (), [region.handle for region in drawn], engine.shelf(session), before)
    if text is None and regions is None and asked[-1].n == _last_asked(places):
        nothing = replace(options, seed=None) == Options()
        events = engine.retry(session, options.seed, None if nothing else options)
    else:
        events = engine.edit(session, words, asked[-1].n, drawn, options)
    with closing(events):  # type: ignore[type-var]
        yield from events


def _last_asked(places: Sequence[Placed]) -> int:
    return max(place.n for place in places if place.message.role == "user")


def _plain_enough(engine: Engine, text: str, options: Options, spans: Sequence[tuple[str, Span]] = ()) -> None:
    """Refuse choices and stretches beside a command, which is done as it is written: they would be lost without a word."""
    chosen = options.media or options.regions is not None or options.params or spans
    if chosen and parse_slash(text, {}, (), engine.router.tasks) is not None:
        how = "Write media, marks, settings and stretches (as <t>1.2-3.4</t>) into it, or use words."
        raise Refusal("A command is done as it is written.", how)


def _resolved(regions: Any, handles: Sequence[str]) -> Any:
    """Return *regions* with ``file#n`` replaced by the handle that the n-th file of this call was given."""
    if not isinstance(regions, Sequence) or isinstance(regions, str):
        return regions
    names = {f"file#{number}": handle for number, handle in enumerate(handles, 1)}
    return [{**r, "ref": names.get(str(r.get("ref")), r.get("ref"))} if isinstance(r, Mapping) else r for r in regions]


def told(progress: Progress | None, *, previews: bool = False) -> dict[str, Any] | None:
    """Return how far a call is as JSON data, with *previews* also what there is so far: a ``data:`` address of a JPEG, or None."""
    if progress is None:
        return None
    names = ("call", "task", "expert", "word", "fraction", "seconds", "left")
    return {name: getattr(progress, name) for name in names} | ({"preview": address(progress)} if previews else {})


def address(progress: Progress | None) -> str | None:
    """Return the preview of *progress* as a ``data:`` address, None where there is none."""
    if progress is None or progress.preview is None:
        return None
    return f"data:image/jpeg;base64,{base64.b64encode(progress.preview).decode()}"


def _inert(data: Any) -> Any:
    """Return JSON *data* without the key by which gradio takes a dict for a file and hands that out: what a loaded conversation
    tells of itself may be forged."""
    if isinstance(data, Mapping):
        return {key: _inert(value) for key, value in data.items() if key != "meta"}
    return [_inert(value) for value in data] if isinstance(data, list | tuple) else data


def medium(media: Media, file: Any) -> dict[str, Any]:
    """Return a medium as JSON data; *file* is where the program finds it."""
    facts = {k: v for k, v in _inert(to_json(media.meta)).items() if k not in ("display", "wave")}
    return {"type": media.kind, "handle": media.handle, "file": file, "meta": facts}


def part(item: Part, file: Callable[[Media], Any]) -> dict[str, Any]:
    """Return a part as JSON data with its ``type``; *file* tells where the program finds a medium."""
    if isinstance(item, Text):
        return {"type": "text", "text": item.text}
    if isinstance(item, Media):
        return medium(item, file(item))
    if isinstance(item, Failure):
        named = ("what", "hint", "call", "incident", "expert")
        return {"type": "failure", **{name: getattr(item, name) for name in named}}
    plain = {k: v for k, v in _inert(to_json(item)).items() if k != "is"}
    if isinstance(item, TaskCall):
        from models.grammar import write_call

        return {"type": "call", **plain, "tokens": write_call(item)}
    return {"type": "step" if isinstance(item, Step) else type(item).__name__.lower(), **plain}
