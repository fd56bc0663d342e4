"""The losses on pixels, as u-LLaVA joins them to the language loss: binary cross-entropy and Dice of masks, L1 and generalised overlap
of boxes. Each comes as a sum and a count, so that processes that share a batch can divide by what all of them have."""

from __future__ import annotations

import torch
from models.unified.network import UnifiedForConditionalGeneration
from torch import Tensor
from torch.nn import functional

from training.stages.pixels import Pixels

WEIGHTS = {"words": 1.0, "mask": 2.0, "dice": 0.5, "l1": 1.0, "giou": 1.0, "balance": 1.0}
"""What each loss weighs (u-LLaVA, arXiv 2311.05348; a LoRAMoE adapter weighs its balance itself)."""
SCALE, LEAST = 1000.0, 1e-6
"""What keeps Dice finite and in proportion, as in u-LLaVA."""

Sums = dict[str, tuple[Tensor, Tensor]]
"""Losses by name: a sum, and over how much."""


def sight_losses(network: UnifiedForConditionalGeneration, hidden: Tensor, pixels: Pixels) -> Sums:
    """Return the losses of masks and boxes. *hidden* float [B, L, width]: for each thing the state before its pointer, which
    chose it, is its prompt."""
    row, position, picture = pixels.at.unbind(1)
    prompts = network.seg(hidden[row, position - 1])
    with torch.autocast(hidden.device.type, enabled=False):
        prompts = prompts.float()
        logits = network.masking(prompts, pixels.maps.float(), picture)
        boxes = network.masking.boxes(prompts)
        mask, dice = mask_losses(logits, pixels.masks, pixels.real[picture])
        far, apart, whole = box_losses(boxes, pixels.boxes)
    count = torch.tensor(float(len(prompts)), device=hidden.device)
    return {
        "mask": (mask.sum(), count),
        "dice": (dice.sum(), count),
        "l1": (far.sum(), count),
        "giou": (apart.sum(), whole.sum()),
    }


def mask_losses(logits: Tensor, masks: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Return cross-entropy and Dice loss, float [n] each, of *logits* against *masks* float 0..1, over the *real* bool patches, all
    [n, h, w]. An empty mask has Dice loss 0 where nothing is predicted."""
    each = functional.binary_cross_entropy_with_logits(logits, masks, reduction="none")
    keep = real.float()
    entropy = (each * keep).sum((1, 2)) / keep.sum((1, 2)).clamp(min=1)
    chance = logits.sigmoid() * keep
    both = 2 * (chance / SCALE * masks).sum((1, 2))
    every = (chance / SCALE).sum((1, 2)) + (masks * keep / SCALE).sum((1, 2))
    return entropy, 1 - (both + LEAST) / (every + LEAST)


def box_losses(boxes: Tensor, true: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the mean distance of the sides, 1 less the generalised intersection over union (Rezatofighi et al. 2019, arXiv
    1902.09630), and whether a box counts for that, float [n] each, of *boxes* and *true* boxes float [n, 4]: x0, y0, x1, y1. A box that
    is inside out or empty counts for the first alone."""
    far = (boxes - true).abs().mean(-1)
    whole = ((true[:, 2:] > true[:, :2]) & (boxes[:, 2:] > boxes[:, :2])).all(-1).float()
    size = (torch.minimum(boxes[:, 2:], true[:, 2:]) - torch.maximum(boxes[:, :2], true[:, :2])).clamp(min=0).prod(-1)
    union = _area(boxes) + _area(true) - size
    hull = (torch.maximum(boxes[:, 2:], true[:, 2:]) - torch.minimum(boxes[:, :2], true[:, :2])).clamp(min=0).prod(-1)
    generalised = size / union.clamp(min=1e-9) - (hull - union) / hull.clamp(min=1e-9)
    return far, (1 - generalised) * whole, whole


def _area(boxes: Tensor) -> Tensor:
    return (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(-1)
