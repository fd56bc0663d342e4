"""Clips and sounds as experts are given them and give them back: in memory to be compared, in a file for the time of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from models.expert import Clip, Picture, Sound, Value
from models.sound import save_wav
from models.video import VideoWriter, clip_sound, read_frames

from evaluation import signals
from evaluation.experts import films

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames: TypeAlias = NDArray[np.uint8]
    Heard: TypeAlias = tuple[NDArray[np.float32], int]

RATE = 44100
MOST_FRAMES = 240
ALIKE = 0.9
"""Correlation from which a sound that went through a coder is believed to be the same."""


@dataclass(frozen=True, eq=False)
class Shot:
    """*frames* uint8 [n, h, w, 3 or 4] at *fps* (0 for a picture, which has one, and a sound, which has none) and the *sound*,
    samples float32 [n] or [n, channels] and their rate; None without one."""

    frames: Frames
    fps: float = 0.0
    sound: Heard | None = None

    @property
    def samples(self) -> NDArray[np.float32]:
        """The samples of the sound. Raises ValueError without one."""
        if self.sound is None:
            raise ValueError("there is no sound")
        return self.sound[0]


NO_FRAMES = np.zeros((0, 2, 2, 3), np.uint8)


def shot_of(values: Sequence[Value]) -> Shot | None:
    """Return the first clip, picture or sound among *values*, of a clip at most MOST_FRAMES; None without any."""
    for value in values:
        if isinstance(value, Clip):
            frames = list(read_frames(value, 0, MOST_FRAMES))
            sound = clip_sound(value) if value.has_audio else None
            heard = None if sound is None else (sound.samples, sound.rate)
            return Shot(np.stack(frames) if frames else NO_FRAMES, value.fps, heard)
        if isinstance(value, Picture):
            return Shot(value.pixels[None])
        if isinstance(value, Sound):
            return Shot(NO_FRAMES, sound=(value.samples, value.rate))
    return None


class Filmed:
    """Clips written for the time of a call: a store copies them."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()

    def __call__(self, shot: Shot) -> Clip:
        """Return *shot* as a clip with its sound; the file is overwritten by the next."""
        folder, (height, width) = Path(self._folder.name), shot.frames.shape[1:3]
        wav = None
        if shot.sound is not None:
            wav = folder / "sound.wav"
            samples = np.asarray(shot.sound[0], np.float32)
            save_wav(Sound(samples.reshape(len(samples), -1), shot.sound[1]), wav)
        with VideoWriter(folder / "clip.mp4", width, height, shot.fps, wav) as writer:
            for frame in shot.frames:
                writer.write(frame)
        return writer.clip


filmed = Filmed()


def sweep(rng: Random, seconds: float) -> Heard:
    """Return a tone of a few harmonics that glides between two pitches, so that every place of it is unlike every other."""
    time = np.arange(round(seconds * RATE)) / RATE
    low, octaves = rng.uniform(160.0, 320.0), rng.choice((-1, 1)) * rng.uniform(0.7, 1.6)
    phase = 2 * np.pi * np.cumsum(low * 2 ** (octaves * time / seconds)) / RATE
    values = sum(np.sin(k * phase + rng.uniform(0, 6.28)) / k for k in (1, 2, 3, 4))
    edge = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.02)
    return np.asarray(0.2 * edge * values, np.float32), RATE


def same_sound(answer: Heard | None, truth: Heard | None, within: float) -> bool:
    """Return whether both are silent, or *answer* is *truth* to the ear, no more than *within* seconds early or late."""
    if answer is None or truth is None:
        return answer is truth
    if answer[1] != truth[1]:
        return False
    found = signals.fit(answer[0], truth[0], truth[1])
    return found.alike >= ALIKE and abs(found.late) <= within


def stays(answer: Shot, before: Shot) -> bool:
    """Return whether the size, the frames per second, their number and the sound are those of *before*."""
    if answer.frames.shape[:3] != before.frames.shape[:3] or abs(answer.fps - before.fps) > 0.001 * before.fps:
        return False
    return same_sound(answer.sound, before.sound, 1 / before.fps)


def sized(frames: Frames, height: int, width: int) -> Frames:
    """Return *frames* uint8 [n, h, w, c] at *height* x *width*."""
    if frames.shape[1:3] == (height, width) or not len(frames):
        return frames
    return np.stack(
        [np.asarray(cv2.resize(f, (width, height), interpolation=cv2.INTER_AREA), np.uint8) for f in frames]
    )


def paired(frames: Frames, count: int) -> Frames:
    """Return *count* of *frames*: the first ones, the last one again where there are too few. Raises ValueError without any."""
    if not len(frames):
        raise ValueError("there is no frame")
    return frames[np.minimum(np.arange(count), len(frames) - 1)]


def shown(values: Sequence[Value], otherwise: Shot) -> Shot:
    """Return what an expert gave, or *otherwise* where that has no picture."""
    found = shot_of(values)
    return otherwise if found is None or not len(found.frames) else found


def grey() -> Frames:
    """Return one even frame, uint8 [1, h, w, 3]."""
    return np.full((1, films.HEIGHT, films.WIDTH, 3), 128, np.uint8)
