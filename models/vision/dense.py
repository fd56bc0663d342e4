"""Look at a picture with the vision tower, and find in what it saw the boxes of named things."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import load_file

from models.eight_bit import unpacked
from models.expert import Refusal
from models.vision.config import TowerConfig
from models.vision.suppress import overlaps
from models.vision.tower import STRIDE, Dense, VisionTower

if TYPE_CHECKING:
    from numpy.typing import NDArray

ASSETS = Path(__file__).resolve().parents[2] / "assets"
SAME = 0.5
"""Overlap (intersection over union) from which two boxes are taken to mean one thing."""
LEAST = 0.3
"""What is a thing at all is at least this sure."""
_STEEP = 4
"""How much more the sure patches count where nothing is named."""


@dataclass(frozen=True)
class Seen:
    """What the tower saw of a picture, one row for each of n patches: *phrases* float32 [n, phrase], of unit length; *boxes*
    float32 [n, 4], x0, y0, x1, y1 in fractions, within the frame; *sure* float32 [n], 0..1, that a thing is there at all.
    *contrast* is what likenesses to phrases are multiplied by."""

    phrases: NDArray[np.float32]
    boxes: NDArray[np.float32]
    sure: NDArray[np.float32]
    contrast: float


@dataclass(frozen=True)
class Found:
    """A thing in a picture: which of the phrases it is (*number*), its *box* (x0, y0, x1, y1 in fractions), how alike the
    best of its patches and the phrase are (*alike*, -1..1), how sure it is that a thing is there (*sure*, 0..1), and the mean
    *phrase* of its patches by their scores, float32 [phrase] of unit length."""

    number: int
    box: tuple[float, float, float, float]
    alike: float
    sure: float
    phrase: NDArray[np.float32] = field(repr=False, compare=False)


def sides(width: int, height: int, area: int) -> tuple[int, int]:
    """Return the width and height, multiples of STRIDE and 32 at least, of about *area* pixels, that are nearest to the shape
    of a picture of *width* x *height* pixels; what is longer than four times its height counts as just that."""
    shape = min(4.0, max(0.25, width / height))
    across = (area * shape) ** 0.5
    wide, high = (max(32, round(side / STRIDE) * STRIDE) for side in (across, across / shape))
    return wide, high


def prepared(pixels: NDArray[np.uint8], area: int) -> torch.Tensor:
    """Return a picture uint8 [h, w, 3] as the tower takes it: float [1, 3, h', w'] in -1..1, of about *area* pixels."""
    import cv2

    size = sides(pixels.shape[1], pixels.shape[0], area)
    small = pixels.shape[0] * pixels.shape[1] >= size[0] * size[1]
    made = cv2.resize(
        np.ascontiguousarray(pixels[..., :3]), size, interpolation=cv2.INTER_AREA if small else cv2.INTER_LINEAR
    )
    return torch.from_numpy(made).permute(2, 0, 1)[None].float() / 127.5 - 1


@torch.no_grad()
def look(tower: VisionTower, pixels: NDArray[np.uint8]) -> Seen:
    """Return what *tower*, in evaluation mode, sees of a picture uint8 [h, w, 3] of any size."""
    return seen_in(tower(prepared(pixels, tower.config.area).to(tower.device)), 0, float(tower.config.contrast))


def seen_in(out: Dense, number: int, contrast: float) -> Seen:
    """Return what was seen of picture *number* of those that the tower said *out* of."""
    phrases, boxes = (values[number].flatten(1).T.float().cpu().numpy() for values in (out.phrases, out.boxes))
    sure = out.objectness[number].flatten().sigmoid().float().cpu().numpy()
    return Seen(phrases, np.clip(boxes, 0, 1), sure, contrast)


def find(seen: Seen, vector: NDArray[np.float32]) -> Found:
    """Return the likeliest place of what the unit *vector* [phrase] means, whether it is there or not: the best patch, and the
    mean of its box and of all that overlap it, by their scores."""
    alike = seen.phrases @ vector
    score = alike * seen.contrast + np.log(seen.sure + 1e-6)
    best = int(score.argmax())
    return _joined(seen, score, best, alike, 0)


def surest(seen: Seen) -> Found:
    """Return the likeliest place of a thing, whatever it is (*number* 0, *alike* 0)."""
    score = np.log(seen.sure + 1e-6) * _STEEP
    return _joined(seen, score, int(score.argmax()), np.zeros(len(score), np.float32), 0)


def things(seen: Seen, vectors: NDArray[np.float32], least: float = LEAST, most: int = 60) -> list[Found]:
    """Return the things of a picture, the surest first, each as the likeliest of the phrases *vectors* [m, phrase], unit
    length: patches that are sure by *least* at least, of those with the same box the surest alone; *most* at most."""
    alike = seen.phrases @ vectors.T
    named = alike.argmax(1)
    score, found = seen.sure.copy(), list[Found]()
    while len(found) < most and score.max(initial=0.0) >= least:
        best = int(score.argmax())
        number = int(named[best])
        found.append(_joined(seen, np.log(score + 1e-6) * _STEEP, best, alike[:, number], number))
        score[overlaps(seen.boxes, np.asarray(found[-1].box)) >= SAME] = 0
        score[best] = 0
    return found


def _joined(seen: Seen, score: NDArray[np.float32], best: int, alike: NDArray[np.float32], number: int) -> Found:
    together = overlaps(seen.boxes, seen.boxes[best]) >= SAME
    together[best] = True
    weights = np.exp(score[together] - score[best])
    x0, y0, x1, y1 = ((weights[:, None] * seen.boxes[together]).sum(0) / weights.sum()).tolist()
    phrase = weights @ seen.phrases[together]
    phrase /= max(float(np.linalg.norm(phrase)), 1e-6)
    return Found(number, (x0, y0, x1, y1), float(alike[best]), float(seen.sure[best]), phrase)


@lru_cache(maxsize=2)
def load(source: str = "nano/vision", device: str = "cpu") -> VisionTower:
    """Return the tower of a folder below ``assets``, kept in half precision or in eight bits (:mod:`models.eight_bit`), ready to be asked; it is in memory once for each device. Raises Refusal
    when it is not there or cannot be read."""
    folder = ASSETS / source
    try:
        tower = VisionTower(TowerConfig.from_pretrained(folder, local_files_only=True))
        parts = [load_file(part) for part in sorted(folder.glob("*.safetensors"))]
        tower.load_state_dict(unpacked({name: value for part in parts for name, value in part.items()}))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise Refusal(
            f"The vision tower in {folder.name} cannot be read.", "Make it with python -m training.vision."
        ) from error
    ready: VisionTower = tower.to(device).eval()
    return ready
