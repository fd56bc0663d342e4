"""Which things the vision tower learns, by which words, and which things and words are kept from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from models.reader import shared_embedder
from models.world import atlas
from numpy.typing import NDArray

from training.truth.words import cast, names_of, unseen

ALIKE = 0.9
"""Two things whose names are as near as this (cosine) are not told apart: neither counts as wrong for the other."""


def taught(name: str) -> tuple[str, ...]:
    """Return the words by which the thing *name* is taught: its name, its plural, and those synonyms that are not kept back."""
    entry = atlas.entry(name)
    return tuple(dict.fromkeys((name, entry.plural, *(word for word in entry.synonyms if not unseen(word)))))


def kept(name: str) -> tuple[str, ...]:
    """Return the synonyms of the thing *name* that are kept from training and share no word with those that it is taught by."""
    said = {part for word in taught(name) for part in word.split()}
    return tuple(w for w in names_of(atlas.entry(name))[1:] if unseen(w) and not said & set(w.split()))


@dataclass(frozen=True)
class Lexicon:
    """*names*: the things that are taught. *vectors* float32 [m, 384]: where each of their words lies for the sentence encoder,
    unit length; *owners* int64 [m]: whose word it is, by its place among *names*, in order. *near* bool [n, n]: which two
    different things' names lie so close that they are not told apart."""

    names: tuple[str, ...]
    vectors: NDArray[np.float32]
    owners: NDArray[np.int64]
    near: NDArray[np.bool_]

    def drawn(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the vector of one word of each thing, its name in half of all draws: float32 [n, 384]."""
        counts = np.bincount(self.owners, minlength=len(self.names))
        starts = np.cumsum(counts) - counts
        other = (rng.random(len(counts)) * counts).astype(np.int64)
        return np.asarray(self.vectors[starts + other * (rng.random(len(counts)) < 0.5)])

    @property
    def first(self) -> NDArray[np.float32]:
        """The vector of each thing's own name, float32 [n, 384]."""
        return np.asarray(self.vectors[np.searchsorted(self.owners, np.arange(len(self.names)))])


def lexicon(names: Sequence[str] | None = None) -> Lexicon:
    """Return the lexicon of *names*, None for all that training may show. Raises ValueError without the sentence encoder."""
    embed = shared_embedder()
    if embed is None:
        raise ValueError("The sentence encoder is not there: make it with python -m training.text_encoder first.")
    chosen = tuple(cast("train") if names is None else names)
    words = [(word, place) for place, name in enumerate(chosen) for word in taught(name)]
    order = sorted(range(len(words)), key=lambda n: len(words[n][0]))  # words of one length need no padding in a batch
    vectors = np.empty((len(words), 384), np.float32)
    vectors[order] = embed([words[n][0] for n in order])
    made = Lexicon(chosen, vectors, np.array([place for _, place in words], np.int64), np.zeros((0, 0), np.bool_))
    near = (made.first @ made.first.T > ALIKE) & ~np.eye(len(chosen), dtype=np.bool_)
    return Lexicon(made.names, made.vectors, made.owners, near)
