"""Whether what follows "and" in a caption goes on with what was said, or begins a clause of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.world.holding import alive, aloft
from models.world.tags import Tag

_FRAMED = re.compile(
    r"(?<!framed )\b(?:picture|painting|photo)(s?)(?= (?:that |which )?(?:is |are )?"
    r"(?:hang(?:s|ing)?\b|above\b|over\b|on (?:the|a|its|his|her|their) walls?\b))",
    re.IGNORECASE,
)


def framed(words: str) -> str:
    """Return *words* with "picture" as "framed picture" where it is a thing on a wall rather than "a picture of" something."""
    alone = re.fullmatch(
        r"((?:an?|another|some|two|three|four|five|six|\d+) (?:\w+ )?)(?:picture|painting|photo)(s?)", words
    )
    return f"{alone[1]}framed picture{alone[2]}" if alone else _FRAMED.sub(r"framed picture\1", words)


def starts_anew(kind: str, here: Sequence[str], new: Sequence[str], behind: Sequence[Tag]) -> bool:
    """Return whether the things *new* are no further objects of the relation *kind* between the things *here* (names of the atlas,
    "" for one that is open): they have a clause of their own in the tags *behind* them, hang in the sky over all of it ("a
    car by a house, a sun and two clouds"), or are somebody and not worn."""
    if kind == "wearing":  # "a hat and a scarf on a skateboard": who wears them is on it
        return alive(new)
    apart = kind not in ("above", "below", "between") and aloft(new) and not aloft(here)
    return apart or _relates(behind)


def _relates(behind: Sequence[Tag]) -> bool:
    """Return whether the clause goes on with a relation of its own: "... and a dog under a table"."""
    for tag in behind:
        if tag.is_("stop", "and"):
            return False
        if tag.is_("rel", "spot"):
            return True
    return False
