"""A clip's frames at a small size, kept on disk in any order's reach, and what they say about the scene behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUALITY = 95
_SAMPLES = 48
_STILL = 12
"""A pixel whose greatest channel differs from the scene by fewer levels than this shows the scene."""
_SURE = 0.6
"""Share of the frames in which a pixel must show the scene for the scene to be known there."""


@dataclass(frozen=True)
class Plate:
    """The empty scene: *pixels* uint8 RGB [h, w, 3], and where it is *sure* bool [h, w], seen in most of the frames."""

    pixels: NDArray[np.uint8]
    sure: NDArray[np.bool_]


class Tape:
    """Frames by number, each stored as JPEG in one scratch file, so that going backwards costs no second decoding.

    A context manager; the file is gone afterwards. Memory holds one frame at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] = path.open("w+b")
        self._places: list[tuple[int, int]] = []

    def __enter__(self) -> Tape:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __len__(self) -> int:
        return len(self._places)

    def append(self, frame: NDArray[np.uint8]) -> None:
        """Add a frame, uint8 RGB [h, w, 3]."""
        import cv2

        data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
        start = self._file.seek(0, 2)
        self._file.write(data.tobytes())
        self._places.append((start, len(data)))

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        """Return frame *number* (of those appended, from 0), uint8 RGB [h, w, 3]. Raises IndexError."""
        import cv2

        start, size = self._places[number]
        self._file.seek(start)
        data = np.frombuffer(self._file.read(size), np.uint8)
        return np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def empty_scene(frames: Tape | Sequence[NDArray[np.uint8]]) -> Plate | None:
    """Return what stands still behind everything, or None when the camera moves or too little of it is seen.

    The median of up to 48 frames spread over the clip; it counts as the scene when in most frames most pixels show it.
    Things that never move are part of it.
    """
    count = len(frames)
    if count < 12:
        return None
    picks = np.linspace(0, count - 1, min(_SAMPLES, count)).round().astype(int)
    sample = np.stack([frames[int(n)] for n in picks])
    # Row by row, so that the median's working copy stays small.
    plate = np.stack([np.median(sample[:, row], axis=0) for row in range(sample.shape[1])]).astype(np.uint8)
    shows = np.stack([np.abs(frame.astype(np.int16) - plate).max(axis=2) < _STILL for frame in sample])
    if float(np.median(shows.mean(axis=(1, 2)))) < 0.75:
        return None
    return Plate(plate, shows.mean(axis=0) > _SURE)
