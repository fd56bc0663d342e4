"""What the target chip costs: processor time of one question at a pause of typing, as a share of that of one reply.

    python -m benchmarks.foreseeing [--runs N]

Question and reply are about the same words and measured in turns; processor time counts all threads of the process, so
that other work on the machine does not enter. A reply is told twice: its words and calls alone, as the model writes them, and
with the expert that runs. The last rows are of a conversation of thirty turns, which the model reads again each time.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from app.aim import stream_options
from app.engine import Engine
from app.events import Options
from app.examples import BALLOON, make_examples
from app.names import Names
from app.session import Session
from app.settings import Settings
from app.target import foresee
from benchmarks.common import arguments
from models.values import Box, Message, Region, Text

WORDS = "how do I cut something out of my photo?"
DRAWN = "draw a red fox in the snow at night"
MARKED = "cut this out"


def spent(work: Callable[[], object]) -> float:
    """Return the processor seconds of *work*."""
    began = time.process_time()
    work()
    return time.process_time() - began


def write(engine: Engine, session: Session, message: Message) -> None:
    """Let the model write its whole reply to *message*, and run nothing."""
    model, messages = engine.brain.model, [*engine.messages(session), message]
    if model is None:
        raise SystemExit("there is no model")
    names, regions = Names(messages), {p.handle: p for p in message.parts if isinstance(p, Region)}
    options = stream_options(Options(), names, regions)
    list(model.stream(messages, engine.shelf(session), options, lambda: False))


def measure(engine: Engine, name: str, text: str, runs: int, sessions: Sequence[Session], image: Path | None) -> None:
    """Print the medians of *runs* questions and replies to *text*, each in another of *sessions*."""
    rows: list[tuple[float, float, float]] = []
    for number, session in zip(range(runs), sessions, strict=False):
        handles = [engine.attach(session, image).handle] if image else []
        regions = [Region(number + 1, h, box=Box(*BALLOON)) for h in handles]
        said = f"{text} ({number})"  # no two alike: states of what was read are kept
        media = [engine.shelf(session)[handle] for handle in handles]
        message = Message("user", (*media, *regions, Text(said)))
        asked = spent(lambda s=session, w=said, h=handles, r=regions: foresee(engine, s, w, h, r))  # type: ignore[misc]
        alone = spent(lambda s=session, m=message: write(engine, s, m))  # type: ignore[misc]
        whole = spent(lambda s=session, w=said, h=handles, r=regions: list(engine.reply(s, w, h, r)))  # type: ignore[misc]
        rows.append((asked, alone, whole))
    asked, alone, whole = (statistics.median(column) for column in zip(*rows, strict=True))
    shares = [statistics.median(a / row[at] for a, *row in rows) for at in (0, 1)]
    print(
        f"{name:30} question {asked:6.3f} s  reply's words {alone:6.3f} s  reply {whole:6.3f} s  "
        f"share of the words {shares[0]:5.2f}  of the reply {shares[1]:5.2f}"
    )


def main() -> None:
    options = arguments(__doc__, runs=7)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Settings(data=Path(folder), profile="nano"))
        image = make_examples(Path(folder) / "examples") / "balloon.png"
        engine.brain.start()
        while not engine.brain.wait(1.0):
            pass
        if engine.brain.model is None:
            raise SystemExit(f"the model did not load: {engine.brain.fault}")
        list(engine.reply(engine.open("warm"), DRAWN))
        fresh = [engine.open(f"fresh{number}") for number in range(3 * options.runs)]
        measure(engine, "an answer in words", WORDS, options.runs, fresh[: options.runs], None)
        measure(engine, "a drawn picture", DRAWN, options.runs, fresh[options.runs : 2 * options.runs], None)
        measure(engine, "a marked picture", MARKED, options.runs, fresh[2 * options.runs :], image)
        long = engine.open("long")
        while len(engine.messages(long)) < 60:
            list(engine.reply(long, f"{WORDS} {len(engine.messages(long))}"))
        measure(engine, "words, after thirty turns", WORDS, options.runs, [long] * options.runs, None)
        measure(engine, "a picture, after thirty turns", DRAWN, options.runs, [long] * options.runs, None)
        engine.close()


if __name__ == "__main__":
    main()
