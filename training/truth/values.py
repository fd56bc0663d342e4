"""A conversation with its truth and its media: truth that is worked out when it is read, files that are written when wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from models.values import Message

MOST = 400
"""Attempts at something that chance may refuse."""


def lost(what: str) -> RuntimeError:
    """Return the error to raise when *what* did not come up in :data:`MOST` attempts."""
    return RuntimeError(f"no {what} was found in {MOST} attempts")


Writer: TypeAlias = Callable[[Path], None]
"""Writes one medium's file: a picture or mask as PNG, a clip as MP4, a sound as WAV."""


class Lazy(Mapping[str, Any]):
    """Plain JSON data by name; a value given as a function is worked out when it is first read, and kept.

    Masks need drawing: a reader that wants the boxes alone does not pay for them. ``dict(lazy)`` works everything out.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        value = self._values[name]
        if callable(value):
            value = self._values[name] = value()
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class Truthful:
    """A conversation whose truth is known. *group* names the kind of request; *media* gives for each medium of the messages,
    by handle, what writes its file: those that the person attached and those that a right answer makes; *truth* is plain JSON
    data, its costly parts worked out when they are read (:class:`Lazy`). The parts of *truth* are told in ``docs/data.md``."""

    messages: tuple[Message, ...]
    group: str
    media: Mapping[str, Writer]
    truth: Mapping[str, Any]
