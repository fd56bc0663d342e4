"""What a thing does in a clip, told from its path: the boxes in which it is seen in the frames that are looked at.

Eight boxes tell where a thing goes, whether it comes, leaves, rises, jumps, falls over, grows or shrinks, and when it begins and
ends to; not whether it walks or rolls there, and not dancing from trembling: both move on the spot. How often the rules are
right is measured on films whose deeds are known: `python -m evaluation.deeds`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.percepts import Deed

if TYPE_CHECKING:
    from numpy.typing import NDArray

Path = Sequence["Sequence[float] | NDArray[np.float32] | None"]
"""The box (x0, y0, x1, y1 in fractions of the frame) of a thing in each frame that is looked at, None or [] where it is not seen."""
SAYS: dict[str, tuple[str, str]] = {
    "left": ("goes to the left", "going to the left"), "right": ("goes to the right", "going to the right"),
    "comes": ("comes in", "coming in"), "leaves": ("goes away", "going away"), "rises": ("goes up", "going up"),
    "jumps": ("jumps", "jumping"), "falls": ("falls over", "falling over"), "grows": ("grows", "growing"),
    "shrinks": ("shrinks", "shrinking"), "moves": ("moves on the spot", "moving on the spot"),
    "stays": ("keeps still", "keeping still"),
}  # fmt: skip
"""Each kind of deed as it is said of a thing: "goes to the left", "going to the left"."""
KINDS: dict[str, str] = {
    **dict.fromkeys(("enter", "appear"), "comes"), **dict.fromkeys(("leave", "vanish"), "leaves"), "float": "rises", "topple": "falls",
    **dict.fromkeys(("jump", "bounce"), "jumps"), "grow": "grows", "shrink": "shrinks", "stay": "stays",
    **dict.fromkeys(("turn", "spin", "wobble", "shake", "dance"), "moves"),
}  # fmt: skip
"""The kind of each verb of the motion lexicon that tells no way; those that tell one go to the left or right (:func:`kind_of`)."""

EDGE = 0.025
"""A box this near to an edge of the frame may be cut off by it."""
FAR = 0.12
"""Share of the frame that a thing goes at least, to be said to go to a side or up."""
STILL = 0.018
"""What sides of a box move less than this, in fractions of the frame, is how they were found and no motion."""
ONCE = 0.04
"""A jump lifts the lower side of a box by this at least, and by HOP of the box's height."""
HOP = 0.13
GONE = 0.5
"""What has less than this share of its area left in the last frame, beside the one before, is going."""
SWING = 0.1
"""What goes to and fro across the frame by this, beside up and down, dances and does not jump."""
GROWN = 1.16
"""Width and height of what grows become at least this many times as large."""
LAIN = 0.17
"""What falls over becomes, in logarithms, at least so much wider for its height, and stays so; or narrower."""


def kind_of(verb: str, says: str, gone: bool = False) -> str:
    """Return the kind of deed, a key of SAYS, of a *verb* of the motion lexicon said as *says* ("flies to the left", "flies away"): of
    what goes to a side and is *gone* in the end, that it leaves. Raises KeyError for a verb that tells neither a deed of KINDS nor a way."""
    words = says.split()
    if words[-1] in ("left", "right"):
        return "leaves" if gone else words[-1]
    return "leaves" if words[-1] == "away" else KINDS[verb]


def told(path: Path, seconds: Sequence[float]) -> Deed:
    """Return what a thing does that is seen at *path* in frames shown at *seconds*, one each, and when: from the frame before the first
    that differs to the last one that does, or all the time where it goes too slowly for one to differ. Of several deeds the one that changes most is told: coming and leaving before all.
    Raises ValueError where it is seen in no frame, or the two differ in length."""
    seen = [n for n, box in enumerate(path) if box is not None and len(box)]
    if not seen or len(path) != len(seconds):
        raise ValueError(f"a path needs a box for one of {len(seconds)} frames at least, and no other number of frames")
    boxes = np.array([path[n] for n in seen], np.float32)
    first, last = _span(path, boxes, seen)
    kind = _kind(boxes, seen, len(path))
    if first == last and kind != "stays":
        first, last = seen[0], seen[-1]
    return Deed(kind, float(seconds[first]), float(seconds[last]))


