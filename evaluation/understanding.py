"""Measure what the unified model understands of pictures, clips and sounds it never saw.

    python -m evaluation.understanding --bank DIR [--source FOLDER] [--dialogues N] [--recorded] [--out FILE.json] [--results FILE.md]

Conversations of a split (`training.seeing`; by default the held-out one: things, synonyms and phrasings that training holds nowhere) are
asked for their last reply after the true conversation so far. Use a bank of another seed than that of the training. An answer is right when it points at the very things, in the very medium, and says
what the true answer says: yes or no, colours, sides, numbers, places, hours, looks, kinds, in any wording. Beside the model stand the
same model *blind*, for which nothing is perceived, and *misled*, for which another medium of the same kind is: what they reach comes
from the words alone. With --recorded names, place, hour and look of the media come from the record of how they were made; boxes and seconds stay
those of the encoders, and what these missed stays missing (the program's own media have those from their record too).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from models.expert import Refusal
from models.grammar import parse
from models.percepts import Percepts, number
from models.senses.deeds import SAYS, kind_of
from models.senses.said import LOOKS, PLACES, TIMES
from models.unified.bearings import OTHERS, Named
from models.unified.outlook import Told
from models.values import Box, Grounding, Media, Message, Part, Span, TaskCall, Text
from training.seeing.clips import COMING
from training.truth.films import DEEDS
from training.truth.words import COLOURS

from evaluation.intervals import Estimate, fractions
from evaluation.reports import results, write_json
from evaluation.tables import grid, plain

if TYPE_CHECKING:
    from models.unified.native import NativeModel
    from training.dialogues import Example
    from training.seeing.shards import Bank
    from training.seeing.talk import Seen

ROWS = ("model", "misled", "blind")
OF = {
    "pictures": "pictures", "marks": "what is marked", "clips": "clips", "sounds": "sounds", "requests": "requests for tasks",
}  # fmt: skip
"""What a conversation is about as a whole, and how a table calls it."""
GROUPS = ("seen.", "heard.", "sight.")
"""Groups of replies that are about what is perceived."""
FREE = ("seen.caption", "seen.list", "seen.happens", "heard.what")
"""Groups in which there are many good answers: they count by how many of the things pointed at are the true ones and how many of those
are pointed at (the harmonic mean, F1), not by being right."""
DONE = ("seen.does", "seen.first", "seen.last")
"""Groups whose answer is what somebody does: the kind of deed (models.senses.deeds), however it is said."""
_SIDES = ("left", "right", "top", "bottom", "middle", "above", "below", "under", "front", "behind", "up", "down")
_NO = ("no", "not", "none", "nothing", "neither", "don't", "doesn't", "isn't", "aren't", "cannot", "can't")
_HELD = {
    "held_out": ("", "the held-out split, with things, synonyms and phrasings that training holds nowhere"),
    "phrasings": (", of known things", "new scenes of known things, asked in phrasings that training holds nowhere"),
    "objects": (", of new things", "things that training holds nowhere, asked in its phrasings"),
    "train": (", of known things in known words", "new scenes of known things, asked in the phrasings of training"),
}
_RECORDED = ", drawn or made here", ", whose names, place, hour and look come from the record of how they were made"
_HEAD = """## What is understood of pictures, clips and sounds{of}

Made by `{command}`: {count} conversations of {held}. Right: the
very things are pointed at and what is said of them agrees; captions, lists and tales of what happens count by F1 of the things that they
point at. Misled: the same model, shown another medium of the same kind. Blind: shown
none. After all come conversations by what they show (a mark, else a picture, else a clip, else sounds) and those that ask for tasks, then by what is asked.

