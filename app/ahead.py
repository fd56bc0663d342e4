"""Reading what was attached before its message is there, where no page does so: a program's uploads, and files added in the terminal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.expert import Refusal
from models.router import incident

from app.target import foresee

if TYPE_CHECKING:
    from app.engine import Engine
    from app.session import Session

WAITING = 32
"""Conversations that wait to be read ahead, at most: of more the oldest are read when their message comes."""
PAUSE = 0.25
"""Seconds after which it is asked again whether replies are being made."""
log = logging.getLogger("unison.ahead")


class Ahead:
    """Looks at attached media and reads their conversation, as the page's chip does, so that the message which comes next finds both done.
    One conversation after another, in a thread of its own, which gives way to every reply. It is a help alone: a message that comes
    sooner, or after a failure, is answered with the same words, later."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._waiting: dict[str, tuple[Session, tuple[str, ...]]] = {}
        self._thread: threading.Thread | None = None

    def read(self, session: Session, attachments: Sequence[str]) -> None:
        """Read the conversation of *session* and the media of the handles *attachments* ahead; returns at once. The newest call for a
        conversation counts. Does nothing where the profile's model is too slow to be asked beforehand."""
        if not attachments or not self._engine.profile.foresees:
            return
        with self._lock:
            if self._closed.is_set():
                return
            self._waiting.pop(session.conversation, None)
            self._waiting[session.conversation] = (session, tuple(attachments))
            while len(self._waiting) > WAITING:
                del self._waiting[next(iter(self._waiting))]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="ahead", daemon=True)
                self._thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait at most *seconds* until nothing is being read ahead; tell whether nothing is."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self._thread is None

    def close(self, seconds: float) -> None:
        """Read no more, and wait at most *seconds* for what is being read: a process that ends within it is aborted by the libraries."""
        with self._lock:
            self._closed.set()
            self._waiting.clear()
        self.settle(seconds)

    def _work(self) -> None:
        self._engine.brain.start()  # a message will need it
        while not self._engine.brain.wait(PAUSE) and not self._closed.is_set():
            pass
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                session, attachments = self._waiting.pop(next(iter(self._waiting)))
            try:
                self._read(session, attachments)
            except Refusal as refusal:  # the conversation was deleted meanwhile, or a file is gone
                log.info("nothing was read ahead: %s", refusal.what)
            except Exception as error:  # noqa: BLE001 (nobody waits for it; the message itself tells what is wrong)
                if not self._closed.is_set():
                    incident("reading ahead", error)

    def _read(self, session: Session, attachments: tuple[str, ...]) -> None:
        """Read one conversation; where a reply came between, once more after it, unless that was to the message with *attachments*."""

        def over() -> bool:
            return self._closed.is_set() or session.conversation in self._waiting

        while not over():
            while self._engine.answering() and not self._closed.wait(PAUSE):
                pass
            done = foresee(self._engine, session, "", attachments, cancel=over) is not None
            if done or self._engine.brain.model is None:
                return
            if not set(attachments).intersection(self._engine.pending(session)):
                return
