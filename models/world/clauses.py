"""Clauses of a caption: whether what follows "and" goes on with what was said, what only tells and what compares numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from models.world.holding import alive, aloft
from models.world.lexicon import singulars
from models.world.tags import Tag
from models.world.wish import Wanted

_FRAMED = re.compile(
    r"(?<!framed )\b(?:picture|painting|photo)(s?)(?= (?:that |which )?(?:is |are )?"
    r"(?:hang(?:s|ing)?\b|above\b|over\b|on (?:the|a|its|his|her|their) walls?\b))",
    re.IGNORECASE,
)


_SOMEBODY = (
    r"(?:(?:many|most|some|all|old|young|lots of|a lot of|the|local) )*(?:people|everyone|everybody|somebody|someone|anyone|one|you|we|i|they|tourists?|visitors?|"
    r"famil(?:y|ies)|guests|friends|folks?|locals|travell?ers|villagers|kids|children|nobody|no one)"
)
_TELLS = (
    r"(?:(?:often|usually|always|sometimes|never|all|really|once|first|still) )*(?:(?:can|could|may|might|must|used to|would|will|don't) [a-z]+|"
    r"(?:like|love|enjoy|want|need|visit|live|stay)s?|come|comes|came|go|goes|went|loved|prefer|meet|met|gather|lived|spend|relax|remember|know|feel|were|was)"
)
_GOES_ON = (
    r"(?:with|and (?:an?|the|two|three|some|there)|under|next to|beside|behind|in front of|while|at (?:night|sunset|dawn|dusk|noon)|"
    r"in the (?:rain|snow|fog|evening|morning|dark)|by (?:day|night))"
)
_WHERE = re.compile(
    rf",? *\b(?:where|(?:to|in|at|on) which) (?:{_SOMEBODY} {_TELLS}|(?:an? |the )?[a-z]+ (?:lives?|lived|was born|grew up))\b"
    rf"(?:(?! {_GOES_ON}\b)[^,.;!?])*",
    re.IGNORECASE,
)
_THAT = re.compile(
    rf",? *\b(?:that|which|whom) {_SOMEBODY} {_TELLS}\b(?: to [a-z]+)?(?: (?:so|very) much| a lot)?|"
    rf"(?<=[a-z]) (?:people|everyone|everybody|we|i) (?:love|like|enjoy)s?(?: to [a-z]+)?(?=[.!]?$)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?:^| )(?:an?|the)(?: [a-z]+){1,2}$", re.IGNORECASE)


def told(words: str) -> tuple[str, tuple[str, ...]]:
    """Return *words* without what they tell about a place or a thing rather than show ("where people like to come", "that
    everybody loves"), and these clauses."""
    found: list[str] = []

    def keep(match: re.Match[str]) -> str:
        said = match[0].strip(" ,")
        bare = not said.lower().startswith(("that", "which", "whom", "where", "to", "in", "at", "on"))
        if bare and not _BARE.search(match.string[: match.start()]):
            return match[0]  # "two people love ..."
        found.append(said)
        return " "

    plain = _THAT.sub(keep, _WHERE.sub(keep, words))
    return (" ".join(plain.split()), tuple(found)) if found else (words, ())


def framed(words: str) -> str:
    """Return *words* with "picture" as "framed picture" where it is a thing on a wall rather than "a picture of" something."""
    alone = re.fullmatch(
        r"((?:an?|another|some|two|three|four|five|six|\d+) (?:(?!framed )\w+ )?)(?:picture|painting|photo)(s?)", words
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


_COMPARED = re.compile(
    r",?\s*(?:and\s+)?the number of ([\w ]+?) is (more|less|greater|fewer|bigger|smaller|larger) than (?:that of |the number of )?([\w ]+)",
    re.IGNORECASE,
)


def uncompared(caption: str) -> tuple[str, tuple[str, str, bool] | None]:
    """Return *caption* without its clause that compares two numbers, and what this says: of what there are how many in comparison
    with what, and whether these are more of the first."""
    found = _COMPARED.search(caption)
    if found is None:
        return caption, None
    more = found[2].lower() in ("more", "greater", "bigger", "larger")
    return _COMPARED.sub("", caption), (found[1], found[3], more)


def outnumber(things: list[Wanted], first: str, second: str, more: bool) -> None:
    """Where the number of *second* was left open, make it one less (*more*) or one more than that of *first*; both as said."""
    left, right = (_named(things, words) for words in (first, second))
    if left is not None and right is not None and things[right].about:
        count = things[left].count + (-1 if more else 1)
        things[right] = replace(things[right], count=max(1, count), about=False)


def _named(things: Sequence[Wanted], words: str) -> int | None:
    spellings = set(singulars(words.strip().rsplit(" ", 1)[-1].lower()))
    for number, thing in enumerate(things):
        if spellings & set(singulars(thing.said.rsplit(" ", 1)[-1])):
            return number
    return None
