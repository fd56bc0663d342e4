"""The sound recogniser at work: which class a sound is, which follow one another, and features of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from training.recognisers.network import load
from training.recognisers.spectra import FRAMES, HOP, RATE, spectrogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "nano" / "recogniser_sounds"
ON = 24
"""Spectra from one stretch to the next: 0.6 seconds."""
QUIET = -0.55
"""A stretch without a place above this level (of -1..1) is silent and has no name."""


class Ears:
    """The sound recogniser of *folder*. Raises Refusal, with the command that makes it, when it is not there."""

    def __init__(self, folder: Path = FOLDER, device: str = "cpu") -> None:
        self._network = load(folder, device)
        self._device = device
        self.names: tuple[str, ...] = self._network.shape.names

    def _stretches(self, samples: NDArray[Any], rate: int) -> NDArray[np.float32]:
        """Return the stretches of a sound that are not silent, float32 [n, 1, bands, FRAMES]; none for silence."""
        values = spectrogram(samples, rate)
        last = max(0, values.shape[1] - FRAMES)
        parts = [values[:, start : start + FRAMES] for start in range(0, last + ON, ON)]
        parts = [part for part in parts if part.shape[1] == FRAMES and part.max() > QUIET]
        return np.stack(parts)[:, None] if parts else np.zeros((0, 1, len(values), FRAMES), np.float32)

    def _chances(self, stretches: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            found = torch.softmax(self._network(torch.from_numpy(stretches).to(self._device)), 1)
        return np.asarray(found.cpu().numpy(), np.float32)

    def named(self, samples: NDArray[Any], rate: int) -> str:
        """Return the class of a sound, float [n] or [n, channels], by the mean over its stretches; "" for silence."""
        stretches = self._stretches(samples, rate)
        return self.names[int(self._chances(stretches).mean(0).argmax())] if len(stretches) else ""

    def sequence(self, samples: NDArray[Any], rate: int) -> list[str]:
        """Return the class of each stretch of a sound in order, silent ones left out; a stretch lasts FRAMES x HOP / RATE s,
        and the next begins ON x HOP / RATE s later."""
        stretches = self._stretches(samples, rate)
        return [self.names[int(n)] for n in self._chances(stretches).argmax(1)] if len(stretches) else []

    def features(self, samples: NDArray[Any], rate: int) -> list[float]:
        """Return what describes a sound, [features]: the mean over its stretches; zeros for silence."""
        stretches = self._stretches(samples, rate)
        if not len(stretches):
            return [0.0] * self._network.shape.features
        with torch.inference_mode():
            found = self._network.features(torch.from_numpy(stretches).to(self._device)).mean(0)
        return [round(float(value), 4) for value in found]


STRETCH_SECONDS = FRAMES * HOP / RATE
"""Seconds of one stretch."""
