"""What can hold, wear, ride or be ridden: how things of the atlas go together when one is on or in another."""

from __future__ import annotations

CONTAINERS = frozenset((
    "basket", "bowl with spoon", "bowl", "bucket", "jar", "amphora", "vase", "shopping cart", "bathtub", "wastebasket", "teacup without handle",
    "pot of food", "beer mug", "tumbler glass", "cup with straw", "shopping bags", "package", "toolbox", "luggage", "backpack",
))  # fmt: skip
"""Names of things that others are put into and look out of."""


def is_container(name: str) -> bool:
    """Return whether things can be in *name*, looking out over its rim."""
    return name in CONTAINERS
