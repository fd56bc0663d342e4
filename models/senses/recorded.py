"""Rows of what was drawn, filmed or synthesised here: its things, place and hour are on record, so no encoder has to guess them.

A picture that the picture book drew carries its scene, a film its film and a sound its plan. Out of these come the same rows that the
senses make of a stranger's medium: true names, boxes and seconds, and the phrases of the names; what a thing looks like still comes from
the encoders, read where it truly is. A record that cannot be read any more is none: the encoders tell what is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from models.percepts import PLACE, SOUND, THING, TRACK, Deed, Percept
from models.senses import deeds, naming
from models.senses.ear import MOST as MOST_HEARD
from models.senses.picture import MOST, placed
from models.vision.regions import box_weights, pool
from models.vision.suppress import overlaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.senses.eye import Look
    from models.senses.setting import Setting
    from models.values import Box
    from models.world.film import Film
    from models.world.scene import Scene

AREA = 24_000
"""Pixels, about, at which a scene is drawn again to see what hides what."""
SEEN = 0.3
"""A thing counts as seen in a frame when at least this share of it is, as in training."""
LEAST = 0.05
"""The same for a picture, in which a thing that is mostly hidden can be asked for."""
SAME, INSIDE = 0.5, 0.9
"""A mark means a thing from this overlap of their boxes on, and holds one of which this share lies in it."""


@dataclass(frozen=True)
class Record:
    """What a medium was made from, as plain data of its facts: *kind* is "scene", "film" or "plan"."""

    kind: str
    data: Mapping[str, Any]

    @property
    def key(self) -> str:
        """A digest of the record: what was perceived with another one is not this medium's."""
        return hashlib.blake2b(json.dumps(self.data, sort_keys=True).encode(), digest_size=16).hexdigest()


def record_of(kind: str, meta: Mapping[str, Any]) -> Record | None:
    """Return what is on record of a medium of *kind* "image", "video" or "audio" with the facts *meta*; None where nothing is that can be
    read."""
    name = {"image": "scene", "video": "film", "audio": "plan"}.get(kind, "")
    data = meta.get(name)
    if not isinstance(data, Mapping):
        return None
    record = Record(name, data)
    try:
        known = bool(_events(record)) if name == "plan" else {t.name for t in _scene(record).things} <= _names()
    except (ValueError, KeyError, TypeError):
        return None
    return record if known else None


@cache
def _names() -> frozenset[str]:
    return frozenset(naming.things().words)


def _film(record: Record) -> Film:
    from models.world.film import Film

    return Film.from_json(record.data)


def _scene(record: Record) -> Scene:
    """Return the scene of a picture or film. Raises ValueError when it is not as this program writes it."""
    from models.world.scene import Scene

    return _film(record).scene if record.kind == "film" else Scene.from_json(record.data)


def _events(record: Record) -> list[tuple[str, float, float]]:
    """Return the events of a plan: class, start and end in s, by their start. Raises KeyError, ValueError or TypeError as above."""
    seconds, known = float(record.data["seconds"]), naming.sounds().words
    found = [
        (str(event["name"]), float(event["start"]), min(seconds, float(event["start"]) + float(event["seconds"])))
        for event in record.data["events"]
    ]
    return sorted((one for one in found if one[0] in known and one[1] < one[2]), key=lambda one: one[1])


def changes(record: Record) -> bool:
    """Return whether the place or the hour of a film becomes another one in it."""
    return bool(_film(record).changes)


def thing_rows(record: Record, look: Look, width: int, height: int) -> Percept:
    """Return the things of the scene of a picture of *width* x *height* px that can be seen in it, THING, the largest first; *look* is how
    the encoders see it."""
    every = _seen(record, width, height)
    found = every[:MOST]
    boxes = np.array([box for box, _ in found], np.float32).reshape(-1, 4)
    names = tuple(name for _, name in found)
    features = np.concatenate([_phrases(names), _stages(look, boxes)], 1)
    sure = np.ones(len(names), np.float32)
    return Percept(THING, features.astype(np.float16), placed(boxes), names, sure, len(every) - len(found))


def _seen(record: Record, width: int, height: int) -> list[tuple[tuple[float, float, float, float], str]]:
    """Return box and name of all things of the scene of a picture that can be seen in it, the largest first."""
    from models.world.composer import compose

    scene = replace(_scene(record), style="", moods=())  # no look moves a thing
    made = compose(scene, *_small(width, height), truth=True)
    found = [
        (_corners(box), thing.name, float(np.count_nonzero(mask)))
        for thing, box, mask, share in zip(scene.things, made.boxes, made.masks, made.visible, strict=True)
        if box is not None and share >= LEAST
    ]
    return [(box, name) for box, name, _ in sorted(found, key=lambda one: -one[2])]


def marked(
    record: Record, rows: Sequence[Percept], width: int, height: int, second: float = 0.0
) -> tuple[Percept, ...]:
    """Return the *rows* MARKED of regions on a picture of *width* x *height* px, or on the frame of a film at *second*, with the names of
    the things that they mark (:func:`thing_in`); other rows as they are, and the features of all of them."""
    there = _shown(record, width, height, second) if record.kind == "film" else _seen(record, width, height)
    names = (thing_in(row.places[0, :4], there) for row in rows)
    return tuple(replace(row, names=(name,)) if name else row for row, name in zip(rows, names, strict=True))


