"""How long a person waits for the first words: from sending a message to the first event that holds text, and to the end.

    python -m benchmarks.first_words [--runs N]

Both are also given as multiples of what the sentence encoder alone takes to read the same words, measured in turns with
them. The last rows are of a conversation of thirty turns, which the model reads again with every message.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from app.engine import Engine
from app.events import Finished, Grown
from app.session import Session
from app.settings import Settings
from benchmarks.common import arguments
from models.reader import Reader, shared_reader

ASKED = (
    "hello, what can you do?",
    "how do I cut something out of my photo?",
    "can you also make music?",
    "thanks a lot!",
)


def reply(engine: Engine, session: Session, text: str) -> tuple[float, float]:
    """Send *text*; return the seconds to the first words and to the end. Raises SystemExit when there are no words."""
    began, first = time.perf_counter(), 0.0
    for event in engine.reply(session, text):
        if not first and isinstance(event, Grown | Finished) and event.message.text:
            first = time.perf_counter() - began
    if not first:
        raise SystemExit(f"no words came in answer to “{text}”")
    return first, time.perf_counter() - began


def read(reader: Reader, text: str) -> float:
    """Return the seconds that the encoder takes for *text*, which it did not read before."""
    began = time.perf_counter()
    reader.batch([reader.cut(text).ids])
    return time.perf_counter() - began


def measure(engine: Engine, session: Session, runs: int, reader: Reader, name: str) -> None:
    """Send *runs* messages and print the medians."""
    alone: list[float] = []
    taken: list[tuple[float, float]] = []
    for number in range(runs):
        text = f"{ASKED[number % len(ASKED)]} ({number})"  # no two alike: states of what was read are kept
        alone.append(read(reader, text))
        taken.append(reply(engine, session, text))
    _show(f"{name}, the encoder alone", alone, alone)
    _show(f"{name}, first words", [first for first, _ in taken], alone)
    _show(f"{name}, whole answer", [whole for _, whole in taken], alone)


def _show(name: str, seconds: Sequence[float], alone: Sequence[float]) -> None:
    ratio = statistics.median(a / b for a, b in zip(seconds, alone, strict=True))
    print(
        f"{name:38} {statistics.median(seconds):7.3f} s  slowest {max(seconds):7.3f} s  {ratio:6.1f} times the encoder"
    )


def main() -> None:
    options = arguments(__doc__, runs=12)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Settings(data=Path(folder), profile="nano"))
        engine.brain.start()
        while not engine.brain.wait(1.0):
            pass
        if engine.brain.model is None:
            raise SystemExit(f"the model did not load: {engine.brain.fault}")
        reader = shared_reader()
        reply(engine, engine.open("warm"), ASKED[0])
        session = engine.open("short")
        measure(engine, session, options.runs, reader, "a new conversation")
        while len(engine.messages(session)) < 60:
            reply(engine, session, ASKED[len(engine.messages(session)) // 2 % len(ASKED)])
        measure(engine, session, options.runs, reader, "after thirty turns")
        engine.close()


if __name__ == "__main__":
    main()
