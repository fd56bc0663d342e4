"""RoIAlign against a slow loop and known fields; regions of every kind as weights; places that are hardly there."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from models.expert import Refusal
from models.values import Box, Point, Polygon, Region, Stroke
from models.vision.regions import box_tensor, box_weights, mask_weights, pool, region_weights, roi_align

BOXES = [[0.1, 0.2, 0.7, 0.9], [0.0, 0.0, 1.0, 1.0], [0.33, 0.4, 0.36, 0.41]]


def look_up(field: np.ndarray, y: float, x: float) -> float:
    """The bilinear value of *field* [h, w] at y, x cells from the middle of the first cell, the rim going on for ever."""
    rows, columns = field.shape
    y, x = min(max(y, 0.0), rows - 1.0), min(max(x, 0.0), columns - 1.0)
    y0, x0 = int(y), int(x)
    y1, x1 = min(y0 + 1, rows - 1), min(x0 + 1, columns - 1)
    dy, dx = y - y0, x - x0
    above = field[y0, x0] * (1 - dx) + field[y0, x1] * dx
    below = field[y1, x0] * (1 - dx) + field[y1, x1] * dx
    return float(above * (1 - dy) + below * dy)


def slow(field: np.ndarray, box: list[float], bins: tuple[int, int], ratio: int) -> np.ndarray:
    """RoIAlign with half-pixel places, written out: one bin, one place at a time."""
    rows, columns = field.shape
    x0, y0, x1, y1 = (v * n - 0.5 for v, n in zip(box, (columns, rows, columns, rows), strict=True))
    high, wide = (y1 - y0) / bins[0], (x1 - x0) / bins[1]
    down, across = ratio or max(1, math.ceil(high)), ratio or max(1, math.ceil(wide))
    found = np.zeros(bins)
    for i in range(bins[0]):
        for j in range(bins[1]):
            places = [
                look_up(field, y0 + (i + (a + 0.5) / down) * high, x0 + (j + (b + 0.5) / across) * wide)
                for a in range(down)
                for b in range(across)
            ]
            found[i, j] = np.mean(places)
    return found


@pytest.mark.parametrize("ratio", [0, 1, 2, 3])
@pytest.mark.parametrize("bins", [(1, 1), (3, 2), (7, 7)])
def test_roi_align_equals_a_slow_loop(bins: tuple[int, int], ratio: int):
    field = np.random.default_rng(4).normal(size=(2, 9, 13))
    found = roi_align(torch.tensor(field)[None], [torch.tensor(BOXES, dtype=torch.float64)], bins, ratio).numpy()
    for number, box in enumerate(BOXES):
        for channel in range(2):
            assert np.allclose(found[number, channel], slow(field[channel], box, bins, ratio), atol=1e-9)


def test_a_flat_field_stays_flat_and_a_ramp_gives_the_middles_of_the_bins():
    rows, columns = 12, 20
    ys = (torch.arange(rows, dtype=torch.float64) + 0.5) / rows
    xs = (torch.arange(columns, dtype=torch.float64) + 0.5) / columns
    field = torch.stack([torch.full((rows, columns), 3.0, dtype=torch.float64), 5 * ys[:, None] + 2 * xs[None]])
    x0, y0, x1, y1 = 0.2, 0.3, 0.8, 0.7
    found = roi_align(field[None], [torch.tensor([[x0, y0, x1, y1]], dtype=torch.float64)], (4, 5), 2)
    assert torch.allclose(found[0, 0], torch.full((4, 5), 3.0, dtype=torch.float64))
    middles_y = y0 + (torch.arange(4, dtype=torch.float64) + 0.5) / 4 * (y1 - y0)
    middles_x = x0 + (torch.arange(5, dtype=torch.float64) + 0.5) / 5 * (x1 - x0)
    assert torch.allclose(found[0, 1], 5 * middles_y[:, None] + 2 * middles_x[None])


def test_boxes_belong_to_their_pictures_and_none_is_fine():
    torch.manual_seed(5)
    maps = torch.randn(3, 2, 6, 6)
    boxes = [torch.tensor(BOXES), torch.zeros(0, 4), torch.tensor(BOXES[:1])]
    found = roi_align(maps, boxes)
    assert found.shape == (4, 2, 7, 7)
    assert torch.equal(found[3], roi_align(maps[2:], [boxes[2]])[0])
    assert torch.equal(found[:3], roi_align(maps[:1], boxes[:1]))
    assert roi_align(maps[:1], [torch.zeros(0, 4)]).shape == (0, 2, 7, 7)


def test_several_stages_are_read_as_if_enlarged_to_the_finest_and_joined():
    torch.manual_seed(6)
    stages = [torch.randn(2, 3, 16, 12), torch.randn(2, 4, 8, 6), torch.randn(2, 5, 3, 2)]
    joined = torch.cat([functional.interpolate(s, size=(16, 12), mode="bilinear") for s in stages], 1)
    boxes = [torch.tensor(BOXES), torch.tensor(BOXES[:2])]
    assert torch.allclose(roi_align(stages, boxes), roi_align(joined, boxes), atol=1e-5)
    weights = [box_weights(rows, 16, 12) for rows in boxes]
    means = roi_align(joined, boxes, (56, 56), 0).mean((2, 3))
    assert torch.allclose(pool(stages, weights), means, atol=1e-5)


def test_gradients_reach_features_boxes_and_soft_masks():
    torch.manual_seed(7)
    stages = [torch.randn(1, 2, 5, 6, dtype=torch.float64, requires_grad=True),
              torch.randn(1, 1, 3, 3, dtype=torch.float64, requires_grad=True)]  # fmt: skip
    boxes = torch.tensor([[0.13, 0.21, 0.71, 0.87]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b, c: roi_align([a, b], [c], (2, 3), 2), [*stages, boxes])
    assert torch.autograd.gradcheck(lambda a, b, c: pool([a, b], [box_weights(c, 5, 6, 3)]), [*stages, boxes])
    masks = torch.rand(2, 7, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b, c: pool([a, b], [mask_weights(c, 5, 6)]), [*stages, masks])


def test_a_mask_weighs_each_cell_by_the_area_it_covers():
    mask = np.random.default_rng(8).random((24, 30)) < 0.3
    blocks = mask.reshape(4, 6, 5, 6).sum((1, 3))
    found = mask_weights(torch.from_numpy(mask)[None], 4, 5)[0]
    assert np.allclose(found.numpy(), blocks / mask.sum(), atol=1e-7)
    odd = mask_weights(torch.ones(1, 7, 5), 4, 3)[0]
    assert torch.allclose(odd, torch.full((4, 3), 1 / 12))
    coarse = mask_weights(torch.tensor([[[0.0, 1.0]]]), 2, 4)[0]
    assert torch.allclose(coarse, torch.tensor([[0, 0, 0.25, 0.25]] * 2))


REGIONS = {
    "box": Region(1, "image#1", box=Box(0.5, 0.25, 1.0, 0.75)),
    "point": Region(2, "image#1", points=(Point(0.9, 0.1),)),
    "scribble": Region(3, "image#1", strokes=(Stroke(((0.1, 0.9), (0.4, 0.9))),)),
    "polygon": Region(4, "image#1", polygons=(Polygon(((0.0, 0.0), (0.5, 0.0), (0.0, 0.5))),)),
    "mask": Region(5, "image#1", mask="mask#1"),
    "box without a place": Region(6, "image#1", box=Box(0.0, 0.0, 1.0, 1.0), points=(Point(0.3, 0.3, False),)),
}


def test_every_kind_of_region_gives_one_feature_of_what_lies_there():
    rows, columns = 8, 10
    xs = ((torch.arange(columns) + 0.5) / columns).expand(rows, columns)
    ys = ((torch.arange(rows) + 0.5) / rows)[:, None].expand(rows, columns)
    mask = np.zeros((60, 80), np.bool_)
    mask[30:60, 0:40] = True
    weights = region_weights(list(REGIONS.values()), (800, 600), rows, columns, {"mask#1": mask})
    assert weights.dtype == torch.float32
    assert torch.allclose(weights.sum((1, 2)), torch.ones(6))
    middles = pool(torch.stack([xs, ys])[None], [weights])
    wanted = torch.tensor([[0.75, 0.5], [0.9, 0.1], [0.25, 0.9], [1 / 6, 1 / 6], [0.25, 0.75], [0.5, 0.5]])
    assert (middles - wanted).abs().max() < 0.06
    assert torch.equal(weights[0], box_weights(box_tensor([Box(0.5, 0.25, 1.0, 0.75)]), rows, columns)[0])


def test_what_is_marked_as_not_this_is_left_out():
    whole = Region(1, "image#1", polygons=(Polygon(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))),))
    stroke = Stroke(((0.15, 0.1), (0.15, 0.9)), 0.2, positive=False)
    less = Region(1, "image#1", polygons=whole.polygons, strokes=(stroke,))
    both = region_weights([whole, less], (200, 200), 10, 10)
    assert both[1, 2:8, 1].max() == 0
    assert torch.allclose(both[0], torch.full((10, 10), 0.01))


def test_one_pixel_of_a_large_picture_counts_where_it_lies():
    mask = np.zeros((3000, 4000), np.bool_)
    mask[2999, 3999] = True
    weights = region_weights([Region(1, "image#1", mask="mask#1")], (4000, 3000), 6, 8, {"mask#1": mask})
    assert weights[0, 5, 7] == 1
    assert weights.sum() == 1
    small = region_weights([REGIONS["point"], REGIONS["scribble"], REGIONS["box"]], (1, 1), 4, 4)
    assert torch.allclose(small.sum((1, 2)), torch.ones(3))


def test_a_box_without_area_is_one_place():
    field = torch.arange(20.0).reshape(1, 1, 4, 5)
    found = roi_align(field, [torch.tensor([[0.5, 0.125, 0.5, 0.125]])], (2, 2))
    assert torch.equal(found, torch.full((1, 1, 2, 2), 2.0))


@pytest.mark.parametrize(
    "box", [[0.5, 0.5, 1.5, 0.9], [-0.2, 0.1, 0.3, 0.4], [0.5, 0.1, 0.4, 0.2], [0.1, math.nan, 0.4, 0.2]]
)
def test_a_box_outside_the_picture_is_refused(box: list[float]):
    with pytest.raises(ValueError, match="box 1 is"):
        roi_align(torch.zeros(1, 1, 4, 4), [torch.tensor([BOXES[0], box])])
    with pytest.raises(ValueError, match="must lie in the picture"):
        box_weights(torch.tensor([box]), 4, 4)


def test_detectors_may_round_a_little_beyond_the_rim():
    inside, beyond = torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.tensor([[-1e-5, 0.0, 1.00001, 1.0]])
    assert torch.equal(box_weights(beyond, 4, 4), box_weights(inside, 4, 4))


def test_what_marks_nothing_is_refused_in_words():
    nothing = Region(7, "image#1", points=(Point(0.5, 0.5, False),))
    with pytest.raises(Refusal, match="region#7 marks nothing"):
        region_weights([nothing], (100, 100), 4, 4)
    with pytest.raises(Refusal, match="not there any more"):
        region_weights([REGIONS["mask"]], (100, 100), 4, 4)
    with pytest.raises(ValueError, match="empty or not finite"):
        mask_weights(torch.zeros(1, 4, 4), 2, 2)
    assert region_weights([], (100, 100), 4, 5).shape == (0, 4, 5)


def test_maps_and_places_that_do_not_fit_are_refused():
    maps = torch.zeros(2, 1, 4, 4)
    with pytest.raises(ValueError, match="2 pictures, but places for 1"):
        roi_align(maps, [torch.tensor(BOXES)])
    with pytest.raises(ValueError, match="grid of the finest map"):
        pool(maps, [torch.zeros(1, 4, 4), torch.zeros(1, 8, 8)])
    with pytest.raises(ValueError, match="same pictures"):
        pool([maps, maps[:1]], [torch.zeros(1, 4, 4)] * 2)
    with pytest.raises(ValueError, match="as \\[n, 4\\]"):
        box_weights(torch.zeros(4), 4, 4)
