"""Asking and judging: a table each for pictures from words, from layouts, for changes in words and for places that are filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation import distances
from evaluation.experts.changing import sized
from evaluation.experts.drawing import bare, picture_of
from evaluation.experts.eyes import Eyes
from evaluation.experts.scenes import HEIGHT, WIDTH, drawn
from evaluation.intervals import Estimate, bootstrap, fractions
from evaluation.picturing import marks
from evaluation.picturing.cases import SIDE, Pair, layout, pair, told, unheard
from evaluation.picturing.maker import Maker
from evaluation.tables import grid

if TYPE_CHECKING:
    from models.senses.perceive import Senses
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

Row = Mapping[str, "Estimate | None"]
Table = dict[str, Row]
THE = "**the expert**"
TRUTH, OTHER, NOTHING = "ceiling: the truth itself", "floor: the truth of another case", "floor: nothing"
ANEW = "regenerating: drawn anew from a caption of what it should show"
SAME = "doing nothing"
UNHEARD, HEARD = "**the expert**, one kind of thing by a synonym that no training holds", "... the same by its name"
STRANGE = 2
"""For each of these so many cases from words there is one with a synonym."""
SEEDS = 3
"""Pictures of one caption whose spread is measured."""
UNITS = {"psnr": "dB", "outside": "dB"}
PLAIN = ("ssim", "changed_outside", "nearest")
"""Marks that are no shares and have no unit."""
WORDS = {
    "found": "found",
    "counts": "counts",
    "relation": "relation",
    "whole": "all right",
    "distance": "Fréchet distance",
}
LAYOUT = {"named": "recognised in its box", "every": "all of a picture", "overlap": "box IoU", "colour": "colour", "distance": "Fréchet distance"}  # fmt: skip
NEAREST = {"nearest": "distance to the nearest picture that was learnt from"}
CHANGE = {
    "done": "done",
    "psnr": "PSNR to the truth",
    "outside": "PSNR outside",
    "ssim": "SSIM outside",
    "kept": "kept outside",
}
PLACE = {"named": "seen there", "changed": "changed inside", "outside": "PSNR outside", "ssim": "SSIM outside",
         "changed_outside": "changed pixels outside", "exact": "pictures without any"}  # fmt: skip
SPREAD = {"same": "one caption, other seeds", "other": "other captions"}
Say = Callable[[str], None]


def row(found: Sequence[marks.Marks], columns: Mapping[str, str], seed: int) -> dict[str, Estimate | None]:
    """Return the figures of a row: shares, or numbers in their unit, over the marks that there are."""
    made: dict[str, Estimate | None] = {}
    for name in columns:
        values = [value for one in found if (value := one.get(name)) is not None]
        number = name in UNITS or name in PLAIN
        made[name] = bootstrap(values, seed, unit=UNITS.get(name, "")) if number else fractions(values, seed)
    return made


def distance(made: Sequence[Pixels], real: Sequence[Pixels], eyes: Eyes, seed: int) -> Estimate | None:
    """Return the Fréchet distance of recogniser features of *made* to those of *real*; None for fewer than four."""
    if len(made) < 4:
        return None
    one, other = (np.array([eyes.features(picture) for picture in part]) for part in (real, made))
    return distances.estimate(distances.frechet, one, other, seed)


def pixels(answer: Any, like: Pixels) -> Pixels:
    """Return an answer as pixels at the size of *like*; *like* itself where there is none."""
    found = None if answer is None else picture_of([answer])
    return like if found is None else sized(found, like)


def from_words(maker: Maker, count: int, seed: int, eyes: Eyes, say: Say, learnt: Pixels | None = None) -> Table:
    """Return the table of pictures from words alone, at last of words that no training holds; with the pictures *learnt* from also how
    near each is to those (:func:`from_layouts`)."""
    cases = [told(seed, n) for n in range(count + 1)]
    truths = [drawn(case.scene).pixels for case in cases]
    unrelated = [drawn(told(seed, 10_000 + n).scene).pixels for n in range(count)]
    made = []
    for n, case in enumerate(cases[:count]):
        made.append(pixels(maker.words(case.caption, seed + n, (WIDTH, HEIGHT)), bare(WIDTH, HEIGHT)))
        say(f"words {n + 1} of {count}")
    answers = {THE: made, TRUTH: truths[:count], OTHER: truths[1:], NOTHING: [bare(WIDTH, HEIGHT)] * count}
    table: Table = {}
    for who, answered in answers.items():
        marked = [marks.of_words(case, one, eyes) for case, one in zip(cases[:count], answered, strict=True)]
        far = None if who in (OTHER, NOTHING) else distance(answered, unrelated, eyes, seed)
        if learnt is not None:
            for one, answer in zip(marked, answered, strict=True):
                one |= {"nearest": nearest(answer, learnt)}
        table[who] = {**row(marked, {**WORDS, **NEAREST}, seed), "distance": far}
    pairs = [unheard(seed, n) for n in range(-(-count // STRANGE))]
    for who, strange in ((UNHEARD, [one for one, _ in pairs]), (HEARD, [other for _, other in pairs])):
        drawn_ = [
            pixels(maker.words(case.caption, seed + n, (WIDTH, HEIGHT)), bare(WIDTH, HEIGHT))
            for n, case in enumerate(strange)
        ]
        table[who] = row(
            [marks.of_words(case, one, eyes) for case, one in zip(strange, drawn_, strict=True)], WORDS, seed
        )
        say(who)
    return table


def from_layouts(
    maker: Maker, count: int, seed: int, eyes: Eyes, senses: Senses, say: Say, learnt: Pixels | None = None
) -> Table:
    """Return the table of pictures from captions and labelled boxes; with the pictures *learnt* from, uint8 [n, h, w, 3], how near each is to
    the nearest of those (NEAREST), mean absolute difference 0..255: well below what true ones have is learnt by heart."""
    cases = [layout(seed, n) for n in range(count + 1)]
    unrelated = [layout(seed, 10_000 + n).truth for n in range(count)]
    made = []
    for n, case in enumerate(cases[:count]):
        made.append(pixels(maker.layout(case), bare(SIDE, SIDE)))
        say(f"layout {n + 1} of {count}")
    others = [case.truth for case in cases[1:]]
    answers = {
        THE: made,
        TRUTH: [case.truth for case in cases[:count]],
        OTHER: others,
        NOTHING: [bare(SIDE, SIDE)] * count,
    }
    table: Table = {}
    for who, answered in answers.items():
        marked = [marks.of_layout(case, one, eyes, senses) for case, one in zip(cases[:count], answered, strict=True)]
        far = None if who in (OTHER, NOTHING) else distance(answered, unrelated, eyes, seed)
        if learnt is not None:
            for one, answer in zip(marked, answered, strict=True):
                one |= {"nearest": nearest(answer, learnt)}
        table[who] = {**row(marked, {**LAYOUT, **NEAREST}, seed), "distance": far}
    return table


def nearest(picture: Pixels, learnt: Pixels) -> float:
    """Return the least mean absolute difference, 0..255, of *picture* uint8 [h, w, 3] to any of *learnt* uint8 [n, side, side, 3]."""
    small = sized(picture, learnt[0]).astype(np.int16)
    parts = np.array_split(learnt, -(-len(learnt) // 256))
    return min(float(np.abs(part.astype(np.int16) - small).mean((1, 2, 3)).min()) for part in parts)


def changes(maker: Maker, count: int, seed: int, eyes: Eyes, say: Say) -> tuple[Table, Table]:
    """Return the tables of changes by an instruction and of places that are filled, each against doing nothing and drawing anew."""
    cases = [pair(seed, n) for n in range(count)]
    filled = [case for case in cases if case.region is not None]
    anew = {case.caption: drawn_anew(maker, case) for case in cases}
    say(f"{len(anew)} pictures drawn anew")
    by_words: dict[str, list[Any]] = {who: [] for who in (THE, SAME, ANEW, TRUTH)}
    places: dict[str, list[Any]] = {who: [] for who in by_words}
    for n, case in enumerate(cases):
        before, after = (drawn(scene, SIDE, SIDE).pixels for scene in (case.before, case.after))
        by_words[THE].append(pixels(maker.edit(case), before))
        for where, shown in ((by_words, cases), (places, filled)):
            if case in shown:
                where[SAME].append(before)
                where[ANEW].append(anew[case.caption])
                where[TRUTH].append(after)
        if case.region is not None:
            made = maker.fill(case)
            places[THE].append(before if made is None else made)
        say(f"change {n + 1} of {count}")
    first: Table = {
        who: row([marks.of_change(c, one, eyes) for c, one in zip(cases, answers, strict=True)], CHANGE, seed)
        for who, answers in by_words.items()
    }
    kinds = {
        f"... {kind}": row([marks.of_change(c, one, eyes) for c, one in zip(cases, by_words[THE], strict=True) if c.kind == kind], CHANGE, seed)
        for kind in dict.fromkeys(case.kind for case in cases)
    }  # fmt: skip
    second: Table = {
        who: row([marks.of_place(c, one, eyes) for c, one in zip(filled, answers, strict=True)], PLACE, seed)
        for who, answers in places.items()
    }
    return {THE: first.pop(THE), **kinds, **first}, second


def drawn_anew(maker: Maker, case: Pair) -> Pixels:
    """Return the picture that the words for the whole of what it should show give, at the size of the case's."""
    return pixels(maker.words(case.caption, case.seed), bare(SIDE, SIDE))


def spread(maker: Maker, count: int, seed: int, eyes: Eyes, say: Say) -> Table:
    """Return how far pictures of one caption from SEEDS seeds are apart, and those of other captions, of the expert and of true scenes."""
    cases = [layout(seed, n) for n in range(count)]
    made = [[pixels(maker.words(case.caption, seed + k), bare(SIDE, SIDE)) for k in range(SEEDS)] for case in cases]
    say(f"{count} captions drawn {SEEDS} times")
    other = [marks.spread([made[n][0], made[(n + 1) % count][0]], eyes) for n in range(count)]
    true = [marks.spread([cases[n].truth, cases[(n + 1) % count].truth], eyes) for n in range(count)]
    return {
        THE: {
            "same": bootstrap([marks.spread(group, eyes) for group in made], seed),
            "other": bootstrap(other, seed),
        },
        "true scenes": {"same": None, "other": bootstrap(true, seed)},
    }


def shown(title: str, columns: Mapping[str, str], table: Table) -> str:
    """Return a table as Markdown without the seeds, which the section tells once."""
    return grid(title, columns, table).rsplit("\n\n", 1)[0] + "\n"
