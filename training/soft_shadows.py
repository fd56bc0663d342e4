"""The soft shadows of ``models.world.shadows`` for a whole batch of things at once."""

from __future__ import annotations

import torch
import torch.nn.functional as nn
from torch import Tensor


def blurred(values: Tensor, sigma: Tensor) -> Tensor:
    """Return [n, h, w] blurred by a Gaussian of its own *sigma* [n] px each, cut at four of them."""
    reach = max(1, int((4 * sigma.max()).ceil()))
    places = torch.arange(-reach, reach + 1, device=values.device)
    kernels = torch.exp(-(places**2) / (2 * sigma[:, None] ** 2)) * (
        places.abs() <= (4 * sigma[:, None]).round().clamp(min=1)
    )
    kernels = kernels / kernels.sum(1, keepdim=True)
    count = len(values)
    rows = nn.conv2d(values[None], kernels[:, None, None, :], padding=(0, reach), groups=count)
    return nn.conv2d(rows, kernels[:, None, :, None], padding=(reach, 0), groups=count)[0]


def _laid(cover: Tensor, foot: Tensor, lean: Tensor, flat: float, pad: int) -> Tensor:
    """Return outlines [n, h, w] laid on the ground, *pad* px wider on every side: a point *d* above the foot falls at
    flat * d above it, moved sideways by lean * d."""
    height, width = cover.shape[1:]
    ys = torch.arange(-pad, height + pad, device=cover.device) + 0.5
    xs = torch.arange(-pad, width + pad, device=cover.device) + 0.5
    away = (foot[:, None] - ys) / flat
    from_y = (foot[:, None] - away)[:, :, None].expand(-1, -1, len(xs))
    from_x = xs - (lean[:, None] * away)[:, :, None]
    grid = torch.stack([from_x * 2 / width - 1, from_y * 2 / height - 1], -1)
    return nn.grid_sample(cover[:, None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)[:, 0]


def on_ground(cover: Tensor, place: Tensor, foot: Tensor, long: Tensor, side: Tensor, strength: Tensor) -> Tensor:
    """Return the darkness 0..0.8 [n, h, w] that things throw on the ground below them.

    *cover* [n, h, w]; *place* [n, 4] the x, y, width and height of each thing on the frame; *foot* the row it stands on,
    *long* its longer side, px; *side* where the light comes from; *strength* 0..1, all [n].
    """
    height, width = cover.shape[1:]
    soft = 0.03 * long + 0.5
    pad = int((4 * soft.max()).ceil()) + 1
    high = place[:, 3]
    cast = blurred(_laid(cover, foot, -0.3 * side, 0.17, pad), soft)
    ys = torch.arange(-pad, height + pad, device=cover.device) + 0.5
    xs = torch.arange(-pad, width + pad, device=cover.device) + 0.5
    fade = (1.1 - (foot[:, None] - ys) / (0.17 * high[:, None]).clamp(min=1)).clamp(0, 1)
    shade = cast * fade[:, :, None] * 0.7
    top = place[:, 1]
    base = ((foot - top).floor() - (0.09 * long).floor().clamp(min=2)).clamp(min=0)
    base = top + torch.minimum(base, high - 1)
    feet = cover * (torch.arange(height, device=cover.device) >= base[:, None])[:, :, None]
    touch = blurred(_laid(feet, foot, torch.zeros_like(side), 0.45, pad), 0.4 * soft)
    columns = (feet > 0.5).any(1)
    numbers = torch.arange(width, device=cover.device)
    first = torch.where(columns, numbers, width).min(1).values
    last = torch.where(columns, numbers + 1, 0).max(1).values
    middle, half = (first + last) / 2, ((last - first) / 2).clamp(min=1)
    us = (xs - middle[:, None]) / (half * 1.3 + 0.02 * long)[:, None]
    deep = torch.minimum(0.085 * long, half * 0.5).clamp(min=1.5)
    vs = (ys - (foot - 0.01 * long)[:, None]) / deep[:, None]
    pool = (1 - us[:, None] ** 2 - vs[:, :, None] ** 2).clamp(0, 1)
    touched = torch.maximum(shade, touch)
    touched = touched + (1 - touched) * pool * 0.42
    shade = torch.where(columns.any(1)[:, None, None], touched, shade)
    dark = (shade * (strength * 1.25)[:, None, None]).clamp(max=0.8)
    return dark[:, pad : pad + height, pad : pad + width]


def behind(cover: Tensor, place: Tensor, foot: Tensor, long: Tensor, side: Tensor, strength: Tensor) -> Tensor:
    """Return the darkness [n, h, w] that things throw on a wall close behind them; arguments as of :func:`on_ground`."""
    soft = 0.025 * long + 0.5
    height, width = cover.shape[1:]
    shift_x, shift_y = (-(side * 0.02 * long).round()).int().tolist(), (0.03 * long).round().int().tolist()
    pad = max(max(map(abs, shift_x)), max(map(abs, shift_y)), int((4 * soft.max()).ceil())) + 1
    wide = blurred(nn.pad(cover, (pad, pad, pad, pad)), soft) * (strength * 0.9)[:, None, None]
    out = torch.empty_like(cover)
    for index, (dx, dy) in enumerate(zip(shift_x, shift_y, strict=True)):
        out[index] = wide[index, pad - dy : pad - dy + height, pad - dx : pad - dx + width]
    return out
