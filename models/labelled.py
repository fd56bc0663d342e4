"""What belongs into which place of a picture that is to be drawn: the labelled boxes of a call and the regions that have names."""

from __future__ import annotations

from models.expert import Inputs
from models.values import Box, Labelled, TaskCall


def items_of(call: TaskCall, inputs: Inputs) -> tuple[list[tuple[str, Box]], list[str]]:
    """Return what belongs into which box, the labelled boxes of *call*, then its labelled regions, and notes on regions that say
    nothing."""
    items = [(arg.phrase, arg.box) for arg in call.args if isinstance(arg, Labelled)]
    notes = []
    for handle in call.refs("region"):
        region = inputs.regions.get(handle)
        box = region.bounds() if region else None
        if region is None or box is None:
            notes.append(f"{handle} has no shape to fill.")
        elif not region.label:
            notes.append(f"{handle} has no name, so nothing was put there; write in it what it shall hold.")
        else:
            items.append((region.label, box))
    return items, notes
