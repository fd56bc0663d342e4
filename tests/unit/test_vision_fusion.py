"""Conv-Gate fusion: the identity at the start, MG-LLaVA's size and formula, and no grid but one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from models.vision.fusion import ConvGate


def maps(low: int = 6, high: int = 10, size: tuple[int, int] = (5, 4)) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(2, low, *size), torch.randn(2, high, *size)


def test_at_the_start_the_low_resolution_features_come_out_to_the_bit():
    torch.manual_seed(1)
    low, high = maps()
    for kind in (torch.float32, torch.bfloat16):
        fused = ConvGate(6, 10).to(kind)(low.to(kind), 100 * high.to(kind))
        assert np.array_equal(fused.detach().float().numpy(), low.to(kind).float().numpy())


def test_it_has_as_many_parameters_as_the_published_fusion():
    with torch.device("meta"):
        made = ConvGate(1024, 1536)
    assert sum(p.numel() for p in made.parameters()) == 6_085_121


@torch.no_grad()
def test_it_is_the_published_formula():
    torch.manual_seed(2)
    gate = ConvGate(6, 10)
    for parameter in gate.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    low, high = maps()
    seen = gate.high_outer.weight[:, :, 0, 0] @ functional.gelu(
        gate.high_inner.weight[:, :, 0, 0] @ high.flatten(2) + gate.high_inner.bias[:, None]
    )
    seen = seen + gate.high_outer.bias[:, None]
    spread = functional.conv2d(low, gate.low_inner.weight, gate.low_inner.bias, padding=3, groups=6)
    base = low.flatten(2) + gate.low_outer.weight[:, :, 0, 0] @ functional.gelu(spread.flatten(2))
    base = base + gate.low_outer.bias[:, None]
    fused = gate(low, high).flatten(2)
    for picture in range(2):
        means = torch.cat([base[picture].mean(1), seen[picture].mean(1)])
        number = math.tanh(float(gate.gate(means)))
        assert float(gate.opening(base[:, :, None], seen[:, :, None])[picture]) == pytest.approx(number, abs=1e-6)
        assert torch.allclose(fused[picture], base[picture] + number * seen[picture], atol=1e-5)


def test_training_moves_it_away_from_the_identity_and_each_picture_has_its_own_gate():
    torch.manual_seed(3)
    gate = ConvGate(6, 10)
    low, high = maps()
    step = torch.optim.SGD(gate.parameters(), 0.5)
    for _ in range(3):
        step.zero_grad()
        (gate(low, high) - high[:, :6]).pow(2).mean().backward()
        step.step()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in gate.parameters())
    fused = gate(low, high)
    assert not torch.equal(fused, low)
    assert torch.allclose(gate(low[1:], high[1:]), fused[1:], atol=1e-6)


def test_maps_of_two_grids_are_refused():
    gate = ConvGate(6, 10)
    low, _ = maps()
    with pytest.raises(ValueError, match="not on one grid"):
        gate(low, torch.randn(2, 10, 10, 8))
    with pytest.raises(ValueError, match="not on one grid"):
        gate(low, torch.randn(1, 10, 5, 4))
