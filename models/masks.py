"""Regions to pixels and masks to files: rasterising, run lengths in COCO's order, COCO JSON and PNG.

A mask is bool [h, w]. Shapes are drawn by Pillow; the pixel that holds a point is always painted, so that nothing a
person drew vanishes. Run lengths count down the columns, background first, as COCO does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from models.expert import Masks, Refusal
from models.media import encode_png, load_image
from models.values import Region, Stroke

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINT_RADIUS = 0.006
"""A point stands for a small disc of this share of the longer side."""


@dataclass
class Marks:
    """A region as pixels: *box* px, end-exclusive, or None; *positive* and *negative* bool [h, w] of points, strokes and
    polygons; *mask* bool [h, w] of the earlier mask that they refine, or None."""

    box: tuple[int, int, int, int] | None
    positive: NDArray[np.bool_]
    negative: NDArray[np.bool_]
    mask: NDArray[np.bool_] | None


class _Sheet:
    """A one-bit drawing of *width* x *height* pixels; places are given as fractions."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = Image.new("L", (width, height))
        self.draw = ImageDraw.Draw(self.image)

    def pixel(self, place: tuple[float, float]) -> tuple[int, int]:
        """Return the pixel that holds a place."""
        return min(int(place[0] * self.width), self.width - 1), min(int(place[1] * self.height), self.height - 1)

    def centre(self, place: tuple[float, float]) -> tuple[float, float]:
        """Return where a place lies when the centres of pixels have whole coordinates."""
        return place[0] * self.width - 0.5, place[1] * self.height - 0.5

    def disc(self, place: tuple[float, float], width: float) -> None:
        """Fill a disc of *width* px round a place, and in any case the pixel that holds the place."""
        if width >= 1.5:
            (x, y), r = self.centre(place), width / 2
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=1)
        self.draw.point(self.pixel(place), 1)

    def stroke(self, stroke: Stroke) -> None:
        """Paint a scribble with round ends, at least one pixel wide."""
        width = max(1.0, stroke.width * max(self.width, self.height))
        if len(stroke.points) > 1 and width < 1.5:
            self.draw.line([self.pixel(p) for p in stroke.points], fill=1)
        elif len(stroke.points) > 1:
            self.draw.line([self.centre(p) for p in stroke.points], fill=1, width=round(width))
        for place in stroke.points:
            self.disc(place, width)

    def polygon(self, points: Sequence[tuple[float, float]]) -> None:
        """Fill a closed outline, the pixels of its corners included."""
        self.draw.polygon([self.centre(p) for p in points], fill=1, outline=1)
        for place in points:
            self.disc(place, 1.0)

    def array(self) -> NDArray[np.bool_]:
        return np.asarray(self.image) > 0


def rasterise(region: Region, width: int, height: int, masks: Mapping[str, NDArray[np.bool_]] | None = None) -> Marks:
    """Return *region* in the pixels of a frame of *width* x *height*. *masks* holds earlier masks (bool [h, w]) by handle,
    brought to the frame's size. Raises Refusal when the region refines a mask that is not among them."""
    sheets = {True: _Sheet(width, height), False: _Sheet(width, height)}
    for point in region.points:
        sheets[point.positive].disc((point.x, point.y), max(1.0, 2 * POINT_RADIUS * max(width, height)))
    for stroke in region.strokes:
        sheets[stroke.positive].stroke(stroke)
    for polygon in region.polygons:
        sheets[polygon.positive].polygon(polygon.points)
    mask = None
    if region.mask is not None:
        if masks is None or region.mask not in masks:
            raise Refusal(
                f"{region.handle} refines {region.mask}, which is not there any more.", "Draw the region again."
            )
        mask = resize_mask(masks[region.mask], width, height)
    box = region.box.to_pixels(width, height) if region.box else None
    return Marks(box, sheets[True].array(), sheets[False].array(), mask)


def area(
    region: Region, width: int, height: int, masks: Mapping[str, NDArray[np.bool_]] | None = None
) -> NDArray[np.bool_]:
    """Return all that *region* covers as bool [h, w]: box, polygons, strokes, points and the earlier mask, filled, without
    what was marked as negative. Raises Refusal like :func:`rasterise`."""
    marks = rasterise(region, width, height, masks)
    covered = marks.positive.copy()
    if marks.box:
        x0, y0, x1, y1 = marks.box
        covered[y0:y1, x0:x1] = True
    if marks.mask is not None:
        covered |= marks.mask
    return covered & ~marks.negative


def resize_mask(mask: NDArray[np.bool_], width: int, height: int) -> NDArray[np.bool_]:
    """Return *mask* brought to [height, width] by nearest pixel."""
    rows, columns = mask.shape
    if (rows, columns) == (height, width):
        return mask.astype(np.bool_)
    across = np.minimum(((np.arange(width) + 0.5) * columns / width).astype(np.intp), columns - 1)
    down = np.minimum(((np.arange(height) + 0.5) * rows / height).astype(np.intp), rows - 1)
    return np.asarray(mask[down[:, None], across[None, :]], np.bool_)


