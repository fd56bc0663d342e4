"""Reading where something shall be: "in the top left", "next to the tree", "in the sky", "a bit to the right"."""

from __future__ import annotations

import re
from dataclasses import dataclass

SIDES: dict[str, tuple[float, float]] = {
    "left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1), "upper": (0, -1), "lower": (0, 1), "middle": (0, 0),
    "centre": (0, 0), "center": (0, 0), "up": (0, -1), "down": (0, 1), "upwards": (0, -1), "downwards": (0, 1), "higher": (0, -1),
    "lower down": (0, 1), "higher up": (0, -1), "leftwards": (-1, 0), "rightwards": (1, 0),
}  # fmt: skip
"""Which way each word points: x to the right, y down."""
RELATIONS: dict[str, str] = {
    "to the left of": "left", "on the left of": "left", "on the left side of": "left", "left of": "left", "at the left of": "left",
    "to the right of": "right", "on the right of": "right", "on the right side of": "right", "right of": "right",
    "on top of": "on", "onto": "on", "upon": "on", "on to": "on", "on": "on", "above": "above", "over": "above",
    "below": "below", "under": "below", "underneath": "below", "beneath": "below", "in front of": "front", "before": "front",
    "behind": "behind", "in back of": "behind", "at the back of": "behind", "next to": "next", "beside": "next", "besides": "next",
    "by": "next", "near": "next", "close to": "next", "closer to": "next", "alongside": "next", "at": "next", "to": "next",
    "with": "next", "nearer to": "next", "towards": "next", "inside of": "in", "inside": "in", "into": "in", "in": "in",
    "within": "in", "around": "around", "all around": "around", "between": "between", "from": "from",
}  # fmt: skip
"""The one word for each way of standing to another thing."""
ZONES: dict[str, str] = {
    "sky": "sky", "air": "sky", "clouds": "sky", "heavens": "sky", "ground": "ground", "grass": "ground", "floor": "ground",
    "meadow": "ground", "lawn": "ground", "field": "ground", "sand": "ground", "snow": "ground", "street": "ground",
    "road": "ground", "table": "ground", "water": "ground", "sea": "ground", "lake": "ground", "background": "far",
    "distance": "far", "back": "far", "horizon": "far", "foreground": "near", "front": "near",
}  # fmt: skip
"""Parts of a scene that have no box of their own: up in it, on its ground, far off or close by."""
_FRAME = r"(?: (?:of|in) (?:the |this |my )?(?:picture|image|photo|photograph|frame|scene|drawing|painting|canvas|page|screen))?"
_PART = r"(?: (?:corner|side|edge|half|part|area|end|third|hand side))?"
_AMOUNT = (
    r"(?:(?P<amount>a little bit|a little|a bit|slightly|a tad|much|a lot|far|way|further|farther|more|all the way) )?"
)
_WORDS = "|".join(sorted(SIDES, key=len, reverse=True))
_SIDE = re.compile(rf"{_AMOUNT}(?:(?:in|at|on|to|into|towards|near) )?(?:the )?(?:far |very )?(?P<one>{_WORDS})(?:[ -](?P<two>left|right|middle|centre|center))?"
                   rf"{_PART}{_FRAME}(?: (?P<after>a little bit|a little|a bit|slightly|a tad|a lot))?")  # fmt: skip
_ZONE = re.compile(
    rf"(?:(?:high |low |up |far |out )*(?:in|on|onto|into|to|at|across|over|through|up in) )?(?:the |a )?(?P<zone>{'|'.join(ZONES)}){_FRAME}"
)
_WALL = re.compile(
    r"(?:up |high |high up )?(?:on|onto|on to|to|at) (?:the |a |this |that )?(?:(?P<side>left|right)(?:[ -]hand)? |back |far |bare |empty )?walls?"
)
_CEILING = re.compile(r"(?:down )?(?:from|on|at|to|under|below) (?:the |a )?ceiling")
_MARKED = re.compile(r"(?:right |just |over )?(?:here|there|(?:in|into|on|inside|within|at) (?:the |this |that |my )?(?:box|rectangle|"
                     r"(?:marked |selected |circled |drawn )?(?:region|area|place|spot|part|mask|circle|selection)(?: ?#\d+)?)|"
                     r"(?:in|at|inside|on|into) (?:region|mask) ?#?\d+|where i (?:marked|drew|circled|clicked|pointed)(?: it)?)")  # fmt: skip
