"""From places in a picture to features: RoIAlign for boxes, area-weighted means for regions of every other kind.

Everything here is linear in the features, so a place becomes *weights* on the grid of the finest map, and a feature of a
place is a product of weights and map: no map is ever resized, gradients flow, and the same numbers come out on every run.
Coordinates are fractions of the frame; the middle of cell j of a grid of n cells lies at (j + 0.5) / n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from models.expert import Refusal
from models.masks import area, box_of
from models.values import Box, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BINS = 56
"""Bins of a box in each direction before they are averaged to one feature, as in MG-LLaVA (``box_feat_size``)."""
DRAWN = 1024
"""Pixels of the longer side on which regions are drawn that refine no mask: fine against any grid, and quick."""
_NEAR = 1e-4


def box_tensor(boxes: Sequence[Box], device: torch.device | str = "cpu") -> Tensor:
    """Return *boxes* as float32 [n, 4]: x0, y0, x1, y1 in fractions."""
    rows = [(box.x0, box.y0, box.x1, box.y1) for box in boxes]
    return torch.tensor(rows, dtype=torch.float32, device=device).reshape(-1, 4)


def _checked(boxes: Tensor) -> Tensor:
    """Return *boxes* [n, 4] within 0..1, in float32 at least. Raises ValueError when one lies outside, is turned over or is not
    a number; a ten-thousandth is let pass, as detectors and half precision round."""
    boxes = boxes.to(torch.promote_types(boxes.dtype, torch.float32))
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes come as [n, 4] (x0, y0, x1, y1 in fractions), not as {tuple(boxes.shape)}")
    with torch.no_grad():
        inside = (boxes >= -_NEAR) & (boxes <= 1 + _NEAR)
        good = inside.all(1) & (boxes[:, 2:] >= boxes[:, :2]).all(1)
    if not bool(good.all()):
        number = int((~good).nonzero()[0])
        raise ValueError(
            f"box {number} is {boxes[number].tolist()}: it must lie in the picture, as x0 <= x1 and y0 <= y1 from 0 to 1"
        )
    return boxes.clamp(0, 1)


def _shares(places: Tensor, size: int) -> Tensor:
    """Return bilinear weights [..., size] of the cells round each of *places* [...] (0 is the middle of the first cell);
    before the first middle and behind the last, that cell counts alone."""
    cells = torch.arange(size, dtype=places.dtype, device=places.device)
    return (1 - (places.clamp(0, size - 1)[..., None] - cells).abs()).clamp(min=0)


def _bins(low: Tensor, high: Tensor, size: int, bins: int, ratio: int) -> Tensor:
    """Return weights [n, bins, size] of a row of *size* cells for each bin of the stretches *low*..*high* [n], fractions.

    Each bin is the mean of *ratio* places, evenly spread in it (0: as many as a bin has cells, rounded up).
    """
    start, step = low * size - 0.5, (high - low) * size / bins
    most = ratio or max(1, -(-size // bins))
    # less the rounding of fractions, or a box of just as many cells as bins would sometimes get two places a bin
    count = torch.full_like(step, ratio) if ratio else (step.detach() - _NEAR).ceil().clamp(1, most)
    number = torch.arange(most, dtype=low.dtype, device=low.device)
    within = (number[None] + 0.5) / count[:, None]
    bin_ = torch.arange(bins, dtype=low.dtype, device=low.device)
    places = start[:, None, None] + (bin_[:, None] + within[:, None]) * step[:, None, None]
    real = (number[None] < count[:, None]).to(low.dtype) / count[:, None]
    return (_shares(places, size) * real[:, None, :, None]).sum(2)


def _enlarge(size: int, fine: int, like: Tensor) -> Tensor:
    """Return the matrix [fine, size] of a bilinear resize from *size* to *fine* cells (as ``align_corners=False``)."""
    middles = (torch.arange(fine, dtype=like.dtype, device=like.device) + 0.5) * (size / fine) - 0.5
    return _shares(middles, size)


def _finest(stages: Sequence[Tensor]) -> tuple[int, int]:
    """Return the height and width of the finest of *stages*. Raises ValueError when they are not of the same pictures."""
    if not stages or any(stage.ndim != 4 or len(stage) != len(stages[0]) for stage in stages):
        raise ValueError(f"stages come as [b, c, h, w] of the same pictures, not as {[tuple(s.shape) for s in stages]}")
    return max(stage.shape[2] for stage in stages), max(stage.shape[3] for stage in stages)


def _several(stages: Tensor | Sequence[Tensor], places: Sequence[Tensor]) -> Sequence[Tensor]:
    given = [stages] if isinstance(stages, Tensor) else stages
    _finest(given)
    if len(places) != len(given[0]):
        raise ValueError(f"{len(given[0])} pictures, but places for {len(places)}: give one tensor for each picture")
    return given


def roi_align(
    stages: Tensor | Sequence[Tensor], boxes: Sequence[Tensor], bins: tuple[int, int] = (7, 7), ratio: int = 2
) -> Tensor:
    """Return the features within boxes, float [n, c, *bins*]: the rows of the first picture, then those of the next.

    *stages*: one map float [b, c, h, w], or several of the same pictures; several are concatenated on the grid of the finest,
    the others enlarged bilinearly, as MG-LLaVA does. *boxes*: for each picture float [n, 4], fractions; none is fine, and a box
    without area is one place. *bins* counts rows and columns; *ratio* is how many places of a bin are averaged in
    each direction, 0 for as many as it has cells, rounded up.

    He et al. 2017 (arXiv 1703.06870), with the half-pixel convention that torchvision calls ``aligned=True``; MG-LLaVA's code
    leaves that off and so reads half a cell beside the box. Raises ValueError for a box outside the picture.
    """
    given = _several(stages, boxes)
    height, width = _finest(given)
    found = []
    for number, rows in enumerate(boxes):
        x0, y0, x1, y1 = _checked(rows).unbind(1)
        down, across = _bins(y0, y1, height, bins[0], ratio), _bins(x0, x1, width, bins[1], ratio)
        parts = []
        for stage in given:
            values = stage[number]
            wy, wx = (
                _narrow(weights, size).to(values)
                for weights, size in ((down, values.shape[1]), (across, values.shape[2]))
            )
            parts.append(torch.einsum("nchx,nyh->ncyx", torch.einsum("chw,nxw->nchx", values, wx), wy))
        found.append(torch.cat(parts, 1))
    return torch.cat(found)


def _narrow(weights: Tensor, size: int) -> Tensor:
    """Return *weights* [n, bins, fine] as weights of the *size* cells that were enlarged to the fine ones."""
    return weights if weights.shape[-1] == size else weights @ _enlarge(size, weights.shape[-1], weights)


def box_weights(boxes: Tensor, height: int, width: int, bins: int = BINS, ratio: int = 0) -> Tensor:
    """Return weights float [n, height, width] whose sum is 1: with them, :func:`pool` gives the mean of all bins of
    :func:`roi_align`. *boxes* float [n, 4], fractions. Raises ValueError for a box outside the picture."""
    x0, y0, x1, y1 = _checked(boxes).unbind(1)
    down = _bins(y0, y1, height, bins, ratio).mean(1)
    across = _bins(x0, x1, width, bins, ratio).mean(1)
    return down[:, :, None] * across[:, None, :]


def _cover(cells: int, size: int, first: int, last: int, like: Tensor) -> Tensor:
    """Return how much, 0..1 px, of each pixel *first*..*last* of *size* lies in each of *cells* cells: [cells, last - first]."""
    edges = torch.arange(cells + 1, dtype=like.dtype, device=like.device) * (size / cells)
    pixels = torch.arange(first, last, dtype=like.dtype, device=like.device)
    return (torch.minimum(edges[1:, None], pixels + 1) - torch.maximum(edges[:-1, None], pixels)).clamp(min=0)


def mask_weights(masks: Tensor, height: int, width: int) -> Tensor:
    """Return weights [n, height, width] whose sum is 1: the share of each mask's area that lies in each cell.

    *masks* bool or float 0..1 [n, h, w], in any resolution; a single pixel counts where it lies. float32, float64 for float64.
    Raises ValueError for a mask that is empty or not finite.
    """
    kind = masks.dtype if masks.dtype == torch.float64 else torch.float32
    return _masked(masks, (height, width), tuple(masks.shape[-2:]), (0, 0)).to(kind)


def _masked(masks: Tensor, grid: tuple[int, int], frame: tuple[int, int], corner: tuple[int, int]) -> Tensor:
    """Return the weights float64 of *masks* [n, h, w] that were cut out of a *frame* (rows, columns) at *corner*."""
    values = masks.to(torch.float64)
    down, across = (_cover(grid[i], frame[i], corner[i], corner[i] + values.shape[1 + i], values) for i in (0, 1))
    covered = torch.einsum("yh,nhw,xw->nyx", down, values, across)
    total = covered.sum((1, 2), keepdim=True)
    if not bool(((total > 0) & total.isfinite()).all()):
        raise ValueError("a mask is empty or not finite: at least one pixel of each must be marked")
    return covered / total


def region_weights(
    regions: Sequence[Region],
    size: tuple[int, int],
    height: int,
    width: int,
    masks: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Tensor:
    """Return weights float32 [n, height, width], sum 1, of what a person marked on a picture of *size* (width, height) px.

    A box alone counts as a detector's does (:func:`box_weights`); anything else by the area it covers: a point is a small
    disc, a scribble as wide as it was drawn, polygons and masks are filled, and what was marked as "not this" is left out.
    *masks* holds the earlier masks (bool [h, w]) that regions refine. Raises Refusal when such a mask is missing or when a
    region marks nothing at all.
    """
    found = []
    for region in regions:
        if region.box and not (region.points or region.strokes or region.polygons or region.mask):
            found.append(box_weights(box_tensor([region.box]), height, width)[0])
            continue
        shrink = 1.0 if region.mask else min(1.0, DRAWN / max(size))
        across, down = (max(1, round(side * shrink)) for side in size)
        covered = area(region, across, down, masks)
        bounds = box_of(covered)
        if bounds is None:
            raise Refusal(f"{region.handle} marks nothing.", "Mark what is meant, not only what is not.")
        x0, y0, x1, y1 = bounds
        rows, columns = covered.shape
        part = torch.from_numpy(covered[y0:y1, x0:x1])[None]
        found.append(_masked(part, (height, width), (rows, columns), (y0, x0))[0].float())
    return torch.stack(found) if found else torch.zeros(0, height, width)


def pool(stages: Tensor | Sequence[Tensor], weights: Sequence[Tensor]) -> Tensor:
    """Return one feature for each place, float [n, c], the rows of the first picture first: means of the maps by *weights*.

    *stages* as for :func:`roi_align`; *weights*: for each picture float [n, h, w] on the grid of the finest map.
    Raises ValueError when they are on another grid.
    """
    given = _several(stages, weights)
    height, width = _finest(given)
    found = []
    for number, rows in enumerate(weights):
        if rows.shape[1:] != (height, width):
            raise ValueError(f"weights {tuple(rows.shape)} are not on the grid of the finest map, {height} x {width}")
        parts = []
        for stage in given:
            values = stage[number]
            on = _narrow(_narrow(rows, values.shape[2]).transpose(1, 2), values.shape[1]).transpose(1, 2)
            parts.append(torch.einsum("nhw,chw->nc", on.to(values), values))
        found.append(torch.cat(parts, 1))
    return torch.cat(found)
