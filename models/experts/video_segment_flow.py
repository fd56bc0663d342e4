"""Follow what is marked on one frame through a whole clip: masks for every frame and a clip with them drawn in.

The marks become a mask by GrabCut on the very frame they were drawn on; from there it is carried forwards and backwards by
optical flow, cut out anew at its edge in each frame, missed when it is gone and looked for until it is back
(``models.tracking``). Where the camera stands still, the empty scene behind is worked out first and helps all of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.appearance import OTHER, SAME, foreign, look_at, ring
from models.edges import half
from models.expert import Clip, Expert, Inputs, Masks, Refusal, Report, Share, Value
from models.grabcut import Marking, cut
from models.markings import fitted, marking_of, mask_array, numbers_of, objects_of
from models.masks import area
from models.previews import Filmstrip
from models.retime import frames_of
from models.tape import Plate, Tape, empty_scene
from models.tracking import LEAST
from models.tracks import Track, enlarged, follow, overlay
from models.values import Checkpoint, Region, Span, TaskCall
from models.video import VideoWriter, frame_at, read_frame, read_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

TASK = "video_segment"
NAME = "Optical-flow tracking (classical)"
WORK_SIDE = 480
"""Longest side in px of the frames that are tracked on."""
MASK_BYTES = 200_000_000
"""Room for all masks of a call, a byte a pixel: longer clips or more objects get smaller masks, and the notes say so."""
SMALLEST_MASK = 96
MOST_OBJECTS = 8


@dataclass
class _Job:
    """One call: the clip, the regions to follow, the frames [first, last) to work on and to show, and notes so far."""

    handle: str
    clip: Clip
    inputs: Inputs
    regions: list[Region]
    starts: list[int]
    shown: tuple[int, int]
    notes: list[str]
    numbers: list[int]
    """By which the things are coloured, from 1."""

    @property
    def first(self) -> int:
        return min(self.shown[0], *self.starts)

    @property
    def last(self) -> int:
        return max(self.shown[1], max(self.starts) + 1)


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; imports OpenCV so that the first call is not slower. No weights, no device."""
    import cv2  # noqa: F401

    return track


def track(call: TaskCall, inputs: Inputs, report: Report) -> Sequence[Value]:
    """Run one ``video_segment`` call: Masks [objects, frames, h, w] over the whole clip, and a Clip of the stretch shown
    with the masks drawn in and its sound. Raises Refusal."""
    job = _job(call, inputs)
    size = _mask_size(job)
    with Tape(inputs.scratch / "frames.tape") as tape:
        read = Filmstrip(job.last - job.first)
        for n, frame in enumerate(read_frames(job.clip, job.first, job.last, max_side=WORK_SIDE)):
            tape.append(frame)
            read.put(n, frame)
            report(0.15 * n / (job.last - job.first), f"reading frame {n + 1} of {job.last - job.first}", read.look)
        if not len(tape):
            raise Refusal(f"No frame of {job.handle} can be read.", "Attach the video again, or another one.")
        plate = empty_scene(tape)
        # The count in a damaged file can be too high; what cannot be read cannot be marked either.
        starts = [min(start - job.first, len(tape) - 1) for start in job.starts]
        seeds = []
        for k, (region, start) in enumerate(zip(job.regions, starts, strict=True)):
            report(0.15 + 0.05 * k / len(starts), "cutting out what is marked")
            seeds.append((start, _seed(job, region, start, tape[start], plate)))
        tracks = follow(tape, seeds, plate, Share(report, 0.2, 0.75), job.numbers)
        return _results(job, tracks, size, Share(report, 0.75, 1.0))


def _job(call: TaskCall, inputs: Inputs) -> _Job:
    """Take the call apart and check what can be checked before any work."""
    handle = inputs.first(call, "video")
    clip = inputs.clip(handle)
    notes: list[str] = []
    spans = [a for a in call.args if isinstance(a, Span)]
    shown = (0, clip.frames)
    if spans:
        first, last, notes = frames_of(clip, handle, Span(min(s.start for s in spans), max(s.end for s in spans)))
        shown = first, last
    regions = objects_of(call, inputs, handle)
    if not regions:
        raise Refusal(
            f"It is not marked what to follow in {handle}, and this expert cannot find things by their names.",
            "Pause on a frame where it is well seen, draw a box round it or scribble over it, then ask again.",
        )
    if len(regions) > MOST_OBJECTS:
        raise Refusal(
            f"{len(regions)} things are marked; at most {MOST_OBJECTS} can be followed at once.", "Mark fewer."
        )
    starts = []
    for region in regions:
        start, note = _start(region, clip, inputs, shown[0])
        starts.append(start)
        notes += [note] if note else []
    return _Job(handle, clip, inputs, regions, starts, shown, notes, numbers_of(regions, inputs))


