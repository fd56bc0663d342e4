"""The layouts that the unified model plans for the prompts of NSR-1K, asked for, kept, scored and set beside published ones.

The model is asked with the prompt alone and with the task ``layout``, as a person asks who chose that task on the page; the
labelled boxes of the first call are its layout. A reply without one is a blank layout and is scored as such.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from models.grammar import parse
from models.unified.stream import StreamOptions, UnifiedModel
from models.values import Labelled, Message, TaskCall, Text

from evaluation.harness import Bounds, floor_and_ceiling
from evaluation.intervals import Estimate
from evaluation.journal import Journal
from evaluation.layouts import (
    Counting,
    Figures,
    Layout,
    Spatial,
    score_counting,
    score_spatial,
)
from evaluation.tables import NOTHING, caption, cell, plain, rows

Case = TypeVar("Case", Counting, Spatial)

_BLOBGEN, _LAYOUSYN = "as BlobGEN (2024) lists it", "LayouSyn (2025)"
PUBLISHED: tuple[tuple[str, dict[str, float], str], ...] = (
    ("LayoutGPT, GPT-4", {"precision": 81.02, "recall": 85.63, "accuracy": 78.11, "spatial": 86.23}, _BLOBGEN),
    ("LayoutGPT, GPT-3.5 chat", {"precision": 75.40, "recall": 86.23, "accuracy": 74.62, "spatial": 81.98}, _BLOBGEN),
    ("BlobGEN, GPT-4", {"precision": 75.73, "recall": 86.77, "accuracy": 78.67, "spatial": 90.23}, _BLOBGEN),
    ("LayouSyn", {"recall": 99.23, "accuracy": 95.14, "spatial": 87.49}, _LAYOUSYN),
    ("LayouSyn, more data", {"spatial": 92.58}, _LAYOUSYN),
)
"""Rows of papers in percent, with where they stand. They give no interval, and none publishes the mean absolute error."""
COLUMNS = {
    "precision": "counting precision",
    "recall": "counting recall",
    "accuracy": "counting accuracy",
    "mae": "counting MAE (things)",
    "spatial": "spatial accuracy",
}


@dataclass(frozen=True)
class Report:
    """What one run of the yardstick found: figures of the model and the bounds, by set."""

    model: str
    counting: Figures
    spatial: Figures
    counting_bounds: Bounds[Figures]
    spatial_bounds: Bounds[Figures]

    def lines(self) -> dict[str, dict[str, Estimate | None]]:
        """Return the figures of every measured row under the names of :data:`COLUMNS`."""
        floors = self.counting_bounds.rows(), self.spatial_bounds.rows()
        both = {name: (floors[0].get(name, {}), floors[1].get(name, {})) for name in [*floors[0], *floors[1]]}
        both = {f"**{self.model}**": (self.counting, self.spatial), **both}
        return {name: {**one, "spatial": two.get("accuracy")} for name, (one, two) in both.items()}

    def table(self) -> str:
        """Return the figures beside the published rows as Markdown."""
        measured = self.lines()
        body = [
            [name, *(cell(figures.get(key)) for key in COLUMNS), "measured here"] for name, figures in measured.items()
        ]
        for name, figures, source in PUBLISHED:
            told = [f"{figures[key]:.2f}%" if key in figures else NOTHING for key in COLUMNS]
            body.append([name, *told, source])
        seen = [estimate for figures in measured.values() for estimate in figures.values()]
        return rows(["layouts by", *COLUMNS.values(), "source"], body) + "\n" + caption(seen)

    def facts(self) -> dict[str, Any]:
        """Return ``counting`` and ``spatial`` as plain numbers in percent (mae in things; None where nothing was asked),
        and under ``details`` every row with counts, intervals and seeds."""
        return {
            "counting": {name: _figure(self.counting.get(name)) for name in ("precision", "recall", "accuracy", "mae")},
            "spatial": {"accuracy": _figure(self.spatial.get("accuracy"))},
            "details": {
                name.strip("*"): {key: plain(estimate) for key, estimate in figures.items()}
                for name, figures in self.lines().items()
            },
        }


def _figure(estimate: Estimate | None) -> float | None:
    told = plain(estimate)
    return None if told is None else told["value"]


def spread(cases: Sequence[Case], limit: int) -> list[Case]:
    """Return *limit* of *cases*, evenly spread over the file, which is sorted by kind; all for 0."""
    if limit <= 0 or limit >= len(cases):
        return list(cases)
    return [cases[index * len(cases) // limit] for index in range(limit)]


def read_layout(said: str) -> Layout:
    """Return the labelled boxes of the first layout call in a reply's tagged text; () when it holds none."""
    for part in parse(said):
        if isinstance(part, TaskCall) and part.task == "layout":
            return tuple(
                (a.phrase, (a.box.x0, a.box.y0, a.box.x1, a.box.y1)) for a in part.args if isinstance(a, Labelled)
            )
    return ()


def plan(load: Callable[[], UnifiedModel], cases: Sequence[Counting | Spatial], journal: Journal, seed: int) -> None:
    """Ask for a layout for every prompt that *journal* does not hold yet and append ``{"id", "said"}``. *load* is called
    only when there is something to ask. Raises Refusal when the disk is full."""
    missing = [case for case in cases if case.id not in journal]
    if not missing:
        return
    model, options = load(), StreamOptions(seed=seed, force_task="layout")
    for case in missing:
        said = "".join(model.stream([Message("user", (Text(case.prompt),))], {}, options, lambda: False))
        journal.add({"id": case.id, "said": said})


def measure(
    load: Callable[[], UnifiedModel],
    counting: Sequence[Counting],
    spatial: Sequence[Spatial],
    journal: Journal,
    *,
    name: str,
    seed: int = 0,
) -> Report:
    """Return the report on both sets, the model under its *name*; what *journal* holds is not asked for again."""
    with journal:
        plan(load, [*counting, *spatial], journal, seed)
    first, second = ([read_layout(journal[case.id]["said"]) for case in cases] for cases in (counting, spatial))
    return Report(
        name,
        score_counting(first, counting, seed),
        score_spatial(second, spatial, seed),
        bounds(score_counting, counting, seed),
        bounds(score_spatial, spatial, seed),
    )


def bounds(
    score: Callable[[Sequence[Layout], Sequence[Case], int], Figures], cases: Sequence[Case], seed: int
) -> Bounds[Figures]:
    """Return ceiling and floors of one of the two scores. For a relation the shuffled floor keeps the names of the prompt
    and takes the places alone from another case, or it would only tell that other prompts name other things."""
    return floor_and_ceiling(
        lambda layouts, truths: score(layouts, truths, seed),
        cases,
        seed,
        perfect=lambda case: case.truth,
        blank=lambda case: (),
        fit=_renamed,
    )


def _renamed(other: Layout, case: Counting | Spatial) -> Layout:
    """Return the layout of another case as a guess for *case*."""
    if isinstance(case, Counting):
        return other
    return tuple((name, box) for name, (_, box) in zip((case.first, case.second), other, strict=True))
