"""What the mask that ``<seg>`` stands for is worth when a thing that was named is cut out.

    python -m evaluation.sketches [--source FOLDER] [--count 120] [--seed 11] [--results docs/results.md] [--out FILE.json]

Scenes are placed and drawn by the picture book, with exact masks; the unified model is asked to cut out a thing of each by its name. Where
it points at the right one, the mask that the state which pointed gives is scored alone, and GrabCut from the box that it pointed at, with
that mask and without.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from models.expert import Expert, Inputs, Picture, Refusal
from models.grammar import parse
from models.masks import box_of
from models.values import Box, Checkpoint, Media, Message, Ref, TaskCall, Text

from evaluation.experts.marking import first_mask
from evaluation.experts.scenes import drawn, mask_of, singles
from evaluation.intervals import Estimate, bootstrap, fractions, share
from evaluation.overlap import accuracy_at, box_iou, counts, mask_iou, ratio
from evaluation.reports import ended, filed, options
from evaluation.tables import grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask: TypeAlias = NDArray[np.bool_]

WORDS = (
    "cut out the {}",
    "Please cut the {} out of this picture.",
    "make a mask of the {}",
    "I need the {} as a cut-out",
)
RIGHT = 0.5
"""A thing is pointed at rightly when its box and the true one overlap by this (intersection over union) or more."""
ROWS = {
    "filled": "floor: the box that was pointed at, filled",
    "alone": "the mask of `<seg>` alone",
    "box": "GrabCut from that box",
    "both": "GrabCut from both",
    "ceiling": "ceiling: GrabCut from the box and the truth on the mask's grid",
}
MARKS = {"c_iou": "cIoU", "g_iou": "gIoU", "at_half": "accuracy at 0.5", "used": "masks that fit their box"}
_HEAD = """## Cutting out with the mask of `<seg>`

Made by `{command}`. In {count} scenes of two to four things, drawn by the picture book at 480 x 320 pixels, the unified model was asked to
cut out one thing by its name; in {right} it pointed at the right one, and those are scored. The mask that the state which pointed gives
has a cell for each 24 x 24 of these pixels; GrabCut takes it only where it fills the box (the last column). Masks are scored as those
of the experts are.

"""


@dataclass(frozen=True)
class Case:
    """A picture uint8 [h, w, 3], the *words* that ask for a thing in it, and that thing's *mask* bool [h, w]."""

    pixels: NDArray[np.uint8]
    words: str
    mask: Mask


Answer: TypeAlias = Callable[[Case], "tuple[Box, NDArray[np.float32]] | None"]
"""Gives the one box that is pointed at and the mask that the state gives, float32 [rows, columns], 0..1; None for any other reply."""


def cases(count: int, seed: int) -> Iterator[Case]:
    """Yield *count* cases, the same for the same *seed*."""
    rng = Random(f"sketches {seed}")
    for _ in range(count):
        scene, thing = singles(rng)
        yield Case(drawn(scene).pixels, rng.choice(WORDS).format(thing.name), mask_of(scene, thing))


def measure(answer: Answer, asked: Iterable[Case], seed: int) -> tuple[dict[str, dict[str, Estimate | None]], int]:
    """Return MARKS for each of ROWS over the cases in which *answer* points at the right thing, and how many those are."""
    from models.experts import segment_grabcut

    cut = segment_grabcut.load(Checkpoint("segment_grabcut"), "cpu")
    masks: dict[str, list[tuple[Mask, Mask]]] = {row: [] for row in ROWS}
    fits = 0
    for case in asked:
        given = answer(case)
        if given is None or not _right(given[0], case.mask):
            continue
        box, sketch = given
        both, fit = _cut(cut, case, box, sketch)
        fits += fit
        found = {
            "filled": _filled(box, case.mask),
            "alone": _fine(sketch, case.mask) >= 0.5,
            "box": _cut(cut, case, box, None)[0],
            "both": both,
            "ceiling": _cut(cut, case, box, _coarse(case.mask, sketch))[0],
        }
        for row, mask in found.items():
            masks[row].append((mask, case.mask))
    right = len(masks["both"])
    made = {row: _marks(pairs, seed) for row, pairs in masks.items()}
    made["both"]["used"] = share(fits, right, seed)
    return made, right


