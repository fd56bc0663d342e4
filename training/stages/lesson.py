"""One forward pass of training: all losses of a batch, within one module, so that processes that share the work see all of it."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from models.loramoe.balance import Routed, routing
from models.loramoe.config import LoraMoeConfig
from models.loramoe.layer import LoraMoeLinear
from models.loramoe.tuner import register
from models.unified.network import Bank, UnifiedForConditionalGeneration
from torch import Tensor, nn

from training.batches import Batch
from training.stages.groups import KINDS, kind_of
from training.stages.losses import WEIGHTS, Sums, sight_losses
from training.stages.plan import Plan

SHARED = ("senses", "noticing", "seg", "masking")
"""Parts that not every batch uses: no batch without a picture asks for a mask."""


class Lesson(nn.Module):
    """*network* with the losses that are taken of it: those on pixels where *sight*, that of the routers where *adapted*. With
    *shared* every parameter has a gradient in every pass, zero where it was not used, as processes that join theirs need."""

    def __init__(
        self, network: UnifiedForConditionalGeneration, sight: bool, adapted: bool, shared: bool = False
    ) -> None:
        super().__init__()
        self.network = network
        self.sight, self.adapted, self.shared = sight, adapted, shared

    def forward(self, batch: Batch, bank: Bank) -> Sums:
        """Return the losses of *batch*, whose texts and percepts are *bank*."""
        with routing(self.network) if self.adapted else nullcontext(Routed()) as routed:
            out = self.network(batch.ids, bank, batch.follow, batch.weights)
        weight = batch.weights[:, 1:].sum()
        found: Sums = {"words": (out.loss * weight, weight)}
        if self.sight and batch.pixels is not None:
            found |= sight_losses(self.network, out.hidden, batch.pixels)
        if self.adapted:
            kinds = torch.tensor([kind_of(group) for group in batch.groups])
            one = torch.ones((), device=weight.device)
            found["balance"] = (routed.balance_loss(limited(self.network, kinds), batch.ids != 0), one)
        if self.shared:
            unused = [p for name in SHARED for p in getattr(self.network, name).parameters() if p.requires_grad]
            total, count = found["words"]
            found["words"] = (total + sum((p.sum() * 0.0 for p in unused), total.new_zeros(())), count)
        return found


def limited(network: nn.Module, kinds: Tensor) -> Tensor:
    """Return *kinds* as the adapter of *network* knows them: -1 for all where it has experts of one kind alone."""
    config = next(s for m in network.modules() if isinstance(m, LoraMoeLinear) for s in m.settings.values())
    return kinds if config.kinds == len(KINDS) else torch.full_like(kinds, -1)


def joined(found: Sums, counts: dict[str, Tensor], ranks: int = 1) -> Tensor:
    """Return the weighted sum of losses *found* in one of *ranks* processes, each a mean over what all have, *counts*: the mean of
    these over the processes is the loss of their joined batch. The routers' balance is the mean of the processes' own."""
    return torch.stack(
        [WEIGHTS[name] * total * ranks / counts[name].clamp(min=1e-6) for name, (total, _) in found.items()]
    ).sum()


def adapt(network: UnifiedForConditionalGeneration, plan: Plan) -> nn.Module:
    """Put the adapter of *plan* on *network*; returns peft's model round it. One LoRA of the same size, by *lora*, is one expert of a
    larger rank."""
    from peft import get_peft_model

    register()
    if plan.lora:
        linear = [m for n, m in network.named_modules() if isinstance(m, nn.Linear) and n.endswith(_FEED)]
        each = sum(m.in_features + m.out_features for m in linear)
        routers = (plan.experts - 1) * sum(m.in_features for m in linear)
        rank = round((plan.experts * plan.rank * each + routers) / each)
        alpha = LoraMoeConfig().lora_alpha / plan.rank * rank  # the same scale of what is added
        config = LoraMoeConfig(r=rank, num_experts=1, kinds=1, lora_alpha=alpha, balance_weight=0.0)
    else:
        kinds = min(len(KINDS), plan.experts) if plan.experts >= len(KINDS) else 1
        config = LoraMoeConfig(
            r=plan.rank, num_experts=plan.experts, kinds=kinds, balance_weight=plan.balance, lora_dropout=0.05
        )
    model: nn.Module = get_peft_model(network, config)
    return model


_FEED = ("gate_proj", "up_proj", "down_proj")
