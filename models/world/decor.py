"""Says which decoration a backdrop must leave out, so that what is counted in a caption is not painted once more behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from models.world.lexicon import singulars
from models.world.scene import DECOR
from models.world.walls import HANGING, STANDING

_KINDS: dict[str, frozenset[str]] = {
    "tree": frozenset(("tree", "pine tree", "palm tree", "christmas tree", "bonsai", "tree stump")),
    "cactus": frozenset(("cactus",)),
    "house": frozenset(("house", "house with garden", "row of houses", "ruined house", "hut")),
    "mountain": frozenset(("mountain", "snowy mountain", "volcano", "mount fuji")),
    "sun": frozenset(("sun", "smiling sun", "sun behind cloud", "sun behind a rain cloud")),
    "moon": frozenset(("moon", "full moon", "moon with a face", "crescent moon with a face", "half-lit moon", "dark moon")),
    "star": frozenset(("star", "glowing star", "spinning star", "shooting star")),
    "cloud": frozenset(("cloud", "rain cloud", "snow cloud", "thundercloud", "thunderstorm", "sun behind cloud", "sun behind a rain cloud")),
    "planet": frozenset(("saturn", "globe", "american globe")),
    "island": frozenset(("island",)),
    "shell": frozenset(("seashell",)),
    "coral": frozenset(("coral",)),
    "window": frozenset(("window",)),
    "picture": frozenset(("picture",)),
    "jar": frozenset(("jar",)),
}  # fmt: skip
_WET = frozenset(("anchor", "lifebuoy"))
"""What goes with boats and is none."""
_MADE_OF = {"forest": "tree", "street": "house", "city": "house", "mountains": "mountain"}
"""Backdrops that would be nothing without their decoration: they keep it."""


def left_out(names: Iterable[str], entry: Callable[[str], Any], unwanted: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the kinds of decoration, of :data:`models.world.scene.DECOR`, that *names* of the atlas belong to, and those
    that the words *unwanted* ("trees") name; *entry* gives the facts about a name."""
    found = {kind for name in names for kind in _kinds(name, entry(name))}
    found |= {single for words in unwanted for single in singulars(words.rsplit(" ", 1)[-1])}
    return tuple(kind for kind in DECOR if kind in found)


def _kinds(name: str, entry: Any) -> list[str]:
    kinds = [kind for kind, names in _KINDS.items() if name in names]
    if name in HANGING or name in STANDING:  # they want the wall for themselves
        kinds += ["window", "picture"]
    if entry.subgroup == "flowers":
        kinds.append("flower")
    if entry.subgroup == "on water" and name not in _WET:
        kinds.append("boat")
    return kinds


def crowded(kind: str, without: Iterable[str]) -> bool:
    """Return whether a backdrop of *kind* consists of what it shall be *without*: a forest of trees, a street of houses."""
    return _MADE_OF.get(kind) in tuple(without)
