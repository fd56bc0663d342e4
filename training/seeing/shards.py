"""Percepts and truth of many media in files: arrays that are mapped into memory, and a line of JSON for each medium."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from models.percepts import MARKED, PLACE, POINTABLE, Deed, Percept

from training.language.phrasing import Split, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEDIA = ("image", "video", "audio")
"""The kinds of media of a bank."""
CARD = "card.json"
_PARTS = ("features", "places", "sure")


@dataclass(frozen=True)
class Entry:
    """A perceived medium: its *truth* (plain JSON data), its *percepts*, those of each of its marks, and which *row* shows the
    thing of each id (the number of the event, in a sound)."""

    truth: dict[str, Any]
    percepts: tuple[Percept, ...]
    marked: tuple[Percept, ...]
    row: dict[int, int]


def write(folder: Path, entries: Sequence[Entry]) -> None:
    """Write a shard of *entries* as *folder*, which appears when it is whole. Raises OSError where that fails."""
    made = folder.with_name(folder.name + ".part")
    made.mkdir(parents=True, exist_ok=True)
    held: dict[int, list[Percept]] = {}
    lines = []
    for entry in entries:
        rows: dict[str, list[int]] = {}
        names: dict[str, list[str]] = {}
        done: dict[str, list[list[Any]]] = {}
        for percept in (*entry.percepts, *entry.marked):
            before = sum(len(other) for other in held.setdefault(percept.kind, []))
            span = rows.setdefault(str(percept.kind), [before, before])
            span[1] = before + len(percept)
            names.setdefault(str(percept.kind), []).extend(percept.names)
            if percept.deeds:
                done.setdefault(str(percept.kind), []).extend([one.kind, one.start, one.end] for one in percept.deeds)
            held[percept.kind].append(percept)
        row = {str(id_): place for id_, place in entry.row.items()}
        line = {"truth": entry.truth, "rows": rows, "names": names, "row": row, **({"deeds": done} if done else {})}
        lines.append(json.dumps(line, separators=(",", ":")))
    for kind, percepts in held.items():
        for part in _PARTS:
            joined = np.concatenate([getattr(percept, part) for percept in percepts])
            np.save(made / f"{kind}.{part}.npy", joined.astype(np.float16 if part == "features" else np.float32))
    (made / "truth.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made.rename(folder)


class Shard:
    """The media of one folder, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
        self.arrays: dict[tuple[int, str], NDArray[Any]] = {}
        for path in sorted(folder.glob("*.npy")):
            kind, part, _ = path.name.split(".")
            self.arrays[int(kind), part] = np.load(path, mmap_mode="r")

    def __len__(self) -> int:
        return len(self.lines)

    def entry(self, number: int) -> Entry:
        """Return the medium of that *number*."""
        line = json.loads(self.lines[number])
        percepts, marked = list[Percept](), list[Percept]()
        for text, (start, end) in line["rows"].items():
            kind = int(text)
            names = tuple(line["names"][text]) if kind in POINTABLE else ()
            done = tuple(Deed(*one) for one in line.get("deeds", {}).get(text, ()))
            pieces = [(n, n + 1) for n in range(start, end)] if kind == MARKED else [(start, end)]
            for a, b in pieces:
                percept = Percept(
                    kind, np.asarray(self.arrays[kind, "features"][a:b]), np.asarray(self.arrays[kind, "places"][a:b]),
                    names[a - start : b - start], np.asarray(self.arrays[kind, "sure"][a:b]),
                    deeds=done[a - start : b - start],
                )  # fmt: skip
                (marked if kind == MARKED else percepts).append(percept)
        return Entry(line["truth"], tuple(percepts), tuple(marked), {int(id_): row for id_, row in line["row"].items()})


class Bank:
    """A folder of shards. Raises ValueError when it holds none. A share of the media, *recorded* 0..1, always the same ones, is given as
    the program perceives what it made itself (training.seeing.recording)."""

    def __init__(self, folder: Path, recorded: float = 0.0) -> None:
        self.folder, self.recorded = folder, recorded
        self._shards: dict[tuple[str, str], list[Shard]] = {}
        for path in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.endswith(".part")):
            medium, split, _ = path.name.rsplit("-", 2)
            self._shards.setdefault((medium, split), []).append(Shard(path))
        if not self._shards:
            raise ValueError(f"{folder} holds no perceived media: make them with python -m training.seeing.bank")
        self._names: dict[tuple[str, str], dict[str, list[int]]] = {}
        self._read = lru_cache(maxsize=2048)(self._entry)

    def count(self, medium: str, split: Split) -> int:
        """Return how many media of a kind (image, video, audio) there are."""
        return sum(len(shard) for shard in self._shards.get((medium, split), ()))

    def with_name(self, medium: str, split: Split, name: str) -> list[int]:
        """Return the numbers of the media of a kind in whose truth something is called *name*: a thing of the scene, or a sound."""
        if (medium, split) not in self._names:
            found: dict[str, list[int]] = {}
            lines = (line for shard in self._shards.get((medium, split), ()) for line in shard.lines)
            for number, line in enumerate(lines):
                truth = json.loads(line)["truth"]
                named = truth["events"] if medium == "audio" else truth["scene"]["things"]
                for own in dict.fromkeys(one["name"] for one in named):
                    found.setdefault(own, []).append(number)
            self._names[medium, split] = found
        return self._names[medium, split].get(name, [])

    def entry(self, medium: str, split: Split, number: int) -> Entry:
        """Return a medium by its number. Raises IndexError when there is none of it."""
        return self._read(medium, split, number)

    def _entry(self, medium: str, split: Split, number: int) -> Entry:
        from training.seeing.recording import recorded

        left = number
        for shard in self._shards.get((medium, split), ()):
            if 0 <= left < len(shard):
                found = shard.entry(left)
                return recorded(found) if share(f"recorded {medium} {split} {number}") < self.recorded else found
            left -= len(shard)
        raise IndexError(f"the bank has no {medium} number {number} of the split {split}")


def digest(folder: Path) -> str:
    """Return the SHA-256 of all shards of *folder*, names and bytes."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.glob("*/*") if not path.parent.name.endswith(".part")):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def empty(kind: int, width: int) -> Percept:
    """Return no rows of a *kind* whose features are *width* long."""
    return Percept(
        kind, np.zeros((0, width), np.float16), np.zeros((0, PLACE), np.float32), (), np.zeros(0, np.float32)
    )


def of_kind(percepts: Iterable[Percept], kind: int) -> Percept | None:
    """Return the percept of *kind*, None when there is none."""
    return next((percept for percept in percepts if percept.kind == kind), None)
