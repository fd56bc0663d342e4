"""The colours by which things are told apart: one list for pictures, clips, files and the page.

A thing keeps its colour by its number: a mark by its own, a mask by that of the mark it was cut from, or else by its handle's.
The page's list, in ``components/shared.js``, is held to this one by a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLOURS = ("#f59e0b", "#0ea5e9", "#22c55e", "#ec4899", "#8b5cf6", "#ef4444", "#14b8a6", "#a3a300")
"""In the order of numbers; the ninth thing has the first again. Nobody needs them alone: names stand beside them."""
INK = "#000000"
"""What is written on any of them: its contrast to each is 4.9 : 1 or more (WCAG 2.2 asks for 4.5)."""


def paint(index: int) -> str:
    """Return the colour of the thing *index* (from 0), as ``#rrggbb``."""
    return COLOURS[index % len(COLOURS)]


def tone(index: int) -> tuple[int, int, int]:
    """Return the colour of the thing *index* (from 0) as sRGB bytes."""
    return _bytes(paint(index))


def ink() -> tuple[int, int, int]:
    """Return :data:`INK` as sRGB bytes."""
    return _bytes(INK)


def _bytes(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def index_of(handle: str, meta: Mapping[str, Any]) -> int:
    """Return the place among the colours of what goes by *handle*: one less than the number that *meta* gives it, or else than
    that of the handle; 0 for a handle without one."""
    number = meta.get("number")
    if isinstance(number, int) and not isinstance(number, bool) and number > 0:
        return number - 1
    last = handle.partition("#")[2]
    return int(last) - 1 if last.isdecimal() else 0
