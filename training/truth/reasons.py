"""Requests that never name the thing: what it does, what it is for, what a person needs; true of one thing of the scene alone.

The clues and their words are those of :mod:`training.language.reason`. What else stands in the scene is chosen so that nobody
could mean it: it shares no such fact, no word of it, and no section of the atlas with anything that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from models.world import atlas

from training.language import reason
from training.language.phrasing import Split
from training.truth import scenery
from training.truth.plots import tidied
from training.truth.scenery import Part
from training.truth.shots import Shot
from training.truth.talk import banks
from training.truth.words import cast, kept_back

_EMPTY = frozenset(["thing", "things", "people", "very", "with", "from", "that", "being", "have", "has", "been", "made", "make", "makes", "making", "does", "used", "them", "their", "other", "food", "used", "is", "are", "can", "the", "and", "for", "not", "lives", "likes", "comes", "wears", "keeping", "giving"])  # fmt: skip
_TRIES = 60


@dataclass(frozen=True)
class Hint:
    """What is said instead of a name: a *phrase* ("something to cut paper"), or *first* a question or a need that stands before
    the request. *ids* are the things meant, *name* what they are called, *answer* that with its article."""

    form: str
    phrase: str
    first: str
    ids: tuple[int, ...]
    name: str
    answer: str


@lru_cache(maxsize=2048)
def _facts(name: str) -> frozenset[str]:
    """Return all that is known of *name*: what the atlas tells, and its clues."""
    entry = atlas.entry(name)
    return frozenset((*entry.uses, *entry.properties, *(fact.text for fact in reason.facts() if fact.name == name)))


@lru_cache(maxsize=2048)
def _stems(text: str) -> frozenset[str]:
    """Return the words of *text* that carry its meaning, without their endings."""
    words = re.findall("[a-z]+", text.lower())
    return frozenset(re.sub(r"(?:ing|es|s|ed|e)$", "", word) for word in words if len(word) > 2 and word not in _EMPTY)


def _near(name: str, text: str, subgroups: frozenset[str]) -> bool:
    """Return whether somebody might think of *name* when *text* is said."""
    if atlas.entry(name).subgroup in subgroups:
        return True
    wanted = _stems(text)
    return bool(wanted & _stems(name)) or any(wanted & _stems(fact) for fact in _facts(name))


@lru_cache(maxsize=4096)
def apart(split: Split, text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of *split* that may stand beside what *text* is said of, which is one of *names* or has the fact."""
    holders = {*names, *(name for name in cast("held_out") if text in _facts(name))}
    subgroups = frozenset(atlas.entry(name).subgroup for name in holders if name in atlas.names())
    return tuple(name for name in cast(split) if name not in holders and not _near(name, text, subgroups))


@lru_cache(maxsize=1)
def _holders() -> dict[str, frozenset[str]]:
    """Return by each fact the names that have it."""
    found: dict[str, set[str]] = {}
    for name in cast("held_out"):
        for text in _facts(name):
            found.setdefault(text, set()).add(name)
    return {text: frozenset(names) for text, names in found.items()}


def alone(text: str, name: str, others: Iterable[str]) -> bool:
    """Return whether *text*, which is said of *name*, means none of *others*: the test of :func:`apart` for just these."""
    holders = {name, *_holders().get(text, ())}
    subgroups = frozenset(atlas.entry(holder).subgroup for holder in holders)
    return all(other not in holders and not _near(other, text, subgroups) for other in others)


def hinted(rng: Random, split: Split) -> tuple[Shot, Hint]:
    """Return a scene and a hint that fits one of its things and no other. Raises RuntimeError when none is found."""
    book = banks(split)
    for _ in range(_TRIES):
        form = rng.choices(reason.FORMS, [reason.SHARES[form] for form in reason.FORMS])[0]
        fact = rng.choice([fact for fact in reason.split(split == "held_out")[form] if fact.name in cast(split)])
        said = replace(fact, text=reason.chosen(rng, fact.text))
        first = ""
        if form == "says":
            phrase = first = said.text
        elif rng.random() < 0.35:
            noun = book.text(rng, "noun.image")
            phrase = first = reason.question(rng, book, said, noun, f"this {noun}")
        else:
            phrase = reason.described(rng, book, said)
        kind = "need" if form == "says" else "does" if form == "done" else form
        made = _scene(rng, split, fact.text, fact.name)
        if made is not None:
            ids = tuple(thing.id for thing in made.scene.things if thing.name == fact.name)
            return made, Hint(kind, phrase, first.strip(), ids, fact.name, reason.article(fact.name))
    raise RuntimeError(f"no scene for a hint was found in {_TRIES} attempts")


def _scene(rng: Random, split: Split, text: str, name: str) -> Shot | None:
    """Return a scene with *name* among things that *text* does not fit."""
    growing = atlas.entry(name).group in ("plants", "places", "sky", "food")
    back = scenery.backdrop(rng, flat=1.0 if growing else 0.6)  # meadows and gardens are full of what needs water
    home = frozenset(scenery.at_home(split, back.kind, False))
    others = [
        other for other in apart(split, text, (name,)) if other in home and atlas.entry(other).subgroup != "buildings"
    ]
    if name not in home or len(others) < 3:
        return None
    new = [other for other in others if other in kept_back()]
    chosen = rng.sample(others, min(len(others), rng.randint(2, 4)))
    if split == "held_out" and name not in kept_back():
        if not new:
            return None
        chosen[0] = rng.choice(new)
    made = scenery.shot(rng, split, [Part(name), *(Part(other) for other in dict.fromkeys(chosen))], back)
    return None if made is None else tidied(made, ("thing",))
