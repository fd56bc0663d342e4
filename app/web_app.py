"""What makes the page an app that a browser can install: its manifest and its icons, drawn by code and answered before gradio.

There is no service worker: browsers install without one, and one that stood between page and server could only break the stream.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from app.asgi import Receive, Scope, Send

INK, PAPER = (79, 70, 229), (255, 255, 255)
SIZES = (192, 512)


def manifest() -> bytes:
    """Return the web app manifest; addresses are relative, so that it holds behind a proxy's folder too."""
    icons = [
        {"src": f"icon-{size}{kind}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in SIZES
        for kind, purpose in (("", "any"), ("-full", "maskable"))
    ]
    told = {
        "name": "Unison", "short_name": "Unison", "id": "./", "start_url": "./", "scope": "./", "display": "standalone",
        "description": "One chat that works on your own pictures, videos and sounds.", "icons": icons,
        "background_color": "#ffffff", "theme_color": "#4f46e5", "categories": ["productivity", "photo"],
    }  # fmt: skip
    return json.dumps(told).encode()


def icon(size: int, full: bool = False) -> bytes:
    """Return the icon as a PNG of *size* pixels: three rings that sound as one. *full* fills the square to its corners, as
    systems want it that cut icons to their own shape."""
    from PIL import Image, ImageDraw

    fine = 4 * size
    image = Image.new("RGBA", (fine, fine), (*INK, 255) if full else (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    if not full:
        draw.rounded_rectangle((0, 0, fine - 1, fine - 1), fine * 0.22, fill=INK)
    radius, width = fine * (0.17 if full else 0.2), round(fine * 0.05)
    for x, y in ((0.5, 0.40), (0.40, 0.575), (0.60, 0.575)):
        place = (x * fine - radius, y * fine - radius, x * fine + radius, y * fine + radius)
        draw.ellipse(place, outline=PAPER, width=width)
    small = image.resize((size, size), Image.Resampling.LANCZOS)
    data = io.BytesIO()
    small.save(data, "PNG", optimize=True)
    return data.getvalue()


ADDRESSES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "/manifest.json": ("application/manifest+json", manifest),  # the one that gradio's page links
    "/favicon.ico": ("image/png", partial(icon, 64)),
    **{f"/icon-{size}.png": ("image/png", partial(icon, size)) for size in SIZES},
    **{f"/icon-{size}-full.png": ("image/png", partial(icon, size, True)) for size in SIZES},
}
"""What is answered here: type and maker of the content."""


@cache
def content(path: str) -> bytes:
    """Return what one of :data:`ADDRESSES` holds; it is made once."""
    return ADDRESSES[path][1]()


class WebApp:
    """ASGI middleware that answers :data:`ADDRESSES` and passes on all others."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD for the manifest or an icon; a browser may keep it for a day."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"] not in ADDRESSES:
            await self._app(scope, receive, send)
            return
        body, kind = content(scope["path"]), ADDRESSES[scope["path"]][0]
        length = str(len(body)).encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", length), (b"cache-control", b"max-age=86400")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
