"""Which phrasings of the banks stand in a text? Told from the words alone, whatever wrote them.

A phrasing is recognised by its own words in their order. That takes some words: a phrasing with fewer than FEWEST words of its
own, or LETTERS letters in them, could be in any text and is not looked for. Slots that stand for names of things or for the
words of a closed section take those only, all others some words of one sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, takewhile

from training.language import adjusting, reason
from training.language.phrasing import plural, sections

FEWEST = 3
LETTERS = 14
COMMON = frozenset({"a", "an", "please", "thanks", "pls"})
"""Words that tell nothing of a phrasing."""
SHORT = 6
"""Words that a medium may be named with: "the very first clip you made"."""
FEW = 64
"""Fillings of a slot that its pattern may name; more make patterns large."""
_SLOT = r"([^.!?]{0,90}?)"
_PIECE = re.compile(
    r"\\(?P<sign>.)|(?P<slot>\{[a-z_.]+\d*\})|(?P<bracket>[()|\[\]])|(?P<words>[^\\{()|\[\]]+)", re.DOTALL
)
_DROPPED = re.compile(r"['’\",;:()\[\]…]|[.!?]+(?=\s*$)")
_SPACE = re.compile(r"[\s–—-]+")
_OPEN = "\0"
_MEDIA = ("noun.image", "noun.video", "noun.audio", "noun.mask")


@dataclass(frozen=True)
class Phrasing:
    """A phrasing to look for: the *section* and *line* it is, the *words* that are in every text of it, how many *letters* it
    may say itself, *source* its pattern with one group for each of *slots*."""

    section: str
    line: str
    words: frozenset[str]
    letters: int
    source: str
    slots: tuple[str, ...]

    @property
    def telling(self) -> bool:
        """Whether it has enough words of its own to be told from others."""
        return len(self.words) >= FEWEST and sum(map(len, self.words)) >= LETTERS

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled for the first text that has all of the words."""
        return re.compile(self.source)


@dataclass(frozen=True)
class Sighting:
    """A phrasing in a :func:`plain` text: *own* are the places of the letters that it says itself, *filled* those of the names
    and closed words in its slots, and of a medium's name where the turn put one."""

    phrasing: Phrasing
    own: frozenset[int]
    filled: frozenset[int]


Index = dict[str, list[Phrasing]]


def plain(text: str) -> str:
    """Return *text* in small letters without punctuation inside sentences, its words one space apart."""
    return _loose(text).strip()


def compile_phrasing(section: str, line: str) -> Phrasing:
    """Return what recognises *line* of a bank (the format of ``training/language/phrasing.py``) in plain texts."""
    own, source, depth, letters, slots = "", "", 0, 0, list[str]()
    for piece in _PIECE.finditer(line.partition(" => ")[0]):
        if piece["slot"]:
            slots.append(piece["slot"].strip("{}").rstrip("0123456789"))
            source, own = source + _slot(slots[-1]), own + _OPEN
        elif piece["bracket"] in ("(", ")", "|"):
            depth += {"(": 1, ")": -1}.get(piece["bracket"], 0)
            source += "(?:" if piece["bracket"] == "(" else piece["bracket"]
            own += _OPEN
        elif not piece["bracket"]:
            words = _loose(piece["sign"] or piece["words"])
            source += _words(words)
            own += words if not depth else ""
            letters += len(words.replace(" ", ""))
    kept = frozenset(_cut(own)) - COMMON
    source = rf"(?<![a-z0-9#]){source.strip(' *')}(?![a-z0-9])"
    return Phrasing(section, line, kept, letters, source, tuple(slots))


def _cut(text: str) -> list[str]:
    """Return the whole words of *text*, those that touch a slot left out."""
    return [word for piece in text.split(" ") if _OPEN not in piece and (word := piece.strip(".!?"))]


def _words(text: str) -> str:
    """Return the pattern of *text*: "a" is "an" before some fillings, and an empty slot leaves no gap."""
    return re.sub(r"\ban?\b", "an?", re.escape(text)).replace(r"\ ", " *")


@lru_cache(maxsize=4096)
def _slot(name: str) -> str:
    """Return the pattern of the slot *name*: its fillings where they are few, else some words, looked at afterwards."""
    takes = fillings(name)
    if takes is None or len(takes) > FEW:
        return _SLOT
    ordered = sorted(takes, key=lambda words: (-len(words), words))
    return f"((?:{'|'.join(map(_words, ordered))}) *)"  # some fillings bring a space of their own: "{adv}more"


def index(phrasings: Iterable[Phrasing]) -> Index:
    """Return *phrasings* by the rarest word of each, "" for those without a word that all their texts have."""
    known = list(phrasings)
    often = Counter(word for phrasing in known for word in phrasing.words)
    found: Index = {}
    for phrasing in known:
        rarest = min(phrasing.words, key=lambda word: (often[word], word), default="")
        found.setdefault(rarest, []).append(phrasing)
    return found


