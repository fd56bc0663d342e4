"""From a call's regions, masks, boxes and clicks to the pixels they mean, for every expert that works on a marked place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from models.expert import Inputs, Masks, Refusal, Report
from models.grabcut import Marking, cut
from models.masks import area, rasterise, resize_mask
from models.palette import index_of
from models.values import Box, Phrase, Point, Region, TaskCall

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARK_HINT = "Draw a box round it, click on it or scribble over it, then ask again."


def is_marked(call: TaskCall) -> bool:
    """Return whether *call* names a place: a region, a mask, a box or a click."""
    return bool(call.refs("region", "mask")) or any(isinstance(arg, Box | Point) for arg in call.args)


def varies(call: TaskCall) -> bool:
    """Return whether *call* asks for a variation of a whole picture: how much may change (``strength``), and no place for it."""
    return "strength" in call.params and "extend" not in call.params and not is_marked(call)


def unplaced(named: str, handle: str) -> Refusal:
    """Return the refusal of a call that should change or cut out *named* in *handle*, and says nowhere where that is."""
    return Refusal(f"Where {named} is in {handle} was not marked, and the model did not make it out.", MARK_HINT)


def mask_array(handle: str, inputs: Inputs) -> NDArray[np.bool_]:
    """Return the object of ``mask#n`` as bool [h, w], or [frames, h, w] for a clip. Raises Refusal when it is missing."""
    if handle not in inputs.media:
        raise Refusal(f"There is no {handle} in this conversation.", "Name a mask that exists, or mark the thing anew.")
    value = inputs.values[handle]
    if not isinstance(value, Masks) or not len(value.array):
        raise Refusal(f"{handle} is not a mask.", "Name a mask, such as mask#1.")
    return np.asarray(value.array[0], np.bool_)


def fitted(mask: NDArray[np.bool_], handle: str, width: int, height: int) -> NDArray[np.bool_]:
    """Return *mask* [h, w] at width x height px; raises Refusal when it belongs to a frame of another shape."""
    if mask.shape == (height, width):
        return mask
    if abs(mask.shape[1] * height - mask.shape[0] * width) > 0.02 * mask.shape[0] * width + max(width, height):
        raise Refusal(
            f"{handle} was made on a frame of {mask.shape[1]} x {mask.shape[0]} pixels, this one has {width} x {height}.",
            "Use a mask of the same picture, or mark the thing here.",
        )
    return np.asarray(resize_mask(mask, width, height), np.bool_)


def regions_of(call: TaskCall, inputs: Inputs, handle: str) -> list[Region]:
    """Return the drawn regions that *call* names for medium *handle*, then one region for each bare box of the call.

    Raises Refusal for a region that does not exist or was drawn on a medium of another size.
    """
    found = []
    for name in call.refs("region"):
        region = inputs.regions.get(name)
        if region is None:
            raise Refusal(f"There is no {name} in this conversation.", MARK_HINT)
        if region.of != handle and not _same_size(region.of, handle, inputs):
            raise Refusal(
                f"{name} was drawn on {region.of}, not on {handle}.",
                f"Draw it on {handle}, or name {region.of} instead.",
            )
        found.append(region)
    found += [Region(0, handle, box=arg) for arg in call.args if isinstance(arg, Box)]
    return found


def _same_size(one: str, other: str, inputs: Inputs) -> bool:
    a, b = (inputs.media[h].meta if h in inputs.media else {} for h in (one, other))
    size = a.get("width"), a.get("height")
    return None not in size and size == (b.get("width"), b.get("height"))


def objects_of(call: TaskCall, inputs: Inputs, handle: str) -> list[Region]:
    """Return one region for each object that *call* marks on picture *handle*, labelled.

    Bare clicks join the only marked object, or are one object of their own. A mask of the call is refined by the region
    that has none of its own (the first such region for the first mask), or stands alone.
    """
    found = regions_of(call, inputs, handle)
    clicks = tuple(arg for arg in call.args if isinstance(arg, Point))
    masks = list(call.refs("mask"))
    for i, region in enumerate(found):
        if masks and region.mask is None:
            found[i] = replace(region, mask=masks.pop(0))
    found += [Region(0, handle, mask=mask) for mask in masks]
    if clicks:
        if len(found) == 1:
            found[0] = replace(found[0], points=found[0].points + clicks)
        else:
            found.append(Region(0, handle, points=clicks))
    phrases = [arg.text for arg in call.args if isinstance(arg, Phrase) and arg.text.strip()]
    return [replace(region, label=_label(i, region, found, phrases)) for i, region in enumerate(found)]


def numbers_of(regions: Sequence[Region], inputs: Inputs) -> list[int]:
    """Return for each of the objects that :func:`objects_of` gave the number by which it is coloured: that of its drawn region,
    or that of the mask it begins with, or the first that none of the others has."""
    masks = [inputs.media.get(region.mask or "") for region in regions]
    known = [
        region.id or (index_of(mask.handle, mask.meta) + 1 if mask else 0)
        for region, mask in zip(regions, masks, strict=True)
    ]
    free = (number for number in count(1) if number not in known)
    return [number or next(free) for number in known]


