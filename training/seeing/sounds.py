"""Sounds for the bank: one to three kinds of event, one after another or at once, with the times of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from models.world.hear import SoundEvent, SoundPlan
from models.world.sounds import CLASSES, natural_seconds

from training.language.phrasing import HELD_OUT, Split, share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
"""Samples a second: what is listened to."""
LONGEST = 12.0
"""Seconds of a sound, at most."""


@dataclass(frozen=True)
class Sounding:
    """The *samples* of a sound, float32 [n], and its *truth*."""

    samples: NDArray[np.float32]
    truth: dict[str, Any]


@lru_cache(maxsize=2)
def classes(new: bool) -> tuple[str, ...]:
    """Return the classes of sound that training hears, or (*new*) those that it never does: about one in ten, by a hash."""
    return tuple(name for name in CLASSES if (share("sound " + name) < HELD_OUT) == new)


def sound(rng: Random, split: Split) -> Sounding:
    """Return a sound of *split*; in the held-out one most hold a class that training never hears."""
    from models.world.sounding import render

    plan = _plan(rng, split)
    samples = render(plan, rng.randrange(2**31), RATE)
    events = [
        {"name": e.name, "start": round(e.start, 3), "seconds": round(e.seconds, 3), "count": e.count or 0,
         "loudness": e.loudness, "pitch": e.pitch} for e in plan.events
    ]  # fmt: skip
    return Sounding(samples, {"events": events, "seconds": round(plan.seconds, 3)})


def _plan(rng: Random, split: Split) -> SoundPlan:
    count = rng.choices((1, 2, 3, 4), (30, 38, 24, 8))[0]
    names = rng.sample(classes(False), count)
    if split == "held_out" and rng.random() < 0.7:
        names[rng.randrange(count)] = rng.choice(classes(True))
    at_once = count == 2 and rng.random() < 0.2
    events, clock = list[SoundEvent](), rng.choice((0.0, 0.0, rng.uniform(0.2, 1.2)))
    for name in names:
        family = CLASSES[name]
        times = None if family.bed or rng.random() < 0.5 else rng.choice((1, 1, 2, 3))
        seconds = min(3.5, max(0.6, natural_seconds(name, times))) * rng.uniform(0.85, 1.1)
        start = 0.0 if at_once else clock
        if start + seconds > LONGEST:
            break
        loudness = rng.choice((0.7, 1.0, 1.0, 1.2))
        events.append(SoundEvent(name, round(start, 3), round(seconds, 3), 0.0, times, loudness))
        clock = start + seconds + (0.0 if rng.random() < 0.5 else rng.uniform(0.2, 1.0))
    length = max(event.start + event.seconds for event in events) + rng.choice((0.0, 0.2, 0.8))
    return SoundPlan(tuple(events), round(length, 3))
