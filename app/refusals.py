"""A request that is refused before its body was read: the rest of it is taken in first, so that the answer is heard.

A server that answers and closes while the sender still sends has the connection reset, and the sender may then see that alone and
never the answer (RFC 9112, section 9.6).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from app.asgi import Message, Receive, Scope, Send

MOST = 32 * 1024**2
"""Bytes that are taken in, and thrown away, for the sake of the answer: as many as a request of a program may have. To one that announces more
the answer goes out at once."""
PATIENCE = 3.0
"""Seconds that this may take."""


def has_body(scope: Scope) -> bool:
    """Tell whether the headers of a request announce a body that is already on its way and no larger than `MOST`."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    if b"expect" in headers:  # it is sent only when it is asked for
        return False
    length = headers.get(b"content-length", b"0")
    return b"transfer-encoding" in headers or (length.isdigit() and 0 < int(length) <= MOST)


class Heard:
    """ASGI middleware: an answer of 400 or more goes out when the request has come in whole, or after `PATIENCE`; where its length is
    not announced, after `MOST` of it, and where that is more than `MOST`, at once."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
            return
        ended, taken = False, 0

        async def reading() -> Message:
            nonlocal ended, taken
            message = await receive()
            ended = ended or message["type"] != "http.request" or not message.get("more_body", False)
            taken += len(message.get("body") or b"")
            return message

        async def rest() -> None:
            while not ended and taken <= MOST:
                await reading()

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                with suppress(asyncio.TimeoutError):  # not the builtin one on Python 3.10
                    await asyncio.wait_for(rest(), PATIENCE)
            await send(message)

        await self._app(scope, reading, answering)
