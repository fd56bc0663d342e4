"""Whether the place that a thing shall go to is there: a wall to hang on, a roof to sit on, another thing, or scenery."""

from __future__ import annotations

import re

from models.world import walls
from models.world.draft import Draft
from models.world.scene import Thing
from models.world.surroundings import KIND_OF
from models.world.where import Place
from models.world.which import pick


def nowhere(draft: Draft, place: Place, what: str) -> bool:
    """Note and return whether there is no wall or ceiling to hang *what* on, where *place* asks for one."""
    if place.zone not in walls.BEHIND or draft.scene.backdrop.kind in walls.BEHIND[place.zone] or bricks(draft, place):
        return False
    draft.notes.append(f"there is no {place.zone} here to hang {what} on; a room has one")
    return True


def bricks(draft: Draft, place: Place) -> list[Thing]:
    """Return the things that are the wall that *place* names: one of bricks that was drawn."""
    if place.zone != "wall":
        return []
    found = pick(place.whom, draft.scene, draft.know, draft.context).ids
    return [t for t in draft.scene.things if t.id in found and t.name == "bricks"]


def reached(draft: Draft, place: Place, things: list[Thing]) -> bool:
    """Return whether what *place* relates to is there, or is scenery, so that *things* can go to it; note it where it is not."""
    if scenery(place.whom) or roof(draft, place.whom):
        return True
    return any(t not in things for t in draft.pick(place.whom))


def roof(draft: Draft, words: str) -> list[Thing]:
    """Return the building whose roof *words* name, if they do."""
    match = re.fullmatch(r"(?:the |its |a )?(?:roof|rooftop|chimney)(?: of (?P<of>.+))?", words)
    if not match:
        return []
    named = pick(match["of"], draft.scene, draft.know, draft.context).ids if match["of"] else ()
    return [
        t
        for t in draft.scene.things
        if t.id in named or (not match["of"] and draft.know.entry(t.name).subgroup == "buildings")
    ][:1]


def scenery(words: str) -> bool:
    """Return whether *words* name a backdrop: "on the beach" is then simply on its ground."""
    return words.removeprefix("the ").removeprefix("a ") in KIND_OF
