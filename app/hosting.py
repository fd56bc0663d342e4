"""How the page is served: who may ask, how much they may send, which folder is public, and what Spaces needs.

Everything is passed to gradio's own ``launch``, because ZeroGPU hooks into that.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from typing import Any
from urllib.parse import urlsplit

from app.asgi import Message, Receive, Scope, Send
from app.refusals import Heard
from app.settings import Settings
from app.uploads import Coming, Uploads, choose_folder

BODY = 4 * 1024**2
"""Bytes of a request that is not an upload: texts and regions; more could only stall the server."""
SLACK = 1024**2
WHO = re.compile(r"[a-z0-9-]{16,64}")
"""What a browser calls itself when it uploads, in the header ``x-unison-who``: a secret number of its own."""
READS = ("GET", "HEAD", "OPTIONS")
POLICY = "; ".join((
    "default-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'", "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:", "media-src 'self' data: blob:", "font-src 'self' data:",
    "connect-src 'self' data: blob:", "worker-src 'self' blob:", "object-src 'none'", "base-uri 'self'",
    "form-action 'self'", "frame-ancestors 'self'",
))  # fmt: skip
"""What the page may load: only itself. Gradio compiles templates in the browser, hence ``unsafe-eval``."""
ADDRESS = re.compile(r"/file[=/]\s*[a-z][a-z0-9+.-]+:", re.IGNORECASE)
"""An address in place of a file, which gradio would fetch for whoever asks. (One letter and a colon is a drive.)"""
UNUSED = re.compile(
    r"/gradio_api/(?:proxy=|process_recording|vibe-|undo-vibe-|run-history|runs/?$|deep_link)|^/monitoring"
)
"""Routes of gradio that nothing here needs, and that fetch, convert, or tell what is done."""


def on_spaces() -> bool:
    """Tell whether this process runs on Hugging Face Spaces."""
    return bool(os.environ.get("SPACE_ID")) or os.environ.get("SYSTEM") == "spaces"


def hosts(settings: Settings) -> set[str]:
    """Return the names, lower case and without port, by which the page may be asked for."""
    names = {"localhost", settings.host.lower(), *os.environ.get("UNISON_HOSTS", "").lower().split(",")}
    if settings.host in ("0.0.0.0", "::"):
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return {name.strip() for name in (*names, os.environ.get("SPACE_HOST", "").lower()) if name.strip()}


def _bare(host: str) -> str:
    """Return *host* without its port and brackets, lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(origin: str, host: str) -> bool:
    """Tell whether *origin* is this page. A proxy may speak HTTPS outside and another port inside: a port that only one
    of the two names is not compared."""
    try:
        theirs, ours = urlsplit(origin), urlsplit(f"//{host}")
        ports = {theirs.port, ours.port} - {None}
    except ValueError:
        return False
    return bool(theirs.hostname) and theirs.hostname == ours.hostname and len(ports) < 2


class _TooLarge(Exception):
    pass


