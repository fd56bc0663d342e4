"""Following one object from frame to frame: carried by optical flow, cut out anew at its edge, missed and found again.

Each step moves the mask by the flow, lets GrabCut decide anew in a narrow band round its edge (with the object as first
seen always in the colour model, against drift), and compares the result with what the object looks like. An object that
shrank to nothing or stopped looking like itself is lost: its masks are empty until something at least as
convincing turns up. Works on small frames; one Follower goes one way in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models.appearance import (
    OTHER,
    SAME,
    Look,
    bins,
    candidates,
    foreign,
    histogram,
    lab_of,
    likeness,
    look_at,
    ring,
    smooth,
)
from models.edges import grown, shrunk
from models.masks import box_of
from models.tape import Plate

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 12
"""An object of fewer px than this (of the working size) cannot be followed."""
_BGD, _FGD, _PR_BGD, _PR_FGD = 0, 1, 2, 3
_VIEWS = 3


class Flow:
    """Dense optical flow between grey frames (DIS, medium preset)."""

    def __init__(self) -> None:
        import cv2

        make: Any = vars(cv2)["DISOpticalFlow_create"]  # missing from OpenCV's type stubs
        self._dis: Any = make(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def between(self, frame: NDArray[np.uint8], before: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 [h, w, 2]: pixel (x, y) of *frame* was at (x, y) + flow in *before* (both uint8 grey [h, w])."""
        if min(frame.shape) < 16:  # smaller than the search patches
            return np.zeros((*frame.shape, 2), np.float32)
        return np.asarray(self._dis.calc(frame, before, None), np.float32)


