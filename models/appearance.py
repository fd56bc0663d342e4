"""What a followed object looks like: its colours, what sets it apart from its surroundings, and where else that appears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.edges import grown, shrunk
from models.tape import Plate

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 24
"""Steps of each CIE Lab channel in a colour histogram."""
SAME, OTHER = 6.0, 18.0
"""Differences from the empty scene, in levels of 255: up to SAME it is noise, from OTHER on something stands there."""
_MEMORY = 1500
"""Pixels of the object as first seen that stay in its colour model for good."""


def lab_of(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an RGB frame as 8-bit CIE Lab."""
    import cv2

    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2LAB), np.uint8)


def bins(lab: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the histogram bin of each pixel of Lab [..., 3]."""
    steps = (lab.astype(np.int32) * BINS) >> 8
    return np.asarray((steps[..., 0] * BINS + steps[..., 1]) * BINS + steps[..., 2], np.int32)


def smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return *values* [h, w] blurred a little, so that single pixels do not decide."""
    import cv2

    return np.asarray(cv2.GaussianBlur(values, (0, 0), 1.5), np.float32)


def histogram(lab: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the share of each colour among pixels [n, 3] of Lab, smoothed, float32 [BINS ** 3], summing to 1 (or 0)."""
    count = np.bincount(bins(lab), minlength=BINS**3).astype(np.float32).reshape(BINS, BINS, BINS)
    for axis in range(3):
        padded = np.pad(count, [(1, 1) if a == axis else (0, 0) for a in range(3)])
        low, high = (np.take(padded, np.arange(BINS) + k, axis) for k in (0, 2))
        count = np.asarray(0.5 * count + 0.25 * (low + high), np.float32)
    return np.asarray(count.ravel() / max(1e-9, float(count.sum())), np.float32)


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return how alike two histograms are, 0..1 (Bhattacharyya coefficient)."""
    return float(np.sqrt(one * other).sum())


def ring(mask: NDArray[np.bool_], least: float = 8) -> NDArray[np.bool_]:
    """Return the surroundings of *mask*: a band about half as wide as the object."""
    width = float(np.clip(0.5 * np.sqrt(np.count_nonzero(mask)), least, 25))
    return grown(mask, width) & ~mask


@dataclass
class Look:
    """The object as first seen: its colours, those of its surroundings, and how to turn a frame into GrabCut's channels.

    *plate* is the empty scene of a camera that stands still, or None; *axis* the direction in Lab's a, b plane that tells
    the object from its surroundings; *memory* uint8 [m, 3] channels of some of its pixels.
    """

    colours: NDArray[np.float32]
    around: NDArray[np.float32]
    area: int
    axis: tuple[float, float]
    plate: Plate | None
    memory: NDArray[np.uint8]

    def channels(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the three channels [h, w, 3] that GrabCut sees: the colours, or, before a known empty scene, lightness,
        the telling hue, and the difference from that scene."""
        if self.plate is None:
            return frame
        lab = lab_of(frame).astype(np.float32)
        hue = (lab[..., 1] - 128) * self.axis[0] + (lab[..., 2] - 128) * self.axis[1]
        stranger = 255 * (foreign(frame, self.plate) - SAME) / (OTHER - SAME)
        made = np.stack([lab[..., 0], 128 + 2 * hue, stranger], axis=-1)
        return np.asarray(np.clip(made, 0, 255), np.uint8)


def foreign(frame: NDArray[np.uint8], plate: Plate) -> NDArray[np.float32]:
    """Return how far each pixel is from the empty scene: the greatest difference of a channel, small gaps closed.

    Where the scene is not known for sure the answer is undecided, halfway between SAME and OTHER.
    """
    import cv2

    difference = cv2.GaussianBlur(cv2.absdiff(frame, plate.pixels), (0, 0), 0.6).max(axis=2)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    closed = cv2.morphologyEx(difference, cv2.MORPH_CLOSE, kernel).astype(np.float32)
    return np.asarray(np.where(plate.sure, closed, (SAME + OTHER) / 2), np.float32)


def tells(frame: NDArray[np.uint8], mask: NDArray[np.bool_], plate: Plate) -> bool:
    """Return whether the object at *mask* stands out from the empty scene, known there, while its surroundings do not."""
    if not mask.any() or np.mean(plate.sure[grown(mask, 8)]) < 0.8:
        return False
    away = foreign(frame, plate)
    return bool(np.median(away[mask]) > max(8.0, 3.0 * float(np.median(away[ring(mask)]))))


def look_at(frame: NDArray[np.uint8], mask: NDArray[np.bool_], plate: Plate | None) -> Look:
    """Return the look of the object at *mask* (not empty) in *frame* uint8 RGB; *plate* is used only if it tells."""
    lab = lab_of(frame)
    inner = shrunk(mask, 1)
    inner = inner if np.count_nonzero(inner) >= 30 else mask
    outside = ring(mask)
    outside = outside if outside.any() else ~mask
    hue = lab[inner][:, 1:].mean(axis=0) - (lab[outside][:, 1:].mean(axis=0) if outside.any() else 128.0)
    norm = float(np.hypot(*hue))
    axis = (float(hue[0] / norm), float(hue[1] / norm)) if norm > 2 else (0.7071, 0.7071)
    plate = plate if plate is not None and tells(frame, mask, plate) else None
    around = histogram(lab[outside]) if outside.any() else np.zeros(BINS**3, np.float32)
    look = Look(histogram(lab[inner]), around, int(np.count_nonzero(mask)), axis, plate, np.zeros((0, 3), np.uint8))
    pixels = look.channels(frame)[inner]
    look.memory = pixels[:: max(1, len(pixels) // _MEMORY)].copy()
    return look


def candidates(
    frame: NDArray[np.uint8], look: Look, views: list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]
) -> list[NDArray[np.bool_]]:
    """Return where the object may have come back, as masks bool [h, w], from the places of its colours and of its *views*.

    A view is a grey picture uint8 [a, b] of it and its mask there.
    """
    import cv2

    lab = lab_of(frame)
    index = bins(lab)
    everywhere = histogram(lab.reshape(-1, 3)[::7])
    evidence = np.log((look.colours[index] + 1e-5) / (np.maximum(everywhere, look.around)[index] + 1e-5))
    alike = smooth(evidence.astype(np.float32)) > 0.5
    found = _blobs(np.asarray(alike), look.area)
    if look.plate is not None:
        found += _blobs(foreign(frame, look.plate) > 10, look.area)
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    for view, mask in views:
        found += _match(grey, view, mask)
    return found


def _blobs(area: NDArray[np.bool_], size: int) -> list[NDArray[np.bool_]]:
    """Return the connected parts of *area* that are about as large as *size* px (a third to three times)."""
    import cv2

    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    closed = cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    closed = cv2.morphologyEx(closed, cv2.MORPH_CLOSE, wide)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    sizes = [(int(stats[k, 4]), k) for k in range(1, count) if 0.3 * size <= stats[k, 4] <= 3 * size]
    return [labels == k for _, k in sorted(sizes, reverse=True)[:4]]


def _match(grey: NDArray[np.uint8], view: NDArray[np.uint8], mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Return the place where *view* fits *grey* best, if it fits well, at three sizes."""
    import cv2

    best: tuple[float, Any] = (0.55, None)
    for scale in (0.8, 1.0, 1.25):
        size = (round(view.shape[1] * scale), round(view.shape[0] * scale))
        if min(size) < 6 or size[0] > grey.shape[1] or size[1] > grey.shape[0]:
            continue
        fit = cv2.matchTemplate(grey, cv2.resize(view, size), cv2.TM_CCOEFF_NORMED)
        _, value, _, (x, y) = cv2.minMaxLoc(fit)
        if value > best[0] and np.isfinite(value):
            best = (value, (x, y, size))
    if best[1] is None:
        return []
    x, y, size = best[1]
    placed = np.zeros(grey.shape, np.bool_)
    placed[y : y + size[1], x : x + size[0]] = cv2.resize(mask.astype(np.uint8), size) > 0
    return [placed]
