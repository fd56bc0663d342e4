"""How sure a figure is: a value that always carries its sample count and its 95 % interval, and the three ways to get one.

Shares take Wilson's interval, means and ratios of independent samples a seeded bootstrap, and distances between two sets
(which a bootstrap would bias, as it repeats samples) a jackknife over groups.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: 95 % lie between -Z and Z."""
DRAWS = 1000
"""Resamplings of a bootstrap."""
FEW = 20
"""Under so many samples the spread among them says too little about the spread of what they stand for."""


@dataclass(frozen=True)
class Estimate:
    """A figure from *n* samples with its 95 % interval *low* to *high*, which holds the value. *seed* is the one the
    samples or resamplings were drawn with. *unit* is "%" for shares, whose numbers are fractions 0..1, else the unit of
    the numbers as they are, such as "dB". Raises ValueError without samples, or when the interval is the wrong way round.
    """

    value: float
    low: float
    high: float
    n: int
    seed: int
    unit: str = ""

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("a figure needs at least one sample; write None where nothing was measured")
        if math.isnan(self.value) or not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} does not lie in its interval {self.low} to {self.high}")


def interval(part: float, whole: int) -> tuple[float, float]:
    """Return the 95 % score interval of the share *part* of *whole*, within 0..1 (Wilson 1927, Journal of the American
    Statistical Association 22); 0 to 1 when *whole* is 0. *part* may be a sum of fractions 0..1: they spread no wider than
    zeros and ones with the same mean, so that the interval is then on the safe side. Raises ValueError unless
    0 <= part <= whole."""
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is not a share")
    if not whole:
        return 0.0, 1.0
    z, p = Z, part / whole
    middle, spread = p + z * z / (2 * whole), z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    low, high = (middle - spread) / (1 + z * z / whole), (middle + spread) / (1 + z * z / whole)
    # At the ends the exact bounds are 0 and 1; rounding must not push the share out of its own interval.
    return (0.0 if part == 0 else max(0.0, low)), (1.0 if part == whole else min(1.0, high))


def share(part: int, whole: int, seed: int) -> Estimate | None:
    """Return the share *part* of *whole* with Wilson's interval, or None when *whole* is 0. Raises ValueError like
    :func:`interval`."""
    low, high = interval(part, whole)
    return Estimate(part / whole, low, high, whole, seed, "%") if whole else None


def fractions(samples: Sequence[float], seed: int) -> Estimate | None:
    """Return the mean of fractions 0..1 as a share, with a bootstrap interval, or with Wilson's where too few samples, or
    equal ones, would let a bootstrap claim a certainty that it does not have. None without samples. Raises ValueError on a
    sample outside 0..1."""
    if any(not 0 <= sample <= 1 for sample in samples):
        raise ValueError("a fraction lies outside 0..1")
    found = bootstrap(samples, seed, unit="%")
    if found is None or (found.n >= FEW and found.low < found.high):
        return found
    low, high = interval(float(sum(samples)), len(samples))
    return Estimate(found.value, min(low, found.value), max(high, found.value), found.n, seed, "%")


def bootstrap(
    samples: Sequence[float] | Sequence[Sequence[float]] | NDArray[np.float64],
    seed: int,
    statistic: Callable[[NDArray[np.float64]], float] | None = None,
    unit: str = "",
    draws: int = DRAWS,
) -> Estimate | None:
    """Return *statistic* (the mean when None) of *samples* [n] or [n, k] with the percentile interval of *draws* seeded
    resamplings with replacement (Efron 1979, Annals of Statistics 7), widened where needed to hold the value itself.

    None without samples; a single one, whose spread nobody knows, has an interval without ends. Infinite samples are allowed,
    as an exact copy has an infinite signal-to-noise ratio. Raises ValueError when a sample is not a number.
    """
    values = np.asarray(samples, np.float64)
    if not len(values):
        return None
    if np.isnan(values).any():
        raise ValueError("a sample is not a number")
    of = statistic or (lambda rows: float(rows.mean()))
    count, value = len(values), float(of(values))
    if count == 1:
        return Estimate(value, -math.inf, math.inf, 1, seed, unit)
    rng = np.random.default_rng(seed)
    drawn = np.sort([of(values[rng.integers(0, count, count)]) for _ in range(draws)])
    # Whole positions, not interpolated: halfway between a finite number and infinity lies nothing.
    low, high = float(drawn[int(0.025 * (draws - 1))]), float(drawn[math.ceil(0.975 * (draws - 1))])
    return Estimate(value, min(low, value), max(high, value), count, seed, unit)


def macro(groups: Sequence[Sequence[float]], seed: int, unit: str = "%", draws: int = DRAWS) -> Estimate | None:
    """Return the mean over *groups* of the mean of each, so that a small group weighs as much as a large one, with the
    interval of a bootstrap within every group (Davison and Hinkley 1997, section 3.2). Empty groups are left out; None
    when all are."""
    kept = [np.asarray(group, np.float64) for group in groups if len(group)]
    if not kept:
        return None
    rng = np.random.default_rng(seed)
    value = float(np.mean([group.mean() for group in kept]))
    # The means of all draws of a group at once: draws x samples, summed along the samples.
    drawn = [group[rng.integers(0, len(group), (draws, len(group)))].mean(axis=1) for group in kept]
    means = np.sort(np.mean(drawn, axis=0))
    low, high = float(means[int(0.025 * (draws - 1))]), float(means[math.ceil(0.975 * (draws - 1))])
    return Estimate(value, min(low, value), max(high, value), sum(map(len, kept)), seed, unit)


def jackknife(
    statistic: Callable[[NDArray[np.int64]], float], count: int, seed: int, unit: str = "", groups: int = 20
) -> Estimate:
    """Return *statistic* over the samples 0..count-1 with a 95 % interval from leaving out one of *groups* seeded random
    groups at a time: variance (G - 1) / G sum (t_g - mean t)^2 (Quenouille 1956, Biometrika 43; Tukey 1958, Annals of
    Mathematical Statistics 29). *statistic* takes indices int64 [m]. Raises ValueError for fewer than two samples."""
    if count < 2:
        raise ValueError("leaving samples out needs at least two")
    parts = np.array_split(np.random.default_rng(seed).permutation(count), min(groups, count))
    value = float(statistic(np.arange(count)))
    left = np.array([statistic(np.sort(np.concatenate(parts[:g] + parts[g + 1 :]))) for g in range(len(parts))])
    spread = Z * math.sqrt((len(parts) - 1) / len(parts) * float(((left - left.mean()) ** 2).sum()))
    return Estimate(value, value - spread, value + spread, count, seed, unit)
