"""A sound for the language model: its loudness by pitch and time (log-mel), in windows of equal length, whatever its rate.

The measures are those of the Audio Spectrogram Transformer (Gong et al. 2021, arXiv 2104.01778): 16 kHz, Hann windows of 25 ms
every 10 ms, triangular mel filters; here 64 of them, and 256 steps (2.56 s) to a window. Channels are joined by their power and
not by their samples, so that two that cancel each other are still heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from models.dsp import Samples, resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 16_000
"""Samples per second that are read; what lies above half of it, 8 kHz, is not heard."""
BANDS, STEPS = 64, 256
"""Mel bands, and steps of a window."""
HOP, REACH = 160, 400
"""Samples from step to step (10 ms) and of the stretch that a step looks at (25 ms)."""
FLOOR = -100.0
"""dB that count as silence. 0 dB is a full-scale sine."""
_SIZE = 512


@dataclass(frozen=True)
class Heard:
    """A sound in n windows. *mel* float32 [n, STEPS, BANDS]: -1 (silence) to 1 (all power of a full-scale sine in one band;
    0.06 more for a square); *starts* float64 [n]: s; *seconds*: how long the sound is; *left_out*: how much of it no window
    holds, s."""

    mel: NDArray[np.float32]
    starts: NDArray[np.float64]
    seconds: float
    left_out: float


def mel_of(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pitch in mel of *hz*: 2595 log10(1 + hz / 700) (O'Shaughnessy 1987, Speech Communication)."""
    return np.asarray(2595 * np.log10(1 + hz / 700))


def middles() -> NDArray[np.float64]:
    """Return the pitch of the middle of each band, Hz [BANDS]; they are equally far apart in mel from 0 to RATE / 2."""
    return _edges()[1:-1]


def _edges() -> NDArray[np.float64]:
    mel = np.linspace(0, float(mel_of(np.array(RATE / 2))), BANDS + 2)
    return np.asarray(700 * (10 ** (mel / 2595) - 1))


@lru_cache(maxsize=1)
def _filters() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the window [REACH] and the filters [bins, BANDS]: with them, a full-scale sine has a power of 1 over all bands
    that it falls into."""
    window = np.hanning(REACH + 1)[:-1]
    pitch = mel_of(np.fft.rfftfreq(_SIZE, 1 / RATE).astype(np.float64))
    edges = mel_of(_edges())
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    up = (pitch[:, None] - low) / (middle - low)
    down = (high - pitch[:, None]) / (high - middle)
    filters = np.clip(np.minimum(up, down), 0, None) / (_SIZE * (window**2).sum() / 4)
    return window.astype(np.float32), filters.astype(np.float32)


def log_mel(samples: Samples, first: int, steps: int) -> NDArray[np.float32]:
    """Return *steps* steps from step *first* on, float32 [steps, BANDS], -1 to about 1, of *samples* [n, channels] at RATE.

    Step i looks at 25 ms round the middle of its 10 ms; outside the sound is silence.
    """
    window, filters = _filters()
    begin = first * HOP + (HOP - REACH) // 2
    end = begin + (steps - 1) * HOP + REACH
    part = samples[max(0, begin) : max(0, end)]
    part = np.pad(part, ((max(0, -begin), 0), (0, 0)))
    part = np.pad(part, ((0, end - begin - len(part)), (0, 0)))
    power = np.zeros((steps, _SIZE // 2 + 1), np.float32)
    for channel in part.T:
        stretches = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(channel), REACH)[::HOP]
        power += np.abs(np.fft.rfft(stretches * window, _SIZE, axis=1)) ** 2
    decibels = 10 * np.log10(np.maximum(power @ filters / part.shape[1], 10 ** (FLOOR / 10)))
    return np.asarray(np.maximum(1 - decibels / (FLOOR / 2), -1), np.float32)


def hear(samples: Samples, rate: int, most: int | None = None) -> Heard:
    """Return a sound, float32 [n, channels] in -1..1 at *rate* Hz, in windows that follow each other; the last one ends in
    silence.

    With *most*, a sound that needs more windows is read in *most* of them, evenly spread, and :attr:`Heard.left_out` tells how
    much of it is not. A sound of no samples is one silent window. Raises ValueError unless *samples* are finite and as
    described, and rate and *most* at least 1.
    """
    if samples.ndim != 2 or samples.shape[1] < 1 or not np.isfinite(samples).all():
        raise ValueError(f"samples must be finite, as [n, channels], one channel at least, not {samples.shape}")
    if rate < 1 or (most is not None and most < 1):
        raise ValueError(f"a rate of {rate} Hz and at most {most} windows cannot be read: both must be at least 1")
    seconds = len(samples) / rate
    heard = resample(np.asarray(samples, np.float32), rate, RATE)
    count = max(1, -(-len(heard) // (STEPS * HOP)))
    firsts = [n * STEPS for n in range(count)]
    if most is not None and count > most:
        firsts = [round((i + 0.5) * len(heard) / HOP / most - STEPS / 2) for i in range(most)]
    mel = np.stack([log_mel(heard, first, STEPS) for first in firsts])
    starts = np.array(firsts, np.float64) * HOP / RATE
    left_out = max(0.0, seconds - len(firsts) * STEPS * HOP / RATE) if len(firsts) < count else 0.0
    return Heard(mel, starts, seconds, left_out)
