"""Where figures go: a section of the Markdown file of results, and JSON files that are whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.expert import Refusal


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
