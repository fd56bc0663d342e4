"""Put something into a marked place of a picture, or replace or recolour what is there: drawn things, in the picture's own light."""

from __future__ import annotations

from models.expert import Expert, Inputs, Picture, Refusal, Report
from models.markings import MARK_HINT
from models.values import Box, Checkpoint, Point, TaskCall
from models.world.revision import revise, words_of

TASK = "inpaint"
NAME = "Picture book (drawn, not generated)"


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture, nothing is said or nothing is marked."""
    handle = inputs.first(call, "image")
    text = words_of(call)
    if not call.refs("region", "mask") and not any(isinstance(arg, Box | Point) for arg in call.args):
        raise Refusal(f"It is not marked where “{text}” belongs in {handle}.", MARK_HINT)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it needs the atlas of drawn things, and no weights but those of the sentence encoder."""
    from models.world.tools import tools

    known = tools(device)

    def inpaint(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        return revise(call, inputs, report, known, into=True)

    return inpaint
