"""Where files lie between their upload and their being taken in: one folder under the data, which cannot fill the disk.

Gradio writes every upload into it. What the page takes in is removed at once; what was never sent, or was cut off half-way, goes
with time, and sooner where there is no room for the next.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from app.settings import Settings

VARIABLE = "GRADIO_TEMP_DIR"
AGE, YOUNG = 3600.0, 120.0
"""Seconds after which an upload that nobody took in goes; and in which none goes, however little room there is."""
SPARE = 256 * 1024**2
"""Bytes of the disk that uploads leave free."""


def choose_folder(settings: Settings) -> Path:
    """Return the folder of uploads, which is made, and tell gradio; whoever set gradio's variable before has chosen another."""
    folder = Path(os.environ.setdefault(VARIABLE, str((settings.data / "uploads").resolve())))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def taken_in(path: Path) -> None:
    """Remove an upload of which a copy was taken, and the folder that gradio made for it alone."""
    with contextlib.suppress(OSError):
        path.unlink()
        path.parent.rmdir()


class Uploads:
    """What lies in *folder*, at most *most* bytes of it; safe to use from any thread."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self._most = folder, most
        self._expected = 0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def expect(self, size: int) -> Iterator[bool]:
        """Hold room for an upload of *size* bytes while it comes; yields whether there is any."""
        with self._lock:
            room = self._make_room(size)
            self._expected += size if room else 0
        try:
            yield room
        finally:
            with self._lock:
                self._expected -= size if room else 0

    def clean(self) -> None:
        """Remove what nobody took in for too long."""
        with self._lock:
            self._make_room(0)

    def _make_room(self, size: int) -> bool:
        now, found = time.time(), []
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):
                facts = path.lstat()
                if not path.is_dir():
                    found.append((facts.st_mtime, facts.st_size, path))
        used = sum(length for _, length, _ in found)
        for changed, length, path in sorted(found):
            short = used + self._expected + size > self._most or self._free() < SPARE + size
            if now - changed < (YOUNG if short else AGE):
                break  # the oldest stand first
            taken_in(path)
            used -= length
        return used + self._expected + size <= self._most and self._free() >= SPARE + size

    def _free(self) -> int:
        return shutil.disk_usage(self.folder).free - self._expected
