"""What the next message will use, as the page's tray holds it. The browser sends it, so it is read with suspicion and
written only from checked values: nothing of a client's JSON is ever sent back as it came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models.expert import Refusal
from models.values import Media, Region

from app.cards import Link, medium_card, region_json
from app.regions import region_from_json


@dataclass(frozen=True)
class Tray:
    """Handles to attach and regions to send, both of media that exist in the conversation; *to* is the number of the browser's
    state that they were read from, None where they replace whatever it holds; *number* is the one that the browser gave the
    message of which this is the tray, "" for none."""

    attached: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    to: int | None = field(default=None, compare=False)
    number: str = field(default="", compare=False)

    def without(self, handle: str) -> Tray:
        """Return the tray without an attachment and what was drawn on it."""
        kept = tuple(region for region in self.regions if handle not in (region.of, region.mask))
        return replace(self, attached=tuple(h for h in self.attached if h != handle), regions=kept)

    def having(self, *handles: str) -> Tray:
        """Return the tray with more attachments."""
        return replace(self, attached=tuple(dict.fromkeys((*self.attached, *handles))))


def read(data: Any, shelf: Mapping[str, Media], first: int) -> Tray:
    """Return the tray that the browser sent. Raises Refusal when a region of it cannot be used."""
    data = data if isinstance(data, dict) else {}
    attached = data.get("attached")
    handles = [h for h in attached if isinstance(h, str) and h in shelf] if isinstance(attached, list) else []
    state = data.get("state")
    to = state if isinstance(state, int) and not isinstance(state, bool) else None
    regions = tuple(region_from_json(data.get("regions"), shelf, first))
    return Tray(tuple(dict.fromkeys(handles)), regions, to, number_of(data))


def number_of(data: Any) -> str:
    """Return the number that the browser gave the message of which *data* is the tray, "" where there is none that could be."""
    sent = data.get("sent") if isinstance(data, dict) else None
    return sent if isinstance(sent, str) and re.fullmatch(r"[a-z0-9-]{1,40}", sent) else ""


def usable(data: Any, shelf: Mapping[str, Media], first: int) -> Tray:
    """Return what can be used of the tray that the browser sent; never raises."""
    try:
        return read(data, shelf, first)
    except Refusal:
        return replace(read({**data, "regions": []}, shelf, first))


def write(tray: Tray, shelf: Mapping[str, Media], first: int, link: Link) -> dict[str, Any]:
    """Return the JSON of *tray* for the browser."""
    needed = dict.fromkeys((*tray.attached, *(region.of for region in tray.regions)))
    return {
        "media": {handle: _medium(shelf[handle], shelf, link) for handle in needed if handle in shelf},
        "attached": [handle for handle in tray.attached if handle in shelf],
        "regions": [{"id": region.id, **region_json(region)} for region in tray.regions if region.of in shelf],
        "next": first,
        "to": tray.to,
    }


def _medium(medium: Media, shelf: Mapping[str, Media], link: Link) -> dict[str, Any]:
    """Return what the tray shows of a medium; of a video, whether it has a sound that a stretch can be marked of."""
    card = medium_card(medium, shelf, link)
    return {**card, "sound": medium.meta.get("has_audio") is not False} if medium.kind == "video" else card
