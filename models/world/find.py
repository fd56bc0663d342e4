"""From a person's words to an object of the picture book: by name, by head noun, by kind, and by the nearest meaning.

``find`` claims nothing under a threshold, and says by ``Match.exact`` whether the words name the object itself or the object
only stands in for them. The written lists carry the weight: the encoder alone knows rare words badly (its nearest single word
is fit for 36 of 116 such words at no threshold at all, and for most of 124 things that nothing fits it is 0.5 or nearer).
THRESHOLD was measured with the shipped encoder on the phrases of ``training/world/phrases.txt`` that the lists leave open
(``python -m training.world.vectors --measure``). Of 47 that some object fits are answered fitly, unfitly, and of 124 that
nothing fits are answered at all: at 0.55 30 %, 11 %, 23 %; at 0.60 21 %, 4 %, 10 %; at 0.65 15 %, 2 %, 2 %; at 0.70 9 %, 0 %, 2 %.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.world import atlas
from models.world.emoji import spelled

Embed = Callable[[list[str]], NDArray[np.float32]]
"""From texts to their unit vectors, float32 [n, 384] (``models.reader.shared_embedder``)."""
THRESHOLD = 0.65
"""Score of ``nearest`` from which the nearest object is taken for what was meant."""
LONELY = 0.08
"""What an object of a single word is marked down by, for want of a second one to confirm the first."""
SPELLING = 0.86
"""Likeness (difflib's ratio, 0..1) from which a word is taken for a misspelt one."""
WORDS = "words.npy"
"""Vectors of all words of the atlas, int8 [n, 384] in the order of ``words``, made by ``python -m training.world.vectors``."""

_MEASURES = ["slice", "piece", "cup", "mug", "bowl", "glass", "bunch", "group", "pair", "herd", "flock", "pile", "heap", "kind", "sort", "type", "plate", "bottle", "box", "bag", "picture", "photo", "drawing", "painting", "image", "portrait", "crowd", "couple", "lot", "set", "basket", "row", "line", "tin", "can", "loaf", "stack", "jar", "pot", "bucket", "tub", "lots", "pack", "dozen"]  # fmt: skip
_BEHIND = re.compile(
    r" (?:with|without|in|on|at|under|over|near|by|from|for|that|who|which|wearing|holding|riding|made of|full of|next to|behind|beside|into|and|to|is|are) "
)
_LEAD = re.compile(
    r"^(?:(?:a|an|the|some|any|one|two|three|my|your|his|her|its|our|their|this|that|these|those|another|of) )+"
)
_NOT_BY_HEAD = frozenset({"sea horse", "sea lion", "dragon fruit", "star fish", "sea star", "prairie dog", "sea cucumber", "horse fly",
                          "fruit fly", "passion flower", "christmas ball", "car park", "fire hydrant", "praying mantis", "tea towel",
                          "bath towel", "washing machine", "sewing machine", "coffee machine", "vending machine", "steering wheel",
                          "spinning wheel", "black hole", "cork screw", "money tree", "family tree", "hot air balloon", "piggy bank",
                          "river bank", "blood bank", "data bank", "power bank", "high school", "text book", "face book"})  # fmt: skip
"""Compounds whose head noun is in the atlas and yet would be a wrong picture."""
_IRREGULAR = {"men": "man", "women": "woman", "children": "child", "people": "person", "mice": "mouse", "geese": "goose", "teeth": "tooth",
              "feet": "foot", "oxen": "ox", "dice": "die", "kids": "kid", "cacti": "cactus", "octopi": "octopus"}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """The object that words were found to mean: its canonical *name*, a *score* of 0..1, and whether the words are its very
    name, a synonym or a plural of these (*exact*), or it is only what comes nearest."""

    name: str
    score: float
    exact: bool


def find(phrase: str, embed: Embed | None = None) -> Match | None:
    """Return the object that *phrase* means, or None when nothing in the atlas would do.

    Tried in this order: the whole phrase as a name, synonym or plural (exact, score 1); a word that an object stands in for
    ("cheetah", 0.9); the noun before "with", "in" and the like, or after "a slice of"; the head noun after its adjectives
    ("a fluffy white kitten", 0.8); a kind ("fruit": its first member, 0.75). With *embed* also a misspelt word and the nearest
    word by meaning (the cosine, at least THRESHOLD). Without, the answer is a look-up and quick.
    """
    plain = plain_words(phrase)
    if not plain:
        return None
    known = _listed(plain)
    if known is not None or embed is None:
        return known
    close = nearest(phrase, embed)
    return _misspelt(plain) or (close if close.score >= THRESHOLD else None)


def nearest(phrase: str, embed: Embed) -> Match:
    """Return the object nearest to *phrase* in meaning, however far: ``score`` is the mean of the cosines of its two nearest words
    (its only word: LONELY less). Words that begin like one of the phrase's are passed over: the encoder sees rare words as pieces,
    and takes a dingo for a dinghy and a trampoline for a tram."""
    plain = plain_words(phrase)
    starts = {word[:3] for word in plain.split()}
    alike = [any(word[:3] in starts for word in known.split()) for known in words()]
    cosines = np.where(alike, -1.0, _cosines(plain, embed))
    best = np.maximum.reduceat(cosines, _firsts())
    others = cosines.copy()
    others[np.isin(cosines, best)] = -1.0
    second = np.maximum.reduceat(others, _firsts())
    scores = np.where(second > -1.0, (best + second) / 2, best - LONELY)
    place = int(np.argmax(scores))
    return Match(atlas.names()[place], float(np.clip(scores[place], 0, 1)), False)


def suggest(phrase: str, embed: Embed | None = None, count: int = 3) -> tuple[str, ...]:
    """Return up to *count* different names of objects nearest to *phrase*, best first, whatever their distance: by meaning with
    *embed*, otherwise by spelling (then there may be none)."""
    plain = plain_words(phrase)
    if embed is None or not plain:
        close = difflib.get_close_matches(plain, words(), 4 * count, 0.5)
        return tuple(dict.fromkeys(_index()[word].name for word in close))[:count]
    order = np.argsort(-_cosines(plain, embed), kind="stable")
    return tuple(dict.fromkeys(_owners()[n] for n in order[: 8 * count]))[:count]


def held_out(name: str) -> bool:
    """Return whether the object *name* is kept out of training, so that it can be measured how models do on things that they never
    saw: about one in ten, by the hash of the name alone."""
    return int.from_bytes(hashlib.sha256(f"world object {name}".encode()).digest()[:4], "big") % 10 == 0


@lru_cache(maxsize=1)
def words() -> tuple[str, ...]:
    """Return all words that the atlas knows, without plurals: of each entry its name, synonyms, then stand-ins."""
    return tuple(word for entry in atlas.entries() for word in (entry.name, *entry.synonyms, *entry.near))


@lru_cache(maxsize=8192)
def _listed(plain: str) -> Match | None:
    """Return what *plain* means by the lists alone."""
    whole = _word(plain)
    if whole is not None:
        return whole
    for part in _parts(plain):
        if (found := _word(part) or _by_head(part)) is not None:
            return Match(found.name, min(found.score, 0.8), False)
    return None


def _parts(plain: str) -> Iterator[str]:
    """Yield what may be the noun phrase of *plain*, the likeliest first: what a measure is of, what comes before a preposition."""
    first, of, rest = plain.partition(" of ")
    if of and first.rpartition(" ")[2] in {*_MEASURES, *(m + "s" for m in _MEASURES), "boxes", "glasses", "bunches"}:
        yield from _parts(_LEAD.sub("", rest))
    before = _BEHIND.split(plain, maxsplit=1)[0]
    yield before
    if (verbless := re.sub(r"(?: \w+ing| asleep| alone)+$", "", before)) != before:
        yield verbless
    if of:
        yield first


def _by_head(part: str) -> Match | None:
    """Return what the last words of *part* name, the longest that do, or what kind they are."""
    pieces = part.split(" ")
    if " ".join(_singulars(part)[:1]) in _NOT_BY_HEAD or part in _NOT_BY_HEAD:
        return None
    for start in range(1, len(pieces)):
        end = " ".join(pieces[start:])
        if (found := _word(end)) is not None:
            return found
    return None


def _word(phrase: str) -> Match | None:
    index = _index()
    for form in (phrase, *_singulars(phrase)):
        if form in index:
            return index[form]
    return None


@lru_cache(maxsize=1)
def _index() -> dict[str, Match]:
    """Return what each listed word means; names go before synonyms, these before stand-ins, these before kinds."""
    index: dict[str, Match] = {}
    entries = atlas.entries()
    for entry in entries:
        index.setdefault(entry.name, Match(entry.name, 1.0, True))
    for entry in entries:
        for word in (entry.plural, *entry.synonyms):
            index.setdefault(word, Match(entry.name, 1.0, True))
    for entry in entries:
        for word in entry.near:
            index.setdefault(word, Match(entry.name, 0.9, False))
    for entry in entries:
        for word in entry.kinds:
            index.setdefault(word, Match(entry.name, 0.75, False))
    return index


def _singulars(phrase: str) -> tuple[str, ...]:
    """Return what *phrase* may be the plural of, by its last word."""
    before, space, last = phrase.rpartition(" ")
    if last in _IRREGULAR:
        return (before + space + _IRREGULAR[last],)
    if len(last) < 3:
        return ()
    found = []
    for ending, instead in (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("men", "man"), ("es", ""), ("s", "")):
        if last.endswith(ending) and not last.endswith(("ss", "us")):
            found.append(before + space + last[: -len(ending)] + instead)
    return tuple(found)


def plain_words(phrase: str) -> str:
    """Return *phrase* in lower case, without punctuation, articles and possessives in front."""
    plain = spelled(phrase).lower().replace("’", "'").replace("‘", "'")
    plain = " ".join(re.sub(r"[^\w' -]+|_", " ", plain).split())
    return _LEAD.sub("", plain)[:200] if plain not in ("one", "two", "three", "100") else plain


def _misspelt(plain: str) -> Match | None:
    """Return the object whose word *plain* is but for a slip; short words are too much alike to say."""
    if len(plain) < 6:
        return None
    pool = [word for word in words() if word[0] == plain[0] and abs(len(word) - len(plain)) <= 2]
    close = difflib.get_close_matches(plain, pool, 1, SPELLING)
    return Match(_index()[close[0]].name, 0.7, False) if close else None


def _cosines(plain: str, embed: Embed) -> NDArray[np.float32]:
    """Return how near *plain* is to each of ``words``: float32 [n], cosines."""
    near: NDArray[np.float32] = _vectors() @ np.asarray(embed([plain]), np.float32)[0]
    return near


@lru_cache(maxsize=1)
def _firsts() -> NDArray[np.intp]:
    """Return where each object's words begin in ``words``, int [objects]."""
    counts = [1 + len(entry.synonyms) + len(entry.near) for entry in atlas.entries()]
    return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)


def name_vectors() -> NDArray[np.float32]:
    """Return the unit vector of each object's own name, float32 [objects, 384], in the order of the atlas. Raises ValueError when
    the vectors were made for another list of words."""
    return np.asarray(_vectors()[_firsts()])


@lru_cache(maxsize=1)
def _owners() -> tuple[str, ...]:
    return tuple(entry.name for entry in atlas.entries() for _ in (entry.name, *entry.synonyms, *entry.near))


@lru_cache(maxsize=1)
def _vectors() -> NDArray[np.float32]:
    """Return unit vectors of ``words``, float32 [n, 384]. Raises ValueError when they were made for another list of words."""
    raw = np.load(atlas.FOLDER / WORDS, allow_pickle=False).astype(np.float32)
    if len(raw) != len(words()):
        raise ValueError(f"{WORDS} holds {len(raw)} vectors for {len(words())} words: run training.world.vectors again")
    unit: NDArray[np.float32] = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return unit
