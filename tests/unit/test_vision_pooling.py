"""Object tokens: the published size and reading, boxes and regions in order, none, and gradients to every part."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from models.values import Box, Point, Region
from models.vision.pooling import ObjectTokens
from models.vision.regions import region_weights, roi_align

BOXES = torch.tensor([[0.1, 0.2, 0.7, 0.9], [0.3, 0.3, 0.35, 0.36]])


def stages() -> list[torch.Tensor]:
    return [torch.randn(2, 3, 12, 16), torch.randn(2, 5, 6, 8), torch.randn(2, 7, 3, 4)]


def test_it_has_as_many_parameters_as_the_published_projector():
    with torch.device("meta"):
        made = ObjectTokens((192, 384, 768, 1536), 4096)
    assert sum(p.numel() for p in made.parameters()) == 2880 * 4096 + 4096 + 4096 * 4096 + 4096


def test_a_token_is_the_projected_mean_of_the_joined_stages_in_the_box():
    torch.manual_seed(11)
    maps, tokens = stages(), ObjectTokens((3, 5, 7), 8)
    joined = torch.cat([functional.interpolate(s, size=(12, 16), mode="bilinear") for s in maps], 1)
    first, second = tokens(maps, [BOXES, BOXES[:1]])
    assert first.shape == (2, 8)
    means = roi_align(joined, [BOXES, BOXES[:1]], (56, 56), 0).mean((2, 3))
    assert torch.allclose(torch.cat([first, second]), tokens.project(means), atol=1e-5)


def test_marked_regions_follow_the_boxes_and_a_drawn_box_reads_like_a_detectors():
    torch.manual_seed(12)
    maps, tokens = stages(), ObjectTokens((3, 5, 7), 8)
    drawn = [Region(1, "image#1", box=Box(0.1, 0.2, 0.7, 0.9)), Region(2, "image#1", points=(Point(0.5, 0.5),))]
    marked = region_weights(drawn, (640, 480), 12, 16)
    first, second = tokens(maps, [BOXES, torch.zeros(0, 4)], [marked[:0], marked])
    assert first.shape == second.shape == (2, 8)
    here, _ = tokens([m[1:].repeat(2, 1, 1, 1) for m in maps], [BOXES, BOXES])
    assert torch.allclose(second[0], here[0], atol=1e-5)
    assert not torch.allclose(second[1], here[0], atol=1e-2)


def test_no_place_at_all_gives_no_token_and_still_a_gradient():
    tokens = ObjectTokens((3, 5, 7), 8)
    found = tokens(stages(), [torch.zeros(0, 4)] * 2)
    assert [f.shape for f in found] == [(0, 8)] * 2
    torch.cat(found).sum().backward()
    assert all(p.grad is not None and not p.grad.any() for p in tokens.parameters())


def test_every_stage_learns_from_a_token():
    torch.manual_seed(13)
    maps = [s.requires_grad_() for s in stages()]
    ObjectTokens((3, 5, 7), 8)(maps, [BOXES, BOXES])[1].pow(2).sum().backward()
    for m in maps:
        assert m.grad is not None
        assert m.grad[1].any()
        assert not m.grad[0].any()


def test_half_precision_stays_near():
    torch.manual_seed(14)
    maps, tokens = stages(), ObjectTokens((3, 5, 7), 8)
    full = tokens(maps, [BOXES, BOXES])[0]
    half = tokens.to(torch.bfloat16)([m.to(torch.bfloat16) for m in maps], [BOXES, BOXES])[0]
    assert half.dtype == torch.bfloat16
    assert torch.allclose(half.float(), full, atol=0.03)


def test_what_does_not_fit_is_refused():
    tokens = ObjectTokens((3, 5), 8)
    with pytest.raises(ValueError, match="where \\[3, 5\\] are read"):
        tokens(stages(), [BOXES, BOXES])
    with pytest.raises(ValueError, match="marked places for 1"):
        tokens(stages()[:2], [BOXES, BOXES], [torch.zeros(0, 12, 16)])
    with pytest.raises(ValueError, match="places for 1"):
        tokens(stages()[:2], [BOXES])
