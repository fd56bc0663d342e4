"""What comes into a marked place of a drawn scene, or moves within one, brought into the mark: made smaller and moved rather than cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from models.masks import box_of
from models.world.draft import Draft
from models.world.nesting import Box, nested
from models.world.orders import Order, Orders
from models.world.photo_draft import fit
from models.world.scene import Scene, Thing
from models.world.tools import Tools
from models.world.which import Context

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

LOOKS = ("time", "style", "grade", "mood", "light")
"""Verbs that give a look to all that they are said of."""
LEAST_STEP = 0.01
"""A thing that could be moved by less than this share of the frame was not moved."""
TOLD = 0.9
"""A thing made smaller than this share of the size asked for is told of."""
TOLD_STEP = 0.05
"""So is one that was brought into the mark over more than this share of the frame."""
LEAST_SIZE = 0.02
"""The least size of a thing (:class:`models.world.scene.Thing`)."""


class NoRoom(Exception):
    """What was asked has no room in the mark; the text says why."""


@dataclass(frozen=True)
class Fitted:
    """The scene with its new things within the mark; their *ids*, and *notes* on what was made smaller."""

    scene: Scene
    ids: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def smaller(self, factor: float, tools: Tools, context: Context) -> Scene:
        """Return the scene with the fitted things *factor* as large, on the same foot: room for their shadows."""
        draft = _draft(self.scene, tools, context)
        for number in self.ids:
            thing = draft.thing(number)
            x0, _, x1, foot = draft.box_of(thing)
            half = (foot - draft.box_of(thing)[1]) / 2 * factor
            _resized(draft, thing, max(LEAST_SIZE, thing.size * factor), (x0 + x1) / 2, foot - half)
        return draft.scene

    def bare(self) -> Scene:
        """Return the scene with the fitted things without shadows."""
        things = tuple(replace(t, shadow=False) if t.id in self.ids else t for t in self.scene.things)
        return replace(self.scene, things=things)

    def without(self) -> Scene:
        """Return the scene without the fitted things: all else that changed."""
        return replace(self.scene, things=tuple(t for t in self.scene.things if t.id not in self.ids))


def fitted(
    before: Scene, after: Scene, orders: Orders, mark: Mask, tools: Tools, context: Context, *, into: bool
) -> Fitted:
    """Return *after*, what *orders* made of *before*, with what came into the place *mark* bool [h, w] lying within it.

    With *into* nothing may leave the mark: what moved, grew or was put on somebody is brought into it too, and raises NoRoom where it
    cannot be. Without, that stays where the words want it, and only what comes into the mark, or in the place of another, is fitted.
    """
    if into and all(order.verb in (*LOOKS, "backdrop") for order in orders.orders):
        # Another ground moves what stands on it; in a part of the picture things stay where they are.
        places = {t.id: t for t in before.things}
        return Fitted(
            replace(after, things=tuple(replace(t, x=places[t.id].x, y=places[t.id].y) for t in after.things))
        )
    draft, old = _draft(after, tools, context), {t.id: t for t in before.things}
    worn = {one.id for t in after.things for one in draft.wears(t)}
    here = all(order.verb != "add" or _comes_here(order) for order in orders.orders)
    came = [t for t in after.things if t.id not in old and t.id not in worn and (into or here)]
    instead = [t for t in after.things if t.id in old and t.name != old[t.id].name and t.id not in worn]
    notes: list[str] = []
    for number, thing in enumerate(came):
        _bring(draft, thing, _cell(draft, thing, mark, number, len(came)), mark, tools, notes)
    for thing in instead:
        home = mark if into else _home(draft, old[thing.id], mark)
        _bring(draft, thing, _pixels(draft, thing), home, tools, notes)
    ids = [t.id for t in (*came, *instead)]
    if into:
        for number in (t.id for t in after.things if t.id not in ids):
            thing = draft.thing(number)  # as it is now: what is worn went with its wearer
            if thing.id not in old or (thing.id in worn and thing.name != old[thing.id].name):
                _bring(draft, thing, _pixels(draft, thing), mark, tools, notes)
                ids.append(thing.id)
            elif thing.id not in worn and _went(thing, old[thing.id]):
                _move(draft, thing, old[thing.id], mark, tools)
                ids.append(thing.id)
    return Fitted(draft.scene, tuple(ids), tuple(dict.fromkeys(notes)))


def _draft(scene: Scene, tools: Tools, context: Context) -> Draft:
    return Draft(scene, tools.know, tools.read, context, Random(0))


def _home(draft: Draft, old: Thing, mark: Mask) -> Mask:
    """Return the box round the mark and the thing *old* that it tells of, bool like *mark*: the place of that thing."""
    height, width = mark.shape
    found, own = box_of(mark) or (width, height, 0, 0), _pixels(draft, old)
    x0, y0 = (max(0, int(min(a, b))) for a, b in zip(found[:2], own[:2], strict=True))
    x1, y1 = (int(np.ceil(max(a, b))) for a, b in zip(found[2:], own[2:], strict=True))
    home = np.zeros_like(mark)
    home[y0:y1, x0:x1] = True
    return home


def _comes_here(order: Order) -> bool:
    return order.place is None or order.place.kind == "marked"


def _went(thing: Thing, old: Thing) -> bool:
    return (thing.x, thing.y) != (old.x, old.y) or thing.size > old.size


def _pixels(draft: Draft, thing: Thing) -> Box:
    x0, y0, x1, y1 = draft.box_of(thing)
    width, height = draft.context.width, draft.context.height
    return x0 * width, y0 * height, x1 * width, y1 * height


def _cell(draft: Draft, thing: Thing, mark: Mask, number: int, count: int) -> Box:
    """Return the box that *thing*, *number* of *count* that come, shall have: its own, or a part of the mark for several."""
    if count == 1:
        return _pixels(draft, thing)
    x0, y0, x1, y1 = box_of(mark) or (0, 0, 1, 1)
    if x1 - x0 >= y1 - y0:
        wide = (x1 - x0) / count
        part = (x0 + number * wide, float(y0), x0 + (number + 1) * wide, float(y1))
    else:
        high = (y1 - y0) / count
        part = (float(x0), y0 + number * high, float(x1), y0 + (number + 1) * high)
    return fit(draft.know.aspect(thing.name), part, stands=thing.shadow)


def _room(draft: Draft, thing: Thing, goal: Box, mark: Mask, tools: Tools, least: float | None = None) -> Box | None:
    shape = None
    if not thing.rotation % 360:
        shape = tools.sprite(thing.name)[..., 3] > 60
        shape = shape[:, ::-1] if thing.flip else shape
    return nested(mark, goal, shape) if least is None else nested(mark, goal, shape, least=least)


def _bring(draft: Draft, thing: Thing, goal: Box, mark: Mask, tools: Tools, notes: list[str]) -> None:
    """Bring *thing* to *goal* px, or as near and as large as the mark has room."""
    found = _room(draft, thing, goal, mark, tools)
    own = _pixels(draft, thing)
    size = 0.0 if found is None else thing.size * (found[2] - found[0]) / (own[2] - own[0])
    if found is None or size < LEAST_SIZE:
        raise NoRoom(f"there is no room for the {thing.name} in the mark")
    step = TOLD_STEP * max(draft.context.width, draft.context.height)
    if size < TOLD * thing.size:
        notes.append(f"the {thing.name} was made smaller, to lie within the mark")
    elif max(abs(a - b) for a, b in zip(found, goal, strict=True)) > step:
        notes.append(f"the {thing.name} was brought into the mark, since nothing outside of it is changed")
    _placed(draft, thing, found, size)


def _move(draft: Draft, thing: Thing, old: Thing, mark: Mask, tools: Tools) -> None:
    """Keep a thing that moved or grew within the mark, as near to where the words want it as there is room."""
    grew = thing.size > old.size
    goal, start = _pixels(draft, thing), _pixels(draft, old)
    found = _room(draft, thing, goal, mark, tools, old.size / thing.size if grew else 1.0)
    step = LEAST_STEP * max(draft.context.width, draft.context.height)
    if found is None or max(abs(a - b) for a, b in zip(found, start, strict=True)) < step:
        raise NoRoom(f"the {thing.name} has no room in the mark to be {'larger' if grew else 'moved'}")
    _placed(draft, thing, found, thing.size * (found[2] - found[0]) / (goal[2] - goal[0]))


def _placed(draft: Draft, thing: Thing, box: Box, size: float) -> None:
    width, height = draft.context.width, draft.context.height
    _resized(draft, thing, size, (box[0] + box[2]) / 2 / width, (box[1] + box[3]) / 2 / height)


def _resized(draft: Draft, thing: Thing, size: float, x: float, y: float) -> None:
    """Put *thing* at *x*, *y* in another *size*, and what it wears with it."""
    factor = size / thing.size
    for one in draft.wears(thing):
        scaled = min(2.0, max(LEAST_SIZE, one.size * factor))
        draft.put(replace(one, size=scaled, x=x + (one.x - thing.x) * factor, y=y + (one.y - thing.y) * factor))
    draft.put(replace(thing, size=round(min(2.0, size), 5), x=round(x, 5), y=round(y, 5)))
