"""From the prompt that pointing at a thing gives to that thing's mask and box: the nano mask decoder and box head.

A hidden state becomes a prompt (``network.seg``, as ``[SEG]`` of u-LLaVA, arXiv 2311.05348: a projector to 256 numbers). The mask is the
product of that prompt with a 1 x 1 projection of the vision tower's features, one number for each patch of 8 x 8 pixels; the box is read
from the prompt alone. The same prompt can be handed to a larger, promptable decoder instead.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Masking(nn.Module):
    """Reads masks and boxes for prompts of *prompt* numbers from features of *neck* channels."""

    def __init__(self, prompt: int, neck: int) -> None:
        super().__init__()
        self.view = nn.Conv2d(neck, prompt, 1)
        self.bias = nn.Parameter(torch.zeros(()))
        self.box = nn.Sequential(nn.Linear(prompt, 128), nn.ReLU(), nn.Linear(128, 4))

    def forward(self, prompts: Tensor, features: Tensor, of: Tensor) -> Tensor:
        """Return the log odds, float [n, h, w], that patches belong to what *prompts* float [n, prompt] mean in the pictures
        *of* long [n], whose *features* are float [pictures, neck, h, w]."""
        views: Tensor = self.view(features)[of]
        return torch.einsum("np,nphw->nhw", prompts, views) * prompts.shape[-1] ** -0.5 + self.bias

    def boxes(self, prompts: Tensor) -> Tensor:
        """Return x0, y0, x1, y1 in fractions of the frame, which they may leave, float [n, 4], for *prompts* float [n, prompt]. Told as
        a middle and a size, so that they are never inside out; brought to the frame here, one that has outgrown it could not be taught.
        The length of a prompt, which masks make great, tells nothing."""
        level = functional.layer_norm(prompts, prompts.shape[-1:])
        middle, size = self.box(level).float().sigmoid().chunk(2, -1)
        return torch.cat([middle - size / 2, middle + size / 2], -1)
