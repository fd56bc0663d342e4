"""Cutting one marked thing out of a picture: GrabCut on a small copy, then its edge refined at full size.

The marks of a person are rarely complete, so each kind seeds the colour models in its own way. A box or an outline says
that everything beyond it is background. Clicks and scribbles alone say nothing about the extent, so ``models.extents``
proposes one, and GrabCut (Rother, Kolmogorov and Blake 2004) decides anew only about a wide band along its outline. An
earlier mask proposes itself, and only the neighbourhood of the new marks may change much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from models.edges import agreement, core, grown, half, refine, shrink, shrunk, tidy
from models.expert import Refusal, Report, Share
from models.extents import guess
from models.geodesic import reached
from models.masks import box_of
from models.previews import Outlined
from models.vision.suppress import overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORK_SIDE = 320
"""Longest side in px of the copy that GrabCut runs on: more costs time in proportion and gains little (benchmark)."""
ITERATIONS = 5
OPEN_IN, OPEN_OUT = 0.25, 0.45
"""How far inside and outside a guessed outline GrabCut may move it, in parts of the root of the guessed area."""
NEVER, LIKELY, CERTAIN = 0.02, 0.5, 0.9
"""Below this a sketch says that the thing is not there; from here on that it rather is; above this that it is."""
FITTING = 0.5
"""How far the box round what a sketch finds likely must agree with the box that was given (intersection over union)."""
SMALLEST_BOX = 4
"""A box with a side below this many px cannot hold a thing and the background that must lie beside it."""
_BGD, _FGD, _PR_BGD, _PR_FGD = 0, 1, 2, 3


@dataclass
class Marking:
    """What a person marked for one object, all at the picture's size [height, width].

    *box* is x0, y0, x1, y1 in px, ends exclusive; *outline* the inside of drawn polygons; *positive* and *negative* the
    pixels under clicks and scribbles; *before* an earlier mask to refine. At least one of them says something. *sketch*, float32
    [h, w], 0..1, a grid over the frame of any fineness, tells how likely the thing is seen where, as somebody else makes it out:
    it counts beside a box alone.
    """

    positive: NDArray[np.bool_]
    negative: NDArray[np.bool_]
    box: tuple[int, int, int, int] | None = None
    outline: NDArray[np.bool_] | None = None
    before: NDArray[np.bool_] | None = None
    sketch: NDArray[np.float32] | None = None


@dataclass
class Cut:
    """A found object: *mask* bool [height, width], *score* 0..1 and *notes* for the person.

    The score is how well the mask fits the picture (:func:`models.edges.agreement`); where nothing but clicks and scribbles
    told the extent, times how sure that is (``models.extents.Guess``).
    """

    mask: NDArray[np.bool_]
    score: float
    notes: list[str] = field(default_factory=list)


def cut(
    pixels: NDArray[np.uint8], marking: Marking, seed: int, report: Report, shown: Outlined | None = None
) -> Cut:  # fmt: skip
    """Cut the marked thing out of *pixels* (uint8 RGB or RGBA [h, w, c]); the same input and seed give the same mask.

    Fully transparent pixels never belong to it. *report* is called between iterations with a fraction 0..1 and what is found
    so far, in the picture *shown* where one is given. Raises Refusal when the marks leave nothing to tell apart, and lets
    Cancelled from *report* pass.
    """
    height, width = pixels.shape[:2]
    shown = shown or Outlined(pixels)
    notes: list[str] = []
    marking = _sound(marking, width, height, notes)
    window = _window(marking, width, height)
    guess = marking.box is None and marking.outline is None  # the extent is not drawn, a second look may follow
    share = 0.6 if guess else 1.0
    mask, fit, sure = _cut_window(pixels, marking, window, seed, Share(report, 0.0, share), shown)
    tight = box_of(mask)
    if tight is not None and guess and _coarse(window, tight):
        # A small thing in a large picture: look again from near, starting from what was found from afar.
        again = Marking(marking.positive, marking.negative, before=mask)
        near = _widen(tight, 0.4, width, height)
        mask, fit, _ = _cut_window(pixels, again, near, seed, Share(report, share, 1.0), shown)
    if not mask.any():
        raise Refusal(
            "Nothing inside the marks could be told apart from what is around them.",
            "Draw a box with some room round the thing, or scribble over it.",
        )
    return Cut(mask, fit * sure, notes)


def _sound(marking: Marking, width: int, height: int, notes: list[str]) -> Marking:
    """Return *marking* with a useless box dropped; raise Refusal where nothing usable is left."""
    box, pointed = marking.box, marking.positive.any()
    if box is not None:
        x0, y0, x1, y1 = box
        drawn = pointed or marking.outline is not None or marking.before is not None
        if min(x1 - x0, y1 - y0) < SMALLEST_BOX:
            if not drawn:
                raise Refusal(
                    f"The box is only {x1 - x0} x {y1 - y0} pixels, too small to hold a thing.",
                    "Draw a larger box round the thing, or click on it.",
                )
            box = None
        elif (x1 - x0) * (y1 - y0) > 0.985 * width * height:
            if not drawn and not marking.negative.any():
                raise Refusal(
                    "The box covers the whole picture, so there is no background left to tell the thing from.",
                    "Draw the box closer round the thing, or click or scribble on the thing.",
                )
            notes.append("the box covers the whole picture and was not used")
            box = None
    if box is None and marking.outline is None and marking.before is None and not pointed:
        if not marking.negative.any():
            raise Refusal("Nothing is marked.", "Draw a box round the thing, or click or scribble on it.")
        notes.append("only what does not belong was marked, so everything unlike it was taken")
    outline = marking.outline if marking.outline is not None and marking.outline.any() else None
    sketch = _fitting(marking.sketch, box, width, height, notes) if outline is None and marking.before is None else None
    return Marking(marking.positive, marking.negative & ~marking.positive, box, outline, marking.before, sketch)


def _fitting(
    sketch: NDArray[np.float32] | None, box: tuple[int, int, int, int] | None, width: int, height: int, notes: list[str]
) -> NDArray[np.float32] | None:
    """Return *sketch* at width x height px where it fills *box* by FITTING (intersection over union of the box round it), else None;
    *notes* tells which."""
    import cv2

    if sketch is None or box is None:
        return None
    fine = cv2.resize(sketch, (width, height), interpolation=cv2.INTER_LINEAR)
    extent = box_of(fine >= LIKELY)
    if extent is None or overlaps(np.array([extent]), np.array(box))[0] < FITTING:
        notes.append("the model's own mask did not fill its box and was not used")
        return None
    notes.append("the model's own mask was used beside its box")
    return np.asarray(fine, np.float32)


def _window(marking: Marking, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the part of the picture to work on, x0, y0, x1, y1: the marked extent and enough round it to know the rest."""
    extents = [box_of(a) for a in (marking.outline, marking.before) if a is not None]
    extents += [marking.box] if marking.box else []
    known = [e for e in extents if e is not None]
    if not known:
        return 0, 0, width, height
    if (marks := box_of(marking.positive)) is not None:
        known.append(marks)
    x0, y0 = min(e[0] for e in known), min(e[1] for e in known)
    x1, y1 = max(e[2] for e in known), max(e[3] for e in known)
    return _widen((x0, y0, x1, y1), 0.35, width, height)


