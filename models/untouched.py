"""What a change of a stretch of a sound leaves alone: which samples it may touch, and how many it did, counted."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from models.dsp import Samples

Part: TypeAlias = tuple[Samples, list[tuple[int, int]]]
"""A sound before it was changed, and what of it was allowed to change: sample ranges [first, last)."""


def allowed(op: str, ranges: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Return what of a sound of *length* samples *op* was allowed to change, as sample ranges; empty where that is everything. A fade
    silences what lies on the far side of its stretch."""
    if op == "fade_out" and ranges:
        ranges = [(ranges[-1][0], length)]
    elif op == "fade_in" and ranges:
        ranges = [(0, ranges[0][1])]
    return [] if ranges == [(0, length)] else ranges


def changed(before: Samples, after: Samples, ranges: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Return how many samples, over all channels together, differ within *ranges* of *before* and outside of them, as 16-bit numbers,
    which is what is saved; of one stretch that became longer or shorter the new length counts. None where several did, so that
    it cannot be told which sample was which."""
    old, new = (np.rint(np.asarray(samples, np.float64) * 32768.0) for samples in (before, after))
    more = len(new) - len(old)
    if old.shape[1:] != new.shape[1:] or (more and len(ranges) != 1):
        return None
    if more:
        first, last = ranges[0]
        outside = np.concatenate([old[:first] != new[:first], old[last:] != new[last + more :]]).any(axis=1)
        return last + more - first, int(np.count_nonzero(outside))
    differs = (old != new).any(axis=1)
    inside = sum(int(np.count_nonzero(differs[first:last])) for first, last in ranges)
    return inside, int(np.count_nonzero(differs)) - inside


def counts(part: Part | None, after: Samples) -> dict[str, int]:
    """Return changed_inside and changed_outside of what became of *part*, or nothing where there is none or nothing can be counted."""
    counted = changed(part[0], after, part[1]) if part else None
    return {"changed_inside": counted[0], "changed_outside": counted[1]} if counted else {}
