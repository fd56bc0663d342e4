"""Which frame of a drawn film stands for it while nobody plays it: the first if it shows its things, else one that does."""

from __future__ import annotations

from models.world import atlas
from models.world.film import Film, pose
from models.world.scene import Thing, extent

TIMES = 24
"""Moments of a film that are looked at."""
ENOUGH = 0.85
"""The share of the most that is ever seen of its things with which the first frame will do."""


def poster(film: Film, width: int, height: int) -> float:
    """Return the time in s, the middle of a frame, at which a frame of *film* of *width* x *height* px shows as much of its things as
    any: half-way through the first stretch that does; 0.0 when the first frame shows about as much."""
    last = film.frames - 1
    numbers = sorted({round(last * n / TIMES) for n in range(TIMES + 1)})
    seen = [_seen(film, number / film.fps, width / height) for number in numbers]
    most = max(seen)
    if seen[0] >= ENOUGH * most:
        return 0.0
    full = [share >= 0.98 * most for share in seen]
    start = full.index(True)
    end = next((n for n in range(start, len(full)) if not full[n]), len(full))
    return round((numbers[(start + end - 1) // 2] + 0.5) / film.fps, 4)


def _seen(film: Film, time: float, ratio: float) -> float:
    """Return how many of the things are within the frame at *time*, each by the share of its box that is and by its opacity."""
    return sum(_shown(film, thing, time, ratio) for thing in film.scene.things)


def _shown(film: Film, thing: Thing, time: float, ratio: float) -> float:
    track = film.track(thing.id)
    now = pose(track, thing, time)
    x0, y0, x1, y1 = extent(thing, atlas.aspect(thing.name), ratio, 1.0)
    half_x, half_y = (x1 - x0) / 2 * now.scale, (y1 - y0) / 2 * now.scale
    y = now.y - now.lift
    across = min(now.x + half_x, 1.0) - max(now.x - half_x, 0.0)
    down = min(y + half_y, 1.0, track.floor) - max(y - half_y, 0.0)
    if across <= 0 or down <= 0 or half_x <= 0 or half_y <= 0:
        return 0.0
    return across * down / (4 * half_x * half_y) * now.opacity * thing.opacity
