"""REFER's ``refs(<by>).p`` as JSON, without opening it as Python would.

    python -m training.convert.refs_json 'refs(unc).p'        writes refs(unc).json beside it

Such files are programs for a small machine that can also import and call things. This reader knows only the instructions
that build lists, dictionaries, tuples, texts, numbers, booleans and None; any other instruction is refused by name and
place, so nothing in the file is ever looked up or run. The instructions are those of protocols 0 to 4 as Python's
``Lib/pickletools.py`` documents them; texts of Python 2 are read as UTF-8 or Latin-1.
"""

from __future__ import annotations

import argparse
import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.convert.items import Damaged

_MARK = object()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _quoted(line: bytes) -> str:
    """Return the text of a quoted line of protocol 0, its escapes undone."""
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
        raise ValueError("a text without quotes")
    return _text(line[1:-1].decode("unicode_escape").encode("latin-1"))


class _Reader:
    """The machine: a stack of values, marks between them, and the memory of values used again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path.read_bytes()
        self.at = 0
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise ValueError("the file is cut off")
        self.at += count
        return self.data[self.at - count : self.at]

    def line(self) -> bytes:
        end = self.data.find(b"\n", self.at)
        if end < 0:
            raise ValueError("the file is cut off")
        line, self.at = self.data[self.at : end], end + 1
        return line

    def number(self, form: str) -> int:
        return int(struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0])

    def pop(self) -> Any:
        if not self.stack or self.stack[-1] is _MARK:
            raise ValueError("a value is lacking")
        return self.stack.pop()

    def since_mark(self) -> list[Any]:
        values: list[Any] = []
        while self.stack and self.stack[-1] is not _MARK:
            values.append(self.stack.pop())
        if not self.stack:
            raise ValueError("a mark is lacking")
        self.stack.pop()
        return values[::-1]

    def top(self, kind: type) -> Any:
        if not self.stack or not isinstance(self.stack[-1], kind):
            raise ValueError(f"something is added to what is no {kind.__name__}")
        return self.stack[-1]

    def read(self) -> Any:
        """Run to the end and return the value. Raises Damaged on anything but plain data."""
        while True:
            start = self.at
            try:
                sign = self.take(1)
                if sign == b".":
                    return self.pop()
                self.step(sign)
            except (ValueError, TypeError, LookupError, struct.error, RecursionError) as error:
                raise Damaged(self.path, 0, f"at byte {start}: {error}") from error

    def step(self, sign: bytes) -> None:
        if sign in _FIXED:
            self.stack.append(_FIXED[sign]())
        elif sign in _SIZED:
            self.stack.append(_text(self.take(self.number(_SIZED[sign]))))
        elif sign in _NUMBERS:
            self.stack.append(self.number(_NUMBERS[sign]))
        elif sign in _BUILD:
            _BUILD[sign](self)
        else:
            raise ValueError(f"instruction {sign!r} does more than build plain data; the file is not trusted")


_FIXED: dict[bytes, Callable[[], Any]] = {
    b"(": lambda: _MARK, b"]": list, b"}": dict, b")": tuple, b"N": lambda: None, b"\x88": lambda: True, b"\x89": lambda: False,
}  # fmt: skip
_SIZED = {b"U": "B", b"T": "i", b"X": "I", b"\x8c": "B", b"\x8d": "Q"}
"""Texts, by the form of the length before them."""
_NUMBERS = {b"J": "i", b"K": "B", b"M": "H"}


def _int_line(reader: _Reader) -> None:
    line = reader.line()
    reader.stack.append({b"00": False, b"01": True}[line] if line in (b"00", b"01") else int(line.rstrip(b"L")))


def _long(reader: _Reader) -> None:
    reader.stack.append(int.from_bytes(reader.take(reader.number("B")), "little", signed=True))


def _append_all(reader: _Reader) -> None:
    values = reader.since_mark()
    reader.top(list).extend(values)


def _append(reader: _Reader) -> None:
    value = reader.pop()
    reader.top(list).append(value)


def _set_all(reader: _Reader) -> None:
    values = reader.since_mark()
    reader.top(dict).update(zip(values[::2], values[1::2], strict=True))


def _set(reader: _Reader) -> None:
    value, key = reader.pop(), reader.pop()
    reader.top(dict)[key] = value


def _marked_dict(reader: _Reader) -> None:
    values = reader.since_mark()
    reader.stack.append(dict(zip(values[::2], values[1::2], strict=True)))


def _tuple(reader: _Reader, count: int) -> None:
    reader.stack.append(tuple([reader.pop() for _ in range(count)][::-1]))


def _keep(reader: _Reader, number: int) -> None:
    reader.memory[number] = reader.top(object)


_BUILD: dict[bytes, Callable[[_Reader], Any]] = {
    b"I": _int_line, b"L": _int_line, b"F": lambda r: r.stack.append(float(r.line())),
    b"G": lambda r: r.stack.append(struct.unpack(">d", r.take(8))[0]), b"\x8a": _long,
    b"S": lambda r: r.stack.append(_quoted(r.line())),
    b"V": lambda r: r.stack.append(r.line().decode("raw_unicode_escape")),
    b"l": lambda r: r.stack.append(r.since_mark()), b"d": _marked_dict,
    b"t": lambda r: r.stack.append(tuple(r.since_mark())),
    b"\x85": lambda r: _tuple(r, 1), b"\x86": lambda r: _tuple(r, 2), b"\x87": lambda r: _tuple(r, 3),
    b"a": _append, b"e": _append_all, b"s": _set, b"u": _set_all, b"0": lambda r: r.stack.pop(),
    b"p": lambda r: _keep(r, int(r.line())), b"q": lambda r: _keep(r, r.number("B")), b"r": lambda r: _keep(r, r.number("I")),
    b"\x94": lambda r: _keep(r, len(r.memory)),
    b"g": lambda r: r.stack.append(r.memory[int(r.line())]), b"h": lambda r: r.stack.append(r.memory[r.number("B")]),
    b"j": lambda r: r.stack.append(r.memory[r.number("I")]),
    b"\x80": lambda r: r.take(1), b"\x95": lambda r: r.take(8),
}  # fmt: skip


def plain_data(path: Path) -> Any:
    """Return what the file builds: lists, dictionaries, tuples, texts, numbers. Raises Damaged with the byte on all else."""
    return _Reader(path).read()


def main(arguments: list[str] | None = None) -> int:
    """Write the JSON form beside the file, one expression a line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.convert.refs_json", description="REFER's refs(...).p as JSON."
    )
    parser.add_argument("file", type=Path, help="refs(unc).p, refs(umd).p, refs(google).p or refs(berkeley).p")
    path: Path = parser.parse_args(arguments).file
    try:
        refs = plain_data(path)
        if not isinstance(refs, list):
            raise Damaged(path, 0, "it holds no list of expressions")
        out = path.with_suffix(".json")
        out.write_text(
            "[\n" + ",\n".join(json.dumps(ref, ensure_ascii=False) for ref in refs) + "\n]\n", encoding="utf-8"
        )
    except (Damaged, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(refs)} expressions written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
