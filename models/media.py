"""Pictures in and out, what a file is, and every limit on media: the one place that decodes pictures.

A picture is decoded in three steps: recognise the format by its bytes, measure it by its header, and only then decode.
Whatever goes wrong is a Refusal that says what to do; no other exception leaves this module for a bad file.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from PIL import Image, ImageOps

from models import ffmpeg, magic
from models.expert import Picture, Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Limits:
    """All limits on media. Pixels are width x height, work is frames x pixels, values are samples x channels."""

    image_pixels: int = 40_000_000
    image_side: int = 16_384
    video_seconds: float = 600.0
    video_frames: int = 72_000
    video_pixels: int = 9_000_000
    video_work: int = 40_000_000_000
    fps_low: int = 1
    fps_high: int = 120
    sound_seconds: float = 1800.0
    sound_values: int = 60_000_000
    sound_channels: int = 16
    sound_rate_low: int = 1_000
    sound_rate_high: int = 384_000
    upload_bytes: int = 500_000_000
    name_length: int = 200


LIMITS = Limits()
FORMATS: dict[str, str] = {
    "image": "PNG, JPEG, WEBP, AVIF, GIF, BMP and TIFF",
    "video": "MP4, MOV, WEBM, MKV and AVI",
    "audio": "WAV, MP3, M4A, FLAC and OGG",
}
_KNOWN = f"Pictures can be {FORMATS['image']}; videos {FORMATS['video']}; sounds {FORMATS['audio']}."
_AGAIN = "Save or export it again and attach that."
_SHORTEST = 12
"""No file of fewer bytes is a medium: even the header alone of each format takes more."""


FULL = tuple(getattr(errno, name) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name))
"""Error numbers that mean a full disk or quota; not every system has both."""


def no_room() -> Refusal:
    """Return the Refusal for a full disk or a full quota."""
    return Refusal(
        "The disk is full, so this could not be saved.", "Delete old conversations or files, then try again."
    )


def write_whole(path: Path, *pieces: bytes) -> None:
    """Write *pieces* to *path* so that it appears only when it is whole and on the disk. Raises Refusal when the disk is full."""
    temp = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.part")
    try:
        with temp.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temp.replace(path)
    except OSError as error:
        if error.errno in FULL:
            raise no_room() from error
        raise
    finally:
        temp.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """Return *name* as plain data for display: no folders, no control or direction characters, limited length."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    return kept.strip()[: LIMITS.name_length]


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file. Raises Refusal when it is missing, unreadable or empty."""
    try:
        with path.open("rb") as file:
            head = file.read(magic.HEAD_BYTES)
    except OSError as error:
        raise Refusal("The file cannot be read.", "Attach it again.") from error
    if not head:
        raise Refusal("The file is empty: it has no bytes.", _AGAIN)
    return head


def recognise(path: Path) -> magic.Format:
    """Return the file's format by content. Raises Refusal naming the formats that work."""
    head = read_head(path)
    found = magic.identify(head)
    if found is not None:
        return found
    if seems := magic.describe(head):
        raise Refusal(f"This file is {seems}, which I cannot open.", _KNOWN)
    if len(head) < _SHORTEST:
        amount = "1 byte" if len(head) == 1 else f"{len(head)} bytes"
        raise Refusal(f"The file has only {amount}, too few for a picture, a video or a sound.", _AGAIN)
    raise Refusal("This file is in no format that I know.", _KNOWN)


def sniff(path: Path) -> Literal["image", "video", "audio"]:
    """Return what the file holds, by content and never by name. An MP4 or the like with sound only is "audio".
    Raises Refusal when it is none of the formats that work."""
    found = recognise(path)
    if found.kind != "av":
        return found.kind
    header = ffmpeg.header(path, found.reader)
    if header.video is not None:
        return "video"
    if header.audio is not None:
        return "audio"
    raise Refusal(
        f"This {found.name} file has neither pictures nor sound that I can read; it may be damaged or cut off.",
        f"Save, export or download it again. {_KNOWN}",
    )


def _too_large(size: str) -> Refusal:
    return Refusal(
        f"The picture is {size}, which is too large.",
        f"Scale it down to at most {LIMITS.image_pixels // 1_000_000} megapixels and {LIMITS.image_side} pixels a side.",
    )


