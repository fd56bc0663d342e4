"""Things that a caption brings into a drawn scene that does not have them: "a bird flies across", "the frog becomes a prince"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from models.world import atlas
from models.world.acts import words_of
from models.world.filming import aliases, readable
from models.world.mentions import find_mentions
from models.world.placing import place
from models.world.read import read
from models.world.scene import Scene, Thing, extent
from models.world.spots import usual_size
from models.world.tools import tools
from models.world.wish import Wish


@dataclass(frozen=True)
class New:
    """What a caption brings: the *ids* of the new things, the phrases that stand for things (*aliases*) and *notes*."""

    ids: tuple[int, ...] = ()
    aliases: dict[str, tuple[str, ...]] | None = None
    notes: tuple[str, ...] = ()


def with_new(
    scene: Scene, words: str, embed: Callable[[list[str]], Any] | None, size: tuple[int, int], seed: int
) -> tuple[Scene, New]:  # fmt: skip
    """Return *scene* with the things that *words* name and it lacks, placed clear of the others in a frame of *size* px."""
    numbered = tuple(replace(thing, id=n + 1) for n, thing in enumerate(scene.things))
    scene = (
        scene
        if all(t.id for t in scene.things) and len({t.id for t in scene.things}) == len(scene.things)
        else replace(scene, things=numbered)
    )
    if not words:
        return scene, New()
    wish = read(readable(words), embed=embed)
    known = {thing.name for thing in scene.things}
    called = aliases(wish)
    missing = [
        thing
        for thing in wish.things
        if thing.name and thing.exact and thing.name not in known and not _there(thing.said, scene)
    ]
    notes = [f"I do not know: {', '.join(wish.unknown)}"] if wish.unknown else []
    if not missing:
        return scene, New((), called, tuple(notes))
    placed = place(replace(Wish(), things=tuple(missing), place=scene.backdrop.kind), *size, seed, fixed=scene.things)
    highest = max([0, *(thing.id for thing in scene.things)])
    old = {(thing.name, thing.x, thing.y) for thing in scene.things}
    fresh = [thing for thing in placed.scene.things if (thing.name, thing.x, thing.y) not in old]
    know = tools().know
    added = tuple(
        _sized(replace(thing, id=highest + n + 1), usual_size(thing.name, scene, know), size)
        for n, thing in enumerate(fresh)
    )
    return replace(scene, things=(*scene.things, *added)), New(tuple(thing.id for thing in added), called, tuple(notes))


def _sized(thing: Thing, size: float, frame: tuple[int, int]) -> Thing:
    """Return *thing* at *size* with its foot where it was."""
    foot = extent(thing, atlas.aspect(thing.name), *frame)[3]
    small = replace(thing, size=size)
    return replace(small, y=round(small.y + foot - extent(small, atlas.aspect(thing.name), *frame)[3], 4))


def _there(said: str, scene: Scene) -> bool:
    """Tell whether *said* names something of *scene* as it is."""
    return bool(find_mentions(words_of(said), scene, {}))
