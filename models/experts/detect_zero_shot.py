"""Find things by their names in any picture, photos too, with a published detector that was trained on words and boxes."""

from __future__ import annotations

from collections.abc import Mapping

from models.expert import Expert, Inputs, Picture, Report, Share
from models.framed import absent, framed, inside
from models.previews import small
from models.prompted.detecting import THRESHOLD, Detector, load_detector, unsure
from models.prompted.wording import names_of
from models.values import Box, Checkpoint, Media, TaskCall

TASK = "detect"
NAME = "Boxes from names (zero-shot detector)"
PARAMS = (THRESHOLD,)


def suits(call: TaskCall, media: Mapping[str, Media]) -> bool:
    """Return whether the call's picture was not drawn here: of one that was it is on record what it shows, and a later expert reads that."""
    return not any(media[handle].meta.get("scene") for handle in call.refs("image") if handle in media)


def check(call: TaskCall, inputs: Inputs) -> None:
    """Raise Refusal when the call names no picture, or says something that holds no word."""
    inputs.first(call, "image")
    names_of(call.phrases())


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert of *checkpoint*; how that reads names is told in its ``call`` (:mod:`models.prompted.detecting`)."""
    detector = load_detector(checkpoint, device)

    def expert(call: TaskCall, inputs: Inputs, report: Report) -> Picture:
        return detect(call, inputs, report, detector)

    return expert


def detect(call: TaskCall, inputs: Inputs, report: Report, detector: Detector) -> Picture:
    """Return the call's picture with a labelled box round each thing that the call names, those of its marked places where it has some;
    ``meta["boxes"]`` holds [name, x0, y0, x1, y1] in fractions of the upright frame, the surest first, ``meta["scores"]`` how sure
    the detector is of each, 0..1. Raises Refusal where nothing of that name is found."""
    handle = inputs.first(call, "image")
    picture = inputs.picture(handle)
    names, notes = names_of(call.phrases())
    notes += detector.unread(names)
    spare = bool(inputs.settings.get("smaller"))
    if spare and detector.network.device != "cpu":
        notes.append("the graphics card had no room left, so the processor did this")
    threshold = inputs.settings.get("threshold")
    every, best = detector.find(picture.pixels, names, Share(report, 0.05, 0.95), threshold, spare)
    marks = [box for name in call.refs("region") if (region := inputs.regions.get(name)) and (box := region.bounds())]
    marks += [arg for arg in call.args if isinstance(arg, Box)]
    found = [one for one in every if inside(one.box, marks)]
    if not found:
        raise absent(" and ".join(call.phrases()), handle, bool(marks), unsure(best, bool(every)))
    pixels = framed(picture.pixels[..., :3], [(one.name, one.box) for one in found])
    report(1.0, "done", lambda: small(pixels))
    boxes = [[one.name, *(round(v, 4) for v in (one.box.x0, one.box.y0, one.box.x1, one.box.y1))] for one in found]
    meta = {"notes": notes, "of": handle, "boxes": boxes, "scores": [round(one.sure, 3) for one in found]}
    return Picture(pixels, f"{len(found)} found" if len(found) > 1 else found[0].name, meta)
