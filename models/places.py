"""Reading the numbers between place tags: boxes, points and time spans, in the spellings that models use."""

from __future__ import annotations

import math
import re

from models.values import GRID, Box, Point, Span

_SIGNED = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?inf(?:inity)?|nan", re.IGNORECASE)
_UNSIGNED = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|inf(?:inity)?|nan", re.IGNORECASE)
_CLAMPED = "numbers outside 0..1000 were moved to the edge"
_NOT_A_NUMBER = "a {} with a number that is not a number was left out"


def _grid(texts: list[str], warnings: list[str], name: str) -> list[float] | None:
    """Return the numbers as fractions 0..1, or None with a warning when one of them is NaN.

    Numbers are 0..1000; when all lie within 0..1 and one is written with a point they are fractions already
    (the spelling of GroundingGPT and Shikra).
    """
    numbers = [float(text) for text in texts]
    if any(math.isnan(n) for n in numbers):
        warnings.append(_NOT_A_NUMBER.format(name))
        return None
    if any("." in text for text in texts) and all(0 <= n <= 1 for n in numbers):
        return numbers
    if any(not 0 <= n <= GRID for n in numbers):
        warnings.append(_CLAMPED)
    return [round(min(max(n, 0.0), float(GRID))) / GRID for n in numbers]


def _boxes(content: str, warnings: list[str]) -> list[Box]:
    texts = _SIGNED.findall(content)
    if not texts or len(texts) % 4:
        warnings.append("a box without four numbers was left out")
        return []
    boxes = []
    for start in range(0, len(texts), 4):
        numbers = _grid(texts[start : start + 4], warnings, "box")
        if numbers is None:
            continue
        (left, right), (top, bottom) = sorted(numbers[0::2]), sorted(numbers[1::2])
        if left == right or top == bottom:
            warnings.append("an empty box was left out")
        else:
            boxes.append(Box(left, top, right, bottom))
    return boxes


def _points(content: str, warnings: list[str]) -> list[Point]:
    texts = _SIGNED.findall(content)
    if len(texts) != 2:
        warnings.append("a point without two numbers was left out")
        return []
    numbers = _grid(texts, warnings, "point")
    return [] if numbers is None else [Point(numbers[0], numbers[1], not content.rstrip().endswith("-"))]


def _spans(content: str, warnings: list[str]) -> list[Span]:
    texts = _UNSIGNED.findall(content)
    if len(texts) != 2:
        warnings.append("a time span without two numbers was left out")
        return []
    start, end = sorted(map(float, texts))
    if math.isnan(start) or math.isnan(end):
        warnings.append(_NOT_A_NUMBER.format("time span"))
    elif math.isinf(end) or start == end:
        warnings.append("an empty or endless time span was left out")
    else:
        return [Span(start, end)]
    return []


def read_place(tag: str, content: str, warnings: list[str]) -> list[Box | Point | Span]:
    """Return what *content*, found after the opening *tag* (``<box>``, ``<pt>``, ``<t>`` or a Qwen spelling), stands for.

    Accepted are ``1,2,3,4``, ``(1,2),(3,4)``, ``[[1,2,3,4],[5,6,7,8]]`` and fractions, with or without spaces. Corners and
    times are sorted, numbers clamped; what cannot be used is left out. Each mend adds a sentence to *warnings*.
    """
    if tag == "<pt>":
        return list(_points(content, warnings))
    if tag == "<t>":
        return list(_spans(content, warnings))
    return list(_boxes(content, warnings))
