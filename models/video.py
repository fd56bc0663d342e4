"""Videos in and out: one loader for frames, used everywhere, so that frame 10 is frame 10 for every part.

ffmpeg reads and writes; a frame is uint8 RGB [h, w, 3], upright, as :mod:`models.layout` says. Files written here are
H.264 in yuv420p with the index in front, which every browser plays while it still loads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from models import ffmpeg
from models.expert import Clip, Refusal, Sound
from models.layout import DAMAGED, Layout, layout
from models.media import LIMITS, no_room, recognise
from models.sound import load_sound
from models.values import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

_IN_STEP = 0.01
"""Sound and pictures that begin within this many seconds of each other begin together."""
_SMOOTH = "flags=bicubic+accurate_rnd+full_chroma_int"
_TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"


def _count(path: Path, lay: Layout) -> tuple[int, bool]:
    """Return how many frames the loader gives for the whole file, and whether it came to its end without a stall."""
    filters = ["-vf", ",".join(lay.grid)] if lay.grid else []
    arguments = [
        *ffmpeg.source(path, lay.demuxer, *ffmpeg.sparing(lay.width, lay.height)), "-map", "0:V:0", *filters,
        "-fps_mode", "passthrough", "-frames:v", str(LIMITS.video_frames + 1), "-c:v", "wrapped_avframe", "-f", "framecrc", "-",
    ]  # fmt: skip
    with ffmpeg.Process(arguments) as process:
        text = process.read(200 * (LIMITS.video_frames + 1000))
        return sum(line[:1].isdigit() for line in text.splitlines()), not process.stalled


def clip_info(path: Path, written: int = 0) -> Clip:
    """Return a video's facts; the frames are counted by decoding them with the loader that :func:`read_frames` uses.

    *written* is how many frames the maker of the file counted, 0 when nobody did: where the container lists just as many,
    at an even rate, they are not decoded once more.
    ``meta``: codec, steady, start (s of the first frame in the file), plays (whether browsers play the file as it is),
    notes. Raises Refusal when the file is not a video, has no frames or is beyond LIMITS.
    """
    lay = layout(path)
    known = 0 < written == lay.packets and lay.steady
    frames, whole = (written, True) if known else _count(path, lay)
    if not frames:
        raise Refusal("The video has no frame that can be read.", DAMAGED)
    if frames > LIMITS.video_frames:
        raise Refusal(
            f"The video has more than {LIMITS.video_frames} frames, which is too many.", "Cut it to a shorter stretch."
        )
    notes = (
        []
        if lay.steady
        else [f"The frame rate varies; the clip is read at an even {float(lay.rate):.4g} frames per second."]
    )
    if lay.deaf:
        notes.append("Its sound is damaged and is left out.")
    if not whole:
        notes.append("The file is damaged; the part that can be read is used.")
    return Clip(
        path, lay.width, lay.height, float(lay.rate), frames, lay.has_audio,
        meta={"codec": lay.codec, "steady": lay.steady, "start": lay.start, "plays": lay.plays, "notes": notes},
    )  # fmt: skip


def _fitted(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    scale = min(1.0, max_side / max(width, height)) if max_side else 1.0
    return max(1, round(width * scale)), max(1, round(height * scale))


def read_frames(
    source: Path | Clip, start: int = 0, stop: int | None = None, max_side: int | None = None
) -> Iterator[NDArray[np.uint8]]:
    """Yield frames *start* up to but without *stop* (None: to the end) as uint8 RGB [h, w, 3], each a new array.

    Numbers count from 0 and are exact. *max_side* scales frames down so that neither side is longer. Closing the
    generator ends ffmpeg. Raises Refusal when the file is no readable video, ValueError when *start* is negative.
    """
    if start < 0 or (stop is not None and stop < start):
        raise ValueError(f"frames {start} to {stop} are not a stretch")
    if stop == start:
        return
    path = source.path if isinstance(source, Clip) else source
    lay = layout(path)
    width, height = _fitted(lay.width, lay.height, max_side)
    seek: list[str] = []
    filters = lay.grid
    if start and lay.seekable:
        # half a frame early: the demuxer lands on the key frame before, and every frame before this time is dropped
        seek = ["-ss", f"{lay.start + (start - 0.5) / float(lay.rate):.6f}"]
    elif start:
        filters.append(f"trim=start_frame={start}")
    filters += [f"scale={width}:{height}:{lay.matrix}{_SMOOTH}", "format=rgb24"]
    # One decoder where each frame comes whole, 25 MB in 4K: who asked takes longer over it than the decoder does.
    sparing = ffmpeg.sparing(width, height, threads=1) or ffmpeg.sparing(lay.width, lay.height)
    arguments = [
        *ffmpeg.source(path, lay.demuxer, *sparing, *seek), "-map", "0:V:0", "-vf", ",".join(filters),
        "-fps_mode", "passthrough", *(["-frames:v", str(stop - start)] if stop is not None else []),
        # one frame waits for the pipe and not eight, which would be 200 MB of them in 4K
        "-thread_queue_size", "1", "-f", "rawvideo", "-",
    ]  # fmt: skip
    with ffmpeg.Process(arguments) as process:
        while True:
            frame = np.empty((height, width, 3), np.uint8)
            if process.fill(frame.data.cast("B")) < frame.nbytes:
                return
            yield frame


def read_frame(source: Path | Clip, index: int, max_side: int | None = None) -> NDArray[np.uint8]:
    """Return one frame, uint8 RGB [h, w, 3]; -1 is the last. Raises Refusal naming the range when there is no such frame."""
    if index < 0:
        clip = source if isinstance(source, Clip) else clip_info(source)
        index += clip.frames
    frames = read_frames(source, max(index, 0), max(index, 0) + 1, max_side) if index >= 0 else iter(())
    for frame in frames:
        return frame
    clip = source if isinstance(source, Clip) else clip_info(source)
    raise Refusal(f"The video has no frame {index}.", f"Its frames go from 0 to {clip.frames - 1}.")


def frame_at(clip: Clip, seconds: float) -> int:
    """Return the number of the frame that a browser shows at *seconds*, clamped into the clip."""
    # times come rounded to a millionth of a second: one a hair before a frame means that frame
    return min(max(int((seconds - clip.begins) * clip.fps + 0.001), 0), max(clip.frames - 1, 0))


def frame_time(clip: Clip, index: int) -> float:
    """Return the time in s of the middle of frame *index*: the time to seek to, as browsers round a frame's very start to
    the frame before."""
    return clip.begins + (min(max(index, 0), max(clip.frames - 1, 0)) + 0.5) / clip.fps


def clip_sound(clip: Clip) -> Sound:
    """Return the clip's sound as it goes with the pictures: sample 0 is heard when the first frame is shown.

    Silence stands before a sound that begins later; sound from before the first frame is left out, and a note says so.
    Raises Refusal like :func:`models.sound.load_sound`.
    """
    sound = load_sound(clip.path)
    early = layout(clip.path).start - ffmpeg.sound_begins(clip.path, recognise(clip.path).reader)
    if abs(early) < _IN_STEP:
        return sound
    count = round(min(abs(early), LIMITS.video_seconds) * sound.rate)
    if early < 0:
        silence = np.zeros((count, sound.samples.shape[1]), np.float32)
        return replace(sound, samples=np.concatenate([silence, sound.samples]))
    notes = [*sound.meta.get("notes", ()), f"{early:.2f} s of sound from before the first picture were left out"]
    return replace(sound, samples=sound.samples[count:], meta={**sound.meta, "notes": notes})


def _failed(words: str, what: str) -> Refusal:
    return no_room() if ffmpeg.no_room(words) else Refusal(what, "Try again, or use another file.")


def _sound_input(path: Path, offset: float, span: Span | None) -> tuple[list[str], list[str]]:
    """Return ffmpeg's input and output arguments for the sound of *path* (none when it has no sound).

    The track is copied when an MP4 may hold it and it is used from its beginning to its end, else coded as AAC: cutting
    coded sound is only exact to its packets.
    """
    found = recognise(path)
    head = ffmpeg.header(path, found.reader)
    track = head.audio
    if track is None or (head.video is not None and not layout(path).has_audio):
        return [], []
    start = offset + (span.start if span else 0.0)
    cut = ["-ss", f"{start:.6f}"] if start > 0.001 else []
    if span:
        cut += ["-t", f"{span.end - span.start:.6f}"]
    code = ["-c:a", "copy"] if track.codec in ("aac", "mp3") and not cut else ["-c:a", "aac", "-b:a", "192k"]
    return ffmpeg.source(path, found.reader, *cut), ["-map", "1:a:0", *code]


class VideoWriter:
    """Write frames to an MP4; a context manager. The file appears under its name only when it is whole.

    >>> with VideoWriter(path, 320, 240, 30000 / 1001, audio_from=source) as writer:
    ...     writer.write(frame)
    >>> writer.clip
    """

    clip: Clip

    def __init__(
        self, path: Path, width: int, height: int, fps: float, audio_from: Path | None = None, span: Span | None = None
    ) -> None:
        """Prepare *path* for frames of *width* x *height* pixels (odd sizes are padded by their edge) at *fps*.

        *audio_from* is a video or a sound whose sound goes with the frames; *span* the stretch of it, in seconds from the
        first frame, that the frames cover (None: all of it). Raises Refusal when *fps* or the size is out of range.
        """
        if (
            not (LIMITS.fps_low <= fps <= LIMITS.fps_high)
            or min(width, height) < 1
            or width * height > LIMITS.video_pixels
        ):
            raise Refusal(f"A video of {width} x {height} pixels at {fps:g} frames per second cannot be made.")
        self.path, self.width, self.height = path, width, height
        self.rate = Fraction(fps).limit_denominator(1001)
        self.frames = 0
        self._temp = path.with_name(f".{path.stem}.{os.getpid()}.part")
        self._pad = ((0, height % 2), (0, width % 2), (0, 0))
        sound_in: list[str] = []
        sound_out: list[str] = []
        if audio_from is not None:
            offset = layout(audio_from).start if _has_pictures(audio_from) else 0.0
            # a first frame later than the sound's start would shift the sound against the pictures
            sound_in, sound_out = _sound_input(audio_from, offset, span)
        self.has_audio = bool(sound_in)
        sparing = ffmpeg.sparing(width, height)
        if sparing:
            # what the encoder keeps back to reorder it, or codes at the same time, is whole frames, each several times over
            sparing += ["-bf", "0", "-x264-params", "sliced-threads=1"]
        # one frame waits to be encoded and not eight, which would be 200 MB of them in 4K
        queue = ["-thread_queue_size", "1"] if sparing else []
        size = f"{width + width % 2}x{height + height % 2}"
        self._process = ffmpeg.Process(
            [
                "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-framerate", str(self.rate), *queue, "-i", "pipe:0", *sound_in,
                "-map", "0:v:0", *sound_out, "-vf", f"scale=out_color_matrix=bt709:out_range=tv:{_SMOOTH},format=yuv420p,{_TAGS}",
                "-c:v", "libx264", "-preset", "superfast", "-crf", "18", "-g", str(max(1, round(2 * fps))), *sparing,
                "-movflags", "+faststart", "-map_metadata", "-1", "-f", "mp4", f"file:{self._temp}",
            ],
            feed=True,
        )  # fmt: skip

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Add one frame, uint8 RGB [height, width, 3]. Raises ValueError on another shape, Refusal when the disk is full."""
        if frame.dtype != np.uint8 or frame.shape != (self.height, self.width, 3):
            raise ValueError(f"a frame here is uint8 [{self.height}, {self.width}, 3], not {frame.dtype} {frame.shape}")
        if self._pad != ((0, 0), (0, 0), (0, 0)):
            frame = np.pad(frame, self._pad, mode="edge")
        try:
            self._process.feed(np.ascontiguousarray(frame).data)
        except OSError as error:
            self._process.finish()
            raise _failed(self._process.words(), "The video could not be written.") from error
        self.frames += 1

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._process as process:
                if kind is not None:
                    return
                status, words = process.finish(), process.words()
            if not self.frames:
                raise Refusal("The video would have no frames.", "Choose a longer stretch.")
            if status:
                raise _failed(words, "The video could not be written.")
            self._temp.replace(self.path)
        finally:
            self._temp.unlink(missing_ok=True)
        self.clip = Clip(self.path, self.width + self.width % 2, self.height + self.height % 2, float(self.rate),
                         self.frames, self.has_audio)  # fmt: skip


