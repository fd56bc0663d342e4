"""The pictures of the section "What it sees and hears" of docs/ui.md, with the experts of the profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser import shot, stage

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 1160}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark", "device_scale_factor": 1.5}


def take(browser: Any, url: str, folder: Path) -> None:
    """Save seeing-*.jpg of the page at *url* into *folder*."""
    page = shot.opened(browser, url, DESK)
    for words in ("draw a cow, a horse and three apples on a farm", "how many apples are there?"):
        stage.send(page, words)
    page.locator("[data-testid=bot] img").last.scroll_into_view_if_needed()
    page.locator("[data-testid=bot] .u-ph").last.hover()
    shot.still(page, folder / "seeing-desk-count.jpg")
    page.context.close()
    page = shot.opened(browser, url, PHONE)
    for words in ("draw a cow, a horse and three apples on a farm", "cut out the cow"):
        stage.send(page, words)
    page.get_by_text("mask#1 the cow").first.wait_for()  # what the caption says
    page.locator("[data-testid=bot] img").last.evaluate("it => it.scrollIntoView({block: 'center'})")
    shot.still(page, folder / "seeing-phone-cut.jpg")
    page.context.close()
