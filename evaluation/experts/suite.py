"""What one task is asked and how its answers become numbers, and how the numbers of many cases become figures.

A case is drawn from the seed, its line and its number alone, so that a longer run asks the same and then more. Four answers to
it are scored alike: the expert's; the truth (the ceiling); the truth of the next case of the line, and nothing (the floors).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

import numpy as np
from models.expert import Value

from evaluation import distances
from evaluation.intervals import FEW, Estimate, bootstrap, fractions, interval, share
from evaluation.overlap import ratio

if TYPE_CHECKING:
    from evaluation.experts.bench import Asked
    from evaluation.experts.ears import Ears
    from evaluation.experts.eyes import Eyes

Case = TypeVar("Case")
Answer = TypeVar("Answer")
Mark: TypeAlias = "float | list[float] | None"
Marks: TypeAlias = "dict[str, Mark]"
"""What one answer got: a number, two (part and whole) or a row of features for each measure; None where it does not apply."""
FEATURES = "features"
"""The measure whose marks are features."""
ANSWERS = ("expert", "ceiling", "other", "nothing")
"""The answers that are scored for each case: the expert's, the truth, the truth of another case, and nothing."""


@dataclass(frozen=True)
class Measure:
    """One column: its *heading*, and what its figure is: a "share" of yes and no or a mean of fractions, a "mean" of numbers
    in *unit*, a "ratio" of sums (marks of part and whole), or a "distance" between sets of features."""

    heading: str
    kind: Literal["share", "mean", "ratio", "distance"] = "share"
    unit: str = ""


@dataclass(frozen=True)
class Tools:
    """The recognisers, each loaded when it is first asked for."""

    eyes: Callable[[], Eyes]
    ears: Callable[[], Ears]


@dataclass(frozen=True)
class Suite(Generic[Case, Answer]):
    """One task. *lines* are the ways it is asked, each a line of the table; *draw* gives a case for a line; *asked* what the
    expert is given, *answer* what its values say; *truth* and *nothing* answer without an expert; *fit* brings the truth of
    another case into the form of an answer to this one; *score* marks an answer by the names of *measures*, *features* describes
    it for distances between sets (None where there are none). *about* tells a reader what is asked and what the measures mean;
    *uses* names the recognisers that score it."""

    task: str
    about: str
    lines: tuple[str, ...]
    measures: Mapping[str, Measure]
    draw: Callable[[Random, str], Case]
    asked: Callable[[Case], Asked]
    answer: Callable[[Sequence[Value], Case], Answer]
    truth: Callable[[Case], Answer]
    nothing: Callable[[Case], Answer]
    score: Callable[[Case, Answer, Tools], Marks]
    fit: Callable[[Answer, Case], Answer] = lambda answer, case: answer
    features: Callable[[Answer, Tools], list[float]] | None = None
    uses: tuple[str, ...] = ()

    def marks(self, case: Case, answer: Answer, tools: Tools, *, described: bool = True) -> Marks:
        """Return the marks of *answer*, its features among them when it is to be *described*."""
        found = dict(self.score(case, answer, tools))
        if self.features is not None and described:
            found[FEATURES] = list(self.features(answer, tools))
        return found

    def case(self, seed: int, line: str, number: int) -> Case:
        """Return case *number* of *line*: the same for the same arguments."""
        return self.draw(Random(f"{self.task} {seed} {line} {number}"), line)

    def places(self, count: int) -> Iterator[tuple[str, int]]:
        """Yield line and number of *count* cases, the lines in turn."""
        for index in range(count):
            yield self.lines[index % len(self.lines)], index // len(self.lines)

    def name(self, line: str, number: int) -> str:
        """Return the id of a case."""
        return f"{self.task} / {line} / {number}"


def estimate(measure: Measure, marks: Sequence[Mark], reference: Sequence[Mark], seed: int) -> Estimate | None:
    """Return the figure of *measure* over the *marks* of one kind of answer, those that are None left out; None without any.

    *reference* holds features of other truths, which a distance is measured to. Raises ValueError when a mark is not of the
    measure's kind.
    """
    kept = [mark for mark in marks if mark is not None]
    if measure.kind == "distance":
        real = [mark for mark in reference if mark is not None]
        if len(kept) < 4 or len(real) < 2:
            return None
        return distances.estimate(distances.frechet, np.asarray(real), np.asarray(kept), seed)
    if measure.kind == "ratio":
        return _ratio(np.asarray(kept, np.float64), seed) if kept else None
    values = [_number(mark) for mark in kept]
    if measure.kind == "mean":
        return bootstrap(values, seed, unit=measure.unit)
    if all(value in (0.0, 1.0) for value in values):
        return share(round(sum(values)), len(values), seed)
    return fractions(values, seed)


def _number(mark: Mark) -> float:
    if isinstance(mark, list) or mark is None:
        raise ValueError(f"{mark!r} is not a number")
    return float(mark)


def _ratio(both: np.ndarray[Any, Any], seed: int) -> Estimate | None:
    """Return the sum of parts over the sum of wholes; with few or equal samples, for which a bootstrap would claim a certainty
    that it does not have, with Wilson's interval."""
    found = bootstrap(both, seed, ratio, "%")
    if found is None or (found.n >= FEW and found.low < found.high):
        return found
    low, high = interval(found.value * found.n, found.n)
    return Estimate(found.value, min(low, found.value), max(high, found.value), found.n, seed, "%")


Row: TypeAlias = "dict[str, Any]"
"""One line of the journal: id, task, line, expert, seconds, failed ("" or what the expert said), broken, the marks of each answer,
and as reference the features of the truth of an unrelated case (None where there are none)."""


def figures(suite: Suite[Any, Any], rows: Sequence[Row], answer: str, seed: int) -> dict[str, Estimate | None]:
    """Return the figure of every measure over *rows* for one of ANSWERS; for the expert also ``failed``, the share of cases
    that it refused or broke on, which were scored as if it had given nothing."""
    others = [row["reference"] for row in rows]
    found = {
        name: estimate(measure, [row["marks"][answer].get(name) for row in rows], others, seed)
        for name, measure in suite.measures.items()
    }
    if answer == "expert":
        found["failed"] = share(sum(bool(row["failed"]) for row in rows), len(rows), seed)
    return found
