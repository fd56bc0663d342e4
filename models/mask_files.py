"""Masks as files: the stored form of a clip's mask, and the exports PNG, RLE, COCO JSON and SVG as one file each."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.expert import Masks, Refusal
from models.masks import coco_json, rle_decode, rle_string, to_png
from models.outlines import svg_document, svg_outline

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class Named:
    """One object's masks for export: the medium's *handle*, the *of* it belongs to, Masks of one object, and its *index* among the
    colours (:mod:`models.palette`)."""

    handle: str
    of: str
    masks: Masks
    index: int = 0


def clip_to_json(frames: NDArray[np.bool_], label: str, score: float, fps: float) -> bytes:
    """Return the masks of one object in a clip, bool [t, h, w], as JSON with one COCO run-length text a line."""
    count, height, width = frames.shape
    head = {"format": "coco-rle", "size": [height, width], "frames": count, "fps": fps, "label": label, "score": score}
    lines = ",\n".join(json.dumps(rle_string(frame)["counts"]) for frame in frames)
    return (json.dumps(head)[:-1] + ', "counts": [\n' + lines + "\n]}\n").encode()


def clip_from_json(data: bytes) -> Masks:
    """Rebuild what :func:`clip_to_json` wrote, as Masks [1, t, h, w]. Raises ValueError on anything else."""
    try:
        document = json.loads(data)
        size, counts = document["size"], document["counts"]
        array = np.empty((1, len(counts), int(size[0]), int(size[1])), np.bool_)
        for index, text in enumerate(counts):
            array[0, index] = rle_decode({"size": size, "counts": text})
        return Masks(array, [str(document["label"])], [float(document["score"])], float(document["fps"]))
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError("this is not a stored clip mask") from error


def _file_name(item: Named) -> str:
    label = "".join(c if c.isalnum() else "-" for c in item.masks.labels[0])[:40].strip("-")
    return item.handle.replace("#", "-") + (f"-{label}" if label else "")


def _zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # PNG files are packed already
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)  # the same masks give the same file
    return out.getvalue()


def _pngs(items: Sequence[Named]) -> Iterable[tuple[str, bytes]]:
    for item in items:
        array = item.masks.array[0]
        if array.ndim == 2:
            yield f"{_file_name(item)}.png", to_png(array)
        else:
            for number, frame in enumerate(array):
                yield f"{_file_name(item)}/{number:06d}.png", to_png(frame)


def _rle(items: Sequence[Named]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for item in items:
        array = item.masks.array[0]
        row = {"handle": item.handle, "of": item.of, "label": item.masks.labels[0], "score": item.masks.scores[0]}
        if array.ndim == 2:
            rows.append({**row, **rle_string(array)})
        else:
            size = [int(n) for n in array.shape[1:]]
            rows.append(
                {**row, "fps": item.masks.fps, "size": size, "frames": [rle_string(f)["counts"] for f in array]}
            )
    return {"format": "coco-rle", "masks": rows}


def _coco(items: Sequence[Named]) -> dict[str, Any]:
    """Return one COCO document for masks of any number of media; masks of the same medium and shape share its images."""
    groups: dict[tuple[Any, ...], list[Named]] = {}
    for item in items:
        groups.setdefault((item.of, item.masks.array.shape[1:], item.masks.fps), []).append(item)
    names = sorted({item.masks.labels[0] or "object" for item in items})
    whole: dict[str, Any] = {"info": {}, "images": [], "annotations": [], "categories": []}
    tracks = 0
    for (of, _, fps), members in groups.items():
        joined = Masks(
            np.concatenate([m.masks.array for m in members]),
            [m.masks.labels[0] for m in members], [m.masks.scores[0] for m in members], fps,
        )  # fmt: skip
        part = coco_json(joined, of)
        categories = {c["id"]: names.index(c["name"]) + 1 for c in part["categories"]}
        images, annotations = len(whole["images"]), len(whole["annotations"])
        whole["images"] += [{**image, "id": image["id"] + images} for image in part["images"]]
        whole["annotations"] += [
            {**a, "id": a["id"] + annotations, "image_id": a["image_id"] + images,
             "category_id": categories[a["category_id"]], "track_id": a["track_id"] + tracks}
            for a in part["annotations"]
        ]  # fmt: skip
        whole["info"] = part["info"]
        tracks += len(members)
    whole["categories"] = [{"id": i + 1, "name": name} for i, name in enumerate(names)]
    return whole


def at_frame(item: Named, frame: int) -> Named:
    """Return *item* as it is in one *frame* of its clip, counted from 0; a picture's mask as it is. Raises Refusal for a frame that
    the clip does not have."""
    array = item.masks.array
    if array.ndim == 3:
        return item
    if not 0 <= frame < array.shape[1]:
        raise Refusal(f"{item.handle} has no frame {frame}.", f"Its frames go from 0 to {array.shape[1] - 1}.")
    return replace(item, masks=replace(item.masks, array=array[:, frame], fps=0.0))


def _svgs(items: Sequence[Named]) -> Iterable[tuple[str, bytes]]:
    """Yield one drawing for each medium, with the outlines of all its masks; of a clip one for each frame."""
    groups: dict[tuple[Any, ...], list[Named]] = {}
    for item in items:
        groups.setdefault((item.of, item.masks.array.shape[1:]), []).append(item)
    for members in groups.values():
        first = members[0].masks.array
        height, width = first.shape[-2:]
        moving = first.ndim == 4
        for number in range(first.shape[1] if moving else 1):
            shapes = []
            for item in members:
                array = item.masks.array[0]
                mask = array[number] if moving else array
                name = " ".join(filter(None, (item.handle, item.masks.labels[0])))
                shapes.append(svg_outline(item.index, name, mask))
            base = _file_name(members[0])
            name = f"{base}/{number:06d}.svg" if moving else f"{base}.svg"
            yield name, svg_document(width, height, shapes).encode()


def export(items: Sequence[Named], form: str) -> tuple[bytes, str]:
    """Return the file for *items* in *form* ("png", "rle", "coco" or "svg") and its suffix. Several PNG or SVG files come as a ZIP.

    Raises Refusal when there is nothing to export or the form is unknown.
    """
    if not items:
        raise Refusal("There is no mask to export.", "Cut something out first.")
    if form == "png":
        if len(items) == 1 and items[0].masks.array.ndim == 3:
            return to_png(items[0].masks.array[0]), ".png"
        return _zip(_pngs(items)), ".zip"
    if form == "svg":
        drawings = list(_svgs(items))
        return (drawings[0][1], ".svg") if len(drawings) == 1 else (_zip(drawings), ".zip")
    if form == "rle":
        return json.dumps(_rle(items)).encode(), ".json"
    if form == "coco":
        return json.dumps(_coco(items)).encode(), ".json"
    raise Refusal(f"Masks cannot be exported as {form}.", "Use png, rle, coco or svg.")
