"""Put something new into a marked place of a picture, extend it or vary all of it, with a pipeline of diffusers that fills masks.

The model sees the place and what is round it at its own size; its result is pasted into the place alone, so that every pixel
outside of the declared band is the input's, of an extended picture all that was there before (``kept``, its box). With a ``strength`` and no mark the whole picture is the place: a variation of it.
"""

from __future__ import annotations

from models.diffusion import calls
from models.expert import Expert, Inputs, Picture, Refusal, Report, Share
from models.margins import BY, EXTEND, MARKED, USUAL, margins, side_of
from models.markings import MARK_HINT, is_marked, varies
from models.several import COUNT, several
from models.values import Checkpoint, TaskCall

TASK = "inpaint"
NAME = "Inpainting (diffusion model)"
PARAMS = (
    calls.STEPS, calls.GUIDANCE, calls.STRENGTH, calls.NEGATIVE, calls.SCHEDULER, COUNT, EXTEND, BY,
)  # fmt: skip


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture, nothing is said, or nothing is marked and the picture is neither to be extended nor varied."""
    handle = inputs.first(call, "image")
    text = calls.words_of(call, "what shall be there")
    marked = is_marked(call)
    side = inputs.settings.get("extend")
    if side is not None and side_of(side) and marked:
        raise Refusal(*MARKED)
    if side is None and not marked and not varies(call):
        raise Refusal(
            f"It is not marked where “{text}” belongs in {handle}.",
            f"{MARK_HINT} For a variation of all of it, say how much may change: strength=0.6.",
        )


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert of ``checkpoint.call["pipeline"]``; ``area`` and ``multiple`` there tell the sizes it works at."""
    import numpy as np
    from PIL import Image

    from models.diffusion.frame import enlarged, pasted, plain, resized, window_round
    from models.diffusion.running import ready
    from models.markings import place_of
    from models.masks import box_of
    from models.media import LIMITS
    from models.reach import reach

    model = ready(checkpoint, device)

    def inpaint(call: TaskCall, inputs: Inputs, report: Report) -> Picture | list[Picture]:
        handle = inputs.first(call, "image")
        text = calls.words_of(call, "what shall be there")
        picture = inputs.picture(handle)
        notes = model.notes(text, inputs)
        pixels = picture.pixels
        varied = varies(call)
        if side := inputs.settings.get("extend"):
            high, broad = pixels.shape[:2]
            share = float(inputs.settings.get("by") or USUAL)
            room = margins(
                broad, high, (side_of(side),), share, most_pixels=LIMITS.image_pixels, most_side=LIMITS.image_side
            )
            pixels, mask = enlarged(pixels, room)
        else:
            place = place_of(call, inputs, handle, pixels, find_edges=False, notes=notes, report=Share(report, 0, 0.1))
            if (place is None and not varied) or (place is not None and place.moving):
                raise Refusal("The place is not marked on this picture.", MARK_HINT)
            mask = np.ones(pixels.shape[:2], np.bool_) if place is None else place.still
        window = window_round(mask)
        wide, high, short = model.size(window.width, window.height, inputs)
        part = pixels[window.rows, window.columns]
        shown = Image.fromarray(resized(plain(part), wide, high))
        hole = mask[window.rows, window.columns].astype("uint8") * 255
        shape = Image.fromarray(resized(hole[..., None].repeat(3, 2), wide, high)[..., 0])

        def one(inputs: Inputs, report: Report) -> Picture:
            made = model.run(
                inputs, report, "filling", (wide, high), prompt=text, image=shown, mask_image=shape, width=wide, height=high
            )  # fmt: skip
            result = pasted(pixels, resized(made, window.width, window.height), mask, window)
            meta = {"of": handle, "notes": [*notes, *short], **model.facts(inputs, (wide, high))}
            meta |= {} if varied else result.facts()  # there is no outside that could have stayed
            if side:
                meta |= {
                    "area": box_of(reach(mask)),
                    "kept": box_of(~mask),
                }  # so that the old picture's pixels are proven
            return Picture(result.pixels, label=text[:80], meta=meta)

        return several(inputs, Share(report, 0.1, 1.0), one)

    return inpaint
