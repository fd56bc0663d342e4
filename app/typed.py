"""What is typed at a terminal while a reply is printed: whole lines, without waiting for any."""

from __future__ import annotations

import sys
from collections.abc import Callable

Typed = Callable[[], "str | None"]


def nothing() -> str | None:
    """Return None: where the input is a file or a pipe, its lines are messages, each in its turn."""
    return None


def lines_typed() -> Typed:
    """Return what gives the next line that was ended with Enter at this terminal, or None while there is none."""
    if not sys.stdin.isatty():
        return nothing
    return _on_windows() if sys.platform == "win32" else _on_posix


def _on_posix() -> str | None:
    import select

    # A terminal hands out whole lines, one at a time, so that none stays behind in Python's buffer.
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    line = sys.stdin.readline() if ready else ""
    return line.rstrip("\n") if line else None


def _on_windows() -> Typed:
    import msvcrt  # of the standard library, on Windows alone

    letters: list[str] = []

    def line() -> str | None:
        while msvcrt.kbhit():  # type: ignore[attr-defined]
            letter = msvcrt.getwche()  # type: ignore[attr-defined]
            if letter == "\x03":
                raise KeyboardInterrupt
            if letter in "\r\n":
                made = "".join(letters)
                letters.clear()
                return made
            if letter == "\b":
                del letters[-1:]
            else:
                letters.append(letter)
        return None

    return line
