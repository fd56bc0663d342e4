"""Where files lie between their upload and their being taken in: one folder under the data, which cannot fill the disk.

Gradio writes every upload into it. What the page takes in is removed at once; what was never sent, or was cut off half-way, goes
with time, and sooner where there is no room for the next. One person cannot take the room of all.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import Settings

VARIABLE = "GRADIO_TEMP_DIR"
AGE, YOUNG = 3600.0, 120.0
"""Seconds after which an upload that nobody took in goes; and in which none goes, however little room there is."""
SPARE = 256 * 1024**2
"""Bytes of the disk that uploads leave free."""
FULL = "There is no room for another upload on the server now."
SHARE = "Your uploads hold as much as one person's may now, half of what the others leave."


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


@dataclass
class Coming:
    """An upload while it comes: *why* there is no room for it ("" where there is), how many bytes of it were *taken*, and what the
    one who takes it in *answered*: JSON, the list of the paths where it lies."""

    why: str = ""
    taken: int = 0
    answered: bytearray = field(default_factory=bytearray)

    def __bool__(self) -> bool:
        return not self.why

    def paths(self) -> list[Path]:
        """Return where it lies, nothing while that is not known."""
        try:
            told = json.loads(bytes(self.answered))
        except ValueError:
            return []
        return [Path(path) for path in told if isinstance(path, str)] if isinstance(told, list) else []


class Uploads:
    """What lies in *folder*, at most *most* bytes of it; safe to use from any thread. Nobody holds more than half of what the others
    leave, so that some is left for one more."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self._most = folder, most
        self._expected: dict[str, int] = {}
        self._whose: dict[Path, tuple[str, float]] = {}
        self._cut_off: list[tuple[str, float, int]] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def expect(self, size: int, owner: str = "") -> Iterator[Coming]:
        """Hold room for an upload of *size* bytes while it comes; what is yielded is true where there is any, and is told of the
        upload. *owner* names who sends it, "" nobody, who has no share to keep to."""
        coming = Coming()
        with self._lock:
            coming.why = self._make_room(size, owner)
            held = 0 if coming.why else size
            self._expected[owner] = self._expected.get(owner, 0) + held
        try:
            yield coming
        finally:
            with self._lock:
                self._expected[owner] -= held
                if not self._expected[owner]:
                    del self._expected[owner]
                paths, now = coming.paths(), time.time()
                if owner and held and paths:
                    self._whose.update({path.resolve(): (owner, now) for path in paths})
                elif owner and held:
                    # What lies there of it tells nobody's name.
                    self._cut_off.append((owner, now, min(coming.taken, size)))

    def clean(self) -> None:
        """Remove what nobody took in for too long."""
        with self._lock:
            self._make_room(0, "")

    def _make_room(self, size: int, owner: str) -> str:
        """Make room for *size* bytes of *owner* as far as may be; return why there is none, "" where there is."""
        now, found = time.time(), []
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):
                facts = path.lstat()
                if not path.is_dir():
                    found.append((facts.st_mtime, facts.st_size, path))
        here = {path.resolve(): length for _, length, path in found}
        self._whose = {p: (who, at) for p, (who, at) in self._whose.items() if p in here or now - at < YOUNG}
        self._cut_off = [one for one in self._cut_off if now - one[1] < YOUNG]
        used = sum(here.values())
        own = sum(here.get(path, 0) for path, (who, _) in self._whose.items() if who == owner)
        own += sum(length for who, _, length in self._cut_off if who == owner) + self._expected.get(owner, 0)
        for changed, length, path in sorted(found):
            if now - changed < YOUNG:
                break  # the oldest stand first
            left, mine = self._left(used), self._whose.get(path.resolve(), ("", 0.0))[0] == owner
            # Who holds a share already makes it no larger at the cost of others.
            short = size > left or (owner and (mine or not own) and not _fits(size, own, left))
            if short or now - changed >= AGE:
                taken_in(path)
                used -= length
                own -= length if mine else 0
        left = self._left(used)
        if size > left or (owner and not own and not _fits(size, own, left)):
            return FULL
        return SHARE if owner and not _fits(size, own, left) else ""

    def _left(self, used: int) -> int:
        """Return the bytes that are free, where *used* bytes lie here."""
        expected = sum(self._expected.values())
        return min(self._most - used, shutil.disk_usage(self.folder).free - SPARE) - expected


def _fits(size: int, own: int, left: int) -> bool:
    """Tell whether *size* bytes more are within the share of one who holds *own* bytes, where *left* are free."""
    return own + size <= (own + left) / 2
