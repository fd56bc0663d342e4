"""Names of what is perceived: the word that lies nearest, in the space of the sentence encoder, to what an encoder says of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Names:
    """*words* and the unit *vectors* of each, float32 [n, width]."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]

    def nearest(self, phrases: NDArray[np.floating]) -> NDArray[np.intp]:
        """Return which of the words lies nearest to each of *phrases* [m, width]."""
        return np.asarray((np.asarray(phrases, np.float32) @ self.vectors.T).argmax(1))

    def of(self, phrases: NDArray[np.floating]) -> tuple[str, ...]:
        """Return the word nearest to each of *phrases* [m, width]."""
        return tuple(self.words[int(n)] for n in self.nearest(phrases))


@lru_cache(maxsize=1)
def things() -> Names:
    """Return the names of all things of the atlas. Raises ValueError when their kept vectors are of other words."""
    from models.world import atlas, find

    return Names(atlas.names(), find.name_vectors())


@lru_cache(maxsize=1)
def sounds() -> Names:
    """Return the names of all classes of sounds. Raises ValueError when their kept vectors are of other words."""
    from models.world import hear

    firsts: dict[str, int] = {}
    for n, (name, _) in enumerate(hear.phrases()):
        firsts.setdefault(name, n)
    return Names(tuple(firsts), np.asarray(hear.vectors()[list(firsts.values())], np.float32))
