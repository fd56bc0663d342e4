"""The bank: scenes and changes drawn once, with the states of their words, in shards on the disk.

    python -m training.drawing bank --out BANK --scenes 30000 --changes 15000 [--seed 1] [--split train] [--part 0 --parts 2]
    python -m training.drawing bank --out BANK --side 128 --things 300 --scenes 2000000 --changes 1000000

Each shard follows from the seed, its kind, its split and its number alone: what was begun goes on where it stopped, several processes
share one bank (``--part``), and a bank can be made larger later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from models.diffusion.conditions import labels_of, words_of
from models.reader import Reader
from numpy.typing import NDArray

from training.drawing.changes import KINDS, change
from training.drawing.scenes import MOST, NAMES, NANO, World, drawing
from training.language.phrasing import Split

SHARD = 250
"""Scenes or changes of a shard."""
KEPT = 33
"""Rows of states that are kept of a text: its mean, and its pieces."""
SHORT = 10
"""The same for a thing's phrase."""
CARD = "card.json"


def write(
    out: Path, reader: Reader, scenes: int, changes: int, seed: int = 1, split: Split = "train", part: int = 0,
    parts: int = 1, shard: int = SHARD, world: World = NANO,
) -> None:  # fmt: skip
    """Write the shards that are missing. Raises ValueError where *out* holds a bank of another world, seed, split or size of shards."""
    out.mkdir(parents=True, exist_ok=True)
    facts = {"seed": seed, "split": split, "shard": shard, "side": world.side, "things": list(world.names)}
    card = out / CARD
    if card.is_file() and json.loads(card.read_text("utf-8")) != facts:
        raise ValueError(f"{out} holds a bank of another world, seed, split or size: choose another folder")
    if not card.is_file():  # several processes begin at once: none may read what another has half written
        half = card.with_suffix(f".{part}.tmp")
        half.write_text(json.dumps(facts) + "\n", "utf-8")
        half.replace(card)
    wanted = [("scenes", n) for n in range(-(-scenes // shard))] + [("changes", n) for n in range(-(-changes // shard))]
    # both kinds grow alike, so that a bank that is not finished yet can be learnt from
    wanted.sort(key=lambda one: one[1] / max(1, scenes if one[0] == "scenes" else changes))
    for kind, number in wanted[part::parts]:
        path = out / f"{kind}-{number:05d}.npz"
        if path.is_file():
            continue
        numbers = range(number * shard, (number + 1) * shard)
        made = (
            _scenes(reader, seed, split, numbers, world)
            if kind == "scenes"
            else _changes(reader, seed, split, numbers, world)
        )
        with path.with_suffix(".tmp").open("wb") as file:
            np.savez(file, **made)
        path.with_suffix(".tmp").replace(path)
        print(f"{path.name} written", flush=True)


def world_of(side: int, things: int) -> World:
    """Return the world of *things* things (0: the well-known ones; more than there are: all that training may show) at *side* pixels."""
    from training.truth.words import cast

    if not things:
        return World(NAMES, side)
    others = [name for name in cast("train") if name not in NAMES]
    return World((*NAMES, *others)[:things], side)


def _read(reader: Reader, texts: Sequence[str], rows: int) -> tuple[NDArray[np.float16], NDArray[np.int8]]:
    """Return the states of *texts*, at most *rows* of each, one text after the other: float16 [all rows, 384], and how many each has."""
    states, pieces = list[NDArray[np.float16]](), list[int]()
    for start in range(0, len(texts), 50):
        words = words_of(reader, texts[start : start + 50])
        for one, mask in zip(words.states.numpy(), words.mask.numpy(), strict=True):
            states.append(one[mask][:rows].astype(np.float16))
            pieces.append(len(states[-1]))
    return np.concatenate(states), np.array(pieces, np.int8)


def _of(data: dict[str, Any], name: str, row: int) -> NDArray[np.float16]:
    """Return the states of text *row*, float16 [n, 384]."""
    end = data[f"{name}ends"][row]
    return np.asarray(data[f"{name}states"][end - data[f"{name}pieces"][row] : end])


def _scenes(reader: Reader, seed: int, split: Split, numbers: range, world: World) -> dict[str, Any]:
    drawn = [drawing(seed, split, number, world) for number in numbers]
    phrases = sorted({phrase for one in drawn for phrase in one.phrases})
    place = {phrase: n for n, phrase in enumerate(phrases)}
    boxes = np.zeros((len(drawn), MOST, 4), np.float32)
    which = np.full((len(drawn), MOST), -1, np.int16)
    for row, one in enumerate(drawn):
        boxes[row, : len(one.boxes)] = one.boxes
        which[row, : len(one.boxes)] = [place[phrase] for phrase in one.phrases]
    states, pieces = _read(reader, [one.caption for one in drawn], KEPT)
    phrase_states, phrase_pieces = _read(reader, phrases, SHORT)
    return {
        "pixels": np.stack([one.pixels for one in drawn]), "boxes": boxes, "which": which, "states": states, "pieces": pieces,
        "labels": labels_of(reader, phrases).numpy().astype(np.float16), "phrase_states": phrase_states,
        "phrase_pieces": phrase_pieces, "texts": np.array(json.dumps([one.caption for one in drawn])),
        "phrases": np.array(json.dumps(phrases)), "names": np.array(json.dumps([[t.name for t in d.scene.things] for d in drawn])),
    }  # fmt: skip


def _changes(reader: Reader, seed: int, split: Split, numbers: range, world: World) -> dict[str, Any]:
    made = [change(seed, split, number, world) for number in numbers]
    states, pieces = _read(reader, [one.words for one in made], KEPT)
    return {
        "before": np.stack([one.before for one in made]), "pixels": np.stack([one.after for one in made]), "states": states,
        "pieces": pieces, "kinds": np.array([list(KINDS).index(one.kind) for one in made], np.int8),
        "texts": np.array(json.dumps([one.words for one in made])),
    }  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A scene of the bank. *pixels* uint8 [side, side, 3]; its *text* and the *states* of it float16 [n, 384]; of each thing its *name*, *phrase*,
    label float16 [things, 384], states [n, 384] and box float32 [things, 4]."""

    pixels: NDArray[np.uint8]
    text: str
    states: NDArray[np.float16]
    names: tuple[str, ...]
    phrases: tuple[str, ...]
    labels: NDArray[np.float16]
    phrase_states: tuple[NDArray[np.float16], ...]
    boxes: NDArray[np.float32]


@dataclass(frozen=True)
class Changed:
    """A change of the bank: pictures uint8 [side, side, 3] before and after, the instruction, its states float16 [n, 384], its kind."""

    before: NDArray[np.uint8]
    pixels: NDArray[np.uint8]
    text: str
    states: NDArray[np.float16]
    kind: str


class Bank:
    """The scenes and changes of a folder, in memory. Raises ValueError where there are none."""

    def __init__(self, folder: Path, most: int = 10**9) -> None:
        self.shards = {kind: sorted(folder.glob(f"{kind}-*.npz"))[:most] for kind in ("scenes", "changes")}
        if not all(self.shards.values()):
            raise ValueError(f"{folder} is no bank: write one with python -m training.drawing bank --out {folder.name}")
        facts = json.loads((folder / CARD).read_text("utf-8"))
        self.size, self.world = int(facts["shard"]), World(tuple(facts["things"]), int(facts["side"]))
        self._loaded = {kind: [_load(path) for path in paths] for kind, paths in self.shards.items()}

    def count(self, kind: str) -> int:
        """Return how many "scenes" or "changes" there are."""
        return self.size * len(self.shards[kind])

    def scene(self, number: int) -> Scene:
        """Return scene *number*."""
        data, row = self._loaded["scenes"][number // self.size], number % self.size
        which = [int(n) for n in data["which"][row] if n >= 0]
        return Scene(
            data["pixels"][row], data["texts"][row], _of(data, "", row), tuple(data["names"][row]),
            tuple(data["phrases"][n] for n in which), data["labels"][which],
            tuple(_of(data, "phrase_", n) for n in which), data["boxes"][row, : len(which)],
        )  # fmt: skip

    def change(self, number: int) -> Changed:
        """Return change *number*."""
        data, row = self._loaded["changes"][number // self.size], number % self.size
        kind = tuple(KINDS)[int(data["kinds"][row])]
        return Changed(data["before"][row], data["pixels"][row], data["texts"][row], _of(data, "", row), kind)

    def digest(self) -> str:
        """Return the SHA-256 of the pixels and words of all shards, in order."""
        found = hashlib.sha256()
        for kind in self._loaded.values():
            for data in kind:
                found.update(np.ascontiguousarray(data["pixels"]).tobytes() + json.dumps(data["texts"]).encode())
        return found.hexdigest()


def _load(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as file:
        data = {name: file[name] for name in file.files}
    ends = {name.replace("pieces", "ends"): data[name].astype(np.int64).cumsum() for name in data if "pieces" in name}
    return {name: json.loads(str(value)) if value.ndim == 0 else value for name, value in data.items()} | ends
