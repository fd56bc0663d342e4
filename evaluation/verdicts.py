"""How the tasks routed for other people's requests compare with those that the requests list.

Strict: exactly the expected tasks, in any order. Lenient: or one of the sets that the request calls acceptable. False
trigger: of the requests that want words alone, those for which a task was called and not accepted. The macro means give
each group of requests the same weight; a request's group is its first expected task.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.harness import Bounds, floor_and_ceiling
from evaluation.intervals import Estimate, macro, share
from evaluation.tables import NOTHING, caption, cell, rows

Tasks = Sequence[str]


def group(case: Mapping[str, Any]) -> str:
    """Return the name of the group that *case* counts for."""
    expected = case.get("expected_tasks") or ()
    if case.get("category") == "compound":
        return "compound"
    return str(expected[0]) if expected else f"no-expert:{case.get('category', '')}"


def strict(case: Mapping[str, Any], tasks: Tasks) -> bool:
    """Return whether *tasks* are just those that *case* expects."""
    return set(tasks) == set(case.get("expected_tasks") or ())


def lenient(case: Mapping[str, Any], tasks: Tasks) -> bool:
    """Return whether *tasks* are those that *case* expects or one of the sets that it accepts."""
    return strict(case, tasks) or any(set(tasks) == set(other) for other in case.get("acceptable_tasks") or ())


@dataclass
class Verdicts:
    """The verdicts by group, 0 or 1 for each request, and what was answered wrongly."""

    seed: int
    strict: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lenient: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    triggered: list[bool] = field(default_factory=list)
    wrong: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def facts(self) -> dict[str, Estimate | None]:
        """Return both macro means and the rate of false triggers."""
        return {
            "macro strict": macro(list(self.strict.values()), self.seed),
            "macro lenient": macro(list(self.lenient.values()), self.seed),
            "false triggers": share(sum(self.triggered), len(self.triggered), self.seed),
        }


def judge(answers: Sequence[Tasks], cases: Sequence[Mapping[str, Any]], seed: int) -> Verdicts:
    """Return the verdicts on one answer for each of *cases*."""
    verdicts = Verdicts(seed)
    for case, tasks in zip(cases, answers, strict=True):
        name, fitting = group(case), lenient(case, tasks)
        verdicts.strict[name].append(float(strict(case, tasks)))
        verdicts.lenient[name].append(float(fitting))
        if not case.get("expected_tasks"):
            verdicts.triggered.append(bool(tasks) and not fitting)
        if not fitting:
            verdicts.wrong[name]["+".join(tasks) or "none"] += 1
    return verdicts


def bounds(cases: Sequence[Mapping[str, Any]], seed: int) -> Bounds[Verdicts]:
    """Return the ceiling (the expected tasks) and the floors (those of another request, and none)."""
    return floor_and_ceiling(
        lambda answers, truths: judge(answers, truths, seed),
        cases,
        seed,
        perfect=lambda case: list(case.get("expected_tasks") or ()),
        blank=lambda case: [],
    )


def table(verdicts: Verdicts, limits: Bounds[Verdicts], beside: Mapping[str, Verdicts] | None = None) -> str:
    """Return the means beside those of others by name, *beside*, with the ratio to them, and beside their bounds, and the figures by
    group, as Markdown."""
    others = dict(beside or {})
    named = {"the model": verdicts, **others, **limits.rows()}
    facts = {name: one.facts() for name, one in named.items()}
    first = next(iter(facts.values()))
    heads = (
        ["", "the model"] + [head for name in others for head in (name, f"the model / {name}")] + list(limits.rows())
    )
    lines = []
    for key, own in first.items():
        line = [key, cell(own)]
        for name in others:
            line += [cell(facts[name][key]), ratio(own, facts[name][key])]
        lines.append([*line, *(cell(facts[name][key]) for name in limits.rows())])
    body = []
    for name in sorted(verdicts.strict):
        kept = [
            verdicts.strict[name],
            verdicts.lenient[name],
            *(other.lenient.get(name, []) for other in others.values()),
        ]
        shares = [share(round(sum(hits)), len(hits), verdicts.seed) for hits in kept]
        worst = ", ".join(f"{tasks} {count}" for tasks, count in verdicts.wrong[name].most_common(3)) or "–"
        body.append([name, *map(cell, shares), worst])
    heads_by_group = ["wanted", "strict", "lenient", *(f"lenient, {name}" for name in others)]
    return "\n".join(
        [
            rows(heads, lines),
            caption(list(first.values())),
            rows([*heads_by_group, "most frequent wrong answers"], body),
        ]
    )


def ratio(one: Estimate | None, other: Estimate | None) -> str:
    """Return how many times *other* *one* is, with two decimals; a dash where that is nothing."""
    return NOTHING if one is None or other is None or not other.value else f"{one.value / other.value:.2f}"


def plain_facts(verdicts: Verdicts) -> dict[str, Estimate | None]:
    """Return the means and the lenient share of each group by name."""
    groups = {
        f"lenient {name}": share(round(sum(kept)), len(kept), verdicts.seed) for name, kept in verdicts.lenient.items()
    }
    return {**verdicts.facts(), **groups}
