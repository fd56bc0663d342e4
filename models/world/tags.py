"""Cuts a caption into the phrases it is made of, each with everything that it may mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.colours import NAMED
from models.world import lexicon, surroundings
from models.world.emoji import PICTOGRAPHS
from models.world.gatherings import KINDS, OCCASIONS

MOST_READ = 2000
"""Characters of a caption that are read."""
LONGEST = 6
"""Words of the longest phrase that is looked for."""
_NUMBERED = re.compile(rf"\b({'|'.join(n for n in lexicon.COUNTS if n.isalpha())}|\d+)-([a-z]{{2,}})\b")
"""A number joined to a word: "three-legged"."""
_HYPHENED = re.compile(r"\b([a-z]+(?:-[a-z]+)+)\b(?=( [a-z]+)?)")
_WITH = re.compile(r"\bw/ ?")
_TOKEN = re.compile(rf"#[0-9a-fA-F]{{6}}\b|[^\W_]+(?:_[^\W_]+)+|[^\W_]+(?:['’][^\W_]+)?|[.,;:!?()]|-|[{PICTOGRAPHS}]")
_MARKUP = re.compile(r"<(box|pt|t)>[^<]*</\1>|<task>\s*\w*|</?[a-z]+>")
"""The tags of the model's own language, when a person types them: they name nothing."""
_SHADES = ("light", "pale", "bright", "dark", "deep", "")
WHEREABOUTS = ("underwater", "indoors", "outdoors", "outside", "downtown", "midair")
"""Words for places that say where the noun before them is, and make no compound with it."""
_GLUE = frozenset(("rel", "det", "count", "about", "filler", "pron", "not", "and", "stop", "spot", "arranged"))


@dataclass(frozen=True)
class Tag:
    """One phrase: its *words* as typed in lower case, and *means*: kind of meaning -> value. Kinds: stop, and, det, count,
    about, rel, spot, arranged, filler, pron, not; colour, size, place, time, style, verb, adverb, thing, kin, occasion;
    an unknown word means nothing."""

    words: str
    means: dict[str, Any] = field(default_factory=dict)

    @property
    def glue(self) -> bool:
        """Whether it joins nouns rather than being part of one."""
        return not _GLUE.isdisjoint(self.means)

    def is_(self, *kinds: str) -> bool:
        return any(kind in self.means for kind in kinds)


def cut(caption: str, known: Callable[[str], Any]) -> list[Tag]:
    """Return the tags of *caption*; *known* gives what stands for the exact name of a thing, or None.

    The longest phrase that means anything is taken at each place. A word with a hyphen is tried whole and as two words.
    """
    words = _words(caption, known)
    tags: list[Tag] = []
    at = 0
    while at < len(words):
        for length in range(_reach(words, at), 0, -1):
            phrase = " ".join(words[at : at + length])
            means = meanings(phrase, length, known)
            if "about" in means and _named(words, at, length, known):
                continue  # "a stack of books" has a name of its own
            if phrase == "a couple" and not _counts(words[at + length :]):
                continue  # "a couple in a forest" is two people, "a couple dogs" are dogs
            if means or length == 1:
                tags.append(Tag(phrase, means))
                at += length
                break
    return tags


def _reach(words: list[str], at: int) -> int:
    """Return how many words from *at* on may make a phrase: LONGEST, or fewer before a mark."""
    for length in range(min(LONGEST, len(words) - at)):
        if not words[at + length][0].isalnum() and words[at + length][0] != "#":
            return max(1, length)
    return min(LONGEST, len(words) - at)


def _named(words: list[str], at: int, length: int, known: Callable[[str], Any]) -> bool:
    """Return whether the *length* words at *at* ("a stack of") begin, behind their article, the name of a thing."""
    start = at + (words[at] in ("a", "an"))
    return words[at + length - 1] == "of" and any(
        known(" ".join(words[start : at + length + more])) is not None
        for more in (1, 2)
        if at + length + more <= len(words)
    )


def _counts(behind: list[str]) -> bool:
    """Return whether "a couple" is a number before the words *behind* it: whether a noun or what may describe one comes next."""
    following = behind[0] if behind else "."
    joins = (
        following in lexicon.verbs() or following in lexicon.ADVERBS or following in WHEREABOUTS or following == "'s"
    )
    return not joins and (following in ("more", "different", "other") or not _glues(following))


def _glues(word: str) -> bool:
    return not _GLUE.isdisjoint(meanings(word, 1, lambda phrase: None))


def _numbered(match: re.Match[str]) -> str:
    """Return "twenty-one" as a number, and "three-legged", which is none, as one word with _ for its hyphen."""
    first, second = lexicon.COUNTS.get(match[1], 0), lexicon.COUNTS.get(match[2], 0)
    if first >= 20 and 0 < second < 10:
        return str(first + second)
    return match[0] if second else f"{match[1]}_{match[2]}"


def _joined(match: re.Match[str], known: Callable[[str], Any]) -> str:
    """Return a word with hyphens, with _ for them where the atlas knows it so, alone or with the word behind it."""
    whole = any(known(phrase) is not None for phrase in (match[1], match[1] + (match[2] or "")))
    return match[1].replace("-", "_") if whole else match[1]


