"""Which colour a thing has, in words: a softmax over the colours that things of the atlas have, on what was seen within its box."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "hues.safetensors"


@dataclass(frozen=True)
class Hues:
    """*words* ("red", "blue and white"); *centre* and *scale* float32 [thing] of a thing's features; *weights* float32 [words, thing] and
    *bias* [words] of the softmax."""

    words: tuple[str, ...]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, features: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return how well each word fits things of *features* float [n, thing]: logits, float32 [n, words]."""
        level = (np.asarray(features, np.float32) - self.centre) / self.scale
        return np.asarray(level @ self.weights.T + self.bias, np.float32)

    def of(self, features: NDArray[np.floating]) -> str:
        """Return the colour of one thing, by its *features* float [thing]; "" for those of another encoder, of another width."""
        if features.shape != self.centre.shape:
            return ""
        return self.words[int(self.scores(features[None])[0].argmax())]


def save(hues: Hues, file: Path) -> None:
    """Write *hues* to *file*."""
    from safetensors.numpy import save_file

    arrays = {name: np.ascontiguousarray(value, np.float32) for name, value in vars(hues).items() if name != "words"}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(arrays, file, metadata={"words": json.dumps(hues.words)})


def load(file: Path) -> Hues:
    """Return what *file* holds. Raises OSError, KeyError or ValueError when it cannot be read."""
    from safetensors import safe_open

    with safe_open(file, "np") as kept:
        words = tuple(json.loads((kept.metadata() or {})["words"]))
        return Hues(words, *(kept.get_tensor(name) for name in ("centre", "scale", "weights", "bias")))


@cache
def known() -> Hues:
    """Return the shipped ones, read once. Raises OSError, KeyError or ValueError when they cannot be read."""
    from models.senses.perceive import ASSETS, JUDGES

    return load(ASSETS / JUDGES / FILE)
