"""The pictures of the section Drawing of docs/ui.md, of the editor alone, on a desk in the light and on a phone in the dark, and of the
tray."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from app.examples import BALLOON, make_examples
from models.video import clip_info
from tests.browser import editor_page, shot, stage
from tests.browser.editor_page import keys, tool

SHOWN = ("desk-marks", "desk-selected", "desk-sound", "phone-eraser", "phone-frame", "phone-sound")


def _media(folder: Path) -> list[dict[str, Any]]:
    """Return a picture, a clip and a sound of the examples in *folder* as the tray shows them."""
    film = clip_info(folder / "boat.mp4")
    facts = {"width": film.width, "height": film.height, "fps": film.fps, "frames": film.frames, "sound": False}
    width, height = Image.open(folder / "balloon.png").size
    size = {"width": width, "height": height}
    return [
        {"ref": "image#1", "kind": "image", "url": "/balloon.png", "name": "balloon.png", **size},
        {"ref": "video#1", "kind": "video", "url": "/boat.mp4", "name": "boat.mp4", **facts},
        {"ref": "audio#1", "kind": "audio", "url": "/tune.wav", "name": "tune.wav"},
    ]


def take(browser: Any, site: str, folder: Path) -> None:
    """Save FOLDER/drawing-*.png: marks of every kind, one that is selected, the eraser, a frame, a stretch of a sound, the tray."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name))
        with editor_page.serve(media) as url:
            _drive(browser, url, folder, media, "desk", dark=False, viewport={"width": 1100, "height": 720})
            _drive(browser, url, folder, media, "phone", dark=True, **editor_page.PHONE)
        _tray(browser, site, folder, media)


def _drive(browser: Any, url: str, folder: Path, media: Path, name: str, dark: bool, **how: Any) -> None:
    editor_page.write(media, *_media(media), dark=dark)
    page = browser.new_context(**how).new_page()

    def save(state: str) -> None:
        if f"{name}-{state}" in SHOWN:
            page.mouse.move(2, 2)
            shot.save(page, folder / f"drawing-{name}-{state}.png")

    page.goto(url)
    stage.open_editor(page, "image#1")
    stage.drag(page, [BALLOON[:2], BALLOON[2:]])
    page.fill(".u-object input", "balloon")
    tool(page, "point")
    page.mouse.click(*stage.place(page, 0.5, 0.35))
    page.click("[data-act=neg]")
    page.mouse.click(*stage.place(page, 0.62, 0.72))
    page.click("[data-act=neg]")
    page.click("[data-act=object]")
    tool(page, "lasso")
    stage.drag(page, [(0.06, 0.75), (0.2, 0.72), (0.28, 0.84), (0.2, 0.95), (0.07, 0.92), (0.05, 0.8)])
    tool(page, "scribble")
    stage.drag(page, [(0.75, 0.85), (0.85, 0.82), (0.95, 0.86)])
    save("marks")
    tool(page, "select")
    page.mouse.click(*stage.place(page, 0.4, 0.7))
    for _ in range(3):
        page.click("[data-act=nearer]")
    save("selected")
    tool(page, "erase")
    save("eraser")
    page.click("[data-act=done]")
    stage.open_editor(page, "video#1")
    keys(page, *["."] * 10)
    stage.shown(page)
    tool(page, "box")
    stage.drag(page, [(0.185, 0.33), (0.53, 0.87)])
    save("frame")
    page.click("[data-act=done]")
    page.click("[data-stretch='audio#1']")
    page.wait_for_selector(".u-stretch[open]:not(.u-busy) [data-end=to]:visible")
    page.fill("[data-field=from]", "0.8")
    page.fill("[data-field=to]", "1.9")
    page.keyboard.press("Tab")
    save("sound")
    page.context.close()


def _tray(browser: Any, url: str, folder: Path, media: Path) -> None:
    """Save the tray on the page itself, with what the message names lit."""
    page = browser.new_context(viewport={"width": 1100, "height": 560}).new_page()
    stage.ready(page, url)
    for name in ("balloon.png", "boat.mp4", "tune.wav"):
        stage.attach(page, media / name)
    stage.open_editor(page, "image#1")
    stage.drag(page, [BALLOON[:2], BALLOON[2:]])
    page.fill(".u-object input", "balloon")
    page.click("[data-act=done]")
    page.fill("#box textarea", "cut out ")
    page.focus("#box textarea")
    page.keyboard.press("End")
    page.click("[data-region='1'] .u-name")
    page.wait_for_selector(".u-chip.u-lit, .u-lit .u-chip")
    page.evaluate("document.querySelector('.u-tray').scrollLeft = 0")
    page.wait_for_function("document.querySelector('.u-aim-words').innerText.includes('segment')")
    shot.still(page, folder / "drawing-desk-tray.png")
    page.context.close()
