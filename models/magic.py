"""Which format a file is, told from its first bytes and never from its name. Standard library only."""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 4096
"""How many of a file's first bytes :func:`identify` wants to see."""


@dataclass(frozen=True)
class Format:
    """A format that works: the *kind* its files hold ("av" may be video or sound), the *suffix* they are stored under,
    Pillow's name or ffmpeg's demuxer as *reader*, and the *name* for people."""

    kind: Literal["image", "audio", "av"]
    suffix: str
    reader: str
    name: str


PNG = Format("image", ".png", "PNG", "PNG")
JPEG = Format("image", ".jpg", "JPEG", "JPEG")
WEBP = Format("image", ".webp", "WEBP", "WEBP")
GIF = Format("image", ".gif", "GIF", "GIF")
BMP = Format("image", ".bmp", "BMP", "BMP")
TIFF = Format("image", ".tiff", "TIFF", "TIFF")
AVIF = Format("image", ".avif", "AVIF", "AVIF")
WAV = Format("audio", ".wav", "wav", "WAV")
FLAC = Format("audio", ".flac", "flac", "FLAC")
MP3 = Format("audio", ".mp3", "mp3", "MP3")
AAC = Format("audio", ".aac", "aac", "AAC")
AIFF = Format("audio", ".aiff", "aiff", "AIFF")
AU = Format("audio", ".au", "au", "AU")
OGG = Format("av", ".ogg", "ogg", "OGG")
MP4 = Format("av", ".mp4", "mov", "MP4")
MOV = Format("av", ".mov", "mov", "MOV")
M4A = Format("av", ".m4a", "mov", "M4A")
WEBM = Format("av", ".webm", "matroska", "WEBM")
MKV = Format("av", ".mkv", "matroska", "MKV")
AVI = Format("av", ".avi", "avi", "AVI")
TS = Format("av", ".ts", "mpegts", "MPEG-TS")
MPEG = Format("av", ".mpg", "mpeg", "MPEG")
FLV = Format("av", ".flv", "flv", "FLV")
ASF = Format("av", ".wmv", "asf", "WMV")

_STARTS: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"GIF87a", GIF), (b"GIF89a", GIF), (b"BM", BMP),
    (b"II*\x00", TIFF), (b"MM\x00*", TIFF), (b"II+\x00", TIFF), (b"MM\x00+", TIFF),
    (b"fLaC", FLAC), (b"ID3", MP3), (b".snd", AU), (b"RF64", WAV), (b"OggS", OGG), (b"FLV\x01", FLV),
    (b"\x00\x00\x01\xba", MPEG), (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ASF),
)  # fmt: skip
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif")
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"), (b"8BPS", "a Photoshop document"), (b"%!PS", "a PostScript document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"), (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"), (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "an icon file"), (b"MThd", "a MIDI file"), (b"caff", "a Core Audio file"),
    (b"Rar!", "a RAR archive"), (b"7z\xbc\xaf", "a 7z archive"), (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"#EXTM3U", "a playlist"), (b"ffconcat", "a playlist"),
)  # fmt: skip
_MARKUP = (
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML text"),
)


def _riff(head: bytes) -> Format | None:
    return {b"WEBP": WEBP, b"WAVE": WAV, b"AVI ": AVI}.get(head[8:12])


def _boxes(head: bytes) -> Format | None:
    """Return the format of a file made of ISO boxes (MP4 and its family), or None for HEIC and for other files."""
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return MOV
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in (b"avif", b"avis") or (brand in _HEIC and b"avif" in head[16:64]):
        return AVIF
    if brand in _HEIC:
        return None
    return {b"qt  ": MOV, b"M4A ": M4A, b"M4B ": M4A}.get(brand, MP4)


def _mpeg_audio(head: bytes) -> Format | None:
    """Return MP3 or AAC when the first bytes are a frame header of theirs with no reserved value."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    version, layer, bitrate, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return MP3 if version != 1 and layer != 0 and bitrate != 15 and rate != 3 else None


def identify(head: bytes) -> Format | None:
    """Return the format that the first bytes *head* (HEAD_BYTES of them, fewer for a short file) belong to, or None."""
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head.startswith(b"RIFF"):
        return _riff(head)
    if head.startswith(b"FORM") and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in head[:64] else MKV
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return TS
    return _boxes(head) or _mpeg_audio(head)


def describe(head: bytes) -> str:
    """Say to a person what a file that :func:`identify` does not know seems to be, such as "a PDF document"; "" when even
    that cannot be told."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "a HEIC picture"
    for start, words in _FOREIGN:
        if head.startswith(start):
            return words
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start and start.startswith((b"<?xml", b"<!--", b"<!doctype", b"<svg")):
        return "an SVG drawing"
    for mark, words in _MARKUP:
        if start.startswith(mark):
            return words
    return "a text file" if _text(head) else ""


def _text(head: bytes) -> bool:
    """Return whether *head* holds UTF-8 that people can read, its last letter cut off at most where the file goes on."""
    try:
        words = getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return bool(words) and all(c >= " " or c in "\t\r\n\f\x1b" for c in words)
