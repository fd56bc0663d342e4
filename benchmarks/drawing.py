"""How long pictures and changes take: a whole turn of the engine, the expert alone, and the bare pipeline, taking turns in one run.

    python -m benchmarks.drawing [--rounds N] [--weights FOLDER] [--results docs/results.md]

Measured are the picture book and the drawing network of nano, or that of *FOLDER* (which ``training.drawing`` ships). The first turn of each is
told apart, since it reads the weights. The bare pipeline is given what the expert gives it, at the size
at which it works; for the picture book, which has none, the expert stands for it. Each includes the PNG of the result, and every run has a
seed of its own. Ratios are medians over the rounds of runs that follow each other, by the clock and, which
other work disturbs less, of the processor. At the end it is told how often each expert was loaded, and how often weights were read; and how
long the first picture of a new process takes (``benchmarks.drawing_cold``), which loads once however many it draws.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from app.engine import Engine
from app.events import Finished, Options
from app.session import Session
from app.settings import Settings
from benchmarks.drawing_cold import Cold, started
from benchmarks.overhead import Spent, photo, spent
from evaluation.reports import results
from models.diffusion.loading import ASSETS
from models.expert import Expert, Found, Inputs, Picture, discover
from models.media import encode_png, load_image
from models.profiles import PROFILES
from models.values import Box, Checkpoint, Media, Phrase, Ref, Region, Step, TaskCall

SIDE, STEPS = 64, 16
COLD = 3
"""New processes that are started for the first picture of each kind."""
TASKS = {"image": "a fox on a meadow", "edit": "make it night", "inpaint": "a fox"}
PLACE = Box(0.25, 0.25, 0.7, 0.8)
FILE = """
from dataclasses import replace
from models.experts import {task}_diffusers as own
from models.values import Checkpoint
TASK, NAME, PARAMS, check = "{task}", "{name}", own.PARAMS, own.check
def load(checkpoint, device):
    return own.load(replace(checkpoint, source={weights!r}, call={call!r}), device)
"""
NETWORK = next(one for one in PROFILES["nano"].experts["image"] if one.source)
CALL = dict(NETWORK.call)
NAMES = {"picturebook": "picture book", "network": "drawing network"}


@dataclass
class Loads:
    """How often experts were loaded, by name, and how often a pipeline's weights were read from files."""

    experts: Counter[str] = field(default_factory=Counter)
    read: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Loads]:
    """Count what the engine's router loads, and what diffusers reads."""
    from diffusers import DiffusionPipeline

    loads, router = Loads(), engine.router
    plain = DiffusionPipeline.from_pretrained.__func__  # type: ignore[attr-defined]

    def load(found: Found, checkpoint: Checkpoint, device: str) -> Expert:
        loads.experts[found.implementation] += 1
        return found.load(checkpoint, device)

    def from_pretrained(kind: Any, *args: Any, **kwargs: Any) -> Any:
        loads.read += 1
        return plain(kind, *args, **kwargs)

    before = dict(router._found)
    router._found.update({name: replace(found, load=partial(load, found)) for name, found in before.items()})
    DiffusionPipeline.from_pretrained = classmethod(from_pretrained)
    try:
        yield loads
    finally:
        router._found.update(before)
        DiffusionPipeline.from_pretrained = classmethod(plain)


