"""The unified model as the engine holds it: loaded once in the background, after its weights were checked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
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
    """Check the sums of *checkpoint*'s files and load it. Raises Refusal naming a missing or damaged file."""
    if checkpoint.source and not checkpoint.revision:
        # The whole profile's folder: the model also reads a text encoder that lies beside its own files.
        wrong = faults(assets / checkpoint.source.partition("/")[0])
        if not (assets / checkpoint.source / MANIFEST).exists():
            wrong = [f"{checkpoint.source}/{MANIFEST} is missing", *wrong]
        if wrong:
            what = f"The language model cannot be used: {'; '.join(wrong[:3])}."
            raise Refusal(what, f"Fetch the program's files again (git checkout -- assets). {STILL}")
    backend = import_module(f"models.unified.{checkpoint.implementation}")
    model: UnifiedModel = backend.load(checkpoint, device)
    return model


class Brain:
    """Loads the model on the first :meth:`start`, in a thread; *given* is a model that is already there."""

    def __init__(self, load: Callable[[], UnifiedModel], given: UnifiedModel | None = None) -> None:
        self._load = load
        self._model = given
        self._fault: Failure | None = None
        self._lock = threading.Lock()
        self._started = given is not None
        self._ready = threading.Event()
        if given is not None:
            self._ready.set()

    def start(self) -> None:
        """Begin to load, unless that was done already; returns at once."""
        with self._lock:
            if self._started:
                return
            self._started = True
        threading.Thread(target=self._run, name="model", daemon=True).start()

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
        """Wait at most *seconds* for a load that has begun: a process that ends within one is aborted by the libraries."""
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
