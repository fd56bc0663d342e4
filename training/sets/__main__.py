"""Write, check and search the sets of conversations.

    python -m training.sets list
    python -m training.sets write NAME --split train --seed 1 --count 100000 --out DIR [--shard-size N] [--media]
    python -m training.sets check DIR
    python -m training.sets leaks [--set NAME | --folder DIR] [--count 100000] [--seed N]

`write` goes on where it was stopped, to the same bytes. `check` counts and hashes everything again and names the file and the
line that differ from the card. `leaks` looks for held-out material in training conversations; it ends with 1 when it finds any.
"""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from pathlib import Path

from training.convert.items import Damaged, Missing
from training.convert.write import Full
from training.sets.checking import check
from training.sets.leaks import search, told
from training.sets.making import CONVERSATIONS, COUNT, NAMES, USUAL, about, check_names, stream
from training.sets.plan import SHARD_SIZE, Plan
from training.sets.reading import rows_of
from training.sets.rows import SPLITS
from training.sets.writing import write


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.sets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    doing = parser.add_subparsers(dest="do", required=True)
    doing.add_parser("list", help="name the sets")
    writing = doing.add_parser("write", help="write a set, or go on with it")
    writing.add_argument("name", help="a set: " + ", ".join(NAMES))
    writing.add_argument("--split", default="train", help=" or ".join(SPLITS))
    writing.add_argument("--seed", type=int, default=1)
    writing.add_argument(
        "--count", type=int, help=f"conversations ({USUAL[CONVERSATIONS]} of {CONVERSATIONS}, else {COUNT})"
    )
    writing.add_argument("--out", type=Path, required=True, help="the folder to write or to go on with")
    writing.add_argument("--shard-size", type=int, default=SHARD_SIZE, help="conversations in a file")
    writing.add_argument(
        "--media", action="store_true", help="write pictures, clips and sounds, too, where the set has them"
    )
    checking = doing.add_parser("check", help="compare a written set with its card")
    checking.add_argument("folder", type=Path)
    leaks = doing.add_parser("leaks", help="look for held-out material in training conversations")
    leaks.add_argument("--set", dest="name", default=CONVERSATIONS, help="the set to make and to search")
    leaks.add_argument("--folder", type=Path, help="search a written set instead")
    leaks.add_argument("--count", type=int, help="conversations to search (as many as the set usually has)")
    leaks.add_argument("--seed", type=int, default=1)
    return parser


def _list() -> int:
    for name in NAMES:
        print(f"{name:15}{USUAL.get(name, COUNT):8,}  {about(name)}")
    return 0


def _write(options: argparse.Namespace) -> int:
    count = USUAL.get(options.name, COUNT) if options.count is None else options.count
    plan = Plan(options.name, options.split, options.seed, count, options.out, options.shard_size, options.media)
    there, written = write(plan, tell=lambda words: print(words, file=sys.stderr))
    print(f"{plan.out}: {written} conversations written, {there} were there. CARD.md tells what is in it.")
    return 0


def _check(options: argparse.Namespace) -> int:
    found = check(options.folder)
    print("\n".join(found) or f"{options.folder}: everything is as the card says.")
    return 1 if found else 0


def _leaks(options: argparse.Namespace) -> int:
    check_names(options.name, "train")
    if options.folder:
        rows = rows_of(options.folder, "train")
    else:
        rows = stream(options.name, "train", options.seed)
    report = search(islice(rows, USUAL.get(options.name, COUNT) if options.count is None else options.count))
    print(told(report))
    return 1 if report.leaks else 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, 1 after saying what is wrong, or 130 when it was stopped from the keyboard."""
    options = _parser().parse_args(arguments)
    try:
        if options.do == "list":
            return _list()
        return {"write": _write, "check": _check, "leaks": _leaks}[options.do](options)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    except (Missing, Damaged, Full, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
