"""Areas and their edges: growing and shrinking, tidying a mask, refining its edge at full size, judging how well it fits.

Areas are bool [height, width]; pictures uint8 RGB [height, width, 3].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shrink(area: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return *area* at *size* (width, height), a pixel set if any part of it was: a click must not vanish."""
    import cv2

    if (area.shape[1], area.shape[0]) == size:
        return area
    return np.asarray(cv2.resize(area.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 1e-6)


def half(area: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return *area* at *size* (width, height), a pixel set if most of it was."""
    import cv2

    return np.asarray(cv2.resize(area.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5)


def _disc(radius: float) -> NDArray[np.uint8]:
    import cv2

    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def grown(area: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    import cv2

    return np.asarray(cv2.dilate(area.astype(np.uint8), _disc(radius))) > 0


def shrunk(area: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    import cv2

    return np.asarray(cv2.erode(area.astype(np.uint8), _disc(radius), borderValue=1)) > 0


def core(area: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Return the pixels of *area* deeper inside than *share* of its greatest depth."""
    import cv2

    depth = cv2.distanceTransform(np.pad(area, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    return np.asarray(depth > max(1.0, share * float(depth.max())))


def tidy(
    mask: NDArray[np.bool_], wanted: NDArray[np.bool_], unwanted: NDArray[np.bool_], only_wanted: bool
) -> NDArray[np.bool_]:
    """Return *mask* without crumbs and pinholes. Pieces that touch *wanted* and holes that touch *unwanted* stay;
    with *only_wanted* no other piece does."""
    import cv2

    if not mask.any():
        return mask
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    marked = np.bincount(pieces[wanted], minlength=count) > 0
    marked[0] = False
    keep = marked.copy() if only_wanted and marked.any() else marked | (areas >= 0.05 * areas[1:].max())
    keep[0] = False
    mask = keep[pieces]
    count, holes, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < 0.004 * np.count_nonzero(mask)
    small[0] = False
    meant = np.bincount(holes[unwanted], minlength=count) > 0
    return np.asarray(mask | (small & ~meant)[holes])


REFINED_SIDE = 2000
"""Longest side in px at which an edge is refined."""


def _box_mean(values: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    import cv2

    side = 2 * radius + 1
    return np.asarray(cv2.boxFilter(values, -1, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)


def guided(guide: NDArray[np.float32], values: NDArray[np.float32], radius: int, epsilon: float) -> NDArray[np.float32]:
    """Return *values* (float32 [h, w]) smoothed so that its edges follow those of *guide* (float32 [h, w, 3], 0..1).

    The colour guided filter: in every window of *radius* px the result is a linear function of the guide's colours.
    """
    mean_guide = _box_mean(guide, radius)
    mean_values = _box_mean(values, radius)
    cross = _box_mean(guide * values[..., None], radius) - mean_guide * mean_values[..., None]
    spread = np.empty((*values.shape, 3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            both = _box_mean(guide[..., i] * guide[..., j], radius) - mean_guide[..., i] * mean_guide[..., j]
            spread[..., i, j] = spread[..., j, i] = both
        spread[..., i, i] += epsilon
    slope = np.linalg.solve(spread, cross[..., None])[..., 0].astype(np.float32)
    offset = mean_values - (slope * mean_guide).sum(axis=2)
    return np.asarray((_box_mean(slope, radius) * guide).sum(axis=2) + _box_mean(offset, radius), np.float32)


def refine(rgb: NDArray[np.uint8], small: NDArray[np.bool_], scale: float) -> NDArray[np.bool_]:
    """Return the mask *small*, found on a copy *scale* times as large, at the size of *rgb* with its edge on rgb's edges.

    Only a band of a few px (of the small copy) round the edge is decided anew, by the colour guided filter. Very large
    pictures hold no finer edges at their full size: there it is done at REFINED_SIDE and enlarged.
    """
    import cv2

    height, width = rgb.shape[:2]
    if small.shape == (height, width):
        return small
    if max(height, width) > REFINED_SIDE:
        shrink_by = REFINED_SIDE / max(height, width)
        size = max(1, round(width * shrink_by)), max(1, round(height * shrink_by))
        middle = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        found = refine(middle, small, scale / shrink_by).astype(np.float32)
        return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)) >= 0.5
    soft = np.asarray(cv2.resize(small.astype(np.float32), (width, height)), np.float32)
    mask = np.asarray(soft >= 0.5)
    reach = max(2, round(1.6 / scale))
    band = grown(mask, reach) & ~shrunk(mask, reach)
    for y0 in range(0, height, 256):
        for x0 in range(0, width, 256):
            core_area = (slice(y0, y0 + 256), slice(x0, x0 + 256))
            if not band[core_area].any():
                continue
            pad = 4 * reach
            top, left = max(0, y0 - pad), max(0, x0 - pad)
            near = (slice(top, y0 + 256 + pad), slice(left, x0 + 256 + pad))
            fit = guided(rgb[near].astype(np.float32) / np.float32(255), soft[near], reach, 1e-4)
            fit = fit[y0 - top : y0 - top + 256, x0 - left : x0 - left + 256]
            mask[core_area] = np.where(band[core_area], fit >= 0.5, mask[core_area])
    return mask


def _likelihood(rgb: NDArray[np.float64], model: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the density of colours [n, 3] (BGR 0..255) under one of GrabCut's mixtures (float64 [1, 65])."""
    weights, means, covariances = model[0, :5], model[0, 5:20].reshape(5, 3), model[0, 20:].reshape(5, 3, 3)
    total = np.zeros(len(rgb))
    for weight, mean, covariance in zip(weights, means, covariances, strict=True):
        if weight <= 0:
            continue
        covariance = covariance + np.eye(3) * 0.5
        away = rgb - mean
        power = (away @ np.linalg.inv(covariance) * away).sum(axis=1)
        total += weight * np.exp(-0.5 * power) / np.sqrt(np.linalg.det(covariance))
    return total


def agreement(
    rgb: NDArray[np.uint8], mask: NDArray[np.bool_], background: NDArray[np.float64], foreground: NDArray[np.float64]
) -> float:
    """Return how well *mask* fits the picture, 0..1: 0.6 * separation + 0.4 * edge. No ground truth is in it.

    separation is the mean posterior of the right side under the two colour mixtures, averaged over the mask and over a
    ring of background round it (0.5: the colours tell nothing). edge is the share of the mask's outline, the frame's
    border left out, at which the colour changes more than at two thirds of the pixels nearby.
    """
    import cv2

    if not mask.any() or mask.all():
        return 0.0
    reach = max(3.0, 0.06 * max(mask.shape))
    ring = grown(mask, reach) & ~mask
    sides = []
    for area, own, other in ((mask, foreground, background), (ring, background, foreground)):
        colours = rgb[area][:, ::-1].astype(np.float64)
        right, wrong = _likelihood(colours, own), _likelihood(colours, other)
        sides.append(float(((right + 1e-12) / (right + wrong + 2e-12)).mean()) if len(colours) else 0.5)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    change = np.sqrt(
        sum(cv2.Sobel(lab, cv2.CV_32F, dx, dy).astype(np.float32) ** 2 for dx, dy in ((1, 0), (0, 1))).sum(axis=2)
    )
    outline = mask & ~shrunk(mask, 1)
    outline[[0, -1], :] = outline[:, [0, -1]] = False
    nearby = change[mask | ring]
    peak = cv2.dilate(change, np.ones((3, 3), np.uint8))
    edge = float((peak[outline] > np.quantile(nearby, 2 / 3)).mean()) if outline.any() else 0.5
    return float(np.clip(0.6 * (sides[0] + sides[1]) / 2 + 0.4 * edge, 0.0, 1.0))
