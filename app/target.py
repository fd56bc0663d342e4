"""What a message would do, before it is sent: the unified model's own answer to that, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models import grammar
from models.router import with_drawn
from models.slash import parse_slash
from models.unified.stream import WORDS
from models.values import Failure, Media, Message, Region, TaskCall, Text

from app.aim import aimed, meant_marks, of_those_said, on_their_own, readable, said_marks, stream_options
from app.events import Options
from app.names import Names

if TYPE_CHECKING:
    from app.engine import Engine
    from app.session import Session

TOKENS = 240
"""Tokens after which the model is not asked any further: a sentence and its calls take 20 to 80."""


@dataclass(frozen=True)
class Target:
    """What a message would do: its *calls*, with the handles that the router would add; none is an answer in words.

    *fault* says why it would fail at once, as a mistyped command does.
    """

    calls: tuple[TaskCall, ...] = ()
    fault: str = ""


def foresee(
    engine: Engine,
    session: Session,
    text: str,
    attachments: Sequence[str] = (),
    regions: Sequence[Region] = (),
    options: Options = Options(),  # noqa: B008 (frozen)
    cancel: Callable[[], bool] = lambda: False,
) -> Target | None:
    """Return what the message would do, or None where that is not known: the profile's model is too slow to be asked, it is
    not there (yet), a reply is being made, there is nothing to send, or *cancel* said True before the end.

    Commands are read as they are and cost nothing. Nothing is saved. Raises Refusal for a conversation that is not there.
    """
    if not (text.strip() or attachments or regions):
        return None
    shelf = {m.handle: m for m in engine.history.media(session.owner, session.conversation, sent=True)}
    known = engine.media(session)
    shelf |= {handle: known[handle] for handle in attachments if handle in known}
    command = parse_slash(text, shelf, regions, engine.router.tasks)
    if isinstance(command, Failure):
        return Target() if text.split()[0].lower() == "/help" else Target(fault=command.what)
    if command is not None:
        return Target((command,))
    if options.task == WORDS:
        return Target()
    if engine.profile.foresees:
        engine.brain.start()  # who types will need it
    if engine.brain.model is None or not engine.profile.foresees or engine.answering():
        return None
    media = [shelf[handle] for handle in dict.fromkeys(attachments) if handle in shelf]
    words = (Text(text),) if text.strip() else ()
    messages = [*engine.messages(session), Message("user", (*media, *regions, *words))]
    drawn = {part.handle: part for message in messages for part in message.parts if isinstance(part, Region)}
    written = _written(engine, messages, shelf, drawn, options, lambda: cancel() or engine.answering())
    if written is None:
        return None
    if options.task is not None and not any(call.task == options.task for call in written):
        outright = parse_slash(f"/{options.task} {text}", shelf, regions, engine.router.tasks)
        if isinstance(outright, Failure):
            return Target(fault=outright.what)
        written += [outright] if outright else []
    tasks = engine.router.tasks
    meant = meant_marks(options, text, drawn)
    here = [region for region in regions if meant is None or region.handle in meant]
    said = said_marks(text, drawn) if options.regions is None else ()
    calls = [of_those_said(call, said) for call in written if call.task in tasks]
    if not options.media:
        calls = [on_their_own(call, tasks[call.task], text, shelf, drawn) for call in calls]
    calls[:1] = [aimed(call, tasks[call.task], options, shelf, drawn) for call in calls[:1]]
    return Target(tuple(with_drawn(call, tasks[call.task], here) for call in calls))


def _written(
    engine: Engine,
    messages: Sequence[Message],
    shelf: Mapping[str, Media],
    drawn: Mapping[str, Region],
    options: Options,
    over: Callable[[], bool],
) -> list[TaskCall] | None:
    """Return the calls that the model begins its reply to *messages* with, or None when *over* said True."""
    model = engine.brain.model
    if model is None:
        return None
    names = Names(messages)
    stream = model.stream(
        [names.for_model(readable(message, engine.settings)) for message in messages],
        names.shelf_for_model(shelf),
        replace(stream_options(options, names, drawn, most=TOKENS), opened=engine.store.open),
        over,
    )
    parser = grammar.Parser(tasks=engine.router.tasks)
    events: list[grammar.Event] = []
    with closing(stream):  # type: ignore[type-var]
        for piece in stream:
            if over():
                break
            events += parser.feed(piece)
    events += parser.close()
    return None if over() else [names.for_person(event) for event in events if isinstance(event, TaskCall)]
