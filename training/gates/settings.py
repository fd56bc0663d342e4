"""Fit what reads the place, the hour or weather, and the look of a picture from the maps of frozen encoders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import torch
from models.senses.eye import Look
from models.senses.said import LOOKS, PLACES, TIMES
from models.senses.setting import FACTS, Reading, Setting, measures
from models.world.scene import Scene
from numpy.typing import NDArray

from training.seeing.pictures import Drawn, picture

RIDGE = 3e-3
"""What the weights' squares count beside the mean cross entropy."""
WORDS = ({kind: said for kind, (said, _) in PLACES.items()}, TIMES, LOOKS)
"""For each of FACTS its answers, and the words by whose vector each is said."""


def answers(scene: Scene) -> tuple[str, str, str]:
    """Return the answers of *scene*: its backdrop, its hour or weather, its look."""
    return scene.backdrop.kind, scene.backdrop.time or "day", scene.style


def seen(
    look: Callable[[NDArray[np.uint8]], Look], count: int, rng: Random
) -> tuple[NDArray[np.float32], list[tuple[str, str, str]]]:
    """Return *count* drawn pictures *look*ed at, measured float32 [n, 2 low], and their answers, those whose words are known."""
    rows, wanted = list[NDArray[np.float32]](), list[tuple[str, str, str]]()
    before: Drawn | None = None
    while len(rows) < count:
        before = picture(rng, "train", before)
        found = answers(before.shot.scene)
        if all(answer in words for answer, words in zip(found, WORDS, strict=True)):
            rows.append(measures(look(before.pixels)))
            wanted.append(found)
    return np.stack(rows), wanted


def softmax(
    rows: NDArray[np.float32], wanted: NDArray[np.int64], many: int, ridge: float = RIDGE
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights float32 [many, n] and bias [many] of the softmax regression of *wanted* [m], 0..many - 1, on *rows* [m, n]."""
    line = torch.nn.Linear(rows.shape[1], many)
    torch.nn.init.zeros_(line.weight)
    torch.nn.init.zeros_(line.bias)
    optimiser = torch.optim.LBFGS(line.parameters(), max_iter=80, line_search_fn="strong_wolfe")
    given, asked = torch.from_numpy(rows), torch.from_numpy(wanted)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(line(given), asked) + ridge * line.weight.square().sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return line.weight.detach().numpy(), line.bias.detach().numpy()


def fitted(
    rows: NDArray[np.float32], wanted: Sequence[tuple[str, str, str]], embed: Callable[[list[str]], NDArray[np.float32]]
) -> tuple[Setting, dict[str, float]]:
    """Return what reads FACTS, fitted on nine tenths of *rows*, and the share of the others that it reads right, for each."""
    centre, scale = rows.mean(0), rows.std(0) + 1e-4
    level = ((rows - centre) / scale).astype(np.float32)
    cut = len(rows) * 9 // 10
    readings, reached = [], {}
    for n, (fact, words) in enumerate(zip(FACTS, WORDS, strict=True)):
        known = list(words)
        right = np.array([known.index(answer[n]) for answer in wanted])
        weights, bias = softmax(level[:cut], right[:cut], len(known))
        vectors = np.asarray(embed([words[answer] for answer in known]), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        readings.append(Reading(weights, bias, vectors))
        shares = readings[-1].shares(level[cut:])
        reached[fact] = round(float((shares.argmax(1) == right[cut:]).mean()), 4)
    return Setting(centre, scale, tuple(readings)), reached


def arrays(setting: Setting) -> dict[str, Any]:
    """Return what :func:`models.senses.setting.load` reads, by name."""
    made: dict[str, Any] = {"centre": setting.centre, "scale": setting.scale}
    for fact, reading in zip(FACTS, setting.readings, strict=True):
        made |= {f"{fact}.{name}": value for name, value in vars(reading).items()}
    return made