def _span(path: Path, boxes: NDArray[np.float32], seen: Sequence[int]) -> tuple[int, int]:
    """Return the frames in which it begins and ends to change."""
    steps = np.abs(np.diff(boxes, axis=0)).max(1) > STILL if len(boxes) > 1 else np.zeros(0, bool)
    moved = np.flatnonzero(steps)
    first = seen[int(moved[0])] if len(moved) else seen[-1]
    last = seen[int(moved[-1]) + 1] if len(moved) else seen[-1]
    if seen[0] > 0:
        first, last = seen[0] - 1, last if len(moved) else seen[0]
    if seen[-1] < len(path) - 1:
        first, last = (first if len(moved) or seen[0] > 0 else seen[-1]), seen[-1] + 1
    return first, last


def _kind(boxes: NDArray[np.float32], seen: Sequence[int], frames: int) -> str:
    x0, y0, x1, y1 = boxes.T
    wide, high = x1 - x0, y1 - y0
    late, early = seen[0] > 0, seen[-1] < frames - 1
    if late or early:
        return "leaves" if early and (not late or frames - 1 - seen[-1] >= seen[0]) else "comes"
    if len(boxes) == 1:
        return "stays"
    area = wide * high
    wider, higher = float(wide[-1] / max(1e-6, wide[0])), float(high[-1] / max(1e-6, high[0]))
    if area[-1] < GONE * area[-2] or (_cut(boxes[-1]) and wide[-1] < 0.6 * wide.max() and higher > 0.8):
        return "leaves"
    calm = len(boxes) < 4 or float(np.ptp(boxes[2:], axis=0).max()) <= STILL
    popped = calm and min(wider, higher) > 1.0 and area[1] > 1.01 * area[-1] > 1.05 * area[0]
    if popped or (_cut(boxes[0]) and wide[0] < 0.75 * wide.max() and higher < GROWN):
        return "comes"
    if min(wider, higher) >= 1.0 and max(wider, higher) >= GROWN and abs(float(y1[-1] - y1[0])) < 2 * STILL:
        return "grows"
    if max(wider, higher) <= 1 / GROWN:
        return "shrinks"
    across, down = _shift(x0, x1), _shift(y0, y1)
    if abs(across) >= FAR:
        return "left" if across < 0 else "right"
    swung, hopped = _back(x0 + x1) / 2, _back(y1)
    lain = abs(float(np.log((wide[-1] / high[-1]) / (wide[0] / high[0]))))
    lifts = hopped >= max(ONCE, HOP * float(np.median(high)))
    rises = down <= -FAR and y1[-1] < y1[0] - 0.6 * FAR
    if rises and not lifts:
        return "rises"
    if lain >= LAIN and min(y0) > EDGE and _settled(boxes) and not (lifts and hopped > 0.5 * float(high.max())):
        return "falls"
    if lifts:
        return "moves" if swung > SWING else "jumps"
    return "moves" if float(np.ptp(boxes, axis=0).max()) > STILL else "stays"


def _back(line: NDArray[np.float32]) -> float:
    """Return how far *line* goes to and fro, one way: half of what it goes in all, less what remains in the end."""
    steps = np.diff(line)
    return float(np.abs(steps).sum() - abs(steps.sum())) / 2


def _cut(box: NDArray[np.float32]) -> bool:
    return bool(box[0] <= EDGE / 2 or box[2] >= 1 - EDGE / 2)


def _shift(low: NDArray[np.float32], high: NDArray[np.float32]) -> float:
    """Return how far what lies between *low* and *high* goes from the first frame to the last: of a side that is cut off by the frame the
    other one tells."""
    sides = [float(low[-1] - low[0]), float(high[-1] - high[0])]
    if min(low[0], low[-1]) <= EDGE:
        return sides[1]
    if max(high[0], high[-1]) >= 1 - EDGE:
        return sides[0]
    return sum(sides) / 2


def _settled(boxes: NDArray[np.float32]) -> bool:
    return len(boxes) > 2 and float(np.abs(boxes[-1] - boxes[-2]).max()) <= 2 * STILL
