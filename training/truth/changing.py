"""One change of a scene, in words and done: what a person asks for, the scene before and after, and which things are concerned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from models.plurals import article
from models.world import atlas, changes
from models.world.find import find
from models.world.orders import Order, Orders
from models.world.read import read
from models.world.scene import OUTDOOR
from models.world.where import Place
from models.world.which import Context, Knowledge

from training.language.phrasing import Split
from training.truth import plots, scenery
from training.truth.referring import Reference, called, chosen, middle
from training.truth.relating import gap, stands
from training.truth.shots import Shot
from training.truth.wordings import AT, BY, LOOKS, PLACES, SAID, TIMES
from training.truth.words import COLOURS, coloured, fits, plural_only, recolourable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW = 40
"""Attempts at one change."""


@dataclass(frozen=True)
class Wish:
    """A change that was done: the *words* for it, whether they are a command (they fit after "can you"), its *kind*, the scene
    *before* and *after*, the *ids* of the things that were changed, added or taken out, and whether the *whole* picture
    changes. *nouns* are those that were said."""

    words: str
    command: bool
    kind: str
    before: Shot
    after: Shot
    ids: tuple[int, ...]
    whole: bool = False
    nouns: tuple[str, ...] = ()

    def edited(self) -> NDArray[np.bool_]:
        """Return where the two pictures differ, bool [h, w]; both are drawn for it."""
        return changes.changed_mask(self.before.pixels(), self.after.pixels())


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """Return what the changer of scenes must know, by the written lists alone."""
    return Knowledge(lambda words: find(words), atlas.entry, atlas.aspect)


def done(
    shot: Shot,
    orders: Sequence[Order],
    ids: Sequence[int],
    seed: int,
    box: tuple[float, float, float, float] | None = None,
) -> Shot | None:
    """Return *shot* changed by *orders*, whose "it" and "them" are the things *ids*; None where anything was not understood, or
    where not every thing is well seen afterwards."""
    context = Context(tuple(ids), (), shot.width, shot.height)
    made = changes.change(shot.scene, Orders(tuple(orders), ()), knowledge(), read, context, seed, box)
    if len(made.done) < len(orders) or made.unknown or made.unread or made.scene == shot.scene:
        return None
    kept = {thing.id for thing in made.scene.things}
    after = replace(shot, scene=made.scene, bonds=tuple(b for b in shot.bonds if {b.child, b.bearer} <= kept))
    return after if after.whole else None


_Try = Callable[[Random, Split, Shot, Reference], "Wish | None"]


def _wish(
    rng: Random,
    split: Split,
    kind: str,
    shot: Shot,
    after: Shot | None,
    ids: Sequence[int],
    slots: dict[str, str],
    nouns: Sequence[str] = (),
) -> Wish | None:
    """Say what was done in the words of *kind*."""
    if after is None:
        return None
    said = chosen(rng, split, SAID[kind])
    command = not said.startswith("~")
    words = said.removeprefix("~")
    for slot, word in slots.items():
        words = words.replace("{" + slot + "}", word)
    return Wish(words, command, kind, shot, after, tuple(ids), nouns=tuple(nouns))


_PLAIN = ("the", "that", "all", "every", "both", "each")
_LOOSE = ("of", "from", "number", "what", "whatever", "whoever", "any", "only")


def _fluent(reference: Reference) -> bool:
    """Return whether the phrase can be the object of a command: "of the cats the red one" cannot."""
    return reference.phrase.split()[0] not in _LOOSE


def _the(reference: Reference) -> str:
    """Return the phrase with an article where it lacks one: "the red car" for "red car"."""
    return reference.phrase if reference.phrase.split()[0] in _PLAIN else f"the {reference.phrase}"


def recolour(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Give things another colour."""
    things = [shot.thing(number) for number in reference.ids]
    free = [
        c for c in COLOURS if not any(coloured(t.name, t.tint, c) for t in things) and c not in reference.phrase.split()
    ]
    if not free or not all(recolourable(t.name) for t in things):
        return None
    colour = rng.choice(free)
    after = done(
        shot,
        [Order("recolour", "them" if len(things) > 1 else "it", colour=colour)],
        reference.ids,
        rng.randrange(10**6),
    )
    return _wish(
        rng, split, "recolour", shot, after, reference.ids, {"x": _the(reference), "c": colour}, (reference.noun,)
    )


