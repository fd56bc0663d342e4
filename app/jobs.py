"""One expert at work in a thread of its own: it reports progress there, and can be told to stop from here."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any, Generic, TypeVar

from models.expert import Cancelled, Report
from models.router import WAITING

Result = TypeVar("Result")
PREVIEWS = 0.5
"""At most one preview picture in this many seconds: writing them costs time that the expert could use."""


class Job(Generic[Result]):
    """Runs *work(report)* in a thread, with the caller's context variables, from :meth:`start` on.

    Only the newest report is kept, so a slow reader never falls behind. *previews* is the folder for preview pictures.
    """

    def __init__(self, work: Callable[[Report], Result], previews: Path) -> None:
        self._work = work
        self._previews = previews
        self._cancelled = threading.Event()
        self._changed = threading.Condition()
        self._finished = False
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._previewed = 0.0
        self.fraction, self.word = 0.0, ""
        self.preview: Path | None = None
        self.began: float | None = None

    def start(self) -> None:
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run,), name="expert", daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._work(self.report)
        except BaseException as error:  # noqa: BLE001 (handed to the reader, who raises it)
            self._error = error
        if self.preview is not None:
            with contextlib.suppress(OSError):  # a page may be reading it, which some systems do not forgive
                self.preview.unlink(missing_ok=True)
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def report(self, fraction: float, word: str = "", preview: Any = None) -> None:
        """Take in progress from the expert; raises Cancelled once :meth:`cancel` was called."""
        if self._cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        if self.began is None and word != WAITING:
            self.began = now
        self.fraction = max(0.0, min(1.0, float(fraction))) if fraction == fraction else 0.0
        self.word = word
        if preview is not None and now - self._previewed >= PREVIEWS:
            self._previewed = now
            with contextlib.suppress(OSError):  # a full disk, perhaps: the work itself may still succeed
                self._save(preview)

    def _save(self, preview: Any) -> None:
        from PIL import Image

        picture = Image.fromarray(preview).convert("RGB")
        picture.thumbnail((512, 512))
        self._previews.mkdir(parents=True, exist_ok=True)
        # A name nobody can guess: the folder is served to browsers.
        path = self._previews / f"{token_hex(16)}.jpg"
        picture.save(path, quality=80)
        old, self.preview = self.preview, path
        if old is not None:
            old.unlink(missing_ok=True)

    def wait(self, seconds: float) -> bool:
        """Wait until the job has ended, at most *seconds*; tell whether it has."""
        with self._changed:
            self._changed.wait_for(lambda: self._finished, seconds)
            return self._finished

    def cancel(self) -> None:
        """Make the next report raise Cancelled."""
        self._cancelled.set()

    def seconds(self) -> float:
        """Return how long the work has run, without the time it waited for others."""
        return 0.0 if self.began is None else time.monotonic() - self.began

    def left(self) -> float | None:
        """Return an estimate of the seconds left, or None while there is too little to go by."""
        if self.fraction < 0.02 or self.seconds() < 0.5:
            return None
        return self.seconds() * (1 - self.fraction) / self.fraction

    def result(self) -> Result:
        """Return what the work returned, or raise what it raised; only after :meth:`wait` said True."""
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]
