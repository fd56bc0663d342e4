"""The one way to run ffmpeg: local files only, a fixed demuxer, no shell, a watchdog, and errors that people can read.

The executable is the one that the package imageio-ffmpeg brings, so no system ffmpeg is needed.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import IO

from models.expert import Refusal

STALL_SECONDS = 30.0
"""A reader that gives nothing for this long is ended: a damaged file must not hang a conversation."""
_MAX_PIXELS = 100_000_000  # the decoders' own guard, behind the limits that callers check first
_ORDINARY_PIXELS = 2560 * 1440


@lru_cache(maxsize=1)
def executable() -> str:
    """Return the path of the ffmpeg program. Raises Refusal when there is none."""
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise Refusal(
            "Video cannot be read here: ffmpeg is missing.", "Install it: pip install imageio-ffmpeg"
        ) from error


def source(path: Path, demuxer: str, *options: str) -> list[str]:
    """Return the input arguments for *path*. The demuxer is fixed and only files and pipes may be opened, so that a
    playlist in disguise reads neither an address nor another file."""
    return [
        "-protocol_whitelist",
        "file,pipe",
        "-max_pixels",
        str(_MAX_PIXELS),
        *options,
        "-f",
        demuxer,
        "-i",
        f"file:{path}",
    ]


def sparing(width: int, height: int, threads: int = 2) -> list[str]:
    """Return the arguments, for before an input or an output, that bound how many frames ffmpeg's threads hold at once.

    Each of its threads holds frames of its own, by default one thread and a half for every core; frames of ordinary size
    are left to that.
    """
    return ["-threads", str(threads)] if width * height > _ORDINARY_PIXELS else []


def command(*arguments: str) -> list[str]:
    """Return the whole command line for *arguments*."""
    return [executable(), "-hide_banner", "-nostdin", "-y", "-v", "error", "-max_error_rate", "1", *arguments]


@dataclass(frozen=True)
class Stream:
    """One track as its header says: *size* in coded pixels (0, 0 for sound), *depth* as ffmpeg names the pixel format."""

    codec: str
    size: tuple[int, int] = (0, 0)
    depth: str = ""
    matrix: str = ""


@dataclass(frozen=True)
class Header:
    """What a file says of itself; *seconds* is 0 when it does not say. Nothing here has been checked by decoding."""

    seconds: float
    video: Stream | None
    audio: Stream | None


_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.M)
_STREAM = re.compile(r"^ {2,4}Stream #0:\d+[^:\n]*: (Video|Audio): (.*)$", re.M)
_SIZE = re.compile(r", (\d{1,7})x(\d{1,7})")
_DEPTH = re.compile(r", ([a-z0-9]+)(?:\(([^)]*)\))?, \d+x\d+")


def header(path: Path, demuxer: str) -> Header:
    """Return what the file's header says. Reads no more than the demuxer's own probe. Raises Refusal when unreadable."""
    try:
        run = subprocess.run(
            [executable(), "-hide_banner", "-nostdin", *source(path, demuxer)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=STALL_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refusal(
            "The file is damaged: its header cannot be read.", "Save or record it again, for example as MP4."
        ) from error
    text = run.stderr.decode("utf-8", "replace")
    spoken = _DURATION.search(text)
    seconds = 3600 * int(spoken[1]) + 60 * int(spoken[2]) + float(spoken[3]) if spoken else 0.0
    video: Stream | None = None
    audio: Stream | None = None
    for kind, rest in _STREAM.findall(text):
        codec = rest.split(",")[0].split(" ")[0]
        if codec == "none":
            continue
        if kind == "Audio":
            audio = audio or Stream(codec)
        elif "(attached pic)" not in rest and video is None:
            size, depth = _SIZE.search(rest), _DEPTH.search(rest)
            video = Stream(
                codec,
                (int(size[1]), int(size[2])) if size else (0, 0),
                depth[1] if depth else "",
                (depth[2] or "") if depth else "",
            )
    return Header(seconds, video, audio)


def _widen(pipe: IO[bytes] | None) -> None:
    """Let *pipe* hold a megabyte, a frame or so, where the system can and allows it; it works without."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        if pipe is not None:
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)


