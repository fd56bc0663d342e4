"""Cutting out in several turns: corrections, "the other one", and the question which one is meant."""

from __future__ import annotations

from random import Random

from training.language.phrasing import Said, Split
from training.truth import plots
from training.truth.cutting import Cutting, announce, asked
from training.truth.plots import tidied
from training.truth.referring import Reference, called, chosen, several
from training.truth.shots import Shot
from training.truth.talk import around, phrase
from training.truth.values import MOST, Truthful, lost

_THAT = (
    "{x}",
    "{x} please",
    "I mean {x}",
    "{x}, of course",
    "I meant {x}",
    "take {x}",
    "it is {x}",
    "{x} is the one",
    "sorry, {x}",
    "I want {x}",
    "{x}, what else",
)
_AND = (
    "and {x}",
    "and {x} too",
    "now {x}",
    "the same for {x}",
    "also {x} please",
    "next, {x}",
    "now {x} as well",
    "then {x}",
    "what about {x}?",
    "{x} too",
    "same with {x}",
    "can you do {x} as well?",
)
_NO = (
    "no, {x}",
    "no, I meant {x}",
    "not that one, {x}",
    "that is the wrong one: {x}",
    "wrong one, I want {x}",
    "I meant {x}, not that one",
    "sorry, {x} instead",
    "{x} instead",
    "rather {x}",
)
_OTHER = (
    "the other one",
    "the other {n}",
    "the remaining {n}",
    "the remaining one",
    "its twin",
    "the other of the two",
)


def ambiguous(rng: Random, split: Split) -> Truthful:
    """The request fits several; the assistant asks which, and is told."""
    for _ in range(MOST):
        shot = plots.staged(rng, split, (plots.twins,))
        found = several(rng, shot, 2, 4)
        group = rng.choice(("colour", "side", "size", "relation"))
        way = next(way[1] for way in plots.ONE if way[0] == group)
        which = way(rng, shot, split) if found else None
        if found is None or which is None or which.noun != found[0] or which.ids[0] not in found[1]:
            continue
        clean = tidied(shot, (which.noun, which.phrase))
        if clean is not None:
            break
    else:
        raise lost("request that leaves a thing open")
    cutting = Cutting(rng, split, clean)
    cutting.attach()
    talk = cutting.talk
    first = phrase(asked(cutting, Reference(f"the {found[0]}", (), "open", found[0])))
    cutting.note(first.text, Reference(f"the {found[0]}", found[1], "open", found[0]))
    count = {2: "two", 3: "three", 4: "four"}[len(found[1])]
    talk.words(rng.choice(("I see {w} of them in {h}. Which one do you mean?", "There are {w}. Which one shall I cut out?", "Which of the {w} do you mean?", "There are {w} in {h}: which one?"))
               .replace("{w}", count).replace("{h}", cutting.image))  # fmt: skip
    talk.answer()
    short = rng.choice((which.phrase, which.short or which.phrase))
    meant = phrase(talk.ask(around(chosen(rng, split, _THAT), short)))
    talk.reply("do.segment", h=cutting.image)
    cutting.cut(which, meant.text, meant, *cutting.boxes(which))
    return cutting.done("segment.ambiguous")


def rounds(rng: Random, split: Split) -> Truthful:
    """Two or three requests about one picture, the later ones in the words of one who knows what was said."""
    for _ in range(MOST):
        shot = plots.staged(rng, split, (plots.twins, plots.mixed, plots.kin))
        found = _series(rng, shot, split)
        if len(found) < 2:
            continue
        clean = tidied(shot, [word for reference, _ in found for word in (reference.noun, reference.phrase)])
        if clean is not None:
            break
    else:
        raise lost("series of requests")
    cutting = Cutting(rng, split, clean)
    cutting.attach()
    for turn, (reference, words) in enumerate(found):
        if turn == 0:
            said = phrase(asked(cutting, reference))
        else:
            said = phrase(cutting.talk.ask(words))
        announce(cutting, reference)
        cutting.cut(reference, said.text, said, *cutting.boxes(reference))
    return cutting.done("segment.rounds")


def _series(rng: Random, shot: Shot, split: Split) -> list[tuple[Reference, Said]]:
    """Return references for one scene, each with the words of a later turn; none is asked for twice."""
    made: list[tuple[Reference, Said]] = []
    count = rng.choice((2, 2, 3))
    for _ in range(12):
        if len(made) == count:
            break
        before = made[-1][0] if made else None
        reference = _other(rng, shot, split, before) if before and rng.random() < 0.35 else None
        way = rng.choices([way[1] for way in (*plots.ONE, *plots.MANY)], [way[2] for way in (*plots.ONE, *plots.MANY)])[
            0
        ]
        reference = reference or way(rng, shot, split)
        if reference is None or any(set(reference.ids) & set(one.ids) for one, _ in made):
            continue
        short = reference.phrase
        if before and before.noun == reference.noun and reference.short and not reference.many and rng.random() < 0.7:
            short = reference.short
        again = before is not None and before.noun == reference.noun and not reference.many and rng.random() < 0.4
        words = chosen(rng, split, _NO if again else _AND)
        named = Reference(short, reference.ids, reference.group, reference.noun, reference.short, reference.many)
        made.append((named if made else reference, around(words, short)))
    return made


def _other(rng: Random, shot: Shot, split: Split, before: Reference) -> Reference | None:
    """Return "the other one" where there are just two of the name that was used before."""
    ids = called(shot, before.noun) if before.noun else None
    if ids is None or len(ids) != 2 or len(before.ids) != 1 or before.ids[0] not in ids:
        return None
    said = chosen(rng, split, _OTHER).replace("{n}", before.noun)
    return Reference(said, tuple(i for i in ids if i != before.ids[0]), "other", before.noun, said)
