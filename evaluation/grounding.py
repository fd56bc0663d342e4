"""What is found, pointed at, told of a mark and counted, of things that training showed and of those that it never did, in one table.

    python -m evaluation.grounding --bank BANK [--count 120] [--questions 60] [--seed 11] [--source FOLDER] [--results docs/results.md] [--out FILE.json]

Named things are looked for in *count* scenes of each kind of ``evaluation.sight``, which the picture book places and draws: by the vision tower,
by the expert for ``detect``, and by the model in chat, which is asked where the thing is and must point at it. Requests that name no thing
but a fact about it, marks that are to be described, and things that are to be counted are *questions* each about pictures of the bank
(``training.seeing.bank``; use one of another seed than that of the training).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from models.expert import Expert, Refusal
from models.grammar import parse
from models.values import Checkpoint, Grounding, Media, Message, Text
from training.dialogues import book
from training.language.phrasing import Split
from training.seeing import acting, counting, telling
from training.seeing.shards import Bank
from training.seeing.talk import Seen

from evaluation import sight
from evaluation.detected import boxes
from evaluation.intervals import Estimate, fractions, share
from evaluation.overlap import box_iou
from evaluation.reports import ended, filed, options
from evaluation.sight import RIGHT
from evaluation.tables import grid
from evaluation.understanding import Answer, Case, answerer, case_of, own_folder, score

if TYPE_CHECKING:
    import numpy as np
    from models.senses.perceive import Senses
    from numpy.typing import NDArray

NAME = "grounding"
"""The marks between which the table stands in the file of results."""
COLUMNS = {"known": "things that training showed", "new": "things that it never showed"}
SCENES = {"known": "several", "new": "unknown"}
"""The kind of scenes (``evaluation.sight.LINES``) of each column: one of several things, by its name."""
SPLITS: Mapping[str, Split] = {"known": "train", "new": "objects"}
"""The split of the questions of each column, both in phrasings of training."""
NAMED = {
    "tower": "a named thing, its box by the vision tower",
    "detect": "... by `detect`",
    "chat": "... pointed at in chat",
    "past": "... pointed at in chat, past the gate",
    "unnamed": "floor: the tower's surest box, whatever is asked for",
    "largest": "floor: the box of the largest thing",
    "oracle": "ceiling: the best of the tower's boxes",
}
TURNS: Mapping[str, tuple[str, tuple[Callable[[Seen], str | None], ...]]] = {
    "reason": ("a thing by a fact about it, pointed at or cut out", (telling.fact, acting.cut_by_fact)),
    "mark": ("a marked thing, described", (telling.mark,)),
    "count": ("things, counted", (counting.count, counting.count_all)),
}
BLIND = "floor: the same, nothing perceived"
_HEAD = """## What is found, pointed at, described and counted

Made by `{command}`. Named things: {count} scenes a column of one to five things, placed and drawn by the picture book, the name of exactly one of them; a box is right when its overlap with the true one is
{right:g} or more; of several boxes that `detect` draws one must be, in chat the first thing that the reply to "where is the ...?" points at. `detect` and chat find nothing where the gate takes the
picture for one of another world; past the gate tells what that costs. The other rows: {questions} questions a column about pictures of the bank, in phrasings of training, right as in "What is understood"; they are
asked about things that the encoders found alone.
The aim was 80 % for named things that training showed and half of that for others.

