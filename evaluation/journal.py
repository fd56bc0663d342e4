"""Predictions as JSON Lines that an interrupted run goes on with: one row for each case, appended as soon as it is known.

Beside the file lies ``NAME.about.json`` with what the rows depend on (weights, cases, seed). A run with other facts moves
the old rows to ``NAME.1`` rather than mix its own into them. A last line that was cut off is dropped and asked for again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from models.expert import Refusal


class Journal:
    """The rows of *path* by their ``id``, and room for more. Use as a context manager.

    *about* is what the rows depend on, plain JSON. *fresh* throws earlier rows away. Raises Refusal, with the file, the
    line and the remedy, when the file is damaged before its last line, and on :meth:`add` when the disk is full.
    """

    def __init__(self, path: Path, about: Mapping[str, Any], *, fresh: bool = False) -> None:
        self.path = path
        self.beside = path.with_name(path.name + ".about.json")
        self.about: dict[str, Any] = json.loads(json.dumps(about))
        self.dropped = False
        """Whether a cut-off last line was dropped."""
        self.aside: Path | None = None
        """Where rows that do not belong to *about* were moved."""
        if fresh:
            for old in (self.path, self.beside):
                old.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.rows: dict[Any, dict[str, Any]] = self._read()
        self._file: IO[bytes] | None = None

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def __getitem__(self, name: Any) -> dict[str, Any]:
        return self.rows[name]

    def __enter__(self) -> Journal:
        self._file = self.path.open("ab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, row: Mapping[str, Any]) -> None:
        """Append *row*, which holds an ``id`` that is new. It is in the hands of the system when this returns."""
        if row["id"] in self.rows:
            raise ValueError(f"{row['id']!r} is in {self.path.name} already")
        if self._file is None:
            raise ValueError("open the journal with a with statement before adding to it")
        try:
            self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise Refusal(
                f"{self.path} could not be written after {len(self.rows)} rows: {error.strerror}.",
                "Free some space and run the same command again: it goes on after the last complete line.",
            ) from error
        self.rows[row["id"]] = dict(row)

    def _begin(self) -> dict[Any, dict[str, Any]]:
        """Write down what the rows will be made from; return the rows that there are."""
        self.beside.write_text(json.dumps(self.about, indent=2) + "\n", encoding="utf-8")
        return {}

    def _read(self) -> dict[Any, dict[str, Any]]:
        if not self.path.exists() or not self.path.stat().st_size:
            return self._begin()
        if self._set_aside():
            return self._begin()
        rows: dict[Any, dict[str, Any]] = {}
        data = self.path.read_bytes()
        at, lines = 0, data.split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line and number == len(lines):  # the file ends with a line feed, as it should
                break
            end = at + len(line) + 1
            row = _row(line) if end <= len(data) else None
            if row is None and end < len(data):
                raise Refusal(
                    f"Line {number} of {self.path} is damaged.",
                    "Remove that line, or start again with --fresh.",
                )
            if row is None:
                self._cut(at)
                break
            if row["id"] in rows:
                raise Refusal(
                    f"Line {number} of {self.path} repeats the case {row['id']!r}.",
                    "Remove one of the two lines, or start again with --fresh.",
                )
            rows[row["id"]] = row
            at = end
        return rows

    def _set_aside(self) -> bool:
        """Rename rows that were made from other things, or nobody knows from what; return whether that was so."""
        try:
            found = json.loads(self.beside.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if found == self.about:
            return False
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.{number}")).exists():
            number += 1
        self.path.rename(aside)
        self.aside = aside
        return True

    def _cut(self, size: int) -> None:
        """Drop what an interrupted run left behind the first *size* bytes."""
        with self.path.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())
        self.dropped = True


def _row(line: bytes) -> dict[str, Any] | None:
    """Return the row of a line, or None when it is none."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and isinstance(row.get("id"), str | int) else None


def digest(*paths: Path) -> str:
    """Return the SHA-256 of files and of all files in folders, names included, in order. Raises OSError on a missing one."""
    whole = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            whole.update(file.name.encode() + b"\0")
            with file.open("rb") as data:
                whole.update(_sum(data))
    return whole.hexdigest()


def _sum(data: IO[bytes]) -> bytes:
    """Return the SHA-256 of an open file."""
    whole = hashlib.sha256()
    while block := data.read(1 << 20):
        whole.update(block)
    return whole.digest()
