"""Clips for the bank: drawn films of a few things that move, come and go, as the frames that are looked at, with their truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from models.vision.frames import FRAMES, evenly

from training.language.phrasing import Split
from training.seeing.pictures import truth_of
from training.truth.films import FPS, Act, Deed, Reel, deed_for, directed, distinct, manner, stage_scene
from training.truth.shots import Shot, corners

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AREA = 18_000
"""Pixels of a frame, about."""
SEEN = 0.3
"""A thing counts as seen in a frame when at least this share of it is."""
COMING: dict[str, tuple[Deed, ...]] = {
    "walks": (Deed("comes in", "coming in", "come in", "enter"), Deed("walks away", "walking away", "walk away", "leave")),
    "flies": (Deed("appears", "appearing", "appear", "appear"), Deed("disappears", "disappearing", "disappear", "vanish")),
    "drives": (Deed("arrives", "arriving", "arrive", "enter"), Deed("drives away", "driving away", "drive away", "leave")),
    "": (Deed("appears", "appearing", "appear", "appear"), Deed("disappears", "disappearing", "disappear", "vanish")),
}  # fmt: skip
"""How things come and go, by the way they move."""
_STAY = Deed("stays where it is", "staying where it is", "stay where it is", "stay")
_TRIES = 120


@dataclass(frozen=True)
class Filmed:
    """The *frames* of a clip that are looked at, uint8 [h, w, 3] each, the *seconds* that they are shown at, and its *truth*."""

    frames: tuple[NDArray[np.uint8], ...]
    seconds: tuple[float, ...]
    truth: dict[str, Any]


def clip(rng: Random, split: Split) -> Filmed:
    """Return a clip of one to three things, of which each does something else or nothing. Raises RuntimeError when none is found."""
    for _ in range(_TRIES):
        shot = stage_scene(rng, split, most=3, twins=rng.random() < 0.15)
        if shot is None:
            continue
        acts = _acts(rng, shot)
        made = _reel(rng, shot, acts)
        if made is not None and made.film.frames >= FRAMES:
            return _filmed(made, acts)
    raise RuntimeError(f"no clip was found in {_TRIES} scenes")


def _acts(rng: Random, shot: Shot) -> list[Act]:
    """Let each thing do something by itself; often one comes or goes, and now and then one stays."""
    acts = []
    for thing in shot.scene.things:
        kind = manner(thing.name, shot.scene.backdrop.kind)
        if rng.random() < 0.3:
            acts.append(Act(thing.id, rng.choice(COMING.get(kind, COMING[""]))))
        elif acts and rng.random() < 0.15:
            acts.append(Act(thing.id, _STAY))
        else:
            acts.append(deed_for(rng, shot, thing.id))
    return acts


def _reel(rng: Random, shot: Shot, acts: list[Act]) -> Reel | None:
    """Return the film of *acts*: side by side, or where two things differ in name one after the other."""
    moving = [act for act in acts if act.deed is not _STAY]
    if not moving:
        return None
    seconds = rng.choice((2.4, 3.0, 3.6, 4.2))
    in_turn = len(moving) > 1 and distinct(shot) and rng.random() < 0.6
    if not in_turn:
        made = directed(rng, shot, moving, seconds)
        return None if made is None else replace(made, acts=tuple(moving))
    from training.truth.films import told

    rng.shuffle(moving)
    names = {thing.id: thing.name for thing in shot.scene.things}
    words = ", then ".join(f"the {names[act.id]} {act.deed.says}" for act in moving)
    return told(rng, "train", shot, moving, free=False, text=words)


def _filmed(made: Reel, acts: list[Act]) -> Filmed:
    from models.world.render import frame
    from models.world.staging import stage_of

    scale = (AREA / (made.width * made.height)) ** 0.5
    width, height = round(made.width * scale), round(made.height * scale)
    stage = stage_of(made.film, width, height)
    numbers = evenly(made.film.frames, FRAMES)
    times = tuple(round((number + 0.5) / FPS, 3) for number in numbers)
    shown = [frame(made.film, stage, number / FPS, truth=True) for number in numbers]
    ids = [thing.id for thing in made.film.scene.things]
    boxes = {
        str(id_): [corners(one.boxes[n]) if one.visible[n] >= SEEN else [] for one in shown]
        for n, id_ in enumerate(ids)
    }
    events = {event.id: event for event in reversed(made.film.events)}
    done: list[dict[str, Any]] = [
        {
            "id": act.id, "says": act.deed.says, "doing": act.deed.doing, "verb": act.deed.verb,
            "start": round(events[act.id].time, 2), "seconds": round(events[act.id].seconds, 2),
        }
        for act in made.acts if act.id in events
    ]  # fmt: skip
    truth = {
        **truth_of(made.shot), "seconds": round(made.film.frames / FPS, 2), "times": list(times), "frames": boxes,
        "acts": sorted(done, key=lambda act: float(act["start"])),
        "moved": {str(id_): round(made.moved(id_), 3) for id_ in ids},
        "still": [act.id for act in acts if act.deed is _STAY],
    }  # fmt: skip
    return Filmed(tuple(one.pixels for one in shown), times, truth)
