"""How far a change in a marked place may reach: a band round the mark that is fixed beforehand, and the pixels that differ in and out of it.

Every expert that changes a marked place of a picture goes by this one rule, and so does whoever judges the result: the band is a share of
the frame, never what the change happened to need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

BAND = 0.006
"""Share of the picture's longer side over which what is new in a marked place fades into the old."""
LEAST = 2
"""The band's least width, px."""


def band_of(width: int, height: int) -> int:
    """Return the width in px of the band round a mark in a picture of *width* x *height* px."""
    return max(LEAST, round(BAND * max(width, height)))


def far(mark: Mask) -> NDArray[np.float32]:
    """Return how far each pixel lies from *mark* bool [h, w], px, float32 [h, w]: 0 within it; without a mark nothing is near."""
    import cv2

    if not mark.any():
        return np.full(mark.shape, np.inf, np.float32)
    if mark.all():
        return np.zeros(mark.shape, np.float32)
    return np.asarray(cv2.distanceTransform((~mark).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def reach(mark: Mask) -> Mask:
    """Return bool [h, w], the mark and the band round it: all that a change in the marked place may touch."""
    near = np.zeros(mark.shape, np.bool_)
    here = _window(mark)
    near[here] = far(mark[here]) <= band_of(mark.shape[1], mark.shape[0])
    return near


def fade(mark: Mask) -> NDArray[np.float32]:
    """Return how much of what is new shows, float32 [h, w]: 1 within *mark*, falling over the band to 0 beyond it."""
    share = np.zeros(mark.shape, np.float32)
    here = _window(mark)
    share[here] = _faded(mark[here], band_of(mark.shape[1], mark.shape[0]))
    return share


def _faded(mark: Mask, band: int) -> NDArray[np.float32]:
    away = far(mark)
    return np.asarray(np.where(away <= band, np.clip(1 - away / (band + 1), 0, 1), 0), np.float32)


def _window(mark: Mask) -> tuple[slice, slice]:
    """Return the rows and columns of *mark* and its band. All that is marked lies in them, so distances in there are those in the whole
    frame, and a large picture costs no more than its place. Empty where nothing is marked."""
    band = band_of(mark.shape[1], mark.shape[0])
    rows, columns = np.flatnonzero(mark.any(1)), np.flatnonzero(mark.any(0))
    if not len(rows):
        return slice(0), slice(0)
    return tuple(slice(max(0, int(at[0]) - band), int(at[-1]) + band + 1) for at in (rows, columns))  # type: ignore[return-value]


def blended(before: Pixels, after: Pixels, mark: Mask) -> Pixels:
    """Return *before* uint8 [h, w, 3 or 4] with *after* uint8 [h, w, 3] in the marked place, fading out over the band. Transparency and
    every pixel beyond the band are those of *before*."""
    out, here = before.copy(), _window(mark)
    old, part = before[here][..., :3], _faded(mark[here], band_of(mark.shape[1], mark.shape[0]))[..., None]
    mixed = np.rint(old + (after[here].astype(np.float32) - old) * part).astype(np.uint8)
    out[here][..., :3] = np.where(part > 0, mixed, old)
    return out


def counted(before: Pixels, after: Pixels, mark: Mask) -> dict[str, Any]:
    """Return what is told with a change in the marked place: band_px, and changed_inside and changed_outside, how many pixels differ
    between *before* and *after* (uint8, of one shape) within mark and band, and beyond them."""
    differs, near = (before[..., 0] != after[..., 0]), reach(mark)
    for channel in range(1, before.shape[2]):  # several times faster than any() over the short axis
        differs |= before[..., channel] != after[..., channel]
    return {
        "band_px": band_of(mark.shape[1], mark.shape[0]),
        "changed_inside": int(np.count_nonzero(differs & near)),
        "changed_outside": int(np.count_nonzero(differs & ~near)),
    }
