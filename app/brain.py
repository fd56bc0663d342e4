"""The unified model as the engine holds it: loaded once in the background, after its weights were checked."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from models.device import loading
from models.expert import Found, Refusal, discover
from models.router import incident
from models.values import Checkpoint, Failure
from models.weights import MANIFEST, faults

if TYPE_CHECKING:
    from models.unified.stream import UnifiedModel

log = logging.getLogger("unison.model")
STILL = "Commands such as /segment or /help work without it."


def load_model(checkpoint: Checkpoint, device: str, assets: Path) -> UnifiedModel:
    """Check the sums of *checkpoint*'s files below *assets* and load it from there. Raises Refusal naming a missing or damaged file."""
    if checkpoint.source and not checkpoint.revision:
        # The whole profile's folder: the model also reads a text encoder that lies beside its own files.
        wrong = faults(assets / checkpoint.source.partition("/")[0])
        if not (assets / checkpoint.source / MANIFEST).exists():
            wrong = [f"{checkpoint.source}/{MANIFEST} is missing", *wrong]
        if wrong:
            what = f"The language model cannot be used: {'; '.join(wrong[:3])}."
            raise Refusal(what, f"Fetch the program's files again (git checkout -- assets). {STILL}")
        checkpoint = replace(checkpoint, source=str(assets / checkpoint.source))  # what was checked is what is loaded
    backend = import_module(f"models.unified.{checkpoint.implementation}")
    model: UnifiedModel = backend.load(checkpoint, device)
    return model


class Brain:
    """Loads the model on the first :meth:`start`, in a thread; *given* is a model that is already there.

    Loading takes all of a processor for seconds, mostly with Python's lock held: what a person waits for goes first. So a
    start may be put off for as long as a page is being made and shown; whoever needs the model starts it at once.
    """

    def __init__(self, load: Callable[[], UnifiedModel], given: UnifiedModel | None = None) -> None:
        self._load = load
        self._model = given
        self._fault: Failure | None = None
        self._lock = threading.Lock()
        self._started = given is not None
        self._closed = False
        self._timer: threading.Timer | None = None
        self._due = math.inf
        self._ready = threading.Event()
        if given is not None:
            self._ready.set()

    def start(self, after: float = 0.0) -> None:
        """Begin to load *after* so many seconds, unless that was done already or an earlier start comes first; returns at once."""
        with self._lock:
            due = time.monotonic() + after
            if self._started or self._closed or (after > 0 and due >= self._due):
                return
            if self._timer is not None:
                self._timer.cancel()
            self._due, self._started = due, after <= 0
            work: threading.Thread = (
                threading.Timer(after, self.start) if after > 0 else threading.Thread(target=self._run)
            )
            self._timer = work if isinstance(work, threading.Timer) else None
            work.name, work.daemon = "model", True
            work.start()

    def _run(self) -> None:
        try:
            with loading:
                self._model = self._load()
        except Refusal as refusal:
            self._fault = Failure(refusal.what, refusal.hint)
            log.error("%s", refusal.what)
        except Exception as error:  # noqa: BLE001 (told to every reply; commands go on working)
            number = incident("loading the language model", error)
            self._fault = Failure("The language model could not be loaded.", STILL, incident=number)
        self._ready.set()

    def wait(self, seconds: float) -> bool:
        """Wait at most *seconds* until loading has ended, well or not; tell whether it has."""
        return self._ready.wait(seconds)

    def settle(self, seconds: float) -> None:
        """Begin to load no more, and wait at most *seconds* for a load that has begun: a process that ends within one is aborted by
        the libraries."""
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
        if self._started:
            self._ready.wait(seconds)

    @property
    def model(self) -> UnifiedModel | None:
        return self._model

    @property
    def fault(self) -> Failure | None:
        """Why there is no model, or None."""
        return self._fault


def find_experts(folders: Sequence[Path]) -> dict[str, Found]:
    """Return the expert files there are; raises Refusal naming one in *folders* that cannot be read."""
    try:
        return discover(*folders)
    except Exception as error:  # a file of the person's own may fail in any way
        if not folders:
            raise
        raise Refusal(f"An expert file cannot be used: {error}.", "Mend it, or start without --experts.") from error
