"""The page's document, packed: it holds every component and script of ours and shrinks to a fifth. Gradio packs its own files
and sends this one, with each load, as it is."""

from __future__ import annotations

from typing import Any

from starlette.middleware.gzip import GZipMiddleware

from app.asgi import Receive, Scope, Send

LEVEL = 5
"""How hard is tried, 1..9: more takes longer than it saves."""


class Packed:
    """ASGI middleware that sends the document with gzip to browsers that take it, and passes on everything else as it is: a
    stream must not wait to be packed, media are packed already, and parts of files are asked for by their bytes."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._packing = GZipMiddleware(app, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        document = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/"
        await (self._packing if document else self._app)(scope, receive, send)