def _has_pictures(path: Path) -> bool:
    found = recognise(path)
    return found.kind == "av" and ffmpeg.header(path, found.reader).video is not None


def put_sound(video: Path, sound: Path, path: Path) -> Clip:
    """Write *video* with the sound of *sound* (a sound or a video) to *path* as MP4, cut to the video's length.

    The pictures are copied when they are H.264 that browsers play, else coded again. Raises Refusal when *sound* has no
    sound or anything cannot be read or written.
    """
    clip = clip_info(video)
    sound_in, _ = _sound_input(sound, 0.0, None)
    if not sound_in:
        raise Refusal("That has no sound to put on the video.", "Name a sound, or a video with sound.")
    lay = layout(video)
    temp = path.with_name(f".{path.stem}.{os.getpid()}.part")
    if not (lay.plays and lay.codec == "h264" and lay.steady and lay.start < 0.5 / clip.fps):
        with VideoWriter(path, clip.width, clip.height, clip.fps, sound, Span(0.0, clip.duration)) as writer:
            for frame in read_frames(clip):
                writer.write(frame)
        return clip_info(path)
    try:
        status, words = ffmpeg.run(
            *ffmpeg.source(video, lay.demuxer), *sound_in, "-map", "0:V:0", "-map", "1:a:0", "-c:v", "copy", "-c:a", "aac",
            "-b:a", "192k", "-t", f"{clip.duration:.6f}", "-movflags", "+faststart", "-f", "mp4", f"file:{temp}",
        )  # fmt: skip
        if status:
            raise _failed(words, "The sound could not be put on the video.")
        temp.replace(path)
    finally:
        temp.unlink(missing_ok=True)
    return clip_info(path)


def rewrap(clip: Clip, path: Path) -> bool:
    """Write the clip's coded pictures, as they are, with its sound into an MP4 at *path*; return whether that worked.
    Raises Refusal when the disk is full."""
    lay = layout(clip.path)
    sound = ["-map", "0:a:0", "-c:a", "aac", "-b:a", "192k"] if clip.has_audio else []
    status, words = ffmpeg.run(
        *ffmpeg.source(clip.path, lay.demuxer), "-map", "0:V:0", "-c:v", "copy", *sound, "-map_metadata", "-1",
        "-movflags", "+faststart", "-f", "mp4", f"file:{path}",
    )  # fmt: skip
    if status and ffmpeg.no_room(words):
        raise no_room()
    return status == 0
