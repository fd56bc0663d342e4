"""Captions that are true of a scene and leave nothing out: what is there, how many, in which colour, where to each other, before what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

from models.plurals import article
from models.world import atlas
from models.world.read import read

from training.language.phrasing import Split
from training.truth.referring import chosen
from training.truth.relating import stands
from training.truth.shots import Shot
from training.truth.words import many, plural_only

WHERE: dict[str, tuple[str, ...]] = {
    "meadow": ("on a meadow", "on grass", "in a green field", "in a field", "on the lawn"), "farm": ("on a farm", "on the farm"), "garden": ("in a garden", "in the park", "in a garden"),
    "beach": ("on a beach", "at the beach", "on a sandy beach"), "sea": ("on the sea", "at sea", "on the ocean"), "lake": ("at a lake", "by the lake"), "desert": ("in the desert", "in a desert"),
    "snow": ("in the snow", "on a snowy field"), "city": ("in the city", "in a big city"), "street": ("on a street", "on the road", "in the street"), "forest": ("in a forest", "in the woods", "in the forest"),
    "mountains": ("in the mountains",), "sky": ("in the sky", "in a blue sky"), "moon": ("on the moon",), "room": ("in a room", "in the living room"), "kitchen": ("in a kitchen", "in the kitchen"),
    "table": ("on a table", "on a wooden table"), "stage": ("on a stage", "on stage"), "space": ("in space", "in outer space"), "underwater": ("under water", "under the sea"),
    "stripes": ("on a striped background",), "checker": ("on a checkered background",), "dots": ("on a polka dot background",), "bricks": ("in front of a brick wall",),
}  # fmt: skip
WHEN: dict[str, tuple[str, ...]] = {
    "night": ("at night", "by night"), "sunset": ("at sunset", "at dusk"), "morning": ("in the morning", "at dawn"), "fog": ("in the fog", "in the mist"), "rain": ("in the rain",),
    "storm": ("in a storm",), "snowfall": ("while it is snowing", "in falling snow"),
}  # fmt: skip
_LOOK = {
    "watercolour": "in watercolour",
    "pastel": "in pastel colours",
    "comic": "in comic style",
    "sepia": "in sepia",
    "sketch": "as a pencil sketch",
}
_NUMBER = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_RELATED = {
    "left": ("to the left of", "left of", "on the left of"),
    "right": ("to the right of", "right of", "on the right of"),
    "next": ("next to", "beside", "near"),
    "above": ("above",),
    "below": ("below", "under"),
}
_READ = {
    "left": "left",
    "right": "right",
    "next": "beside",
    "above": "above",
    "below": "below",
    "wearing": "wearing",
    "holding": "holding",
    "riding": "riding",
    "on": "on",
    "in": "in",
}
"""How the reader of captions calls each relation."""
_BONDS = {"wearing": ("{b} wearing {c}", "{b} with {c} on", "{b} in {c}"), "holding": ("{b} holding {c}", "{b} that holds {c}"), "riding": ("{c} riding {b}", "{c} on {b}"), "on": ("{c} on {b}", "{c} sitting on {b}"),
          "in": ("{c} in {b}", "{c} inside {b}")}  # fmt: skip


@dataclass(frozen=True)
class Caption:
    """The *words*, and what they say: *counts* by (name, colour), *relations* as (kind, id, id of the other one)."""

    words: str
    counts: tuple[tuple[str, str, int], ...]
    relations: tuple[tuple[str, int, int], ...]

    def facts(self, shot: Shot) -> dict[str, Any]:
        """Return what the caption says as plain data."""
        back = shot.scene.backdrop
        return {
            "caption": self.words, "counts": [{"name": name, "colour": colour, "count": count} for name, colour, count in self.counts],
            "relations": [list(relation) for relation in self.relations], "place": back.kind, "time": back.time, "style": shot.scene.style,
        }  # fmt: skip


def described(rng: Random, split: Split, shot: Shot, *, bare: bool = False) -> Caption | None:
    """Return a caption of *shot* that the reader of captions understands as it is meant; None where there is none. *bare* ones
    may be sentences, others fit after "a picture of"."""
    groups = Counter((thing.name, thing.tint) for thing in shot.scene.things)
    single = {thing.id: (thing.name, thing.tint) for thing in shot.scene.things if groups[thing.name, thing.tint] == 1}
    phrases, relations, told = [], [], set()
    for bond in shot.bonds:
        if bond.child not in single or bond.bearer not in single:
            return None
        said = (
            rng.choice(_BONDS[bond.kind])
            .replace("{b}", _one(*single[bond.bearer]))
            .replace("{c}", _one(*single[bond.child]))
        )
        phrases.append(said)
        relations.append((bond.kind, bond.child, bond.bearer))
        told |= {bond.child, bond.bearer}
    pair = _pair(rng, shot, [number for number in single if number not in told]) if rng.random() < 0.75 else None
    if pair is not None:
        kind, one, other = pair
        phrases.append(f"{_one(*single[one])} {rng.choice(_RELATED[kind])} {_one(*single[other])}")
        relations.append(pair)
        told |= {one, other}
    rest = [key for key in groups if not any(single.get(number) == key for number in told)]
    lists = [_group(*key, groups[key]) for key in rest]
    rng.shuffle(lists)
    phrases += lists
    words = _sentence(rng, split, shot, phrases, bare=bare)
    counts = tuple((name, tint, count) for (name, tint), count in groups.items())
    caption = Caption(words, counts, tuple(relations))
    return caption if words and understood(caption, shot) else None


def _one(name: str, tint: str) -> str:
    said = f"{tint} {name}" if tint else name
    return said if plural_only(name) else article(said)


def _group(name: str, tint: str, count: int) -> str:
    if count == 1:
        return _one(name, tint)
    return f"{_NUMBER[count]} {tint} {many(name)}".replace("  ", " ")


def _pair(rng: Random, shot: Shot, numbers: list[int]) -> tuple[str, int, int] | None:
    """Return how two of the things surely stand to each other."""
    pairs = [
        (kind, a, b) for a in numbers for b in numbers if a != b for kind in _RELATED if stands(shot, a, b, kind) == 2
    ]
    return rng.choice(pairs) if pairs else None


def _sentence(rng: Random, split: Split, shot: Shot, phrases: list[str], *, bare: bool) -> str:
    back = shot.scene.backdrop
    where = rng.choice(WHERE[back.kind]) if back.kind in WHERE else ""
    if back.kind == "plain" and back.colour in ("beige", "lavender", "mint", "cream"):
        where = f"on a {back.colour} background"
    when = rng.choice(WHEN[back.time]) if back.time in WHEN else ""
    joint = rng.choice(
        (" and ", " and ", " plus ", " as well as ") if len(phrases) == 2 else (" and ", " and ", ", and ")
    )
    what = phrases[0] if len(phrases) == 1 else ", ".join(phrases[:-1]) + joint + phrases[-1]
    patterns: tuple[str, ...] = (
        "{x} {p} {t}",
        "{x} {t} {p}",
        "{x}, {p} {t}",
        "{x} {p}, {t}",
        "{x}, {t}, {p}",
        "{x} together {p} {t}" if len(phrases) > 1 else "{x} {p} {t}",
    )
    if bare:
        there = "there is {x} {p} {t}" if phrases[0].startswith(("a ", "an ")) else "there are {x} {p} {t}"
        patterns = (
            *patterns,
            "{p} {t}, {x}",
            there,
            "{t} {p}: {x}",
            "a scene {p} {t} with {x}",
            "a picture of {x} {p} {t}",
            "just {x} {p} {t}",
        )
    words = chosen(rng, split, patterns).replace("{x}", what).replace("{p}", where).replace("{t}", when)
    words = " ".join(words.split()).replace(" ,", ",").replace(" :", ":").replace(",,", ",").strip(" ,:.")
    look = _LOOK.get(shot.scene.style, "") if shot.scene.style else ""
    return f"{words}, {look}" if look else words if not shot.scene.style else ""


def understood(caption: Caption, shot: Shot) -> bool:
    """Return whether the reader of captions finds in it all things, as many as there are, the relations and the surroundings."""
    wish = read(caption.words)
    if wish.unknown or wish.loose:
        return False
    found: Counter[tuple[str, str]] = Counter()
    for wanted in wish.things:
        found[wanted.name, wanted.colour] += wanted.count
    if found != Counter({(name, colour): count for name, colour, count in caption.counts}):
        return False
    back = shot.scene.backdrop
    place = back.kind if back.kind in WHERE or (back.kind == "plain" and back.colour) else wish.place
    if (
        wish.place not in (place, "plain" if back.kind == "plain" else place)
        or (wish.time or "day") != back.time
        or wish.style != shot.scene.style
    ):
        return False
    said = {
        (relation.kind, wish.things[relation.thing].name, wish.things[other].name)
        for relation in wish.relations
        for other in relation.others
    }
    return all(_heard(shot, relation, said) for relation in caption.relations)


def _heard(shot: Shot, relation: tuple[str, int, int], said: set[tuple[str, str, str]]) -> bool:
    kind, one, other = relation
    a, b = shot.thing(one).name, shot.thing(other).name
    wanted = _READ[kind]
    if kind in ("wearing", "holding"):  # the bearer is said first
        return any((how, b, a) in said for how in (wanted, "with", "in"))
    return any((how, a, b) in said for how in ((wanted, "on", "in") if kind in ("riding", "on", "in") else (wanted,)))


def caption_known(name: str) -> bool:
    """Return whether the reader of captions takes *name* for the one thing that it is."""
    things = read(article(name)).things
    return len(things) == 1 and things[0].name == name and things[0].count == 1 and name in atlas.names()
