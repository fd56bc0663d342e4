"""Batches for the low-resolution encoder: small views of drawn scenes, what each cell of the grid shows, and what the scene is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import torch
from models.senses.eye import GRID
from models.world.scene import KINDS, STYLES, TIMES
from numpy.typing import NDArray
from torch import Tensor

from training.vision.batches import LEAST, Maker, viewed
from training.vision.scenes import MOST, SIZES, Sight

SIDE = 80
"""Pixels of the square that a view is brought to."""
FACTS = {"kind": KINDS, "time": TIMES, "style": STYLES, "number": tuple(map(str, range(MOST + 1)))}
"""What is asked of the whole scene, and the answers to choose from."""


@dataclass(frozen=True)
class Glances:
    """b views: *pixels* float [b, 3, SIDE, SIDE] in -1..1. For n things in all views: *things* int64 [n], which of the lexicon they
    are; *owners* int64 [n], in which view; *shares* float [n, GRID, GRID], 0..1, how much of each cell they fill. *colours* float
    [b, 3, GRID, GRID]: the mean colour of each cell, -1..1. *facts* int64 [b, len(FACTS)]: the answers, by their places."""

    pixels: Tensor
    things: Tensor
    owners: Tensor
    shares: Tensor
    colours: Tensor
    facts: Tensor

    def to(self, device: str) -> Glances:
        """Return the batch on *device*."""
        return Glances(*(getattr(self, field.name).to(device) for field in fields(self)))


class Glancer:
    """Makes the batch of any step from the scenes that the tower would be taught by."""

    def __init__(self, names: Sequence[str], seed: int, size: int, fresh: int) -> None:
        self.maker = Maker(names, seed, size, fresh)

    def __call__(self, step: int) -> Glances:
        """Return the batch of *step* (0, 1, 2, ...), the same whenever it is asked for."""
        return collated(self.maker.sights(step), SIZES[step % len(SIZES)], self.maker.place)


def collated(sights: Sequence[tuple[Sight, int]], frame: tuple[int, int], place: dict[str, int]) -> Glances:
    """Return views of *sights*, each with the seed of its view, in a *frame* (width, height), as a batch; *place* tells where in the
    lexicon a name stands."""
    pixels, colours, facts = [], [], []
    things, owners, shares = list[int](), list[int](), list[NDArray[np.float32]]()
    for number, (seen, seed) in enumerate(sights):
        shown, ids, names = viewed(seen, frame, np.random.default_rng(seed))
        pixels.append(cv2.resize(shown, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
        colours.append(cv2.resize(shown, (GRID, GRID), interpolation=cv2.INTER_AREA))
        count = 0
        for k, name in enumerate(names, 1):
            mask = (ids == k).astype(np.float32)
            if mask.sum() >= LEAST:
                things.append(place[name])
                owners.append(number)
                shares.append(cv2.resize(mask, (GRID, GRID), interpolation=cv2.INTER_AREA))
                count += 1
        said = (seen.backdrop.kind, seen.backdrop.time, seen.style, str(count))
        facts.append([known.index(word) for known, word in zip(FACTS.values(), said, strict=True)])
    return Glances(
        _unit(pixels),
        torch.tensor(things, dtype=torch.long),
        torch.tensor(owners, dtype=torch.long),
        torch.from_numpy(np.stack(shares)) if shares else torch.zeros(0, GRID, GRID),
        _unit(colours),
        torch.tensor(facts, dtype=torch.long),
    )


def _unit(pictures: Sequence[NDArray[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
