"""Draw pictures from words with a pipeline of diffusers: Stable Diffusion and whatever takes a prompt, a size and steps."""

from __future__ import annotations

from models.diffusion import calls
from models.expert import Expert, Inputs, Picture, Report
from models.several import COUNT, several
from models.values import Checkpoint, TaskCall

TASK = "image"
NAME = "Diffusion model"
PARAMS = (calls.STEPS, calls.GUIDANCE, calls.NEGATIVE, calls.SCHEDULER, COUNT)


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when nothing is described."""
    calls.words_of(call, "what the picture shall show")


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert of ``checkpoint.call["pipeline"]``; ``area`` and ``multiple`` there tell the sizes it works at."""
    from models.diffusion.running import ready

    model = ready(checkpoint, device)

    def draw(call: TaskCall, inputs: Inputs, report: Report) -> Picture | list[Picture]:
        text = calls.words_of(call, "what the picture shall show")
        wide, high, told = model.shape(inputs)
        told = [*told, *model.notes(text, inputs)]

        def one(inputs: Inputs, report: Report) -> Picture:
            pixels = model.run(inputs, report, "drawing", (wide, high), prompt=text, width=wide, height=high)
            return Picture(
                model.given_back(pixels),
                label=text[:80],
                meta={"caption": text, "notes": told, **model.facts(inputs, (wide, high))},
            )

        return several(inputs, report, one)

    return draw
