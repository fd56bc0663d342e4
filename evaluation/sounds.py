"""Scores of sounds: how much is silent, how much is clipped, whether it is the sound asked for, how far two spectra differ.

Sounds are float32 samples -1..1, [samples] or [samples, channels]. Raises ValueError on a sample that is no finite number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.intervals import Estimate, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[Any]

SILENT_DB = -60.0
"""A stretch whose effective value lies below this many dB of full scale is silent."""
STRETCH = 0.02
"""Seconds of one such stretch."""
RAIL = 0.999
"""Samples at least this far out touch the limit of what a file can hold."""
RUN = 3
"""Samples in a row at the limit make a clipped stretch; a single one is just the peak of a sound brought to full scale."""
FLOOR_DB = -100.0
"""Spectral values below this are taken as this, or the logarithm of silence would have no value."""


def _rows(samples: Samples) -> NDArray[np.float64]:
    """Return the samples as float64 [samples, channels]."""
    values = np.asarray(samples, np.float64)
    if values.ndim not in (1, 2) or not np.isfinite(values).all():
        raise ValueError(f"samples of shape {values.shape}: finite [samples] or [samples, channels] are needed")
    return values[:, None] if values.ndim == 1 else values


def silence_share(samples: Samples, rate: int) -> float:
    """Return the share, 0..1, of stretches of 20 ms whose effective value over all channels is under -60 dB of full scale;
    1 for a sound without samples. The last, shorter stretch counts as one."""
    values = _rows(samples)
    if not values.size:
        return 1.0
    size = max(1, round(STRETCH * rate))
    powers = [float((values[at : at + size] ** 2).mean()) for at in range(0, len(values), size)]
    return float(np.mean(np.asarray(powers) < 10 ** (SILENT_DB / 10)))


def clipping_share(samples: Samples) -> float:
    """Return the share, 0..1, of samples in runs of three or more at one limit (-0.999 or 0.999 and beyond), over all
    channels; 0 for a sound without samples."""
    values = _rows(samples)
    if not values.size:
        return 0.0
    clipped = 0
    for channel in values.T:
        for touching in (channel >= RAIL, channel <= -RAIL):
            edges = np.flatnonzero(np.diff(np.concatenate(([0], touching.view(np.int8), [0]))))
            lengths = edges[1::2] - edges[::2]
            clipped += int(lengths[lengths >= RUN].sum())
    return clipped / values.size


def class_accuracy(
    sounds: Sequence[tuple[Samples, int]], wanted: Sequence[str], classify: Callable[[Samples, int], str], seed: int
) -> Estimate | None:
    """Return the share of *sounds* (samples, rate) that *classify* gives the wanted name; None without any. A blank sound is
    shown to the classifier like every other. Raises ValueError when there is not one name for each sound."""
    if len(sounds) != len(wanted):
        raise ValueError(f"{len(sounds)} sounds and {len(wanted)} names")
    right = sum(classify(samples, rate) == name for (samples, rate), name in zip(sounds, wanted, strict=True))
    return share(right, len(wanted), seed)


def spectrogram(samples: Samples, size: int = 512) -> NDArray[np.float64]:
    """Return power in dB of full scale float64 [frames, size // 2 + 1] of the channels' mean: Hann windows of *size* samples,
    half overlapping, scaled so that a full-scale sine on a bin reaches 0 dB; nothing below -100 dB. At least one frame."""
    mono = _rows(samples).mean(axis=1) if len(samples) else np.zeros(0)
    hop = size // 2
    frames = max(1, -(-max(0, len(mono) - size) // hop) + 1)
    padded = np.zeros((frames - 1) * hop + size)
    padded[: len(mono)] = mono
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    cut = np.stack([padded[i * hop : i * hop + size] for i in range(frames)])
    power = (np.abs(np.fft.rfft(cut * window, axis=1)) * 2 / window.sum()) ** 2
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10))))


def spectral_distance(a: Samples, b: Samples, size: int = 512) -> float:
    """Return the log-spectral distance in dB: the root of the mean squared difference of the spectra of each frame, averaged
    over frames (Gray and Markel 1976, IEEE Transactions on Acoustics, Speech, and Signal Processing 24); 0 for equal
    sounds. Both have one rate; the shorter is filled up with silence."""
    one, two = spectrogram(a, size), spectrogram(b, size)
    length = max(len(one), len(two))
    one, two = (np.pad(s, ((0, length - len(s)), (0, 0)), constant_values=FLOOR_DB) for s in (one, two))
    return float(np.sqrt(((one - two) ** 2).mean(axis=1)).mean())
