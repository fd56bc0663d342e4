"""Tiny networks, banks and conversations about them, for the tests of the training in three stages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import torch
from standin_senses import StandIn

from models.percepts import THING, box_of, phrase
from models.unified.config import UnifiedConfig, nano
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from models.values import Grounding, Media, Message, Text
from training.dialogues import Example
from training.language.phrasing import Split
from training.seeing import bank as banks
from training.seeing.shards import Bank, of_kind
from training.stages.plan import Plan

SMALL = {"positions": 700, "pool": 12, "measured": 8, "minutes": 5.0}
"""What makes a run short."""
TALK = "stage_runs:examples"


def small_config(names: Vocabulary, senses: dict[str, int] | None = None) -> UnifiedConfig:
    """Return the configuration of a network of two narrow layers that learns without noise."""
    things = names.by_kind.get("k", [])
    config = nano(len(names), 2, 64, min(things, default=0), len(things), senses)
    config.noise = config.blank = config.dropout = 0.0
    return config


def base(folder: Path) -> Path:
    """Write a network that knows words alone to *folder*."""
    names = Vocabulary.build(
        [" you", " see", " I", " there", "There", " is", " it", " nice", "Hello"], ["hi", "chat.hi"], ["dog", "red car"]
    )
    torch.manual_seed(1)
    UnifiedForConditionalGeneration(small_config(names)).save_pretrained(folder)
    names.save(folder)
    return folder


@lru_cache(maxsize=1)
def bank(folder: Path) -> Path:
    """Make a bank of a few perceived pictures."""
    banks.make(folder, {"image": 8, "video": 0, "audio": 0}, 3, StandIn(), held_out=0.5, tell=lambda _: None)
    return folder


def examples(seed: int, split: Split, held: Bank) -> Iterator[Example]:
    """Yield conversations of two turns about the pictures of *held*."""
    rng = Random(f"{split} {seed}")
    while True:
        entry = held.entry("image", split, rng.randrange(held.count("image", split)))
        things = of_kind(entry.percepts, THING)
        assert things is not None
        row = rng.randrange(len(things))
        named = Grounding(phrase("a", (), [things.names[row]]), (box_of(things, row),), of="image#1")
        photo = Media("image", "image#1", "", {"width": 640, "height": 480})
        asked = Message("user", (photo, Text(f"what is there? {rng.random():.3f}")))
        told = Message("assistant", (Text("There is "), named, Text(".")))
        again = (Message("user", (Text("and more?"),)), Message("assistant", (Text("I see "), named, Text("."))))
        yield Example((asked, told, *again), "seen.more", percepts={"image#1": entry.percepts})


def plan(stage: str, run: Path, **options: Any) -> Plan:
    """Return the plan of a short run."""
    return Plan(stage, run, **{**SMALL, "talk": TALK, "precision": "no", **options})
