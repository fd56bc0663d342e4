"""Reads a caption of sounds into a plan: which sounds, in which order or at once, how often, how high, how loud, how long.

"a dog barks twice, then rain" gives a dog with two barks and, when it is done, rain. Nothing is invented: words that stand for
no sound known here are listed in the plan, and a caption without any known sound gives a plan without events.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.world import atlas
from models.world.emoji import spelled
from models.world.hear_parts import MOST, Asked, read_part
from models.world.hear_words import lexicon
from models.world.sounds import CLASSES, natural_seconds

Embed: TypeAlias = Callable[[list[str]], NDArray[np.float32]]
VECTORS = "sounds.npy"
"""Vectors of all ``phrases``, int8 [n, 384] in their order, made by ``python -m training.world.vectors``."""
LONGEST = 30.0
"""Seconds of the longest sound that is made."""
NEAR = 0.74
"""Cosine from which an unknown phrase is taken for the nearest known one, always with a note that says so. Measured with MiniLM:
"pooch" (0.77), "school bell" (0.78) and "babbling creek" (0.80) lie above, "gramophone" (0.72) and "sadness" (0.68) below."""
_THEN = r"\b(?:and then|then|followed by|and after that|after that|after which|afterwards|and next|next|finally|and finally|before)\b|;|\.\s|\n"
_AT_ONCE = r"\b(?:while|whilst|as|and|with|along with|together with|plus|during|over|meanwhile|accompanied by|amid|against|without|but no|but not|but)\b|,|&|\+"


@dataclass(frozen=True)
class SoundEvent:
    """One stretch of one class: *start* and *seconds* on the plan's clock, *pitch* in semitones, *count* of events (None: as
    many as suit), *loudness* and *pace* as factors, *distant* as if from afar, *word* what was said."""

    name: str
    start: float
    seconds: float
    pitch: float = 0.0
    count: int | None = None
    loudness: float = 1.0
    pace: float = 1.0
    distant: bool = False
    word: str = ""


@dataclass(frozen=True)
class SoundPlan:
    """What will be heard: *events* in order of their start, the whole length in *seconds*, *unknown* words that stand for no
    known sound, and *notes* on what was taken for what."""

    events: tuple[SoundEvent, ...]
    seconds: float
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            **asdict(self),
            "events": [asdict(e) for e in self.events],
            "unknown": list(self.unknown),
            "notes": list(self.notes),
        }


def plan(text: str, embed: Embed | None = None, seconds: float | None = None) -> SoundPlan:
    """Read *text* and lay its sounds out on a clock.

    *embed* turns phrases into unit vectors, float32 [n, d]; with it an unknown phrase close to a known one is taken for that,
    with a note. *seconds* is the whole length (0.5..30), else it follows from what is asked for.
    """
    stages: list[list[Asked]] = []
    unknown: list[str] = []
    notes: list[str] = []
    banned: list[str] = []
    for stage in _stages(text):
        asked: list[Asked] = []
        for part, refused in stage:
            heard, strange = read_part(part)
            if refused:
                banned += [a.name for a in heard]
                continue
            if not heard and strange and embed is not None and (near := nearest(" ".join(strange), embed)):
                name, score = near[0]
                if score >= NEAR:
                    notes.append(f"“{' '.join(strange)}” was taken for: {name}")
                    heard, strange = [Asked(name, " ".join(strange))], []
            asked += heard
            unknown += [
                word for word in ([" ".join(strange)] if not heard and strange else strange) if word not in unknown
            ]
        stages += _apart(_merged(asked))
    stages = [kept for stage in stages if (kept := _allowed(stage, banned))]
    events, length = _laid(stages, seconds)
    most = {event.name for event in events if event.count == MOST}
    if most and not re.search(rf"\b{MOST}\b|\bsixty\b", text.lower()):
        notes.append(f"{', '.join(sorted(most))}: {MOST} times are the most that I make")
    return SoundPlan(tuple(events), length, tuple(unknown), tuple(notes))


def nearest(phrase: str, embed: Embed | None, most: int = 3) -> list[tuple[str, float]]:
    """Return the known classes nearest to *phrase* with a score 0..1, the best first: by meaning with *embed*, else by spelling."""
    if not phrase.strip():
        return []
    if embed is None:
        words = {" ".join(k): s.sound for k, s in lexicon().items() if s.sound and not s.person}
        close = difflib.get_close_matches(phrase.lower(), list(words), 12, 0.6)
        found = [(words[w], difflib.SequenceMatcher(None, phrase.lower(), w).ratio()) for w in close]
    else:
        scores = vectors() @ np.asarray(embed([phrase]), np.float32)[0]
        found = [(phrases()[int(i)][0], float(scores[i])) for i in np.argsort(-scores)[:40]]
    best: dict[str, float] = {}
    for name, score in found:
        best.setdefault(name, score)
    return list(best.items())[:most]


@lru_cache(maxsize=1)
def phrases() -> tuple[tuple[str, str], ...]:
    """Return every phrase for a class of sounds: the class and the phrase, its own name first."""
    return tuple((f.name, w.rstrip("!")) for f in CLASSES.values() for w in dict.fromkeys((f.name, *f.words)))


@lru_cache(maxsize=1)
def vectors() -> NDArray[np.float32]:
    """Return unit vectors of ``phrases``, float32 [n, 384]. Raises ValueError when they were made for another list of phrases."""
    raw = np.load(atlas.FOLDER / VECTORS, allow_pickle=False).astype(np.float32)
    if len(raw) != len(phrases()):
        raise ValueError(
            f"{VECTORS} holds {len(raw)} vectors for {len(phrases())} phrases: run training.world.vectors again"
        )
    unit: NDArray[np.float32] = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return unit


def _stages(text: str) -> list[list[tuple[str, bool]]]:
    """Cut a caption into stages that follow one another, each into parts at once; a part is flagged when it is refused
    ("without thunder"). "A after B" is turned into B, A."""
    clean = re.sub(r"[“”\"!?()\[\]]", " ", spelled(text).lower().replace("’", "'")).strip(" .")
    clean = re.sub(r"(\d),(\d)", r"\1.\2", clean)
    pieces: list[str] = []
    for piece in re.split(_THEN, clean):
        late = re.split(r"\bafter\b(?!\s+(?:a while|that|\d|one|two|three|a few|some))", piece)
        pieces += [p.strip(" ,") for p in (reversed(late) if len(late) == 2 else late)]
    stages = []
    for piece in pieces:
        parts, refused = [], False
        for token in re.split(f"({_AT_ONCE})", piece):
            if re.fullmatch(_AT_ONCE, token):
                refused = token in ("without", "but no", "but not")
            elif token.strip():
                parts.append((token.strip(), refused or token.strip().startswith(("no ", "not "))))
                refused = False
        if parts:
            stages.append(parts)
    return stages


def _merged(asked: list[Asked]) -> list[Asked]:
    """Keep one of two equal wishes: "crinkling and crumpling" is one sound."""
    kept: list[Asked] = []
    for one in asked:
        same = [k for k in kept if (k.name, k.pitch, k.count, k.distant) == (one.name, one.pitch, None, one.distant)]
        if not same or one.count is not None:
            kept.append(one)
    return kept


def _allowed(stage: list[Asked], banned: list[str]) -> list[Asked]:
    """Take out what is not wanted; a storm without thunder, or without rain, is made of the rest of it."""
    kept = []
    for one in stage:
        if one.name == "storm" and {"thunder", "rain", "wind"} & set(banned):
            kept += [replace(one, name=name) for name in ("wind", "rain", "thunder") if name not in banned]
        elif one.name not in banned:
            kept.append(one)
    return kept


def _apart(asked: list[Asked]) -> list[list[Asked]]:
    """Sounds named in one breath go on together, but single events with a count of their own follow one another."""
    single = [a for a in asked if not CLASSES[a.name].bed and (a.count is not None or CLASSES[a.name].usual == 1)]
    if len(single) < 2 or len(single) < len(asked):
        return [asked] if asked else []
    return [[a] for a in asked]


def _length(asked: Asked) -> float:
    if asked.seconds:
        return asked.seconds
    return natural_seconds(asked.name, asked.count) / max(1.0, asked.pace if asked.count else 1.0)


def _stage_length(stage: list[Asked]) -> float:
    """As long as its longest event; where something goes on beneath, long enough to hear that too."""
    lengths = [_length(a) for a in stage if not CLASSES[a.name].bed or a.seconds or len(stage) == 1]
    beds = [min(4.0, _length(a)) for a in stage if CLASSES[a.name].bed]
    return max([*lengths, *beds, 0.5])


def _laid(stages: list[list[Asked]], seconds: float | None) -> tuple[list[SoundEvent], float]:
    """Give every sound its place on the clock, within *seconds* where that is said."""
    behind = [a for stage in stages for a in stage if a.behind]
    stages = [kept for stage in stages if (kept := [a for a in stage if not a.behind])] or ([behind] if behind else [])
    behind = behind if stages and stages != [behind] else []
    if not stages:
        return [], float(np.clip(seconds or 0.0, 0.0, LONGEST))
    lengths = [_stage_length(stage) for stage in stages]
    wanted = float(np.clip(seconds if seconds is not None else sum(lengths), 0.5, LONGEST))
    share = wanted / sum(lengths)
    events: list[SoundEvent] = []
    start = 0.0
    for stage, length in zip(stages, lengths, strict=True):
        room = length * share
        for asked in stage:
            wait = asked.wait if asked.wait < wanted - 0.3 else 0.0
            own = min(room, asked.seconds * min(1.0, share)) if asked.seconds else room
            if not CLASSES[asked.name].bed and asked.count is not None and len(stage) > 1:
                own = min(room, _length(asked) * max(1.0, 1.15))
                wait += 0.15 * (room - own)
            tail = 0.25 if CLASSES[asked.name].bed and len(stages) > 1 else 0.0
            own = max(0.1, min(own + tail, wanted - start - wait))
            events += _voices(asked, start + wait, own)
        start += room
    for asked in behind:
        events += [replace(e, loudness=e.loudness * 0.55) for e in _voices(asked, 0.0, wanted)]
    events.sort(key=lambda e: e.start)
    return events, round(wanted, 3)


def _voices(asked: Asked, start: float, seconds: float) -> list[SoundEvent]:
    """One event, or one for each of several animals, each a little higher or lower and later than the one before."""
    events = []
    for number in range(min(4, max(1, asked.voices))):
        shift = (0.0, 1.8, -1.5, 3.0)[number]
        late = min(0.17 * number, 0.2 * seconds)
        events.append(SoundEvent(
            asked.name, round(start + late, 3), round(max(0.1, seconds - late), 3), round(asked.pitch + shift, 2), asked.count,
            round(asked.loudness * (0.4 if asked.distant else 1.0), 3), asked.pace, asked.distant, asked.word))  # fmt: skip
    return events
