"""Batches for the vision tower: views of drawn scenes, and what each of their patches shows.

A batch follows from the seed and the number of its step. Some of its scenes are new, the others were new up to AGO rounds
before; each is seen through another crop, mirrored or not, brighter or darker, blurred, noisy or written as JPEG.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import cv2
import numpy as np
import torch
from models.vision.tower import STRIDE
from models.world import atlas
from numpy.typing import NDArray
from torch import Tensor

from training.vision.quick import plain
from training.vision.scenes import SIZES, Sight, sight

AGO = 70
"""Rounds after which a scene is not seen any more; a round is a step of each frame size."""
FILLED = 0.25
"""Share of a patch's pixels from which it shows a thing."""
BARE = 0.08
"""Share up to which it shows none; in between it is not asked."""
LEAST = 14
"""Pixels that are seen of a thing, at least, for it to be asked for."""


@dataclass(frozen=True)
class Batch:
    """*pixels* float [b, 3, h, w] in -1..1. For n things in all pictures: *things* int64 [n], which of the lexicon they are, and
    *boxes* float [n, 4] round what is seen of them, in fractions. *owner* int64 [b, h / STRIDE, w / STRIDE]: the place of the
    thing that a patch shows among the n; -1 for the backdrop, -2 where nobody asks."""

    pixels: Tensor
    things: Tensor
    boxes: Tensor
    owner: Tensor

    def to(self, device: str) -> Batch:
        """Return the batch on *device*."""
        return Batch(*(getattr(self, name).to(device) for name in ("pixels", "things", "boxes", "owner")))


