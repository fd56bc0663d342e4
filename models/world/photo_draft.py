"""A photo while it is being changed: its pixels, the marked place, what may change, and the steps that paste, cut out and fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from models.edges import grown
from models.expert import Report
from models.masks import box_of
from models.patchfill import fill
from models.reach import reach
from models.world import paste
from models.world.nesting import nested
from models.world.paste import Way
from models.world.tint import tinted
from models.world.tools import Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Area = NDArray[np.bool_]
    Box = tuple[float, float, float, float]

BAND = 0.005
"""A thing's edge and glow reach over its mask by this share of the longer side, at least 2 px, as in ``remove``."""
MOST = 0.9
"""With more than this share of the picture gone, what is left says nothing about the rest."""
_GLOW = ("sun", "star", "fire", "candle", "light", "lantern", "lamp", "sparkl", "moon", "bulb", "flash", "comet", "rainbow",
         "high voltage", "diya")  # fmt: skip


LEAST = 0.12
"""A thing found in a marked place that covers less than this share of it is not the thing that was meant."""
LOOSE = 0.25
"""The same for a thing within a line that was drawn round it."""
CUT = 0.05
"""A thing of which more than this share lies outside of what may change is told to be cut."""
QUICK = 40_000
"""Pixels of a gap that will mostly be covered again: a larger one is filled on a smaller copy."""


class Cannot(Exception):
    """One order cannot be done on a photo; the text says why."""


