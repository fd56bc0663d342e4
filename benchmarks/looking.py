"""How long a person waits for the first words about a medium that nothing has been seen of before: from sending to the first text.

    python -m benchmarks.looking [--runs N] [--side PIXELS] [--assets FOLDER]

In each round the same question is asked without a medium, about a new drawn scene (looked at only once it is sent), about a scene that was
looked at while the question was typed, as the target chip does, and once more about a scene that is known. Ratios are to the question
without a medium. Pieces a second are those of whole replies, by the clock. *assets* holds another unified model in
the layout of the shipped folder; what perceives is the shipped encoders.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from pathlib import Path
from random import Random

from app.engine import Engine
from app.events import Finished, Grown
from app.session import Session
from app.settings import Settings
from app.target import foresee
from benchmarks.common import arguments

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


def reply(engine: Engine, session: Session, text: str, handles: list[str]) -> tuple[float, float]:
    """Send *text* with attached media; return the seconds to the first text and the pieces of text a second from there on."""
    began, first, grown = time.perf_counter(), 0.0, 0
    for event in engine.reply(session, text, handles):
        if isinstance(event, Grown | Finished) and event.message.text:
            first = first or time.perf_counter() - began
            grown += 1
    if not first:
        raise SystemExit(f"no words came in answer to “{text}”")
    return first, (grown - 1) / max(time.perf_counter() - began - first, 1e-9)


def main() -> None:
    """Print the medians and their ratios."""
    options = arguments(__doc__, runs=8, side=1024, assets="")
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
        for number in range(options.runs + 1):
            for row in ROWS[:3]:
                session = engine.open(f"{row} {number}")
                handles = []
                if row != ROWS[0]:
                    file = scene(Path(folder) / f"{row} {number}.png", 1000 * number + ROWS.index(row), options.side)
                    handles = [engine.attach(session, file, file.name).handle]
                if row == ROWS[2]:
                    foresee(engine, session, ASKED, handles)
                took[row].append(reply(engine, session, ASKED, handles))
            took[ROWS[3]].append(reply(engine, session, ASKED, []))
        engine.close()
    base = statistics.median(first for first, _ in took[ROWS[0]][1:])
    for row, found in took.items():
        firsts, rates = zip(*found[1:], strict=True)  # the first round loads the encoders
        print(
            f"{row:38} first text {statistics.median(firsts):6.3f} s  slowest {max(firsts):6.3f} s  {statistics.median(firsts) / base:5.2f} "
            f"times  {statistics.median(rates):5.0f} pieces a second"
        )


if __name__ == "__main__":
    main()