_RELATION = re.compile(
    rf"(?:right |just |directly |close |somewhere |standing |sitting |lying |flying |floating )?(?P<how>{'|'.join(sorted(map(re.escape, RELATIONS), key=len, reverse=True))}) (?P<whom>.+)"
)
_LOOSE = re.compile(rf"(?:the )?(?:{_WORDS})(?: (?:corner|side|edge|half|part))?(?: (?:of|from|to|in|on|at)\b.*)?$")
_FIXED = re.compile(r"^(?:in|at|on) |\b(?:corner|side|edge|half|part|area|end|third|top|bottom)\b")
_LITTLE, _MUCH = (
    ("a little bit", "a little", "a bit", "slightly", "a tad"),
    ("much", "a lot", "far", "way", "all the way"),
)


@dataclass(frozen=True)
class Place:
    """Where something shall be. *kind* is "side" (*side* points there, -1..1 in x and y; not *fixed* where
    the words also say "further that way", by *strength* 0.5 for a bit and 2 for a lot), "zone" (*zone* "sky", "ground", "wall", "ceiling", "far" or
    "near", by the word *whom*; *side* of a wall), "marked" (the region), or "relation": *how* it stands to *whom*,
    for "between" to *other* as well."""

    kind: str
    side: tuple[float, float] = (0.0, 0.0)
    strength: float = 1.0
    fixed: bool = True
    zone: str = ""
    how: str = ""
    whom: str = ""
    other: str = ""


def read_place(words: str) -> Place | None:
    """Return the place that all of *words* (lower case) stands for, or None."""
    words = words.strip(" ,.!?")
    if _MARKED.fullmatch(words):
        return Place("marked")
    if match := _SIDE.fullmatch(words):
        x, y = SIDES[match["one"]]
        x += SIDES[match["two"]][0] if match["two"] else 0
        said = match["amount"] or match["after"] or ""
        fixed = bool(match["two"] or (x, y) == (0, 0) or _FIXED.search(words))
        return Place("side", (x, y), 0.5 if said in _LITTLE else 2.0 if said in _MUCH else 1.0, fixed)
    if match := _WALL.fullmatch(words):
        return Place("zone", SIDES[match["side"]] if match["side"] else (0.0, 0.0), zone="wall", whom="wall")
    if _CEILING.fullmatch(words):
        return Place("zone", zone="ceiling", whom="ceiling")
    if match := _ZONE.fullmatch(words):
        return Place("zone", zone=ZONES[match["zone"]], whom=match["zone"])
    if match := _RELATION.fullmatch(words):
        how, whom = RELATIONS[match["how"]], match["whom"].strip()
        if how == "from" or _LOOSE.match(whom):
            return None
        if how == "between":
            one, _, other = whom.partition(" and ")
            return Place("relation", how=how, whom=one.strip(), other=other.strip()) if other else None
        return Place("relation", how=how, whom=whom)
    return None


def split_place(words: str) -> tuple[str, Place | None]:
    """Return what stands before the place in *words* and the place: the longest ending that is one, nothing else left over."""
    for match in re.finditer(r"(?:^| )(?=\S)", words):
        place = read_place(words[match.end() :])
        if place is not None and not (
            place.how in ("next", "in") and _partitive(words[: match.start()], words[match.end() :])
        ):
            return words[: match.start()].strip(" ,"), place
    return words.strip(" ,"), None


def _partitive(before: str, tail: str) -> bool:
    """Return whether *tail* belongs to the name before it: "a glass with a straw", "a man in a suit"."""
    return (
        tail.startswith(("with ", "by ", "to ", "at "))
        and not re.search(r" the | it$| him$| her$", f"{tail[:12]} ")
        and bool(before)
    )
