"""What the experts for moving pictures share: words that stand for things, the size of a clip, and the writing of its frames."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.expert import Clip, Refusal, Report
from models.previews import Filmstrip
from models.video import VideoWriter
from models.world import atlas
from models.world.acts import words_of
from models.world.film import Film
from models.world.mood import without_mood
from models.world.pictures import size_of
from models.world.poster import poster
from models.world.render import Stage, frames
from models.world.scene import Scene, extent
from models.world.verbs import FORMS, KNOWN
from models.world.wish import Wish

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

USUAL = (640, 360)
"""Pixels across and down of a clip where nothing else is asked for."""
MOST_PIXELS = 1920 * 1080
"""Pixels of one frame, at most: more would take minutes."""
MOST_HIGH = 0.48
"""The share of the frame's height that a thing may fill at the beginning of a film, so that there is room to move."""
_CAMERA = frozenset({"zoom", "zooms", "pan", "pans", "camera", "sets", "rises", "falls", "starts", "begins", "raining", "snowing", "slowly",
                     "quickly", "towards", "times", "twice", "once", "makes", "make", "let", "video", "clip", "animation", "movie", "film"})  # fmt: skip


def clip_size(text: str | None) -> tuple[int, int, list[str]]:
    """Return width and height in even px for a ``size=`` setting, and notes on what had to be changed."""
    width, height, notes = size_of(text, USUAL)
    if width * height > MOST_PIXELS:
        scale = (MOST_PIXELS / (width * height)) ** 0.5
        width, height = int(width * scale), int(height * scale)
        notes = [*notes, f"a clip has at most {MOST_PIXELS} pixels in a frame, so this one has {width} x {height}"]
    return width + width % 2, height + height % 2, notes


def readable(caption: str) -> str:
    """Return *caption* for the reader of things: without changes of light, camera and numbers of times, and with verbs that
    look like things ("a bee circles around") said in another way."""
    plain = re.sub(r"\b(?:\w+ times|once|twice)\b", " ", without_mood(caption), flags=re.IGNORECASE)
    plain = re.sub(
        r"\b(?:circles|circling|circle|orbits|orbiting) (?=around\b|round\b|the\b|a\b|an\b)", "moves ", plain
    )
    return " ".join(plain.split()) or caption


def aliases(wish: Wish) -> dict[str, tuple[str, ...]]:
    """Return the phrases of a caption that stand for things, with the names in the atlas that they may mean."""
    found: dict[str, tuple[str, ...]] = {}
    for thing in wish.things:
        said, names = " ".join(words_of(thing.said)), (thing.name,) if thing.name else thing.choices
        if names and said:
            found[said] = found[said.split()[-1]] = names
    return found


def roomy(scene: Scene, ratio: float) -> Scene:
    """Return *scene*, for a frame of *ratio*, made smaller about its foot where its things are too large to leap in it."""
    boxes = [extent(thing, atlas.aspect(thing.name), ratio, 1.0) for thing in scene.things]
    factor = min([1.0, *(MOST_HIGH / (y1 - y0) for _, y0, _, y1 in boxes)])
    if factor == 1.0:
        return scene
    lowest = max(y1 for *_, y1 in boxes)
    foot = lowest if lowest > 1 else min(0.94, lowest)  # who looks in from the lower edge goes on doing so
    things = tuple(
        replace(t, x=0.5 + (t.x - 0.5) * factor, y=foot + (t.y - foot) * factor, size=max(0.02, t.size * factor))
        for t in scene.things
    )  # fmt: skip
    return replace(scene, things=things)


def said_of(wish: Wish) -> list[str]:
    """Return the notes on *wish*, without those on words that move something."""
    loose = tuple(
        word for word in wish.loose
        if not any(w in FORMS or w in KNOWN or w in _CAMERA for w in words_of(word)) and " ".join(words_of(word)) not in FORMS
    )  # fmt: skip
    return replace(wish, loose=loose).notes()


def write(
    film: Film, stage: Stage, path: Path, report: Report, first: NDArray[np.uint8] | None = None,
) -> Clip:  # fmt: skip
    """Write the frames of *film* to *path* and return the clip; *first* (uint8 [h, w, 3]) is shown as the first frame where it
    is given. *report* is called for every frame, so that a stop is heeded within one, with a strip of the frames done."""
    strip = Filmstrip(film.frames)
    with VideoWriter(path, stage.width, stage.height, film.fps) as writer:
        for number, made in enumerate(frames(film, stage)):
            pixels = first if number == 0 and first is not None else made.pixels
            writer.write(pixels)
            step = f"drawing, frame {number + 1} of {film.frames}"
            strip.put(number, pixels)
            report((number + 1) / film.frames, step, strip.look)
    return writer.clip


def facts_of(film: Film, clip: Clip) -> dict[str, Any]:
    """Return what a later turn and the page must know of a drawn *clip*: the film and its scene as plain data, and "poster", the
    time in s of the frame that stands for it where that is not the first."""
    shown = poster(film, clip.width, clip.height)
    return {"film": film.to_json(), "scene": film.scene.to_json(), **({"poster": shown} if shown else {})}


def finished(clip: Clip, label: str, notes: Sequence[str], more: dict[str, Any]) -> Clip:
    """Return *clip* with its label and what is known of it: "made", the *notes* and *more*."""
    clip.label = label[:120]
    clip.meta = {**clip.meta, "made": "picture-book", "notes": sentences(notes), **more}
    return clip


def sentences(notes: Iterable[str]) -> list[str]:
    """Return *notes* once each, each as a sentence."""
    whole = (note.strip() for note in notes)
    return list(dict.fromkeys(n[:1].upper() + n[1:] + ("" if n[-1:] in ".!?" else ".") for n in whole if n))


def film_of(meta: Any) -> Film | None:
    """Return the film that a clip's *meta* holds, None when it holds none. Raises Refusal when it cannot be read."""
    data = meta.get("film") if meta else None
    if not data:
        return None
    try:
        return Film.from_json(data)
    except ValueError as error:
        raise Refusal("What this clip was drawn from can no longer be read.", "Make the clip again.") from error
