"""Whether the place that something shall move to is a whole scenery, so that the scene goes there: "put it in the forest"."""

from __future__ import annotations

from collections.abc import Callable

from models.world.orders import Order, settings
from models.world.scene import Scene
from models.world.where import Place

_HAS: dict[str, tuple[str, ...]] = {
    "meadow": ("farm", "garden", "forest", "mountains", "lake"), "sea": ("beach", "lake"), "lake": ("sea", "beach"), "beach": ("desert", "sea"),
    "street": ("city",), "city": ("street",), "snow": ("mountains",), "room": ("kitchen", "stage"), "table": ("kitchen",),
    "sky": ("meadow", "farm", "garden", "beach", "sea", "lake", "desert", "snow", "city", "street", "forest", "mountains"),
}  # fmt: skip
"""Kinds of backdrop that have some of another kind in them: a garden has grass, a city has streets."""


def gone_to(place: Place | None, scene: Scene, there: Callable[[str], bool]) -> tuple[Order, ...]:
    """Return the orders that take *scene* to *place*: a backdrop first, then perhaps an hour; () where the place is no scenery,
    is named after a thing in the scene (*there* says whether a phrase names one) or lies within the scene as it is."""
    if (
        place is None
        or place.kind not in ("relation", "zone")
        or place.zone in ("wall", "ceiling")
        or (place.kind == "relation" and place.how not in ("in", "on", "next"))
    ):
        return ()
    found = settings(place.whom)
    if not found or found[0].verb != "backdrop" or there(place.whom):
        return ()
    kind, here = found[0].new, scene.backdrop.kind
    within = kind == here or (place.kind == "zone" and here in _HAS.get(kind, ()))
    return () if within else found
