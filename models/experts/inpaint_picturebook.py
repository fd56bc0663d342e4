"""Put something into a marked place of a picture, or replace or recolour what is there: drawn things, in the picture's own light; or extend it."""

from __future__ import annotations

from collections.abc import Mapping

from models.expert import Expert, Inputs, Picture, Refusal, Report
from models.margins import BY, EXTEND, MARKED, side_of
from models.markings import MARK_HINT, is_marked, varies
from models.values import Checkpoint, Media, TaskCall
from models.world.revision import extend, revise, words_of

TASK = "inpaint"
NAME = "Picture book (drawn, not generated)"
PARAMS = (EXTEND, BY)


def suits(call: TaskCall, media: Mapping[str, Media]) -> bool:
    """Return whether the picture book is meant: it draws nothing that is nearly a whole picture, as a variation is."""
    return not varies(call)


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture, and when nothing is said or marked and it is not to be extended."""
    handle = inputs.first(call, "image")
    marked = is_marked(call)
    if inputs.settings.get("extend") is not None:
        side_of(inputs.settings["extend"])
        if marked:
            raise Refusal(*MARKED)
        return
    text = words_of(call)
    if not marked:
        raise Refusal(f"It is not marked where “{text}” belongs in {handle}.", MARK_HINT)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it needs the atlas of drawn things, and no weights but those of the sentence encoder."""
    from models.world.tools import tools

    known = tools(device)

    def inpaint(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        if inputs.settings.get("extend") is not None:
            return extend(call, inputs, report, known)
        return revise(call, inputs, report, known, into=True)

    return inpaint
