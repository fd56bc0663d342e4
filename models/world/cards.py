"""Cut-outs that move before a ground: a picture with transparency, put down turned, scaled, squashed, sheared and faded.

A card is premultiplied RGBA; a canvas float32 RGB [h, w, 3], 0..255. Scenes (sprites of the atlas) and photographs (a thing
cut out of the picture) are drawn with the same cards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from models.world.composer import Cut
from models.world.film import Pose, Track, pose
from models.world.scene import Thing

if TYPE_CHECKING:
    from numpy.typing import NDArray

THIN = 0.05
"""The least width, as a share, of a card seen from its edge."""


@dataclass(frozen=True)
class Card:
    """*pixels* uint8 [h, w, 4], premultiplied; *fine* how many of its pixels go on one of the frame at rest."""

    pixels: NDArray[np.uint8]
    fine: float = 1.0

    @property
    def width(self) -> float:
        """Its width at rest, px of the frame."""
        return float(self.pixels.shape[1] / self.fine)

    @property
    def height(self) -> float:
        return float(self.pixels.shape[0] / self.fine)

    @cached_property
    def solid(self) -> int:
        """How many of its pixels are more than half covered."""
        return int(np.count_nonzero(self.pixels[..., 3] > 127))

    @cached_property
    def levels(self) -> list[NDArray[np.uint8]]:
        """The card and ever smaller copies, each half as large."""
        import cv2

        found = [self.pixels]
        while min(found[-1].shape[:2]) > 12:
            rows, columns = found[-1].shape[:2]
            small = cv2.resize(found[-1], (max(1, columns // 2), max(1, rows // 2)), interpolation=cv2.INTER_AREA)
            found.append(np.asarray(small, np.uint8))
        return found


@dataclass(frozen=True)
class View:
    """What the camera sees of the frame: its middle *x*, *y* as fractions and the *zoom*, in a frame of width x height px."""

    width: int
    height: int
    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0

    def matrix(self, near: float = 1.0) -> NDArray[np.float64]:
        """Return the affine map [3, 3] from px of the still frame to px of the picture. *near* above 1 moves and grows more,
        as what is closer to the camera does."""
        zoom = 1 + (self.zoom - 1) * near
        half_x, half_y = 0.5 / self.zoom, 0.5 / self.zoom
        x = 0.5 + (min(max(self.x, half_x), 1 - half_x) - 0.5) * near if self.zoom >= 1 else 0.5
        y = 0.5 + (min(max(self.y, half_y), 1 - half_y) - 0.5) * near if self.zoom >= 1 else 0.5
        return np.array(
            [[zoom, 0, (0.5 - zoom * x) * self.width], [0, zoom, (0.5 - zoom * y) * self.height], [0, 0, 1.0]]
        )

    @property
    def still(self) -> bool:
        """Whether this is the whole frame as it stands."""
        return self.zoom == 1.0 and self.x == 0.5 and self.y == 0.5


@dataclass(frozen=True)
class Placing:
    """How a thing rests: turned by *rotation* degrees clockwise, mirrored before that or not, *base* where it is held when it
    swells or squashes (1 its foot, 0 its centre), *foot* how far its lowest row is below its centre, px."""

    rotation: float = 0.0
    flip: bool = False
    base: float = 1.0
    foot: float = 0.0


def matrix_of(card: Card, at: Pose, rest: Placing, width: int, height: int) -> NDArray[np.float64]:
    """Return the affine map [3, 3] from px of *card* to px of a *width* x *height* frame for the pose *at*."""
    across = math.cos(math.radians(at.turn))
    across = math.copysign(max(abs(across), THIN), across or 1.0)
    high = at.scale * (1 - at.squash)
    wide = at.scale * (1 - at.squash) ** -0.75 * across
    half = card.height / 2
    # the point that is held: on the thing's own upright axis, so that a thing at rest is where the scene has it
    hold = rest.base * half
    to_middle = _shift(-card.pixels.shape[1] / 2, -card.pixels.shape[0] / 2)
    fine = np.diag([1 / card.fine, 1 / card.fine, 1.0])
    shape = _shift(0, hold) @ np.array([[wide, -at.lean, 0], [0, high, 0], [0, 0, 1.0]]) @ _shift(0, -hold)
    middle = _shift(0, hold * (1 - high))
    turned = middle @ _turn(at.angle) @ np.linalg.inv(middle)
    x, y = at.x * width, (at.y - at.lift) * height
    mirror = np.diag([-1.0 if rest.flip else 1.0, 1.0, 1.0])
    return np.asarray(_shift(x, y) @ turned @ shape @ _turn(rest.rotation) @ mirror @ fine @ to_middle)


def _shift(x: float, y: float) -> NDArray[np.float64]:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def _turn(degrees: float) -> NDArray[np.float64]:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])


def resting(card: Card, thing: Thing, base: float, width: int, height: int) -> Placing:
    """Return how *thing* rests, its foot found by drawing it."""
    plain = Placing(thing.rotation, thing.flip, base)
    turn = matrix_of(card, pose(Track(0), thing, 0.0), plain, width, height)
    side = 4 * math.ceil(max(card.width, card.height))
    middle = _shift(side / 2 - thing.x * width, side / 2 - thing.y * height)
    cut = cut_of(card, middle @ turn, side, side)
    foot = card.height / 2
    if cut is not None and (cut.cover > 0.5).any():
        foot = cut.y + float(np.flatnonzero((cut.cover > 0.5).any(axis=1))[-1]) + 1 - side / 2
    return Placing(thing.rotation, thing.flip, base, foot)


def cut_of(
    card: Card,
    matrix: NDArray[np.float64],
    width: int,
    height: int,
    *,
    floor: float = math.inf,
    foot: float | None = None,
) -> Cut | None:
    """Return *card* as it falls by *matrix* on a frame of *width* x *height* px, nothing of it below row *floor*; None when it
    is wholly outside. *foot* is the row it stands on (None: its lowest one)."""
    import cv2

    size = math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))
    high, wide = card.pixels.shape[:2]
    corners = matrix @ np.array([[0, wide, wide, 0], [0, 0, high, high], [1, 1, 1, 1.0]])
    x0, x1 = max(0, math.floor(corners[0].min()) - 1), min(width, math.ceil(corners[0].max()) + 1)
    y0, y1 = (
        max(0, math.floor(corners[1].min()) - 1),
        min(height, math.ceil(corners[1].max()) + 1, math.ceil(min(floor, 9e6))),
    )
    if x0 >= x1 or y0 >= y1 or size < 1e-4:
        return None
    # drawn twice as large and reduced, as the composer does, so that what moves is as smooth as what stands
    long = max(card.width, card.height) * size * card.fine
    fine = 2 if long <= 256 else 1
    level = min(len(card.levels) - 1, max(0, math.floor(-math.log2(size * fine) + 1e-6)))
    source = card.levels[level]
    across, down = wide / source.shape[1], high / source.shape[0]
    own = np.array([[across, 0, across / 2], [0, down, down / 2], [0, 0, 1.0]])
    # the maps count from a px's corner, OpenCV from its middle
    whole = _shift(-0.5, -0.5) @ np.diag([fine, fine, 1.0]) @ _shift(-x0, -y0) @ matrix @ own
    patch = cv2.warpAffine(source, whole[:2], ((x1 - x0) * fine, (y1 - y0) * fine), flags=cv2.INTER_LINEAR)
    if fine == 2:
        patch = cv2.resize(patch, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    patch = patch.astype(np.float32)
    if y0 <= floor < y1:
        patch[int(floor) - y0] *= np.float32(floor - int(floor))
    area = round(card.solid * size * size)
    low = float(corners[1].max()) if foot is None else foot
    return Cut(patch[..., :3], patch[..., 3] / np.float32(255), x0, y0, area, low, long)


def lay(canvas: NDArray[np.float32], cut: Cut, opacity: float) -> None:
    """Put *cut* onto *canvas* as it is."""
    high, wide = cut.cover.shape
    part = canvas[cut.y : cut.y + high, cut.x : cut.x + wide]
    part *= (np.float32(1) - cut.cover * np.float32(opacity))[..., None]
    part += cut.rgb * np.float32(opacity)
