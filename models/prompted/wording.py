"""From a person's words to the names that a detector looks for: one name for each thing, plain words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.expert import Refusal
from models.framed import everything
from models.plurals import singular

MOST, LONGEST = 24, 80
"""Names of a call, and letters of a name, that are looked for."""
EVERYDAY = (
    "person", "face", "dog", "cat", "bird", "horse", "cow", "sheep", "fish", "insect", "animal", "flower", "tree", "plant", "fruit",
    "food", "cup", "bottle", "bowl", "plate", "knife", "spoon", "table", "chair", "sofa", "bed", "lamp", "door", "window", "curtain",
    "mirror", "picture", "book", "paper", "pen", "clock", "phone", "computer", "screen", "keyboard", "camera", "toy", "ball", "bag",
    "box", "shoe", "hat", "clothing", "glasses", "umbrella", "musical instrument", "bicycle", "motorcycle", "car", "bus", "truck",
    "train", "boat", "airplane", "house", "building", "bridge", "sign", "traffic light", "bench", "fence", "rock", "statue", "flag",
)  # fmt: skip
"""What is looked for where somebody asks for everything: a detector of named things cannot look for what has no name."""
_BETWEEN = re.compile(r"[,;/|&+\n.?!]|\b(?:and|or|as well as)\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?:all|every|each|any|both|the|an?|some|my|your|his|her|its|our|their|this|that|these|those|of|one|two|three|four|five)\s+",
    re.IGNORECASE,
)
_NO_WORD = re.compile(r"[^\w\s'’-]+|_+")


def names_of(phrases: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what *phrases* name, each once and in the singular ("the dogs and a cat" gives "dog" and "cat"), and notes on what was left
    out; EVERYDAY where they name nothing or everything. No name holds a sign that a network reads as more than a letter of a word.
    Raises Refusal where there are signs and no words."""
    if everything(" and ".join(phrases)):
        return [*EVERYDAY], [f"nothing was named, so {len(EVERYDAY)} kinds of everyday things were looked for"]
    parts = (part for phrase in phrases for part in _BETWEEN.split(phrase))
    names = [*dict.fromkeys(name for part in parts if (name := _name(part)))]
    if not names:
        raise Refusal(f"“{' '.join(phrases)[:60]}” names no thing.", "Say in words what to look for, such as “dog”.")
    notes = [f"the first {MOST} of {len(names)} names were looked for"] if len(names) > MOST else []
    notes += [f"of “{name[:30]} …” the first {LONGEST} letters were read" for name in names if len(name) > LONGEST]
    return [*dict.fromkeys(name[:LONGEST].strip() for name in names[:MOST])], notes


def _name(part: str) -> str:
    words = " ".join(_NO_WORD.sub(" ", part).split()).strip("-'’ ")
    while found := _BEFORE.match(words):
        words = words[found.end() :]
    return singular(words) if re.search(r"[^\W\d]", words) else ""
