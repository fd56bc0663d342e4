"""How often the likeness of a person's words and of perceived things alone picks the thing that is meant.

    python -m evaluation.matches --bank BANK [--count 120] [--seed 11] [--results FILE.md] [--out FILE.json]

Of conversations about the bank's media those last requests count whose true reply points at one of several things of a picture. The word
and the thing that are most alike decide, by the sentence encoder's states of the newest words and the phrases that the things are perceived
as. That is where ``models.unified.noticing`` begins, before any training.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from models.expert import Refusal
from models.percepts import THING, Percept, box_of
from models.plurals import plural_of
from models.values import Box, Grounding, TaskCall

from evaluation.intervals import Estimate, fractions, share
from evaluation.reports import ended, filed, options
from evaluation.tables import grid
from evaluation.understanding import GROUPS

if TYPE_CHECKING:
    from models.reader import Reader
    from training.dialogues import Example

SPLITS = {
    "train": "known things in known words",
    "phrasings": "known things in new words",
    "objects": "new things in known words",
    "held_out": "new things, synonyms and words",
}
"""Splits of the conversations (training.seeing), and how the table calls them."""
ROWS = {
    "chance": "floor: any of the things",
    "alone": "all requests",
    "named": "those that say its name, which no other thing there has",
}
_TRIES = 60
"""Conversations that are looked through for each one that counts, at most."""
_HEAD = """## Which thing a word is like

Made by `{command}`. For each split {count} requests about one of several things of a picture: the word and the thing that
are most alike decide, without any decoder. Many of them name no thing, but a side, a size, a fact or a change; the last line has those alone
in which the name stands that the meant thing is perceived as.

"""


@dataclass(frozen=True)
class Case:
    """A request *text*, the *things* of the picture that it is about, and the row of the one that is meant."""

    text: str
    things: Percept
    meant: int


def cases(examples: Iterable[Example]) -> Iterator[Case]:
    """Yield a case for each of *examples* whose last reply points at one of several things of a picture, and at nothing else."""
    for example in examples:
        if example.group.startswith(GROUPS) and (case := case_of(example)) is not None:
            yield case


def case_of(example: Example) -> Case | None:
    """Return the case of *example*, None where its last reply points at none or more than one thing, or there is but one."""
    wanted: set[tuple[str, Box]] = set()
    for part in example.messages[-1].parts:
        if isinstance(part, Grounding):
            wanted |= {(part.of, box) for box in part.boxes}
        elif isinstance(part, TaskCall):
            of = next(iter(part.refs("image", "video")), "")
            wanted |= {(of, arg) for arg in part.args if isinstance(arg, Box)}
    if len(wanted) != 1:
        return None
    of, box = wanted.pop()
    things = next((one for one in example.percepts.get(of, ()) if one.kind == THING), None)
    if things is None or len(things) < 2:
        return None
    rows = [row for row in range(len(things)) if box_of(things, row) == box]
    return Case(example.messages[-2].text, things, rows[0]) if len(rows) == 1 else None


def named(case: Case) -> bool:
    """Return whether the request says the name that the meant thing, and no other, is perceived as."""
    name = case.things.names[case.meant]
    said = re.search(rf"\b(?:{re.escape(name)}|{re.escape(plural_of(name))})\b", case.text, re.IGNORECASE)
    return said is not None and case.things.names.count(name) == 1


def picked(case: Case, reader: Reader) -> int:
    """Return the row of the thing that a word of the case's request is most like."""
    import torch
    from torch.nn import functional

    states = reader.states(reader.cut(case.text).ids)
    width = states.shape[-1:]
    phrases = torch.from_numpy(case.things.features[:, : width[0]].astype("float32"))
    words, things = (
        functional.normalize(functional.layer_norm(rows.float(), width), dim=-1) for rows in (states, phrases)
    )
    return int((words @ things.T).amax(0).argmax())


def measure(asked: Mapping[str, Sequence[Case]], reader: Reader, seed: int) -> dict[str, dict[str, Estimate | None]]:
    """Return the share of right picks for each of ROWS and each split of *asked*."""
    made: dict[str, dict[str, Estimate | None]] = {row: {} for row in ROWS}
    for split, held in asked.items():
        right = [picked(case, reader) == case.meant for case in held]
        plain_ = [hit for hit, case in zip(right, held, strict=True) if named(case)]
        made["chance"][split] = fractions([1 / len(case.things) for case in held], seed)
        made["alone"][split] = share(sum(right), len(right), seed)
        made["named"][split] = share(sum(plain_), len(plain_), seed)
    return made


def drawn(bank: Path, count: int, seed: int) -> dict[str, list[Case]]:
    """Return *count* cases of each split, fewer where they are rare. Raises Refusal for a folder that is no bank."""
    from training.seeing.mixing import examples
    from training.seeing.shards import Bank

    try:
        held = Bank(bank)
    except (OSError, ValueError) as error:
        raise Refusal(f"{bank} is no bank: {error}.", "Make one with python -m training.seeing.bank.") from error
    return {
        split: list(islice(cases(islice(examples(seed, split, held), _TRIES * count)), count))  # type: ignore[arg-type]
        for split in SPLITS
    }


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong and what to do."""
    reader = options(__doc__, 120, "requests of each split")
    reader.add_argument("--bank", type=Path, required=True, help="folder made by python -m training.seeing.bank")
    asked = reader.parse_args(words)

    def measured() -> str:
        from models.reader import shared_reader

        made = measure(drawn(asked.bank, asked.count, asked.seed), shared_reader(), asked.seed)
        command = f"python -m evaluation.matches --bank BANK --count {asked.count} --seed {asked.seed}"
        section = _HEAD.format(command=command, count=asked.count)
        section += grid("right things", SPLITS, {ROWS[row]: one for row, one in made.items()})
        return filed(asked, "matches", section, made)

    return ended(measured)


if __name__ == "__main__":
    sys.exit(main())