class Maker:
    """Makes the batch of any step: *size* pictures, of which *fresh* show new scenes of things called *names*."""

    def __init__(self, names: Sequence[str], seed: int, size: int, fresh: int) -> None:
        self.names, self.seed, self.size, self.fresh = tuple(names), seed, size, fresh
        self.place = {name: n for n, name in enumerate(self.names)}
        self._kept: OrderedDict[tuple[int, int], Sight] = OrderedDict()
        for name in sorted(self.names, key=lambda name: atlas.entry(name).place):
            plain(name)

    def __call__(self, step: int) -> Batch:
        """Return the batch of *step* (0, 1, 2, ...), the same whenever it is asked for."""
        frame = SIZES[step % len(SIZES)]
        views = [viewed(seen, frame, np.random.default_rng(number)) for seen, number in self.sights(step)]
        return collated([(pixels, ids, [self.place[name] for name in names]) for pixels, ids, names in views])

    def sights(self, step: int) -> list[tuple[Sight, int]]:
        """Return the scenes of *step*, for the frame of that step, and the seed by which each is viewed."""
        rng = Random(f"vision {self.seed} {step}")
        chosen = [(step, n) for n in range(self.fresh)]
        rounds = min(AGO, step // len(SIZES))
        chosen += [
            (step - len(SIZES) * rng.randint(0, rounds), rng.randrange(self.fresh))
            for _ in range(self.size - self.fresh)
        ]
        return [(self._sight(*one), rng.randrange(2**31)) for one in chosen]

    def _sight(self, step: int, number: int) -> Sight:
        key = step, number
        if key not in self._kept:
            self._kept[key] = sight(self.names, SIZES[step % len(SIZES)], f"sight {self.seed} {step} {number}")
            while len(self._kept) > self.fresh * len(SIZES) * (AGO + 2):
                self._kept.popitem(last=False)
        return self._kept[key]


View = tuple[NDArray[np.uint8], NDArray[np.uint8], tuple[str, ...]]


def viewed(seen: Sight, frame: tuple[int, int], rng: np.random.Generator) -> View:
    """Return a view of a scene in a *frame* (width, height): its pixels uint8 [h, w, 3], which thing is at each, uint8 [h, w],
    and their names."""
    width, height = frame
    high, wide = seen.ids.shape
    least = max(width / wide, height / high)
    scale = least * float(rng.uniform(1.0, 1.0 + 0.3 * (rng.random() < 0.6)))
    x = float(rng.uniform(0, wide * scale - width + 1e-6))
    y = float(rng.uniform(0, high * scale - height + 1e-6))
    flip = -1.0 if rng.random() < 0.5 else 1.0
    matrix = np.array([[scale * flip, 0, -x if flip > 0 else width + x], [0, scale, -y]])
    matrix[:, 2] += 0.5 * (matrix[:, :2].sum(1) - 1)  # pixel centres lie at halves, OpenCV's at whole numbers
    pixels = cv2.warpAffine(seen.pixels, matrix, frame, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    ids = cv2.warpAffine(seen.ids, matrix, frame, flags=cv2.INTER_NEAREST)
    return _worn(pixels, rng), np.asarray(ids, np.uint8), seen.names


def _worn(pixels: Any, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return *pixels* as of a picture that was perhaps made brighter or darker, tinged, blurred, noised or written as JPEG."""
    made = pixels
    if rng.random() < 0.4:
        gain = rng.uniform(0.8, 1.2) * rng.uniform(0.94, 1.06, 3)
        table = np.clip((np.arange(256)[:, None] - 128) * gain + 128 + rng.uniform(-18, 18), 0, 255).astype(np.uint8)
        made = cv2.LUT(made, table[None])
    if rng.random() < 0.2:
        made = cv2.GaussianBlur(made, (0, 0), float(rng.uniform(0.3, 0.8)))
    if rng.random() < 0.15:
        noise = rng.standard_normal(made.shape, np.float32) * np.float32(rng.uniform(1, 8))
        made = np.clip(made + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        _, data = cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 92))])
        made = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(made, np.uint8)


def collated(views: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8], Sequence[int]]]) -> Batch:
    """Return views (pixels uint8 [h, w, 3], ids uint8 [h, w], things by their places in the lexicon) as a batch."""
    things: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    owners = []
    for _, ids, labels in views:
        owner, kept, round_them = patches(ids, len(labels))
        owners.append(np.where(owner >= 0, owner + len(things), owner))
        things += [labels[k] for k in kept]
        boxes += round_them
    pixels = torch.from_numpy(np.stack([view[0] for view in views])).permute(0, 3, 1, 2)
    return Batch(
        (pixels.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last),
        torch.tensor(things, dtype=torch.long),
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.from_numpy(np.stack(owners)),
    )


def patches(
    ids: NDArray[np.uint8], count: int
) -> tuple[NDArray[np.int64], list[int], list[tuple[float, float, float, float]]]:
    """Return, for a map of the *count* things of a picture (uint8 [h, w], 0 for none, k for the k-th), what each patch shows,
    int64 [h / STRIDE, w / STRIDE] (-1 the backdrop, -2 not asked, else a place in what follows), which things are seen, and
    the boxes round them. A patch shows the thing that fills most of it, if by FILLED at least; a thing that fills no patch so
    far has the one that it fills most."""
    high, wide = ids.shape
    rows, columns = high // STRIDE, wide // STRIDE
    counts = np.zeros((count, rows, columns), np.int64)
    kept, boxes = [], []
    for k in range(count):
        mask = ids == k + 1
        counts[k] = mask.reshape(rows, STRIDE, columns, STRIDE).sum((1, 3))
        if counts[k].sum() < LEAST:
            continue
        ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        kept.append(k)
        boxes.append((xs[0] / wide, ys[0] / high, (xs[-1] + 1) / wide, (ys[-1] + 1) / high))
    owner = np.full((rows, columns), -1, np.int64)
    owner[counts.sum(0) > BARE * STRIDE**2] = -2
    if not kept:
        return owner, kept, boxes
    best = counts.argmax(0)
    filled = np.take_along_axis(counts, best[None], 0)[0] >= FILLED * STRIDE**2
    for place, k in enumerate(kept):
        own = filled & (best == k)
        if not own.any():
            own = counts[k] == counts[k].max()
        owner[own] = place
    return owner, kept, boxes
