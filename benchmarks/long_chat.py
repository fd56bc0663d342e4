"""Does a long conversation stay as quick as a new one? A turn after 200 messages against the first turns. Prints the ratios.

    python -m benchmarks.long_chat [--messages N] [--rounds N]

A scripted model answers at once and an expert that returns at once makes a small picture, so that nothing but the program's own
time is measured: reading and writing the history, telling the model what was said, and what the page has to draw. A new
conversation and the long one take turns within each round, the long one takes back its turn, so that it stays as long as
it is, and the figures are medians of CPU time, which a busy machine disturbs least. "The page anew" is what a reload or an
arrow costs; "the page at a step" what is drawn up to six times a second while a reply grows.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.engine import Engine
from app.session import Session, new_owner
from app.settings import Settings
from app.ui_actions import Actions
from models.profiles import PROFILES
from models.values import Checkpoint

INSTANT = """
import numpy as np
from models.expert import Picture
TASK, NAME = "image", "at once"
def load(checkpoint, device):
    return lambda call, inputs, report: Picture(np.full((8, 8, 3), inputs.seed % 256, np.uint8))
"""
WORDS = "Here it is, as you asked. "


class AtOnce:
    """A model that asks for a picture in every other answer."""

    name = "at once"

    def stream(self, messages: Any, shelf: Any, options: Any, cancel: Callable[[], bool]) -> Iterator[str]:
        """Yield the answer."""
        yield WORDS + ('<task>image "a fox"</task>' if len(messages) % 4 == 1 else "")


def turn(engine: Engine, session: Session) -> None:
    """Send one message and read its reply."""
    for _ in engine.reply(session, "one more of them, please"):
        pass


def spent(work: Callable[[], object]) -> float:
    """Return the milliseconds of CPU time that *work* takes."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def measure(engine: Engine, messages: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Return, for each thing measured, the medians of a new and of the long conversation, ms."""
    owner = new_owner()
    actions = Actions(engine, {})
    tab = SimpleNamespace(session_hash="a tab")
    long = engine.open(owner)
    while len(engine.messages(long)) < messages:
        turn(engine, long)
    costs: dict[str, tuple[list[float], list[float]]] = {
        name: ([], []) for name in ("a turn", "the page anew", "the page at a step", "KB of the page anew")
    }
    for _ in range(rounds):
        for place, session in enumerate((engine.open(owner), long)):
            turn(engine, session)
            engine.undo(session)
            costs["a turn"][place].append(spent(lambda session=session: turn(engine, session)))  # type: ignore[misc]
            page = actions.pages.of(tab.session_hash, owner)
            page.turn_to(session)
            costs["the page anew"][place].append(spent(lambda page=page: actions.all(page)))  # type: ignore[misc]
            before = actions._before(page, session)
            last = engine.messages(session)[-1]
            step = lambda session=session, before=before, last=last: actions._draw(session, before, last, None)  # noqa: E731
            costs["the page at a step"][place].append(spent(step))
            costs["KB of the page anew"][place].append(len(json.dumps(actions._chat(page))) / 1000)
            engine.undo(session)
    return {name: (statistics.median(new), statistics.median(old)) for name, (new, old) in costs.items()}


def main() -> None:
    """Print the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "experts").mkdir()
        (folder / "experts" / "at_once.py").write_text(INSTANT, encoding="utf-8")
        profile = replace(PROFILES["nano"], experts={"image": (Checkpoint("at_once"),)})
        settings = Settings(data=folder / "data", experts_folder=folder / "experts")
        engine = Engine(settings, model=AtOnce(), profile=profile)  # type: ignore[arg-type]
        found = measure(engine, options.messages, options.rounds)
        engine.close()
    print(f"{options.messages} messages, {options.rounds} rounds: medians of CPU time, ms    new     long   ratio")
    for what, (new, old) in found.items():
        print(f"{what:48}{new:14.2f}{old:9.2f}{old / max(new, 1e-9):8.2f}")


if __name__ == "__main__":
    main()
