"""Endless, seeded conversations about what is seen and heard, mixed with those of training.dialogues that have media beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Literal

from models.percepts import Percept
from models.values import KINDS, Media, Region

from training import dialogues
from training.dialogues import Example, book
from training.held_out import asked, held
from training.language.phrasing import Split
from training.seeing import (
    acting,
    apart,
    blind,
    comparing,
    counting,
    describing,
    listening,
    placing,
    reasoned,
    telling,
    watching,
)
from training.seeing.shards import Bank
from training.seeing.talk import Seen

Turn = Callable[[Seen], "str | None"]
PICTURES: tuple[tuple[Turn, float], ...] = (
    (describing.caption, 9), (describing.listing, 6), (describing.hour, 3), (describing.place, 3), (describing.look, 1.2),
    (counting.there, 11), (counting.count, 9), (counting.count_all, 2), (placing.where, 7), (placing.colour, 6), (placing.missing, 5),
    (counting.elsewhere, 5), (counting.rather, 2.5),
    (placing.beside, 8), (placing.end, 4.5), (placing.nearest, 2.5), (placing.between, 2.5), (telling.kind, 4), (telling.fact, 3), (telling.mark, 9), (telling.marks, 1.5),
    (comparing.differ, 2.5), (comparing.common, 2), (comparing.only, 2), (comparing.more, 3), (comparing.which, 2.5), (comparing.changed, 4),
)  # fmt: skip
"""Questions about pictures, and how often."""
TASKS: tuple[tuple[Turn, float], ...] = (
    (acting.cut, 9), (acting.cut_by_fact, 1.5), (acting.remove, 5), (acting.removed, 2.5), (acting.edited, 2.5), (acting.drawn, 3),
    (acting.change, 4), (acting.detect, 4), (acting.find_and_cut, 2), (acting.both, 2), (acting.follow, 3),
    (apart.in_turn, 4), (apart.after, 2), (apart.all_of, 5), (reasoned.edit, 6),
)  # fmt: skip
"""Tasks on what is seen."""
CLIPS: tuple[tuple[Turn, float], ...] = (
    (watching.happens, 6), (watching.first, 3), (watching.who, 4), (watching.does, 4), (watching.way, 3), (watching.moves, 2.5),
    (watching.order, 3), (watching.along, 2),
    (watching.appears, 3), (partial(counting.there, kind="video"), 3), (partial(counting.count, kind="video"), 2.5),
    (partial(describing.listing, kind="video"), 2), (partial(describing.place, kind="video"), 1), (partial(describing.hour, kind="video"), 0.7),
)  # fmt: skip
"""Questions about clips."""
SOUNDS: tuple[tuple[Turn, float], ...] = (
    (listening.hears, 6), (listening.there, 6), (listening.order, 3), (listening.after, 4), (listening.when, 3), (listening.kinds, 2),
    (listening.compare, 2.5), (listening.along, 2), (listening.elsewhere, 2.5),
)  # fmt: skip
"""Questions about sounds."""
NEXT: tuple[tuple[Turn, float], ...] = (
    (counting.go_on, 3), (placing.where_next, 3), (listening.there_next, 3), (acting.what_changed, 3),
)  # fmt: skip
"""What goes on with the question before."""
KINDS_OF_TURN = ((PICTURES, 46.0), (TASKS, 22.0), (CLIPS, 14.0), (SOUNDS, 14.0), (((blind.asked, 1.0),), 3.0))
LENGTHS, LENGTH_WEIGHTS = (1, 2, 3, 4, 5), (40, 26, 18, 10, 6)
_PLAIN, _BESIDE, _GO_ON = 0.15, 0.35, 0.6
_BLIND = re.compile(
    r"cannot make out|not recognise|not know what|know drawn (?:things|scenes|films) only|mark it|mark what",
    re.IGNORECASE,
)
"""Words of replies that are right only where nothing can be seen or heard."""


def _pick(rng: Random, turns: tuple[tuple[Turn, float], ...]) -> Turn:
    return rng.choices([turn for turn, _ in turns], [weight for _, weight in turns])[0]


def turn(d: Seen) -> str:
    """Write one turn about what is perceived; returns its group."""
    if d.last is not None and d.asked == d.turn - 1 and d.chance(_GO_ON):
        for _ in range(4):
            group = _pick(d.rng, NEXT)(d)
            if group is not None:
                return group
    while True:
        turns = d.rng.choices([turns for turns, _ in KINDS_OF_TURN], [weight for _, weight in KINDS_OF_TURN])[0]
        group = _pick(d.rng, turns)(d)
        if group is not None:
            return group


def conversation(rng: Random, split: Split, bank: Bank) -> Example:
    """Return a conversation of one to five turns, most of which are about what is seen or heard in it."""
    d = Seen(rng, book(split), bank=bank)
    group = ""
    for number in range(rng.choices(LENGTHS, LENGTH_WEIGHTS)[0]):
        if number and rng.random() < _PLAIN:
            group = _other(d)
        else:
            group = turn(d)
        if d.given or d.chosen or d.topic.startswith("clarify."):
            break
    return Example(tuple(d.messages), group, d.topic, d.given, d.told, d.chosen, dict(d.percepts))


def _other(d: Seen) -> str:
    """Write a turn of the other dialogues that fits what is there, but none whose answer is that nothing can be seen."""
    while True:
        kinds = (dialogues.TALK, 0.4), (dialogues.ACTS, 0.4), (dialogues.SEVERAL, 0.05), (_TALKED, 0.15)
        turns = d.rng.choices([turns for turns, _ in kinds], [weight for _, weight in kinds])[0]
        group = dialogues._pick(d.rng, turns)(d)
        if group is not None:
            return group


_TALKED = tuple(
    (made, weight) for made, weight in dialogues.TURNS
    if made.__name__ not in ("look", "look_here", "watch", "listen", "unmarked", "hand_over", "refuse", "which", "how", "need", "picked")
)  # fmt: skip


def beside(rng: Random, example: Example, split: Split, bank: Bank) -> Example:
    """Return *example* with percepts of the bank's media for its own, which its answers do not depend on."""
    if any(_BLIND.search(message.text) for message in example.messages if message.role == "assistant"):
        return example
    half: Split = "held_out" if split in ("held_out", "objects") else "train"
    found: dict[str, tuple[Percept, ...]] = {}
    for message in example.messages:
        for part in message.parts:
            known = isinstance(part, Media) and part.kind in KINDS[:3] and bank.count(part.kind, half) > 0
            if isinstance(part, Media) and known and (message.role == "user" or rng.random() < 0.7):
                entry = bank.entry(part.kind, half, rng.randrange(bank.count(part.kind, half)))
                found[part.handle] = entry.percepts
                if entry.marked and part.kind == "image":
                    found.update(_marks(example, part.handle, entry.marked[0]))
    return Example(example.messages, example.group, example.topic, example.given, example.told, example.chosen, found)


