"""Following several objects through a clip, each from its own frame forwards and backwards, all in one pass each way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from models import palette
from models.expert import Report
from models.previews import Filmstrip
from models.tape import Plate, Tape
from models.tracking import Flow, Follower, grey_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class Track:
    """One object's way: *start* the number of the frame it was marked on, *size* (height, width) of its masks, *index* its place
    among the colours (:mod:`models.palette`).

    Masks are kept as packed bits; frames where it is not seen have none.
    """

    start: int
    size: tuple[int, int]
    scores: dict[int, float] = field(default_factory=dict)
    index: int = 0
    _bits: dict[int, NDArray[np.uint8]] = field(default_factory=dict)

    def put(self, frame: int, mask: NDArray[np.bool_], score: float) -> None:
        """Store the mask bool [h, w] of a frame; an empty one means that it is not seen."""
        if mask.any():
            self._bits[frame] = np.packbits(mask)
            self.scores[frame] = score

    def at(self, frame: int) -> NDArray[np.bool_]:
        """Return the mask bool [h, w] of a frame."""
        bits = self._bits.get(frame)
        if bits is None:
            return np.zeros(self.size, np.bool_)
        height, width = self.size
        return np.unpackbits(bits, count=height * width).reshape(height, width).astype(np.bool_)

    def gaps(self, count: int) -> list[tuple[int, int]]:
        """Return the stretches [first, last) of the clip's *count* frames in which it is not seen."""
        seen = np.zeros(count + 2, np.bool_)
        seen[[0, -1]] = True
        seen[[n + 1 for n in self.scores if n < count]] = True
        edges = np.flatnonzero(np.diff(seen.astype(np.int8)))
        return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def follow(
    tape: Tape,
    seeds: list[tuple[int, NDArray[np.bool_]]],
    plate: Plate | None,
    report: Report,
    numbers: Sequence[int] = (),
) -> list[Track]:
    """Return the track of each seed (number of its frame on the tape, mask bool [h, w] there) through the whole tape.

    *plate* is the empty scene or None; *numbers* are those of the objects, from 1, by which they are coloured, by default in their
    order. Gives *report* the fraction done and a strip of the frames with the tracks in them; lets Cancelled pass.
    """
    numbers = numbers or range(1, len(seeds) + 1)
    tracks = [Track(start, mask.shape, index=n - 1) for (start, mask), n in zip(seeds, numbers, strict=True)]
    for track, (start, mask) in zip(tracks, seeds, strict=True):
        track.put(start, mask, 1.0)
    starts = [start for start, _ in seeds]
    ahead, back = len(tape) - 1 - min(starts), max(starts)
    done, total = 0, max(1, ahead + back)
    flow, strip = Flow(), Filmstrip(len(tape))
    for way, first, steps in ((1, min(starts), ahead), (-1, max(starts), back)):
        followers: dict[int, Follower] = {}
        before: NDArray[np.uint8] | None = None
        for number in range(first, first + way * (steps + 1), way):
            frame = tape[number]
            grey = grey_of(frame)
            if before is not None:
                _advance(followers, tracks, number, frame, grey, before, flow)
                done += 1
                strip.put(number, partial(_marked, tracks, number, frame))
                report((done - 1) / total, f"following, frame {done} of {total}", strip.look)
            for k, (start, mask) in enumerate(seeds):
                if start == number:
                    followers[k] = Follower(frame, mask, plate)
            before = grey
    return tracks


def _advance(
    followers: dict[int, Follower],
    tracks: list[Track],
    number: int,
    frame: NDArray[np.uint8],
    grey: NDArray[np.uint8],
    before: NDArray[np.uint8],
    flow: Flow,
) -> None:
    """Take all followers one frame on; the flow is the same for all and left out while none is seen."""
    seen = any(not follower.lost for follower in followers.values())
    moved = flow.between(grey, before) if seen else np.zeros((*grey.shape, 2), np.float32)
    for k, follower in followers.items():
        follower.step(frame, moved)
        tracks[k].put(number, follower.mask, follower.confidence)


def _marked(tracks: list[Track], number: int, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return overlay(frame, [(track.at(number), track.index) for track in tracks])


def enlarged(mask: NDArray[np.bool_], width: int, height: int) -> NDArray[np.bool_]:
    """Return *mask* at another size with a smooth outline (not steps), bool [height, width]."""
    import cv2

    if mask.shape == (height, width):
        return mask
    if not mask.any():
        return np.zeros((height, width), np.bool_)
    if width < mask.shape[1]:
        return np.asarray(cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) >= 0.5)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR) >= 0.5)


def overlay(frame: NDArray[np.uint8], masks: list[tuple[NDArray[np.bool_], int]]) -> NDArray[np.uint8]:
    """Return a copy of *frame* (uint8 RGB [h, w, 3]) with each mask (bool [h, w]) tinted and outlined in the colour of the index
    that stands beside it (:func:`models.palette.tone`)."""
    import cv2

    made = frame.copy()
    line = max(1, round(max(frame.shape[:2]) / 480))
    for mask, index in masks:
        if not mask.any():
            continue
        colour = palette.tone(index)
        # By a table: the tinted pixels as floats would take eight times the room.
        for channel, level in enumerate(colour):
            tint = (0.55 * np.arange(256) + 0.45 * level).astype(np.uint8)
            plane = made[..., channel]
            plane[mask] = tint[plane[mask]]
        outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(made, outlines, -1, colour, line)
    return made
