"""The optimiser's settings and a running mean of the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


def make_optimiser(network: nn.Module, rate: float) -> torch.optim.AdamW:
    """Return AdamW with weight decay on matrices alone."""
    named = list(network.named_parameters())
    matrices = [value for name, value in named if value.ndim > 1 and "embed" not in name]
    others = [value for name, value in named if value.ndim <= 1 or "embed" in name]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))


class Averaged:
    """An exponential running mean of a network's weights, short at first and over about 300 steps later."""

    def __init__(self, network: nn.Module, decay: float = 0.997) -> None:
        self.decay = decay
        self.values = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take the network's weights after *step* steps into the mean."""
        keep = min(self.decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.values[name].lerp_(value, 1 - keep)

    @contextmanager
    def applied(self, network: nn.Module) -> Iterator[None]:
        """Give *network* the mean weights for the time of a with block."""
        own = {name: value.detach().clone() for name, value in network.state_dict().items()}
        network.load_state_dict(self.values)
        try:
            yield
        finally:
            network.load_state_dict(own)

    def state_dict(self) -> dict[str, Tensor]:
        return self.values

    def load_state_dict(self, values: dict[str, Tensor]) -> None:
        self.values = values
