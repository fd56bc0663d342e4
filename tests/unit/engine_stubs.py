"""What the engine's tests run on: a scripted model, and expert files that behave well or badly, written to a folder."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.engine import Engine
from app.events import Event, Finished, Grown
from app.session import Session
from app.settings import Settings
from models.profiles import PROFILES
from models.values import Checkpoint, Media, Message, Part

FOX = '<task>image "a fox"</task>'
HEAD = """
import threading, time
from pathlib import Path
import numpy as np
from models.expert import Cancelled, Masks, Picture, Refusal, Sound
NAME = "stub {name}"
TASK = "{task}"
def load(checkpoint, device):
    return run
"""
BODIES = {
    "ok": """
        report(0.5, "half")
        pixels = np.full((4, 4, 3), inputs.seed % 256, np.uint8)
        return Picture(pixels, meta={"seen": sorted(inputs.media)})
    """,
    "slow": """
        for step in range(400):
            report(step / 400, f"step {step}")
            (inputs.scratch.parent / "steps").write_text(str(step))
            time.sleep(0.02)
        return Picture(np.zeros((4, 4, 3), np.uint8))
    """,
    "hang": """
        time.sleep(30)
        return Picture(np.zeros((4, 4, 3), np.uint8))
    """,
    "deaf": """
        for step in range(100):
            try:
                report(step / 100, "deaf")
            except Cancelled:
                pass
            time.sleep(0.02)
        return Picture(np.ones((4, 4, 3), np.uint8))
    """,
    "oom": """
        if not inputs.settings.get("smaller"):
            raise MemoryError("no room")
        return Picture(np.ones((2, 2, 3), np.uint8))
    """,
    "always_oom": """
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB at 0x7f00")
    """,
    "nan": """
        return Picture(np.full((4, 4, 3), np.nan))
    """,
    "nan_sound": """
        return Sound(np.full((4, 1), np.nan, np.float32), 8000)
    """,
    "wrong_shape": """
        return Picture(np.zeros((4, 4), np.uint8))
    """,
    "wrong_kind": """
        return Sound(np.zeros((4, 1), np.float32), 8000)
    """,
    "nothing": """
        return None
    """,
    "empty": """
        return []
    """,
    "black": """
        return Picture(np.zeros((4, 4, 3), np.uint8))
    """,
    "raises": """
        raise ValueError("secret detail in /home/someone/model.bin")
    """,
    "refuses": """
        raise Refusal("There is no dog.", "Draw a box round it.")
    """,
    "preview": """
        report(0.5, "look", np.full((8, 8, 3), 200, np.uint8))
        time.sleep(0.6)
        return Picture(np.ones((4, 4, 3), np.uint8))
    """,
}


def write_expert(folder: Path, name: str, task: str = "image", body: str | None = None) -> None:
    """Write an expert file called *name* into *folder*; *body* is that of ``run(call, inputs, report)``."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = textwrap.indent(textwrap.dedent(BODIES[name] if body is None else body), "    ")
    text = HEAD.format(name=name, task=task) + f"def run(call, inputs, report):\n{lines}\n"
    (folder / f"{name}.py").write_text(text, encoding="utf-8")


class Scripted:
    """A unified model that says what *script* (from the last user words to text) tells, in pieces of *size* characters."""

    name = "scripted"

    def __init__(self, script: Callable[[str], str] | str, size: int = 3, pause: float = 0.0) -> None:
        self.script, self.size, self.pause = script, size, pause
        self.asked: list[tuple[list[Message], dict[str, Media], Any]] = []
        self.pieces = 0
        self.closed = 0

    def stream(
        self, messages: Sequence[Message], shelf: Any, options: Any, cancel: Callable[[], bool]
    ) -> Iterator[str]:
        self.asked.append((list(messages), dict(shelf), options))
        words = self.script if isinstance(self.script, str) else self.script(messages[-1].text)
        try:
            for start in range(0, len(words), self.size):
                if cancel():
                    return
                self.pieces += 1
                if self.pause:
                    time.sleep(self.pause)
                yield words[start : start + self.size]
        finally:
            self.closed += 1


def make_engine(folder: Path, script: Any = "Hello.", experts: Sequence[str] = ("ok",), **settings: Any) -> Engine:
    """Return an engine on *folder* whose task ``image`` has the stub *experts*, the first the default."""
    for name in experts:
        if not (folder / "experts" / f"{name}.py").exists():
            write_expert(folder / "experts", name)
    (folder / "experts").mkdir(parents=True, exist_ok=True)
    profile = replace(PROFILES["nano"], experts={"image": tuple(Checkpoint(name) for name in experts)})
    options = {"data": folder / "data", "experts_folder": folder / "experts", "grace": 0.5, **settings}
    model = Scripted(script) if isinstance(script, str) or callable(script) else script
    return Engine(Settings(**options), model=model, profile=profile)


def picture(path: Path, value: int = 100, size: tuple[int, int] = (16, 12)) -> Path:
    """Write a plain PNG of one grey *value* and return its path."""
    Image.fromarray(np.full((size[1], size[0], 3), value, np.uint8)).save(path)
    return path


def last(events: Iterator[Event]) -> Finished:
    """Run a reply to its end and return its last event."""
    event: Event | None = None
    for event in events:
        if isinstance(event, Grown):
            assert event.message.role == "assistant"
    assert isinstance(event, Finished)
    return event


def of(message: Message, kind: type[Any]) -> list[Any]:
    """Return the parts of one kind."""
    return [part for part in message.parts if isinstance(part, kind)]


def kinds(parts: Sequence[Part]) -> list[str]:
    return [type(part).__name__ for part in parts]


def said(engine: Engine, session: Session, text: str, **more: Any) -> Message:
    """Send *text* and return the finished reply."""
    return last(engine.reply(session, text, **more)).message
