"""How well the vision tower finds named things: box accuracy on scenes that nobody trained on, with floors and a ceiling.

    python -m evaluation.sight [--count 160] [--seed 11] [--source nano/vision] [--results docs/results.md] [--out FILE.json]

The scenes are placed and drawn by the program's own picture book, as it places and draws what a person asks for; the scenes of
training are arranged by code of their own. The phrase that is looked for names exactly one thing of each scene.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Protocol

import numpy as np
from models.expert import Refusal
from models.vision import dense
from models.vision.suppress import overlaps
from models.world.composer import compose
from models.world.placing import place
from models.world.scene import STYLES
from models.world.wish import Wanted, Wish
from training.truth.words import cast, fits, kept_back, plural_only
from training.vision.words import kept, taught

from evaluation.intervals import Estimate, share
from evaluation.overlap import Corners, box_iou
from evaluation.reports import ended, filed, options
from evaluation.tables import grid

if TYPE_CHECKING:
    from models.world.scene import Scene
    from numpy.typing import NDArray

WIDTH, HEIGHT = 480, 320
"""Pixels of a scene's picture."""
RIGHT = 0.5
"""A box is right when its overlap (intersection over union) with the true one is this or more."""
_PLACES = (
    "",
    "",
    "meadow",
    "beach",
    "desert",
    "snow",
    "city",
    "forest",
    "mountains",
    "room",
    "garden",
    "street",
    "farm",
    "lake",
)
_SEEN, _LEAST = 0.7, 0.003
_TRIES = 4000
LINES = {
    "alone": "one thing, by its name",
    "several": "one of several things, by its name",
    "synonyms": "... by a synonym never taught",
    "unknown": "... a thing never shown in training",
    "styled": "... by its name, in some style",
}
"""The kinds of cases, and their headings."""
ROWS = {
    "tower": "the tower",
    "unnamed": "floor: the tower's surest box, whatever is asked for",
    "largest": "floor: the box of the largest thing",
    "chance": "floor: the box of any thing",
    "frame": "floor: the whole frame",
    "oracle": "ceiling: the best of the tower's boxes",
    "there": "of two names, the one of a thing that is there is likelier",
}
"""What is measured, and how the table calls it: who answers where the thing is, and at last whether it is there at all."""
_SECTION = """## What the vision tower finds

Made by `{command}`. Scenes of one to five different things, placed and drawn by the picture book at {width} x {height} pixels with
seeds of their own; the phrase names exactly one of them. A box is right when its overlap with the true one is {right:g} or more. The
tower is taught {taught} things by {words} words; "a synonym never taught" is one of {synonyms} synonyms that a hash keeps from training and that
share no word with those that are taught, "a thing never shown" one of {kept} things that are kept from it. The boxes of the second and third
floor are true ones, which the tower does not get; the ceiling is what it would reach if it always took the best of the boxes that it
drew. In the last row chance is a half. These are figures of a drawn toy world: on photographs the tower means nothing.

"""


@dataclass(frozen=True)
class Case:
    """A picture, uint8 [h, w, 3], the *phrase* to look for, the true boxes of its things, the one that is meant first, and the
    name of a thing that is *absent* from it."""

    pixels: NDArray[np.uint8]
    phrase: str
    boxes: tuple[Corners, ...]
    absent: str = ""


class Eye(Protocol):
    """What looks at pictures: the tower, or something in its place in a test."""

    def __call__(self, pixels: NDArray[np.uint8]) -> dense.Seen: ...


def cases(line: str, count: int, seed: int) -> Iterator[Case]:
    """Yield *count* cases of one of LINES, the same for the same *seed*. Raises RuntimeError when scenes do not come about."""
    rng = Random(f"sight {line} {seed}")
    made = 0
    for _ in range(_TRIES):
        if made == count:
            return
        case = _case(rng, line)
        if case is not None:
            made += 1
            yield case
    raise RuntimeError(f"only {made} of {count} scenes of the line {line!r} came about")


def _case(rng: Random, line: str) -> Case | None:
    pool = {"synonyms": [name for name in cast("train") if kept(name)], "unknown": list(kept_back())}
    name = rng.choice(pool.get(line) or cast("train"))
    phrase = rng.choice(kept(name)) if line == "synonyms" else name
    if plural_only(name):
        return None
    others = rng.sample(cast("train"), 0 if line == "alone" else rng.randint(1, 4))
    if any(other == name or fits(other, phrase) or fits(name, other) for other in others):
        return None
    wish = Wish(tuple(Wanted(one, said=one) for one in (name, *others)), place=rng.choice(_PLACES),
                time=rng.choice(("", "", "", "night", "sunset", "fog")))  # fmt: skip
    scene = place(wish, WIDTH, HEIGHT, rng.randrange(2**31)).scene
    if line == "styled":
        scene = replace(scene, style=rng.choice(STYLES[1:]))
    case = drawn(scene, name, phrase)
    absent = rng.choice(cast("train"))
    if case is None or any(fits(one, absent) or fits(absent, one) for one in (name, *others)):
        return None
    return replace(case, absent=absent)


