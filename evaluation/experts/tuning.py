"""Changed sounds: each operation by what can be measured of the signal, its level, length, pitch and bands, against the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from models.expert import Sound, Value
from models.values import Span

from evaluation import signals, sounds
from evaluation.experts import films
from evaluation.experts.bench import Asked
from evaluation.experts.changing import decibels
from evaluation.experts.clips import ALIKE, NO_FRAMES, RATE, Shot, filmed, paired, shot_of, sized, sweep
from evaluation.experts.hearing import asked_for, synthesised
from evaluation.experts.suite import Marks, Measure, Suite, Tools

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples: TypeAlias = NDArray[np.float32]

OPS: dict[str, tuple[str, ...]] = {
    "level": ("gain", "normalize"),
    "time": ("trim", "reverse", "speed"),
    "pitch": ("pitch",),
    "fades": ("fade_in", "fade_out"),
    "filters": ("lowpass", "highpass"),
    "two sounds": ("mix",),
    "a clip's sound": ("extract", "attach", "gain"),
}
"""The operations, by the lines of the table."""
SECONDS = 2.0
EXACT_DB = 40.0
"""From this signal-to-noise ratio on an answer that can be exact is."""
NEAR_DB = 0.3
"""How far a level may be from the one asked for."""
NEAR_CENTS = 30.0
"""How far a pitch may be from the one asked for: under a third of a semitone."""
NEAR_SECONDS = 0.02
STOPPED_DB = 24.0
"""What lies an octave beyond a filter's frequency must have become softer by this much."""
PASSED_DB = 1.0
"""The second octave within it may have changed by this much."""
_EIGHTHS = 8


@dataclass(frozen=True, eq=False)
class Tuning:
    """Sound or clip *given*, with a *second* one for two sounds; operation, *params* and *span*; what *truth* should come out
    (its samples where they are settled, else one of the right answers)."""

    op: str
    params: Mapping[str, str]
    given: Shot
    truth: Shot
    seed: int
    second: Shot | None = None
    span: Span | None = None

    def setting(self, name: str) -> float:
        return float(self.params[name])


def tone(rng: Random) -> Samples:
    """Return SECONDS of a steady tone with some harmonics, float32 [n]."""
    time = np.arange(round(SECONDS * RATE)) / RATE
    base = rng.uniform(180.0, 420.0)
    values = sum(np.sin(2 * np.pi * base * k * time + rng.uniform(0, 6.28)) / k for k in range(1, 7))
    return np.asarray(0.15 * values, np.float32)


def noise(rng: Random) -> Samples:
    """Return SECONDS of white noise, float32 [n]."""
    return np.asarray(
        0.1 * np.random.default_rng(rng.randrange(2**31)).standard_normal(round(SECONDS * RATE)), np.float32
    )


def scaled(samples: Samples, db: float) -> Samples:
    return np.asarray(samples * 10 ** (db / 20), np.float32)


