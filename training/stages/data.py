"""Conversations for the stages: pools that follow from the seed and their number alone, so that a run goes on where it was stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from queue import Full
from random import Random
from typing import Any, Literal

import torch
from models.percepts import MARKED, MOMENT, PATCH, THING, TRACK, Percept
from models.reader import Reader
from models.unified.config import SENSES
from models.unified.vocabulary import Vocabulary
from models.values import to_json
from torch import multiprocessing

from training.batches import Batch, Maker
from training.dialogues import Example, examples
from training.stages.pixels import PixelBank
from training.stages.plan import Plan

TEXT_ENCODER = Path("assets/nano/text_encoder")
Split = Literal["train", "held_out"]
LAYOUTS = "layout."
"""What the groups of conversations begin with whose last reply plans a layout."""
Source = Callable[[int, Split], Iterator[Example]]
"""Endless conversations of a split, the same ones for the same seed."""


@dataclass(frozen=True)
class Position:
    """Where a run stands in its data: the number of the pool, and how many of its batches were learnt from."""

    pool: int = 0
    batch: int = 0


def sources(plan: Plan) -> dict[str, tuple[Source, float]]:
    """Return where conversations come from and their shares: "text", "layouts" where the plan asks for more of them, and "seen" where
    there is a bank."""
    found: dict[str, tuple[Source, float]] = {"text": (examples, plan.words * (1.0 - plan.layouts))}
    if plan.layouts > 0:
        found["layouts"] = (layouts, plan.words * plan.layouts)
    if plan.bank is not None:
        from training.seeing.shards import Bank

        module, _, name = plan.talk.partition(":")
        seen, bank = getattr(import_module(module), name), Bank(plan.bank, plan.recorded)
        found["seen"] = (lambda seed, split: seen(seed, split, bank), 1.0 - plan.words)
    return found


def layouts(seed: int, split: Split) -> Iterator[Example]:
    """Yield the conversations of training.dialogues whose last reply plans a layout."""
    return (example for example in examples(seed, split) if example.group.startswith(LAYOUTS))


def pool(plan: Plan, number: int, found: Mapping[str, tuple[Source, float]]) -> list[Example]:
    """Return the conversations of pool *number*, from sources *found* by their shares. Stage three has the multi-turn set: those
    with two messages of the person's at least."""
    rng = Random(f"stages {plan.seed} {plan.stage} {number}")
    drawn = {name: source(rng.randrange(2**40), "train") for name, (source, _) in found.items()}
    names, shares = list(found), [share for _, share in found.values()]
    made: list[Example] = []
    while len(made) < plan.pool:
        example = next(drawn[rng.choices(names, shares)[0]])
        if plan.stage != "three" or sum(message.role == "user" for message in example.messages) > 1:
            made.append(reduced(example, plan.without))
    return made


def reduced(example: Example, without: tuple[str, ...]) -> Example:
    """Return *example* with what an ablation leaves out of its percepts (training.stages.plan.WITHOUT)."""
    if not without or not example.percepts:
        return example
    kept = {handle: tuple(_reduced(rows, without)) for handle, rows in example.percepts.items()}
    return replace(example, percepts=kept)


def _reduced(percepts: tuple[Percept, ...], without: tuple[str, ...]) -> Iterator[Percept]:
    gone = {THING: "things", TRACK: "things", MARKED: "marks"}
    for percept in percepts:
        if gone.get(percept.kind) in without:
            continue
        if percept.kind in (PATCH, MOMENT) and "high" in without:
            features = percept.features.copy()
            features[:, SENSES["low"] :] = 0
            percept = replace(percept, features=features)
        yield percept


def batches(
    plan: Plan, maker: Maker, start: Position, found: Mapping[str, tuple[Source, float]], rank: int = 0, ranks: int = 1
) -> Iterator[tuple[Batch, Position]]:
    """Yield the batches of process *rank* of *ranks* from *start* on, each with the position after it. A process has every *ranks*-th
    pool, so that each encodes its own texts alone."""
    number, skip = start.pool, start.batch
    while True:
        own = number * ranks + rank
        generator = torch.Generator().manual_seed(plan.seed * 1_000_003 + own)
        count = skip
        for batch in maker.made(pool(plan, own, found), generator, skip):
            count += 1
            yield batch, Position(number, count)
        number, skip = number + 1, 0


def maker_of(plan: Plan, vocabulary: Vocabulary, reader: Reader) -> Maker:
    """Return what makes the batches of *plan*."""
    pixels = PixelBank(plan.pixels) if plan.pixels else None
    return Maker(vocabulary, reader, plan.positions, plan.pool, pixels=pixels)


def produce(queue: Any, plan: Plan, start: Position, rank: int, ranks: int) -> None:
    """Put batches into *queue* until the trainer ends, be it killed (this is a process of its own)."""
    torch.set_num_threads(plan.threads)
    trainer = multiprocessing.parent_process()
    maker = maker_of(plan, Vocabulary.load(plan.run), Reader(TEXT_ENCODER))
    for made in batches(plan, maker, start, sources(plan), rank, ranks):
        while trainer is None or trainer.is_alive():
            try:
                queue.put(made, timeout=5)
                break
            except Full:
                continue
        else:
            queue.cancel_join_thread()  # nobody will read what is still in it
            return


def held_out(plan: Plan, maker: Maker, count: int) -> dict[str, list[Batch]]:
    """Return batches of *count* conversations that were never learnt from, for each source."""
    return {
        name: list(maker.batches(reduced(e, plan.without) for e in islice(source(7, "held_out"), count)))
        for name, (source, share) in sources(plan).items()
        if share > 0 or name == "text"
    }


def digests(plan: Plan, count: int = 60) -> dict[str, str]:
    """Return digests of what *plan* learns from: its first conversations, the bank and the pixels."""
    found = {}
    for name, (source, _) in sources(plan).items():
        drawn = [to_json(example.messages) for example in islice(source(0, "train"), count)]
        found[name] = hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()
    if plan.bank is not None:
        card = json.loads((plan.bank / "card.json").read_text(encoding="utf-8"))
        found["bank"] = str(card.get("sha256", "unfinished"))
    if plan.pixels is not None:
        from training.stages.pixels import digest

        found["pixels"] = digest(plan.pixels)
    return found