def _right(box: Box, mask: Mask) -> bool:
    extent, (height, width) = box_of(mask), mask.shape
    if extent is None:
        return False
    x0, y0, x1, y1 = extent
    return box_iou((box.x0, box.y0, box.x1, box.y1), (x0 / width, y0 / height, x1 / width, y1 / height)) >= RIGHT


def _filled(box: Box, like: Mask) -> Mask:
    made = np.zeros_like(like)
    x0, y0, x1, y1 = box.to_pixels(like.shape[1], like.shape[0])
    made[y0:y1, x0:x1] = True
    return made


def _fine(sketch: NDArray[np.float32], like: Mask) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.resize(sketch, like.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _coarse(mask: Mask, sketch: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.resize(mask.astype(np.float32), sketch.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _cut(expert: Expert, case: Case, box: Box, sketch: NDArray[np.float32] | None) -> tuple[Mask, bool]:
    """Return what the segment expert cuts out of *box*, nothing where it refuses, and whether it used *sketch*."""
    medium = Media("image", "image#1", "case.png")
    inputs = Inputs({"image#1": Picture(case.pixels)}, {"image#1": medium}, {}, Path(), 1)
    if sketch is not None:
        inputs.sketches = {(medium.path, box): lambda: sketch}
    try:
        given = expert(TaskCall("t1", "segment", (Ref("image#1"), box)), inputs, lambda *told: None)
    except Refusal:
        return np.zeros_like(case.mask), False
    values = list(given) if isinstance(given, Sequence) else [given]
    used = any("was used beside" in note for value in values for note in value.meta["notes"])
    return first_mask(values, case.mask.shape), used


def _marks(pairs: Sequence[tuple[Mask, Mask]], seed: int) -> dict[str, Estimate | None]:
    if not pairs:
        return dict.fromkeys(MARKS)
    ious = [mask_iou(found, true) for found, true in pairs]
    both = [[float(value) for value in counts(found, true)] for found, true in pairs]
    return {
        "c_iou": bootstrap(both, seed, ratio, "%"),
        "g_iou": fractions(ious, seed),
        "at_half": share(round(accuracy_at(ious) * len(ious)), len(ious), seed),
        "used": None,
    }


def answerer(source: str) -> Answer:
    """Return what asks the shipped model, or the weights in the folder *source*. Raises Refusal for weights that see nothing."""
    from models.profiles import PROFILES
    from models.senses import perceive
    from models.unified import native
    from models.unified.stream import Sketch, StreamOptions

    checkpoint = PROFILES["nano"].unified
    try:
        checkpoint = replace(checkpoint, source=source or checkpoint.source, call={**checkpoint.call, "seg": True})
        model = native.load(checkpoint, "cpu")
    except (OSError, ValueError, RuntimeError) as error:
        raise Refusal(f"The weights cannot be read: {error}.", "Name a folder of weights with --source.") from error
    if not model.seg:
        raise Refusal("These weights read words alone, so there is no mask.", "Name others with --source.")
    senses = perceive.load()

    def answer(case: Case) -> tuple[Box, NDArray[np.float32]] | None:
        medium, got = Media("image", "image#1", "case.png"), list[Sketch]()
        options = StreamOptions(
            percepts={medium.handle: senses.picture(case.pixels, gated=False).percepts},
            opened=lambda medium: Picture(case.pixels),
            sketched=got.append,
        )
        asked = Message("user", (medium, Text(case.words)))
        reply = parse("".join(model.stream([asked], {medium.handle: medium}, options, lambda: False)))
        calls = [part for part in reply if isinstance(part, TaskCall)]
        boxes = [arg for call in calls for arg in call.args if isinstance(arg, Box)]
        if len(calls) != 1 or calls[0].task != "segment" or len(boxes) != 1 or len(got) != 1:
            return None
        return boxes[0], got[0].shares()

    return answer


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong and what to do."""
    reader = options(__doc__, 120, "scenes")
    reader.add_argument("--source", default="", help="folder of other weights")
    asked = reader.parse_args(words)

    def measured() -> str:
        made, right = measure(answerer(asked.source), cases(asked.count, asked.seed), asked.seed)
        command = f"python -m evaluation.sketches{' --source FOLDER' * bool(asked.source)}"
        command += f" --count {asked.count} --seed {asked.seed}"
        section = _HEAD.format(command=command, count=asked.count, right=right)
        section += grid("cut out by", MARKS, {ROWS[row]: figures for row, figures in made.items()})
        return filed(asked, "sketches", section, made)

    return ended(measured)


if __name__ == "__main__":
    sys.exit(main())