"""

Answer = Callable[[Sequence[Message], Percepts], str]
"""Writes the reply to a conversation in which that is perceived, as tagged text."""


@dataclass(frozen=True)
class Case:
    """A reply to be asked for: the conversation before it, what is perceived, and the true reply's parts; *group* is what it is
    about."""

    messages: tuple[Message, ...]
    percepts: Percepts
    wanted: tuple[Part, ...]
    group: str


def cases(examples: Iterable[Example]) -> Iterator[Case]:
    """Yield a case for each example whose last reply is about what is perceived."""
    for example in examples:
        if example.percepts and example.group.startswith(GROUPS):
            before = tuple(replace(message, parts=plain_text(message.parts)) for message in example.messages[:-1])
            yield Case(before, example.percepts, example.messages[-1].parts, example.group)


def case_of(d: Seen, group: str) -> Case:
    """Return the case of a dialogue *d* whose last reply, about *group*, was just given."""
    before = tuple(replace(message, parts=plain_text(message.parts)) for message in d.messages[:-1])
    return Case(before, dict(d.percepts), d.messages[-1].parts, group)


def about(case: Case) -> str:
    """Return which of OF *case* counts as: requests for tasks; conversations with a mark; with a picture; with a clip; with sounds alone."""
    if case.group.startswith("sight."):
        return "requests"
    kinds = {handle.partition("#")[0] for handle in case.percepts}
    if "region" in kinds:
        return "marks"
    return "pictures" if "image" in kinds else "clips" if "video" in kinds else "sounds"


def plain_text(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return *parts* as they stand in a conversation: what the program filled in is text like any other, one part with that beside it."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Text) and made and isinstance(made[-1], Text):
            made[-1] = Text(made[-1].text + part.text)
        else:
            made.append(Text(part.text) if isinstance(part, Text) else part)
    return tuple(made)


_VOCABULARY = frozenset(
    [*COLOURS, *_SIDES, *_NO, *(number(count) for count in range(13))]
    + [
        word
        for words in (*(a for a, _ in PLACES.values()), *TIMES.values(), *LOOKS.values())
        for word in re.findall("[a-z]{4,}", words)
        if word != "goes"  # the sun goes down, but things go too
    ]
)
_VERBS = {
    word.split()[0]: "go" if deed.says.split()[-1] in ("left", "right", "away") else kind_of(deed.verb, deed.says)
    for deeds in (*COMING.values(), *DEEDS.values()) for deed in deeds for word in (deed.says, deed.doing, deed.order)
} | {
    word.split()[0]: kind for kind, words in SAYS.items() for word in words if kind not in ("left", "right", "leaves", "rises", "comes")
} | dict.fromkeys(("goes", "going", "go"), "go")  # fmt: skip
"""The deed that a verb tells of, whatever its form: what comes, arrives and appears is one, and so is what goes, runs and flies. What
goes away, or up, is told by that word."""
_AWAY = ("away", "disappears", "disappearing", "disappear", "leaves", "leaving", "leave")


def decides(name: str) -> bool:
    """Return whether the token of a reply called *name* (models.unified.vocabulary) is a word that decides an answer."""
    word = name[2:].strip().lower()
    return name.startswith("w:") and (word in _VOCABULARY or word in _VERBS)


def gist(
    parts: Sequence[Part], deeds: bool = False
) -> tuple[frozenset[tuple[str, Box | Span]], tuple[tuple[object, ...], ...], frozenset[str]]:
    """Return what a reply says whatever its wording: the places that it points at, each with its medium; its calls; and those of
    its words that decide an answer, with *deeds* what is done, too."""
    places: set[tuple[str, Box | Span]] = set()
    calls, words = list[tuple[object, ...]](), set[str]()
    for part in parts:
        if isinstance(part, Grounding):
            places |= {(part.of, place) for place in (part.boxes or part.spans)}
        if isinstance(part, TaskCall):
            fixed = frozenset(arg for arg in part.args if not hasattr(arg, "text"))
            calls.append((part.task, fixed, tuple(sorted(part.params.items()))))
        said = part.text if isinstance(part, Text) else part.phrase if isinstance(part, Grounding) else ""
        spoken = re.findall(r"[a-z']+", said.lower())
        words |= {word for word in spoken if word in _VOCABULARY}
        if deeds and isinstance(part, Text):
            words |= _deeds(spoken)
    if any(word in words for word in _NO):
        words = (words - set(_NO)) | {"no"}
    return frozenset(places), tuple(calls), frozenset(words)


def _deeds(spoken: Sequence[str]) -> set[str]:
    """Return the kinds of deeds that words tell of."""
    if any(word in spoken for word in _AWAY):
        return {"leaves"}
    return {"rises"} if "up" in spoken and "down" not in spoken else {_VERBS[w] for w in spoken if w in _VERBS}


def right(wanted: Sequence[Part], got: Sequence[Part], deeds: bool = False) -> bool:
    """Return whether a reply says what it should, with *deeds* also what somebody does. Where things are pointed at their number is told by that; other words that
    decide an answer must agree, but where something is may be told unasked. A request is done rightly by its calls, whatever of
    what they work on is pointed at beside."""
    meant, said = gist(wanted, deeds), gist(got, deeds)
    if meant[1]:
        worked_on = {arg for part in wanted if isinstance(part, TaskCall) for arg in part.args if isinstance(arg, Box)}
        besides = [{one for one in places if one[1] not in worked_on} for places in (meant[0], said[0])]
        return meant[1] == said[1] and besides[0] == besides[1]
    asked, told = meant[0] - _besides(wanted), said[0]
    agree = asked <= told <= meant[0]
    unasked = {number(count) for count in range(1, 13)} if meant[0] and said[0] else set[str]()
    if said[0] and not meant[2] & set(_SIDES):
        unasked |= set(_SIDES)
    return agree and meant[1] == said[1] and meant[2] - unasked == said[2] - unasked


def _besides(wanted: Sequence[Part]) -> set[tuple[str, Box | Span]]:
    """Return the places of what a true reply names beside what the program names in it: what that stands so to, which a question names
    and an answer need not."""
    things = [part for part in wanted if isinstance(part, Grounding)]
    filled = any(isinstance(part, Told) and part.what in OTHERS for part in wanted)
    if not filled and not any(isinstance(part, Named) and part.what in OTHERS for part in things):
        return set()
    rest = [part for part in things if not isinstance(part, Named)]
    return {(part.of, place) for part in rest for place in (part.boxes or part.spans)}


def score(case: Case, got: Sequence[Part]) -> float:
    """Return how good a reply is, 0..1: whether it is right or, in FREE groups, the F1 of what it points at; a reply that rightly
    points at nothing counts as right."""
    if case.group not in FREE:
        return float(right(case.wanted, got, case.group in DONE))
    meant, said = gist(case.wanted)[0], gist(got)[0]
    if not meant:
        return float(right(case.wanted, got))
    return 2 * len(meant & said) / (len(meant) + len(said))


def misled(case: Case, bank: Bank, turn: int) -> Percepts:
    """Return percepts of other media of the held-out split in place of the case's own; marks show what they showed."""
    made = dict(case.percepts)
    for offset, handle in enumerate(case.percepts):
        kind = handle.partition("#")[0]
        if kind in ("image", "video", "audio") and (count := bank.count(kind, "held_out")):  # type: ignore[arg-type]
            made[handle] = bank.entry(kind, "held_out", (turn * 7 + offset) % count).percepts  # type: ignore[arg-type]
    return made


