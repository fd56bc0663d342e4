"""Following things through a clip and taking parts out of it: the masks of every frame, and what happens when, are the truth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from models.values import Media, Span
from models.world.render import frame
from models.world.staging import stage_of

from training.language import av
from training.language.phrasing import Split
from training.language.talk import Dialogue, Item, Target
from training.truth import marks, plots
from training.truth.filming import reel
from training.truth.films import DEEDS, SHOWN, Act, Deed, Reel, clause, directed, stage_scene
from training.truth.referring import by_colour, chosen, several
from training.truth.shots import Shot, save
from training.truth.talk import Talk, phrase
from training.truth.values import MOST, Truthful, lost
from training.truth.words import many

_TRIES = 120
_APART: dict[str, tuple[Deed, ...]] = {
    group: tuple(deed for deed in (*DEEDS["thing"], *DEEDS["walks"]) if deed.verb in verbs)
    for group, verbs in {
        "leaps": ("jump", "bounce"),
        "spins": ("spin",),
        "grows": ("grow",),
        "shrinks": ("shrink",),
        "goes": ("vanish",),
        "falls": ("topple",),
        "slides": ("slide",),
        "shakes": ("shake",),
    }.items()
}
"""Deeds that nobody takes for each other, by groups of those that might be."""


@dataclass(frozen=True)
class Followed:
    """A phrase and the *ids* of the things in the film that it means; *group* is the kind of phrase."""

    phrase: str
    ids: tuple[int, ...]
    group: str


def video_segment(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task video_segment: what does something, what is named, all of a name, or what is marked."""
    way = ("deed", "named", "deed", "marked", "still", "all", "deed", "colour", "marked", "direction")[n % 10]
    made, meant = _film(rng, split, way)
    talk = Talk(rng, split)
    clip = talk.attach("video", made.write, **made.meta())
    if way == "marked":
        mark = talk.mark(clip, **_drawn_on(rng, made, meant.ids[0]))
        said = talk.ask(talk.say("follow.region", of="video", r=str(mark.id))).text
        args: list[Any] = [mark.handle]
    else:
        words = talk.say(
            "verbose.video" if talk.chance(0.1) else "follow.ask",
            ("vreferent",),
            of="video",
            instead="follow.ask",
            vreferent=meant.phrase,
        )
        named = phrase(talk.ask(words))
        said, args = named.text, [named]
    if talk.chance(0.9):
        talk.reply("do.video_segment.region" if way == "marked" else "do.video_segment", h=clip)
    call = talk.call("video_segment", clip, *args)
    handles = [talk.result("mask", call, None, of=clip, label=said, **made.meta()) for _ in meant.ids]
    talk.result("video", call, _overlay(made, meant.ids), of=clip, **made.meta())
    talk.answer()
    runs = dict(zip(handles, meant.ids, strict=True))
    truth = {
        **made.facts(), "phrase": said, "meant": meant.phrase, "group": meant.group, "ids": list(meant.ids),
        "names": [made.shot.thing(number).name for number in meant.ids], "masks": lambda: {handle: made.runs((number,)) for handle, number in runs.items()},
    }  # fmt: skip
    return talk.done(f"video_segment.{meant.group}", truth)


def _film(rng: Random, split: Split, way: str) -> tuple[Reel, Followed]:
    """Return a film in which things of one name do different things, and a phrase that means some of them."""
    for _ in range(_TRIES):
        shot = stage_scene(rng, split, twins=way not in ("named", "marked") or rng.random() < 0.5)
        found = None if shot is None else several(rng, shot, 1 if way in ("named", "marked") else 2, 3)
        if shot is None or found is None:
            continue
        noun, ids = found
        acts = _acts(rng, shot, ids, way)
        clean = plots.tidied(shot, (noun,))
        made = (
            None
            if clean is None
            else directed(rng, clean, [act for act in acts if act.deed.verb != "stay"], rng.choice((2.8, 3.2, 3.6)))
        )
        meant = None if made is None else _meant(rng, split, way, made, acts, noun, ids)
        if made is not None and meant is not None and all(_seen(made, number) for number in meant.ids):
            return made, meant
    raise RuntimeError(f"no film for {way} was found in {_TRIES} attempts")