def sightings(known: Index, text: str) -> Iterator[Sighting]:
    """Yield where phrasings of *known* stand in the :func:`plain` *text*."""
    words = set(_cut(text))
    for word in ("", *words):
        for phrasing in known.get(word, ()):
            if phrasing.words <= words:
                for match in phrasing.pattern.finditer(text):
                    sighting = _sighting(phrasing, match)
                    if sighting is not None:
                        yield sighting


def _sighting(phrasing: Phrasing, match: re.Match[str]) -> Sighting | None:
    """Return what *match* shows, or None when a slot holds what it never takes."""
    text, own, filled = match.string, set(range(*match.span())), set[int]()
    for number, name in enumerate(phrasing.slots, 1):
        start, end = match.span(number)
        if start < 0:
            continue
        own -= set(range(start, end))
        takes = fillings(name)
        if start == match.start() and takes is None:  # it took as much as it could
            start = _latest(text, start, end)
        if end == match.end() and (takes is None or len(takes) > FEW):  # it took as little as it could
            end = _longest(text, start, takes)
        if takes is not None and text[start:end].strip() not in takes:
            return None
        if takes is not None or (name not in sections() and _naming().issuperset(_cut(text[start:end]))):
            filled |= set(range(start, end))
    letters = {place for place, sign in enumerate(text) if sign != " "}
    return Sighting(phrasing, frozenset(own & letters), frozenset(filled & letters))


def _latest(text: str, start: int, end: int) -> int:
    """Return where the words before *end* begin that may name a medium; *end* when there are none."""
    words = list(re.finditer(r"[^ ]+", text[start:end]))
    naming = takewhile(lambda word: _naming().issuperset(_cut(word[0])), reversed(words[-SHORT:]))
    return min((start + word.start() for word in naming), default=end)


def _longest(text: str, start: int, takes: frozenset[str] | None) -> int:
    """Return where the filling that begins at *start* ends: the longest of *takes*, or the words that may name a medium."""
    sentence = re.split(r"[.!?]", text[start : start + 90], maxsplit=1)[0]
    ends = [0, *(match.end() for match in re.finditer(r"[^ ]+", sentence))][: SHORT + 1]
    if takes is None:
        naming = takewhile(lambda end: _naming().issuperset(_cut(sentence[:end])), ends)
        return start + max(naming)
    return start + max((end for end in ends if sentence[:end].strip() in takes), default=0)


@lru_cache(maxsize=4096)
def fillings(name: str) -> frozenset[str] | None:
    """Return all that the slot *name* takes, plain, or None when it takes others than names and closed words."""
    if name in _turned():
        return _turned()[name]
    many = name.endswith(".many") or name == "nouns"
    parts = _MEDIA if name in ("noun", "nouns") else (name.removesuffix(".many"),)
    found: set[str] = set()
    for part in parts:
        section = sections().get(part)
        if section is None:
            return None
        if section.kind == "join":
            for inner in section.lines:
                found |= fillings(inner + (".many" if many else "")) or set()
            continue
        lines = [line.partition(" => ")[0] for line in section.lines]
        if section.kind not in ("things", "closed") or any(sign in line for line in lines for sign in "{(["):
            return None
        found |= {plain(plural(line) if many else line) for line in lines}
    return frozenset(found)


@lru_cache(maxsize=1)
def _turned() -> dict[str, frozenset[str]]:
    """Return the slots that a turn fills with closed words of its own, and all that it fills them with."""
    adverbs = chain.from_iterable(chain.from_iterable(adjusting.MANNERS.values()))
    return {
        "adv": frozenset(map(plain, ("", *adverbs))),
        "head": frozenset(plain(head) for fact in reason.facts() for head in fact.heads),
        "rel": frozenset(("who", "that", "which")),
        "some": frozenset(("someone", "something")),
    }


@lru_cache(maxsize=1)
def _naming() -> frozenset[str]:
    """Return the words that media are named with, in the slots that a turn fills itself, such as {it}."""
    lines = " ".join(line for name in ("it.new", "it.latest", *_MEDIA) for line in sections()[name].lines)
    said = "the a an my your this that these those it them i you made sent uploaded result resulting original very last latest newest"
    numbers = "first second third fourth fifth sixth"
    handles = (f"{kind}#{number}" for kind in ("image", "video", "audio", "mask", "region") for number in range(1, 30))
    return frozenset([*_cut(plain(re.sub(r"\{[^}]*\}", " ", lines))), *said.split(), *numbers.split(), *handles])


def _loose(text: str) -> str:
    """Return *text* as :func:`plain` does, but with the spaces at its ends."""
    return _SPACE.sub(" ", _DROPPED.sub("", text.lower()))
