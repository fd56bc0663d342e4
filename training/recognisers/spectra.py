"""Sounds for the sound recogniser: what it is shown of a sound, a bank of synthesised ones, and batches that vary them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from models.world.sounds import natural_seconds, synthesise

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

RATE = 16000
WINDOW, HOP = 1024, 400
"""Samples of one spectrum, and from one to the next."""
BANDS = 64
FRAMES = 96
"""Spectra of a training example: 2.4 seconds."""
DEPTH = 70.0
"""Decibels below the loudest place that still count."""


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float32]:
    """Return triangles float32 [BANDS, WINDOW // 2 + 1] that are equally wide on the mel scale, 40 Hz to half the rate
    (2595 log10(1 + f / 700), O'Shaughnessy 1987, Speech Communication, section 4.3)."""
    edges = np.linspace(2595 * np.log10(1 + 40 / 700), 2595 * np.log10(1 + RATE / 2 / 700), BANDS + 2)
    hertz = 700 * (10 ** (edges / 2595) - 1)
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    rising = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    falling = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    made = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    made[np.arange(BANDS), np.clip(np.round(hertz[1:-1] * WINDOW / RATE).astype(int), 0, WINDOW // 2)] += 1e-3
    return np.asarray(made / made.sum(1, keepdims=True), np.float32)


def spectrogram(samples: NDArray[Any], rate: int) -> NDArray[np.float32]:
    """Return what the recogniser is shown of *samples* float [n] or [n, channels]: float32 [BANDS, frames], decibels of the
    mel bands from DEPTH under the loudest (-1) up to it (1), with at least FRAMES frames; -1 everywhere for silence."""
    mono = np.asarray(samples, np.float64)
    mono = mono.mean(axis=1) if mono.ndim == 2 else mono
    mono = _resampled(mono, rate)
    short = max(WINDOW, (FRAMES - 1) * HOP + WINDOW) - len(mono)
    if short > 0:
        mono = np.pad(mono, (0, short))
    frames = np.lib.stride_tricks.sliding_window_view(mono, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)) ** 2
    bands = power.astype(np.float32) @ _filters().T
    level = 10 * np.log10(np.maximum(bands, 1e-10))
    if float(np.abs(mono).max(initial=0)) < 1e-5:
        return np.full((BANDS, len(level)), -1, np.float32)
    return np.ascontiguousarray(np.clip((level - level.max()) / DEPTH * 2 + 1, -1, 1).T, np.float32)


def _resampled(mono: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    if rate == RATE or not len(mono):
        return mono
    from math import gcd

    from scipy.signal import resample_poly

    common = gcd(rate, RATE)
    return np.asarray(resample_poly(mono, RATE // common, rate // common), np.float64)


def bank(names: Sequence[str], each: int, seed: int) -> list[list[NDArray[np.float32]]]:
    """Return *each* synthesised sounds of every one of *names* as spectrograms, every one of another pitch, pace and length."""
    made = []
    for number, name in enumerate(names):
        row = []
        for take in range(each):
            rng = np.random.default_rng([seed, number, take])
            seconds = float(np.clip(natural_seconds(name) * rng.uniform(0.7, 1.2), 1.2, 4.0))
            pitch = float(rng.normal(0, 2.0))
            samples = synthesise(name, seconds, rng, pitch=pitch, pace=float(rng.uniform(0.8, 1.25)), rate=RATE)
            row.append(spectrogram(samples, RATE))
        made.append(row)
    return made


def batches(
    held: Sequence[Sequence[NDArray[np.float32]]], size: int, rng: Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Yield batches without end: float32 [size, BANDS, FRAMES] and classes int64 [size], each a stretch of a sound of *held*,
    a little faster or slower, higher or lower, with more or less noise and treble."""
    while True:
        labels = rng.integers(len(held), size=size)
        yield np.stack([_varied(held[int(n)], rng) for n in labels]), labels.astype(np.int64)


def _varied(takes: Sequence[NDArray[np.float32]], rng: Generator) -> NDArray[np.float32]:
    values = takes[int(rng.integers(len(takes)))]
    frames = max(8, round(values.shape[1] * float(rng.uniform(0.85, 1.18))))
    values = np.asarray(cv2.resize(values, (frames, BANDS), interpolation=cv2.INTER_LINEAR), np.float32)
    shift = int(rng.integers(-2, 3))
    if shift:
        values = np.roll(values, shift, axis=0)
        values[: max(0, shift)] = -1
        values[BANDS + min(0, shift) :] = -1
    if frames > FRAMES:
        start = int(rng.integers(0, frames - FRAMES + 1))
        part = values[:, start : start + FRAMES]
        values = part if part.max() > -0.3 else values[:, :FRAMES]  # a stretch of silence says nothing
    out = np.full((BANDS, FRAMES), -1, np.float32)
    start = int(rng.integers(0, FRAMES - values.shape[1] + 1))
    out[:, start : start + values.shape[1]] = values
    tilt = float(rng.uniform(-0.25, 0.25)) * np.linspace(-1, 1, BANDS, dtype=np.float32)[:, None]
    floor = float(rng.uniform(-1.0, -0.55)) if rng.random() < 0.4 else -1.0
    noise = floor + rng.normal(0, 0.06, out.shape).astype(np.float32) if floor > -1 else floor
    return np.asarray(
        np.clip(np.maximum(out + tilt * (out > -1), noise) + float(rng.normal(0, 0.05)), -1, 1), np.float32
    )