class Runs:
    """One way to draw, *kind*, for one *task*: the turn of the engine, the expert alone, the bare pipeline."""

    def __init__(self, engine: Engine, session: Session, folder: Path, kind: str, task: str) -> None:
        self.engine, self.session, self.task = engine, session, task
        self.name = f"{task}_{kind}"
        self.kind, self.folder = kind, folder
        self.pipe: Any = None
        self.expert: Expert | None = None

    def load(self) -> None:
        """Load what runs without the app, which the first turn has read already."""
        if self.kind == "network":
            from models.diffusion.loading import load_pipeline

            self.pipe = load_pipeline(Checkpoint(self.name, str(self.folder / "weights"), call=CALL), "cpu")
        self.expert = discover(self.folder)[self.name].load(Checkpoint(self.name), "cpu")

    def turn(self, number: int) -> None:
        """Run the task by a message. Raises SystemExit when the reply holds no result."""
        attached = ["image#1"] if number == 0 else []
        drawn = [Region(number + 1, "image#1", PLACE)] if self.task == "inpaint" else []
        named = "" if self.task == "image" else " image#1"
        options = Options(seed=number, implementation=self.name)
        text = f"/{self.task}{named} {TASKS[self.task]}"
        last = list(self.engine.reply(self.session, text, attached, drawn, options))[-1]
        if not isinstance(last, Finished) or not any(isinstance(part, Step) for part in last.message.parts):
            raise SystemExit(f"the turn failed: {last}")

    def alone(self, number: int) -> None:
        """Run the expert without the app."""
        args: tuple[Any, ...] = (Phrase(TASKS[self.task]),)
        values, media = {}, {}
        if self.task != "image":
            args = (Ref("image#1"), *([Ref("region#1")] if self.task == "inpaint" else []), *args)
            values["image#1"] = load_image(self.folder / "photo.png")
            media["image#1"] = Media("image", "image#1", "")
        inputs = Inputs(values, media, {"region#1": Region(1, "image#1", PLACE)}, self.folder, number,
                        dict(CALL) if self.pipe is not None else {})  # fmt: skip
        assert self.expert is not None
        made = self.expert(TaskCall("t1", self.task, args), inputs, lambda fraction, word="", preview=None: None)
        assert isinstance(made, Picture)
        encode_png(made.pixels)

    def bare(self, number: int) -> None:
        """Run the pipeline alone, at the size at which it works."""
        if self.pipe is None:
            self.alone(number)
            return
        given: dict[str, Any] = {}
        if self.task != "image":
            given["image"] = Image.open(self.folder / "photo.png").convert("RGB").resize((SIDE, SIDE))
        if self.task == "inpaint":
            mask = np.zeros((SIDE, SIDE), np.uint8)
            mask[16:48, 16:48] = 255
            given["mask_image"] = Image.fromarray(mask)
        made = self.pipe(TASKS[self.task], num_inference_steps=STEPS, guidance_scale=CALL["guidance"],
                         generator=torch.Generator().manual_seed(number), **given)  # fmt: skip
        encode_png(np.asarray(made.images[0], np.uint8))


def measured(runs: Runs, rounds: int) -> list[str]:
    """Return a line of the table: first turn, then medians and ratios over *rounds*."""
    first = spent(partial(runs.turn, 0))
    runs.load()
    ways: dict[str, Callable[[int], None]] = {"turn": runs.turn, "alone": runs.alone, "bare": runs.bare}
    for work in ways.values():
        work(1)
    took: dict[str, list[Spent]] = {name: [] for name in ways}
    for number in range(2, rounds + 2):
        names = list(ways)[number % 3 :] + list(ways)[: number % 3]
        for name in names:
            seed = 3 * number + list(ways).index(name)  # one of its own: what is kept of a seed is another way's gain
            took[name].append(spent(partial(ways[name], seed)))

    def ratio(one: str, other: str, clock: bool) -> str:
        pairs = zip(took[one], took[other], strict=True)
        found = [a.clock / b.clock if clock else a.processor / b.processor for a, b in pairs]
        low, middle, high = statistics.quantiles(found, n=4)
        return f"{middle:.2f} ({low:.2f} to {high:.2f})"

    turn, bare = ([one.clock for one in took[name]] for name in ("turn", "bare"))
    return [
        f"`{runs.task}`, {NAMES[runs.kind]}", f"{first.clock:.2f} s", f"{statistics.median(turn):.2f} s, {max(turn):.2f} s",
        f"{statistics.median(bare):.2f} s", ratio("alone", "bare", clock=False) if runs.pipe is not None else "–",
        ratio("turn", "bare", clock=False),
        ratio("turn", "bare", clock=True),
    ]  # fmt: skip


