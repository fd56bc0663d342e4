"""Change a clip as an instruction says: a drawn one by changing what it was drawn from, a person's by looks and falling weather."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from models.expert import Clip, Expert, Inputs, Refusal, Report, Share
from models.markings import Place, place_of
from models.previews import Filmstrip
from models.values import Checkpoint, Span, TaskCall

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.world.film import Film

TASK = "video_edit"
NAME = "Picture book (redrawn film, looks)"


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no video or nothing is said."""
    inputs.first(call, "video")
    _words(call)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it needs the atlas of drawn things, and no weights but those of the sentence encoder."""
    import cv2  # noqa: F401  (loaded here, so that the first call is as quick as the next)

    from models.world.filming import film_of
    from models.world.tools import tools

    known = tools(device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Clip:
        """Return the changed clip; frames per second and sound stay, and, unless it was asked to be faster or slower, the
        length. ``meta`` has made, of, notes and, for a drawn clip, film and scene."""
        handle = inputs.first(call, "video")
        clip = inputs.clip(handle)
        report(0.01, "reading what is said")
        film = film_of(inputs.media[handle].meta) or film_of(clip.meta)
        if film is None:
            return _looked(call, inputs, handle, clip, known, report)
        return _redrawn(call, inputs, handle, clip, film, known, report)

    return expert


def _words(call: TaskCall) -> str:
    words = " ".join(call.phrases()).strip()
    if not words:
        raise Refusal("It is not said what to change.", "Say it in words, such as “make it look like a watercolour”.")
    return words


def _redrawn(
    call: TaskCall, inputs: Inputs, handle: str, clip: Clip, film: Film, known: Any, report: Report
) -> Clip:  # fmt: skip
    """Draw a changed film again, with the sound of the clip."""
    from models.video import put_sound
    from models.world.filming import facts_of, finished, write
    from models.world.refilm import refilm
    from models.world.staging import stage_of

    words, size = _words(call), (clip.width, clip.height)
    marked, notes = _under(call, inputs, handle, clip, film)
    made = refilm(film, words, known, size, inputs.seed, marked)
    if any(isinstance(arg, Span) for arg in call.args):
        notes.append("a drawn clip is changed as a whole, the stretch was not used")
    stage = stage_of(made.film, *size)
    path = inputs.scratch / f"{call.id}-film.mp4"
    new = write(made.film, stage, path, Share(report, 0.1, 0.97))
    if clip.has_audio:
        new = put_sound(path, clip.path, inputs.scratch / f"{call.id}-film-sound.mp4")
        if abs(new.duration - clip.duration) > 0.1:
            notes.append("the sound keeps its own pace")
    report(1.0, "done")
    more = {**facts_of(made.film, new), "of": handle}
    return finished(new, words, [*made.done, *made.notes, *notes], more)


def _under(call: TaskCall, inputs: Inputs, handle: str, clip: Clip, film: Film) -> tuple[tuple[int, ...], list[str]]:
    """Return the ids of the things under the marked place in the frame that it was drawn on, and notes."""
    from models.video import frame_at
    from models.world.render import frame
    from models.world.staging import stage_of

    notes: list[str] = []
    if not call.refs("region", "mask"):
        return (), notes
    times = [r.time for r in inputs.regions.values() if r.handle in call.refs("region") and r.time is not None]
    number = frame_at(clip, times[0]) if times else 0
    drawn = frame(film, stage_of(film, clip.width, clip.height), number / film.fps, truth=True)
    place = place_of(call, inputs, handle, drawn.pixels, find_edges=False, report=lambda *_: None, notes=notes)
    if place is None or drawn.masks is None:
        return (), notes
    there = place.at(number)
    share = [float((mask & there).sum()) / max(1.0, float(mask.sum())) for mask in drawn.masks]
    ids = tuple(thing.id for thing, s in zip(film.scene.things, share, strict=True) if s > 0.5)
    if not ids:
        notes.append("there is no thing in the marked place, so it was not used")
    return ids, notes


def _looked(call: TaskCall, inputs: Inputs, handle: str, clip: Clip, known: Any, report: Report) -> Clip:
    """Give a person's clip a look or falling weather, frame by frame: everywhere, or in the marked place and stretch."""
    from models.video import VideoWriter, read_frame, read_frames
    from models.world.filming import finished

    words, notes = _words(call), list[str]()
    work, said = _work(words, known)
    place: Place | None = None
    if call.refs("region", "mask"):
        place = place_of(
            call, inputs, handle, read_frame(clip, 0), find_edges=False, report=Share(report, 0.0, 0.05), notes=notes
        )
        if place is not None and not place.moving:
            notes.append("the marked place stays where it was drawn; use video_segment to follow a thing")
    spans, counts = [arg for arg in call.args if isinstance(arg, Span)], [0, 0]
    path = inputs.scratch / f"{call.id}-look.mp4"
    frames, strip = read_frames(clip), Filmstrip(clip.frames)
    try:
        with VideoWriter(path, clip.width, clip.height, clip.fps, clip.path if clip.has_audio else None) as writer:
            for number, pixels in enumerate(frames):
                time = clip.begins + number / clip.fps
                old, here = pixels, not spans or any(s.start <= time + 1e-6 and time < s.end for s in spans)
                if here:
                    pixels = _within(pixels, work(pixels, number / clip.fps), place, number)
                _count(counts, old, pixels, place.at(number) if place is not None and here else here)
                writer.write(pixels)
                strip.put(number, pixels)
                step = f"{said}, frame {number + 1} of {max(number + 1, clip.frames)}"
                report(min(0.99, 0.05 + 0.94 * (number + 1) / max(1, clip.frames)), step, strip.look)
    finally:
        getattr(frames, "close", lambda: None)()
    report(1.0, "done")
    more = {"changed_inside": counts[0], "changed_outside": counts[1]} if place is not None or spans else {}
    return finished(writer.clip, said, notes, {"of": handle, "made": "a look over the clip", "look": said, **more})


