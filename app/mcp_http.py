"""The Model Context Protocol over HTTP, for programs of this machine that start nothing themselves: streamable HTTP at /mcp.

It listens on a loopback address alone. The host and origin of every request are checked, since a web page could have its own
name point here; and every request brings a key that lies in the data folder, since other people of the machine reach the same
port, and conversations and files stand behind it.
"""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from app.asgi import Receive, Scope, Send
from app.engine import Engine
from app.hosting import answer
from app.mcp_server import make
from app.refusals import Heard
from app.session import owner_of

KEY_FILE = "mcp-key"
"""Where the data folder keeps the key."""
PATH = "/mcp"
BODY = 32 * 1024**2
"""Bytes of a request: files may come within it."""
GRACE = 3
"""Seconds that open connections have when the program is told to end."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""What ``--host`` may be here."""


class Keyed:
    """ASGI middleware that passes on only what brings ``Authorization: Bearer`` and *key*; else it answers 401."""

    def __init__(self, app: Any, key: str) -> None:
        self._app, self._wanted = app, f"Bearer {key}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        given = dict(scope["headers"]).get(b"authorization", b"") if scope["type"] == "http" else self._wanted
        if not secrets.compare_digest(given, self._wanted):
            await answer(send, 401, "The key is missing: send Authorization: Bearer and what the key file holds.")
            return
        await self._app(scope, receive, send)


def application(engine: Engine, port: int) -> Heard:
    """Return the server for requests to *port* of this machine, as an ASGI application with a lifespan."""
    names = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    # No page has any business here, so there is no origin that is allowed.
    security = TransportSecuritySettings(allowed_hosts=names, allowed_origins=[])
    app = make(engine, remembers=False).streamable_http_app(
        streamable_http_path=PATH, max_request_body_size=BODY, transport_security=security
    )
    return Heard(Keyed(app, owner_of(engine.settings.data / KEY_FILE)))


def serve(engine: Engine) -> int:
    """Serve until the process is told to end; returns the exit status, 2 where the address cannot be had."""
    settings = engine.settings
    if settings.host not in LOOPBACK:
        told = f"--mcp http serves this machine alone, and not {settings.host}. Leave --host out."
        print(f"Unison cannot serve: {told}", file=sys.stderr)
        return 2
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, settings.port), family=family)
    except OSError as error:
        why = f"port {settings.port} cannot be had ({error.strerror})"
        print(f"Unison cannot serve: {why}. Try --port 0 for any free port.", file=sys.stderr)
        return 2
    with listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(application(engine, port), log_level="warning", timeout_graceful_shutdown=GRACE)
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"
        print(f"MCP: {address}, key in {settings.data / KEY_FILE}", file=sys.stderr, flush=True)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
    return 0
