"""Print conversations about what is seen and heard: ``python -m training.seeing --bank DIR --count 20 --split train``."""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import islice
from pathlib import Path

from models.grammar import write
from models.values import Media, Region

from training.dialogues import SPLITS, Example
from training.seeing.mixing import examples
from training.seeing.shards import Bank


def show(example: Example) -> str:
    """Return a conversation as lines of plain text, replies in the grammar's tags."""
    lines = [f"== {example.group} ({example.topic}; perceived: {', '.join(example.percepts)})"]
    for message in example.messages:
        given = [part.handle for part in message.parts if isinstance(part, Media | Region)]
        said = message.text if message.role == "user" else write([p for p in message.parts if not isinstance(p, Media)])
        lines.append(f"{message.role[:4]}: {said}  {given or ''}")
    return "\n".join(lines)


def main() -> None:
    """Print conversations or the share of each group."""
    parser = argparse.ArgumentParser(description="Print conversations about what is seen and heard.")
    parser.add_argument("--bank", type=Path, required=True)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=SPLITS, default="train")
    parser.add_argument("--groups", action="store_true", help="count the groups instead of printing")
    options = parser.parse_args()
    chosen = islice(examples(options.seed, options.split, Bank(options.bank)), options.count)
    if options.groups:
        for group, number in sorted(Counter(example.group for example in chosen).items()):
            print(f"{number / options.count:7.4f} {group}")
    else:
        for example in chosen:
            print(show(example))


if __name__ == "__main__":
    main()
