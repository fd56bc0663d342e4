"""The pictures of the section "Doors and settings" of docs/ui.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser import shot, stage

DESK: dict[str, Any] = {"viewport": {"width": 1100, "height": 760}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark"}


def _save(page: Any, folder: Path, name: str) -> None:
    page.wait_for_timeout(1000)  # fonts and the pictures of the cards have settled
    shot.save(page, folder / f"doors-{name}.png")


def take(browser: Any, url: str, folder: Path) -> None:
    """Save FOLDER/doors-*.png: what the profile can do, on a desktop, and the settings, there and on a phone."""
    for name, how in {"desk": DESK, "phone": PHONE}.items():
        page = browser.new_context(**how).new_page()
        page.set_default_timeout(180_000)
        stage.ready(page, url)
        if name == "desk":
            page.click("#badge summary")
            page.wait_for_selector(".u-panel")
            _save(page, folder, "desk-profile")
        page.click("[data-act=settings]")
        page.wait_for_selector("dialog.u-settings[open]")
        _save(page, folder, f"{name}-settings")
        page.context.close()
