"""The atlas of the picture book: its objects' names, what is known of each, and their pictures.

``assets/world`` holds pages of sprites and ``names.json``, both made by ``python -m training.sprites``. The names are read
at first use; a page is decoded when one of its sprites is first asked for.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.plurals import plural_of, uncounted

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "world"


@dataclass(frozen=True)
class Entry:
    """What is known of one object.

    *habitat* is "ground", "sky", "water", "table" or "any"; *metres* the real length of its longer side; *facing* the way its
    picture looks: "left", "right" or "front"; *sound* "" or a class of ``models.world.sounds``; *worn* "" or the part of
    a body that wears it: "head", "face", "neck", "body", "hands", "feet". *kinds* complete "it is a kind of ...", *uses* "it
    is used for ...", *properties* "it ...". *colours* are plain names, the largest first. *synonyms* mean the object; words that it
    only stands in for, as a leopard for a cheetah, are *near*. *head* tells where a picture of a living thing has its head, for
    hats and glasses: the middle of the crown from the left and from the top, the head's width, and the eyes from the top, in
    fractions of the sprite's width (first, third) and height (second, fourth); () where it has none or it is not known.
    """

    name: str
    group: str
    subgroup: str
    plural: str
    synonyms: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    habitat: str = "any"
    metres: float = 0.3
    facing: str = "front"
    sound: str = ""
    worn: str = ""
    head: tuple[float, ...] = ()
    kinds: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    bust: bool = False
    """Whether only a head, or head and shoulders, of a living thing is pictured."""
    emoji: tuple[str, ...] = ()
    """The emoji that stand for it, in the plain form of ``models.world.emoji``, its own picture first."""
    size: tuple[int, int] = (128, 128)
    """Pixels across and down of its sprite."""
    place: int = 0
    """Its cell, counted through all pages."""

    @property
    def typical(self) -> float:
        """The real size on a scale of 0 (one centimetre and less) to 1 (a hundred metres and more), by the logarithm."""
        return min(1.0, max(0.0, math.log10(self.metres / 0.01) / 4))


def names() -> tuple[str, ...]:
    """Return the canonical names of all objects, in the order of the atlas (kin stand together)."""
    return tuple(_table()[1])


def entry(name: str) -> Entry:
    """Return what is known of *name*. Raises KeyError for a word that is no canonical name (``find`` turns words into names)."""
    return _table()[1][name]


def several(name: str) -> str:
    """Return the plural of a *name*: that of the atlas ("grapes", "men raising their hands") or, where it does not know the name, as English
    usually makes it, and the name itself where it is not counted."""
    known = _table()[1].get(name)
    return known.plural if known is not None else name if uncounted(name) else plural_of(name)


def entries() -> tuple[Entry, ...]:
    """Return all entries in the order of ``names``."""
    return tuple(_table()[1].values())


def aspect(name: str) -> float:
    """Return width over height of the sprite of *name*, without decoding it. Raises KeyError for an unknown name."""
    width, height = entry(name).size
    return width / height


@lru_cache(maxsize=512)
def sprite(name: str) -> NDArray[np.uint8]:
    """Return the picture of *name*: uint8 [h, w, 4], RGBA with straight alpha, tightly cropped, its longer side 128 pixels.

    The array is shared and read-only. Raises KeyError for an unknown name, OSError when the pages are missing.
    """
    known = entry(name)
    layout = _table()[0]
    cell, across = layout["cell"], layout["across"]
    page, index = divmod(known.place, across**2)
    top, left = index // across * cell, index % across * cell
    width, height = known.size
    cut = _page(page)[top : top + height, left : left + width].copy()
    cut.setflags(write=False)
    return cut


@lru_cache(maxsize=4)
def _page(number: int) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(FOLDER / f"sprites-{number:02d}.webp") as page:
        return np.asarray(page.convert("RGBA"))


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, int], dict[str, Entry]]:
    """Return the layout of the pages and the entries by name."""
    raw = json.loads((FOLDER / "names.json").read_text(encoding="utf-8"))
    known = {name: _entry(name, facts) for name, facts in raw["objects"].items()}
    return {"cell": raw["cell"], "across": raw["across"]}, known


def _entry(name: str, facts: dict[str, Any]) -> Entry:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()}
    return Entry(name=name, **values)
