"""A first picture from nothing: how long it takes from starting a process until it is stored, and how often that process loads for it.

    python -m benchmarks.drawing_cold --kind picturebook --experts FOLDER --turns 4

That is what ``benchmarks.drawing`` starts, once for each round, and measures from outside. The process makes an engine without its language
model, which a command does not need, draws as many pictures as there are *turns*, and writes a line of JSON after the first and after the
last: the seconds of that turn alone, the processor's since the process began, and what was loaded so far.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cold:
    """*seconds* from starting the process until its first picture is stored, *processor* those of processor time among them, *turn* those of
    the turn alone, and how often the expert was *loaded* and weights were *read* after the last of its *turns*."""

    seconds: float
    processor: float
    turn: float
    turns: int
    loaded: int
    read: int


def started(kind: str, experts: Path, turns: int = 4) -> Cold:
    """Start a process that draws *turns* pictures with ``image_KIND``, of the folder *experts* where it is one of those there. Raises SystemExit when it
    fails."""
    line = [
        sys.executable,
        "-m",
        "benchmarks.drawing_cold",
        "--kind",
        kind,
        "--experts",
        str(experts),
        "--turns",
        str(turns),
    ]
    began = time.perf_counter()
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        seconds = time.perf_counter() - began
        last = process.stdout.readline()
    if process.returncode or not last:
        raise SystemExit(f"the process that should draw with {kind} ended with {process.returncode}")
    begun, told = json.loads(first), json.loads(last)
    return Cold(seconds, begun["processor"], begun["turn"], turns, told["loaded"], told["read"])


def main() -> None:
    """Draw, and tell of the first and the last picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", required=True)
    parser.add_argument("--experts", type=Path, required=True, help="folder of further experts")
    parser.add_argument("--turns", type=int, default=4)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)

    import torch

    from app.engine import Engine
    from app.settings import Settings
    from benchmarks.drawing import Runs, counted

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Settings(data=Path(folder), profile="nano", experts_folder=asked.experts))
        runs = Runs(engine, engine.open("cold"), asked.experts, asked.kind, "image")
        with counted(engine) as loads:
            for number in range(asked.turns):
                began = time.perf_counter()
                runs.turn(number + 1)  # turn 0 attaches a picture
                if number in (0, asked.turns - 1):
                    told: dict[str, Any] = {
                        "turn": time.perf_counter() - began, "processor": time.process_time(),
                        "loaded": loads.experts[runs.name], "read": loads.read,
                    }  # fmt: skip
                    print(json.dumps(told), flush=True)
        engine.close()


if __name__ == "__main__":
    main()
