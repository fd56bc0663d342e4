"""What a reader of a public set hands over: conversations that are built only when they are wanted, and what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.values import Message, from_json, to_json


class Missing(Exception):
    """A folder or file that the set consists of is not there; the words say what was looked for and where."""


class Damaged(Exception):
    """A file cannot be read any further: *path*, *line* (from 1; 0 when the file has no lines) and *why*."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{place(path, line)}: {why}")
        self.path, self.line, self.why = path, line, why


class Broken(Exception):
    """One example cannot be converted; the rest of the set can. The words name the file, the line and the reason."""


def place(path: Path, line: int) -> str:
    """Return where an example was read, such as ``train.csv, line 7``."""
    return f"{path}, line {line}" if line else str(path)


@dataclass(frozen=True)
class Conversation:
    """One conversation: *id* ``set/split/key``, unique in its set; *group* what its last turn is about."""

    id: str
    group: str
    messages: tuple[Message, ...]

    def to_line(self) -> str:
        """Return the conversation as one line of JSON, without the line's end."""
        data = {"id": self.id, "group": self.group, "messages": to_json(self.messages)}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> Conversation:
        """Rebuild what :meth:`to_line` wrote. Raises ValueError on anything else."""
        try:
            data: dict[str, Any] = json.loads(line)
            messages = from_json(data["messages"])
            if not all(isinstance(message, Message) for message in messages):
                raise ValueError("not every message is a Message")
            return cls(str(data["id"]), str(data["group"]), messages)
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is not a conversation: {error!r}") from error


@dataclass(frozen=True)
class Item:
    """A conversation to come: its *key* within the split, where it was read, and *build*, which makes it.

    What *build* may raise when the example is broken: :data:`training.convert.write.FAULTS`.
    """

    key: str
    path: Path
    line: int
    build: Callable[[str], Conversation]


def broken(key: str, path: Path, line: int, why: str) -> Item:
    """Return the item of an example that cannot even be looked at, so that it is named or counted like all others."""

    def build(key: str) -> Conversation:
        raise ValueError(why)

    return Item(key, path, line, build)


def load(path: Path) -> Iterator[Conversation]:
    """Yield the conversations of a JSON Lines file that the converter wrote. Raises Damaged with file and line."""
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                number += 1
                yield Conversation.from_line(line)
    except ValueError as error:
        raise Damaged(path, number, str(error)) from error
