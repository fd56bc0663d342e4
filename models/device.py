"""The machine: what it has, whose turn it is to compute, what counts as out of memory, and random seeds. No torch needed."""

from __future__ import annotations

import ctypes
import gc
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SEEDS = 2**31
"""Seeds are whole numbers from 0 below this."""


@dataclass(frozen=True)
class Hardware:
    """What the machine has: processor *cores*, *ram* and *vram* in GB (0 when unknown or absent), the *gpu*'s name."""

    cores: int
    ram: float
    gpu: str = ""
    vram: float = 0.0

    def __str__(self) -> str:
        memory = f", {self.ram:.0f} GB of memory" if self.ram else ""
        return (
            f"{self.cores} processor cores{memory}, {f'{self.gpu} with {self.vram:.0f} GB' if self.gpu else 'no GPU'}"
        )


def _ram() -> float:
    if sys.platform == "win32":

        class Status(ctypes.Structure):
            _fields_ = (
                *((name, ctypes.c_ulong) for name in ("length", "load")),
                *((f"field{i}", ctypes.c_ulonglong) for i in range(7)),
            )

        status = Status(length=ctypes.sizeof(Status))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return float(status.field0) / 1e9
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError):
        return 0.0


def _gpu() -> tuple[str, float]:
    """Ask the NVIDIA driver, so that a machine without a GPU never pays for importing torch."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return "", 0.0
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        lines = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout.splitlines()
        cards = [(line.rpartition(",")[0].strip(), float(line.rpartition(",")[2])) for line in lines if "," in line]
    except (OSError, subprocess.SubprocessError, ValueError):
        return "", 0.0
    name, mebibytes = max(cards, key=lambda card: card[1], default=("", 0.0))
    return name, mebibytes * 1024**2 / 1e9


def hardware() -> Hardware:
    """Return what this machine has."""
    gpu, vram = _gpu()
    return Hardware(os.cpu_count() or 1, _ram(), gpu, vram)


def draw_seed() -> int:
    """Return an unpredictable seed, 0 <= seed < 2**31."""
    return secrets.randbelow(SEEDS)


def out_of_memory(error: BaseException) -> bool:
    """Tell whether *error* is some library's way to say that memory ran out."""
    names = {kind.__name__ for kind in type(error).__mro__}
    words = str(error).lower()
    said = any(
        sign in words
        for sign in ("out of memory", "insufficient memory", "can't allocate memory", "failed to allocate")
    )
    return bool(names & {"MemoryError", "OutOfMemoryError"}) or (said and bool(names & {"RuntimeError", "error"}))


def free_memory() -> None:
    """Collect garbage and give cached GPU memory back; does nothing about torch where torch was never imported."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


class Slot:
    """One computation at a time. A holder that hangs can be given up, so that the others go on without it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holder: object | None = None

    @contextmanager
    def turn(self, job: object, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the slot as *job*; *waiting* is called while another holds it and may raise to give up the wait."""
        while not self._take(job):
            waiting()
        try:
            yield
        finally:
            self.give_up(job)

    def _take(self, job: object) -> bool:
        with self._changed:
            if self._holder is not None:
                self._changed.wait(0.1)
            free = self._holder is None
            if free:
                self._holder = job
            return free

    def give_up(self, job: object) -> bool:
        """Free the slot if *job* holds it; tell whether it did."""
        with self._changed:
            # Equal, not identical: a bound method is a new object each time it is named.
            held = self._holder == job
            if held:
                self._holder = None
                self._changed.notify_all()
            return held

    def __enter__(self) -> None:
        """Hold the slot as the current thread, however long that takes."""
        while not self._take(threading.get_ident()):
            pass

    def __exit__(self, *error: object) -> None:
        self.give_up(threading.get_ident())


loading = Slot()
"""Held while weights are loaded or moved: two loads at once can corrupt each other and double the peak of memory."""
