"""The bar under a message: say it in other words, the arrows between its variants, a conversation of its own from here on.

It is a section of the media card, ``value["turn"]``, so that a message of the chat stays one kind of component. It tells the
rest of the page by the window event ``unison:turn``: ``{"act": "edit" | "choose" | "branch", "n": number, "text": words}``.
``components.assets.head("turn_bar")`` belongs into the page's head.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def turn(n: int, variants: Sequence[int], editable: bool = False) -> dict[str, Any]:
    """Return the bar of message *n*, one of *variants* (numbers, oldest first); only a person's own is *editable*."""
    return {"n": n, "variants": list(variants), "edit": editable}


def taken_back(n: int) -> dict[str, Any]:
    """Return the bar that brings back message *n*, which was taken back, and what followed it."""
    return {"n": n, "back": True}
