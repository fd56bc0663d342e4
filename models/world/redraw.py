"""Changing a picture that was drawn from a scene: the scene is changed as the words say and drawn again at the same size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from models.edges import grown
from models.expert import Refusal, Report, Share
from models.reach import blended, reach
from models.world import changes
from models.world.composer import Drawn, compose
from models.world.draft import numbered
from models.world.fitting import LOOKS, Fitted, NoRoom, fitted
from models.world.instead import instead, is_instead
from models.world.instructions import read_orders
from models.world.orders import Orders
from models.world.retouch import ALL, BACKGROUND
from models.world.scene import Scene
from models.world.tools import Tools
from models.world.which import Context

if TYPE_CHECKING:
    from numpy.typing import NDArray

OWN = 0.5
"""A thing is under the mark when this share of what is seen of it is marked, or when it fills this share of the mark."""


LARGER = "Mark a larger place, or ask for it as an edit: there the mark only tells what is meant."
"""What can be done where a mark is too small for what was asked."""
ROOMS = (0.93, 0.86)
"""Sizes at which a thing in a mark is tried, as shares of the largest there, so that its shadow has room too."""


NO_SCENE = "the picture is no longer one scene, so from now on mark what you mean in it"


@dataclass(frozen=True)
class Redrawn:
    """*pixels* uint8 [h, w, 3]; *area* bool [h, w], what was allowed to change; *changed* what was done; *scene* what the picture shows
    now, None where it was changed in a part alone, so that no scene is drawn like it; *notes* on what a mark kept from being done."""

    pixels: NDArray[np.uint8]
    area: NDArray[np.bool_]
    changed: changes.Changed
    scene: Scene | None
    notes: tuple[str, ...] = ()


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

    *place* bool [h, w] is what is marked. With *into* a mere name ("a cake") replaces the thing that is marked, or comes into the marked
    place, and no pixel beyond the mark and its band (:mod:`models.reach`) changes: what comes or moves is brought into the mark, what
    reaches over it is cut there and told. Without, a look ("make it night") stays in the mark too, unless the words name the whole
    picture, and a thing that comes into the mark or in the place of another is made to fit it; but what the words send elsewhere goes
    there. Where nothing is marked and only things change, every pixel away from them is the input's. *report* is told how far the new
    drawing is. Raises Refusal where a mark has no room for what was asked, or nothing in it would change.
    """
    height, width = pixels.shape[:2]
    before = compose(scene, width, height, truth=True, sprites=tools.sprite)
    marked = _marked(scene, before.masks, place)
    other = is_instead(text)
    orders = read_orders(text, bare=into or other)
    if other:
        orders = instead(orders, scene, tools, None if place is None else marked)
    if into and place is not None:
        orders = _into(orders, text, scene, marked, before.masks, place, tools)
        bare = place & ~np.asarray(before.masks.any(axis=0), np.bool_)
        if [order.verb for order in orders.orders] == ["backdrop"] and bare.sum() < BACKGROUND * place.sum():
            raise Refusal("There is no background in the mark.", LARGER)
    box = None if place is None else _box(place)
    context = Context(marked, (), width, height)
    changed = changes.change(scene, orders, tools.know, tools.read, context, seed, box)

    tries = count()

    def drawn(scene: Scene) -> Drawn:
        done = 1 - 0.5 ** next(tries)  # how often it is drawn is not known before: each time takes half of what is left
        told = None if report is None else Share(report, done, (1 + done) / 2)
        return compose(scene, width, height, truth=place is not None, sprites=tools.sprite, report=told)

    if place is None or not changed.done:
        after = drawn(changed.scene).pixels
        # The drawing itself says where it differs; elsewhere the picture keeps its own pixels, whatever was done to it since.
        whole = np.ones((height, width), np.bool_)
        area = whole if changed.whole else grown(changes.changed_mask(before.pixels, after), 1)
        return Redrawn(np.where(area[..., None], after, pixels[..., :3]), area, changed, changed.scene)
    try:
        fits = fitted(scene, changed.scene, orders, place, tools, context, into=into)
    except NoRoom as reason:
        raise Refusal(f"{_sentence(str(reason))}.", LARGER) from None
    return _in_place(before, pixels, changed, orders, fits, place, drawn, tools, context, into=into)


def _in_place(before: Drawn, pixels: NDArray[np.uint8], changed: changes.Changed, orders: Orders, fits: Fitted,
              place: NDArray[np.bool_], drawn: Callable[[Scene], Drawn], tools: Tools, context: Context, *, into: bool,
              ) -> Redrawn:  # fmt: skip
    """Return the picture (*pixels*, drawn as *before*) changed in the marked *place*, or from there."""
    near = reach(place)
    scene, after, bare = _with_room(before, fits, near, drawn, tools, context)
    differs = changes.changed_mask(before.pixels, after.pixels)
    looks = changed.whole and all(order.verb in LOOKS for order in orders.orders)
    kept_in = into or (looks and not any(ALL.search(order.said) for order in orders.orders))
    notes = [
        *fits.notes,
        *(f"the shadow of the {name} would fall outside of the mark, so it has none" for name in bare),
    ]
    if not kept_in or not (differs & ~near).any():
        area = np.ones_like(place) if changed.whole and not kept_in else grown(differs, 1)
        area = area & near if kept_in else area
        return Redrawn(np.where(area[..., None], after.pixels, pixels[..., :3]), area, changed, scene, tuple(notes))
    if not (differs & near).any():
        raise Refusal("What was asked changes nothing in the marked place.", LARGER)
    new = np.where((grown(differs, 1) & near)[..., None], after.pixels, pixels[..., :3])
    shapes = grown(np.asarray(before.masks.any(axis=0) | after.masks.any(axis=0), np.bool_), 2)
    shaded = not changed.whole and not (differs & ~near & shapes).any()
    if shaded:  # all that is seen of the things is as the scene tells
        notes.append("a shadow that reaches beyond the mark was left there as it is")
    elif changed.whole:
        notes += ["only the marked place was changed, and nothing outside of it", NO_SCENE]
    else:
        things = ", ".join(dict.fromkeys(f"the {t.name}" for t in scene.things if t.id in changed.ids))
        things = things or ", ".join(dict.fromkeys(f"the {t.name}" for t in changed.removed))
        notes += [f"{things} reaches beyond the mark and ends there: nothing outside of it was changed", NO_SCENE]
    return Redrawn(blended(pixels[..., :3], new, place), near, changed, scene if shaded else None, tuple(notes))


def _with_room(before: Drawn, fits: Fitted, near: NDArray[np.bool_], drawn: Callable[[Scene], Drawn], tools: Tools,
               context: Context) -> tuple[Scene, Drawn, list[str]]:  # fmt: skip
    """Return the scene and its drawing in which no fitted thing throws its shadow out of *near*, a little smaller or without a shadow,
    where that is what is needed, and the names of those without."""
    after = drawn(fits.scene)

    def out(made: Drawn) -> bool:
        return bool((changes.changed_mask(before.pixels, made.pixels) & ~near).any())

    if not fits.ids or not out(after) or out(drawn(fits.without())):
        return fits.scene, after, []
    for factor in ROOMS:
        scene = fits.smaller(factor, tools, context)
        made = drawn(scene)
        if not out(made):
            return scene, made, []
    scene = fits.bare()
    made = drawn(scene)
    if out(made):
        return fits.scene, after, []
    return scene, made, [t.name for t in fits.scene.things if t.id in fits.ids and t.shadow]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


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
