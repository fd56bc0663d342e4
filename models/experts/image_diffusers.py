"""Draw pictures from words with a pipeline of diffusers: Stable Diffusion and whatever takes a prompt, a size and steps."""

from __future__ import annotations

from models.diffusion import calls
from models.expert import Expert, Inputs, Picture, Report
from models.values import Checkpoint, TaskCall

TASK = "image"
NAME = "Diffusion model"


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when nothing is described."""
    calls.words_of(call, "what the picture shall show")


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert of ``checkpoint.call["pipeline"]``; ``area`` and ``multiple`` there tell the sizes it works at."""
    from models.diffusion.frame import worked
    from models.diffusion.loading import load_pipeline
    from models.diffusion.steps import colours_of, stepped
    from models.world.pictures import size_of

    pipe = load_pipeline(checkpoint, device)
    colours = colours_of(pipe)
    area, multiple = (
        int(checkpoint.call.get(name, usual)) for name, usual in (("area", calls.AREA), ("multiple", calls.MULTIPLE))
    )

    def draw(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        text = calls.words_of(call, "what the picture shall show")
        square = round(area**0.5)
        width, height, notes = size_of(inputs.settings.get("size"), (square, square))
        most = area // 4 if inputs.settings.get("smaller") else area
        wide, high = worked(width, height, most, multiple)
        if (wide, high) != (width, height):
            notes = [*notes, f"the model draws {wide} x {high} pixels in this shape"]
        with stepped(pipe, report, "drawing", colours):
            made = pipe(
                prompt=text, width=wide, height=high, generator=calls.generator(inputs.seed), output_type="pil",
                **calls.asked(pipe, inputs.settings),
            )  # fmt: skip
        meta = {"caption": text, "notes": [*notes, *calls.cut_off(pipe, text)], **calls.used(inputs, wide, high)}
        return Picture(calls.pixels_of(made.images[0]), label=text[:80], meta=meta)

    return draw
