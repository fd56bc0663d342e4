"""The picture recogniser at work: the name of what is in a box, everything that it sees in a picture, features, distances.

It knows the things of the world and nothing else. Where they are is found by looking through windows of many sizes; what is
seen in several that overlap is one thing. How well it does all this on true drawings is the ceiling of what it scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
import torch
from training.recognisers.crops import NOTHING, SIDE
from training.recognisers.network import load

from evaluation.pictures import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Corners: TypeAlias = tuple[float, float, float, float]

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "nano" / "recogniser_pictures"
WINDOWS = (0.15, 0.21, 0.3, 0.42, 0.58, 0.8, 1.0)
"""Sides of the windows, as shares of the picture's shorter side."""
STEP = 0.33

"""How far a window moves on, as a share of its side."""
SURE = 0.35
"""The probability from which a window is believed to be filled by a thing, when no name is likelier."""
ROOM = 1.25
"""How much larger than a thing's box the window on it is: what the recogniser was trained on fills about 0.8 of a crop."""
_AT_ONCE = 256
_KEPT = 64


@dataclass(frozen=True)
class Seen:
    """A thing that was seen: its *name*, how sure (0..1), and the middle *x*, *y* and the *side* of its window in fractions of
    the picture's width, height and shorter side."""

    name: str
    sure: float
    x: float
    y: float
    side: float


