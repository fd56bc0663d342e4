"""A scene at a size, with the exact truth of what is seen of each thing, worked out without painting anything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from models.masks import box_of, rle_string
from models.values import Box
from models.world import atlas, crisp
from models.world.scene import Scene, Thing, extent

from training.truth.values import Writer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SEEN = 0.55
"""A thing can be asked for when at least this share of it is seen."""
LEAST = 0.0012
"""... and what is seen of it fills at least this share of the frame."""


@dataclass(frozen=True)
class Bond:
    """The thing *child* is *kind* to *bearer* (ids): wearing and holding (the child is worn or held), riding, on or in."""

    kind: str
    child: int
    bearer: int


@dataclass(frozen=True)
class Shot:
    """A scene in a frame of *width* x *height* px whose things have ids of their own; *bonds* tell who bears whom."""

    scene: Scene
    width: int
    height: int
    bonds: tuple[Bond, ...] = ()

    @property
    def masks(self) -> NDArray[np.bool_]:
        """What is seen of each thing, bool [n, h, w]: equal to the composer's truth."""
        return self._drawn[0]

    @cached_property
    def _drawn(self) -> tuple[NDArray[np.bool_], list[tuple[int, int, NDArray[np.bool_], int]]]:
        """The masks, and for each thing the top left pixel and the part of its mask where it can be seen at all, and how many
        pixels the whole of it would fill."""
        masks = np.zeros((len(self.scene.things), self.height, self.width), np.bool_)
        windows = []
        for index, thing in enumerate(self.scene.things):
            solid, x, y, area = outline(thing, self.width, self.height)
            part = masks[:, y : y + solid.shape[0], x : x + solid.shape[1]]
            part[index] = solid & (thing.opacity > 0.02)
            if thing.opacity > 0.5:
                part[:index] &= ~solid
            windows.append((x, y, part[index], area))
        return masks, windows

    @cached_property
    def seen(self) -> dict[int, int]:
        """How many pixels are seen of each thing, by id."""
        parts = (part for _, _, part, _ in self._drawn[1])
        return {thing.id: int(np.count_nonzero(part)) for thing, part in zip(self.scene.things, parts, strict=True)}

    @cached_property
    def visible(self) -> dict[int, float]:
        """The seen share of each thing, by id, 0..1."""
        areas = (area for *_, area in self._drawn[1])
        return {
            t.id: min(1.0, self.seen[t.id] / max(1, area)) for t, area in zip(self.scene.things, areas, strict=True)
        }

    @cached_property
    def boxes(self) -> dict[int, Box]:
        """The box round what is seen, by id; things of which nothing is seen are not in it."""
        found = {}
        for thing, (x, y, part, _) in zip(self.scene.things, self._drawn[1], strict=True):
            edge = box_of(part)
            if edge is not None:
                corners = (edge[0] + x, edge[1] + y, edge[2] + x, edge[3] + y)
                found[thing.id] = Box.from_pixels(*corners, self.width, self.height)
        return found

    @cached_property
    def clear(self) -> frozenset[int]:
        """The ids of the things that are seen well enough to be asked for."""
        least = LEAST * self.width * self.height
        return frozenset(
            number for number, count in self.seen.items() if count >= least and self.visible[number] >= SEEN
        )

    @property
    def whole(self) -> bool:
        """Whether every thing is seen well enough to be asked for, so that none is half guessed at."""
        return len(self.clear) == len(self.scene.things)

    def thing(self, number: int) -> Thing:
        """Return the thing of that id. Raises StopIteration when there is none."""
        return next(thing for thing in self.scene.things if thing.id == number)

    def mask(self, ids: Iterable[int]) -> NDArray[np.bool_]:
        """Return where the things of *ids* are seen, bool [h, w]."""
        wanted = set(ids)
        chosen = [mask for thing, mask in zip(self.scene.things, self.masks, strict=True) if thing.id in wanted]
        return np.asarray(np.any(chosen, axis=0)) if chosen else np.zeros((self.height, self.width), np.bool_)

    def rle(self, ids: Iterable[int]) -> dict[str, Any]:
        """Return :meth:`mask` as COCO's compressed run lengths."""
        return rle_string(self.mask(ids))

    def extent(self, number: int) -> tuple[float, float, float, float]:
        """Return x0, y0, x1, y1 round the whole of a thing, hidden parts and parts outside the frame included."""
        thing = self.thing(number)
        return extent(thing, atlas.aspect(thing.name), self.width, self.height)

    def bearer(self, number: int, *kinds: str) -> int:
        """Return the id of what bears the thing *number* in one of *kinds* (any when none is given), 0 for nothing."""
        return next((b.bearer for b in self.bonds if b.child == number and (not kinds or b.kind in kinds)), 0)

    def without_decor(self, kinds: Sequence[str]) -> Shot:
        """Return the shot with the decorations *kinds* left out of its backdrop; masks and boxes are the same."""
        backdrop = self.scene.backdrop
        bare = replace(backdrop, without=tuple(dict.fromkeys((*backdrop.without, *kinds))))
        return replace(self, scene=replace(self.scene, backdrop=bare))

    def pixels(self) -> NDArray[np.uint8]:
        """Draw the shot: uint8 [h, w, 3]."""
        from models.world.composer import compose

        return compose(self.scene, self.width, self.height).pixels


