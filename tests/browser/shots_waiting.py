"""The pictures of what runs and what waits, for docs/ui.md: what there is so far of a call, messages that wait, and a killed server."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app import jobs
from app.examples import BALLOON, make_examples
from tests.browser import shot, stage
from tests.browser.test_killed_server import Server, again

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark", "device_scale_factor": 1.5}


@contextmanager
def held_at(share: float) -> Iterator[None]:
    """Let every call go as far as *share* of its way, 0..1, and wait there for the block to end: the nano profile's experts are
    too quick to be pictured at work."""
    go, report = threading.Event(), jobs.Job.report

    def late(self: jobs.Job[Any], fraction: float, word: str = "", preview: Any = None) -> None:
        if share <= fraction < 1 and preview is not None and not go.is_set():
            self._due = 0.0
        report(self, fraction, word, preview)
        if share <= fraction and not go.wait(0):
            go.wait(60)

    jobs.Job.report = late  # type: ignore[method-assign]
    try:
        yield
    finally:
        go.set()
        jobs.Job.report = report  # type: ignore[method-assign]


def _marked(page: Any, media: Path) -> None:
    stage.attach(page, media / "balloon.png")
    stage.open_editor(page, "image#1")
    stage.drag(page, [BALLOON[:2], BALLOON[2:]])
    page.fill(".u-object input", "balloon")
    page.click("[data-act=done]")


def _so_far(page: Any, path: Path, words: str, share: float) -> None:
    """Send *words* and save what is seen of the call at *share* of its way; then let it end."""
    with held_at(share):
        stage.send(page, words, wait=False)
        page.wait_for_selector(".u-preview:visible")
        page.wait_for_function(
            "share => [...document.querySelectorAll('.u-progress progress')].some(one => one.value / one.max >= share)",
            arg=share - 0.01,
        )
        page.locator(".u-progress").scroll_into_view_if_needed()
        shot.still(page, path)
    stage.idle(page)


def _wait(page: Any, words: str) -> None:
    page.fill("#box textarea", words)
    page.press("#box textarea", "Enter")
    page.wait_for_selector(f".u-outbox >> text=Waits for the reply: {words}")


def take(browser: Any, url: str, folder: Path) -> None:
    """Save FOLDER/waiting-*.png."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name) / "media")
        page = shot.opened(browser, url, DESK)
        _marked(page, media)
        _so_far(page, folder / "waiting-desk-picture.png", "remove this from the picture", 0.1)
        page.context.close()
        page = shot.opened(browser, url, PHONE)
        stage.attach(page, media / "boat.mp4")
        _so_far(page, folder / "waiting-phone-strip.png", '/video_edit video#1 "as a watercolour"', 0.6)
        page.context.close()
        page = shot.opened(browser, url, DESK)
        _so_far(page, folder / "waiting-desk-sound.png", "make a sound: a dog barking twice, then thunder", 0.4)
        page.context.close()
        for size, how in (("desk", DESK), ("phone", PHONE)):
            page = shot.opened(browser, url, how)
            _marked(page, media)
            with held_at(0.4):
                stage.send(page, "remove this from the picture", wait=False)
                page.wait_for_selector(".u-preview:visible")
                _wait(page, "now make it black and white")
                stage.attach(page, media / "boat.mp4")
                _wait(page, "then do the same to the clip")
                page.wait_for_function("!document.querySelector('.u-tile')")  # the clip waits with its message
                shot.still(page, folder / f"waiting-{size}-messages.png")
            stage.idle(page)
            page.context.close()
        _killed(browser, folder, media, Path(name) / "killed")


def _killed(browser: Any, folder: Path, media: Path, data: Path) -> None:
    """Save what a page shows once its server was killed in the middle of a reply and started again."""
    server = Server(data, model="nano")
    try:
        page = shot.opened(browser, server.url, DESK)
        stage.send(page, "draw two cats left of a pizza on grass at night", wait=False)
        page.wait_for_selector(".u-progress progress")
        stage.attach(page, media / "balloon.png")
        _wait(page, "make it black and white")
        _wait(page, "then blur it")
        again(server, page)
        page.wait_for_selector("#chat >> text=Interrupted:")
        page.wait_for_function("document.querySelectorAll('.u-outbox li').length === 2")
        shot.still(page, folder / "waiting-desk-restart.png")
        page.context.close()
    finally:
        server.kill()