class Eyes:
    """The picture recogniser of *folder*. Raises Refusal, with the command that makes it, when it is not there."""

    def __init__(self, folder: Path = FOLDER, device: str = "cpu", among: Sequence[str] = ()) -> None:
        """With *among* it chooses between those names, and nothing, alone. Raises ValueError for one that it does not know."""
        self._network = load(folder, device)
        self._device = device
        self._seen: dict[bytes, list[Seen]] = {}
        self.names: tuple[str, ...] = self._network.shape.names
        if unknown := set(among) - set(self.names):
            raise ValueError(f"the recogniser does not know {', '.join(sorted(unknown))}")
        wanted = {*among, NOTHING} if among else set(self.names)
        self._others = torch.tensor([name not in wanted for name in self.names], device=device)

    def chances(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return probabilities float32 [n, names] for crops uint8 [n, SIDE, SIDE, 3]."""
        scores = (self._network(part).masked_fill(self._others, -torch.inf) for part in self._inputs(crops))
        parts = [torch.softmax(score, 1) for score in scores]
        return np.asarray(torch.cat(parts).cpu().numpy(), np.float32)

    def _inputs(self, crops: NDArray[np.uint8]) -> Iterator[torch.Tensor]:
        for start in range(0, len(crops), _AT_ONCE):
            part = torch.from_numpy(np.ascontiguousarray(crops[start : start + _AT_ONCE])).to(self._device)
            with torch.inference_mode():
                yield part.permute(0, 3, 1, 2).float() / 127.5 - 1

    def named(self, picture: Pixels, box: Corners) -> str:
        """Return what is in *box* (corners in fractions) of *picture* uint8 [h, w, 3]: a name, or "" for nothing known."""
        height, width = picture.shape[:2]
        x0, y0, x1, y1 = box
        side = max((x1 - x0) * width, (y1 - y0) * height) * ROOM
        crop = cut(halvings(picture), (x0 + x1) / 2 * width, (y0 + y1) / 2 * height, side)
        name = self.names[int(self.chances(crop[None])[0].argmax())]
        return "" if name == NOTHING else name

    def look(self, picture: Pixels, least: float = 0.0) -> list[Seen]:
        """Return what is seen in *picture* uint8 [h, w, 3], the surest first, through windows of *least* of its shorter side
        and more: most windows are small ones. Pictures seen just before are remembered."""
        key = sha256(picture.tobytes() + repr((picture.shape, least)).encode()).digest()
        if key not in self._seen:
            if len(self._seen) >= _KEPT:
                del self._seen[next(iter(self._seen))]
            self._seen[key] = self._looked(picture, least)
        return list(self._seen[key])

    def _looked(self, picture: Pixels, least: float) -> list[Seen]:
        height, width = picture.shape[:2]
        short = min(height, width)
        places = list(windows(width, height, least))
        levels = halvings(picture)
        crops = np.stack([cut(levels, x, y, side) for x, y, side in places])
        chances = self.chances(crops)
        nothing = self.names.index(NOTHING)
        best = chances.argmax(1)
        found = [
            Seen(self.names[int(n)], float(chances[i, n]), x / width, y / height, side / short)
            for i, (n, (x, y, side)) in enumerate(zip(best, places, strict=True))
            if n != nothing and chances[i, n] >= SURE
        ]
        return apart(found, width / short, height / short)

    def features(self, picture: Pixels) -> list[float]:
        """Return what describes a whole picture, [features]: the mean over the picture and six tiles of it, each at the size
        of a crop."""
        height, width = picture.shape[:2]
        tiles = [picture[r * height // 2 : (r + 1) * height // 2, c * width // 3 : (c + 1) * width // 3]
                 for r in range(2) for c in range(3)]  # fmt: skip
        crops = np.stack([_small(part) for part in (picture, *tiles)])
        with torch.inference_mode():
            found = torch.cat([self._network.features(part) for part in self._inputs(crops)]).mean(0)
        return [round(float(value), 4) for value in found]

    @cached_property
    def network(self) -> Network:
        """The layers of the recogniser for :func:`evaluation.pictures.feature_distance`."""

        def layers(picture: Pixels) -> Sequence[NDArray[np.float32]]:
            with torch.inference_mode():
                (inputs,) = self._inputs(picture[None])
                return [np.asarray(found[0].cpu().numpy(), np.float32) for found in self._network.maps(inputs)]

        return Network("the picture recogniser of this repository", layers)


def windows(width: int, height: int, least: float = 0.0) -> Iterator[tuple[float, float, float]]:
    """Yield middle x, y and side in px of every window of *least* of the shorter side and more on a picture; those at its
    border reach over it by a quarter."""
    short = min(width, height)
    for share in (share for share in WINDOWS if share >= least):
        side = share * short
        for y in _middles(height, side):
            for x in _middles(width, side):
                yield x, y, side


def _middles(length: int, side: float) -> NDArray[np.float64]:
    low, high = 0.25 * side, length - 0.25 * side
    return np.linspace(low, high, max(2, round((high - low) / (STEP * side)) + 1))


def halvings(picture: Pixels, most: int = 6) -> list[Pixels]:
    """Return *picture* and its halves, each pixel the mean of four, down to a side of 8 px at least."""
    made = [picture]
    while len(made) <= most and min(made[-1].shape[:2]) >= 16:
        size = made[-1].shape[1] // 2, made[-1].shape[0] // 2
        made.append(np.asarray(cv2.resize(made[-1], size, interpolation=cv2.INTER_AREA), np.uint8))
    return made


def cut(levels: Sequence[Pixels], x: float, y: float, side: float) -> Pixels:
    """Return the square round *x*, *y* (px of the first of *levels*) at the size of a crop, out of the level that is the next
    finer; beyond the border the edge of the picture goes on."""
    number = min(len(levels) - 1, max(0, int(np.floor(np.log2(max(side, 1e-6) / SIDE)))))
    level = levels[number]
    across, down = level.shape[1] / levels[0].shape[1], level.shape[0] / levels[0].shape[0]
    wide, high = SIDE / (side * across), SIDE / (side * down)
    matrix = np.array(
        [
            [wide, 0, SIDE / 2 - 0.5 - wide * (x * across - 0.5)],
            [0, high, SIDE / 2 - 0.5 - high * (y * down - 0.5)],
        ]
    )
    flags = cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(level, matrix, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE))


def apart(found: Sequence[Seen], wide: float, high: float) -> list[Seen]:
    """Return *found* with one of each thing, the surest first: of windows of one name whose middles lie within half of the
    larger one, and of windows of two names that cover mostly the same, the surest stays. *wide*, *high* are the picture's
    sides in units of the shorter."""
    kept: list[Seen] = []
    for one in sorted(found, key=lambda seen: -seen.sure):
        for other in kept:
            away = max(abs(one.x - other.x) * wide, abs(one.y - other.y) * high)
            near = 0.5 * max(one.side, other.side) if one.name == other.name else 0.33 * min(one.side, other.side)
            if away < near and (one.name == other.name or 0.5 < one.side / other.side < 2):
                break
        else:
            kept.append(one)
    return kept


def _small(part: Pixels) -> Pixels:
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
