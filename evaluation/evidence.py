"""Does the answer rest on what is seen and heard? The same questions, of media that were disturbed.

    python -m evaluation.evidence [--count 40] [--seed 11] [--source FOLDER] [--results docs/results.md] [--out FILE.json]

New pictures, clips and sounds of known things are made, *count* of each kind of question: where things are, who does what and in which
order, what is heard first, after or when. Each question is asked of the medium as it is and as it was disturbed: nothing perceived of it,
as of an even grey or of silence, which the gate turns away; another medium in its place; a picture mirrored; a clip's frames backwards, or
in another order; a sound's second half before its first. An answer is right by the truth of the medium as it is. Things that a disturbed medium still shows are told
apart by their names, not by where or when they are now, so that only what is said of them decides.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Refusal
from models.grammar import parse
from models.percepts import POINTABLE, THING, box_of, span_of
from models.values import Box, Grounding, Kind, Part, Span
from training.dialogues import book
from training.seeing import listening, matching, placing, shards, watching
from training.seeing.bank import Senses, heard_sound, seen_clip, seen_picture
from training.seeing.clips import Filmed, clip
from training.seeing.pictures import Drawn, picture
from training.seeing.shards import Bank, Entry
from training.seeing.sounds import Sounding, sound
from training.seeing.talk import Seen

from evaluation.intervals import Estimate, fractions
from evaluation.reports import ended, filed, options
from evaluation.tables import grid
from evaluation.understanding import Answer, Case, answerer, own_folder, plain_text, score

if TYPE_CHECKING:
    pass

NAME = "evidence"
"""The marks between which the table stands in the file of results."""
TURNS: Mapping[Kind, tuple[Callable[[Seen], str | None], ...]] = {
    "image": (placing.where, placing.beside, placing.end),
    "video": (watching.first, watching.does, watching.way, watching.appears),
    "audio": (listening.order, listening.after, listening.when),
}
"""Questions by the kind of medium."""
CALLED: Mapping[Kind, str] = {"image": "pictures", "video": "clips", "audio": "sounds"}
AS_IT_IS, BLANK, OTHER = "as they are", "blank", "others"
COLUMNS = {
    "right": "right by the truth of the medium as it is",
    "otherwise": "another answer than of the medium as it is",
}
_HEAD = """## Whether answers rest on what is seen and heard

Made by `{command}`: {count} questions of each kind of medium. Right: by the truth of the medium as it is, whatever was done to it.
Blank: nothing is perceived, as of an even grey or of silence, which the gate turns away. Others: another medium of the kind. What is still shown after a disturbance is told apart by what it is,
not by where it is now.

