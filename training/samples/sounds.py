"""The sheet of sounds: spectrograms of many classes by name, and what is heard of a drawn scene, of a film and of a caption."""

from __future__ import annotations

from random import Random

import numpy as np
from models.world import atlas, hear
from models.world.composer import compose
from models.world.placing import place
from models.world.read import read
from models.world.render import frame
from models.world.sounding import film_plan, render, scene_plan
from models.world.sounds import CLASSES, natural_seconds, synthesise
from models.world.staging import stage_of
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.recognisers.spectra import RATE, spectrogram
from training.samples.captions import filled
from training.samples.films import film_of
from training.samples.page import (
    FAINT,
    INNER,
    PAPER,
    TONES,
    Colour,
    Pixels,
    beside,
    blank,
    cell,
    font,
    grid,
    long,
    page,
    reduced,
    under,
    words,
)  # fmt: skip

SHOWN, COLUMNS = 24, 6
"""Classes on the sheet, and in a row."""
SCENE = "a {singer} and a {engine} in the rain"
FILM = "a {runner} runs to the right on a meadow, then a {bird} flies away"
CAPTIONS = (
    "a dog barks twice, then a {engine} drives by in the rain",
    "three knocks, then a door creaks while a clock ticks",
)
_RAMP = ((0, (10, 9, 32)), (64, (66, 26, 110)), (128, (176, 46, 96)), (192, (240, 128, 50)), (255, (252, 244, 190)))
"""Colours from silence to the loudest place."""


def sounds(seed: int) -> Pixels:
    """Return the sheet: time goes to the right, pitch upwards on the mel scale, 40 Hz to 8 kHz; brighter is louder."""
    rng = Random(f"sounds {seed}")
    single = [_single(name, seed) for name in chosen(rng)]
    return page(
        [grid(single, COLUMNS, between=14), _scene(rng), _film(rng), *(_caption(rng, text) for text in CAPTIONS)], 24
    )


def chosen(rng: Random) -> list[str]:
    """Return SHOWN classes, as many of each group as can be, in the order of the groups."""
    groups: dict[str, list[str]] = {}
    for name, family in CLASSES.items():
        groups.setdefault(family.group, []).append(name)
    for names in groups.values():
        rng.shuffle(names)
    queue = [(turn, group, name) for group, names in groups.items() for turn, name in enumerate(names)]
    first = sorted(queue, key=lambda row: row[0])[:SHOWN]
    order = list(groups)
    return [name for _, _, name in sorted(first, key=lambda row: (order.index(row[1]), row[0]))]


def _single(name: str, seed: int) -> Pixels:
    seconds = min(4.0, natural_seconds(name))
    samples = synthesise(name, seconds, np.random.default_rng([seed, *name.encode()]), rate=RATE)
    wide = cell(COLUMNS)
    length = words(f"{seconds:.1f} s", long(f"{seconds:.1f} s", 14) + 2, 14, FAINT)
    said = words(name, wide - length.shape[1], 15)
    return under([heat(samples, wide, 92), beside([said, length], 0)], 5)


def heat(samples: NDArray[np.float32], width: int, height: int) -> Pixels:
    """Return the mel spectrogram of *samples*, float32 [n] at RATE, as a picture of *width* x *height*."""
    import cv2

    levels = (spectrogram(samples, RATE)[::-1] + 1) * 127.5
    fine = np.clip(cv2.resize(levels, (width, height), interpolation=cv2.INTER_CUBIC), 0, 255)
    stops = [stop for stop, _ in _RAMP]
    channels = [np.interp(fine, stops, [colour[c] for _, colour in _RAMP]) for c in range(3)]
    return np.asarray(np.stack(channels, axis=2) + 0.5, np.uint8)


def _scene(rng: Random) -> Pixels:
    """Return a drawn scene beside what is heard of it."""
    (caption,) = filled(rng, SCENE)
    wide = cell(3)
    size = (2 * wide, 2 * round(wide * 9 / 16))
    scene = place(read(caption), *size, rng.randrange(10**6)).scene
    picture = reduced(compose(scene, *size).pixels, wide, size[1] // 2)
    told = scene_plan(scene, 5.0, lambda name: atlas.entry(name).sound)
    return _heard(f"a drawn scene and its sound: “{caption}”", picture, told, rng.randrange(10**6))


def _film(rng: Random) -> Pixels:
    """Return the middle frame of a film beside what is heard of it."""
    (caption,) = filled(rng, FILM)
    wide = cell(3)
    size = (2 * wide, 2 * round(wide * 9 / 16))
    film = film_of(caption, size, rng.randrange(10**6))
    picture = reduced(frame(film, stage_of(film, *size), film.seconds / 3).pixels, wide, size[1] // 2)
    told = film_plan(film, lambda name: atlas.entry(name).sound)
    return _heard(f"a film and its sound: “{caption}”", picture, told, rng.randrange(10**6))


def _caption(rng: Random, text: str) -> Pixels:
    """Return what is heard of words alone."""
    (caption,) = filled(rng, text)
    return _heard(f"from words alone: “{caption}”", None, hear.plan(caption), rng.randrange(10**6))


def _heard(said: str, picture: Pixels | None, told: hear.SoundPlan, seed: int) -> Pixels:
    """Return the spectrogram of a plan of sounds over a bar for each of its events, beside *picture* if there is one."""
    wide = INNER if picture is None else cell(3, INNER) * 2 + 12
    samples = render(told, seed, RATE)
    high = 110 if picture is None else 120
    bars = [_bar(event, told.seconds, wide, TONES[n % len(TONES)]) for n, event in enumerate(told.events[:5])]
    right = under([heat(samples, wide, high), *bars, _axis(told.seconds, wide)], 4)
    shown = right if picture is None else beside([picture, right])
    return under([words(said, INNER, 16), shown], 5)


def _bar(event: hear.SoundEvent, whole: float, wide: int, tone: Colour) -> Pixels:
    """Return when *event* is heard as a bar with its name."""
    said = event.name + (f", {event.count} times" if event.count and event.count > 1 else "")
    made = Image.fromarray(blank(wide, 18))
    pen = ImageDraw.Draw(made)
    x0, x1 = (round(wide * time / whole) for time in (event.start, min(whole, event.start + event.seconds)))
    pen.rounded_rectangle((x0, 1, max(x0 + 4, x1 - 1), 16), radius=4, fill=tone)
    inside = long(said, 13) + 12 <= x1 - x0
    place_ = x0 + 6 if inside else x1 + 5 if x1 + 5 + long(said, 13) < wide else x0 - 5 - long(said, 13)
    pen.text((place_, 9), said, fill=(255, 255, 255) if inside else tone, font=font(13), anchor="lm")
    return np.asarray(made)


def _axis(whole: float, wide: int) -> Pixels:
    """Return the seconds under a spectrogram."""
    made = Image.fromarray(blank(wide, 16, PAPER))
    pen = ImageDraw.Draw(made)
    for second in range(int(whole) + 1):
        x = wide * second / whole
        said = f"{second} s"
        pen.text((min(x, wide - long(said, 13)), 8), said, fill=FAINT, font=font(13), anchor="lm")
    return np.asarray(made)
