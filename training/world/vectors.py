"""Make ``assets/world/words.npy``, where each word of the atlas lies for the sentence encoder, and measure the nearest ones.

    python -m training.world.vectors              # after training.sprites, whenever the words have changed
    python -m training.world.vectors --measure    # the table behind models.world.find.THRESHOLD

A few thousand words would take the encoder half a minute at a person's first question; stored as bytes they are two megabytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from models.reader import shared_embedder
from models.world import atlas, find
from numpy.typing import NDArray

from training.manifest import NAME, write_manifest

PHRASES = Path(__file__).parent / "phrases.txt"


def to_bytes(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return each row of *vectors*, float32 [n, d], scaled so that its largest part is 127: only directions are kept."""
    scaled: NDArray[np.int8] = np.rint(vectors * (127 / np.abs(vectors).max(axis=1, keepdims=True))).astype(np.int8)
    return scaled


def write(embed: find.Embed) -> int:
    """Write the vectors of all words beside the atlas and bring the manifest up to date; return how many words there are."""
    listed = find.words()
    order = sorted(range(len(listed)), key=lambda n: len(listed[n]))  # words of one length need no padding in a batch
    vectors = np.empty((len(listed), 384), np.float32)
    vectors[order] = embed([listed[n] for n in order])
    np.save(atlas.FOLDER / find.WORDS, to_bytes(vectors), allow_pickle=False)
    facts = json.loads((atlas.FOLDER / NAME).read_text(encoding="utf-8"))
    facts.pop("files")
    write_manifest(atlas.FOLDER, **{**facts, "words": len(listed)})
    return len(listed)


def measure(embed: find.Embed) -> list[tuple[float, float, float, float]]:
    """Return, for thresholds from 0.4 to 0.8: the threshold; of the phrases that something fits, the share answered fitly and
    the share answered otherwise; of the phrases that nothing fits, the share answered at all."""
    lines = [line.partition(" |") for line in PHRASES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    asked_for = {phrase: fits for phrase, _, fits in lines if find.find(phrase) is None}
    vectors = dict(zip(map(find.plain_words, asked_for), embed([find.plain_words(p) for p in asked_for]), strict=True))
    asked = [
        (
            find.nearest(phrase, lambda texts: np.stack([vectors[text] for text in texts])),
            set(fits.strip().split(", ")) - {""},
        )
        for phrase, fits in asked_for.items()
    ]
    some, none = [a for a in asked if a[1]], [a for a in asked if not a[1]]
    print(f"{len(some)} phrases that something fits, {len(none)} that nothing fits")
    table = []
    for threshold in np.arange(0.4, 0.81, 0.05):
        over = [(match.name in fits) for match, fits in some if match.score >= threshold]
        wrong = sum(match.score >= threshold for match, _ in none)
        table.append((float(threshold), sum(over) / len(some), (len(over) - sum(over)) / len(some), wrong / len(none)))
    return table


def main() -> None:
    """Parse the command line, then write or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    asked = parser.parse_args()
    embed = shared_embedder()
    if embed is None:
        raise SystemExit("The sentence encoder is not there: make it with python -m training.text_encoder first.")
    if not asked.measure:
        print(f"{write(embed)} words")
        return
    print("threshold  fit  unfit  false")
    for row in measure(embed):
        print("  ".join(f"{value:.2f}" for value in row))


if __name__ == "__main__":
    main()
