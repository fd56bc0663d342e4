"""A small atlas of flat shapes with known facts, so that changes of scenes are tested without the shipped pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from models.world.lexicon import singulars
from models.world.read import read
from models.world.tools import Tools
from models.world.which import Knowledge


@dataclass(frozen=True)
class Facts:
    name: str
    group: str = "things"
    subgroup: str = "toys"
    synonyms: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    habitat: str = "ground"
    typical: float = 0.4
    facing: str = "front"
    worn: str = ""
    kinds: tuple[str, ...] = ()
    head: tuple[float, ...] = ()
    aspect: float = 1.0
    bust: bool = False


@dataclass(frozen=True)
class Match:
    name: str
    score: float = 1.0
    exact: bool = True


FACTS = {
    f.name: f
    for f in (
        Facts("cat", "animals", "mammals", ("kitty",), ("yellow",), facing="left", kinds=("animal", "pet"), aspect=0.9),
        Facts("dog", "animals", "mammals", (), ("brown",), kinds=("animal", "pet"), aspect=0.9),
        Facts("bird", "animals", "birds", (), ("blue",), habitat="sky", kinds=("animal",), typical=0.25),
        Facts("man", "people", "people", (), (), kinds=("person",), typical=0.55, aspect=0.4),
        Facts("tree", "plants", "trees", (), ("green",), kinds=("plant",), typical=0.75, aspect=0.95),
        Facts("pizza", "food", "meals", (), ("orange",), kinds=("food",), typical=0.3),
        Facts("cake", "food", "sweets", (), (), kinds=("food",), typical=0.3),
        Facts("hat", subgroup="clothes", worn="head", kinds=("clothing",), typical=0.3, aspect=1.2),
        Facts("balloon", habitat="sky", colours=("red",), typical=0.3, aspect=0.6),
        Facts("sailboat", "vehicles", synonyms=("boat",), colours=("white",), typical=0.6),
    )
}


def find(words: str, embed: object = None) -> Match | None:
    words = words.removeprefix("the ").removeprefix("a ")
    for form in singulars(words):
        for facts in FACTS.values():
            if form == facts.name or form in facts.synonyms:
                return Match(facts.name)
    return None


def aspect(name: str) -> float:
    return FACTS[name].aspect


KNOW = Knowledge(find, FACTS.__getitem__, aspect)
READ = partial(read, find=find)
COLOURS = {"cat": (230, 180, 40), "dog": (150, 100, 60), "bird": (60, 120, 220), "tree": (40, 140, 50), "pizza": (230, 140, 40),
           "cake": (240, 220, 200), "hat": (40, 40, 50), "balloon": (220, 40, 40), "man": (210, 170, 140), "sailboat": (240, 240, 240)}  # fmt: skip


def sprite(name: str) -> np.ndarray:
    """A filled ellipse in the thing's colour, uint8 [h, w, 4], its longer side 64 px."""
    shape = aspect(name)
    wide, high = (64, round(64 / shape)) if shape >= 1 else (round(64 * shape), 64)
    ys, xs = np.mgrid[:high, :wide]
    inside = ((xs - wide / 2 + 0.5) / (wide / 2)) ** 2 + ((ys - high / 2 + 0.5) / (high / 2)) ** 2 <= 1
    out = np.zeros((high, wide, 4), np.uint8)
    out[inside] = (*COLOURS[name], 255)
    return out


TOOLS = Tools(KNOW, READ, sprite, lambda words: ("sailboat",) if words.startswith("sail") else ())
