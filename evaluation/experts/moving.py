"""Clips from words and from pictures: whether the named thing is seen and goes the way it should, steadily, from the picture on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from models.expert import Clip, Picture, Value
from models.values import Phrase, Region
from models.video import read_frames
from models.world.composer import compose

from evaluation import video
from evaluation.experts import films
from evaluation.experts.bench import Asked
from evaluation.experts.changing import MOST_DB
from evaluation.experts.eyes import Seen
from evaluation.experts.scenes import box_mark
from evaluation.experts.suite import FEATURES, Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]

MOST_FRAMES = 240
LOOKS = (0.12, 0.5, 0.88)
"""When in a clip the recogniser looks for the thing, as shares of its length."""
PAIRS = 6
"""Pairs of neighbouring frames on which steadiness is measured, evenly spread."""
FAR = 0.04
"""A thing has gone to a side when its middle has moved by more than this share of the frame's width."""
PARAMS = {"duration": f"{films.SECONDS:g}"}


@dataclass(frozen=True)
class Going:
    """A thing *name* that goes to the *way*; *words* say so. *given* is what the expert gets: a picture with the thing marked, or
    nothing; *first* the picture that the clip begins with (None where it is free); *truth* the true frames."""

    words: str
    name: str
    way: str
    truth: Pixels
    seed: int
    given: Picture | None = None
    first: Pixels | None = None
    regions: tuple[Region, ...] = ()


def _told(rng: Random, line: str) -> Going:
    told = films.tell(rng)
    return Going(told.caption, told.name, told.way, films.shot(told.film, told.name)[0], rng.randrange(2**31))


def _animated(rng: Random, line: str) -> Going:
    told = films.tell(rng)
    truth = compose(told.scene, films.WIDTH, films.HEIGHT, truth=True)
    film = films.planned(told.scene, told.words, rng.randrange(2**31), free=False)
    shown = [thing.name for thing in told.scene.things].index(told.name)
    given = Picture(truth.pixels)
    regions: tuple[Region, ...] = (box_mark(rng, truth.masks[shown], "image#1"),)
    if line == "a drawn picture":
        given, regions = replace(given, meta={"made": "picture-book", "scene": told.scene.to_json()}), ()
    frames = films.shot(film, told.name)[0]
    return Going(told.words, told.name, told.way, frames, rng.randrange(2**31), given, truth.pixels, regions)


def frames_of(values: Sequence[Value]) -> Pixels | None:
    """Return the frames of the first clip among *values*, uint8 [n, h, w, 3], at most MOST_FRAMES; None without one."""
    clip = next((value for value in values if isinstance(value, Clip)), None)
    if clip is None:
        return None
    frames = list(read_frames(clip, 0, MOST_FRAMES, max_side=max(films.WIDTH, films.HEIGHT)))
    return np.stack(frames) if frames else None


def still(picture: Pixels | None) -> Pixels:
    """Return a clip that does not move: of *picture*, or of even grey."""
    frame = np.full((films.HEIGHT, films.WIDTH, 3), 128, np.uint8) if picture is None else picture
    return np.repeat(frame[None], 12, axis=0)


def way_of(name: str, looks: Sequence[Sequence[Seen]]) -> str:
    """Return the side to which the thing *name* goes between the first and the last of *looks* that show it, the surest of
    that name in each: "left", "right", or "" when it is seen but once or stays within FAR."""
    middles = [next((seen.x for seen in look if seen.name == name), None) for look in looks]
    xs = [x for x in middles if x is not None]
    if len(xs) < 2 or abs(xs[-1] - xs[0]) <= FAR:
        return ""
    return "left" if xs[-1] < xs[0] else "right"


def pairs_of(clip: Pixels) -> list[Pixels]:
    """Return PAIRS evenly spread pairs of neighbouring frames, each uint8 [2, h, w, 3]."""
    if len(clip) < 2:
        return []
    starts = sorted({round(n) for n in np.linspace(0, len(clip) - 2, PAIRS)})
    return [clip[start : start + 2] for start in starts]


