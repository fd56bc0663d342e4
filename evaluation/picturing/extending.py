"""Measure how pictures are extended: what was there, the seam, and whether a thing that the frame had cut is whole then.

    python -m evaluation.picturing.extending [--profile nano] [--kind picturebook] [--count 24] [--seed 17] [--results docs/results.md] [--sheets docs/images]

The scenes are those of ``evaluation.picturing``, moved so that the frame cuts one thing in two.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from models.expert import Picture, Refusal
from models.values import Box
from models.world.scene import Scene
from training.drawing.scenes import NAMES

from evaluation.experts.eyes import Eyes
from evaluation.experts.scenes import drawn
from evaluation.intervals import Estimate, bootstrap, fractions
from evaluation.picturing import sheets
from evaluation.picturing.cases import SIDE, layout
from evaluation.picturing.maker import Maker, profile_of
from evaluation.picturing.marks import corners
from evaluation.reports import filed, options
from evaluation.tables import grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SHARE = 0.5
"""By how much the pictures are extended."""
NEW = round(SHARE * SIDE)
DRAWN, PHOTO = "**the expert**, with its record of the scene", "**the expert**, without a record"
MIRRORED, SMEARED = "its mirror image", "floor: its edge repeated"
CUT, WHOLE = "floor: the picture as it was", "ceiling: the scene uncut"
COLUMNS = {"exact": "pictures without a changed old pixel", "whole": "the cut thing recognised", "seam": "step over the seam",
           "seconds": "seconds"}  # fmt: skip
_SECTION = """## Extended pictures: profile `{profile}`

Made by `{command}`: `edit` by {expert}. Scenes of well-known things, moved so that the left or right edge of the frame, of {side} x {side} pixels, cuts
one thing in the middle; then “extend it to the left by half”, or to the right. The recogniser chooses among {things} things and nothing, where the whole thing is in a true
drawing. Step over the seam: the mean difference of the two columns that meet there, divided by that of neighbouring columns within 8 pixels
of it in the old picture; 1 is no seam. Seconds beside other work on two cores.

{table}
"""
_SHEET = """The first {count} cases, unpicked: before, extended with the record of its scene, extended without one.

![Pictures with a thing cut by the frame, and the same extended]({link})
"""


@dataclass(frozen=True)
class Case:
    """A *scene* whose thing number *which* the frame cuts at its *side*, and the box of the *whole* thing in the extended picture."""

    scene: Scene
    which: int
    side: str
    whole: Box
    uncut: Scene
    seed: int

    @property
    def words(self) -> str:
        return f"extend it to the {self.side} by half"

    @property
    def before(self) -> Pixels:
        """The picture as it is given, uint8 [SIDE, SIDE, 3]."""
        return drawn(self.scene, SIDE, SIDE).pixels

    @property
    def left(self) -> int:
        """The column of the extended picture in which the old one begins."""
        return NEW if self.side == "left" else 0


def case(seed: int, number: int) -> Case:
    """Return case *number*: the thing that is nearest to its side lies half outside, all others move along."""
    told = layout(seed, number)
    side = ("right", "left")[number % 2]
    xs = [thing.x for thing in told.scene.things]
    which = int(np.argmax(xs) if side == "right" else np.argmin(xs))
    away = (1.0 if side == "right" else 0.0) - xs[which]
    things = tuple(replace(thing, x=thing.x + away) for thing in told.scene.things)
    box = drawn(told.scene, SIDE, SIDE).boxes[which]
    assert box is not None
    begin = NEW if side == "left" else 0
    x0, x1 = (min(1.0, max(0.0, ((x + away) * SIDE + begin) / (SIDE + NEW))) for x in (box.x0, box.x1))
    return Case(
        replace(told.scene, things=things), which, side, Box(x0, box.y0, x1, box.y1), told.scene, told.seed
    )  # fmt: skip


def seam(pixels: Pixels, one: Case) -> float:
    """Return the step over the seam of the extended *pixels* by the steps between columns of the old picture near it."""
    at = one.left if one.side == "left" else SIDE
    steps = np.abs(np.diff(pixels.astype(np.int16), axis=1)).mean((0, 2))
    inside = steps[at : at + 8] if one.side == "left" else steps[at - 9 : at - 1]
    return float(steps[at - 1] / max(0.25, inside.mean()))


def judged(one: Case, pixels: Pixels, eyes: Eyes, seconds: float | None = None) -> dict[str, float | None]:
    """Return the marks of the extended *pixels*, uint8 [SIDE, SIDE + NEW, 3]; all are 0 but the seam's for a picture of another size."""
    if pixels.shape != (SIDE, SIDE + NEW, 3):
        return {"exact": 0.0, "whole": 0.0, "seam": None, "seconds": seconds}
    kept = np.array_equal(pixels[:, one.left : one.left + SIDE], one.before)
    name = one.scene.things[one.which].name
    seen = eyes.named(pixels, corners(one.whole)) == name
    return {"exact": float(kept), "whole": float(seen), "seam": seam(pixels, one), "seconds": seconds}


