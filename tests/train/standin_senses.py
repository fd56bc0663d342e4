"""Senses for tests: rows of the shapes that the program's own have, made from the truth, a little off and now and then missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np

from models.percepts import MARKED, MOMENT, PATCH, PLACE, SETTING, SOUND, THING, TRACK, Percept
from models.senses import deeds
from models.values import Region
from training.seeing.clips import Filmed
from training.seeing.pictures import Drawn
from training.seeing.sounds import Sounding

WIDTHS = {PATCH: 384, THING: 1024, MARKED: 1024, TRACK: 1024, MOMENT: 384, SOUND: 576, SETTING: 384}


def rows(kind: int, places: list[list[float]], names: Sequence[str] = ()) -> Percept:
    """Return rows of *kind* at *places*; their features tell nothing but their number."""
    features = np.zeros((len(places), WIDTHS[kind]), np.float16)
    features[:, 0] = np.arange(len(places))
    where = np.array(places, np.float32).reshape(-1, PLACE)
    return Percept(kind, features, where, tuple(names), np.full(len(places), 0.9, np.float32))


def _off(rng: Random, box: Sequence[float], off: float) -> list[float]:
    wide, high = box[2] - box[0], box[3] - box[1]
    sides = [value + rng.uniform(-off, off) * size for value, size in zip(box, (wide, high) * 2, strict=True)]
    return [min(1.0, max(0.0, value)) for value in sides]


class StandIn:
    """Perceives what it is told is there; *miss* is how often it overlooks a thing, *off* how far it mistakes its box, in shares of the
    box, and names are all "thing". What nobody drew is seen where things are overlooked, too."""

    def __init__(self, miss: float = 0.1, off: float = 0.06) -> None:
        self.rng, self.miss, self.off = Random(5), miss, off

    def versions(self) -> dict[str, str]:
        return {"image": "1", "video": "1", "audio": "1"}

    def picture(self, drawn: Drawn, regions: Sequence[Region]) -> tuple[tuple[Percept, ...], tuple[Percept, ...]]:
        found = [
            _off(self.rng, box, self.off) for box in drawn.truth()["boxes"].values() if self.rng.random() >= self.miss
        ][:11]
        found += [[0.4, 0.4, 0.41, 0.41]] * (self.miss > 0)  # something that is not there
        self.rng.shuffle(found)
        things = [[*box, *box, 0, 0] for box in found]
        percepts = (
            rows(PATCH, [[0.0] * PLACE] * 25),
            rows(SETTING, [[0.0] * PLACE] * 3),
            rows(THING, things, ["thing"] * len(things)),
        )
        drawn_on = [region.bounds() for region in regions]
        boxes = [[box.x0, box.y0, box.x1, box.y1] for box in drawn_on if box is not None]
        return percepts, tuple(rows(MARKED, [[*box, *box, 0, 0]], ["thing"]) for box in boxes)

    def clip(self, filmed: Filmed) -> tuple[Percept, ...]:
        places, done = [], []
        for boxes in filmed.truth["frames"].values():
            seen = [n for n, box in enumerate(boxes) if box]
            if seen and self.rng.random() >= self.miss:
                first, last = boxes[seen[0]], boxes[seen[-1]]
                times = [filmed.seconds[seen[0]], filmed.seconds[seen[-1]]]
                places.append([*_off(self.rng, first, self.off), *_off(self.rng, last, self.off), *times])
                done.append(deeds.told(boxes, filmed.seconds))
        tracks = replace(rows(TRACK, places, ["thing"] * len(places)), deeds=tuple(done))
        return tracks, rows(MOMENT, [[0.0] * PLACE] * 33)

    def sound(self, made: Sounding) -> tuple[Percept, ...]:
        heard = [e for e in made.truth["events"] if self.rng.random() >= self.miss]
        places = [[0, 0, 1, 1, 0, 0, 1, 1, e["start"] + 0.05, e["start"] + e["seconds"]] for e in heard]
        return (rows(SOUND, [[float(v) for v in place] for place in places], [e["name"] for e in heard]),)
