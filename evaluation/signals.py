"""What can be measured of a sound itself: its level, its pitch against another's, where in another it begins, how alike they are.

Sounds are float samples -1..1, [samples] or [samples, channels]; several channels are averaged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.signal import correlate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[Any]

LOWEST_DB = -120.0
"""Levels below this are given as this, or silence would have none."""
MOST_DB = 60.0
"""Signal-to-noise ratios above this, equal sounds included, count as this."""
_STEP_CENTS = 5.0
_OCTAVES = 2.2


def mono(samples: Samples) -> NDArray[np.float64]:
    """Return the mean of all channels, float64 [samples]."""
    values = np.asarray(samples, np.float64)
    return values if values.ndim == 1 else np.asarray(values.mean(axis=1))


def _decibels(power: float) -> float:
    return max(LOWEST_DB, 10 * math.log10(power)) if power > 0 else LOWEST_DB


def level(samples: Samples) -> float:
    """Return the effective value over all channels in dB of full scale; a full-scale square wave has 0. At least LOWEST_DB."""
    values = np.asarray(samples, np.float64)
    return _decibels(float((values**2).mean())) if values.size else LOWEST_DB


def peak(samples: Samples) -> float:
    """Return the greatest absolute sample in dB of full scale, at least LOWEST_DB."""
    values = np.asarray(samples, np.float64)
    return _decibels(float(np.abs(values).max()) ** 2) if values.size else LOWEST_DB


def snr(answer: Samples, truth: Samples) -> float:
    """Return the power of *truth* over that of the difference in dB, at most MOST_DB; the shorter is filled up with silence.
    A silent answer has 0. Raises ValueError when *truth* is silent."""
    one, two = mono(answer), mono(truth)
    length = max(len(one), len(two))
    one, two = (np.pad(values, (0, length - len(values))) for values in (one, two))
    power, error = float((two**2).sum()), float(((one - two) ** 2).sum())
    if power == 0:
        raise ValueError("a silent sound has no power to compare a difference with")
    return MOST_DB if error <= power * 10 ** (-MOST_DB / 10) else 10 * math.log10(power / error)


@dataclass(frozen=True)
class Fit:
    """Where a sound lies in another: *late* by so many seconds (negative: early), and how *alike* they are there, -1..1."""

    late: float
    alike: float


def fit(answer: Samples, truth: Samples, rate: int) -> Fit:
    """Return by how much *answer* comes later than *truth* where both agree best, and the correlation of them whole there
    (the greatest of the cross-correlation over the root of both energies). Silence is alike nothing: 0 at 0."""
    one, two = mono(answer), mono(truth)
    energy = math.sqrt(float((one**2).sum()) * float((two**2).sum()))
    if energy == 0:
        return Fit(0.0, 0.0)
    products = correlate(one, two, mode="full", method="fft")
    best = int(products.argmax())
    return Fit((best - (len(two) - 1)) / rate, float(products[best]) / energy)


def band(samples: Samples, rate: int, low: float, high: float) -> float:
    """Return the level in dB of full scale of what lies from *low* up to *high* Hz, at least LOWEST_DB (Parseval)."""
    values = mono(samples)
    if not len(values):
        return LOWEST_DB
    spectrum = np.abs(np.fft.rfft(values)) ** 2
    weight = np.full(len(spectrum), 2.0)
    weight[0] = 1.0
    if len(values) % 2 == 0:
        weight[-1] = 1.0
    hertz = np.fft.rfftfreq(len(values), 1 / rate)
    inside = (hertz >= low) & (hertz < high)
    return _decibels(float((spectrum * weight)[inside].sum()) / len(values) ** 2)


def cents(after: Samples, before: Samples, rate: int) -> float:
    """Return by how many cents (1200 to the octave) *after* is higher than *before*, within two octaves: the shift at which
    their spectra over the logarithm of the frequency agree best. Both at *rate*; meant for sounds of a steady pitch."""
    one, two = _over_octaves(after, rate), _over_octaves(before, rate)
    if not one.any() or not two.any():
        return 0.0
    products = correlate(one, two, mode="full", method="fft")
    middle, reach = len(two) - 1, round(_OCTAVES * 1200 / _STEP_CENTS)
    near = products[middle - reach : middle + reach + 1]
    return float((int(near.argmax()) - reach) * _STEP_CENTS)


def _over_octaves(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Return the amplitude from 40 Hz to 16 kHz at steps of _STEP_CENTS, less its mean, smoothed over some 20 cents."""
    values = mono(samples)
    size = 1 << 18
    values = values[:size] * np.hanning(min(size, len(values))) if len(values) else np.zeros(1)
    amplitude = np.abs(np.fft.rfft(values, size))
    top = min(16000.0, 0.45 * rate)
    hertz = 40.0 * 2 ** (np.arange(0, 1200 * math.log2(top / 40.0), _STEP_CENTS) / 1200)
    found = np.interp(hertz, np.fft.rfftfreq(size, 1 / rate), amplitude)
    if not found.any():
        return found
    soft = np.convolve(found, np.hanning(11) / np.hanning(11).sum(), mode="same")
    return np.asarray(soft - soft.mean())
