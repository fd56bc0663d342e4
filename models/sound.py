"""Sounds in and out. WAV, FLAC, MP3, OGG, AIFF and AU are read by libsndfile; everything else, and the sound of a video,
by ffmpeg. The header is measured first; nothing beyond LIMITS is decoded."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models import ffmpeg, magic
from models.expert import Refusal, Sound
from models.media import FORMATS, LIMITS, recognise, write_whole
from models.values import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NATIVE = (magic.WAV, magic.FLAC, magic.MP3, magic.OGG, magic.AIFF, magic.AU)
_AU_HEADER = 24


def _damaged(found: magic.Format) -> Refusal:
    return Refusal(f"The sound is damaged: it starts as {found.name} but cannot be decoded.",
                   "Save, export or record it again, for example as WAV or MP3.")  # fmt: skip


def _length(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 7200 else f"{seconds / 60:.3g} minutes"


def _check(rate: int, channels: int, frames: int, seconds: float) -> None:
    """Raise Refusal, stating the limit, when a sound's header is beyond LIMITS."""
    if not LIMITS.sound_rate_low <= rate <= LIMITS.sound_rate_high:
        raise Refusal(
            f"The sound has {rate} samples per second, which cannot be played.",
            f"Convert it to a usual rate such as 44100 Hz (from {LIMITS.sound_rate_low} to {LIMITS.sound_rate_high} works).",
        )
    if not 1 <= channels <= LIMITS.sound_channels:
        raise Refusal(
            f"The sound has {channels} channels; the limit is {LIMITS.sound_channels}.", "Mix it down to stereo."
        )
    if seconds > LIMITS.sound_seconds:
        raise Refusal(
            f"The sound is {_length(seconds)} long; the limit is {_length(LIMITS.sound_seconds)}.",
            "Cut it to the stretch that matters and attach that.",
        )
    if frames * channels > LIMITS.sound_values:
        raise Refusal(
            f"The sound is too large: {_length(seconds)} in {channels} channels at {rate} Hz.",
            "Cut it shorter, mix it down to stereo or convert it to 44100 Hz.",
        )


def _stretch(span: Span | None, rate: int, frames: int) -> tuple[int, int]:
    """Return the first sample and the number of samples of *span* within *frames*. Raises Refusal when it lies outside."""
    if span is None:
        return 0, frames
    start, stop = round(span.start * rate), min(frames, round(span.end * rate))
    if start >= stop:
        raise Refusal(f"The sound has no {span.start:g}-{span.end:g} s.", f"It goes from 0 to {frames / rate:.2f} s.")
    return start, stop - start


def _native(path: Path, span: Span | None) -> tuple[NDArray[np.float32], int]:
    """Read with libsndfile. Raises soundfile.LibsndfileError when it cannot, Refusal beyond LIMITS."""
    import soundfile

    with soundfile.SoundFile(str(path)) as file:
        rate, channels, frames = int(file.samplerate), int(file.channels), int(file.frames)
        start, count = _stretch(span, max(rate, 1), frames)
        _check(rate, channels, count, count / max(rate, 1))
        if start:
            file.seek(start)
        return file.read(count, dtype="float32", always_2d=True), rate


