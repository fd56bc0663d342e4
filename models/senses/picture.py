"""Rows of a picture: its cells, the things in it, and the regions that a person marked on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, normalize

from models.percepts import MARKED, PATCH, PLACE, THING, Percept
from models.senses import naming
from models.senses.eye import GRID, Look
from models.senses.sureness import LEAST, Sureness, measures
from models.values import Region
from models.vision import dense
from models.vision.regions import box_weights, pool, region_weights
from models.vision.suppress import chosen

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 12
"""Things of a picture, at most, and tracks of a clip."""


@dataclass(frozen=True)
class Things:
    """The things of one picture, the surest first: *boxes* float32 [n, 4] in fractions, *features* float32 [n, phrase + stages], and
    *sure* float32 [n], 0..1; *more*: how many were found besides."""

    boxes: NDArray[np.float32]
    features: NDArray[np.float32]
    sure: NDArray[np.float32]
    more: int = 0


def placed(boxes: NDArray[np.floating], start: float = 0.0, end: float = 0.0) -> NDArray[np.float32]:
    """Return places float32 [n, PLACE] of things that stay in *boxes* [n, 4] from *start* to *end*, s."""
    rows = np.zeros((len(boxes), PLACE), np.float32)
    rows[:, 0:4] = rows[:, 4:8] = np.clip(boxes, 0, 1)
    rows[:, 8], rows[:, 9] = start, end
    return rows


def cells() -> NDArray[np.float32]:
    """Return the boxes of the cells, row by row: float32 [GRID * GRID, 4]."""
    rows = [(x / GRID, y / GRID, (x + 1) / GRID, (y + 1) / GRID) for y in range(GRID) for x in range(GRID)]
    return np.array(rows, np.float32)


def patch_rows(look: Look) -> Percept:
    """Return the cells of a picture, GRID * GRID rows: what both encoders saw in each."""
    sure = adaptive_avg_pool2d(look.sure, GRID)[0].flatten()
    return Percept(PATCH, _half(look.grid.flatten(1).T), placed(cells()), (), sure.cpu().numpy().astype(np.float32))


def things(look: Look, judge: Sureness, most: int = MOST) -> Things:
    """Return the *most* surest things of a picture, none twice, as *judge* has it. Their phrase is the mean of their patches', of unit
    length; what follows is the mean of all stages over their box."""
    names = naming.things()
    found = dense.things(look.seen, names.vectors)
    sure = judge(measures(look.seen, found, names.vectors))
    found = [replace(one, sure=float(now)) for one, now in zip(found, sure, strict=True) if now >= LEAST]
    if not found:
        width = look.phrases.shape[1] + sum(stage.shape[1] for stage in look.stages)
        return Things(np.zeros((0, 4), np.float32), np.zeros((0, width), np.float32), np.zeros(0, np.float32))
    boxes, phrases, sure = (
        np.array(values, np.float32) for values in zip(*((one.box, one.phrase, one.sure) for one in found), strict=True)
    )
    kept = chosen(boxes, sure, names.nearest(phrases))
    more, kept = max(0, len(kept) - most), kept[:most]
    boxes, phrases, sure = boxes[kept], phrases[kept], sure[kept]
    height, width = look.stages[0].shape[2:]
    weights = box_weights(torch.from_numpy(boxes).to(look.low.device), height, width)
    stages = pool(look.stages, [weights]).cpu().numpy()
    return Things(boxes, np.concatenate([phrases, stages], 1), sure, more)


def thing_rows(found: Things) -> Percept:
    """Return things as rows, with their names."""
    width = naming.things().vectors.shape[1]
    names = naming.things().of(found.features[:, :width])
    return Percept(THING, found.features.astype(np.float16), placed(found.boxes), names, found.sure, found.more)


def marked_rows(
    look: Look,
    regions: Sequence[Region],
    size: tuple[int, int],
    masks: Mapping[str, NDArray[np.bool_]] | None = None,
) -> list[Percept]:
    """Return one row for each of *regions*, which a person marked on a picture of *size* (width, height) px; *masks* as in
    :func:`models.vision.regions.region_weights`. The phrase is the mean of the patches that the region covers, by its area and by how
    sure it is that they show a thing; *sure* is the mean of that. Raises Refusal for a region that marks nothing."""
    if not regions:
        return []
    height, width = look.stages[0].shape[2:]
    weights = region_weights(regions, size, height, width, masks).to(look.low.device)
    stages = pool(look.stages, [weights])
    meant = pool([look.stages[0][:, :1], look.phrases * look.sure, look.sure], [weights])[:, 1:]
    phrases, sure = normalize(meant[:, :-1], dim=1), meant[:, -1].clamp(0, 1).cpu().numpy()
    features = torch.cat([phrases, stages], 1)
    names = naming.things().of(phrases.cpu().numpy())
    rows = []
    for n, region in enumerate(regions):
        box = np.array([_bounds(region, masks)], np.float32)
        at = region.time or 0.0
        place = placed(box, at, at)
        rows.append(
            Percept(MARKED, _half(features[n : n + 1]), place, names[n : n + 1], sure[n : n + 1].astype(np.float32))
        )
    return rows


def _bounds(region: Region, masks: Mapping[str, NDArray[np.bool_]] | None) -> tuple[float, float, float, float]:
    """Return the box round all that a region marks; of one that refines a mask, round both."""
    drawn = region.bounds()
    boxes = [(drawn.x0, drawn.y0, drawn.x1, drawn.y1)] if drawn else []
    mask = (masks or {}).get(region.mask) if region.mask else None
    if mask is not None and mask.any():
        ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        high, wide = mask.shape
        boxes.append((xs[0] / wide, ys[0] / high, (xs[-1] + 1) / wide, (ys[-1] + 1) / high))
    if not boxes:
        return 0.0, 0.0, 1.0, 1.0
    low = np.min([box[:2] for box in boxes], 0)
    high_ = np.max([box[2:] for box in boxes], 0)
    return float(low[0]), float(low[1]), float(high_[0]), float(high_[1])


def _half(values: Tensor) -> NDArray[np.float16]:
    return np.asarray(values.cpu().numpy(), np.float16)
