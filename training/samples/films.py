"""Sheets of films: strips of frames with every thing's track, and films before and after a change that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
from models.world.film import Film
from models.world.filming import aliases, readable, roomy
from models.world.motion import plan
from models.world.placing import place
from models.world.read import read
from models.world.refilm import refilm
from models.world.render import Frame, frame
from models.world.staging import stage_of
from models.world.tools import tools
from PIL import Image, ImageDraw

from training.samples.captions import filled
from training.samples.page import (
    FAINT,
    INNER,
    TONES,
    Pixels,
    beside,
    cell,
    chip,
    long,
    padded,
    page,
    reduced,
    under,
    words,
)
from training.truth.films import FPS, Reel

FRAMES = 6
"""Frames of a strip."""
SPACE = 6
"""Paper between two frames, px."""
FINE = 2
"""How much larger frames are drawn than they are shown."""
RATIO = 16 / 9
MOTIONS: tuple[tuple[str, str], ...] = (
    ("moving", "a {car} drives to the right through the city"),
    ("entering", "a {walker} walks in from the left in the snow"),
    ("leaving", "a {runner} runs away to the right on a beach at sunset"),
    ("occluding", "a {hider} walks behind a {hideout} on a meadow"),
    ("growing", "a {plant} grows in a garden"),
    ("turning", "a {turner} spins in a room"),
    ("over another", "a {jumper} jumps over a {low} on a farm"),
    ("one after another", "a {flyer} flies to the left on a meadow, then a {walker} jumps twice"),
)
"""A kind of motion and a caption of it for each strip."""
CHANGES: tuple[tuple[str, str], ...] = (
    ("a {car} drives to the right on a street", "make the {car} {colour}"),
    ("a {ball} rolls to the left on a beach", "replace the {ball} with a {round}"),
    ("a {hider} jumps in a garden", "let it be {weather}"),
    ("a {flyer} flies to the right over the sea", "add a {boat} on the left"),
)
"""A caption and a change of what is filmed for it."""


def film_of(caption: str, size: tuple[int, int], seed: int) -> Film:
    """Return the film that the picture book makes of *caption* in frames of *size* px."""
    wish = read(readable(caption))
    scene = roomy(place(wish, *size, seed).scene, RATIO)
    return replace(plan(scene, caption, ratio=RATIO, seed=seed, free=True, aliases=aliases(wish)).film, fps=FPS)


def films(seed: int) -> Pixels:
    """Return a strip for each kind of motion: the box of every thing in each frame and the way of its middle so far."""
    size = _size()
    made = []
    for kind, text in MOTIONS:
        rng = Random(f"films {kind} {seed}")
        (caption,) = filled(rng, text)
        reel = Reel(film_of(caption, size, rng.randrange(10**6)), *size)
        pictures = [_tracked(picture, reel.truths[: n + 1]) for n, picture in _strip(reel)]
        made.append(under([_head(f"{kind}: “{caption}”", reel.film), beside(pictures, SPACE)], 5))
    return page(made, 18)


def film_edits(seed: int) -> Pixels:
    """Return films before and after a change: what moves goes on moving."""
    size, known = _size(), tools()
    made = []
    for number, texts in enumerate(CHANGES):
        rng = Random(f"film edits {number} {seed}")
        caption, change = filled(rng, *texts)
        before = film_of(caption, size, rng.randrange(10**6))
        after = refilm(before, change, known, size, rng.randrange(10**6)).film
        strips = [beside([picture for _, picture in _strip(Reel(film, *size))], SPACE) for film in (before, after)]
        made.append(under([words(f"“{caption}”, then “{change}”", INNER, 16), *strips], 5))
    return page(made, 18)


def _size() -> tuple[int, int]:
    wide = cell(FRAMES, gap=SPACE)
    return FINE * wide, FINE * round(wide / RATIO)


def _head(said: str, film: Film) -> Pixels:
    """Return the caption, a plate in its colour for every thing, and at the right what happens when."""
    names = {thing.id: thing.name for thing in film.scene.things}
    plates = [chip(name, TONES[n % len(TONES)]) for n, name in enumerate(names.values())]
    told = "; ".join(f"{names[e.id]}: {e.verb}, {e.time:.1f} to {e.time + e.seconds:.1f} s" for e in film.events)
    left = beside([words(said, long(said, 16) + 2, 16), *plates], 8)
    right = words(told, long(told, 14) + 2, 14, FAINT)
    return beside([padded(left, INNER - right.shape[1]), right], 0)


def _strip(reel: Reel) -> list[tuple[int, Pixels]]:
    """Return even frames of a film, each with its number."""
    film, wide, high = reel.film, reel.width // FINE, reel.height // FINE
    stage = stage_of(film, reel.width, reel.height)
    numbers = [round(n * (film.frames - 1) / (FRAMES - 1)) for n in range(FRAMES)]
    return [(n, reduced(frame(film, stage, n / film.fps).pixels, wide, high)) for n in numbers]


def _tracked(picture: Pixels, truths: Sequence[Frame]) -> Pixels:
    """Return *picture* with the boxes of the last of *truths*, and for each thing the way of its box's middle through all."""
    high, wide = picture.shape[:2]
    made = Image.fromarray(picture)
    pen = ImageDraw.Draw(made)
    for n, box in enumerate(truths[-1].boxes):
        tone = TONES[n % len(TONES)]
        way = [
            ((b.x0 + b.x1) / 2 * wide, (b.y0 + b.y1) / 2 * high)
            for truth in truths
            if (b := truth.boxes[n]) is not None
        ]
        if len(way) > 1:
            pen.line(way, fill=tone, width=2, joint="curve")
        if box is not None:
            x, y = way[-1]
            pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=tone)
            x0, y0, x1, y1 = box.to_pixels(wide, high)
            pen.rectangle((x0, y0, x1 - 1, y1 - 1), outline=tone, width=1)
    return np.asarray(made)
