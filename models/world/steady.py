"""A look over a person's clip that keeps still where the clip does: noise of the camera must not decide anew in every frame.

Looks decide: which calm square a dab of paint takes its colour from, on which side of a step a tone lies, where a line runs. A
little noise tips such decisions, and the clip boils. So each frame is first calmed, by a running mean along the motion of the
pixels as far as they are the same, and what the look makes of it goes on, as far as they are the same, from what was made before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.world.styles import stylised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Field = NDArray[np.float32]

CARRIED = ("oil", "comic", "poster", "pastel", "dreamy", "neon", "night")
"""Looks whose marks belong to the things and move with them; paper, hatching, grain and glass of the others lie still before all."""
CALM, KEPT = 0.8, 0.7
"""Shares of what was before, in the calmed frame and in the finished one, where nothing changed. At 30 frames per second what is
kept is gone after a quarter of a second."""
SAME = 7.0
"""Difference (0..255, of blurred colours) at which pixels count as changed to two thirds; noise of the camera stays far below."""
FLOW_SIDE = 320
"""Longest side in px of the copies on which motion is measured."""


@dataclass(frozen=True)
class _Past:
    """What is kept of the frame before: *seen* as it came, *calm* float32 [h, w, 3], *made* with the look, float32 [h, w, 3]."""

    seen: Pixels
    calm: Field
    made: Field


def steadied(style: str) -> Callable[[Pixels], Pixels]:
    """Return what gives the frames of one clip, uint8 [h, w, 3] in their order, the look *style* (see ``stylised``; ValueError for
    another name is raised by the first frame). Equal frames give equal frames. It must be made anew for each clip."""
    past: _Past | None = None

    def next_frame(pixels: Pixels) -> Pixels:
        nonlocal past
        if past is None or past.seen.shape != pixels.shape:
            made = stylised(pixels, style)
            past = _Past(pixels, pixels.astype(np.float32), made.astype(np.float32))
            return made
        if np.array_equal(past.seen, pixels):
            return _whole(past.made)
        past = _after(past, pixels, style)
        return _whole(past.made)

    return next_frame


def _whole(values: Field) -> Pixels:
    return np.asarray(np.clip(values + np.float32(0.5), 0, 255), np.uint8)


def _after(past: _Past, pixels: Pixels, style: str) -> _Past:
    """Return what is known after *pixels*, the frame that follows *past*."""
    seen = pixels.astype(np.float32)
    where = _origins(past.calm, seen)
    before = _fetched(past.calm, where)
    same = _same(before, seen)
    calm = seen + np.float32(CALM) * same * (before - seen)
    made = stylised(_whole(calm), style).astype(np.float32)
    if style in CARRIED:
        former = _fetched(past.made, where)
    else:
        former, same = past.made, _same(past.calm, seen)
    return _Past(pixels, calm, made + np.float32(KEPT) * same * (former - made))


def _same(one: Field, other: Field) -> Field:
    """Return how surely the pixels of two frames show the same, float32 [h, w, 1], 0..1."""
    import cv2

    apart = np.abs(cv2.GaussianBlur(one - other, (0, 0), 1.5)).max(axis=2)
    # A pixel beside one that changed is not trusted either: edges that move must leave no trail.
    apart = cv2.dilate(apart, np.ones((3, 3), np.uint8))
    return np.asarray(np.exp(-((apart / np.float32(SAME)) ** 2))[..., None], np.float32)


def _origins(before: Field, now: Field) -> Field:
    """Return where each pixel of *now* was in the frame *before*, float32 [h, w, 2] (x, y) px, by dense optical flow (Kroeger et
    al. 2016, "DIS")."""
    import cv2

    high, wide = now.shape[:2]
    scale = min(1.0, FLOW_SIDE / max(high, wide))
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    columns, rows = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    grid = np.stack([columns, rows], axis=2)
    if min(size) < 16:  # too small for motion to be measured
        return grid
    grays = [
        cv2.cvtColor(cv2.resize(_whole(frame), size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for frame in (now, before)
    ]
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(grays[0], grays[1], None)
    flow = cv2.resize(flow, (wide, high), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grid + flow * np.array([wide / size[0], high / size[1]], np.float32), np.float32)


def _fetched(frame: Field, where: Field) -> Field:
    """Return *frame* taken from the places *where*; beyond its sides, its outermost pixels."""
    import cv2

    return np.asarray(cv2.remap(frame, where, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32)