_STAY = Deed("stays where it is", "staying where it is", "stay where it is", "stay")


def _acts(rng: Random, shot: Shot, ids: tuple[int, ...], way: str) -> list[Act]:
    """Let each of *ids* do something of another group of deeds; one of them nothing for "still"."""
    if way == "direction":
        sides = rng.sample(("to the left", "to the right"), 2)
        deeds = [next(deed for deed in DEEDS["thing"] if deed.says == f"slides {side}") for side in sides]
        return [
            Act(number, deeds[0] if place == 0 else rng.choice(_APART["spins"]) if place > 1 else deeds[1])
            for place, number in enumerate(rng.sample(ids, len(ids)))
        ]
    groups = rng.sample(list(_APART), len(ids))
    acts = [Act(number, rng.choice(_APART[group])) for number, group in zip(ids, groups, strict=True)]
    if way == "still":
        still = rng.randrange(len(acts))
        acts[still] = Act(acts[still].id, _STAY)
    return acts


_DOES = (
    "the {n} that {s}",
    "the {n} which {s}",
    "the {d} {n}",
    "the {n} {d}",
    "the {n} that is {d}",
    "whichever {n} {s}",
    "the one of the {m} that {s}",
    "only the {n} that {s}",
    "{n} {d}",
    "the {n} you see {d}",
    "of the {m} the one that {s}",
)
_STILL = ("the {n} that does not move", "the {n} that stays where it is", "the {n} that stands still", "the {n} which does nothing", "the {n} standing still", "the {n} that keeps still", "the one of the {m} that does not move",
          "the unmoving {n}", "the {n} that just stands there")  # fmt: skip
_SIDES = (
    "the {n} moving to the {e}",
    "the {n} that moves to the {e}",
    "the {n} going {e}",
    "the {n} which slides {e}wards",
    "the {n} heading {e}",
    "{n} moving {e}",
    "the {n} on its way to the {e}",
    "the one of the {m} going to the {e}",
)
_ALL = (
    "the {m}",
    "all the {m}",
    "every {n}",
    "all {m}",
    "each {n}",
    "each of the {m}",
    "all of the {m}",
    "{m}",
    "every single {n}",
)


def _meant(
    rng: Random, split: Split, way: str, made: Reel, acts: list[Act], noun: str, ids: tuple[int, ...]
) -> Followed | None:
    shot = made.shot
    if way in ("named", "marked"):
        only = rng.choice(ids)
        if way == "named" and len(ids) != 1:
            return None
        return Followed(
            chosen(
                rng,
                split,
                (
                    "the {n}",
                    "{n}",
                    "the only {n}",
                    "that {n}",
                    "the one {n}",
                    "the {n} in the clip",
                    "the {n} you see",
                    "the single {n}",
                ),
            ).replace("{n}", noun),
            (only,),
            way,
        )
    if way == "all":
        return Followed(chosen(rng, split, _ALL).replace("{n}", noun).replace("{m}", many(noun)), ids, "all")
    if way == "colour":
        found = by_colour(rng, shot, split)
        return None if found is None or found.noun != noun else Followed(found.phrase, found.ids, "colour")
    if way == "direction":
        side, sign = rng.choice((("left", -1), ("right", 1)))
        going = tuple(number for number in ids if made.moved(number) * sign > 0.12)
        if len(going) != 1 or any(0.02 < abs(made.moved(n)) <= 0.12 for n in ids):
            return None
        return Followed(
            chosen(rng, split, _SIDES).replace("{e}", side).replace("{n}", noun).replace("{m}", many(noun)),
            going,
            "direction",
        )
    act = next((act for act in acts if act.deed.verb == "stay"), None) if way == "still" else rng.choice(acts)
    if act is None:
        return None
    words = chosen(rng, split, _STILL if way == "still" else _DOES)
    words = (
        words.replace("{s}", clause(shot, act, "says"))
        .replace("{d}", clause(shot, act, "doing"))
        .replace("{n}", noun)
        .replace("{m}", many(noun))
    )
    if words.startswith("the " + clause(shot, act, "doing")) and " " in clause(shot, act, "doing"):
        return None  # "the jumping twice dog"
    return Followed(words, (act.id,), "still" if way == "still" else "deed")


