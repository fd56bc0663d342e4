"""Draw a picture whose things stand in given boxes with a GLIGEN checkpoint: each box holds what its label says."""

from __future__ import annotations

from typing import Any

from models.diffusion import calls
from models.expert import Expert, Inputs, Param, Picture, Refusal, Report
from models.labelled import check, items_of
from models.several import COUNT, several
from models.values import Checkpoint, TaskCall

TASK = "layout"
NAME = "GLIGEN (diffusion model)"
PARAMS = (
    calls.STEPS, calls.GUIDANCE, calls.NEGATIVE, calls.SCHEDULER, COUNT,
    Param("gates", "float", "in which share of the steps the boxes count", low=0, high=1),
)  # fmt: skip


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; ``area`` and ``multiple`` of the checkpoint's call tell the sizes it works at. Raises Refusal for a
    checkpoint without gated attention."""
    from models.diffusion import gligen
    from models.diffusion.running import ready

    model = ready(checkpoint, device)
    pipe = model.pipe
    if not gligen.can_ground(pipe):
        raise Refusal(f"{checkpoint.source} cannot place things in boxes.", "Choose a GLIGEN checkpoint for layouts.")

    def draw(call: TaskCall, inputs: Inputs, report: Report) -> Picture | list[Picture]:
        check(call, inputs)
        items, told = items_of(call, inputs)
        text = " ".join(call.phrases()).strip() or " and ".join(phrase for phrase, _ in items)
        wide, high, shaped = model.shape(inputs)
        guidance = float(inputs.settings.get("guidance") or 7.5)
        share = float(inputs.settings.get("gates", gligen.OPEN)) if items else 0.0
        given: dict[str, Any] = {"prompt": text, "width": wide, "height": high, "guidance_scale": guidance}
        if items:
            phrases, boxes = [phrase for phrase, _ in items], [box for _, box in items]
            given |= gligen.placing(pipe, phrases, boxes, guided=guidance > 1)
        told = [*told, *shaped, *model.notes(text, inputs, [phrase for phrase, _ in items])]

        def one(inputs: Inputs, report: Report) -> Picture:
            with gligen.gates(pipe, share):
                pixels = model.run(inputs, report, "drawing", (wide, high), **given)
            meta = {
                "caption": text, "layout": [[phrase, box.x0, box.y0, box.x1, box.y1] for phrase, box in items], "notes": told,
                **model.facts(inputs, (wide, high)),
            }  # fmt: skip
            return Picture(model.given_back(pixels), label=text[:80], meta=meta)

        return several(inputs, report, one)

    return draw
