"""Replies whose end the disk did not take: shown in place of what lies there, and saved as soon as there is room."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from models.expert import Refusal
from models.values import Message

from app.branches import Placed
from app.history import History
from app.session import Session

log = logging.getLogger("unison.engine")


class Owed:
    """What is owed to the conversations of *history*: at most one reply to each."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._replies: dict[str, tuple[int, Message]] = {}

    def __contains__(self, conversation: str) -> bool:
        return conversation in self._replies

    def __len__(self) -> int:
        return len(self._replies)

    def note(self, session: Session, n: int, message: Message) -> None:
        """Note that message *n* of the conversation shall be *message*, unless the conversation is gone."""
        if self._history.exists(session.owner, session.conversation):
            self._replies[session.conversation] = (n, message)

    def forget(self, conversation: str) -> None:
        """Owe the conversation nothing."""
        self._replies.pop(conversation, None)

    def number(self, session: Session) -> int | None:
        """Return the number of the reply that is owed, None where none is."""
        return self._replies.get(session.conversation, (None, None))[0]

    def shown(self, session: Session, places: list[Placed]) -> list[Placed]:
        """Return *places* with the reply that is owed in its place, and save it now if there is room again."""
        if session.conversation not in self._replies:
            return places
        n, message = self._replies[session.conversation]
        mine = next((place for place in places if place.n == n), None)
        if mine is None:  # it stands on another branch
            return places
        if mine.message.state != "running":
            self.forget(session.conversation)
            return places
        try:
            self._history.replace(session.owner, session.conversation, n, message)
            self.forget(session.conversation)
        except Refusal as refusal:
            log.warning("a reply is still not saved: %s", refusal.what)
        return [replace(place, message=message) if place is mine else place for place in places]

    @contextmanager
    def saved(self, session: Session) -> Iterator[None]:
        """Save all that is written within, or nothing: then a reply that was owed before is still owed."""
        owed = self._replies.get(session.conversation)
        try:
            with self._history.together():
                yield
        except BaseException:
            if owed is not None:
                self._replies.setdefault(session.conversation, owed)
            raise
