"""Conversations on disk: trees of messages, one transaction per finished part, every access checked against the owner.

Nothing that was said is ever overwritten by going on from an earlier place: a message names the one that it follows, so an
edited message or another reply is a new branch beside the old one, and the conversation names the last message of the branch
that is shown. A message's number is unique in its conversation, in the order of making.

A foreign conversation id answers exactly as one that does not exist. Owner tokens are secrets, so only their hash is kept.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.expert import Refusal
from models.values import Kind, Media, Message, Part, Region, from_json, to_json

from app.branches import Held, Node, Placed, Tree, cut, media_of, newest_below, placed, words_of
from app.database import Database
from app.kept import Kept
from app.rows import dumped, hashed, split, title_of
from app.unanswered import Unanswereds

UNKNOWN = Refusal("There is no such conversation.", "Pick one from the list, or start a new one.")
GONE = Refusal("There is no such message in this conversation.", "Reload the page.")
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
        database = Database(path)
        self.path, self.close, self.together, self.secret = path, database.close, database.together, database.secret
        self._db, self._lock = database.connection, database.lock
        self._read: dict[str, tuple[Part, ...]] = {}
        self._remembered = 0
        self._kept = Kept(self._db, self._parts)
        self.unanswered = Unanswereds(database, self._check)
        with self.together():
            self._db.execute("UPDATE message SET state = 'interrupted' WHERE state = 'running'")

    def _check(self, owner: str, conversation: str) -> None:
        query = "SELECT owner FROM conversation WHERE id = ? AND put_away IS NULL"
        row = self._db.execute(query, (conversation,)).fetchone()
        if row is None or not secrets.compare_digest(row[0], hashed(owner)):
            raise Refusal(UNKNOWN.what, UNKNOWN.hint)

    # Conversations

    def create(self, owner: str, title: str = "") -> str:
        """Start a conversation of *owner* and return its id: 128 random bits."""
        conversation, now = secrets.token_urlsafe(16), time.time()
        with self.together():
            row = (conversation, hashed(owner), title_of(title), now, now)
            query = "INSERT INTO conversation (id, owner, title, created, updated) VALUES (?, ?, ?, ?, ?)"
            self._db.execute(query, row)
        return conversation

    def conversations(self, owner: str) -> list[Entry]:
        """Return the owner's conversations, the latest first."""
        with self._lock:
            query = """SELECT id, title, updated FROM conversation WHERE owner = ? AND put_away IS NULL
                       ORDER BY updated DESC, rowid DESC"""
            return [Entry(*row) for row in self._db.execute(query, (hashed(owner),))]

    def search(self, owner: str, words: str) -> list[Entry]:
        """Return those of the owner's conversations that hold all of *words*, whatever their case, in the title, in what was
        said on any branch or in the names of files; the latest first."""
        wanted = words.casefold().split()
        found = []
        for entry in self.conversations(owner):
            with self._lock:
                rows = self._db.execute(
                    "SELECT role, parts FROM message WHERE conversation = ?", (entry.id,)
                ).fetchall()
                held = (
                    f"{entry.title}\n{words_of([Message(role, self._parts(parts)) for role, parts in rows])}".casefold()
                )
            if all(word in held for word in wanted):
                found.append(entry)
        return found

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
            self._db.execute("UPDATE conversation SET title = ? WHERE id = ?", (title_of(title), conversation))

    def delete(self, owner: str, conversation: str) -> set[str]:
        """Forget the conversation and its rows of media; return the files that none uses any more."""
        with self.together():
            self._check(owner, conversation)
            before = self.paths()
            self._db.execute("DELETE FROM conversation WHERE id = ?", (conversation,))
            return before - self.paths()

    def put_away(self, owner: str, conversation: str) -> None:
        """Hide the conversation from everything but :meth:`bring_back`, until :meth:`purge` forgets it."""
        with self.together():
            self._check(owner, conversation)
            self._db.execute("UPDATE conversation SET put_away = ? WHERE id = ?", (time.time(), conversation))

    def bring_back(self, owner: str, conversation: str) -> None:
        """Show a conversation again that was put away. Raises Refusal when it is gone for good, or never was *owner*'s."""
        with self.together():
            query = "UPDATE conversation SET put_away = NULL WHERE id = ? AND owner = ?"
            if self._db.execute(query, (conversation, hashed(owner))).rowcount != 1:
                raise Refusal(UNKNOWN.what, UNKNOWN.hint)

    def purge(self, seconds: float = 0.0) -> set[str]:
        """Forget what was put away more than *seconds* ago; return the files that none uses any more."""
        with self.together():
            query = "SELECT id FROM conversation WHERE put_away <= ?"
            gone = self._db.execute(query, (time.time() - seconds,)).fetchall()
            before = self.paths() if gone else set()
            self._db.executemany("DELETE FROM conversation WHERE id = ?", gone)
            return before - self.paths() if gone else before

    def prune(self) -> None:
        """Forget conversations of an earlier day in which nothing was ever sent."""
        with self.together():
            query = """DELETE FROM conversation WHERE updated < ?
                       AND NOT EXISTS (SELECT 1 FROM message WHERE message.conversation = conversation.id)"""
            self._db.execute(query, (time.time() - 86400,))

    # Messages

    def messages(self, owner: str, conversation: str) -> list[Message]:
        """Return the messages of the branch that is shown, in order."""
        with self._lock:
            self._check(owner, conversation)
            return [message for _, message in self._kept.shown(conversation)]

    def placed(self, owner: str, conversation: str) -> list[Placed]:
        """Return the messages of the branch that is shown, in order, with their numbers and variants."""
        with self._lock:
            self._check(owner, conversation)
            return placed(self._kept.parents(conversation), self._kept.shown(conversation))

    def calls(self, owner: str, conversation: str) -> int:
        """Return the highest number that a call of the conversation has, on whatever branch, 0 where none ran."""
        with self._lock:
            self._check(owner, conversation)
            return self._kept.calls(conversation)

    def later(self, owner: str, conversation: str) -> list[int]:
        """Return the numbers of the messages that follow the last one shown: what was taken back, the oldest first."""
        with self._lock:
            self._check(owner, conversation)
            query = """SELECT n FROM message WHERE conversation = ?1
                       AND parent IS (SELECT leaf FROM conversation WHERE id = ?1) ORDER BY n"""
            return [int(n) for (n,) in self._db.execute(query, (conversation,))]

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

    def append(self, owner: str, conversation: str, message: Message, chosen: Mapping[str, Any] | None = None) -> int:
        """Add a message after the last one shown and return its number. Media that it names become part of it; *chosen* is what
        the person chose for it, as JSON."""
        with self.together():
            self._check(owner, conversation)
            query = """SELECT coalesce(max(n) + 1, 0), (SELECT leaf FROM conversation WHERE id = ?1) FROM message
                       WHERE conversation = ?1"""
            n, parent = self._db.execute(query, (conversation,)).fetchone()
            self._insert(conversation, Node(int(n), parent, message, time.time(), chosen or {}))
            self._db.execute("UPDATE conversation SET leaf = ? WHERE id = ?", (n, conversation))
            self._touch(conversation, n, message)
        return int(n)

    def _insert(self, conversation: str, node: Node) -> None:
        message = node.message
        query = "INSERT INTO message (conversation, n, role, state, parts, made, parent, chosen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        chosen = json.dumps(node.chosen) if node.chosen else None
        row = (conversation, node.n, message.role, message.state, dumped(message), node.made, node.parent, chosen)
        self._db.execute(query, row)

    def chosen(self, owner: str, conversation: str, n: int) -> dict[str, Any]:
        """Return what the person chose for message *n*; empty where that was nothing, or there is no such message."""
        with self._lock:
            self._check(owner, conversation)
            query = "SELECT chosen FROM message WHERE conversation = ? AND n = ?"
            row = self._db.execute(query, (conversation, n)).fetchone()
        return dict(json.loads(row[0])) if row and row[0] else {}

    def replace(self, owner: str, conversation: str, n: int, message: Message) -> None:
        """Write message *n* anew, as after each finished part. Raises Refusal if it is gone."""
        with self.together():
            self._check(owner, conversation)
            self._kept.forget(conversation, n)
            query = "UPDATE message SET role = ?, state = ?, parts = ? WHERE conversation = ? AND n = ?"
            done = self._db.execute(query, (message.role, message.state, dumped(message), conversation, n))
            if done.rowcount != 1:
                raise Refusal("This message is no longer there.", "Reload the page.")
            self._touch(conversation, n, message)

    def settle(self, owner: str, conversation: str, but: int | None = None) -> None:
        """Mark every message of the conversation that is still said to be made, on any branch, as stopped; not message *but*."""
        with self.together():
            self._check(owner, conversation)
            self._kept.forget(conversation)
            query = "UPDATE message SET state = 'stopped' WHERE conversation = ? AND state = 'running' AND n IS NOT ?"
            self._db.execute(query, (conversation, but))

    def _touch(self, conversation: str, n: int, message: Message) -> None:
        for part in message.parts:
            if isinstance(part, Media):
                kind, number = split(part.handle)
                query = "UPDATE media SET message = ? WHERE conversation = ? AND kind = ? AND number = ? AND message IS NULL"
                self._db.execute(query, (n, conversation, kind, number))
        names = ", ".join(str(p.meta.get("name") or p.handle) for p in message.parts if isinstance(p, Media))
        title = (title_of(message.text) or title_of(names) or "Untitled") if message.role == "user" else ""
        query = "UPDATE conversation SET updated = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?"
        self._db.execute(query, (time.time(), title, conversation))

    def go_to(self, owner: str, conversation: str, n: int | None) -> None:
        """Show the branch that ends with message *n* (None: before the first); what follows it stays beside. Raises Refusal
        when there is no such message."""
        with self.together():
            self._check(owner, conversation)
            if n is not None and n not in self._kept.parents(conversation):
                raise Refusal(GONE.what, GONE.hint)
            self._db.execute("UPDATE conversation SET leaf = ? WHERE id = ?", (n, conversation))

    def choose(self, owner: str, conversation: str, n: int) -> None:
        """Show the branch on which message *n* stands, to its newest end. Raises Refusal when there is no such message."""
        with self.together():
            self.go_to(owner, conversation, n)
            self.go_to(owner, conversation, newest_below(self._kept.parents(conversation), n))

    # Whole conversations

    def tree(self, owner: str, conversation: str) -> Tree:
        """Return everything that the conversation holds, on every branch."""
        with self._lock:
            self._check(owner, conversation)
            of = (conversation,)
            title, leaf = self._db.execute("SELECT title, leaf FROM conversation WHERE id = ?", of).fetchone()
            query = "SELECT n, parent, role, parts, state, made, chosen FROM message WHERE conversation = ? ORDER BY n"
            nodes = tuple(
                Node(n, parent, Message(role, self._parts(parts), state), made, json.loads(chosen) if chosen else {})
                for n, parent, role, parts, state, made, chosen in self._db.execute(query, of).fetchall()
            )
        return Tree(title, leaf, nodes, tuple(self._held(owner, conversation)))

    def plant(self, owner: str, tree: Tree) -> str:
        """Make a conversation of *owner* that holds what *tree* does, in one transaction, and return its id."""
        with self.together():
            conversation = self.create(owner, tree.title)
            for node in tree.nodes:
                self._insert(conversation, node)
            for held in tree.media:
                self._insert_media(conversation, held)
            self._db.execute("UPDATE conversation SET leaf = ? WHERE id = ?", (tree.leaf, conversation))
        return conversation

    def branch_off(self, owner: str, conversation: str, n: int, title: str) -> str:
        """Make a conversation called *title* of the messages up to *n* and their media, and return its id. Read and written in one
        transaction: its media cannot go with the other conversation in between."""
        with self.together():
            tree = self.tree(owner, conversation)
            if n not in {node.n for node in tree.nodes}:
                raise Refusal(GONE.what, GONE.hint)
            return self.plant(owner, replace(cut(tree, n), title=title))

    # Media and regions

    def media(self, owner: str, conversation: str, sent: bool = False) -> list[Media]:
        """Return every medium of the conversation, on whatever branch, and unsent attachments, oldest first; with *sent*,
        only those that the messages shown hold.

        Then a medium is as old as its message: what was attached while a reply was made is newer than what that reply made.
        """
        if sent:
            return list(media_of(self.messages(owner, conversation)).values())
        return [held.medium for held in self._held(owner, conversation)]

    def pending(self, owner: str, conversation: str) -> list[Media]:
        """Return the attachments that no message holds yet."""
        return [held.medium for held in self._held(owner, conversation, "AND message IS NULL")]

    def _held(self, owner: str, conversation: str, only: str = "") -> list[Held]:
        with self._lock:
            self._check(owner, conversation)
            query = (
                f"SELECT kind, number, path, meta, turn, message FROM media WHERE conversation = ? {only} ORDER BY turn"
            )
            rows = self._db.execute(query, (conversation,)).fetchall()
        return [
            Held(Media(kind, f"{kind}#{number}", path, self._kept.facts(meta)), turn, message)
            for kind, number, path, meta, turn, message in rows
        ]

    def add_media(self, owner: str, conversation: str, kind: Kind, path: str, meta: Mapping[str, Any]) -> Media:
        """Give a stored file the next handle of its *kind* in the conversation and return it. A handle that some branch has
        is never given again."""
        with self.together():
            self._check(owner, conversation)
            query = "SELECT coalesce(max(number), 0) + 1 FROM media WHERE conversation = ? AND kind = ?"
            number = int(self._db.execute(query, (conversation, kind)).fetchone()[0])
            query = "SELECT coalesce(max(turn), 0) + 1 FROM media WHERE conversation = ?"
            turn = int(self._db.execute(query, (conversation,)).fetchone()[0])
            medium = Media(kind, f"{kind}#{number}", path, to_json(meta))
            self._insert_media(conversation, Held(medium, turn, None))
        return medium

    def _insert_media(self, conversation: str, held: Held) -> None:
        kind, number = split(held.medium.handle)
        meta = held.medium.meta
        size = int(meta.get("bytes") or 0)
        row = (conversation, kind, number, held.turn, held.medium.path, json.dumps(meta), size, held.message)
        self._db.execute("INSERT INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def drop_media(self, owner: str, conversation: str, handle: str) -> None:
        """Take an unsent attachment away; raises Refusal when it was already sent or never existed."""
        with self.together():
            self._check(owner, conversation)
            kind, number = split(handle)
            query = "DELETE FROM media WHERE conversation = ? AND kind = ? AND number = ? AND message IS NULL"
            if self._db.execute(query, (conversation, kind, number)).rowcount != 1:
                raise Refusal(
                    f"{handle} cannot be taken away: it is not an unsent attachment.", "Delete the conversation."
                )

    def next_region(self, owner: str, conversation: str) -> int:
        """Return the number, from 1, that the next region drawn after the messages shown shall have. Regions are numbered by
        branch, so that the words of a message that was taken back still name its own."""
        ids = [p.id for m in self.messages(owner, conversation) for p in m.parts if isinstance(p, Region)]
        return max(ids, default=0) + 1

    def usage(self, owner: str) -> int:
        """Return how many bytes the owner's media take; a file used twice counts once."""
        query = """SELECT coalesce(sum(bytes), 0) FROM (SELECT DISTINCT media.path, media.bytes FROM media
                   JOIN conversation ON conversation.id = media.conversation WHERE owner = ?)"""
        with self._lock:
            return int(self._db.execute(query, (hashed(owner),)).fetchone()[0])

    def paths(self) -> set[str]:
        """Return every file that some conversation uses, displayable copies and pictures of sounds included: what a cleaning must keep."""
        with self._lock:
            rows = self._db.execute("SELECT path, meta FROM media").fetchall()
        told = [json.loads(meta) for _, meta in rows]
        copies = {str(meta.get(name) or "") for meta in told for name in ("display", "wave")}
        return ({path for path, _ in rows} | copies) - {""}
