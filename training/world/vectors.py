"""Make ``assets/world/words.npy`` and ``sounds.npy``, where each word of the atlas and each phrase for a sound lies for the
sentence encoder, and measure the nearest ones.

    python -m training.world.vectors              # after training.sprites, and whenever words of things or sounds have changed
    python -m training.world.vectors --measure    # the table behind models.world.find.THRESHOLD

A few thousand words would take the encoder half a minute at a person's first question; stored as bytes they are two megabytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from models.reader import shared_embedder
from models.world import atlas, find, hear
from numpy.typing import NDArray

from training.manifest import NAME, write_manifest

PHRASES = Path(__file__).parent / "phrases.txt"


def to_bytes(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return each row of *vectors*, float32 [n, d], scaled so that its largest part is 127: only directions are kept."""
    scaled: NDArray[np.int8] = np.rint(vectors * (127 / np.abs(vectors).max(axis=1, keepdims=True))).astype(np.int8)
    return scaled


def lists() -> dict[str, tuple[str, ...]]:
    """Return the texts of each file of vectors, in their order."""
    return {find.WORDS: find.words(), hear.VECTORS: tuple(phrase for _, phrase in hear.phrases())}


def digest(texts: Sequence[str]) -> str:
    """Return the SHA-256 of *texts*, a line each, in hex: it changes with every word and with their order."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def write(embed: find.Embed) -> dict[str, int]:
    """Write the vectors of all texts beside the atlas and bring the manifest up to date; return how many each file holds."""
    made: dict[str, dict[str, int | str]] = {}
    for name, texts in lists().items():
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))  # words of one length need no padding in a batch
        vectors = np.empty((len(texts), 384), np.float32)
        vectors[order] = embed([texts[n] for n in order])
        np.save(atlas.FOLDER / name, to_bytes(vectors), allow_pickle=False)
        made[name] = {"texts": len(texts), "sha256": digest(texts)}
    facts = json.loads((atlas.FOLDER / NAME).read_text(encoding="utf-8"))
    facts.pop("files")
    write_manifest(atlas.FOLDER, **{**facts, "vectors": made})
    return {name: len(texts) for name, texts in lists().items()}


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
        for name, count in write(embed).items():
            print(f"{name}: {count} vectors")
        return
    print("threshold  fit  unfit  false")
    for row in measure(embed):
        print("  ".join(f"{value:.2f}" for value in row))


if __name__ == "__main__":
    main()
