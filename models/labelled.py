"""What belongs into which place of a picture that is to be drawn: the labelled boxes of a call and the regions that have names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from models.expert import Inputs, Refusal
from models.values import Box, Labelled, TaskCall

TIGHT = 0.01
"""A box less wide or high than this share of the picture cannot hold anything."""
SAME = 0.8
"""Boxes whose overlap (intersection over union) is above this stand in one and the same place."""


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when nothing is described and no box is labelled, or a box has next to no size."""
    items, _ = items_of(call, inputs)
    if not items and not " ".join(call.phrases()).strip():
        raise Refusal(
            "There is neither a description nor a labelled box.",
            "Draw boxes and name what belongs into each, or describe the picture.",
        )


def items_of(call: TaskCall, inputs: Inputs) -> tuple[list[tuple[str, Box]], list[str]]:
    """Return what belongs into which box, the labelled boxes of *call*, then its labelled regions, and notes on regions that say
    nothing and on different things that shall stand in the same place. Raises Refusal for a box that is too thin to hold anything."""
    items = [(arg.phrase, arg.box) for arg in call.args if isinstance(arg, Labelled)]
    notes = []
    for handle in call.refs("region"):
        region = inputs.regions.get(handle)
        box = region.bounds() if region else None
        if region is None or box is None:
            notes.append(f"{handle} has no shape to fill.")
        elif not region.label:
            notes.append(f"{handle} has no name, so nothing was put there; write in it what it shall hold.")
        else:
            items.append((region.label, box))
    for phrase, box in items:
        if min(box.x1 - box.x0, box.y1 - box.y0) < TIGHT:
            raise Refusal(f"The box for “{phrase[:60]}” is too thin to hold anything.", "Draw a larger one.")
    return items, notes + _in_one_place(items)


def _in_one_place(items: Sequence[tuple[str, Box]]) -> list[str]:
    """Return a note on every two boxes of different names that are nearly the same."""
    return [
        f"“{one[:60]}” and “{other[:60]}” have nearly the same box, so one covers the other."
        for (one, a), (other, b) in combinations(items, 2)
        if " ".join(one.lower().split()) != " ".join(other.lower().split()) and _overlap(a, b) > SAME
    ]


def _overlap(a: Box, b: Box) -> float:
    wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    both = max(0.0, wide) * max(0.0, high)
    return both / ((a.x1 - a.x0) * (a.y1 - a.y0) + (b.x1 - b.x0) * (b.y1 - b.y0) - both)
