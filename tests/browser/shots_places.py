"""The pictures of what lights together, for docs/ui.md: a stretch of a sound with its words, the mask of a clip, and a sound compared."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.examples import BOAT, make_examples
from tests.browser import shot, stage
from tests.browser.editor_page import make_sound

DESK: dict[str, Any] = {"viewport": {"width": 900, "height": 820}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 820}, "color_scheme": "dark", "device_scale_factor": 1.5}
ANSWERS = {
    "which part of it is loud?": "<ref>The loud part</ref><t>1.2-3.4</t> begins after 1.2 s and ends at 3.4 s.",
    "ماذا تستطيع أن تفعل بصورتي image#1؟": "أستطيع أن أقصّ ما تحدّده فيها، وأن أزيله، وأن أغيّر ألوانها. حدّد شيئًا في image#1 ثم قل ما تريد.",
    "اجعلها بالأبيض والأسود": "<task>adjust image#1 op=grayscale</task>",
}
"""What the model says where a picture is of the page alone, and not of what the model can do."""


class Answers(stage.Scripted):
    """Gives the answer that is written down for a message."""

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        yield ANSWERS[messages[-1].text]


def take(browser: Any, url: str, folder: Path) -> None:
    """Save FOLDER/places-*.jpg."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name) / "media")
        make_sound(media / "engine.wav")
        with stage.serve(Path(name) / "told", Answers(), slow=False) as site:
            for size, how in (("desk", DESK), ("phone", PHONE)):
                page = shot.opened(browser, site.url, how)
                stage.attach(page, media / "engine.wav")
                stage.send(page, "which part of it is loud?")
                page.locator("[data-testid=bot] .u-ph").hover()
                page.wait_for_selector(".u-span.u-lit")
                shot.still(page, folder / f"places-{size}-stretch.jpg")
                page.context.close()
            right_to_left(browser, site.url, folder, media)
        page = shot.opened(browser, url, DESK)
        stage.attach(page, media / "boat.mp4")
        stage.open_editor(page, "video#1")
        stage.drag(page, [BOAT[:2], BOAT[2:]])
        page.fill(".u-object input", "boat")
        page.click("[data-act=done]")
        stage.send(page, "follow this")
        page.wait_for_selector(".u-film .u-label")
        film = page.locator(".u-film")
        for _ in range(12):
            page.locator(".u-item[data-kind=masks] [data-act=next]").click()
        film.scroll_into_view_if_needed()
        page.locator(".u-tag.u-k-mask-1").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".u-film .u-mask.u-lit")
        shot.still(page, folder / "places-desk-clip.jpg")
        page.context.close()
        page = shot.opened(browser, url, DESK)
        stage.attach(page, media / "tune.wav")
        stage.send(page, "/audio_adjust audio#1 op=fade_out seconds=4")
        result = page.locator("[data-testid=bot] .u-item[data-ref='audio#2']")
        result.locator("[data-act=compare]").click()
        result.scroll_into_view_if_needed()
        shot.still(page, folder / "places-desk-sound.jpg")
        page.context.close()


def right_to_left(browser: Any, url: str, folder: Path, media: Path) -> None:
    """Save a message and a reply in Arabic."""
    page = shot.opened(browser, url, PHONE)
    stage.attach(page, media / "balloon.png")
    stage.send(page, "ماذا تستطيع أن تفعل بصورتي image#1؟")
    page.fill("#box textarea", "اجعلها بالأبيض والأسود")
    page.wait_for_function("document.querySelector('.u-aim-words').innerText.includes('adjust')")
    shot.still(page, folder / "places-phone-right-to-left.jpg")
    page.context.close()
