"""The card of a written set: what is in it, counted from its files, for programs (card.json) and for people (CARD.md)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.values import TaskCall, from_json

from training.convert.items import Damaged
from training.dialogues import Example, show
from training.held_out import COMPOSITIONS, PAIRS, asked, reasons
from training.language.phrasing import HELD_OUT
from training.sets.making import about
from training.sets.page import page
from training.sets.plan import CARD, Plan
from training.sets.rows import read_line

SHOWN = 3
"""Conversations on the card."""
LICENCE = (
    "Apache-2.0, as all of this project; the drawn things in pictures and clips are Noto Color Emoji (SIL OFL 1.1)"
)
FIXED = (
    f"By hash, of the words alone: about {HELD_OUT:.0%} of the phrasings and of the objects that are named, {PAIRS:.0%} of the "
    f"attribute pairs, {COMPOSITIONS:.0%} of the compositions, and one in ten of the objects that are drawn. None of them is in the "
    "split \"train\"; `python -m training.sets leaks` proves it."
)  # fmt: skip
READ_ME = "CARD.md"


@dataclass
class Count:
    """What is in some lines of a set."""

    conversations: int = 0
    turns: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    files: int = 0
    examples: list[str] = field(default_factory=list)
    """The first few conversations, to be read."""

    def add(self, data: Mapping[str, Any]) -> None:
        """Count the conversation *data* of one line. Raises ValueError when its messages cannot be read."""
        messages = from_json(data["messages"])
        said = [message for message in messages if message.role == "user"]
        self.conversations += 1
        self.turns += len(said)
        self.lengths[len(said)] += 1
        self.groups[str(data["group"])] += 1
        self.files += len(data.get("files", ()))
        self.calls.update(part.task for message in messages for part in message.parts if isinstance(part, TaskCall))
        self.held.update({why.split(" ", 1)[0] for message in said for why in reasons(asked(message))})
        if len(self.examples) < SHOWN:
            self.examples.append(show(Example(messages, str(data["group"]))))

    def facts(self) -> dict[str, Any]:
        """Return the counts as the card has them."""
        return {
            "conversations": self.conversations, "turns": self.turns, "calls": dict(sorted(self.calls.items())),
            "groups": dict(sorted(self.groups.items())), "lengths": {str(n): self.lengths[n] for n in sorted(self.lengths)},
            "holding": {kind: self.held[kind] for kind in ("pair", "composition", "object")}, "media_files": self.files,
        }  # fmt: skip


def count_shard(path: Path, count: Count) -> dict[str, Any]:
    """Add the conversations of *path* to *count*; returns the card's facts of the shard. Raises Damaged, with the number of the
    line, on one that is not as it was written."""
    digest, lines, size = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        for lines, line in enumerate(file, 1):
            digest.update(line)
            size += len(line)
            try:
                count.add(read_line(line))
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise Damaged(path, lines, str(error)) from error
    return {"file": path.name, "conversations": lines, "bytes": size, "sha256": digest.hexdigest()}


def content(plan: Plan, shards: list[dict[str, Any]], count: Count, finished: bool) -> dict[str, Any]:
    """Return what the card says."""
    whole = hashlib.sha256("".join(shard["sha256"] for shard in shards).encode()).hexdigest()
    return {
        **plan.settings, "count": plan.count, "finished": finished, "about": about(plan.name), "command": plan.command,
        "licence": LICENCE, "held_out": FIXED, **count.facts(), "sha256": whole, "shards": shards, "examples": count.examples,
    }  # fmt: skip


def save_card(plan: Plan, finished: bool) -> None:
    """Write the card of what lies in the plan's folder; an unfinished set's card has no counts."""
    count = Count()
    shards = [count_shard(path, count) for path in plan.shards] if finished else []
    card = content(plan, shards, count, finished)
    _replace(plan.out / READ_ME, page(card))
    _replace(plan.out / CARD, json.dumps(card, ensure_ascii=False, indent=1) + "\n")


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"part-{path.name}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
