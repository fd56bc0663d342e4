"""Sounds from words and for pictures: whether they are what was asked for, in that order, and neither silent nor clipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from models.expert import Picture, Sound, Value
from models.values import Phrase
from models.world import atlas
from models.world.composer import compose
from models.world.scene import Backdrop, Scene, Thing
from models.world.sounds import CLASSES, RATE, natural_seconds, synthesise

from evaluation import sounds
from evaluation.experts.bench import Asked
from evaluation.experts.suite import FEATURES, Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Heard: TypeAlias = tuple[NDArray[np.float32], int]

SECONDS = 3.0


@dataclass(frozen=True)
class Sounding:
    """A request for the classes *wanted*, one after the other: *words* say them, or a *picture* shows what makes the sound.
    *task* is the one that is asked for, *truth* a synthesis of it (samples float32 [n] and their rate)."""

    task: str
    wanted: tuple[str, ...]
    words: str
    truth: Heard
    seed: int
    picture: Picture | None = None


@lru_cache(maxsize=1)
def asked_for() -> tuple[str, ...]:
    """Return the classes that captions name: those whose own name is among the words that mean them."""
    return tuple(name for name, family in CLASSES.items() if name in {word.rstrip("!") for word in family.words})


def synthesised(wanted: Sequence[str], rng: Random) -> Heard:
    """Return true sounds of the classes *wanted* one after the other, each as long as suits it within SECONDS, and the rate."""
    parts = []
    for name in wanted:
        seconds = float(np.clip(natural_seconds(name), 1.0, SECONDS))
        parts.append(synthesise(name, seconds, np.random.default_rng(rng.randrange(2**31))))
    return np.concatenate(parts).astype(np.float32), RATE


def _said(rng: Random, line: str) -> Sounding:
    wanted = tuple(rng.sample(asked_for(), 2 if line == "two in order" else 1))
    return Sounding("audio", wanted, ", then ".join(wanted), synthesised(wanted, rng), rng.randrange(2**31))


@lru_cache(maxsize=1)
def sounding() -> dict[str, str]:
    """Return the things of the atlas that make a sound, and its class."""
    return {entry.name: entry.sound for entry in atlas.entries() if entry.sound in CLASSES and entry.name.isalpha()}


def _shown(rng: Random, line: str) -> Sounding:
    name = rng.choice(sorted(sounding()))
    sound = sounding()[name]
    scene = Scene((Thing(name, 0.5, 0.55, 0.6, id=1),), Backdrop("plain", seed=rng.randrange(2**31)))
    pixels = compose(scene, 320, 240).pixels
    wanted, words = (sound,), ""
    picture = Picture(pixels, meta={"made": "picture-book", "scene": scene.to_json()})
    if line == "a plain picture, the sound named":
        wanted = (rng.choice(asked_for()),)
        words, picture = wanted[0], Picture(pixels)
    return Sounding("sound_for", wanted, words, synthesised(wanted, rng), rng.randrange(2**31), picture)


def sound_of(values: Sequence[Value]) -> Heard | None:
    """Return the first sound among *values* as its samples float32 [n, channels] and their rate; None without one."""
    found = next((value for value in values if isinstance(value, Sound)), None)
    return None if found is None else (found.samples, found.rate)


def silent() -> Heard:
    """Return SECONDS of silence."""
    return np.zeros(round(SECONDS * RATE), np.float32), RATE


def ordered(wanted: Sequence[str], heard: Sequence[str]) -> bool:
    """Return whether the classes *wanted* are all *heard*, each for the first time before the last time of the next."""
    if not all(name in heard for name in wanted):
        return False
    last = {name: len(heard) - 1 - list(reversed(heard)).index(name) for name in wanted}
    return all(list(heard).index(one) < last[two] for one, two in pairwise(wanted))


def sound_score(case: Sounding, answer: Heard, tools: Tools) -> Marks:
    """Return whether the sound is of the class (two in order: both are heard in this order) and of its group, how much of it is
    silent or clipped, and its features."""
    ears = tools.ears()
    samples, rate = answer
    if len(case.wanted) == 1:
        name = ears.named(samples, rate)
        right = name == case.wanted[0]
        kin = name in CLASSES and CLASSES[name].group == CLASSES[case.wanted[0]].group
    else:
        heard = ears.sequence(samples, rate)
        right = ordered(case.wanted, heard)
        kin = ordered([CLASSES[n].group for n in case.wanted], [CLASSES[n].group for n in heard])
    return {
        "right": float(right),
        "kin": float(kin),
        "silent": sounds.silence_share(samples, rate),
        "clipped": sounds.clipping_share(samples),
    }


_MEASURES = {
    "right": Measure("right class"),
    "kin": Measure("right family"),
    "silent": Measure("silent"),
    "clipped": Measure("clipped"),
    FEATURES: Measure("Fréchet distance", "distance"),
}
_ABOUT = (
    "The sound recogniser names the class (of two in order: both are heard, the first before the second) and with it its family. Silent: the share "
    "of 20 ms stretches under -60 dB; clipped: the share of samples in runs at the limit. The Fréchet distance is that of recogniser features to "
    "true sounds of other requests."
)

AUDIO: Suite[Any, Any] = Suite(
    task="audio",
    about=f"A caption names one class of sounds, or two that follow one another. {_ABOUT}",
    lines=("one sound", "two in order"),
    measures=_MEASURES,
    draw=_said,
    asked=lambda case: Asked("audio", args=(Phrase(case.words),), seed=case.seed),
    answer=lambda values, case: sound_of(values) or silent(),
    truth=lambda case: case.truth,
    nothing=lambda case: silent(),
    score=sound_score,
    features=lambda answer, tools: tools.ears().features(*answer),
    uses=("sounds",),
)

SOUND_FOR: Suite[Any, Any] = Suite(
    task="sound_for",
    about="The sound of one thing on a plain ground is asked for: of a drawn picture, which carries its scene, without a word; of a plain "
    f"picture with the sound named. {_ABOUT}",
    lines=("a drawn picture", "a plain picture, the sound named"),
    measures=_MEASURES,
    draw=_shown,
    asked=lambda case: Asked(
        "sound_for",
        (case.picture,),
        args=(Phrase(case.words),) if case.words else (),
        params={"duration": f"{SECONDS:g}"},
        seed=case.seed,
    ),
    answer=lambda values, case: sound_of(values) or silent(),
    truth=lambda case: case.truth,
    nothing=lambda case: silent(),
    score=sound_score,
    features=lambda answer, tools: tools.ears().features(*answer),
    uses=("sounds",),
)
