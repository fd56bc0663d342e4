"""What a score can reach and what guessing reaches: the truth, the truth of other cases, and nothing, scored as predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

Truth = TypeVar("Truth")
Prediction = TypeVar("Prediction")
Figures = TypeVar("Figures")


@dataclass(frozen=True)
class Bounds(Generic[Figures]):
    """*ceiling*: the truth as its own prediction. *shuffled*: each case gets the truth of another one; None with a single
    case. *blank*: an empty prediction everywhere; None where a task has no empty prediction."""

    ceiling: Figures
    shuffled: Figures | None
    blank: Figures | None

    def rows(self) -> dict[str, Figures]:
        """Return what there is under the names that tables use."""
        named = {
            "ceiling: the truth itself": self.ceiling,
            "floor: the truth of another case": self.shuffled,
            "floor: nothing": self.blank,
        }
        return {name: figures for name, figures in named.items() if figures is not None}


def derangement(count: int, seed: int) -> list[int]:
    """Return a seeded order of 0..count-1 in which nothing stays in its place (one cycle: Sattolo 1986, Information
    Processing Letters 22). Raises ValueError for fewer than two."""
    if count < 2:
        raise ValueError("a single case cannot be given another one's truth")
    order, rng = list(range(count)), Random(seed)
    for at in range(count - 1, 0, -1):
        other = rng.randrange(at)
        order[at], order[other] = order[other], order[at]
    return order


def floor_and_ceiling(
    score: Callable[[Sequence[Prediction], Sequence[Truth]], Figures],
    truths: Sequence[Truth],
    seed: int,
    *,
    perfect: Callable[[Truth], Prediction],
    blank: Callable[[Truth], Prediction] | None = None,
    fit: Callable[[Prediction, Truth], Prediction] | None = None,
) -> Bounds[Figures]:
    """Return the ceiling and the floors of *score*, which takes one prediction for each of *truths*, in their order.

    *perfect* gives the prediction that says what a truth says; *blank* the empty prediction for it; *fit* brings another
    case's prediction into the form that a truth needs, such as a mask to the size of another picture. Cases that happen
    to have equal truths are not told apart: that is part of what guessing reaches. Raises ValueError without a truth.
    """
    if not truths:
        raise ValueError("there is nothing to score")
    said = [perfect(truth) for truth in truths]
    shuffled: Figures | None = None
    if len(truths) > 1:
        others = [said[index] for index in derangement(len(truths), seed)]
        if fit is not None:
            others = [fit(other, truth) for other, truth in zip(others, truths, strict=True)]
        shuffled = score(others, truths)
    nothing = score([blank(truth) for truth in truths], truths) if blank is not None else None
    return Bounds(score(said, truths), shuffled, nothing)