def _opening(caption: str) -> str:
    """Return the part of *caption* that is read, in lower case: whole words, of MOST_READ characters at most."""
    plain = caption.lower().replace("’", "'").rstrip()
    if len(plain) <= MOST_READ:
        return plain
    return plain[: MOST_READ + 1].rpartition(" ")[0] or plain[:MOST_READ]


def unread(caption: str) -> list[str]:
    """Return a sentence on how far *caption* is read, where that is not to its end."""
    read, whole = _opening(caption), len(caption.rstrip())
    if len(read) >= whole:
        return []
    last = " ".join(read.split()[-4:])[-60:]
    return [f"The description was read up to “… {last}”: {len(read):,} of its {whole:,} characters."]


def _words(caption: str, known: Callable[[str], Any]) -> list[str]:
    found: list[str] = []
    plain = _MARKUP.sub(" ", _opening(caption))
    plain = _NUMBERED.sub(_numbered, plain)
    plain = _HYPHENED.sub(lambda match: _joined(match, known), plain)
    for word in _TOKEN.findall(_WITH.sub("with ", plain)):
        if word == "-":
            continue
        if "_" in word:
            found.append(word.replace("_", "-"))
            continue
        if word.endswith("'s") and word not in ("it's", "there's") and known(word) is None:
            found += [word[:-2], "'s"]
        else:
            found.append(word)
    return found


def meanings(phrase: str, length: int, known: Callable[[str], Any]) -> dict[str, Any]:
    """Return everything that *phrase* (of *length* words) may mean, by kind; empty for an unknown word."""
    if phrase in ".;:!?()":
        return {"stop": phrase}
    if phrase == ",":
        return {"and": ","}
    if phrase in ("and", "&", "n", "plus", "or", "as well as", "along with"):
        return {"and": "and"}
    if phrase == "'s":
        return {"owner": True}
    glue = _glue(phrase)
    if glue:
        return glue
    means = _content(phrase)
    if length == 1 or (length <= 5 and not _several(phrase)):
        thing = known(phrase)
        if thing is not None:
            means["thing"] = thing
    if length == 1 and phrase in lexicon.verbs():
        means["verb"] = phrase
    return means


def _several(phrase: str) -> bool:
    """Return whether *phrase* says more than a name can: "two cats", "umbrella in the rain"."""
    first, _, _ = phrase.partition(" ")
    within = phrase.partition(" in ")[2].removeprefix("the ")
    counted = first == "of" or not _glue(first).keys().isdisjoint(("det", "count", "about"))
    return counted or within in surroundings.TIME_OF or within in surroundings.KIND_OF


def _glue(phrase: str) -> dict[str, Any]:
    if phrase.isdecimal():
        return {"count": int(phrase[:6])} if int(phrase[:6]) else {"not": phrase}
    tables: tuple[tuple[str, Any], ...] = (
        ("count", lexicon.COUNTS), ("about", lexicon.ABOUT), ("arranged", lexicon.ARRANGED), ("spot", lexicon.PLACES_ABSOLUTE),
        ("rel", lexicon.RELATIONS),
    )  # fmt: skip
    for kind, table in tables:
        if phrase in table:
            return {kind: table[phrase]}
    sets: tuple[tuple[str, Any], ...] = (
        ("not", lexicon.NOT), ("det", lexicon.DETERMINERS), ("pron", lexicon.PRONOUNS), ("filler", lexicon.FILLING_PHRASES),
        ("filler", lexicon.FILLERS),
    )  # fmt: skip
    for kind, words in sets:
        if phrase in words:
            return {kind: phrase}
    if phrase in ("same number of", "equal number of", "the same number of", "the equal number of", "as many"):
        return {"about": 0}
    return {}


def _content(phrase: str) -> dict[str, Any]:
    means: dict[str, Any] = {}
    if (named := colour_of(phrase)) is not None:
        means["colour"] = named
    tables: tuple[tuple[str, dict[str, Any]], ...] = (
        ("size", lexicon.SIZES), ("place", surroundings.KIND_OF), ("time", surroundings.TIME_OF), ("style", surroundings.STYLE_OF),
    )  # fmt: skip
    for kind, table in tables:
        if phrase in table:
            means[kind] = table[phrase]
    *before, last = phrase.split(" ")
    for single in lexicon.singulars(last):
        name = " ".join((*before, single))
        if name in KINDS:
            means.setdefault("kin", name)
        if name in OCCASIONS:
            means.setdefault("occasion", name)
    if phrase in lexicon.ADVERBS:
        means["adverb"] = phrase
    return means


def colour_of(phrase: str) -> str | None:
    """Return *phrase* as ``models.colours.colour`` reads it when it names a colour, else None."""
    if phrase.startswith("#"):
        return phrase if len(phrase) == 7 else None
    plain = phrase.removesuffix(" coloured").removesuffix(" colored").replace("grey", "gray").replace("golden", "gold")
    for shade in _SHADES:
        rest = plain.removeprefix(shade).strip()
        if rest in NAMED and (shade == "" or plain.startswith(shade + " ")):
            return plain
    return None
