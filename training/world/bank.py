"""Reads ``objects.txt``, the bank of the picture book's objects: one line an object, easy to review.

    # a comment
    [animals / mammals] ground | animal, mammal ; ; is alive
    goose / geese | goose | 0.8m left ~goose | gander, gosling | bird ; laying eggs ; honks, has a long neck

A section gives the group, the subgroup and what all its objects share: traits, then kinds ; uses ; properties. A line
gives, between bars: the name (its plural after a slash where the rules below would miss it), the picture's short name in
Unicode's ``emoji-test.txt`` ("=" when it is the name), the traits, the synonyms (each a word that a person may use *instead
of* the name; after ``~`` one that the object can only stand in for: a leopard for a cheetah), and kinds ; uses ; properties. A kind completes "it is a kind of ...", a use "it is
used for ...", a property "it ...".

Traits are words in any order: ``0.8m`` or ``5cm`` the real length of the longer side; ``ground``, ``sky``, ``water``,
``table`` or ``any`` where it is at home; ``left``, ``right`` or ``front`` which way the picture looks; ``~goose`` the sound
it makes (``_`` for a space); ``worn:head`` the part of a body that wears it; ``colours:red+white`` where measuring
the picture would mislead; ``head:30/10/40/25`` where the picture's head is: the middle of its crown from the left and from
the top, its width, and its eyes from the top, in per cent of the picture's width and height; ``bust`` where
of a living thing only a head, or head and shoulders, is pictured; ``glow`` for lights painted on a dark tile, which is then
taken away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from models.plurals import plural_of

HABITATS = ("ground", "sky", "water", "table", "any")
FACINGS = ("left", "right", "front")
WORN = ("head", "face", "neck", "body", "hands", "feet")


@dataclass(frozen=True)
class Row:
    """One object of the bank; the fields are those of ``models.world.atlas.Entry``, *picture* is the emoji's short name."""

    name: str
    picture: str
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
    bust: bool = False
    glow: bool = False
    kinds: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()


def read_bank(file: Path) -> tuple[Row, ...]:
    """Return the rows of the bank in their order. Raises ValueError, naming the line, for one that cannot be meant so."""
    rows: list[Row] = []
    section = Row("", "", "", "", "")
    for number, line in _lines(file):
        section, row = _read(line, section, f"{file.name}, line {number}")
        if row is not None:
            rows.append(row)
    _check(rows)
    return tuple(rows)


def _read(line: str, section: Row, where: str) -> tuple[Row, Row | None]:
    """Return the section that holds from this line on, and the line's row, if it is one."""
    try:
        return (_section(line), None) if line.startswith("[") else (section, _row(line, section))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def _section(line: str) -> Row:
    match = re.fullmatch(r"\[(.+?) / (.+?)\](?:([^|]*)\|(.*))?", line)
    if match is None:
        raise ValueError("a section reads [group / subgroup] traits | kinds ; uses ; properties")
    return _with_facts(_with_traits(Row("", "", match[1], match[2], ""), match[3] or ""), match[4] or "")


def _row(line: str, section: Row) -> Row:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != 5:
        raise ValueError(f"five fields between bars are meant, {len(parts)} are given")
    name, _, plural = (part.strip() for part in parts[0].partition("/"))
    if not re.fullmatch(r"[a-z0-9][a-z0-9 '-]*", name):
        raise ValueError(f"{name!r} is no plain lower-case name")
    picture = name if parts[1] == "=" else parts[1]
    row = replace(section, name=name, picture=picture, plural=plural or plural_of(name))
    words = _list(parts[3])
    row = replace(
        row,
        synonyms=tuple(word for word in words if not word.startswith("~")),
        near=tuple(word[1:] for word in words if word.startswith("~")),
    )
    return _with_facts(_with_traits(row, parts[2]), parts[4])


def _list(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _with_facts(row: Row, words: str) -> Row:
    parts = [_list(part) for part in words.split(";")]
    if len(parts) > 3:
        raise ValueError("facts read kinds ; uses ; properties")
    parts += [()] * (3 - len(parts))
    kinds, uses, properties = parts
    return replace(
        row,
        kinds=(*kinds, *(k for k in row.kinds if k not in (*kinds, row.name))),
        uses=(*uses, *(u for u in row.uses if u not in uses)),
        properties=(*properties, *(p for p in row.properties if p not in properties)),
    )


def _with_traits(row: Row, words: str) -> Row:
    for word in words.split():
        key, _, value = word.partition(":")
        if match := re.fullmatch(r"([0-9.]+)(cm|m)", word):
            row = replace(row, metres=round(float(match[1]) * (0.01 if match[2] == "cm" else 1.0), 4))
        elif word in HABITATS:
            row = replace(row, habitat=word)
        elif word in FACINGS:
            row = replace(row, facing=word)
        elif word.startswith("~"):
            row = replace(row, sound=word[1:].replace("_", " ").strip())
        elif word in ("glow", "bust"):
            row = replace(row, glow=row.glow or word == "glow", bust=row.bust or word == "bust")
        elif key == "worn" and value in WORN:
            row = replace(row, worn=value)
        elif key == "head" and re.fullmatch(r"\d+/\d+/\d+/\d+", value):
            row = replace(row, head=tuple(int(part) / 100 for part in value.split("/")))
        elif key == "colours" and value:
            row = replace(row, colours=tuple(value.split("+")))
        else:
            raise ValueError(f"{word!r} is no trait")
    return row


def _check(rows: list[Row]) -> None:
    """Raise ValueError when one word would mean two objects, or one picture is named twice."""
    owner: dict[str, str] = {}
    for row in rows:
        for word in (row.name, row.plural, *row.synonyms, *row.near):
            if owner.setdefault(word, row.name) != row.name:
                raise ValueError(f"{word!r} is given to both {owner[word]!r} and {row.name!r}")
    pictures = [row.picture for row in rows]
    if doubles := sorted({p for p in pictures if pictures.count(p) > 1}):
        raise ValueError(f"pictures named twice: {', '.join(doubles)}")
