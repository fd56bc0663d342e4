"""The pictures of the section "Doors and settings" of docs/ui.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser import stage


def take(browser: Any, url: str, folder: Path) -> None:
    """Open what the profile can do and the settings, on a desktop and on a phone, and save FOLDER/doors-*.png."""
    phone = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark"}
    for name, how in {"desk": {"viewport": {"width": 1100, "height": 760}}, "phone": phone}.items():
        page = browser.new_context(**how).new_page()
        page.set_default_timeout(180_000)
        stage.ready(page, url)
        page.click("#badge summary")
        page.wait_for_selector(".u-panel")
        page.screenshot(path=folder / f"doors-{name}-profile.png")
        page.click("[data-act=settings]")
        page.wait_for_selector("dialog.u-settings[open]")
        page.screenshot(path=folder / f"doors-{name}-settings.png")
        page.context.close()
