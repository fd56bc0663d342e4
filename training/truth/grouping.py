"""Phrases that mean several things of a scene at once: all of a name, of a colour, of a kind, a list, or everything but something."""

from __future__ import annotations

from random import Random

from training.language.phrasing import Split
from training.truth.referring import (
    Reference,
    by_colour,
    by_name,
    by_side,
    by_size,
    called,
    chosen,
    filled,
    of_colour,
    several,
)
from training.truth.shots import Shot
from training.truth.words import ALL_OF, many


def every(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """All things of a name."""
    found = several(rng, shot, 2)
    if found is None:
        return None
    noun, ids = found
    count = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}.get(len(ids), "")
    patterns = [
        "the {m}",
        "all the {m}",
        "all {m}",
        "every {n}",
        "each {n}",
        "{m}",
        "all of the {m}",
        "every single {n}",
        "each of the {m}",
        "any {n} you find",
        "whatever {n} there is",
        "the {m}, all of them",
    ]
    patterns += ["the {w} {m}", "all {w} {m}", "the group of {w} {m}"] if count else []
    patterns += ["both {m}", "both of the {m}", "the pair of {m}"] if len(ids) == 2 else []
    return Reference(filled(chosen(rng, split, patterns), noun, w=count), ids, "all", noun, "all of them", many=True)


def every_of_colour(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """All things of a name and a colour, where others of the name have another."""
    found = several(rng, shot, 3)
    picked = None if found is None else of_colour(rng, shot, found[1], 0)
    if found is None or picked is None:
        return None
    said = chosen(
        rng,
        split,
        (
            "the {c} {m}",
            "all {c} {m}",
            "every {c} {n}",
            "all the {c} {m}",
            "{c} {m}",
            "the {m} that are {c}",
            "only the {c} {m}",
            "each {c} {n}",
        ),
    )
    return Reference(
        filled(said, found[0], c=picked[0]), picked[1], "all.colour", found[0], f"the {picked[0]} ones", many=True
    )


def every_kind(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """Everything of a kind that is asked for at once: what can be eaten, worn, driven."""
    kinds = list(ALL_OF)
    rng.shuffle(kinds)
    for kind in kinds:
        ids = called(shot, kind)
        if ids and 1 < len(ids) < len(shot.scene.things):
            return Reference(chosen(rng, split, ALL_OF[kind]), ids, "kind", kind, "all of that", many=True)
    return None


def together(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """Two or three different things in one phrase."""
    parts: list[Reference] = []
    count = rng.choice((2, 2, 3))
    for _ in range(8):
        one = rng.choice((by_name, by_name, by_colour, by_side, by_size))(rng, shot, split)
        if one is not None and not {i for part in parts for i in part.ids} & set(one.ids):
            parts.append(one)
        if len(parts) == count:
            break
    if len(parts) < 2:
        return None
    joint = chosen(rng, split, (" and ", " and ", " and also ", " as well as ", " plus ", " together with ", " & "))
    phrases = [part.phrase for part in parts]
    return Reference(
        ", ".join(phrases[:-1]) + joint + phrases[-1],
        tuple(i for part in parts for i in part.ids),
        "several",
        parts[0].noun,
        many=True,
    )


def all_but(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """Everything but a thing."""
    one = rng.choice((by_name, by_name, by_colour, by_side, every))(rng, shot, split)
    if one is None:
        return None
    said = chosen(rng, split, ("everything but {x}", "everything except {x}", "all but {x}", "everything apart from {x}", "the whole picture without {x}", "everything other than {x}", "all of it except {x}",
                               "everything around {x}", "whatever is not {x}"))  # fmt: skip
    phrase = f"the {many(one.noun) if one.many else one.noun}" if one.group in ("name", "all") else one.phrase
    phrase = phrase if phrase.startswith(("the ", "that ", "of ")) else f"the {phrase}"
    return Reference(said.replace("{x}", phrase), one.ids, "but", one.noun, but=True)


def background(rng: Random, shot: Shot, split: Split) -> Reference | None:
    """What is behind the things."""
    said = chosen(rng, split, ("the background", "the background", "the backdrop", "everything behind the objects", "only the background", "the scenery without the things", "whatever is no object",
                               "all that lies behind", "the background of the picture"))  # fmt: skip
    return Reference(said, tuple(thing.id for thing in shot.scene.things), "background", "thing", but=True)
