"""Chooses what a caption leaves open: the backdrop that suits the things, how large they are drawn, where they are at home."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from models.world import walls
from models.world.scene import AROUND, FLAT, INDOOR

HEAD_ALONE = 0.6
"""Of whom only head and shoulders are drawn, this much of a whole person's size, so that a child is not larger than its father."""
_SUITS: dict[str, frozenset[str]] = {
    "space": frozenset(("rocket", "ufo", "satellite", "saturn", "alien", "space invader", "shooting star", "astronaut")),
    "underwater": frozenset(("octopus", "shark", "tropical fish", "blowfish", "jellyfish", "squid", "coral", "fish", "mermaid", "merman")),
    "sea": frozenset(("whale", "spouting whale", "dolphin", "surfer", "swimmer")),
    "lake": frozenset(("duck", "swan", "canoe", "otter", "beaver", "frog", "flamingo", "rower")),
    "snow": frozenset(("penguin", "polar bear", "snowman", "snowman in snow", "sled", "skis", "seal", "skier", "snowboarder", "snowflake")),
    "desert": frozenset(("camel", "two-humped camel", "cactus", "scorpion")),
    "beach": frozenset(("crab", "palm tree", "bikini", "swimsuit", "seashell", "beach umbrella", "lifebuoy")),
    "farm": frozenset(("cow", "pig", "chicken", "rooster", "sheep", "goat", "tractor", "farmer", "ox", "turkey", "wheat")),
    "room": frozenset(("bed", "sofa", "television", "bathtub", "toilet", "door", "computer", "teddy bear", "chair", "mirror", "window", "picture", "clock", "calendar",
                       "christmas tree", "balloon", "gift", "birthday cake", "party popper", "confetti", "piano")),
    "forest": frozenset(("bear", "owl", "deer", "fox", "wolf", "raccoon", "hedgehog", "mushroom", "squirrel", "moose", "bat", "witch")),
    "stage": frozenset(("guitar", "drum", "violin", "saxophone", "trumpet", "microphone", "accordion", "singer", "dancer", "clown")),
    "city": frozenset(("office building", "hotel", "department store", "tokyo tower", "statue of liberty", "superhero")),
    "kitchen": frozenset(("chef",)),
}  # fmt: skip


_WEIGHTS = {
    "space": 1.6,
    "underwater": 1.6,
    "sea": 1.6,
    "snow": 1.6,
    "desert": 1.6,
    "meadow": 0.6,
    "table": 0.9,
    "gradient": 0.5,
}
"""How much a thing's home counts: most are at home on a meadow, few under water."""


def backdrop_for(names: Sequence[str], entry: Callable[[str], Any], rng: random.Random) -> str:
    """Return the kind of backdrop in which most of *names* are at home; the same for the same *rng*."""
    votes: dict[str, float] = {}
    for name in names:
        kind = home_of(name, entry(name))
        votes[kind] = votes.get(kind, 0.0) + (0.7 if name in walls.HANGING else _WEIGHTS.get(kind, 1.0))
    if any(_outdoors(entry(name)) for name in names):  # a kite and a tree are in no room
        votes = {kind: count for kind, count in votes.items() if kind not in INDOOR}
    elif any(name in _FURNITURE for name in names):  # and however many cats lie on it, a sofa is
        return "room"
    best = max(votes.values(), default=0.0)
    kind = next((kind for kind, count in votes.items() if count == best), "meadow")
    return rng.choice(("meadow", "meadow", "garden", "mountains")) if kind == "meadow" else kind


_FURNITURE = ("bed", "sofa", "bathtub", "toilet", "television", "piano")
_LAND = ("mountain", "snowy mountain", "volcano", "mount fuji", "campsite", "island", "beach umbrella", "wave")


def _outdoors(entry: Any) -> bool:
    """Return whether a thing is never found in a house: what is of the sky or built, and large plants, beasts and vehicles."""
    large = entry.group in ("plants", "animals", "vehicles") and entry.metres >= 2.5
    return entry.group == "sky" or entry.subgroup == "buildings" or entry.name in _LAND or large


def home_of(name: str, entry: Any) -> str:
    """Return the backdrop where one thing is at home."""
    for kind, names in _SUITS.items():
        if name in names:
            return kind
    if entry.group in ("shapes", "faces"):
        return "gradient"
    if entry.habitat == "sky" and entry.group == "things":
        return "meadow"
    if entry.habitat == "table" or entry.group == "food":
        return "table"
    if entry.subgroup == "on the road":
        return "street"
    if entry.habitat == "water":
        return "sea"
    if entry.subgroup == "in the air":
        return "sky"
    if entry.group == "things":
        return "room" if entry.metres > 0.4 else "table"
    return "meadow"


_IN_THE_SKY = {"star": 0.14, "glowing star": 0.16, "spinning star": 0.16, "sparkles": 0.16, "snowflake": 0.12, "drop": 0.1, "cloud": 0.4, "rain cloud": 0.4,
               "snow cloud": 0.4, "thundercloud": 0.42, "thunderstorm": 0.42, "sun behind cloud": 0.4, "rainbow": 0.66, "tornado": 0.62,
               "lightning": 0.34, "snowman": 0.42, "snowman in snow": 0.5, "explosion": 0.4, "saturn": 0.36}  # fmt: skip


def usual_size(entry: Any) -> float:
    """Return how large a thing is drawn beside others, as a fraction of the shorter side: real sizes, softened by a
    logarithm, so that an ant beside an elephant is still to be seen. What is in the sky is drawn as large as it looks."""
    if entry.group == "sky":
        return _IN_THE_SKY.get(entry.name, 0.26)
    share = HEAD_ALONE if entry.bust else 1.0
    return min(0.86, max(0.1, (0.9 * float(entry.typical) - 0.06) * share))


def scale_for(sizes: Sequence[tuple[float, float]], wide: float, high: float, ground: float) -> float:
    """Return the common factor that lets bodies of *sizes* (width, height) fill a frame of *wide* x *high* well: a fifth of it
    for one, up to nearly half for several, less for a crowd that must stand on the *ground* (its height), and none larger
    than two thirds of the frame. All in one unit."""
    if not sizes:
        return 1.0
    covered = sum(w * h for w, h in sizes)
    share = min(0.46, 0.19 + 0.045 * len(sizes)) * wide * high
    if len(sizes) > 8:
        share = min(share, 0.46 * wide * (ground + 0.5 * math.sqrt(share / len(sizes))))
    return min(math.sqrt(share / covered), *(min(0.68 * wide / w, 0.68 * high / h) for w, h in sizes))


def zone_of(entry: Any, doing: str, kind: str) -> str:
    """Return where a thing is at home before a backdrop of *kind*: "ground", "sky", "wall" (hanging), "base" (in the wall, from
    the floor up) or "float"."""
    words = doing.split()
    if kind in AROUND or kind == "sky":
        return "float"
    if any(word.startswith(("fly", "flies", "flew", "float", "soar", "hover", "glid")) for word in words):
        return "sky"
    if any(
        word.startswith(("sit", "stand", "walk", "perch", "land", "park", "rest", "sleep", "run")) for word in words
    ):
        return "ground"
    if walled := walls.zone(entry.name, kind):
        return walled
    if entry.habitat == "sky":
        return "float" if kind in INDOOR or kind in FLAT else "sky"
    return "ground"


def flips(entry: Any) -> bool:
    """Return whether the mirror image of a thing is as good: yes for what lives or drives, no for what bears writing."""
    return entry.facing in ("left", "right") and (
        entry.group in ("animals", "people", "vehicles", "plants")
        and entry.name not in ("ambulance", "police car", "taxi")
    )
