"""NSR-1K: do planned layouts hold as many things as the prompt says, and where it says? Scored as LayoutGPT published it.

The protocol is that of Feng et al. 2023 (NeurIPS, arXiv 2305.15393, section 4) and of the evaluators in that paper's
repository, their quirks in reading labels included, as every published row was measured with them. A layout is a sequence
of (label, box); boxes here are corners x0, y0, x1, y1 in fractions. The files of the set hold x, y, width, height.
"""

from __future__ import annotations

import difflib
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from models.expert import Refusal

from evaluation.intervals import Estimate, bootstrap, fractions, share
from evaluation.overlap import Corners

Layout: TypeAlias = "tuple[tuple[str, Corners], ...]"
SETS = ("counting", "spatial")
BETWEEN = math.sqrt(2) / 2
"""A direction is left, right, above or below when its cosine or sine is beyond this, that is within 45 degrees."""


@dataclass(frozen=True)
class Counting:
    """A prompt with numbers. *wanted* holds each named thing with its number; *comparison* prompts name the first number
    and only whether the second is greater, less or equal."""

    id: str
    prompt: str
    wanted: tuple[tuple[str, int], ...]
    comparison: bool
    truth: Layout


@dataclass(frozen=True)
class Spatial:
    """A prompt with a relation: *relation* (left, right, top, bottom, next to) is where *first* lies, seen from *second*."""

    id: str
    prompt: str
    first: str
    second: str
    relation: str
    truth: Layout


Case = TypeVar("Case", Counting, Spatial)


def corners(box: Sequence[float]) -> Corners:
    """Return x, y, width, height as corners. Raises ValueError unless there are four finite numbers."""
    x, y, width, height = (float(v) for v in box)
    if not all(math.isfinite(v) for v in (x, y, width, height)):
        raise ValueError(f"{list(box)} is no box")
    return x, y, x + width, y + height


def find(folder: Path, name: str) -> Path:
    """Return the file of the set *name* below *folder*: beside it, as in the LayoutGPT repository, or in ``nsr1k``. Raises
    Refusal when there is none."""
    file = f"{name}.val.json"
    tried = [folder / file, folder / name / file, folder / "nsr1k" / file]
    path = next((p for p in tried if p.is_file()), None)
    if path is None:
        raise Refusal(
            f"There is no {file} in {folder}.",
            "Give the folder of NSR-1K (dataset/NSR-1K in the LayoutGPT repository) that holds "
            "counting.val.json and spatial.val.json.",
        )
    return path


def _entries(folder: Path, name: str) -> list[tuple[str, Any]]:
    """Return the raw entries of a set, each with the words that tell its place. Raises Refusal when the file is not there or
    is no list."""
    path = find(folder, name)
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refusal(f"{path} is no JSON: {error}.", "Fetch the file again.") from error
    if not isinstance(entries, list) or not entries:
        raise Refusal(f"{path} holds no list of prompts.", "Fetch the file again.")
    return [(f"entry {number} of {path}", entry) for number, entry in enumerate(entries, 1)]


def read_counting(folder: Path) -> list[Counting]:
    """Return the numerical prompts below *folder*. Raises Refusal, naming the file and the entry, when one is broken."""
    return [_whole(_counting, place, entry) for place, entry in _entries(folder, "counting")]


def read_spatial(folder: Path) -> list[Spatial]:
    """Return the spatial prompts below *folder*. Raises Refusal, naming the file and the entry, when one is broken."""
    return [_whole(_spatial, place, entry) for place, entry in _entries(folder, "spatial")]


def _whole(build: Callable[[Any], Case], place: str, entry: Any) -> Case:
    """Return the case that *build* makes of *entry*; raises Refusal, naming the place, when it cannot."""
    try:
        return build(entry)
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal(f"The {place} is broken: {error!r}.", "Fetch the file again.") from error


def _counting(entry: Any) -> Counting:
    wanted = tuple((str(name), int(number)) for name, number in entry["num_object"])
    comparison = entry["sub-type"] == "comparison"
    if comparison and len(wanted) != 2:
        raise ValueError(f"a comparison of {len(wanted)} things")
    truth = tuple((str(label), corners(box)) for label, box in entry["object_list"])
    return Counting(f"counting-{entry['id']}", str(entry["prompt"]), wanted, comparison, truth)


def _spatial(entry: Any) -> Spatial:
    (first, one), (second, two) = entry["obj1"], entry["obj2"]
    truth = ((str(first), corners(one)), (str(second), corners(two)))
    return Spatial(
        f"spatial-{entry['id']}", str(entry["prompt"]), str(first), str(second), str(entry["relation"]), truth
    )


