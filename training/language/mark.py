"""Turns about things in a picture or video: cutting out, refining, finding, following."""

from __future__ import annotations

from models.values import Arg, Kind

from training.language.talk import Dialogue, Item, phrase


def source(d: Dialogue, mask: Item) -> str:
    """Return the handle of the picture or video that *mask* was made from."""
    if mask.call is None:
        return ""
    refs = mask.call.refs("image", "video")
    return refs[0] if refs else ""


SAME_PLACES = ("adjust", "edit", "inpaint", "remove", "video_edit")
"""Tasks whose result shows the same things in the same places, so that masks and marks of the source still fit."""


def current(d: Dialogue, mask: Item) -> str:
    """Return the medium that a request about *mask* is meant for: the newest one, if it was made step by step from the
    mask's source with everything left in its place, else the source itself; "" when there is none."""
    of = source(d, mask)
    newest = d.latest(of.partition("#")[0])
    at = newest
    while at is not None and at.call is not None and at.handle != of:
        call = at.call
        if call.task not in SAME_PLACES or call.params.get("op") in ("crop", "rotate", "flip", "cutout"):
            break
        before = call.refs("image", "video")[0]
        at = next(item for item in d.shelf if item.handle == before)
    return newest.handle if newest and at and at.handle == of else of


def segment_phrase(d: Dialogue) -> str:
    """Cut out something that is named, or hinted at by a riddle."""
    target = d.target("image")
    riddle = d.chance(0.02)
    said = d.ask(d.say("seg.reason" if riddle else "verbose.segment" if d.chance(0.2) else "seg.ask", target))
    d.run("segment", [target.handle, phrase(said)], ["mask"], after="mask")
    return "segment.reason" if riddle else "segment.phrase"


def segment_all(d: Dialogue) -> str:
    """Cut out everything."""
    target = d.target("image")
    d.ask(d.say("seg.all", target))
    d.run("segment", [target.handle], ["mask"] * d.rng.choice((1, 2, 3)), reply="segment.all")
    return "segment.all"


def segment_region(d: Dialogue) -> str:
    """Cut out what is marked."""
    target = d.target("image")
    mark = d.mark(target.handle)
    target.ref = target.ref if d.chance(0.15) else ""
    named = d.chance(0.15)
    bank = "seg.region.named" if named else "seg.region.only" if d.chance(0.2) else "seg.region"
    said = d.ask(d.say(bank, target, r=str(mark.id)))
    args: list[Arg | str] = [target.handle, mark.handle, *([phrase(said)] if named else [])]
    d.run("segment", args, ["mask"], reply="segment.region", after="mask")
    return "segment.region.named" if named else "segment.region"


def segment_many(d: Dialogue) -> str:
    """Cut out several marked things, each as its own mask."""
    target = d.target("image")
    marks = [d.mark(target.handle).handle for _ in range(d.rng.choice((2, 2, 3, 4)))]
    target.ref = ""
    d.ask(d.say("seg.many", target))
    d.run("segment", [target.handle, *marks], ["mask"] * len(marks), reply="segment.many", after="mask")
    return "segment.many"


def refine(d: Dialogue) -> str | None:
    """Refine an earlier mask by new marks."""
    mask = d.latest("mask")
    if mask is None or not (of := current(d, mask)).startswith("image"):
        return None
    mark = d.mark(of)
    d.ask(d.say("seg.refine", m=mask.handle[5:]))
    d.run("segment", [of, mask.handle, mark.handle], ["mask"], reply="segment.refine")
    return "segment.refine"


def detect(d: Dialogue) -> str:
    """Find something that is named and draw boxes."""
    target = d.target("image")
    said = d.ask(d.say("verbose.detect" if d.chance(0.15) else "detect.ask", target))
    d.run("detect", [target.handle, phrase(said)], ["image"])
    return "detect"


def followed(marks: int) -> list[Kind]:
    """Return what ``video_segment`` gives: a mask for each of *marks*, one where a thing is named, and a clip with them drawn in."""
    masks: list[Kind] = ["mask"] * max(1, marks)
    return [*masks, "video"]


def follow_region(d: Dialogue) -> str:
    """Follow what is marked through a video."""
    target = d.target("video")
    marks = [d.mark(target.handle) for _ in range(1 if d.chance(0.92) else 2)]
    target.ref = target.ref if d.chance(0.15) else ""
    d.ask(d.say("follow.region", target, r=str(marks[0].id)))
    args = [target.handle, *(m.handle for m in marks)]
    d.run("video_segment", args, followed(len(marks)), reply="video_segment.region")
    return "video_segment.region"


def follow_phrase(d: Dialogue) -> str:
    """Follow what is named or described through a video."""
    target = d.target("video")
    said = d.ask(d.say("verbose.video" if d.chance(0.15) else "follow.ask", target))
    d.run("video_segment", [target.handle, phrase(said)], ["mask", "video"])
    return "video_segment.phrase"
