"""Is what a call works on of the world that an expert's weights know? Those trained on the drawn world alone are kept from other pictures.

A checkpoint says so in its data, ``call={"world": "drawn"}``. What was made here is on record; anything else is looked at by the gate of
the senses (:mod:`models.senses.gate`), the same that tells the unified model what it can see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from models.expert import Report
from models.values import Checkpoint, Media, TaskCall

WORLD, DRAWN = "world", "drawn"
"""The name in ``Checkpoint.call`` and in the facts of a medium that was made by such a checkpoint, and the one world there is."""
LOOKING = "looking whether"
"""How the report begins that tells of this look: what is done then is not the expert's work yet."""
OTHERWISE = (
    "Draw a scene here and change that, or start the program with models that know photos (docs/profiles.md), "
    "such as --profile paper."
)


def of_our_world(medium: Media) -> bool:
    """Return whether *medium* is on record as drawn, filmed or synthesised here, so that the gate need not judge whether it is."""
    return bool(medium.meta.get("scene") or medium.meta.get("plan") or medium.meta.get(WORLD) == DRAWN)


def drawn_alone(checkpoint: Checkpoint) -> bool:
    """Return whether *checkpoint* says that it was trained on the drawn world and nothing else."""
    return checkpoint.call.get(WORLD) == DRAWN


def stranger(
    call: TaskCall, shelf: Mapping[str, Media], file: Callable[[Media], Path], device: str, report: Report
) -> str:
    """Return the handle of the first picture, clip or sound of *call* that is not of the drawn world, "" where all are. *file* gives a
    medium's file. One of which nothing is on record is looked at, once for its content. Raises Refusal for one that cannot be
    read, or when the senses are not there, and Cancelled."""
    from models.senses.kept import perceive_file

    for handle in call.refs("image", "video", "audio"):
        medium = shelf.get(handle)
        if medium is None or of_our_world(medium):
            continue
        report(0.0, f"{LOOKING} {handle} is of the drawn world")
        if perceive_file(
            medium.kind, file(medium), medium.path, device
        ).refused:  # a stored file's path says its content
            return handle
    return ""
