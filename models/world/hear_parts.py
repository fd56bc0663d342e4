"""Reads one part of a caption ("two loud barks of a big dog") into the sounds it asks for, and the words it does not know."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from models.world.hear_words import (
    BEHIND,
    FAR,
    HIGH,
    LOUD,
    NUMBERS,
    PACE,
    PEOPLE,
    TIMES,
    VERY,
    Sense,
    neutral,
    sense,
    settle,
)  # fmt: skip
from models.world.sounds import CLASSES

MOST = 60
"""Times that one sound is made, at most."""
_LONGEST_PHRASE = 4
_OBJECT = frozenset({"on", "at", "against", "into", "onto", "through", "to", "up", "off", "down"})
_PLACE = frozenset(
    {"in", "near", "beside", "under", "inside", "outside", "by", "behind", "around", "at", "on", "from", "of", "above"}
)
_SECONDS = re.compile(
    r"(?:\bfor\s+)?(?:about\s+)?\b(\d+(?:\.\d+)?|[a-z]+)[\s-]*(?:s|secs?|seconds?)\b(?:\s+(?:long|of))*"
)
_AFTER = re.compile(r"\bafter\s+(\d+(?:\.\d+)?|[a-z]+)\s*(?:s|secs?|seconds?)\b")
_HERTZ = re.compile(r"\b(\d+(?:\.\d+)?)\s*(k?)\s*(?:hz|hertz)\b")
_NOTE = re.compile(r"\b([a-g])\s?(#|♯|b|♭|sharp|flat)?(\d)\b")
_TIMES = re.compile(r"\b(\d+|[a-z]+)\s+times\b|\b(\d+)\s?x\b")
_STEPS = {"c": -9, "d": -7, "e": -5, "f": -4, "g": -2, "a": 0, "b": 2}


@dataclass(frozen=True)
class Asked:
    """One sound as asked for, before it has a place on the clock. *seconds* and *wait* are 0 where nothing is said; *voices*
    how many animals call; *behind* whether it lies under everything else."""

    name: str
    word: str = ""
    count: int | None = None
    pitch: float = 0.0
    loudness: float = 1.0
    pace: float = 1.0
    seconds: float = 0.0
    wait: float = 0.0
    voices: int = 1
    distant: bool = False
    behind: bool = False


@dataclass(frozen=True)
class _Hit:
    """A known phrase: the words from *first* to before *last*, and what it means."""

    first: int
    last: int
    means: Sense


def read_part(text: str) -> tuple[list[Asked], list[str]]:
    """Return the sounds that *text* (lower case, no "then" or "and" in it) asks for, and its unknown words in order."""
    text, seconds, wait, hertz, times = _measures(text)
    words = re.findall(r"[a-z0-9][a-z0-9'\-]*", text.replace("'s ", " "))
    words = [w.removesuffix("'s") for w in words]
    hits = _hits(words)
    taken = {i for hit in hits for i in range(hit.first, hit.last)}
    strange = [w for i, w in enumerate(words) if i not in taken and not neutral(w)]
    sounds = _joined(words, [h for h in hits if h.means.sound or h.means.verb], bool(strange))
    if not sounds and not strange and any(w in ("noise", "hiss") for w in words):
        sounds = [(hits[0] if hits else _Hit(0, len(words), Sense("white noise")), "white noise")]
    asked: list[Asked] = []
    for hit, name in sounds:
        one = Asked(name, " ".join(words[hit.first : hit.last]), seconds=seconds, wait=wait)
        asked.append(_qualified(one, hit, words, hits, [h for h, _ in sounds], times))
    asked = _once_each(asked)
    if hertz and asked:
        asked = [replace(a, pitch=_tuned(a.name, hertz)) if CLASSES[a.name].base else a for a in asked]
    if asked and all(w in ("a", "b") or len(w) < 2 for w in strange):
        strange = []
    return asked, strange


def _number(word: str) -> float:
    if re.fullmatch(r"\d+(?:\.\d+)?", word):
        return float(word)
    return float(NUMBERS.get(word, 0))


def _measures(text: str) -> tuple[str, float, float, float, int]:
    """Take lengths, delays, frequencies and "n times" out of the text."""
    seconds = wait = hertz = 0.0
    times = 0
    if (m := _AFTER.search(text)) and _number(m[1]):
        wait, text = _number(m[1]), text.replace(m[0], " ", 1)
    if (m := _TIMES.search(text)) and _number(m[1] or m[2]):
        times, text = int(_number(m[1] or m[2])), text.replace(m[0], " ", 1)
    if (m := _HERTZ.search(text)) is not None:
        hertz, text = float(m[1]) * (1000 if m[2] else 1), text.replace(m[0], " ", 1)
    elif (m := _NOTE.search(text)) is not None:
        sharp = {"#": 1, "♯": 1, "sharp": 1, None: 0}.get(m[2], -1)
        hertz, text = 440 * 2 ** ((_STEPS[m[1]] + sharp + 12 * (int(m[3]) - 4)) / 12), text.replace(m[0], " ", 1)
    if (m := _SECONDS.search(text)) and _number(m[1]):
        seconds, text = min(30.0, _number(m[1])), text.replace(m[0], " ", 1)
    return text, seconds, wait, hertz, min(times, MOST)


def _hits(words: list[str]) -> list[_Hit]:
    """Known phrases from left to right, the longest at each place."""
    hits, i = [], 0
    while i < len(words):
        for size in range(min(_LONGEST_PHRASE, len(words) - i), 0, -1):
            means = sense(tuple(words[i : i + size]))
            if means is not None:
                hits.append(_Hit(i, i + size, means))
                i += size
                break
        else:
            i += 1
    return hits


def _joined(words: list[str], hits: list[_Hit], strange: bool) -> list[tuple[_Hit, str]]:
    """Marry verbs to their subjects, so that "the barking of a dog" is one sound; return each sound with the phrase it hangs on."""
    made: list[tuple[_Hit, str]] = []
    used: set[int] = set()
    for n, hit in enumerate(hits):
        if not hit.means.verb or n in used:
            continue
        who = _subject(words, hits, n, used)
        if who is not None:
            used.add(who)
            name = settle(hit.means.verb, hits[who].means.sound) or hit.means.sound
            if not name:  # a verb without a sound of its own leaves the subject as it was
                used.discard(who)
                continue
            at = hit if hits[who].means.person or name == hit.means.sound else hits[who]
            made.append((replace(at, means=hits[who].means) if at is hits[who] else at, name))
        elif hit.means.sound:
            made.append((hit, hit.means.sound))
        used.add(n)
        if hit.means.sound and n + 1 < len(hits) and n + 1 not in used and not hits[n + 1].means.verb:
            between = words[hit.last : hits[n + 1].first]
            if any(w in _OBJECT for w in between) and not any(w in ("in",) for w in between):
                used.add(n + 1)  # what is knocked at or walked on is silent itself
    for n, hit in enumerate(hits):
        if n in used or hit.means.verb:
            continue
        if hit.means.person:
            if not made and not strange and len(hits) == 1:
                made.append((hit, hit.means.sound))
            continue
        made.append((hit, hit.means.sound))
    return sorted(made, key=lambda pair: pair[0].first)


def _subject(words: list[str], hits: list[_Hit], n: int, used: set[int]) -> int | None:
    """Who does the verb of hit *n*: the thing just before it, or after it in "a barking dog" and "the barking of a dog"."""
    if n and n - 1 not in used and not hits[n - 1].means.verb:
        between = words[hits[n - 1].last : hits[n].first]
        if not any(w in ("in", "near", "by") for w in between):
            return n - 1
    if n + 1 < len(hits) and n + 1 not in used and not hits[n + 1].means.verb:
        between = [w for w in words[hits[n].last : hits[n + 1].first] if w not in ("a", "an", "the")]
        direct = all(neutral(w) and w not in _OBJECT and w not in _PLACE for w in between)
        if direct or between[:1] in (["of"], ["from"]):
            return n + 1
    return None


def _qualified(asked: Asked, hit: _Hit, words: list[str], hits: list[_Hit], others: list[_Hit], times: int) -> Asked:
    """Add what the words round the phrase say of it: how often, how loud, how high, how fast, how far."""
    count: int | None = times or None
    voices, pitch, loudness, pace, distant, behind, very = 1, 0.0, 1.0, 1.0, False, False, 1.0
    family = CLASSES[asked.name]
    for i, word in enumerate(words):
        if not _belongs(i, hit, others):
            continue
        inside = hit.first <= i < hit.last
        if word in TIMES:
            count = TIMES[word]
        elif (number := int(_number(word))) and not any(h.first <= i < h.last for h in hits):
            counted = next((h for h in hits if h.first > i), hit)
            alive = family.group in ("animals", "birds", "insects") and not counted.means.verb and not counted.means.one
            voices, count = (number, count) if alive or counted.means.person else (voices, number)
        elif word in LOUD and not inside:
            loudness *= LOUD[word] ** very
        elif word in PACE and not inside:
            pace = PACE[word]
        elif word in HIGH and (not inside or hit.last - hit.first == 1):
            pitch += HIGH[word] * very
        distant, behind = distant or word in FAR, behind or word in BEHIND
        very = VERY.get(word, 1.0)
    if count is None and hit.means.one and _alone(words, hit):
        count = 1
    before = words[hit.first - 1 : hit.first] + words[max(0, hit.first - 2) : hit.first]
    if family.bed and hit.first and before and any(w in ("in", "at") for w in before) and len(others) > 1:
        loudness *= 0.7  # a place where something happens stays behind it
    return replace(asked, count=min(count, MOST) if count else None, voices=voices, pitch=max(-18.0, min(18.0, pitch)), pace=pace,
                   loudness=max(0.1, min(2.0, loudness)), distant=distant, behind=behind)  # fmt: skip


def _belongs(i: int, hit: _Hit, others: list[_Hit]) -> bool:
    """A word belongs to the phrase that follows it closely, else to the one before."""
    if len(others) < 2:
        return True
    after = [h for h in others if h.last > i]
    before = [h for h in others if h.first <= i]
    if after and (after[0].first - i <= 2 or not before):
        return after[0] == hit
    return bool(before) and before[-1] == hit


def _alone(words: list[str], hit: _Hit) -> bool:
    """Whether the phrase is one event: "a bark", "one loud knock"; "barks" and "barking" are any number."""
    if words[hit.last - 1].endswith(("s", "ing")) and not words[hit.last - 1].endswith("ss"):
        return False
    for word in reversed(words[: hit.first]):
        if word in ("a", "an", "one", "single"):
            return True
        if not neutral(word):
            return False
    return False


def _once_each(asked: list[Asked]) -> list[Asked]:
    """Keep one of each class: "a dog barking, bark bark" asks for one dog."""
    seen: dict[str, Asked] = {}
    for one in asked:
        old = seen.get(one.name)
        seen[one.name] = one if old is None else replace(
            old, count=old.count or one.count, voices=max(old.voices, one.voices), pitch=old.pitch or one.pitch,
            loudness=old.loudness if old.loudness != 1.0 else one.loudness)  # fmt: skip
    return list(seen.values())


def _tuned(name: str, hertz: float) -> float:
    """The semitones from the class's own pitch to *hertz*."""
    return max(-36.0, min(36.0, 12 * math.log2(max(20.0, hertz) / CLASSES[name].base)))


def is_person(word: str) -> bool:
    """Whether *word* names somebody, who is heard only by what they do."""
    return word in PEOPLE