def _start(region: Region, clip: Clip, inputs: Inputs, otherwise: int) -> tuple[int, str]:
    """Return the frame that *region* belongs to, and a note where that had to be assumed."""
    if region.time is not None:
        if region.time > clip.ends + 1 / clip.fps:
            raise Refusal(
                f"{region.label or region.handle} was marked at {region.time:g} s, after the end of the clip.",
                f"The clip is {clip.duration:.2f} s long: mark it on one of its frames.",
            )
        return frame_at(clip, region.time), ""
    if region.mask is not None:
        mask = mask_array(region.mask, inputs)
        if mask.ndim == 3:
            seen = np.flatnonzero(mask[: clip.frames].any(axis=(1, 2)))
            if not len(seen):
                raise Refusal(f"{region.mask} is empty in every frame.", "Mark the thing anew.")
            return int(seen[0]), ""
        time = inputs.media[region.mask].meta.get("time")
        if isinstance(time, int | float):
            return frame_at(clip, float(time)), ""
    return otherwise, f"no time was given for {region.label or region.handle}: taken as marked on frame {otherwise}"


def _mask_size(job: _Job) -> tuple[int, int]:
    """Return width and height of the masks to give; notes it when they are smaller than the clip. Raises Refusal."""
    clip, count = job.clip, len(job.regions)
    room = MASK_BYTES / (count * clip.frames)
    scale = min(1.0, (room / (clip.width * clip.height)) ** 0.5)
    size = max(1, int(clip.width * scale)), max(1, int(clip.height * scale))
    if scale < 1.0:
        if max(size) < SMALLEST_MASK:
            raise Refusal(
                f"{job.handle} is too long to follow {count} thing{'s' * (count > 1)} through at once "
                f"({clip.frames} frames).",
                "Take a stretch out of it first (extract) and follow it there.",
            )
        job.notes.append(f"the masks are {size[0]} x {size[1]}, smaller than the clip, to save memory")
    return size


def _seed(job: _Job, region: Region, start: int, frame: NDArray[np.uint8], plate: Plate | None) -> NDArray[np.bool_]:
    """Return the mask of what *region* marks on its frame, at the working size of *frame*. Raises Refusal when too small."""
    height, width = frame.shape[:2]
    name = region.label or region.handle
    mask: NDArray[np.bool_]
    given = _given(job, region, start + job.first)
    alone = not (region.box or region.points or region.strokes or region.polygons)
    if given is not None and alone:
        mask = half(given, (width, height))
    else:
        mask = half(_cut_out(job, region, given, start + job.first, frame, plate), (width, height))
    if np.count_nonzero(mask) < LEAST:
        raise Refusal(
            f"What is marked as {name} is too small to be followed.",
            "Mark something larger, or on a frame where it is nearer.",
        )
    return mask


def _given(job: _Job, region: Region, number: int) -> NDArray[np.bool_] | None:
    """Return the earlier mask that the region names, for the frame *number*, at the clip's size; None when it names none."""
    if region.mask is None:
        return None
    mask = mask_array(region.mask, job.inputs)
    if mask.ndim == 3:
        mask = mask[min(number, len(mask) - 1)]
    return fitted(mask, region.mask, job.clip.width, job.clip.height)


def _cut_out(
    job: _Job,
    region: Region,
    given: NDArray[np.bool_] | None,
    number: int,
    small: NDArray[np.uint8],
    plate: Plate | None,
) -> NDArray[np.bool_]:
    """Cut the marked thing out of its frame: by what stands before the empty scene where that tells, else by colour."""
    drawn = replace(region, mask=None)
    look = _before_scene(drawn, small, plate)
    pixels = read_frame(job.clip, number) if look is None else look
    height, width = pixels.shape[:2]
    marking = marking_of(drawn, width, height, job.inputs)
    if given is not None:
        marking = replace(marking, before=half(given, (width, height)))
    found = cut(pixels, marking, job.inputs.seed, lambda fraction, word="", preview=None: None)
    job.notes += [note for note in found.notes if note not in job.notes]
    least = _extent(marking)
    if np.count_nonzero(found.mask) >= 0.02 * np.count_nonzero(least):
        return found.mask
    job.notes.append(
        f"{region.label or region.handle} does not stand out from what is round it, so all that was drawn is followed"
    )
    return least


