"""Windows for the ear: one to three synthesised sounds mixed, louder or softer, faster or slower, higher or lower, in noise.

Sounds are made once, as log-mel; they are mixed by adding powers, which is how independent sounds add. A batch follows from the
seed and the number of its step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from models.senses.ear import SILENT, SLOTS
from models.vision.audio import BANDS, FLOOR, HOP, RATE, STEPS, log_mel
from models.world.sounds import natural_seconds, synthesise
from numpy.typing import NDArray
from torch import Tensor

COLUMNS = 16
"""Columns of a window that are asked for; one is 0.16 s."""
SOUNDS = (0.03, 0.67, 0.24, 0.06)
"""How often a window holds no sound, one, two and three."""
_FAINT, _HIDDEN = 10**-4.5, 10**-2.2
"""Power from which a sound is there in a column: against its own loudest column, and against all that is heard in this one."""

Takes = list[list[NDArray[np.float16]]]
"""For each class its sounds: log-mel float16 [steps, BANDS]."""


@dataclass(frozen=True)
class Windows:
    """*mel* float [b, STEPS, BANDS]; *labels* int64 [b, COLUMNS, SLOTS]: the classes that are heard in each column, the loudest first,
    -1 for none."""

    mel: Tensor
    labels: Tensor

    def to(self, device: str) -> Windows:
        """Return the batch on *device*."""
        return Windows(self.mel.to(device), self.labels.to(device))


def takes(names: Sequence[str], each: int, seed: int) -> Takes:
    """Return *each* synthesised sounds of every one of *names*, each of another pitch, pace and length, up to 4 s."""
    made: Takes = []
    for number, name in enumerate(names):
        row = []
        for take in range(each):
            rng = np.random.default_rng([seed, number, take])
            seconds = float(np.clip(natural_seconds(name) * rng.uniform(0.7, 1.2), 1.0, 4.0))
            samples = synthesise(
                name, seconds, rng, pitch=float(rng.normal(0, 2.5)), pace=float(rng.uniform(0.8, 1.25)), rate=RATE
            )
            steps = -(-len(samples) // HOP)
            row.append(log_mel(samples[:, None].astype(np.float32), 0, steps).astype(np.float16))
        made.append(row)
    return made


def windows(held: Takes, count: int, rng: np.random.Generator) -> Windows:
    """Return *count* windows of sounds *held*, the same for the same state of *rng*."""
    made = [_window(held, rng) for _ in range(count)]
    return Windows(
        torch.from_numpy(np.stack([mel for mel, _ in made])), torch.from_numpy(np.stack([labels for _, labels in made]))
    )


def _window(held: Takes, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    count = int(rng.choice(len(SOUNDS), p=SOUNDS))
    chosen = rng.choice(len(held), size=count, replace=False)
    mixed = np.zeros((STEPS, BANDS), np.float32)
    parts = []
    for n, label in enumerate(chosen):
        row = held[int(label)]
        power = _power(_varied(row[int(rng.integers(len(row)))].astype(np.float32), rng))
        power *= np.float32(10 ** (float(rng.uniform(-14, 0)) / 10)) if n else 1
        part = _placed(power, rng)
        parts.append(part.reshape(COLUMNS, -1).sum(1))
        mixed += part
    gain = 10 ** ((np.linspace(-1, 1, BANDS) * rng.uniform(-6, 6) + rng.uniform(-25, 4)) / 10)
    mixed *= gain.astype(np.float32)
    parts = [part * 10 ** (float(np.log10(gain).mean())) for part in parts]
    if rng.random() < 0.45:
        level = 10 ** ((rng.uniform(-95, -52) + np.linspace(-1, 1, BANDS) * rng.uniform(-12, 4)) / 10)
        mixed += (level * rng.gamma(3.0, 1 / 3.0, mixed.shape)).astype(np.float32)
    mel = np.maximum(1 - 10 * np.log10(np.maximum(mixed, 10 ** (FLOOR / 10))) / (FLOOR / 2), -1).astype(np.float32)
    return mel, _labels(mel, mixed, parts, chosen)


def _varied(mel: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a sound faster or slower, and a little higher or lower."""
    steps = max(4, round(len(mel) * float(rng.uniform(0.8, 1.2))))
    made = np.asarray(cv2.resize(mel, (BANDS, steps), interpolation=cv2.INTER_LINEAR))
    shift = int(rng.integers(-2, 3))
    if shift:
        made = np.roll(made, shift, axis=1)
        made[:, : max(0, shift)] = -1
        made[:, BANDS + min(0, shift) :] = -1
    return made


def _power(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    power = 10 ** ((1 - mel) * np.float32(FLOOR / 20))
    return np.where(mel <= -1, np.float32(0), power).astype(np.float32)


def _placed(power: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a window in which a sound begins, or of a longer one a part of it."""
    made = np.zeros((STEPS, BANDS), np.float32)
    longer = len(power) - STEPS
    start = int(rng.integers(-max(0, longer) - 30, STEPS - min(len(power), 120)))
    first, last = max(0, start), min(STEPS, start + len(power))
    made[first:last] = power[first - start : last - start]
    return made


def _labels(
    mel: NDArray[np.float32],
    mixed: NDArray[np.float32],
    parts: Sequence[NDArray[np.float32]],
    chosen: NDArray[np.int64],
) -> NDArray[np.int64]:
    labels = np.full((COLUMNS, SLOTS), -1, np.int64)
    if not parts:
        return labels
    power = np.stack(parts)
    whole = mixed.reshape(COLUMNS, -1).sum(1)
    there = (power > _FAINT * power.max(1, keepdims=True)) & (power > _HIDDEN * whole)
    there &= mel.reshape(COLUMNS, -1).max(1) > SILENT
    ranked = np.where(there, power, -1)
    order = np.argsort(-ranked, axis=0, kind="stable")[:SLOTS]
    for slot, row in enumerate(order):
        some = np.take_along_axis(ranked, row[None], 0)[0] > 0
        labels[some, slot] = chosen[row[some]]
    return labels


class Maker:
    """Makes the batch of any step: *size* windows of sounds *held*."""

    def __init__(self, held: Takes, seed: int, size: int) -> None:
        self.held, self.seed, self.size = held, seed, size

    def __call__(self, step: int) -> Windows:
        """Return the batch of *step* (0, 1, 2, ...), the same whenever it is asked for."""
        return windows(self.held, self.size, np.random.default_rng([self.seed, step]))
