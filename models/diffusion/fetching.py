"""Fetching a checkpoint from the model hub: how far it is, and an end within one piece of a file after Stop.

diffusers fetches by ``snapshot_download`` of huggingface_hub, which takes a class of progress bars, but hands none on to it. So where there is
a report to tell, that one function is called with a class that does; what transformers shall read is fetched by it too, before it is read.
The report raises Cancelled after Stop, which ends the files at hand at their next piece (10 MB) and starts no other. Files that were
fetched whole are kept; those at hand begin anew next time, since the hub's client (2.4) keeps no part of a file.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from models.expert import Cancelled, Report

FETCHING = "fetching the model"
"""How the words of a fetch begin: its time is not that of the work."""
_report: ContextVar[Report | None] = ContextVar("report of a fetch", default=None)


@contextmanager
def told(report: Report) -> Iterator[None]:
    """Tell *report* of what is fetched within the ``with`` block, in this thread."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


def watch() -> None:
    """From now on, have what diffusers fetches told to the report of :func:`told`, where the thread that fetches has one. What is fetched
    without is fetched as ever."""
    from diffusers.pipelines import pipeline_utils

    plain = pipeline_utils.snapshot_download
    if getattr(plain, "watched", False):
        return

    def snapshot_download(*args: Any, **kwargs: Any) -> Any:
        return _through(plain, *args, **kwargs)

    snapshot_download.watched = True  # type: ignore[attr-defined]
    pipeline_utils.snapshot_download = snapshot_download


def snapshot(source: str, **wanted: Any) -> str:
    """Return the folder with the files of the hub's *source* that are *wanted* (as ``snapshot_download`` takes it), told to the report of
    :func:`told` where this thread has one. Raises Cancelled after Stop, and OSError or ValueError where they cannot be had."""
    from huggingface_hub import snapshot_download

    return str(_through(snapshot_download, source, **wanted))


def _through(plain: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    report = _report.get()
    return plain(*args, **kwargs) if report is None else Fetch(report).run(plain, *args, **kwargs)


class Fetch:
    """One fetch: *total* bytes are to come, *done* have; *stopped* once the report has raised."""

    def __init__(self, report: Report) -> None:
        self._report, self._lock = report, threading.Lock()
        self.total = self.done = 0
        self.stopped = threading.Event()

    def run(self, plain: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return what *plain* (``snapshot_download``) does, told on the way. How much is to come is asked first. Raises Cancelled after
        Stop, and else what *plain* raises."""
        if not kwargs.get("local_files_only"):
            from huggingface_hub.errors import DryRunError

            with suppress(DryRunError):  # no list of files: what is there already may do, and the client finds out
                files = plain(*args, **{**kwargs, "dry_run": True})
                self.total = sum(file.file_size or 0 for file in files if file.will_download)
        if not self.total:
            return plain(*args, **kwargs)
        self.tell(0)
        try:
            return plain(*args, **{**kwargs, "tqdm_class": self.bars()})
        except Exception:
            # What the hub's client makes of an error in one of its threads is its own affair: it was Stop.
            if self.stopped.is_set():
                raise Cancelled from None
            raise

    def tell(self, more: int) -> None:
        """Take in *more* bytes (fewer, where a file begins anew), from any thread, and tell. Raises Cancelled after Stop, in every
        thread that tells from then on."""
        with self._lock:
            self.done += more
            share = min(1.0, max(0.0, self.done / self.total))
            try:
                if self.stopped.is_set():
                    raise Cancelled
                self._report(share, f"{FETCHING}, {size(self.done)} of {size(self.total)}, {share:.0%}")
            except Cancelled:
                if not self.stopped.is_set():
                    self.stopped.set()
                    # Not from here: this may be the transfer's own thread.
                    threading.Thread(target=_end_chunked, name="fetch ends", daemon=True).start()
                raise

    def bars(self) -> type:
        """Return the class of bars for this fetch: that of the bytes that were written tells, the others do nothing."""
        fetch = self

        class Bar(_Silent):
            def update(self, n: float | None = 1) -> None:
                if self.counts:
                    fetch.tell(int(n or 0))

        return Bar


class _Silent:
    """As much of a tqdm bar as huggingface_hub uses, and nothing shown. *counts*: whether it is the one of the bytes that were written, and
    not that of the bytes on their way ("Downloading bytes") or of the files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.total, self.n, self.format_dict = kwargs.get("total") or 0, 0, {"rate": None}
        self.counts = kwargs.get("unit") == "B" and not str(kwargs.get("desc", "")).startswith("Downloading")

    def __enter__(self) -> _Silent:
        return self

    def __exit__(self, *error: object) -> None: ...

    def close(self) -> None: ...

    def refresh(self) -> None: ...

    def set_description(self, *args: Any, **kwargs: Any) -> None: ...

    def set_description_str(self, *args: Any, **kwargs: Any) -> None: ...

    def set_postfix_str(self, *args: Any, **kwargs: Any) -> None: ...


def _end_chunked() -> None:
    """End what the hub's own chunked transfer (hf_xet) has under way, where it is at work: an error in a bar need not reach it."""
    with suppress(ImportError, AttributeError):  # not part of what huggingface_hub promises
        from huggingface_hub.utils import _xet

        abort: Callable[[], None] = _xet.abort_xet_session
        abort()


def size(count: int) -> str:
    """Return a number of bytes as a person reads it: "1.2 GB", "340 MB", "2 kB"."""
    for unit, most in (("GB", 1e9), ("MB", 1e6)):
        if count >= most:
            return f"{count / most:.1f} {unit}" if unit == "GB" else f"{count / most:.0f} {unit}"
    return f"{count / 1e3:.0f} kB"
