"""Change a picture as an instruction says, with InstructPix2Pix or another pipeline that takes a picture and words.

A place that is marked keeps the change to itself: the model sees the place and what is round it, and its result is pasted into the
place alone, so that every pixel outside of the declared band is the input's. Under a scribble the thing is found that it lies on: what of
that is beyond the scribble is counted as changed outside. Transparency is the input's.
"""

from __future__ import annotations

from models.diffusion import calls
from models.expert import Expert, Inputs, Picture, Refusal, Report, Share
from models.several import COUNT, several
from models.values import Checkpoint, TaskCall

TASK = "edit"
NAME = "Instruction editing (diffusion model)"
PARAMS = (calls.STEPS, calls.GUIDANCE, calls.IMAGE_GUIDANCE, calls.NEGATIVE, calls.SCHEDULER, COUNT)


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture or nothing is said."""
    inputs.first(call, "image")
    calls.words_of(call, "what shall change")


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert of ``checkpoint.call["pipeline"]``; ``area`` and ``multiple`` there tell the sizes it works at."""
    import numpy as np
    from PIL import Image

    from models.diffusion.frame import Window, pasted, plain, resized, window_round
    from models.diffusion.running import ready
    from models.markings import place_of
    from models.reach import counted

    model = ready(checkpoint, device)

    def edit(call: TaskCall, inputs: Inputs, report: Report) -> Picture | list[Picture]:
        handle = inputs.first(call, "image")
        text = calls.words_of(call, "what shall change")
        picture = inputs.picture(handle)
        notes = model.notes(text, inputs)
        place = place_of(
            call, inputs, handle, picture.pixels, find_edges=True, notes=notes, report=Share(report, 0, 0.1)
        )
        height, width = picture.pixels.shape[:2]
        if place is not None and place.moving:
            raise Refusal("The mask belongs to a clip, not to a picture.", "Mark the place on the picture.")
        mask = None if place is None else place.still
        marked = None  # as it was drawn: that is what the badge speaks of
        if mask is not None:
            drawn = place_of(
                call, inputs, handle, picture.pixels, find_edges=False, notes=[], report=Share(report, 0.1, 0.1)
            )
            marked = mask if drawn is None else drawn.still
        if mask is None and picture.pixels.shape[2] == 4 and picture.pixels[..., 3].min() < 255:
            notes.append("the picture's transparency was kept, so what is new where it is transparent is not seen")
        window = Window(0, 0, width, height) if mask is None or mask.all() else window_round(mask)
        part = picture.pixels[window.rows, window.columns]
        wide, high, short = model.size(window.width, window.height, inputs)
        shown = Image.fromarray(resized(plain(part), wide, high))

        def one(inputs: Inputs, report: Report) -> Picture:
            made = model.run(inputs, report, "changing", (wide, high), prompt=text, image=shown)
            made = resized(made, window.width, window.height)
            meta = {"of": handle, "notes": [*notes, *short], **model.facts(inputs, (wide, high))}
            if mask is None or marked is None:
                return Picture(np.dstack([made, picture.pixels[..., 3:]]), label=text[:80], meta=meta)
            result = pasted(picture.pixels, made, mask, window)
            counts = counted(picture.pixels, result.pixels, marked)
            return Picture(result.pixels, label=text[:80], meta={**meta, **counts})

        return several(inputs, Share(report, 0.1, 1.0), one)

    return edit
