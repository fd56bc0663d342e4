"""Phrase banks: plain text files of phrasings with slots, split by hash into train and held out, and their expansion.

A bank file is divided into sections by lines ``== name`` (or ``== name : option``). Every other line that is neither
empty nor a comment (``#``) is one phrasing:

- ``{slot}`` is replaced by a line of the section of that name (digits at the end of the name are ignored), by a
  value that the caller fixed, or by a computed one (numbers, times);
- ``(a|b|)`` is one of the alternatives;
- ``[...]`` marks the words that a task call shall copy;
- ``said => value`` in a closed section records ``value`` under the slot's name;
- an underscore at either end of a line of a closed section stands for a space;
- a backslash takes the next character as it is.

Options: ``closed`` sections (colours, ordinals, function words) are used by both splits whole; ``things`` sections hold
the names of objects; ``join a b c`` is the union of other sections. All other sections hold phrasings. About one
phrasing and one object in ten is held out, by a hash of its own text; objects that some phrasing names literally are not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias

Split: TypeAlias = Literal["train", "held_out", "phrasings", "objects"]
"""What a book is made of: known phrasings and objects, neither, known objects in new phrasings, new objects in known ones."""
Node: TypeAlias = tuple[str, Any]
HELD_OUT = 0.1
SMALLEST = 8
"""A section of phrasings needs at least this many lines, so that both splits find some."""

_TOKEN = re.compile(r"\\(.)|\{([a-z_.]+)\d*\}|([()|\[\]])", re.DOTALL)
_EDGE = re.compile(r"^_|_$")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeiouAEIOU])(?!(?:one|uni|use|euro|uku)\w*)")


def share(text: str) -> float:
    """Return the stable hash of *text* as a number in 0..1."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / float(1 << 48)


@dataclass(frozen=True)
class Section:
    """The lines of one section; *kind* is phrasings, things, closed or join (*lines* then names other sections)."""

    name: str
    kind: str
    lines: tuple[str, ...]


@lru_cache(maxsize=1)
def sections() -> dict[str, Section]:
    """Return every section of every bank file beside this module and in ``training/seeing``. Raises ValueError on a broken bank."""
    found: dict[str, Section] = {}
    here = Path(__file__).parent
    for path in [*sorted(here.glob("*.txt")), *sorted((here.parent / "seeing").glob("*.txt"))]:
        name, kind, lines = "", "", list[str]()
        for raw in [*path.read_text(encoding="utf-8").splitlines(), "== "]:
            line = raw.strip()
            if line.startswith("=="):
                if name:
                    if name in found:
                        raise ValueError(f"section {name} occurs twice")
                    found[name] = Section(name, kind, tuple(dict.fromkeys(lines)))
                name, _, option = (part.strip() for part in line[2:].partition(":"))
                words = option.split() or ["phrasings"]
                kind, lines = words[0], words[1:]
            elif line and not line.startswith("#"):
                if kind == "things":
                    lines += [part.strip() for part in line.split(";")]
                else:
                    lines.append(_EDGE.sub(" ", line) if kind == "closed" else line)
    return found


def plural(noun: str) -> str:
    """Return the plural of an English noun phrase, its head being the last word before any preposition."""
    head, joint, rest = noun.partition(" of ")
    stem, _, last = head.rpartition(" ")
    odd = {"man": "men", "woman": "women", "person": "people", "child": "children", "mouse": "mice", "goose": "geese",
           "sheep": "sheep", "fish": "fish", "deer": "deer", "leaf": "leaves", "knife": "knives", "wolf": "wolves",
           "shelf": "shelves", "loaf": "loaves", "foot": "feet", "tooth": "teeth",
           "elf": "elves", "calf": "calves", "scarf": "scarves"}  # fmt: skip
    if last in odd:
        many = odd[last]
    elif last.endswith(("man", "child")) and last not in ("human", "german"):
        many = last[:-3] + "men" if last.endswith("man") else last + "ren"
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        many = last + "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        many = last[:-1] + "ies"
    else:
        many = last + "s"
    return f"{stem} {many}".strip() + joint + rest


@lru_cache(maxsize=1)
def held_out_lines() -> dict[str, frozenset[str]]:
    """Return, by section, the phrasings and things that training never sees."""
    banks = sections()
    spoken = " \n ".join(" ".join(s.lines) for s in banks.values() if s.kind not in ("things", "join"))
    spoken = re.sub(r"[^a-z0-9#]+", " ", re.sub(r"\{[a-z_.]+\d*\}", "~", spoken).lower())
    names = {line for s in banks.values() if s.kind == "things" for line in s.lines}
    inner = " ~ ".join(names)
    held: dict[str, frozenset[str]] = {}
    for section in banks.values():
        if section.kind == "things":
            picked = {
                line for line in section.lines
                if share(line) < HELD_OUT and not any(f" {form.lower()} " in f" {spoken} " for form in (line, plural(line)))
                and len(re.findall(rf"\b{re.escape(line)}\b", inner)) == 1
            }  # fmt: skip
        elif section.kind == "phrasings":
            if len(section.lines) < SMALLEST:
                raise ValueError(f"section {section.name} has only {len(section.lines)} phrasings")
            picked = {line for line in section.lines if share(line) < HELD_OUT} or {min(section.lines, key=share)}
        else:
            picked = set()
        held[section.name] = frozenset(picked)
    return held


