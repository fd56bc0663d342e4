"""Small pictures of work that is not done yet: a picture so far, masks so far, frames done, what can be heard so far.

Each is made only when somebody looks (:class:`models.expert.Report` takes a function), from what the work holds at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

Look: TypeAlias = "Callable[[], Picture]"
SIDE = 320
"""Pixels of the longer side of a preview picture, at most."""
CELLS, WIDE, HIGH = 5, 160, 120
"""Frames in a strip of film, and the most pixels of one across and down."""
GAP, DARK = 3, 34
"""Pixels between the frames of a strip, and the level of what is not done yet."""
COLUMNS = 320
"""Columns of a preview of sound."""
_MOST = 4096
"""Samples of a column that are looked at, at most: twice the window of the spectrogram."""


def small(pixels: NDArray[Any], across: int = SIDE, down: int = SIDE) -> Picture:
    """Return *pixels* (uint8, or float 0..255, [h, w, 3 or 4]) as uint8 RGB [h, w, 3] of at most *across* x *down* px, never
    enlarged, on white where it is transparent."""
    import cv2

    height, width = pixels.shape[:2]
    scale = min(1.0, across / width, down / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    made = pixels if scale == 1.0 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if made.shape[2] == 4:
        share = made[..., 3:].astype(np.float32) / 255
        made = made[..., :3] * share + 255 * (1 - share)
    if made.dtype != np.uint8:
        made = np.clip(made + 0.5, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(made)


class Part:
    """A picture (uint8 [h, w, 3 or 4]) of which the window *rows* x *columns* is being made anew."""

    def __init__(self, pixels: Picture, rows: slice, columns: slice) -> None:
        self._pixels, self._rows, self._columns = pixels, rows, columns
        self._base: Picture | None = None

    def look(self, window: NDArray[Any]) -> Picture:
        """Return the whole, small, with *window* (0..255, [h, w, 3 or 4] of any size and type) in its place."""
        import cv2

        if self._base is None:
            self._base = small(self._pixels)
        made = self._base.copy()
        high, wide = made.shape[0] / self._pixels.shape[0], made.shape[1] / self._pixels.shape[1]
        top, left = int(self._rows.start * high), int(self._columns.start * wide)
        bottom = max(top + 1, round(self._rows.stop * high))
        right = max(left + 1, round(self._columns.stop * wide))
        part = small(np.clip(window, 0, 255).astype(np.uint8), right - left, bottom - top)
        made[top:bottom, left:right] = cv2.resize(part, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        return made


class Outlined:
    """A picture (uint8 [h, w, 3 or 4]) in which objects are found one after the other, in the colours of *numbers* (from 1)."""

    def __init__(self, pixels: Picture, numbers: Sequence[int] = ()) -> None:
        self._pixels, self._numbers = pixels, numbers
        self._base: Picture | None = None
        self._done: list[NDArray[np.bool_]] = []

    def _scaled(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        import cv2

        assert self._base is not None
        size = self._base.shape[1], self._base.shape[0]
        return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0)

    def add(self, mask: NDArray[np.bool_]) -> None:
        """Keep the finished mask bool [h, w] of one object."""
        self._base = small(self._pixels) if self._base is None else self._base
        self._done.append(self._scaled(mask))

    def look(self, mask: NDArray[np.bool_] | None = None, window: tuple[int, int, int, int] | None = None) -> Picture:
        """Return the picture, small, with the objects found and the present one: *mask*, bool [h, w] of any size, fills *window*
        (x0, y0, x1, y1 px), by default all of it."""
        from models.tracks import overlay

        self._base = small(self._pixels) if self._base is None else self._base
        masks = list(self._done)
        if mask is not None:
            masks.append(self._scaled(mask) if window is None else self._placed(mask, window))
        numbers = [*self._numbers, *range(len(self._numbers) + 1, len(masks) + 1)]
        return overlay(self._base, [(mask, number - 1) for mask, number in zip(masks, numbers, strict=False)])

    def _placed(self, mask: NDArray[np.bool_], window: tuple[int, int, int, int]) -> NDArray[np.bool_]:
        import cv2

        assert self._base is not None
        whole = np.zeros(self._base.shape[:2], np.bool_)
        high, wide = (self._base.shape[n] / self._pixels.shape[n] for n in (0, 1))
        left, top = int(window[0] * wide), int(window[1] * high)
        size = max(1, round(window[2] * wide) - left), max(1, round(window[3] * high) - top)
        part = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        whole[top : top + size[1], left : left + size[0]] = part
        return whole


class Filmstrip:
    """The frames of a clip of *total* frames that are done: CELLS of them, each the latest of its share of the clip; what is
    not done yet is dark."""

    def __init__(self, total: int) -> None:
        self._total = max(1, total)
        self._cells: dict[int, Picture] = {}
        self._latest: tuple[int, Picture | Look] | None = None

    def put(self, number: int, frame: Picture | Look) -> None:
        """Note that frame *number*, uint8 [h, w, 3] or a function that gives it, is done. It is made small when its share of the
        clip ends or somebody looks, so it must not be written to any more."""
        count = min(CELLS, self._total)
        cell = min(count - 1, count * number // self._total)
        if self._latest is not None and self._latest[0] != cell:
            self._keep()
        self._latest = cell, frame

    def _keep(self) -> None:
        if self._latest is not None:
            cell, frame = self._latest
            self._cells[cell] = small(frame() if callable(frame) else frame, WIDE, HIGH)

    def look(self) -> Picture:
        """Return the strip, uint8 [h, w, 3]; before the first frame one dark pixel."""
        self._keep()
        count = min(CELLS, self._total)
        height, width = next(iter(self._cells.values()), np.zeros((1, 1))).shape[:2]
        made = np.full((height, count * (width + GAP) - GAP, 3), DARK, np.uint8)
        for cell, frame in self._cells.items():
            if frame.shape[:2] == (height, width):
                made[:, cell * (width + GAP) : cell * (width + GAP) + width] = frame
        return made


def heard(samples: NDArray[Any], rate: int) -> Picture:
    """Return what a sound so far (float [n] or [n, channels] at *rate* Hz; turned down where it is beyond full scale) looks like."""
    from models.sound_picture import picture

    shown = samples[:, None] if samples.ndim == 1 else samples
    if len(shown) > COLUMNS * _MOST:  # of a long sound the middle of each column's share says enough
        starts = ((np.arange(COLUMNS) + 0.5) * (len(shown) / COLUMNS) - _MOST / 2).astype(int)
        shown = shown[(starts[:, None] + np.arange(_MOST)).ravel()]
    shown = np.asarray(shown, np.float32)
    loudest = max(-float(shown.min()), float(shown.max())) if shown.size else 0.0
    if loudest > 1:
        shown = np.asarray(shown / loudest, np.float32)
    return picture(shown, rate, COLUMNS)
