"""Boxes with names as files: what a medium or an answer tells of places, written as COCO JSON or as SVG."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.expert import Refusal
from models.outlines import svg_document, svg_rectangle
from models.values import Box, Grounding, Media, Message


def boxes_of(medium: Media) -> list[tuple[str, list[float]]]:
    """Return the boxes that *medium* tells of, each with its name: ``meta["boxes"]``, or ``meta["layout"]`` of what was drawn into
    boxes, as [name, x0, y0, x1, y1] or {"label", "box"}, in fractions of the frame. What is no box is left out."""
    told = medium.meta.get("boxes") or medium.meta.get("layout")
    found = []
    for entry in told if isinstance(told, list | tuple) else ():
        if isinstance(entry, Mapping):
            name, sides = entry.get("label"), entry.get("box")
        else:
            name, sides = (entry[0], entry[1:]) if isinstance(entry, list | tuple) and entry else ("", ())
        box = _box(sides)
        if box is not None:
            found.append((str(name or ""), [box.x0, box.y0, box.x1, box.y1]))
    return found


def _box(sides: Any) -> Box | None:
    try:
        return Box(*(float(side) for side in sides))
    except (TypeError, ValueError):
        return None


def grounded(medium: Media, messages: Iterable[Message]) -> Media:
    """Return *medium* with the boxes that the answers among *messages* gave phrases in it, after its own."""
    parts = [part for message in messages for part in message.parts if isinstance(part, Grounding)]
    more = [[part.phrase, b.x0, b.y0, b.x1, b.y1] for part in parts if part.of == medium.handle for b in part.boxes]
    own = [[name, *box] for name, box in boxes_of(medium)]
    return replace(medium, meta={**medium.meta, "boxes": [*own, *more]}) if more else medium


def export_boxes(media: Sequence[Media], form: str) -> tuple[bytes, str]:
    """Return the boxes of pictures and clips as one file in *form* ("coco"; "svg" for one medium) and its suffix.

    Raises Refusal where a medium tells of no boxes or its size is not known, and for another form.
    """
    if form not in ("coco", "svg"):
        raise Refusal(f"Boxes cannot be exported as {form}.", "Use coco or svg.")
    if form == "svg" and len(media) != 1:
        raise Refusal("An SVG holds the boxes of one picture.", "Name one, or use coco.")
    sheets = [_sheet(medium) for medium in media]
    if form == "coco":
        return json.dumps(_coco(sheets)).encode(), ".json"
    ((_, width, height, boxes),) = sheets
    shapes = [svg_rectangle(n, name, box, width, height) for n, (name, box) in enumerate(boxes)]
    return svg_document(width, height, shapes).encode(), ".svg"


_Sheet = tuple[str, int, int, list[tuple[str, list[float]]]]


def _sheet(medium: Media) -> _Sheet:
    boxes, size = boxes_of(medium), [medium.meta.get(side) for side in ("width", "height")]
    width, height = (int(side) if isinstance(side, int | float) else 0 for side in size)
    if not boxes:
        raise Refusal(f"{medium.handle} has no boxes to export.", "Ask where the things are first.")
    if width < 1 or height < 1:
        raise Refusal(f"The size of {medium.handle} is not known.", "Attach it again.")
    return medium.handle, width, height, boxes


def _coco(sheets: Sequence[_Sheet]) -> dict[str, Any]:
    """Return one COCO document; boxes are [x, y, width, height] in pixels."""
    names = sorted({name or "object" for *_, boxes in sheets for name, _ in boxes})
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (handle, width, height, boxes) in enumerate(sheets, 1):
        images.append({"id": number, "width": width, "height": height, "file_name": handle})
        for name, (x0, y0, x1, y1) in boxes:
            sides = [round(v, 3) for v in (x0 * width, y0 * height, (x1 - x0) * width, (y1 - y0) * height)]
            annotations.append({
                "id": len(annotations) + 1, "image_id": number, "category_id": names.index(name or "object") + 1, "bbox": sides,
                "area": round(sides[2] * sides[3], 3), "iscrowd": 0,
            })  # fmt: skip
    categories = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
    return {"info": {}, "images": images, "annotations": annotations, "categories": categories}
