"""A pipeline that is ready to run for an expert: its sizes, its settings, its safety checker, and several pictures of one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.diffusion import calls
from models.diffusion.colours import Colours, colours_of
from models.diffusion.frame import resized, worked
from models.diffusion.loading import load_pipeline
from models.diffusion.schedulers import check, name_of, scheduled
from models.diffusion.steps import stepped
from models.expert import Inputs, Refusal, Report
from models.values import Checkpoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Model:
    """A loaded *pipe* with the *colours* of its latents; it works at about *area* pixels, sides being multiples of *multiple*. A new
    picture is given back *enlarged* times as wide and high as it was drawn."""

    pipe: Any
    colours: Colours | None
    area: int
    multiple: int
    enlarged: int = 1

    def size(self, width: int, height: int, inputs: Inputs) -> tuple[int, int, list[str]]:
        """Return the width and height to work at for a picture of *width* x *height*, and a note, none or one: after memory ran out
        it is a quarter of the usual area."""
        smaller = bool(inputs.settings.get("smaller"))
        wide, high = worked(width, height, self.area // 4 if smaller else self.area, self.multiple)
        return wide, high, ["memory ran short, so the model worked at a quarter of its usual size"] if smaller else []

    def shape(self, inputs: Inputs) -> tuple[int, int, list[str]]:
        """Return the width and height to draw a new picture at, by the call's ``size``, and notes on what differs from what was asked."""
        from models.world.pictures import size_of

        square = round(self.area**0.5)
        width, height, notes = size_of(inputs.settings.get("size"), (square, square))
        wide, high, short = self.size(width, height, inputs)
        if self.enlarged > 1:
            notes = [*notes, f"drawn at {wide} x {high} pixels, and shown {self.enlarged} times as large"]
        elif (wide, high) != (width, height):
            notes = [*notes, f"the model draws {wide} x {high} pixels in this shape"]
        return wide, high, [*notes, *short]

    def given_back(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a new picture uint8 [h, w, 3] as it is given to a person: enlarged, if the model's are."""
        high, wide = pixels.shape[:2]
        return resized(pixels, wide * self.enlarged, high * self.enlarged)

    def notes(self, text: str, inputs: Inputs, labels: Sequence[str] = ()) -> list[str]:
        """Return notes on words that the model does not read to their end, does not know (of *text* and of *labels*, where it can tell) or
        that have no effect, on too few steps, and on whether a safety checker looks at pictures, of a model that can have one."""
        negative = str(inputs.settings.get("negative") or "")
        parts = self.pipe.components
        checked = "a" if parts.get("safety_checker") is not None else "no"
        return [
            *([f"{checked} safety checker looks at pictures of this model"] if "safety_checker" in parts else []),
            *calls.cut_off(self.pipe, text),
            *(self.pipe.unlearnt([text, *labels]) if hasattr(self.pipe, "unlearnt") else []),
            *(calls.cut_off(self.pipe, negative, "“negative”") if negative.strip() else []),
            *calls.unguided(inputs.settings),
            *calls.enough_steps(inputs.settings)[1],
        ]

    def run(self, inputs: Inputs, report: Report, word: str, size: tuple[int, int], **given: Any) -> NDArray[np.uint8]:
        """Return the picture uint8 [h, w, 3] that the pipeline makes of *given* and the call's settings and seed, at about *size*
        (width, height). Raises Refusal where its safety checker holds the picture back, or its scheduler cannot be the one that the
        settings name, and Cancelled."""
        arguments = calls.asked(self.pipe, calls.enough_steps(inputs.settings)[0]) | given
        rule = scheduled(self.pipe, inputs.settings.get("scheduler"))
        with rule, stepped(self.pipe, report, word, self.colours, size[0] / size[1]):
            made = self.pipe(generator=calls.generator(inputs.seed), output_type="pil", **arguments)
        if any(getattr(made, "nsfw_content_detected", None) or ()):
            raise Refusal(
                "The safety checker of this model held the picture back.", "Say it in other words, or try another seed."
            )
        return calls.pixels_of(made.images[0])

    def facts(self, inputs: Inputs, size: tuple[int, int]) -> dict[str, Any]:
        """Return what is told with a result: the size worked at, the settings, the scheduler, and whether a safety checker looked at it."""
        parts = self.pipe.components
        checked = (
            {"safety_checker": "off" if parts["safety_checker"] is None else "on"} if "safety_checker" in parts else {}
        )
        rule = inputs.settings.get("scheduler") or name_of(self.pipe)
        return {**calls.used(inputs, *size), **({"scheduler": rule} if rule else {}), **checked}


def ready(checkpoint: Checkpoint, device: str) -> Model:
    """Load the pipeline of *checkpoint* on *device*; ``area`` and ``multiple`` of its call tell the sizes it works at,
    ``enlarged`` how many times as large its new pictures are given back. Raises Refusal
    where it cannot be loaded, or its call names a scheduler that is none."""
    if rule := checkpoint.call.get("scheduler"):
        check(str(rule))
    pipe = load_pipeline(checkpoint, device)
    area, multiple = (
        int(checkpoint.call.get(name, usual)) for name, usual in (("area", calls.AREA), ("multiple", calls.MULTIPLE))
    )
    return Model(pipe, colours_of(pipe), area, multiple, int(checkpoint.call.get("enlarged", 1)))
