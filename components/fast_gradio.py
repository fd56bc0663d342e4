"""``from components.fast_gradio import gr``: gradio, imported in a third of the time, with its telemetry and its fetching off.

On import gradio rewrites ``.pyi`` stubs for its own classes, which costs more than the rest of the import together. The
stub writer gives up quietly when a class has no source file, so for the length of the import none has one: in the thread
that imports. Others may import meanwhile what does need its source, as torch does where the model loads in the background.

It also imports, where they are installed, ``mcp`` for a server over its endpoints, which is not made here (``app.mcp_server`` is
another), and ``pandas`` for tables and cached answers, of which there are none here: that one is loaded when it is first used.
After each event gradio would make a table of the last 10,000, for a page of statistics that is not served: it keeps one event, and
makes the table after so many that it never does.

Where a request names an address in place of an uploaded file, gradio fetches it. This program opens no address that
somebody sends it, so here that is refused.
"""

from __future__ import annotations

import inspect
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


def _import() -> Any:
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**12))
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "100")
    if "gradio" in sys.modules:
        return _fetching_nothing(sys.modules["gradio"])
    known, importer = inspect.getfile, threading.get_ident()

    def no_file(thing: Any) -> str:
        if threading.get_ident() != importer:
            return known(thing)
        raise OSError("no stubs are wanted")

    inspect.getfile = no_file  # type: ignore[assignment]
    try:
        with _absent("mcp"), _put_off("pandas"):
            import gradio
    finally:
        inspect.getfile = known
    return _fetching_nothing(gradio)


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Let the package *name* be none that is installed, unless somebody has imported it already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # what Python takes for "not to be found"
    try:
        yield
    finally:
        del sys.modules[name]


class _Later(ModuleType):
    """Stands for a package until something of it is used; then the package is imported."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def _put_off(name: str) -> Iterator[None]:
    """Let what is imported meanwhile have the package *name* only when it uses something of it. (``importlib.util.LazyLoader`` would
    not do: it may run a package twice where two threads begin to use it, and whoever looks through all modules uses it.)"""
    later = sys.modules.setdefault(name, _Later(name))
    try:
        yield
    finally:
        if isinstance(later, _Later) and sys.modules.get(name) is later:
            del sys.modules[name]


@contextmanager
def unserved() -> Iterator[None]:
    """Let pages that this thread builds meanwhile have no web server yet. Gradio makes one when a page is begun, when it is
    finished and when its queue is set up, each in place of the one before; the one that is used is made by ``launch``."""
    from gradio.routes import App

    known, builder = App.create_app, threading.get_ident()

    def later(*given: Any, **named: Any) -> Any:
        return None if threading.get_ident() == builder else known(*given, **named)

    App.create_app = staticmethod(later)
    try:
        yield
    finally:
        App.create_app = staticmethod(known)


def _fetching_nothing(gradio: Any) -> Any:
    async def refuse(url: str) -> Any:
        raise gradio.Error("Addresses are not fetched here. Attach the file itself.", print_exception=False)

    gradio.processing_utils.async_ssrf_protected_get = refuse
    return gradio


gr: Any = _import()
