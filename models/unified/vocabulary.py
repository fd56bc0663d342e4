"""The unified model's own small vocabulary: control tokens, the grammar's tags and names, numbers, words of replies.

Every token has a name ``kind:text``. The texts of the tokens of a reply, joined, are the tagged text of the grammar:

- ``c:`` control tokens (roles, state of the conversation, the plan), which have no text;
- ``g:`` the grammar's tags; ``n:`` task names; ``a:`` the start of a handle as an argument (``" image#"``);
- ``p:`` the start of a setting (``" op="``); ``v:`` a choice of a setting; ``q:`` quotes; ``s:`` separators within a call;
- ``t:`` what a reply in plain words is about (chosen by the training data; no text either);
- ``k:`` a known thing that the person described and did not name: decided in the plan, before the first word (no text);
- ``r:`` words that the program fills in: that thing's name, what is on record (see :mod:`models.unified.record`), and what is told
  of what is perceived (see :mod:`models.unified.outlook`), and things that it names by how they stand to others
  (:mod:`models.unified.bearings`);
- ``o:`` "a", "the" or nothing before things that are pointed at, which the program words (models.percepts.phrase);
- ``i:`` the numbers 0..1000; ``w:`` words of replies (mostly with their leading space) and single characters.

What the person typed is never made of these tokens (see :mod:`models.unified.prompt`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from models.tasks import TASKS
from models.unified.bearings import OF_MEDIUM, OTHERS
from models.unified.outlook import ALL, DONE, MORE, OF_SHOWN, OF_THING
from models.unified.record import ALONE, OF
from models.values import GRID, KINDS

HANDLES = (*KINDS, "region")
CONTROLS = (
    "pad", "end", "user", "assistant", "talk", "go", "new", "mark", "made", "failed", "canvas", "elided", "mention",
    *(f"have_{kind}" for kind in KINDS), *(f"shape_{shape}" for shape in ("box", "points", "scribble", "polygon", "mask")),
    *(f"plan_{task}" for task in TASKS),
)  # fmt: skip
TAGS = ("<task>", "</task>", "<box>", "</box>", "<pt>", "</pt>", "<t>", "</t>", "<ref>", "</ref>", "<seg>")
QUOTES = {"q:open": ' "', "q:bare": '"', "q:close": '"'}
NAME = "r:name"
"""Stands for the name of the thing that the plan decided on."""
COLOUR, WHOLE_NAME = "r:colour", f"r:{ALL}"
"""Before a thing that is pointed at, its colour; after it, all others of its name."""
DETERMINERS = ("a", "the", "")
FILE = "vocabulary.json"
_WORD = re.compile(r" ?(?:image|video|audio|mask|region)#| ?[A-Za-z]+(?:'[a-z]+)?|[0-9]+|.", re.DOTALL)


def fixed_tokens() -> list[str]:
    """Return the names of all tokens that do not depend on the words of the training data, in order of their ids."""
    names = [f"c:{name}" for name in CONTROLS]
    names += [f"g:{tag}" for tag in TAGS]
    names += [f"n:{task}" for task in TASKS]
    names += [f"a: {kind}#" for kind in HANDLES]
    params = [param for task in TASKS.values() for param in task.params]
    names += [f"p: {name}=" for name in sorted({param.name for param in params})]
    names += [f"v:{choice}" for choice in sorted({choice for param in params for choice in param.choices})]
    names += [*QUOTES, "s: ", "s:,", "s:-"]
    names += [f"i:{number}" for number in range(GRID + 1)]
    names += [f"w:{character}" for character in ["\n", *map(chr, range(32, 127))]]
    names += [f"w:{space}{kind}#" for kind in HANDLES for space in ("", " ")]
    names += [NAME, *(f"r:{what}" for what in (*ALONE, *OF))]
    names += [f"o:{word}" for word in DETERMINERS]
    names += [f"r:{what}" for what in (*OF_THING, *OF_SHOWN, ALL)]
    names += [f"r:{what}" for what in (*DONE, MORE, *OTHERS, *OF_MEDIUM)]
    return names


def split_words(text: str) -> list[str]:
    """Cut a reply's text into words with their leading space, handle starts, runs of digits and single characters."""
    return _WORD.findall(text)


class Vocabulary:
    """Names of tokens and their ids. *names* starts with the :func:`fixed_tokens` of when it was built: weights of before a token was
    invented have none for it, and so can neither write nor be asked for it (:mod:`models.unified.rules`)."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        self.ids = {name: index for index, name in enumerate(self.names)}
        if len(self.ids) != len(self.names):
            raise ValueError("the vocabulary lists a token twice")
        self.texts = [QUOTES.get(name, "" if name[0] in "ctkro" else name[2:]) for name in self.names]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, name: str) -> int:
        return self.ids[name]

    @classmethod
    def build(cls, words: Iterable[str], topics: Iterable[str] = (), things: Iterable[str] = ()) -> Vocabulary:
        """Return the fixed tokens followed by *topics*, *things* and *words* (each with its leading space, where it has one)."""
        names = fixed_tokens() + [f"t:{topic}" for topic in topics] + [f"k:{thing}" for thing in things]
        known = set(names)
        extra = [f"w:{word}" for word in words]
        return cls(names + [name for name in dict.fromkeys(extra) if name not in known])

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """Read ``vocabulary.json``; raises OSError or ValueError when it is missing or broken."""
        return cls(json.loads((folder / FILE).read_text(encoding="utf-8")))

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(self.names, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    @property
    def things(self) -> list[str]:
        """Return the names of the known things, in order of their tokens, which follow each other."""
        return [self.names[index][2:] for index in self.by_kind.get("k", [])]

    @cached_property
    def by_kind(self) -> dict[str, list[int]]:
        """Return the ids of each kind of token, by its letter."""
        found: dict[str, list[int]] = {}
        for index, name in enumerate(self.names):
            found.setdefault(name[0], []).append(index)
        return found

    @cached_property
    def words(self) -> list[int]:
        """Return the ids of whole words, with a space before them."""
        return [
            index for index in self.by_kind["w"] if self.names[index][2:3] == " " and self.names[index][3:].isalpha()
        ]

    def word(self, text: str) -> list[int]:
        """Return the ids of one piece of :func:`split_words`: a known word, a number, or its characters.

        Characters that the vocabulary lacks are left out.
        """
        if text.isdigit() and text.isascii():
            return self.digits(text)
        known = self.ids.get(f"w:{text}")
        if known is not None:
            return [known]
        return [self.ids[f"w:{character}"] for character in text if f"w:{character}" in self.ids]

    def digits(self, text: str) -> list[int]:
        """Return the ids of a decimal number's text: one token up to 1000, else (or with leading zeros) its digits."""
        whole = self.ids.get(f"i:{text}")
        if whole is not None:
            return [whole]
        return [self.ids[f"i:{c}" if c.isdigit() and c.isascii() else f"w:{c}"] for c in text if f"w:{c}" in self.ids]
