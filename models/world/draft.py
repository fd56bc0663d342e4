"""A scene while it is being changed: what is in it now, what was touched, what was not understood, and the steps that all changes share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from models.world.scene import MOST_THINGS, Scene, Thing, extent
from models.world.spots import half_of, settled
from models.world.walls import fits
from models.world.which import Context, Knowledge, pick
from models.world.wish import Wish

Box = tuple[float, float, float, float]


@dataclass
class Draft:
    """The scene as it stands after the orders so far. *ids* are the things changed or added, *last* those of the order before
    ("it"); *read* turns a phrase into what it asks for; *box* is the marked place in fractions, or None."""

    scene: Scene
    know: Knowledge
    read: Callable[[str], Wish]
    context: Context
    random: Random
    box: Box | None = None
    ids: set[int] = field(default_factory=set)
    removed: list[Thing] = field(default_factory=list)
    whole: bool = False
    done: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def thing(self, number: int) -> Thing:
        """Return the thing of that id; raises StopIteration when there is none."""
        return next(t for t in self.scene.things if t.id == number)

    def pick(self, phrase: str) -> list[Thing]:
        """Return the things that *phrase* means; where there is none, that is noted."""
        found = pick(phrase, self.scene, self.know, self.context)
        if found.note:
            self.notes.append(found.note)
        if not found.ids:
            named = phrase.strip() or "such a thing"
            self.notes.append(f"there is no {_bare(named)} in this picture{self._there_is()}")
        return [t for t in self.scene.things if t.id in found.ids]

    def _there_is(self) -> str:
        names = list(dict.fromkeys(t.name for t in self.scene.things))
        return f"; there is: {', '.join(names[:8])}" if names else ""

    def put(self, changed: Thing) -> None:
        """Set *changed* in the place of the thing with its id."""
        self.scene = replace(self.scene, things=tuple(changed if t.id == changed.id else t for t in self.scene.things))
        self.ids.add(changed.id)
        self.touched(changed.id)

    def add(self, thing: Thing, before: int = 0) -> Thing | None:
        """Add *thing* under a new id, drawn before the thing of id *before* (0: in front of all); None when the scene is full."""
        if len(self.scene.things) >= MOST_THINGS:
            self.notes.append(f"a picture holds at most {MOST_THINGS} things")
            return None
        made = replace(thing, id=max((t.id for t in self.scene.things), default=0) + 1)
        self.scene = replace(self.scene, things=(*self.scene.things, made))
        self.ids.add(made.id)
        self.order(made.id, before)
        return made

    def drop(self, thing: Thing) -> None:
        """Take *thing* out, and what it wears."""
        for gone in (thing, *self.wears(thing)):
            self.scene = replace(self.scene, things=tuple(t for t in self.scene.things if t.id != gone.id))
            self.removed.append(gone)
            self.ids.discard(gone.id)

    def order(self, number: int, before: int) -> None:
        """Draw the thing of id *number* right before that of id *before*, or in front of all for 0."""
        moved = self.thing(number)
        rest = [t for t in self.scene.things if t.id != number]
        at = next((i for i, t in enumerate(rest) if t.id == before), len(rest))
        self.scene = replace(self.scene, things=(*rest[:at], moved, *rest[at:]))

    def touched(self, *ids: int) -> None:
        """Let "it" mean these things from now on."""
        self.context = replace(self.context, last=ids)

    def box_of(self, thing: Thing) -> Box:
        """Return x0, y0, x1, y1 of a thing in fractions."""
        return extent(thing, self.know.aspect(thing.name), self.context.width, self.context.height)

    def wears(self, wearer: Thing) -> list[Thing]:
        """Return the worn things in front of *wearer* that sit on it, and of a building what is fitted into its front."""
        if self.know.entry(wearer.name).worn:
            return []
        x0, y0, x1, y1 = self.box_of(wearer)
        ids = [t.id for t in self.scene.things]
        found = []
        for t in self.scene.things[ids.index(wearer.id) + 1 :] if wearer.id in ids else ():
            high = half_of(t, self.know, self.context)[1]
            part = fits(t.name, wearer.name, self.know.entry) and y0 < t.y < y1
            if x0 < t.x < x1 and (part or (self.know.entry(t.name).worn and y0 - high < t.y < y1)):
                found.append(t)
        return found

    def shift(self, thing: Thing, x: float, y: float, *, inside: bool = True) -> None:
        """Move the middle of *thing*, with what it wears, to x, y; with *inside* it stays within the frame where it fits."""
        worn = self.wears(thing)
        moved = replace(thing, x=x, y=y)
        moved = settled(moved, self.know, self.context) if inside else moved
        for t in worn:
            self.put(replace(t, x=t.x + moved.x - thing.x, y=t.y + moved.y - thing.y))
        self.put(moved)


def numbered(scene: Scene) -> Scene:
    """Return *scene* with an id of its own for each thing; ids that are there and unique stay."""
    seen: set[int] = set()
    things = []
    most = max((t.id for t in scene.things), default=0)
    for thing in scene.things:
        if thing.id == 0 or thing.id in seen:
            most += 1
            thing = replace(thing, id=most)
        seen.add(thing.id)
        things.append(thing)
    return replace(scene, things=tuple(things))


def _bare(phrase: str) -> str:
    words = phrase.split()
    while len(words) > 1 and words[0] in (
        "the",
        "a",
        "an",
        "all",
        "any",
        "both",
        "this",
        "that",
        "these",
        "those",
        "my",
    ):
        words.pop(0)
    return f"“{' '.join(words)}”"
