"""What was read of conversations, kept until it changes, so that a turn of a long conversation reads no more than one of a short.

A message's number and the one that it follows never change, so only later ones are asked for; what it says is read again once
:meth:`Kept.forget` was told that it was written. Nothing is kept of a transaction that may yet be taken back, nor after
another program wrote to the file.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from models.values import Media, Message, Part

from app.branches import highest_call, path_to

MOST = 20_000
"""Messages, and media, of which something is kept at once."""


class Kept:
    """The messages of one file's conversations; whoever calls holds the file's lock. *rebuilt* makes parts of their text."""

    def __init__(self, connection: sqlite3.Connection, rebuilt: Callable[[str], tuple[Part, ...]]) -> None:
        self._db, self._rebuilt = connection, rebuilt
        self._parents: dict[str, dict[int, int | None]] = {}
        self._messages: dict[str, dict[int, Message]] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._calls: dict[str, tuple[int, int]] = {}
        self._count = 0
        self._version = -1

    def _check(self) -> None:
        """Forget everything after another program wrote, and when it has become too much."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version or self._count > MOST:
            self._parents.clear()
            self._messages.clear()
            self._calls.clear()
            self._version, self._count = version, 0

    def forget(self, conversation: str, n: int | None = None) -> None:
        """Read message *n*, or by default all of the conversation, again when it is wanted."""
        if n is None:
            self._messages.pop(conversation, None)
        else:
            self._messages.get(conversation, {}).pop(n, None)
        if n is None or n <= self._calls.get(conversation, (-1, 0))[0]:
            self._calls.pop(conversation, None)

    def facts(self, text: str) -> dict[str, Any]:
        """Return the facts of a medium that *text* stands for."""
        if len(self._facts) > MOST:
            self._facts.clear()
        if text not in self._facts:
            self._facts[text] = json.loads(text)
        return dict(self._facts[text])

    def parents(self, conversation: str) -> dict[int, int | None]:
        """Return for every message of the conversation, on whatever branch, the number of the one that it follows."""
        self._check()
        known = self._parents.get(conversation, {})
        query = "SELECT n, parent FROM message WHERE conversation = ? AND n > ?"
        later: dict[int, int | None] = dict(self._db.execute(query, (conversation, max(known, default=-1))))
        if later:
            known = {**known, **later}
            if not self._db.in_transaction:
                self._parents[conversation] = known
        return known

    def calls(self, conversation: str) -> int:
        """Return the highest number that a call of the conversation has, on whatever branch, 0 where none ran."""
        self._check()
        last, highest = self._calls.get(conversation, (-1, 0))
        if last < 0:  # media may have come from another conversation without the reply that made them
            query = "SELECT meta FROM media WHERE conversation = ?"
            metas = self._db.execute(query, (conversation,)).fetchall()
            highest = highest_call(Media("image", "", "", self.facts(meta)) for (meta,) in metas)
        query = "SELECT n, parts FROM message WHERE conversation = ? AND n > ? AND role = 'assistant' ORDER BY n"
        for n, parts in self._db.execute(query, (conversation, last)).fetchall():
            last, highest = n, max(highest, highest_call(self._rebuilt(parts)))
        # What a transaction takes back leaves a gap in the numbers at most.
        self._calls[conversation] = last, highest
        return highest

    def shown(self, conversation: str) -> list[tuple[int, Message]]:
        """Return the messages of the branch that is shown, with their numbers, in order."""
        parents = self.parents(conversation)
        (leaf,) = self._db.execute("SELECT leaf FROM conversation WHERE id = ?", (conversation,)).fetchone()
        path = path_to(parents, leaf)
        known = self._messages.setdefault(conversation, {})
        missing = [n for n in path if n not in known]
        if not missing:
            return [(n, known[n]) for n in path]
        query = "SELECT n, role, state, parts FROM message WHERE conversation = ? AND n BETWEEN ? AND ?"
        rows = self._db.execute(query, (conversation, missing[0], missing[-1])).fetchall()
        read = {n: Message(role, self._rebuilt(parts), state) for n, role, state, parts in rows if n not in known}
        if not self._db.in_transaction:
            known |= read
            self._count += len(read)
        return [(n, known[n] if n in known else read[n]) for n in path]
