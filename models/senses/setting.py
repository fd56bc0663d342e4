"""What a picture shows as a whole: its place, its hour or weather, and its look, as vectors of the sentence encoder.

The low-resolution encoder sees the whole frame, and its map holds this in every cell, mixed with all else. A softmax over the known places, hours and looks reads it from the mean of the
cells and their spread; what is said is the mean of their words' vectors by these shares, so that doubt between a beach and a desert lies
between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.percepts import SETTING, Percept
from models.senses.eye import Look
from models.senses.picture import placed
from models.senses.said import LOOKS, PLACES, TIMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACTS = ("place", "hour", "look")
"""What is told of a picture, a row each."""
ANSWERS = (tuple(PLACES), tuple(TIMES), tuple(LOOKS))
"""For each of FACTS its answers, in the order of what reads it."""


@dataclass(frozen=True)
class Reading:
    """How one of FACTS is read: *weights* float32 [answers, 2 low] and *bias* [answers] of a softmax, and the unit *vectors* float32
    [answers, phrase] of its answers."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    vectors: NDArray[np.float32]

    def shares(self, measured: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how likely each answer is for pictures *measured* [n, 2 low]: float32 [n, answers], 0..1."""
        odds = measured @ self.weights.T + self.bias
        odds = np.exp(odds - odds.max(1, keepdims=True))
        return np.asarray(odds / odds.sum(1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Setting:
    """*centre* and *scale* float32 [2 low] of what is measured, and a reading for each of FACTS."""

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    readings: tuple[Reading, ...]

    def rows(self, looks: Sequence[Look], start: float = 0.0, end: float = 0.0) -> Percept:
        """Return SETTING, a row for each of FACTS, of a picture, or of the frames of a clip, whose mean is taken, from *start* to *end*
        s; how sure it is, is the share of the likeliest answer."""
        measured = (np.stack([measures(look) for look in looks]) - self.centre) / self.scale
        features, sure = [], []
        for reading in self.readings:
            shares = reading.shares(measured.astype(np.float32)).mean(0)
            vector = shares @ reading.vectors
            features.append(vector / max(float(np.linalg.norm(vector)), 1e-6))
            sure.append(float(shares.max()))
        return _rows(features, sure, start, end)

    def told(self, place: str, hour: str, look: str, start: float = 0.0, end: float = 0.0) -> Percept:
        """Return SETTING as :meth:`rows` does, surely of that *place*, *hour* and *look*. Raises ValueError for one that is not among
        ANSWERS."""
        features = [
            reading.vectors[answers.index(answer)]
            for answers, reading, answer in zip(ANSWERS, self.readings, (place, hour, look), strict=True)
        ]
        return _rows(features, [1.0] * len(FACTS), start, end)

    def named(self, features: NDArray[np.floating]) -> tuple[str, str, str]:
        """Return the answers, one of ANSWERS each, whose words are likest to the rows float [3, phrase] of a picture. Raises ValueError for
        rows of another width, which another encoder made."""
        found = [
            answers[int((reading.vectors @ np.asarray(row, np.float32)).argmax())]
            for answers, reading, row in zip(ANSWERS, self.readings, features, strict=True)
        ]
        return found[0], found[1], found[2]


def _rows(features: Sequence[NDArray[np.float32]], sure: Sequence[float], start: float, end: float) -> Percept:
    whole = placed(np.array([[0, 0, 1, 1]] * len(FACTS), np.float32), start, end)
    return Percept(SETTING, np.array(features, np.float16), whole, (), np.array(sure, np.float32))


def measures(look: Look) -> NDArray[np.float32]:
    """Return what is measured of a picture, float32 [2 low]: the mean of its cells in the low-resolution map, and their spread."""
    cells = look.low.flatten(1).float().cpu().numpy()
    return np.asarray(np.concatenate([cells.mean(1), cells.std(1)]), np.float32)


def load(file: Path) -> Setting:
    """Return what *file* holds. Raises OSError, KeyError or ValueError when it cannot be read."""
    from safetensors.numpy import load_file

    kept = load_file(file)
    readings = tuple(Reading(kept[f"{f}.weights"], kept[f"{f}.bias"], kept[f"{f}.vectors"]) for f in FACTS)
    return Setting(kept["centre"], kept["scale"], readings)


@cache
def known() -> Setting:
    """Return the shipped one, read once. Raises OSError, KeyError or ValueError when it cannot be read."""
    from models.senses.perceive import ASSETS, JUDGES, SETTINGS

    return load(ASSETS / JUDGES / SETTINGS)
