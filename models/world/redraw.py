"""Changing a picture that was drawn from a scene: the scene is changed as the words say and drawn again at the same size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.edges import grown
from models.expert import Report
from models.world import changes
from models.world.composer import compose
from models.world.draft import numbered
from models.world.instructions import read_orders
from models.world.orders import Orders
from models.world.scene import Scene
from models.world.tools import Tools
from models.world.which import Context

if TYPE_CHECKING:
    from numpy.typing import NDArray

OWN = 0.5
"""A thing is under the mark when this share of what is seen of it is marked, or when it fills this share of the mark."""


@dataclass(frozen=True)
class Redrawn:
    """*pixels* uint8 [h, w, 3]; *area* bool [h, w], what was allowed to change; *changed* what was done."""

    pixels: NDArray[np.uint8]
    area: NDArray[np.bool_]
    changed: changes.Changed


def scene_of(meta: Mapping[str, Any]) -> Scene | None:
    """Return the scene that a picture was drawn from, None when it carries none that can be read."""
    data = meta.get("scene")
    if data is None:
        return None
    try:
        return numbered(Scene.from_json(data))
    except ValueError:
        return None


def redraw(
    scene: Scene,
    pixels: NDArray[np.uint8],
    text: str,
    place: NDArray[np.bool_] | None,
    tools: Tools,
    seed: int,
    *,
    into: bool,
    report: Report | None = None,
) -> Redrawn:
    """Return the picture of *scene* (*pixels* uint8 [h, w, 3 or 4] is how it looks now) changed as *text* says.

    *place* bool [h, w] is what is marked. With *into* a mere name ("a cake") replaces the thing that is marked, or comes
    into the marked place. Where only things change, every pixel away from them and from the mark is the input's. *report* is
    told how far the new drawing is.
    """
    height, width = pixels.shape[:2]
    before = compose(scene, width, height, truth=True, sprites=tools.sprite)
    marked = _marked(scene, before.masks, place)
    orders = read_orders(text, bare=into)
    if into and place is not None:
        orders = _into(orders, text, scene, marked, before.masks, place, tools)
    box = None if place is None else _box(place)
    context = Context(marked, (), width, height)
    changed = changes.change(scene, orders, tools.know, tools.read, context, seed, box)
    after = compose(changed.scene, width, height, sprites=tools.sprite, report=report).pixels
    whole = np.ones((height, width), np.bool_)
    if changed.whole:
        return Redrawn(after, whole, changed)
    # The drawing itself says where it differs; elsewhere the picture keeps its own pixels, whatever was done to it since.
    area = grown(changes.changed_mask(before.pixels, after), 1) & whole
    if place is not None:
        area |= place
    return Redrawn(np.where(area[..., None], after, pixels[..., :3]), area, changed)


def _marked(scene: Scene, masks: NDArray[np.bool_], place: NDArray[np.bool_] | None) -> tuple[int, ...]:
    """Return the ids of the things under the mark, the one that fills it best first."""
    if place is None or not place.any():
        return ()
    found = []
    for thing, mask in zip(scene.things, masks, strict=True):
        seen, both = int(np.count_nonzero(mask)), int(np.count_nonzero(mask & place))
        inside, filled = both / max(1, seen), both / int(np.count_nonzero(place))
        if inside >= OWN or filled >= OWN or (both and inside * filled > 0.08):
            found.append((inside * filled + 0.2 * filled, thing.id))
    return tuple(number for _, number in sorted(found, reverse=True))


def _box(place: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    from models.masks import box_of

    box = box_of(place)
    if box is None:
        return None
    height, width = place.shape
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height


def _into(orders: Orders, text: str, scene: Scene, marked: tuple[int, ...], masks: NDArray[np.bool_], place: NDArray[np.bool_],
          tools: Tools) -> Orders:  # fmt: skip
    """Turn a mere name over a marked thing into its replacement; worn things are put on it instead."""
    if len(orders.orders) != 1 or orders.orders[0].verb != "add" or not marked or _says_add(text):
        return orders
    order = orders.orders[0]
    wish = tools.read(order.new)
    names = [one.name for one in wish.things if one.name]
    if not names or any(tools.know.entry(name).worn for name in names):
        return orders
    ids = [t.id for t in scene.things]
    mask = masks[ids.index(marked[0])]
    if np.count_nonzero(mask & place) < OWN * np.count_nonzero(mask):
        return orders
    return Orders((replace(order, verb="replace", what="it"),), orders.unread)


def _says_add(text: str) -> bool:
    return any(word in ("add", "put", "insert", "place", "also", "another") for word in text.lower().split()[:4])
