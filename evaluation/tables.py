"""Figures as Markdown and as JSON: every number of ours is written with its sample count, its interval and the seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.intervals import DRAWS, Estimate

NOTHING = "–"
"""What stands where nothing could be measured."""


def number(value: float, unit: str) -> str:
    """Return *value* as text: shares in percent with one decimal, other numbers with three significant digits or more."""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if unit == "%":
        return f"{value:.1%}"
    digits = 3 if abs(value) < 10 else 2 if abs(value) < 100 else 1
    return f"{value:.{digits}f}{' ' + unit if unit else ''}"


def cell(estimate: Estimate | None) -> str:
    """Return ``95.0% (93.5% to 96.1%, n 1132)``: the value, its 95 % interval and its count."""
    if estimate is None:
        return NOTHING
    value, low, high = (number(v, estimate.unit) for v in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high}, n {estimate.n})"


def rows(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table of plain cells; a bar within a cell is escaped. Raises ValueError on a row of another length."""
    for line in lines:
        if len(line) != len(head):
            raise ValueError(f"a row of {len(line)} cells under {len(head)} headings")
    text = [[item.replace("|", "\\|") for item in line] for line in (head, *lines)]
    marked = [text[0], ["---"] * len(head), *text[1:]]
    return "\n".join("| " + " | ".join(line) + " |" for line in marked) + "\n"


def grid(corner: str, columns: Mapping[str, str], lines: Mapping[str, Mapping[str, Estimate | None]]) -> str:
    """Return a table with one line for each name of *lines* and one column for each key of *columns* (key: heading), and
    below it the seeds and how the intervals were made."""
    body = [[name, *(cell(figures.get(key)) for key in columns)] for name, figures in lines.items()]
    return rows([corner, *columns.values()], body) + "\n" + caption([e for f in lines.values() for e in f.values()])


def caption(estimates: Sequence[Estimate | None]) -> str:
    """Return the sentence that tells the seeds of *estimates* and what the brackets hold."""
    seeds = sorted({estimate.seed for estimate in estimates if estimate is not None})
    told = f"Seed {', '.join(map(str, seeds))}. " if seeds else ""
    return (
        f"{told}In brackets the 95 % interval (Wilson for shares and for means of few or equal fractions; "
        f"{DRAWS} bootstrap resamplings for other means and ratios; "
        f"jackknife for distances between sets) and the sample count; {NOTHING} where nothing could be measured.\n"
    )


def plain(estimate: Estimate | None) -> dict[str, Any] | None:
    """Return an estimate as JSON data: shares in percent, an infinite number as text."""
    if estimate is None:
        return None
    factor = 100.0 if estimate.unit == "%" else 1.0
    told = {name: _finite(factor * getattr(estimate, name)) for name in ("value", "low", "high")}
    return {**told, "n": estimate.n, "seed": estimate.seed, "unit": estimate.unit}


def _finite(value: float) -> float | str:
    return round(value, 4) if math.isfinite(value) else number(value, "")
