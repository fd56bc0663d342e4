"""Where figures go: a section of the Markdown file of results, and JSON files that are whole or not there; and the options and the end
that commands which measure share."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from models.expert import Refusal

from evaluation.intervals import Estimate
from evaluation.tables import plain


def write_whole(path: Path, text: str) -> None:
    """Write *text* beside *path* and move it there, so that a full disk or a stop leaves the old file as it was. Raises
    Refusal when it cannot be written."""
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refusal(f"{path} could not be written: {error.strerror}.", "Write to another place.") from error


def write_json(path: Path, data: Any) -> None:
    """Write plain data. Raises Refusal when it cannot be written."""
    write_whole(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def results(path: Path, section: str, name: str = "held-out routing") -> None:
    """Put *section* between the marks of *name* in the Markdown file at *path*, which may not exist yet; the rest is kept."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    block = f"{begin}\n{section}{end}"
    if begin in text and end in text:
        before, _, rest = text.partition(begin)
        text = before + block + rest.partition(end)[2]
    else:
        text = f"{text.rstrip()}\n\n{block}\n"
    write_whole(path, text)


def options(doc: str | None, count: int, of: str) -> argparse.ArgumentParser:
    """Return the options that commands share: --count (of what: *of*), --seed, --results and --out. *doc* is the command's text."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--count", type=int, default=count, help=of)
    made.add_argument("--seed", type=int, default=11)
    made.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    made.add_argument("--out", type=Path, help="JSON file for the figures")
    return made


def filed(
    asked: argparse.Namespace, name: str, section: str, figures: Mapping[str, Mapping[str, Estimate | None]]
) -> str:
    """Write *section* as *name* where --results, and *figures* where --out asks for it; return *section*. Raises Refusal when that fails."""
    if asked.results:
        results(asked.results, section, name)
    if asked.out:
        write_json(asked.out, {row: {mark: plain(one) for mark, one in line.items()} for row, line in figures.items()})
    return section


def ended(measure: Callable[[], str]) -> int:
    """Print what *measure* returns and return 0, or 1 after telling what is wrong and what to do where it raises Refusal."""
    try:
        section = measure()
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.hint}", file=sys.stderr)
        return 1
    print(section)
    return 0
