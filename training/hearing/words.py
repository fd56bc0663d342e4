"""By which words the classes of sounds are taught, and which words are kept from training."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from models.senses import naming
from models.world import hear

from training.truth.words import unseen
from training.vision.words import ALIKE, Lexicon


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[str, ...]]:
    """Return the phrases of each class, its own name first."""
    found: dict[str, list[str]] = {}
    for name, phrase in hear.phrases():
        found.setdefault(name, []).append(phrase)
    return {name: tuple(dict.fromkeys(phrases)) for name, phrases in found.items()}


def taught(name: str) -> tuple[str, ...]:
    """Return the words by which the class *name* is taught: its name, and those others that are not kept back by their hash."""
    own, *others = _phrases()[name]
    return (own, *(word for word in others if not unseen(word)))


def kept(name: str) -> tuple[str, ...]:
    """Return the words of the class *name* that are kept from training and share no word with those it is taught by."""
    said = {part for word in taught(name) for part in word.split()}
    return tuple(word for word in _phrases()[name][1:] if unseen(word) and not said & set(word.split()))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return all classes with the vectors of the words that they are taught by, the name of each first."""
    names = naming.sounds().words
    vectors = dict(zip(hear.phrases(), hear.vectors(), strict=True))
    words = [(name, word) for name in names for word in taught(name)]
    owners = np.array([names.index(name) for name, _ in words], np.int64)
    first = naming.sounds().vectors
    near = (first @ first.T > ALIKE) & ~np.eye(len(names), dtype=np.bool_)
    return Lexicon(names, np.stack([vectors[word] for word in words]), owners, near)
