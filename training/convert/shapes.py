"""Boxes, outlines and run lengths of public sets as this project's boxes and masks.

Every box goes through :class:`models.values.Box`; every mask is bool [h, w] and is kept as COCO run lengths in the medium's
``meta["rle"]``, so that no picture has to be written for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from models.masks import box_of, rle_decode, rle_string
from models.values import Box, Media

if TYPE_CHECKING:
    from numpy.typing import NDArray


def box_in_pixels(xywh: Sequence[float], width: int, height: int) -> Box:
    """Return COCO's [x, y, w, h] px as a Box, what hangs over the frame cut off. Raises ValueError when nothing is left."""
    x, y, w, h = (float(value) for value in xywh)
    if not (np.isfinite([x, y, w, h]).all() and w > 0 and h > 0):
        raise ValueError(f"the box {list(xywh)} is empty")
    x0, y0, x1, y1 = max(x, 0.0), max(y, 0.0), min(x + w, float(width)), min(y + h, float(height))
    if x0 >= x1 or y0 >= y1:
        raise ValueError(f"the box {list(xywh)} lies outside the picture of {width} x {height} pixels")
    return Box.from_pixels(x0, y0, x1, y1, width, height)


def box_in_fractions(xywh: Sequence[float]) -> Box:
    """Return [x, y, w, h] as fractions of the frame as a Box (corners); raises ValueError like :func:`box_in_pixels`."""
    return box_in_pixels(xywh, 1, 1)


def box_round(mask: NDArray[np.bool_]) -> Box:
    """Return the box round *mask*, bool [h, w]. Raises ValueError when it is empty."""
    box = box_of(mask)
    if box is None:
        raise ValueError("the mask is empty")
    return Box.from_pixels(*box, mask.shape[1], mask.shape[0])


def fill(points: Sequence[float], width: int, height: int) -> NDArray[np.bool_]:
    """Return the pixels, bool [h, w], whose centres lie inside the closed outline x0, y0, x1, y1, ... px (even-odd rule):
    an outline along pixel edges gives exactly the pixels it encloses. Raises ValueError below three corners."""
    corners = np.asarray(points, np.float64)
    if corners.ndim != 1 or len(corners) % 2 or len(corners) < 6 or not np.isfinite(corners).all():
        raise ValueError(f"an outline of {len(points)} numbers is none: it takes x and y of at least three corners")
    xs, ys = corners[::2], corners[1::2]
    rows = np.arange(height) + 0.5
    flips = np.zeros((height, width + 1), np.int32)
    for x0, y0, x1, y1 in zip(xs, ys, np.roll(xs, -1), np.roll(ys, -1), strict=True):
        crossed = np.flatnonzero((rows >= min(y0, y1)) & (rows < max(y0, y1)))
        if len(crossed):
            at = x0 + (rows[crossed] - y0) * (x1 - x0) / (y1 - y0)
            first = np.clip(np.ceil(at - 0.5), 0, width).astype(
                np.intp
            )  # the first pixel whose centre is not left of it
            np.add.at(flips, (crossed, first), 1)
    return np.asarray(np.cumsum(flips, axis=1)[:, :width] % 2 == 1)


def mask_of(segmentation: Any, width: int, height: int) -> NDArray[np.bool_]:
    """Return COCO's segmentation as a mask, bool [height, width]: outlines in px, run lengths, or a list of either, joined.

    Raises ValueError when it is neither, when its size is another, or when no pixel is left.
    """
    parts = [segmentation] if isinstance(segmentation, Mapping) else segmentation
    if not isinstance(parts, Sequence) or isinstance(parts, str):
        raise ValueError("the segmentation is neither outlines nor run lengths")
    mask = np.zeros((height, width), np.bool_)
    for part in parts:
        if isinstance(part, Mapping):
            one = rle_decode(part)
            if one.shape != mask.shape:
                raise ValueError(
                    f"the run lengths are of {one.shape[1]} x {one.shape[0]} pixels, not {width} x {height}"
                )
            mask |= one
        else:
            mask |= fill(part, width, height)
    if not mask.any():
        raise ValueError("the mask is empty")
    return mask


def mask_meta(mask: NDArray[np.bool_], **facts: Any) -> dict[str, Any]:
    """Return the ``meta`` of a mask medium for bool [h, w] or, for a clip, [t, h, w]: run lengths, size, area px, *facts*.
    Raises ValueError when no pixel of it is set."""
    if not mask.any():
        raise ValueError("the mask is empty")
    height, width = (int(n) for n in mask.shape[-2:])
    meta: dict[str, Any] = {"width": width, "height": height, "area": int(mask.sum()), **facts}
    if mask.ndim == 2:
        meta["rle"] = rle_string(mask)
    else:
        meta["rle"] = {"size": [height, width], "counts": [rle_string(frame)["counts"] for frame in mask]}
    return meta


def mask_in(media: Media) -> NDArray[np.bool_]:
    """Return the mask that :func:`mask_meta` put into a medium: bool [h, w], or [t, h, w] for a clip.
    Raises ValueError when it holds none."""
    rle = media.meta.get("rle")
    if not isinstance(rle, Mapping):
        raise ValueError(f"{media.handle} carries no run lengths")
    if isinstance(rle["counts"], str):
        return rle_decode(rle)
    return np.stack([rle_decode({"size": rle["size"], "counts": counts}) for counts in rle["counts"]])
