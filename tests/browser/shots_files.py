"""The pictures of the section "Files" of docs/ui.md: files on their way, what was refused, and the hint of a drag over the page."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from app.examples import make_examples
from tests.browser import shot, stage
from tests.browser.test_intake import drag

DESK: dict[str, Any] = {"viewport": {"width": 1000, "height": 700}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "color_scheme": "dark", "device_scale_factor": 1.5}
SLOWLY = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
"""A network on which an upload is seen to go: bytes a second."""


def take(browser: Any, url: str, folder: Path) -> None:
    """Save FOLDER/files-*.png."""
    with tempfile.TemporaryDirectory() as name:
        media = make_examples(Path(name))
        (media / "notes.txt").write_text("words", encoding="utf-8")
        (media / "broken.png").write_bytes((media / "balloon.png").read_bytes()[:400])
        with (media / "recording.wav").open("wb") as file:
            file.truncate(4_000_000)
        for size, how in (("desk", DESK), ("phone", PHONE)):
            page = browser.new_context(**how).new_page()
            page.set_default_timeout(30_000)
            stage.ready(page, url)
            stage.attach(page, media / "balloon.png")
            if size == "desk":
                page.fill("#box textarea", "make it black and white")
                page.wait_for_timeout(1000)
                session, data = drag(page, (500, 300), media / "boat.mp4", drop=False)
                page.wait_for_selector(".u-drop", state="visible")
                shot.still(page, folder / "files-desk-drop.png", settle=0)  # it goes when nothing is dragged any more
                session.send("Input.dispatchDragEvent", {"type": "dragCancel", "x": 500, "y": 300, "data": data})
                page.wait_for_selector(".u-drop", state="hidden")
            page.set_input_files("#box input[type=file]", [str(media / one) for one in ("notes.txt", "broken.png")])
            page.wait_for_function("document.querySelectorAll('.u-refusal').length === 2")
            page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOWLY)
            page.set_input_files("#box input[type=file]", str(media / "recording.wav"))
            page.fill("#box textarea", "make it brighter")
            page.wait_for_function("document.querySelector('.u-under-way progress')?.value > 0.3")
            shot.still(page, folder / f"files-{size}-rows.png", settle=200)
            page.context.close()
