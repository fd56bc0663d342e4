"""From a film to its frames, with the truth of each: masks, boxes and how much of every thing is seen.

The backdrop is painted once; things move before it as cards (:mod:`models.world.cards`). The first frame of a film whose
things begin where the scene has them is that scene.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from models.values import Box
from models.world.cards import Card, Placing, View, cut_of, matrix_of
from models.world.composer import Cut, box_round
from models.world.film import CAMERA, Film, Pose, Track, pose, value
from models.world.scene import Thing

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR = 1.16
"""How much more than the backdrop things move when the camera does."""


@dataclass(frozen=True)
class Frame:
    """One picture of a film: *pixels* uint8 [h, w, 3]; with truth *masks* bool [n, h, w] (what is seen of each thing, in the
    order of the scene's things), *boxes* round those (None where nothing is seen) and *visible*, the share of each thing
    that neither others nor the frame hide."""

    pixels: NDArray[np.uint8]
    masks: NDArray[np.bool_] | None = None
    boxes: tuple[Box | None, ...] = ()
    visible: tuple[float, ...] = ()


@dataclass(frozen=True)
class Spot:
    """Where a thing is in a frame: its *pose*, the row of the ground under it (*foot*) and how far it is above that (*high*,
    px), at *time* s before the camera *view*."""

    pose: Pose
    foot: float
    high: float
    time: float
    view: View


@dataclass(frozen=True)
class Stage:
    """All that the frames are drawn from. *ground* gives the backdrop at a time as the camera sees it, float32 [h, w, 3], a
    new array each time; *cards* is the picture of each thing by id, *tinted* the same in the colour it turns to, *rests*
    how it rests; *put* draws a cut-out with its light and shadow; *front* paints what is before everything and *finish*
    gives the whole its look, and then every picture is shown twice, as drawn films do, so that strokes do not crawl; *near*
    is how much more than the backdrop things move with the camera."""

    width: int
    height: int
    ground: Callable[[float, View], NDArray[np.float32]]
    cards: dict[int, Card]
    rests: dict[int, Placing]
    put: Callable[[NDArray[np.float32], Thing, Cut, Spot], None]
    front: Callable[[NDArray[np.float32], float], None] | None = None
    finish: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None = None
    tinted: dict[int, Card] = field(default_factory=dict)
    near: float = NEAR


def frames(film: Film, stage: Stage, *, truth: bool = False) -> Iterator[Frame]:
    """Yield the film's frames in order."""
    made: Frame | None = None
    for number in range(film.frames):
        if made is None or stage.finish is None or number % 2 == 0:
            made = frame(film, stage, number / film.fps, truth=truth)
        yield made


def view_at(film: Film, width: int, height: int, time: float) -> View:
    """Return what the camera of *film* sees at *time*."""
    x, y, zoom = (value(film.camera.get(name, ()), time, CAMERA[name]) for name in ("x", "y", "zoom"))
    return View(width, height, x, y, zoom)


def frame(film: Film, stage: Stage, time: float, *, truth: bool = False) -> Frame:
    """Return the picture of *film* at *time*, s."""
    view = view_at(film, stage.width, stage.height, time)
    canvas = stage.ground(time, view)
    things = film.scene.things
    poses = {thing.id: pose(film.track(thing.id), thing, time) for thing in things}
    masks = np.zeros((len(things) if truth else 0, stage.height, stage.width), np.bool_)
    areas = [0] * len(things)
    for n in sorted(range(len(things)), key=lambda n: n + poses[things[n].id].order):
        thing = things[n]
        cut = _drawn(film, stage, canvas, thing, poses[thing.id], time, view)
        if truth and cut is not None:
            areas[n] = cut.area
            part = masks[:, cut.y : cut.y + cut.cover.shape[0], cut.x : cut.x + cut.cover.shape[1]]
            solid = cut.cover > 0.5
            opacity = thing.opacity * poses[thing.id].opacity
            if opacity > 0.5:
                part &= ~solid
            part[n] = solid & (opacity > 0.02)
    if stage.front is not None:
        stage.front(canvas, time)
    pixels = np.clip(canvas + np.float32(0.5), 0, 255).astype(np.uint8)
    if stage.finish is not None:
        pixels = stage.finish(pixels)
    if not truth:
        return Frame(pixels)
    visible = tuple(
        min(1.0, float(mask.sum()) / area) if area else 0.0 for mask, area in zip(masks, areas, strict=True)
    )
    return Frame(pixels, masks, tuple(box_round(mask) for mask in masks), visible)


def _drawn(
    film: Film, stage: Stage, canvas: NDArray[np.float32], thing: Thing, at: Pose, time: float, view: View
) -> Cut | None:  # fmt: skip
    """Draw *thing* and return its cut-out, None when nothing of it is in the frame."""
    card, opacity = stage.cards.get(thing.id), thing.opacity * at.opacity
    if card is None or opacity <= 0.004:
        return None
    track, rest = film.track(thing.id), stage.rests[thing.id]
    near = view.matrix(stage.near)
    matrix = near @ _moved(film, stage, thing, at, time)
    bearer, lift = _bearer(film, track), at.lift
    held = at.y * stage.height + rest.foot * (1 if rest.base else at.scale)
    if bearer is not None:
        below = pose(film.track(bearer.id), bearer, time)
        held, lift = held + (below.y - bearer.y) * stage.height, lift + below.lift
    foot = float((near @ np.array([0, held, 1.0]))[1])
    floor = float((near @ np.array([0, track.floor * stage.height, 1.0]))[1])
    cut = cut_of(card, matrix, stage.width, stage.height, floor=floor, foot=foot)
    if cut is None:
        return None
    high = lift * stage.height * float(near[1, 1])
    spot = Spot(at, foot, high, time, view)
    stage.put(canvas, replace(thing, opacity=opacity), cut, spot)
    if at.tint > 0 and thing.id in stage.tinted:
        over = cut_of(stage.tinted[thing.id], matrix, stage.width, stage.height, floor=floor, foot=foot)
        if over is not None:
            stage.put(canvas, replace(thing, opacity=opacity * at.tint, shadow=False), over, spot)
    return cut


def _bearer(film: Film, track: Track) -> Thing | None:
    return next((thing for thing in film.scene.things if thing.id == track.on), None) if track.on else None


def _moved(film: Film, stage: Stage, thing: Thing, at: Pose, time: float, depth: int = 0) -> NDArray[np.float64]:
    """Return the map [3, 3] from px of the card of *thing* to px of the frame; what carries it takes it along."""
    own = matrix_of(stage.cards[thing.id], at, stage.rests[thing.id], stage.width, stage.height)
    bearer = _bearer(film, film.track(thing.id))
    if bearer is None or depth > 4 or bearer.id not in stage.cards:
        return own
    still = matrix_of(
        stage.cards[bearer.id], pose(Track(bearer.id), bearer, 0.0), stage.rests[bearer.id], stage.width, stage.height
    )
    there = _moved(film, stage, bearer, pose(film.track(bearer.id), bearer, time), time, depth + 1)
    return np.asarray(there @ np.linalg.inv(still) @ own)


def zooms(film: Film) -> float:
    """Return the closest that the camera of *film* comes."""
    return max([1.0, *(key.value for key in film.camera.get("zoom", ()))])


def largest(film: Film, thing: Thing) -> float:
    """Return the largest scale that *thing* reaches in *film*."""
    keys = film.track(thing.id).channels.get("scale", ())
    return min(4.0, max([1.0, *(key.value for key in keys)]))


def faint(spot: Spot, long: float) -> float:
    """Return how much is left, 0..1, of the shadow of a thing *long* px high when it is in the air."""
    return 1 / (1 + 1.8 * max(0.0, spot.high) / max(long, 1.0)) ** 1.5 if math.isfinite(spot.high) else 0.0