Scores = Mapping[tuple[str, str], Sequence[float]]
"""How good replies are, by what their cases are about (OF) and by their group."""


def measure(answer: Answer, asked: Sequence[Case], bank: Bank) -> dict[str, Scores]:
    """Return the scores of the cases for each of ROWS."""
    found: dict[str, dict[tuple[str, str], list[float]]] = {row: defaultdict(list) for row in ROWS}
    for turn, case in enumerate(asked):
        given: Mapping[str, Percepts] = {"model": case.percepts, "misled": misled(case, bank, turn), "blind": {}}
        for row, percepts in given.items():
            text = answer(case.messages, percepts)
            found[row][about(case), case.group].append(score(case, list(parse(text))))
        if (turn + 1) % 50 == 0:
            done = [hit for hits in found["model"].values() for hit in hits]
            print(f"{turn + 1} of {len(asked)}: {sum(done) / len(done):.1%} right", file=sys.stderr, flush=True)
    return {row: dict(groups) for row, groups in found.items()}


def figures(found: Mapping[str, Scores], seed: int) -> dict[str, dict[str, Estimate | None]]:
    """Return the mean score for each row: over all, of each of OF, and of each group."""
    made: dict[str, dict[str, Estimate | None]] = {}
    for row, scores in found.items():
        parts = defaultdict[str, list[float]](list)
        for (kind, group), hits in scores.items():
            for part in ("all", kind, group):
                parts[part] += hits
        groups = sorted(parts.keys() - OF.keys() - {"all"})
        made[row] = {part: fractions(parts[part], seed) for part in ("all", *OF, *groups) if part in parts}
    return made


