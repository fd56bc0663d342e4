"""What "a pink bee instead" stands in the place of: that depends on what is there."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from models.world.orders import Orders

if TYPE_CHECKING:
    from models.world.scene import Scene
    from models.world.tools import Tools

_INSTEAD = re.compile(r"\binstead(?:,? (?:please|pls|plz|thanks|thank you))?[ .!?]*$", re.IGNORECASE)


def is_instead(text: str) -> bool:
    """Return whether *text* ends with "instead": a mere name before it ("pink bee instead") is then no wish for one more."""
    return _INSTEAD.search(text) is not None


def instead(orders: Orders, scene: Scene, tools: Tools) -> Orders:
    """Return *orders* in which what should come in the place of something takes that place.

    A thing in another colour is the one of *scene* that is called so; any other takes the place of what "it" means, the marked or the
    largest thing of another name. Something to wear is put on."""
    if len(orders.orders) != 1 or orders.orders[0].verb != "add" or orders.orders[0].place is not None:
        return orders
    order = orders.orders[0]
    wish = tools.read(order.new).things
    if len(wish) != 1 or not wish[0].name:
        return orders
    new = wish[0]
    if any(thing.name == new.name for thing in scene.things):
        if new.colour:
            return Orders((replace(order, verb="recolour", what=f"the {new.name}", colour=new.colour),), orders.unread)
        others = [thing for thing in scene.things if thing.name != new.name]
        if not others:
            return orders
        largest = max(others, key=lambda thing: (thing.size * thing.opacity, thing.id))
        return Orders((replace(order, verb="replace", what=f"the {largest.name}"),), orders.unread)
    if tools.know.entry(new.name).worn:
        return orders
    return Orders((replace(order, verb="replace", what="it"),), orders.unread)
