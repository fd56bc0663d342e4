"""Does a written set still hold what its card says? Every line, count, hash and media file is looked at again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from training.sets.card import READ_ME, Count, content
from training.sets.page import page
from training.sets.plan import CARD, Plan, plan_of, read_card
from training.sets.rows import read_line

COUNTED = ("conversations", "turns", "calls", "groups", "lengths", "media_files", "sha256", "shards", "examples")
"""What of the card follows from the files alone; what is held out follows from the banks as well, see ``leaks``."""


def check(folder: Path, most: int = 20) -> list[str]:
    """Return up to *most* differences between the files in *folder* and their card, each naming file and line; [] when there
    are none. Raises Missing when there is no set and Damaged when its card cannot be read."""
    return list(islice(_differences(folder), most))


def _differences(folder: Path) -> Iterator[str]:
    card = read_card(folder)
    plan = plan_of(card, folder)
    if not card.get("finished"):
        yield f"{folder / CARD}: the set is not finished; run again: {plan.command}"
        return
    count, shards = Count(), list[dict[str, Any]]()
    wanted = {str(shard["file"]): shard for shard in card["shards"]}
    for extra in sorted({path.name for path in folder.glob("*.jsonl")} - wanted.keys()):
        yield f"{folder / extra}: the card does not know this file"
    index, sound = 0, True
    for name, shard in wanted.items():
        path = folder / name
        found = 0
        for problem in _shard(plan, path, shard, index, count, shards):
            yield problem
            found += 1
        sound = sound and not found
        index += int(shard["conversations"])
    if sound:
        right = content(plan, shards, count, True)
        yield from _card(folder, card, {name: right[name] for name in COUNTED})


def _shard(
    plan: Plan, path: Path, shard: dict[str, Any], index: int, count: Count, shards: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield what differs in one shard, whose first conversation is number *index*; what it holds is added to *count* and *shards*."""
    if not path.is_file():
        yield f"{path}: the file is missing"
        return
    digest, lines, size, sound = hashlib.sha256(), 0, 0, True
    with path.open("rb") as file:
        for lines, line in enumerate(file, 1):
            digest.update(line)
            size += len(line)
            for problem in _line(plan, line, index, count):
                yield f"{path}, line {lines}: {problem}"
                sound = False
            index = _next(plan, line, index)
    if lines != shard["conversations"]:
        yield f"{path}, line {lines}: the file ends here, with {lines} conversations; the card says {shard['conversations']}"
    elif sound and digest.hexdigest() != shard["sha256"]:
        yield f"{path}: every line is whole, but they are not those of the card: the SHA-256 is {digest.hexdigest()}"
    shards.append({"file": path.name, "conversations": lines, "bytes": size, "sha256": digest.hexdigest()})


def _line(plan: Plan, line: bytes, index: int, count: Count) -> Iterator[str]:
    """Yield what is wrong with one line, which should hold conversation *index*."""
    try:
        data = read_line(line)
        count.add(data)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        yield str(error)
        return
    if data["id"] != plan.id(index):
        yield f"conversation {plan.id(index)} is due, but {data['id']} stands here: lines are missing or doubled before it"
    places = {
        p["handle"]: p["path"] for m in data["messages"] for p in m["parts"] if p["is"] == "Media" and "path" in p
    }
    for handle, digest in data.get("files", {}).items():
        path = plan.out / places[handle]
        if not path.is_file():
            yield f"the file of {handle}, {path}, is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"the file of {handle}, {path}, is not as it was written"


def _next(plan: Plan, line: bytes, index: int) -> int:
    """Return the number of the conversation after *line*: by its own id where that can be read, so that one missing line is
    told once and not for all that follow."""
    try:
        head, _, number = str(json.loads(line)["id"]).rpartition("/")
        if head == plan.id(0).rpartition("/")[0] and number.isdecimal():
            return int(number) + 1
    except (ValueError, KeyError, TypeError):
        pass
    return index + 1


def _card(folder: Path, card: dict[str, Any], right: dict[str, Any]) -> Iterator[str]:
    """Yield where the card's numbers or its page are not those of the files."""
    lines = (folder / CARD).read_text(encoding="utf-8").splitlines()
    for name, value in right.items():
        if card.get(name) != value:
            at = next((n for n, line in enumerate(lines, 1) if line.startswith(f' "{name}":')), 0)
            yield f"{folder / CARD}, line {at}: {name} is {card.get(name)!r}, but the files hold {value!r}"
    readable = folder / READ_ME
    if not readable.is_file():
        yield f"{readable}: the file is missing"
        return
    for at, (line, due) in enumerate(
        zip([*readable.read_text(encoding="utf-8").split("\n"), ""], [*page(card).split("\n"), ""], strict=False), 1
    ):
        if line != due:
            yield f"{readable}, line {at}: {line!r} stands where {due!r} is due"
            return
