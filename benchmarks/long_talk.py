"""A conversation of hundreds of messages for the benchmarks: made at once by a scripted model, with media of every kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.io import wavfile

from app.engine import Engine
from app.session import Session
from app.settings import Settings
from models.profiles import PROFILES
from models.values import Checkpoint
from models.video import VideoWriter

INSTANT = """
import numpy as np
from models.expert import {made}
TASK, NAME = "{task}", "{task} at once"
def load(checkpoint, device):
    def run(call, inputs, report):
        rng = np.random.default_rng(inputs.seed)
        small = rng.integers(0, 255, (6, 8, 3))
        pixels = np.kron(small, np.ones((32, 32, 1))).astype(np.uint8)
        {result}
    return run
"""
EXPERTS = {
    "image": ("Picture", "return Picture(pixels)"),
    "segment": ("Masks", "return Masks((pixels[..., 0] > 127)[None], ['thing'], [0.9])"),
}
WORDS = """Here it is, **as you asked**: one more of them.

- the first line of a list
- the second one, with `code` in it

And a few words after it, so that a reply is as long as people are used to. """


@dataclass
class AtOnce:
    """A model that asks for a picture in every other answer. After "slowly N WORD" it says WORD N times with its number, each after *pause* seconds."""

    name: str = "at once"
    pause: float = 0.25

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        """Yield the answer."""
        asked = messages[-1].text.split()
        if asked[:1] == ["slowly"]:
            for number in range(int(asked[1])):
                time.sleep(self.pause)
                yield f"{asked[2]}{number} "
            return
        yield WORDS + ('<task>image "a fox"</task>' if len(messages) % 4 == 1 else "")


@contextmanager
def engine_at_once(folder: Path) -> Iterator[Engine]:
    """Give an engine in *folder* whose model is :class:`AtOnce` and whose experts return at once."""
    experts = folder / "experts"
    experts.mkdir()
    for task, (made, result) in EXPERTS.items():
        code = INSTANT.format(task=task, made=made, result=result)
        (experts / f"{task}_at_once.py").write_text(code, encoding="utf-8")
    known = {task: (Checkpoint(f"{task}_at_once"),) for task in EXPERTS}
    profile = replace(PROFILES["nano"], experts={**PROFILES["nano"].experts, **known})
    settings = Settings(data=folder / "data", experts_folder=experts, open_browser=False)
    engine = Engine(settings, model=AtOnce(), profile=profile)  # type: ignore[arg-type]
    try:
        yield engine
    finally:
        engine.close()


def files(folder: Path) -> list[Path]:
    """Write a picture, a clip and a sound into *folder* and return them."""
    picture, film, sound = folder / "picture.png", folder / "film.mp4", folder / "sound.wav"
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3))
    Image.fromarray(noise.astype(np.uint8)).save(picture)
    with VideoWriter(film, 192, 128, 12.0) as writer:
        for index in range(24):
            writer.write(np.full((128, 192, 3), (70, 10 * index, 90), np.uint8))
    wavfile.write(sound, 16000, (8000 * np.sin(np.arange(32000) / 20)).astype(np.int16))
    return [picture, film, sound]


def turn(
    engine: Engine, session: Session, attachments: Sequence[str] = (), text: str = "one more of them, please"
) -> None:
    """Send one message and read its reply."""
    for _ in engine.reply(session, text, attachments):
        pass


def talk(engine: Engine, session: Session, messages: int, media: Sequence[Path] = ()) -> None:
    """Make the conversation *messages* long. Every fifth message brings one of *media*; a picture is cut up."""
    number = 0
    while len(engine.messages(session)) < messages:
        bring = media[number // 5 % len(media)] if media and number % 5 == 0 else None
        handle = engine.attach(session, bring).handle if bring else ""
        cut = handle.startswith("image")
        turn(engine, session, [handle] if handle else [], f"/segment {handle}" if cut else "one more of them, please")
        number += 1