def padded(one: Case, mode: str) -> Pixels:
    """Return the given picture extended by numpy's *mode* "edge" or "symmetric"."""
    room = (NEW, 0) if one.side == "left" else (0, NEW)
    return np.pad(one.before, ((0, 0), room, (0, 0)), mode=mode)  # type: ignore[call-overload,no-any-return]


def as_it_was(one: Case, eyes: Eyes, scene: Scene) -> float:
    """Return whether the thing is recognised in a drawing of *scene* at its own size."""
    made = drawn(scene, SIDE, SIDE)
    box = made.boxes[one.which]
    return float(box is not None and eyes.named(made.pixels, corners(box)) == scene.things[one.which].name)


def measured(maker: Maker, count: int, seed: int, eyes: Eyes) -> dict[str, dict[str, Estimate | None]]:
    """Return the figures by row and column."""
    marks: dict[str, list[dict[str, float | None]]] = {who: [] for who in (DRAWN, PHOTO, MIRRORED, SMEARED, CUT, WHOLE)}
    for number in range(count):
        one = case(seed, number)
        meta = {"made": "picture-book", "scene": one.scene.to_json()}
        for who, given in ((DRAWN, Picture(one.before, meta=meta)), (PHOTO, Picture(one.before))):
            began = perf_counter()
            made = maker.extend(given, one.words, one.seed)
            pixels = one.before if made is None else made.pixels
            marks[who].append(judged(one, pixels, eyes, perf_counter() - began))
        marks[MIRRORED].append(judged(one, padded(one, "symmetric"), eyes))
        marks[SMEARED].append(judged(one, padded(one, "edge"), eyes))
        marks[CUT].append({"whole": as_it_was(one, eyes, one.scene)})
        marks[WHOLE].append({"whole": as_it_was(one, eyes, one.uncut)})
        print(f"extended {number + 1} of {count}", file=sys.stderr, flush=True)
    return {who: {name: _figure(found, name, seed) for name in COLUMNS} for who, found in marks.items()}


def _figure(found: Sequence[dict[str, float | None]], name: str, seed: int) -> Estimate | None:
    values = [value for one in found if (value := one.get(name)) is not None]
    if name in ("exact", "whole"):
        return fractions(values, seed)
    return bootstrap(values, seed, unit="s" if name == "seconds" else "")


def sheet(maker: Maker, seed: int, path: Path) -> None:
    """Write the first cases: before, extended with the record of the scene, extended without."""
    cases = [case(seed, number) for number in range(sheets.SHOWN)]
    lines: list[list[Pixels]] = [[], [], []]
    for one in cases:
        lines[0].append(np.full((SIDE, SIDE + NEW, 3), 255, np.uint8))
        lines[0][-1][:, one.left : one.left + SIDE] = one.before
        for line, meta in ((lines[1], {"made": "picture-book", "scene": one.scene.to_json()}), (lines[2], {})):
            made = maker.extend(Picture(one.before, meta=meta), one.words, one.seed)
            line.append(lines[0][-1] if made is None else made.pixels)
    sheets.save(path, lines, round(sheets.TILE * (1 + SHARE)))


def main(words: Sequence[str] | None = None) -> int:
    """Parse the command line and measure; return 0, or 1 after telling what is wrong and what to do."""
    found = options(__doc__, 24, "pictures that are extended")
    found.add_argument("--profile", default="nano")
    found.add_argument("--kind", default="picturebook", help="which of the profile's experts")
    found.add_argument("--sheets", type=Path, help="folder for the sample sheet")
    found.set_defaults(seed=17)
    asked = found.parse_args(words)
    try:
        if asked.count < 2:
            raise Refusal(f"{asked.count} is too few to measure.", "Give --count 2 or more.")
        with TemporaryDirectory() as folder:
            maker = Maker(profile_of(asked.profile, asked.kind), Path(folder))
            table = measured(maker, asked.count, asked.seed, Eyes(among=NAMES))
            command = f"python -m evaluation.picturing.extending --profile {asked.profile} --kind {asked.kind} --count {asked.count} --seed {asked.seed}"
            made = _SECTION.format(
                profile=asked.profile, command=command, expert=maker.name("edit"), side=SIDE, things=len(NAMES), table=grid("extended", COLUMNS, table)
            )  # fmt: skip
            if asked.sheets:
                path = asked.sheets / f"{asked.profile}-{asked.kind}-extended.png"
                sheet(maker, asked.seed, path)
                home = asked.results.parent if asked.results else Path.cwd()
                made += _SHEET.format(count=sheets.SHOWN, link=Path(os.path.relpath(path, home)).as_posix())
        print(filed(asked, "extended pictures", made, table))
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
