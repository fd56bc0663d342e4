"""Chooses what a caption leaves open: the backdrop that suits the things, how large they are drawn, where they are at home."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from models.world.scene import AROUND, FLAT, INDOOR

_SUITS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("rocket", "flying saucer", "satellite", "ringed planet", "comet", "alien", "milky way", "shooting star")), "space"),
    (frozenset(("octopus", "shark", "tropical fish", "blowfish", "jellyfish", "squid", "coral", "fish")), "underwater"),
    (frozenset(("sailboat", "ship", "ferry", "passenger ship", "speedboat", "motor boat", "whale", "spouting whale", "dolphin")), "sea"),
    (frozenset(("duck", "swan", "canoe", "otter", "beaver", "frog", "flamingo")), "lake"),
    (frozenset(("penguin", "polar bear", "snowman", "snowman without snow", "sled", "skis", "seal")), "snow"),
    (frozenset(("camel", "two-hump camel", "cactus", "scorpion")), "desert"),
    (frozenset(("crab", "palm tree", "bikini", "turtle", "spiral shell")), "beach"),
    (frozenset(("cow", "pig", "chicken", "rooster", "ewe", "goat", "tractor", "farmer")), "farm"),
    (frozenset(("bed", "couch and lamp", "television", "bathtub", "toilet", "door", "desktop computer", "teddy bear")), "room"),
    (frozenset(("bear", "owl", "deer", "fox", "wolf", "raccoon", "hedgehog", "mushroom")), "forest"),
    (frozenset(("guitar", "drum", "violin", "saxophone", "trumpet", "microphone", "accordion")), "stage"),
)  # fmt: skip
_TABLE_GROUPS = ("food", "dishware", "drink", "book", "writing", "office", "computer", "phone", "science", "medical")


def backdrop_for(names: Sequence[str], entry: Callable[[str], Any], rng: random.Random) -> str:
    """Return the kind of backdrop in which most of *names* are at home; the same for the same *rng*."""
    votes: dict[str, float] = {}
    for name in names:
        kind = home_of(name, entry(name))
        votes[kind] = votes.get(kind, 0.0) + (1.6 if kind in ("space", "underwater", "sea", "snow", "desert") else 1.0)
    best = max(votes.values(), default=0.0)
    kind = next((kind for kind, count in votes.items() if count == best), "meadow")
    return rng.choice(("meadow", "meadow", "garden", "mountains")) if kind == "meadow" else kind


def home_of(name: str, entry: Any) -> str:
    """Return the backdrop where one thing is at home."""
    for names, kind in _SUITS:
        if name in names:
            return kind
    subgroup = str(entry.subgroup)
    if entry.habitat == "table" or entry.group == "food" or any(word in subgroup for word in _TABLE_GROUPS):
        return "table"
    if "transport-ground" in subgroup:
        return "street"
    if entry.habitat == "water":
        return "sea"
    if entry.habitat == "sky" and "transport-air" in subgroup:
        return "sky"
    if entry.group == "things":
        return "room" if entry.metres > 0.25 else "table"
    return "meadow"


def usual_size(entry: Any) -> float:
    """Return how large a thing is drawn beside others, as a fraction of the shorter side: real sizes, softened by a
    logarithm, so that an ant beside an elephant is still to be seen."""
    return min(0.86, max(0.1, 0.9 * float(entry.typical) - 0.06))


def scale_for(sizes: Sequence[tuple[float, float]], wide: float, high: float) -> float:
    """Return the common factor that lets bodies of *sizes* (width, height) fill a frame of *wide* x *high* well: a fifth of it
    for one, up to nearly half for many, and none larger than two thirds of the frame. All in one unit."""
    if not sizes:
        return 1.0
    covered = sum(w * h for w, h in sizes)
    share = min(0.46, 0.19 + 0.045 * len(sizes)) * wide * high
    return min(math.sqrt(share / covered), *(min(0.68 * wide / w, 0.68 * high / h) for w, h in sizes))


def zone_of(entry: Any, doing: str, kind: str) -> str:
    """Return where a thing is at home before a backdrop of *kind*: "ground", "sky" or "float"."""
    words = doing.split()
    if kind in AROUND or kind == "sky":
        return "float"
    if any(word.startswith(("fly", "flies", "flew", "float", "soar", "hover", "glid")) for word in words):
        return "sky"
    if any(
        word.startswith(("sit", "stand", "walk", "perch", "land", "park", "rest", "sleep", "run")) for word in words
    ):
        return "ground"
    if entry.habitat == "sky":
        return "float" if kind in INDOOR or kind in FLAT else "sky"
    return "ground"


def flips(entry: Any) -> bool:
    """Return whether the mirror image of a thing is as good: yes for what lives or drives, no for what bears writing."""
    return entry.facing in ("left", "right") and (
        entry.group in ("animals", "people") or "transport" in entry.subgroup or "plant" in entry.subgroup
    )
