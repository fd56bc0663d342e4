"""Writing conversations as JSON Lines: resumable without duplicates, broken examples counted or named, a card beside the file."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from models.expert import Refusal
from models.media import FULL
from models.values import TaskCall
from PIL import Image

from training.convert.items import Broken, Conversation, Damaged, Item, place

FAULTS = (
    LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OSError, EOFError, Refusal,
    SyntaxError, struct.error, zlib.error, Image.DecompressionBombError,  # Pillow's words for damaged pictures
)  # fmt: skip
"""What building a conversation from a damaged example may raise."""


class Full(Exception):
    """The disk or the quota is full; the words say how many conversations are safe and how to go on."""


@dataclass
class Tally:
    """What one run did: conversations that were *there* already, *written* and *skipped* ones, the *faults* of the latter."""

    there: int = 0
    written: int = 0
    skipped: int = 0
    faults: list[str] = field(default_factory=list)


def _why(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing" if error.args else "a key is missing"
    if isinstance(error, Refusal):
        return error.what
    return str(error) or type(error).__name__


def _resume(out: Path, prefix: str) -> set[str]:
    """Return the ids in *out*, a last line that was cut off taken away. Raises Damaged on any other broken line and
    ValueError when the file holds conversations of something else."""
    ids: set[str] = set()
    end = 0
    with out.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break  # the run before was cut off here
            try:
                found = Conversation.from_line(line.decode("utf-8")).id
            except ValueError as error:
                raise Damaged(out, number, str(error)) from error
            if not found.startswith(prefix):
                raise ValueError(
                    f"{out} holds {found.rpartition('/')[0]}, not {prefix.rstrip('/')}: name another file with --out"
                )
            ids.add(found)
            end += len(line)
    os.truncate(out, end)
    return ids


def write(
    items: Iterable[Item], out: Path, prefix: str, *, skip_broken: bool = False, limit: int | None = None,
    tell: Callable[[str], None] = lambda words: None,
) -> Tally:  # fmt: skip
    """Append the conversations of *items* to *out* until it holds *limit* of them; those already in it are not written again.

    *prefix* is ``set/split/``, what every id begins with. A broken example raises Broken with file, line and reason, or with
    *skip_broken* is counted and told to *tell*. Raises Full when the disk is full, ValueError when *out* holds another set.
    """
    tally = Tally()
    out.parent.mkdir(parents=True, exist_ok=True)
    done = _resume(out, prefix) if out.exists() else set()
    seen: set[str] = set()
    tally.there = len(done)
    try:
        with _appended(out) as file:
            for item in items:
                if limit is not None and tally.there + tally.written >= limit:
                    break
                key = prefix + item.key
                if key in done and key not in seen:
                    seen.add(key)
                    continue
                try:
                    if key in seen:
                        raise ValueError(f"{item.key} occurs twice")
                    seen.add(key)
                    line = item.build(key).to_line()
                except FAULTS as error:
                    words = f"{place(item.path, item.line)}: {_why(error)}"
                    if not skip_broken:
                        raise Broken(words) from error
                    tally.skipped += 1
                    tally.faults.append(words)
                    tell(words)
                    continue
                file.write(line + "\n")
                tally.written += 1
    except OSError as error:
        if error.errno in FULL:
            raise _full(out) from error
        raise
    return tally


def _full(out: Path) -> Full:
    return Full(
        f"The disk is full: {out} could not be written on. What is in it stays; make room and run the same command again, "
        "which goes on where this one stopped."
    )


def _appended(out: Path) -> IO[str]:
    return out.open("a", encoding="utf-8", newline="\n")


def card(out: Path, facts: dict[str, Any], tally: Tally) -> Path:
    """Write ``<out>.card.json``: *facts* of the set, what is in the file (counts of conversations, turns, calls by task and
    groups, SHA-256) and how many examples were skipped. Returns its path."""
    tasks: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    turns = number = 0
    digest = hashlib.sha256()
    with out.open("rb") as file:
        for line in file:
            digest.update(line)
            conversation = Conversation.from_line(line.decode("utf-8"))
            number += 1
            turns += sum(message.role == "user" for message in conversation.messages)
            groups[conversation.group] += 1
            tasks.update(part.task for m in conversation.messages for part in m.parts if isinstance(part, TaskCall))
    content = {
        **facts, "conversations": number, "turns": turns, "calls": dict(sorted(tasks.items())),
        "groups": dict(sorted(groups.items())), "skipped": tally.skipped, "sha256": digest.hexdigest(),
    }  # fmt: skip
    path = out.with_name(out.name + ".card.json")
    try:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        if error.errno in FULL:
            raise _full(path) from error
        raise
    return path