def thing_in(box: NDArray[np.floating], things: Sequence[tuple[tuple[float, float, float, float], str]]) -> str:
    """Return the name of the one of *things* (box and name) that a region within *box* (x0, y0, x1, y1) marks: the one that it overlaps
    most, from SAME on, or the only one that lies in it, by INSIDE at least. Return "" where there is none, or where the region
    holds another thing beside that one."""
    if not things:
        return ""
    boxes = np.array([one for one, _ in things], np.float32)
    shares, held = overlaps(boxes, box), _within(boxes, box)
    best = int(shares.argmax() if shares.max() >= SAME else held.argmax())
    whole = held >= INSIDE
    apart = whole & (_within(boxes, boxes[best]) < INSIDE)  # what lies before or on the thing is not marked beside it
    known = shares[best] >= SAME or (whole[best] and int(whole.sum()) == 1)
    return "" if apart.any() or not known else things[best][1]


def _within(boxes: NDArray[np.floating], box: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return which share of the area of each of *boxes* [n, 4] lies in *box* [4]."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
    return np.asarray(np.prod(sides.clip(min=0), 1) / np.maximum(areas, 1e-9), np.float32)


def _shown(
    record: Record, width: int, height: int, second: float
) -> list[tuple[tuple[float, float, float, float], str]]:
    """Return box and name of the things that are seen in the frame of a film at *second*."""
    from models.world.render import frame
    from models.world.staging import stage_of

    film = _film(record)
    shown = frame(film, stage_of(film, *_small(width, height)), min(second, (film.frames - 1) / film.fps), truth=True)
    return [
        (_corners(box), thing.name)
        for thing, box, share in zip(film.scene.things, shown.boxes, shown.visible, strict=True)
        if box is not None and share >= LEAST
    ]


def track_rows(record: Record, looks: Sequence[Look], seconds: Sequence[float], width: int, height: int) -> Percept:
    """Return the things of a film of *width* x *height* px, TRACK, those that are seen longest first, from *looks* at its frames at
    *seconds*."""
    from models.world.render import frame
    from models.world.staging import stage_of

    film = _film(record)
    stage = stage_of(film, *_small(width, height))
    last = (film.frames - 1) / film.fps
    shown = [frame(film, stage, min(second, last), truth=True) for second in seconds]
    rows: list[tuple[int, str, NDArray[np.float32], NDArray[np.float32], Deed]] = []
    for n, thing in enumerate(film.scene.things):
        seen = {k: box for k, one in enumerate(shown) if one.visible[n] >= SEEN and (box := one.boxes[n]) is not None}
        if not seen:
            continue
        there = list(seen)
        boxes = np.array([_corners(box) for box in seen.values()], np.float32)
        stages = np.mean([_stages(looks[k], box[None])[0] for k, box in zip(there, boxes, strict=True)], 0)
        place = np.zeros(PLACE, np.float32)
        place[:4], place[4:8] = boxes[0], boxes[-1]
        place[8:] = seconds[there[0]], seconds[there[-1]]
        path = [_corners(seen[k]) if k in seen else None for k in range(len(shown))]
        rows.append((len(there), thing.name, place, stages, deeds.told(path, seconds)))
    more = max(0, len(rows) - MOST)
    rows = sorted(rows, key=lambda row: -row[0])[:MOST]
    names = tuple(row[1] for row in rows)
    depth = sum(stage.shape[1] for stage in looks[0].stages)
    stages = np.array([row[3] for row in rows], np.float32).reshape(-1, depth)
    features = np.concatenate([_phrases(names), stages], 1)
    places = np.array([row[2] for row in rows], np.float32).reshape(-1, PLACE)
    done = tuple(row[4] for row in rows)
    return Percept(TRACK, features.astype(np.float16), places, names, np.ones(len(names), np.float32), more, done)


def setting_rows(record: Record, whole: Setting, start: float = 0.0, end: float = 0.0) -> Percept:
    """Return SETTING of a picture or a film (from *start* to *end* s): the place, hour and look of its scene in the vectors of *whole*."""
    scene = _scene(record)
    return whole.told(scene.backdrop.kind, scene.backdrop.time, scene.style, start, end)


def sound_rows(record: Record, heard: Percept) -> Percept:
    """Return the events of a sound's plan, SOUND, in order of time; of each what the ear made of the stretch nearest to it in *heard*,
    which has a row at least."""
    every, names = _events(record), naming.sounds()
    events = every[:MOST_HEARD]
    width = names.vectors.shape[1]
    places = placed(np.tile(np.array([0, 0, 1, 1], np.float32), (len(events), 1)))
    features = np.zeros((len(events), heard.features.shape[1]), np.float32)
    for n, (name, start, end) in enumerate(events):
        places[n, 8:] = start, end
        nearest = int(np.abs(heard.places[:, 8:].mean(1) - (start + end) / 2).argmin())
        features[n, :width] = names.vectors[names.words.index(name)]
        features[n, width:] = heard.features[nearest, width:]
    told = tuple(name for name, _, _ in events)
    sure = np.ones(len(told), np.float32)
    return Percept(SOUND, features.astype(np.float16), places, told, sure, len(every) - len(events))


def _small(width: int, height: int) -> tuple[int, int]:
    scale = (AREA / (width * height)) ** 0.5
    return max(16, round(width * scale)), max(16, round(height * scale))


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def _phrases(names: Sequence[str]) -> NDArray[np.float32]:
    """Return the unit vectors of *names*, float32 [n, phrase]. Raises ValueError for a name that the atlas has not."""
    known = naming.things()
    return known.vectors[[known.words.index(name) for name in names]].reshape(-1, known.vectors.shape[1])


@torch.no_grad()
def _stages(look: Look, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of all stages of *look* over each of *boxes* [n, 4], float32 [n, c]."""
    height, width = look.stages[0].shape[2:]
    if not len(boxes):
        return np.zeros((0, sum(stage.shape[1] for stage in look.stages)), np.float32)
    weights = box_weights(torch.from_numpy(boxes).to(look.low.device), height, width)
    return np.asarray(pool(look.stages, [weights]).cpu().numpy(), np.float32)
