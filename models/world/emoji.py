"""Emoji typed in a text, turned into words: "draw a 🐱 and two 🚗" is read as "draw a cat and two cars".

Which thing an emoji stands for is in the atlas (``Entry.emoji``). Variants in skin tone and style mean the same. An emoji that
only decorates ("a cat 🐱", "thank you 😊") adds nothing; one that the atlas does not know is left in the text, to be named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from models.colours import NAMED
from models.world import atlas, gatherings, lexicon, surroundings


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PICTOGRAPHS = "\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030-\u3299\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
"""The characters that emoji begin with, as they stand in a class of a regular expression."""
_MODIFIERS = "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_ONE = f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|[{PICTOGRAPHS}])[{_MODIFIERS}]*"
_EMOJI = re.compile(rf"{_ONE}(?:\u200d{_ONE})*")
_RUN = re.compile(rf"{_EMOJI.pattern}(?:[ ,]*{_EMOJI.pattern})*(?:s\b)?")
_ASIDE = ("smileys", "parts of the body", "hearts", "celebrations")
"""Subgroups whose emoji stand beside words as a sign of the writer's mood."""
_MOODS = re.compile(
    "[\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a\U0001fae0-\U0001faf8\U0001f440-\U0001f450\U0001f493-\U0001f49f"
    "\U0001f1e6-\U0001f1ff]"
)
"""Faces, hands, hearts and the letters of flags: asides that the atlas need not know."""
_SETTINGS = {
    "🏖": ("on", "beach"), "🏝": ("on", "island"), "🏜": ("in", "desert"), "🏞": ("in", "mountains"), "🏙": ("in", "city"),
    "🌃": ("in", "city at night"), "🌆": ("in", "city at sunset"), "🌇": ("at", "sunset"), "🌅": ("at", "sunrise"),
    "🌄": ("in", "mountains at sunrise"), "🌌": ("in", "space"), "🌁": ("in", "fog"), "🌫": ("in", "fog"),
}  # fmt: skip
"""Emoji of whole sceneries that the atlas has no thing for: how one is in them, and what they are called."""
_BARE = ("sunset", "sunrise", "space")
_ACTED_ON = _set(
    "remove delete erase move shift make turn rotate flip mirror recolour recolor colour color resize enlarge shrink replace swap change "
    "duplicate copy raise lower find detect hide grow tilt lift drop animate let on"
)
"""Words after which an emoji is a thing that is there already."""
_NUMBERS = {**lexicon.COUNTS, **lexicon.ABOUT}
_WAITING = frozenset((*lexicon.DETERMINERS, *lexicon.SIZES, *NAMED, *_NUMBERS))
"""Words between an article and its noun, and articles."""
_ENDING = _set("please pls thanks you away up down here there now it them this that too again well birthday")
"""Words that need no noun behind them, beside the nouns."""


def plain(sign: str) -> str:
    """Return the emoji *sign* without skin tone and without the marks that choose between its coloured and its plain style."""
    return re.sub(rf"[{_MODIFIERS}]", "", sign)


def spelled(text: str, *, extras: bool = True) -> str:
    """Return *text* with each emoji of a known thing in words: its name with an article, or the plural after a number; the same
    emoji several times running is that many things. What only decorates is left out, what is not known stays.

    An emoji behind whole words ("at the beach 🐕") brings a further thing; without *extras*, as in an instruction, nothing.
    """
    if text.isascii():
        return text
    text = re.sub(r"(\d)\ufe0f?\u20e3", r"\1 ", text)  # the key caps of digits count
    out, at = "", 0
    for run in _RUN.finditer(text):
        out += text[at : run.start()]
        at = run.end()
        said = _words(run[0], out, extras=extras)
        out = _joined(out if said[:1] != "," else out.rstrip(), said)
        if out[-1:].isalnum() and text[at : at + 1].isalnum():
            out += " "
    return out + text[at:]


def _joined(before: str, after: str) -> str:
    return f"{before} {after}" if before[-1:].isalnum() and after[:1].isalnum() else before + after


def _words(run: str, before: str, *, extras: bool) -> str:
    """Return what a *run* of emoji stands for behind the text *before*."""
    found: list[tuple[str, str, int]] = []  # the sign, its thing ("" for none), how often
    for sign in map(plain, _EMOJI.findall(run)):
        name = _meanings().get(sign, "")
        if found and found[-1][0] == sign:
            found[-1] = (sign, name, found[-1][2] + 1)
        else:
            found.append((sign, name, 1))
    words = re.split(r"[^\w']+", before.lower().rstrip(" ,"))
    last = words[-1]
    whole = before.rstrip()[-1:] not in ("", ",", ":") and (last in _ENDING or last in _nouns())
    if whole:
        found = [one for one in found if not _aside(*one[:2], before)] if extras else []
    parts = [_named(*one, words if number == 0 else [""], plural=run.endswith("s")) for number, one in enumerate(found)]
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + "".join(parts[-1:])
    placed = found[:1] and found[0][0] in _SETTINGS and not found[0][1]
    return f", {listed}" if whole and listed and not placed and found[0][1] else listed


def _aside(sign: str, name: str, before: str) -> bool:
    """Return whether *sign*, of the thing *name*, behind whole words says nothing new: a mood, or what is named there already."""
    if not name:
        return bool(_MOODS.match(sign))
    entry = atlas.entry(name)
    said = f" {re.sub(r'[^a-z0-9]+', ' ', before.lower())} "
    named = any(f" {word} " in said for word in (name, entry.plural, *entry.synonyms))
    return named or entry.subgroup in _ASIDE or entry.group == "faces"


def _named(sign: str, name: str, times: int, words: Sequence[str], *, plural: bool) -> str:
    """Return the words for *times* emoji *sign* of the thing *name* behind *words*."""
    last = words[-1]
    if not name:
        how, where = _SETTINGS.get(sign, ("", sign))
        if not how or last in lexicon.DETERMINERS:
            return where
        article = "" if where in _BARE else "the "
        return article + where if last in ("in", "on", "at", "to", "into", "by", "under") else f"{how} {article}{where}"
    entry = atlas.entry(name)
    if plural or (last.isdecimal() and int(last) != 1) or _NUMBERS.get(last, 1) != 1:
        return entry.plural
    if times > 1:
        return f"{times} {entry.plural}"
    if _begun(words):  # "a fluffy 🐱": the article came before
        return name
    article = "the" if last in _ACTED_ON else "an" if name[0] in "aeiou" else "a"
    return f"{article} {name}"


def _begun(words: Sequence[str]) -> bool:
    """Return whether *words* end with the beginning of a noun phrase: an article or number, and adjectives perhaps."""
    for word in reversed(words[-4:]):
        if word in _WAITING or word.isdecimal():
            return True
        if (
            word in _nouns()
            or word in lexicon.RELATIONS
            or word in lexicon.verbs()
            or word in ("and", "or", "of", "to", "me")
        ):
            return False
    return False


@lru_cache(maxsize=1)
def _meanings() -> dict[str, str]:
    """Return the thing of each emoji, by its plain form."""
    return {sign: entry.name for entry in atlas.entries() for sign in entry.emoji}


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    """Return the words that a noun phrase may end with: of things, kinds, places, hours and weathers."""
    phrases = [word for entry in atlas.entries() for word in (entry.name, entry.plural, *entry.synonyms, *entry.near)]
    phrases += [*surroundings.KIND_OF, *surroundings.TIME_OF, *gatherings.KINDS, *gatherings.OCCASIONS]
    return frozenset(phrase.rsplit(" ", 1)[-1] for phrase in phrases) - _WAITING - lexicon.verbs().keys()
