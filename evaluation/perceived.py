"""What is perceived of pictures, clips and sounds, and what is turned away as not of the known world.

    python -m evaluation.perceived [--count 120] [--seed 13] [--media FOLDER] [--results docs/results.md] [--out FILE.json]

*FOLDER* holds real media in ``image``, ``video`` and ``audio``: they are only measured with, never trained on. Scenes and sounds of the
known world are made by the program itself, with seeds of their own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from models.expert import Refusal
from models.senses import naming, perceive
from models.senses.gate import of_looks
from models.senses.perceive import Senses
from models.senses.picture import things
from models.vision import dense
from models.vision.suppress import overlaps
from training.gates import known, noises, strange
from training.truth.words import cast
from training.vision.scenes import SIZES, sight

from evaluation.intervals import Estimate, share
from evaluation.reports import results, write_json
from evaluation.tables import grid, plain

RIGHT = 0.5
"""Overlap (intersection over union) with a true box from which a box is a thing's."""
MARKS = {
    "found": "things that are found",
    "true": "what is found that is a thing",
    "named": "found things that are named right, of 1,045 names",
    "count": "pictures in which just as many things are found as there are",
}
GATED = {
    "scenes": "drawn scenes",
    "small": "small scenes as in training",
    "strange": "pictures made to look unlike them",
    "pictures": "real pictures",
    "clips": "real clips",
    "sounds": "synthesised sounds",
    "noises": "sounds made to be unlike them",
    "recordings": "recordings",
}
"""What a gate is asked about."""
_SECTION = """## What is perceived, and what is turned away

Made by `{command}`. Scenes of one to six things, one in four in a style, placed and drawn by the picture book with seeds of their own; a
thing counts as there when three tenths of it are seen, and a box as a thing's from an overlap of {right:g}. "By the patches alone" is what
the tower finds without the judgement of how sure a thing of its own is.

{things}
Whether a medium is of the drawn and synthesised world at all, on which the senses were taught: of their own world few should be turned
away, of everything else all. The real ones are {real}; no gate was taught or set by them.

{gates}"""


def perceived(senses: Senses, truths: Sequence[known.Known], seed: int, *, judged: bool) -> dict[str, Estimate | None]:
    """Return MARKS for scenes, with the judgement of how sure a thing is, or by the patches alone."""
    names = naming.things()
    there = found = right = named = exact = 0
    for truth in truths:
        look = senses.look([truth.pixels])[0]
        if judged:
            seen = things(look, senses.judge)
            boxes, said = seen.boxes, names.of(seen.features[:, : names.vectors.shape[1]])
        else:
            all_ = dense.things(look.seen, names.vectors, most=12)
            boxes = np.array([one.box for one in all_], np.float32).reshape(-1, 4)
            said = tuple(names.words[one.number] for one in all_)
        left = list(range(len(boxes)))
        for box, name in zip(truth.boxes, truth.names, strict=True):
            shares = overlaps(boxes[left], box) if left else np.zeros(0)
            if len(shares) and shares.max() >= RIGHT:
                right += 1
                named += said[left.pop(int(shares.argmax()))] == name
        there, found = there + len(truth.boxes), found + len(boxes)
        exact += len(boxes) == len(truth.boxes)
    parts = {"found": (right, there), "true": (right, found), "named": (named, right), "count": (exact, len(truths))}
    return {mark: share(part, whole, seed) for mark, (part, whole) in parts.items()}


def refused(
    senses: Senses, count: int, seed: int, truths: Sequence[known.Known], media: Path | None
) -> dict[str, Estimate | None]:
    """Return the share of each of GATED that is turned away; of real media none where there is no folder."""
    rng = np.random.default_rng([seed, 5])
    pictures: dict[str, Iterator[Any]] = {
        "scenes": (truth.pixels for truth in truths),
        "small": (sight(cast("train"), SIZES[n % len(SIZES)], f"measured {seed} {n}").pixels for n in range(count)),
        "strange": (strange.picture(rng) for _ in range(count)),
    }
    out: dict[str, list[bool]] = {}
    for kind, shown in pictures.items():
        out[kind] = [not senses.sights.passes(of_looks(senses.look([pixels]))) for pixels in shown]
    synthesised = Random(f"perceived {seed}")
    sounds: dict[str, Iterator[Any]] = {
        "sounds": (noises.known(synthesised) for _ in range(count)),
        "noises": (noises.strange(rng) for _ in range(count)),
    }
    for kind, made in sounds.items():
        out[kind] = [senses.sound(samples, rate).refused for samples, rate in made]
    if media is not None:
        out |= real(senses, media)
    return {kind: share(sum(marks), len(marks), seed) for kind, marks in out.items()}


def real(senses: Senses, media: Path) -> dict[str, list[bool]]:
    """Return, for each real medium below *media*, whether it is turned away. Raises Refusal for one that cannot be read."""
    from models.media import load_image
    from models.sound import load_sound
    from models.video import clip_info

    found: dict[str, list[bool]] = {"pictures": [], "clips": [], "recordings": []}
    for path in sorted(media.glob("image/*")):
        found["pictures"].append(senses.picture(load_image(path).pixels).refused)
    for path in sorted(media.glob("video/*")):
        found["clips"].append(senses.clip(clip_info(path)).refused)
    for path in sorted(media.glob("audio/*")):
        sound = load_sound(path)
        found["recordings"].append(senses.sound(sound.samples, sound.rate).refused)
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Parse the command line and measure; return 0, or 1 after telling what is wrong and what to do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=120, help="media of each kind that are made")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--media", type=Path, help="folder of real media: image, video, audio")
    parser.add_argument("--results", type=Path, help="Markdown file whose section is replaced")
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    asked = parser.parse_args(words)
    try:
        if asked.media is not None and not asked.media.is_dir():
            raise Refusal(
                f"{asked.media} is no folder.", "Name one with image, video and audio in it, or leave it out."
            )
        senses = perceive.load()
        rng = Random(f"perceived scenes {asked.seed}")
        truths = [known.picture(rng) for _ in range(asked.count)]
        seen = {
            "the senses": perceived(senses, truths, asked.seed, judged=True),
            "by the patches alone": perceived(senses, truths, asked.seed, judged=False),
        }
        gates = refused(senses, asked.count, asked.seed, truths, asked.media)
        made = _SECTION.format(
            command=f"python -m evaluation.perceived --count {asked.count} --seed {asked.seed}" + " --media FOLDER" * bool(asked.media),
            right=RIGHT, things=grid("pictures", MARKS, seen), real="photographs, films and recordings under free licences",
            gates=grid("turned away", {"refused": "share"}, {head: {"refused": gates.get(kind)} for kind, head in GATED.items()}),
        )  # fmt: skip
        if asked.results:
            results(asked.results, made, "senses")
        if asked.out:
            figures: dict[str, Any] = {
                who: {mark: plain(one) for mark, one in row.items()} for who, row in seen.items()
            }
            write_json(asked.out, figures | {"refused": {kind: plain(one) for kind, one in gates.items()}})
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.hint}", file=sys.stderr)
        return 1
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
