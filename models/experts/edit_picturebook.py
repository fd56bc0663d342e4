"""Change a whole picture as an instruction says: a drawn scene is changed and drawn again, a photo is retouched and pasted into."""

from __future__ import annotations

from models.expert import Expert, Inputs, Picture, Report
from models.values import Checkpoint, TaskCall
from models.world.revision import revise, words_of

TASK = "edit"
NAME = "Picture book (drawn, not generated)"


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when there is no picture or nothing is said."""
    inputs.first(call, "image")
    words_of(call)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it needs the atlas of drawn things, and no weights but those of the sentence encoder."""
    from models.world.tools import tools

    known = tools(device)

    def edit(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        return revise(call, inputs, report, known, into=False)

    return edit
