"""Endless, seeded dialogues for the unified model: people's requests and the assistant's words and task calls.

``python -m training.dialogues --count 20`` prints some; ``--groups`` counts the groups of many.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Literal

from models.grammar import write_call
from models.percepts import Percepts
from models.values import Media, Message, Part, Region, TaskCall, Text

from training.held_out import asked, held
from training.language import (
    adjusting,
    apart,
    av,
    change,
    clarify,
    context,
    make,
    mark,
    picked,
    plan,
    reason,
    reasoned,
    several,
    stories,
    words,
)
from training.language.numbers import COMPUTED
from training.language.phrasing import Book, Split, sections
from training.language.talk import Dialogue

Turn = Callable[[Dialogue], "str | None"]

TURNS: tuple[tuple[Turn, float], ...] = (
    (mark.segment_phrase, 7), (mark.segment_all, 1.5), (mark.segment_region, 5), (mark.segment_many, 1), (mark.detect, 4.5), (apart.in_turn, 3),
    (make.image, 8.5), (make.layout, 3.5), (make.video, 5.5), (make.audio, 6), (make.sounds, 3), (change.edit, 10), (change.inpaint, 4), (change.remove_region, 3),
    (change.animate, 5), (change.video_edit, 5.5), (change.video_region, 1), (mark.follow_region, 4), (mark.follow_phrase, 4), (adjusting.whole, 5),
    (adjusting.marked, 5), (adjusting.crop, 1.2), (adjusting.backdrop, 1.6), (av.sound, 5.5), (av.mix, 1.1), (av.take_sound, 1.3),
    (av.put_sound, 1.3), (av.extract, 4.5), (av.sound_for, 3.5),
    (words.plain, 24), (words.refuse, 9), (words.look, 7), (words.look_here, 3), (words.watch, 3), (words.listen, 4),
    (words.hand_over, 1.2), (words.need, 1.4), (words.unmarked, 0.7), (change.book, 5), (plan.planned, 5.5), (plan.forced, 8),
    (reason.find, 8), (reason.cut, 3), (reasoned.edit, 4), (clarify.which, 3), (clarify.how, 1.5), (picked.picked, 3.5),
)  # fmt: skip
"""What a conversation may start with or turn to, and how often."""

ACTS: tuple[tuple[Turn, float], ...] = (
    (adjusting.masked, 18), (adjusting.newest, 8), (adjusting.followed, 60), (context.inverse, 12), (change.remove_mask, 6), (change.inpaint_mask, 5), (mark.refine, 4), (adjusting.backdrop, 2), (context.again, 8), (apart.them, 10),
    (context.same, 8), (context.other, 5), (context.undo, 4), (change.drawn, 45), (clarify.meant, 3), (clarify.amount, 5), (clarify.instead, 3),
)  # fmt: skip
"""What goes on with what was done before."""

TALK: tuple[tuple[Turn, float], ...] = (
    (context.count, 3), (context.count_all, 1.5), (context.did, 5), (context.made, 2.5), (context.last, 2), (context.used, 2),
    (context.where, 1.5), (context.failed, 0.8), (context.facts, 4),
)  # fmt: skip
"""Talk about the conversation itself."""

SEVERAL: tuple[tuple[Turn, float], ...] = (
    (several.cut_and_adjust, 6), (several.cut_and_remove, 2), (several.cut_and_edit, 3), (several.adjust_twice, 3),
    (several.edit_and_adjust, 2), (several.remove_and_adjust, 2), (several.draw_and_animate, 2), (several.draw_and_adjust, 1.5),
    (several.draw_and_sound, 2.5), (several.change_and_sound, 2.5), (several.frame_and_change, 2.5), (several.sound_twice, 2),
    (several.take_and_change, 1.5), (several.follow_and_adjust, 2),
)  # fmt: skip
"""Several tasks in one request."""

STORIES = 0.05
"""How often a dialogue is a longer story over media of several kinds."""
PARTS = ((TURNS, 0.93), (SEVERAL, 0.07))
LENGTHS, LENGTH_WEIGHTS = (1, 2, 3, 4, 5, 6), (46, 22, 14, 9, 6, 3)


SPLITS = ("train", "held_out", "phrasings", "objects", "company")


@dataclass(frozen=True)
class Example:
    """A dialogue to learn from: every assistant message is a target. *group* names what its last turn is about, *topic*
    the last reply's topic where that calls no task, *told* what it tells of the record; its tasks may be *given* beforehand.
    *chosen* are handles that the person picked beside their last words. *percepts* are what is perceived of its media and marks."""

    messages: tuple[Message, ...]
    group: str
    topic: str = ""
    given: bool = False
    told: tuple[str, str] | None = None
    chosen: tuple[str, ...] = ()
    percepts: Percepts = field(default_factory=dict)


@lru_cache(maxsize=4)
def book(split: Split) -> Book:
    """Return the phrasings of *split*, compiled once."""
    return Book(split, COMPUTED)


def topics() -> list[str]:
    """Return every topic that a reply in plain words can have, in order."""
    return sorted(name[4:] for name in sections() if name.startswith("say."))


def _pick(rng: Random, turns: tuple[tuple[Turn, float], ...]) -> Turn:
    return rng.choices([turn for turn, _ in turns], [weight for _, weight in turns])[0]


def _turn(d: Dialogue, following: bool) -> str:
    """Write one turn that fits what the dialogue holds; returns its group."""
    while True:
        chance = d.rng.random()
        if following and chance < 0.52:
            turn = _pick(d.rng, ACTS if chance < 0.32 else TALK)
        elif not following and chance < 0.03:
            turn = _pick(d.rng, TALK)
        else:
            turn = _pick(d.rng, SEVERAL if d.rng.random() < PARTS[1][1] else TURNS)
        group = turn(d)
        if group is not None:
            return group


def dialogue(rng: Random, split: Split) -> Example:
    """Return one dialogue of one to six turns, or a longer story."""
    if rng.random() < STORIES:
        told, group = stories.story(rng, book(split))
        return Example(tuple(told.messages), group, told.topic)
    d = Dialogue(rng, book(split))
    group = ""
    for number in range(rng.choices(LENGTHS, LENGTH_WEIGHTS)[0]):
        group = _turn(d, number > 0)
        if d.given or d.chosen or d.topic.startswith("clarify."):
            break  # what was given or chosen, and the topic of a question back, are learnt in the last reply alone
    return Example(tuple(d.messages), group, d.topic, d.given, d.told, d.chosen)


def examples(seed: int, split: Split | Literal["company"] = "train") -> Iterator[Example]:
    """Yield dialogues without end, the same ones for the same *seed*.

    "held_out" shares no phrasing or object with "train"; "phrasings" and "objects" share one of the two. What
    ``training.held_out`` holds out of attribute pairs and compositions is asked for in no dialogue of "train" and in every
    one of "company", where all else is known.
    """
    rng = Random(f"{split} {seed}")
    while True:
        example = dialogue(rng, "train" if split == "company" else split)
        met = any(held(asked(m)) for m in example.messages if m.role == "user")
        if {"train": not met, "company": met}.get(split, True):
            yield example


def show(example: Example) -> str:
    """Return a dialogue as lines of plain text."""
    lines = [f"== {example.group}"]
    for message in example.messages:
        parts = [
            f"<{part.handle}>"
            if isinstance(part, Media | Region)
            else repr(part.text)
            if isinstance(part, Text)
            else _brief(part)
            for part in message.parts
        ]
        lines.append(f"{message.role[:4]}: {' '.join(parts)}")
    return "\n".join(lines)


def _brief(part: Part) -> str:
    return write_call(part) if isinstance(part, TaskCall) else str(part)


def main() -> None:
    """Print examples or the share of each group."""
    parser = argparse.ArgumentParser(description="Print training dialogues.")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=SPLITS, default="train")
    parser.add_argument("--groups", action="store_true", help="count the groups instead of printing")
    options = parser.parse_args()
    chosen = islice(examples(options.seed, options.split), options.count)
    if options.groups:
        for group, number in sorted(Counter(example.group for example in chosen).items()):
            print(f"{number / options.count:7.4f} {group}")
    else:
        for example in chosen:
            print(show(example))


if __name__ == "__main__":
    main()
