"""What the benchmarks share: their options on the command line, and processor time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable


def arguments(text: str | None, **defaults: int | str) -> argparse.Namespace:
    """Return the options of the command line, by name with their *defaults*; *text* is what ``--help`` tells."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def processor_ms(work: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that *work* takes in this process."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)