"""
_ENOUGH = 200

Made = Drawn | Filmed | Sounding


@dataclass(frozen=True)
class Question:
    """A *case* about a medium of *kind*, whose number among those that were made is *number*."""

    kind: Kind
    number: int
    case: Case


def make(kind: Kind, rng: Random) -> Made:
    """Return a new medium of known things."""
    return {"image": picture, "video": clip, "audio": sound}[kind](rng, "train")  # type: ignore[operator, no-any-return]


def perceived(made: Made, senses: Senses) -> Entry:
    """Return *made* as it is perceived, with its truth."""
    if isinstance(made, Drawn):
        return seen_picture(replace(made, marks=()), senses)
    return seen_clip(made, senses) if isinstance(made, Filmed) else heard_sound(made, senses)


def disturbed(made: Made, senses: Senses, rng: Random) -> dict[str, Entry]:
    """Return *made* perceived in each way in which its kind is disturbed."""
    if isinstance(made, Drawn):
        return {"mirrored": mirrored(made, senses)}
    if isinstance(made, Sounding):
        middle = len(made.samples) // 2
        swapped = np.concatenate([made.samples[middle:], made.samples[:middle]])
        # what is heard when is another truth now: names are as they are heard
        return {"halves swapped": Entry(made.truth, senses.sound(replace(made, samples=swapped)), (), {})}
    order = list(range(len(made.frames)))
    while order == sorted(order):
        rng.shuffle(order)
    return {
        "backwards": perceived(in_order(made, range(len(made.frames))[::-1]), senses),
        "shuffled": perceived(in_order(made, order), senses),
    }


def mirrored(made: Drawn, senses: Senses) -> Entry:
    """Return a picture perceived as in a mirror, its things by their names."""
    percepts, _ = senses.picture(replace(made, pixels=np.ascontiguousarray(made.pixels[:, ::-1]), marks=()), ())
    truth = made.truth()
    boxes = {int(id_): (1 - box[2], box[1], 1 - box[0], box[3]) for id_, box in truth["boxes"].items()}
    things = shards.of_kind(percepts, THING)
    row = {} if things is None else matching.seen_rows(things, boxes)
    names = {place: made.shot.thing(id_).name for id_, place in row.items()}
    named = tuple(matching.named(one, names) if one.kind == THING else one for one in percepts)
    return Entry(truth, named, (), row)


def in_order(made: Filmed, order: Sequence[int]) -> Filmed:
    """Return a clip whose frames come in *order*, with where its things are in them."""
    boxes = {id_: [one[n] for n in order] for id_, one in made.truth["frames"].items()}
    return Filmed(tuple(made.frames[n] for n in order), made.seconds, {**made.truth, "frames": boxes})


def shown(entry: Entry, kind: Kind) -> dict[str, Box | Span]:
    """Return where a reply points to that means each thing of *entry*, by the name of its row; of several of a name none, since they cannot
    be told apart."""
    percept = next((one for one in entry.percepts if one.kind in POINTABLE), None)
    if percept is None:
        return {}
    place = span_of if kind == "audio" else box_of
    return {name: place(percept, row) for row, name in enumerate(percept.names) if percept.names.count(name) == 1}


def meaning(parts: Sequence[Part], now: Mapping[str, Box | Span], before: Mapping[str, Box | Span]) -> list[Part]:
    """Return *parts* with the places *now* of named things said as those that they had *before*."""
    same = {place: before[name] for name, place in now.items() if name in before}

    def moved(part: Part) -> Part:
        if not isinstance(part, Grounding):
            return part
        boxes = tuple(one for box in part.boxes if isinstance(one := same.get(box, box), Box))
        spans = tuple(one for span in part.spans if isinstance(one := same.get(span, span), Span))
        return replace(part, boxes=boxes, spans=spans)

    return [moved(part) for part in parts]


def questions(kind: Kind, bank: Bank, count: int, seed: int) -> Iterator[Question]:
    """Yield *count* questions about media of *bank*, one each where there are enough of them."""
    numbers = {id(bank.entry(kind, "train", n).percepts): n for n in range(bank.count(kind, "train"))}
    rng = Random(f"evidence {kind} {seed}")
    words, met = book("train"), 0
    for _ in range(_ENOUGH * count):
        d = Seen(rng, words, bank=bank)
        group = rng.choice(TURNS[kind])(d)
        if group is None:
            continue
        handle = next(iter(d.percepts))
        before = tuple(replace(message, parts=plain_text(message.parts)) for message in d.messages[:-1])
        yield Question(
            kind, numbers[id(d.percepts[handle])], Case(before, dict(d.percepts), d.messages[-1].parts, group)
        )
        met += 1
        if met == count:
            return


def measured(
    answer: Answer, senses: Senses, count: int, seed: int, tell: Callable[[str], None]
) -> dict[str, dict[str, Estimate | None]]:
    """Return the figures of each kind of medium, as it is and disturbed."""
    figures: dict[str, dict[str, Estimate | None]] = {}
    for kind in CALLED:
        rng = Random(f"evidence of {kind} {seed}")
        media = [make(kind, rng) for _ in range(2 * count)]
        entries = [perceived(one, senses) for one in media]
        with TemporaryDirectory() as folder:
            shards.write(Path(folder) / f"{kind}-train-000", entries)
            bank = Bank(Path(folder))
            asked = list(questions(kind, bank, count, seed))
            if not asked:
                raise Refusal(f"Nothing can be asked about {len(media)} {CALLED[kind]}.", "Give a larger --count.")
            found = _asked(asked, [bank.entry(kind, "train", n) for n in range(len(media))], media, answer, senses, rng)
        for way, (right, otherwise) in found.items():
            figures[f"{CALLED[kind]}, {way}"] = {
                "right": fractions(right, seed), "otherwise": fractions(otherwise, seed) if way != AS_IT_IS else None,
            }  # fmt: skip
            tell(f"{CALLED[kind]}, {way}: {sum(right) / len(right):.1%} right")
    return figures


def _asked(
    asked: Sequence[Question],
    entries: Sequence[Entry],
    media: Sequence[Made],
    answer: Answer,
    senses: Senses,
    rng: Random,
) -> dict[str, tuple[list[float], list[float]]]:
    """Return, for each way in which the media are shown, how right each answer is, and whether it is another than of the medium as it is."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    for one in asked:
        entry = entries[one.number]
        ways = {
            AS_IT_IS: entry, BLANK: replace(entry, percepts=()),
            OTHER: entries[(one.number + len(entries) // 2) % len(entries)],
            **disturbed(media[one.number], senses, rng),
        }  # fmt: skip
        here, first = shown(entry, one.kind), list[Part]()
        for way, given in ways.items():
            percepts = dict.fromkeys(one.case.percepts, given.percepts) if given.percepts else {}
            said = list(parse(answer(one.case.messages, percepts)))
            if way not in (AS_IT_IS, OTHER, BLANK):
                said = meaning(said, shown(given, one.kind), here)
            first = said if way == AS_IT_IS else first
            right, otherwise = found.setdefault(way, ([], []))
            right.append(score(one.case, said))
            otherwise.append(1.0 - score(replace(one.case, wanted=tuple(first)), said))
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong."""
    reader = options(__doc__, 40, "questions of each kind of medium")
    reader.add_argument("--source", default="", help="folder of other weights")
    asked = reader.parse_args(words)
    return ended(lambda: _told(asked))


def _told(asked: argparse.Namespace) -> str:
    from training.seeing.senses import Own

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    figures = measured(answerer(asked.source), Own(), asked.count, asked.seed, tell)
    source = f" --source {name}" if (name := own_folder(asked.source)) else ""
    command = f"python -m evaluation.evidence --count {asked.count} --seed {asked.seed}{source}"
    head = _HEAD.format(command=command, count=asked.count)
    return filed(asked, NAME, head + grid("media", COLUMNS, figures), figures)


if __name__ == "__main__":
    sys.exit(main())
