"""Plots: what a scene holds so that a request has something to tell apart, and the search for a phrase that does so exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from models.world import decor

from training.language.phrasing import Split
from training.truth import grouping, referring, relating
from training.truth.referring import Finder, Reference
from training.truth.scenery import Part, at_home, backdrop, bears, borne, pick, shot
from training.truth.shots import Shot
from training.truth.words import COLOURS, kept_back, recolourable

ONE: tuple[tuple[str, Finder, float], ...] = (
    ("name", referring.by_name, 3), ("colour", referring.by_colour, 3), ("side", referring.by_side, 3), ("order", referring.by_order, 1.2),
    ("size", referring.by_size, 2), ("relation", relating.by_neighbour, 3), ("depth", relating.by_depth, 1), ("bond", relating.by_bond, 2.5),
    ("facing", relating.by_facing, 0.8),
)  # fmt: skip
"""Ways to mean one thing, and how often."""
MANY: tuple[tuple[str, Finder, float], ...] = (
    ("all", grouping.every, 3), ("all.colour", grouping.every_of_colour, 1.2), ("kind", grouping.every_kind, 1.5), ("several", grouping.together, 2.5),
)  # fmt: skip
"""Ways to mean several things."""
REST: tuple[tuple[str, Finder, float], ...] = (("but", grouping.all_but, 2), ("background", grouping.background, 1))
"""Ways to mean what is left."""
_ATTEMPTS = 60


def _others(rng: Random, split: Split, kind: str, taken: Sequence[str], low: int, high: int) -> list[Part]:
    names: list[str] = []
    for _ in range(rng.randint(low, high)):
        name = pick(rng, split, kind, but=(*taken, *names))
        names += [name] if name else []
    return [Part(name, tint=_tint(rng, name, 0.12)) for name in names]


def _tint(rng: Random, name: str, often: float) -> str:
    return rng.choice(COLOURS) if rng.random() < often and recolourable(name) else ""


def mixed(rng: Random, split: Split, kind: str) -> list[Part]:
    """Different things."""
    return _others(rng, split, kind, (), 2, 6)


def twins(rng: Random, split: Split, kind: str) -> list[Part]:
    """Two to four of one name, of different colours, sizes and directions, and others."""
    name = pick(rng, split, kind)
    if not name:
        return []
    tints = rng.sample(COLOURS, 4) if rng.random() < 0.6 and recolourable(name) else [""] * 4
    if tints[0] and rng.random() < 0.35:
        tints[1] = tints[0]
    steps = rng.sample((0.62, 1.0, 1.45, 0.8), 4) if rng.random() < 0.5 else [1.0] * 4
    count = rng.choice((2, 2, 3, 3, 4))
    same = [
        Part(name, tints[n], steps[n], flip=rng.random() < 0.5 if rng.random() < 0.4 else None) for n in range(count)
    ]
    rest = _others(rng, split, kind, (name,), 0, 3)
    if rest and rng.random() < 0.5:
        rest[0] = Part(rest[0].name, rest[0].tint, beside=rng.randrange(count))
    return same + rest


def kin(rng: Random, split: Split, kind: str) -> list[Part]:
    """Several of one kind and some of another."""
    group = rng.choice(
        (
            "animals",
            "food",
            "vehicles",
            "people",
            "things",
            "fruit",
            "animals",
            "instrument",
            "clothing",
            "bird",
            "vegetable",
        )
    )
    names: list[str] = []
    for _ in range(rng.randint(2, 4)):
        name = pick(rng, split, kind, group, names)
        names += [name] if name else []
    return [Part(name, scale=rng.choice((0.7, 1.0, 1.0, 1.4))) for name in names] + _others(
        rng, split, kind, names, 1, 2
    )


def borne_by(rng: Random, split: Split, kind: str) -> list[Part]:
    """Somebody or something that wears, holds or carries another thing; now and then its like without it."""
    bond = rng.choice(("wearing", "wearing", "holding", "holding", "riding", "on", "in"))
    bearer = first(rng, split, kind, lambda name: bears(name, bond))
    child = first(rng, split, kind, lambda name: name != bearer and borne(name, bond))
    if not bearer or not child:
        return []
    rest = _others(rng, split, kind, (bearer, child), 0, 2)
    again = [Part(bearer)] if rng.random() < 0.5 else []
    return [Part(bearer), Part(child, tint=_tint(rng, child, 0.2), bond=bond, to=0), *again, *rest]


def first(rng: Random, split: Split, kind: str, fit: Callable[[str], bool]) -> str:
    """Return a name that is at home before a backdrop of *kind* and *fit*, most often a new one in the held-out split; "" for none."""
    for held in (True, False) if split == "held_out" and rng.random() < 0.65 else (False,):
        names = [name for name in at_home(split, kind, held) if fit(name)]
        if names:
            return rng.choice(names)
    return ""


def hidden(rng: Random, split: Split, kind: str) -> list[Part]:
    """A thing that covers a part of another."""
    parts = _others(rng, split, kind, (), 2, 3)
    if len(parts) < 2:
        return []
    parts[1] = Part(parts[1].name, parts[1].tint, before=0)
    if rng.random() < 0.4:
        parts.append(Part(parts[0].name))
    return parts


def neighbours(rng: Random, split: Split, kind: str) -> list[Part]:
    """Two alike of which one stands by a third."""
    parts = _others(rng, split, kind, (), 2, 3)
    if len(parts) < 2:
        return []
    return [parts[0], Part(parts[1].name, beside=0), Part(parts[1].name), *parts[2:]]


Plot = Callable[[Random, Split, str], "list[Part]"]
PLOTS: dict[str, tuple[Plot, ...]] = {
    "name": (mixed,), "colour": (twins,), "side": (twins,), "order": (twins,), "size": (twins, kin), "relation": (neighbours, twins), "depth": (hidden,),
    "bond": (borne_by,), "facing": (twins,), "all": (twins,), "all.colour": (twins,), "kind": (kin,), "several": (mixed, twins), "but": (mixed, twins, kin),
    "background": (mixed, kin), "any": (mixed, twins, kin),
}  # fmt: skip
"""Which plots suit which kind of phrase."""


def staged(
    rng: Random, split: Split, plots: Sequence[Plot], *, flat: float = 0.4, size: tuple[int, int] | None = None
) -> Shot:
    """Return a scene of one of *plots* in which every thing is well seen. Raises RuntimeError when none is found."""
    for _ in range(_ATTEMPTS):
        back = backdrop(rng, coloured=True, flat=flat)
        parts = rng.choice(plots)(rng, split, back.kind)
        if split == "held_out" and not new_in([part.name for part in parts]):
            continue
        made = shot(rng, split, parts, back, size=size) if parts else None
        if made is not None:
            return made
    raise RuntimeError(f"no scene of {[plot.__name__ for plot in plots]} was found in {_ATTEMPTS} attempts")


def new_in(names: Sequence[str]) -> bool:
    """Return whether one of *names* is never seen in training."""
    return any(name in kept_back() for name in names)


def pointed(rng: Random, split: Split, group: str = "", *, many: bool | None = None) -> tuple[Shot, Reference]:
    """Return a scene and a phrase of *group* ("" for any) that means some of its things exactly; *many* asks for one or several."""
    ways = ONE if many is False else MANY if many else (*ONE, *MANY)
    if not group:
        group = rng.choices([way[0] for way in ways], [way[2] for way in ways])[0]
    find = next(way[1] for way in (*ONE, *MANY, *REST) if way[0] == group)
    for _ in range(_ATTEMPTS):
        made = staged(rng, split, PLOTS[group])
        found = find(rng, made, split)
        if (
            found is not None
            and (many is None or found.many == many)
            and (clean := tidied(made, (found.noun, found.phrase))) is not None
        ):
            return clean, found
    raise RuntimeError(f"no phrase of {group} was found in {_ATTEMPTS} scenes")


def tidied(made: Shot, nouns: Sequence[str]) -> Shot | None:
    """Return the shot without decorations that *nouns* might mean; None where the backdrop would be nothing without them."""
    like = referring.decor_like(nouns)
    return None if decor.crowded(made.scene.backdrop.kind, like) else made.without_decor(like)
