"""Captions of sounds that are true of the sound made: which, how many, how high, how loud, in which order; checked by the reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from models.plurals import article, plural_of
from models.world.hear import SoundPlan, plan
from models.world.sounds import CLASSES

from training.language.phrasing import Split
from training.truth.talk import banks

if TYPE_CHECKING:
    from models.expert import Sound

RATE = 22050
"""Samples a second of the sounds that are written."""
_NUMBER = ("", "a", "two", "three", "four", "five", "six")
_HOW: dict[str, Callable[[float, float, bool], bool]] = {
    "loud": lambda pitch, loudness, far: loudness > 1.1, "quiet": lambda pitch, loudness, far: loudness < 0.8 and not far, "soft": lambda pitch, loudness, far: loudness < 0.8 and not far,
    "high-pitched": lambda pitch, loudness, far: pitch >= 2, "deep": lambda pitch, loudness, far: pitch <= -2, "low": lambda pitch, loudness, far: pitch <= -2,
    "distant": lambda pitch, loudness, far: far, "faint": lambda pitch, loudness, far: loudness < 0.6,
}  # fmt: skip
"""Words for how a sound is, and what must then be true of it: pitch in semitones, loudness as a factor, from afar."""
_THEN = (", then ", " followed by ", " and then ", ", and after that ", ", then finally ")
_WHILE = (" while ", " with ", " as ", " together with ")


@dataclass(frozen=True)
class Heard:
    """The *words* of a caption, the *plan* that they mean, and whether they are a sentence ("a dog barks") or a noun phrase."""

    words: str
    plan: SoundPlan
    sentence: bool

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in the order of their beginning, each once."""
        return tuple(dict.fromkeys(event.name for event in self.plan.events))

    def facts(self, seed: int) -> dict[str, Any]:
        """Return what is heard as plain data; *seed* is that of the samples."""
        events = [
            {name: value for name, value in asdict(event).items() if name != "word"} for event in self.plan.events
        ]
        return {
            "caption": self.words,
            "classes": list(self.classes),
            "events": events,
            "seconds": self.plan.seconds,
            "seed": seed,
            "rate": RATE,
        }


def samples(what: SoundPlan, seed: int) -> Sound:
    """Return the sound of a plan, the same for the same *seed*."""
    from models.expert import Sound
    from models.world.sounding import render

    return Sound(np.ascontiguousarray(render(what, seed, RATE)[:, None]), RATE)


def writer(what: SoundPlan, seed: int) -> Callable[[Path], None]:
    """Return what writes the sound of a plan as a WAV file."""

    def write(path: Path) -> None:
        from models.sound import save_wav

        save_wav(samples(what, seed), path)

    return write


@lru_cache(maxsize=1)
def _events() -> tuple[tuple[str, str], ...]:
    """Return (class, word) for the words that name one single event: "bark", "knock"."""
    return tuple(
        (family.name, word[:-1])
        for family in CLASSES.values()
        for word in family.words
        if word.endswith("!") and not family.bed
    )


_NO_ARTICLE = frozenset((
    "crickets", "applause", "cheering", "whistling", "jingle bells", "typing", "frying", "sweeping", "rain", "dripping", "wind", "hail", "waves", "pouring", "bubbles", "fire", "traffic", "maracas", "electricity",
    "white noise", "pink noise", "static", "music", "wings", "footsteps", "gravel steps", "thunder", "scissors", "chewing", "chopping",
))  # fmt: skip
_NO_NAME = frozenset(
    (
        "underwater",
        "paper",
        "glass break",
        "game over",
        "magic",
        "sweep",
        "machine",
        "man speaking",
        "woman speaking",
        "click",
        "clink",
        "slam",
        "creak",
        "growl",
    )
)
"""Classes whose name is not what a person calls the sound."""


@lru_cache(maxsize=1)
def _lasting() -> tuple[str, ...]:
    """Return the classes that are asked for by their name."""
    return tuple(name for name in CLASSES if name not in _NO_NAME)


def part(rng: Random, split: Split, *, sentence: bool) -> Heard | None:
    """Return one sound in words that mean just that; None where the reader of sounds takes them otherwise."""
    if sentence or rng.random() < 0.3:
        text = banks(split).text(rng, "sound.verb" if sentence else "sound.noun")
        made = plan(text)
        plain = (
            len(made.events) == 1 and not made.unknown and not made.notes and " and " not in text and "," not in text
        )
        return Heard(text, made, sentence) if plain else None
    how = rng.choice(list(_HOW)) if rng.random() < 0.5 else ""
    if rng.random() < 0.6:
        name, word = rng.choice(_events())
        count = rng.choice((1, 1, 2, 2, 3, 4, 5))
        said = " ".join(
            filter(None, (_NUMBER[count] if count > 1 else "", how, word if count == 1 else plural_of(word)))
        )
        text = article(said) if count == 1 else said
    else:
        name, count = rng.choice(_lasting()), 0
        said = " ".join(filter(None, (how, name)))
        text = said if name in _NO_ARTICLE else article(said)
    made = plan(text)
    if {event.name for event in made.events} != {name} or made.unknown or made.notes or len(made.events) != 1:
        return None
    event = made.events[0]
    if (count and event.count != count) or (how and not _HOW[how](event.pitch, event.loudness, event.distant)):
        return None
    return Heard(text, made, sentence=False)


def heard(rng: Random, split: Split, *, count: int = 1, order: bool = True, sentence: bool | None = None) -> Heard:
    """Return a caption of *count* different sounds, one after the other or (not *order*) at once. Raises RuntimeError."""
    for _ in range(400):
        whole = rng.random() < 0.4 if sentence is None else sentence
        parts: list[Heard] = []
        while len(parts) < count:
            one = part(rng, split, sentence=whole)
            if one is not None and not set(one.classes) & {name for other in parts for name in other.classes}:
                parts.append(one)
        joint = rng.choice(_THEN if order else _WHILE[:1] if whole else _WHILE[1:])
        words = joint.join(one.words for one in parts)
        made = plan(words)
        if _as_meant(made, parts, order=order):
            return Heard(words, made, whole)
    raise RuntimeError(f"no caption of {count} sounds was found")


def _as_meant(made: SoundPlan, parts: Sequence[Heard], *, order: bool) -> bool:
    """Return whether the caption gives each part's sound, as often, as high and as loud, in this order or at once."""
    if made.unknown or made.notes or len(made.events) != len(parts):
        return False
    found = {event.name: event for event in made.events}
    for one in parts:
        want, got = one.plan.events[0], found.get(one.plan.events[0].name)
        if (
            got is None
            or got.count != want.count
            or got.pitch != want.pitch
            or (got.distant, got.pace) != (want.distant, want.pace)
        ):
            return False
        if order and abs(got.loudness - want.loudness) > 1e-6:
            return False
    starts = [found[one.plan.events[0].name].start for one in parts]
    ends = [found[one.plan.events[0].name].start + found[one.plan.events[0].name].seconds for one in parts]
    if order:
        return all(b > a and b >= end - 0.3 for a, b, end in zip(starts, starts[1:], ends, strict=False))
    return len(parts) < 2 or max(starts) < min(ends)
