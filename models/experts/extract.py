"""Take a frame out of a video as a picture, or a stretch of it as a video of its own."""

from __future__ import annotations

from collections.abc import Sequence

from models.expert import Clip, Expert, Inputs, Picture, Refusal, Report, Share, Value
from models.previews import small
from models.retime import cut
from models.values import Checkpoint, Span, TaskCall
from models.video import frame_at, read_frame

TASK = "extract"
NAME = "Frame and clip extraction"


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; it has no weights and needs no device."""
    return extract


def extract(call: TaskCall, inputs: Inputs, report: Report) -> Value | Sequence[Value]:
    """Run one ``extract`` call: a Picture for ``time`` or ``frame``, else one Clip for each span. Raises Refusal."""
    handle = inputs.first(call, "video")
    clip = inputs.clip(handle)
    time, number = inputs.settings.get("time"), inputs.settings.get("frame")
    spans = [a for a in call.args if isinstance(a, Span)]
    if time is not None or number is not None:
        return _frame(clip, handle, time, number, bool(spans), report)
    if not spans:
        raise Refusal(
            f"It is not said which part of {handle} to take.",
            f"Give time= in seconds or frame= for a picture, or a stretch such as <t>1-2</t> for a clip. "
            f"{handle} is {clip.duration:.2f} s long ({clip.frames} frames).",
        )
    made: list[Value] = []
    for n, span in enumerate(spans):
        share = Share(report, n / len(spans), (n + 1) / len(spans))
        made.append(cut(clip, handle, span, inputs.scratch / f"stretch{n}.mp4", share))
    report(1.0, "done")
    return made if len(made) > 1 else made[0]


def _frame(
    clip: Clip, handle: str, time: float | None, number: int | None, spans: bool, report: Report
) -> Picture:  # fmt: skip
    """Return one frame at the clip's full size; ``meta`` says its number, its time, and what was clamped."""
    notes = []
    length = f"{handle} is {clip.duration:.2f} s long: frames 0 to {clip.frames - 1}."
    if number is not None:
        if time is not None:
            notes.append("both a time and a frame number were given; the number was taken")
        if not -clip.frames <= number < clip.frames:
            raise Refusal(f"{handle} has no frame {number}.", length)
        index = number % clip.frames
    else:
        seconds = float(time or 0.0)
        if seconds > clip.ends:
            raise Refusal(f"{seconds:g} s is after the end of {handle}.", length)
        index = frame_at(clip, seconds)
        if seconds >= clip.ends:
            notes.append(f"{seconds:g} s is the very end, so the last frame was taken")
    if spans:
        notes.append("a frame was asked for, so the stretch was left aside")
    report(0.1, "reading the frame")
    pixels = read_frame(clip, index)
    report(1.0, "done", lambda: small(pixels))
    meta = {"notes": notes, "of": handle, "frame": index, "time": round(clip.begins + index / clip.fps, 6)}
    return Picture(pixels, clip.label, meta)