def _widen(box: tuple[int, int, int, int], share: float, width: int, height: int) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    margin = max(16, round(share * max(x1 - x0, y1 - y0)))
    return max(0, x0 - margin), max(0, y0 - margin), min(width, x1 + margin), min(height, y1 + margin)


def _coarse(window: tuple[int, int, int, int], tight: tuple[int, int, int, int]) -> bool:
    """Return whether the window was shrunk a good deal although the thing fills less than half of its sides."""
    side, thing = (max(b[2] - b[0], b[3] - b[1]) for b in (window, tight))
    return side > 1.5 * WORK_SIDE and thing < 0.4 * side


def _cut_window(
    pixels: NDArray[np.uint8],
    marking: Marking,
    window: tuple[int, int, int, int],
    seed: int,
    report: Report,
    shown: Outlined,
) -> tuple[NDArray[np.bool_], float, float]:
    """Run GrabCut on a small copy of *window* and refine its edge at full size.

    Returns the full mask, how well it fits, and how sure its extent is (both 0..1).
    """
    import cv2

    x0, y0, x1, y1 = window
    here = (slice(y0, y1), slice(x0, x1))
    rgb = np.ascontiguousarray(pixels[here][..., :3])
    clear = pixels[here][..., 3] == 0 if pixels.shape[2] == 4 else np.zeros(rgb.shape[:2], np.bool_)
    scale = min(1.0, WORK_SIDE / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    free = marking.box is None and marking.outline is None and bool(marking.positive.any())
    report(0.05, "reading the marks", shown.look)
    trimap, sure = _trimap(small, marking, window, clear, size)
    hidden = shrink(clear, size)
    ground = (trimap == _BGD) & ~hidden
    if hidden.any() and ground.any():  # what nobody sees must not teach the colours of the background
        small[hidden] = small[ground].mean(axis=0)
    fine = _iterate(small, trimap, seed, report, lambda mask: shown.look(mask, window))
    mask_small = tidy((fine.labels & 1) == 1, trimap == _FGD, trimap == _BGD, free)
    report(0.85, "refining the edge", lambda: shown.look(mask_small, window))
    fit = agreement(small, mask_small, fine.background, fine.foreground)
    mask = refine(rgb, mask_small, scale)
    mask = (mask | marking.positive[here]) & ~marking.negative[here] & ~clear
    if marking.box is not None:
        bx0, by0, bx1, by1 = marking.box
        inside = np.zeros_like(mask)
        inside[by0 - y0 : by1 - y0, bx0 - x0 : bx1 - x0] = True
        mask &= inside | marking.positive[here]
    whole = np.zeros(pixels.shape[:2], np.bool_)
    if marking.before is not None:
        whole[:] = marking.before & ~marking.negative
    whole[here] = mask
    return whole, fit, sure


def _trimap(
    small: NDArray[np.uint8],
    marking: Marking,
    window: tuple[int, int, int, int],
    clear: NDArray[np.bool_],
    size: tuple[int, int],
) -> tuple[NDArray[np.uint8], float]:
    """Return GrabCut's four labels, uint8 [h, w] at the small size, from the marks inside *window*, and how sure the extent
    is: 1 unless it was guessed."""
    import cv2

    x0, y0, x1, y1 = window
    here = (slice(y0, y1), slice(x0, x1))
    positive, negative = shrink(marking.positive[here], size), shrink(marking.negative[here], size)
    side, sure = max(size), 1.0
    limit: NDArray[np.bool_] | None = None
    if marking.box is not None:
        limit = np.zeros((y1 - y0, x1 - x0), np.bool_)
        bx0, by0, bx1, by1 = marking.box
        limit[by0 - y0 : by1 - y0, bx0 - x0 : bx1 - x0] = True
        limit = shrink(limit, size)
    trimap = np.full((size[1], size[0]), _PR_FGD if limit is not None else _PR_BGD, np.uint8)
    if marking.before is not None:
        _seed_before(trimap, small, half(marking.before[here], size), positive, negative)
    elif marking.outline is not None:
        outline = shrink(marking.outline[here], size)
        trimap[:] = np.where(outline, _PR_FGD, _PR_BGD)
        extent = box_of(outline)
        reach = 1 if extent is None else max(1.0, 0.04 * max(extent[2] - extent[0], extent[3] - extent[1]))
        around = grown(outline, reach)
        limit = around if limit is None else limit | around
        trimap[core(outline, 0.35)] = _FGD
    elif limit is None:
        sure = _seed_marks(trimap, small, positive, negative)
    if limit is not None:
        trimap[~limit] = _BGD
        if not (~limit).any():  # nothing certain lies outside: let the rim stand for the background
            rim = ~shrunk(np.pad(np.ones((size[1] - 2, size[0] - 2), np.bool_), 1), max(1, side // 60))
            trimap[rim] = _PR_BGD
    if marking.sketch is not None:
        likely = cv2.resize(marking.sketch[here], size, interpolation=cv2.INTER_AREA)
        within = trimap == _PR_FGD
        trimap[within & (likely < LIKELY)] = _PR_BGD
        trimap[within & (likely < NEVER)] = _BGD
        trimap[within & (likely > CERTAIN)] = _FGD
    trimap[shrink(clear, size) & half(clear, size)] = _BGD
    trimap[grown(negative, side / 120) & ~positive if negative.any() else negative] = _BGD
    trimap[grown(positive, side / 240) & ~negative if positive.any() else positive] = _FGD
    return trimap, sure


def _seed_marks(
    trimap: NDArray[np.uint8], small: NDArray[np.uint8], positive: NDArray[np.bool_], negative: NDArray[np.bool_]
) -> float:
    """Fill *trimap* from clicks and scribbles alone; return how sure the extent is, 0..1."""
    import cv2

    if not positive.any():
        like = reached(small, negative, np.zeros_like(negative))
        trimap[:] = np.where(like, _PR_BGD, _PR_FGD)
        return 1.0
    found = guess(small, positive, negative)
    inside, outside = (
        cv2.distanceTransform(area.astype(np.uint8), cv2.DIST_L2, 5) for area in (found.mask, ~found.mask)
    )
    reach = float(np.sqrt(np.count_nonzero(found.mask)))
    trimap[:] = np.where(found.mask, _PR_FGD, _PR_BGD)
    trimap[outside > max(2.0, OPEN_OUT * reach)] = _BGD
    trimap[inside > max(1.0, OPEN_IN * reach)] = _FGD
    return found.sure


def _seed_before(
    trimap: NDArray[np.uint8],
    small: NDArray[np.uint8],
    before: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    negative: NDArray[np.bool_],
) -> None:
    """Fill *trimap* from an earlier mask and the new marks: away from them only the mask's edge stays open."""
    side = max(trimap.shape)
    add, drop = positive & ~before, negative & before
    proposal, open_area = before.copy(), np.zeros_like(before)
    if add.any():
        new = reached(small, add, negative)
        proposal |= new
        open_area |= grown(new, side / 40)
    if drop.any():
        gone = reached(small, drop, positive | (before & ~grown(drop, side / 3))) & before
        proposal &= ~gone
        open_area |= grown(gone, side / 40)
    band = grown(before, side / 60) & ~shrunk(before, side / 60)
    trimap[:] = np.where(proposal, _PR_FGD, _PR_BGD)
    settled = ~(band | open_area)
    trimap[settled & before] = _FGD
    trimap[settled & ~before] = _BGD


@dataclass
class _Fit:
    """GrabCut's state: *labels* uint8 [h, w] and the two colour models (float64 [1, 65] each)."""

    labels: NDArray[np.uint8]
    background: NDArray[np.float64]
    foreground: NDArray[np.float64]


def _iterate(
    small: NDArray[np.uint8], trimap: NDArray[np.uint8], seed: int, report: Report,
    look: Callable[[NDArray[np.bool_]], NDArray[np.uint8]],
) -> _Fit:  # fmt: skip
    """Run GrabCut one iteration at a time from *trimap* until the mask stands still or ITERATIONS are done."""
    import cv2

    labels = trimap.copy()
    fit = _Fit(labels, np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64))
    is_foreground = (labels & 1) == 1
    if is_foreground.all() or not is_foreground.any() or min(small.shape[:2]) < 2:
        return fit  # one side is empty: there is nothing to model
    bgr = np.ascontiguousarray(small[..., ::-1])
    cv2.setRNGSeed(seed % (2**31))
    for turn in range(ITERATIONS):
        mode = cv2.GC_INIT_WITH_MASK if turn == 0 else cv2.GC_EVAL
        last = (labels & 1) == 1
        cv2.grabCut(bgr, labels, None, fit.background, fit.foreground, 1, mode)
        now = (labels & 1) == 1
        step = f"cutting out, round {turn + 1} of at most {ITERATIONS}"
        report(0.1 + 0.7 * (turn + 1) / ITERATIONS, step, lambda now=now: look(now))
        if not now.any() or now.all() or np.count_nonzero(now != last) < 0.0005 * now.size:
            break
    return fit
