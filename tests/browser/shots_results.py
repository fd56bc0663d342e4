"""The pictures of the section "Results" of docs/ui.md: every kind of result and what can be done with it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from app.examples import BALLOON, make_examples
from tests.browser import stage

DESK: dict[str, Any] = {"viewport": {"width": 900, "height": 1000}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 820}, "color_scheme": "dark", "device_scale_factor": 1.5}


SAVED = ("desk-mask", "desk-compare", "desk-clip", "desk-experts", "desk-network", "phone-compare", "phone-sound")
"""What the section shows; the other states are only passed through."""


def _save(page: Any, folder: Path, name: str) -> None:
    if name not in SAVED:
        return
    page.wait_for_timeout(1000)  # fonts and the last scroll have settled
    page.screenshot(path=folder / f"results-{name}.jpg", type="jpeg", quality=82)


def _one(page: Any, folder: Path, media: Path, name: str) -> None:
    """Take the pictures of one size of screen."""
    stage.attach(page, media / "balloon.png")
    stage.open_editor(page, "image#1")
    stage.drag(page, [BALLOON[:2], BALLOON[2:]])
    page.fill(".u-object input", "balloon")
    page.click("[data-act=done]")
    stage.send(page, "cut this out")
    page.wait_for_selector(".u-label")
    page.locator(".u-tag.u-k-mask-1").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".u-mask.u-lit")
    page.locator(".u-mask.u-lit").scroll_into_view_if_needed()
    _save(page, folder, f"{name}-mask")
    stage.send(page, "/adjust image#1 mask#1 op=invert where=inside")
    result = page.locator("[data-testid=bot] .u-item[data-ref='image#2']")
    result.locator("[data-act=compare]").click()
    result.locator("[data-way=side]").click()
    result.locator(".u-proof").scroll_into_view_if_needed()
    _save(page, folder, f"{name}-compare")
    stage.attach(page, media / "boat.mp4")
    stage.send(page, "/adjust video#1 op=invert")
    clip = page.locator("[data-testid=bot] .u-item[data-ref='video#2']")
    clip.locator("[data-act=compare]").click()
    clip.locator(".u-framebar [data-act=next]").click()
    _save(page, folder, f"{name}-clip")
    stage.attach(page, media / "tune.wav")
    stage.send(page, "/audio_adjust audio#1 op=reverse")
    page.locator("[data-testid=bot] .u-item[data-ref='audio#2']").scroll_into_view_if_needed()
    _save(page, folder, f"{name}-sound")
    if f"{name}-experts" in SAVED:
        stage.send(page, '/image "a cat and a dog on grass" size=320x200 seed=4')
        stage.send(page, "/detect image#3")
        page.locator("[data-again=with]").last.click()
        page.wait_for_selector("[data-testid=bot] .u-item[data-ref='image#5']")
        stage.idle(page)
        page.locator("[data-again=with]").last.scroll_into_view_if_needed()
        _save(page, folder, f"{name}-experts")
        stage.send(page, '/edit image#3 "make it snow"')
        page.locator("[data-again=with]", has_text="Drawing network").last.click()
        page.wait_for_selector("[data-testid=bot] .u-item[data-ref='image#7']")
        stage.idle(page)
        page.locator("[data-again=with]").last.scroll_into_view_if_needed()
        _save(page, folder, f"{name}-network")
    page.context.close()


def take(browser: Any, url: str, folder: Path) -> None:
    """Save results-*.jpg into *folder*."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name))
        for size, how in (("desk", DESK), ("phone", PHONE)):
            page = browser.new_context(**how).new_page()
            page.set_default_timeout(180_000)
            stage.ready(page, url)
            _one(page, folder, media, size)
