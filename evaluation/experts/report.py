"""What was found about the experts of a profile, as one Markdown table for each task and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evaluation.experts.suite import Row, Suite, figures
from evaluation.intervals import Estimate, share
from evaluation.tables import caption, cell, plain, rows

FAILED = "failed"
BOUNDS = {
    "ceiling": "ceiling: the truth itself",
    "other": "floor: the truth of another case",
    "nothing": "floor: nothing",
}


@dataclass(frozen=True)
class Scored:
    """One task: its *suite*, the *rows* of its cases (none where the profile has no expert) and the *seed*."""

    suite: Suite[Any, Any]
    rows: Sequence[Row]
    seed: int

    @property
    def expert(self) -> str:
        """The name of the expert, "" where there was none to ask."""
        return str(self.rows[0]["expert"]) if self.rows else ""

    @cached_property
    def lines(self) -> dict[str, dict[str, Estimate | None]]:
        """The the figures of every line of the table: the expert by line and over all, then the bounds over all."""
        if not self.rows:
            return {}
        found: dict[str, dict[str, Estimate | None]] = {}
        for line in self.suite.lines:
            own = [row for row in self.rows if row["line"] == line]
            if own and len(self.suite.lines) > 1:
                found[line] = figures(self.suite, own, "expert", self.seed)
        found["**all**" if found else f"**{self.suite.lines[0]}**"] = figures(
            self.suite, self.rows, "expert", self.seed
        )
        for answer, name in BOUNDS.items():
            found[name] = figures(self.suite, self.rows, answer, self.seed)
        return found

    def table(self) -> str:
        """Return the section of the task: who was asked, what, the figures, what the expert said where it failed."""
        head = f"### `{self.suite.task}`"
        if not self.rows:
            return f"{head}: no expert in this profile\n\nIt was not asked and is not scored.\n"
        columns = {**{name: m.heading for name, m in self.suite.measures.items()}, FAILED: "failed"}
        body = [[name, *(cell(found.get(key)) for key in columns)] for name, found in self.lines.items()]
        text = f"{head}: {self.expert}\n\n{self.suite.about}\n\n"

        text += rows([f"{len(self.rows)} cases", *columns.values()], body)
        said = self.said()
        return text + (f"\n{said}\n" if said else "")

    def said(self) -> str:
        """Return what the expert said most often where it failed, "" where it never did."""
        failed = [row for row in self.rows if row["failed"]]
        if not failed:
            return ""
        counts: dict[str, int] = {}
        for row in failed:
            counts[row["failed"]] = counts.get(row["failed"], 0) + 1
        most = max(counts, key=lambda words: counts[words])
        broken = sum(bool(row["broken"]) for row in failed)
        faults = f", {broken} of them by a fault of the program" if broken else ""
        return f"It failed on {len(failed)} of {len(self.rows)}{faults}; what it said, for example: “{most[:160]}”"


def section(scored: Scored, command: str = "") -> str:
    """Return the table of a task with the *command* that makes it, and below it the seed and how the intervals were made."""
    text = scored.table()
    if command:
        head, _, rest = text.partition("\n\n")
        text = f"{head}\n\nMade by `{command}`. {rest}"
    if not scored.rows:
        return text
    seen = [estimate for found in scored.lines.values() for estimate in found.values()]
    return f"{text}\n{caption(seen)}"


def facts(profile: str, scored: Sequence[Scored], recognisers: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything as plain JSON: by task the expert's name, whether it is missing, how many cases it failed on, and the
    figures of every line with counts, intervals and seeds; and the manifests of the recognisers that scored it."""
    return {
        "profile": profile,
        "recognisers": dict(recognisers),
        "tasks": {
            one.suite.task: {
                "expert": one.expert,
                "missing": not one.rows,
                "cases": len(one.rows),
                "failed": sum(bool(row["failed"]) for row in one.rows),
                "broken": sum(bool(row["broken"]) for row in one.rows),
                "median_seconds": _median([float(row["seconds"]) for row in one.rows]),
                "figures": {
                    name.strip("*"): {key: plain(found) for key, found in line.items()}
                    for name, line in one.lines.items()
                },
            }
            for one in scored
        },
    }


def _median(values: Sequence[float]) -> float | None:
    middle = sorted(values)[len(values) // 2] if values else math.nan
    return None if math.isnan(middle) else middle


_HELD = {
    "pictures": "crops, harder than whole scenes (some are recoloured, turned, half hidden or noisy),",
    "sounds": "sounds",
}


def told_of(manifests: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a sentence for each recogniser on how well it names what it was not trained on; "" without any."""
    said = []
    for name, facts_ in manifests.items():
        held, seed = facts_["held_out"], int(facts_["seed"])
        count = int(held["things"])
        named, five, kin = (
            cell(share(round(held[key] * count), count, seed))
            for key in ("named_right", "right_among_five", "kin_right")
        )
        text = f"The recogniser of {name} names held-out {_HELD[name]} right: {named}; right among its first five: {five}; "
        text += f"at least their kin: {kin}."
        if "nothing" in held:
            empty = int(held["nothing"])
            taken = share(round(held["nothing_taken_for_a_thing"] * empty), empty, seed)
            text += f" It takes an empty window for a thing: {cell(taken)}."
        said.append(f"{text} Seed {seed}.\n\n")
    return "".join(said)
