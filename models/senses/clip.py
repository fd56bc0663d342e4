"""Rows of a clip: things followed over its frames, and what is shown when and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch

from models.percepts import MOMENT, PLACE, TRACK, Percept
from models.senses import deeds, naming
from models.senses.eye import Look
from models.senses.picture import MOST, Things, cells, placed
from models.vision.frames import pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALIKE = 0.45
"""Cosine of two phrases from which they may be one thing in two frames."""
FAR = 0.45
"""How far the middle of a thing may lie, in frames' sides, from where it is expected in the next frame."""
GROWN = 2.5
"""How many times larger or smaller, in area, a thing may be from one frame to the next."""
MISSED = 2
"""Frames in a row in which a thing may not be found and still be the same one."""


@dataclass
class Track:
    """One thing over frames: the numbers of the *frames* it was found in, with its *boxes*, *features* and *sure* in each."""

    frames: list[int] = field(default_factory=list)
    boxes: list[NDArray[np.float32]] = field(default_factory=list)
    features: list[NDArray[np.float32]] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)

    def add(self, frame: int, found: Things, row: int) -> None:
        """Take thing number *row* of what was *found* in *frame* into the track."""
        self.frames.append(frame)
        self.boxes.append(found.boxes[row])
        self.features.append(found.features[row])
        self.sure.append(float(found.sure[row]))

    def expected(self, frame: int) -> NDArray[np.float32]:
        """Return the middle [2] where the thing would be in *frame*, if it went on as between the last two frames."""
        last = _middle(self.boxes[-1])
        if len(self.frames) < 2:
            return last
        step = (last - _middle(self.boxes[-2])) / (self.frames[-1] - self.frames[-2])
        return np.asarray(last + step * (frame - self.frames[-1]), np.float32)


def linked(found: Sequence[Things], phrase: int) -> list[Track]:
    """Return the things of frames in order, *found* in each, as tracks: in every frame the likeliest pairs first, by the likeness of
    their phrases (the first *phrase* numbers of their features), their distance and their size."""
    tracks: list[Track] = []
    for frame, now in enumerate(found):
        pairs = []
        for t, track in enumerate(tracks):
            if frame - track.frames[-1] > MISSED + 1:
                continue
            mean = np.mean([one[:phrase] for one in track.features], 0)
            mean /= max(float(np.linalg.norm(mean)), 1e-6)
            there, size = track.expected(frame), _area(track.boxes[-1])
            for row in range(len(now.boxes)):
                alike = float(mean @ now.features[row, :phrase])
                far = float(np.linalg.norm(_middle(now.boxes[row]) - there))
                grown = abs(np.log(max(_area(now.boxes[row]), 1e-6) / max(size, 1e-6)))
                if alike >= ALIKE and far <= FAR and grown <= np.log(GROWN) * (frame - track.frames[-1]):
                    pairs.append((alike - far - 0.2 * grown, t, row))
        taken_tracks, taken_rows = set[int](), set[int]()
        for _, t, row in sorted(pairs, reverse=True):
            if t not in taken_tracks and row not in taken_rows:
                tracks[t].add(frame, now, row)
                taken_tracks.add(t)
                taken_rows.add(row)
        for row in range(len(now.boxes)):
            if row not in taken_rows:
                tracks.append(Track())
                tracks[-1].add(frame, now, row)
    return tracks


def track_rows(found: Sequence[Things], seconds: Sequence[float], most: int = MOST) -> Percept:
    """Return what was *found* in frames shown at *seconds* as rows of tracks, the surest first. Of four frames or more a thing must be
    in two. Features are means over the frames, the phrase brought to unit length again. Of more than *most*, or where a frame has more
    things than were told, it is counted how many are not taken in."""
    width = naming.things().vectors.shape[1]
    least = 2 if len(found) >= 4 else 1
    tracks = [track for track in linked(found, width) if len(track.frames) >= least]
    at_once = max(len(one.boxes) + one.more for one in found) if any(one.more for one in found) else 0
    more = max(len(tracks), at_once) - min(len(tracks), most)
    tracks = sorted(tracks, key=lambda track: -sum(track.sure))[:most]
    features = np.array([np.mean(track.features, 0) for track in tracks], np.float32)
    features = features.reshape(len(tracks), found[0].features.shape[1])
    phrases = features[:, :width]
    phrases /= np.maximum(np.linalg.norm(phrases, axis=1, keepdims=True), 1e-6)
    places = np.zeros((len(tracks), PLACE), np.float32)
    for n, track in enumerate(tracks):
        places[n, :4], places[n, 4:8] = track.boxes[0], track.boxes[-1]
        places[n, 8:] = seconds[track.frames[0]], seconds[track.frames[-1]]
    sure = np.array([np.mean(track.sure) for track in tracks], np.float32)
    done = tuple(deeds.told(_path(track, len(found)), seconds) for track in tracks)
    return Percept(TRACK, features.astype(np.float16), places, naming.things().of(phrases), sure, more, done)


def _path(track: Track, frames: int) -> deeds.Path:
    """Return the box of *track* in each of so many frames, None where it was not found."""
    there = dict(zip(track.frames, track.boxes, strict=True))
    return [there.get(frame) for frame in range(frames)]


def moment_rows(looks: Sequence[Look], seconds: Sequence[float]) -> Percept:
    """Return what both encoders saw in frames shown at *seconds*: a row for each frame, the mean over its cells, then a row for each
    cell, the mean over the frames."""
    maps = torch.stack([look.grid for look in looks])[None]
    temporal, spatial = pooled(maps)
    frame = placed(np.array([[0, 0, 1, 1]] * len(looks), np.float32))
    frame[:, 8] = frame[:, 9] = seconds
    there = placed(cells(), min(seconds), max(seconds))
    features = torch.cat([temporal, spatial], 1)[0].cpu().numpy().astype(np.float16)
    sure = [float(look.sure.mean()) for look in looks]
    rest = torch.stack(
        [torch.nn.functional.adaptive_avg_pool2d(look.sure, looks[0].low.shape[-1])[0, 0] for look in looks]
    )
    both = np.concatenate([np.array(sure, np.float32), rest.mean(0).flatten().cpu().numpy()])
    return Percept(MOMENT, features, np.concatenate([frame, there]), (), both.astype(np.float32))


def _middle(box: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((box[:2] + box[2:]) / 2, np.float32)


def _area(box: NDArray[np.float32]) -> float:
    return float(max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]))
