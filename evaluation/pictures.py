"""Scores of pairs of pictures: signal-to-noise ratio, structural similarity, distance of features, inside against outside.

Pictures are uint8 [height, width, 3] RGB or [height, width] grey. Raises ValueError when two differ in shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import correlate1d

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

PEAK = 255.0
_REACH, _SIGMA = 5, 1.5  # the window of 11 x 11 of Wang et al.
_C1, _C2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2


def _same(a: NDArray[Any], b: NDArray[Any]) -> None:
    if a.shape != b.shape:
        raise ValueError(f"a picture of {a.shape} cannot be compared with one of {b.shape}")


def psnr(a: Picture, b: Picture, where: Mask | None = None) -> float:
    """Return the peak signal-to-noise ratio in dB, 10 log10(255^2 / mean squared error), over the pixels of *where* bool
    [h, w] or all; infinite for equal pixels. Raises ValueError when no pixel is left."""
    _same(a, b)
    squares = (a.astype(np.float64) - b.astype(np.float64)) ** 2
    chosen = squares if where is None else squares[where]
    if not chosen.size:
        raise ValueError("there is no pixel to compare")
    error = float(chosen.mean())
    return math.inf if error == 0 else 10 * math.log10(PEAK * PEAK / error)


def luma(picture: Picture) -> NDArray[np.float64]:
    """Return the brightness float64 [h, w], 0..255, of RGB (ITU-R BT.601) or of grey as it is."""
    values = picture.astype(np.float64)
    return values if values.ndim == 2 else np.asarray(values @ np.array([0.299, 0.587, 0.114]))


def _blur(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gaussian means of all windows that lie wholly within [h, w]: [h - 10, w - 10]."""
    kernel = np.exp(-(np.arange(-_REACH, _REACH + 1) ** 2) / (2 * _SIGMA**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        values = np.asarray(correlate1d(values, kernel, axis=axis, mode="nearest"), np.float64)
    return values[_REACH:-_REACH, _REACH:-_REACH]


def ssim(a: Picture, b: Picture) -> float:
    """Return the mean structural similarity, -1..1, of the brightness of two pictures.

    (2 ma mb + C1)(2 sab + C2) / ((ma^2 + mb^2 + C1)(sa^2 + sb^2 + C2)) with gaussian windows of 11 x 11, sigma 1.5,
    K1 0.01, K2 0.03 (Wang et al. 2004, IEEE Transactions on Image Processing 13, equation 13), without scaling down
    first. Raises ValueError when a side is under 11 px.
    """
    _same(a, b)
    if min(a.shape[:2]) < 2 * _REACH + 1:
        raise ValueError(f"a picture of {a.shape[1]} x {a.shape[0]} px is smaller than the window of 11 x 11")
    x, y = luma(a), luma(b)
    mx, my = _blur(x), _blur(y)
    vx, vy, cov = _blur(x * x) - mx * mx, _blur(y * y) - my * my, _blur(x * y) - mx * my
    score = (2 * mx * my + _C1) * (2 * cov + _C2) / ((mx * mx + my * my + _C1) * (vx + vy + _C2))
    return float(score.mean())


@dataclass(frozen=True)
class Network:
    """A frozen feature network: *name* is stated beside every figure made with it, *layers* returns for a picture one map
    float [channels, h, w] or more."""

    name: str
    layers: Callable[[Picture], Sequence[NDArray[Any]]]


def feature_distance(a: Picture, b: Picture, network: Network, weights: Sequence[NDArray[Any]] | None = None) -> float:
    """Return a distance as in LPIPS (Zhang et al. 2018, CVPR, equation 1): features of each place scaled to length 1,
    squared differences weighted by channel, averaged over places, summed over layers; 0 for equal pictures.

    *weights* holds one row of non-negative weights [channels] a layer; without it all are 1, and a figure made so must
    not be called LPIPS. With weights of 1 it lies within 0..4 a layer. Raises ValueError when the layers do not agree.
    """
    _same(a, b)
    own, other = network.layers(a), network.layers(b)
    if len(own) != len(other) or not own or (weights is not None and len(weights) != len(own)):
        raise ValueError(f"{network.name} gave {len(own)} and {len(other)} layers")
    total = 0.0
    for index, (x, y) in enumerate(zip(own, other, strict=True)):
        if x.shape != y.shape or x.ndim != 3:
            raise ValueError(f"{network.name} gave maps of {x.shape} and {y.shape}")
        squares = (_unit(x) - _unit(y)) ** 2
        if weights is not None:
            squares = squares * np.asarray(weights[index], np.float64)[:, None, None]
        total += float(squares.sum(axis=0).mean())
    return total


def _unit(features: NDArray[Any]) -> NDArray[np.float64]:
    """Return maps [c, h, w] with the vector of every place scaled to length 1; a zero vector stays zero."""
    values = np.asarray(features, np.float64)
    length = np.sqrt((values**2).sum(axis=0, keepdims=True))
    return np.asarray(np.divide(values, length, out=np.zeros_like(values), where=length > 1e-10))


@dataclass(frozen=True)
class Change:
    """An edit inside a mask: *changed* is the mean absolute difference inside it, 0..1; *psnr* (dB), *ssim* and *kept* (the
    share of pixels that stayed bit for bit) are those outside. None where that side has no pixel."""

    changed: float | None
    psnr: float | None
    ssim: float | None
    kept: float | None


def change(before: Picture, after: Picture, mask: Mask) -> Change:
    """Return what an edit changed inside *mask* bool [h, w] and preserved outside it.

    The outside PSNR counts outside pixels alone. The outside SSIM is that of both pictures with the mask blanked, as in
    Reason-Edit (SmartEdit, arXiv 2312.06739, section 4), so that its windows reach over the mask's edge. Raises
    ValueError when the shapes differ or a side is under 11 px.
    """
    _same(before, after)
    if mask.shape != before.shape[:2]:
        raise ValueError(f"a mask of {mask.shape} does not fit a picture of {before.shape}")
    apart = np.abs(before.astype(np.int16) - after)
    inside = float(apart[mask].mean()) / PEAK if mask.any() else None
    if mask.all():
        return Change(inside, None, None, None)
    same = apart == 0 if apart.ndim == 2 else (apart == 0).all(axis=2)
    blank = [np.where(mask if p.ndim == 2 else mask[..., None], np.uint8(0), p) for p in (before, after)]
    return Change(inside, psnr(before, after, ~mask), ssim(*blank), float(same[~mask].mean()))
