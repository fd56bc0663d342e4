"""From a film of a drawn scene to the stage its frames are drawn from: backdrops painted once, things cut out once.

Light and shadow are the composer's, so that the first frame looks as the picture does. What the camera comes close to is
painted larger and stays crisp; water moves; where the film changes its light, two backdrops are mixed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from models.world import atlas, composer
from models.world.backdrops import Painted, front, paint
from models.world.cards import Card, View, resting
from models.world.composer import Cut
from models.world.crisp import level
from models.world.film import WATERS, Film
from models.world.looks import Look
from models.world.render import Spot, Stage, faint, largest, zooms
from models.world.scene import Scene, Thing, horizon
from models.world.waves import rolled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.world.crisp import Sprites

MOST_FINE = 1.8
"""The most that a backdrop is painted larger than the frame for close-ups."""


@dataclass(frozen=True)
class _Light:
    """The backdrop as painted at one time, and from when to when the film goes over to it."""

    start: float
    end: float
    painted: Painted
    scene: Scene


def stage_of(film: Film, width: int, height: int, sprites: Sprites | None = None) -> Stage:
    """Return the stage of *film* for frames of *width* x *height* px, at least 16 each. *sprites* as in
    :func:`models.world.composer.compose`. Raises KeyError for a thing that has no sprite."""
    source = sprites or atlas.sprite
    close = min(MOST_FINE, zooms(film))
    cards, tinted, rests = {}, {}, {}
    for thing in film.scene.things:
        track = film.track(thing.id)
        cards[thing.id] = card_of(thing, source, width, height, zooms(film) * largest(film, thing))
        if track.tint:
            tinted[thing.id] = card_of(replace(thing, tint=track.tint), source, width, height, 1.0)
        rests[thing.id] = resting(cards[thing.id], thing, track.base, width, height)
    large = round(width * close), round(height * close)
    lights = [_Light(0.0, 0.0, paint(film.scene.backdrop, *large), film.scene)]
    lights += [
        _Light(c.start, c.end, paint(c.backdrop, *large), replace(film.scene, backdrop=c.backdrop))
        for c in film.changes
    ]
    scene = film.scene
    return Stage(
        width, height, _ground(film, lights, close), cards, rests, _putter(lights, height), _front(lights),
        (lambda pixels: composer.finished(pixels, scene)) if scene.style or scene.moods else None, tinted,
    )  # fmt: skip


def card_of(thing: Thing, sprites: Sprites, width: int, height: int, close: float) -> Card:
    """Return the sprite of *thing* in its tint, fine enough to be drawn *close* times as large as at rest."""
    long = thing.size * min(width, height)
    picture, *_, margin = level(sprites, thing.name, thing.tint, 2 * long * close)
    return Card(picture, (max(picture.shape[:2]) - 2 * margin) / long)


def _share(light: _Light, time: float) -> float:
    """Return how far, 0..1, the film has gone over to *light*."""
    if light.end <= light.start:
        return 1.0
    share = min(max((time - light.start) / (light.end - light.start), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _ground(film: Film, lights: list[_Light], close: float) -> Callable[[float, View], NDArray[np.float32]]:
    kind, line = film.scene.backdrop.kind, horizon(film.scene.backdrop)
    fixed = lights[0].painted.pixels.astype(np.float32)
    still = fixed if close > 1 or film.camera else None

    def ground(time: float, view: View) -> NDArray[np.float32]:
        now = fixed if still is None else still
        for light in lights[1:]:
            share = np.float32(_share(light, time))
            if share > 0:
                now = now + (light.painted.pixels - now) * share
        if kind in WATERS:
            now = flowing(now, time, 0.0 if kind == "underwater" else (line or 0.5), shore=kind == "beach")
        return seen(now, view, close)

    return ground


def seen(pixels: NDArray[np.float32], view: View, close: float = 1.0) -> NDArray[np.float32]:
    """Return what *view* shows of *pixels* (the whole frame, *close* times as large), float32, a new array. What lies outside
    of the frame is its mirror image."""
    import cv2

    if view.still and close == 1:
        return pixels.copy()
    shrink = np.diag([1 / close, 1 / close, 1.0])
    middle = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    whole = np.linalg.inv(middle) @ view.matrix() @ shrink @ middle
    size = (view.width, view.height)
    return np.asarray(
        cv2.warpAffine(pixels, whole[:2], size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101), np.float32
    )


def flowing(pixels: NDArray[np.float32], time: float, line: float, *, shore: bool = False) -> NDArray[np.float32]:
    """Return *pixels* with the water below *line* (fraction of the height) moved in waves, nearer ones larger; at a *shore*
    the waves end in the middle of the ground. At time 0 nothing is moved."""
    height, width = pixels.shape[:2]
    top = round(line * height)
    bottom = round(top + (height - top) * 0.42) if shore else height
    if time <= 0 or bottom - top < 8:
        return pixels
    ys, xs = np.mgrid[top:bottom, :width].astype(np.float32)
    deep = (ys - top) / max(1, height - top)
    size = np.float32(0.012 * height * min(1.0, 1.6 * time)) * (np.float32(0.15) + deep)
    # rows lie closer together towards the horizon, so their waves do too
    along = np.float32(2 * math.pi * 9) * np.sqrt(deep + np.float32(0.02))
    edge = np.clip(deep * 14, 0, 1)
    if shore:
        edge = edge * np.clip((bottom - ys) / np.float32(0.06 * height), 0, 1)
    out = pixels.copy()
    out[top:bottom] = rolled(pixels, xs, ys, size * edge, along, time)
    return out


def _mixed(one: Look, two: Look, share: float) -> Look:
    """Return the light between two: numbers and colours that things take are mixed."""
    if share <= 0 or share >= 1:
        return two if share >= 1 else one
    values = {}
    for field in fields(Look):
        a, b = getattr(one, field.name), getattr(two, field.name)
        if field.name in ("thick", "graze", "shadow"):
            values[field.name] = a + (b - a) * share
        elif field.name in ("cast", "haze", "rim"):
            values[field.name] = tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))
    return replace(one, **values)


def _putter(lights: list[_Light], height: int) -> Callable[[NDArray[np.float32], Thing, Cut, Spot], None]:
    """Return what draws a thing in the light of its time, with a shadow on the ground below it."""

    def put(canvas: NDArray[np.float32], thing: Thing, cut: Cut, spot: Spot) -> None:
        look, scene = lights[0].painted.look, lights[0].scene
        for light in lights[1:]:
            share = _share(light, spot.time)
            look, scene = _mixed(look, light.painted.look, share), light.scene if share > 0.5 else scene
        first = lights[0].painted
        line = None
        if first.line is not None:
            # painted finer than the frame for close-ups: back to rows of the frame, then as the camera sees it
            row = first.line / first.pixels.shape[0] * height
            line = float((spot.view.matrix() @ np.array([0, row, 1.0]))[1])
        painted = Painted(first.pixels, look, first.side, line, first.low, first.tall)
        if thing.shadow:
            less = faint(spot, cut.long)
            below = replace(cut, y=cut.y + round(spot.high))
            composer.shade(replace(thing, opacity=thing.opacity * less), below, scene, painted, canvas)
        composer.lay(thing, cut, painted, canvas)

    return put


def _front(lights: list[_Light]) -> Callable[[NDArray[np.float32], float], None]:
    """Return what paints the weather before everything, as it is at a time."""

    def paint_front(canvas: NDArray[np.float32], time: float) -> None:
        last = lights[0]
        share, before = 1.0, last
        for light in lights[1:]:
            if time > light.start:
                before, last, share = last, light, _share(light, time)
        if share >= 1 or last.scene.backdrop.time == before.scene.backdrop.time:
            front(last.scene.backdrop, canvas, time)
            return
        without = canvas.copy()
        front(before.scene.backdrop, without, time)
        front(last.scene.backdrop, canvas, time)
        canvas[:] = without + (canvas - without) * np.float32(share)

    return paint_front
