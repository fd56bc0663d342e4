"""The pictures of the section "A model that sees" of docs/ui.md: the model of nano-sees answers, on a page of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.browser import shot, stage

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 1160}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark", "device_scale_factor": 1.5}


def take(browser: Any, url: str, folder: Path) -> None:
    """Save seeing-*.jpg into *folder*; *url* is not needed, since its page is that of nano."""
    with tempfile.TemporaryDirectory() as name, stage.serve(Path(name), slow=False, profile="nano-sees") as site:
        page = shot.opened(browser, site.url, DESK)
        for words in ("draw a cow, a horse and three apples on a farm", "how many apples are there?"):
            stage.send(page, words)
        page.locator("[data-testid=bot] img").last.scroll_into_view_if_needed()
        page.locator("[data-testid=bot] .u-ph").last.hover()
        shot.still(page, folder / "seeing-desk-count.jpg")
        page.context.close()
        page = shot.opened(browser, site.url, PHONE)
        for words in ("draw a cow, a horse and three apples on a farm", "cut out the cow"):
            stage.send(page, words)
        shot.still(page, folder / "seeing-phone-cut.jpg")
        page.context.close()