def _marks(example: Example, of: str, percept: Percept) -> Iterator[tuple[str, tuple[Percept, ...]]]:
    """Yield what is perceived of the marks on the medium *of*: features of a mark of the bank, at the place where the mark is."""
    import numpy as np

    for message in example.messages:
        for part in message.parts:
            if isinstance(part, Region) and part.of == of and (box := part.bounds()):
                places = np.array([[box.x0, box.y0, box.x1, box.y1] * 2 + [0, 0]], np.float32)
                yield part.handle, (Percept(percept.kind, percept.features, places, percept.names, percept.sure),)


def examples(seed: int, split: Split | Literal["company"] = "train", bank: Bank | None = None) -> Iterator[Example]:
    """Yield conversations without end, the same ones for the same *seed* and *bank*: two in three about what is perceived, the
    others those of training.dialogues with media of the bank beside them. Held-out words are those of training.dialogues. Raises
    ValueError without a bank."""
    if bank is None:
        raise ValueError("conversations about what is seen need a bank: make one with python -m training.seeing.bank")
    rng = Random(f"seeing {split} {seed}")
    words: Split = "train" if split == "company" else split
    while True:
        if rng.random() < _BESIDE:
            example = beside(rng, dialogues.dialogue(rng, words), words, bank)
        else:
            example = conversation(rng, words, bank)
        met = any(held(asked(m)) for m in example.messages if m.role == "user")
        if {"train": not met, "company": met}.get(split, True):
            yield example