def _hat(name: str) -> bool:
    return atlas.entry(name).worn == "head" and bool({"headwear", "hat"} & set(atlas.entry(name).kinds))


def new_thing(rng: Random, split: Split, shot: Shot, *, worn: bool = False) -> tuple[str, str, str] | None:
    """Return a name that is not in the scene and is like nothing in it, its colour ("" for its own) and the words for it."""
    there = [thing.name for thing in shot.scene.things]
    for _ in range(20):
        if worn:
            name = plots.first(rng, split, "plain", lambda one: _hat(one) and one not in there)
        else:
            name = scenery.pick(rng, split, shot.scene.backdrop.kind, but=there)
        if (
            not name
            or plural_only(name)
            or bool(atlas.entry(name).worn) != worn
            or any(fits(one, name) for one in there)
        ):
            continue
        tint = rng.choice(COLOURS) if recolourable(name) and rng.random() < 0.3 else ""
        words = article(f"{tint} {name}" if tint else name)
        if [(one.name, one.colour, one.count) for one in read(words).things] == [(name, tint, 1)]:
            return name, tint, words
    return None


def substitute(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Put another thing in the place of one."""
    new = new_thing(rng, split, shot) if len(reference.ids) == 1 else None
    if new is None:
        return None
    after = done(shot, [Order("replace", "it", new[2])], reference.ids, rng.randrange(10**6))
    if after is None or after.thing(reference.ids[0]).name != new[0]:
        return None
    return _wish(
        rng, split, "replace", shot, after, reference.ids, {"x": _the(reference), "y": new[2]}, (reference.noun, new[0])
    )


def take_out(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Take things out."""
    if len(reference.ids) >= len(shot.scene.things) or any(b.bearer in reference.ids for b in shot.bonds):
        return None
    after = done(
        shot, [Order("remove", "them" if len(reference.ids) > 1 else "it")], reference.ids, rng.randrange(10**6)
    )
    return _wish(rng, split, "remove", shot, after, reference.ids, {"x": _the(reference)}, (reference.noun,))


def add(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Put a new thing in: beside something, at a side, or anywhere."""
    new = new_thing(rng, split, shot) if len(reference.ids) == 1 else None
    if new is None:
        return None
    how = rng.choice(("left", "right", "next", "next", "side", "side", ""))
    place: Place | None = None
    where, nouns = "", [new[0]]
    if how == "side":
        side = rng.choice(list(AT))
        place, where = Place("side", side), rng.choice(AT[side])
    elif how:
        place, where = Place("relation", how=how, whom="it"), rng.choice(BY[how]).replace("{x}", _the(reference))
        nouns.append(reference.noun)
    after = done(shot, [Order("add", new=new[2], place=place)], reference.ids, rng.randrange(10**6))
    if after is None or len(after.scene.things) != len(shot.scene.things) + 1:
        return None
    number = max(thing.id for thing in after.scene.things)
    if how in BY and (
        stands(after, number, reference.ids[0], how) != 2 or not _nearest(after, number, reference.ids[0])
    ):
        return None
    if place is not None and place.kind == "side" and not _there(after, number, place.side):
        return None
    made = _wish(rng, split, "add", shot, after, (number,), {"y": new[2], "p": f" {where}" if where else ""}, nouns)
    return None if made is None else replace(made, words=made.words.replace("  ", " "))


def _nearest(shot: Shot, number: int, other: int) -> bool:
    """Return whether nothing is as near to the thing *number* as *other* is."""
    rest = [gap(shot, number, thing.id) for thing in shot.scene.things if thing.id not in (number, other)]
    return all(away > max(0.02, gap(shot, number, other)) for away in rest)


def _there(shot: Shot, number: int, side: tuple[float, float]) -> bool:
    x, y = middle(shot, number)
    return (side[0] == 0 or (x - 0.5) * side[0] > 0.12) and (side[1] == 0 or (y - 0.5) * side[1] > 0.1)


def move(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Move a thing to a side, a step or all the way."""
    if len(reference.ids) != 1 or any(reference.ids[0] in (b.child, b.bearer) for b in shot.bonds):
        return None
    number, side = reference.ids[0], rng.choice(("left", "right", "left", "right", "up", "down"))
    way = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, -1.0), "down": (0.0, 1.0)}[side]
    little = rng.random() < 0.3
    after = done(
        shot,
        [Order("move", "it", place=Place("side", way, 0.5 if little else 1.0, False))],
        reference.ids,
        rng.randrange(10**6),
    )
    if after is None:
        return None
    a, b = middle(shot, number), middle(after, number)
    if (b[0] - a[0]) * way[0] + (b[1] - a[1]) * way[1] < (0.04 if little else 0.08):
        return None
    to = side if side in ("up", "down") else rng.choice((f"to the {side}", f"further {side}", f"towards the {side}"))
    return _wish(
        rng,
        split,
        "move",
        shot,
        after,
        (number,),
        {"x": _the(reference), "s": f"{'a bit ' if little else ''}{to}"},
        (reference.noun,),
    )


