"""One reply while it is made: its parts, when they are saved, and whether it may go on."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from models.expert import Cancelled, Refusal
from models.values import Failure, Kind, Media, Message, Part, Step, TaskCall, Text

from app.events import Grown
from app.history import History
from app.session import Session

log = logging.getLogger("unison.engine")
Stored = tuple[Kind, str, dict[str, Any]]
COALESCE = 0.08
"""Seconds between two events for growing text."""
SAVE = 1.0
"""Seconds after which growing text is saved although its part is not finished."""


@dataclass
class Run:
    """The one reply that a conversation may have in the making. *call* is the id of the call that runs, "" between calls, and
    *skipped* that of the one that a person did not want to wait for; *current* turns False when a later reply took over; *owed*
    is the reply and its number, when the disk did not take its end."""

    session: Session
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    call: str = ""
    skipped: str = ""
    current: bool = True
    owed: tuple[int, Message] | None = None

    def skip(self, call: str = "") -> bool:
        """End the call that runs, if it is *call* ("" means whichever does), and nothing else; tell whether it is."""
        now = self.call
        if not now or call not in ("", now):
            return False
        self.skipped = now
        return True

    def cancelled(self) -> bool:
        """Tell whether the reply shall end now."""
        return self.stop.is_set() or not self.current


class Turn:
    """The growing reply: message *n* of its conversation. Every finished part is written in one transaction."""

    def __init__(
        self,
        history: History,
        run: Run,
        spell: Callable[[str], str] = lambda words: words,
        chosen: Mapping[str, Any] | None = None,
    ) -> None:
        """*spell* turns the model's words into the person's; *chosen* is what the person chose for the reply.
        Raises Refusal where a later reply took over already."""
        self._history, self.run, self._spell = history, run, spell
        self.session = run.session
        self.parts: list[Part] = []
        self.calls = 0
        self.full = False
        # By all branches: a page that shows another one shall not take this reply's calls for its own.
        self._numbered = history.calls(self.session.owner, self.session.conversation)
        self._shown = self._saved = time.monotonic()
        self._words: list[str] = []
        if not run.current:
            raise Refusal("Another message was sent in the meantime.", "Send this one again.")
        begun = Message("assistant", (), "running")
        self.n = history.append(self.session.owner, self.session.conversation, begun, chosen)

    def check(self) -> None:
        """Raise Cancelled when the person pressed Stop or a later reply took over."""
        if self.run.cancelled():
            raise Cancelled

    @contextmanager
    def _mine(self) -> Iterator[None]:
        """Write all of what is within, or nothing; raises Cancelled where a later reply took over. Asked within the transaction:
        what that reply finds running it marks afterwards, so that nothing can be written in between."""
        with self._history.together():
            if not self.run.current:
                raise Cancelled
            yield

    def next_call_id(self) -> str:
        """Return an id for a task call, unique in the conversation."""
        self._numbered += 1
        return f"t{self._numbered}"

    def message(self, state: Any = "running") -> Message:
        """Return the reply so far."""
        return Message("assistant", tuple(self._joined()), state)

    def _joined(self) -> Iterable[Part]:
        yield from self.parts
        if self._words:
            yield Text(self._spell("".join(self._words)))

    def write(self, words: str) -> None:
        """Add words to the text that is being written."""
        if words:
            self._words.append(words)

    def add(self, *parts: Part) -> None:
        """Add finished parts and save."""
        self.parts = [*self._joined(), *parts]
        self._words = []
        self.save()

    def add_results(self, step: Step, stored: Sequence[Stored], call: TaskCall, of: str) -> list[Media]:
        """Add what *call* gave, its step and its media, numbered and saved in the same transaction; return the media."""
        owner, conversation = self.session.owner, self.session.conversation
        before = self.parts
        try:
            with self._mine():
                facts = {"call": call.id, "seed": step.seed, **({"of": of} if of else {})}
                media = [self._history.add_media(owner, conversation, k, p, {**m, **facts}) for k, p, m in stored]
                self.add(step, *media)
        except BaseException:
            self.parts = before
            raise
        return media

    def fail(self, what: str, hint: str = "", call: str = "", incident: str = "") -> None:
        """Add a failure and save."""
        self.add(Failure(what, hint, call, incident))

    def save(self, state: str = "running") -> None:
        """Write the reply as it is, unless a later one has taken over."""
        with contextlib.suppress(Cancelled), self._mine():
            self._history.replace(self.session.owner, self.session.conversation, self.n, self.message(state))
        self._saved = time.monotonic()

    def due(self) -> bool:
        """Tell whether growing text should be shown again; saves it now and then."""
        now = time.monotonic()
        if now - self._saved >= SAVE:
            self.save()
        return now - self._shown >= COALESCE

    def grown(self) -> Grown:
        """Return the event that shows the reply so far."""
        self._shown = time.monotonic()
        return Grown(self.message())

    def finish(self, state: str) -> Message:
        """Save the reply for good; a disk that refuses is logged and the reply owed, since it is still shown."""
        message = self.message(state)
        self.parts, self._words = list(message.parts), []
        try:
            self.save(state)
        except (Refusal, sqlite3.Error, OSError) as error:
            log.error("a reply could not be saved: %s", error)
            self.run.owed = (self.n, message)
        return message

    def media(self) -> list[Media]:
        """Return the media made so far."""
        return [part for part in self.parts if isinstance(part, Media)]
