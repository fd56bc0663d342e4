"""Cutting out one thing after another with Segment Anything 2 of transformers, from a box, points, scribbles, outlines or an earlier mask.

The network sees the picture once, as a square; each thing is then a prompt of it. Pictures are prepared and masks read here, as its own
processor does, since that one needs torchvision: the picture is brought to the square with smoothing, points and boxes are told in its pixels,
and the mask, a quarter as fine, is enlarged to the picture before it is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models.diffusion.frame import plain
from models.expert import Refusal, Report
from models.grabcut import Marking
from models.masks import area, box_of
from models.prompted.loading import Network, load_network
from models.values import Box, Checkpoint, Polygon, Region, Stroke

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
"""What the network's pictures are brought to: of ImageNet, as its processor has it."""
SURE = 10.0
"""The logit of a pixel of an earlier mask, and less that of one outside."""
ALONG = 8
"""Points along one scribble that the network is told, at most."""
_GRID = 256
"""The side of the grid on which the middle of an outline is looked for."""


@dataclass(frozen=True)
class Prompt:
    """What tells one thing, in shares of the frame: *points* [n, 2] that are of it (*signs* 1) or not (0), its *box*, and an earlier
    *mask*, bool [h, w], to begin with."""

    points: NDArray[np.float64]
    signs: NDArray[np.int64]
    box: Box | None = None
    mask: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Seen:
    """A picture of *width* x *height* px as the network has seen it: *maps* of features."""

    maps: Any
    width: int
    height: int


def prompt_of(region: Region, marking: Marking) -> Prompt:
    """Return *region*, whose pixels *marking* tells, as a prompt. An outline or an earlier mask is a mask to begin with, and a box round it
    where nothing else is marked. Raises Refusal where only what is not meant is marked."""
    places: list[tuple[float, float]] = []
    signs: list[int] = []
    for point in region.points:
        places.append((point.x, point.y))
        signs.append(int(point.positive))
    for stroke in region.strokes:
        told = _along(stroke)
        places += told
        signs += [int(stroke.positive)] * len(told)
    for polygon in region.polygons:
        if not polygon.positive:
            places.append(_middle(polygon))
            signs.append(0)
    before, box = marking.before, region.box
    if marking.outline is not None:
        before = marking.outline if before is None else before | marking.outline
    if before is not None and not before.any():
        before = None
    if before is not None and box is None and 1 not in signs and (edges := box_of(before)):
        box = Box.from_pixels(*edges, before.shape[1], before.shape[0])
    if box is None and before is None and 1 not in signs:
        raise Refusal(
            "Only what does not belong to the thing is marked.", "Mark what is meant too: a click on it is enough."
        )
    return Prompt(np.array(places, np.float64).reshape(-1, 2), np.array(signs, np.int64), box, before)


def _along(stroke: Stroke) -> list[tuple[float, float]]:
    """Return at most ALONG points at equal distances along *stroke*, its ends among them."""
    corners = np.array(stroke.points, np.float64)
    steps = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    if way[-1] == 0:
        return [(float(corners[0, 0]), float(corners[0, 1]))]
    at = np.linspace(0, way[-1], min(ALONG, max(2, len(corners))))
    return [(float(x), float(y)) for x, y in zip(*(np.interp(at, way, corners[:, n]) for n in (0, 1)), strict=True)]


