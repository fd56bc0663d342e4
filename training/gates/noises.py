"""Sounds of the known world, and sounds that are not: speech-like syllables, played notes, murmurs and beats in a room's noise."""

from __future__ import annotations

from random import Random

import numpy as np
from numpy.typing import NDArray

from training.truth.sounds import heard, samples

RATE = 16_000
Samples = NDArray[np.float32]


def known(rng: Random) -> tuple[Samples, int]:
    """Return a sound of the known world, float32 [n, 1], and its rate: what a caption of one to three sounds means."""
    what = heard(rng, "train", count=rng.choice((1, 1, 2, 3)), order=rng.random() < 0.7)
    made = samples(what.plan, rng.randrange(2**31))
    return made.samples * np.float32(10 ** (rng.uniform(-20, 0) / 20)), made.rate


def strange(rng: np.random.Generator) -> tuple[Samples, int]:
    """Return a sound, float32 [n, 1], that nothing in the known world makes, and its rate."""
    seconds = float(rng.uniform(2, 6))
    makers = (syllables, syllables, melody, melody, murmur, beats, drones)
    made = makers[int(rng.integers(len(makers)))](round(seconds * RATE), rng)
    if rng.random() < 0.3:
        made = made + makers[int(rng.integers(len(makers)))](len(made), rng) * rng.uniform(0.1, 0.8)
    made = made / (np.abs(made).max() + 1e-9) * 10 ** (rng.uniform(-20, -0.5) / 20)
    if rng.random() < 0.6:
        made = made + coloured(len(made), rng) * 10 ** (rng.uniform(-70, -35) / 20)
    return np.clip(made, -1, 1).astype(np.float32)[:, None], RATE


def coloured(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise whose power falls with frequency, of a mean square of 1."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.maximum(np.arange(len(spectrum)), 20) ** rng.uniform(0, 1.2)
    made = np.fft.irfft(spectrum, count)
    return np.asarray(made / (made.std() + 1e-12))


def _formed(
    source: NDArray[np.float64], middles: NDArray[np.float64], widths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return *source* through resonances at *middles* Hz, *widths* Hz wide."""
    spectrum, hz = np.fft.rfft(source), np.fft.rfftfreq(len(source), 1 / RATE)
    shape = sum(1 / (1 + ((hz - m) / w) ** 2) / (n + 1) for n, (m, w) in enumerate(zip(middles, widths, strict=True)))
    return np.asarray(np.fft.irfft(spectrum * shape, len(source)))


def syllables(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return what sounds like a voice: pulses of a gliding pitch and hisses through changing resonances, with pauses."""
    made, at, pitch = np.zeros(count), 0, float(rng.uniform(80, 260))
    while at < count:
        size = int(RATE * rng.uniform(0.06, 0.35))
        t = np.arange(size) / RATE
        glide = pitch * np.exp(
            rng.normal(0, 0.12) + rng.normal(0, 0.5) * t + 0.01 * np.sin(2 * np.pi * rng.uniform(3, 7) * t)
        )
        phase = 2 * np.pi * np.cumsum(glide) / RATE
        voiced = sum(np.sin(k * phase) / k**1.1 for k in range(1, int(min(30, 7000 / pitch))))
        source = np.asarray(voiced) if rng.random() < 0.75 else rng.standard_normal(size) * 0.5
        middles = np.array(
            [rng.uniform(250, 850), rng.uniform(850, 2300), rng.uniform(2300, 3200), rng.uniform(3200, 4500)]
        )
        piece = (
            _formed(source, middles, np.array([90.0, 120, 180, 260])) * np.sin(np.pi * np.arange(size) / size) ** 0.5
        )
        piece = piece[: count - at]
        made[at : at + len(piece)] += piece * rng.uniform(0.3, 1)
        at += int(size * rng.uniform(0.8, 1.1)) + (int(RATE * rng.uniform(0.1, 0.6)) if rng.random() < 0.15 else 0)
    return made


def melody(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return notes of one scale, several at once, of an instrument with overtones of its own, as in recorded music."""
    made, step = np.zeros(count), int(RATE * rng.uniform(0.1, 0.4))
    scale, root = np.array([0, 2, 4, 5, 7, 9, 11]), rng.uniform(80, 330)
    tones = rng.uniform(0, 1, 10) / np.arange(1, 11) ** rng.uniform(0.5, 1.6)
    for voice in range(int(rng.integers(2, 5))):
        at = 0
        while at < count:
            size = step * int(rng.choice((1, 1, 2, 4)))
            note = root * 2 ** ((scale[int(rng.integers(7))] + 12 * (voice % 3)) / 12)
            t = np.arange(int(size * rng.uniform(1, 2.5))) / RATE
            piece = sum(
                tone * np.sin(2 * np.pi * note * (k + 1) * t + rng.uniform(0, 6))
                for k, tone in enumerate(tones)
                if note * (k + 1) < 7800
            )
            piece = (np.asarray(piece) * np.exp(-t * rng.uniform(0.5, 6)) * np.minimum(1, t / 0.01))[: count - at]
            made[at : at + len(piece)] += piece
            at += size
    return made


def murmur(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return many voices at once."""
    return np.asarray(
        sum(np.roll(syllables(count, rng), int(rng.integers(count))) for _ in range(int(rng.integers(3, 6))))
    )


def beats(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a rhythm of struck and hissing sounds over a low line."""
    made, step = np.zeros(count), RATE * rng.uniform(0.12, 0.3)
    for sound in range(int(rng.integers(2, 5))):
        pattern = rng.random(8) < rng.uniform(0.3, 0.8)
        size = int(RATE * rng.uniform(0.05, 0.4))
        t = np.arange(size) / RATE
        tone = np.sin(2 * np.pi * rng.uniform(45, 900) * t * np.exp(-t * rng.uniform(0, 6)))
        hit = (tone * rng.random() + rng.standard_normal(size) * rng.random() * 0.6) * np.exp(-t * rng.uniform(8, 60))
        for n in range(int(count / step)):
            at = int(n * step)
            if pattern[n % 8]:
                made[at : at + size] += hit[: count - at] * (1 - 0.1 * sound)
    return made + 0.4 * melody(count, rng)


def drones(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return tones that beat against each other and slowly change, in a rushing noise."""
    t = np.arange(count) / RATE
    made = np.zeros(count)
    for _ in range(int(rng.integers(3, 9))):
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * rng.uniform(0.1, 3) * t + rng.uniform(0, 6))
        made += (
            np.sin(2 * np.pi * np.cumsum(rng.uniform(50, 3000) * (1 + 0.01 * np.sin(t * rng.uniform(0.5, 9)))) / RATE)
            * swell
        )
    return made + coloured(count, rng) * rng.uniform(0.1, 1)
