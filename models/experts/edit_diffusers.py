"""Change a picture as an instruction says, with InstructPix2Pix or another pipeline that takes a picture and words.

A place that is marked keeps the change to itself: the model sees the place and what is round it, and its result is pasted into the
place alone, so that every pixel outside of the declared band is the input's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.diffusion import calls
from models.expert import Expert, Inputs, Picture, Refusal, Report, Share
from models.values import Checkpoint, TaskCall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK = "edit"
NAME = "Instruction editing (diffusion model)"


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture or nothing is said."""
    inputs.first(call, "image")
    calls.words_of(call, "what shall change")


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert of ``checkpoint.call["pipeline"]``; ``area`` and ``multiple`` there tell the sizes it works at."""
    from models.diffusion.frame import Window, pasted, plain, resized, window_round, worked
    from models.diffusion.loading import load_pipeline
    from models.diffusion.steps import colours_of, stepped
    from models.markings import place_of

    pipe = load_pipeline(checkpoint, device)
    colours = colours_of(pipe)
    area, multiple = (
        int(checkpoint.call.get(name, usual)) for name, usual in (("area", calls.AREA), ("multiple", calls.MULTIPLE))
    )

    def changed(
        pixels: NDArray[np.uint8], text: str, inputs: Inputs, report: Report
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        from PIL import Image

        wide, high = worked(
            pixels.shape[1], pixels.shape[0], area // 4 if inputs.settings.get("smaller") else area, multiple
        )
        shown = Image.fromarray(resized(plain(pixels), wide, high))
        with stepped(pipe, report, "changing", colours):
            made = pipe(
                prompt=text, image=shown, generator=calls.generator(inputs.seed), output_type="pil",
                **calls.asked(pipe, inputs.settings),
            )  # fmt: skip
        return resized(calls.pixels_of(made.images[0]), pixels.shape[1], pixels.shape[0]), calls.used(
            inputs, wide, high
        )

    def edit(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        handle = inputs.first(call, "image")
        text = calls.words_of(call, "what shall change")
        picture = inputs.values[handle]
        if not isinstance(picture, Picture):
            raise Refusal(f"{handle} is not a picture.", "Name a picture, such as image#1.")
        notes = calls.cut_off(pipe, text)
        place = place_of(
            call, inputs, handle, picture.pixels, find_edges=True, notes=notes, report=Share(report, 0, 0.1)
        )
        height, width = picture.pixels.shape[:2]
        if place is None:
            made, facts = changed(picture.pixels, text, inputs, report)
            return Picture(made, label=text[:80], meta={"of": handle, "notes": notes, **facts})
        if place.moving:
            raise Refusal("The mask belongs to a clip, not to a picture.", "Mark the place on the picture.")
        window = window_round(place.still) if not place.still.all() else Window(0, 0, width, height)
        made, facts = changed(picture.pixels[window.rows, window.columns], text, inputs, Share(report, 0.1, 1.0))
        result = pasted(picture.pixels, made, place.still, window)
        return Picture(result.pixels, label=text[:80], meta={"of": handle, "notes": notes, **facts, **result.facts()})

    return edit