def _through_ffmpeg(path: Path, found: magic.Format, span: Span | None) -> tuple[NDArray[np.float32], int]:
    """Read with ffmpeg as AU, whose header carries rate and channels also through a pipe. Raises Refusal."""
    seconds = ffmpeg.header(path, found.reader).seconds
    if span is None and seconds > LIMITS.sound_seconds:
        _check(LIMITS.sound_rate_low, 1, 0, seconds)
    cut = ["-ss", f"{span.start:.6f}", "-t", f"{span.end - span.start:.6f}"] if span else []
    arguments = [*ffmpeg.source(path, found.reader, *cut), "-map", "0:a:0", "-c:a", "pcm_f32be", "-f", "au", "-"]
    with ffmpeg.Process(arguments) as process:
        head = process.read(_AU_HEADER)
        if len(head) < _AU_HEADER or head[:4] != b".snd":
            raise _damaged(found)
        offset, _, _, rate, channels = struct.unpack(">5I", head[4:])
        _check(rate, channels, 0, 0.0)
        process.read(offset - _AU_HEADER)
        data = process.read(4 * LIMITS.sound_values + 4 * channels)
    samples = (
        np.frombuffer(data, ">f4", len(data) // (4 * channels) * channels).astype(np.float32).reshape(-1, channels)
    )
    _check(rate, channels, len(samples), len(samples) / rate)
    return samples, rate


def load_sound(path: Path, span: Span | None = None) -> Sound:
    """Decode a sound, or the sound of a video, or the stretch *span* of it.

    Returns Sound with float32 [n, channels] in -1..1; ``meta``: rate, channels, frames, duration (s), notes. Samples that
    are not numbers become 0 and samples beyond the range are cut off, each with a note. Raises Refusal when there is no
    sound, when it is damaged or beyond LIMITS, or when *span* lies outside.
    """
    found = recognise(path)
    if found.kind == "image":
        raise Refusal(f"This is a {found.name} picture and has no sound.", f"Sounds can be {FORMATS['audio']}.")
    if found.kind == "av":
        head = ffmpeg.header(path, found.reader)
        if head.audio is None and head.video is None:
            raise _damaged(found)
        if head.audio is None:
            raise Refusal("The video has no sound.", "Use a video with sound, or attach a sound.")
        native = found is magic.OGG and head.video is None
    else:
        native = found in _NATIVE
    if native:
        import soundfile

        try:
            samples, rate = _native(path, span)
        except soundfile.LibsndfileError:
            samples, rate = _through_ffmpeg(path, found, span)
    else:
        samples, rate = _through_ffmpeg(path, found, span)
    if not len(samples):
        raise Refusal("The sound is empty: it has no samples.", "Record or export it again and attach that.")
    return _clean(samples, rate)


def _clean(samples: NDArray[np.float32], rate: int) -> Sound:
    notes: list[str] = []
    bad = ~np.isfinite(samples)
    if bad.any():
        notes.append(f"{int(bad.sum())} samples that were not numbers were made silent.")
        samples[bad] = 0.0
    peak = max(float(samples.max()), -float(samples.min()))
    if peak > 1.0:
        if peak > 1.05:  # coded sound overshoots a little as a matter of course
            notes.append("The sound was louder than full scale; its peaks are cut off.")
        np.clip(samples, -1.0, 1.0, out=samples)
    count, channels = samples.shape
    meta: dict[str, Any] = {
        "rate": rate,
        "channels": channels,
        "frames": count,
        "duration": count / rate,
        "notes": notes,
    }
    return Sound(samples, rate, meta=meta)


def sound_meta(path: Path) -> dict[str, Any]:
    """Return ``rate``, ``channels``, ``frames``, ``duration`` (s) and ``notes`` of a sound file that loads within LIMITS.

    The header answers for WAV, FLAC, OGG, MP3, AIFF and AU after a first stretch was decoded as a check; other formats
    are decoded whole, because their headers do not say. Raises Refusal like :func:`load_sound`.
    """
    found = recognise(path)
    if found in _NATIVE:
        import soundfile

        try:
            with soundfile.SoundFile(str(path)) as file:
                rate, channels, frames = int(file.samplerate), int(file.channels), int(file.frames)
                _check(rate, channels, frames, frames / max(rate, 1))
                if frames and len(file.read(4096, dtype="float32", always_2d=True)):
                    return {
                        "rate": rate,
                        "channels": channels,
                        "frames": frames,
                        "duration": frames / rate,
                        "notes": [],
                    }
        except soundfile.LibsndfileError:
            pass  # ffmpeg reads some codecs that libsndfile does not
        else:
            raise Refusal("The sound is empty: it has no samples.", "Record or export it again and attach that.")
    return load_sound(path).meta


def save_wav(sound: Sound, path: Path) -> None:
    """Write *sound* as 16-bit WAV; values beyond -1..1 are cut off. The file appears under its name only when it is whole.

    Raises Refusal when the disk is full, ValueError when samples are not finite float [n >= 1, channels >= 1].
    """
    samples = np.asarray(sound.samples, np.float32)
    if samples.ndim != 2 or not samples.size or not np.isfinite(samples).all():
        raise ValueError(f"a sound is finite float32 [n, channels], not {samples.dtype} {samples.shape}")
    whole = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2")  # what reading divides by
    channels = whole.shape[1]
    head = b"RIFF" + struct.pack("<I", 36 + whole.nbytes) + b"WAVEfmt " + struct.pack(
        "<IHHIIHH", 16, 1, channels, sound.rate, sound.rate * channels * 2, channels * 2, 16
    ) + b"data" + struct.pack("<I", whole.nbytes)  # fmt: skip
    write_whole(path, head, whole.tobytes())
