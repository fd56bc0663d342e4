"""Pictures from words: whether what was asked for is there, as often and where it was asked for, as the recogniser sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from models.expert import Picture, Value
from models.values import Box, Labelled, Phrase

from evaluation.experts.bench import Asked
from evaluation.experts.eyes import Seen
from evaluation.experts.scenes import HEIGHT, WIDTH, Told, drawn, tell
from evaluation.experts.suite import FEATURES, Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]

SIZE = {"size": f"{WIDTH}x{HEIGHT}"}
GREY = 128


@dataclass(frozen=True)
class Drawing:
    """What is *told*, and a seed."""

    told: Told
    seed: int

    @property
    def boxes(self) -> list[tuple[str, Box]]:
        """The things of the true scene with the boxes round what is seen of them."""
        pairs = zip(self.told.scene.things, drawn(self.told.scene).boxes, strict=True)
        return [(thing.name, box) for thing, box in pairs if box is not None]


def _drawing(rng: Random, line: str) -> Drawing:
    return Drawing(tell(rng, 1 if line == "one kind of thing" else 3), rng.randrange(2**31))


def picture_of(values: Sequence[Value]) -> Pixels | None:
    """Return the first picture among *values* as uint8 [h, w, 3], on white where it is transparent; None without one."""
    found = next((value for value in values if isinstance(value, Picture)), None)
    if found is None:
        return None
    pixels = found.pixels
    if pixels.shape[2] == 4:
        cover = pixels[..., 3:].astype(np.float32) / 255
        pixels = np.rint(pixels[..., :3] * cover + 255 * (1 - cover)).astype(np.uint8)
    return np.ascontiguousarray(pixels)


def bare(width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Return an even grey picture: what is scored where an expert gives nothing."""
    return np.full((height, width, 3), GREY, np.uint8)


def holds(relation: str, first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Return whether the middle *first* (x, y; y down) is *relation* ("left", "right", "above", "below") of *second*."""
    x, y = first[0] - second[0], first[1] - second[1]
    return {"left": x < 0, "right": x > 0, "above": y < 0, "below": y > 0}[relation]


def judged(told: Told, seen: Sequence[Seen]) -> Marks:
    """Return what the things *seen* say of a picture of *told*: the share of names that are seen at all, and in the number
    asked for; whether the relation holds between any two of the named things (None where none is asked for); whether
    everything is right."""
    counts = Counter(one.name for one in seen)
    found = [counts[name] > 0 for name, _ in told.names]
    exact = [counts[name] == number for name, number in told.names]
    related: float | None = None
    if told.relation:
        one, other = (
            [(thing.x, thing.y) for thing in seen if thing.name == name] for name, _ in told.names[:2]
        )  # fmt: skip
        related = float(any(holds(told.relation, a, b) for a in one for b in other))
    return {
        "found": float(np.mean(found)),
        "counts": float(np.mean(exact)),
        "relation": related,
        "whole": float(all(exact) and related != 0.0),
    }


def _seen_score(case: Drawing, answer: Pixels, tools: Tools) -> Marks:
    return judged(case.told, tools.eyes().look(answer))


_DISTANCE = Measure("Fréchet distance", "distance")

IMAGE: Suite[Any, Any] = Suite(
    task="image",
    about="A caption names one to three kinds of things, their numbers, a relation and a backdrop. The picture recogniser looks for the "
    "things: found is the share of names seen at all, counts that of names seen as often as asked, relation the share of pictures where it "
    "holds, all right that of pictures with every count and relation. The Fréchet distance is that of recogniser features to true drawings "
    "of other captions.",
    lines=("one kind of thing", "several kinds"),
    measures={
        "found": Measure("found"),
        "counts": Measure("counts"),
        "relation": Measure("relation"),
        "whole": Measure("all right"),
        FEATURES: _DISTANCE,
    },
    draw=_drawing,
    asked=lambda case: Asked("image", args=(Phrase(case.told.caption),), params=SIZE, seed=case.seed),
    answer=lambda values, case: _or_bare(values),
    truth=lambda case: drawn(case.told.scene).pixels,
    nothing=lambda case: bare(),
    score=_seen_score,
    features=lambda answer, tools: tools.eyes().features(answer),
    uses=("pictures",),
)  # fmt: skip


def _or_bare(values: Sequence[Value]) -> Pixels:
    found = picture_of(values)
    return bare() if found is None else found


def _box_score(case: Drawing, answer: Pixels, tools: Tools) -> Marks:
    eyes = tools.eyes()
    named = [float(eyes.named(answer, (box.x0, box.y0, box.x1, box.y1)) == name) for name, box in case.boxes]
    return {"named": float(np.mean(named)), "every": float(all(named))}


LAYOUT: Suite[Any, Any] = Suite(
    task="layout",
    about="The caption and the boxes of a true scene are given, each box with its name. In its box: the share of boxes in which the picture "
    "recogniser sees the named thing; all boxes: the share of pictures where that holds for each.",
    lines=("one kind of thing", "several kinds"),
    measures={
        "named": Measure("in its box"),
        "every": Measure("all boxes"),
        FEATURES: _DISTANCE,
    },
    draw=_drawing,
    asked=lambda case: Asked(
        "layout",
        args=(Phrase(case.told.caption), *(Labelled(name, box) for name, box in case.boxes)),
        params=SIZE,
        seed=case.seed,
    ),
    answer=lambda values, case: _or_bare(values),
    truth=lambda case: drawn(case.told.scene).pixels,
    nothing=lambda case: bare(),
    score=_box_score,
    features=lambda answer, tools: tools.eyes().features(answer),
    uses=("pictures",),
)
