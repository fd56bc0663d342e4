"""Where a thing that comes into a drawn scene, or moves in it, shall stand: at a side, in the sky, beside, on or behind another thing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from models.world import walls
from models.world.busts import foot_of, looks_in
from models.world.scene import Scene, Thing, extent, horizon
from models.world.suiting import HEAD_ALONE
from models.world.suiting import usual_size as sky_size
from models.world.where import Place
from models.world.which import Context, Knowledge

EDGE = 0.02
"""Things keep this share of the frame away from its border where they can."""
_STEPS = 9


@dataclass(frozen=True)
class Spot:
    """A place for a thing: its middle, and before which id it is drawn (0: in front of all)."""

    x: float
    y: float
    before: int = 0


def usual_size(name: str, scene: Scene, know: Knowledge) -> float:
    """Return the size at which *name* fits among the things of *scene*: real sizes count, but softened, or ants would vanish."""
    typical, share = float(know.entry(name).typical), _share(know.entry(name))
    same = [t.size for t in scene.things if t.name == name]
    line = horizon(scene.backdrop)
    if not same and line is not None and walls.zone(name, scene.backdrop.kind):
        return round(walls.height(name, know.entry) * line * max(1.0, know.aspect(name)), 3)
    if same:
        return sum(same) / len(same)
    if know.entry(name).group == "sky" and know.entry(name).habitat == "sky":
        return round(sky_size(know.entry(name)), 3)  # as large as it looks, whatever stands below
    if not scene.things:
        return round(share * (0.2 + 0.3 * typical), 3)
    facts = [(t.size, know.entry(t.name)) for t in scene.things]
    sizes = sorted(share / _share(e) * size * (1.0 + 1.9 * (typical - float(e.typical))) for size, e in facts)
    return round(min(0.62, max(0.09, sizes[len(sizes) // 2])), 3)


def _share(entry: Any) -> float:
    return HEAD_ALONE if entry.bust else 1.0


def half_of(thing: Thing, know: Knowledge, context: Context) -> tuple[float, float]:
    """Return half the width and half the height of a thing's box as fractions of the frame."""
    box = extent(thing, know.aspect(thing.name), context.width, context.height)
    return (box[2] - box[0]) / 2, (box[3] - box[1]) / 2


def free_spot(thing: Thing, scene: Scene, know: Knowledge, context: Context, random: Random, near: tuple[float, float] | None = None,
              zone: str = "") -> Spot:  # fmt: skip
    """Return where *thing* hides and is hidden least, on the ground or in the sky as it lives there (or as *zone* says), and
    not far from *near* (x, y) where that is given."""
    half_x, half_y = half_of(thing, know, context)
    line = horizon(scene.backdrop)
    walled = walls.zone(thing.name, scene.backdrop.kind)
    live = zone or walled or ("sky" if know.entry(thing.name).habitat == "sky" else "ground")
    taken = [extent(t, know.aspect(t.name), context.width, context.height) for t in scene.things if t.id != thing.id]
    if live in ("wall", "base"):
        taken += walls.painted(scene.backdrop, context.width, context.height).values()
    xs = [
        _held(half_x + (1 - 2 * half_x) * i / (_STEPS - 1) + random.uniform(-0.02, 0.02), half_x) for i in range(_STEPS)
    ]
    if live == "ground" and looks_in(thing.name, scene.backdrop, know.entry):
        ys = [edge_of(half_y)]
    elif live in ("wall", "base") and line is not None:
        ys = [line - half_y] if live == "base" else [_held(line * share, half_y) for share in (walls.LEVEL, 0.36)]
    elif live == "sky":
        ys = [_held(y, half_y) for y in (0.14, 0.22, 0.3)]
    elif line is None:
        ys = [_held(y, half_y) for y in (0.3, 0.45, 0.6, 0.75)]
    else:
        # Feet stand between the horizon and the lower border, where the other things of the ground have theirs.
        ys = [_held(foot - half_y, half_y) for foot in _feet(scene, taken, line, thing)]
    best, least = Spot(0.5, ys[-1]), 1e9
    for y in ys:
        for x in xs:
            box = (x - half_x, y - half_y, x + half_x, y + half_y)
            cost = sum(_overlap(box, other) for other in taken) / max(1e-6, 4 * half_x * half_y)
            away = (
                abs(x - near[0]) * 1.5 + abs(y - near[1])
                if near
                else 0.25 * abs(x - 0.5) + (0.1 * abs(y - ys[-1]) if live != "sky" else 0)
            )
            if cost * 2 + away + random.uniform(0, 0.03) < least:
                least, best = cost * 2 + away, Spot(round(x, 4), round(y, 4))
    return best