"""
_ENOUGH = 400


def asked(phrase: str) -> Message:
    """Return the message that asks where the thing called *phrase* is in a picture of ``evaluation.sight``."""
    picture = Media("image", "image#1", "", {"width": sight.WIDTH, "height": sight.HEIGHT})
    return Message("user", (picture, Text(f"where is the {phrase}?")))


def pointed(said: str) -> tuple[float, float, float, float] | None:
    """Return the first box that a reply, tagged text, points at, as corners in fractions; None where it points at none."""
    found = (box for part in parse(said) if isinstance(part, Grounding) for box in part.boxes)
    box = next(found, None)
    return None if box is None else (box.x0, box.y0, box.x1, box.y1)


def named(
    held: Sequence[sight.Case],
    senses: Senses,
    vectors: Mapping[str, NDArray[np.float32]],
    expert: Expert,
    answer: Answer,
    seed: int,
) -> dict[str, list[bool]]:
    """Return, for each of NAMED, whether the box of each case is right; *vectors* holds where all phrases lie."""
    rng = Random(f"grounding {seed}")
    found: dict[str, list[bool]] = {who: [] for who in NAMED}
    for case in held:
        look = senses.look([case.pixels])[0]
        marks = sight.score(case, look.seen, vectors, rng)
        box = pointed(answer([asked(case.phrase)], {"image#1": senses.looked(look)}))
        past = box is not None and box_iou(box, case.boxes[0]) >= RIGHT
        drawn = boxes(expert, case.pixels, case.phrase)
        marks |= {
            "detect": any(box_iou(one, case.boxes[0]) >= RIGHT for one in drawn),
            "past": past,
            "chat": past and not senses.picture(case.pixels).refused,
        }
        for who, marked in found.items():
            marked.append(marks[who])
    return found


def questions(
    turns: Sequence[Callable[[Seen], str | None]], split: Split, bank: Bank, count: int, seed: int
) -> Iterator[Case]:
    """Yield *count* questions of *turns* about pictures of *bank*, fewer where they are rare."""
    rng = Random(f"grounding {split} {seed}")
    words, met = book(split), 0
    for _ in range(_ENOUGH * count):
        if met == count:
            return
        d = Seen(rng, words, bank=bank)
        group = rng.choice(turns)(d)
        if group is not None:
            met += 1
            yield case_of(d, group)


def scored(held: Sequence[Case], answer: Answer) -> tuple[list[float], list[float]]:
    """Return how good the reply to each case is, and how good it is where nothing is perceived."""
    seen, blind = ([(case, case.percepts if shown else {}) for case in held] for shown in (True, False))
    right, lucky = (
        [score(case, list(parse(answer(case.messages, given)))) for case, given in way] for way in (seen, blind)
    )
    return right, lucky


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong and what to do."""
    reader = options(__doc__, 120, "scenes of each column")
    reader.add_argument("--bank", type=Path, required=True, help="folder made by python -m training.seeing.bank")
    reader.add_argument("--questions", type=int, default=60, help="questions of each further row and column")
    reader.add_argument("--source", default="", help="folder of other weights")
    asked_ = reader.parse_args(words)
    return ended(lambda: _told(asked_))


def _told(given: argparse.Namespace) -> str:
    made = measured(given)
    source = f" --source {name}" if (name := own_folder(given.source)) else ""
    command = f"python -m evaluation.grounding --bank BANK --count {given.count} --questions {given.questions} --seed {given.seed}{source}"
    head = _HEAD.format(command=command, count=given.count, questions=given.questions, right=RIGHT)
    return filed(given, NAME, head + grid("right", COLUMNS, made), made)


def measured(given: argparse.Namespace) -> dict[str, dict[str, Estimate | None]]:
    """Return the figures of each row and column. Raises Refusal for a folder that is no bank, and without the sentence encoder."""
    from models.experts import detect_senses
    from models.reader import shared_embedder
    from models.senses import perceive

    try:
        bank = Bank(given.bank)
    except (OSError, ValueError) as error:
        raise Refusal(f"{given.bank} is no bank: {error}.", "Make one with python -m training.seeing.bank.") from error
    answer, senses, embed = answerer(given.source), perceive.load(), shared_embedder()
    if embed is None:
        raise Refusal("The sentence encoder is not there.", "Make it with python -m training.text_encoder first.")
    expert = detect_senses.load(Checkpoint("detect_senses", source="nano/vision"), "cpu")
    made: dict[str, dict[str, Estimate | None]] = {}

    def put(row: str, column: str, figure: Estimate | None) -> None:
        made.setdefault(row, {})[column] = figure
        print(f"{row}, {COLUMNS[column]}: {figure.value if figure else 0:.1%}", file=sys.stderr, flush=True)

    for column, line in SCENES.items():
        held = list(sight.cases(line, given.count, given.seed))
        phrases = sorted({word for case in held for word in (case.phrase, case.absent)}, key=len)
        found = named(held, senses, dict(zip(phrases, embed(phrases), strict=True)), expert, answer, given.seed)
        for who, marks in found.items():
            put(NAMED[who], column, share(sum(marks), len(marks), given.seed))
    for row, (title, turns) in TURNS.items():
        for column, split in SPLITS.items():
            right, blind = scored(list(questions(turns, split, bank, given.questions, given.seed)), answer)
            put(title, column, fractions(right, given.seed))
            put(f"{BLIND} ({row})", column, fractions(blind, given.seed))
    return made


if __name__ == "__main__":
    sys.exit(main())
