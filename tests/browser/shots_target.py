"""The pictures of the section "The target chip" of docs/ui.md: the shipped model answers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from app.examples import BALLOON, make_examples
from tests.browser import shot, stage

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 860}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark", "device_scale_factor": 1.5}


def _save(page: Any, folder: Path, name: str) -> None:
    page.wait_for_timeout(1200)  # fonts and the last scroll have settled
    shot.save(page, folder / f"target-{name}.png")


def _says(page: Any, words: str) -> None:
    page.wait_for_function("w => document.querySelector('.u-aim-words').innerText.includes(w)", arg=words)


def _two(page: Any, media: Path) -> None:
    for name in ("balloon.png", "photo.png"):
        stage.attach(page, media / name)


def take(browser: Any, url: str, folder: Path) -> None:
    """Save target-*.png into *folder*."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name))
        stage.photo(media / "photo.png", (120, 60, 200, 140))
        page = browser.new_context(**DESK).new_page()
        page.set_default_timeout(180_000)
        stage.ready(page, url)
        stage.attach(page, media / "balloon.png")
        stage.open_editor(page, "image#1")
        stage.drag(page, [BALLOON[:2], BALLOON[2:]])
        page.click("[data-act=done]")
        page.locator("#box textarea").press_sequentially("cut this out", delay=20)
        _says(page, "segment")
        _save(page, folder, "chip")
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".u-mask")
        stage.idle(page)
        page.click(".u-meant summary")
        page.click("[data-nudge=grow]")
        page.locator("[data-act=meant]").scroll_into_view_if_needed()
        page.mouse.move(2, 2)
        _save(page, folder, "meant")
        page.click(".u-meant summary")
        stage.attach(page, media / "photo.png")
        page.fill("#box textarea", "make it black and white")
        _says(page, "image#")
        page.click(".u-aim")
        page.wait_for_selector(".u-aims [data-key='media-image#2']", state="attached")
        _save(page, folder, "menu")
        page.context.close()

        page = browser.new_context(**PHONE).new_page()
        page.set_default_timeout(180_000)
        stage.ready(page, url)
        _two(page, media)
        stage.send(page, "blur it")
        page.wait_for_selector("[data-answer]")
        _save(page, folder, "question")
        page.fill("#box textarea", "blur image#2")
        _says(page, "image#2")
        page.click(".u-aim")
        page.wait_for_selector(".u-aims [data-key='media-image#2']", state="attached")
        _save(page, folder, "phone")
        page.context.close()
