"""One expert at work in a thread of its own: it reports progress there, and can be told to stop from here."""

from __future__ import annotations

import contextvars
import io
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from models.diffusion.fetching import FETCHING
from models.expert import Cancelled, Report
from models.router import WAITING
from models.worlds import LOOKING

Result = TypeVar("Result")
EVERY = 1 / 6
"""At most one preview in this many seconds."""
SHARE = 0.04
"""At most this share of the time goes into previews: after a costly one, the next comes later."""
MOST = 20_000
"""Bytes of a preview."""
log = logging.getLogger("unison.jobs")


class Job(Generic[Result]):
    """Runs *work(report)* in a thread, with the caller's context variables, from :meth:`start` on.

    Only the newest report is kept, so a slow reader never falls behind; *preview* is the last one, as JPEG.
    """

    def __init__(self, work: Callable[[Report], Result]) -> None:
        self._work = work
        self._cancelled = threading.Event()
        self._changed = threading.Condition()
        self._finished = False
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._due = 0.0
        self.fraction, self.word = 0.0, ""
        self.preview: bytes | None = None
        self.began: float | None = None

    def start(self) -> None:
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run,), name="expert", daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._work(self.report)
        except BaseException as error:  # noqa: BLE001 (handed to the reader, who raises it)
            self._error = error
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def report(self, fraction: float, word: str = "", preview: Any = None) -> None:
        """Take in progress from the expert, and look at the preview where one is due; raises Cancelled once :meth:`cancel` was
        called."""
        if self._cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        fetched = self.fetching and not word.startswith(FETCHING)
        if fetched or (self.began is None and word != WAITING and not word.startswith(LOOKING)):
            self.began = now
        self.fraction = max(0.0, min(1.0, float(fraction))) if fraction == fraction else 0.0
        self.word = word
        if preview is not None and now >= self._due:
            self.preview = _seen(preview) or self.preview
            ended = time.monotonic()
            self._due = ended + max(EVERY, (ended - now) / SHARE)

    def wait(self, seconds: float) -> bool:
        """Wait until the job has ended, at most *seconds*; tell whether it has."""
        with self._changed:
            self._changed.wait_for(lambda: self._finished, seconds)
            return self._finished

    def cancel(self) -> None:
        """Make the next report raise Cancelled."""
        self._cancelled.set()

    @property
    def fetching(self) -> bool:
        """Whether a model is fetched just now, which takes as long as it takes."""
        return self.word.startswith(FETCHING)

    def seconds(self) -> float:
        """Return how long the work has run, without the time it waited for others; while a model is fetched, and after that,
        since this began."""
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


def _seen(preview: Any) -> bytes | None:
    """Return a preview as a JPEG of at most MOST bytes, None for one that cannot be made: the work goes on without."""
    from PIL import Image

    try:
        picture = Image.fromarray(preview() if callable(preview) else preview).convert("RGB")
        picture.thumbnail((960, 512))
        while True:
            for quality in (80, 60, 40):
                data = io.BytesIO()
                picture.save(data, "JPEG", quality=quality)
                if data.tell() <= MOST:
                    return data.getvalue()
            picture = picture.reduce(2)
    except Exception:  # an expert's preview may fail in any way
        log.warning("a preview could not be made", exc_info=True)
        return None
