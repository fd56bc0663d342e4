"""Films that the experts are asked about: a thing that goes one way, told as a caption and as tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from models.world import atlas
from models.world.film import Film
from models.world.filming import roomy
from models.world.motion import plan
from models.world.placing import place
from models.world.render import frames
from models.world.scene import Scene
from models.world.staging import stage_of
from models.world.wish import Wanted, Wish

from evaluation.experts.scenes import PLACES, counted, names

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT, FPS, SECONDS = 320, 192, 24.0, 1.5
"""Frames, their rate and the length of every clip that is asked for."""
LEAST = 0.3
"""The recogniser looks for what moves in windows of this share of the height and more: :func:`tell` makes no smaller things."""
VERBS = {"animals": ("runs", "walks"), "vehicles": ("drives", "moves"), "people": ("walks", "runs")}
_MOVERS = tuple(VERBS)


@dataclass(frozen=True)
class Moving:
    """A caption, the *name* of what moves in it and the way it goes ("left" or "right"); the *words* of the motion alone; the
    *scene* before anything moves and the true *film*."""

    caption: str
    words: str
    name: str
    way: str
    scene: Scene
    film: Film


@lru_cache(maxsize=1)
def movers() -> tuple[str, ...]:
    """Return the things that can go over the ground by themselves."""
    return tuple(n for n in names() if atlas.entry(n).group in _MOVERS and atlas.entry(n).habitat == "ground")


def tell(rng: Random, others: int = 0) -> Moving:
    """Return a film in which one thing moves to the left or to the right, with *others* that stand."""
    name, way = rng.choice(movers()), rng.choice(("left", "right"))
    kinds = [name, *rng.sample([n for n in names() if n != name], others)]
    backdrop = rng.choice([p for p in PLACES if p not in ("room", "lake")])
    wish = Wish(tuple(Wanted(kind, said=kind) for kind in kinds), place=backdrop)
    verb, seed = rng.choice(VERBS[atlas.entry(name).group]), rng.randrange(2**31)
    words = f"the {name} {verb} to the {way}"
    scene = roomy(place(wish, WIDTH, HEIGHT, seed).scene, WIDTH / HEIGHT)
    scene = replace(scene, things=tuple(replace(thing, id=n + 1) for n, thing in enumerate(scene.things)))
    film = planned(scene, words, seed, free=True)
    said = f"{counted(name, 1)} {verb} to the {way}"
    beside = "".join(f" and {counted(kind, 1)} stands there" for kind in kinds[1:])
    return Moving(f"{said} {PLACES[backdrop]}{beside}", words, name, way, scene, film)


def planned(scene: Scene, words: str, seed: int, *, free: bool) -> Film:
    """Return the film in which the things of *scene* do what *words* say; *free* lets it begin elsewhere than the scene."""
    return plan(scene, words, seconds=SECONDS, ratio=WIDTH / HEIGHT, seed=seed, free=free).film


def shot(film: Film, name: str) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the frames of *film*, uint8 [n, h, w, 3], and the masks of the thing *name*, bool [n, h, w]."""
    made = list(frames(film, stage_of(film, WIDTH, HEIGHT), truth=True))
    shown = [thing.name for thing in film.scene.things].index(name)
    masks: Sequence[NDArray[np.bool_]] = [frame.masks[shown] for frame in made if frame.masks is not None]
    return np.stack([frame.pixels for frame in made]), np.stack(masks)
