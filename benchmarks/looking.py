"""How long a person waits for the first words about a medium that nothing has been seen of before: from sending to the first text.

    python -m benchmarks.looking [--runs N] [--side PIXELS] [--assets FOLDER] [--results docs/results.md]

In each round the same question is asked without a medium, about a new drawn scene (looked at only once it is sent), about a scene that was
looked at while the question was typed, as the target chip does, and once more about a scene that is known. Ratios are to the question
without a medium. Tokens a second are those that the model chose after the first one of a reply, by the clock. *assets* holds another unified model in
the layout of the shipped folder; what perceives is the shipped encoders.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from app.engine import Engine
from app.events import Finished, Grown
from app.session import Session
from app.settings import Settings
from app.target import foresee
from benchmarks.common import arguments
from evaluation.reports import results
from evaluation.tables import rows

ASKED = "what can you see in this picture?"
ROWS = ("nothing attached", "a new picture", "a picture that was looked at ahead", "the same picture again")


def scene(path: Path, seed: int, side: int) -> Path:
    """Draw a scene of the world in a square of *side* pixels and return its file."""
    from PIL import Image

    from models.world.atlas import names
    from models.world.composer import compose
    from models.world.scene import KINDS, TIMES, Backdrop, Scene, Thing

    rng = Random(seed)
    things = tuple(
        Thing(rng.choice(names()), x, rng.uniform(0.5, 0.8), rng.uniform(0.25, 0.4), id=number + 1)
        for number, x in enumerate((0.2, 0.5, 0.8))
    )
    made = compose(Scene(things, Backdrop(rng.choice(KINDS), rng.choice(TIMES), seed=seed)), side, side)
    Image.fromarray(made.pixels).save(path)
    return path


@contextmanager
def counted(model: Any) -> Iterator[list[float]]:
    """Give a list to which the time of each token is added that *model* chooses, s, by the clock of time.perf_counter; the one that ends a
    reply is not among them."""
    times = list[float]()
    plain = model.tokens

    def tokens(*given: Any, **named: Any) -> Iterator[int]:
        for token in plain(*given, **named):
            times.append(time.perf_counter())
            yield token

    model.tokens = tokens
    try:
        yield times
    finally:
        model.tokens = plain


def rate(times: Sequence[float]) -> float:
    """Return the tokens a second after the first of those that came at *times*, s, rising; 0 of fewer than two."""
    return (len(times) - 1) / max(times[-1] - times[0], 1e-9) if len(times) > 1 else 0.0


def reply(engine: Engine, session: Session, text: str, handles: list[str], times: list[float]) -> tuple[float, float]:
    """Send *text* with attached media; return the seconds to the first text, and the tokens a second by *times* (:func:`counted`)."""
    times.clear()
    began, first = time.perf_counter(), 0.0
    for event in engine.reply(session, text, handles):
        if isinstance(event, Grown | Finished) and event.message.text:
            first = first or time.perf_counter() - began
    if not first or not times:
        raise SystemExit(f"no words came in answer to “{text}”")
    return first, rate(times)


def main() -> None:
    """Print the medians and their ratios."""
    options = arguments(__doc__, runs=8, side=1024, assets="", results="")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        more = {"assets": Path(options.assets)} if options.assets else {}
        engine = Engine(Settings(data=Path(folder) / "data", profile="nano", **more))
        engine.start()
        while not engine.brain.wait(1.0):
            pass
        model = engine.brain.model
        if model is None:
            raise SystemExit(f"the model did not load: {engine.brain.fault}")
        if not model.network.config.senses:  # type: ignore[attr-defined]
            raise SystemExit("these weights perceive nothing, so that there is nothing to wait for")
        took: dict[str, list[tuple[float, float]]] = {row: [] for row in ROWS}
        with counted(model) as times:
            for number in range(options.runs + 1):
                for row in ROWS[:3]:
                    session = engine.open(f"{row} {number}")
                    handles = []
                    if row != ROWS[0]:
                        file = scene(
                            Path(folder) / f"{row} {number}.png", 1000 * number + ROWS.index(row), options.side
                        )
                        handles = [engine.attach(session, file, file.name).handle]
                    if row == ROWS[2]:
                        foresee(engine, session, ASKED, handles)
                    took[row].append(reply(engine, session, ASKED, handles, times))
                took[ROWS[3]].append(reply(engine, session, ASKED, [], times))
        engine.close()
    text = table({row: found[1:] for row, found in took.items()})  # the first round loads the encoders
    print(text)
    if options.results:
        results(
            Path(options.results), _SECTION.format(runs=options.runs, side=options.side, table=text), "looking times"
        )


def table(took: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return the medians of what each kind of message *took*, (seconds to the first text, tokens a second) for each, and their ratios to the first
    kind, as Markdown."""
    base = statistics.median(first for first, _ in next(iter(took.values())))
    lines = []
    for row, found in took.items():
        firsts, rates = zip(*found, strict=True)
        middle = statistics.median(firsts)
        lines.append(
            [
                row,
                f"{middle:.3f} s",
                f"{max(firsts):.3f} s",
                f"{middle / base:.2f}",
                f"{statistics.median(rates):.0f}",
                f"{min(rates):.0f}",
            ]
        )
    return rows(["message", "first text", "slowest", "to no medium", "tokens a second", "slowest"], lines)


_SECTION = """## How soon a reply about a picture begins, and how fast it goes on

`python -m benchmarks.looking --runs {runs} --side {side}`, the shipped language model on one thread, on two cores that other work may have shared: seconds by the clock from sending to the first text, medians, and tokens a second that the model chose after
the first one of a reply, medians and the slowest reply.

{table}"""


if __name__ == "__main__":
    main()
