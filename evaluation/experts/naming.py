"""Finding named things: boxes in a drawn picture, with and without what the program knows of how it was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from models.expert import Picture, Value
from models.values import Phrase
from models.world import atlas
from models.world.scene import Scene

from evaluation import overlap
from evaluation.experts.bench import Asked
from evaluation.experts.scenes import drawn, tell
from evaluation.experts.suite import Marks, Measure, Suite, Tools
from evaluation.overlap import Corners

DRAWN, PLAIN = "a drawn picture", "a plain picture"


@dataclass(frozen=True)
class Finding:
    """A picture, the *phrase* to look for and the true boxes of what it means."""

    picture: Picture
    phrase: str
    boxes: tuple[Corners, ...]
    seed: int


def known(scene: Scene) -> Picture:
    """Return the picture of *scene* as the program keeps one that it drew: with the scene."""
    return Picture(drawn(scene).pixels, meta={"made": "picture-book", "scene": scene.to_json()})


def _finding(rng: Random, line: str) -> Finding:
    told = tell(rng)
    name, number = rng.choice(told.names)
    truth = drawn(told.scene)
    boxes = tuple(
        (box.x0, box.y0, box.x1, box.y1)
        for thing, box in zip(told.scene.things, truth.boxes, strict=True)
        if thing.name == name and box is not None
    )
    picture = known(told.scene) if line == DRAWN else Picture(truth.pixels)
    phrase = name if number == 1 else atlas.entry(name).plural
    return Finding(picture, phrase, boxes, rng.randrange(2**31))


def boxes_of(values: Sequence[Value]) -> tuple[Corners, ...]:
    """Return the boxes that a detector found, corners in fractions: ``meta["boxes"]`` of its picture holds rows of name, x0,
    y0, x1, y1."""
    for value in values:
        if isinstance(value, Picture):
            rows = [row[-4:] for row in value.meta.get("boxes", ())]
            return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in rows)
    return ()


def _score(case: Finding, answer: tuple[Corners, ...], tools: Tools) -> Marks:
    hits = float(overlap.hits(answer, case.boxes))
    return {
        "iou": overlap.matched_iou(answer, case.boxes),
        "precision": [hits, float(len(answer))] if answer else None,
        "recall": [hits, float(len(case.boxes))],
    }


DETECT: Suite[Any, Any] = Suite(
    task="detect",
    about="Things of a drawn scene are asked for by name. A drawn picture carries the scene it was drawn from, as every picture does that the "
    "program drew; a plain one is bare pixels, as a person's own. Boxes are paired so that their overlap is greatest: box IoU is the "
    "mean over pairs, a box without a partner counting 0; precision and recall count pairs with an IoU of 0.5 or more.",
    lines=(DRAWN, PLAIN),
    measures={
        "iou": Measure("box IoU"),
        "precision": Measure("precision at 0.5", "ratio"),
        "recall": Measure("recall at 0.5", "ratio"),
    },
    draw=_finding,
    asked=lambda case: Asked("detect", (case.picture,), args=(Phrase(case.phrase),), seed=case.seed),
    answer=lambda values, case: boxes_of(values),
    truth=lambda case: case.boxes,
    nothing=lambda case: (),
    score=_score,
)  # fmt: skip