def _size_check(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Refusal("The picture has no pixels.", _AGAIN)
    if max(width, height) > LIMITS.image_side or width * height > LIMITS.image_pixels:
        raise _too_large(f"{width} x {height} pixels")


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """Return the canvas size that a WEBP header states: Pillow allocates the canvas when it opens the file."""
    kind = head[12:16]
    if kind == b"VP8X" and len(head) >= 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(head) >= 30:
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None


def _open(path: Path) -> Image.Image:
    """Open a picture without decoding it, its header size checked. Raises Refusal."""
    found = recognise(path)
    if found.kind != "image":
        raise Refusal(f"This is a {found.name} file and not a picture.", f"Pictures can be {FORMATS['image']}.")
    if found is magic.WEBP and (size := _webp_size(read_head(path))):
        _size_check(*size)
    readers = ["JPEG", "MPO"] if found is magic.JPEG else [found.reader]
    try:
        picture = Image.open(path, formats=readers)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large("over 89 megapixels") from error  # the least that Pillow itself objects to
    except Exception as error:  # Pillow raises nearly anything for a damaged file
        raise _damaged(found) from error
    if found is magic.TIFF:
        # Without a file name Pillow does not map the file into memory, which it does for a turned TIFF as if it were
        # upright already: rows of the wrong length.
        picture.filename = ""
    try:
        _size_check(*picture.size)
    except Refusal:
        picture.close()
        raise
    return picture


def _damaged(found: magic.Format) -> Refusal:
    return Refusal(f"The picture is damaged or cut off: it starts as {found.name} but cannot be decoded.",
                   "Save, export or download it again and attach that.")  # fmt: skip


def _notes(picture: Image.Image) -> list[str]:
    try:
        if picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1:
            return ["The file has several pages; the first page is used."]
        if picture.format != "MPO" and getattr(picture, "is_animated", False):
            return ["The picture is animated; its first frame is used."]
    except Exception:  # noqa: BLE001  damaged later pages are as good as none, and the first may be whole
        with contextlib.suppress(Exception):
            picture.seek(0)
    return []


def _orientation(picture: Image.Image) -> int:
    """Return the EXIF orientation 1..8."""
    try:
        value = picture.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001  damaged EXIF data are as good as none
        return 1
    return value if value in range(1, 9) else 1


def image_meta(path: Path) -> dict[str, Any]:
    """Return ``width`` and ``height`` (upright), ``format`` and ``notes`` from the header, without decoding the pixels.
    Raises Refusal like :func:`load_image`, except for damage that only decoding finds."""
    with _open(path) as picture:
        # Pillow gives a TIFF's size as turned already, and other pictures' as stored
        width, height = picture.size
        if _orientation(picture) > 4 and picture.format != "TIFF":
            width, height = height, width
        return {"width": width, "height": height, "format": str(picture.format), "notes": _notes(picture)}


def _grey(values: NDArray[Any], notes: list[str]) -> Image.Image:
    """Return a picture of high-range grey *values* [h, w] as 8 bit: scaled over the type's range, never clipped."""
    if values.dtype == np.uint16:
        return Image.fromarray(((values.astype(np.uint32) + 128) // 257).astype(np.uint8))
    numbers = values.astype(np.float32)
    finite = np.isfinite(numbers)
    if not finite.all():
        notes.append("Pixels that were not numbers are shown black.")
        numbers[~finite] = 0.0
    low, high = float(numbers.min()), float(numbers.max())
    fractions = values.dtype.kind == "f" and low >= 0.0
    if fractions and high <= 1.0:
        numbers *= 255.0
    elif low >= 0.0 and high <= 65535.0 and not (fractions and high <= 255.0):
        numbers /= 257.0
    elif not (fractions and high <= 255.0):
        notes.append("The brightness range was stretched to fit the screen.")
        numbers = (numbers - low) * (255.0 / max(high - low, 1e-12))
    return Image.fromarray(np.rint(numbers).astype(np.uint8))


def _to_srgb(picture: Image.Image, mode: str) -> Image.Image:
    """Return *picture* as *mode* ("RGB" or "RGBA"), colours converted from its embedded profile as a browser does."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        from PIL import ImageCms

        try:
            with_alpha = picture.mode == "RGBA"
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"),
                outputMode="RGBA" if with_alpha else "RGB",
            )  # fmt: skip
            if converted is not None:
                return converted.convert(mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return picture.convert(mode)  # a profile that cannot be read is ignored, as browsers do
    return picture.convert(mode)


def _eight_bit(picture: Image.Image, notes: list[str]) -> Image.Image:
    """Return *picture* as RGB, or as RGBA when any pixel is see-through."""
    if picture.mode in ("F", "I") or picture.mode.startswith("I;16"):
        if picture.mode.startswith("I;16") and picture.mode != "I;16":
            picture = picture.convert("I")
        return _grey(np.asarray(picture), notes).convert("RGB")
    if picture.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in picture.info:
        clear = _to_srgb(picture, "RGBA")
        if clear.getextrema()[3][0] == 255:
            return clear.convert("RGB")
        return clear
    if picture.mode == "LAB":
        from PIL import ImageCms

        lab = ImageCms.profileToProfile(
            picture, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        if lab is not None:
            return lab
    return _to_srgb(picture, "RGB")


def load_image(path: Path) -> Picture:
    """Decode a picture as a browser shows it: upright, sRGB, 8 bit; the first frame of an animated one.

    Returns Picture with uint8 [h, w, 3], or [h, w, 4] with straight alpha when any pixel is see-through; ``meta`` holds
    width, height, format and notes. Raises Refusal for anything that is not a whole picture within LIMITS.
    """
    with _open(path) as picture:
        notes, form = _notes(picture), str(picture.format)
        try:
            picture.load()
            upright = ImageOps.exif_transpose(picture) if _orientation(picture) > 1 else picture
            pixels = np.array(_eight_bit(upright, notes), dtype=np.uint8)
        except Exception as error:  # Pillow raises nearly anything for a damaged file
            raise _damaged(recognise(path)) from error
    height, width = pixels.shape[:2]
    return Picture(pixels, meta={"width": width, "height": height, "format": form, "notes": notes})


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return *pixels* (uint8 [h, w], [h, w, 3] or [h, w, 4]) as a PNG file, lossless. Raises ValueError on other arrays."""
    if (
        pixels.dtype != np.uint8
        or pixels.ndim not in (2, 3)
        or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4))
        or not pixels.size
    ):
        raise ValueError(f"a picture is uint8 [h, w, 3 or 4], not {pixels.dtype} {pixels.shape}")
    out = io.BytesIO()
    # Only runs are looked for: a third quicker than zlib's usual search, and after PNG's own filters rarely larger.
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG", compress_level=3, compress_type=Image.RLE)
    return out.getvalue()
