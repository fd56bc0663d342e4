"""Conversations on disk: SQLite in WAL mode, one transaction per finished part, every access checked against the owner.

A foreign conversation id answers exactly as one that does not exist. Owner tokens are secrets, so only their hash is kept.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.expert import Refusal
from models.values import Kind, Media, Message, Part, Region, from_json, to_json

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
)
"""One script per version of the schema; ``PRAGMA user_version`` counts how many have run. Append, never change."""

UNKNOWN = Refusal("There is no such conversation.", "Pick one from the list, or start a new one.")
TITLE = 80
REMEMBERED = 2_000_000
"""Characters of messages that are kept rebuilt, at most."""


@dataclass(frozen=True)
class Entry:
    """A line of the list of conversations; *updated* in seconds since 1970."""

    id: str
    title: str
    updated: float


class History:
    """All conversations of one data folder; safe to use from any thread.

    Messages of a process that died are shown as interrupted: on opening, "running" becomes "interrupted". Raises Refusal
    when the file was written by a newer version of the program.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        self._read: dict[str, tuple[Part, ...]] = {}
        self._remembered = 0
        self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._migrate()
        with self.together():
            self._db.execute("UPDATE message SET state = 'interrupted' WHERE state = 'running'")

    def _migrate(self) -> None:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise Refusal(
                "These conversations were saved by a newer version of Unison.",
                "Update the program, or start it with --data and another folder.",
            )
        if 0 < version < len(MIGRATIONS):
            spare = self.path.with_name(f"{self.path.name}.version{version}")
            if not spare.exists():
                self._db.execute("VACUUM INTO ?", (str(spare),))
        for number in range(version, len(MIGRATIONS)):
            self._db.executescript(f"BEGIN; {MIGRATIONS[number]}; PRAGMA user_version = {number + 1}; COMMIT;")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make every change within the block one transaction: all of it is kept, or none. Nests.

        Raises Refusal when the disk is full or another program holds the file.
        """
        with self._lock:
            outermost = self._depth == 0
            self._depth += 1
            try:
                if outermost:
                    self._db.execute("BEGIN IMMEDIATE")
                elif not self._db.in_transaction:
                    # A full disk ended it, and what follows would be kept without what was before.
                    raise sqlite3.OperationalError("the transaction was given up")
                yield
                if outermost:
                    self._db.execute("COMMIT")
            except BaseException as error:
                if outermost and self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    log.error("the history cannot be written: %s", error)
                    what = "This could not be saved: the disk is full, or another program holds the file."
                    raise Refusal(what, "Free some space and send it again.") from None
                raise
            finally:
                self._depth -= 1

    def _check(self, owner: str, conversation: str) -> None:
        row = self._db.execute("SELECT owner FROM conversation WHERE id = ?", (conversation,)).fetchone()
        if row is None or not secrets.compare_digest(row[0], _hashed(owner)):
            raise Refusal(UNKNOWN.what, UNKNOWN.hint)

    def secret(self, name: str) -> bytes:
        """Return the data folder's own secret of that name: 256 random bits, drawn when it is first asked for.

        It lies here and not in a file of its own so that the conversations are never without it.
        """
        query = "SELECT value FROM secret WHERE name = ?"
        with self._lock:
            row = self._db.execute(query, (name,)).fetchone()
        if row is None:
            with self.together():
                self._db.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", (name, secrets.token_bytes(32)))
                row = self._db.execute(query, (name,)).fetchone()
        return bytes(row[0])

    # Conversations

    def create(self, owner: str, title: str = "") -> str:
        """Start a conversation of *owner* and return its id: 128 random bits."""
        conversation, now = secrets.token_urlsafe(16), time.time()
        with self.together():
            row = (conversation, _hashed(owner), _title(title), now, now)
            self._db.execute("INSERT INTO conversation VALUES (?, ?, ?, ?, ?)", row)
        return conversation

    def conversations(self, owner: str) -> list[Entry]:
        """Return the owner's conversations, the latest first."""
        with self._lock:
            query = "SELECT id, title, updated FROM conversation WHERE owner = ? ORDER BY updated DESC, rowid DESC"
            return [Entry(*row) for row in self._db.execute(query, (_hashed(owner),))]

    def check(self, owner: str, conversation: str) -> None:
        """Raise Refusal unless *conversation* is one of *owner*'s."""
        with self._lock:
            self._check(owner, conversation)

    def exists(self, owner: str, conversation: str) -> bool:
        """Tell whether *conversation* is one of *owner*'s."""
        with self._lock:
            try:
                self._check(owner, conversation)
            except Refusal:
                return False
            return True

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Give the conversation a title (at most 80 characters are kept)."""
        with self.together():
            self._check(owner, conversation)
            self._db.execute("UPDATE conversation SET title = ? WHERE id = ?", (_title(title), conversation))

    def delete(self, owner: str, conversation: str) -> set[str]:
        """Forget the conversation and its rows of media; return the files that none uses any more."""
        with self.together():
            self._check(owner, conversation)
            before = self.paths()
            self._db.execute("DELETE FROM conversation WHERE id = ?", (conversation,))
            return before - self.paths()

    def prune(self) -> None:
        """Forget conversations of an earlier day in which nothing was ever sent."""
        with self.together():
            query = """DELETE FROM conversation WHERE updated < ?
                       AND NOT EXISTS (SELECT 1 FROM message WHERE message.conversation = conversation.id)"""
            self._db.execute(query, (time.time() - 86400,))

    # Messages

    def messages(self, owner: str, conversation: str) -> list[Message]:
        """Return the conversation's messages in order."""
        with self._lock:
            self._check(owner, conversation)
            query = "SELECT role, parts, state FROM message WHERE conversation = ? ORDER BY n"
            rows = self._db.execute(query, (conversation,)).fetchall()
            return [Message(role, self._parts(parts), state) for role, parts, state in rows]

    def _parts(self, text: str) -> tuple[Part, ...]:
        """Return the parts that *text* stands for. What was read lately is kept by its very text: a long conversation is read
        again with every turn, and rebuilding its values takes far longer than fetching them."""
        known = self._read.get(text)
        if known is None:
            known = from_json(json.loads(text))
            self._remembered += len(text)
            if self._remembered > REMEMBERED:
                self._read.clear()
                self._remembered = len(text)
            self._read[text] = known
        return known

    def append(self, owner: str, conversation: str, message: Message) -> int:
        """Add a message at the end and return its number, counted from 0. Media that it names become part of it."""
        with self.together():
            self._check(owner, conversation)
            query = "SELECT coalesce(max(n) + 1, 0) FROM message WHERE conversation = ?"
            n = int(self._db.execute(query, (conversation,)).fetchone()[0])
            row = (conversation, n, message.role, message.state, _dump(message), time.time())
            self._db.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)", row)
            self._touch(conversation, n, message)
        return n

    def replace(self, owner: str, conversation: str, n: int, message: Message) -> None:
        """Write message *n* anew, as after each finished part. Raises Refusal if it is gone."""
        with self.together():
            self._check(owner, conversation)
            query = "UPDATE message SET role = ?, state = ?, parts = ? WHERE conversation = ? AND n = ?"
            done = self._db.execute(query, (message.role, message.state, _dump(message), conversation, n))
            if done.rowcount != 1:
                raise Refusal("This message is no longer there.", "Reload the page.")
            self._touch(conversation, n, message)

    def _touch(self, conversation: str, n: int, message: Message) -> None:
        for part in message.parts:
            if isinstance(part, Media):
                kind, number = _split(part.handle)
                query = "UPDATE media SET message = ? WHERE conversation = ? AND kind = ? AND number = ? AND message IS NULL"
                self._db.execute(query, (n, conversation, kind, number))
        names = ", ".join(str(p.meta.get("name") or p.handle) for p in message.parts if isinstance(p, Media))
        title = (_title(message.text) or _title(names) or "Untitled") if message.role == "user" else ""
        query = "UPDATE conversation SET updated = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?"
        self._db.execute(query, (time.time(), title, conversation))

    def truncate(self, owner: str, conversation: str, n: int, keep_media_of: int | None = None) -> None:
        """Remove message *n* and all later ones with the media that came with them.

        Media of message *keep_media_of* become unsent attachments instead, as an edited message needs.
        """
        with self.together():
            self._check(owner, conversation)
            where = (conversation, n)
            self._db.execute("DELETE FROM message WHERE conversation = ? AND n >= ?", where)
            if keep_media_of is not None:
                query = "UPDATE media SET message = NULL WHERE conversation = ? AND message = ?"
                self._db.execute(query, (conversation, keep_media_of))
            self._db.execute("DELETE FROM media WHERE conversation = ? AND message >= ?", where)

    # Media and regions

    def media(self, owner: str, conversation: str, sent: bool = False) -> list[Media]:
        """Return the conversation's media, oldest first; with *sent*, only those that a message holds.

        A medium is as old as its message: what was attached while a reply was made is newer than what that reply made.
        """
        with self._lock:
            self._check(owner, conversation)
            query = "SELECT kind, number, path, meta FROM media WHERE conversation = ?"
            query += " AND message IS NOT NULL" if sent else ""
            rows = self._db.execute(query + " ORDER BY message IS NULL, message, turn", (conversation,)).fetchall()
        return [Media(kind, f"{kind}#{number}", path, json.loads(meta)) for kind, number, path, meta in rows]

    def pending(self, owner: str, conversation: str) -> list[str]:
        """Return the handles of attachments that no message holds yet."""
        sent = {media.handle for media in self.media(owner, conversation, sent=True)}
        return [m.handle for m in self.media(owner, conversation) if m.handle not in sent]

    def add_media(self, owner: str, conversation: str, kind: Kind, path: str, meta: Mapping[str, Any]) -> Media:
        """Give a stored file the next handle of its *kind* in the conversation and return it."""
        with self.together():
            self._check(owner, conversation)
            query = "SELECT coalesce(max(number), 0) + 1 FROM media WHERE conversation = ? AND kind = ?"
            number = int(self._db.execute(query, (conversation, kind)).fetchone()[0])
            query = "SELECT coalesce(max(turn), 0) + 1 FROM media WHERE conversation = ?"
            turn = int(self._db.execute(query, (conversation,)).fetchone()[0])
            plain = to_json(meta)
            row = (conversation, kind, number, turn, path, json.dumps(plain), int(meta.get("bytes") or 0), None)
            self._db.execute("INSERT INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return Media(kind, f"{kind}#{number}", path, plain)

    def drop_media(self, owner: str, conversation: str, handle: str) -> None:
        """Take an unsent attachment away; raises Refusal when it was already sent or never existed."""
        with self.together():
            self._check(owner, conversation)
            kind, number = _split(handle)
            query = "DELETE FROM media WHERE conversation = ? AND kind = ? AND number = ? AND message IS NULL"
            if self._db.execute(query, (conversation, kind, number)).rowcount != 1:
                raise Refusal(
                    f"{handle} cannot be taken away: it is not an unsent attachment.", "Delete the conversation."
                )

    def next_region(self, owner: str, conversation: str) -> int:
        """Return the number that the next drawn region of the conversation shall have, from 1."""
        ids = [p.id for m in self.messages(owner, conversation) for p in m.parts if isinstance(p, Region)]
        return max(ids, default=0) + 1

    def usage(self, owner: str) -> int:
        """Return how many bytes the owner's media take; a file used twice counts once."""
        query = """SELECT coalesce(sum(bytes), 0) FROM (SELECT DISTINCT media.path, media.bytes FROM media
                   JOIN conversation ON conversation.id = media.conversation WHERE owner = ?)"""
        with self._lock:
            return int(self._db.execute(query, (_hashed(owner),)).fetchone()[0])

    def paths(self) -> set[str]:
        """Return every file that some conversation uses, displayable copies included: what a cleaning must keep."""
        with self._lock:
            rows = self._db.execute("SELECT path, meta FROM media").fetchall()
        displays = {str(json.loads(meta).get("display") or "") for _, meta in rows}
        return ({path for path, _ in rows} | displays) - {""}


def _title(text: str) -> str:
    """Return one line of *text*, short, without the lone surrogates that SQLite refuses."""
    return " ".join(text.encode(errors="replace").decode().split())[:TITLE]


def _hashed(owner: str) -> str:
    return hashlib.sha256(owner.encode(errors="surrogatepass")).hexdigest()


def _dump(message: Message) -> str:
    return json.dumps(to_json(message.parts))


def _split(handle: str) -> tuple[str, int]:
    kind, _, number = handle.partition("#")
    return kind, int(number) if number.isdecimal() and len(number) < 10 else -1