def drawn(scene: Scene, name: str, phrase: str) -> Case | None:
    """Return the case of looking for *phrase*, the one thing called *name*, in *scene*; None when that is hardly seen."""
    truth = compose(scene, WIDTH, HEIGHT, truth=True)
    boxes, meant = list[Corners](), 0
    for thing, mask, box, seen in zip(scene.things, truth.masks, truth.boxes, truth.visible, strict=True):
        if thing.name == name:
            if box is None or seen < _SEEN or mask.mean() < _LEAST:
                return None
            meant += 1
            boxes.insert(0, (box.x0, box.y0, box.x1, box.y1))
        elif box is not None:
            boxes.append((box.x0, box.y0, box.x1, box.y1))
    return Case(truth.pixels, phrase, tuple(boxes)) if meant == 1 else None


def score(case: Case, seen: dense.Seen, vectors: Mapping[str, NDArray[np.float32]], rng: Random) -> dict[str, bool]:
    """Return which of ROWS are right for *case*; *vectors* tells where phrases lie for the sentence encoder."""
    there, away = (dense.find(seen, vectors[phrase]) for phrase in (case.phrase, case.absent))
    said: dict[str, Corners] = {
        "tower": there.box,
        "unnamed": dense.surest(seen).box,
        "largest": max(case.boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1])),
        "chance": rng.choice(case.boxes),
        "frame": (0.0, 0.0, 1.0, 1.0),
    }
    right = {who: box_iou(box, case.boxes[0]) >= RIGHT for who, box in said.items()}
    best = float(overlaps(seen.boxes, np.asarray(case.boxes[0])).max())
    return {**right, "oracle": best >= RIGHT, "there": there.alike > away.alike}


def measure(
    eye: Eye, vectors: Mapping[str, NDArray[np.float32]], asked: Mapping[str, Sequence[Case]], seed: int
) -> dict[str, dict[str, Estimate | None]]:
    """Return, for each of ROWS, the share of right boxes for each line of *asked*; *vectors* holds all phrases."""
    rng = Random(f"chance {seed}")
    found: dict[str, dict[str, Estimate | None]] = {who: {} for who in ROWS}
    for line, held in asked.items():
        marks = [score(case, eye(case.pixels), vectors, rng) for case in held]
        for who in ROWS:
            found[who][line] = share(sum(mark[who] for mark in marks), len(marks), seed)
    return found


def table(found: Mapping[str, Mapping[str, Estimate | None]]) -> str:
    """Return the figures of :func:`measure` as Markdown."""
    columns = {line: head for line, head in LINES.items() if any(line in row for row in found.values())}
    return grid("boxes right", columns, {ROWS[who]: row for who, row in found.items()})


def run(count: int, seed: int, source: str) -> dict[str, dict[str, Estimate | None]]:
    """Return the figures of the tower in *source*, a folder below ``assets`` or anywhere. Raises Refusal when it, or the
    sentence encoder, is not there."""
    from models.reader import shared_embedder

    embed, tower = shared_embedder(), dense.load(source)
    if embed is None:
        raise Refusal("The sentence encoder is not there.", "Make it with python -m training.text_encoder first.")
    asked = {}
    for line in LINES:
        asked[line] = list(cases(line, count, seed))
        print(f"{line}: {len(asked[line])} scenes", file=sys.stderr, flush=True)
    phrases = sorted({word for held in asked.values() for case in held for word in (case.phrase, case.absent)}, key=len)
    vectors = dict(zip(phrases, embed(phrases), strict=True))
    return measure(lambda pixels: dense.look(tower, pixels), vectors, asked, seed)


def section(found: Mapping[str, Mapping[str, Estimate | None]], command: str) -> str:
    """Return the whole section of the results."""
    names = cast("train")
    head = _SECTION.format(
        command=command, width=WIDTH, height=HEIGHT, right=RIGHT, taught=len(names), words=sum(len(taught(n)) for n in names),
        synonyms=sum(len(kept(n)) for n in names), kept=len(kept_back()),
    )  # fmt: skip
    return head + table(found)


def main(words: Sequence[str] | None = None) -> int:
    """Parse the command line and measure; return 0, or 1 after telling what is wrong and what to do."""
    reader = options(__doc__, 160, "scenes of each kind")
    reader.add_argument("--source", default="nano/vision", help="folder of the tower")
    asked = reader.parse_args(words)

    def measured() -> str:
        found = run(asked.count, asked.seed, asked.source)
        made = section(found, f"python -m evaluation.sight --count {asked.count} --seed {asked.seed}")
        return filed(asked, "vision tower", made, found)

    return ended(measured)


if __name__ == "__main__":
    sys.exit(main())