def box_of(mask: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Return the box round *mask* in px, end-exclusive, or None when it is empty."""
    down, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(down):
        return None
    return int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1


def rle_encode(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Return COCO's plain run lengths of *mask*: ``{"size": [h, w], "counts": [ints]}``, background first."""
    flat = np.asarray(mask, np.bool_).ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    if flat.size and flat[0]:
        counts.insert(0, 0)
    return {"size": [int(mask.shape[0]), int(mask.shape[1])], "counts": counts}


def rle_string(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Return COCO's compressed run lengths of *mask*: ``{"size": [h, w], "counts": text}``."""
    plain = rle_encode(mask)
    return {"size": plain["size"], "counts": _pack(plain["counts"])}


def _pack(counts: Sequence[int]) -> str:
    """Write run lengths as COCO's text: from the fourth on the difference to the last but one, 5 bits a character."""
    out = bytearray()
    for i, count in enumerate(counts):
        rest = count - counts[i - 2] if i > 2 else count
        more = True
        while more:
            low = rest & 31
            rest >>= 5
            more = rest != -1 if low & 16 else rest != 0
            out.append((low | (32 if more else 0)) + 48)
    return out.decode("ascii")


def _unpack(text: str) -> list[int]:
    """Read run lengths from COCO's text. Raises ValueError on characters outside it or an unfinished number."""
    counts: list[int] = []
    value = shift = 0
    for byte in text.encode("ascii"):
        if not 48 <= byte < 112 or shift > 40:
            raise ValueError("this is not a COCO run-length text")
        low = byte - 48
        value |= (low & 31) << shift
        shift += 5
        if not low & 32:
            if low & 16:
                value -= 1 << shift
            counts.append(value + (counts[-2] if len(counts) > 2 else 0))
            value = shift = 0
    if shift:
        raise ValueError("the COCO run-length text is cut off")
    return counts


def rle_decode(rle: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the mask, bool [h, w], of COCO run lengths (counts as a list or as text). Raises ValueError when they do not
    fill the stated size exactly."""
    height, width = (int(n) for n in rle["size"])
    counts = _unpack(rle["counts"]) if isinstance(rle["counts"], str) else [int(n) for n in rle["counts"]]
    if height < 1 or width < 1 or min(counts, default=-1) < 0 or sum(counts) != height * width:
        raise ValueError("the run lengths do not fill the mask")
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return flat.reshape((height, width), order="F")


def coco_json(masks: Masks, file_name: str = "") -> dict[str, Any]:
    """Return *masks* as a COCO document: images (one, or one per frame of a clip), annotations with compressed run lengths,
    box [x, y, w, h] px, area px, score and the object's number as ``track_id``, and categories by label."""
    array = masks.array if masks.array.ndim == 4 else masks.array[:, None]
    height, width = (int(n) for n in array.shape[2:])
    names = sorted({label or "object" for label in masks.labels})
    frames = array.shape[1]
    annotations: list[dict[str, Any]] = []
    for number, (label, score) in enumerate(zip(masks.labels, masks.scores, strict=True)):
        for frame in range(frames):
            mask = array[number, frame]
            box = box_of(mask)
            if box is None and frames > 1:
                continue  # the object is not in this frame
            x0, y0, x1, y1 = box or (0, 0, 0, 0)
            annotations.append({
                "id": len(annotations) + 1, "image_id": frame + 1, "category_id": names.index(label or "object") + 1,
                "track_id": number + 1, "segmentation": rle_string(mask), "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": int(mask.sum()), "iscrowd": 0, "score": float(score),
            })  # fmt: skip
    images = [
        {"id": frame + 1, "width": width, "height": height, "file_name": file_name,
         **({"frame": frame, "time": frame / masks.fps} if masks.fps else {})}
        for frame in range(frames)
    ]  # fmt: skip
    return {
        "info": {"description": "Masks made with Unison"}, "images": images, "annotations": annotations,
        "categories": [{"id": i + 1, "name": name} for i, name in enumerate(names)],
    }  # fmt: skip


def to_png(mask: NDArray[np.bool_]) -> bytes:
    """Return *mask* as an 8-bit PNG file of 0 and 255."""
    return encode_png(np.asarray(mask, np.bool_).astype(np.uint8) * np.uint8(255))


def from_png(path: Path) -> NDArray[np.bool_]:
    """Return the mask, bool [h, w], of a PNG whose bright pixels mark the object. Raises Refusal when it cannot be read."""
    return np.asarray(load_image(path).pixels[..., :3].max(axis=2) >= 128)
