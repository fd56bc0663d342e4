"""Draw a picture whose things stand in given boxes with a GLIGEN checkpoint: each box holds what its label says."""

from __future__ import annotations

from models.diffusion import calls
from models.expert import Expert, Inputs, Picture, Refusal, Report
from models.labelled import items_of
from models.values import Checkpoint, TaskCall

TASK = "layout"
NAME = "GLIGEN (diffusion model)"
TIGHT = 0.01
"""A box less wide or high than this share of the picture cannot hold anything."""


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when nothing is described and no box is labelled, or a box has next to no size."""
    items, _ = items_of(call, inputs)
    if not items and not " ".join(call.phrases()).strip():
        raise Refusal(
            "There is neither a description nor a labelled box.",
            "Draw boxes and name what belongs into each, or describe the picture.",
        )
    for phrase, box in items:
        if min(box.x1 - box.x0, box.y1 - box.y0) < TIGHT:
            raise Refusal(f"The box for “{phrase[:60]}” is too thin to hold anything.", "Draw a larger one.")


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; ``area`` and ``multiple`` of the checkpoint's call tell the sizes it works at. Raises Refusal for a
    checkpoint without gated attention."""
    from models.diffusion import gligen
    from models.diffusion.frame import worked
    from models.diffusion.loading import load_pipeline
    from models.diffusion.steps import colours_of, stepped
    from models.world.pictures import size_of

    pipe = load_pipeline(checkpoint, device)
    if not gligen.can_ground(pipe):
        raise Refusal(f"{checkpoint.source} cannot place things in boxes.", "Choose a GLIGEN checkpoint for layouts.")
    colours = colours_of(pipe)
    area, multiple = (
        int(checkpoint.call.get(name, usual)) for name, usual in (("area", calls.AREA), ("multiple", calls.MULTIPLE))
    )

    def draw(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        check(call, inputs)
        items, told = items_of(call, inputs)
        text = " ".join(call.phrases()).strip() or " and ".join(phrase for phrase, _ in items)
        side = round(area**0.5)
        width, height, notes = size_of(inputs.settings.get("size"), (side, side))
        wide, high = worked(width, height, area // 4 if inputs.settings.get("smaller") else area, multiple)
        if (wide, high) != (width, height):
            notes = [*notes, f"the model draws {wide} x {high} pixels in this shape"]
        given = calls.asked(pipe, inputs.settings)
        guided = float(given.setdefault("guidance_scale", 7.5)) > 1
        share = float(inputs.settings.get("gates", gligen.OPEN)) if items else 0.0
        if items:
            tokens = gligen.grounding(pipe, [phrase for phrase, _ in items], [box for _, box in items], guided=guided)
            given["cross_attention_kwargs"] = {"gligen": tokens}
        with gligen.gates(pipe, share), stepped(pipe, report, "drawing", colours):
            made = pipe(
                prompt=text, width=wide, height=high, generator=calls.generator(inputs.seed), output_type="pil", **given
            )
        boxes = [[phrase, box.x0, box.y0, box.x1, box.y1] for phrase, box in items]
        meta = {
            "caption": text,
            "layout": boxes,
            "notes": [*told, *notes, *calls.cut_off(pipe, text)],
            **calls.used(inputs, wide, high),
        }
        return Picture(calls.pixels_of(made.images[0]), label=text[:80], meta=meta)

    return draw