@dataclass
class Photo:
    """*pixels* uint8 [h, w, 3 or 4]; *place* bool [h, w], what is marked, or None; *find* returns the marked thing with its
    own edges, bool [h, w]; *area* every pixel that was allowed to change; the rest as in ``models.world.changes.Changed``."""

    pixels: NDArray[np.uint8]
    place: Area | None
    find: Callable[[], Area]
    tools: Tools
    seed: int
    report: Report
    done: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Why orders could not be done; they are among the notes too."""
    unknown: list[str] = field(default_factory=list)
    loosely: Callable[[], Area] | None = None
    """What *find* returns where the mark is taken for a line drawn loosely round the thing, if it can be."""
    step: tuple[float, str] = (0.0, "")
    """How far the changes are, 0..1, and which one is made, as it was reported last."""
    limit: Area | None = None
    """All that may change, bool [h, w]: mark and band, where the mark is where the change lies; None where it tells what is meant."""

    def __post_init__(self) -> None:
        self.area: Area = np.zeros(self.pixels.shape[:2], np.bool_)
        self.random = np.random.default_rng(self.seed)

    def beat(self) -> None:
        """Report once more where the work is: between its longer steps, so that a stop is heeded there."""
        self.report(*self.step)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def bounds(self) -> Box:
        """Return the box round the marked place, px; raises Cannot when nothing is marked."""
        box = None if self.place is None else box_of(self.place)
        if box is None:
            raise Cannot("nothing is marked in the photo")
        return (float(box[0]), float(box[1]), float(box[2]), float(box[3]))

    def marked(self, what: str) -> Area:
        """Return the marked place; raises Cannot, naming *what* would have to be seen, when there is none."""
        if self.place is None or not self.place.any():
            raise Cannot(f"I do not know where {_the(what)} is in a photo: mark it")
        return self.place

    def paste(self, name: str, tint: str, box: Box, way: Way, allowed: Area | None = None) -> None:
        """Put the thing *name*, recoloured towards *tint* unless that is "", into *box* px."""
        sprite = self.tools.sprite(name)
        self.stick(tinted(sprite, tint) if tint else sprite, box, way, allowed)

    def stick(self, sprite: NDArray[np.uint8], box: Box, way: Way, allowed: Area | None = None) -> None:
        """Put *sprite* (uint8 [h, w, 4]) into *box* px; nothing outside *allowed* or the limit changes."""
        if self.limit is not None:
            allowed = self.limit if allowed is None else allowed & self.limit
        made = paste.put(self.pixels, sprite, box, way, self.random, allowed)
        self.pixels = made.pixels
        self.area |= made.area

    def near(self) -> Area:
        """Return the marked place and its band: what a thing that comes into the mark may touch."""
        return reach(self.marked("the place"))

    def kept_in(self, area: Area) -> Area:
        """Return what of *area* may change; that the rest of a thing may not is noted."""
        if self.limit is None:
            return area
        if np.count_nonzero(area & ~self.limit) > CUT * np.count_nonzero(area):
            self.notes.append("it reaches beyond the mark and ends there: nothing outside of it was changed")
        return area & self.limit

    def room(self, name: str, box: Box) -> Box:
        """Return *box* px, moved and made smaller as little as is needed for the thing *name* to lie within the mark. Raises Cannot
        where it has no room."""
        found = nested(self.marked("the place"), box, self.tools.sprite(name)[..., 3] > 60)
        if found is None or found[2] - found[0] < 1 or found[3] - found[1] < 1:
            raise Cannot(f"there is no room for the {name} in the mark: mark a larger place")
        return found

    def held(self, name: str, box: Box) -> Box:
        """Return *box* where the words want the thing *name*, brought into the mark where nothing may leave that."""
        if self.limit is None:
            return box
        found = self.room(name, box)
        if max(abs(a - b) for a, b in zip(found, box, strict=True)) > 0.01 * max(self.size):
            self.notes.append(f"the {name} was brought into the mark, since nothing outside of it is changed")
        return found

    def thing(self, what: str) -> Area:
        """Return the marked thing with its own edges, or the marked place as it is where no thing of some size is found."""
        place = self.marked(what)
        found = self.find()
        if np.count_nonzero(found & place) < LEAST * np.count_nonzero(place):
            self.notes.append("no thing with clear edges was found in the marked place, so it was taken as drawn")
            return place
        return found

    def body(self, what: str) -> Area:
        """Return the marked thing like :meth:`thing`, within a line that may be drawn round it at some distance."""
        place = self.marked(what)
        found = None if self.loosely is None else self.loosely() & place
        if found is not None and np.count_nonzero(found) >= LOOSE * np.count_nonzero(place):
            return found
        return self.thing(what)

    def empty(self, hole: Area, *, quick: bool = False) -> None:
        """Fill *hole* and the band round it from the rest of the photo; *quick* on a smaller copy, for a gap that will mostly
        be covered again. Raises Cannot when too little would be left."""
        gap = grown(hole, max(2, round(BAND * max(self.size)))) & reach(hole)
        gap = self.kept_in(gap)
        if np.count_nonzero(gap) > MOST * gap.size:
            raise Cannot("the marked place covers nearly the whole photo, so too little is left to fill it from")
        filled = self._filled_small(gap) if quick and np.count_nonzero(gap) > QUICK else None
        if filled is None:
            filled, _ = fill(self.pixels, gap, self.seed, self.report)
        self.pixels = filled
        self.area |= gap

    def _filled_small(self, gap: Area) -> NDArray[np.uint8]:
        """Return the photo with *gap* filled on a copy on which it has QUICK px, and given back the photo's grain."""
        import cv2

        from models.world.light import grain, measure

        shrink = float(np.sqrt(QUICK / np.count_nonzero(gap)))
        size = max(16, round(self.size[0] * shrink)), max(16, round(self.size[1] * shrink))
        small = np.asarray(cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        small_gap = np.asarray(cv2.resize(gap.astype(np.float32), size, interpolation=cv2.INTER_AREA)) > 0
        filled, _ = fill(small, small_gap, self.seed, self.report)
        large = cv2.resize(filled, self.size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
        box = box_of(gap) or (0, 0, *self.size)
        here = (slice(box[1], box[3]), slice(box[0], box[2]))
        seen = measure(self.pixels, box)
        large[here][..., :3] += grain((box[3] - box[1], box[2] - box[0]), seen, self.random)
        out = self.pixels.copy()
        out[gap] = np.clip(np.rint(large[gap]), 0, 255).astype(np.uint8)
        return out

    def cut(self) -> tuple[NDArray[np.uint8], Box, Area]:
        """Return the marked thing as RGBA with soft edges, its box px and its mask; raises Cannot when nothing is marked."""
        import cv2

        mask = self.thing("the thing")
        mask = self.kept_in(mask)
        found = box_of(mask)
        if found is None:
            raise Cannot("no thing was found in the marked place")
        pad = 3
        x0, y0 = max(0, found[0] - pad), max(0, found[1] - pad)
        x1, y1 = min(self.size[0], found[2] + pad), min(self.size[1], found[3] + pad)
        part = mask[y0:y1, x0:x1].astype(np.float32)
        # The rim mixes with what was behind it, so the cover falls within the mask.
        soft = np.clip(2 * cv2.GaussianBlur(part, (0, 0), 1.2) - 1.05, 0, 1)
        sprite = np.dstack([self.pixels[y0:y1, x0:x1, :3], np.rint(255 * soft).astype(np.uint8)])
        return sprite, (float(x0), float(y0), float(x1), float(y1)), mask

    def repaint(self, new: NDArray[np.uint8], area: Area, soft: int) -> None:
        """Take the colours of *new* (uint8 [h, w, 3]) within *area*, mixed over *soft* px inside its border."""
        import cv2

        area = area if self.limit is None else area & self.limit
        if area.all():
            self.pixels = np.dstack([new, self.pixels[..., 3:]]) if self.pixels.shape[2] == 4 else new
        else:
            depth = cv2.distanceTransform(np.pad(area.astype(np.uint8), 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
            share = np.clip(depth / (soft + 1), 0, 1)[..., None]
            old = self.pixels[..., :3]
            mixed = np.rint(old + (new.astype(np.float32) - old) * share).astype(np.uint8)
            out = self.pixels.copy()
            out[..., :3] = np.where(area[..., None], mixed, old)
            self.pixels = out
        self.area |= area


def glows(name: str) -> bool:
    """Return whether the thing *name* gives light itself."""
    return any(word in name for word in _GLOW) and not name.startswith(("sunf", "sung", "starf", "fire "))


def seat_of(name: str, tools: Tools) -> paste.Seat:
    """Return how *name* meets a photo when nothing else is said."""
    return "floats" if tools.know.entry(name).habitat == "sky" else "stands"


def fit(aspect: float, box: Box, *, stands: bool) -> Box:
    """Return the largest box of *aspect* (width over height) within *box*: on its lower edge if it *stands*, else in its middle."""
    wide = min(box[2] - box[0], (box[3] - box[1]) * aspect)
    high = wide / aspect
    x = (box[0] + box[2]) / 2
    foot = box[3] if stands else (box[1] + box[3] + high) / 2
    return x - wide / 2, foot - high, x + wide / 2, foot


def _the(what: str) -> str:
    what = what.strip() or "it"
    return (
        what
        if what in ("it", "this", "that") or what.startswith(("the ", "a ", "an ", "all ", "his ", "her "))
        else f"“{what}”"
    )
