"""The region editor alone on a page: its own files, a composer's text field, and a stand-in for what gradio hands it. It opens in
a moment, so that every gesture can be tried with every medium; what the server makes of it is tested on the whole page."""

from __future__ import annotations

import functools
import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from components import assets
from tests.browser import stage

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}}
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True}
PICTURE = {"ref": "image#1", "kind": "image", "url": "/square.png", "width": 300, "height": 200}
WIDE = {"ref": "image#2", "kind": "image", "url": "/wide.png", "width": 400, "height": 100}
CLIP = {
    "ref": "video#1",
    "kind": "video",
    "url": "/moving.mp4",
    "width": 192,
    "height": 128,
    "fps": 12,
    "frames": 24,
    "sound": False,
}
SOUND = {"ref": "audio#1", "kind": "audio", "url": "/steps.wav", "name": "steps.wav", "duration": 4.0}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Editor</title>
<link rel="icon" href="data:,">
<style>
:root { --body-text-color: #1f2937; --background-fill-primary: #fff; --background-fill-secondary: #f1f5f9;
  --border-color-primary: #cbd5e1; --color-accent: #4f46e5; --input-background-fill: #fff; }
.dark { --body-text-color: #f1f5f9; --background-fill-primary: #0f172a; --background-fill-secondary: #1e293b;
  --border-color-primary: #475569; --color-accent: #6366f1; --input-background-fill: #1e293b; }
body { margin: 8px; font-family: system-ui, sans-serif; background: var(--background-fill-primary); color: var(--body-text-color); }
</style>HEAD</head><body class="THEME"><main><div id="tray">TEMPLATE</div>
<div id="box"><textarea aria-label="Message" rows="3" style="width: 100%"></textarea></div></main>
<script>
window.told = [];
const watchers = [];
window.props = { value: VALUE, composer: "#box textarea" };
const made = unison.regionDesk;
unison.regionDesk = () => (window.desk = made());
window.put = (value) => { props.value = value; watchers.forEach((watcher) => watcher()); };
unison.regionEditor(document.querySelector("#tray"), props, (name, data) => told.push([name, data]), (_, watcher) => watchers.push(watcher));
</script></body></html>"""


def make_media(folder: Path) -> Path:
    """Put a picture with a red square and its mask, a wide one, a clip without sound and a sound of four seconds into *folder*;
    return it."""
    stage.photo(folder / "square.png", (120, 60, 200, 140))
    mask = np.zeros((200, 300), np.uint8)
    mask[60:140, 120:200] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    stage.photo(folder / "wide.png", (40, 10, 60, 30), (400, 100))
    stage.clip(folder / "moving.mp4")
    make_sound(folder / "steps.wav")
    return folder


def make_sound(path: Path) -> None:
    """Write a sound of four seconds, loud from 1.2 s to 3.4 s."""
    seconds = np.arange(4 * 16000) / 16000
    loud = np.where((seconds > 1.2) & (seconds < 3.4), 0.6, 0.03) * np.sin(2 * np.pi * 330 * seconds)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((loud * 32767).astype("<i2").tobytes())


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *args: Any) -> None:
        """Write no line for a request."""


def write(folder: Path, *media: dict[str, Any], dark: bool = False, **value: Any) -> None:
    """Write the page into *folder* with *media* in the tray; their addresses are ``/name`` of files in the folder."""
    attached = {medium["ref"]: {"name": "", **medium} for medium in media}
    tray = {"media": attached, "attached": list(attached), "regions": [], "next": 1, "to": None, **value}
    template = assets.read("region_editor/region_editor.html")
    text = PAGE.replace("HEAD", assets.head("region_editor")).replace("TEMPLATE", template)
    text = text.replace("THEME", "dark" if dark else "").replace("VALUE", json.dumps(tray))
    (folder / "index.html").write_text(text, encoding="utf-8")


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve *folder* on this machine and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def regions(page: Any) -> list[dict[str, Any]]:
    """Return the regions in the tray."""
    found: list[dict[str, Any]] = page.evaluate("props.value.regions")
    return found


def shapes(page: Any, index: int = 0) -> list[dict[str, Any]]:
    """Return the shapes of an object of the open dialog."""
    found: list[dict[str, Any]] = page.evaluate("n => desk.objects[n].shapes", index)
    return found


def fingers(page: Any, *steps: list[tuple[float, float]]) -> None:
    """Put fingers on the screen and move them: every step is the list of their places in pixels; then lift them all."""
    session = page.context.new_cdp_session(page)
    before = 0
    for step in steps:
        kind = "touchStart" if len(step) > before else "touchMove"
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(step)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        before = len(step)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def kinds(page: Any) -> list[str]:
    """Return what the dialog says that every object consists of."""
    told: list[str] = page.locator(".u-kinds").all_inner_texts()
    return told


def use(page: Any) -> list[dict[str, Any]]:
    """Take the regions over and return the shapes of the only one."""
    page.click("[data-act=done]")
    (region,) = regions(page)
    kept: list[dict[str, Any]] = region["shapes"]
    return kept


def tool(page: Any, name: str) -> None:
    """Choose a tool."""
    page.click(f"[data-tool={name}]")


def keys(page: Any, *names: str) -> None:
    """Press keys with the focus on the picture."""
    page.focus(".u-canvas .u-overlay")
    for name in names:
        page.keyboard.press(name)
