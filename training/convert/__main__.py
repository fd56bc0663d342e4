"""Convert one part of a public set into this project's conversations.

    python -m training.convert SET --folder DIR --split train --out OUT.jsonl [--limit N] [--skip-broken]
    python -m training.convert --list

OUT.jsonl holds one conversation a line (``training.convert.items.load`` reads it), OUT.jsonl.card.json the set's terms and
citation, counts and the file's SHA-256. Run again, the command goes on where it stopped and writes nothing twice.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from training.convert.items import Broken, Damaged, Missing
from training.convert.sets import SETS, convert
from training.convert.write import Full


def _listing() -> str:
    lines = []
    for name, found in SETS.items():
        lines += [f"{name}: {found.about.title} ({', '.join(found.splits)})", f"    {found.about.licence}"]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, 1 after saying what went wrong, or 130 when it was stopped from the keyboard."""
    parser = argparse.ArgumentParser(
        prog="python -m training.convert", description="Convert a public set into conversations."
    )
    parser.add_argument("set", nargs="?", help="one of: " + ", ".join(SETS))
    parser.add_argument("--folder", type=Path, help="where the set lies, as published")
    parser.add_argument("--split", default="train", help="the part of the set (default: train)")
    parser.add_argument("--out", type=Path, help="the JSON Lines file to write or to go on with")
    parser.add_argument("--limit", type=int, help="stop when the file holds so many conversations")
    parser.add_argument("--skip-broken", action="store_true", help="name and count broken examples instead of stopping")
    parser.add_argument("--list", action="store_true", help="list the sets, their parts and their terms")
    options = parser.parse_args(arguments)
    if options.list:
        print(_listing())
        return 0
    if options.set is None or options.folder is None or options.out is None:
        parser.error("a set, --folder and --out are needed; --list shows the sets")
    try:
        tally, card = convert(
            options.set, options.folder, options.split, options.out, limit=options.limit, skip_broken=options.skip_broken,
            tell=lambda words: print(f"skipped: {words}", file=sys.stderr),
        )  # fmt: skip
    except Broken as error:
        print(f"{error}\n--skip-broken passes over such examples and counts them.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    except (Missing, Damaged, Full, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"{options.out}: {tally.written} conversations written, {tally.there} were there, {tally.skipped} skipped. "
        f"{card} tells what is in it."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
