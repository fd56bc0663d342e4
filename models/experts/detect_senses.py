"""Find things in any picture of the drawn world with the trained eye, and draw boxes round those that are named, or round all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from models.expert import Expert, Inputs, Picture, Refusal, Report
from models.framed import absent, everything, framed, inside
from models.previews import small
from models.values import Box, Checkpoint, TaskCall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.percepts import Percept
    from models.senses.perceive import Perceived

TASK = "detect"
NAME = "Boxes from the trained eye (nano)"
ALIKE = 0.12
"""How much less like a name than like its own nearest a thing may look and still be taken for it, cosine: more
finds more of what is named, and more that is not it."""


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when the call names no picture."""
    inputs.first(call, "image")


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; its eye is the one through which the unified model sees, in memory once, and what that saw of a picture is
    not looked at again."""
    from models.reader import shared_embedder
    from models.senses import perceive
    from models.senses.kept import perceive_pixels

    perceive.load(device)
    embed = shared_embedder(device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        check(call, inputs)
        return detect(call, inputs, report, lambda pixels: perceive_pixels(pixels, device), embed)

    return expert


def detect(
    call: TaskCall, inputs: Inputs, report: Report, look: Callable[[NDArray[np.uint8]], Perceived], embed: Any
) -> Picture:
    """Return the call's picture with a labelled box round each thing that the call names and the eye finds, or round all;
    ``meta["boxes"]`` holds [name, x0, y0, x1, y1] in fractions, ``meta["scores"]`` how sure each is, 0..1. *look* tells what is
    perceived of pixels uint8 [h, w, 3 or 4]. Raises Refusal for a picture of a world that the eye does not know, and when
    nothing of that name is found."""
    from models.percepts import THING

    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    report(0.1, "looking", lambda: small(picture.pixels))
    perceived = look(picture.pixels)
    if perceived.refused:
        raise Refusal(
            f"{handle} is not of the drawn world, which is all that this eye knows, so nothing was looked for in it.",
            "On a photo, draw a box round the thing and ask for a cut-out.",
        )
    rows = next((percept for percept in perceived.percepts if percept.kind == THING), None)
    marks = [box for name in call.refs("region") if (region := inputs.regions.get(name)) and (box := region.bounds())]
    marks += [arg for arg in call.args if isinstance(arg, Box)]
    report(0.6, "comparing with the names", lambda: small(picture.pixels))
    phrase = " and ".join(call.phrases())
    found, notes = _wanted(rows, phrase, embed) if rows is not None else ([], [])
    found = [one for one in found if inside(one[1], marks)]
    if not found:
        names = list(dict.fromkeys(rows.names)) if rows is not None else []
        hint = (
            f"What the eye makes out in {handle}: {', '.join(names[:12])}."
            if names
            else f"The eye makes out no thing in {handle}."
        )
        raise absent(phrase, handle, bool(marks), hint)
    pixels = framed(picture.pixels[..., :3], [(name, box) for name, box, _ in found])
    report(1.0, "done", lambda: small(pixels))
    boxes = [[name, *(round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1))] for name, box, _ in found]
    meta = {"notes": notes, "of": handle, "boxes": boxes, "scores": [round(sure, 3) for _, _, sure in found]}
    return Picture(pixels, f"{len(found)} found" if len(found) > 1 else found[0][0], meta)


def _wanted(rows: Percept, phrase: str, embed: Any) -> tuple[list[tuple[str, Box, float]], list[str]]:
    """Return name, box and sureness of the things of *rows* that *phrase* names, the surest first, and notes on what of it is not known
    or was not looked at."""
    import numpy as np

    from models.percepts import box_of
    from models.senses import naming
    from models.world.read import read

    every = [(name, box_of(rows, n), float(rows.sure[n])) for n, name in enumerate(rows.names)]
    if everything(phrase):
        return every, []
    names = naming.things()
    vectors = np.asarray(rows.features[:, : names.vectors.shape[1]], np.float32)
    alike = vectors @ names.vectors.T
    wish = read(phrase, embed=embed)
    asked = {name for wanted in wish.things for name in (wanted.choices or (wanted.name,))}
    columns = [n for n, word in enumerate(names.words) if word in asked]
    near = alike[:, columns].max(1, initial=-1.0) >= alike.max(1) - ALIKE
    if wish.unknown:  # no name of the atlas: what looks more like these words than like its own name
        near |= (vectors @ _unit(embed(list(wish.unknown))).T).max(1) >= alike.max(1) - ALIKE
    notes = ["colours were not looked at"] if any(wanted.colour for wanted in wish.things) else []
    label = wish.unknown[0] if wish.unknown and not asked else ""
    return [(label or name, box, sure) for (name, box, sure), yes in zip(every, near, strict=True) if yes], notes


def _unit(vectors: Any) -> NDArray[np.float32]:
    import numpy as np

    made = np.asarray(vectors, np.float32)
    return np.asarray(made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-6), np.float32)