def _seen(made: Reel, number: int) -> bool:
    """Return whether a thing is well seen in some frames and never cut off by others for long."""
    shown = [made.at(number, frame_)[1] for frame_ in range(0, made.film.frames, 4)]
    return max(shown) > 0.6 and sum(share > SHOWN for share in shown) >= len(shown) // 3


def _drawn_on(rng: Random, made: Reel, number: int) -> dict[str, Any]:
    """Return the fields of a region that marks the thing of id *number* in a frame in which it is well seen."""
    shown = rng.choice([frame_ for frame_ in range(0, made.film.frames, 4) if made.at(number, frame_)[1] > 0.6])
    box = made.at(number, shown)[0]
    assert box is not None
    return {"time": round(shown / made.film.fps, 3), **marks.marked(rng, box, made.mask((number,), shown))}


def _overlay(made: Reel, ids: tuple[int, ...]) -> Any:
    """Return what writes the clip with the things of *ids* tinted."""

    def write(path: Path) -> None:
        from models.video import VideoWriter

        stage = stage_of(made.film, made.width, made.height)
        order = [thing.id for thing in made.film.scene.things]
        with VideoWriter(path, made.width, made.height, made.film.fps) as writer:
            for number in range(made.film.frames):
                drawn = frame(made.film, stage, number / made.film.fps, truth=True)
                pixels = drawn.pixels.copy()
                for place, one in enumerate(ids):
                    mask = (
                        np.zeros(pixels.shape[:2], np.bool_) if drawn.masks is None else drawn.masks[order.index(one)]
                    )
                    tone = np.array(
                        ((230, 57, 70), (29, 120, 220), (20, 140, 80), (214, 120, 0))[place % 4], np.float32
                    )
                    pixels[mask] = (0.5 * pixels[mask] + 0.5 * tone).astype(np.uint8)
                writer.write(pixels)

    return write


# Taking parts out

_PART = ("cut out the part where {s}", "give me the part where {s}", "only the bit where {s}", "take the stretch in which {s}", "trim it to where {s}", "extract the scene where {s}", "I want just the moment range where {s}", "clip the part when {s}",
         "keep only the part in which {s}", "the part where {s} please", "save the bit where {s} as a clip", "can you cut out where {s}?", "I need the piece where {s}")  # fmt: skip
_START = ("take the frame when {b}", "give me the frame at which {b}", "a still of the moment when {b}", "screenshot of the moment {b}", "grab the frame where {b}", "the picture when {b} please", "freeze it when {b}", "I want a photo of the instant {b}",
          "save the frame at the moment when {b}", "show me the frame when {b}")  # fmt: skip


