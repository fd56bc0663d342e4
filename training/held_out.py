"""What training never says: some attribute pairs ("red" before "car") and some compositions (two things in one request).

About one pair in twenty and three compositions in a hundred are held out, by a hash of their words alone, so that it can be
measured how a model does on things it knows in company that it does not know. Things are the objects of the language banks and
of the atlas, singular or plural; attributes are the colours and looks of the banks. ``held`` is quick enough for every request
that a generator writes: one expression cuts the words, dictionaries do the rest. It reads the words as they stand and knows
nothing of how they were made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations, pairwise

from models.values import Message, Region, Text
from models.world import atlas

from training.language.phrasing import held_out_lines, plural, sections, share

PAIRS = 0.05
"""Share of the attribute pairs that is held out, 0..1."""
COMPOSITIONS = 0.03
"""Share of the compositions that is held out, 0..1."""
LONGEST = 3
"""Words of the longest name that is looked for; a longer name counts by the shorter ones in it."""
CROWD = 6
"""Things in a request above which only neighbours are composed: in a list or a story nearly everything meets."""
_WORD = re.compile(r"[a-z]+|[^a-z\s'’-]")
_MORE = ("large", "larger", "largest", "bigger", "biggest", "smaller", "smallest", "taller", "tallest", "young", "beautiful", "pretty",
         "gray", "gold", "violet", "magenta", "cyan", "beige", "maroon", "scarlet", "colourful", "dotted")  # fmt: skip
"""Attributes of requests that no bank lists."""
_FRAMES = frozenset({"can", "well", "box", "mask", "masks", "picture", "photograph", "photo", "image", "video", "film", "movie", "clip", "frame", "drawing",
                     "painting", "track", "record", "fly", "wave", "watch", "slide", "cross", "drill", "saw", "match", "leave"})  # fmt: skip
"""Names of things that in a request mostly are a medium, a mark or a verb, and so are no things here."""


def asked(message: Message) -> str:
    """Return all words of a person's message: its text and the labels of its regions, with full stops between them."""
    said = (
        part.text if isinstance(part, Text) else part.label for part in message.parts if isinstance(part, Text | Region)
    )
    return " . ".join(words for words in said if words)


def pairs(text: str) -> Iterable[tuple[str, str]]:
    """Return (attribute, thing) for every attribute in the row of attributes directly before a thing: of "a big red car"
    (big, car) and (red, car). Words are in small letters, things singular; a comma between two attributes does not part them."""
    return _read(text)[0]


def compositions(text: str) -> Iterable[tuple[str, str]]:
    """Return (thing, thing), in the order of the alphabet, for every two different things that *text* names; where it names
    more than CROWD, only for those that follow each other."""
    return _composed(_read(text)[1])


def objects(text: str) -> Iterator[str]:
    """Yield the held-out objects (``held_out_lines``) that *text* names, singular or plural, in their singular."""
    held, longest = _objects()
    for at, word in enumerate(words := _WORD.findall(text.lower())):
        for size in longest.get(word, ()):
            name = held.get(" ".join(words[at : at + size]))
            if name is not None:
                yield name


def held(text: str) -> bool:
    """Return whether *text* holds a held-out attribute pair, composition or object."""
    attributed, named = _read(text)
    return (
        any(_pair_held(*pair) for pair in attributed)
        or any(_composition_held(*both) for both in _composed(named))
        or any(True for _ in objects(text))
    )


def reasons(text: str) -> list[str]:
    """Return what makes :func:`held` true of *text*, each in words such as ``pair red car``; [] when nothing does."""
    attributed, named = _read(text)
    return [
        *(f"pair {a} {b}" for a, b in dict.fromkeys(attributed) if _pair_held(a, b)),
        *(f"composition {a} + {b}" for a, b in dict.fromkeys(_composed(named)) if _composition_held(a, b)),
        *(f"object {name}" for name in dict.fromkeys(objects(text))),
    ]


def _pair_held(attribute: str, thing: str) -> bool:
    return share("pair " + " ".join(sorted((attribute, thing)))) < PAIRS


def _composition_held(one: str, other: str) -> bool:
    return share("composition " + " + ".join(sorted((one, other)))) < COMPOSITIONS


def _composed(named: list[str]) -> list[tuple[str, str]]:
    if len(named) < 2:
        return []
    met = pairwise(named) if len(named) > CROWD else combinations(named, 2)
    return [(one, other) if one < other else (other, one) for one, other in met if one != other]


def _read(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the attribute pairs and the different things of *text*, each in the order of first naming."""
    things, attributes, sizes = _things(), _attributes(), _sizes()
    words = _WORD.findall(text.lower())
    attributed: list[tuple[str, str]] = []
    named: dict[str, None] = {}
    row: list[str] = []  # the attributes that stand directly before this place
    at, end = 0, len(words)
    while at < end:
        word = words[at]
        name, size = "", 1
        for size in sizes.get(word, ()):  # the longest name that begins here
            name = things.get(" ".join(words[at : at + size]), "")
            if name:
                break
        if name and not (size == 1 and word in attributes and _leads(words, at + 1)):
            attributed += [(attribute, name) for attribute in row]
            named[name] = None
            row = []
            at += size
            continue
        ending = {word, f"{words[at - 1]} {word}" if at else word} & attributes  # "blue", "dark blue"
        row = row + sorted(ending) if ending or word == "," else []
        at += 1
    return attributed, list(named)


def _leads(words: list[str], at: int) -> bool:
    """Return whether an attribute or a thing stands at *at*, so that an "orange" before it is a colour."""
    return at < len(words) and (words[at] in _things() or words[at] in _attributes() or words[at] in _sizes())


def _plain(name: str) -> str:
    return " ".join(re.findall("[a-z]+", name.lower()))


@lru_cache(maxsize=1)
def _things() -> dict[str, str]:
    """Return the singular of every thing by each of its forms, all as plain words."""
    lines = [line for section in sections().values() if section.kind == "things" for line in section.lines]
    found = {_plain(line): _plain(line) for line in lines}
    for line in lines:
        found.setdefault(_plain(plural(line)), _plain(line))
    for entry in atlas.entries():
        name = found.setdefault(_plain(entry.name), _plain(entry.name))
        found.setdefault(_plain(entry.plural), name)
    return {form: name for form, name in found.items() if name not in _FRAMES and form.count(" ") < LONGEST}


@lru_cache(maxsize=1)
def _sizes() -> dict[str, tuple[int, ...]]:
    """Return how many words the names that begin with a word have, the longest first."""
    found: dict[str, set[int]] = {}
    for form in _things():
        found.setdefault(form.split(" ", 1)[0], set()).add(form.count(" ") + 1)
    return {word: tuple(sorted(counts, reverse=True)) for word, counts in found.items()}


@lru_cache(maxsize=1)
def _attributes() -> frozenset[str]:
    said = [line.partition(" => ")[0] for name in ("colour", "colour.plain", "look") for line in sections()[name].lines]
    return frozenset(_plain(words) for words in (*said, *_MORE))


@lru_cache(maxsize=1)
def _objects() -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """Return the held-out objects by their forms, and how many words the forms that begin with a word have."""
    names = {line for name, lines in held_out_lines().items() if sections()[name].kind == "things" for line in lines}
    forms = {_plain(form): name for name in sorted(names) for form in (name, plural(name))}
    longest: dict[str, set[int]] = {}
    for form in forms:
        longest.setdefault(form.split(" ", 1)[0], set()).add(form.count(" ") + 1)
    return forms, {word: tuple(counts) for word, counts in longest.items()}
