"""Changed clips: whether the change is there in every frame, and whether all else, the sound and the steadiness stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from models.expert import Value
from models.values import Phrase
from models.world import atlas
from models.world.film import Film, Key
from models.world.scene import Thing

from evaluation import colour_space, pictures, video
from evaluation.experts import films, toning
from evaluation.experts.bench import Asked
from evaluation.experts.changing import MOST_DB, ROUND, decibels, framed, widened
from evaluation.experts.clips import Shot, filmed, paired, shown, sized, stays, sweep
from evaluation.experts.moving import pairs_of, way_of
from evaluation.experts.scenes import COLOURS, counted, in_place, whole
from evaluation.experts.suite import Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames: TypeAlias = NDArray[np.uint8]
    Mask: TypeAlias = NDArray[np.bool_]

LOOKS = 8
"""Frames that are looked at, evenly spread."""
NEARER_DB = 3.0
"""A change of the whole is there when a frame is nearer to the truth than before by this much."""
_LEAST = 0.004
"""The share of a frame from which a thing is seen well enough to be judged."""
_SEEN = 0.02
"""The same where the recogniser has to find it."""


@dataclass(frozen=True, eq=False)
class Refilming:
    """A film *before* and *after* what *words* say, frames [n, h, w, 3]; *masks* bool [n, h, w] of the changed thing as it is
    after (before, where it is gone). *name* shall be seen there, or *gone* no more; *colour* is its new one, *way* its new
    direction. *film* is what the clip carries of how it was drawn (None: nothing); *local* whether all else stays."""

    words: str
    before: Shot
    after: Frames
    masks: Mask
    seed: int
    film: Film | None
    name: str = ""
    gone: str = ""
    colour: str = ""
    way: str = ""
    local: bool = True

    @property
    def settled(self) -> bool:
        """Whether there is one right answer: the pace of a thing, where a new one looks is free."""
        return not self.way and not (self.local and self.name)

    @property
    def looks(self) -> list[int]:
        """The frames that are looked at."""
        return sorted({round(n) for n in np.linspace(0, len(self.after) - 1, LOOKS)})


def _changed(film: Film, old: Thing, new: Thing | None) -> Film:
    """Return *film* with *new* in the place of *old*, which moves as that did; with nothing there for None."""
    things = tuple(new if thing is old else thing for thing in film.scene.things)
    scene = replace(film.scene, things=tuple(thing for thing in things if thing is not None))
    if new is None:
        return replace(film, scene=scene, tracks=tuple(t for t in film.tracks if t.id != old.id), events=())
    by = {"x": new.x - old.x, "y": new.y - old.y}
    tracks = []
    for track in film.tracks:
        channels = {
            name: tuple(Key(k.time, k.value + by.get(name, 0.0), k.ease) for k in keys)
            for name, keys in track.channels.items()
        }
        tracks.append(replace(track, channels=channels) if track.id == old.id else track)
    return replace(film, scene=scene, tracks=tuple(tracks))


def _drawn(rng: Random, line: str) -> Refilming:
    while True:
        case = _tried(rng, line)
        if case is not None:
            return case


def _tried(rng: Random, line: str) -> Refilming | None:
    told = films.tell(rng, others=1 if line == "the way" else rng.randint(1, 2))
    film, scene = told.film, told.film.scene
    thing = next(thing for thing in scene.things if thing.name == told.name)
    name, gone, colour, way, local = told.name, "", "", "", True
    before, masks = films.shot(film, told.name)
    if line == "a colour":
        name, colour = "", rng.choice(COLOURS)
        after_film, words = _changed(film, thing, replace(thing, tint=colour)), f"make the {told.name} {colour}"
    elif line == "another thing":
        name = rng.choice([n for n in films.movers() if n in whole() and n not in {t.name for t in scene.things}])
        after_film = _changed(film, thing, in_place(name, thing, films.WIDTH, films.HEIGHT))
        words = f"replace the {told.name} with {counted(name, 1)}"
        if atlas.entry(told.name).bust:
            return None
    elif line == "nothing":
        name, gone = "", told.name
        after_film, words = _changed(film, thing, None), f"remove the {told.name}"
    elif line == "the way":
        if thing.size < films.LEAST:
            return None
        way = "left" if told.way == "right" else "right"
        verb = told.words.split()[2].removesuffix("s")
        after_film = films.planned(scene, f"the {told.name} {verb}s to the {way}", rng.randrange(2**31), free=True)
        words = f"make the {told.name} {verb} to the {way}"
    elif line == "the hour":
        hour = rng.choice(("night", "sunset"))
        after_film, words = (
            replace(film, scene=replace(scene, backdrop=replace(scene.backdrop, time=hour))),
            f"make it {hour}",
        )
        name, local = "", False
    else:
        look, said = rng.choice((("watercolour", "a watercolour"), ("sketch", "a sketch"), ("sepia", "a sepia film")))
        after_film, words = replace(film, scene=replace(scene, style=look)), f"make it look like {said}"
        name, local = "", False
    after, there = films.shot(after_film, after_film.scene.things[0].name if gone else name or told.name)
    masks = masks if gone else there
    shot = Shot(before, films.FPS, sweep(rng, len(before) / films.FPS))
    case = Refilming(
        words,
        shot,
        after,
        masks,
        rng.randrange(2**31),
        None if line.endswith("plain") else film,
        name,
        gone,
        colour,
        way,
        local,
    )
    return case if _shows(case) else None


def _shows(case: Refilming) -> bool:
    """Return whether the changed thing is well seen, and its new colour another than the old one, and one that it takes."""
    seen = [float(case.masks[n].mean()) for n in case.looks]
    if case.local and min(seen[1:-1]) < (_SEEN if case.way else _LEAST):
        return False
    if not case.colour:
        return True
    middle = len(case.after) // 2
    old, new = (colour_space.lab(frames[middle][case.masks[middle]]) for frames in (case.before.frames, case.after))
    return toning.is_hued(new, case.colour) and not toning.is_hued(old, case.colour)


def _there(case: Refilming, answer: Frames, tools: Tools) -> list[bool]:
    """Return of each frame that is looked at, and in which it can be judged, whether the change is there."""
    if case.way:
        looks = [tools.eyes().look(answer[n], films.LEAST) for n in (case.looks[1], case.looks[-2])]
        return [way_of(case.name, looks) == case.way]
    found = []
    for n in case.looks:
        if not case.local:
            found.append(
                decibels(answer[n], case.after[n]) - decibels(case.before.frames[n], case.after[n]) >= NEARER_DB
            )
            continue
        mask = case.masks[n]
        if mask.mean() < _LEAST:
            continue
        if case.colour:
            found.append(toning.is_hued(colour_space.lab(answer[n][mask]), case.colour))
        else:
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            height, width = mask.shape
            box = columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height
            seen = tools.eyes().named(answer[n], box)
            found.append(seen == case.name if case.name else seen != case.gone)
    return found


def refilm_score(case: Refilming, answer: Shot, tools: Tools) -> Marks:
    """Return how much of the change is there, how near the clip is to the truth in and outside of it, and what stayed."""
    height, width = case.after.shape[1:3]
    frames = sized(paired(answer.frames, len(case.after)), height, width)
    there = _there(case, frames, tools)
    marks: Marks = {
        "there": float(np.mean(there)) if there else None,
        "always": float(all(there)) if there else None,
        "stays": float(stays(answer, case.before)),
    }
    if case.settled:
        marks["psnr"] = float(np.mean([decibels(frames[n], case.after[n]) for n in case.looks]))
        marks["ssim"] = float(np.mean([pictures.ssim(frames[n], case.after[n]) for n in case.looks]))
    if case.local:
        marks |= _sides(case, frames)
    errors = [
        e
        for pair, own in zip(pairs_of(frames), pairs_of(case.after), strict=True)
        for e in video.warp_errors(pair, own)
    ]
    marks["warp"] = 1000 * float(np.mean(errors)) if errors else None
    return marks


def _sides(case: Refilming, frames: Frames) -> Marks:
    """Return how near *frames* are to the truth where that changes, and how near to before where it does not."""
    inside, outside, alike = [], [], []
    differs = (case.before.frames != case.after).any(axis=3)
    for n in case.looks:
        place = differs[n] if case.settled else framed(differs.any(axis=0) if case.way else differs[n])
        if place.any() and case.settled:
            inside.append(decibels(frames[n], case.after[n], place))
        found = pictures.change(case.before.frames[n], frames[n], widened(place) if place.any() else place)
        if found.psnr is not None and found.ssim is not None:
            outside.append(min(MOST_DB, found.psnr))
            alike.append(found.ssim)
    means = {"inside": inside, "outside": outside, "outside_ssim": alike}
    return {name: float(np.mean(values)) if values else None for name, values in means.items()}


def _asked(case: Refilming) -> Asked:
    clip = filmed(case.before)
    if case.film is not None:
        clip.meta = {
            **clip.meta,
            "made": "picture-book",
            "film": case.film.to_json(),
            "scene": case.film.scene.to_json(),
        }
    return Asked("video_edit", (clip,), args=(Phrase(case.words),), seed=case.seed)


def _answer(values: Sequence[Value], case: Refilming) -> Shot:
    return shown(values, case.before)


VIDEO_EDIT: Suite[Any, Any] = Suite(
    task="video_edit",
    about="A drawn film of a moving thing and one or two that stand, with a sound, is changed by an instruction: the moving thing gets a colour, becomes "
    "another thing, goes away or goes the other way; the hour or the look of the whole changes. Clips carry their film, but for those called plain. "
    f"There: the share of {LOOKS} frames in which the change is to be seen where the thing then is (its hue in CIE L*a*b*; what the recogniser names, or "
    "names no longer; the way as the recogniser sees it go, once a clip; of the whole, a frame nearer to the truth than before by "
    f"{NEARER_DB:.0f} dB); in every frame: the share of clips in which that holds for all. PSNR and SSIM to the film drawn as it should then be, and inside "
    f"what changes in it; outside that, a band of {ROUND:.0%} of the longer side left out, to the film before. The way "
    "is free in its pace, a new thing in where it looks, so these are not compared. The warping error is taken along the flow of the true film. Stays: size, frames per second, their number and the sound are as before. "
    "Clips are coded, so that none reaches the 60 dB that count for equal frames.",
    lines=("a colour", "another thing", "nothing", "the way", "the hour", "the look", "the look, plain"),
    measures={
        "there": Measure("there"),
        "always": Measure("in every frame"),
        "psnr": Measure("PSNR to the truth", "mean", "dB"),
        "ssim": Measure("SSIM", "mean"),
        "inside": Measure("PSNR inside", "mean", "dB"),
        "outside": Measure("PSNR outside", "mean", "dB"),
        "outside_ssim": Measure("SSIM outside", "mean"),
        "warp": Measure("warping error x 1000", "mean"),
        "stays": Measure("stays"),
    },
    draw=_drawn,
    asked=_asked,
    answer=_answer,
    truth=lambda case: replace(case.before, frames=case.after),
    nothing=lambda case: case.before,
    score=refilm_score,
    uses=("pictures",),
)
