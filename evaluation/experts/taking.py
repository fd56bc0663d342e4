"""Frames and stretches taken out of a clip: which of the true frames they are, how many, and whether the sound is in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from models.expert import Value
from models.values import Span

from evaluation import signals
from evaluation.experts import films
from evaluation.experts.bench import Asked
from evaluation.experts.changing import decibels
from evaluation.experts.clips import ALIKE, Shot, filmed, grey, shown, sized, sweep
from evaluation.experts.suite import Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames: TypeAlias = NDArray[np.uint8]

NUMBER, TIME, LAST, STRETCH = "a frame by its number", "a frame by its time", "a frame from the end", "a stretch"


@dataclass(frozen=True, eq=False)
class Taking:
    """A film with a sound; *params* or the *span* in seconds ask for the frames *first* up to but without *last*."""

    given: Shot
    params: Mapping[str, str]
    span: Span | None
    first: int
    last: int
    seed: int


def _distinct(frames: Frames, number: int) -> bool:
    """Return whether frame *number* differs from its neighbours more than coding changes it."""
    near = [n for n in (number - 1, number + 1) if 0 <= n < len(frames)]
    return all(decibels(frames[n], frames[number]) < 33 for n in near)


def _taking(rng: Random, line: str) -> Taking:
    while True:
        told = films.tell(rng)
        frames = films.shot(told.film, told.name)[0]
        clear = [n for n in range(len(frames)) if _distinct(frames, n)]
        if len(clear) > 8 and clear[0] < len(frames) // 2:
            break
    given = Shot(frames, films.FPS, sweep(rng, len(frames) / films.FPS))
    first = rng.choice(clear if line != STRETCH else [n for n in clear if n < len(frames) - 8])
    last, span, params = first + 1, None, dict[str, str]()
    if line == STRETCH:
        # Both ends in the middle of a frame's time, where there is no doubt about which frame is shown.
        last = rng.randint(first + 6, len(frames))
        span = Span(round((first + 0.5) / films.FPS, 2), round((last - 0.5) / films.FPS, 2))
    elif line == TIME:
        params["time"] = f"{(first + rng.uniform(0.2, 0.8)) / films.FPS:.3f}"
    elif line == LAST:
        params["frame"] = "-1"
        first = len(frames) - 1
        last = first + 1
    else:
        params["frame"] = str(first)
    return Taking(given, params, span, first, last, rng.randrange(2**31))


def _truth(case: Taking) -> Shot:
    frames = case.given.frames[case.first : case.last]
    if case.span is None or case.given.sound is None:
        return Shot(frames)
    samples, rate = case.given.sound
    begin, end = (round(n / films.FPS * rate) for n in (case.first, case.last))
    return Shot(frames, films.FPS, (samples[begin:end], rate))


def which(frame: Frames, frames: Frames) -> int:
    """Return the number of the one of *frames* uint8 [n, h, w, 3] that *frame* is nearest to; the first of equal ones."""
    small = frames[:, ::2, ::2].astype(np.float32)
    return int(((small - frame[::2, ::2].astype(np.float32)) ** 2).mean(axis=(1, 2, 3)).argmin())


def take_score(case: Taking, answer: Shot, tools: Tools) -> Marks:
    """Return whether the frames are those that were asked for, how many are too many or too few, and how the sound lies."""
    truth = _truth(case)
    frames = sized(answer.frames, *truth.frames.shape[1:3])
    away = abs(which(frames[0], case.given.frames) - case.first)
    marks: Marks = {
        "right": float(away == 0),
        "near": float(away <= 1),
        "psnr": float(np.mean([decibels(a, b) for a, b in zip(frames, truth.frames, strict=False)])),
    }
    if case.span is not None:
        marks["length"] = float(abs(len(frames) - (case.last - case.first)) <= 1)
        marks["fps"] = float(abs(answer.fps - films.FPS) < 0.01)
        marks["sound"] = float(_in_step(answer, truth))
    return marks


def _in_step(answer: Shot, truth: Shot) -> bool:
    """Return whether the sound is that of the stretch, no more than a frame early or late."""
    if answer.sound is None or truth.sound is None or answer.sound[1] != truth.sound[1]:
        return False
    found = signals.fit(answer.sound[0], truth.sound[0], truth.sound[1])
    return found.alike >= ALIKE and abs(found.late) <= 1 / films.FPS


def _asked(case: Taking) -> Asked:
    return Asked("extract", (filmed(case.given),), args=(case.span,) if case.span else (), params=case.params)


def _answer(values: Sequence[Value], case: Taking) -> Shot:
    return shown(values, Shot(grey()))


EXTRACT: Suite[Any, Any] = Suite(
    task="extract",
    about="A frame or a stretch is taken out of a film, given as a plain clip with a sound that glides in pitch. The first frame is compared with all true "
    "frames of the film, as drawn before any coding: right is the share where the nearest is the one that was asked for, near that where it is that or "
    "its neighbour. PSNR to the true frames, coded once (a frame) or twice (a stretch). Of stretches: length, within a frame of what is shown then; frames "
    "per second as before; sound in step, the sound of that stretch within a frame's time.",
    lines=(NUMBER, TIME, LAST, STRETCH),
    measures={
        "right": Measure("right frame"),
        "near": Measure("within a frame"),
        "psnr": Measure("PSNR", "mean", "dB"),
        "length": Measure("length"),
        "fps": Measure("frame rate"),
        "sound": Measure("sound in step"),
    },
    draw=_taking,
    asked=_asked,
    answer=_answer,
    truth=_truth,
    nothing=lambda case: Shot(grey()),
    score=take_score,
)