class Process:
    """A running ffmpeg with its standard input or output as a pipe. Use as a context manager; leaving it ends ffmpeg."""

    def __init__(self, arguments: Sequence[str], feed: bool = False) -> None:
        """Start ffmpeg; *feed* True opens its standard input for writing, else its standard output for reading."""
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed in __exit__
        self._since = 0.0  # when the wait under way began; 0 while nobody waits
        self._over = threading.Event()
        self.stalled = False
        self.process = subprocess.Popen(
            command(*arguments) if not feed else [a for a in command(*arguments) if a != "-nostdin"],
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if feed else subprocess.PIPE,
            stderr=self._words,
        )
        _widen(self.process.stdin or self.process.stdout)
        threading.Thread(target=self._watch, daemon=True, name="ffmpeg-watch").start()

    def _watch(self) -> None:
        while not self._over.wait(1.0):
            since = self._since
            if since and time.monotonic() - since > STALL_SECONDS:
                self.stalled = True
                self.process.kill()
                return

    def fill(self, buffer: memoryview) -> int:
        """Read into *buffer* until it is full or the output ends; return the number of bytes read."""
        assert self.process.stdout is not None
        self._since = time.monotonic()
        try:
            done = 0
            while done < len(buffer):
                got = self.process.stdout.readinto1(buffer[done:])  # type: ignore[attr-defined]
                if not got:
                    break
                done += got
                self._since = time.monotonic()
            return done
        finally:
            self._since = 0.0

    def read(self, limit: int) -> bytes:
        """Return all of the output, at most *limit* bytes."""
        chunks: list[bytes] = []
        size = 0
        block = bytearray(1 << 20)
        while size < limit:
            got = self.fill(memoryview(block)[: min(len(block), limit - size)])
            if not got:
                break
            chunks.append(bytes(block[:got]))
            size += got
        return b"".join(chunks)

    def feed(self, data: memoryview | bytes) -> None:
        """Write *data* to ffmpeg's standard input. Raises BrokenPipeError when ffmpeg has ended."""
        assert self.process.stdin is not None
        self._since = time.monotonic()
        try:
            self.process.stdin.write(data)
        finally:
            self._since = 0.0

    def finish(self, timeout: float = 300.0) -> int:
        """Close the pipe, wait for the end and return the exit status (-1 when it had to be ended)."""
        if self.process.stdin:
            with contextlib.suppress(OSError):  # ffmpeg ended first: the exit status says it
                self.process.stdin.close()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return -1

    def words(self) -> str:
        """Return what ffmpeg said on standard error, for the log and for :func:`no_room`; never shown to people."""
        self._words.seek(0)
        return self._words.read(20_000).decode("utf-8", "replace")

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(OSError):  # what was still to be flushed has no reader any more
                    pipe.close()
        self.process.wait()
        self._words.close()


def no_room(words: str) -> bool:
    """Return whether ffmpeg's *words* say that the disk is full."""
    return any(
        sign in words for sign in ("No space left on device", "Disk quota exceeded", "not enough space on the disk")
    )


def run(*arguments: str, timeout: float = 300.0) -> tuple[int, str]:
    """Run ffmpeg to its end; return exit status (-1 after *timeout* seconds) and what it said."""
    with Process(arguments) as process:
        status = process.finish(timeout)
        return status, process.words()


def sound_begins(path: Path, demuxer: str) -> float:
    """Return when the file's sound begins, s on the file's clock, as the first samples that can be decoded say."""
    with Process([*source(path, demuxer), "-map", "0:a:0", "-frames:a", "1", "-f", "framecrc", "-"]) as process:
        text = process.read(10_000).decode("ascii", "replace")
    base = re.search(r"^#tb 0: (\d+)/(\d+)", text, re.M)
    row = re.search(r"^0, *-?\d+, *(-?\d+),", text, re.M)
    return int(row[1]) * int(base[1]) / int(base[2]) if base and row else 0.0


def hears(path: Path, demuxer: str) -> bool:
    """Return whether the first seconds of the file's sound can be decoded: a header may promise more than there is."""
    status, _ = run(*source(path, demuxer, "-t", "3"), "-map", "0:a:0", "-f", "null", "-", timeout=STALL_SECONDS)
    return status == 0
