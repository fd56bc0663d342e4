"""The extent of a thing that was only clicked on or scribbled over: many are proposed, and the one that fits best is taken.

A click may mean a pupil, an eye, a face or a person. So closed outlines of every size are proposed by minimum cuts
between the marks and the picture's sides (parametric cuts as in CPMC, Carreira and Sminchisescu 2012), each extent is
judged by what makes a thing stand out, and of all that are plausible the one is taken that agrees best with the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.superpixels import Regions, tile

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = tuple(float(size) for size in np.geomspace(0.0007, 0.04, 10))
"""What a px inside is worth, against the cost of a px of outline: the more, the larger the extent. For unsigned worths."""
TRUST = tuple(float(trust) for trust in np.geomspace(0.006, 0.2, 5))
"""The same for worths that tell inside from outside by their sign."""
CHOICE, DOUBT = 12.0, 8.0
"""How fast an extent's chance falls with its fitness: for the choice, and for saying how sure it is."""
_FIXED = 1e5


@dataclass(frozen=True)
class Guess:
    """An extent, bool [h, w], and how *sure* it is, 0..1: the overlap to be expected with what was meant."""

    mask: NDArray[np.bool_]
    sure: float


def guess(rgb: NDArray[np.uint8], positive: NDArray[np.bool_], negative: NDArray[np.bool_]) -> Guess:
    """Return the likely extent of what *positive* marks in *rgb* (uint8 [h, w, 3]) and *negative* does not (bool [h, w]).

    The marks are taken by their regions, so that a negative px beside a positive one may lie inside. Raises ValueError
    without a positive px.
    """
    if not positive.any():
        raise ValueError("an extent grows from marks: at least one pixel must be marked as the thing")
    regions = tile(rgb)
    marked = regions.under(positive)
    apart = regions.under(negative) & ~marked
    extents = np.unique(np.array(list(_propose(regions, marked, apart))), axis=0)
    fitness = np.array([_fitness(regions, extent, marked) for extent in extents])
    common = (extents * regions.area) @ extents.T.astype(np.float64)
    sizes = np.diag(common)
    overlaps = common / (sizes[:, None] + sizes[None, :] - common)
    best = int(np.argmax(overlaps @ _chances(fitness, CHOICE)))
    sure = float(overlaps[best] @ _chances(fitness, DOUBT))
    return Guess(np.asarray(extents[best][regions.label], np.bool_), sure)


def _chances(fitness: NDArray[np.float64], sharpness: float) -> NDArray[np.float64]:
    """Return each extent's chance to be what was meant. To weigh overlaps by them, and not to take the likeliest, is
    minimum Bayes risk (Premachandran, Tarlow and Batra 2014)."""
    chances = np.exp(sharpness * (fitness - fitness.max()))
    return np.asarray(chances / chances.sum())


