"""What training runs share: the optimiser's settings, its rate, a running mean of the weights, and the checkpoint on the disk."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


def make_optimiser(network: nn.Module, rate: float, light: Collection[str] = ()) -> torch.optim.AdamW:
    """Return AdamW for what has gradients, with weight decay on matrices alone, and not on those that are named in *light*."""
    named = [(name, value) for name, value in network.named_parameters() if value.requires_grad]
    heavy = {name for name, value in named if value.ndim > 1 and "embed" not in name and name not in light}
    matrices = [value for name, value in named if name in heavy]
    others = [value for name, value in named if name not in heavy]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))


def rate_at(highest: float, step: int, done: float) -> float:
    """Return the learning rate after *step* steps, with the share *done* (0..1, more counts as 1) of the run behind it: a warm-up
    of a hundred steps to *highest*, then a cosine down to a fiftieth of it."""
    return highest * min(1.0, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def save_run(run: Path, state: dict[str, Any], log: Sequence[dict[str, Any]]) -> None:
    """Write ``checkpoint.pt``, whole or not at all, and ``metrics.json`` to the folder *run*."""
    run.mkdir(parents=True, exist_ok=True)
    torch.save(state, run / "checkpoint.tmp")
    (run / "checkpoint.tmp").replace(run / "checkpoint.pt")
    (run / "metrics.json").write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")


class Averaged:
    """An exponential running mean of a network's weights (of *only* some, where they are named), short at first and over about 300
    steps later."""

    def __init__(self, network: nn.Module, decay: float = 0.997, only: Collection[str] | None = None) -> None:
        self.decay = decay
        state = network.state_dict()
        self.values = {name: value.detach().clone() for name, value in state.items() if only is None or name in only}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take the network's weights after *step* steps into the mean."""
        keep = min(self.decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            if value.is_floating_point() and name in self.values:
                self.values[name].lerp_(value, 1 - keep)

    @contextmanager
    def applied(self, network: nn.Module) -> Iterator[None]:
        """Give *network* the mean weights for the time of a with block."""
        own = {name: value.detach().clone() for name, value in network.state_dict().items() if name in self.values}
        network.load_state_dict(self.values, strict=False)
        try:
            yield
        finally:
            network.load_state_dict(own, strict=False)

    def state_dict(self) -> dict[str, Tensor]:
        return self.values

    def load_state_dict(self, values: dict[str, Tensor]) -> None:
        self.values = values
