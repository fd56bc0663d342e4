"""Requests that never name the thing: what it does, what it is for, what a person needs; true of one thing of the scene alone.

The facts and their words are those of :mod:`training.language.reason`. What else stands in the scene is chosen so that nobody
could mean it: it shares no such fact, no word of it, and no section of the atlas with anything that does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    """Return all that is known of *name*, in every form that a fact is said in."""
    entry = atlas.entry(name)
    said = {*entry.uses, *entry.properties}
    for use in entry.uses:
        if use.partition(" ")[0].endswith("ing"):
            said |= {reason.infinitive(use), reason.third(reason.infinitive(use))}
    return frozenset(said)


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


def _need(rng: Random, split: Split) -> tuple[str, str, tuple[str, ...]]:
    """Return a need as it is said, the same for choosing what stands beside, and the names of what helps."""
    said = banks(split).say(rng, "reason.needed")
    return said.text, said.text, reason.parts(said.slots["reason.need"])


def hinted(rng: Random, split: Split) -> tuple[Shot, Hint]:
    """Return a scene and a hint that fits one of its things and no other. Raises RuntimeError when none is found."""
    book = banks(split)
    for _ in range(_TRIES):
        first = ""
        if rng.random() < 0.15:
            form, (first, text, names) = "need", _need(rng, split)
            phrase = first
        else:
            form = rng.choices(("does", "doing", "want"), (5, 2.5, 2.5))[0]
            fact = rng.choice(reason.split(split == "held_out")[form])
            text, names = fact.text, fact.names
            slots = _slots(rng, fact)
            end = {"does": "", "doing": ".for", "want": ".to"}[form]
            if rng.random() < 0.35:
                noun = book.text(rng, "noun.image")
                phrase = first = book.text(rng, f"reason.which{end}", it=f"this {noun}", noun=noun, **slots)
            else:
                phrase = book.text(rng, f"reason.np{end}", **slots)
        if form in ("doing", "want"):  # "something for flying to the moon" is no astronaut
            names = tuple(name for name in names if atlas.entry(name).group not in ("people", "animals"))
        made = _scene(rng, split, text, names)
        if made is not None:
            shot, name = made
            ids = tuple(thing.id for thing in shot.scene.things if thing.name == name)
            return shot, Hint(form, phrase, first.strip(), ids, name, reason.article(name))
    raise RuntimeError(f"no scene for a hint was found in {_TRIES} attempts")


def _slots(rng: Random, fact: reason.Fact) -> dict[str, str]:
    head = rng.choice(fact.heads)
    rel = rng.choice(("who", "that")) if fact.person else rng.choice(("that", "that", "which"))
    return {
        "head": head,
        "rel": rel,
        "some": "someone" if fact.person else "something",
        "pro": "he or she" if fact.person else "it",
        fact.form: fact.text,
    }


def _scene(rng: Random, split: Split, text: str, names: tuple[str, ...]) -> tuple[Shot, str] | None:
    """Return a scene with one of *names* among things that *text* does not fit, and that name."""
    known = [name for name in names if name in cast(split)]
    growing = any(atlas.entry(name).group in ("plants", "places", "sky", "food") for name in known)
    back = scenery.backdrop(rng, flat=1.0 if growing else 0.6)  # meadows and gardens are full of what needs water
    home = frozenset(scenery.at_home(split, back.kind, False))
    known = [name for name in known if name in home]
    others = [name for name in apart(split, text, names) if name in home and atlas.entry(name).subgroup != "buildings"]
    if not known or len(others) < 3:
        return None
    new = [name for name in others if name in kept_back()]
    chosen = rng.sample(others, min(len(others), rng.randint(2, 4)))
    if split == "held_out" and known[0] not in kept_back():
        if not new:
            return None
        chosen[0] = rng.choice(new)
    name = rng.choice(known)
    made = scenery.shot(rng, split, [Part(name), *(Part(other) for other in dict.fromkeys(chosen))], back)
    clean = None if made is None else tidied(made, ("thing",))
    return None if clean is None else (clean, name)