HEAD = ("task", "first turn", "turn: median, worst", "bare pipeline", "expert / bare, processor", "turn / bare, processor",
        "turn / bare, clock", "from starting a process: median, worst; processor, median")  # fmt: skip


def from_nothing(starts: Sequence[Cold]) -> str:
    """Return the cell that tells how long the first picture of a process takes."""
    took = [one.seconds for one in starts]
    busy = statistics.median(one.processor for one in starts)
    return f"{statistics.median(took):.2f} s, {max(took):.2f} s; processor {busy:.2f} s"


def loading(starts: Sequence[Cold]) -> str:
    """Return the sentence that tells how often processes loaded what they draw with. Raises ValueError for processes that drew unlike many."""
    (turns,) = {one.turns for one in starts}
    loaded, read = (sorted({getattr(one, what) for one in starts}) for what in ("loaded", "read"))
    return f"{turns} pictures each: the expert loaded {_times(loaded)}, a pipeline's weights read {_times(read)}"


def _times(counts: Sequence[int]) -> str:
    return " or ".join({0: "never", 1: "once"}.get(count, f"{count} times") for count in counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--weights", type=Path, help="another network than the one of nano")
    parser.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo(folder / "photo.png", 512)
        (folder / "weights").symlink_to((asked.weights or ASSETS / NETWORK.source).resolve())
        for task in TASKS:
            body = FILE.format(task=task, name=f"network ({task})", weights=str(folder / "weights"), call=CALL)
            (folder / f"{task}_network.py").write_text(body, encoding="utf-8")
        cold = {kind: [started(kind, folder) for _ in range(COLD)] for kind in NAMES}
        engine = Engine(Settings(data=folder / "data", profile="nano", experts_folder=folder))
        lines, calls, began = [], 0, time.perf_counter()
        with counted(engine) as loads:
            for kind in NAMES:
                for task in TASKS:
                    session = engine.open("benchmark")
                    engine.attach(session, folder / "photo.png", "photo.png")
                    one = Runs(engine, session, folder, kind, task)
                    lines.append([*measured(one, asked.rounds), from_nothing(cold[kind]) if task == "image" else "–"])
                    calls += asked.rounds + 2
                    print(" | ".join(lines[-1]), flush=True)
        engine.close()
    each = ", ".join(f"{name} {count}" for name, count in sorted(loads.experts.items()))
    text = "\n".join("| " + " | ".join(line) + " |" for line in (list(HEAD), ["---"] * len(HEAD), *lines))
    told = f"{calls} turns in six conversations loaded these experts: {each}. The network's weights were read from their files "
    told += "once." if loads.read == 1 else f"{loads.read} times."
    told += (
        f"\n\nNew processes, {COLD} of each kind: "
        + "; ".join(f"{NAMES[kind]}, {loading(found)}" for kind, found in cold.items())
        + "."
    )
    print(f"\n{text}\n\n{told}\n{time.perf_counter() - began:.0f} s in all")
    if asked.results:
        what = "other weights than nano's" if asked.weights else "its shipped weights"
        results(asked.results, _SECTION.format(rounds=asked.rounds, what=what, table=text, told=told), "drawing times")


_SECTION = """## How long pictures take

`python -m benchmarks.drawing --rounds {rounds}`, one thread, two cores that other work may have shared: a turn of the engine, from the message to the stored
picture, beside the expert alone and the bare pipeline, in turns. The picture book has no pipeline: its expert stands for it. The network has
{what}; it draws 64 x 64 pixels in 16 steps. A turn, and the expert alone, also read, paste into and write a picture of 512 x 512 pixels where one is
changed. The first turn reads the weights, the libraries being there. The last column is a cold start: from starting a new process, in which nothing is
imported, until its first picture is stored; the files are in the system's cache, and the language model, which a command does not need, is not
loaded. Ratios are medians over the rounds with their quartiles.

{table}

{told}
"""


if __name__ == "__main__":
    main()
