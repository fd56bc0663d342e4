"""Take a marked thing out of a picture and fill the gap from the rest of the picture: patches, no trained weights."""

from __future__ import annotations

import numpy as np

from models.edges import grown
from models.expert import Expert, Inputs, Picture, Refusal, Report, Share
from models.markings import place_of, regions_of, unplaced
from models.patchfill import fill
from models.previews import small
from models.reach import counted, reach
from models.values import Box, Checkpoint, Point, Region, TaskCall

TASK = "remove"
NAME = "Patch fill (classical)"
BAND = 0.005
"""The gap is the marked place and a band of this share of the longer side round it (at least 2 px), as a thing's edge and
its glow reach a little over its mask."""
MOST = 0.9
"""With more than this share of the picture gone, what is left says nothing about the rest."""


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture, nothing is marked, or a region marks only what is not meant."""
    handle = inputs.first(call, "image")
    if not call.refs("region", "mask") and not any(isinstance(arg, Box | Point) for arg in call.args):
        raise unplaced(f"“{call.phrases()[0]}”" if call.phrases() else "what to remove", handle)
    clicks = tuple(arg for arg in call.args if isinstance(arg, Point))
    for region in regions_of(call, inputs, handle) + ([Region(0, handle, points=clicks)] if clicks else []):
        if region.mask is None and region.bounds() is None:
            # "all but this" is a thing to cut out, but never one to take out: next to nothing would be left
            raise Refusal(
                f"{region.handle if region.id else 'The mark'} says only what is not meant, not what to take out.",
                "Mark what to take out; mark “not this” beside it in the same region.",
            )


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it needs no weights and ignores *checkpoint* and *device*."""
    import cv2  # noqa: F401  (loaded here, so that the first call is as quick as the next)

    return remove


def remove(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
    """Return the picture without the marked thing. A box, outline or stroke is emptied as drawn; under clicks alone the
    thing is found first. Every pixel outside the gap is the input's, and the gap lies within the band that is fixed round a mark:
    ``meta`` has band_px, changed_inside and changed_outside (:func:`models.reach.counted`; the latter is 0), method and notes."""
    check(call, inputs)
    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    notes: list[str] = []
    report(0.0, "reading the marks")
    place = place_of(
        call, inputs, handle, picture.pixels, find_edges=False, notes=notes,
        report=Share(report, 0.0, 0.2),
    )  # fmt: skip
    if place is None or place.moving:
        raise Refusal("The mask belongs to a clip, not to a picture.", "Mark the thing on the picture.")
    band = max(2, round(BAND * max(picture.pixels.shape[:2])))
    gap = grown(place.still, band) & reach(place.still)
    if np.count_nonzero(gap) > MOST * gap.size:
        raise Refusal(
            f"The marked place and its edge of {band} pixels cover {np.count_nonzero(gap) / gap.size:.0%} of the picture, "
            "so too little is left to fill it from.",
            "Mark a smaller place.",
        )
    out, method = fill(
        picture.pixels, gap, inputs.seed, Share(report, 0.2, 0.99)
    )  # fmt: skip
    report(1.0, "done", lambda: small(out))
    return Picture(
        out,
        label="removed",
        meta={"of": handle, "method": method, "notes": notes, **counted(picture.pixels, out, place.still)},
    )
