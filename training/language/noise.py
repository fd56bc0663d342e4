"""How people type: capitals, full stops, politeness, and in some messages typos and missing punctuation.

Everything works piece by piece, so that the words of a phrase stay an exact part of the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from training.language.phrasing import Book, Said

_NEAR = {"a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
         "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe",
         "y": "tu"}  # fmt: skip
NOISY = 0.15
_COURTEOUS = re.compile(r"\b(?:please|pls|for me|thanks|thank you)\b", re.IGNORECASE)
"""Nobody says please twice."""


def typo(rng: Random, word: str) -> str:
    """Return *word* with one slip of the fingers; words of fewer than four letters stay."""
    if len(word) < 4 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(_NEAR.get(word[at].lower(), word[at])) + word[at + 1 :]


def _typos(rng: Random, said: Said) -> None:
    for _ in range(rng.choice((1, 1, 2))):
        number = rng.randrange(len(said.pieces))
        text, mark = said.pieces[number]
        split = text.split(" ")
        at = rng.randrange(len(split))
        split[at] = typo(rng, split[at])
        said.pieces[number] = (" ".join(split), mark)


def _tidy(text: str) -> str:
    """Close the gaps that an empty slot left."""
    return text.replace(" ?", "?").replace("  ", " ") if " ?" in text or "  " in text else text


def _strip(text: str) -> str:
    return text.replace("'", "").replace(",", "").replace(";", "")


def _each(said: Said, change: Callable[[str], str]) -> None:
    said.pieces = [(change(text), mark) for text, mark in said.pieces]


def _capital(said: Said) -> None:
    text, mark = said.pieces[0]
    said.pieces[0] = (text[:1].upper() + text[1:], mark)


def _stop(rng: Random, said: Said, *, bare: bool) -> None:
    """End the message: a full stop now and then, a question mark mostly kept."""
    last = said.text.rstrip()[-1:]
    if last == "?":
        if rng.random() < 0.2:
            text, mark = said.pieces[-1]
            said.pieces[-1] = (text.rstrip("? "), mark)
    elif last not in ".!:;,)" and (chance := rng.random()) < 0.42:
        said.pieces.append((rng.choice(("!", "!", "..", " :)")) if chance < 0.04 and not bare else ".", -2))


def typed(rng: Random, book: Book, said: Said, *, polite: bool = True, bare: bool = False) -> Said:
    """Return *said* as typed: with a word of politeness round it (*polite*), capital, full stop, and noise in some."""
    if not said.text:
        return said
    if said.marks == 0:  # the whole is the phrase: mark it, so that what is put round it stays outside
        said.pieces, said.marks = [(text, 0) for text, _ in said.pieces], 1
    if polite:
        chance = rng.random()
        extra = book.text(rng, "polite.before" if chance < 0.10 else "polite.after") if chance < 0.18 else ""
        if not (_COURTEOUS.search(extra) and _COURTEOUS.search(said.text)):
            if chance < 0.10:
                said.pieces.insert(0, (extra + " ", -1))
            elif extra and not said.text.endswith("?"):
                said.pieces.append((extra, -1))
    said.pieces = [(_tidy(text), mark) for text, mark in said.pieces if text]
    last, mark = said.pieces[-1]
    said.pieces[-1] = (last.rstrip(" "), mark)
    if rng.random() < 0.6:
        _capital(said)
    _stop(rng, said, bare=bare)
    if rng.random() < NOISY:
        _disturb(rng, said)
    said.pieces = [piece for piece in said.pieces if piece[0]]
    return said


def _disturb(rng: Random, said: Said) -> None:
    """Slip, forget capitals or commas, or shout."""
    kind = rng.randrange(8)
    if kind < 4:
        _typos(rng, said)
    elif kind == 4:
        _each(said, str.lower)
    elif kind == 5:
        _each(said, _strip)
    elif kind == 6:
        said.pieces = [piece for piece in said.pieces if piece[1] != -2]
        _typos(rng, said)
    elif len(said.text) < 80 and "#" not in said.text:
        _each(said, str.upper)
