"""Does a long conversation stay as quick as a new one? A turn after 200 messages against the first turns. Prints the ratios.

    python -m benchmarks.long_chat [--messages N] [--rounds N]

A scripted model answers at once and an expert that returns at once makes a small picture, so that nothing but the program's own
time is measured: reading and writing the history, telling the model what was said, and what the page has to draw. A new
conversation of two turns and the long one take turns within each round, and both take back their turn, so that they stay as long
as they are; the figures are medians of processor time, which a busy machine disturbs least. "The page anew" is what a reload or
an arrow costs; "a reply's end" and "a step" what is drawn when a reply has ended, and up to six times a second while it grows.
What all this costs the browser, ``benchmarks.page`` measures.
"""

from __future__ import annotations

import json
import logging
import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.engine import Engine
from app.session import new_owner
from app.ui_actions import Actions
from benchmarks.common import arguments, processor_ms
from benchmarks.long_talk import engine_at_once, talk, turn


def measure(engine: Engine, messages: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Return, for each thing measured, the medians of a new and of the long conversation."""
    owner = new_owner()
    actions = Actions(engine, {})
    page = actions.pages.of("a tab", owner)
    sessions = (engine.open(owner), engine.open(owner))
    talk(engine, sessions[0], 4)
    talk(engine, sessions[1], messages)
    costs: dict[str, tuple[list[float], list[float]]] = {}

    def note(what: str, place: int, work: Callable[[], object]) -> None:
        """Do *work*; note what it takes and, where it gives parts of the page, how large they are."""
        gives: list[object] = []
        spent = processor_ms(lambda: gives.append(work()))
        costs.setdefault(f"{what}, ms", ([], []))[place].append(spent)
        if gives[0] is not None:
            costs.setdefault(f"{what}, KB", ([], []))[place].append(len(json.dumps(gives[0])) / 1000)

    for _ in range(rounds):
        for place, session in enumerate(sessions):
            page.turn_to(session)
            note("the page anew", place, partial(actions.all, page))
            note("a turn", place, partial(turn, engine, session))
            draw, last = actions.view.growing(session, page.view), engine.messages(session)[-1]
            note("a step", place, partial(draw, last))
            note("a reply's end", place, partial(actions.view.changed, session, page.view))
            engine.undo(session)
    return {name: (statistics.median(new), statistics.median(old)) for name, (new, old) in costs.items()}


def main() -> None:
    """Print the medians and their ratios."""
    options = arguments(__doc__, messages=200, rounds=25)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name, engine_at_once(Path(name)) as engine:
        found = measure(engine, options.messages, options.rounds)
    print(f"{options.messages} messages, {options.rounds} rounds: medians      new     long   ratio")
    for what, (new, old) in found.items():
        print(f"{what:32}{new:12.2f}{old:9.2f}{old / max(new, 1e-9):8.2f}")


if __name__ == "__main__":
    main()