def _count(
    counts: list[int], old: NDArray[np.uint8], new: NDArray[np.uint8], allowed: NDArray[np.bool_] | bool
) -> None:
    """Add to *counts* how many pixels of a frame differ where that is *allowed* (bool [h, w], or all or none), and elsewhere."""
    differs = (old != new).any(axis=2)
    inside = int(np.count_nonzero(differs & allowed))
    counts[0] += inside
    counts[1] += int(np.count_nonzero(differs)) - inside


def _within(old: NDArray[np.uint8], new: NDArray[np.uint8], place: Place | None, number: int) -> NDArray[np.uint8]:
    """Return *new* in the marked place and *old* elsewhere."""
    return new if place is None else np.asarray(np.where(place.at(number)[..., None], new, old), np.uint8)


def _weather(words: str) -> str:
    """Return the weather that *words* name, "" for none."""
    for word, weather in (("snow", "snowfall"), ("storm", "storm"), ("rain", "rain"), ("fog", "fog"), ("mist", "fog")):
        if re.search(rf"\b{word}(?:s|y|ing|fall|flakes)?\b", words.lower()):
            return weather
    return ""


def _grading(words: str) -> list[str]:
    """Return the gradings that *words* ask for by a mood ("spooky") or by themselves ("warmer"), in their order."""
    from models.world.instructions import read_orders
    from models.world.moods import MOODS

    found: list[str] = []
    for order in read_orders(words).orders:
        if order.verb == "mood":
            found += filter(None, (MOODS[order.new].photo, MOODS[order.new].grade))
        elif order.verb == "grade":
            found.append(order.new)
    return found


def _work(words: str, known: Any) -> tuple[Callable[[NDArray[np.uint8], float], NDArray[np.uint8]], str]:
    """Return what changes a frame at a time, s, and its name. Raises Refusal naming what works."""
    from models.world.backdrops import front
    from models.world.grades import graded
    from models.world.scene import STYLES, Backdrop
    from models.world.steady import steadied

    wish = known.read(words)
    if looks := _grading(words):
        return lambda pixels, time: reduce(graded, looks, pixels), ", ".join(looks)
    style = wish.style or next((style for style in STYLES if style and style in words.lower()), "")
    if not style and wish.time == "night":
        style = "night"
    if style:
        look = steadied(style)
        return lambda pixels, time: look(pixels), style
    falls = _weather(words)
    if falls:
        backdrop = Backdrop("meadow", falls)

        def weather(pixels: NDArray[np.uint8], time: float) -> NDArray[np.uint8]:
            canvas = pixels.astype(np.float32)
            front(backdrop, canvas, time)
            return np.asarray(np.clip(canvas + np.float32(0.5), 0, 255), np.uint8)

        return weather, falls
    raise Refusal(
        f"What this clip shows is not on record, so “{words[:60]}” cannot be done to it.",
        f"What works on any clip: a look ({', '.join(s for s in STYLES if s)}), a mood such as spooky or cosy, or rain, snow or fog. "
        "To blur, recolour or cut, use adjust.",
    )
