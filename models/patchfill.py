"""Filling a hole in a picture from the rest of it, coarse to fine: each small patch over the hole looks for its like.

At every level two steps take turns: find the most similar patch of the known picture for each patch that touches the
hole (random guesses, spread to the neighbours), and let the found patches vote on the colours in the hole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from models.expert import Report, Share
from models.previews import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Layers: TypeAlias = NDArray[np.float32]  # [height, width, channels]
    Index: TypeAlias = NDArray[np.int64]

HALF = 3
"""A patch is 2 * HALF + 1 px wide, on very small copies less: there it would already hold whole things."""
THIN = 5.0
"""A hole nowhere deeper than this many px is closed by TELEA's method, which is quicker and as good there."""
FAR = 250.0
"""Cost (mean squared difference of the channels, summed) of a source as far away as the window is wide: near is likelier."""
LARGE, VAST = 30_000, 250_000
"""A hole of more patches than the first is compared at every other pixel only; of more than the second it is not searched
at full size at all, but painted from the matches found on the copy half as large."""
MOST_HOLE, MOST_WINDOW = 1_500_000, 6_000_000
"""A hole, or a hole with its surroundings, of more px than this is filled on a smaller copy, to bound time and memory."""
_ROUNDS = (14, 10, 6, 3, 2)
"""Turns of search and vote at the coarsest level and the next ones; the last holds for all that follow."""


def fill(
    pixels: NDArray[np.uint8],
    hole: NDArray[np.bool_],
    seed: int,
    report: Report,
    *,
    bounded: bool = True,
    level: float = 0.0,
) -> tuple[NDArray[np.uint8], str]:
    """Return *pixels* (uint8 [h, w, 3 or 4]) with *hole* (bool [h, w], neither empty nor everything) filled, and the method.

    Pixels outside the hole are the input's. The same input and seed give the same result. *report* is called at least
    once for each turn with a fraction 0..1 and the picture so far. *bounded* shrinks what is larger than MOST_HOLE or
    MOST_WINDOW. *level* is what it costs, in squared steps of colour, to take a patch from another row: times how far that is, a share of
    the height. With much of it what runs level goes on so.
    """
    import cv2

    out = pixels.copy()
    y0, y1, x0, x1 = _window(hole)
    here = (slice(y0, y1), slice(x0, x1))
    part, gap = np.ascontiguousarray(pixels[here]), np.ascontiguousarray(hole[here])
    whole = Part(pixels, *here)
    depth = cv2.distanceTransform(np.pad(gap, 1).astype(np.uint8), cv2.DIST_L2, 5)
    if float(depth.max()) <= THIN:
        report(0.2, "filling a thin gap", lambda: whole.look(part))
        out[here][gap] = _smeared(part, gap)[gap]
        return out, "TELEA"
    shrink = math.sqrt(min(1.0, MOST_HOLE / np.count_nonzero(gap), MOST_WINDOW / gap.size))
    if bounded and shrink < 1:
        out[here][gap] = _filled_small(part, gap, shrink, seed, _Within(report, whole), level)[gap]
        return out, "patches, at reduced size"
    levels = _pyramid(part.astype(np.float32), gap)
    if not _sources(levels[0][1]).any():
        out[here][gap] = _smeared(part, gap)[gap]
        return out, "TELEA"
    random = np.random.default_rng(seed)
    first, first_gap = levels[0]
    image = first.copy()
    image[first_gap] = _smeared(np.clip(first, 0, 255).astype(np.uint8), first_gap)[first_gap]
    match: _Match | None = None
    weights = [np.count_nonzero(g) ** 0.8 for _, g in levels]
    for i, (known, gap_now) in enumerate(levels):
        begin, share = sum(weights[:i]) / sum(weights), weights[i] / sum(weights)
        if not _sources(gap_now).any():
            break
        image, match = _level(
            known, gap_now, image if i == 0 else None, match, _ROUNDS[min(i, len(_ROUNDS) - 1)], random,
            _Within(Share(report, begin, begin + share), whole, f"size {i + 1} of {len(levels)}"), last=i == len(levels) - 1, level=level,
        )  # fmt: skip
    if image.shape[:2] == gap.shape:
        out[here][gap] = np.clip(np.rint(image[gap]), 0, 255).astype(np.uint8)
    return out, "patches"


