"""The pictures of the whole page for docs/ui.md: empty, on a tablet in the light and in the dark, an error, and the keyboard's focus."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from app.examples import BALLOON, make_examples
from tests.browser import shot, stage

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark", "device_scale_factor": 1.5}
TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True}


def take(browser: Any, url: str, folder: Path) -> None:
    """Save FOLDER/page-*.jpg."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name))
        for size, how in (("desk", DESK), ("phone", PHONE)):
            page = shot.opened(browser, url, how)
            page.wait_for_function("[...document.images].every(one => one.complete)")
            shot.still(page, folder / f"page-{size}-empty.jpg")
            page.context.close()
        tablet(browser, url, folder, media)
        page = shot.opened(browser, url, DESK)
        stage.attach(page, media / "balloon.png")
        stage.send(page, "make it black and white")
        page.locator("[data-testid=bot] [data-act=compare]").focus()
        page.keyboard.press("Tab")
        page.wait_for_function("document.activeElement.matches(':focus-visible')")
        shot.still(page, folder / "page-desk-focus.jpg")
        stage.send(page, "/remove image#7")
        page.wait_for_selector(".u-error")
        page.locator(".u-error").scroll_into_view_if_needed()
        shot.still(page, folder / "page-desk-error.jpg")
        page.context.close()


def tablet(browser: Any, url: str, folder: Path, media: Path) -> None:
    """Save the page and the region dialog on a tablet."""
    for theme in ("light", "dark"):
        page = shot.opened(browser, url, {**TABLET, "color_scheme": theme})
        stage.attach(page, media / "balloon.png")
        stage.open_editor(page, "image#1")
        stage.touch(page, [BALLOON[:2], BALLOON[2:]])
        page.fill(".u-object input", "balloon")
        if theme == "dark":
            shot.still(page, folder / "page-tablet-editor.jpg")
        page.click("[data-act=done]")
        stage.send(page, "cut this out")
        page.wait_for_selector(".u-label")
        page.tap(".u-tag.u-k-mask-1")
        page.wait_for_selector(".u-mask.u-lit")
        stage.attach(page, media / "tune.wav")
        page.fill("#box textarea", "fade audio#1 out at the end")
        page.wait_for_function("() => document.querySelector('.u-aim-words').innerText.includes('fade_out')")
        shot.still(page, folder / f"page-tablet-{theme}.jpg")
        page.context.close()