def _middle(polygon: Polygon) -> tuple[float, float]:
    """Return the place in *polygon* that is farthest from its outline."""
    import cv2

    inside = area(Region(0, "", polygons=(Polygon(polygon.points),)), _GRID, _GRID)
    depth = cv2.distanceTransform(np.pad(inside, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return (float(column) + 0.5) / _GRID, (float(row) + 0.5) / _GRID


class Segmenter:
    """Cuts things out; :func:`load_segmenter` makes one."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.side = int(network.model.prompt_encoder.input_image_size)

    def see(self, pixels: NDArray[np.uint8], report: Report, spare: bool = False) -> Seen:
        """Return *pixels* (uint8 [h, w, 3 or 4], what is transparent on white) as the network sees them. With *spare* it works on the
        processor, where a graphics card has no room. Cancelled from *report* passes."""
        import torch
        from PIL import Image

        image = Image.fromarray(plain(pixels)).resize((self.side, self.side), Image.Resampling.BILINEAR)
        levels = (np.asarray(image, np.float32) / 255 - MEAN) / SPREAD
        model = self.network.model
        with self.network.working(report, "looking at the picture", spare) as device:
            given = torch.from_numpy(levels.transpose(2, 0, 1)[None]).to(device, model.dtype)
            maps = [made.cpu() for made in model.get_image_embeddings(given)]
        return Seen(maps, pixels.shape[1], pixels.shape[0])

    def cut(self, seen: Seen, prompt: Prompt, report: Report, spare: bool = False) -> tuple[NDArray[np.bool_], float]:
        """Return the mask, bool [h, w] at the picture's size, of what *prompt* tells in the picture *seen*, and how well the network
        thinks that it fits, 0..1. Of a lone click, which may mean a thing or a part of it, the best of its three masks is taken.
        Raises ValueError where what the network gives are no numbers; Cancelled from *report* passes."""
        import cv2
        import torch

        model = self.network.model
        lone = prompt.box is None and prompt.mask is None and len(prompt.signs) == 1
        with self.network.working(report, "cutting it out", spare) as device:
            told = model(
                image_embeddings=[made.to(device) for made in seen.maps],
                multimask_output=lone,
                **{name: torch.from_numpy(value).to(device) for name, value in self._told(prompt).items()},
            )
            fits = told.iou_scores[0, 0].float().cpu().numpy()
            masks = told.pred_masks[0, 0].float().cpu().numpy()
        best = int(fits.argmax())
        if not (np.isfinite(fits[best]) and np.isfinite(masks[best]).all()):
            raise ValueError("the segmenter gave a mask that is not of numbers")
        large = cv2.resize(masks[best], (seen.width, seen.height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(large > 0), float(fits[best].clip(0, 1))

    def _told(self, prompt: Prompt) -> dict[str, NDArray[Any]]:
        """Return *prompt* in the network's pixels, whose middles have whole numbers, as its arguments."""
        told: dict[str, NDArray[Any]] = {}
        if len(prompt.signs):
            told["input_points"] = (prompt.points * self.side - 0.5)[None, None].astype(np.float32)
            told["input_labels"] = prompt.signs[None, None].astype(np.int32)
        if prompt.box is not None:
            edges = (prompt.box.x0, prompt.box.y0, prompt.box.x1, prompt.box.y1)
            told["input_boxes"] = (np.array(edges, np.float32) * self.side - 0.5)[None, None]
        if prompt.mask is not None:
            high, wide = self.network.model.prompt_encoder.mask_input_size
            share = _shrunk(prompt.mask, int(wide), int(high))
            told["input_masks"] = ((2 * share - 1) * SURE)[None, None].astype(np.float32)
        return told


def _shrunk(mask: NDArray[np.bool_], wide: int, high: int) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.resize(mask.astype(np.float32), (wide, high), interpolation=cv2.INTER_AREA), np.float32)


def load_segmenter(checkpoint: Checkpoint, device: str) -> Segmenter:
    """Return the segmenter of *checkpoint* for *device*; a checkpoint that is published for clips will do. Raises Refusal where it cannot be
    loaded."""

    def kind() -> Any:
        from transformers import Sam2Model

        return Sam2Model

    return Segmenter(load_network(checkpoint, device, kind))


def settled(mask: NDArray[np.bool_], marking: Marking, pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return *mask* with what was marked as the thing in it, what was marked as not the thing out of it, and nothing that is fully
    transparent in *pixels*."""
    made = (mask | marking.positive) & ~marking.negative
    return made if pixels.shape[2] == 3 else np.asarray(made & (pixels[..., 3] > 0))
