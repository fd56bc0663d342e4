"""Does the answer rest on what is seen and heard? The same questions, of media that were disturbed.

    python -m evaluation.evidence [--count 40] [--seed 11] [--source FOLDER] [--results docs/results.md] [--out FILE.json]

New pictures, clips and sounds of known things are made, *count* of each kind of question: where things are, who does what and in which
order, what is heard first, after or when. Each question is asked of the medium as it is and as it was disturbed: not perceived at all, as
where the gate turns it away; blank, as the encoders perceive an even grey, past the gate; another medium in its place; a picture mirrored;
a clip's frames backwards, or in another order; a sound's second half before its first; and, as a floor, the same medium perceived once
more, and with a faint noise. An answer is right by the truth of the medium as it is. Things that a disturbed medium still shows are told
apart by their names, not by where or when they are now, so that only what is said of them decides. How much what the model would say
next changes is measured on the true answer, which is forced (``evaluation.forced``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Refusal
from models.grammar import parse
from models.percepts import POINTABLE, THING, Percepts, box_of, span_of
from models.values import Box, Grounding, Kind, Part, Span
from training.dialogues import book
from training.seeing import listening, matching, placing, shards, watching
from training.seeing.bank import Senses, heard_sound, seen_clip, seen_picture
from training.seeing.clips import Filmed, clip
from training.seeing.pictures import Drawn, picture
from training.seeing.shards import Bank, Entry
from training.seeing.sounds import Sounding, sound
from training.seeing.talk import Seen

from evaluation.forced import Change, Forced
from evaluation.intervals import Estimate, bootstrap, fractions
from evaluation.reports import ended, filed, options
from evaluation.tables import grid
from evaluation.understanding import Answer, Case, asking, case_of, loaded, own_folder, score

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "evidence"
"""The marks between which the table stands in the file of results."""
TURNS: Mapping[Kind, tuple[Callable[[Seen], str | None], ...]] = {
    "image": (placing.where, placing.beside, placing.end),
    "video": (watching.first, watching.does, watching.way, watching.appears),
    "audio": (listening.order, listening.after, listening.when),
}
"""Questions by the kind of medium."""
CALLED: Mapping[Kind, str] = {"image": "pictures", "video": "clips", "audio": "sounds"}
AS_IT_IS, UNSEEN, BLANK, OTHER = "as they are", "not perceived", "blank", "others"
AGAIN, NOISY = "floor: once more", "floor: with faint noise"
FLOORS = 20
"""Questions of each kind of medium that are asked of it once more and with noise, at most."""
GREY, HISS, GRAIN = 128, 0.0005, 2.0
"""The value of a blank picture's pixels; the spread of a sound's noise, -66 dB of full scale, and of a picture's, of 255."""
COLUMNS = {
    "right": "right by the truth of the medium as it is",
    "otherwise": "another answer than of the medium as it is",
    "variation": "what would be said next: total variation",
    "bits": "... divergence (Jensen-Shannon)",
}
_HEAD = """## Whether answers rest on what is seen and heard

Made by `{command}`: {count} questions of each kind of medium. Right: by the truth of the medium as it is, whatever was done to it.
Not perceived: no rows at all, as where the gate turns a medium away. Blank: the encoders' own rows of an even grey, past the gate; of silence the ear has none. Others: another medium
of the kind. What is still shown after a disturbance is told apart by what it is, not by where it is now. The last columns compare what the network thinks of the next token with what it thinks of the
medium as it is: the true answer is forced, and positions count that decide it (things pointed at, words of place, number, deed or no), up to
the first thing that the disturbed medium does not show; things count by their names. The sides, ways and hours that the program fills in from what is perceived are no tokens of the network's choice: a
change of them shows in the answers alone. 0 is the same, 100 % (1 bit) nothing in common. The floors, of the first {floors}
questions, tell how much of all this comes from perceiving the same once more, or with a noise that nobody sees or hears.

"""
_ENOUGH = 200

Made = Drawn | Filmed | Sounding


@dataclass(frozen=True)
class Question:
    """A *case* about a medium of *kind*, whose number among those that were made is *number*; *topic* is what the true reply is about."""

    kind: Kind
    number: int
    case: Case
    topic: str = ""


@dataclass
class Found:
    """What was found of media shown in one way: how *right* each answer is, whether it is another than of the medium as it is
    (*otherwise*), and how much what would be said next changes (*changed*)."""

    right: list[float] = field(default_factory=list)
    otherwise: list[float] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)

    def figures(self, seed: int, same: bool) -> dict[str, Estimate | None]:
        """Return COLUMNS; of media as they are (*same*) how right the answers are alone."""
        if same:
            return {"right": fractions(self.right, seed), **dict.fromkeys(("otherwise", "variation", "bits"))}
        return {
            "right": fractions(self.right, seed),
            "otherwise": fractions(self.otherwise, seed),
            "variation": fractions([min(1.0, one.variation) for one in self.changed], seed),
            "bits": bootstrap([one.bits for one in self.changed], seed, unit="bits"),
        }


