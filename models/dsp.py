"""Sound processing on plain arrays: level, fades, filters, time stretch, pitch, resampling. No files, no messages.

Every function takes ``samples`` float32 [n, channels] and returns a new array of the same kind; none of them clips. What may
have grown past full scale is brought back by :func:`fit` (everything alike) or :func:`limit` (only the peaks), and both
tell by how many decibels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
Tick: TypeAlias = Callable[[float, Callable[[], Samples]], None]
"""Is told the fraction done, and gives the samples so far when it is asked for them."""

CEILING = 10 ** (-0.1 / 20)
"""Where results that would clip are brought back to: -0.1 dB of full scale."""
FILTER_ORDER = 4
"""Order of the Butterworth filters; run forwards and backwards, so 48 dB per octave and no delay."""
_BLOCK = 1 << 20
SILENCE = 1e-5
"""Peaks below this (-100 dB) count as silence."""


def decibels(ratio: float) -> float:
    """Return an amplitude ratio in decibels (-inf for 0)."""
    return 20 * math.log10(ratio) if ratio > 0 else -math.inf


def peak(samples: Samples) -> float:
    """Return the greatest absolute sample, 0.0 for an empty array."""
    return float(np.abs(samples).max()) if samples.size else 0.0


def gain(samples: Samples, db: float) -> Samples:
    """Return the samples made louder (or, negative, softer) by *db* decibels, without any limit."""
    return np.asarray(samples * np.float32(10 ** (db / 20)), np.float32)


def fit(samples: Samples) -> tuple[Samples, float]:
    """Return the samples turned down as a whole until they do not clip, and by how many dB (0.0: they did not)."""
    top = peak(samples)
    if top <= 1.0:
        return samples, 0.0
    return gain(samples, decibels(CEILING / top)), decibels(top / CEILING)


def limit(samples: Samples, rate: int) -> tuple[Samples, float]:
    """Return the samples with only their peaks turned down below full scale, and by how many dB at most.

    A look-ahead limiter: the gain that each peak needs is held for 5 ms on both sides and smoothed, all channels alike, so
    that nothing is cut off square and the picture of the sound in the room stays.
    """
    top = peak(samples)
    if top <= 1.0:
        return samples, 0.0
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    need = np.minimum(1.0, CEILING / np.maximum(np.abs(samples).max(axis=1), 1e-9))
    width = 2 * max(1, round(0.005 * rate)) + 1
    held = minimum_filter1d(need, width, mode="nearest")
    smooth = np.minimum(uniform_filter1d(held, width, mode="nearest"), need)
    return np.asarray(samples * smooth[:, None], np.float32), decibels(top / CEILING)


def fade(samples: Samples, rate: int, seconds: float, *, out: bool) -> Samples:
    """Return the samples faded in from (or, *out*, to) silence over *seconds* by a raised cosine."""
    n = min(len(samples), max(1, round(seconds * rate)))
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / n)).astype(np.float32)[:, None]
    result = samples.copy()
    if out:
        result[len(result) - n :] *= ramp[::-1]
    else:
        result[:n] *= ramp
    return result


def passband(samples: Samples, rate: int, hz: float, *, high: bool, tick: Tick | None = None) -> Samples:
    """Return what lies below (or, *high*, above) *hz*: Butterworth, forwards and backwards, so no delay.

    Raises ValueError unless 0 < hz < rate / 2.
    """
    from scipy.signal import butter, sosfiltfilt

    if not 0 < hz < rate / 2:
        raise ValueError(f"{hz} Hz is outside 0 to {rate / 2} Hz, half the sample rate")
    sections = butter(FILTER_ORDER, hz, "highpass" if high else "lowpass", fs=rate, output="sos")
    result: Samples = np.zeros_like(samples)
    # In double precision block by block, so that half an hour of sound does not take gigabytes: after ten periods of the
    # cut-off the filter has forgotten (to 1e-10) what came before, so each block is filtered with that much round it.
    settle = max(64, math.ceil(10 * rate / hz))
    for first in range(0, len(samples), _BLOCK):
        if tick:
            tick(first / len(samples), lambda: result)
        last = min(len(samples), first + _BLOCK)
        low, high_end = max(0, first - settle), min(len(samples), last + settle)
        part = samples[low:high_end].astype(np.float64)
        padding = min(len(part) - 1, settle)
        filtered: Any = sosfiltfilt(sections, part, axis=0, padlen=padding)
        result[first:last] = filtered[first - low : last - low]
    return result


def resample(samples: Samples, rate: int, new_rate: int) -> Samples:
    """Return the samples at *new_rate* Hz (polyphase, band-limited), round(n * new_rate / rate) of them."""
    if rate == new_rate or not len(samples):
        return samples.copy()
    return _by_ratio(samples, Fraction(new_rate, rate), round(len(samples) * new_rate / rate))


def _by_ratio(samples: Samples, ratio: Fraction, length: int) -> Samples:
    from scipy.signal import resample_poly

    made = resample_poly(samples, ratio.numerator, ratio.denominator, axis=0)
    return to_length(np.asarray(made, np.float32), length)


def to_length(samples: Samples, length: int) -> Samples:
    """Return exactly *length* samples: cut off at the end, or followed by silence."""
    if len(samples) >= length:
        return samples[:length].copy()
    return np.concatenate([samples, np.zeros((length - len(samples), samples.shape[1]), np.float32)])


def to_channels(samples: Samples, channels: int) -> Samples:
    """Return at least *channels* channels: mono is copied to each, missing ones of more are silent, none is taken away."""
    have = samples.shape[1]
    if have >= channels:
        return samples
    if have == 1:
        return np.repeat(samples, channels, axis=1)
    return np.concatenate([samples, np.zeros((len(samples), channels - have), np.float32)], axis=1)


def mix(first: Samples, second: Samples) -> Samples:
    """Return both sounds (same rate and channels) together from their starts, as long as the longer one, unlimited."""
    length = max(len(first), len(second))
    return np.asarray(to_length(first, length) + to_length(second, length), np.float32)


def stretch(samples: Samples, rate: int, factor: float, tick: Tick | None = None) -> Samples:
    """Return the samples played *factor* times as fast at the same pitch, round(n / factor) of them.

    WSOLA (waveform-similarity overlap-add): 50 ms windows are laid half over each other at the new pace, each taken from
    where, within 12 ms of its due place, it best continues the one before. All channels share the places, so that stereo
    stays together. *tick* is called now and then.
    """
    length = max(1, round(len(samples) / factor))
    if factor == 1.0 or not len(samples):
        return samples.copy()
    hop = max(8, round(0.025 * rate))
    reach = max(4, round(0.012 * rate))
    size = 2 * hop
    window = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(size) + 0.5) / size)).astype(np.float32)[:, None]
    steps = length // hop + 2
    lead = hop + reach
    tail = max(0, math.ceil(steps * hop * factor) - len(samples)) + 2 * size + reach
    padded = np.pad(samples, ((lead, tail), (0, 0)))
    result = np.zeros((steps * hop + size, samples.shape[1]), np.float32)
    at = reach
    for step in range(steps):
        due = reach + round(step * hop * factor)
        if step:
            wanted = padded[at + hop : at + hop + size]
            at = due - reach + _best_match(padded[due - reach : due + reach + size], wanted)
        result[step * hop : step * hop + size] += window * padded[at : at + size]
        if tick and step % 64 == 0:
            tick(step / steps, lambda: result[hop : hop + length])
    return np.ascontiguousarray(result[hop : hop + length])


def _best_match(field: Samples, wanted: Samples) -> int:
    """Return the offset at which *wanted* [m, c] looks most like *field* [m + 2 r, c], by normalised correlation."""
    from scipy.fft import irfft, next_fast_len, rfft

    size = next_fast_len(len(field) + len(wanted), real=True)
    spectrum: Any = rfft(field, size, axis=0) * np.conj(rfft(wanted, size, axis=0))
    likeness = irfft(spectrum.sum(axis=1), size)[: len(field) - len(wanted) + 1]
    energy = np.concatenate([[0.0], np.cumsum((field.astype(np.float64) ** 2).sum(axis=1))])
    power = energy[len(wanted) :] - energy[: len(energy) - len(wanted)]
    middle = len(likeness) // 2
    if power.max() <= SILENCE**2 or not np.any(wanted):
        return middle
    score = likeness / np.sqrt(power + 1e-3 * power.max())
    best = int(np.argmax(score))
    # Equal scores (silence, a held tone) go to the due place, so that a steady sound keeps its pace.
    return middle if score[middle] >= score[best] * (1 - 1e-6) else best


def shift_pitch(samples: Samples, rate: int, semitones: float, tick: Tick | None = None) -> Samples:
    """Return the samples *semitones* higher (negative: lower) at the same length: stretched, then resampled."""
    ratio = 2 ** (semitones / 12)

    def told(fraction: float, so_far: Callable[[], Samples]) -> None:
        def shifted() -> Samples:
            # For the eye alone: what is resampled properly at the end is here taken sample by sample.
            made = so_far()
            return np.asarray(made[(np.arange(len(samples)) * (len(made) / len(samples))).astype(int)])

        if tick:
            tick(fraction, shifted)

    longer = stretch(samples, rate, 1 / ratio, told)
    # 1/1000 in the ratio is under 2 cents at the extreme; in the usual range a denominator of 500 is under 0.1 cent.
    return _by_ratio(longer, Fraction(1 / ratio).limit_denominator(500), len(samples))


def within(samples: Samples, first: int, last: int, changed: Samples, blend: int) -> Samples:
    """Return *samples* with [first, last) replaced by *changed* (any length), blended over *blend* samples at the seams.

    The blend runs inside the stretch, so everything outside it stays as it was.
    """
    part = changed.copy()
    blend = min(blend, len(part) // 2, (last - first) // 2)
    if blend > 0:
        ramp = ((np.arange(blend) + 0.5) / blend).astype(np.float32)[:, None]
        if first > 0:
            part[:blend] = part[:blend] * ramp + samples[first : first + blend] * (1 - ramp)
        if last < len(samples):
            part[-blend:] = part[-blend:] * ramp[::-1] + samples[last - blend : last] * (1 - ramp[::-1])
    return np.concatenate([samples[:first], part, samples[last:]])