def tally(layout: Layout, wanted: Sequence[tuple[str, int]]) -> Counter[str]:
    """Return how many boxes of *layout* count for each name.

    As published: a label counts for a wanted name when either holds the other, after the letters "a", "n", "t", "h", "e"
    and spaces have been taken off its front, and the last name that fits wins.
    """
    found: Counter[str] = Counter()
    for label, _ in layout:
        name = label
        for wish, _ in wanted:
            stem = name.lstrip("a ").lstrip("an ").lstrip("the ")  # letters, not words
            if stem in wish or wish in stem:
                name = wish
        found[name] += 1
    return found


@dataclass(frozen=True)
class Counted:
    """The score of one prompt: *right* all numbers agree; the rest is None for comparisons, which are scored for that alone.
    *precision* and *recall* 0..1, *error* the mean absolute error over the named things, in things."""

    right: bool
    precision: float | None = None
    recall: float | None = None
    error: float | None = None


def count(case: Counting, layout: Layout) -> Counted:
    """Return the score of *layout*: precision sum min(p, t) / sum p, recall sum min(p, t) / sum t, both 0 when nothing
    agrees. Boxes of other things count in sum p."""
    found = tally(layout, case.wanted)
    if case.comparison:
        (one, first), (two, second) = case.wanted
        mine, other = found[one], found[two]
        equal = first == second == mine == other
        return Counted(equal or (first == mine and (first - second) * (mine - other) > 0))
    common = sum(min(found[name], number) for name, number in case.wanted)
    errors = [abs(found[name] - number) for name, number in case.wanted]
    total = sum(number for _, number in case.wanted)
    return Counted(
        not any(errors),
        common / sum(found.values()) if common else 0.0,
        common / total if common else 0.0,
        sum(errors) / len(errors) if errors else 0.0,
    )


def relation(first: Corners, second: Corners) -> str:
    """Return where the centre of *first* lies, seen from that of *second*: right, top, left, bottom, or "diagonal" when no
    direction is beyond 45 degrees or both centres are one."""
    x = (first[0] + first[2] - second[0] - second[2]) / 2
    y = (first[1] + first[3] - second[1] - second[3]) / 2
    apart = math.hypot(x, y)
    if apart == 0:
        return "diagonal"
    cosine, sine = x / apart, -y / apart
    if cosine > BETWEEN:
        return "right"
    if sine > BETWEEN:
        return "top"
    if cosine < -BETWEEN:
        return "left"
    return "bottom" if sine < -BETWEEN else "diagonal"


def placed(case: Spatial, layout: Layout) -> bool:
    """Return whether any pair of boxes of the two things lies as wanted; "next to" is left or right.

    As published: the boxes of a thing are those of the label closest to its name (difflib, similarity 0.6 or more); a
    missing thing is wrong; boxes of four zeros are none.
    """
    kept = [(label, box) for label, box in layout if any(box)]
    labels = [label for label, _ in kept]
    boxes = []
    for name in (case.first, case.second):
        close = difflib.get_close_matches(name, labels)[:1]
        boxes.append([box for label, box in kept if label in close])
    found = {relation(one, two) for one in boxes[0] for two in boxes[1]}
    return case.relation in found or (case.relation == "next to" and bool(found & {"left", "right"}))


Figures: TypeAlias = Mapping[str, Estimate | None]


def score_counting(layouts: Sequence[Layout], cases: Sequence[Counting], seed: int) -> Figures:
    """Return precision, recall, accuracy (shares) and mae (things) of one layout for each of *cases*. Accuracy is over all
    prompts, the others are over those that are no comparison."""
    scores = [count(case, layout) for case, layout in zip(cases, layouts, strict=True)]
    return {
        "precision": fractions([s.precision for s in scores if s.precision is not None], seed),
        "recall": fractions([s.recall for s in scores if s.recall is not None], seed),
        "accuracy": share(sum(s.right for s in scores), len(scores), seed),
        "mae": bootstrap([s.error for s in scores if s.error is not None], seed),
    }


def score_spatial(layouts: Sequence[Layout], cases: Sequence[Spatial], seed: int) -> Figures:
    """Return the accuracy (a share) of one layout for each of *cases*."""
    right = sum(placed(case, layout) for case, layout in zip(cases, layouts, strict=True))
    return {"accuracy": share(right, len(cases), seed)}
