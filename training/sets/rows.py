"""One conversation of a set, and the line of JSON that holds it and its own check sum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from models.values import Message, to_json

Split: TypeAlias = Literal["train", "held_out"]
SPLITS: tuple[Split, ...] = ("train", "held_out")
SUM = ',"sum":"'
"""What comes before the check sum, the last entry of every line."""
SUM_SIGNS = 16
"""Hexadecimal digits of the check sum."""


@dataclass(frozen=True)
class Row:
    """A conversation: *id* ``set/split/seed/number``, *group* what its last turn is about, *truth* what is known of it (plain
    JSON data), *media* by handle what writes the medium's file at a path of the right suffix."""

    id: str
    group: str
    messages: tuple[Message, ...]
    truth: Mapping[str, Any] = field(default_factory=dict)
    media: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)


def write_line(row: Row, files: Mapping[str, str] | None = None) -> bytes:
    """Return *row* as a line of JSON in UTF-8 with its end. *files* gives the SHA-256 of each written medium by handle.

    ``training.convert.items.load`` reads such lines too; it passes over truth, files and check sum.
    """
    data: dict[str, Any] = {
        "id": row.id,
        "group": row.group,
        "messages": to_json(row.messages),
        "truth": dict(row.truth),
    }
    if files is not None:
        data["files"] = dict(files)
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))[:-1].encode()
    return body + SUM.encode() + _sum(body) + b'"}\n'


def read_line(line: bytes) -> dict[str, Any]:
    """Return the data of a line that :func:`write_line` wrote. Raises ValueError when it was changed or cut off."""
    check_line(line)
    data: dict[str, Any] = json.loads(line)
    return data


def check_line(line: bytes) -> None:
    """Raise ValueError unless *line* is whole and its check sum right; the JSON itself is not read."""
    end = SUM_SIGNS + len(SUM) + 3
    if not line.endswith(b'"}\n') or line[-end : -end + len(SUM)] != SUM.encode():
        raise ValueError("this is not a whole line of a set: it does not end with its check sum")
    if line[-SUM_SIGNS - 3 : -3] != _sum(line[:-end]):
        raise ValueError("the line is not as it was written: its check sum does not fit")


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:SUM_SIGNS].encode()
