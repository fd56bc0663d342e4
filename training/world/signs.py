"""Which emoji stand for which objects of the picture book: those that are pictured, and others that Unicode calls by the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from models.world.emoji import plain

from training.world.bank import Row

_TONE = re.compile(r"(?:(?:light|medium-light|medium|medium-dark|dark) skin tone(?:, )?)+")
_WHO = re.compile(r"^(?:man|woman|person|men|women|people)(?: |: )")


def signs_of(rows: Sequence[Row], codes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the emoji of each object of *rows* in plain form (``models.world.emoji.plain``), its own picture first.

    *codes* gives the characters of each picture by its short name in ``emoji-test.txt``. An emoji that is pictured as itself
    stands for that object; any other for the object of which its short name is the name or a synonym, be it without "face"
    or without the man or woman in front ("woman judge"). Each emoji stands for one object at most.
    """
    owner: dict[str, str] = {}
    for row in rows:
        owner.setdefault(plain(codes[row.picture]), row.name)
    words = {word: row.name for row in reversed(rows) for word in (*reversed(row.synonyms), row.plural)}
    words |= {row.name: row.name for row in rows}
    for short, characters in codes.items():
        name = next((words[word] for word in _called(short) if word in words), "")
        if name:
            owner.setdefault(plain(characters), name)
    found: dict[str, list[str]] = {row.name: [] for row in rows}
    for sign, name in owner.items():
        found[name].append(sign)
    return {name: tuple(signs) for name, signs in found.items()}


def _called(short: str) -> Iterator[str]:
    """Yield what an emoji of the short name *short* may be called, the likeliest first: "cat face" is typed for a cat."""
    said = _TONE.sub("", short.lower()).rstrip(" :,").replace("’", "'")
    if said.endswith(" face"):
        yield said.removesuffix(" face")
    yield said
    who, colon, what = said.partition(": ")
    if colon:  # "man: bald" is a bald man
        yield f"{who} with {what}"
        yield f"{what} {who}"
    elif _WHO.match(said):  # "woman judge" is a judge, "person running" a running man or woman
        rest = _WHO.sub("", said)
        yield from (rest, f"person {rest}", *([f"man {rest}", f"woman {rest}"] if said.startswith("person ") else ()))
    elif said.endswith(("o'clock", "-thirty")):
        yield "clock"
