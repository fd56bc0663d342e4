"""Messages that were sent while a reply is made: each waits for the reply before it and is then answered with its results.

A message that waits is not in the conversation yet: which media it finds there is settled when its turn comes. It is on disk as
long as it waits (:mod:`app.unanswered`), and whoever takes it out of there answers it or hands it back: nobody else can.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.expert import Refusal
from models.values import Region

from app.events import Event, Options, Waiting
from app.running import ANSWERED, SIGN, Busy, Gone
from app.session import Session
from app.unanswered import Unanswered

if TYPE_CHECKING:
    from app.engine import Engine

MOST = 8
"""Messages that may wait in one conversation."""


@dataclass(eq=False)
class Place:
    """One place in a conversation's line: *number* names the message that waits ("" for what only keeps others waiting); *over*
    turns True when it is not to be sent any more."""

    number: str = ""
    text: str = ""
    over: bool = False


class Lines:
    """Who waits in which conversation, the first to come first; safe to use from any thread."""

    def __init__(self) -> None:
        self._lines: dict[Session, list[Place]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def place(self, session: Session, place: Place) -> Iterator[Place]:
        """Stand in line within. Raises Refusal where too many wait already."""
        with self._lock:
            line = self._lines.setdefault(session, [])
            if len(line) >= MOST:
                raise Refusal(
                    f"{MOST} messages wait to be answered already.", "Wait for one of them, or take one back."
                )
            line.append(place)
        try:
            yield place
        finally:
            self._leave(session, place)

    def _leave(self, session: Session, place: Place) -> None:
        with self._lock:
            line = self._lines.get(session, [])
            if place in line:
                line.remove(place)
            if not line:
                self._lines.pop(session, None)

    def first(self, session: Session, place: Place) -> bool:
        """Tell whether nobody stands before *place*."""
        with self._lock:
            return self._lines.get(session, [])[:1] == [place]

    def waiting(self, session: Session) -> list[Place]:
        """Return the messages that wait, the next first."""
        with self._lock:
            return [place for place in self._lines.get(session, ()) if place.number and not place.over]

    def numbers(self, session: Session) -> set[str]:
        """Return the numbers of all that stand in line, those that begin or end just now included."""
        with self._lock:
            return {place.number for place in self._lines.get(session, ())}

    def take_back(self, session: Session, number: str | None = None) -> Place | None:
        """Let message *number* wait no more, or all of them; return it if it waited."""
        with self._lock:
            for place in self._lines.get(session, ()):
                if number is None or place.number == number:
                    place.over = True
                    if number is not None:
                        return place
        return None

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._lock:
            for place in (place for line in self._lines.values() for place in line):
                place.over = True


def in_turn(
    engine: Engine,
    session: Session,
    number: str,
    text: str,
    attachments: Sequence[str] = (),
    regions: Sequence[Region] = (),
    options: Options = Options(),  # noqa: B008 (frozen)
) -> Iterator[Event | Waiting]:
    """Send a message as :meth:`app.engine.Engine.reply` does, as soon as its conversation answers nothing else; until then the
    events are Waiting, and after them it is looked at with what is in the conversation by then. Ends without any other event
    where it was taken back. Raises Refusal as ``reply`` does, and where too many wait."""
    return _in_turn(engine, session, Unanswered(number, text, tuple(attachments), tuple(regions), options), False)


def once_more(engine: Engine, session: Session, number: str) -> Iterator[Event | Waiting]:
    """Send a message that was left over (:func:`left_over`) in the same way. Raises Gone where it is not there any more."""
    found = [message for message in left_over(engine, session) if message.number == number]
    if not found:
        raise Gone(*ANSWERED)
    return _in_turn(engine, session, found[0], True)


def _in_turn(engine: Engine, session: Session, message: Unanswered, kept: bool) -> Iterator[Event | Waiting]:
    of = (session.owner, session.conversation)
    with engine.lines.place(session, Place(message.number, message.text)) as place:
        tick = threading.Event()
        while not place.over:
            if engine.lines.first(session, place):
                waited = message.number if kept else ""
                events = engine.reply(session, message.text, message.handles, message.regions, message.options, waited)
                try:
                    began = next(events)
                    break
                except Busy:
                    pass
            if message.number and not kept:
                engine.history.unanswered.keep(*of, message)
                kept = True
            yield Waiting()
            tick.wait(SIGN)
        else:
            return
    with closing(events):  # type: ignore[type-var]
        yield began
        yield from events


def all_waiting(engine: Engine, session: Session) -> list[Unanswered]:
    """Return what is not answered yet in the conversation, the next first: what stands in line and what was left over."""
    return engine.history.unanswered.all(session.owner, session.conversation)


def left_over(engine: Engine, session: Session) -> list[Unanswered]:
    """Return what waited in the conversation and stands in no line: what a process that died, or a tab that was closed, left."""
    standing = engine.lines.numbers(session)
    return [message for message in all_waiting(engine, session) if message.number not in standing]


def take_back(engine: Engine, session: Session, number: str) -> Unanswered | None:
    """Let a message wait no more and return it; None where it does not wait, or is being answered already."""
    if not number:
        return None
    engine.lines.take_back(session, number)
    return engine.history.unanswered.take(session.owner, session.conversation, number)
