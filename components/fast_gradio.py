"""``from components.fast_gradio import gr``: gradio, imported in half the time, with its telemetry and its fetching off.

On import gradio rewrites ``.pyi`` stubs for its own classes, which costs more than the rest of the import together. The
stub writer gives up quietly when a class has no source file, so for the length of the import none has one: in the thread
that imports. Others may import meanwhile what does need its source, as torch does where the model loads in the background.

Where a request names an address in place of an uploaded file, gradio fetches it. This program opens no address that
somebody sends it, so here that is refused.
"""

from __future__ import annotations

import inspect
import os
import sys
import threading
from typing import Any


def _import() -> Any:
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if "gradio" in sys.modules:
        return _fetching_nothing(sys.modules["gradio"])
    known, importer = inspect.getfile, threading.get_ident()

    def no_file(thing: Any) -> str:
        if threading.get_ident() != importer:
            return known(thing)
        raise OSError("no stubs are wanted")

    inspect.getfile = no_file  # type: ignore[assignment]
    try:
        import gradio
    finally:
        inspect.getfile = known
    return _fetching_nothing(gradio)


def _fetching_nothing(gradio: Any) -> Any:
    async def refuse(url: str) -> Any:
        raise gradio.Error("Addresses are not fetched here. Attach the file itself.", print_exception=False)

    gradio.processing_utils.async_ssrf_protected_get = refuse
    return gradio


gr: Any = _import()
