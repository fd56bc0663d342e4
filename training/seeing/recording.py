"""Media of the bank as the program perceives what it made itself: true names, place, hour and look, and no row of what is not there.

models.senses.recorded does this where a medium is used. Here the rows that encoders made get the names, place, hour and look of the record, so
that a model learns to read both; boxes and seconds stay those of the encoders, and what these missed stays missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
from models.percepts import SETTING, SOUND, THING, TRACK, Percept
from models.senses import naming
from models.senses.setting import known
from models.world.scene import Scene

from training.seeing.shards import Entry


def recorded(entry: Entry) -> Entry:
    """Return *entry* with the true names' phrases in the rows that show true things, without other rows of things, and with the place, hour
    and look that its scene has."""
    made, row = list[Percept](), dict(entry.row)
    for percept in entry.percepts:
        if percept.kind in (THING, TRACK, SOUND):
            kept = sorted(entry.row.values())
            row = {id_: kept.index(place) for id_, place in entry.row.items()}
            if kept:
                made.append(_named(percept, kept))
        else:
            made.append(_placed(percept, entry) if percept.kind == SETTING else percept)
    return replace(entry, percepts=tuple(made), row=row)


def _named(percept: Percept, rows: list[int]) -> Percept:
    """Return *rows* of *percept*, each with the phrase of its name."""
    table = _vectors(percept.kind == SOUND)
    features = np.array(percept.features[rows])
    names = tuple(percept.names[row] for row in rows)
    for row, name in zip(features, names, strict=True):
        row[: len(table[name])] = table[name]
    done = tuple(percept.deeds[row] for row in rows) if percept.deeds else ()
    places, sure = np.array(percept.places[rows]), np.ones(len(rows), np.float32)
    return Percept(percept.kind, features, places, names, sure, deeds=done)


def _placed(percept: Percept, entry: Entry) -> Percept:
    scene = Scene.from_json(entry.truth["scene"])
    told = known().told(scene.backdrop.kind, scene.backdrop.time, scene.style)
    return replace(told, places=percept.places)


@cache
def _vectors(sounds: bool) -> Mapping[str, np.ndarray]:
    names = naming.sounds() if sounds else naming.things()
    return dict(zip(names.words, names.vectors.astype(np.float16), strict=True))
