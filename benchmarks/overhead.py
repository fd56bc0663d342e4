"""What the app adds to an expert: a whole ``/segment`` turn of the engine against calling GrabCut directly. Prints the ratio.

    python -m benchmarks.overhead [--side PIXELS] [--runs N]

The turn includes decoding the photo, the thread, the checks, the PNG of the mask, three transactions and the events; the
direct call includes decoding the photo and encoding the mask, which every use of the expert needs.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from app.engine import Engine
from app.events import Finished, Options
from app.settings import Settings
from models.expert import Inputs, discover
from models.media import encode_png, load_image
from models.values import Box, Checkpoint, Media, Ref, Region, Step, TaskCall


def photo(path: Path, side: int) -> None:
    """Write a noisy picture of a bright disc on a dark slope, *side* x *side* pixels."""
    y, x = np.mgrid[0:side, 0:side] / side
    disc = (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.06
    noise = np.random.default_rng(0).normal(0, 12, (side, side, 3))
    pixels = np.stack([60 + 80 * x, 90 * y + 20, 40 + 0 * x], -1) + disc[..., None] * (110, 90, 30) + noise
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    region = Region(1, "image#1", Box(0.2, 0.2, 0.8, 0.8))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo(folder / "photo.png", options.side)
        expert = discover()["segment_grabcut"].load(Checkpoint("segment_grabcut"), "cpu")
        engine = Engine(Settings(data=folder / "data", profile="nano"))
        session = engine.open("benchmark")
        engine.attach(session, folder / "photo.png", "photo.png")
        call = TaskCall("t1", "segment", (Ref("image#1"), Ref("region#1")))
        direct, turn, inside = [], [], []
        cpu_direct, cpu_turn = [], []
        for number in range(options.runs + 1):
            began, worked = time.perf_counter(), time.process_time()
            image = load_image(folder / "photo.png")
            media = {"image#1": Media("image", "image#1", "", {})}
            inputs = Inputs({"image#1": image}, media, {"region#1": region}, folder, 1)
            result = expert(call, inputs, lambda fraction, word="", preview=None: None)
            for mask in result.array:  # type: ignore[union-attr]
                encode_png(mask.astype(np.uint8) * 255)
            direct.append(time.perf_counter() - began)
            cpu_direct.append(time.process_time() - worked)
            began, worked = time.perf_counter(), time.process_time()
            attached = ["image#1"] if number == 0 else []
            drawn = [Region(number + 1, "image#1", region.box)]
            events = list(engine.reply(session, "/segment image#1", attached, drawn, Options(seed=1)))
            turn.append(time.perf_counter() - began)
            cpu_turn.append(time.process_time() - worked)
            last = events[-1]
            steps = [p for p in last.message.parts if isinstance(p, Step)] if isinstance(last, Finished) else []
            if not steps:
                raise SystemExit(f"the turn failed: {last}")
            inside.append(steps[0].seconds)
        engine.close()
    # The first run loads OpenCV. The quickest of many is what a busy machine disturbs least.
    alone, whole = min(direct[1:]), min(turn[1:])
    print(f"{options.side} x {options.side} pixels, quickest of {options.runs}")
    print(f"expert alone    {alone:7.3f} s   1.000")
    print(
        f"engine.reply    {whole:7.3f} s   {whole / alone:.3f} times the expert alone ({(whole - alone) * 1000:+.0f} ms)"
    )
    busy, all_busy = statistics.median(cpu_direct[1:]), statistics.median(cpu_turn[1:])
    print(f"processor time  {busy:7.3f} s and {all_busy:.3f} s (medians): {all_busy / busy:.3f} times")
    print(f"in the expert   {min(inside[1:]):7.3f} s   as the step of the reply says")


if __name__ == "__main__":
    main()
