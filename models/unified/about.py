"""What the newest turn of a conversation is about: the media and marks that a person attached, named or chose, which are looked at
before all others, and of which it is told when they cannot be looked at whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from models.percepts import Percepts
from models.values import Media, Message, Region

ROWS = 320
"""Rows of percepts in a conversation at most; where there are more, those of the oldest media are left out, half of ROWS at a time,
so that what stands before the newest turn seldom changes."""
LISTED = 8
"""The newest media of a kind that a header names, and the handles of a text that are read."""
SHOWN = {"seen": ("image", "video"), "heard": ("audio",)}
"""How the topics begin of replies that tell of what is perceived (before their first dot), and what kinds of media they tell of."""
_HANDLE = re.compile(r"\b(image|video|audio|mask|region)#([1-9][0-9]{0,2})(?![0-9])", re.IGNORECASE)


def named(text: str) -> list[str]:
    """Return the handles that stand in *text*, in their order, each once."""
    return [f"{kind}#{number}" for kind, number in dict.fromkeys(_HANDLE.findall(text.lower()))]


def parts_of(messages: Sequence[Message]) -> dict[str, Media | Region]:
    """Return the media and marks of *messages* by handle, oldest first."""
    return {part.handle: part for message in messages for part in message.parts if isinstance(part, Media | Region)}


def wanted(text: str, chosen: Sequence[str], parts: Mapping[str, Media | Region]) -> list[str]:
    """Return the handles of *parts* that are named in *text*, as far as they are read, or *chosen*; behind a mark's what it lies on."""
    found = [handle for handle in (*named(text)[:LISTED], *chosen) if handle in parts]
    under = {handle: part.of for handle in found if isinstance(part := parts[handle], Region)}
    return list(dict.fromkeys(one for handle in found for one in (handle, under.get(handle, handle))))


def left_out(
    parts: Mapping[str, Media | Region], percepts: Percepts, own: Sequence[str], first: Sequence[str]
) -> set[str]:
    """Return those of *parts*, oldest first, whose percepts are left out where there are more than ROWS: the oldest ones; of the newest
    message's *own* only when that is not enough, and then of those that shall be looked at *first* the last ones."""
    sizes = {handle: sum(map(len, percepts.get(handle, ()))) for handle in parts}
    excess = sum(sizes.values()) - ROWS
    if excess <= 0:
        return set()
    others = [handle for handle in sizes if handle not in own and handle not in first]
    rest = [handle for handle in sizes if handle in own and handle not in first]
    spare = excess - -(-excess // (ROWS // 2)) * (ROWS // 2)
    dropped = set[str]()
    for handles, enough in ((others, spare), (rest, 0), (list(reversed(first)), 0)):
        for handle in handles:
            if excess <= enough:
                break
            excess -= sizes.get(handle, 0)
            dropped |= {handle} if sizes.get(handle, 0) else set()
    return dropped


def asked(messages: Sequence[Message], chosen: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Return the media of *kinds* that the newest message is about: those that it brings, marks, names or chooses, or else the newest
    one of all."""
    parts = parts_of(messages)
    newest = messages[-1] if messages else Message("user", ())
    own = list(parts_of([newest]))
    under = [part.of for part in newest.parts if isinstance(part, Region)]
    found = dict.fromkeys([*wanted(newest.text, chosen, parts), *own, *under])
    media = [handle for handle, part in parts.items() if isinstance(part, Media) and part.kind in kinds]
    return [handle for handle in found if handle in media] or media[-1:]