class Gate:
    """ASGI middleware in front of gradio: refuses foreign hosts, foreign origins and bodies that are too large, and
    tells browsers to load nothing from elsewhere.

    A name that is not ours in Host means that somebody's domain was pointed at this machine; addresses cannot be forged
    that way, so they pass. Nothing is fetched for anybody either. *uploads* is the limit in bytes of one upload request, *room*
    that of all of them, of which each browser has its share; programs of one address share one.
    """

    def __init__(
        self,
        app: Any,
        names: set[str],
        uploads: int,
        tunnel: bool = False,
        policy: str = POLICY,
        room: Uploads | None = None,
    ) -> None:
        self._app, self._names, self._uploads, self._room = app, names, uploads, room
        self._tunnel, self._policy = tunnel, policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 400 (host), 403 (origin, address), 404 (a route that is closed), 413 (size) or 507 (no
        room for another upload)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        fault = self._fault(scope, headers)
        if fault:
            await answer(send, *fault)
            return
        limit = self._limit(scope)
        if self._room is None or limit == BODY or scope["method"] != "POST":
            await self._pass(scope, receive, send, limit)
            return
        length = headers.get("content-length", "")
        who = headers.get("x-unison-who", "")
        owner = f"{(scope.get('client') or ('',))[0]} {who if WHO.fullmatch(who) else ''}"
        with self._room.expect(int(length) if length.isdecimal() else limit, owner) as coming:
            if coming:
                await self._pass(scope, receive, send, limit, coming)
            else:
                await answer(send, 507, coming.why)

    async def _pass(
        self, scope: Scope, receive: Receive, send: Send, limit: int, coming: Coming | None = None
    ) -> None:  # fmt: skip
        started, taken = False, 0

        async def counting() -> Message:
            """Take in the body, and fail once it is larger than allowed, whatever the headers said."""
            nonlocal taken
            message = await receive()
            taken += len(message.get("body") or b"")
            if coming is not None:
                coming.taken = taken
            if taken > limit:
                raise _TooLarge
            return message

        async def sending(message: Message) -> None:
            nonlocal started
            if taken > limit and not started:
                raise _TooLarge  # what the app makes of the failure above is not the answer
            started = True
            if coming is not None and message["type"] == "http.response.body":
                coming.answered += message.get("body") or b""
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*_renamed(scope, message), *self._marks(scope, message)]}
            await send(message)

        try:
            await self._app(scope, counting, sending)
        except _TooLarge:
            if not started:
                await answer(send, 413, "The request is too large.")

    def _limit(self, scope: Scope) -> int:
        return self._uploads if scope["path"].rstrip("/").endswith("/upload") else BODY

    def _fault(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        name = _bare(headers.get("host", ""))
        known = name in self._names or _is_address(name) or (self._tunnel and name.endswith(".gradio.live"))
        if not known:
            return 400, "This address is not served here."
        if ADDRESS.search(scope["path"]):
            return 403, "Addresses are not fetched here."
        if UNUSED.search(scope["path"]):
            return 404, "There is nothing here."
        if scope["method"] not in READS:
            origin = headers.get("origin")
            foreign = origin is not None and not _same(origin, headers["host"])
            if foreign or headers.get("sec-fetch-site") == "cross-site":
                return 403, "Requests from other pages are refused."
            length = headers.get("content-length", "0")
            if length.isdecimal() and int(length) > self._limit(scope):
                return 413, "The request is too large."
        return None

    def _marks(self, scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
        marks = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
        if "/file=" in scope["path"]:
            marks.append((b"content-security-policy", b"sandbox"))
        elif self._policy and any(k.lower() == b"content-type" and b"html" in v for k, v in message.get("headers", ())):
            marks.append((b"content-security-policy", self._policy.encode()))
        return marks


def _renamed(scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer without the name of a file that is shown inline: the page's own name for a
    download, such as mask-1.png, is better than the sum of its content."""
    headers = list(message.get("headers", ()))
    if "/file=" not in scope["path"]:
        return headers
    return [(k, v) for k, v in headers if k.lower() != b"content-disposition" or not v.startswith(b"inline")]


async def answer(send: Send, status: int, words: str) -> None:
    """Answer an ASGI request with plain words."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})


def launch_keywords(settings: Settings) -> dict[str, Any]:
    """Return the keywords for ``demo.launch``: only the media folder is public, nothing is reported to anyone."""
    from models.media import LIMITS
    from starlette.middleware import Middleware

    from app.packed import Packed
    from app.ui import look
    from app.web_app import WebApp

    settings.media.mkdir(parents=True, exist_ok=True)
    uploads = LIMITS.upload_bytes + SLACK
    policy = "" if on_spaces() else POLICY
    room = Uploads(choose_folder(settings), settings.uploads_bytes)
    room.clean()
    gate = Middleware(Gate, names=hosts(settings), uploads=uploads, tunnel=settings.share, policy=policy, room=room)
    return {
        "server_name": "0.0.0.0" if on_spaces() else settings.host,
        "server_port": settings.port or None,
        "share": settings.share,
        "inbrowser": settings.open_browser and not on_spaces(),
        "allowed_paths": [str(settings.media.resolve())],
        "max_file_size": LIMITS.upload_bytes,
        "app_kwargs": {
            "middleware": [Middleware(Heard), gate, Middleware(WebApp), Middleware(Packed)],
            "docs_url": None,
            "redoc_url": None,
        },
        "strict_cors": True,
        "show_error": False,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
        "ssr_mode": False,
        # Gradio would look at its own page once and give up where that takes over three seconds, as it may on a busy machine.
        "_frontend": False,
        **look(),
    }
