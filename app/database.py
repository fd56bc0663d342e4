"""The one SQLite file of a data folder: opened in WAL mode, brought to the newest schema, written in whole transactions."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.expert import Refusal

log = logging.getLogger("unison.history")
MIGRATIONS = (
    """
    CREATE TABLE conversation (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL);
    CREATE INDEX conversation_owner ON conversation (owner, updated);
    CREATE TABLE message (
        conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        n INTEGER NOT NULL, role TEXT NOT NULL, state TEXT NOT NULL, parts TEXT NOT NULL, made REAL NOT NULL,
        PRIMARY KEY (conversation, n)) WITHOUT ROWID;
    CREATE INDEX message_running ON message (state) WHERE state = 'running';
    CREATE TABLE media (
        conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        kind TEXT NOT NULL, number INTEGER NOT NULL, turn INTEGER NOT NULL, path TEXT NOT NULL, meta TEXT NOT NULL, bytes INTEGER NOT NULL,
        message INTEGER, PRIMARY KEY (conversation, kind, number)) WITHOUT ROWID;
    CREATE INDEX media_path ON media (path);
    """,
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    # A conversation is a tree of messages: each names the one that it follows, which has a lower number, and the conversation
    # names the last one of the branch that is shown. Whatever was one line before becomes one branch.
    """
    ALTER TABLE message ADD COLUMN parent INTEGER CHECK (parent < n);
    ALTER TABLE conversation ADD COLUMN leaf INTEGER;
    ALTER TABLE conversation ADD COLUMN put_away REAL;
    UPDATE message SET parent = (
        SELECT max(earlier.n) FROM message AS earlier WHERE earlier.conversation = message.conversation AND earlier.n < message.n);
    UPDATE conversation SET leaf = (SELECT max(n) FROM message WHERE message.conversation = conversation.id);
    """,
    # What the person chose for a reply beside its words, as JSON.
    "ALTER TABLE message ADD COLUMN chosen TEXT",
    # What was sent while a reply was made and is not in its conversation yet, as JSON.
    """
    CREATE TABLE waiting (
        conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        number TEXT NOT NULL, place INTEGER NOT NULL, told TEXT NOT NULL, made REAL NOT NULL,
        PRIMARY KEY (conversation, number)) WITHOUT ROWID;
    """,
)
"""One script per version of the schema; ``PRAGMA user_version`` counts how many have run. Append, never change."""


class Database:
    """The open file at *path*; safe to use from any thread, under *lock* or within :meth:`together`.

    Raises Refusal when the file was written by a newer version of the program.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.lock = threading.RLock()
        self._depth = 0
        self.connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
            self.connection.execute(f"PRAGMA {pragma}")
        self._migrate()

    def _migrate(self) -> None:
        version = int(self.connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise Refusal(
                "These conversations were saved by a newer version of Unison.",
                "Update the program, or start it with --data and another folder.",
            )
        if 0 < version < len(MIGRATIONS):
            spare = self.path.with_name(f"{self.path.name}.version{version}")
            if not spare.exists():
                half = spare.with_name(f"{spare.name}.half")
                half.unlink(missing_ok=True)
                try:
                    self.connection.execute("VACUUM INTO ?", (str(half),))
                except sqlite3.OperationalError as error:
                    what = "There is no room to keep a copy of the conversations before they are changed."
                    raise Refusal(what, "Free some space and start again.") from error
                half.replace(spare)
        for number in range(version, len(MIGRATIONS)):
            self.connection.executescript(f"BEGIN; {MIGRATIONS[number]}; PRAGMA user_version = {number + 1}; COMMIT;")

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self.connection.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make every change within the block one transaction: all of it is kept, or none. Nests.

        Raises Refusal when the disk is full or another program holds the file.
        """
        with self.lock:
            outermost = self._depth == 0
            self._depth += 1
            try:
                if outermost:
                    self.connection.execute("BEGIN IMMEDIATE")
                elif not self.connection.in_transaction:
                    # A full disk ended it, and what follows would be kept without what was before.
                    raise sqlite3.OperationalError("the transaction was given up")
                yield
                if outermost:
                    self.connection.execute("COMMIT")
            except BaseException as error:
                if outermost and self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    log.error("the history cannot be written: %s", error)
                    what = "This could not be saved: the disk is full, or another program holds the file."
                    raise Refusal(what, "Free some space and send it again.") from None
                raise
            finally:
                self._depth -= 1

    def secret(self, name: str) -> bytes:
        """Return the data folder's own secret of that name: 256 random bits, drawn when it is first asked for.

        It lies here and not in a file of its own so that the conversations are never without it.
        """
        query = "SELECT value FROM secret WHERE name = ?"
        with self.lock:
            row = self.connection.execute(query, (name,)).fetchone()
        if row is None:
            with self.together():
                insert = "INSERT OR IGNORE INTO secret VALUES (?, ?)"
                self.connection.execute(insert, (name, secrets.token_bytes(32)))
                row = self.connection.execute(query, (name,)).fetchone()
        return bytes(row[0])
