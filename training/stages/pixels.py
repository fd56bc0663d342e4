"""What is true of the pixels of perceived pictures: masks and boxes of their things, beside the features that a mask is read from.

    python -m training.stages.pixels --bank BANK --count 600 --out PIXELS

Pictures of a bank (training.seeing) are drawn again from their truth, read by the frozen vision tower, and kept as arrays that are mapped
into memory. A picture is known again by its rows of things, so that dialogues need not say which one they show.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from models.percepts import THING, Percept
from models.unified.sheet import Sheet
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

INDEX = "index.json"


@dataclass
class Pixels:
    """The truth of n things that a batch learns to point at. *maps* half [i, neck, h, w]: the tower's features of i pictures, padded with
    zeros where *real* bool [i, h, w] is False; *at* long [n, 3]: row of the batch, position of the pointer, picture; *masks* float [n,
    h, w]: how much of each patch the thing covers, 0..1; *boxes* float [n, 4]: x0, y0, x1, y1 in fractions."""

    maps: Tensor
    real: Tensor
    at: Tensor
    masks: Tensor
    boxes: Tensor

    def to(self, device: str) -> Pixels:
        return Pixels(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@dataclass(frozen=True)
class Truth:
    """A picture: *features* float16 [h * w, neck] of its patches; for each row of things whose truth is known, *masks* uint8 [h * w],
    0..255, and *boxes* (x0, y0, x1, y1)."""

    height: int
    width: int
    features: NDArray[np.float16]
    masks: dict[int, NDArray[np.uint8]]
    boxes: dict[int, tuple[float, ...]]


def key(things: Percept) -> str:
    """Return what a picture's rows of things are known by."""
    found = hashlib.sha256(np.ascontiguousarray(things.places, np.float32).tobytes())
    found.update(np.ascontiguousarray(things.features, np.float16).tobytes())
    return found.hexdigest()[:24]


class PixelBank:
    """A folder that :func:`write` made. Raises OSError or ValueError when it is not one."""

    def __init__(self, folder: Path) -> None:
        self.index: dict[str, dict[str, Any]] = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        self.features = np.load(folder / "features.npy", mmap_mode="r")
        self.masks = np.load(folder / "masks.npy", mmap_mode="r")

    def __len__(self) -> int:
        return len(self.index)

    def find(self, things: Percept) -> Truth | None:
        """Return the truth of the picture that *things* are seen in, None where it is not known."""
        entry = self.index.get(key(things))
        if entry is None:
            return None
        height, width, start, first = entry["height"], entry["width"], entry["start"], entry["first"]
        size = height * width
        rows = [int(row) for row in entry["boxes"]]
        masks = {row: self.masks[first + n * size : first + (n + 1) * size] for n, row in enumerate(rows)}
        boxes = {int(row): tuple(box) for row, box in entry["boxes"].items()}
        return Truth(height, width, self.features[start : start + size], masks, boxes)


def write(folder: Path, found: Sequence[tuple[Percept, Truth]]) -> None:
    """Write pictures, each with its rows of things, to *folder*. Raises ValueError for none."""
    if not found:
        raise ValueError("no picture has a thing whose pixels are known")
    folder.mkdir(parents=True, exist_ok=True)
    index: dict[str, Any] = {}
    start = first = 0
    for things, truth in found:
        boxes = {str(row): [round(float(v), 5) for v in box] for row, box in truth.boxes.items()}
        index[key(things)] = {
            "height": truth.height,
            "width": truth.width,
            "start": start,
            "first": first,
            "boxes": boxes,
        }
        start += len(truth.features)
        first += len(truth.boxes) * truth.height * truth.width
    np.save(folder / "features.npy", np.concatenate([truth.features for _, truth in found]).astype(np.float16))
    np.save(folder / "masks.npy", np.concatenate([truth.masks[row] for _, truth in found for row in truth.boxes]))
    (folder / INDEX).write_text(json.dumps(index) + "\n", encoding="utf-8")


