"""Batches of a step: pictures of the bank as one of four tasks each, and what the network is told of them.

A batch follows from the seed and the number of its step, so that a run that was stopped learns what it would have learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from models.diffusion.conditions import Words
from numpy.typing import NDArray
from torch import Tensor

from training.drawing.bank import Bank

TASKS = ("layout", "image", "inpaint", "edit")
"""Words and boxes; words alone; a place to fill; a change told in words."""
SHARES = (0.42, 0.16, 0.2, 0.22)
"""How many pictures of a batch are of each task."""
UNTOLD, UNSAID = 0.1, 0.15
"""How often a picture is learnt without any words or boxes (for guidance), and a layout without its caption."""
HEAVY = 3.0
"""How much more a cell counts that shows a thing that was asked for, or that changed."""


@dataclass(frozen=True)
class Batch:
    """*target* and *before* uint8 [b, side, side, 3]: the picture to be drawn, and the one that is there (any where *seen* [b] is false); *hole*
    bool [b, side, side]: the place to fill, which is grey in what is seen; *words*, *labels*, *boxes*, *there* as of
    :class:`models.diffusion.conditions.Conditions`; *weight* float [b, side, side]; *task* [b], the place among TASKS."""

    target: Tensor
    before: Tensor
    seen: Tensor
    hole: Tensor
    words: Words
    labels: Tensor
    boxes: Tensor
    there: Tensor
    weight: Tensor
    task: Tensor

    def to(self, device: Any) -> Batch:
        """Return the batch on *device*."""
        return Batch(**{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Row:
    """One picture of a batch, as numpy arrays."""

    task: str
    target: NDArray[np.uint8]
    states: NDArray[np.float16]
    before: NDArray[np.uint8] | None = None
    hole: NDArray[np.bool_] | None = None
    labels: NDArray[np.float16] | None = None
    boxes: NDArray[np.float32] | None = None
    weight: NDArray[np.float32] | None = None


def made(bank: Bank, seed: int, step: int, size: int, rank: int = 0) -> Batch:
    """Return the batch of *step* for process *rank*."""
    rng = np.random.default_rng([seed, step, rank])
    tasks = rng.choice(len(TASKS), size, p=SHARES)
    return collated([row(bank, TASKS[task], rng) for task in tasks])


def row(bank: Bank, task: str, rng: np.random.Generator, number: int | None = None, plain: bool = False) -> Row:
    """Return a picture of the bank, *number* or any, for *task*; *plain* leaves nothing unsaid."""
    kind = "changes" if task == "edit" else "scenes"
    number = int(rng.integers(bank.count(kind))) if number is None else number
    silent, untold = rng.random(2)
    nothing = np.zeros((1, 384), np.float16)
    told = plain or untold >= UNTOLD
    if task == "edit":
        change = bank.change(number)
        differs = np.abs(change.before.astype(np.int16) - change.pixels).max(2) > 12
        weight = 1 + (HEAVY - 1) * differs.astype(np.float32)
        return Row(task, change.pixels, change.states if told else nothing, change.before, weight=weight)
    scene = bank.scene(number)
    if task == "inpaint":
        which = int(rng.integers(len(scene.boxes)))
        hole = place(scene.boxes[which], rng, bank.world.side)
        weight = np.where(hole, HEAVY, 0.3).astype(np.float32)
        own = (scene.labels[[which]], scene.boxes[[which]]) if told else (None, None)
        # people mark a place, not the box of what shall be in it
        boxes = None if own[1] is None else np.array([bounds(hole)], np.float32)
        states = scene.phrase_states[which] if told else nothing
        return Row(task, scene.pixels, states, scene.pixels, hole, own[0], boxes, weight)
    if task == "layout" and told:
        states = nothing if silent < UNSAID and not plain else scene.states
        shown = np.any([filled(box, bank.world.side) for box in scene.boxes], 0)
        return Row(task, scene.pixels, states, labels=scene.labels, boxes=scene.boxes,
                   weight=1 + (HEAVY - 1) * shown.astype(np.float32))  # fmt: skip
    return Row(task, scene.pixels, scene.states if told else nothing)


def filled(box: Sequence[float] | NDArray[np.float32], side: int) -> NDArray[np.bool_]:
    """Return the pixels of *box* (fractions), bool [side, side]."""
    x0, y0, x1, y1 = (round(float(edge) * side) for edge in box)
    out = np.zeros((side, side), np.bool_)
    out[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)] = True
    return out


def place(box: NDArray[np.float32], rng: np.random.Generator, side: int) -> NDArray[np.bool_]:
    """Return the place round *box* that a person might mark: the box a little off, or an ellipse round it; bool [side, side]."""
    wide, high = box[2] - box[0], box[3] - box[1]
    off = rng.uniform(-0.03, 0.14, 4)
    x0, y0 = max(0.0, box[0] - off[0] * wide), max(0.0, box[1] - off[1] * high)
    x1, y1 = min(1.0, box[2] + off[2] * wide), min(1.0, box[3] + off[3] * high)
    if rng.random() < 0.7:
        return filled((x0, y0, x1, y1), side)
    rows, columns = ((np.arange(side) + 0.5) / side)[:, None], (np.arange(side) + 0.5) / side
    a, b = (x1 - x0) * 0.68, (y1 - y0) * 0.68  # the ellipse through the corners of the box is 0.707 of its sides
    inside: NDArray[np.bool_] = ((columns - (x0 + x1) / 2) / a) ** 2 + ((rows - (y0 + y1) / 2) / b) ** 2 <= 1
    return inside if inside.any() else filled((x0, y0, x1, y1), side)


def bounds(hole: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Return the box round *hole* in fractions."""
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    side = len(hole)
    return columns[0] / side, rows[0] / side, (columns[-1] + 1) / side, (rows[-1] + 1) / side


def collated(rows: Sequence[Row]) -> Batch:
    """Return *rows* as a batch."""
    count, side = len(rows), len(rows[0].target)
    longest = max(len(one.states) for one in rows)
    states, mask = torch.zeros(count, longest, 384), torch.zeros(count, longest, dtype=torch.bool)
    most = max([len(one.boxes) for one in rows if one.boxes is not None], default=1)
    labels, boxes = torch.zeros(count, most, 384), torch.zeros(count, most, 4)
    there = torch.zeros(count, most)
    blank = np.zeros((side, side, 3), np.uint8)
    holes = []
    for n, one in enumerate(rows):
        states[n, : len(one.states)] = torch.from_numpy(one.states.astype(np.float32))
        mask[n, : len(one.states)] = True
        if one.boxes is not None and one.labels is not None:
            labels[n, : len(one.boxes)] = torch.from_numpy(one.labels.astype(np.float32))
            boxes[n, : len(one.boxes)] = torch.from_numpy(one.boxes)
            there[n, : len(one.boxes)] = 1
        holes.append(one.hole if one.hole is not None else np.full((side, side), one.before is None))
    ones = np.ones((side, side), np.float32)
    return Batch(
        torch.from_numpy(np.stack([one.target for one in rows])),
        torch.from_numpy(np.stack([blank if one.before is None else one.before for one in rows])),
        torch.tensor([one.before is not None for one in rows]),
        torch.from_numpy(np.stack(holes)), Words(states, mask), labels, boxes, there,
        torch.from_numpy(np.stack([ones if one.weight is None else one.weight for one in rows])),
        torch.tensor([TASKS.index(one.task) for one in rows]),
    )  # fmt: skip
