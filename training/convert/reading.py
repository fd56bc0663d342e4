"""Reading the files of public sets: large JSON documents element by element, tables, and whole small files.

A JSON document of hundreds of megabytes is never held as a whole: :func:`stream` decodes one element after the other from a
window of the file and knows the line of each.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from training.convert.items import Damaged, Missing

CHUNK = 1 << 20
"""Characters read at once; more where one element is longer."""


def need(folder: Path, *names: str) -> Path:
    """Return the first of *names* below *folder* that exists. Raises Missing naming all that were looked for."""
    for name in names:
        if (folder / name).exists():
            return folder / name
    raise Missing(f"{folder} does not hold {' or '.join(names)}")


def inside(folder: Path, name: str) -> Path:
    """Return *folder*/*name*, an existing file. Raises ValueError when it is missing or lies outside the folder."""
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(f"{name} leads out of the set's folder")
    if not path.is_file():
        raise ValueError(f"{name} is missing")
    return path


class _Window:
    """A part of a JSON document: *text* from the place *at*, whose *line* is known."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open(encoding="utf-8-sig")
        self.text, self.at, self.line = "", 0, 1
        self.decode = json.JSONDecoder().raw_decode
        self.size = CHUNK

    def more(self) -> bool:
        """Forget what was read and read on; False at the end of the file."""
        try:
            piece = self.file.read(self.size)
        except UnicodeDecodeError as error:
            raise Damaged(self.path, self.line, f"these are not UTF-8 letters: {error.reason}") from error
        self.text, self.at = self.text[self.at :] + piece, 0
        self.size = max(CHUNK, len(self.text))  # a long element is found in a few steps
        return bool(piece)

    def move(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def peek(self) -> str:
        """Return the next character that is no space, or "" at the end of the file."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.move(self.at + 1)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def fail(self, wanted: str) -> Damaged:
        found = self.peek()
        what = f"found {found!r} where {wanted} is due" if found else f"the file ends where {wanted} is due"
        return Damaged(self.path, self.line, f"{what}: it is cut off or no JSON")

    def end(self) -> None:
        if self.peek():
            raise self.fail("the end of the file")

    def take(self, sign: str) -> None:
        if self.peek() != sign:
            raise self.fail(repr(sign))
        self.move(self.at + 1)

    def value(self) -> Any:
        """Decode the next value, reading on as long as it may be cut off by the window's end."""
        self.peek()
        while True:
            try:
                value, end = self.decode(self.text, self.at)
            except json.JSONDecodeError as error:
                # what is wrong far from the window's end stays wrong, however much is read
                cut = error.msg.startswith("Unterminated string") or error.pos >= len(self.text) - 16
                if not (cut and self.more()):
                    line = self.line + self.text.count("\n", self.at, error.pos)
                    raise Damaged(self.path, line, f"{error.msg}: it is cut off or no JSON") from error
                continue
            except (ValueError, RecursionError) as error:  # numbers of thousands of digits, lists in lists without end
                raise Damaged(self.path, self.line, str(error)) from error
            number = isinstance(value, int | float) and not self.text[end : end + 64].strip("+-.eE0123456789")
            if number and self.more():
                continue  # the rest of the number may lie beyond the window
            self.move(end)
            return value

    def name(self) -> str:
        """Take a name of an object and the colon after it."""
        if self.peek() != '"':
            raise self.fail("a name in quotes")
        name = str(self.value())
        self.take(":")
        return name

    def elements(self) -> Iterator[tuple[int, Any]]:
        """Yield line and value of each element of the list that comes next, or line and (name, value) of an object."""
        opening = self.peek()
        if opening not in ("[", "{"):
            raise self.fail("a list or an object")
        closing = "]" if opening == "[" else "}"
        self.move(self.at + 1)
        if self.peek() == closing:
            self.move(self.at + 1)
            return
        while True:
            self.peek()
            line = self.line
            if opening == "[":
                yield line, self.value()
            else:
                name = self.name()
                yield line, (name, self.value())
            if self.peek() != ",":
                break
            self.move(self.at + 1)
        self.take(closing)


def stream(path: Path, *keys: str) -> Iterator[tuple[str, int, Any]]:
    """Yield (key, line, element) for the elements of the lists or objects under the top-level *keys* of a JSON document,
    in the order of the file; without keys, those of the top-level list or object itself, under the key "".

    Elements of objects are (name, value) pairs. Raises Damaged with file and line, Missing when a key is not there.
    """
    window = _Window(path)
    try:
        if not keys:
            for line, value in window.elements():
                yield "", line, value
            window.end()
            return
        found: set[str] = set()
        window.take("{")
        while window.peek() != "}":
            name = window.name()
            if window.peek() in ("[", "{"):
                for line, value in window.elements():  # what is not wanted is read past piece by piece, too
                    if name in keys:
                        yield name, line, value
            else:
                window.value()
            found.add(name)
            if window.peek() != ",":
                break
            window.move(window.at + 1)
        window.take("}")
        window.end()
        _all_there(path, keys, found)
    finally:
        window.file.close()


def _all_there(path: Path, keys: Sequence[str], found: Collection[str]) -> None:
    if lacking := [key for key in keys if key not in found]:
        raise Missing(f"{path} has no {' and no '.join(lacking)}")


def lacking(row: Any, *names: str) -> str:
    """Return what keeps *row* from being an object with all of *names*, or ""."""
    if not isinstance(row, dict):
        return f"{row!r} is no object"[:200]
    return f"it has no {' and no '.join(absent)}" if (absent := [name for name in names if name not in row]) else ""


def require(path: Path, line: int, row: Any, *names: str) -> None:
    """Raise Damaged unless *row*, which other examples build on, is an object with all of *names*."""
    if why := lacking(row, *names):
        raise Damaged(path, line, why)


def text_of(path: Path, other: str = "latin-1") -> str:
    """Return a small text file, UTF-8 or else in the encoding *other* that some sets use."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(other)


def json_of(path: Path, other: str = "latin-1") -> Any:
    """Return a small JSON file. Raises ValueError when it is none."""
    try:
        return json.loads(text_of(path, other))
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error}") from error


def table(path: Path, *columns: str) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Yield (line, row) of a CSV file with a header; a row that does not have the header's columns comes as words that say
    what is wrong. Lines are where rows end. Raises Missing when a column is not in the header."""
    rows = csv.reader(io.StringIO(text_of(path), newline=""))
    header = [name.strip() for name in next(rows, [])]
    if lacking := [name for name in columns if name not in header]:
        raise Missing(f"{path} has the columns {', '.join(header)} but no {', '.join(lacking)}")
    try:
        for row in rows:
            if not row:
                continue
            if len(row) == len(header):
                yield rows.line_num, dict(zip(header, row, strict=True))
            else:
                yield rows.line_num, f"the row has {len(row)} columns where the header has {len(header)}"
    except csv.Error as error:
        raise Damaged(path, rows.line_num, str(error)) from error
