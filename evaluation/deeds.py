"""Measure how often what a thing does is told from its path as it is (models.senses.deeds).

    python -m evaluation.deeds [--count N] [--seed N] [--seen] [--out FILE.json] [--results FILE.md]

Clips are filmed as for the bank (training.seeing.clips), so that every deed is known (training.truth.films.DEEDS). A deed is right when its
kind is that of the verb; who goes to a side and out of the frame leaves. Told from the true boxes in the frames that are looked at, or, with
--seen, from the tracks of the shipped encoders that show true things. Beside it stands what telling the commonest deed of all would reach.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from random import Random

from models.percepts import TRACK
from models.senses import deeds
from training.seeing.bank import seen_clip
from training.seeing.clips import Filmed, clip
from training.seeing.shards import of_kind

from evaluation.intervals import Estimate, fractions
from evaluation.reports import ended, filed, options
from evaluation.tables import grid

Pair = tuple[str, str]
"""The true kind of a deed, and the one that is told."""
_HEAD = """## What things do in clips

Made by `{command}`: {count} deeds in {clips} clips, told from {how}.

"""


def true_kinds(filmed: Filmed) -> dict[int, str]:
    """Return the kind of the deed of each thing of a clip, by its id: of those that do nothing that they stay."""
    frames = filmed.truth["frames"]
    acts = {act["id"]: act for act in filmed.truth["acts"]}
    return {
        int(id_): deeds.kind_of(acts[int(id_)]["verb"], acts[int(id_)]["says"], gone=not boxes[-1]) if int(id_) in acts else "stays"
        for id_, boxes in frames.items()
        if any(boxes)
    }  # fmt: skip


def told_from_truth(filmed: Filmed) -> list[Pair]:
    """Return the deeds of a clip as they are and as they are told from the true boxes."""
    frames = filmed.truth["frames"]
    return [(kind, deeds.told(frames[str(id_)], filmed.seconds).kind) for id_, kind in true_kinds(filmed).items()]


def measured(count: int, seed: int, seen: bool) -> list[Pair]:
    """Return the deeds of *count* clips, true and told: from the true boxes, or from what is *seen* by the shipped encoders."""
    rng, found = Random(f"deeds {seed}"), list[Pair]()
    if not seen:
        return [pair for _ in range(count) for pair in told_from_truth(clip(rng, "train"))]
    from training.seeing.senses import Own

    senses = Own()
    for _ in range(count):
        filmed = clip(rng, "train")
        entry = seen_clip(filmed, senses)
        tracks = of_kind(entry.percepts, TRACK)
        kinds = true_kinds(filmed)
        found += [(kinds[id_], tracks.deeds[row].kind) for id_, row in entry.row.items() if tracks and id_ in kinds]
    return found


def figures(found: Sequence[Pair], seed: int) -> dict[str, dict[str, Estimate | None]]:
    """Return how often deeds are told right: all, and each kind."""
    commonest = Counter(kind for kind, _ in found).most_common(1)[0][0]
    rows = {"all": found, **{kind: [pair for pair in found if pair[0] == kind] for kind in deeds.SAYS}}
    return {
        name: {
            "told": fractions([float(a == b) for a, b in pairs], seed),
            "commonest": fractions([float(a == commonest) for a, _ in pairs], seed),
        }
        for name, pairs in rows.items()
        if pairs
    }


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong."""
    reader = options(__doc__, 200, "clips")
    reader.add_argument("--seen", action="store_true", help="tell from what the shipped encoders follow")
    asked = reader.parse_args(words)
    return ended(lambda: _told(asked))


def _told(asked: argparse.Namespace) -> str:
    found = measured(asked.count, asked.seed, asked.seen)
    made = figures(found, asked.seed)
    command = f"python -m evaluation.deeds --count {asked.count} --seed {asked.seed}{' --seen' * asked.seen}"
    how = "what the shipped encoders follow" if asked.seen else "the true boxes"
    head = _HEAD.format(command=command, count=len(found), clips=asked.count, how=how)
    name = f"deeds{' seen' * asked.seen}"
    return filed(
        asked, name, head + grid("of what things do", {"told": "told", "commonest": "the commonest"}, made), made
    )


if __name__ == "__main__":
    sys.exit(main())
