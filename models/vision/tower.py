"""The vision tower: convolutions that read a picture into features for each patch of 8 x 8 pixels, and its dense head.

Maps at strides 4 to 32 are read bottom-up; the coarse ones are added to the finer ones on the way back (feature pyramid, Lin
et al. 2017, arXiv 1612.03144), so that a patch knows its surroundings. The dense head says of each patch what it shows (a
vector in the space of the sentence encoder), the box round that thing, and whether it shows a thing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers import initialization as init

from models.vision.config import TowerConfig

STRIDE = 8
"""Pixels of a patch's side."""
REACH = 16.0
"""Pixels from the middle of a patch to each side of its box where the head says 0."""


@dataclass
class Dense:
    """What the tower says of b pictures of h x w patches. *features* float [b, neck, h, w]; *phrases* float [b, phrase, h, w],
    of unit length; *boxes* float [b, 4, h, w]: x0, y0, x1, y1 in fractions of the frame, which they may leave a little;
    *objectness* float [b, h, w]: the log odds that a patch shows a thing; *stages*: the maps of each stage, float
    [b, widths[1 + i], ...] at strides 4, 8, 16 and 32, the finest first."""

    features: Tensor
    phrases: Tensor
    boxes: Tensor
    objectness: Tensor
    stages: tuple[Tensor, ...] = ()


def _layer(before: int, after: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """Two convolutions whose result is added to what came in (He et al. 2016, arXiv 1512.03385); the sizes stay."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _layer(width, width)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, inputs: Tensor) -> Tensor:
        return functional.relu(inputs + self.norm(self.second(self.first(inputs))))


class VisionTower(PreTrainedModel):
    """Reads pictures float [b, 3, height, width] in -1..1, sides that are multiples of STRIDE, 32 at least."""

    config_class = TowerConfig
    base_model_prefix = "tower"
    main_input_name = "pixel_values"

    def __init__(self, config: TowerConfig) -> None:
        super().__init__(config)
        widths, neck = config.widths, config.neck
        self.stem = _layer(3, widths[0], 5, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(_layer(before, after, 3, 2), *(Residual(after) for _ in range(depth)))
            for before, after, depth in zip(widths[:-1], widths[1:], config.depths, strict=True)
        )
        # From the coarsest map up to the one at STRIDE; the map at stride 4 is not read again.
        self.inward = nn.ModuleList(nn.Conv2d(width, neck, 1) for width in reversed(widths[2:]))
        self.merged = nn.ModuleList(_layer(neck, neck) for _ in widths[3:])
        self.phrase = nn.Sequential(_layer(neck, 2 * neck, 1), nn.Conv2d(2 * neck, config.phrase, 1))
        self.place = nn.Sequential(_layer(neck, neck // 2), nn.Conv2d(neck // 2, 5, 1))
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Conv2d):
            if module in (self.phrase[-1], self.place[-1]):  # heads begin near nothing: boxes of REACH, no opinion
                init.normal_(module.weight, std=0.01)
            else:
                init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                init.zeros_(module.bias)
        else:
            super()._init_weights(module)

    def maps(self, pixel_values: Tensor) -> tuple[Tensor, ...]:
        """Return the maps of all stages, the finest first (see :class:`Dense`)."""
        values, found = self.stem(pixel_values), []
        for stage in self.stages:
            values = stage(values)
            found.append(values)
        return tuple(found)

    def features(self, maps: Sequence[Tensor]) -> Tensor:
        """Return the features of every patch, float [b, neck, height / STRIDE, width / STRIDE], of the stages' *maps*."""
        coarse: Tensor = self.inward[0](maps[-1])
        for inward, merged, fine in zip(self.inward[1:], self.merged, reversed(maps[1:-1]), strict=True):
            coarse = merged(inward(fine) + functional.interpolate(coarse, size=fine.shape[-2:], mode="nearest"))
        return coarse

    def forward(self, pixel_values: Tensor, unit: bool = True) -> Dense:
        """Return what is seen in each patch. Without *unit* phrases keep the length they come in: a loss that asks for some patches
        alone is quicker to bring those alone to unit length. Raises ValueError for pictures of sides that are no multiples of STRIDE."""
        height, width = pixel_values.shape[-2:]
        if height % STRIDE or width % STRIDE or min(height, width) < 32:
            raise ValueError(
                f"pictures of {width} x {height} pixels: both sides must be multiples of {STRIDE}, 32 at least"
            )
        stages = self.maps(pixel_values)
        features = self.features(stages)
        phrases = self.phrase(features)
        if unit:
            phrases = functional.normalize(phrases.float(), dim=1)
        placed = self.place(features).float()
        return Dense(features, phrases, corners(placed[:, :4], width, height), placed[:, 4], stages)


def corners(reach: Tensor, width: int, height: int) -> Tensor:
    """Return boxes float [b, 4, h, w] in fractions of a frame of *width* x *height* pixels, from how far they *reach* from the
    middles of their patches: float [b, 4, h, w], left, top, right and bottom as logarithms of parts of REACH."""
    far = reach.clamp(-5, 3).exp() * REACH
    rows, columns = reach.shape[-2:]
    ys = (torch.arange(rows, device=reach.device) + 0.5)[:, None] * STRIDE
    xs = (torch.arange(columns, device=reach.device) + 0.5) * STRIDE
    left, top, right, bottom = far.unbind(1)
    sides = [(xs - left) / width, (ys - top) / height, (xs + right) / width, (ys + bottom) / height]
    return torch.stack(sides, 1)


AutoConfig.register(TowerConfig.model_type, TowerConfig, exist_ok=True)
AutoModel.register(TowerConfig, VisionTower, exist_ok=True)
