"""What a class of sounds is: how one event is made, how long it lasts, how it repeats, and the words that mean it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float64]
"""One channel of sound while it is made: float64 [n], any level."""


@dataclass(frozen=True)
class Take:
    """One event to be made: its length in *seconds*, the source of its chances, *ratio* by which every pitch of it is
    multiplied (1.0: as usual), and the samples per second."""

    seconds: float
    rng: np.random.Generator
    ratio: float
    rate: int

    @property
    def n(self) -> int:
        """How many samples the event has, at least 16."""
        return max(16, round(self.seconds * self.rate))

    @property
    def t(self) -> Samples:
        """The time of each sample in seconds, float64 [n]."""
        return np.arange(self.n) / self.rate

    def part(self, seconds: float, ratio: float = 1.0) -> Take:
        """Return a take of another length, and *ratio* times this one's pitch, from the same source of chances."""
        return Take(seconds, self.rng, self.ratio * ratio, self.rate)

    def near(self, value: float, spread: float = 0.08) -> float:
        """Return *value* times a chance factor, as a rule within *spread* of 1 (log-normal, at most three times that)."""
        return value * math.exp(spread * float(np.clip(self.rng.normal(), -3.0, 3.0)))

    def between(self, low: float, high: float) -> float:
        """Return a number from *low* to *high*, each as likely."""
        return float(self.rng.uniform(low, high))


BED = (0.0, math.inf)
"""The lengths of a sound that goes on as long as it is wanted, such as rain."""


@dataclass(frozen=True)
class Family:
    """A class of sounds.

    *make* gives one event, float64 [about take.n], any level. *words* are the ways to say it in a caption, an exclamation
    mark after those that name one single event ("bark!"). *lengths* is the range of one event's length in seconds, *gap*
    that of the pauses between events (negative: they overlap), *usual* how many there are when nobody says (0: as many as
    fill the time). *level* 0..1 is how loud it is beside the others, *room* 0..1 how much the room answers, *base* the
    pitch in Hz of a tone that has one, else 0. *alone* is the length in seconds that suits it when nobody says one.
    """

    name: str
    group: str
    words: tuple[str, ...]
    make: Callable[[Take], Samples]
    lengths: tuple[float, float]
    gap: tuple[float, float] = (0.15, 0.5)
    usual: int = 0
    level: float = 0.8
    room: float = 0.12
    base: float = 0.0
    alone: float = 3.0

    @property
    def bed(self) -> bool:
        """Whether it goes on without events, such as rain."""
        return math.isinf(self.lengths[1])