def grey_of(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an RGB frame as grey."""
    import cv2

    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)


def warp(values: NDArray[Any], flow: NDArray[np.float32]) -> NDArray[Any]:
    """Return *values* [h, w] carried along *flow*; what comes from outside the frame is taken from its rim."""
    import cv2

    height, width = flow.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    remapped = cv2.remap(values, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(remapped)


class Follower:
    """One object followed one way through a clip.

    ``mask`` bool [h, w] is where it is in the latest frame (empty: lost), ``confidence`` 0..1 how much it looks like itself.
    """

    def __init__(self, frame: NDArray[np.uint8], mask: NDArray[np.bool_], plate: Plate | None = None) -> None:
        """Start from *frame* uint8 RGB [h, w, 3] with the object's *mask*, of at least LEAST px.

        *plate* is the empty scene, where the camera stands still.
        """
        self.mask = mask.copy()
        self.confidence = 1.0
        self.lost = bool(np.count_nonzero(mask) < LEAST)
        if self.lost:
            self.mask[:] = False
            return
        self._look: Look = look_at(frame, mask, plate)
        self._scene = plate
        self._recent = self._look.colours
        self._around = self._look.around
        self._models: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self._grey = grey_of(frame)
        self._lab = lab_of(frame)
        self._areas = [self._look.area]
        self._doubt = 0
        self._flow = Flow()
        self._views: list[tuple[NDArray[np.uint8], NDArray[np.bool_]]] = []
        self._others: NDArray[np.bool_] | None = None
        self._barred: NDArray[np.bool_] | None = None
        if self._look.plate is not None:
            self._others = (foreign(frame, self._look.plate) > OTHER) & ~grown(mask, 1)
        self._keep_view()

    def step(self, frame: NDArray[np.uint8], flow: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Take the next frame and the flow from it to the one before; return the object's mask in it."""
        if not hasattr(self, "_look"):
            return self.mask
        grey = grey_of(frame)
        found = self._search(frame) if self.lost else self._follow(frame, grey, flow)
        self._grey = grey
        self.lost = found is None
        if found is None:
            self.mask = np.zeros_like(self.mask)
            self.confidence = 0.0
            self._models = None
        else:
            self.mask = found
            self._lab = lab_of(frame)
            self._learn()
        self._barred = None
        if self._look.plate is not None:
            self._others = (foreign(frame, self._look.plate) > OTHER) & ~grown(self.mask, 1)
        return self.mask

    def _follow(
        self, frame: NDArray[np.uint8], grey: NDArray[np.uint8], flow: NDArray[np.float32]
    ) -> NDArray[np.bool_] | None:
        carried = self._carry(grey, flow)
        unmoved = self._unmoved(frame) if self._look.plate is None else np.zeros_like(carried)
        carried |= unmoved
        size = np.count_nonzero(carried)
        usual = float(np.median(self._areas))
        if size < max(LEAST, 0.02 * usual):
            return None
        self._bar(lab_of(frame), flow, carried)
        mask = self._cut(frame, carried, 0.07 if self._look.plate is None else 0.15)
        mask |= unmoved & self._owned(frame)
        after = np.count_nonzero(mask)
        if after > 1.7 * size + 30 or after < 0.3 * size:
            # A jump of the cut is seldom the object: keep what the flow says, but not for long if it looks wrong.
            mask, after = carried, size
        if after < max(LEAST, 0.02 * usual):
            return None
        if self._look.plate is not None and float(np.median(foreign(frame, self._look.plate)[mask])) < SAME:
            return None  # only the empty scene is left there
        self.confidence = self._alike(frame, mask)
        self._doubt = self._doubt + 1 if self.confidence < 0.45 else 0
        if self._doubt >= 3 or self.confidence < 0.25:
            self._doubt = 0
            return None
        return mask

    def _bar(self, lab: NDArray[np.uint8], flow: NDArray[np.float32], carried: NDArray[np.bool_]) -> None:
        """Carry along what stood before the empty scene beside the object: where it touches it, it is not taken in.

        Unless it has the object's colours more than those of the other things: then it was missed before.
        """
        self._barred = None
        if self._others is None:
            return
        far = self._others & ~grown(self.mask, 8)
        if np.count_nonzero(far) < 30:
            return
        strange = histogram(self._lab[far])
        place = bins(lab)
        own = np.maximum(self._look.colours, self._recent)[place]
        unlike = smooth(np.asarray(np.log((strange[place] + 1e-5) / (own + 1e-5)), np.float32)) > 0
        self._barred = np.asarray(warp(_soft(self._others), flow) > 0.5) & ~carried & unlike

    def _alike(self, frame: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
        """Return how much *mask* looks like the object, as first or as lately seen, 0..1."""
        inner = shrunk(mask, 1)
        now = histogram(lab_of(frame)[inner if np.count_nonzero(inner) >= 30 else mask])
        return max(likeness(now, self._look.colours), likeness(now, self._recent))

    def _carry(self, grey: NDArray[np.uint8], flow: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return the mask moved along: by the flow, or, where that explains the picture badly, by a leap found first."""
        soft = _soft(self.mask)
        carried = warp(soft, flow)
        error = _misfit(grey, warp(self._grey, flow), carried > 0.5)
        if error < 8:
            return np.asarray(carried > 0.5)
        leap, leap_error = self._leap(grey)
        if leap is None or leap_error > 0.75 * error:
            return np.asarray(carried > 0.5)
        moved, moved_grey = _shift(soft, leap), _shift(self._grey, leap)
        finer = self._flow.between(grey, moved_grey)
        bent = warp(moved, finer)
        bent_error = _misfit(grey, warp(moved_grey, finer), bent > 0.5)
        # The flow at the rim of something fast is unsure, so it has to explain the picture clearly better to be taken.
        return np.asarray((bent if bent_error < 0.6 * leap_error - 1 else moved) > 0.5)

    def _unmoved(self, frame: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return where the object was and the picture is as before: a surface that turns carries its pattern along, but
        not its outline. Of an object that stands before a known scene, what shows the scene is no part."""
        change = np.abs(lab_of(frame).astype(np.int16) - self._lab).sum(axis=2).astype(np.float32)
        still = self.mask & (smooth(change) < 6)
        if self._scene is not None:
            away = foreign(frame, self._scene)
            if np.mean(away[self.mask] > OTHER) > 0.05:
                still &= away > SAME
        return still

    def _leap(self, grey: NDArray[np.uint8]) -> tuple[tuple[int, int] | None, float]:
        """Return the shift (dx, dy) at which the object's last picture fits best nearby, and its misfit in grey levels."""
        import cv2

        box = box_of(self.mask)
        if box is None:
            return None, 0.0
        x0, y0, x1, y1 = box
        reach = int(min(1.5 * max(x1 - x0, y1 - y0) + 10, 0.35 * max(grey.shape)))
        padded = cv2.copyMakeBorder(grey, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
        area = padded[y0 : y1 + 2 * reach, x0 : x1 + 2 * reach].astype(np.float32)
        view = self._grey[y0:y1, x0:x1].astype(np.float32)
        weight = self.mask[y0:y1, x0:x1].astype(np.float32)
        error = cv2.matchTemplate(area, view, cv2.TM_SQDIFF, mask=weight)
        least, _, (x, y), _ = cv2.minMaxLoc(error)
        return (x - reach, y - reach), float(np.sqrt(max(0.0, least) / max(1.0, float(weight.sum()))))

    def _cut(self, frame: NDArray[np.uint8], about: NDArray[np.bool_], reach: float = 0.07) -> NDArray[np.bool_]:
        """Return *about* with its edge decided anew by GrabCut in a band of *reach* times the object's size."""
        import cv2

        radius = float(np.clip(reach * np.sqrt(np.count_nonzero(about)), 3, 12))
        box = box_of(about)
        if box is None:
            return about
        margin = int(3 * radius + 6)
        height, width = about.shape
        here = (
            slice(max(0, box[1] - margin), min(height, box[3] + margin)),
            slice(max(0, box[0] - margin), min(width, box[2] + margin)),
        )
        near = about[here].astype(np.uint8)
        depth = _depth(near) - _depth(1 - near)
        labels = np.where(near > 0, _PR_FGD, _PR_BGD).astype(np.uint8)
        labels[depth > radius] = _FGD
        labels[depth < -radius] = _BGD
        if self._barred is not None:
            labels[self._barred[here] & (depth < -1)] = _BGD
        if not (labels == _BGD).any():
            return about
        picture = np.ascontiguousarray(self._look.channels(frame)[here])
        surely = (depth > 1.5) & self._owned(frame[here])
        if np.count_nonzero(surely) < 0.5 * np.count_nonzero(depth > 1.5):
            surely = depth > 1.5  # the light has changed: its colours of before say little
        background, foreground = self._fit(picture[surely], picture[depth < -1.5])
        cv2.grabCut(picture, labels, None, background, foreground, 1, cv2.GC_EVAL_FREEZE_MODEL)
        mask = np.zeros_like(about)
        mask[here] = _whole((labels & 1) == 1, near > 0)
        return mask

    def _fit(
        self, inside: NDArray[np.uint8], outside: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the colour models of background and object, learnt from pixels [n, 3] that are surely one or the other
        and from the object as first seen, starting from the models of the frame before."""
        import cv2

        inside = np.concatenate([_some(inside), self._look.memory])
        outside = _some(outside)
        background, foreground = self._models or (np.zeros((1, 65)), np.zeros((1, 65)))
        if len(inside) >= 10 and len(outside) >= 10:
            first = self._models is None
            if first:
                cv2.setRNGSeed(0)
            pixels = np.concatenate([outside, inside])[None]
            labels = np.full((1, pixels.shape[1]), _FGD, np.uint8)
            labels[0, : len(outside)] = _BGD
            mode = cv2.GC_INIT_WITH_MASK if first else cv2.GC_EVAL
            cv2.grabCut(np.ascontiguousarray(pixels), labels, None, background, foreground, 3 if first else 1, mode)
            self._models = background, foreground
        return background, foreground

    def _owned(self, part: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return where a part of the frame has the object's colours rather than those lately round it."""
        place = bins(lab_of(part))
        own = np.maximum(self._look.colours, self._recent)[place]
        return smooth(np.asarray(np.log((own + 1e-5) / (self._around[place] + 1e-5)), np.float32)) > 0

    def _search(self, frame: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
        """Return where the lost object is, if something in the frame looks enough like it and unlike its surroundings."""
        usual = float(np.median(self._areas))
        lab = lab_of(frame)
        best: tuple[float, NDArray[np.bool_] | None] = (0.6, None)
        for place in candidates(frame, self._look, self._views):
            self._models = None
            mask = self._cut(frame, place, 0.12)
            size = np.count_nonzero(mask)
            if not max(LEAST, 0.25 * usual) <= size <= 2.5 * usual:
                continue
            alike = self._alike(frame, mask)
            outside = ring(mask)
            around = likeness(self._look.colours, histogram(lab[outside])) if outside.any() else 0.0
            score = alike * min(1.0, 0.75 + 0.5 * (alike - around))
            if score > best[0]:
                best = (score, mask)
                self.confidence = alike
        self._models = None
        return best[1]

    def _learn(self) -> None:
        """Let the memory of sizes and recent colours follow, slowly and only while the object is clearly seen."""
        size = int(np.count_nonzero(self.mask))
        box = box_of(self.mask)
        if box is None or self.confidence < 0.6:
            return
        outside = ring(self.mask)
        if outside.any():
            self._around = np.asarray(0.8 * self._around + 0.2 * histogram(self._lab[outside]), np.float32)
        height, width = self.mask.shape
        whole = box[0] > 1 and box[1] > 1 and box[2] < width - 1 and box[3] < height - 1
        if not whole or size < 0.4 * float(np.median(self._areas)):
            return  # partly outside or covered: its size now says nothing
        self._areas = [*self._areas[-59:], size]
        inner = shrunk(self.mask, 1)
        if np.count_nonzero(inner) >= 30:
            self._recent = np.asarray(0.9 * self._recent + 0.1 * histogram(self._lab[inner]), np.float32)
        self._age += 1
        if self._age >= 12:
            self._keep_view()

    def _keep_view(self) -> None:
        """Remember the object's picture: the first for good and a few recent ones."""
        self._age = 0
        box = box_of(self.mask)
        if box is None:
            return
        x0, y0, x1, y1 = box
        view = self._grey[y0:y1, x0:x1].copy(), self.mask[y0:y1, x0:x1].copy()
        self._views = [*self._views[:1], *self._views[1:][-(_VIEWS - 2) :], view]


def _shift(values: NDArray[Any], by: tuple[int, int]) -> NDArray[Any]:
    """Return *values* [h, w] moved by whole pixels (x, y); what comes from outside is 0."""
    import cv2

    height, width = values.shape
    return np.asarray(cv2.warpAffine(values, np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32), (width, height)))


def _some(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return at most about 3000 of the pixels [n, 3], evenly picked: enough to learn ten colours from."""
    return pixels[:: max(1, len(pixels) // 3000)]


def _soft(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8), np.float32)


def _depth(area: NDArray[np.uint8]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.distanceTransform(area, cv2.DIST_L2, 5), np.float32)


def _misfit(one: NDArray[np.uint8], other: NDArray[np.uint8], where: NDArray[np.bool_]) -> float:
    """Return the root mean square difference of two grey frames inside *where*, in grey levels."""
    if not where.any():
        return 0.0
    return float(np.sqrt(np.mean((one[where].astype(np.float32) - other[where]) ** 2)))


def _whole(mask: NDArray[np.bool_], carried: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return *mask* without crumbs: parts of under 5% of the largest, or that touch nothing of what was carried here."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 1:
        return mask
    overlap = np.bincount(labels[carried], minlength=count)
    least = 0.05 * stats[1:, 4].max()
    keep = [k for k in range(1, count) if stats[k, 4] >= least and overlap[k] > 0]
    return np.asarray(np.isin(labels, keep))
