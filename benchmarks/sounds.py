"""How far apart the classes of synthesised sounds are, and how fast they are made.

Run ``python -m benchmarks.sounds [--train 5] [--test 4]``. Each class is made at several seeds; a nearest-centroid classifier
over log-mel statistics learns the first seeds and names the others. Prints its accuracy with a 95 % interval beside chance,
the pairs most often mistaken for each other, and CPU seconds per second of sound. Families apart is what this proves, not realism.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from models.world.sounds import CLASSES, natural_seconds, synthesise

RATE = 22050
SECONDS = 3.0


def features(samples: NDArray[np.float32], rate: int = RATE) -> NDArray[np.float64]:
    """Return statistics of a log-mel spectrogram: of each of 40 bands its mean, spread, change and strongest modulation rates,
    float64 [n]. The level is taken out."""
    window, hop = 1024, 256
    padded = np.pad(samples.astype(np.float64), (window // 2, window))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop] * np.hanning(window)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = 700 * (10 ** (np.linspace(0, 2595 * math.log10(1 + rate / 2 / 700), 42) / 2595) - 1)
    bins = np.fft.rfftfreq(window, 1 / rate)
    rise = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    bands = np.maximum(0, np.minimum(rise, fall))
    mel = np.log10(power @ bands.T + 1e-7 * power.max())
    mel -= mel.max()
    active = mel[mel.max(axis=1) > -3.0]
    envelope = np.maximum(mel.max(axis=1), -4.0)
    beat = np.abs(np.fft.rfft(envelope - envelope.mean(), 1024)) / len(envelope)
    rates = [
        beat[a:b].max() for a, b in ((2, 6), (6, 12), (12, 20), (20, 32), (32, 56), (56, 90), (90, 150), (150, 300))
    ]
    change = np.abs(np.diff(active, axis=0)).mean(axis=0) if len(active) > 1 else np.zeros(40)
    return np.concatenate([active.mean(axis=0), active.std(axis=0), 2 * change, 3 * np.asarray(rates),
                           [len(active) / len(mel)]])  # fmt: skip


def table(seeds: range) -> tuple[NDArray[np.float64], list[str]]:
    """Return the features [classes * seeds, n] and the class of each row."""
    rows, names = [], []
    for name in CLASSES:
        for seed in seeds:
            seconds = min(SECONDS, natural_seconds(name))
            rows.append(features(synthesise(name, seconds, np.random.default_rng(seed), rate=RATE)))
            names.append(name)
    return np.stack(rows), names


def nearest_centroid(
    known: NDArray[np.float64], names: list[str], new: NDArray[np.float64]
) -> list[str]:  # fmt: skip
    """Return the class whose centroid is nearest to each row of *new*, distances in units of the spread within classes."""
    classes = list(dict.fromkeys(names))
    rows = {c: known[[i for i, n in enumerate(names) if n == c]] for c in classes}
    centres = np.stack([rows[c].mean(axis=0) for c in classes])
    spread = np.sqrt(np.mean([rows[c].var(axis=0) for c in classes], axis=0)) + 0.05
    distances = (((new[:, None] - centres[None]) / spread) ** 2).sum(axis=2)
    return [classes[int(i)] for i in distances.argmin(axis=1)]


def main() -> None:
    """Learn, name, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=5, help="seeds of each class to learn from")
    parser.add_argument("--test", type=int, default=4, help="other seeds of each class to name")
    wanted = parser.parse_args()
    began = time.process_time()
    known, names = table(range(wanted.train))
    spent = time.process_time() - began
    new, truth = table(range(1000, 1000 + wanted.test))
    said = nearest_centroid(known, names, new)
    right = sum(a == b for a, b in zip(said, truth, strict=True))
    share = right / len(truth)
    error = 1.96 * math.sqrt(share * (1 - share) / len(truth))
    heard = sum(min(SECONDS, natural_seconds(n)) for n in CLASSES) * wanted.train
    print(
        f"{len(CLASSES)} classes, {wanted.train} seeds each to learn, {wanted.test} others to name ({len(truth)} sounds)"
    )
    print(
        f"nearest centroid of log-mel statistics: {100 * share:.1f} % right (+- {100 * error:.1f}), chance {100 / len(CLASSES):.1f} %"
    )
    wrong = Counter((t, s) for t, s in zip(truth, said, strict=True) if t != s)
    for (true, taken), times in wrong.most_common(12):
        print(f"  {true} taken for {taken}: {times} of {wanted.test}")
    print(f"{spent / heard:.3f} CPU s per second of sound at {RATE} Hz, features included")


if __name__ == "__main__":
    main()
