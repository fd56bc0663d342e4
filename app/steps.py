"""Examples of several steps, each a message of its own: Stop ends all of them, also when it is pressed between two replies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.session import Session


class Steps:
    """The conversations in which an example is run, and in which of them Stop was pressed since; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped: dict[Session, list[threading.Event]] = {}

    @contextmanager
    def of(self, session: Session) -> Iterator[Callable[[], bool]]:
        """Run an example within: the value tells whether Stop was pressed in the conversation since it began."""
        pressed = threading.Event()
        with self._lock:
            self._stopped.setdefault(session, []).append(pressed)
        try:
            yield pressed.is_set
        finally:
            with self._lock:
                self._stopped[session].remove(pressed)
                if not self._stopped[session]:
                    del self._stopped[session]

    def stop(self, session: Session) -> None:
        """Note that Stop was pressed in the conversation."""
        with self._lock:
            for pressed in self._stopped.get(session, ()):
                pressed.set()
