"""What previews cost an expert at work: processor time of the same calls with them and without, in one run.

    python -m benchmarks.previews [--runs N] [--side PIXELS]

Prints, for each job, its seconds, how many previews were looked at and the bytes of the largest, the share of the processor time
that went into them by the clock of the thread that makes them, and the ratio of the whole's processor time with previews to
that without (median of the runs, which take turns; of a busy machine the ratio alone is noisy by some per cent).
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.jobs import Job
from app.session import Session
from app.settings import Settings
from benchmarks.common import arguments, processor_ms
from benchmarks.overhead import photo
from benchmarks.stop import clip
from models.slash import parse_slash
from models.values import Box, Region, TaskCall

JOBS = (
    ("remove", "image#1", "image#1"),
    ("segment", "image#1", "image#1"),
    ("image", '"three dogs and a house by a lake" size=2400x1600', ""),
    ("edit", 'image#1 "as a watercolour"', ""),
    ("video", '"a dog runs along the beach and a bird flies"', ""),
    ("animate", 'image#1 "this jumps"', "image#1"),
    ("adjust", "video#1 op=sketch", ""),
    ("video_segment", "video#1", "video#1"),
    ("audio", '"a dog barks twice, then rain, then an engine" duration=30', ""),
)
"""A task, what follows it in the command, and the medium on which the person drew."""


class Watched(Job[None]):
    """A job that counts its previews and what they take."""

    def __init__(self, work: Callable[[Any], None], *, looks: bool) -> None:
        super().__init__(work)
        self._looks = looks
        self.seen: list[int] = []
        self.spent = 0.0

    def report(self, fraction: float, word: str = "", preview: Any = None) -> None:
        before, began = self.preview, time.thread_time()
        super().report(fraction, word, preview if self._looks else None)
        if self.preview is not before and self.preview is not None:
            self.spent += 1000 * (time.thread_time() - began)
            self.seen.append(len(self.preview))


def run(engine: Engine, session: Session, task: str, text: str, drawn_on: str, *, looks: bool) -> tuple[float, Watched]:
    """Run one command; return its processor time in ms, and the job. Raises SystemExit when it is no call."""
    shelf = engine.shelf(session)
    box = Box(0.3, 0.3, 0.7, 0.7) if drawn_on.startswith("image") else Box(0.04, 0.3, 0.22, 0.68)
    drawn = [Region(1, drawn_on, box, time=0.0 if drawn_on.startswith("video") else None)] if drawn_on else []
    call = parse_slash(f"/{task} {text}", shelf, drawn, engine.router.tasks)
    if not isinstance(call, TaskCall):
        raise SystemExit(f"{task}: {call}")

    def work(report: Any) -> None:
        with engine.router.run(call, shelf, {r.handle: r for r in drawn}, report, seed=3, drawn=drawn):
            pass

    job = Watched(work, looks=looks)

    def whole() -> None:
        job.start()
        job.wait(600)
        job.result()

    return processor_ms(whole), job


def main() -> None:
    options = arguments(__doc__, runs=5, side=1600)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo(folder / "photo.png", options.side)
        clip(folder / "clip.mp4")
        engine = Engine(Settings(data=folder / "data", profile="nano"))
        session = engine.open("benchmark")
        engine.attach(session, folder / "photo.png", "photo.png")
        engine.attach(session, folder / "clip.mp4", "clip.mp4")
        try:
            for task, text, drawn_on in JOBS:
                run(engine, session, task, text, drawn_on, looks=True)  # loads what the expert needs
                with_them, without, share = [], [], []
                for _ in range(options.runs):
                    without.append(run(engine, session, task, text, drawn_on, looks=False)[0])
                    began = time.perf_counter()
                    took, job = run(engine, session, task, text, drawn_on, looks=True)
                    seconds = time.perf_counter() - began
                    with_them.append(took)
                    share.append(job.spent / took)
                print(
                    f"{task:14} {seconds:6.2f} s, {len(job.seen):3} previews of at most {max(job.seen, default=0):6} bytes, "
                    f"{statistics.median(share):6.1%} of the processor time; with them / without "
                    f"{statistics.median(with_them) / statistics.median(without):5.3f}",
                    flush=True,
                )
        finally:
            engine.close()


if __name__ == "__main__":
    main()
