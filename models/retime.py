"""Make a new clip from the frames of another: a stretch of it, or all of it at another pace. Streams, frame by frame."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.expert import Clip, Refusal, Report
from models.previews import Filmstrip
from models.values import Span
from models.video import VideoWriter, frame_at, read_frames


def frames_of(clip: Clip, handle: str, span: Span) -> tuple[int, int, list[str]]:
    """Return the frames [first, last) of a stretch and notes on what was clamped.

    The frame shown at the start is the first one; the frame that begins at the end is the first one left out. Raises
    Refusal, telling the clip's length, when the stretch begins after the end.
    """
    if span.start >= clip.ends:
        raise Refusal(
            f"The stretch {span.start:g}-{span.end:g} s begins after the end of {handle}.",
            f"{handle} is {clip.duration:.2f} s long ({clip.frames} frames).",
        )
    first = frame_at(clip, span.start)
    last = clip.frames if span.end >= clip.ends else round((span.end - clip.begins) * clip.fps)
    notes = []
    # Half a frame of slack: "to the end" is often written with the duration rounded up.
    if span.end > clip.ends + 0.5 / clip.fps:
        notes.append(f"{handle} ends at {clip.ends:.2f} s, so the stretch ends there")
    return first, min(clip.frames, max(first + 1, last)), notes


def cut(clip: Clip, handle: str, span: Span, path: Path, report: Report) -> Clip:
    """Write the stretch *span* of *clip* to *path* (re-encoded, frame-exact, with its sound) and return it.

    ``meta["notes"]`` says what was clamped. Raises Refusal when the stretch begins after the clip's end.
    """
    first, last, notes = frames_of(clip, handle, span)
    exact = Span(first / clip.fps, last / clip.fps)
    source = clip.path if clip.has_audio else None
    strip = Filmstrip(last - first)
    with VideoWriter(path, clip.width, clip.height, clip.fps, audio_from=source, span=exact) as writer:
        for n, frame in enumerate(read_frames(clip, first, last)):
            writer.write(frame)
            strip.put(n, frame)
            report(n / (last - first), f"cutting the clip, frame {n + 1} of {last - first}", strip.look)
    return replace(writer.clip, label=clip.label, meta={**writer.clip.meta, "notes": notes})


def change_pace(clip: Clip, factor: float, path: Path, report: Report) -> Clip:
    """Write *clip* played *factor* times as fast to *path*, at the same frame rate and without sound; return it.

    Frames are left out or repeated, none is blended; there are round(frames / factor) of them, at least one.
    """
    wanted = max(1, round(clip.frames / factor))
    written, strip = 0, Filmstrip(clip.frames)
    with VideoWriter(path, clip.width, clip.height, clip.fps) as writer:
        for n, frame in enumerate(read_frames(clip)):
            strip.put(n, frame)
            report(n / clip.frames, f"changing the pace, frame {n + 1} of {clip.frames}", strip.look)
            while written < wanted and min(clip.frames - 1, int(written * factor)) == n:
                writer.write(frame)
                written += 1
    return replace(writer.clip, label=clip.label)