@lru_cache(maxsize=4096)
def cover(name: str, step: int) -> tuple[NDArray[np.uint8], float]:
    """Return the cover of a sprite, uint8 [h, w], *step* times doubled (halved below 0), and the empty margin round it in its
    pixels: those of :func:`models.world.crisp.prepared`, without its colours, which cost nearly all of the time."""
    if step > 0:
        # Cover is doubled without a look at the colours: one pixel stands for them.
        return crisp.doubled(np.zeros((1, 1, 3), np.uint8), cover(name, step - 1)[0])[1], 2.0 * 2**step
    if step < 0:
        found = crisp.halved(cover(name, step + 1)[0])
        return found, 2.0 * found.shape[0] / cover(name, 0)[0].shape[0]
    return np.pad(atlas.sprite(name)[..., 3], 2), 2.0


def outline(thing: Thing, width: int, height: int) -> tuple[NDArray[np.bool_], int, int, int]:
    """Return where *thing* covers more than half of a pixel, bool [h, w], the top left pixel of that array in the frame, and
    how many pixels the whole of it would fill.

    The steps are those of :func:`models.world.composer.cut_out` on the cover alone, whose enlarged form is kept for every
    name: the colours, which cost most, are left out. A test holds the two equal.
    """
    import cv2

    long = thing.size * min(width, height)
    fine = 2 if long <= 256 else 1
    size = max(atlas.entry(thing.name).size)
    covered, margin = cover(thing.name, crisp.steps(size, long * fine))
    high, wide = covered.shape
    x0, y0, x1, y1 = extent(thing, (wide - 2 * margin) / (high - 2 * margin), width, height)
    left, top = math.floor(x0 * width) - 1, math.floor(y0 * height) - 1
    across, down = math.ceil(x1 * width) + 1 - left, math.ceil(y1 * height) + 1 - top
    turn, scale = math.radians(thing.rotation), long * fine / (max(high, wide) - 2 * margin)
    cosine, sine = math.cos(turn) * scale, math.sin(turn) * scale
    flip = -1.0 if thing.flip else 1.0
    matrix = np.array([[cosine * flip, -sine, 0.0], [sine * flip, cosine, 0.0]])
    middle = np.array([(thing.x * width - left) * fine - 0.5, (thing.y * height - top) * fine - 0.5])
    matrix[:, 2] = middle - matrix[:, :2] @ np.array([(wide - 1) / 2, (high - 1) / 2])
    patch = cv2.warpAffine(covered, matrix, (across * fine, down * fine), flags=cv2.INTER_LINEAR)
    if fine == 2:
        patch = cv2.resize(patch, (across, down), interpolation=cv2.INTER_AREA)
    solid = patch > 127
    a, b = max(0, -left), max(0, -top)
    kept = solid[b : max(b, height - top), a : max(a, width - left)]
    return np.asarray(kept), left + a, top + b, int(np.count_nonzero(solid))


def listed(shot: Shot) -> list[dict[str, Any]]:
    """Return the things of *shot* as plain data: id, name, tint, box (fractions), the share that is seen."""
    return [
        {"id": t.id, "name": t.name, "tint": t.tint, "box": corners(shot.boxes.get(t.id)), "visible": round(shot.visible[t.id], 3)}
        for t in shot.scene.things
    ]  # fmt: skip


def corners(box: Box | None) -> list[float]:
    """Return x0, y0, x1, y1 of *box*, [] for none."""
    return [] if box is None else [round(v, 5) for v in (box.x0, box.y0, box.x1, box.y1)]


def picture(shot: Shot) -> Writer:
    """Return what writes *shot* as a PNG file."""
    return lambda path: save(path, shot.pixels())


def save(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write *pixels*, uint8 [h, w] or [h, w, 3 or 4], as a PNG file."""
    from models.media import encode_png

    path.write_bytes(encode_png(pixels))


def mask_file(shot: Shot, ids: Sequence[int], *, inverted: bool = False) -> Writer:
    """Return what writes the mask of *ids* (or of all else) as a PNG file of 0 and 255."""

    def write(path: Path) -> None:
        mask = shot.mask(ids)
        save(path, np.where(~mask if inverted else mask, np.uint8(255), np.uint8(0)))

    return write
