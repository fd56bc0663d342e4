"""What the app adds to an expert: a whole ``/segment`` turn of the engine against calling GrabCut directly. Prints the ratio.

    python -m benchmarks.overhead [--side PIXELS] [--pairs N]

The turn includes decoding the photo, the thread, the checks, the PNG of the mask on the disk, the transactions and the
events; the direct call includes decoding the photo and encoding the mask, which every use of the expert needs. Each pair
marks another box, so that every turn stores a mask that is not there yet; the two take turns at going first, and the
figure is the median over the pairs, which a busy machine disturbs least. The same is then done with an expert that returns
at once: the difference is the app's own time, without the swings of the expert's.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from app.engine import Engine
from app.events import Finished, Options
from app.session import Session
from app.settings import Settings
from benchmarks.common import arguments
from models.expert import Expert, Inputs, discover
from models.masks import to_png
from models.media import load_image
from models.values import Box, Checkpoint, Media, Ref, Region, Step, TaskCall

WARM_UP = 2
"""Pairs before the counted ones: the first loads OpenCV."""
INSTANT = """
import numpy as np
from models.expert import Masks
TASK, NAME = "segment", "at once"
def load(checkpoint, device):
    return cut
def cut(call, inputs, report):
    box = inputs.regions[call.refs("region")[0]].box
    mask = np.zeros((1, *inputs.values["image#1"].pixels.shape[:2]), bool)
    x0, y0, x1, y1 = box.to_pixels(mask.shape[2], mask.shape[1])
    mask[0, y0:y1, x0:x1] = True
    return Masks(mask, ["thing"], [1.0])
"""
CALL = TaskCall("t1", "segment", (Ref("image#1"), Ref("region#1")))


@dataclass(frozen=True)
class Spent:
    """Seconds of one run, by the clock and of the processors."""

    clock: float
    processor: float


def photo(path: Path, side: int) -> None:
    """Write a noisy picture of a bright disc on a dark slope, *side* x *side* pixels."""
    y, x = np.mgrid[0:side, 0:side] / side
    disc = (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.06
    noise = np.random.default_rng(0).normal(0, 12, (side, side, 3))
    pixels = np.stack([60 + 80 * x, 90 * y + 20, 40 + 0 * x], -1) + disc[..., None] * (110, 90, 30) + noise
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)


def box(number: int) -> Box:
    """Return the box of pair *number*, no two alike."""
    return Box(0.2 + number / 4000, 0.2, 0.8, 0.8)


def spent(work: Callable[[], object]) -> Spent:
    """Do *work* and tell what it took."""
    began, worked = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - began, time.process_time() - worked)


def direct(expert: Expert, folder: Path, number: int) -> None:
    """Cut the disc out by the expert alone, from the file of the photo to the bytes of the mask's PNG."""
    inputs = Inputs(
        {"image#1": load_image(folder / "photo.png")},
        {"image#1": Media("image", "image#1", "", {})},
        {"region#1": Region(1, "image#1", box(number))},
        folder,
        1,
    )
    result = expert(CALL, inputs, lambda fraction, word="", preview=None: None)
    for mask in result.array:  # type: ignore[union-attr]
        to_png(mask)


def turn(engine: Engine, session: Session, number: int, expert: str) -> None:
    """Cut the disc out by a message to the engine. Raises SystemExit when the reply is not a mask."""
    attached = ["image#1"] if number == 0 else []
    drawn = [Region(number + 1, "image#1", box(number))]
    last = list(engine.reply(session, "/segment image#1", attached, drawn, Options(seed=1, implementation=expert)))[-1]
    if not isinstance(last, Finished) or not any(isinstance(part, Step) for part in last.message.parts):
        raise SystemExit(f"the turn failed: {last}")


def compare(engine: Engine, name: str, folder: Path, pairs: int) -> tuple[list[Spent], list[Spent]]:
    """Run the expert called *name* directly and by the engine, *pairs* times each; return what each run took."""
    expert = discover(folder)[name].load(Checkpoint(name), "cpu")
    session = engine.open("benchmark")
    engine.attach(session, folder / "photo.png", "photo.png")
    alone: list[Spent] = []
    whole: list[Spent] = []
    for number in range(WARM_UP + pairs):
        for by_engine in (number % 2 == 0, number % 2 == 1):
            if by_engine:
                whole.append(spent(partial(turn, engine, session, number, name)))
            else:
                alone.append(spent(partial(direct, expert, folder, number)))
    return alone[WARM_UP:], whole[WARM_UP:]


def show(name: str, alone: Sequence[float], whole: Sequence[float]) -> None:
    """Print both medians, the median of the ratios of the pairs with its quartiles, that of their differences, and the
    ratio of the quickest run of each."""
    ratios = [b / a for a, b in zip(alone, whole, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    more = statistics.median(b - a for a, b in zip(alone, whole, strict=True)) * 1000
    print(
        f"{name:15} {statistics.median(alone):7.3f} s  {statistics.median(whole):7.3f} s   "
        f"{middle:.3f} times (quartiles {low:.3f} to {high:.3f}), {more:+.1f} ms; quickest {min(whole) / min(alone):.3f} times"
    )


def main() -> None:
    options = arguments(__doc__, side=1000, pairs=40)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo(folder / "photo.png", options.side)
        (folder / "instant.py").write_text(INSTANT, encoding="utf-8")
        engine = Engine(Settings(data=folder / "data", profile="nano", experts_folder=folder))
        for expert in ("segment_grabcut", "instant"):
            alone, whole = compare(engine, expert, folder, options.pairs)
            print(f"{options.side} x {options.side} pixels, medians over {options.pairs} pairs: {expert}, engine.reply")
            show("by the clock", [a.clock for a in alone], [w.clock for w in whole])
            show("processor time", [a.processor for a in alone], [w.processor for w in whole])
        engine.close()


if __name__ == "__main__":
    main()
