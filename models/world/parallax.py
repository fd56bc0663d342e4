"""From a photograph to the stage of a film: the camera moves over it, and a marked thing moves before what was filled in behind it.

The first frame is the photograph. Nothing in it is recognised: what shall move must be marked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.expert import Report
from models.patchfill import fill
from models.world.cards import Card, Placing, View, lay
from models.world.composer import Cut
from models.world.film import Film
from models.world.render import Spot, Stage
from models.world.scene import Thing
from models.world.score import Actor
from models.world.staging import seen
from models.world.waves import rolled

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEPTH = 1.55
"""How much more than the ground a marked thing moves with the camera."""
_SETTLE = 0.5
"""Seconds in which the photograph's own edge of the thing gives way to the filled ground."""


@dataclass(frozen=True)
class Layers:
    """A photograph taken apart. *picture* uint8 [h, w, 3]; *filled* the same without the marked thing; *edge* bool [h, w],
    where the two differ outside of what hides it; *card* the thing cut out, *box* its place x0, y0, x1, y1 px."""

    picture: NDArray[np.uint8]
    filled: NDArray[np.uint8]
    edge: NDArray[np.float32]
    card: Card
    box: tuple[int, int, int, int]


def fitted_size(width: int, height: int, most: int) -> tuple[int, int]:
    """Return an even size with the shape of *width* x *height*, its longer side at most *most* px and none under 16."""
    scale = min(1.0, most / max(width, height))
    across, down = (max(16, 2 * round(side * scale / 2)) for side in (width, height))
    return across, down


def take_apart(picture: NDArray[np.uint8], mask: NDArray[np.bool_], seed: int, report: Report) -> Layers:
    """Return *picture* (uint8 [h, w, 3]) as the thing under *mask* (bool [h, w], neither empty nor everything) and the ground
    without it, filled from its surroundings."""
    import cv2

    height, width = mask.shape
    band = max(2, round(0.006 * max(height, width)))
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band + 1, 2 * band + 1))
    hole = np.asarray(cv2.dilate(mask.astype(np.uint8), around)) > 0
    filled, _ = fill(picture, hole, seed, report) if not hole.all() else (picture.copy(), "")
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(0.7, 0.0016 * max(height, width)))
    alpha = np.clip((soft - 0.35) / 0.5, 0, 1).astype(np.float32)
    box = _box(mask)
    here = (slice(box[1], box[3]), slice(box[0], box[2]))
    cover = alpha[here][..., None]
    pixels = np.dstack([picture[here].astype(np.float32) * cover, 255 * cover])
    return Layers(picture, filled, (hole & (alpha < 1)).astype(np.float32), Card(np.rint(pixels).astype(np.uint8)), box)


def _box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return x0, y0, x1, y1 px round *mask* with room for its soft edge."""
    height, width = mask.shape
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return max(0, int(xs[0]) - 3), max(0, int(ys[0]) - 3), min(width, int(xs[-1]) + 4), min(height, int(ys[-1]) + 4)


def thing_of(mask: NDArray[np.bool_], name: str) -> tuple[Thing, Actor]:
    """Return what is under *mask* (bool [h, w], not empty) as a thing of a scene, id 1, and as the motions see it."""
    height, width = mask.shape
    x0, y0, x1, y1 = _box(mask)
    x, y = (x0 + x1) / 2 / width, (y0 + y1) / 2 / height
    size = min(2.0, max(0.02, max(x1 - x0, y1 - y0) / min(width, height)))
    thing = Thing(name[:80] or "thing", x, y, size, shadow=False, id=1)
    # whether it lives and which way it looks is not known: it moves as a thing does and is never mirrored
    return thing, Actor(1, thing.name, x, y, (x1 - x0) / 2 / width, (y1 - y0) / 2 / height)


def photo_stage(
    film: Film, picture: NDArray[np.uint8], layers: Layers | None, water: NDArray[np.bool_] | None = None
) -> Stage:  # fmt: skip
    """Return the stage of *film* over *picture* (uint8 [h, w, 3]): the marked thing of *layers* is its thing 1, and what is
    under *water* (bool [h, w]) ripples."""
    height, width = picture.shape[:2]
    ground = _ground(picture, layers) if water is None else _rippling(picture, water)
    front = _front(film)
    if layers is None:
        return Stage(width, height, ground, {}, {}, _put, front)
    track = film.track(1)
    return Stage(
        width,
        height,
        ground,
        {1: layers.card},
        {1: Placing(base=track.base, foot=layers.card.height / 2)},
        _put,
        front,
        near=DEPTH,
    )


def _put(canvas: NDArray[np.float32], thing: Thing, cut: Cut, spot: Spot) -> None:
    lay(canvas, cut, thing.opacity)


def _ground(picture: NDArray[np.uint8], layers: Layers | None) -> Callable[[float, View], NDArray[np.float32]]:
    whole = picture.astype(np.float32)
    if layers is None:
        return lambda time, view: seen(whole, view)
    filled = layers.filled.astype(np.float32)
    edge = (whole - filled) * layers.edge[..., None]

    def ground(time: float, view: View) -> NDArray[np.float32]:
        left = max(0.0, 1 - time / _SETTLE)
        return seen(filled + edge * np.float32(left * left) if left > 0 else filled, view)

    return ground


def _rippling(picture: NDArray[np.uint8], water: NDArray[np.bool_]) -> Callable[[float, View], NDArray[np.float32]]:
    import cv2

    whole = picture.astype(np.float32)
    depth = cv2.distanceTransform(np.pad(water, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    # nothing from outside of the water may be drawn into it, so ripples grow from its edge inwards
    soft = np.clip(depth / (0.02 * max(water.shape)), 0, 1).astype(np.float32)
    return lambda time, view: seen(rippled(whole, soft, time), view)


def _front(film: Film) -> Callable[[NDArray[np.float32], float], None] | None:
    """Return what paints falling rain or snow, or mist, that the film goes over to; None where it does not."""
    if not film.changes:
        return None
    from models.world.backdrops import front

    def paint_front(canvas: NDArray[np.float32], time: float) -> None:
        for change in film.changes:
            share = min(max((time - change.start) / max(change.end - change.start, 1e-6), 0.0), 1.0)
            if share > 0:
                before = canvas.copy()
                front(change.backdrop, canvas, time)
                canvas[:] = before + (canvas - before) * np.float32(share)

    return paint_front


def rippled(picture: NDArray[np.float32], mask: NDArray[np.float32], time: float) -> NDArray[np.float32]:
    """Return *picture* float32 [h, w, 3] with what *mask* (float32 [h, w], 0..1, soft) covers moved in ripples; unmoved at 0."""
    height, width = mask.shape
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    size = mask * np.float32(0.006 * height * min(1.0, 1.5 * time))
    return rolled(picture, xs, ys, size, ys * np.float32(2 * math.pi / max(12.0, 0.05 * height)), time)