def _feet(scene: Scene, taken: list[tuple[float, float, float, float]], line: float, thing: Thing) -> list[float]:
    feet = [
        box[3]
        for t, box in zip((t for t in scene.things if t.id != thing.id), taken, strict=True)
        if line < box[3] <= 1
    ]
    usual = sorted(feet)[len(feet) // 2] if feet else line + 0.66 * (1 - line)
    return [min(0.98, max(line + 0.05, usual + d)) for d in (0.0, 0.06, -0.06, 0.14)]


def _held(middle: float, half: float) -> float:
    """Return *middle* moved so that the thing lies within the frame, or in its middle where it does not fit."""
    low, high = half + EDGE, 1 - half - EDGE
    return 0.5 if low > high else min(max(middle, low), high)


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def side_spot(
    thing: Thing, place: Place, scene: Scene, know: Knowledge, context: Context, random: Random, *, moves: bool
) -> Spot:
    """Return the spot at a side of the frame, or with *moves* further towards it from where the thing is."""
    half_x, half_y = half_of(thing, know, context)
    x, y = place.side
    if moves and not place.fixed:
        step = 0.2 * place.strength if place.strength < 2 else 2.0
        return Spot(_held(thing.x + x * step, half_x), _held(thing.y + y * step * 0.9, half_y) if y else thing.y)
    want_x = _held(0.5 + 0.36 * x, half_x) if place.strength < 2 else _held(0.5 + x, half_x)
    if y:
        return Spot(want_x, _held(0.5 + 0.5 * y, half_y))
    if (x, y) == (0, 0):
        return Spot(0.5, thing.y if moves else _held(0.5, half_y))
    if moves:
        return Spot(want_x, thing.y)
    free = free_spot(thing, scene, know, context, random, (want_x, thing.y))
    return Spot(want_x if abs(free.x - want_x) > 0.25 else free.x, free.y)


def zone_spot(
    thing: Thing, place: Place, scene: Scene, know: Knowledge, context: Context, random: Random
) -> tuple[Spot, float]:
    """Return the spot in the sky, on the ground, on a wall or at the ceiling, far off or close by, and the factor on the size that goes with it."""
    half_x, half_y = half_of(thing, know, context)
    if place.zone in ("sky", "ground"):
        near = None if thing.id == 0 else (thing.x, 0.2 if place.zone == "sky" else 0.8)
        return free_spot(thing, scene, know, context, random, near, place.zone), 1.0
    first = scene.things[0].id if scene.things else 0
    if place.zone == "wall":
        near_x = 0.5 + 0.3 * place.side[0] if place.side[0] else thing.x if thing.id else 0.5
        free = free_spot(thing, scene, know, context, random, (near_x, 0.3), "wall")
        return replace(free, before=first), 1.0
    if place.zone == "ceiling":
        free = free_spot(thing, scene, know, context, random, None if thing.id == 0 else (thing.x, 0.0), "sky")
        return Spot(free.x, half_y), 1.0
    if place.zone in ("front", "rear"):
        return Spot(thing.x, thing.y, first if place.zone == "rear" else 0), 1.0
    line = horizon(scene.backdrop) or 0.55
    free = free_spot(thing, scene, know, context, random)
    x = free.x if thing.id == 0 else thing.x
    if place.zone == "far":
        return Spot(x, _held(line + 0.05 - half_y * 0.55, half_y * 0.55), first), 0.55
    return Spot(_held(x, half_x * 1.35), _held(0.98 - half_y * 1.35, half_y * 1.35)), 1.35


def spot_by(
    thing: Thing, other: Thing, how: str, scene: Scene, know: Knowledge, context: Context, second: Thing | None = None
) -> Spot:
    """Return the spot of *thing* that stands to *other* as *how* says (a value of
    ``models.world.where.RELATIONS``, or "hold")."""
    half_x, half_y = half_of(thing, know, context)
    x0, y0, x1, y1 = extent(other, know.aspect(other.name), context.width, context.height)
    after = _after(other, scene)
    low = looks_in(thing.name, scene.backdrop, know.entry)
    if walls.zone(thing.name, scene.backdrop.kind) and how in (
        "left",
        "right",
        "next",
        "around",
        "in",
        "front",
        "behind",
    ):
        return free_spot(
            thing,
            scene,
            know,
            context,
            Random(0),
            (x0 - half_x if how == "left" else x1 + half_x if how == "right" else other.x, 0.0),
        )
    level = edge_of(half_y) if low else y1 - half_y if horizon(scene.backdrop) is not None and y1 > 0.45 else other.y
    level = _where_it_belongs(thing, level, half_y, y1, scene, know, context)
    if how == "between" and second is not None:
        return Spot((other.x + second.x) / 2, (other.y + second.y) / 2)
    if how in ("left", "right", "next", "around", "from"):
        sides = {"left": (x0 - half_x, -1), "right": (x1 + half_x, 1)}
        tried = [(beside + sign * gap, gap) for side, (beside, sign) in sides.items() for gap in (0.015, 0.08, 0.16, 0.26)
                 if how in (side, "next", "around", "from")]  # fmt: skip
        best = max(
            tried,
            key=lambda one: (
                _room(one[0], half_x, level, half_y, thing, scene, know, context) - 0.06 * half_y * one[1] / 0.1
            ),
        )
        return Spot(best[0], level)
    if how in ("on", "above"):
        # A standing thing overlaps what carries it a little, as feet and seats are seen from above.
        foot = y0 + 0.12 * (y1 - y0) if how == "on" else y0 - 0.02
        return Spot(other.x, foot - half_y, after if how == "on" else 0)
    if how == "below":
        return Spot(other.x, y1 + half_y + 0.015)
    if how == "behind":
        shift = 0.55 * (x1 - x0) * (1 if other.x < 0.5 else -1)
        return Spot(other.x + shift, y1 - half_y - 0.25 * min(half_y, (y1 - y0) / 2), other.id)
    if how == "hold":
        return Spot(x1 - 0.12 * (x1 - x0) + 0.4 * half_x, (y0 + y1) / 2 + 0.1 * (y1 - y0) - 0.3 * half_y, after)
    if how == "front":
        return Spot(other.x + 0.12 * (x1 - x0), edge_of(half_y) if low else min(y1 + 0.06, 0.98) - half_y)
    return Spot(other.x, y0 + 0.25 * (y1 - y0) - 0.2 * half_y, other.id) if how == "in" else Spot(other.x, other.y)


def _where_it_belongs(
    thing: Thing, level: float, half_y: float, foot: float, scene: Scene, know: Knowledge, context: Context
) -> float:
    """Return the middle of *thing* beside another whose foot is at *foot*: at *level*, but what stands by nature stays on the ground
    beside what is in the air, and the sun and the clouds stay above it."""
    line, entry = horizon(scene.backdrop), know.entry(thing.name)
    if line is None or scene.backdrop.kind == "sky":
        return level
    if entry.group == "sky" and entry.habitat == "sky":
        return min(level, _held(line - half_y - 0.04, half_y))
    if entry.habitat != "sky" and foot < line:
        rest = [t for t in scene.things if t.id != thing.id]
        taken = [extent(t, know.aspect(t.name), context.width, context.height) for t in rest]
        return _held(_feet(scene, taken, line, thing)[0] - half_y, half_y)
    return level


def _after(other: Thing, scene: Scene) -> int:
    """Return the id of the thing drawn right after *other*, 0 when it is the last."""
    ids = [t.id for t in scene.things]
    at = ids.index(other.id) + 1
    return ids[at] if at < len(ids) else 0


def _room(
    x: float, half_x: float, y: float, half_y: float, thing: Thing, scene: Scene, know: Knowledge, context: Context
) -> float:
    """Return how much of a thing put there is in the frame and uncovered; more is better, the inside of the frame breaks ties."""
    box = (x - half_x, y - half_y, x + half_x, y + half_y)
    cost = sum(
        _overlap(box, extent(t, know.aspect(t.name), context.width, context.height))
        for t in scene.things
        if t.id != thing.id
    )
    outside = max(0.0, -box[0]) + max(0.0, box[2] - 1)
    return -cost - outside * 2 * half_y - 0.01 * abs(x - 0.5)


def settled(thing: Thing, know: Knowledge, context: Context) -> Thing:
    """Return *thing* moved as little as needed to lie within the frame; a bust that looks in from the lower edge stays there."""
    half_x, half_y = half_of(thing, know, context)
    y = _held(thing.y, half_y) if half_y < 0.5 else 0.5
    if know.entry(thing.name).bust and thing.y + half_y > 1:
        y = min(thing.y, edge_of(half_y))
    return replace(thing, x=round(_held(thing.x, half_x) if half_x < 0.5 else 0.5, 4), y=round(y, 4))


def edge_of(half_y: float) -> float:
    """Return the middle of a bust of half the height *half_y* that looks in from the lower edge."""
    return foot_of(2 * half_y, 1.0) - half_y
