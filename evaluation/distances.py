"""How far two sets lie apart in the space of a feature network, for pictures, clips and sounds alike.

Features are float [samples, width], one row a sample. The network must be named beside every figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.intervals import Estimate, jackknife

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Features = NDArray[Any]


def _check(a: Features, b: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both as float64. Raises ValueError unless they are rows of one width, two or more each, all finite."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or min(len(x), len(y)) < 2:
        raise ValueError(f"features of {x.shape} and {y.shape}: two or more rows of one width are needed in each")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a feature is no finite number")
    return x, y


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the square root of a symmetric positive semidefinite matrix [d, d]; what rounding made negative counts as 0."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T)


def frechet(a: Features, b: Features) -> float:
    """Return the squared Frechet distance of two normal distributions fitted to the rows (Heusel et al. 2017, NeurIPS,
    section 2): |ma - mb|^2 + Tr(Ca + Cb - 2 (Ca Cb)^1/2), zero or more; covariances with n - 1.

    The trace of the root is taken from the eigenvalues of the symmetric Ca^1/2 Cb Ca^1/2, which has those of Ca Cb: it
    stays real and finite where covariances are singular, as they are with fewer samples than features. Raises ValueError
    on unusable features.
    """
    x, y = _check(a, b)
    cx, cy = (np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (x, y))
    root = _root(cx)
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ cy @ root), 0, None)).sum()
    apart = ((x.mean(axis=0) - y.mean(axis=0)) ** 2).sum()
    return max(0.0, float(apart + np.trace(cx) + np.trace(cy) - 2 * cross))


def kernel(a: Features, b: Features) -> float:
    """Return the unbiased squared maximum mean discrepancy with the kernel (x.y / d + 1)^3 (Binkowski et al. 2018, ICLR,
    section 4, "KID"); about 0, also below it, for sets of one distribution. Raises ValueError on unusable features."""
    x, y = _check(a, b)
    width, m, n = x.shape[1], len(x), len(y)
    xx, yy, xy = ((p @ q.T / width + 1) ** 3 for p, q in ((x, x), (y, y), (x, y)))
    own = (xx.sum() - np.trace(xx)) / (m * (m - 1))
    other = (yy.sum() - np.trace(yy)) / (n * (n - 1))
    return float(own + other - 2 * xy.mean())


def estimate(distance: Callable[[Features, Features], float], real: Features, made: Features, seed: int) -> Estimate:
    """Return *distance* between *real* and *made* with a jackknife interval over groups of made samples. Raises ValueError
    with fewer than four made samples, as each part must leave two."""
    if len(made) < 4:
        raise ValueError(f"{len(made)} made samples are too few for an interval")
    return jackknife(lambda rows: distance(real, made[rows]), len(made), seed)
