"""Take pictures of the page: ``python -m tests.browser.screenshots FOLDER [readme | ui [SECTION ...]]``.

The words are typed as a person would, and the shipped nano model answers. With ``readme`` only the README's pictures are
taken, with ``ui`` those of docs/ui.md: of all its sections, or of those named.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from app.examples import BALLOON, make_examples
from tests.browser import (
    shots_conversations,
    shots_doors,
    shots_drawing,
    shots_files,
    shots_places,
    shots_results,
    shots_screens,
    shots_seeing,
    shots_target,
    shots_waiting,
    stage,
)

UI = {
    "page": shots_screens.take,
    "files": shots_files.take,
    "conversations": shots_conversations.take,
    "drawing": shots_drawing.take,
    "results": shots_results.take,
    "places": shots_places.take,
    "waiting": shots_waiting.take,
    "doors": shots_doors.take,
    "target": shots_target.take,
    "seeing": shots_seeing.take,
}
"""What takes the pictures of docs/ui.md, a function for each of its sections: (browser, url, folder)."""


def _picture(page: Any, folder: Path, name: str) -> None:
    page.wait_for_function(
        "[...document.querySelectorAll('#chat video')].every(film => film.readyState >= 2 && !film.seeking)"
    )
    page.wait_for_timeout(1200)  # fonts and the last scroll have settled
    page.screenshot(path=folder / f"{name}.png")


def take(browser: Any, url: str, folder: Path, media: Path, name: str, **how: Any) -> None:
    """Drive the page once and save its pictures as FOLDER/NAME-*.png."""
    page = browser.new_context(**how).new_page()
    page.set_default_timeout(120_000)
    stage.ready(page, url)
    _picture(page, folder, f"{name}-start")
    page.click("#badge summary")
    _picture(page, folder, f"{name}-badge")
    page.click("#badge summary")
    stage.attach(page, media / "balloon.png")
    stage.open_editor(page, "image#1")
    stage.drag(page, [BALLOON[:2], BALLOON[2:]])
    page.fill(".u-object input", "balloon")
    _picture(page, folder, f"{name}-editor")
    page.click("[data-act=done]")
    stage.send(page, "cut this out")
    _picture(page, folder, f"{name}-mask")
    stage.send(page, "now blur everything else")
    page.locator("text=Compare").last.click()
    _picture(page, folder, f"{name}-blur")
    stage.attach(page, media / "boat.mp4")
    stage.open_editor(page, "video#1")
    for _ in range(10):
        page.click("[data-act=next]")
    stage.shown(page)
    stage.drag(page, [(0.185, 0.33), (0.53, 0.87)])
    _picture(page, folder, f"{name}-frame")
    page.click("[data-act=done]")
    page.fill("#box textarea", "follow this")
    _picture(page, folder, f"{name}-tray")
    stage.send(page, "follow this")
    _picture(page, folder, f"{name}-video")
    stage.attach(page, media / "tune.wav")
    stage.send(page, "fade it out at the end")
    _picture(page, folder, f"{name}-sound")
    stage.send(page, "/remove image#7")
    _picture(page, folder, f"{name}-error")
    stage.send(page, '/image "a fox"', wait=False)
    page.wait_for_selector(".u-preview")
    _picture(page, folder, f"{name}-progress")
    page.click("#box .stop-button")
    stage.idle(page)
    page.click(".sidebar .toggle-button")
    _picture(page, folder, f"{name}-list")
    page.context.close()


def converse(browser: Any, url: str, folder: Path, media: Path) -> None:
    """Hold the README's conversation and save it in one picture, FOLDER/conversation.png."""
    page = browser.new_context(viewport={"width": 1000, "height": 2400}).new_page()
    page.set_default_timeout(120_000)
    stage.ready(page, url)
    stage.attach(page, media / "balloon.png")
    stage.open_editor(page, "image#1")
    stage.drag(page, [BALLOON[:2], BALLOON[2:]])
    page.fill(".u-object input", "balloon")
    page.click("[data-act=done]")
    stage.send(page, "cut this out")
    stage.send(page, "now blur everything else")
    _picture(page, folder, "conversation")
    page.context.close()


def draw(browser: Any, url: str, folder: Path) -> None:
    """Hold the README's conversation with the picture book and save it in one picture, FOLDER/picturebook.png."""
    page = browser.new_context(viewport={"width": 1000, "height": 4130}).new_page()
    page.set_default_timeout(120_000)
    stage.ready(page, url)
    stage.send(page, "draw two cats left of a pizza on grass at night")
    stage.send(page, "how many cats are there?")
    stage.send(page, "now make the pizza fly away")
    stage.send(page, "what would the clip sound like?")
    _picture(page, folder, "picturebook")
    page.context.close()


def main(arguments: list[str]) -> int:
    """Save the pictures into the folder named by the first of *arguments*; returns the exit status."""
    from playwright.sync_api import sync_playwright

    path = stage.browser_path()
    what, sections = arguments[1:2], arguments[2:]
    known = (what in ([], ["readme"]) and not sections) or (what == ["ui"] and set(sections) <= set(UI))
    if not arguments or not known or path is None:
        usage = f"FOLDER [readme | ui [{' | '.join(UI)} ...]] (needs Chromium)"
        print(f"usage: python -m tests.browser.screenshots {usage}", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        temp = Path(name)
        media = make_examples(temp / "media")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        if what == ["ui"]:
            for section in sections or UI:
                with stage.serve(temp / section, slow=False) as site:
                    UI[section](browser, site.url, folder)
            return 0
        if what:
            with stage.serve(temp, slow=False) as site:
                converse(browser, site.url, folder, media)
            with stage.serve(temp / "drawn", slow=False) as site:
                draw(browser, site.url, folder)
            return 0
        with stage.serve(temp) as site:
            take(browser, site.url, folder, media, "desk", viewport={"width": 1280, "height": 860})
            phone = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark", "device_scale_factor": 2}
            take(browser, site.url, folder, media, "phone", **phone)
        browser.close()
    print(f"Saved {len(list(folder.glob('*.png')))} pictures.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
