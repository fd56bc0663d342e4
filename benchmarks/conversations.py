"""How fast are conversations written, does their memory stay flat, and what do two workers gain?

    python -m benchmarks.conversations [--set NAME] [--count N] [--rounds N] [--many N]

The baseline, run beside every round over the same number of conversations, joins words drawn from a list to texts as long as
the requests and replies: no language, no calls, no truth. Printed are medians of CPU time, the ratio of each round to its
baseline, the peak memory of a process that made a tenth of --many and all of --many, and the rate by the clock of one and of
two worker processes that share the same conversations. Reads /proc, so it runs on Linux only.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from benchmarks.common import arguments
from training.held_out import asked, held
from training.language.phrasing import sections
from training.sets.making import CONVERSATIONS, make, stream
from training.sets.rows import Row, write_line

T = TypeVar("T")
WARM = 300
"""Conversations made before anything is measured: the banks are read and compiled with the first of them."""


def baseline(words: list[str], lengths: list[int], seed: int) -> int:
    """Join drawn words to texts of the given *lengths*, in words; returns the letters."""
    rng = Random(seed)
    return sum(len(" ".join(rng.choice(words) for _ in range(length))) for length in lengths)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the CPU seconds that *work* takes, and what it gives."""
    began = time.process_time()
    gives = work()
    return time.process_time() - began, gives


def peak() -> float:
    """Return the largest memory of this process so far, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def drawn(name: str, seed: int, start: int, count: int, part: int = 0, parts: int = 1) -> list[Row]:
    """Return *count* conversations of one worker."""
    return list(islice(stream(name, "train", seed, start, part, parts), count))


def speed(name: str, count: int, rounds: int) -> None:
    """Print what a conversation costs: to make, to read for held-out material, and to write as a line."""
    words = [line for line in sections()["look"].lines if " " not in line]
    costs: dict[str, list[float]] = {
        "made": [],
        "of that read for held-out material": [],
        "made and written as a line": [],
    }
    ratios = []
    for number in range(rounds):
        made, rows = timed(partial(drawn, name, number, WARM, count))
        lengths = [sum(len(m.text.split()) for m in row.messages) for row in rows]
        said = [asked(m) for row in rows for m in row.messages if m.role == "user"]
        plain, _ = timed(partial(baseline, words, lengths, number))
        read, _ = timed(partial(list, map(held, said)))
        wrote, _ = timed(partial(list, map(write_line, rows)))
        for what, spent in zip(costs, (made, read, made + wrote), strict=True):
            costs[what].append(spent)
        ratios.append(made / plain)
    for what, seconds in costs.items():
        each = statistics.median(seconds) / count
        print(f"{what:38}{1000 * each:8.3f} ms {1 / each:9,.0f} /s")
    print(
        f"made / words joined                   {statistics.median(ratios):8.1f} times ({min(ratios):.1f} to {max(ratios):.1f})"
    )


def _grow(name: str, many: int, told: Any) -> None:
    for index, _ in enumerate(islice(stream(name, "train", 77), many), 1):
        if index in (many // 100, many // 10, many):
            told.put((index, peak()))


def memory(name: str, many: int) -> None:
    """Print the peak of a fresh process after a part and after all of *many* conversations."""
    context = get_context("spawn")
    told = context.Queue()
    process = context.Process(target=_grow, args=(name, many, told))
    process.start()
    peaks = [told.get(timeout=3600) for _ in range(3)]
    process.join()
    for index, megabytes in peaks:
        print(f"peak memory after {index:9,}            {megabytes:8.1f} MB")
    print(f"growth over the last nine tenths      {peaks[2][1] - peaks[1][1]:+8.1f} MB")


def _work(name: str, count: int, part: int, parts: int, start: Any, ready: Any) -> None:
    for index in range(WARM // 3):
        make(name, "train", 5, index)
    ready.put(0.0)
    start.wait()
    ready.put(timed(partial(drawn, name, 6, 0, count // parts, part, parts))[0])


def workers(name: str, count: int, rounds: int) -> None:
    """Print the rate of one and of two worker processes and their ratio, round by round: by the clock, which tells of the
    machine and all that runs on it, too, and by the CPU time of the busier worker, which tells whether work is done twice."""
    context = get_context("spawn")
    clock, busy = {1: list[float](), 2: list[float]()}, {1: list[float](), 2: list[float]()}
    for _ in range(rounds):
        for parts in (1, 2):
            start, ready = context.Event(), context.Queue()
            running = [
                context.Process(target=_work, args=(name, count, part, parts, start, ready)) for part in range(parts)
            ]
            for process in running:
                process.start()
            for _ in running:
                ready.get(timeout=600)
            began = time.monotonic()
            start.set()
            spent = [ready.get(timeout=3600) for _ in running]
            clock[parts].append(count / (time.monotonic() - began))
            busy[parts].append(count / max(spent))
            for process in running:
                process.join()
    for what, rates in (("clock", clock), ("CPU time", busy)):
        gains = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
        one, two = (statistics.median(rates[parts]) for parts in (1, 2))
        print(f"one, two workers by {what:9}        {one:9,.0f} {two:9,.0f} /s")
        print(
            f"two workers / one                     {statistics.median(gains):8.2f} times ({min(gains):.2f} to {max(gains):.2f})"
        )


def main() -> None:
    options = arguments(__doc__, set=CONVERSATIONS, count=3000, rounds=5, many=100_000)
    for index in range(WARM):
        make(options.set, "train", 0, index)
    print(f"{options.set}: {options.rounds} rounds of {options.count} conversations")
    speed(options.set, options.count, options.rounds)
    memory(options.set, options.many)
    workers(options.set, options.count, options.rounds)


if __name__ == "__main__":
    main()