def digest(folder: Path) -> str:
    """Return the SHA-256 of the files of *folder*, names and bytes."""
    total = hashlib.sha256()
    for path in sorted(folder.glob("*.*")):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def pixels_of(sheets: Sequence[Sheet], vocabulary: int, bank: PixelBank) -> Pixels | None:
    """Return the truth of what the learnt parts of *sheets* point at, for a vocabulary of that size; None where none is known."""
    at: list[tuple[int, int, int]] = []
    truths: list[Truth] = []
    rows: list[int] = []
    for number, sheet in enumerate(sheets):
        for source in sheet.sources:
            if source.percept is None or source.percept.kind != THING:
                continue
            truth = bank.find(source.percept)
            if truth is None:
                continue
            begin, known = vocabulary + source.first, len(at)
            for position, token in enumerate(sheet.ids):
                row = token - begin
                if position and sheet.weights[position] > 0 and row in truth.boxes:
                    at.append((number, position, len(truths)))
                    rows.append(row)
            if len(at) > known:
                truths.append(truth)
    if not at:
        return None
    high, wide = max(t.height for t in truths), max(t.width for t in truths)
    neck = truths[0].features.shape[1]
    maps = torch.zeros(len(truths), neck, high, wide, dtype=torch.float16)
    real = torch.zeros(len(truths), high, wide, dtype=torch.bool)
    masks = torch.zeros(len(at), high, wide)
    for n, truth in enumerate(truths):
        features = torch.from_numpy(np.array(truth.features)).view(truth.height, truth.width, neck)
        maps[n, :, : truth.height, : truth.width] = features.permute(2, 0, 1)
        real[n, : truth.height, : truth.width] = True
    for n, ((_, _, image), row) in enumerate(zip(at, rows, strict=True)):
        truth = truths[image]
        mask = torch.from_numpy(np.array(truth.masks[row])).view(truth.height, truth.width)
        masks[n, : truth.height, : truth.width] = mask.float() / 255
    boxes = torch.tensor([truths[image].boxes[row] for (_, _, image), row in zip(at, rows, strict=True)])
    return Pixels(maps, real, torch.tensor(at), masks, boxes.float())


def truths(bank_folder: Path, count: int) -> list[tuple[Percept, Truth]]:
    """Return the pixels of the first *count* pictures of the bank's training split in which a thing has a row. Raises ValueError when
    the bank cannot be read, Refusal when the shipped tower cannot."""
    from models.vision import dense

    from training.seeing.shards import Bank, of_kind

    bank, tower, found = Bank(bank_folder), dense.load(), list[tuple[Percept, Truth]]()
    for number in range(bank.count("image", "train")):
        entry = bank.entry("image", "train", number)
        things = of_kind(entry.percepts, THING)
        if things is None or not entry.row:
            continue
        found.append((things, _truth(tower, entry.truth, entry.row)))
        if len(found) == count:
            break
    return found


@torch.no_grad()
def _truth(tower: Any, truth: dict[str, Any], row: dict[int, int]) -> Truth:
    """Return the pixels of the picture of *truth*; *row* says which row shows the thing of each id."""
    import cv2
    from models.vision.dense import prepared

    from training.seeing.pictures import shot_of

    shot = shot_of(truth)
    pixels, ids = _drawn(shot)
    features = tower(prepared(pixels, tower.config.area).to(tower.device)).features[0].float().cpu()
    height, width = features.shape[1:]
    masks, boxes = {}, {}
    for order, thing in enumerate(shot.scene.things, 1):
        if thing.id in row and thing.id in shot.boxes:
            covered = (ids == order).astype(np.float32) * 255
            masks[row[thing.id]] = (
                cv2.resize(covered, (width, height), interpolation=cv2.INTER_AREA).round().astype(np.uint8).ravel()
            )
            boxes[row[thing.id]] = tuple(truth["boxes"][str(thing.id)])
    flat = features.permute(1, 2, 0).reshape(height * width, -1).numpy().astype(np.float16)
    return Truth(height, width, flat, masks, boxes)


def _drawn(shot: Any) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the pixels of *shot* as the bank drew them, and which thing is seen at each."""
    from models.world.grades import graded

    from training.seeing.pictures import AREA
    from training.vision.quick import draw

    scale = (AREA / (shot.width * shot.height)) ** 0.5
    pixels, ids = draw(shot.scene, round(shot.width * scale), round(shot.height * scale))
    for mood in shot.scene.moods:
        pixels = graded(pixels, mood)
    return pixels, ids


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Keep the masks and boxes of a bank's pictures for the losses of stage two."
    )
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = time.process_time()
    found = truths(options.bank, options.count)
    write(options.out, found)
    print(f"{len(found)} pictures in {time.process_time() - start:.0f} s, {digest(options.out)}")


if __name__ == "__main__":
    main()
