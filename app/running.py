"""The replies in the making: at most one in each conversation, made in a thread of their own where a page asked for them, so
that a reader who goes away loses nothing and one who comes back finds what is there."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from models.expert import Refusal
from models.router import incident

from app.events import Event, Progress, Waiting
from app.session import Session
from app.turn import Run

Told = TypeVar("Told")
TAKE_OVER = 2.0
"""Seconds that a new reply gives a stopped one to end."""
SIGN = 1 / 6
"""Seconds after which a reader hears the latest event again, which is how a closed browser is noticed."""


class Busy(Refusal):
    """The conversation is answering another message."""


class Gone(Refusal):
    """The message that waited was answered or taken back meanwhile."""


ANSWERED = ("This message was answered or taken back already.", "Send it again if it shall be answered once more.")


class Live:
    """A reply that makes itself: *events* is run to its end in a thread, whoever listens. Its first event is made at once, so
    that what it raises is raised here; *began* is called when it does not wait any more."""

    def __init__(self, events: Iterator[Any], began: Callable[[Live], None], ended: Callable[[Live], None]) -> None:
        self._events, self._began, self._ended = events, began, ended
        self._changed = threading.Condition()
        self._latest: list[Any] = [next(events)]
        self._count = 1
        self._refusal: Refusal | None = None
        self._waits = True
        self.over = False
        self._look()
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._make,), name="reply", daemon=True).start()

    def _look(self) -> None:
        if self._waits and not isinstance(self._latest[-1], Waiting):
            self._waits = False
            self._began(self)

    def _make(self) -> None:
        try:
            for event in self._events:
                with self._changed:
                    # The latest state of the message, and after it how far a call is: all that a newcomer needs.
                    progress = isinstance(event, Progress)
                    self._latest = [*self._latest[:1], event] if progress else [event]
                    self._count += 1
                    self._changed.notify_all()
                self._look()
        except Refusal as refusal:
            self._refusal = refusal  # a message that waited is looked at when its turn comes
        except Exception as error:  # noqa: BLE001 (what there is of the reply is saved; readers see that it ended)
            incident("making a reply", error)
        finally:
            with self._changed:
                self.over = True
                self._changed.notify_all()
            self._ended(self)

    def follow(self) -> Iterator[Any]:
        """Yield the latest events from now to the end: first what there is, then whatever changed, and now and then the same
        again. Closing it ends nothing but itself. Raises the Refusal that ended it, if one did."""
        seen = 0
        while True:
            with self._changed:
                if seen == self._count and not self.over:
                    self._changed.wait(SIGN)
                latest, over, seen = self._latest, self.over, self._count
            yield from latest
            if over:
                if self._refusal is not None:
                    raise self._refusal
                return


MOST, EACH = 64, 16
"""Replies that are made at once, of everybody and of one owner: they go on without their browsers."""


class Runs:
    """The replies of one engine; safe to use from any thread."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._live: dict[str, Live] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._runs)

    def of(self, session: Session) -> Run | None:
        """Return the reply in the making of *session*'s conversation, if it is *session*'s."""
        with self._lock:
            run = self._runs.get(session.conversation)
        return run if run is not None and run.session == session else None

    @contextmanager
    def one(self, session: Session, settle: Callable[[], None]) -> Iterator[Run]:
        """Be the one reply of the conversation: wait for a stopped one, and take over from one that does not end, which
        *settle* then marks. Raises Refusal while another is made."""
        run = Run(session)
        with self._lock:
            before = self._runs.get(session.conversation)
            if before is not None and not before.stop.is_set():
                raise Busy("This conversation is still answering.", "Wait for it to end, or press Stop.")
            mine = sum(one.session.owner == session.owner for one in self._runs.values())
            if before is None and (len(self._runs) >= MOST or mine >= EACH):
                raise Refusal("Too many replies are being made at once.", "Wait for one to end, or stop one.")
            self._runs[session.conversation] = run
        try:
            if before is not None and not before.ended.wait(TAKE_OVER):
                before.current = False
                settle()
            yield run
        finally:
            run.ended.set()
            with self._lock:
                if self._runs.get(session.conversation) is run:
                    del self._runs[session.conversation]

    def begin(self, session: Session, events: Iterator[Told]) -> Iterator[Told]:
        """Make the reply that *events* stands for in a thread and return a reader of it. Raises what its first step raises."""

        def began(live: Live) -> None:
            with self._lock:
                self._live[session.conversation] = live

        def ended(live: Live) -> None:
            with self._lock:
                if self._live.get(session.conversation) is live:
                    del self._live[session.conversation]

        return Live(events, began, ended).follow()

    def follow(self, session: Session) -> Iterator[Event] | None:
        """Return a reader of the reply in the making, or None where none is made in a thread."""
        with self._lock:
            live, run = self._live.get(session.conversation), self._runs.get(session.conversation)
        return live.follow() if live is not None and run is not None and run.session == session else None

    def close(self, grace: float) -> None:
        """Stop every reply, and wait at most *grace* seconds for each to end."""
        with self._lock:
            runs = list(self._runs.values())
        for run in runs:
            run.stop.set()
        for run in runs:
            run.ended.wait(grace)
