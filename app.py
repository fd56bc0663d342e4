"""Start Unison: read the options, build engine and page, serve. Importing this file does nothing and costs nothing.

It runs as a program (``python app.py``); with ``python start.py`` everything it needs is installed first.
"""

from __future__ import annotations

import os
import sys


def prepare(threads: int) -> None:
    """Set what libraries read when they are first imported: thread counts, no telemetry, no bars across the terminal."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    if threads:
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = str(threads)


def keep_log(settings):  # type: ignore[no-untyped-def]
    """Write what goes wrong, by incident number, to ``unison.log`` in the data folder, and to the terminal of a server."""
    import logging
    from logging.handlers import RotatingFileHandler

    settings.data.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(settings.data / "unison.log", maxBytes=2_000_000, backupCount=1, encoding="utf-8")
    handlers = [file] if settings.console else [file, logging.StreamHandler()]
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.WARNING, format=form, handlers=handlers)


def build(engine):  # type: ignore[no-untyped-def]
    """Return the page over *engine* and its endpoints for programs, a ``gr.Blocks`` that is not yet launched."""
    from app import ui

    return ui.build(engine)


VISIT = 5.0
"""Seconds that a browser has to fetch the page before the language model is loaded: both want Python's lock, and the page is what
somebody waits for. The first visit, and whoever needs the model sooner, begins to load it."""


def launch(page, engine):  # type: ignore[no-untyped-def]
    """Serve *page* over *engine* until the process is told to end, or its window is closed. Returns the exit status."""
    from app.hosting import launch_keywords

    settings = engine.settings
    keywords = launch_keywords(settings)
    if settings.desktop:
        keywords["inbrowser"] = False
    try:
        # What gradio says tells of its own options, and not of those that app.py takes.
        page.launch(**keywords, prevent_thread_lock=True, quiet=True)
        engine.start(VISIT)
        print(f"Unison is at {page.local_url} (Ctrl+C ends it).", flush=True)
        if settings.desktop:
            from app import desktop

            if desktop.show(page.local_url, settings.data):
                return 0
        page.block_thread()
    except OSError as error:
        # Gradio raises this for a taken port; its text names the port.
        print(f"Unison cannot serve: {error}. Try --port 0 for any free port.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # Ctrl-C in the terminal while the window is open
        page.close()
    return 0


def lacking(settings):  # type: ignore[no-untyped-def]
    """Return what an asked-for door needs and this Python does not have, in a sentence; "" when nothing is missing."""
    if settings.mcp:
        try:
            import mcp.server.mcpserver  # noqa: F401
        except ImportError:
            return (
                "Unison cannot start: --mcp needs the package mcp, version 2 or newer. "
                "Install it: python start.py python -m pip install -r requirements-mcp.txt -c constraints.txt"
            )
    return ""


def main(arguments: list[str] | None = None) -> int:
    """Run the app with the command-line *arguments* until it is stopped; returns the exit status."""
    from app.settings import parse

    settings = parse(sys.argv[1:] if arguments is None else arguments)
    prepare(settings.threads)
    if missing := lacking(settings):
        print(missing, file=sys.stderr)
        return 2
    from app.engine import Engine
    from models.expert import Refusal

    try:
        keep_log(settings)
        engine = Engine(settings)
    except (Refusal, OSError) as error:
        hint = getattr(error, "hint", "Choose another folder with --data.")
        print(f"Unison cannot start: {error} {hint}", file=sys.stderr)
        return 2
    if engine.profile.needs.get("vram"):
        print(engine.why, flush=True)  # what it fetches, under which terms, before anything is fetched
    try:
        if settings.console or settings.mcp:
            engine.start()
        if settings.console:
            from app import console

            return console.chat(engine)
        if settings.mcp == "http":
            from app import mcp_http

            return mcp_http.serve(engine)
        if settings.mcp:
            from app import mcp_server

            return mcp_server.serve(engine)
        print(f"Profile: {engine.why}", flush=True)
        return launch(build(engine), engine)
    finally:
        engine.close()


if __name__ == "__main__":
    if os.environ.get("SPACE_ID") or os.environ.get("GRADIO_WATCH_DIRS"):
        # A Space and gradio's hot reload look for a page of this name in this module.
        prepare(0)
        from app.space import reserve

        reserve()
        from app.engine import Engine as _Engine
        from app.settings import parse as _parse

        _engine = _Engine(_parse([]))
        keep_log(_engine.settings)
        demo = build(_engine)
        launch(demo, _engine)
    else:
        raise SystemExit(main())
