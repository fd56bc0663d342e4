"""Where a worn thing sits on whoever wears it: the head is found in the wearer's outline, in a sprite and in a photo's mask alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 128
"""Longest side in px of the outline that is searched."""
THICK = 0.3
"""A head is at least this thick, as a share of the thickest part."""
LONG = 1.4
"""An outline this much wider than high is a body seen from the side."""
TAIL = 0.22
"""What is lower than this share of the whole height at the end of a long body is its tail."""
APART = 0.2
"""By how much one end must look more like a head than the other."""


@dataclass(frozen=True)
class Head:
    """The head in an outline, px: its middle across, its eyes (*y*) and its top down, and its width."""

    x: float
    y: float
    top: float
    width: float


def known_head(facts: tuple[float, ...], width: int, height: int) -> Head | None:
    """Return the head that the atlas knows of a sprite of *width* x *height* px (``models.world.atlas.Entry.head``), if any."""
    if len(facts) != 4:
        return None
    return Head(facts[0] * width, facts[3] * height, facts[1] * height, facts[2] * width)


def head_of(outline: NDArray[np.bool_], facing: str = "front") -> Head:
    """Return the head of *outline* (bool [h, w], not empty): the highest of the parts that are thick for the whole, or of a long
    body seen from the side the end that hangs free and is no tail.

    *facing* "left" or "right" says on which side a body seen from the side has its head. With the outlines of the 129 whole
    animals and people of the atlas, 70 % of heads are found within 0.6 of their width and half to twice as wide.
    """
    import cv2

    scale = min(1.0, SIDE / max(outline.shape))
    small = np.pad(_shrunk(outline, scale), 2)
    depth = cv2.distanceTransform(small.astype(np.uint8), cv2.DIST_L2, 5)
    # Hollows of a few px in the outline (whiskers, gaps between ears) must not make parts of their own.
    depth = cv2.GaussianBlur(depth, (0, 0), 1.5)
    most = float(depth.max())
    around = 2 * max(2, round(0.35 * most)) + 1
    peaks = (depth >= cv2.dilate(depth, np.ones((around, around), np.uint8)) - 1e-4) & (depth >= THICK * most)
    ys, xs = np.nonzero(peaks)
    rows, columns = np.flatnonzero(small.any(axis=1)), np.flatnonzero(small.any(axis=0))
    down = (ys - rows[0]) / max(1, rows[-1] - rows[0])
    across = (xs - columns[0]) / max(1, columns[-1] - columns[0])
    towards = {"left": 1 - across, "right": across}.get(facing, np.zeros_like(across))
    best = int(np.argmax(np.sqrt(depth[ys, xs] / most) - 1.5 * down + 0.25 * towards))
    y, x, radius = int(ys[best]), int(xs[best]), float(depth[ys[best], xs[best]])
    end = _free_end(small, depth) if facing == "front" else None
    if end is not None:
        y, x = end
        radius = float(depth[y, x])
    elif y - rows[0] > 1.9 * radius:
        # A head that runs into the body without a neck: where the body first grows thick from above.
        y = next(int(row) for row in rows if depth[row].max() >= 0.55 * radius)
        last = y + round(0.8 * radius)
        while y < last and depth[y + 1].max() > depth[y].max():
            y += 1
        x, radius = int(np.argmax(depth[y])), float(depth[y].max())
    left = x - _run(small[y, x::-1])
    right = x + _run(small[y, x:])
    near = small[: y + 1, max(0, x - round(0.3 * radius)) : x + round(0.3 * radius) + 1]
    tops = [y - _run(near[::-1, i]) for i in range(near.shape[1])]
    width = max(2.0, min(right - left, 2.5 * radius))
    middle = (left + right) / 2 if right - left <= 2.5 * radius else float(x)
    return Head(
        (middle - 2 + 0.5) / scale,
        (y - 2 + 0.5) / scale,
        max(0.0, (float(np.median(tops)) - 2) / scale),
        width / scale,
    )


def _free_end(small: NDArray[np.bool_], depth: NDArray[np.float32]) -> tuple[int, int] | None:
    """Return row and column of the middle of the head at one end of a long outline *small*: a head hangs free in front of the
    legs, a rump stands on them, a tail is thin. None for an outline that is not long, or whose ends are alike."""
    rows, columns = np.flatnonzero(small.any(axis=1)), np.flatnonzero(small.any(axis=0))
    high = int(rows[-1] - rows[0] + 1)
    if columns[-1] - columns[0] + 1 < LONG * high:
        return None
    found = []
    for way in (1, -1):
        ends, thick = small[:, ::way], depth[:, ::way]
        counts = ends.sum(axis=0)
        edge = int(np.flatnonzero(counts)[0])
        first = edge + int(np.argmax(counts[edge:] >= TAIL * high))
        part = ends[:, first : first + max(3, round(0.22 * high))]
        part = part[:, part.any(axis=0)]
        free = float(np.argmax(part[::-1], axis=0).mean() - (len(small) - 1 - rows[-1])) / high
        top = float(np.argmax(part, axis=0).mean() - rows[0]) / high
        y, x = divmod(int(np.argmax(thick[:, first : first + part.shape[1]])), part.shape[1])
        column = first + x
        score = free - 1.2 * min(0.6, (first - edge) / high) - 0.5 * top
        found.append((score, y, column if way == 1 else small.shape[1] - 1 - column))
    found.sort()
    (worse, *_), (better, y, x) = found
    return (y, x) if better > 0 and better - worse > APART else None


def _shrunk(outline: NDArray[np.bool_], scale: float) -> NDArray[np.bool_]:
    import cv2

    if scale == 1.0:
        return outline
    size = max(1, round(outline.shape[1] * scale)), max(1, round(outline.shape[0] * scale))
    small = np.asarray(cv2.resize(outline.astype(np.float32), size, interpolation=cv2.INTER_AREA)) >= 0.5
    return small if small.any() else np.asarray(cv2.resize(outline.astype(np.uint8), size)) >= 0


def _run(line: NDArray[np.bool_]) -> int:
    """Return how many values from the start on are True, less one."""
    gaps = np.flatnonzero(~line)
    return max(0, (int(gaps[0]) if len(gaps) else len(line)) - 1)


def worn_box(
    part: str, outline: NDArray[np.bool_], aspect: float, facing: str = "front", head: Head | None = None
) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 px (may reach out of the outline's array) for a thing worn on *part* ("head", "face", "neck", "body",
    "hands" or "feet") of *outline* (bool [h, w], not empty), whose sprite is *aspect* times as wide as high. *head* is
    where the head is, when that is known; otherwise it is found."""
    # An outline's head has its ears and hair about it; one that is known is the bare head, over which a brim stands out.
    wider = 1.0 if head is None else 1.22
    head = head or head_of(outline, facing)
    rows = np.flatnonzero(outline.any(axis=1))
    bottom = float(rows[-1]) + 1
    size = head.width
    if part == "head":
        wide = 0.98 * wider * size * min(1.0, 0.72 + 0.25 * aspect)
        high = wide / aspect
        foot = head.top + 0.2 * min(high, size)
        return head.x - wide / 2, foot - high, head.x + wide / 2, foot
    if part == "face":
        wide = 0.82 * min(wider, 1.1) * size
        return _centred(head.x, head.y, wide, wide / aspect)
    if part == "neck":
        chin = head.top + 1.02 * max(size, 1.9 * (head.y - head.top))
        high = min(0.9 * size, max(0.35 * size, bottom - chin))
        wide = min(0.7 * size, high * aspect)
        return head.x - wide / 2, chin, head.x + wide / 2, chin + wide / aspect
    columns = np.flatnonzero(outline.any(axis=0))
    left, right = float(columns[0]), float(columns[-1]) + 1
    if part == "body":
        top = min(head.y + 0.45 * size, bottom - 0.3 * (bottom - rows[0]))
        wide = min(1.15 * (right - left), (bottom - top) * aspect * 1.1)
        return _centred((left + right) / 2, (top + bottom) / 2, wide, wide / aspect)
    if part == "feet":
        wide = 0.5 * (right - left)
        return (
            (left + right - wide) / 2,
            bottom - wide / aspect * 0.8,
            (left + right + wide) / 2,
            bottom + wide / aspect * 0.2,
        )
    wide = 0.45 * size * min(1.0, aspect)
    return _centred(right - 0.1 * (right - left), (head.y + bottom) / 2, wide, wide / aspect)


def _centred(x: float, y: float, wide: float, high: float) -> tuple[float, float, float, float]:
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
