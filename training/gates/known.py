"""Pictures and sounds that are of the known world, with the truth about their things: placed, drawn and made as for a person's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import numpy as np
from models.expert import Refusal
from models.world.composer import compose
from models.world.grades import graded
from models.world.placing import place
from models.world.scene import GRADES, STYLES
from models.world.wish import Wanted, Wish
from numpy.typing import NDArray

from training.truth.words import cast, plural_only

SIZES = ((480, 320), (480, 320), (320, 320), (320, 480), (640, 360))
"""Pixels across and down of a picture."""
PLACES = ("", "", "meadow", "beach", "desert", "snow", "city", "forest", "mountains", "room", "garden", "street", "farm", "lake",
          "kitchen", "space", "underwater", "stage", "sea")  # fmt: skip
TIMES = ("", "", "", "night", "sunset", "fog", "rain", "snowfall", "morning", "storm")
SEEN = 0.3
"""Share of a thing that must be seen for it to count as there."""


@dataclass(frozen=True)
class Known:
    """A picture uint8 [h, w, 3], the *boxes* float32 [n, 4] of the things that are seen in it, in fractions, and their *names*."""

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    names: tuple[str, ...]


def picture(rng: Random) -> Known:
    """Return a scene of one to six things, one in four in a style and one in eight with a mood, the same for the same state of *rng*."""
    names = [name for name in cast("train") if not plural_only(name)]
    while True:
        wanted = tuple(
            Wanted(name, said=name, count=rng.choice((1, 1, 1, 2, 3))) for name in rng.sample(names, rng.randint(1, 3))
        )
        width, height = rng.choice(SIZES)
        wish = Wish(wanted, place=rng.choice(PLACES), time=rng.choice(TIMES))
        try:
            scene = place(wish, width, height, rng.randrange(2**31)).scene
        except Refusal:
            continue
        if rng.random() < 0.25:
            scene = replace(scene, style=rng.choice(STYLES[1:]))
        truth = compose(scene, width, height, truth=True)
        pixels = graded(truth.pixels, rng.choice(GRADES)) if rng.random() < 0.125 else truth.pixels
        rows = [
            ((box.x0, box.y0, box.x1, box.y1), thing.name)
            for thing, box, seen in zip(scene.things, truth.boxes, truth.visible, strict=True)
            if box is not None and seen >= SEEN
        ]
        boxes = np.array([box for box, _ in rows], np.float32).reshape(-1, 4)
        return Known(pixels, boxes, tuple(name for _, name in rows))
