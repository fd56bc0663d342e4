"""Find named things in a drawn picture and draw boxes round them: the picture carries the scene it was drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models.expert import Expert, Inputs, Picture, Refusal, Report
from models.framed import absent, everything, framed, inside
from models.previews import small
from models.values import Checkpoint, Media, TaskCall

if TYPE_CHECKING:
    from models.world.scene import Scene, Thing

TASK = "detect"
NAME = "Boxes from the drawn scene (picture book)"


def suits(call: TaskCall, media: Mapping[str, Media]) -> bool:
    """Return whether the call's picture was drawn here, so that what it shows is known exactly."""
    return any(media[handle].meta.get("scene") for handle in call.refs("image") if handle in media)


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal for a picture that was not drawn here: nothing is known of what it shows."""
    handle = inputs.first(call, "image")
    if not inputs.media[handle].meta.get("scene"):
        named = f" “{call.phrases()[0]}”" if call.phrases() else " things"
        raise Refusal(
            f"{handle} was not drawn here, so it is not on record where{named} would be in it.",
            "On a photo, draw a box round the thing and ask for a cut-out.",
        )


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; the text encoder finds the nearest names for words that the atlas does not know."""
    from models.reader import shared_embedder

    embed = shared_embedder(device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        check(call, inputs)
        return detect(call, inputs, report, embed)

    return expert


def detect(call: TaskCall, inputs: Inputs, report: Report, embed: Any) -> Picture:
    """Return the call's picture with a labelled box round each thing that the call names, or round all, in the colour of
    its place among them (:mod:`models.palette`); ``meta["boxes"]``
    holds [name, x0, y0, x1, y1] in fractions. Raises Refusal when nothing of that name is there."""
    from models.world.composer import compose
    from models.world.scene import Scene

    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    try:
        scene = Scene.from_json(inputs.media[handle].meta["scene"])
    except ValueError as error:
        raise Refusal(f"What {handle} was drawn from cannot be read any more.", "Draw it again.") from error
    report(0.2, "looking up the scene", lambda: small(picture.pixels))
    height, width = picture.pixels.shape[:2]
    plain = replace(scene, style="", moods=())  # no look moves a thing, and looks take most of the time
    truth = compose(plain, width, height, truth=True)
    wanted, notes = _wanted(" and ".join(call.phrases()), scene, embed)
    regions = [
        box for handle in call.refs("region") if (region := inputs.regions.get(handle)) and (box := region.bounds())
    ]
    found = [
        (thing, box)
        for thing, box in zip(scene.things, truth.boxes, strict=True)
        if box is not None and thing.id in wanted and inside(box, regions)
    ]
    if not found:
        names = list(dict.fromkeys(thing.name for thing in scene.things))
        hint = (
            f"In {handle} there are: {', '.join(names[:12])}."
            if names
            else f"{handle} shows a backdrop without things."
        )
        raise absent(next(iter(call.phrases()), ""), handle, bool(regions), hint)
    report(0.7, "drawing the boxes")
    pixels = framed(picture.pixels[..., :3], [(thing.name, box) for thing, box in found])
    boxes = [[thing.name, *(round(v, 4) for v in (box.x0, box.y0, box.x1, box.y1))] for thing, box in found]
    report(1.0, "done", lambda: small(pixels))
    label = f"{len(found)} found" if len(found) > 1 else found[0][0].name
    meta = {"made": "picture-book", "notes": notes, "of": handle, "boxes": boxes}
    return Picture(pixels, label, meta)


def _wanted(phrase: str, scene: Scene, embed: Any) -> tuple[set[int], list[str]]:
    """Return the ids of the things that *phrase* names (all for an empty one), and notes on words that are not known."""
    from models.world.read import read

    every = {thing.id for thing in scene.things}
    if everything(phrase):
        return every, []
    wish = read(phrase, embed=embed)
    ids: set[int] = set()
    for wanted in wish.things:
        names = wanted.choices or (wanted.name,)
        ids |= {thing.id for thing in scene.things if thing.name in names and _coloured(thing, wanted.colour)}
    return ids, [f"I do not know: {', '.join(wish.unknown)}."] if wish.unknown else []


def _coloured(thing: Thing, asked: str) -> bool:
    """Return whether *thing* is of the colour *asked* ("" for any): recoloured to it, or so by nature."""
    from models.world import atlas

    if not asked or thing.tint:
        return not asked or thing.tint == asked
    return asked.rsplit(" ", 1)[-1] in atlas.entry(thing.name).colours
