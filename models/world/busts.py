"""Living things of whom only a head, or head and shoulders, is pictured: they look in from the lower edge of the frame.

A head on the grass looks cut off; one whose neck is out of sight looks like somebody who stands close by.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from models.world.bodies import Frame, Item, Ties
from models.world.scene import FLAT, Backdrop, Scene, horizon

SINK = 0.09
"""How much of its height is below the lower edge."""
LEAST = 0.5
"""The least of their size that busts are drawn at so that all have room side by side."""
_LEVEL = ("left", "right", "beside", "with", "facing", "between", "row")
"""Ties that hold as well for somebody at the lower edge."""


def sink(items: Sequence[Item], ties: Sequence[Ties], frame: Frame, kind: str, entry: Callable[[str], Any]) -> None:
    """Let the busts among *items* (bodies of their final size, before a backdrop of *kind*) live at the lower edge of *frame*, a
    little smaller where many stand side by side: all of them, or none where they have no room or where a tie asks for another
    height. *entry* gives the facts about a name."""
    found = [item for item in items if not item.fixed and item.zone == "ground" and entry(item.name).bust]
    found = [item for item in found if item.feet < item.y + 0.55 * item.high]  # a dress below it makes it whole
    elsewhere = {id(i.root) for tie in ties if tie.kind not in _LEVEL for i in _not_in_front(tie)}
    room = 0.86 * frame.wide / max(1e-6, sum(item.hull()[2] - item.hull()[0] for item in found))
    if (
        frame.horizon is None
        or kind in (*FLAT, "table")
        or room < LEAST
        or any(id(item) in elsewhere for item in found)
    ):
        return
    for item in found:
        item.zone = "edge"
        item.grow(min(1.0, room))


def _not_in_front(tie: Ties) -> Sequence[Item]:
    """Return the items of *tie* but for those that stand in front of the others: these may be at the lower edge."""
    return {"front": tie.others, "behind": tie.some}.get(tie.kind, (*tie.some, *tie.others))


def line_up(items: Sequence[Item], frame: Frame) -> None:
    """Bring the *items* at the lower edge apart where they overlap, each as little from its place as their order allows."""
    row = sorted((item for item in items if item.zone == "edge"), key=lambda item: item.x)
    for item in row:
        item.move(item.x, foot_of(item.high, frame.high) - item.high / 2)
    sides = [(item.x - item.hull()[0], item.hull()[2] - item.x) for item in row]
    free = frame.wide - sum(left + right for left, right in sides)
    if not row or all(a.hull()[2] <= b.hull()[0] for a, b in itertools.pairwise(row)):
        return
    gap = max(0.0, free) / (len(row) + 1)
    edge = gap
    for item, (left, right) in zip(row, sides, strict=True):
        item.move(edge + left, item.y)
        edge += left + right + gap


def foot_of(high: float, frame: float) -> float:
    """Return where the lower edge of a bust *high* is in a frame of the height *frame*, both in one unit."""
    return frame + SINK * high


def looks_in(name: str, backdrop: Backdrop, entry: Callable[[str], Any]) -> bool:
    """Return whether *name* belongs to the lower edge before *backdrop*."""
    return entry(name).bust and horizon(backdrop) is not None and backdrop.kind not in (*FLAT, "table")


def known_by_head(names: Iterable[str], entry: Callable[[str], Any]) -> str:
    """Return a sentence that names those of *names* of whom only the head is known, "" when there is none."""
    heads = [name for name in dict.fromkeys(names) if entry(name).bust]
    if not heads:
        return ""
    listed = heads[0] if len(heads) == 1 else f"{', '.join(heads[:-1])} and {heads[-1]}"
    return f"Of {listed} I know only the head."


def notes_on(scene: Scene) -> list[str]:
    """Return what a person should know of the busts in *scene*: nothing, or one sentence."""
    from models.world import atlas

    said = known_by_head((thing.name for thing in scene.things), atlas.entry)
    return [said] if said else []
