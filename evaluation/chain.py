"""Tell what each stage of the training taught, and that what it must not change stayed as it was, to the bit.

    python -m evaluation.chain [--source assets/nano/unified] [--results docs/results.md]

A stage notes the SHA-256 of all its frozen parameters before its first and after its last step in the manifest that is shipped with the weights. The
command sets these beside each other, and fails where two differ.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.expert import Refusal
from models.weights import MANIFEST

from evaluation.reports import ended, results
from evaluation.tables import rows

NAME = "chain of stages"
"""The marks between which the table stands in the file of results."""
HEADS = ("stage", "steps", "minutes", "processes", "trained", "frozen", "SHA-256 of the frozen ones before", "after")
SHORT = 12
"""Letters of a digest that are shown; all of them are compared."""
_HEAD = """## What each stage of the training changed

Made by `{command}` from the manifest of the weights, which holds each stage's command. Stage one trains what projects what is perceived, stage two
the whole network but the vectors that the names of things are compared with. In all {count} stages what was frozen is the same to the bit.{mean}

"""


def lines(chain: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return a row of HEADS for each stage of *chain* that froze something. Raises Refusal where frozen parameters were changed, or nothing is on record."""
    found = []
    for number, stage in enumerate(chain, 1):
        frozen = stage.get("frozen")
        if frozen is None:
            continue
        before, after = str(frozen["before"]), str(frozen["after"])
        if before != after:
            raise Refusal(f"Stage {number} ({stage['stage']}) changed what it froze.", "Do not ship these weights.")
        kept = int(stage["parameters"]) - int(stage["trained"])
        sizes = (stage["steps"], stage["minutes"], stage.get("processes", 1), stage["trained"], kept)
        shown = [f"{size:,}" for size in sizes]
        found.append([str(stage["stage"]), *shown, f"`{before[:SHORT]}`", f"`{after[:SHORT]}`"])
    if not found:
        raise Refusal("No stage of these weights has anything on record that it froze.", "Name others with --source.")
    return found


def told(source: Path, command: str) -> str:
    """Return the section on the weights in *source*. Raises Refusal where they have no manifest that can be read."""
    try:
        facts = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        table = lines(facts["chain"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(
            f"{source.name} has no manifest with a chain of stages: {error!r}.", "Name other weights."
        ) from error
    several = len(facts.get("averaged", ()))
    mean = f" What is shipped is the mean of the last {several} runs of stage two (decision 16)." if several else ""
    return _HEAD.format(command=command, count=len(table), mean=mean) + rows(HEADS, table)


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--source", type=Path, default=Path("assets/nano/unified"))
    reader.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    asked = reader.parse_args(words)

    def measure() -> str:
        section = told(asked.source, "python -m evaluation.chain")
        if asked.results:
            results(asked.results, section, NAME)
        return section

    return ended(measure)


if __name__ == "__main__":
    sys.exit(main())