Changes = Callable[[Case, str, Mapping[str, Percepts]], Mapping[str, Change]]
"""Tells how much what would be said next changes with what is perceived (``evaluation.forced.Forced.changes``)."""


def make(kind: Kind, rng: Random) -> Made:
    """Return a new medium of known things."""
    return {"image": picture, "video": clip, "audio": sound}[kind](rng, "train")  # type: ignore[operator, no-any-return]


def perceived(made: Made, senses: Senses) -> Entry:
    """Return *made* as it is perceived, with its truth."""
    if isinstance(made, Drawn):
        return seen_picture(replace(made, marks=()), senses)
    return seen_clip(made, senses) if isinstance(made, Filmed) else heard_sound(made, senses)


def blank(made: Made, senses: Senses) -> Entry:
    """Return a medium of the size and length of *made* that shows nothing, as the encoders perceive it: an even grey, or silence."""
    if isinstance(made, Drawn):
        return Entry({}, senses.picture(replace(made, pixels=np.full_like(made.pixels, GREY), marks=()), ())[0], (), {})
    if isinstance(made, Sounding):
        return Entry({}, senses.sound(replace(made, samples=np.zeros_like(made.samples))), (), {})
    frames = tuple(np.full_like(frame, GREY) for frame in made.frames)
    return Entry({}, senses.clip(replace(made, frames=frames)), (), {})


def noisy(made: Made, seed: int) -> Made:
    """Return *made* with a noise that nobody sees or hears."""
    rng = np.random.default_rng(seed)

    def grained(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray((pixels + rng.normal(0, GRAIN, pixels.shape)).round().clip(0, 255), np.uint8)

    if isinstance(made, Drawn):
        return replace(made, pixels=grained(made.pixels))
    if isinstance(made, Filmed):
        return replace(made, frames=tuple(grained(frame) for frame in made.frames))
    return replace(made, samples=(made.samples + rng.normal(0, HISS, made.samples.shape)).astype(np.float32))


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
        yield Question(kind, numbers[id(d.percepts[handle])], case_of(d, group), d.topic)
        met += 1
        if met == count:
            return


def measured(
    answer: Answer,
    senses: Senses,
    count: int,
    seed: int,
    tell: Callable[[str], None],
    changes: Changes = lambda case, topic, shown: {},
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
            held = [bank.entry(kind, "train", n) for n in range(len(media))]
            found = _asked(asked, held, media, answer, changes, senses, rng)
        for way, one in found.items():
            figures[f"{CALLED[kind]}, {way}"] = one.figures(seed, way == AS_IT_IS)
            tell(f"{CALLED[kind]}, {way}: {sum(one.right) / len(one.right):.1%} right")
    return figures


def _asked(
    asked: Sequence[Question],
    entries: Sequence[Entry],
    media: Sequence[Made],
    answer: Answer,
    changes: Changes,
    senses: Senses,
    rng: Random,
) -> dict[str, Found]:
    """Return, for each way in which the media are shown, what was found."""
    found: dict[str, Found] = {}
    for turn, one in enumerate(asked):
        entry, made = entries[one.number], media[one.number]
        ways = {
            AS_IT_IS: entry, UNSEEN: replace(entry, percepts=()), BLANK: blank(made, senses),
            OTHER: entries[(one.number + len(entries) // 2) % len(entries)],
            **disturbed(made, senses, rng),
        }  # fmt: skip
        if turn < FLOORS:
            ways |= {AGAIN: perceived(made, senses), NOISY: perceived(noisy(made, turn), senses)}
        here, first = shown(entry, one.kind), list[Part]()
        seen: dict[str, Percepts] = {}
        for way, given in ways.items():
            percepts = dict.fromkeys(one.case.percepts, given.percepts) if given.percepts else {}
            said = list(parse(answer(one.case.messages, percepts)))
            if way not in (AS_IT_IS, OTHER, UNSEEN, BLANK):
                said = meaning(said, shown(given, one.kind), here)
            first = said if way == AS_IT_IS else first
            kept = found.setdefault(way, Found())
            kept.right.append(score(one.case, said))
            kept.otherwise.append(1.0 - score(replace(one.case, wanted=tuple(first)), said))
            seen[way] = percepts
        for way, change in changes(one.case, one.topic, seen).items():
            found[way].changed.append(change)
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

    model = loaded(asked.source)
    changes = Forced(model.network, model.vocabulary, model.reader).changes
    figures = measured(asking(model), Own(), asked.count, asked.seed, tell, changes)
    source = f" --source {name}" if (name := own_folder(asked.source)) else ""
    command = f"python -m evaluation.evidence --count {asked.count} --seed {asked.seed}{source}"
    head = _HEAD.format(command=command, count=asked.count, floors=min(FLOORS, asked.count))
    return filed(asked, NAME, head + grid("media", COLUMNS, figures), figures)


if __name__ == "__main__":
    sys.exit(main())