def table(made: Mapping[str, Mapping[str, Estimate | None]]) -> str:
    """Return the figures as a table: a line for all, for each of OF and for each group, a column for each row."""
    groups = {OF.get(part, part): {row: made[row].get(part) for row in ROWS} for part in made["model"]}
    return grid("of what is perceived", {row: row for row in ROWS}, groups)


def loaded(source: str) -> NativeModel:
    """Return the shipped model, or that of the weights in the folder *source*. Raises Refusal for one that reads words alone."""
    from models.profiles import PROFILES
    from models.unified import native

    checkpoint = PROFILES["nano"].unified
    model = native.load(replace(checkpoint, source=source or checkpoint.source), "cpu")
    if not model.network.config.senses:
        raise Refusal("These weights read words alone, so there is nothing to measure.", "Name others with --source.")
    return model


def answerer(source: str) -> Answer:
    """Return what asks the shipped model, or the weights of the folder *source*."""
    return asking(loaded(source))


def asking(model: NativeModel) -> Answer:
    """Return what asks *model*."""
    from models.unified.stream import StreamOptions

    def answer(messages: Sequence[Message], percepts: Percepts) -> str:
        shelf = {part.handle: part for message in messages for part in message.parts if isinstance(part, Media)}
        options = StreamOptions(percepts=percepts)
        return "".join(model.stream(messages, shelf, options, lambda: False))

    return answer


def own_folder(source: str) -> str:
    """Return *source* as a results file names it: a folder of somebody's machine is none of a reader's business."""
    return "FOLDER" if Path(source).is_absolute() else source


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong."""
    from training.seeing.mixing import examples
    from training.seeing.shards import Bank

    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--bank", type=Path, required=True, help="folder made by python -m training.seeing.bank")
    reader.add_argument("--source", default="", help="folder of other weights")
    reader.add_argument("--dialogues", type=int, default=400)
    reader.add_argument("--split", choices=("held_out", "phrasings", "objects", "train"), default="held_out")
    reader.add_argument("--seed", type=int, default=11)
    reader.add_argument("--recorded", action="store_true", help="as media are perceived that were made here")
    reader.add_argument("--out", type=Path)
    reader.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    arguments = reader.parse_args(words)
    try:
        bank = Bank(arguments.bank, float(arguments.recorded))
        asked = list(islice(cases(examples(arguments.seed, arguments.split, bank)), arguments.dialogues))
        made = figures(measure(answerer(arguments.source), asked, bank), arguments.seed)
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.hint}".strip(), file=sys.stderr)
        return 1
    section = table(made)
    if arguments.out:
        write_json(
            arguments.out, {row: {name: plain(value) for name, value in one.items()} for row, one in made.items()}
        )
    if arguments.results:
        of, held = _HELD[arguments.split]
        command = (
            f"python -m evaluation.understanding --bank BANK --dialogues {arguments.dialogues} --seed {arguments.seed}"
            f" --split {arguments.split}{' --recorded' if arguments.recorded else ''}"
            f"{f' --source {source}' if (source := own_folder(arguments.source)) else ''}"
        )
        if arguments.recorded:
            of, held = of + _RECORDED[0], held + _RECORDED[1]
        head = _HEAD.format(command=command, count=len(asked), of=of, held=held)
        name = f"understanding {arguments.split}{' recorded' if arguments.recorded else ''}"
        results(arguments.results, head + section, name)
    print(section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
