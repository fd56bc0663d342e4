"""A picture as a few thousand small regions and the borders between them: what extents are searched on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

CELL = 8
"""Side in px of the square that holds the seed of one region: about the size of the regions."""
_BINS = 8


@dataclass(frozen=True)
class Regions:
    """*n* regions that tile a picture of h x w px, and the *m* pairs of them that touch.

    *label* int32 [h, w] numbers them 0 to n - 1; *area* float64 [n] px; *colour* float64 [n, 3] the mean in CIE Lab; *tints*
    float64 [n, bins] the pixels in each bin of colour; *centre* float64 [n, 2] (y, x) px; *rim* float64 [4, n] the px on the
    picture's top, left, right and bottom side; *pairs* int32 [m, 2]; *length* float64 [m] the border in px.

    Along the borders, by px: *of* int64 the pair, *step* float64 the change of colour there (Lab units in each px);
    *contrast* float64 that change times the difference of both sides (see :func:`tile`); *usual* float64 [m] the root mean
    square change in the wider neighbourhood of a pair.
    """

    label: NDArray[np.int32]
    area: NDArray[np.float64]
    colour: NDArray[np.float64]
    tints: NDArray[np.float64]
    centre: NDArray[np.float64]
    rim: NDArray[np.float64]
    pairs: NDArray[np.int32]
    length: NDArray[np.float64]
    of: NDArray[np.int64]
    step: NDArray[np.float64]
    contrast: NDArray[np.float64]
    usual: NDArray[np.float64]

    @property
    def n(self) -> int:
        """The number of regions."""
        return len(self.area)

    def under(self, mark: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which regions, bool [n], lie under any pixel of *mark* bool [h, w]."""
        touched = np.zeros(self.n, np.bool_)
        touched[self.label[mark]] = True
        return touched

    def matrix(self, values: NDArray[np.float64]) -> csr_matrix:
        """Return *values* float64 [m] of the pairs as a symmetric sparse matrix [n, n]."""
        from scipy.sparse import csr_matrix

        a, b = self.pairs[:, 0], self.pairs[:, 1]
        rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
        return csr_matrix((np.concatenate([values, values]), (rows, columns)), (self.n, self.n))


def tile(rgb: NDArray[np.uint8]) -> Regions:
    """Return the regions of *rgb* (uint8 [h, w, 3]), whose borders follow its edges.

    They are the basins of the watershed of the change of colour, one seed at the calmest px of each cell of a grid
    (waterpixels, Machairas et al. 2014; the flooding is scipy's image foresting transform). A step of colour counts as
    *contrast* in so far as the mean colours of both sides differ too: texture has steps with little behind them.
    """
    import cv2

    lab = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    change = _change(lab)
    label = _flood(change)
    flat, n = label.ravel(), int(label.max()) + 1
    height, width = label.shape
    area = np.bincount(flat, minlength=n).astype(np.float64)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(flat, values.ravel(), minlength=n) / area, np.float64)

    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    sides = (label[0], label[:, 0], label[:, -1], label[-1])
    colour = np.stack([mean(lab[..., i]) for i in range(3)], axis=1)
    pairs, of, step = _borders(label, change)
    length = np.bincount(of, minlength=len(pairs)).astype(np.float64)
    apart = np.sqrt(((colour[pairs[:, 0]] - colour[pairs[:, 1]]) ** 2).sum(axis=1))
    window = max(height, width) // 8 | 1
    wide = np.sqrt(mean(np.asarray(cv2.boxFilter(change**2, -1, (window, window)), np.float32)).clip(0))
    return Regions(
        label, area, colour, _tints(lab, flat, n), np.stack([mean(rows), mean(columns)], axis=1),
        np.stack([np.bincount(side, minlength=n) for side in sides]).astype(np.float64),
        pairs, length, of, step, step * np.minimum(apart / 4, 20)[of], wide[pairs].mean(axis=1),
    )  # fmt: skip


def _change(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how fast the colour changes, float32 [h, w]: the root of the larger eigenvalue of the colour tensor (Di Zenzo 1986)."""
    import cv2

    smooth = cv2.GaussianBlur(lab, (0, 0), 0.8)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    a, b, c = (across**2).sum(axis=2), (across * down).sum(axis=2), (down**2).sum(axis=2)
    return np.asarray(np.sqrt((a + c) / 2 + np.sqrt(((a - c) / 2) ** 2 + b**2)), np.float32)


def _flood(change: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the number of the basin of each px, int32 [h, w], from 0 on without gaps."""
    import cv2
    from scipy.ndimage import watershed_ift

    height, width = change.shape
    calm = cv2.GaussianBlur(change, (0, 0), 1.0)
    rows = np.linspace(0, height, max(1, round(height / CELL)) + 1).astype(int)
    columns = np.linspace(0, width, max(1, round(width / CELL)) + 1).astype(int)
    seeds = np.zeros((height, width), np.int32)
    number = 0
    for top, end in pairwise(rows):
        for left, right in pairwise(columns):
            number += 1
            place = int(calm[top:end, left:right].argmin())
            seeds[top + place // (right - left), left + place % (right - left)] = number
    relief = np.clip(change * 12, 0, 65535).astype(np.uint16)
    found = watershed_ift(relief, seeds).ravel()
    return np.asarray(np.unique(found, return_inverse=True)[1], np.int32).reshape(height, width)


def _borders(
    label: NDArray[np.int32], change: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    """Return the pairs that touch int32 [m, 2], and for each px of their borders the pair and the change of colour there."""
    n = int(label.max()) + 1
    keys, steps = [], []
    for one, other in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
    ):
        a, b = label[one].astype(np.int64), label[other].astype(np.int64)
        between = a != b
        keys.append((np.minimum(a, b) * n + np.maximum(a, b))[between])
        steps.append(np.maximum(change[one], change[other])[between])
    known, of = np.unique(np.concatenate(keys), return_inverse=True)
    pairs = np.stack([known // n, known % n], axis=1).astype(np.int32)
    return pairs, np.asarray(of, np.int64).ravel(), np.concatenate(steps).astype(np.float64)


def _tints(lab: NDArray[np.float32], flat: NDArray[np.int32], n: int) -> NDArray[np.float64]:
    """Return each region's histogram over those bins of Lab that the picture uses, float64 [n, bins]."""
    import cv2

    scaled = (cv2.GaussianBlur(lab, (0, 0), 0.8) + np.array([0, 80, 80], np.float32)) / np.array(
        [100, 160, 160], np.float32
    )
    cells = np.clip((scaled * _BINS).astype(np.int64), 0, _BINS - 1) @ np.array([_BINS * _BINS, _BINS, 1])
    used, which = np.unique(cells.ravel(), return_inverse=True)
    counts = np.bincount(flat.astype(np.int64) * len(used) + which.ravel(), minlength=n * len(used))
    return np.asarray(counts.reshape(n, len(used)), np.float64)
