"""What was perceived of files, kept by their content, so that a medium is encoded once; bounded, and safe to use from threads."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.senses import perceive
from models.senses.perceive import Perceived, version

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.senses.recorded import Record

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of rows that are kept; of what is not asked for longest, goes first."""


class Kept:
    """Perceived media by key, *most* bytes of rows in all."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self.bytes = 0
        self._found: OrderedDict[str, Perceived] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: str, make: Callable[[], Perceived]) -> Perceived:
        """Return what is kept under *key*, or what *make* gives, which is kept then. Two threads that ask for one key at once make it
        once. What *make* raises passes, and nothing is kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._found:
                    return self._found[key]
            try:
                made = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._found[key] = made
                self.bytes += size(made)
                while self.bytes > self.most and len(self._found) > 1:
                    self.bytes -= size(self._found.popitem(last=False)[1])
            return made


def size(perceived: Perceived) -> int:
    """Return how many bytes the rows of *perceived* take."""
    return sum(one.features.nbytes + one.places.nbytes + one.sure.nbytes for one in perceived.percepts)


_shared = Kept()


def perceive_file(kind: str, path: Path, sha256: str, device: str = "cpu") -> Perceived:
    """Return what is perceived of the file at *path*, whose content has the digest *sha256*: *kind* image, video or audio. It is kept by
    digest and by the version of the weights. Raises Refusal for a file that cannot be read, ValueError for another kind."""
    return _shared.get(
        f"{kind} {sha256} {version()} {device}", lambda: perceive.perceive(kind, _read(kind, path), device)
    )


def perceive_pixels(
    pixels: NDArray[np.uint8], device: str = "cpu", gated: bool = True, record: Record | None = None
) -> Perceived:
    """Return what is perceived of a picture in memory, uint8 [h, w, 3 or 4] (see :meth:`models.senses.perceive.Senses.picture`). It is kept
    by its pixels and by the version of the weights: whoever looks at it next, with the same record, finds it. Raises as that does."""
    content = hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest()
    key = f"pixels {pixels.shape} {content} {version()} {device} {gated} {record.key if record else ''}"
    return _shared.get(key, lambda: perceive.perceive("image", pixels, device, gated, record))


def _read(kind: str, path: Path) -> Any:
    if kind == "image":
        from models.media import load_image

        return load_image(path).pixels
    if kind == "video":
        from models.video import clip_info

        return clip_info(path)
    if kind == "audio":
        from models.sound import load_sound

        return load_sound(path)
    raise ValueError(f"nothing is perceived of {kind!r}: there are image, video and audio")
