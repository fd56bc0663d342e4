"""What the vision tower is taught by: the phrase of each patch among all phrases, the box round its thing, and whether it shows one."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from models.vision.tower import Dense
from torch import Tensor
from torch.nn import functional

from training.vision.batches import Batch

NEARER = 0.5
"""Weight of the likeness to the thing's own phrase beside being told apart from all others."""


@dataclass(frozen=True)
class Losses:
    """The parts of the loss, scalars, and *right* and *asked*: how many patches' phrases are nearest to their thing's, of how
    many."""

    phrase: Tensor
    box: Tensor
    objectness: Tensor
    right: Tensor
    asked: int

    @property
    def total(self) -> Tensor:
        return self.phrase + self.box + self.objectness


def losses(out: Dense, batch: Batch, bank: Tensor, near: Tensor, contrast: float) -> Losses:
    """Return the losses of what the tower says; its phrases need not be of unit length. *bank* float [n, phrase]: a phrase's vector for each thing, unit length; *near*
    bool [n, n]: pairs that are not told apart.

    Phrases by cross entropy over *contrast* times the cosines, as in contrastive pretraining (Radford et al. 2021, arXiv
    2103.00020), boxes by generalised intersection over union (Rezatofighi et al. 2019, arXiv 1902.09630) and the distance of
    their sides, objectness by cross entropy. A thing counts by the root of its number of patches, so that small ones matter.
    """
    flat = batch.owner.flatten()
    shows = flat >= 0
    owner = flat[shows]
    named = flat != -2
    objectness = functional.binary_cross_entropy_with_logits(out.objectness.flatten()[named], shows[named].float())
    if not len(owner):
        nothing = out.objectness.sum() * 0
        return Losses(nothing, nothing, objectness, nothing.detach(), 0)
    sizes = torch.bincount(owner, minlength=len(batch.things)).clamp(min=1).float()
    weights = sizes[owner].rsqrt()
    weights = weights / weights.sum()
    label = batch.things[owner]
    phrases = functional.normalize(out.phrases.permute(0, 2, 3, 1).flatten(0, 2)[shows].float(), dim=1)
    cosines = phrases @ bank.T
    scores = (contrast * cosines).masked_fill(near[label], -1e4)
    told = functional.cross_entropy(scores, label, reduction="none")
    own = 1 - cosines.gather(1, label[:, None])[:, 0]
    boxes = out.boxes.permute(0, 2, 3, 1).flatten(0, 2)[shows]
    truth = batch.boxes[owner]
    apart = 1 - generalised(boxes, truth) + 2 * (boxes - truth).abs().sum(1)
    right = (scores.argmax(1) == label).sum()
    return Losses(
        (weights * (told + NEARER * own)).sum(), (weights * apart).sum(), objectness, right.detach(), len(owner)
    )


def generalised(one: Tensor, other: Tensor) -> Tensor:
    """Return the generalised intersection over union, -1..1, of boxes float [n, 4] (x0, y0, x1, y1) pair by pair."""
    both = (torch.minimum(one[:, 2:], other[:, 2:]) - torch.maximum(one[:, :2], other[:, :2])).clamp(min=0).prod(1)
    areas = (one[:, 2:] - one[:, :2]).prod(1) + (other[:, 2:] - other[:, :2]).prod(1)
    union = (areas - both).clamp(min=1e-6)
    hull = (torch.maximum(one[:, 2:], other[:, 2:]) - torch.minimum(one[:, :2], other[:, :2])).prod(1).clamp(min=1e-6)
    return both / union - (hull - union) / hull