def banded(samples: Samples, hz: float, *, high: bool) -> Samples:
    """Return what of *samples* lies above *hz* (*high*) or below it, cut off square in the spectrum."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum[hertz < hz if high else hertz >= hz] = 0
    return np.asarray(np.fft.irfft(spectrum, len(samples)), np.float32)


def _ramp(samples: Samples, seconds: float, *, out: bool) -> Samples:
    count = round(seconds * RATE)
    gains = np.ones(len(samples), np.float32)
    gains[:count] = np.linspace(0, 1, count)
    return samples * (gains[::-1] if out else gains)


def _retuned(samples: Samples, semitones: float) -> Samples:
    """Return as long a tone with every frequency changed by *semitones*: its spectrum, drawn out or together."""
    spectrum = np.fft.rfft(samples)
    places = np.arange(len(spectrum)) / 2 ** (semitones / 12)
    moved = np.interp(places, np.arange(len(spectrum)), np.abs(spectrum), right=0.0)
    # Random phases would smear the sound; with those of the nearest place it stays a steady tone.
    phases = np.angle(spectrum)[np.minimum(np.rint(places).astype(int), len(spectrum) - 1)]
    return np.asarray(np.fft.irfft(moved * np.exp(1j * phases), len(samples)), np.float32)


def _heard(samples: Samples) -> Shot:
    return Shot(NO_FRAMES, sound=(samples, RATE))


def _drawn(rng: Random, line: str) -> Tuning:
    op, seed = rng.choice(OPS[line]), rng.randrange(2**31)
    if line == "a clip's sound":
        return _of_clip(rng, op, seed)
    params: dict[str, str] = {"op": op}
    span, second = None, None
    given = synthesised((rng.choice(asked_for()),), rng)[0]
    truth = given
    if op == "gain":
        db = rng.choice((-12, -6, -3, 3, 6))
        given = scaled(given, -max(db, 0) - 1)
        params["db"], truth = str(db), scaled(given, db)
    elif op == "normalize":
        given, db = scaled(given, rng.uniform(-20, -6)), rng.choice((-1, -3, -6))
        params["db"], truth = str(db), scaled(given, db - signals.peak(given))
    elif op == "trim":
        length = len(given) / RATE
        start = round(rng.uniform(0.1, 0.4) * length, 2)
        end = round(start + rng.uniform(0.3, 0.5) * length, 2)
        span, truth = Span(start, end), given[round(start * RATE) : round(end * RATE)]
    elif op == "reverse":
        truth = given[::-1]
    elif op == "speed":
        given, factor = tone(rng), rng.choice((0.5, 0.75, 1.25, 1.5, 2.0))
        params["factor"] = f"{factor:g}"
        truth = np.tile(given, 3)[: round(len(given) / factor)]
    elif op == "pitch":
        given, semitones = tone(rng), rng.choice((-12, -7, -5, -2, 2, 4, 7, 12))
        params["semitones"], truth = str(semitones), _retuned(given, semitones)
    elif op in ("fade_in", "fade_out"):
        given, seconds = noise(rng), rng.choice((0.5, 1.0))
        params["seconds"], truth = f"{seconds:g}", _ramp(given, seconds, out=op == "fade_out")
    elif op in ("lowpass", "highpass"):
        given, hz = noise(rng), rng.choice((500, 1000, 2000, 4000))
        params["hz"], truth = str(hz), banded(given, hz, high=op == "highpass")
    else:
        other = scaled(synthesised((rng.choice(asked_for()),), rng)[0], -8)
        given, second = scaled(given, -8), _heard(other)
        length = max(len(given), len(other))
        truth = np.pad(given, (0, length - len(given))) + np.pad(other, (0, length - len(other)))
    return Tuning(op, params, _heard(given), _heard(np.ascontiguousarray(truth)), seed, second, span)


def _of_clip(rng: Random, op: str, seed: int) -> Tuning:
    """Return a film whose sound is taken out, replaced or made louder or softer."""
    told = films.tell(rng)
    frames = films.shot(told.film, told.name)[0]
    own = sweep(rng, films.SECONDS)
    given, second, params = Shot(frames, films.FPS, own), None, {"op": op}
    truth = Shot(NO_FRAMES, sound=own)
    if op == "attach":
        new = sweep(rng, films.SECONDS)
        second, truth = Shot(NO_FRAMES, sound=new), Shot(frames, films.FPS, new)
    elif op == "gain":
        db = rng.choice((-12, -6, 4))
        params["db"], truth = str(db), Shot(frames, films.FPS, (scaled(own[0], db), RATE))
    return Tuning(op, params, given, truth, seed, second)


def _asked(case: Tuning) -> Asked:
    def value(shot: Shot) -> Value:
        if len(shot.frames):
            return filmed(shot)
        assert shot.sound is not None
        return Sound(np.asarray(shot.sound[0], np.float32)[:, None], shot.sound[1])

    media = tuple(value(shot) for shot in (case.given, case.second) if shot is not None)
    return Asked("audio_adjust", media, args=(case.span,) if case.span else (), params=case.params, seed=case.seed)


# ---- scores ----------------------------------------------------------------------------------------------------------


def _exact(case: Tuning, got: Samples, wanted: Samples) -> bool:
    return signals.snr(got, wanted) >= EXACT_DB


def _levelled(case: Tuning, got: Samples, wanted: Samples) -> bool:
    measure = signals.peak if case.op == "normalize" else signals.level
    return abs(measure(got) - measure(wanted)) <= NEAR_DB and signals.fit(got, wanted, RATE).alike >= ALIKE


def _tuned(case: Tuning, got: Samples, wanted: Samples) -> bool:
    return abs(_off(case, got)) <= NEAR_CENTS


def _off(case: Tuning, got: Samples) -> float:
    """Return by how many cents the pitch of *got* is off what it should be against the sound that was given."""
    wanted = 100 * case.setting("semitones") if case.op == "pitch" else 0.0
    return signals.cents(got, case.given.samples, RATE) - wanted


def _faded(case: Tuning, got: Samples, wanted: Samples) -> bool:
    """Whether the level rises (or falls) from near silence step by step along the fade, and the rest stayed as it was."""
    before, after = case.given.samples, signals.mono(got)
    if len(after) != len(before):
        return False
    count = round(case.setting("seconds") * RATE)
    if case.op == "fade_out":
        before, after = before[::-1], after[::-1]
    parts = [(before[n * count // _EIGHTHS : (n + 1) * count // _EIGHTHS], after[n * count // _EIGHTHS : (n + 1) * count // _EIGHTHS])
             for n in range(_EIGHTHS)]  # fmt: skip
    gains = [signals.level(two) - signals.level(one) for one, two in parts]
    rising = all(b >= a - 0.5 for a, b in pairwise(gains))
    return rising and gains[0] < -12 and gains[-1] > -3 and signals.snr(after[count:], before[count:]) >= EXACT_DB


def _filtered(case: Tuning, got: Samples, wanted: Samples) -> bool:
    before, hz = case.given.samples, case.setting("hz")
    high = case.op == "highpass"
    passed, stopped = ((2 * hz, 4 * hz), (20.0, hz / 2)) if high else ((hz / 4, hz / 2), (2 * hz, RATE / 2))
    kept = signals.band(got, RATE, *passed) - signals.band(before, RATE, *passed)
    left = signals.band(got, RATE, *stopped) - signals.band(before, RATE, *stopped)
    same = signals.fit(got, wanted, RATE)
    return abs(kept) <= PASSED_DB and left <= -STOPPED_DB and same.alike >= ALIKE and abs(same.late) <= NEAR_SECONDS


def _in_place(case: Tuning, got: Samples, wanted: Samples) -> bool:
    found = signals.fit(got, wanted, RATE)
    return (
        found.alike >= ALIKE
        and abs(found.late) <= 1 / films.FPS
        and (case.op != "gain" or _levelled(case, got, wanted))
    )


_CHECKS: dict[str, Callable[[Tuning, Samples, Samples], bool]] = {
    "gain": _levelled, "normalize": _levelled, "trim": _exact, "reverse": _exact, "mix": _exact, "speed": _tuned, "pitch": _tuned,
    "fade_in": _faded, "fade_out": _faded, "lowpass": _filtered, "highpass": _filtered, "extract": _in_place, "attach": _in_place,
}  # fmt: skip
SETTLED = ("gain", "normalize", "trim", "reverse", "mix", "extract", "attach")
"""Operations of which every sample of the result is settled."""


def tune_score(case: Tuning, answer: Shot, tools: Tools) -> Marks:
    """Return whether the operation was done, and how near length, level, pitch and samples are to the truth."""
    wanted, filmed_ = case.truth.samples, bool(len(case.given.frames))
    got, rate = answer.sound or (np.zeros(0, np.float32), RATE)
    got = np.asarray(got, np.float32).reshape(len(got), -1)
    within = 1 / films.FPS if filmed_ else NEAR_SECONDS
    length = float(rate == RATE and abs(len(got) - len(wanted)) <= within * RATE)
    fits = len(got) and rate == RATE and bool(len(answer.frames)) == bool(len(case.truth.frames))
    done = fits and (_in_place if filmed_ else _CHECKS[case.op])(case, got, wanted)
    marks: Marks = {
        "done": float(done and length == 1.0),
        "length": length,
        "clipped": sounds.clipping_share(got),
        "snr": signals.snr(got, wanted) if case.op in SETTLED else None,
    }
    if case.op in ("gain", "normalize"):
        measure = signals.peak if case.op == "normalize" else signals.level
        marks["level"] = abs(measure(got) - measure(wanted))
    if case.op in ("pitch", "speed"):
        marks["cents"] = abs(_off(case, got))
    if len(case.truth.frames):
        frames = (
            paired(answer.frames, len(case.truth.frames)) if len(answer.frames) else np.zeros_like(case.truth.frames)
        )
        near = [
            decibels(a, b) for a, b in zip(sized(frames, *case.truth.frames.shape[1:3]), case.truth.frames, strict=True)
        ]
        as_many = len(answer.frames) == len(case.truth.frames) and abs(answer.fps - case.truth.fps) < 0.01
        marks["pictures"] = float(as_many and min(near) >= 28)
    return marks


TOLD = (
    f"level: within {NEAR_DB:g} dB (the peak for normalize); trim, reverse, mix: a signal-to-noise ratio of {EXACT_DB:.0f} dB to the true samples; speed and "
    f"pitch: within {NEAR_CENTS:.0f} cents, by where the spectra over the logarithm of the frequency agree best; fades: the level of eight steps rises from "
    f"under -12 dB to over -3 dB and the rest is untouched; filters: {STOPPED_DB:.0f} dB less an octave beyond the frequency, {PASSED_DB:g} dB at most changed "
    f"in the second octave within, and the sound is else that one; a clip's sound: a correlation of {ALIKE:g} with the true one, no more than a frame early or late"
)

AUDIO_ADJUST: Suite[Any, Any] = Suite(
    task="audio_adjust",
    about="A drawn sound (speed and pitch: a steady tone; fades and filters: white noise; clips: a gliding tone) is changed by an operation. Done, by "
    f"measuring the signal: {TOLD}. Length: within {1000 * NEAR_SECONDS:.0f} ms, of a clip's sound within a frame. Signal-to-noise ratio (at most "
    f"{signals.MOST_DB:.0f} dB) where every sample is settled; what went through a clip was coded. Level off and pitch off: means of what is left between "
    "answer and truth, of the pitch in steps of 5 cents. Clipped: the share of samples in runs at the limit. Pictures kept: of a clip that is given back, all frames at their rate.",
    lines=tuple(OPS),
    measures={
        "done": Measure("done"),
        "length": Measure("length"),
        "snr": Measure("SNR", "mean", "dB"),
        "level": Measure("level off", "mean", "dB"),
        "cents": Measure("pitch off (cents)", "mean"),
        "clipped": Measure("clipped"),
        "pictures": Measure("pictures kept"),
    },
    draw=_drawn,
    asked=_asked,
    answer=lambda values, case: shot_of(values) or case.given,
    truth=lambda case: case.truth,
    nothing=lambda case: case.given,
    score=tune_score,
)
