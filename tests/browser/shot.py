"""Save a picture of the page small enough for the documentation."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from tests.browser import stage

MOST_BYTES = 150_000


def opened(browser: Any, url: str, how: dict[str, Any]) -> Any:
    """Return a page at *url* that has loaded, in a context of its own as *how* tells; nothing on it is waited for longer than a minute."""
    page = browser.new_context(**how).new_page()
    page.set_default_timeout(60_000)
    stage.ready(page, url)
    return page


def save(page: Any, path: Path) -> None:
    """Save what *page* shows as PNG to *path*: in 256 colours where it has more than ``MOST_BYTES`` otherwise, and then smaller by
    steps until it has not. Raises ValueError when half the size is too much."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(path, optimize=True)
    if path.stat().st_size <= MOST_BYTES:
        return
    for share in (1.0, 0.75, 0.6, 0.5):
        size = (round(picture.width * share), round(picture.height * share))
        small = picture.resize(size, Image.Resampling.LANCZOS).quantize(256, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return
    raise ValueError(f"{path.name} has {path.stat().st_size} bytes at half its size: show less of the page")


def still(page: Any, path: Path, settle: int = 1000) -> None:
    """Save what *page* shows to *path*, as PNG by :func:`save` or as JPEG by its ending, *settle* milliseconds from now: fonts and the
    last scroll are at rest then. Raises ValueError when it has more than ``MOST_BYTES``."""
    page.wait_for_timeout(settle)
    if path.suffix == ".png":
        save(page, path)
        return
    page.screenshot(path=path, type="jpeg", quality=80)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes: show less of the page")
