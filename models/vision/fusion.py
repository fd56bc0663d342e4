"""Conv-Gate fusion: what a high-resolution encoder saw is added to the low-resolution features, by a gate for each picture.

As in MG-LLaVA (Zhao et al. 2024, arXiv 2406.17770, section 3.1, and its public code, PhoenixZ810/MG-LLaVA at 3237152)::

    H = Conv1x1(GELU(Conv1x1(high)))                    high's channels -> low's
    L = low + Conv1x1(GELU(DepthwiseConv7x7(low)))
    g = Linear(GELU(Linear([mean(L); mean(H)])))        one number for each picture; the means go over all places
    fused = L + tanh(g) * H

The last convolution of H and of L begins as zeros, so that training starts from the low-resolution features themselves.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Closed(nn.Conv2d):
    """A convolution that begins with zeros, also where a network initialises its parts anew or is loaded from weights that lack it."""

    def reset_parameters(self) -> None:
        """Set weights and bias to zero."""
        nn.init.zeros_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)


class ConvGate(nn.Module):
    """Fuses maps of *low* and of *high* channels that lie on one grid; *low* channels come out. It begins as the identity on the
    low-resolution features."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__()
        self.high_inner = nn.Conv2d(high, high, 1)
        self.high_outer = Closed(high, low, 1)
        self.low_inner = nn.Conv2d(low, low, 7, padding=3, groups=low)
        self.low_outer = Closed(low, low, 1)
        self.gate = nn.Sequential(nn.Linear(2 * low, low // 2), nn.GELU(), nn.Linear(low // 2, 1))

    def forward(self, low: Tensor, high: Tensor) -> Tensor:
        """Return the fused features, float [b, low, h, w], of *low* float [b, low, h, w] and *high* float [b, high, h, w].

        Raises ValueError when the two are not on one grid: a map that was resized here would hide a wrong encoder.
        """
        if low.shape[-2:] != high.shape[-2:] or len(low) != len(high):
            raise ValueError(
                f"low-resolution features {tuple(low.shape)} and high-resolution features {tuple(high.shape)} are not on one "
                "grid: choose encoders whose last maps have the same height and width"
            )
        seen = self.high_outer(functional.gelu(self.high_inner(high)))
        base = low + self.low_outer(functional.gelu(self.low_inner(low)))
        return base + self.opening(base, seen)[:, None, None, None] * seen

    def opening(self, base: Tensor, seen: Tensor) -> Tensor:
        """Return how far the gate is open, float [b] in -1..1, for L = *base* and H = *seen*, float [b, low, h, w] each."""
        means = torch.cat([base.mean((2, 3)), seen.mean((2, 3))], 1)
        return torch.tanh(self.gate(means)[:, 0])
