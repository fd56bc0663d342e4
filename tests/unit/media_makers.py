"""Media made on the spot for the tests: numbered videos, sounds, and pictures of every kind."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from models import ffmpeg

BARS = 10
"""Frame numbers are drawn as this many black or white bars, least bit first, so that no codec can blur them away."""


def run(*arguments: Any) -> None:
    """Run ffmpeg and fail the test when it fails."""
    subprocess.run(ffmpeg.command(*map(str, arguments)), check=True, stdin=subprocess.DEVNULL, capture_output=True)


def numbered_frame(number: int, width: int = 160, height: int = 96) -> np.ndarray:
    """Return a frame with *number* as bars; its lower half is a moving pattern so that frames depend on each other."""
    frame = np.zeros((height, width, 3), np.uint8)
    edges = np.linspace(0, width, BARS + 1).astype(int)
    for bit in range(BARS):
        frame[: height // 2, edges[bit] : edges[bit + 1]] = 235 if number >> bit & 1 else 20
    across = (np.arange(width) * 3 + number * 7) % 256
    frame[height // 2 :] = across[None, :, None]
    frame[height // 2 :, :, 2] = 90
    return frame


def number_in(frame: np.ndarray) -> int:
    """Read the number that :func:`numbered_frame` drew, whatever the frame's size is now."""
    height, width = frame.shape[:2]
    edges = np.linspace(0, width, BARS + 1)
    bits = [
        frame[height // 8 : height * 3 // 8, int(edges[b] + 2) : int(edges[b + 1] - 2)].mean() > 127
        for b in range(BARS)
    ]
    return sum(1 << i for i, bit in enumerate(bits) if bit)


def video(
    path: Path,
    frames: int = 60,
    fps: str = "30000/1001",
    *options: str,
    sound: bool = False,
    size: tuple[int, int] = (160, 96),
) -> Path:
    """Write a numbered video with ffmpeg's *options* for the output."""
    data = b"".join(numbered_frame(i, *size).tobytes() for i in range(frames))
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=60"] if sound else []
    chosen = list(options) or ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "20", "-pix_fmt", "yuv420p"]
    num, _, den = fps.partition("/")
    length = frames * int(den or 1) / float(num)
    subprocess.run(
        [
            ffmpeg.executable(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}",
            "-framerate", fps, "-i", "pipe:0", *tone, "-map", "0:v", *(["-map", "1:a", "-t", f"{length:.6f}"] if sound else []),
            *chosen, str(path),
        ],
        input=data, check=True, capture_output=True,
    )  # fmt: skip
    return path


def uneven_video(path: Path, times: Iterable[float]) -> Path:
    """Write a numbered video whose frame i is shown at times[i] seconds (Matroska, whole milliseconds)."""
    stamps = list(times)
    count = len(stamps)
    even = video(path.with_suffix(".even.mkv"), count, "25")
    steps = "+".join(f"eq(N,{i})*{round(t * 1000)}" for i, t in enumerate(stamps))
    run("-i", even, "-vf", f"settb=1/1000,setpts='{steps}'", "-fps_mode", "passthrough", "-enc_time_base", "1/1000",
        "-c:v", "libx264", "-bf", "0", "-g", "20", path)  # fmt: skip
    return path


def tone(seconds: float = 0.5, rate: int = 44100, channels: int = 1, hz: float = 440.0) -> np.ndarray:
    """Return a sine wave, float32 [n, channels], each channel a little quieter than the one before."""
    t = np.arange(int(seconds * rate)) / rate
    wave = 0.5 * np.sin(2 * np.pi * hz * t)
    return np.stack([wave / (1 + c) for c in range(channels)], axis=1).astype(np.float32)


def scene(width: int = 48, height: int = 32) -> np.ndarray:
    """Return a smooth picture in which every corner has its own colour, uint8 [h, w, 3]."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 // (width - 1), y * 255 // (height - 1), 255 - x * 255 // (width - 1)], axis=2).astype(
        np.uint8
    )


def saved(picture: Image.Image, path: Path, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def png_claiming(width: int, height: int, depth: int = 8, data: bytes = b"\0" * 100) -> bytes:
    """Return a PNG whose header claims *width* x *height* colour pixels of *depth* bits, with the raw rows *data*."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
