"""Changes that are said in words: a scene, an instruction, and the same scene after it; a pair follows from its number alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from models.plurals import with_article
from models.world.scene import Scene, Thing
from numpy.typing import NDArray

from training.drawing.scenes import (
    HOURS,
    MOST,
    NANO,
    OPEN,
    PLACES,
    SHADES,
    World,
    around,
    arranged,
    covered,
    nouns,
    placed,
    where,
)
from training.held_out import held
from training.language.phrasing import Split
from training.truth.words import COLOURS, recolourable
from training.vision.quick import draw

Made = tuple[Scene, str] | None
"""A changed scene and the words for the change; None where it cannot be made."""


@dataclass(frozen=True)
class Change:
    """A picture *before* and *after* the change that *words* ask for, uint8 [side, side, 3] each; its *kind* is one of KINDS."""

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    words: str
    kind: str


def change(seed: int, split: Split, number: int, world: World = NANO) -> Change:
    """Return pair *number* of *split*, the kinds in turn."""
    kind = tuple(KINDS)[number % len(KINDS)]
    for attempt in range(2000):
        rng = Random(f"change {seed} {split} {number} {attempt}")
        scene = arranged(rng, world, 3)
        made = KINDS[kind](rng, scene, split, world.names)
        if made is None or held(made[1]) != (split == "held_out" and kind not in _BARE):
            continue
        before, after = (draw(one, world.side, world.side)[0] for one in (scene, made[0]))
        if (before != after).any():
            return Change(before, after, made[1], kind)
    raise RuntimeError(f"no {kind} of the split {split} was found for number {number}")


def _alone(rng: Random, scene: Scene) -> Thing | None:
    """Return a thing of *scene* that its name tells from the others, None where there is none."""
    names = [thing.name for thing in scene.things]
    fit = [thing for thing in scene.things if names.count(thing.name) == 1]
    return rng.choice(fit) if fit else None


def _noun(rng: Random, name: str, split: Split) -> str:
    return name if rng.random() < 0.6 else rng.choice(nouns(name, split))


def _with(scene: Scene, old: Thing, *new: Thing) -> Scene:
    return replace(scene, things=tuple(t for thing in scene.things for t in (new if thing is old else (thing,))))


def recoloured(rng: Random, scene: Scene, split: Split, names: Sequence[str]) -> Made:
    """Give a thing another colour."""
    thing = _alone(rng, scene)
    if thing is None or not recolourable(thing.name):
        return None
    colour = rng.choice([c for c in COLOURS if c != thing.tint])
    words = (
        "make the {n} {c}",
        "paint the {n} {c}",
        "turn the {n} {c}",
        "the {n} should be {c}",
        "{c} {n} instead",
        "give me a {c} {n}",
    )
    return _with(scene, thing, replace(thing, tint=colour)), rng.choice(words).format(
        n=_noun(rng, thing.name, split), c=colour
    )


def replaced(rng: Random, scene: Scene, split: Split, names: Sequence[str]) -> Made:
    """Put another thing in the place of one."""
    thing = _alone(rng, scene)
    if thing is None:
        return None
    other = rng.choice([name for name in names if name not in {t.name for t in scene.things}])
    words = (
        "replace the {n} with {o}", "turn the {n} into {o}", "make the {n} {o}", "swap the {n} for {o}", "change the {n} to {o}",
        "{o} instead of the {n}",
    )  # fmt: skip
    new = with_article(_noun(rng, other, split))
    return _with(scene, thing, replace(thing, name=other, tint="", flip=False)), rng.choice(words).format(
        n=_noun(rng, thing.name, split), o=new
    )


def removed(rng: Random, scene: Scene, split: Split, names: Sequence[str]) -> Made:
    """Take a thing away."""
    thing = _alone(rng, scene)
    if thing is None:
        return None
    words = (
        "remove the {n}",
        "take the {n} away",
        "delete the {n}",
        "get rid of the {n}",
        "no {n}, please",
        "erase the {n}",
    )
    return _with(scene, thing), rng.choice(words).format(n=_noun(rng, thing.name, split))


def added(rng: Random, scene: Scene, split: Split, names: Sequence[str]) -> Made:
    """Put one thing more at the left, at the right or in the middle."""
    if len(scene.things) >= MOST:
        return None
    side, x = rng.choice((("on the left", 0.22), ("on the right", 0.78), ("in the middle", 0.5)))
    thing = placed(rng, rng.choice(names), scene.backdrop, 0.7)
    thing = replace(thing, x=x + rng.uniform(-0.06, 0.06), rotation=0.0)
    if any(covered(around(thing), around(other)) > 0.15 for other in scene.things):
        return None
    words = ("add {n} {s}", "put {n} {s}", "draw {n} {s}", "{n} {s}, please", "there should be {n} {s}")
    noun = _noun(rng, thing.name, split)
    told = with_article(noun, thing.tint)
    return replace(scene, things=(*scene.things, thing)), rng.choice(words).format(n=told, s=side)


def timed(rng: Random, scene: Scene, split: Split, names: Sequence[str]) -> Made:
    """Change the hour or the weather."""
    if scene.backdrop.kind not in OPEN:
        return None
    hour = rng.choice([h for h in HOURS if h != scene.backdrop.time])
    said = {
        "day": ("make it day", "by day, please", "make the weather fine"), "sunset": ("make it sunset", "at sunset, please", "evening light"),
        "night": ("make it night", "turn day into night", "at night, please"), "snowfall": ("let it snow", "make it snow", "add falling snow"),
        "fog": ("make it foggy", "add fog", "in the mist"), "rain": ("let it rain", "make it rain", "make it rainy"),
    }  # fmt: skip
    return replace(scene, backdrop=replace(scene.backdrop, time=hour)), rng.choice(said[hour])


def moved(rng: Random, scene: Scene, split: Split, names: Sequence[str]) -> Made:
    """Put another backdrop behind the things."""
    kind = rng.choice([k for k in PLACES if k != scene.backdrop.kind])
    colour = rng.choice(SHADES) if kind in ("plain", "gradient") else ""
    place = where(rng, kind, colour)
    words = (
        "put it {p}",
        "change the background: {p}",
        "everything {p}",
        "make it look as if it were {p}",
        "{p} instead",
    )
    return replace(scene, backdrop=replace(scene.backdrop, kind=kind, colour=colour, time="day")), rng.choice(
        words
    ).format(p=place)


KINDS: dict[str, Callable[[Random, Scene, Split, Sequence[str]], Made]] = {
    "recolour": recoloured, "replace": replaced, "remove": removed, "add": added, "hour": timed, "backdrop": moved,
}  # fmt: skip
"""What can be changed, and what changes it: a function of a scene, its split and the things there are."""
_BARE = ("remove", "hour", "backdrop")
"""Kinds whose words name one thing at most, of which none is held out."""
