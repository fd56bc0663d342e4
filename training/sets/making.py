"""The sets by name, and their conversations on the fly: each from its own number alone, so that any can be made at any time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import count
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from models.tasks import TASKS

from training.dialogues import examples
from training.sets.rows import SPLITS, Row, Split

if TYPE_CHECKING:
    from training.truth import Truthful

CONVERSATIONS = "conversations"
NAMES: tuple[str, ...] = (*TASKS, CONVERSATIONS)
"""Every set: those of one task each, by the task's name, and the one of many turns and tasks."""
USUAL = {CONVERSATIONS: 100_000}
"""How many conversations a set has when no number is asked for; the others have COUNT."""
COUNT = 10_000

Maker: TypeAlias = "Callable[[str, Random, Split, int], Truthful]"
"""From a task, a generator, the split and the conversation's number to the conversation."""


def about(name: str) -> str:
    """Return what the set *name* holds, in a few words."""
    if name == CONVERSATIONS:
        return "conversations of one to six turns with all tasks, talk, refusals and clarifying questions"
    return f"conversations about one task: {TASKS[name].help}"


def check_names(name: str, split: str) -> None:
    """Raise ValueError unless *name* is a set and *split* a split, with what there is."""
    if name not in NAMES:
        raise ValueError(f"there is no set {name!r}; the sets are {', '.join(NAMES)}")
    if split not in SPLITS:
        raise ValueError(f"there is no split {split!r}; the splits are {' and '.join(SPLITS)}")


def stream(
    name: str, split: Split, seed: int, start: int = 0, part: int = 0, parts: int = 1, maker: Maker | None = None
) -> Iterator[Row]:
    """Yield the conversations of a set without end, from number *start* on; of several workers, each with its own *part*
    of *parts* (0 to parts - 1), every conversation comes from exactly one. Raises ValueError on a wrong name or number."""
    check_names(name, split)
    if start < 0 or not 0 <= part < parts:
        raise ValueError(f"no worker can make part {part} of {parts} from number {start} on")
    for index in count(start + (part - start) % parts, parts):
        yield make(name, split, seed, index, maker)


def make(name: str, split: Split, seed: int, index: int, maker: Maker | None = None) -> Row:
    """Return conversation *index* of a set: the same one for the same arguments, in any order and process.

    *maker* makes those of a single task (default: ``training.truth.make``). All makers leave out of "train" what is held out;
    ``training.sets.leaks`` proves it.
    """
    key = f"{name}/{split}/{seed}/{index}"
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    if name == CONVERSATIONS:
        return _conversation(key, split, number)
    made = (maker or _usual_maker())(name, Random(number), split, index)
    return Row(key, made.group, made.messages, made.truth, made.media)


def _conversation(key: str, split: Split, number: int) -> Row:
    example = next(examples(number, split))
    known = {field.name: getattr(example, field.name) for field in fields(example)}
    messages, group = known.pop("messages"), known.pop("group")
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in known.items() if value}
    return Row(key, group, messages, plain)  # as it is read back from JSON


def _usual_maker() -> Maker:
    from training.truth import make as truthful  # needs the picture book's parts, which conversations do without

    return truthful
