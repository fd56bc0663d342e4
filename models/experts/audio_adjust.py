"""Change a sound, or the sound of a video, by ordinary signal processing; move sound out of and into videos.

Given a video, an operation works on its sound and gives the video back, its pictures copied untouched; only ``trim`` and
``speed`` change the pictures' timing too. Channels and sample rate stay as they were. Nothing clips unsaid: what would
exceed full scale is turned down and the notes say by how much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from models import dsp
from models.expert import Clip, Expert, Inputs, Masks, Picture, Refusal, Report, Share, Sound, Value
from models.previews import heard
from models.retime import change_pace, cut
from models.sound import save_wav
from models.tasks import AUDIO_OPS
from models.untouched import Part, allowed, counts
from models.values import Checkpoint, Span, TaskCall
from models.video import clip_sound, put_sound

TASK = "audio_adjust"
NAME = "Sound processing (classical)"
NORMAL_DB = -1.0
"""Where ``normalize`` brings the highest peak, in dB of full scale."""
FADE_SECONDS = 2.0
BLEND_SECONDS = 0.01
"""Seams of a change to only a stretch are blended over this long, so that they do not click."""


@dataclass
class _Job:
    """One call taken apart: the media it names, in order, its spans (merged, ascending), settings, and notes so far."""

    inputs: Inputs
    report: Report
    handles: list[str]
    spans: list[Span]
    settings: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def need(self, name: str, what: str, example: str) -> float:
        """Return the setting *name*; raises Refusal asking for it."""
        value = self.settings.get(name)
        if value is None:
            raise Refusal(f"It is not said {what}.", f"Add {example}.")
        return float(value)

    def ticking(self, rate: int) -> dsp.Tick:
        """Return what takes in how far the work on a sound at *rate* Hz is."""
        return lambda fraction, so_far: self.report(
            0.1 + 0.7 * fraction, "working on the sound", lambda: heard(so_far(), rate)
        )

    def sound(self, handle: str) -> Sound:
        """Return the sound of an audio or a video; raises Refusal for a video without one."""
        value = self.inputs.values[handle]
        if isinstance(value, Clip):
            if not value.has_audio:
                raise Refusal(
                    f"{handle} has no sound.", "Put one on it with op=attach, or name a video that has sound."
                )
            value = clip_sound(value)
            self.notes += [note for note in value.meta["notes"] if note not in self.notes]
        if not isinstance(value, Sound):
            raise Refusal(f"{handle} is no sound.", "Name an audio or a video with sound.")
        if not len(value.samples):
            raise Refusal(f"{handle} holds an empty sound.", "Attach a sound that is longer than nothing.")
        return value


def load(checkpoint: Checkpoint, device: str) -> Expert:
    """Return the expert; imports the filters so that the first call is not slower. No weights, no device."""
    import scipy.ndimage
    import scipy.signal  # noqa: F401

    return adjust


def adjust(call: TaskCall, inputs: Inputs, report: Report) -> Value | Sequence[Value]:
    """Run one ``audio_adjust`` call; gives Sound or Clip, one for each span when trimming. Raises Refusal."""
    handles = list(dict.fromkeys(h for h in call.refs("audio", "video") if h in inputs.media))
    if not handles:
        inputs.first(call, "audio", "video")
    op = inputs.settings.get("op")
    if op not in AUDIO_OPS:
        raise Refusal("It is not said what to do with the sound.", f"Give one of op={', '.join(AUDIO_OPS)}.")
    spans = merged([a for a in call.args if isinstance(a, Span)])
    job = _Job(inputs, report, handles, spans, dict(inputs.settings))
    report(0.0, "reading the sound")
    if op in _WHOLE:
        return _WHOLE[op](job)
    if len(handles) > 1:
        job.notes.append(f"only {handles[0]} was changed; name one medium at a time for op={op}")
    return _change(job, op)


def merged(spans: Sequence[Span]) -> list[Span]:
    """Return the spans ascending, those that touch or overlap joined."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if result and span.start <= result[-1].end:
            result[-1] = replace(result[-1], end=max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def _stretches(job: _Job, length: int, rate: int, handle: str) -> list[tuple[int, int]]:
    """Return the job's spans as sample ranges, clamped to the sound (said in the notes); raises Refusal beyond the end."""
    ranges = []
    source = job.inputs.values[handle]
    begins = source.begins if isinstance(source, Clip) else 0.0
    for span in job.spans:
        first, last = (max(0, round((at - begins) * rate)) for at in (span.start, span.end))
        if first >= length:
            raise Refusal(
                f"The stretch {span.start:g}-{span.end:g} s begins after the end of {handle}.",
                f"{handle} is {length / rate:.2f} s long.",
            )
        if last > length:
            job.notes.append(f"{handle} ends at {length / rate:.2f} s, so the stretch ends there")
        ranges.append((first, max(first + 1, min(last, length))))
    return ranges


def _change(job: _Job, op: str) -> Value:
    """An operation on one sound, or on the sound of one video, all of it or within the spans."""
    handle = job.handles[0]
    source = job.inputs.values[handle]
    if op == "speed" and isinstance(source, Clip):
        return _video_speed(job, handle, source)
    sound = job.sound(handle)
    samples = sound.samples
    ranges = _stretches(job, len(samples), sound.rate, handle)
    if op in ("fade_in", "fade_out"):
        samples = _fade(job, op, samples, sound.rate, ranges)
    else:
        work = _PLAIN[op]
        seam = round(BLEND_SECONDS * sound.rate)
        # From the last stretch to the first, so that a change of length does not move those still to come.
        for first, last in reversed(ranges or [(0, len(samples))]):
            whole = (first, last) == (0, len(samples))
            part = work(job, samples[first:last], sound.rate)
            samples = part if whole else dsp.within(samples, first, last, part, seam)
    if op == "gain":
        samples, turned = dsp.limit(samples, sound.rate)
        if turned:
            job.notes.append(f"peaks were limited by up to {turned:.1f} dB so that nothing clips")
    free = allowed(op, ranges, len(sound.samples))
    return _give(job, replace(sound, samples=samples), source, (sound.samples, free) if free else None)


def _gain(job: _Job, samples: dsp.Samples, rate: int) -> dsp.Samples:
    return dsp.gain(samples, job.need("db", "how much louder or softer", "db=6 for louder or db=-6 for softer"))


def _normalize(job: _Job, samples: dsp.Samples, rate: int) -> dsp.Samples:
    top = dsp.peak(samples)
    if top < dsp.SILENCE:
        raise Refusal(
            "The sound is silent, so there is nothing to bring to full level.", "Name a sound that can be heard."
        )
    asked = job.settings.get("db")
    wanted = NORMAL_DB if asked is None else min(0.0, float(asked))
    change = wanted - dsp.decibels(top)
    job.notes.append(f"the highest peak was brought to {wanted:g} dB of full scale ({change:+.1f} dB)")
    return dsp.gain(samples, change)


def _reverse(job: _Job, samples: dsp.Samples, rate: int) -> dsp.Samples:
    return np.ascontiguousarray(samples[::-1])


def _speed(job: _Job, samples: dsp.Samples, rate: int) -> dsp.Samples:
    factor = job.need("factor", "how much faster or slower", "factor=2 for twice as fast or factor=0.5 for half")
    return dsp.stretch(samples, rate, factor, job.ticking(rate))


def _pitch(job: _Job, samples: dsp.Samples, rate: int) -> dsp.Samples:
    semitones = job.need("semitones", "how much higher or lower", "semitones=2 for higher or semitones=-2 for lower")
    return dsp.shift_pitch(samples, rate, semitones, job.ticking(rate))


def _lowpass(job: _Job, samples: dsp.Samples, rate: int) -> dsp.Samples:
    hz = job.need("hz", "above which frequency to take away", "hz=1000")
    if hz >= rate / 2:
        job.notes.append(f"a sound at {rate} Hz holds nothing above {rate / 2:g} Hz, so nothing changed")
        return samples.copy()
    return dsp.passband(samples, rate, hz, high=False, tick=job.ticking(rate))


def _highpass(job: _Job, samples: dsp.Samples, rate: int) -> dsp.Samples:
    hz = job.need("hz", "below which frequency to take away", "hz=200")
    if hz >= rate / 2:
        raise Refusal(f"Nothing of this sound lies above {hz:g} Hz.", f"Give a frequency below {rate / 2:g} Hz.")
    return dsp.passband(samples, rate, hz, high=True, tick=job.ticking(rate))


_PLAIN: dict[str, Callable[[_Job, dsp.Samples, int], dsp.Samples]] = {
    "gain": _gain, "normalize": _normalize, "reverse": _reverse, "speed": _speed, "pitch": _pitch, "lowpass": _lowpass,
    "highpass": _highpass,
}  # fmt: skip


def _fade(job: _Job, op: str, samples: dsp.Samples, rate: int, ranges: list[tuple[int, int]]) -> dsp.Samples:
    """Fade at the sound's own end, or over a given stretch with silence on its far side."""
    out = op == "fade_out"
    if ranges:
        first, last = ranges[-1] if out else ranges[0]
    else:
        seconds = job.settings.get("seconds")
        if seconds is None:
            seconds = min(FADE_SECONDS, len(samples) / rate)
            job.notes.append(f"faded over {seconds:g} s; give seconds= for another length")
        n = min(len(samples), max(1, round(float(seconds) * rate)))
        first, last = (len(samples) - n, len(samples)) if out else (0, n)
    result = samples.copy()
    result[first:last] = dsp.fade(samples[first:last], rate, (last - first) / rate, out=out)
    if out:
        result[last:] = 0
    else:
        result[:first] = 0
    return result


def _give(job: _Job, sound: Sound, source: Picture | Clip | Sound | Masks, part: Part | None = None) -> Value:
    """Return the finished sound, kept below full scale; on its video, if it came from one. *part* is the sound before and what of it
    was allowed to change: then the ``meta`` has changed_inside and changed_outside, counts of samples."""
    samples, turned = dsp.fit(np.asarray(sound.samples, np.float32))
    if turned:
        job.notes.append(f"turned down by {turned:.1f} dB as a whole so that nothing clips")
    made = Sound(samples, sound.rate, sound.label, {"notes": list(job.notes), **counts(part, samples)})
    if not isinstance(source, Clip):
        job.report(1.0, "done", lambda: heard(samples, sound.rate))
        return made
    return _on_video(job, source, made)


def _on_video(job: _Job, clip: Clip, sound: Sound) -> Clip:
    job.report(0.85, "putting the sound on the video", lambda: heard(sound.samples, sound.rate))
    # Exactly as long as the pictures: ends with them, or is followed by silence.
    fitted = replace(sound, samples=dsp.to_length(sound.samples, max(1, round(clip.duration * sound.rate))))
    wav = job.inputs.scratch / "sound.wav"
    save_wav(fitted, wav)
    try:
        made = put_sound(clip.path, wav, job.inputs.scratch / "with_sound.mp4")
    finally:
        wav.unlink(missing_ok=True)
    job.report(1.0, "done")
    facts = {name: count for name, count in sound.meta.items() if name.startswith("changed_")}
    return replace(
        made, label=clip.label, meta={**made.meta, **facts, "notes": [*made.meta.get("notes", []), *job.notes]}
    )


def _video_speed(job: _Job, handle: str, clip: Clip) -> Value:
    """Pictures and sound together at another pace: the sound keeps its pitch, the pictures their frame rate."""
    factor = job.need("factor", "how much faster or slower", "factor=2 for twice as fast or factor=0.5 for half")
    if job.spans:
        raise Refusal(
            "Only a whole video can change its speed.", f"Take the stretch out first: extract {handle} <t>...</t>."
        )
    job.notes.append("pictures and sound were sped up alike" if factor > 1 else "pictures and sound were slowed alike")
    made = change_pace(clip, factor, job.inputs.scratch / "paced.mp4", Share(job.report, 0.0, 0.6))
    if not clip.has_audio:
        job.notes.append(f"{handle} has no sound, so only its pictures changed")
        return replace(made, meta={**made.meta, "notes": job.notes})
    sound = job.sound(handle)
    samples = dsp.stretch(sound.samples, sound.rate, factor, job.ticking(sound.rate))
    return _give(job, replace(sound, samples=samples), made)


def _trim(job: _Job) -> Value | Sequence[Value]:
    """Keep only the spans: of a sound its samples, of a video pictures and sound."""
    handle = job.handles[0]
    if not job.spans:
        raise Refusal("It is not said which part to keep.", "Give the stretch in seconds, such as <t>2-5</t>.")
    source = job.inputs.values[handle]
    made: list[Value] = []
    if isinstance(source, Clip):
        for n, span in enumerate(job.spans):
            share = Share(job.report, n / len(job.spans), (n + 1) / len(job.spans))
            made.append(cut(source, handle, span, job.inputs.scratch / f"trimmed{n}.mp4", share))
    else:
        sound = job.sound(handle)
        for first, last in _stretches(job, len(sound.samples), sound.rate, handle):
            made.append(replace(sound, samples=sound.samples[first:last].copy(), meta={"notes": list(job.notes)}))
    return _done(job, made)


def _extract(job: _Job) -> Value | Sequence[Value]:
    """The sound of a video as a sound of its own, all of it or the spans."""
    handle = next((h for h in job.handles if h.startswith("video#")), None)
    if handle is None:
        raise Refusal(f"{job.handles[0]} is a sound already.", "Name a video to take the sound out of.")
    sound = job.sound(handle)
    ranges = _stretches(job, len(sound.samples), sound.rate, handle) or [(0, len(sound.samples))]
    made: list[Value] = [
        replace(sound, samples=sound.samples[a:b].copy(), meta={"notes": list(job.notes)}) for a, b in ranges
    ]
    return _done(job, made)


def _done(job: _Job, made: Sequence[Value]) -> Value | Sequence[Value]:
    """Return one value or several; a sound among them is shown while they are saved."""
    last = made[-1]
    job.report(1.0, "done", (lambda: heard(last.samples, last.rate)) if isinstance(last, Sound) else None)
    return made if len(made) > 1 else made[0]


def _mix(job: _Job) -> Value:
    """Two or more sounds together; with a video among them, on the first video and as long as it."""
    if len(job.handles) < 2:
        raise Refusal("Mixing needs two sounds.", "Name both, such as op=mix audio#1 audio#2.")
    base = next((h for h in job.handles if h.startswith("video#")), job.handles[0])
    others = [h for h in job.handles if h != base]
    source = job.inputs.values[base]
    if isinstance(source, Clip) and not source.has_audio:
        job.notes.append(f"{base} had no sound of its own")
        rate = job.sound(others[0]).rate
        total = np.zeros((max(1, round(source.duration * rate)), 1), np.float32)
    else:
        own = job.sound(base)
        rate, total = own.rate, own.samples
    for n, handle in enumerate(others):
        step = f"mixing {handle}, sound {n + 1} of {len(others)}"
        job.report(0.1 + 0.7 * n / len(others), step, lambda mixed=total: heard(mixed, rate))
        added = _laid(job, job.sound(handle), handle, rate, base)
        width = max(total.shape[1], added.shape[1])
        total = dsp.mix(dsp.to_channels(total, width), dsp.to_channels(added, width))
    if isinstance(source, Clip):
        total = _as_long_as(job, total, rate, source, base)
    return _give(job, Sound(total, rate), source)


def _laid(job: _Job, sound: Sound, handle: str, rate: int, base: str) -> dsp.Samples:
    """Return the added sound at *rate*, at its level (db), and within the first span when there is one: seconds as a player
    shows them on *base*, what it is added to. Raises Refusal when the span lies outside of a video."""
    if sound.rate != rate:
        job.notes.append(f"{handle} was brought from {sound.rate} to {rate} Hz")
    samples = dsp.resample(sound.samples, sound.rate, rate)
    if job.settings.get("db") is not None:
        samples = dsp.gain(samples, float(job.settings["db"]))
    if not job.spans:
        return samples
    span, source = job.spans[0], job.inputs.values[base]
    begins = source.begins if isinstance(source, Clip) else 0.0
    if isinstance(source, Clip) and not (span.start < source.ends and span.end > begins):
        where = "begins after the end" if span.start >= source.ends else "ends before the first picture"
        raise Refusal(
            f"The stretch {span.start:g}-{span.end:g} s {where} of {base}.",
            f"{base} goes from {begins:.2f} to {source.ends:.2f} s.",
        )
    # the sound of a clip counts from its first picture, which may be shown late
    first, last = (max(0, round((at - begins) * rate)) for at in (span.start, span.end))
    if len(samples) > last - first:
        job.notes.append(f"{handle} was cut to the stretch {span.start:g}-{span.end:g} s")
    if len(job.spans) > 1:
        job.notes.append(f"{handle} was put into the first stretch only; name one stretch at a time")
    return np.concatenate([np.zeros((first, samples.shape[1]), np.float32), samples[: last - first]])


def _as_long_as(job: _Job, samples: dsp.Samples, rate: int, clip: Clip, handle: str) -> dsp.Samples:
    length = max(1, round(clip.duration * rate))
    if len(samples) > length + 0.1 * rate:
        job.notes.append(f"the sound was cut at the end of {handle} ({clip.duration:.2f} s)")
    elif len(samples) < length - 0.1 * rate:
        job.notes.append(f"the sound is shorter than {handle}: silence follows after {len(samples) / rate:.2f} s")
    return dsp.to_length(samples, length)


def _attach(job: _Job) -> Value:
    """A sound on a video in place of its own: as long as the pictures, cut or followed by silence."""
    videos = [h for h in job.handles if h.startswith("video#")]
    sounds = [h for h in job.handles if h.startswith("audio#")] or videos[1:]
    if not videos or not sounds:
        raise Refusal("This needs a video and a sound to put on it.", "Name both, such as op=attach audio#1 video#1.")
    clip = job.inputs.clip(videos[0])
    sound = job.sound(sounds[0])
    if clip.has_audio:
        job.notes.append(f"the sound that {videos[0]} had was replaced; op=mix keeps both")
    samples = _laid(job, sound, sounds[0], sound.rate, videos[0])
    samples = _as_long_as(job, samples, sound.rate, clip, videos[0])
    return _give(job, replace(sound, samples=samples), clip)


_WHOLE: dict[str, Callable[[_Job], Value | Sequence[Value]]] = {
    "trim": _trim, "extract": _extract, "mix": _mix, "attach": _attach,
}  # fmt: skip
