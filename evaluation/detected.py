"""How well ``detect`` finds named things in drawn pictures of which nothing is on record, with the trained eye.

    python -m evaluation.detected [--count 120] [--seed 11] [--results docs/results.md] [--out FILE.json]

The cases are those of ``evaluation.sight``: scenes that the picture book places and draws, and a name of exactly one thing in each, of the
things that the eye was taught or of those that are kept from it; and one name of a thing that is not there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.expert import Expert, Inputs, Picture, Refusal
from models.values import Checkpoint, Media, Phrase, Ref, TaskCall

from evaluation.intervals import Estimate, share
from evaluation.overlap import Corners, box_iou
from evaluation.reports import ended, filed, options
from evaluation.sight import LINES, RIGHT, Case, cases
from evaluation.tables import grid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ASKED = ("alone", "several", "synonyms", "unknown", "styled")
"""The kinds of cases that are asked, of ``evaluation.sight.LINES``."""
MARKS = {
    "found": "named things that are found",
    "right": "boxes that are right",
    "refused": "names of absent things to which no box is drawn",
}
_HEAD = """## What `detect` finds with the trained eye

Made by `{command}`. The scenes of "What the vision tower finds", {count} of each kind, given to the expert as plain pictures with the name of
one thing that is there, and then of one that is not. A box is right when its overlap with that thing's is {right:g} or more; a thing is found when
one of the boxes is right. A picture that is taken for one of another world counts as one in which nothing is found.

"""


@dataclass(frozen=True)
class Answer:
    """The *boxes* drawn for a name that is there, and whether *none* was drawn for the one that is not."""

    boxes: tuple[Corners, ...]
    none: bool


def asked(expert: Expert, case: Case) -> Answer:
    """Return what *expert*, one of the task ``detect``, says to *case*."""
    return Answer(boxes(expert, case.pixels, case.phrase), not boxes(expert, case.pixels, case.absent))


def boxes(expert: Expert, pixels: NDArray[np.uint8], phrase: str) -> tuple[Corners, ...]:
    """Return the boxes that *expert* draws for *phrase*, none where it refuses."""
    medium = Media("image", "image#1", "case.png")
    inputs = Inputs({"image#1": Picture(pixels)}, {"image#1": medium}, {}, Path(), 1)
    try:
        given = expert(TaskCall("t1", "detect", (Ref("image#1"), Phrase(phrase))), inputs, lambda *told: None)
    except Refusal:
        return ()
    values = list(given) if isinstance(given, Sequence) else [given]
    return tuple((x0, y0, x1, y1) for value in values for _, x0, y0, x1, y1 in value.meta["boxes"])


def measure(expert: Expert, lines: Mapping[str, Iterable[Case]], seed: int) -> dict[str, dict[str, Estimate | None]]:
    """Return MARKS for each of *lines*."""
    made = {}
    for line, held in lines.items():
        found = [(case, asked(expert, case)) for case in held]
        right = [[box_iou(box, case.boxes[0]) >= RIGHT for box in answer.boxes] for case, answer in found]
        drawn = [hit for hits in right for hit in hits]
        made[line] = {
            "found": share(sum(map(any, right)), len(right), seed),
            "right": share(sum(drawn), len(drawn), seed),
            "refused": share(sum(answer.none for _, answer in found), len(found), seed),
        }
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong and what to do."""
    asked = options(__doc__, 120, "scenes of each kind").parse_args(words)

    def measured() -> str:
        from models.experts import detect_senses

        expert = detect_senses.load(Checkpoint("detect_senses", source="nano/vision"), "cpu")
        made = measure(expert, {line: cases(line, asked.count, asked.seed) for line in ASKED}, asked.seed)
        command = f"python -m evaluation.detected --count {asked.count} --seed {asked.seed}"
        section = _HEAD.format(command=command, count=asked.count, right=RIGHT)
        section += grid("asked for", MARKS, {LINES[line]: one for line, one in made.items()})
        return filed(asked, "detected", section, made)

    return ended(measured)


if __name__ == "__main__":
    sys.exit(main())