def _label(i: int, region: Region, found: list[Region], phrases: list[str]) -> str:
    if region.label:
        return region.label
    if len(phrases) == len(found):
        return phrases[i]
    stem = phrases[0] if phrases else "object"
    return stem if len(found) == 1 else f"{stem} {i + 1}"


def marking_of(region: Region, width: int, height: int, inputs: Inputs) -> Marking:
    """Return *region* as the pixels of a picture of width x height, outlines apart from clicks and scribbles."""
    before = None
    if region.mask is not None:
        mask = mask_array(region.mask, inputs)
        if mask.ndim == 3:
            raise Refusal(f"{region.mask} belongs to a clip, this is a picture.", "Mark the thing on the picture.")
        before = fitted(mask, region.mask, width, height)
    outlines = tuple(p for p in region.polygons if p.positive)
    outline = area(Region(0, region.of, polygons=outlines), width, height) if outlines else None
    others = tuple(p for p in region.polygons if not p.positive)
    nothing = np.zeros((height, width), np.bool_)
    if not (region.box or region.points or region.strokes or others):
        return Marking(nothing, nothing.copy(), None, outline, before)
    marks = rasterise(replace(region, polygons=others, mask=None), width, height)
    sketch = inputs.sketch(region.of, region.box) if region.id == 0 else None  # the model's own box, not a person's
    return Marking(marks.positive, marks.negative, marks.box, outline, before, sketch)


@dataclass
class Place:
    """The marked part of a frame or clip: *still* bool [h, w] for all frames, *moving* bool [frames, h, w] by frame."""

    still: NDArray[np.bool_]
    moving: list[NDArray[np.bool_]]

    def at(self, frame: int) -> NDArray[np.bool_]:
        """Return the marked pixels bool [h, w] of frame number *frame*; a clip mask that ended marks nothing."""
        whole = self.still.copy()
        for track in self.moving:
            if frame < len(track):
                whole |= fitted(np.asarray(track[frame], np.bool_), "the clip's mask", whole.shape[1], whole.shape[0])
        return whole

    def ever(self) -> NDArray[np.bool_]:
        """Return the pixels bool [h, w] that are marked in any frame. Joined at the masks' own size: all frames of a long
        clip at its size would take gigabytes."""
        whole = self.still.copy()
        for track in self.moving:
            whole |= fitted(np.asarray(track.any(axis=0)), "the clip's mask", whole.shape[1], whole.shape[0])
        return whole


def place_of(
    call: TaskCall,
    inputs: Inputs,
    handle: str,
    frame: NDArray[np.uint8],
    *,
    find_edges: bool,
    report: Report,
    notes: list[str],
) -> Place | None:
    """Return all that *call* marks on medium *handle* together, or None when it marks nothing.

    Boxes, outlines and strokes count as drawn; masks by their pixels. Clicks have no extent of their own, so the thing
    under them is cut out of *frame* (uint8 [h, w, 3 or 4]); with *find_edges* the same is done for every drawn region
    without a mask. *notes* then says so. Raises Refusal when everything together is empty.
    """
    regions, masks = regions_of(call, inputs, handle), call.refs("mask")
    clicks = tuple(arg for arg in call.args if isinstance(arg, Point))
    if clicks:
        regions.append(Region(0, handle, points=clicks))
    if not regions and not masks:
        return None
    height, width = frame.shape[:2]
    still = np.zeros((height, width), np.bool_)
    moving = []
    for name in masks:
        mask = mask_array(name, inputs)
        if mask.ndim == 3 and len(mask):
            moving.append(mask)
        else:
            still |= fitted(mask, name, width, height)
    for region in regions:
        found = _found(region, inputs, frame, find_edges, report, notes)
        still |= _drawn(region, inputs, width, height) if found is None else found
    if not moving and not still.any():
        raise Refusal("The marked place is empty.", "Mark what is meant, not only what is not.")
    return Place(still, moving)


def _drawn(region: Region, inputs: Inputs, width: int, height: int) -> NDArray[np.bool_]:
    own: dict[str, NDArray[np.bool_]] = {}
    if region.mask is not None:
        before = mask_array(region.mask, inputs)
        own = {region.mask: fitted(before[0] if before.ndim == 3 else before, region.mask, width, height)}
    return np.asarray(area(region, width, height, own), np.bool_)


def _found(
    region: Region, inputs: Inputs, frame: NDArray[np.uint8], find_edges: bool, report: Report, notes: list[str]
) -> NDArray[np.bool_] | None:
    """Return the thing that *region* marks, cut out of *frame*, or None when the region is to be taken as drawn."""
    clicked = not (region.box or region.strokes or region.polygons or region.mask)
    if region.mask is not None or not (clicked or find_edges):
        return None
    height, width = frame.shape[:2]
    try:
        found = cut(frame, marking_of(region, width, height, inputs), inputs.seed, report)
    except Refusal:
        if clicked:
            raise
        notes.append("no edge was found in the marked place, so it was taken as drawn")
        return None
    notes += ["the edge of the marked thing was found by GrabCut", *found.notes]
    return found.mask
