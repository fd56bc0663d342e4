"""How a video file's frames lie in time and in the frame, told without decoding more than one of them.

A clip is seen as frames 0..n-1 at an even rate. A file whose frames come evenly is read as it is; one with a variable
rate, or a rate outside the limits, is laid on an even grid that keeps its length. Frames are upright and have square
pixels, as a browser shows them.
"""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from models import ffmpeg, magic
from models.expert import Refusal
from models.media import FORMATS, LIMITS, recognise

DAMAGED = "Save, export or record it again, for example as MP4."
_PLAYS = {"mov": ({"h264", "av1"}, {"aac", "mp3"}), "matroska": ({"vp8", "vp9", "av1"}, {"vorbis", "opus"})}
"""What every current browser plays, by container: video codecs and sound codecs."""


@dataclass(frozen=True)
class Layout:
    """How a file's frames lie in time.

    *steady*: frame i is the i-th one decoded; else the frames are put on a grid at *rate*. *start* is the first frame's
    time in the file, s; *seekable*: jumping to a frame by its time is exact; *matrix*: what the scaler must be told of the
    colours; *has_audio*: there is sound that can be decoded; *deaf*: there is sound that cannot; *plays*: browsers play
    the file as it is; *packets*: how many pictures the container lists, 0 when some of them are not shown.
    """

    width: int
    height: int
    rate: Fraction
    steady: bool
    start: float
    seekable: bool
    demuxer: str
    matrix: str
    codec: str
    has_audio: bool
    deaf: bool
    plays: bool
    packets: int

    @property
    def grid(self) -> list[str]:
        """The ffmpeg filters that lay the decoded frames on the even grid; none for a steady file."""
        return [] if self.steady else [f"fps=fps={self.rate}:round=near"]


def _even(value: float, times: list[float]) -> bool:
    """Return whether frames at the even rate *value* lie within half a frame of all *times*."""
    return all(abs((t - times[0]) * value - i) < 0.45 for i, t in enumerate(times))


def _rational(value: float) -> Fraction:
    """Return the frame rate that *value* most likely stands for: whole, whole/1.001, or a close fraction."""
    for base in (Fraction(round(value)), Fraction(round(value * 1.001) * 1000, 1001)):
        if base > 0 and abs(float(base) - value) < 2e-4 * value:
            return base
    return Fraction(value).limit_denominator(1001)


def _rate(times: list[float], lengths: list[float]) -> tuple[Fraction, bool]:
    """Return the even rate for frames shown at *times* (sorted, s), within the limits, and whether the frames are even."""
    if len(times) > 1 and times[-1] > times[0]:
        mean = (len(times) - 1) / (times[-1] - times[0])
        for guess in (_rational(mean), Fraction(mean).limit_denominator(100_000)):
            if LIMITS.fps_low <= guess <= LIMITS.fps_high and _even(float(guess), times):
                return guess, True
        gaps = [b - a for a, b in itertools.pairwise(times) if b > a]
        usual = _rational(1.0 / statistics.median(gaps))
    else:
        known = [length for length in lengths if length > 0]
        usual = _rational(1.0 / known[0]) if known else Fraction(25)
        if len(times) == 1 and LIMITS.fps_low <= usual <= LIMITS.fps_high:
            return usual, True
    return min(max(usual, Fraction(LIMITS.fps_low)), Fraction(LIMITS.fps_high)), False


def _packets(path: Path, demuxer: str) -> tuple[list[float], list[float], bool]:
    """Return the frames' times and lengths in s as the container states them, sorted, and whether every packet is shown."""
    base = Fraction(1)
    rows: list[tuple[int, int]] = []
    hidden = False
    arguments = [*ffmpeg.source(path, demuxer), "-map", "0:V:0", "-c", "copy", "-f", "framecrc", "-"]
    with ffmpeg.Process(arguments) as process:
        text = process.read(200 * (LIMITS.video_frames + 1000)).decode("ascii", "replace")
    for line in text.splitlines():
        if line.startswith("#tb 0:"):
            base = Fraction(line.split(":")[1].strip())
        elif not line.startswith("#"):
            cells = [cell.strip() for cell in line.split(",")]
            flags = next((int(c[2:], 16) for c in cells[6:] if c.startswith("F=")), 0)
            stamp = cells[2] if cells[2] != "NOPTS" else cells[1]
            if flags & 4 or not stamp.lstrip("-").isdigit():
                hidden = True
                continue
            rows.append((int(stamp), int(cells[3])))
    if len(rows) > LIMITS.video_frames:
        raise Refusal(
            f"The video has more than {LIMITS.video_frames} frames, which is too many.", "Cut it to a shorter stretch."
        )
    rows.sort()
    times = [float(stamp * base) for stamp, _ in rows]
    return times, [float(length * base) for _, length in rows], not hidden and bool(times) and times[0] >= 0


