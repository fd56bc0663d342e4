"""How well a network does on conversations that it never learnt from: words, plans, pointing, masks and boxes; the use of the gates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from models.loramoe.balance import Usage, routing
from models.percepts import POINTABLE
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.vocabulary import Vocabulary
from torch import Tensor

from training.batches import Batch
from training.stages.groups import KINDS, kind_of
from training.stages.losses import sight_losses
from training.unified import measure


def measured(
    network: UnifiedForConditionalGeneration,
    held_out: Mapping[str, Sequence[Batch]],
    static: Tensor,
    names: Vocabulary,
    adapted: bool,
) -> dict[str, Any]:
    """Return what :func:`training.unified.measure` finds for each source of *held_out*, with how well things are pointed at and their
    masks and boxes are told; and where *adapted*, how each kind of work and each group used the experts."""
    network.eval()
    found: dict[str, Any] = {}
    for source, batches in held_out.items():
        moved = [batch.to(str(static.device)) for batch in batches]
        found[source] = {**measure(network, moved, static, names), **pointing(network, moved, static)}
    if adapted:
        every = [batch for batches in held_out.values() for batch in batches]
        found["gates"] = gates(network, every, static)
    return found


@torch.no_grad()
def pointing(network: UnifiedForConditionalGeneration, batches: Sequence[Batch], static: Tensor) -> dict[str, Any]:
    """Return the share of things that are pointed at rightly, given the truth before, by group where there are some; and the mean
    losses on pixels where their truth is known."""
    network.eval()
    right: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for batch in batches:
        if not batch.features.shape[-1]:
            continue
        out = network(batch.ids, batch.bank(static), batch.follow, batch.weights)
        row, at = (batch.weights[:, 1:] > 0).nonzero(as_tuple=True)
        target = batch.ids[row, at + 1]
        copied = target >= network.vocabulary
        kind = batch.kind[row, (target - network.vocabulary).clamp(min=0)]
        things = copied & torch.isin(kind, torch.tensor(POINTABLE, device=kind.device))
        hit = out.logits.argmax(-1) == target
        for index in things.nonzero().flatten().tolist():
            for name in ("all", batch.groups[int(row[index])]):
                right[name][0] += int(hit[index])
                right[name][1] += 1
        if batch.pixels is not None:
            for name, (total, count) in sight_losses(network, out.hidden, batch.pixels).items():
                sums[name][0] += float(total)
                sums[name][1] += float(count)
    if "all" not in right:
        return {}
    shares = {name: round(hits / total, 3) for name, (hits, total) in sorted(right.items())}
    losses = {name: round(total / max(count, 1e-6), 4) for name, (total, count) in sums.items()}
    return {"pointed": shares.pop("all"), **losses, "pointed_by_group": shares}


@torch.no_grad()
def gates(network: UnifiedForConditionalGeneration, batches: Sequence[Batch], static: Tensor) -> dict[str, Any]:
    """Return the mean gate of each expert and how evenly they are used (0..1), for each kind of work and each group."""
    network.eval()
    groups = sorted({group for batch in batches for group in batch.groups})
    total: Usage | None = None
    for batch in batches:
        batch = batch.to(str(static.device))
        with routing(network) as routed:
            network(batch.ids, batch.bank(static), batch.follow, batch.weights)
        ids = torch.tensor([groups.index(group) for group in batch.groups])
        used = routed.usage(ids, len(groups), batch.ids != 0)
        total = used if total is None else total + used
    if total is None:
        return {}
    kinds = {
        name: _told(total, [n for n, group in enumerate(groups) if kind_of(group) == number])
        for number, name in enumerate(KINDS)
    }
    tasks = {group: _told(total, [n]) for n, group in enumerate(groups)}
    return {"kinds": {name: told for name, told in kinds.items() if told}, "tasks": tasks}


def _told(usage: Usage, groups: list[int]) -> dict[str, Any]:
    tokens = float(usage.tokens[groups].sum())
    if not tokens:
        return {}
    shares = usage.gates[:, groups].sum(1).mean(0) / tokens
    spread = float(usage.spread[:, groups].sum(1).mean()) / tokens
    return {"gates": [round(float(value), 4) for value in shares], "spread": round(spread, 4), "tokens": int(tokens)}