def clip_score(case: Going, answer: Pixels, tools: Tools) -> Marks:
    """Return whether the thing is seen and where it goes, how steady the clip is and how much it moves."""
    eyes = tools.eyes()
    places = [min(len(answer) - 1, round(share * len(answer))) for share in LOOKS]
    looks = [eyes.look(answer[place], films.LEAST) for place in places]
    seen = [any(one.name == case.name for one in look) for look in looks]
    pairs = pairs_of(answer)
    errors = [error for pair in pairs for error in video.warp_errors(pair)]
    marks: Marks = {
        "seen": float(np.mean(seen)),
        "way": float(way_of(case.name, looks) == case.way),
        "warp": 1000 * float(np.mean(errors)) if errors else None,
        "moves": 1000 * float(np.mean([video.activity(pair) for pair in pairs])) if pairs else None,
    }
    if case.first is not None:
        found = video.first_frame(case.first, answer)
        marks["first_psnr"], marks["first_ssim"] = min(MOST_DB, found.psnr), found.ssim
    return marks


def _fitted(answer: Pixels, case: Going) -> Pixels:
    if answer.shape[1:] == case.truth.shape[1:]:
        return answer
    size = case.truth.shape[2], case.truth.shape[1]
    return np.stack([np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8) for frame in answer])


def _answer(values: Sequence[Value], case: Going) -> Pixels:
    found = frames_of(values)
    return still(case.first) if found is None else _fitted(found, case)


_MOVES = {
    "seen": Measure("seen"),
    "way": Measure("goes that way"),
    "warp": Measure("warping error x 1000", "mean"),
    "moves": Measure("activity x 1000", "mean"),
}
_ABOUT = (
    f"The recogniser looks for the thing in {len(LOOKS)} frames, through windows of {films.LEAST:.0%} of the height and more: seen is the share in which it is, goes that way the share of clips in which its "
    f"middle moves to the side that was said by more than {FAR:.0%} of the width. The warping error is how much a frame differs from the next "
    f"one brought back along the flow (DIS) on {PAIRS} pairs of frames, smaller is steadier; activity is the plain difference of neighbours, 0 for "
    "a clip that stands still."
)

VIDEO: Suite[Any, Any] = Suite(
    task="video",
    about=f"A caption tells of one thing that goes to the left or to the right. {_ABOUT} The Fréchet distance is that of recogniser features of "
    "the middle frames to those of true films of other captions.",
    lines=("one thing moves",),
    measures={**_MOVES, FEATURES: Measure("Fréchet distance", "distance")},
    draw=_told,
    asked=lambda case: Asked(
        "video", args=(Phrase(case.words),), params={**PARAMS, "size": f"{films.WIDTH}x{films.HEIGHT}"}, seed=case.seed
    ),
    answer=_answer,
    truth=lambda case: case.truth,
    nothing=lambda case: still(None),
    fit=_fitted,
    score=clip_score,
    features=lambda answer, tools: tools.eyes().features(answer[len(answer) // 2]),
    uses=("pictures",),
)

ANIMATE: Suite[Any, Any] = Suite(
    task="animate",
    about=f"A picture of one thing is given, and it is said to which side it goes. A plain picture has it marked with a box. {_ABOUT} First frame: "
    "PSNR (at most 60 dB) and SSIM to the picture.",
    lines=("a drawn picture", "a plain picture"),
    measures={
        **_MOVES,
        "first_psnr": Measure("first frame PSNR", "mean", "dB"),
        "first_ssim": Measure("first frame SSIM", "mean"),
    },
    draw=_animated,
    asked=lambda case: Asked("animate", (case.given,), case.regions, (Phrase(case.words),), PARAMS, case.seed),
    answer=_answer,
    truth=lambda case: case.truth,
    nothing=lambda case: still(case.first),
    fit=_fitted,
    score=clip_score,
    uses=("pictures",),
)