@dataclass(frozen=True)
class _Within:
    """A report whose previews, of a window, are shown within the *whole* picture, and whose words follow *step*."""

    report: Report
    whole: Part
    step: str = ""

    def __call__(self, fraction: float, word: str = "", preview: Any = None) -> None:
        shown = None if preview is None else lambda: self.whole.look(preview())
        self.report(fraction, f"{word}, {self.step}" if self.step else word, shown)


def _filled_small(
    part: NDArray[np.uint8], gap: NDArray[np.bool_], shrink: float, seed: int, report: Report, level: float
) -> NDArray[np.uint8]:
    """Return *part* with *gap* filled on a copy *shrink* times as large, enlarged again."""
    import cv2

    height, width = gap.shape
    size = max(1, math.floor(width * shrink)), max(1, math.floor(height * shrink))
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    small_gap = np.asarray(cv2.resize(gap.astype(np.float32), size, interpolation=cv2.INTER_AREA)) > 0
    filled, _ = fill(small, small_gap, seed, report, bounded=False, level=level)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _window(hole: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return y0, y1, x0, x1 of the hole and enough round it to borrow from."""
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    margin = max(64, int(0.9 * max(rows[-1] - rows[0], columns[-1] - columns[0])))
    return (
        max(0, int(rows[0]) - margin), min(hole.shape[0], int(rows[-1]) + 1 + margin),
        max(0, int(columns[0]) - margin), min(hole.shape[1], int(columns[-1]) + 1 + margin),
    )  # fmt: skip


def _smeared(part: NDArray[np.uint8], gap: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return *part* with *gap* closed by TELEA's method, alpha apart from the colours."""
    import cv2

    mask = gap.astype(np.uint8)
    rgb = cv2.inpaint(np.ascontiguousarray(part[..., :3]), mask, 4, cv2.INPAINT_TELEA)
    if part.shape[2] == 3:
        return np.asarray(rgb, np.uint8)
    return np.dstack([rgb, cv2.inpaint(np.ascontiguousarray(part[..., 3]), mask, 4, cv2.INPAINT_TELEA)])


def _pyramid(part: Layers, gap: NDArray[np.bool_]) -> list[tuple[Layers, NDArray[np.bool_]]]:
    """Return (picture, gap) from coarse to fine, each half as large as the next; hidden pixels never mix into known ones."""
    import cv2

    levels = [(part, gap)]
    while True:
        known, now = levels[0]
        depth = cv2.distanceTransform(np.pad(now, 1).astype(np.uint8), cv2.DIST_L2, 5)
        height, width = now.shape
        if float(depth.max()) <= 4 or min(height, width) < 12:
            return levels
        rows, columns = -(-height // 2), -(-width // 2)
        pad = ((0, 2 * rows - height), (0, 2 * columns - width))
        mass = np.pad((~now).astype(np.float32), pad, mode="edge").reshape(rows, 2, columns, 2).sum(axis=(1, 3))
        values = np.pad(known * ~now[..., None], (*pad, (0, 0)), mode="edge")
        values = values.reshape(rows, 2, columns, 2, -1).sum(axis=(1, 3)) / np.maximum(mass, 1)[..., None]
        gap_small = mass < 4
        if not _sources(gap_small).any():
            return levels
        levels.insert(0, (values.astype(np.float32), gap_small))


def _half(shape: tuple[int, ...]) -> int:
    return 2 if max(shape) < 40 else HALF


def _sources(gap: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return bool [h, w], where a whole patch lies within the known picture."""
    import cv2

    side = 2 * _half(gap.shape) + 1
    return np.asarray(cv2.erode((~gap).astype(np.uint8), np.ones((side, side), np.uint8), borderValue=0)) > 0


@dataclass
class _Match:
    """For each target patch (*centres*: rows and columns) the row and column of the source patch most like it."""

    shape: tuple[int, int]
    number: Index  # [h, w]: which target lies at a pixel, or -1
    ys: Index
    xs: Index
    rows: Index
    columns: Index


class _Search:
    """One level: the picture, padded so that no patch leaves it, and the best matches so far."""

    def __init__(self, image: Layers, gap: NDArray[np.bool_], random: np.random.Generator, level: float) -> None:
        import cv2

        self.half = half = _half(gap.shape)
        side = 2 * half + 1
        self.image, self.gap, self.random, self.level = image, gap, random, level
        self.allowed = _sources(gap)
        targets = np.asarray(cv2.dilate(gap.astype(np.uint8), np.ones((side, side), np.uint8))) > 0
        self.ys, self.xs = (a.astype(np.int64) for a in np.nonzero(targets))
        self.number = np.full(gap.shape, -1, np.int64)
        self.number[targets] = np.arange(len(self.ys))
        reach = range(-half, half + 1)
        self.offsets = [(dy, dx) for dy in reach for dx in reach]
        self.large, self.vast = len(self.ys) > LARGE, len(self.ys) > VAST
        self.compared = [(dy, dx) for dy, dx in self.offsets if not self.large or (dy % 2 and dx % 2)]
        if self.vast:
            self.offsets = [(dy, dx) for dy, dx in self.offsets if dy in (-half, 0, half) and dx in (-half, 0, half)]
        self.wide = gap.shape[1] + 2 * half
        self.ties = np.flatnonzero(self.allowed)
        depth = cv2.distanceTransform(np.pad(gap, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
        self.certainty = (1.25 ** -np.minimum(depth, 60)).astype(np.float32)
        self.trust = self.certainty[targets]
        self.shares: list[NDArray[np.float32]] = []
        self.patches: list[Layers] = []
        self.cost = np.full(len(self.ys), np.inf, np.float32)
        some = self.ties[random.integers(0, len(self.ties), len(self.ys))]
        self.rows, self.columns = some // gap.shape[1], some % gap.shape[1]
        if level:  # each begins in its own row, where there is something to take
            beside = random.permutation(gap.shape[1])
            own = self.allowed[self.ys][:, beside].argmax(axis=1)
            there = self.allowed[self.ys, beside[own]]
            self.rows[there], self.columns[there] = self.ys[there], beside[own][there]
        self._flatten()

    def _flatten(self) -> None:
        padded = np.pad(
            self.image,
            ((self.half, self.half), (self.half, self.half), (0, 0)),
            mode="reflect" if min(self.gap.shape) > self.half else "edge",
        )
        self.flat = padded.reshape(-1, self.image.shape[2])

    def _at(self, ys: Index, xs: Index, dy: int, dx: int) -> Layers:
        return np.asarray(np.take(self.flat, (ys + (self.half + dy)) * self.wide + xs + (self.half + dx), axis=0))

    def look(self) -> None:
        """Take the target patches anew from the picture, and the cost of the present matches."""
        self._flatten()
        if not self.shares:
            # What is known counts for more in the comparison than what was only guessed so far.
            around = np.pad(self.certainty, self.half)
            self.shares = [around[self.ys + self.half + dy, self.xs + self.half + dx] for dy, dx in self.compared]
            self.share = np.maximum(np.sum(self.shares, axis=0), 1e-6)
        self.patches = [self._at(self.ys, self.xs, dy, dx) for dy, dx in self.compared]
        self.cost = self._costs(np.arange(len(self.ys)), self.rows, self.columns)

    def _costs(self, which: Index, rows: Index, columns: Index) -> NDArray[np.float32]:
        total = np.zeros(len(which), np.float32)
        for (dy, dx), patch, share in zip(self.compared, self.patches, self.shares, strict=True):
            away = patch[which] - self._at(rows, columns, dy, dx)
            total += share[which] * np.einsum("ij,ij->i", away, away)
        away = np.hypot(rows - self.ys[which], columns - self.xs[which]) * (FAR / max(self.gap.shape))
        if self.level:
            away = away + np.abs(rows - self.ys[which]) * (self.level / self.gap.shape[0])
        return np.asarray(total / self.share[which] + away, np.float32)

    def propose(self, which: Index, rows: Index, columns: Index) -> None:
        """Keep the candidates that are allowed and cost less than the present matches."""
        height, width = self.gap.shape
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        inside &= (rows != self.rows[which]) | (columns != self.columns[which])
        which, rows, columns = which[inside], rows[inside], columns[inside]
        allowed = self.allowed[rows, columns]
        which, rows, columns = which[allowed], rows[allowed], columns[allowed]
        cost = self._costs(which, rows, columns)
        better = cost < self.cost[which]
        which = which[better]
        self.cost[which], self.rows[which], self.columns[which] = cost[better], rows[better], columns[better]

    def spread(self, step: int) -> None:
        """Try what fits the neighbour *step* px away, moved along."""
        height, width = self.gap.shape
        for dy, dx in ((0, -step), (-step, 0), (0, step), (step, 0)):
            ys, xs = self.ys + dy, self.xs + dx
            inside = (ys >= 0) & (ys < height) & (xs >= 0) & (xs < width)
            which = np.flatnonzero(inside)
            neighbour = self.number[ys[which], xs[which]]
            which, neighbour = which[neighbour >= 0], neighbour[neighbour >= 0]
            self.propose(which, self.rows[neighbour] - dy, self.columns[neighbour] - dx)

    def guess(self, radius: float) -> None:
        """Try a random place within *radius* px of the present match."""
        everyone = np.arange(len(self.ys))
        away = np.rint(self.random.uniform(-radius, radius, (2, len(everyone)))).astype(np.int64)
        self.propose(everyone, self.rows + away[0], self.columns + away[1])

    def vote(self, sharpness: float) -> None:
        """Paint the hole with the weighted mean of what the matches show there; a higher *sharpness* trusts the best more."""
        height, width = self.gap.shape
        spread = max(float(np.quantile(self.cost, 0.75)), 1.0) / sharpness
        weight = self.trust * np.exp(-np.minimum(self.cost / (2 * spread), 40))
        total = np.zeros((height * width, self.image.shape[2]), np.float32)
        mass = np.zeros(height * width, np.float32)
        for dy, dx in self.offsets:
            ys, xs = self.ys + dy, self.xs + dx
            use = (ys >= 0) & (ys < height) & (xs >= 0) & (xs < width)
            use[use] = self.gap[ys[use], xs[use]]
            place = ys[use] * width + xs[use]
            mass[place] += weight[use]
            total[place] += self._at(self.rows[use], self.columns[use], dy, dx) * weight[use, None]
        voted = (total / np.maximum(mass, 1e-20)[:, None]).reshape(self.image.shape)
        self.image[self.gap] = voted[self.gap]


def _level(
    known: Layers,
    gap: NDArray[np.bool_],
    start: Layers | None,
    coarse: _Match | None,
    rounds: int,
    random: np.random.Generator,
    report: Report,
    *,
    last: bool,
    level: float,
) -> tuple[Layers, _Match]:
    """Run *rounds* turns at one level, from the picture *start* or from the matches of the level before."""
    search = _Search((known if start is None else start).copy(), gap, random, level)
    if coarse is not None:
        parent = coarse.number[
            np.minimum(search.ys // 2, coarse.shape[0] - 1), np.minimum(search.xs // 2, coarse.shape[1] - 1)
        ]
        has = np.flatnonzero(parent >= 0)
        rows = 2 * coarse.rows[parent[has]] + search.ys[has] % 2
        columns = 2 * coarse.columns[parent[has]] + search.xs[has] % 2
        fits = (rows < gap.shape[0]) & (columns < gap.shape[1])
        fits[fits] = search.allowed[rows[fits], columns[fits]]
        search.rows[has[fits]], search.columns[has[fits]] = rows[fits], columns[fits]
        search.cost[:] = 1.0
        search.vote(1.0)
    large, rounds = search.large, 0 if search.vast and coarse is not None else rounds
    reach = 0.5 * max(gap.shape)
    for turn in range(rounds):
        report(turn / rounds, f"filling, round {turn + 1} of {rounds}", lambda: search.image)
        search.look()
        for step in (8, 4, 2, 1) if coarse is None and turn == 0 else (1,) if large else (2, 1):
            search.spread(step)
        radius = reach if not large else 16.0
        while radius >= 1:
            search.guess(radius)
            radius /= 3 if not large else 8
        search.vote(8.0 if last and turn == rounds - 1 else 1.0)
    report(1.0, "filling", lambda: search.image)
    return search.image, _Match(gap.shape, search.number, search.ys, search.xs, search.rows, search.columns)
