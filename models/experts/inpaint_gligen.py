"""Put named things into marked places of a picture with a GLIGEN inpainting checkpoint: each place's box holds what is said for it.

The model sees a square of the picture with the places in it, at its own size, and fills their boxes; its result is pasted into the places
alone, so that every pixel outside of the declared band is the input's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models.diffusion import calls
from models.expert import Expert, Inputs, Param, Picture, Refusal, Report, Share
from models.markings import MARK_HINT
from models.several import COUNT, several
from models.values import Box, Checkpoint, Media, Point, Ref, TaskCall

TASK = "inpaint"
NAME = "GLIGEN inpainting (diffusion model)"
PARAMS = (
    calls.STEPS, calls.GUIDANCE, calls.NEGATIVE, calls.SCHEDULER, COUNT,
    Param("gates", "float", "in which share of the steps the boxes count", default=1.0, low=0, high=1),
)  # fmt: skip
TIGHT = 0.02
"""A box less wide or high than this share of what the model sees cannot hold anything."""


def suits(call: TaskCall, media: Mapping[str, Media]) -> bool:
    """Return whether *call* asks for neither an extended picture nor a variation, which it cannot make."""
    return not {"extend", "strength"} & call.params.keys()


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture, nothing is said, or no place is marked."""
    handle = inputs.first(call, "image")
    text = calls.words_of(call, "what shall be there")
    if not marks_of(call):
        raise Refusal(f"It is not marked where “{text}” belongs in {handle}.", MARK_HINT)


def marks_of(call: TaskCall) -> list[tuple[Ref | Box | Point, ...]]:
    """Return what marks each place of *call*: a region, a mask or a box one, and all clicks together one."""
    named = {*call.refs("region"), *call.refs("mask")}
    found: list[tuple[Ref | Box | Point, ...]] = [
        (arg,) for arg in call.args if isinstance(arg, Box) or (isinstance(arg, Ref) and arg.handle in named)
    ]
    clicks = tuple(arg for arg in call.args if isinstance(arg, Point))
    return [*found, clicks] if clicks else found


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert of the pipeline ``GligenInpaintPipeline``; ``area`` and ``multiple`` of the checkpoint's call tell the sizes it
    works at. Raises Refusal for a checkpoint that cannot fill boxes."""
    import numpy as np
    from PIL import Image

    from models.diffusion import gligen
    from models.diffusion.frame import pasted, plain, resized, window_round
    from models.diffusion.gligen_inpaint import CHANNELS
    from models.diffusion.running import ready
    from models.markings import place_of
    from models.masks import box_of

    model = ready(checkpoint, device)
    if not gligen.can_ground(model.pipe) or model.pipe.unet.config.in_channels != CHANNELS:
        raise Refusal(f"{checkpoint.source} cannot fill boxes.", "Choose a GLIGEN checkpoint for inpainting.")

    def inpaint(call: TaskCall, inputs: Inputs, report: Report) -> Picture | list[Picture]:
        check(call, inputs)
        handle = inputs.first(call, "image")
        text = calls.words_of(call, "what shall be there")
        picture = inputs.picture(handle)
        pixels, notes = picture.pixels, model.notes(text, inputs)
        places = []
        for mark in marks_of(call):
            one = replace(call, args=(Ref(handle), *mark))
            found = place_of(one, inputs, handle, pixels, find_edges=False, notes=notes, report=Share(report, 0, 0.1))
            if found is None or found.moving:
                raise Refusal("The place is not marked on this picture.", MARK_HINT)
            places.append(found.still)
        mask = np.any(places, axis=0)
        said = [phrase.strip() for phrase in call.phrases() if phrase.strip()]
        phrases = said if len(said) == len(places) else [text] * len(places)
        window = window_round(mask)
        side = max(window.width, window.height)
        boxes, whole = [], True
        for place in places:
            x0, y0, x1, y1 = box_of(place) or (0, 0, 0, 0)  # place_of refuses a place of nothing
            left, top = x0 - window.left, y0 - window.top
            if min(x1 - x0, y1 - y0) < TIGHT * side:
                raise Refusal(
                    f"A place of {x1 - x0} x {y1 - y0} pixels is too thin to hold anything.", "Mark a larger one."
                )
            boxes.append(Box(left / side, top / side, (left + x1 - x0) / side, (top + y1 - y0) / side))
            whole = whole and bool(place[y0:y1, x0:x1].all())
        if not whole:
            notes.append("the model fills the box round a mark, and what is marked of it is taken")
        work, _, short = model.size(side, side, inputs)
        part = plain(pixels[window.rows, window.columns])
        room = ((0, side - window.height), (0, side - window.width), (0, 0))
        shown = Image.fromarray(resized(np.pad(part, room, mode="edge"), work, work))
        guided = float(inputs.settings.get("guidance") or 7.5) > 1
        given = gligen.placing(model.pipe, phrases, boxes, guided=guided)

        def one_picture(inputs: Inputs, report: Report) -> Picture:
            with gligen.gates(model.pipe, float(inputs.settings.get("gates", 1.0))):
                made = model.run(inputs, report, "filling", (work, work), prompt=text, image=shown, **given)
            made = resized(made, side, side)[: window.height, : window.width]
            result = pasted(pixels, made, mask, window)
            meta = {"of": handle, "notes": [*notes, *short], **model.facts(inputs, (work, work)), **result.facts()}
            return Picture(result.pixels, label=text[:80], meta=meta)

        return several(inputs, Share(report, 0.1, 1.0), one_picture)

    return inpaint
