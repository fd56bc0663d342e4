"""Is a picture or a sound of the world that the encoders were taught? What is not is not described, since they would only guess.

A gate is a line through what the encoders say of a medium: its features, centred, scaled and weighed, against a threshold. It is taught
on drawn scenes and synthesised sounds, and on counter-examples made by code (``training.gates``); nothing recorded is among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.senses.ear import Ear
    from models.senses.eye import Look
    from models.vision.audio import Heard


@dataclass(frozen=True)
class Gate:
    """*centre*, *scale* and *weights* of the features, float32 [n], and the *threshold* from which a medium is of the known world."""

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    threshold: float

    def score(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how much each of media with *features* [m, n] is of the known world, float32 [m]: the higher, the more."""
        return np.asarray(((features - self.centre) / self.scale).clip(-6, 6) @ self.weights, np.float32)

    def passes(self, features: NDArray[np.float32]) -> bool:
        """Say whether a medium is of the known world, by the mean score of its parts, *features* [m, n]; one without any part, such as
        silence, is of any world."""
        return not len(features) or float(self.score(features).mean()) >= self.threshold


def of_looks(looks: Sequence[Look]) -> NDArray[np.float32]:
    """Return the features of pictures, or of the frames of a clip, float32 [m, n]: of every channel of the tower's stages and of the
    low-resolution map the mean and the spread over all places, and of the tower's last map the mean."""
    rows = []
    for look in looks:
        maps = [*(stage[0].flatten(1) for stage in look.stages), look.low.flatten(1)]
        parts = [part for flat in maps for part in (flat.mean(1), flat.std(1, correction=0))]
        rows.append(torch.cat([*parts, look.high.flatten(1).mean(1)]).cpu().numpy())
    return np.asarray(rows, np.float32)


@torch.no_grad()
def of_sound(ear: Ear, heard: Heard) -> NDArray[np.float32]:
    """Return the features of the windows of a sound that are not silent, float32 [m, n]: of every number of the columns' states the
    mean and the spread over the columns."""
    from models.senses.ear import SILENT, columns

    device = next(ear.heads.parameters()).device
    loud = heard.mel[heard.mel.max((1, 2)) > SILENT]
    made = [np.zeros((0, 2 * ear.encoder.config.hidden_size), np.float32)]
    for start in range(0, len(loud), 8):
        states = columns(ear.encoder, torch.from_numpy(loud[start : start + 8]).to(device)).float()
        made.append(torch.cat([states.mean(1), states.std(1, correction=0)], 1).cpu().numpy())
    return np.concatenate(made)


def load(file: Path) -> Gate:
    """Return the gate in *file*. Raises OSError, KeyError or ValueError when it cannot be read."""
    from safetensors.numpy import load_file

    kept = load_file(file)
    return Gate(kept["centre"], kept["scale"], kept["weights"], float(kept["threshold"][0]))
