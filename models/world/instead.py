"""What "a pink bee instead" stands in the place of: that depends on what is there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from models.world import atlas
from models.world.orders import Order, Orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.world.scene import Scene
    from models.world.tools import Tools
    from models.world.wish import Wanted

_INSTEAD = re.compile(r"\binstead(?:,? (?:please|pls|plz|thanks|thank you))?[ .!?]*$", re.IGNORECASE)
_MEANT = re.compile(r"(?:the|this|that|these|those)\b")


def is_instead(text: str) -> bool:
    """Return whether *text* ends with "instead": a mere name before it ("pink bee instead") is then no wish for one more."""
    return _INSTEAD.search(text) is not None


def instead_of_marked(orders: Orders, tools: Tools) -> Orders:
    """Return *orders* for a photo in which something is marked: what should come takes the place of that, and what can be worn is put on.
    "The dog instead" is not understood, as in :func:`instead`."""
    if len(orders.orders) != 1 or orders.orders[0].verb != "add" or orders.orders[0].place is not None:
        return orders
    order = orders.orders[0]
    if _MEANT.match(order.new):
        return Orders((), (*orders.unread, order.said))
    names = [thing.name for thing in tools.read(order.new).things if thing.name]
    if not names or any(tools.know.entry(name).worn for name in names):
        return orders
    return Orders((replace(order, verb="replace", what="it"),), orders.unread)


def instead(orders: Orders, scene: Scene, tools: Tools, marked: Sequence[int] | None = None) -> Orders:
    """Return *orders* in which what should come in the place of something takes that place. *marked*: the ids of the things under the
    person's mark, none where that lies on no thing; None without a mark.

    A thing that is there is as it was told of instead: another colour or size, elsewhere, or so many. Any other takes the place of what
    "it" means, the marked or the largest thing of another name; in a mark on no thing it comes. Something to wear is put on. "The dog
    instead" names what was meant before, which is not known here: it is not understood."""
    if len(orders.orders) != 1 or orders.orders[0].verb != "add":
        return orders
    order = orders.orders[0]
    if _MEANT.match(order.new):
        return Orders((), (*orders.unread, order.said))
    wish = tools.read(order.new).things
    if len(wish) != 1 or not wish[0].name or marked == ():
        return orders
    new = wish[0]
    same = [thing for thing in scene.things if thing.name == new.name and (not marked or thing.id in marked)]
    if same and (changes := _changes(order, new, len(same))):
        return Orders(changes, orders.unread)
    if order.place is not None or tools.know.entry(new.name).worn:
        return orders
    if not same or marked:
        return Orders((replace(order, verb="replace", what="it"),), orders.unread)
    others = [thing for thing in scene.things if thing.name != new.name]
    if not others:
        return orders
    largest = max(others, key=lambda thing: (thing.size * thing.opacity, thing.id))
    return Orders((replace(order, verb="replace", what=f"the {largest.name}"),), orders.unread)


def _changes(order: Order, new: Wanted, there: int) -> tuple[Order, ...]:
    """Return what makes the thing that *order* names, of which *there* are some, as it is told of in *new*."""
    plain = replace(order, new="", place=None)
    if order.place is not None:
        return (replace(plain, verb="move", what=f"the {new.name}", place=order.place),)
    several = new.count > 1 and not new.about
    what = f"all the {atlas.several(new.name)}" if several or there > 1 else f"the {new.name}"
    made = []
    if several:
        made.append(replace(plain, verb="count", what=atlas.several(new.name), amount=new.count))
    if new.colour:
        made.append(replace(plain, verb="recolour", what=what, colour=new.colour))
    if new.size != 1:
        made.append(replace(plain, verb="resize", what=what, amount=new.size))
    return tuple(made)
