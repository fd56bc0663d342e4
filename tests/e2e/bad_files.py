"""Files that people should not send but do, each made on the spot: damaged, renamed, lying, huge, odd but good."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from media_makers import encoded, png_claiming, run, scene, tone, video
from PIL import Image

Make = Callable[[Path], object]
HTML = b"<!doctype html><html><body onload=alert(1)>picture</body></html>"


@dataclass(frozen=True)
class Bad:
    """A file called *name*, written by *make*, whose refusal must contain each of *words* (any letter case)."""

    name: str
    make: Make
    words: tuple[str, ...]


def holding(data: bytes | Callable[[], bytes]) -> Make:
    return lambda path: path.write_bytes(data() if callable(data) else data)


def cut_off(form: str, **options: object) -> Make:
    """Write the first 60 percent of a picture."""

    def make(path: Path) -> None:
        data = encoded(Image.fromarray(noisy()), form, **options)
        path.write_bytes(data[: len(data) * 6 // 10])

    return make


def noisy(width: int = 96, height: int = 64) -> np.ndarray:
    """Return a picture that does not compress, uint8 [h, w, 3]."""
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def gif_claiming(width: int, height: int) -> bytes:
    screen = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    return screen + b"," + struct.pack("<HHHH", 0, 0, width, height) + b"\0\x02\x02\x4c\x01\0;"


def bmp_claiming(width: int, height: int) -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 200, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
        + b"\0" * 100
    )


def tiff_claiming(width: int, height: int) -> bytes:
    tags = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, height), (279, 100)]
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + body + b"\0" * 104


def webp_claiming(width: int, height: int) -> bytes:
    body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0" * 100
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body


def wav(samples: bytes, rate: int, channels: int, bits: int, kind: int = 1, claims: int | None = None) -> bytes:
    """Return a WAV file of raw *samples*; *claims* is the data size that its header states."""
    size = len(samples) if claims is None else claims
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels & 0xFFFF, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF, bits)
    return b"RIFF" + struct.pack("<I", 36 + size & 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size) + samples  # fmt: skip


def slow_clip(path: Path) -> None:
    """Write a clip whose 9 frames last two and a half hours."""
    frames = b"".join(noisy(32, 32).tobytes() for _ in range(9))
    raw = path.with_suffix(".raw")
    raw.write_bytes(frames)
    run("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "32x32", "-framerate", "1/1000", "-i", raw, "-c:v", "libx264", "-pix_fmt", "yuv420p", path)  # fmt: skip


def wide_clip(path: Path) -> None:
    run("-f", "lavfi", "-i", "color=red:s=8192x4320:d=0.04:r=25", "-c:v", "mjpeg", "-q:v", "31", path)


def headless(path: Path) -> None:
    """Write an MP4 whose index, which comes last, is cut off."""
    whole = video(path.with_suffix(".whole.mp4"), 20, "10").read_bytes()
    path.write_bytes(whole[: whole.index(b"moov") - 4])


def without_frames(path: Path) -> None:
    """Write an MP4 with a picture track of no pictures: the boxes are whole, the sample tables are empty."""
    data = bytearray(video(path.with_suffix(".whole.mp4"), 5, "10").read_bytes())
    for name, counts in (
        (b"stsz", (8,)),
        (b"stts", (4,)),
        (b"stco", (4,)),
        (b"stsc", (4,)),
        (b"ctts", (4,)),
        (b"stss", (4,)),
    ):
        at = data.find(name)
        for offset in counts if at >= 0 else ():
            data[at + 4 + offset : at + 8 + offset] = b"\0\0\0\0"
    path.write_bytes(data)


def zero_rate_avi(path: Path) -> None:
    """Write an AVI whose header says 0 frames per second everywhere it can."""
    data = bytearray(video(path.with_suffix(".whole.avi"), 12, "10", "-c:v", "mjpeg").read_bytes())
    head, stream = data.index(b"avih"), data.index(b"strh")
    data[head + 8 : head + 12] = b"\0\0\0\0"  # microseconds per frame
    data[stream + 8 + 20 : stream + 8 + 28] = struct.pack("<II", 0, 0)  # scale and rate
    path.write_bytes(data)


PICTURES = (
    Bad("empty.png", holding(b""), ("empty", "again")),
    Bad("one byte.png", holding(b"\x89"), ("1 byte", "again")),
    Bad("head only.png", holding(b"\x89PNG\r\n\x1a\n"), ("damaged", "again")),
    Bad("half.png", cut_off("PNG"), ("damaged", "again")),
    Bad("half.jpg", cut_off("JPEG"), ("damaged", "again")),
    Bad("half.webp", cut_off("WEBP", lossless=True), ("damaged", "again")),
    Bad("half.gif", cut_off("GIF"), ("damaged", "again")),
    Bad("half.bmp", cut_off("BMP"), ("damaged", "again")),
    Bad("half.tiff", cut_off("TIFF"), ("damaged", "again")),
    Bad("page.png", holding(HTML), ("web page", "PNG, JPEG")),
    Bad("text.jpg", holding(b"just some words\n" * 9), ("text file", "PNG, JPEG")),
    Bad("drawing.png", holding(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), ("SVG", "PNG, JPEG")),
    Bad("paper.png", holding(b"%PDF-1.7\n" + b"x" * 99), ("PDF", "PNG, JPEG")),
    Bad("phone.jpg", holding(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99), ("HEIC", "PNG, JPEG")),
    Bad("archive.png", holding(b"PK\x03\x04" + b"\0" * 99), ("ZIP", "PNG, JPEG")),
    Bad("noise.jpg", holding(b"\x01\xfe" + noisy().tobytes()), ("no format", "PNG, JPEG")),
    Bad("bomb.png", holding(png_claiming(60_000, 60_000)), ("too large", "40 megapixels")),
    Bad("bomb wide.png", holding(png_claiming(2_000_000_000, 1)), ("too large", "16384")),
    Bad("bomb just over.png", holding(png_claiming(16_385, 16)), ("16385 x 16", "16384")),
    Bad("bomb.gif", holding(gif_claiming(65_535, 65_535)), ("too large", "40 megapixels")),
    Bad("bomb.bmp", holding(bmp_claiming(50_000, 50_000)), ("too large", "40 megapixels")),
    Bad("bomb.tiff", holding(tiff_claiming(100_000, 100_000)), ("too large", "40 megapixels")),
    Bad("bomb.webp", holding(webp_claiming(16_384, 16_384)), ("too large", "40 megapixels")),
    Bad("no pixels.png", holding(png_claiming(0, 0)), ("again",)),
)

CLIPS = (
    Bad("empty.mp4", holding(b""), ("empty", "again")),
    Bad("cut.mp4", headless, ("cut off", "again", "MP4")),
    Bad("no frames.mp4", without_frames, ("frame", "again")),
    Bad("years.mp4", slow_clip, ("2 h 30 min", "10 min")),
    Bad("wall.avi", wide_clip, ("8192 x 4320", "smaller")),
    Bad("list.mp4", holding(b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n"), ("playlist", "MP4")),
    Bad("concat.mp4", holding(b"ffconcat version 1.0\nfile /etc/passwd\n"), ("playlist", "MP4")),
    Bad("box of nothing.mp4", holding(b"\0\0\0\x18ftypisom\0\0\0\0isommp41\0\0\0\x08mdat"), ("MP4",)),
)

SOUNDS = (
    Bad("empty.wav", holding(b""), ("empty", "again")),
    Bad("head only.wav", holding(b"RIFF\x24\0\0\0WAVEfmt "), ("again",)),
    Bad("no samples.wav", holding(wav(b"", 44_100, 1, 16)), ("no samples", "again")),
    Bad("one hertz.wav", holding(wav(b"\0" * 64, 1, 1, 16)), ("per second", "44100")),
    Bad("two gigahertz.wav", holding(wav(b"\0" * 64, 2_000_000_000, 1, 16)), ("per second", "44100")),
    Bad("choir.wav", holding(wav(b"\0" * 4096, 44_100, 64, 16)), ("64 channels", "stereo")),
    Bad("crowd.wav", holding(wav(b"\0" * 400_000, 44_100, 65_535, 16)), ("cannot be decoded", "WAV or MP3")),
    Bad("half.flac", lambda path: path.write_bytes(_flac()[:60]), ("again",)),
    Bad("name only.mp3", holding(b"ID3\x04\0\0\0\0\0\0"), ("again",)),
    Bad("notes.mid", holding(b"MThd\0\0\0\x06\0\0\0\x01\0\x60"), ("MIDI", "WAV")),
)


def _flac() -> bytes:
    import io

    import soundfile

    out = io.BytesIO()
    soundfile.write(out, tone(0.5), 44_100, format="FLAC")
    return out.getvalue()


def still(path: Path, size: tuple[int, int] = (96, 64)) -> Path:
    """Write an ordinary good picture."""
    Image.fromarray(scene(*size)).save(path)
    return path
