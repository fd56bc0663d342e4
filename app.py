"""Start Unison: read the options, build engine and page, serve. Importing this file does nothing and costs nothing.

It runs as a program (``python app.py``); with ``python start.py`` everything it needs is installed first.
"""

from __future__ import annotations

import os
import sys


def prepare(threads: int) -> None:
    """Set what libraries read when they are first imported: thread counts, and no telemetry."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if threads:
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = str(threads)


def build(settings):  # type: ignore[no-untyped-def]
    """Return the engine for *settings* and its page, a ``gr.Blocks`` that is not yet launched."""
    from app.engine import Engine

    engine = Engine(settings)
    from app import api, ui

    page = ui.build(engine)
    with page:
        api.add_chat(engine)
    return engine, page


def launch(page, settings):  # type: ignore[no-untyped-def]
    """Serve *page* until the process is told to end."""
    from app.hosting import launch_keywords

    page.launch(**launch_keywords(settings))


def main(arguments: list[str] | None = None) -> int:
    """Run the app with the command-line *arguments* until it is stopped; returns the exit status."""
    import logging

    from app.settings import parse

    settings = parse(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    prepare(settings.threads)
    from models.expert import Refusal

    try:
        if settings.console:
            from app.console import chat
            from app.engine import Engine

            engine = Engine(settings)
            engine.start()
            try:
                return chat(engine) or 0
            finally:
                engine.close()
        engine, page = build(settings)
    except (Refusal, KeyError, AttributeError) as error:
        # An unknown profile, a database of a newer version, an expert file that lacks a name: one sentence, no traceback.
        print(f"Unison cannot start: {error.args[0] if error.args else error}", file=sys.stderr)
        return 2
    print(f"Profile: {engine.why}")
    engine.start()
    try:
        launch(page, settings)
    finally:
        engine.close()
    return 0


if __name__ == "__main__":
    if os.environ.get("SPACE_ID") or os.environ.get("GRADIO_WATCH_DIRS"):
        # A Space and gradio's hot reload look for a page of this name in this module.
        from app.settings import parse as _parse

        _settings = _parse([])
        prepare(_settings.threads)
        _engine, demo = build(_settings)
        _engine.start()
        launch(demo, _settings)
    else:
        raise SystemExit(main())
