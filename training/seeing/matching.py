"""Which rows of percepts show which true things: by their boxes, and for tracks and sounds by their times; one row a thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from models.percepts import Percept
from models.vision.suppress import overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = 0.5
"""Overlap (intersection over union) from which a row shows a thing."""
HEARD = 0.4
"""The same for times, where an encoder's windows are coarse."""


def paired(alike: NDArray[np.float64], least: float) -> dict[int, int]:
    """Return {row: column} of *alike* [rows, columns]: the most alike first, each row and column once, *least* at least."""
    found: dict[int, int] = {}
    order = np.argsort(-alike, axis=None, kind="stable")
    for at in order.tolist():
        one, other = divmod(at, alike.shape[1])
        if alike[one, other] < least:
            break
        if one not in found and other not in found.values():
            found[one] = other
    return found


def seen_rows(things: Percept, boxes: Mapping[int, Sequence[float]]) -> dict[int, int]:
    """Return the row of *things* for each id of *boxes* (x0, y0, x1, y1 in fractions) that one of them shows."""
    ids = [id_ for id_, box in boxes.items() if len(box) == 4]
    if not ids or not len(things):
        return {}
    alike = np.array([overlaps(things.places[:, :4], np.asarray(boxes[id_])) for id_ in ids])
    return {ids[one]: row for one, row in paired(alike, SAME).items()}


def tracked_rows(
    tracks: Percept, frames: Mapping[int, Sequence[Sequence[float]]], times: Sequence[float]
) -> dict[int, int]:
    """Return the row of *tracks* for each id of *frames*, its box in each frame shown at *times* ([] where it is not seen): the
    row's first and last box lie on it in the frames where the row begins and ends."""
    ids = list(frames)
    if not ids or not len(tracks):
        return {}
    alike = np.zeros((len(ids), len(tracks)))
    clock = np.asarray(times)
    for row in range(len(tracks)):
        place = tracks.places[row]
        ends = ((place[:4], place[8]), (place[4:8], place[9]))
        for one, id_ in enumerate(ids):
            scores = []
            for box, second in ends:
                there = frames[id_][int(np.abs(clock - second).argmin())]
                scores.append(float(overlaps(box[None], np.asarray(there))[0]) if len(there) == 4 else 0.0)
            alike[one, row] = min(scores)
    return {ids[one]: row for one, row in paired(alike, SAME).items()}


def heard_rows(sounds: Percept, events: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Return the row of *sounds* for the number of each of *events* (name, start, seconds) that it tells of: by their times, and
    where events overlap by the row's name."""
    if not len(sounds) or not events:
        return {}
    alike = np.zeros((len(events), len(sounds)))
    for one, event in enumerate(events):
        start, end = event["start"], event["start"] + event["seconds"]
        for row in range(len(sounds)):
            a, b = float(sounds.places[row, 8]), float(sounds.places[row, 9])
            both = max(0.0, min(b, end) - max(a, start))
            either = max(b, end) - min(a, start)
            alike[one, row] = both / either if either > 0 else 0.0
            if alike[one, row] >= HEARD and sounds.names[row] == event["name"]:
                alike[one, row] += 1.0
    found = paired(alike, HEARD)
    crowded = {
        one for one, event in enumerate(events) for other in events
        if other is not event and min(event["start"] + event["seconds"], other["start"] + other["seconds"])
        - max(event["start"], other["start"]) > 0.3
    }  # fmt: skip
    return {one: row for one, row in found.items() if one not in crowded or alike[one, row] > 1.0}


def named(percept: Percept, names: Mapping[int, str]) -> Percept:
    """Return *percept* with the true *names* of some of its rows, by row."""
    return replace(percept, names=tuple(names.get(row, name) for row, name in enumerate(percept.names)))