def _propose(regions: Regions, marked: NDArray[np.bool_], apart: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """Yield extents, bool [n], that hold what is *marked* and nothing that is set *apart*.

    Things are often cut off by the side of the picture that they are next to, so most proposals leave that side free.
    """
    strong = _cost(regions, 9.0 / np.maximum(regions.contrast, 1e-6))
    local = _cost(regions, (0.7 * (regions.usual[regions.of] + 1)) ** 2 / np.maximum(regions.step, 1e-6) ** 2)
    for free in (True, False):
        outside = _outside(regions, marked, apart, free)
        like, near = _likeness(regions, marked, outside), _nearness(regions, marked, outside)
        plans = [(strong, like + 1, SIZES if free else SIZES[::2]), (strong, near - 0.3, TRUST)]
        if free:
            plans += [(strong, near - 0.5, TRUST), (strong, like, TRUST)]
            plans += [(local, like + 1, SIZES), (local, near - 0.3, TRUST), (local, like, TRUST)]
        for cost, worth, scales in plans:
            for scale in scales:
                yield _cut(regions, cost, scale * regions.area * worth, marked, outside)


def _cost(regions: Regions, ease: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what it costs to part each pair, float64 [m]: a px of border 0 (sharp) to 1 (*ease* large)."""
    return np.asarray(np.bincount(regions.of, ease / (1 + ease), minlength=len(regions.pairs)))


def _outside(regions: Regions, marked: NDArray[np.bool_], apart: NDArray[np.bool_], free: bool) -> NDArray[np.bool_]:
    """Return what is taken for background, bool [n]: the picture's sides, the one nearest to the marks left out if *free*."""
    height, width = regions.label.shape
    rows, columns = regions.centre[marked].T
    room = (rows.min(), columns.min(), width - 1 - columns.max(), height - 1 - rows.max())
    sides = [side for side in range(4) if not (free and side == int(np.argmin(room)))]
    return np.asarray(((regions.rim[sides].sum(axis=0) > 0) | apart) & ~marked)


def _likeness(regions: Regions, marked: NDArray[np.bool_], outside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how much the colours are those of the marks, float64 [n]: from -1 (of the background) to 1."""

    def density(those: NDArray[np.bool_], weight: NDArray[np.float64]) -> NDArray[np.float64]:
        if not those.any():
            return np.zeros(regions.n)
        own = regions.colour[those]
        square = (regions.colour**2).sum(1)[:, None] + (own**2).sum(1)[None] - 2 * regions.colour @ own.T
        return np.asarray(np.exp(-square.clip(0) / (2 * 7.0**2)) @ weight[those] / weight[those].sum())

    mine, theirs = density(marked, np.ones(regions.n)), density(outside, regions.area)
    return (mine - theirs) / (mine + theirs + 0.02)


def _nearness(regions: Regions, marked: NDArray[np.bool_], outside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how near the marks are, float64 [n], 0 (background) to 1: by the cheapest path over changes of colour to the
    background against that to the marks. Such distances in a graph cut: Price, Morse and Cohen 2010."""
    from scipy.sparse.csgraph import dijkstra

    apart = regions.colour[regions.pairs[:, 0]] - regions.colour[regions.pairs[:, 1]]
    steps = regions.matrix(np.maximum(0, np.sqrt((apart**2).sum(axis=1)) - 2) + 0.01)
    inner = dijkstra(steps, indices=np.flatnonzero(marked), min_only=True)
    if not outside.any():
        return np.ones(regions.n)
    outer = dijkstra(steps, indices=np.flatnonzero(outside), min_only=True)
    return np.asarray(outer / (outer + inner + 4))


def _cut(
    regions: Regions,
    cost: NDArray[np.float64],
    worth: NDArray[np.float64],
    marked: NDArray[np.bool_],
    outside: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return the extent, bool [n], whose outline's *cost* less the *worth* of what it holds is least.

    It is the source side of a minimum cut (Boykov and Jolly 2001); costs are counted in thousandths.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    n = regions.n
    gain = np.where(marked, _FIXED, np.where(outside, -_FIXED, worth))
    units = np.round(np.clip(gain, -_FIXED, _FIXED) * 1000).astype(np.int32)
    inner, outer = np.flatnonzero(units > 0), np.flatnonzero(units < 0)
    part = np.round(cost * 1000).astype(np.int32) + 1
    a, b = regions.pairs[:, 0], regions.pairs[:, 1]
    rows = np.concatenate([a, b, np.full(len(inner), n), outer])
    columns = np.concatenate([b, a, inner, np.full(len(outer), n + 1)])
    graph = csr_matrix((np.concatenate([part, part, units[inner], -units[outer]]), (rows, columns)), (n + 2, n + 2))
    left = graph - maximum_flow(graph, n, n + 1, method="dinic").flow
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    extent = np.zeros(n + 2, np.bool_)
    extent[breadth_first_order(left, n, return_predecessors=False)] = True
    return extent[:n]


def _fitness(regions: Regions, extent: NDArray[np.bool_], marked: NDArray[np.bool_]) -> float:
    """Return how much *extent*, bool [n], looks like a whole thing; only differences between extents of a picture count.

    For it: contrast along its outline, edges that it keeps inside, a round form, and colours unlike those round it (the
    surroundings' contrast of Alexe, Deselaers and Ferrari 2012). Against it: colours unlike the marked ones, a middle far
    from the marks, and a size far from a ninth of the picture. The weights are rounded from a least-squares fit of the
    overlap with the truth, over drawn scenes and noisy textured ones.
    """
    inside = extent[regions.pairs]
    outline, within = inside[:, 0] != inside[:, 1], inside.all(axis=1)
    sharp = np.bincount(regions.of, np.sqrt(regions.contrast), minlength=len(regions.pairs)) / regions.length
    sharp = regions.length * sharp / (sharp + 3)
    size, around = regions.area[extent].sum(), regions.length[outline].sum() + regions.rim[:, extent].sum()
    beside = regions.matrix(np.ones(len(regions.pairs)))
    near = extent | (beside @ extent > 0)
    near |= beside @ near > 0
    middle = regions.area[extent] @ regions.centre[extent] / size
    off = float(np.hypot(*(regions.centre[marked].mean(axis=0) - middle)) / np.sqrt(size))
    own = regions.tints[extent].sum(axis=0)
    return float(
        0.9 * sharp[outline].sum() / max(1.0, regions.length[outline].sum())
        + 0.5 * sharp[within].sum() / max(1.0, regions.length[within].sum())
        + 0.35 * 4 * np.pi * size / max(1.0, around) ** 2
        + 0.3 * _unlike(own, regions.tints[near & ~extent].sum(axis=0))
        - 0.5 * _unlike(own, regions.tints[marked].sum(axis=0))
        - 0.2 * off
        - 0.04 * np.log(size / regions.area.sum() * 9) ** 2
    )


def _unlike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the chi-squared distance of two histograms, 0 (the same) to 1."""
    a, b = one / max(1.0, one.sum()), other / max(1.0, other.sum())
    return float(((a - b) ** 2 / (a + b + 1e-9)).sum() / 2)
