"""Pictures for the bank: drawn scenes of every kind in every light and look, with the truth of what is seen in them.

Most are scenes of :mod:`training.truth`, in which things can be told apart; others are crowds, single things and bare
backdrops. Now and then a picture is an earlier one with something changed, so that the two can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from models.values import Box, Region, to_json
from models.world.grades import graded
from models.world.scene import GRADES, OUTDOOR, STYLES, TIMES, Scene

from training.language.phrasing import Split
from training.truth import facts, marks, plots, scenery
from training.truth.shots import Bond, Shot, corners
from training.truth.words import COLOURS, cast, coloured, fits, kept_back, plural_only, recolourable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AREA = 24_000
"""Pixels of a picture, about: a little more than what the vision tower reads."""
MARKS = 3
"""Places that are marked on a picture, at most."""
_PLOTS = (plots.mixed, plots.mixed, plots.twins, plots.twins, plots.kin, plots.borne_by, plots.hidden, plots.neighbours)
_STYLED, _MOODY, _LIT, _CHANGED = 0.12, 0.06, 0.35, 0.14
CHANGES = ("add", "remove", "recolour", "hour")
"""How a picture differs from the one that it was made from."""


@dataclass(frozen=True)
class Drawn:
    """A picture, uint8 [h, w, 3], of *shot*; the *marks* that a person could have made on it, with the ids of the things that
    they mark; *change* tells what became of the picture before it ({} where it is a new one)."""

    pixels: NDArray[np.uint8]
    shot: Shot
    marks: tuple[tuple[Region, int], ...]
    change: dict[str, Any]

    def truth(self) -> dict[str, Any]:
        """Return all that is known of the picture as plain JSON data."""
        return {
            **truth_of(self.shot),
            "marks": [[to_json(region), id_] for region, id_ in self.marks],
            "change": self.change,
        }


def truth_of(shot: Shot) -> dict[str, Any]:
    """Return what is seen in *shot* as plain JSON data, from which :func:`shot_of` makes an equal one without drawing."""
    return {
        "scene": shot.scene.to_json(), "width": shot.width, "height": shot.height,
        "bonds": [[bond.kind, bond.child, bond.bearer] for bond in shot.bonds],
        "boxes": {str(id_): corners(box) for id_, box in shot.boxes.items()},
        "seen": {str(id_): count for id_, count in shot.seen.items()},
        "visible": {str(id_): round(value, 4) for id_, value in shot.visible.items()},
        "salient": facts.salient(shot) or 0,
    }  # fmt: skip


def shot_of(truth: dict[str, Any]) -> Shot:
    """Return the shot of a *truth*; what is seen of its things is taken from there and not worked out again."""
    bonds = tuple(Bond(*bond) for bond in truth["bonds"])
    shot = Shot(Scene.from_json(truth["scene"]), truth["width"], truth["height"], bonds)
    known = {
        "boxes": {int(id_): Box(*box) for id_, box in truth["boxes"].items()},
        "seen": {int(id_): count for id_, count in truth["seen"].items()},
        "visible": {int(id_): value for id_, value in truth["visible"].items()},
    }
    shot.__dict__.update(known)  # where functools.cached_property keeps what it worked out
    return shot


def picture(rng: Random, split: Split, before: Drawn | None = None) -> Drawn:
    """Return a new picture of *split*, or now and then *before* with something changed."""
    if before is not None and not before.change and rng.random() < _CHANGED / (1 - _CHANGED):
        made = _changed(rng, split, before.shot)
        if made is not None:
            return _finished(rng, made[0], made[1])
    return _finished(rng, _lit(rng, _scene(rng, split)), {})


def _finished(rng: Random, shot: Shot, change: dict[str, Any]) -> Drawn:
    from training.vision.quick import draw

    scale = (AREA / (shot.width * shot.height)) ** 0.5
    pixels, _ = draw(shot.scene, round(shot.width * scale), round(shot.height * scale))
    for mood in shot.scene.moods:
        pixels = graded(pixels, mood)
    return Drawn(pixels, shot, _marks(rng, shot), change)


def _scene(rng: Random, split: Split) -> Shot:
    chance = rng.random()
    if chance < 0.04:
        return _numbered(Scene((), scenery.backdrop(rng, flat=0.2)), *rng.choice(scenery.SIZES))
    if chance < 0.66:
        return plots.staged(rng, split, _PLOTS, flat=0.3)
    if chance < 0.78:
        return plots.staged(rng, split, (_alone,), flat=0.3)
    return _crowd(rng, split)


def _alone(rng: Random, split: Split, kind: str) -> list[scenery.Part]:
    """One thing, now and then recoloured."""
    name = scenery.pick(rng, split, kind)
    tint = rng.choice(COLOURS) if name and recolourable(name) and rng.random() < 0.3 else ""
    return [scenery.Part(name, tint)] if name else []


def _crowd(rng: Random, split: Split) -> Shot:
    """Things at any place and of any size, which may hide and leave the frame, as the vision tower learns them."""
    from training.vision.scenes import arranged

    width, height = rng.choice(scenery.SIZES)
    names = cast("train")
    if split == "held_out":
        names = (*rng.sample(kept_back(), 12), *rng.sample(names, 6))
    return _numbered(arranged(rng, names, width, height), width, height)


def _numbered(scene: Scene, width: int, height: int) -> Shot:
    things = tuple(replace(thing, id=number) for number, thing in enumerate(scene.things, 1))
    return Shot(replace(scene, things=things), width, height)


def _lit(rng: Random, shot: Shot) -> Shot:
    """Return *shot* in another hour, weather, look or mood."""
    scene = shot.scene
    if scene.backdrop.kind in OUTDOOR and rng.random() < _LIT:
        scene = replace(scene, backdrop=replace(scene.backdrop, time=rng.choice(TIMES)))
    if not scene.style and rng.random() < _STYLED:
        scene = replace(scene, style=rng.choice(STYLES[1:]))
    if rng.random() < _MOODY:
        scene = replace(scene, moods=(rng.choice(GRADES),))
    return replace(shot, scene=scene) if scene is not shot.scene else shot


def _marks(rng: Random, shot: Shot) -> tuple[tuple[Region, int], ...]:
    """Return marks on up to MARKS different things that are seen well; their numbers count from 1."""
    ids = [thing.id for thing in shot.scene.things if thing.id in shot.clear]
    chosen = rng.sample(ids, min(MARKS, len(ids)))
    return tuple((Region(n, "image#1", **marks.shape(rng, shot, id_)), id_) for n, id_ in enumerate(chosen, 1))


def _changed(rng: Random, split: Split, shot: Shot) -> tuple[Shot, dict[str, Any]] | None:
    """Return *shot* with one thing more, one less, one recoloured, or another hour, and what was done; None where that fails."""
    how = rng.choice(CHANGES)
    scene = shot.scene
    clear = [thing for thing in scene.things if thing.id in shot.clear and not _bound(shot, thing.id)]
    if how == "hour":
        if scene.backdrop.kind not in OUTDOOR or scene.style or scene.moods:
            return None
        time = rng.choice([time for time in TIMES if time != scene.backdrop.time])
        return replace(shot, scene=replace(scene, backdrop=replace(scene.backdrop, time=time))), {"how": how, "id": 0}
    if how == "add":
        return _added(rng, split, shot)
    if not clear:
        return None
    thing = rng.choice(clear)
    if how == "remove":
        things = tuple(other for other in scene.things if other is not thing)
        return replace(shot, scene=replace(scene, things=things)), {"how": how, "id": thing.id, "name": thing.name}
    free = [colour for colour in COLOURS if coloured(thing.name, thing.tint, colour) == 0]
    if not recolourable(thing.name) or not free or scene.style:
        return None
    tinted = replace(thing, tint=rng.choice(free))
    things = tuple(tinted if other is thing else other for other in scene.things)
    return replace(shot, scene=replace(scene, things=things)), {"how": how, "id": thing.id, "was": thing.tint}


def _bound(shot: Shot, number: int) -> bool:
    return any(number in (bond.child, bond.bearer) for bond in shot.bonds)


def _added(rng: Random, split: Split, shot: Shot) -> tuple[Shot, dict[str, Any]] | None:
    """Return *shot* with one more thing in front, which hides nothing; None where there is no room."""
    scene = shot.scene
    name = scenery.pick(rng, split, scene.backdrop.kind)
    if (
        not name
        or plural_only(name)
        or len(scene.things) > 8
        or any(fits(t.name, name) or fits(name, t.name) for t in scene.things)
    ):
        return None
    number = 1 + max((thing.id for thing in scene.things), default=0)
    made = scenery.shot(rng, split, [scenery.Part(name)], scene.backdrop, size=(shot.width, shot.height))
    if made is None:
        return None
    thing = replace(made.scene.things[0], id=number)
    after = replace(shot, scene=replace(scene, things=(*scene.things, thing)))
    if number not in after.clear or any(after.visible[id_] < shot.visible[id_] - 0.02 for id_ in shot.visible):
        return None
    return after, {"how": "add", "id": number, "name": name}
