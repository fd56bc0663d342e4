"""Loss curves of a run: a table of every step, and a picture of them."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.stages.losses import WEIGHTS

COLUMNS = ("step", "minutes", "rate", *WEIGHTS)
"""What is told of a step; the losses are as they were before they were weighted."""
_WIDE, _HIGH, _EDGE = 420, 220, 46
_INK, _LINE, _FAINT, _PAPER = (40, 44, 52), (32, 96, 160), (190, 208, 228), (255, 255, 255)


def table(path: Path, curve: Sequence[Sequence[float]], columns: Sequence[str] = COLUMNS) -> None:
    """Write *curve*, a row of *columns* for each step, as CSV; losses that a step did not have stay empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in curve:
            writer.writerow(["" if math.isnan(value) else f"{value:.6g}" for value in row])


def draw(path: Path, curve: Sequence[Sequence[float]], title: str, columns: Sequence[str] = COLUMNS) -> None:
    """Write a picture of each loss of *curve* (a row of *columns* for each step) as PNG: every step faintly, their running mean over it."""
    from PIL import Image, ImageDraw

    found = [(name, n) for n, name in enumerate(columns) if n > 2 and any(not math.isnan(row[n]) for row in curve)]
    rows, across = max(1, -(-len(found) // 2)), min(2, max(1, len(found)))
    picture = Image.new("RGB", (across * _WIDE, rows * _HIGH + 24), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((12, 6), f"{title}, {len(curve)} steps", fill=_INK)
    for place, (name, column) in enumerate(found):
        points = [(row[0], row[column]) for row in curve if not math.isnan(row[column])]
        _panel(pen, (place % 2) * _WIDE, 24 + place // 2 * _HIGH, name, points)
    picture.save(path, optimize=True)


def _panel(pen: Any, left: int, top: int, name: str, points: Sequence[tuple[float, float]]) -> None:
    """Draw one loss into the frame at *left*, *top*."""
    smooth = smoothed([value for _, value in points])
    ordered = sorted(value for _, value in points)
    high = max(
        ordered[int(0.98 * (len(ordered) - 1))], max(smooth[len(smooth) // 20 :]), 1e-9
    )  # single outliers leave the frame
    low = min(0.0, ordered[0])
    first, last = points[0][0], max(points[-1][0], points[0][0] + 1)
    width, height = _WIDE - _EDGE - 16, _HIGH - 52

    def at(step: float, value: float) -> tuple[float, float]:
        share = (min(value, high) - low) / (high - low)
        return left + _EDGE + width * (step - first) / (last - first), top + 24 + height * (1 - share)

    pen.rectangle((left + _EDGE, top + 24, left + _EDGE + width, top + 24 + height), outline=_FAINT)
    for part in (0, 0.5, 1):
        value = low + part * (high - low)
        pen.text((left + 6, at(first, value)[1] - 6), f"{value:.3g}", fill=_INK)
    pen.text((left + _EDGE, top + 8), f"{name}: {smooth[-1]:.4g}", fill=_INK)
    pen.text((left + _EDGE, top + 28 + height), f"{first:g}", fill=_INK)
    pen.text((left + _EDGE + width - 34, top + 28 + height), f"{points[-1][0]:g}", fill=_INK)
    for values, colour, wide in (([v for _, v in points], _FAINT, 1), (smooth, _LINE, 2)):
        line = [at(step, value) for (step, _), value in zip(points, values, strict=True)]
        pen.line(line if len(line) > 1 else [line[0], line[0]], fill=colour, width=wide)


def smoothed(values: Sequence[float], over: float = 0.02) -> list[float]:
    """Return the running mean of *values*, over about the share *over* of them, without a bias to the first."""
    keep = 1 - 1 / max(1.0, over * len(values))
    mean, weight, found = 0.0, 0.0, []
    for value in values:
        mean, weight = keep * mean + (1 - keep) * value, keep * weight + (1 - keep)
        found.append(mean / weight)
    return found
