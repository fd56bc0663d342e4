"""A sound as one small picture: its waveform above, its spectrogram below, for pages and for whoever cannot listen just now."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, WAVE, BANDS = 640, 64, 96
"""Pixels: columns, rows of the waveform and rows of the spectrogram below it."""
LOWEST = 50.0
"""Hz at the lower edge of the spectrogram; each row above is a step of equal ratio, up to half the rate."""
DEPTH = 70.0
"""dB below the loudest place that are still told from silence."""
_WINDOW = 2048
_GROUND = np.array((17, 24, 39), np.float32)
_STOPS = np.array(((17, 24, 39), (76, 29, 149), (219, 39, 119), (251, 146, 60), (254, 249, 195)), np.float32)
"""Colours from silence to the loudest: dark to light, so that the order is seen without telling hues apart."""


def picture(samples: NDArray[np.float32], rate: int, width: int = WIDTH) -> NDArray[np.uint8]:
    """Return a sound, float [n, channels] at *rate* Hz, as RGB uint8 [WAVE + BANDS, width, 3]; time goes to the right.

    The channels are mixed. Each column of the waveform reaches from the lowest to the highest sample of its stretch, full scale
    being the height; a column of the spectrogram is one Hann window of 2048 samples in its middle. A sound of no samples is silent.
    """
    mono = samples.mean(axis=1, dtype=np.float32) if len(samples) else np.zeros(1, np.float32)
    return np.concatenate([_waveform(mono, width), _spectrogram(mono, rate, width)])


def _waveform(mono: NDArray[np.float32], width: int) -> NDArray[np.uint8]:
    edges = np.linspace(0, len(mono), width + 1).astype(int)
    starts = np.minimum(edges[:-1], len(mono) - 1)
    low, high = (np.clip(f.reduceat(mono, starts), -1, 1) for f in (np.minimum, np.maximum))
    rows = 1 - 2 * (np.arange(WAVE) + 0.5)[:, None] / WAVE
    half = 1.0 / WAVE  # a line of at least one row, so that silence is a line and not nothing
    lit = (rows >= np.minimum(low, 0) - half) & (rows <= np.maximum(high, 0) + half)
    return np.where(lit[..., None], np.uint8(_STOPS[3]), np.uint8(_GROUND)).astype(np.uint8)


def _spectrogram(mono: NDArray[np.float32], rate: int, width: int) -> NDArray[np.uint8]:
    middles = ((np.arange(width) + 0.5) * len(mono) / width).astype(int)
    padded = np.pad(mono, _WINDOW // 2)
    window = np.hanning(_WINDOW).astype(np.float32)
    frames = np.stack([padded[m : m + _WINDOW] for m in middles]) * window
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    top = max(rate / 2, 2 * LOWEST)
    edges = LOWEST * (top / LOWEST) ** (np.arange(BANDS + 1) / BANDS) * _WINDOW / rate
    bins = np.clip(np.rint(edges).astype(int), 1, power.shape[1] - 1)
    bands = np.stack([power[:, a : max(a + 1, b)].max(axis=1) for a, b in itertools.pairwise(bins)])
    loudest = float(bands.max())
    # A sound whose loudest window stays below -90 dB of full scale is shown as silent, and not its noise as if it were loud.
    if loudest < (window.sum() / 2) ** 2 * 1e-9:
        return np.broadcast_to(np.uint8(_GROUND), (BANDS, width, 3)).copy()
    decibels = 10 * np.log10(np.maximum(bands / loudest, 1e-12))
    share = np.clip(1 + decibels / DEPTH, 0, 1)[::-1] * (len(_STOPS) - 1)
    below = np.minimum(share.astype(int), len(_STOPS) - 2)
    part = (share - below)[..., None]
    return np.asarray(np.rint(_STOPS[below] * (1 - part) + _STOPS[below + 1] * part), np.uint8)
