"""Cut out what a person marked in a picture, as one mask for each object: GrabCut, no trained weights."""

from __future__ import annotations

import numpy as np

from models.expert import Expert, Inputs, Masks, Refusal, Report, Share
from models.grabcut import cut
from models.markings import marking_of, numbers_of, objects_of, unplaced
from models.previews import Outlined
from models.values import Checkpoint, TaskCall

TASK = "segment"
NAME = "GrabCut (classical)"


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture, or nothing marks a thing: this expert cannot find a thing by its name."""
    handle = inputs.first(call, "image")
    if not objects_of(call, inputs, handle):
        raise unplaced(f"“{call.phrases()[0]}”" if call.phrases() else "the thing", handle)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it needs no weights and ignores *checkpoint* and *device*."""
    import cv2  # noqa: F401  (loaded here, so that the first call is as quick as the next)

    return segment


def segment(call: TaskCall, inputs: Inputs, report: Report) -> Masks:
    """Return one mask for each marked object of the call's picture, with its label and score.

    The score is that of :class:`models.grabcut.Cut`: how well the mask agrees with colours and edges, lowered where only
    clicks or scribbles told the extent and others are plausible too. No ground truth is in it. An object that cannot
    be told apart is left out and noted. Raises Refusal as :func:`check` does, or when none can be.
    """
    check(call, inputs)
    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    height, width = picture.pixels.shape[:2]
    regions = objects_of(call, inputs, handle)
    numbers = numbers_of(regions, inputs)
    shown = Outlined(picture.pixels, numbers)
    pieces, notes, refused = [], [], []
    for i, region in enumerate(regions):
        part = Share(report, i / len(regions), (i + 1) / len(regions))
        marking = marking_of(region, width, height, inputs)
        try:
            piece = cut(picture.pixels, marking, inputs.seed, part, shown)
        except Refusal as refusal:  # one mark with nothing in it does not lose what the others hold
            refused.append(refusal)
            notes.append(f"{region.label}: {refusal.what}")
            shown.add(np.zeros((height, width), np.bool_))
            continue
        pieces.append((region.label, numbers[i], piece))
        shown.add(piece.mask)
        notes += [f"{region.label}: {note}" for note in piece.notes]
    if not pieces:
        raise refused[0]
    found = Masks(
        np.stack([piece.mask for _, _, piece in pieces]), [label for label, _, _ in pieces],
        [round(piece.score, 3) for _, _, piece in pieces], meta={"notes": notes, "of": handle},
        numbers=[number for _, number, _ in pieces],
    )  # fmt: skip
    found.meta["score_meaning"] = (
        "agreement of the mask with the picture's colours and edges, lowered where its extent was guessed, 0 to 1"
    )
    report(1.0, "done", shown.look)
    return found
