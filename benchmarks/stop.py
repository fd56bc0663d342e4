"""How soon Stop ends a long job: real experts on real media, stopped at moments spread over the job, by the engine.

    python -m benchmarks.stop [--moments N]

Prints, for each job, how long it takes undisturbed, its longest step between two reports, the seconds from Stop to the end of
the reply (median and worst), the worst as a multiple of the longest step, and the seconds that the next message then takes.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from app.engine import Engine
from app.events import Event, Finished, Options
from app.session import Session
from app.settings import Settings
from benchmarks.common import arguments
from benchmarks.overhead import photo
from models.values import Box, Part, Region, Step, TaskCall
from models.video import VideoWriter

SIDE, FRAMES = 1200, 48
"""Pixels of the photo's sides and of the clip's width, and frames of the clip."""
JOBS = (
    ("remove from a photo", "/remove image#1", "image#1"),
    ("follow through a clip", "/video_segment video#1", "video#1"),
    ("cartoon of a clip", "/adjust video#1 op=cartoon", ""),
    ("film a scene", '/video "a dog runs along the beach"', ""),
)
"""A name, the message, and the medium on which the person drew."""


def clip(path: Path) -> None:
    """Write a clip of a bright square that crosses a noisy ground."""
    noise = np.random.default_rng(0).integers(0, 60, (SIDE // 2, SIDE, 3), np.uint8)
    with VideoWriter(path, SIDE, SIDE // 2, 24) as writer:
        for number in range(FRAMES):
            frame = noise.copy()
            frame[200:380, 60 + 12 * number : 240 + 12 * number] = (230, 160, 40)
            writer.write(frame)


class Steps:
    """Notes when the running expert reports, in seconds since it was told to; put between router and expert."""

    def __init__(self, engine: Engine) -> None:
        self.times: list[float] = []
        self._run = engine.router.run
        engine.router.run = self._noting  # type: ignore[method-assign]

    def _noting(self, call: Any, shelf: Any, regions: Any, report: Any, *rest: Any) -> Any:
        def noted(*told: Any) -> None:
            self.times.append(time.perf_counter())
            report(*told)

        self.times = [time.perf_counter()]
        return self._run(call, shelf, regions, noted, *rest)

    def longest(self) -> float:
        """Return the seconds of the longest step of the last job, its end being one."""
        ends = [*self.times[1:], time.perf_counter()]
        return max(end - begin for begin, end in zip(self.times, ends, strict=True))


def to_the_end(events: Iterator[Event]) -> tuple[Part, ...]:
    """Read *events*; return the parts of the finished message."""
    with closing(events):  # type: ignore[type-var]
        *_, last = events
    return last.message.parts if isinstance(last, Finished) else ()


def asked(engine: Engine, session: Session, folder: Path, text: str, drawn_on: str, number: int) -> Iterator[Event]:
    """Attach what the job needs and begin it as the page does."""
    for kind, name in (("image", "photo.png"), ("video", "clip.mp4")):
        if f"{kind}#1" in text and f"{kind}#1" not in engine.shelf(session):
            engine.attach(session, folder / name, name)
    box = Box(0.3, 0.3, 0.7, 0.7) if drawn_on.startswith("image") else Box(0.04, 0.3, 0.22, 0.68)
    regions = (
        [Region(number + 1, drawn_on, box, time=0.0 if drawn_on.startswith("video") else None)] if drawn_on else []
    )
    pending = engine.pending(session)
    return engine.begin(session, engine.reply(session, text, pending, regions, Options(seed=number)))


def measure(engine: Engine, steps: Steps, folder: Path, name: str, text: str, drawn_on: str, moments: int) -> None:
    """Run one job undisturbed, then stop it at *moments*; print the figures. Raises SystemExit when it fails by itself."""
    session = engine.open("benchmark")
    to_the_end(asked(engine, session, folder, text, drawn_on, 0))  # loads what the expert needs
    began = time.perf_counter()
    parts = to_the_end(asked(engine, session, folder, text, drawn_on, 1))
    whole, longest = time.perf_counter() - began, steps.longest()
    if not any(isinstance(part, Step) for part in parts):
        raise SystemExit(f"{name} failed by itself: {parts}")
    ended: list[float] = []
    after: list[float] = []
    for number in range(2, moments + 2):
        stopped: list[float] = []

        def press(stopped: list[float] = stopped) -> None:
            stopped.append(time.perf_counter())
            engine.stop(session)

        timer = threading.Timer(whole * (number - 1) / (moments + 1), press)
        timer.start()
        parts = to_the_end(asked(engine, session, folder, text, drawn_on, number))
        now = time.perf_counter()
        timer.cancel()
        if stopped and not any(isinstance(part, Step) for part in parts):
            ended.append(now - stopped[0])
            assert any(isinstance(part, TaskCall) for part in parts), "what there was of the reply is lost"
        to_the_end(engine.reply(session, "/help"))
        after.append(time.perf_counter() - now)
    if not ended:
        raise SystemExit(f"{name} was over before every Stop")
    print(
        f"{name:22} {whole:6.2f} s, longest step {longest:5.2f} s; stopped {len(ended)} times: median "
        f"{statistics.median(ended):5.2f} s, worst {max(ended):5.2f} s ({max(ended) / longest:4.2f} steps); next message "
        f"{max(after):5.2f} s at worst"
    )


def main() -> None:
    options = arguments(__doc__, moments=9)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo(folder / "photo.png", SIDE)
        clip(folder / "clip.mp4")
        engine = Engine(Settings(data=folder / "data", profile="nano"))
        steps = Steps(engine)
        try:
            for title, text, drawn_on in JOBS:
                measure(engine, steps, folder, title, text, drawn_on, options.moments)
        finally:
            engine.close()


if __name__ == "__main__":
    main()