def _parse(text: str) -> list[Node]:
    """Compile one phrasing to nodes: lit, slot, alt, mark. Raises ValueError on unbalanced brackets."""
    stack: list[tuple[str, list[list[Node]]]] = [("", [[]])]
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            stack[-1][1][-1].append(("lit", text[at : match.start()]))
        at = match.end()
        escaped, slot, sign = match.groups()
        if escaped:
            stack[-1][1][-1].append(("lit", escaped))
        elif slot:
            stack[-1][1][-1].append(("slot", slot))
        elif sign in "([":
            stack.append((sign, [[]]))
        elif sign == "|":
            stack[-1][1].append([])
        else:
            opened, branches = stack.pop()
            if {"(": ")", "[": "]"}.get(opened) != sign or not stack:
                raise ValueError(f"unbalanced {sign!r} in phrasing {text!r}")
            stack[-1][1][-1].append(("alt", branches) if opened == "(" else ("mark", branches[0]))
    if at < len(text):
        stack[-1][1][-1].append(("lit", text[at:]))
    if len(stack) != 1 or len(stack[0][1]) != 1:
        raise ValueError(f"unbalanced bracket or stray | in phrasing {text!r}")
    return stack[0][1][0]


@dataclass
class Said:
    """Words being put together: *pieces* of text, each with the number of the phrase it belongs to or -1."""

    pieces: list[tuple[str, int]] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)
    marks: int = 0
    stated: bool = False  # the phrasing marks what shall be copied

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    def phrase(self, number: int = 0) -> str:
        """Return the marked phrase of that number, or the whole text when nothing is marked."""
        if not self.marks:
            return self.text.strip().rstrip(".!?,; ")
        return "".join(piece for piece, mark in self.pieces if mark == number)


Computed: TypeAlias = Callable[[Random, dict[str, str]], str]


class Book:
    """The phrasings of one split, compiled. Expansion is random but determined by the generator it is given."""

    def __init__(self, split: Split, computed: Mapping[str, Computed]) -> None:
        self.split = split
        self.computed = computed
        held = held_out_lines()
        new = {"things": split in ("held_out", "objects"), "phrasings": split in ("held_out", "phrasings")}
        kept = {
            name: [
                line for line in section.lines if section.kind == "closed" or (line in held[name]) == new[section.kind]
            ]
            for name, section in sections().items()
            if section.kind != "join"
        }
        self.lines: dict[str, list[tuple[list[Node], str]]] = {}
        for name, lines in kept.items():
            self.lines[name] = [self._compile(line) for line in lines]
        for section in sections().values():
            if section.kind == "join":
                self.lines[section.name] = [line for part in section.lines for line in self.lines[part]]
        for name, compiled in self.lines.items():
            if not compiled and sections()[name].kind != "things":
                raise ValueError(f"section {name} is empty")

    @staticmethod
    def _compile(line: str) -> tuple[list[Node], str]:
        said, _, value = line.partition(" => ")
        return _parse(said), value

    def say(self, rng: Random, section: str, **fixed: str) -> Said:
        """Return one random phrasing of *section*, its slots filled; *fixed* gives some slots' words."""
        said = Said()
        nodes, _ = rng.choice(self.lines[section])
        self._write(rng, nodes, said, -1, fixed)
        said.stated = said.marks > 0
        said.pieces = [(_ARTICLE.sub(r"\1n ", text), mark) for text, mark in _merge(said.pieces)]
        return said

    def text(self, rng: Random, section: str, **fixed: str) -> str:
        """Return :meth:`say` as plain words."""
        return self.say(rng, section, **fixed).text

    def _write(self, rng: Random, nodes: list[Node], said: Said, mark: int, fixed: Mapping[str, str]) -> None:
        for kind, value in nodes:
            if kind == "lit":
                said.pieces.append((value, mark))
            elif kind == "slot":
                self._fill(rng, value, said, mark, fixed)
            elif kind == "alt":
                self._write(rng, value[int(rng.random() * len(value))], said, mark, fixed)
            else:
                number, said.marks = said.marks, said.marks + 1
                self._write(rng, value, said, number if mark < 0 else mark, fixed)

    def _fill(self, rng: Random, name: str, said: Said, mark: int, fixed: Mapping[str, str]) -> None:
        if name in fixed:
            said.slots[name] = fixed[name]
            said.pieces.append((fixed[name], mark))
        elif name in self.computed:
            said.pieces.append((self.computed[name](rng, said.slots), mark))
        elif name.endswith(".many"):
            inner = Said()
            self._fill(rng, name[:-5], inner, -1, fixed)
            said.pieces.append((plural(inner.text), mark))
        else:
            lines = self.lines[name]
            nodes, value = lines[int(rng.random() * len(lines))]
            if value:
                said.slots[name] = value
            self._write(rng, nodes, said, mark, fixed)


def _merge(pieces: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Join neighbouring pieces of the same phrase."""
    merged: list[tuple[str, int]] = []
    for text, mark in pieces:
        if merged and merged[-1][1] == mark:
            merged[-1] = (merged[-1][0] + text, mark)
        elif text:
            merged.append((text, mark))
    return merged
