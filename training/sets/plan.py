"""What a written set shall be, where its files lie, and what can be wrong with a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.media import FULL

from training.convert.items import Damaged, Missing
from training.convert.write import Full
from training.sets.making import check_names
from training.sets.rows import Split

CARD = "card.json"
SHARD_SIZE = 10_000
SUFFIX = {"image": ".png", "mask": ".png", "video": ".mp4", "audio": ".wav"}
"""The kind of file of each kind of medium."""


@dataclass(frozen=True)
class Plan:
    """A set to write: *count* conversations of *name*, *shard_size* a file, with or without *media* files, below *out*.

    Raises ValueError on a wrong name or number."""

    name: str
    split: Split
    seed: int
    count: int
    out: Path
    shard_size: int = SHARD_SIZE
    media: bool = False

    def __post_init__(self) -> None:
        check_names(self.name, self.split)
        if self.count < 1 or self.shard_size < 1:
            raise ValueError(
                f"a set has at least one conversation in all ({self.count}) and a shard ({self.shard_size})"
            )

    @property
    def settings(self) -> dict[str, Any]:
        """What must be the same for a run that goes on with another."""
        return {
            "set": self.name,
            "split": self.split,
            "seed": self.seed,
            "shard_size": self.shard_size,
            "media": self.media,
        }

    @property
    def command(self) -> str:
        """The command that writes this set, its folder called DIR."""
        return (
            f"python -m training.sets write {self.name} --split {self.split} --seed {self.seed} --count {self.count} "
            f"--shard-size {self.shard_size}{' --media' if self.media else ''} --out DIR"
        )

    @property
    def shards(self) -> list[Path]:
        """The shards' paths, in order."""
        number = -(-self.count // self.shard_size)
        return [self.out / f"{self.name}-{self.split}-{index:05d}.jsonl" for index in range(number)]

    def id(self, index: int) -> str:
        """Return the id of conversation *index*."""
        return f"{self.name}/{self.split}/{self.seed}/{index}"


def media_name(plan: Plan, index: int, handle: str) -> str:
    """Return the path, relative to the set's folder, of the medium *handle* of conversation *index*."""
    kind, _, number = handle.partition("#")
    return f"media/{index // plan.shard_size:05d}/{index:07d}-{kind}-{number}{SUFFIX[kind]}"


def read_card(folder: Path) -> dict[str, Any]:
    """Return the card of the set in *folder*. Raises Missing when there is none and Damaged when it cannot be read."""
    path = folder / CARD
    if not folder.is_dir():
        raise Missing(f"{folder} is no folder; name the one that `python -m training.sets write ... --out DIR` wrote")
    if not path.is_file():
        raise Missing(f"{folder} holds no set: {CARD} is missing. `python -m training.sets write` makes it")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Damaged(path, getattr(error, "lineno", 0), f"this is no card: {error}; write the set again") from error
    if not isinstance(card, dict) or not {"set", "split", "seed", "count", "shard_size", "media"} <= card.keys():
        raise Damaged(path, 0, "this is no card of a set: it lacks the set's settings; write the set again")
    return card


def plan_of(card: dict[str, Any], folder: Path) -> Plan:
    """Return what the *card* in *folder* says was to be written. Raises Damaged on settings that no set can have."""
    try:
        return Plan(
            str(card["set"]), card["split"], int(card["seed"]), int(card["count"]), folder, int(card["shard_size"]),
            bool(card["media"]),
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise Damaged(folder / CARD, 0, str(error)) from error


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn what the system says when *out* cannot be written on into Full or an OSError that names the remedy."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Full(
                f"The disk is full: {out} could not be written on. What is in it stays; make room and run the same command "
                "again, which goes on where this one stopped."
            ) from error
        where = error.filename or out
        raise OSError(
            f"{where} cannot be written: {error.strerror or error}. Name another folder with --out."
        ) from error