def extract(rng: Random, split: Split, n: int) -> Truthful:
    """Write a conversation of the task extract: a part or a frame told by what happens, or by numbers."""
    way = ("part", "numbers", "start", "numbers", "part", "end")[n % 6]
    made, words = _sequence(rng, split)
    talk = Talk(rng, split)
    clip = talk.attach("video", made.write, **made.meta())
    event: dict[str, Any] = {}
    if way == "numbers":
        said, spans, params, kind = _numbers(talk, made, clip)
    else:
        which = rng.randrange(len(made.acts))
        happened = sorted(made.film.events, key=lambda e: e.time)[which]
        act = made.acts[which]
        name = f"the {made.shot.thing(act.id).name}"
        event = {"id": happened.id, "verb": happened.verb, "time": happened.time, "seconds": happened.seconds}
        if way == "part":
            text = chosen(rng, split, _PART).replace("{s}", clause(made.shot, act, "says", name))
            spans, params, kind = (
                [
                    Span(
                        round(happened.time, 2),
                        round(min(made.meta()["duration"], happened.time + happened.seconds), 2),
                    )
                ],
                {},
                "video",
            )
        else:
            begins = f"{name} {'starts' if way == 'start' else 'stops'} {clause(made.shot, act, 'doing')}"
            text = chosen(rng, split, _START).replace("{b}", begins)
            time = (
                happened.time
                if way == "start"
                else min(happened.time + happened.seconds, made.film.seconds - 1 / made.film.fps)
            )
            spans, params, kind = [], {"time": f"{time:.2f}"}, "image"
        said = talk.ask(text).text
    if talk.chance(0.9):
        talk.reply("do.extract" if spans else "do.extract.frame", h=clip)
    call = talk.call("extract", clip, *spans, **params)
    first, last = _frames(made, spans, params)
    if kind == "video":
        talk.result(
            "video",
            call,
            _piece(made, first, last),
            of=clip,
            width=made.width,
            height=made.height,
            fps=made.film.fps,
            frames=last - first,
            duration=round((last - first) / made.film.fps, 3),
            has_audio=False,
        )
    else:
        talk.result("image", call, _still(made, first), of=clip, width=made.width, height=made.height)
    talk.answer()
    truth = {
        **made.facts(),
        "caption": words,
        "said": said,
        "span": [spans[0].start, spans[0].end] if spans else [],
        "params": params,
        "frame_range": [first, last],
        "event": event,
    }
    return talk.done(f"extract.{way if way != 'numbers' else 'span' if spans else 'frame'}", truth)


def _sequence(rng: Random, split: Split) -> tuple[Reel, str]:
    """Return a film in which one thing happens after the other, each by another thing or in another way."""
    for _ in range(_TRIES):
        made, words = reel(rng, split, free=False, definite=True, most=3, least=2 if rng.random() < 0.8 else 1)
        events = sorted(made.film.events, key=lambda event: event.time)
        if (
            len(events) == len(made.acts)
            and all(a.id == e.id and a.deed.verb == e.verb for a, e in zip(made.acts, events, strict=True))
            and all(b.time >= a.time + a.seconds - 0.01 for a, b in pairwise(events))
        ):
            return made, words
    raise RuntimeError(f"no film of things that happen in turn was found in {_TRIES} attempts")


def _numbers(talk: Talk, made: Reel, clip: str) -> tuple[str, list[Span], dict[str, str], str]:
    """Ask for a frame or a stretch by numbers that lie within the clip."""
    d = Dialogue(talk.rng, talk.book)
    target = Target(Item(Media("video", clip, "", {})), True)
    length, frames = made.meta()["duration"], made.film.frames
    for _ in range(MOST):
        said, spans, params, kind = av.moment(d, target)
        inside = (
            all(span.end <= length for span in spans)
            and float(params.get("time", 0)) < length
            and -1 <= int(params.get("frame", 0)) < frames
        )
        if inside and set(params) <= {"time", "frame"}:
            return talk.ask(said, exact=False).text, spans, params, kind
    raise lost("stretch within the clip")


def _frames(made: Reel, spans: list[Span], params: dict[str, str]) -> tuple[int, int]:
    """Return the first frame and the one after the last that are meant."""
    fps, frames = made.film.fps, made.film.frames
    if spans:
        first = min(frames - 1, max(0, round(spans[0].start * fps)))
        return first, max(first + 1, min(frames, round(spans[0].end * fps)))
    if "frame" in params:
        number = int(params["frame"]) % frames
    else:
        number = min(frames - 1, int(float(params["time"]) * fps + 0.001))
    return number, number + 1


def _piece(made: Reel, first: int, last: int) -> Any:
    def write(path: Path) -> None:
        from models.video import VideoWriter

        stage = stage_of(made.film, made.width, made.height)
        with VideoWriter(path, made.width, made.height, made.film.fps) as writer:
            for number in range(first, last):
                writer.write(frame(made.film, stage, number / made.film.fps).pixels)

    return write


def _still(made: Reel, number: int) -> Any:
    return lambda path: save(
        path, frame(made.film, stage_of(made.film, made.width, made.height), number / made.film.fps).pixels
    )
