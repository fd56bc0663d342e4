"""Bring a picture to life: the things of a drawn scene by verbs; a photo by the camera, and a marked thing in it by verbs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.expert import Clip, Expert, Inputs, Picture, Refusal, Report, Share
from models.markings import MARK_HINT, place_of
from models.values import Checkpoint, TaskCall

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.world.scene import Scene

TASK = "animate"
NAME = "Picture book (moving layers)"
MOST_SIDE = 960
"""Pixels of the longer side of a clip made of a picture, at most."""
MOST_MARKED = 0.8
"""The largest share of a picture that a marked thing may cover to move by itself."""

LEAST_FOUND = 0.08
"""The least share of the mark that a thing whose edge was found must fill to be believed."""


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; the text encoder finds the nearest names for words that the atlas does not know."""
    import cv2  # noqa: F401  (loaded here, so that the first call is as quick as the next)

    from models.reader import shared_embedder
    from models.world.scene import Scene

    embed = shared_embedder(device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Clip:
        """Return the clip, whose first frame is the picture; ``meta`` has made, notes and, for a drawn scene, film and scene."""
        handle = inputs.first(call, "image")
        picture = inputs.picture(handle)
        try:
            data = inputs.media[handle].meta.get("scene")
            scene = Scene.from_json(data) if data else None
        except ValueError:
            scene = None  # drawn by a program that is gone: a picture like any other
        report(0.01, "reading the marks")
        if scene is not None:
            return _drawn(call, inputs, handle, picture, scene, embed, report)
        return _photo(call, inputs, handle, picture, report)

    return expert


def _drawn(
    call: TaskCall, inputs: Inputs, handle: str, picture: Picture, scene: Scene, embed: Any, report: Report
) -> Clip:  # fmt: skip
    """Let the things of a drawn scene do what is said."""
    from models.world.arriving import with_new
    from models.world.filming import facts_of, finished, write
    from models.world.motion import plan
    from models.world.parallax import fitted_size
    from models.world.staging import stage_of

    words, notes = " ".join(call.phrases()).strip(), list[str]()
    rows, columns = picture.pixels.shape[:2]
    width, height = fitted_size(columns, rows, MOST_SIDE)
    marked = _marked(call, inputs, handle, picture, scene, notes, report)
    whole, new = with_new(scene, words, embed, (width, height), inputs.seed)
    told = plan(
        whole, words, seconds=inputs.settings.get("duration"), ratio=width / height, seed=inputs.seed, aliases=new.aliases,
        marked=marked, arriving=new.ids,
    )  # fmt: skip
    report(0.08, "painting the backdrop")
    stage = stage_of(told.film, width, height)
    clip = write(told.film, stage, inputs.scratch / f"{call.id}-film.mp4", Share(report, 0.12, 1.0))
    more = {**facts_of(told.film, clip), "of": handle}
    return finished(clip, words or "animated", [*new.notes, *told.notes, *notes], more)


def _marked(
    call: TaskCall, inputs: Inputs, handle: str, picture: Picture, scene: Scene, notes: list[str], report: Report
) -> tuple[int, ...]:  # fmt: skip
    """Return the ids of the things of which most of what is seen lies in the marked place."""
    from models.world.composer import compose

    place = place_of(
        call, inputs, handle, picture.pixels, find_edges=False, report=Share(report, 0.0, 0.05), notes=notes
    )
    if place is None:
        return ()
    rows, columns = picture.pixels.shape[:2]
    masks = compose(replace(scene, style="", moods=()), columns, rows, truth=True).masks
    under = [float((mask & place.still).sum()) / max(1.0, float(mask.sum())) for mask in masks]
    ids = tuple(thing.id for thing, share in zip(scene.things, under, strict=True) if share > 0.5)
    if not ids and under and max(under) > 0.02:
        ids = (scene.things[under.index(max(under))].id,)
    if not ids:
        notes.append("there is no thing in the marked place, so it was not used")
    return ids


def _photo(call: TaskCall, inputs: Inputs, handle: str, picture: Picture, report: Report) -> Clip:
    """Move the camera over a photo and the marked thing in it."""
    from models.world.filming import finished, write
    from models.world.parallax import fitted_size, photo_stage, take_apart, thing_of
    from models.world.photo import plan_photo

    words, notes = " ".join(call.phrases()).strip(), list[str]()
    rows, columns = picture.pixels.shape[:2]
    width, height = fitted_size(columns, rows, MOST_SIDE // 2 if inputs.settings.get("smaller") else MOST_SIDE)
    place = _place(call, inputs, handle, picture, notes, Share(report, 0.0, 0.15))
    if place is not None and place.moving:
        raise Refusal("This mask belongs to a clip, not to a picture.", "Mark the thing on the picture.")
    small = _fitted(picture.pixels, width, height)
    mask = None
    if place is not None:
        mask = _fitted(place.still.astype(np.uint8) * 255, width, height) > 127
        if not mask.any() or np.count_nonzero(mask) > MOST_MARKED * mask.size:
            notes.append("the marked place is too large or too small to move by itself, so the whole picture moves")
            mask = None
    marked = None if mask is None else thing_of(mask, _name(words))
    told = plan_photo(words, marked, inputs.settings.get("duration"), width / height, inputs.seed)
    if told.unmarked:
        raise Refusal(f"What shall move in {handle} was not marked, and the model did not make it out.",
                      f"{MARK_HINT} Without a mark the camera can move: say zoom in, or pan to the left.")  # fmt: skip
    layers = None
    if mask is not None and not told.ripples:
        layers = take_apart(small, mask, inputs.seed, Share(report, 0.15, 0.5))
    stage = photo_stage(told.film, small, layers, mask if told.ripples else None)
    clip = write(
        told.film, stage, inputs.scratch / f"{call.id}-moving.mp4", Share(report, 0.5, 1.0), first=told.first(small)
    )
    return finished(
        clip, words or "animated", [*notes, *told.notes], {"of": handle, "made": "moving layers of a picture"}
    )


def _place(call: TaskCall, inputs: Inputs, handle: str, picture: Picture, notes: list[str], report: Report) -> Any:
    """Return the marked thing with its edge found; where next to nothing is found in the mark, the mark as it was drawn."""
    found: list[str] = []
    drawn = place_of(call, inputs, handle, picture.pixels, find_edges=False, report=report, notes=notes)
    if drawn is None or drawn.moving:
        return drawn
    thing = place_of(call, inputs, handle, picture.pixels, find_edges=True, report=report, notes=found)
    if thing is None or np.count_nonzero(thing.still) < LEAST_FOUND * np.count_nonzero(drawn.still):
        notes.append("no edge was found in the marked place, so it was taken as drawn")
        return drawn
    notes += [note for note in found if note not in notes]
    return thing


def _fitted(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return a picture or a mask at width x height px, on white where it is transparent."""
    import cv2

    if pixels.ndim == 3 and pixels.shape[2] == 4:
        share = pixels[..., 3:].astype(np.float32) / 255
        pixels = np.rint(pixels[..., :3] * share + 255 * (1 - share)).astype(np.uint8)
    if pixels.shape[:2] == (height, width):
        return np.ascontiguousarray(pixels)
    enlarges = pixels.shape[0] < height or pixels.shape[1] < width
    flags = cv2.INTER_CUBIC if enlarges else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=flags), np.uint8)


def _name(words: str) -> str:
    """Return what the marked thing is called: the words before the first verb, without articles."""
    from models.world.acts import verb_at, words_of

    said = words_of(words)
    end = next((i for i in range(len(said)) if verb_at(said, i)[0]), len(said))
    kept = [word for word in said[:end] if word not in ("the", "a", "an", "let", "make", "this", "my", "is", "are")]
    return " ".join(kept[:3]) or "thing"
