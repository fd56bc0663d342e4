"""What the browser tests and the screenshots share: a browser, a served page over a scripted model, and gestures."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
from PIL import Image

from app.engine import Engine
from app.settings import Settings
from models.profiles import PROFILES
from models.values import Checkpoint
from tests.ports import free_port

SLOW = """
import time
from pathlib import Path
import numpy as np
from models.expert import Picture

TASK = Path(__file__).stem.removeprefix("slow_")
NAME = "slow stub"

def load(checkpoint, device):
    def run(call, inputs, report):
        log = Path(__file__).with_name("steps.log")
        for step in range(400):
            report(step / 400, f"step {step}", np.full((48, 64, 3), step % 255, np.uint8))
            with log.open("a") as file:
                file.write(f"{step}\\n")
            time.sleep(0.05)
        return Picture(np.zeros((8, 8, 3), np.uint8))
    return run
"""
NANO = Path(__file__).resolve().parents[2] / "assets" / "nano" / "unified"


def browser_path(*, whole: bool = False) -> str | None:
    """Return the program of an installed Chromium, or None. The shell without windows lays out and runs pages as the *whole* browser does, in
    a third of the processor's time; what is not the page's, such as whether it may be installed, it does not know."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names if whole else ("chromium-headless-shell", *names))), None)


def has_model() -> bool:
    """Tell whether the nano model's weights are there."""
    return any(NANO.glob("*.safetensors"))


class Scripted:
    """A model that does what it is told: ``do: segment image#1 region#1`` becomes that call, ``say ...`` those words."""

    name = "scripted"

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        from models import grammar

        text = messages[-1].text
        calls = re.findall(r"do: ([^\n]+)", text)
        words = re.sub(r"\n?do: [^\n]+", "", text[4:]) if text.startswith("say ") else "Here it is."
        yield from re.findall(r"\s*\S+", grammar.escape_text(words))
        for call in calls:
            if cancel():
                return
            yield f"<task>{call}</task>"


GONE: set[str] = set()
"""Addresses whose server was ended: a page that is still open goes on asking there, which is no fault of its."""


@dataclass
class Site:
    """A served page: its *engine*, its address, and the folder of its data."""

    engine: Engine
    url: str
    folder: Path

    def steps(self) -> int:
        """Return how many steps the slow expert has made so far."""
        log = self.folder / "experts" / "steps.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def messages(self, page: Any) -> list[Any]:
        """Return the messages of the only owner's latest conversation that hold any, as the engine knows them."""
        ids = self.engine.history._db.execute(
            "SELECT id FROM conversation ORDER BY updated DESC, rowid DESC"
        ).fetchall()
        for (conversation,) in ids:
            with self.engine.history._lock:
                if shown := self.engine.history._kept.shown(conversation):
                    return [message for _, message in shown]
        return []


def _engine(settings: Settings, model: Any, slow: tuple[str, ...]) -> Engine:
    """Return the engine of the nano profile, with slow stubs for the tasks *slow*."""
    nano = PROFILES["nano"]
    stubs = {task: (Checkpoint(f"slow_{task}"),) for task in slow}
    PROFILES["nano"] = replace(nano, experts={**nano.experts, **stubs})
    try:
        return Engine(settings, model=model)
    finally:
        PROFILES["nano"] = nano


@contextmanager
def serve(folder: Path, model: Any = None, port: int = 0, slow: bool | tuple[str, ...] = True) -> Iterator[Site]:
    """Serve the page over *model* (None: the nano model) with its data in *folder*; the experts for the tasks *slow* are stubs
    that take their time, to be stopped (True: the one for pictures from words), the others are the profile's own."""
    from app.hosting import launch_keywords
    from app.ui import build

    experts = folder / "experts"
    experts.mkdir(parents=True, exist_ok=True)
    stubs = ("image",) if slow is True else slow or ()
    for task in stubs:
        (experts / f"slow_{task}.py").write_text(SLOW, encoding="utf-8")
    settings = Settings(
        data=folder / "data", experts_folder=experts, port=port or free_port(), open_browser=False, profile="nano"
    )
    engine = _engine(settings, model, stubs)
    engine.start()
    page = build(engine)
    page.launch(**launch_keywords(settings), prevent_thread_lock=True, quiet=True)
    try:
        yield Site(engine, page.local_url.rstrip("/"), folder)
    finally:
        GONE.add(urlparse(page.local_url).netloc)
        page.close()
        engine.close()