def _before_scene(region: Region, frame: NDArray[np.uint8], plate: Plate | None) -> NDArray[np.uint8] | None:
    """Return the frame as channels that show what stands before the empty scene, if that tells the marked thing apart."""
    if plate is None:
        return None
    drawn = np.asarray(area(region, frame.shape[1], frame.shape[0]), np.bool_)
    if not drawn.any() or drawn.all():
        return None
    away = foreign(frame, plate)
    if np.mean(away[drawn] > OTHER) < 0.3 or np.median(away[ring(drawn)]) > SAME:
        return None
    look = look_at(frame, drawn & (away > OTHER), plate)
    return None if look.plate is None else look.channels(frame)


def _extent(marking: Marking) -> NDArray[np.bool_]:
    """Return everything drawn as belonging to the thing: outline, strokes, and the ellipse within the box."""
    import cv2

    whole: NDArray[np.bool_] = marking.positive.copy()
    if marking.outline is not None:
        whole |= marking.outline
    elif marking.box is not None:
        x0, y0, x1, y1 = marking.box
        ellipse = np.zeros(whole.shape, np.uint8)
        cv2.ellipse(ellipse, (((x0 + x1) / 2, (y0 + y1) / 2), (float(x1 - x0), float(y1 - y0)), 0.0), 1, -1)
        whole |= ellipse > 0
    return whole & ~marking.negative


def _results(job: _Job, tracks: list[Track], size: tuple[int, int], report: Report) -> Sequence[Value]:
    """Return the masks over the whole clip (empty outside the stretch) and the clip of the stretch with them drawn in."""
    clip, (first, last) = job.clip, job.shown
    width, height = size
    array = np.zeros((len(tracks), clip.frames, height, width), np.bool_)
    span = Span(first / clip.fps, last / clip.fps) if job.shown != (0, clip.frames) else None
    sound = clip.path if clip.has_audio else None
    path, strip = job.inputs.scratch / "followed.mp4", Filmstrip(last - first)
    with VideoWriter(path, clip.width, clip.height, clip.fps, audio_from=sound, span=span) as writer:
        for n, frame in enumerate(read_frames(clip, first, last), first):
            masks = [enlarged(track.at(n - job.first), clip.width, clip.height) for track in tracks]
            drawn = overlay(frame, [(mask, number - 1) for mask, number in zip(masks, job.numbers, strict=True)])
            writer.write(drawn)
            for k, mask in enumerate(masks):
                array[k, n] = enlarged(mask, width, height)
            strip.put(n - first, drawn)
            step = f"drawing, frame {n - first + 1} of {last - first}"
            report((n - first) / (last - first), step, strip.look)
    labels = [region.label or f"object {k + 1}" for k, region in enumerate(job.regions)]
    for label, track in zip(labels, tracks, strict=True):
        job.notes += _absences(label, track, job)
    scores = [round(float(np.mean([s for n, s in t.scores.items()])), 3) for t in tracks]
    if span is not None:
        job.notes.append(f"only {span.start:.2f}-{span.end:.2f} s was worked on; the masks are empty elsewhere")
    facts: dict[str, Any] = {"of": job.handle, "notes": list(job.notes)}
    report(1.0, "done")
    masks_made = Masks(array, labels, scores, clip.fps, dict(facts), job.numbers)
    return [
        masks_made,
        replace(writer.clip, label="followed: " + ", ".join(labels), meta={**writer.clip.meta, **facts}),
    ]


def _absences(label: str, track: Track, job: _Job) -> list[str]:
    """Return a note on where *label* was not seen, if anywhere."""
    first, last = job.shown[0] - job.first, job.shown[1] - job.first
    gaps = [(max(a, first), min(b, last)) for a, b in track.gaps(last) if b > first]
    if not gaps:
        return []
    times = [f"{(a + job.first) / job.clip.fps:.2f}-{(b + job.first) / job.clip.fps:.2f} s" for a, b in gaps[:4]]
    more = f" and {len(gaps) - 4} more times" if len(gaps) > 4 else ""
    return [f"{label} was not seen at {', '.join(times)}{more}"]