def resize(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Make things bigger or smaller."""
    if any(number in (b.child, b.bearer) for b in shot.bonds for number in reference.ids):
        return None
    word, factor = rng.choice(
        (
            ("bigger", 1.4),
            ("larger", 1.4),
            ("smaller", 0.7),
            ("twice as big", 2.0),
            ("half as big", 0.5),
            ("much smaller", 0.53),
            ("a bit larger", 1.18),
            ("a little smaller", 0.84),
        )
    )
    after = done(
        shot,
        [Order("resize", "them" if len(reference.ids) > 1 else "it", amount=factor)],
        reference.ids,
        rng.randrange(10**6),
    )
    if after is None or not all(
        abs(after.thing(n).size / shot.thing(n).size / factor - 1) < 0.06 for n in reference.ids
    ):
        return None
    return _wish(rng, split, "resize", shot, after, reference.ids, {"x": _the(reference), "z": word}, (reference.noun,))


def double(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Set a copy of a thing beside it."""
    if len(reference.ids) != 1 or any(reference.ids[0] in (b.child, b.bearer) for b in shot.bonds):
        return None
    after = done(shot, [Order("copy", "it", amount=1)], reference.ids, rng.randrange(10**6))
    if after is None or len(after.scene.things) != len(shot.scene.things) + 1:
        return None
    return _wish(
        rng,
        split,
        "copy",
        shot,
        after,
        (max(thing.id for thing in after.scene.things),),
        {"x": _the(reference)},
        (reference.noun,),
    )


def mirror(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Let a thing that has a side look the other way."""
    if (
        len(reference.ids) != 1
        or atlas.entry(shot.thing(reference.ids[0]).name).facing not in ("left", "right")
        or shot.bonds
    ):
        return None
    after = done(shot, [Order("flip", "it")], reference.ids, rng.randrange(10**6))
    return _wish(rng, split, "flip", shot, after, reference.ids, {"x": _the(reference)}, (reference.noun,))


def exchange(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Let two things change places."""
    if len(reference.ids) != 1 or shot.bonds:
        return None
    for other in rng.sample(shot.scene.things, len(shot.scene.things)):
        if other.id != reference.ids[0] and called(shot, other.name) == (other.id,):
            after = done(shot, [Order("swap", "it", new=f"the {other.name}")], reference.ids, rng.randrange(10**6))
            if after is None or abs(after.thing(other.id).x - shot.thing(reference.ids[0]).x) > 0.02:
                return None
            return _wish(
                rng,
                split,
                "swap",
                shot,
                after,
                (reference.ids[0], other.id),
                {"x": _the(reference), "y": f"the {other.name}"},
                (reference.noun, other.name),
            )
    return None


def whole(rng: Random, split: Split, shot: Shot, reference: Reference) -> Wish | None:
    """Another hour, weather, look or backdrop of the whole picture."""
    back, kind = shot.scene.backdrop, rng.choice(("time", "time", "style", "backdrop", "backdrop"))
    if kind == "time":
        time = rng.choice([time for time in TIMES if time != back.time])
        order, slots = Order("time", new=time), {"t": rng.choice(TIMES[time])}
        if back.kind not in OUTDOOR:
            return None
    elif kind == "style":
        look = rng.choice(list(LOOKS))
        order, slots = Order("style", new=look), {"l": rng.choice(LOOKS[look])}
    else:
        place = rng.choice([place for place in PLACES if place != back.kind])
        colour = rng.choice(COLOURS) if place == "plain" or rng.random() < 0.1 else ""
        order = Order("backdrop", new="plain" if colour else place, colour=colour)
        slots = {"b": f"plain {colour}" if colour else PLACES[place]}
    after = done(shot, [order], (), rng.randrange(10**6))
    made = _wish(rng, split, kind, shot, after, (), slots, ("thing",) if kind == "backdrop" else ())
    return None if made is None else replace(made, whole=True)


LOCAL: dict[str, tuple[_Try, float]] = {
    "recolour": (recolour, 3), "replace": (substitute, 3), "remove": (take_out, 2), "add": (add, 3), "move": (move, 1.5), "resize": (resize, 1.5), "copy": (double, 0.8), "flip": (mirror, 0.8), "swap": (exchange, 0.8),
}  # fmt: skip


def wished(rng: Random, split: Split, kind: str = "") -> Wish:
    """Return a change of *kind* ("" for any, "whole" for one of the whole picture) of a new scene. Raises RuntimeError."""
    kind = kind or rng.choices([*LOCAL, "whole"], [*(weight for _, weight in LOCAL.values()), 3.5])[0]
    make = whole if kind == "whole" else LOCAL[kind][0]
    several = kind in ("recolour", "remove", "resize") and rng.random() < 0.2
    for _ in range(FEW):
        shot, reference = plots.pointed(rng, split, "all" if several else "", many=several)
        if not _fluent(reference) or (kind == "whole" and shot.scene.style):
            continue
        made = make(rng, split, shot, reference)
        if made is not None and (clean := cleaned(made)) is not None:
            return clean
    raise RuntimeError(f"no change of kind {kind} was found in {FEW} scenes")


def cleaned(wish: Wish) -> Wish | None:
    """Return *wish* without decorations that its nouns might mean, before and after; None where a backdrop needs them."""
    nouns = (*wish.nouns, wish.words)
    before, after = plots.tidied(wish.before, nouns), plots.tidied(wish.after, nouns)
    return None if before is None or after is None else replace(wish, before=before, after=after)


def facts(wish: Wish) -> dict[str, Any]:
    """Return what was changed as plain data."""
    from training.truth.shots import corners, listed

    names = [
        next((t.name for t in (*wish.after.scene.things, *wish.before.scene.things) if t.id == number), "")
        for number in wish.ids
    ]
    return {
        "kind": wish.kind, "words": wish.words, "ids": list(wish.ids), "names": names, "whole": wish.whole,
        "before": wish.before.scene.to_json(), "after": wish.after.scene.to_json(), "things": listed(wish.before), "things_after": listed(wish.after),
        "boxes_before": [corners(wish.before.boxes.get(n)) for n in wish.ids], "boxes_after": [corners(wish.after.boxes.get(n)) for n in wish.ids],
    }  # fmt: skip
