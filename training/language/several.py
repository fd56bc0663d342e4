"""Turns with several tasks in one request, each call using what the one before made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from models.values import Arg, Kind

from training.language import adjusting, av
from training.language.phrasing import Said
from training.language.talk import Dialogue, phrase


def joined(d: Dialogue, *parts: Said) -> Said:
    """Return the requests as one, joined by words of order; phrases are numbered through."""
    whole = Said()
    for number, part in enumerate(parts):
        if number:
            text, mark = whole.pieces[-1]
            whole.pieces[-1] = (text.rstrip("?., "), mark)
            whole.pieces.append((d.book.text(d.rng, "join"), -1))
        if not part.marks:
            part.pieces, part.marks = [(text, 0) for text, _ in part.pieces], 1
        whole.pieces += [(text, mark + whole.marks if mark >= 0 else -1) for text, mark in part.pieces]
        whole.marks += part.marks
    whole.stated = True
    return whole


def _next(d: Dialogue, kind: Kind) -> str:
    """Return the handle that the next result of *kind* will get."""
    return f"{kind}#{d.counts.get(kind, 0) + 1}"


def _it(d: Dialogue, bank: str, kind: str = "image", **slots: str) -> Said:
    return d.book.say(d.rng, bank, it="it", noun=d.book.text(d.rng, f"noun.{kind}"), **slots)


Step: TypeAlias = tuple[str, Sequence["Arg | str"], Sequence[Kind], Mapping[str, str]]


def step(task: str, args: Sequence[Arg | str], gives: Sequence[Kind], params: Mapping[str, str] | None = None) -> Step:
    """Return one call to make: the task, its arguments, the kinds of its results and its params."""
    return task, args, gives, params or {}


def _finish(d: Dialogue, group: str, *calls: Step) -> str:
    if d.chance(0.85):
        d.words("do.many")
    for task, args, gives, params in calls:
        d.call(task, args, gives, params, fails=0.0)
    d.answer()
    return f"multi.{group}"


def cut_and_adjust(d: Dialogue) -> str:
    """Cut it out and blur (or otherwise change) the rest or the thing itself."""
    target = d.target("image")
    target.ref = ""
    marked = d.chance(0.7)
    mark = d.mark(target.handle) if marked else None
    first = d.say("seg.region" if mark else "seg.ask", target, r=str(mark.id) if mark else "1")
    mask = _next(d, "mask")
    chance = d.rng.random()
    if chance < 0.7:
        where = "outside" if d.chance(0.8) else "mask"
        second, params = adjusting.tone(d, where, None, mask[5:])
    elif chance < 0.85:
        second, params = _it(d, "adj.cutout"), {"op": "cutout"}
    else:
        second = _it(d, "adj.background")
        params = {"op": "background", "color": second.slots["colour"]}
    said = d.ask(joined(d, first, second))
    args: list[Arg | str] = [target.handle, mark.handle if mark else phrase(said)]
    return _finish(
        d, "segment+adjust", step("segment", args, ["mask"]), step("adjust", [target.handle, mask], ["image"], params)
    )


def cut_and_remove(d: Dialogue) -> str:
    """Cut it out, then take it out of the picture."""
    target = d.target("image")
    target.ref = ""
    mark, mask = d.mark(target.handle), _next(d, "mask")
    d.ask(joined(d, d.say("seg.region", target, r=str(mark.id)), _it(d, "remove.mask", m=mask[5:])))
    return _finish(
        d,
        "segment+remove",
        step("segment", [target.handle, mark.handle], ["mask"]),
        step("remove", [target.handle, mask], ["image"]),
    )


def cut_and_edit(d: Dialogue) -> str:
    """Cut it out and put it somewhere else."""
    target = d.target("image")
    target.ref = ""
    mark, mask = d.mark(target.handle), _next(d, "mask")
    said = d.ask(joined(d, d.say("seg.region", target, r=str(mark.id)), _it(d, "elsewhere")))
    calls = (
        step("segment", [target.handle, mark.handle], ["mask"]),
        step("edit", [target.handle, mask, phrase(said, 1)], ["image"]),
    )
    return _finish(d, "segment+edit", *calls)


def adjust_twice(d: Dialogue) -> str:
    """Two typed changes of one picture or video; at times each in a word or two, in one breath ("blurrier plus mirrored")."""
    target = d.target("image", "video")
    kind, terse = target.item.kind, d.chance(0.3)
    first, one = adjusting.tone(d, "all", target, terse=terse)
    second, two = adjusting.shape(d, None) if d.chance(0.4) else adjusting.tone(d, "all", None, terse=terse)
    while two["op"] == one["op"]:  # nobody asks for the same twice in one breath, nor for more and less of it
        second, two = adjusting.tone(d, "all", None, terse=terse)
    d.ask(joined(d, first, second))
    between = _next(d, kind)
    return _finish(
        d, "adjust+adjust", step("adjust", [target.handle], [kind], one), step("adjust", [between], [kind], two)
    )


def edit_and_adjust(d: Dialogue) -> str:
    """A free change, then a typed one, at times named in a word or two ("... and also as a sketch")."""
    target = d.target("image", "video")
    target.ref = ""
    kind = target.item.kind
    task = "edit" if kind == "image" else "video_edit"
    second, params = adjusting.tone(d, "all", None, terse=d.chance(0.3))
    said = d.ask(joined(d, d.say("edit.ask" if kind == "image" else "vedit.ask", target), second))
    between = _next(d, kind)
    return _finish(
        d,
        f"{task}+adjust",
        step(task, [target.handle, phrase(said)], [kind]),
        step("adjust", [between], [kind], params),
    )


def remove_and_adjust(d: Dialogue) -> str:
    """Take the marked thing out, then change the picture."""
    target = d.target("image")
    target.ref = ""
    mark = d.mark(target.handle)
    second, params = adjusting.tone(d, "all", None)
    d.ask(joined(d, d.say("remove.region", target, r=str(mark.id)), second))
    between = _next(d, "image")
    return _finish(
        d,
        "remove+adjust",
        step("remove", [target.handle, mark.handle], ["image"]),
        step("adjust", [between], ["image"], params),
    )


def draw_and_animate(d: Dialogue) -> str:
    """Make a picture, then bring it to life."""
    said = d.ask(joined(d, d.say("image.ask"), _it(d, "animate.plainly")))
    made = _next(d, "image")
    return _finish(d, "image+animate", step("image", [phrase(said)], ["image"]), step("animate", [made], ["video"]))


def draw_and_adjust(d: Dialogue) -> str:
    """Make a picture, then change it."""
    second, params = adjusting.tone(d, "all", None)
    said = d.ask(joined(d, d.say("image.ask"), second))
    made = _next(d, "image")
    return _finish(
        d, "image+adjust", step("image", [phrase(said)], ["image"]), step("adjust", [made], ["image"], params)
    )


def draw_and_sound(d: Dialogue) -> str:
    """Make a picture or a video, and a sound."""
    task: Kind = "image" if d.chance(0.5) else "video"
    first, second = d.say(f"{task}.ask"), d.say("audio.ask")
    said = d.ask(joined(d, first, second))
    params = {"duration": second.slots["duration"]} if "duration" in second.slots else {}
    calls = step(task, [phrase(said)], [task]), step("audio", [phrase(said, first.marks)], ["audio"], params)
    return _finish(d, f"{task}+audio", *calls)


def change_and_sound(d: Dialogue) -> str:
    """Make, animate or change a video, then give it a sound."""
    kind = d.rng.choice(("video", "animate", "video_edit"))
    args: list[Arg | str] = []
    if kind == "video":
        first = d.say("video.ask")
    else:
        target = d.target("image" if kind == "animate" else "video")
        target.ref = ""
        first = d.say("animate.ask" if kind == "animate" else "vedit.ask", target)
        args.append(target.handle)
    stated = first.stated or kind != "animate"
    named = d.chance(0.4)
    second = _it(d, "sf.named" if named else "sf.ask", "video")
    said = d.ask(joined(d, first, second))
    made = _next(d, "video")
    heard: list[Arg | str] = [made, *([phrase(said, first.marks)] if named else [])]
    calls = (
        step(kind, [*args, *([phrase(said)] if stated else [])], ["video"]),
        step("sound_for", heard, av.sounded("video")),
    )
    return _finish(d, f"{kind}+sound_for", *calls)


def frame_and_change(d: Dialogue) -> str:
    """Take a frame or a part out of a video and change it."""
    target = d.target("video")
    target.ref = ""
    first, spans, params, kind = av.moment(d, target)
    second, settings = adjusting.tone(d, "all", None) if d.chance(0.75) else adjusting.shape(d, None)
    d.ask(joined(d, first, second))
    between = _next(d, kind)
    calls = step("extract", [target.handle, *spans], [kind], params), step("adjust", [between], [kind], settings)
    return _finish(d, "extract+adjust", *calls)


def sound_twice(d: Dialogue) -> str:
    """Two changes of one sound."""
    target = d.target("audio")
    target.ref = ""
    first, one, settings = av.effect(d, target)
    second, two, then = av.effect(d, None)
    d.ask(joined(d, first, second))
    between = _next(d, "audio")
    calls = (
        step("audio_adjust", [target.handle, *one], ["audio"], settings),
        step("audio_adjust", [between, *two], ["audio"], then),
    )
    return _finish(d, "audio_adjust+audio_adjust", *calls)


def take_and_change(d: Dialogue) -> str:
    """Take the sound out of a video and change it."""
    target = d.target("video")
    target.ref = ""
    second, spans, params = av.effect(d, None)
    d.ask(joined(d, d.say("aa.extract", target), second))
    between = _next(d, "audio")
    calls = (
        step("audio_adjust", [target.handle], ["audio"], {"op": "extract"}),
        step("audio_adjust", [between, *spans], ["audio"], params),
    )
    return _finish(d, "audio_adjust+audio_adjust", *calls)


def follow_and_adjust(d: Dialogue) -> str:
    """Follow the marked or the named thing and change the rest of the video."""
    target = d.target("video")
    target.ref = ""
    mask = _next(d, "mask")
    mark = d.mark(target.handle) if d.chance(0.65) else None
    first = d.say("follow.region", target, r=str(mark.id)) if mark else d.say("follow.ask", target)
    second, params = adjusting.tone(d, "outside" if d.chance(0.7) else "mask", None, mask[5:])
    said = d.ask(joined(d, first, second))
    calls = (
        step("video_segment", [target.handle, mark.handle if mark else phrase(said)], ["mask", "video"]),
        step("adjust", [target.handle, mask], ["video"], params),
    )
    return _finish(d, "video_segment+adjust", *calls)
