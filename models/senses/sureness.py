"""How sure it is that what was found in a picture is a thing of its own, and not a part of one or of the backdrop.

The tower's own certainty is of single patches. A thing is likelier the more patches agree on its box, the fuller they fill it, the nearer
their mean phrase lies to a word, and the less of it lies in boxes that are surer. A logistic regression weighs this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.vision.dense import SAME, Found, Seen
from models.vision.suppress import overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 0.5
"""What is a thing of its own is at least this sure."""
MEASURES = ("certainty", "likeness", "patches", "filling", "size", "overlap", "within", "around", "agreement", "spread")
"""What is measured of a thing that was found, in this order."""


@dataclass(frozen=True)
class Sureness:
    """*centre*, *scale* and *weights* of MEASURES, float32 [10] each, and the *bias*."""

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float

    def __call__(self, measured: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how sure each of things *measured* [n, 10] is, float32 [n], 0..1."""
        odds = ((measured - self.centre) / self.scale).clip(-6, 6) @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def measures(seen: Seen, found: Sequence[Found], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return MEASURES float32 [n, 10] of things *found*, the surest first, in what was *seen*; *vectors* of all names [m, phrase]."""
    rows = np.zeros((len(found), len(MEASURES)), np.float32)
    boxes = np.array([one.box for one in found], np.float64).reshape(-1, 4)
    for n, one in enumerate(found):
        together = overlaps(seen.boxes, boxes[n]) >= SAME
        support = float(seen.sure[together].sum())
        area = float(np.prod(boxes[n, 2:] - boxes[n, :2]))
        mean = seen.sure[together] @ seen.phrases[together] / max(support, 1e-6)
        before = boxes[:n]
        both = np.clip(np.minimum(before[:, 2:], boxes[n, 2:]) - np.maximum(before[:, :2], boxes[n, :2]), 0, None).prod(
            1
        )
        areas = np.maximum((before[:, 2:] - before[:, :2]).prod(1), 1e-6)
        spread = float(seen.boxes[together].std(0).mean()) if together.any() else 0.0
        rows[n] = (
            np.log(one.sure + 1e-6) - np.log(1 - one.sure + 1e-6), float((vectors @ one.phrase).max()), np.log(support + 1e-3),
            min(2.0, support / max(area * len(seen.sure), 1)), np.log(area + 1e-4), overlaps(before, boxes[n]).max(initial=0),
            (both / max(area, 1e-6)).max(initial=0), (both / areas).max(initial=0), float(np.linalg.norm(mean)),
            spread / max(area, 1e-6) ** 0.5,
        )  # fmt: skip
    return rows


def load(file: Path) -> Sureness:
    """Return what *file* holds. Raises OSError, KeyError or ValueError when it cannot be read."""
    from safetensors.numpy import load_file

    kept = load_file(file)
    return Sureness(kept["centre"], kept["scale"], kept["weights"], float(kept["bias"][0]))
