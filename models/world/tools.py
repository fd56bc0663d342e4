"""What the experts that change pictures share: the atlas, the finder of names and the reader of phrases as one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.world.which import Knowledge
from models.world.wish import Wish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Tools:
    """*know* what things are, *read* what a phrase asks for ("two red birds"), *sprite* a name's picture, uint8 [h, w, 4] RGBA
    with straight alpha, and *near* names that may have been meant by words that name nothing."""

    know: Knowledge
    read: Callable[[str], Wish]
    sprite: Callable[[str], NDArray[np.uint8]]
    near: Callable[[str], tuple[str, ...]] = lambda words: ()


def tools(device: str = "cpu") -> Tools:
    """Return the tools of the atlas; names are found by meaning too where the sentence encoder is there. Cheap: the encoder's
    weights are loaded when the first unknown word is looked up."""
    from models.reader import shared_embedder
    from models.world import atlas
    from models.world.find import find, suggest
    from models.world.read import read

    embed = shared_embedder(device)

    know = Knowledge(lambda words: find(words, embed), atlas.entry, atlas.aspect)
    return Tools(know, lambda words: read(words, embed=embed), atlas.sprite, lambda words: suggest(words, embed))
