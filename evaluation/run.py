"""Measure the unified model.

    python -m evaluation.run routing --cases CASES.jsonl --pred OUT.jsonl [--limit N] [--profile NAME]
    python -m evaluation.run held-out [--dialogues N] [--profile NAME] [--results docs/results.md]

``routing`` writes ``{"id", "tasks"}`` rows; ``held-out`` measures on the generator's held-out split and replaces its
section of the results file. ``--source FOLDER`` measures other weights of the same kind.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from itertools import islice
from pathlib import Path

from models.profiles import PROFILES

from evaluation.held_out import measure, table
from evaluation.model import load_model
from evaluation.routing import route

_BEGIN, _END = "<!-- held-out routing: begin -->", "<!-- held-out routing: end -->"
_INTRO = """## Routing on held-out phrasings and objects

Made by `{command}`: {count} dialogues of the generator's held-out split (phrasings and objects that no training dialogue
holds), every reply asked for after the true conversation so far. Right medium and exact call are shares of the replies
with the right tasks; false route is the share of replies in plain words for which a task was called. The generator and
the phrasings have the same authors, so this is easier than real requests: see the routing figures on other people's words.

"""


def results(path: Path, section: str) -> None:
    """Put *section* between its marks in the Markdown file at *path*, which may not exist yet."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    block = f"{_BEGIN}\n{section}{_END}"
    if _BEGIN in text and _END in text:
        before, _, rest = text.partition(_BEGIN)
        text = before + block + rest.partition(_END)[2]
    else:
        text = f"{text.rstrip()}\n\n{block}\n"
    path.write_text(text, encoding="utf-8")


def routing(arguments: argparse.Namespace) -> None:
    model = load_model(arguments.profile, source=arguments.source)
    start, count = time.monotonic(), 0
    with arguments.pred.open("w", encoding="utf-8") as out:
        for row in route(model, arguments.cases, arguments.limit):
            out.write(json.dumps(row) + "\n")
            count += 1
            if count % 200 == 0:
                print(f"{count} cases, {(time.monotonic() - start) / count:.2f} s each", file=sys.stderr, flush=True)


def held_out(arguments: argparse.Namespace) -> None:
    from training.dialogues import examples

    model = load_model(arguments.profile, source=arguments.source)
    drawn = islice(examples(arguments.seed, "held_out"), arguments.dialogues)
    section = table(measure(model, ((example.messages, example.group) for example in drawn)))
    print(section)
    if arguments.results:
        command = f"python -m evaluation.run held-out --dialogues {arguments.dialogues} --seed {arguments.seed}"
        results(arguments.results, _INTRO.format(command=command, count=arguments.dialogues) + section)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("routing")
    one.add_argument("--cases", type=Path, required=True)
    one.add_argument("--pred", type=Path, required=True)
    one.add_argument("--limit", type=int, default=0)
    two = commands.add_parser("held-out")
    two.add_argument("--dialogues", type=int, default=1000)
    two.add_argument("--seed", type=int, default=11)
    two.add_argument("--results", type=Path)
    for command in (one, two):
        command.add_argument("--profile", choices=sorted(PROFILES), default="nano")
        command.add_argument("--source", default="")
    arguments = parser.parse_args()
    (routing if arguments.command == "routing" else held_out)(arguments)


if __name__ == "__main__":
    main()
