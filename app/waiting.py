"""Messages that were sent while a reply is made: each waits for the reply before it and is then answered with its results.

A message that waits is not in the conversation yet: which media it finds there is settled when its turn comes.
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
from app.running import SIGN, Busy
from app.session import Session

if TYPE_CHECKING:
    from app.engine import Engine

MOST = 8
"""Messages that may wait in one conversation."""


@dataclass(eq=False)
class Place:
    """One place in a conversation's line: *number* names the message that waits ("" for what only keeps others waiting), *text* is
    what it says, *handles* what it will use; *over* turns True when it is not to be sent any more."""

    number: str = ""
    text: str = ""
    handles: tuple[str, ...] = ()
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
    own = Place(number, text, tuple(attachments))
    with engine.lines.place(session, own) as place:
        tick = threading.Event()
        while not place.over:
            if engine.lines.first(session, place):
                events = engine.reply(session, text, attachments, regions, options)
                try:
                    began = next(events)
                    break
                except Busy:
                    pass
            yield Waiting()
            tick.wait(SIGN)
        else:
            return
    with closing(events):  # type: ignore[type-var]
        yield began
        yield from events
