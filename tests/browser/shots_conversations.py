"""The pictures of the section "Conversations" of docs/ui.md: variants of a message, and the sidebar."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from app.examples import make_examples
from tests.browser import stage

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 760}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 820}, "color_scheme": "dark", "device_scale_factor": 1.5}


def _save(page: Any, folder: Path, name: str) -> None:
    page.wait_for_timeout(1000)  # fonts and the last scroll have settled
    page.screenshot(path=folder / f"conversations-{name}.jpg", type="jpeg", quality=80)


def take(browser: Any, url: str, folder: Path) -> None:
    """Save conversations-*.jpg into *folder*."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name))
        for size, how in (("desk", DESK), ("phone", PHONE)):
            page = browser.new_context(**how).new_page()
            page.set_default_timeout(180_000)
            stage.ready(page, url)
            stage.attach(page, media / "balloon.png")
            stage.send(page, "/adjust image#1 op=sepia")
            page.wait_for_selector(".u-item[data-ref='image#2']")
            edit = page.locator("[data-testid=user] [data-turn=edit]")
            edit.click()
            page.fill(".u-turn textarea", "/adjust image#1 op=invert")
            page.keyboard.press("Enter")
            page.wait_for_selector(".u-item[data-ref='image#3']")
            stage.idle(page)
            page.wait_for_selector("[data-testid=user] .u-turn output")
            page.locator("[data-testid=user] .u-text").scroll_into_view_if_needed()
            _save(page, folder, f"{size}-variants")
            page.click(".sidebar .toggle-button")
            page.click(".u-shelf summary")
            page.wait_for_selector(".u-medium img")
            page.click(".u-file summary")
            _save(page, folder, f"{size}-sidebar")
            page.context.close()
    search(browser, url, folder)


def search(browser: Any, url: str, folder: Path) -> None:
    """Save the list of three conversations, and what a search finds in it."""
    page = browser.new_context(**DESK).new_page()
    page.set_default_timeout(30_000)
    stage.ready(page, url)
    for number, words in enumerate(("what can you do?", "can you draw a pizza?", "how do I cut something out?")):
        if number:
            page.evaluate("document.querySelector('[data-act=new]').click()")
            page.wait_for_selector("#chat .message-row", state="detached")
        stage.send(page, words)
    page.click(".sidebar .toggle-button")
    page.wait_for_function("document.querySelectorAll('.u-chats .u-open').length >= 3")
    _save(page, folder, "desk-list")
    page.fill(".u-seek", "pizza")
    page.wait_for_function("document.querySelectorAll('.u-chats .u-open').length === 1")
    _save(page, folder, "desk-search")
    page.context.close()
