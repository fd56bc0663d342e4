"""Which way things look in a drawn scene, changed: to a side, to another thing, or all of it mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.world.draft import Draft
from models.world.orders import Order
from models.world.scene import Thing

SIDES = ("left", "right")
WHOLE = ("the picture", "the image", "the scene", "the drawing", "the whole picture", "the whole scene", "everything")
"""Words for a picture as one that is mirrored."""


def flip(draft: Draft, order: Order) -> None:
    """Mirror what the order names: so that it looks to the side ``order.new`` or to what ``order.place`` names, else the other way
    round. What is worn goes along."""
    if order.what in WHOLE and not order.new and order.place is None:
        _mirror(draft)
        return
    things = draft.pick(order.what)
    goal = [t for t in draft.pick(order.place.whom) if t not in things] if order.place is not None else []
    if not things or (order.place is not None and not goal):
        return
    turned = [turn for turn in (_turned(draft, t, order.new, goal) for t in things) if turn is not None]
    for old, new in turned:
        for one in draft.wears(old) if new.flip != old.flip else ():
            draft.put(replace(one, x=2 * old.x - one.x, flip=not one.flip))
        draft.put(new)
    if turned:
        draft.touched(*(new.id for _, new in turned))
        names = ", ".join(dict.fromkeys(f"the {new.name}" for _, new in turned))
        draft.done.append(f"turned {names} to the {goal[0].name}" if goal else f"mirrored {names}")


def _turned(draft: Draft, thing: Thing, side: str, goal: Sequence[Thing]) -> tuple[Thing, Thing] | None:
    """Return *thing* before and after it turns to *side*, or to the nearest of *goal*; None for what has no sides."""
    if goal:
        side = "left" if min(goal, key=lambda t: abs(t.x - thing.x)).x < thing.x else "right"
    facing = draft.know.entry(thing.name).facing
    if not side:
        return thing, replace(thing, flip=not thing.flip)
    if facing not in SIDES:
        draft.notes.append(f"I know the {thing.name} only from the front, so it looks to no side")
        return None
    return thing, replace(thing, flip=facing != side)


def _mirror(draft: Draft) -> None:
    """Mirror where all things are and how they look; the backdrop stays."""
    for thing in draft.scene.things:
        draft.put(
            replace(
                thing,
                x=round(1 - thing.x, 4),
                flip=not thing.flip,
                rotation=(-thing.rotation) % 360 if thing.rotation else 0.0,
            )
        )
    if draft.scene.things:
        draft.done.append("mirrored where everything stands")
