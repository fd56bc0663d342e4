"""Messages that wait for the reply before them, on disk: whatever ends the process, none is lost and none is answered twice.

A message is written here when it begins to wait, and taken out in the transaction that puts it into the conversation, or that
hands it back. One that is here and stands in no line was left by a process that died, or by a tab that was closed before it was
refused: the page shows it, to be sent or taken back.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from models.values import Region, from_json, to_json

from app.database import Database
from app.events import Options
from app.rows import hashed


@dataclass(frozen=True)
class Unanswered:
    """A message that was sent and is not in its conversation yet: the *number* that its tab gave it, its *text*, the *handles* of
    its attachments, its *regions*, and what was chosen for its reply."""

    number: str
    text: str
    handles: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    options: Options = field(default_factory=Options)


class Unanswereds:
    """The messages of one history that wait. A conversation that is not the owner's, or is gone, holds none; *check* raises Refusal
    where one shall be written down for it."""

    def __init__(self, database: Database, check: Callable[[str, str], None]) -> None:
        self._db, self._lock, self._together, self._check = (
            database.connection, database.lock, database.together, check,
        )  # fmt: skip

    def keep(self, owner: str, conversation: str, message: Unanswered) -> None:
        """Write a message down, behind those that wait already; one of the same number is left as it is."""
        with self._together():
            self._check(owner, conversation)
            query = "INSERT OR IGNORE INTO waiting VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM waiting WHERE conversation = ?1), ?3, ?4)"
            told = {
                "text": message.text, "handles": message.handles, "regions": to_json(message.regions),
                "options": asdict(message.options),
            }  # fmt: skip
            self._db.execute(query, (conversation, message.number, json.dumps(told), time.time()))

    def take(self, owner: str, conversation: str, number: str) -> Unanswered | None:
        """Take a message out and return it; None where it was taken out before."""
        with self._together():
            found = next((one for one in self.all(owner, conversation) if one.number == number), None)
            if found is not None:
                self._db.execute("DELETE FROM waiting WHERE conversation = ? AND number = ?", (conversation, number))
        return found

    def all(self, owner: str, conversation: str) -> list[Unanswered]:
        """Return the messages of the conversation that are written down, the next first."""
        with self._lock:
            query = """SELECT number, told FROM waiting JOIN conversation ON conversation.id = waiting.conversation
                       WHERE conversation.id = ? AND owner = ? AND put_away IS NULL ORDER BY place"""
            rows = self._db.execute(query, (conversation, hashed(owner))).fetchall()
        return [_read(number, json.loads(told)) for number, told in rows]


def _read(number: str, told: dict[str, Any]) -> Unanswered:
    options = told["options"]
    regions = options.get("regions")
    chosen = {
        "media": tuple(options.get("media", ())),
        "regions": None if regions is None else tuple(regions),
        "params": tuple((name, words) for name, words in options.get("params", ())),
    }
    marks = tuple(part for part in from_json(told["regions"]) if isinstance(part, Region))
    known = {option.name for option in fields(Options)}  # another version of the program may have kept others
    kept = {name: value for name, value in {**options, **chosen}.items() if name in known}
    return Unanswered(number, told["text"], tuple(told["handles"]), marks, Options(**kept))