def _first(path: Path, demuxer: str) -> tuple[int, int]:
    """Return the upright, square-pixel size of the first frame that can be decoded. Raises Refusal when there is none."""
    arguments = [
        *ffmpeg.source(path, demuxer),
        "-map",
        "0:V:0",
        "-frames:v",
        "1",
        "-c:v",
        "wrapped_avframe",
        "-f",
        "framecrc",
        "-",
    ]
    with ffmpeg.Process(arguments) as process:
        text = process.read(10_000).decode("ascii", "replace")
    facts = dict(line[1:].split(" 0: ", 1) for line in text.splitlines() if line.startswith("#") and " 0: " in line)
    if "dimensions" not in facts or not any(line[:1].isdigit() for line in text.splitlines()):
        raise Refusal("The video has no frame that can be read.", DAMAGED)
    width, height = (int(n) for n in facts["dimensions"].split("x"))
    top, bottom = (int(n) for n in facts.get("sar", "1/1").split("/"))
    shape = top / bottom if top > 0 and bottom > 0 and 0.1 < top / bottom < 10 else 1.0
    return (round(width * shape), height) if shape >= 1 else (width, round(height / shape))


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _limits(width: int, height: int, seconds: float, frames: int) -> None:
    """Raise Refusal, stating the limit, when a video is larger or longer than LIMITS allows."""
    if seconds > LIMITS.video_seconds:
        raise Refusal(
            f"The video is {_span(seconds)} long; the limit is {_span(LIMITS.video_seconds)}.",
            "Cut it to the stretch that matters and attach that.",
        )
    if width * height > LIMITS.video_pixels or max(width, height) > LIMITS.image_side:
        raise Refusal(
            f"The video's frames are {width} x {height} pixels; the limit is {LIMITS.video_pixels // 1_000_000} megapixels.",
            "Export it smaller, for example 1920 x 1080.",
        )
    if width * height * frames > LIMITS.video_work:
        raise Refusal(
            f"The video is too long for its size: {frames} frames of {width} x {height} pixels.",
            "Cut it shorter or export it smaller, for example 1280 x 720.",
        )


@lru_cache(maxsize=256)
def _known(path: str, changed: int, size: int) -> Layout:
    """Work out a file's layout without decoding more than one frame; remembered for an unchanged file."""
    file = Path(path)
    found = recognise(file)
    if found.kind != "av":
        raise Refusal(f"This is a {found.name} file and not a video.", f"Videos can be {FORMATS['video']}.")
    head = ffmpeg.header(file, found.reader)
    if head.video is None:
        what = "only sound" if head.audio else "neither pictures nor sound that I can read"
        raise Refusal(f"The file holds {what}, no video.", f"Videos can be {FORMATS['video']}.")
    _limits(*head.video.size, head.seconds, 1)
    times, lengths, whole = _packets(file, found.reader)
    if not times:
        raise Refusal("The video has no frames.", DAMAGED)
    width, height = _first(file, found.reader)
    rate, steady = _rate(times, lengths)
    _limits(width, height, max(times[-1] - times[0], len(times) / LIMITS.fps_high), len(times))
    sizes_agree = whole and found.reader in ("mov", "matroska")
    pictures, sounds = _PLAYS.get(found.reader, (set(), set()))
    plays = (
        head.video.codec in pictures and (head.audio is None or head.audio.codec in sounds)
        and head.video.depth in ("yuv420p", "yuvj420p", "gray") and found is not magic.MKV and found is not magic.MOV
    )  # fmt: skip
    matrix = "in_color_matrix=bt709:" if _untagged(head.video) and height >= 720 else ""
    heard = head.audio is not None and ffmpeg.hears(file, found.reader)
    return Layout(
        width, height, rate, steady, max(times[0], 0.0), sizes_agree and steady, found.reader, matrix, head.video.codec,
        has_audio=heard, deaf=head.audio is not None and not heard, plays=plays, packets=len(times) if whole else 0,
    )  # fmt: skip


def _untagged(video: ffmpeg.Stream) -> bool:
    """Return whether the file leaves open how its colours are coded; browsers then take BT.709 for large frames."""
    return not any(
        word in video.matrix for word in ("bt709", "bt470bg", "smpte170m", "bt2020", "smpte240m", "fcc", "gbr")
    )


def layout(path: Path) -> Layout:
    """Return how the frames of the video file *path* lie in time. Raises Refusal when it is not a video within LIMITS."""
    try:
        facts = path.stat()
    except OSError as error:
        raise Refusal("The file cannot be read.", "Attach it again.") from error
    return _known(str(path.resolve()), facts.st_mtime_ns, facts.st_size)