@dataclass
class Watched:
    """A browser page and what it did wrong: errors, and requests to other hosts than its own."""

    page: Any
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    left: bool = False  # while gradio still read a stream: it ends that then, and complains of it

    def __post_init__(self) -> None:
        self.page.on("pageerror", self._failed)
        self.page.on("console", self._told)
        # A browser hands choosers over as long as somebody listens; one that begins to at a press may begin after it.
        self.page.on("filechooser", lambda chooser: None)
        self.page.on("request", lambda r: self.hosts.add(urlparse(r.url).netloc) if r.url.startswith("http") else None)

    def _failed(self, error: Any) -> None:
        if "AbortError: signal is aborted" in str(error):
            self.left = True
        else:
            self.errors.append(str(error))

    def _told(self, message: Any) -> None:
        if self.left and "errored out" in message.text:
            return
        gone = "net::ERR_" in message.text and urlparse(message.location.get("url", "")).netloc in GONE
        if message.type == "error" and not gone:
            self.errors.append(message.text)


def ready(page: Any, url: str) -> None:
    """Open *url* and wait until the composer is there and the page has loaded its conversation."""
    page.goto(url)
    page.wait_for_selector("#box textarea")
    page.wait_for_selector(".u-chats[data-current]:not([data-current=''])", state="attached")


def attach(page: Any, path: Path) -> None:
    """Put a file into the composer and wait for its tile in the tray."""
    before = page.locator(".u-tile").count()
    page.set_input_files("#box input[type=file]", str(path))
    page.wait_for_function("n => document.querySelectorAll('.u-tile').length > n", arg=before)


def send(page: Any, text: str, wait: bool = True) -> None:
    """Send *text*, and wait until it is in the conversation and, with *wait*, until the reply has ended."""
    page.fill("#box textarea", text)
    page.press("#box textarea", "Enter")
    page.wait_for_selector(".u-outbox[data-sending='0']", state="attached")
    if wait:
        idle(page)


def idle(page: Any) -> None:
    """Wait until nothing runs any more."""
    page.wait_for_selector("#box [data-testid=submit-button]", timeout=180_000)


def open_editor(page: Any, ref: str) -> None:
    """Open the dialog on an attachment and wait until its picture is drawn."""
    page.click(f"[data-mark='{ref}']")
    shown(page)


def shown(page: Any) -> None:
    """Wait until the dialog shows its picture or frame."""
    page.wait_for_selector("dialog.u-editor[open]")
    page.wait_for_function(
        "() => { const m = document.querySelector('.u-canvas img, .u-canvas video');"
        " return m && (m.naturalWidth || m.readyState > 1) && !document.querySelector('.u-busy'); }"
    )


def place(page: Any, x: float, y: float) -> tuple[float, float]:
    """Return the position on the screen of a fraction of the picture in the dialog."""
    box = page.locator(".u-canvas").bounding_box()
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def drag(page: Any, points: list[tuple[float, float]]) -> None:
    """Draw with the mouse along *points*, fractions of the picture."""
    page.mouse.move(*place(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*place(page, *point), steps=4)
    page.mouse.up()


def touch(page: Any, points: list[tuple[float, float]]) -> None:
    """Draw with a finger along *points*."""
    session = page.context.new_cdp_session(page)
    for number, point in enumerate(points):
        x, y = place(page, *point)
        kind = "touchMove" if number else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    # A finger rests before it leaves the glass: a flick would make the browser take the next tap for the end of a fling.
    page.wait_for_timeout(120)
    session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def photo(path: Path, square: tuple[int, int, int, int], size: tuple[int, int] = (300, 200), **how: Any) -> Path:
    """Save a noisy green picture of *size* with a red *square* (x0, y0, x1, y1 in pixels)."""
    noise = np.random.default_rng(5).integers(-8, 8, (size[1], size[0], 3))
    pixels = np.clip(np.array((60, 150, 70)) + noise, 0, 255).astype(np.uint8)
    x0, y0, x1, y1 = square
    pixels[y0:y1, x0:x1] = np.clip(np.array((210, 40, 40)) + noise[y0:y1, x0:x1], 0, 255)
    Image.fromarray(pixels).save(path, **how)
    return path


def clip(path: Path, frames: int = 24, fps: float = 12.0) -> Path:
    """Write a clip in which a red square moves to the right by 4 pixels a frame."""
    from models.video import VideoWriter

    with VideoWriter(path, 192, 128, fps) as writer:
        for index in range(frames):
            pixels = np.full((128, 192, 3), (70, 140, 90), np.uint8)
            pixels[40:80, 20 + 4 * index : 60 + 4 * index] = (210, 40, 40)
            writer.write(pixels)
    return path


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait until *condition* holds; tell whether it does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
