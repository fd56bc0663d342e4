"""How far a click or a scribble reaches: the cheapest paths over a picture, dear where they cross edges of colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def distance(rgb: NDArray[np.uint8], seeds: NDArray[np.bool_], step: float = 0.1) -> NDArray[np.float32]:
    """Return the cost of the cheapest path to each pixel from *seeds* (bool [h, w], at least one set), float32 [h, w].

    A step between neighbours costs *step* plus the change of colour (CIE Lab units) along it.
    """
    import cv2
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    smooth = cv2.GaussianBlur(rgb, (0, 0), 1.0).astype(np.float32) / 255
    lab = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB)
    height, width = rgb.shape[:2]
    number = np.arange(height * width, dtype=np.int32).reshape(height, width)
    rows, columns, costs = [], [], []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = (slice(0, height - dy), slice(max(0, -dx), width - max(0, dx)))
        b = (slice(dy, height), slice(max(0, dx), width + min(0, dx)))
        change = np.sqrt(((lab[a] - lab[b]) ** 2).sum(axis=2))
        rows.append(number[a].ravel())
        columns.append(number[b].ravel())
        costs.append((change + step * float(np.hypot(dy, dx))).ravel())
    graph = coo_matrix((np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))), (number.size,) * 2)
    found = dijkstra(graph.tocsr(), directed=False, indices=number[seeds], min_only=True)
    return np.asarray(found, np.float32).reshape(height, width)


def reached(rgb: NDArray[np.uint8], marks: NDArray[np.bool_], against: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what *marks* reach in *rgb* (uint8 [h, w, 3]), not being nearer to marks *against* it (all bool [h, w]).

    Growing a mark by path cost, the area stands still when it fills a thing with a clear edge: that is its extent. Each
    of up to MARKS_APART separate marks grows on its own.
    """
    import cv2

    count, pieces = cv2.connectedComponents(marks.astype(np.uint8), connectivity=8)
    groups = [pieces == i for i in range(1, count)] if count - 1 <= MARKS_APART else [marks]
    cost = np.full(marks.shape, np.inf, np.float32)
    relative = cost.copy()
    for seeds in groups:
        own = distance(rgb, seeds)
        cost = np.minimum(cost, own)
        relative = np.minimum(relative, own / _halt(own, float(seeds.mean())))
    inside = relative <= 1.0
    if against.any():
        other = distance(rgb, against)
        inside = (cost <= other) & (inside | (cost < 0.5 * other))
    return np.asarray(inside | marks)


MARKS_APART = 6
"""More clicks than this are grown together, to bound the time."""


def _halt(cost: NDArray[np.float32], marked: float) -> float:
    """Return the *cost* at which growth from a mark that covers the share *marked* of the picture halts.

    It is where a gain of a fifth in area costs most, relative to the cost so far; that is damped at small costs, or every
    speck would be a thing, and for large areas, or everything would.
    """
    start = min(max(0.0015, 1.6 * marked), 0.5)
    areas = np.geomspace(start, 0.8, 160)
    levels = np.quantile(cost, areas).astype(np.float64)
    ahead = max(1, int(np.ceil(np.log(1.2) / np.log(areas[1] / areas[0]))))
    gain = (levels[ahead:] - levels[:-ahead]) / (levels[:-ahead] + 10.0) * (1 - areas[:-ahead])
    best = int(np.argmax(gain))
    return float(max(1e-3, levels[best] + 0.4 * (levels[best + ahead] - levels[best])))
