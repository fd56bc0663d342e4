"""Writing a set as shards of JSON Lines with media files beside them; a run that was cut off is gone on with to the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models.values import Media, Message

from training.convert.items import Damaged
from training.sets.card import save_card
from training.sets.making import Maker, make
from training.sets.plan import CARD, Plan, media_name, read_card, writing
from training.sets.rows import Row, check_line, write_line

TOLD = 5000
"""Conversations between two words of progress."""


def write(plan: Plan, maker: Maker | None = None, tell: Callable[[str], None] = lambda words: None) -> tuple[int, int]:
    """Write the set that *plan* describes, or what of it is still lacking; returns how many conversations were there already
    and how many were written.

    The files are the same however often the run was cut off. Raises ValueError when the folder holds something else, Damaged
    naming file and line when a line in it is not as it was written, Full when the disk is full and OSError when it cannot be
    written on.
    """
    with writing(plan.out):
        plan.out.mkdir(parents=True, exist_ok=True)
    _claim(plan)
    there = _resume(plan)
    with writing(plan.out):
        if there < plan.count:
            save_card(plan, finished=False)
        for number, path in enumerate(plan.shards):
            first, end = number * plan.shard_size, min(plan.count, (number + 1) * plan.shard_size)
            if there >= end:
                continue
            with path.open("ab") as file:
                for index in range(max(first, there), end):
                    row = make(plan.name, plan.split, plan.seed, index, maker)
                    file.write(_line(plan, row, index))
                    if (index + 1) % TOLD == 0:
                        tell(f"{index + 1} of {plan.count}")
        save_card(plan, finished=True)
    return there, plan.count - there


def _claim(plan: Plan) -> None:
    """Raise ValueError unless the folder is free for the set: empty, or holding a part of it."""
    if (plan.out / CARD).exists():
        card = read_card(plan.out)
        for name, wanted in plan.settings.items():
            if card[name] != wanted:
                raise ValueError(
                    f"{plan.out} holds a set with {name} {card[name]}, not {wanted}: name another folder with --out"
                )
    found = {path.name for path in plan.out.glob("*.jsonl")} - {path.name for path in plan.shards}
    if found:
        raise ValueError(
            f"{plan.out} holds {min(found)}, which is not among the {plan.count} conversations wanted: name another folder"
        )


def _resume(plan: Plan) -> int:
    """Return how many conversations of the set are there, a last line that was cut off taken away."""
    there = 0
    last: Path | None = None
    for number, path in enumerate(plan.shards):
        if not path.exists():
            last = last or path
            continue
        if last is not None:
            raise Damaged(
                last, 0, f"it is not whole, yet {path.name} is there: take that away and run the command again"
            )
        there += _whole_lines(plan, path, number * plan.shard_size)
        if there < (number + 1) * plan.shard_size:
            last = path
    if there > plan.count:
        raise ValueError(f"{plan.out} holds {there} conversations already, more than the {plan.count} wanted")
    return there


def _whole_lines(plan: Plan, path: Path, first: int) -> int:
    """Return how many lines *path* has, each checked; a last one without its end is cut off."""
    end = lines = 0
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break  # the run before was cut off here
            try:
                check_line(line)
                if not line.startswith(f'{{"id":{json.dumps(plan.id(first + lines))},'.encode()):
                    raise ValueError(f"conversation {plan.id(first + lines)} is due here, but the line holds another")
            except ValueError as error:
                raise Damaged(
                    path, lines + 1, f"{error}; take the line and all after it away, and run again"
                ) from error
            lines += 1
            end += len(line)
    if path.stat().st_size > end:
        with writing(path):
            os.truncate(path, end)
    return lines


def _line(plan: Plan, row: Row, index: int) -> bytes:
    """Write the media of *row*, if the set has any, and return its line."""
    if not plan.media or not row.media:
        return write_line(row)
    files: dict[str, str] = {}
    paths: dict[str, str] = {}
    for handle, save in row.media.items():
        paths[handle] = media_name(plan, index, handle)
        files[handle] = _save(plan.out / paths[handle], save)
    return write_line(replace(row, messages=tuple(_placed(message, paths) for message in row.messages)), files)


def _save(path: Path, save: Callable[[Path], None]) -> str:
    """Write a medium whole or not at all; returns its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"part-{path.name}")
    try:
        save(draft)
        digest = hashlib.sha256(draft.read_bytes()).hexdigest()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return digest


def _placed(message: Message, paths: dict[str, str]) -> Message:
    """Return *message* with the paths of the media that have a file."""
    parts = tuple(
        replace(part, path=paths[part.handle]) if isinstance(part, Media) and part.handle in paths else part
        for part in message.parts
    )
    return replace(message, parts=parts)
