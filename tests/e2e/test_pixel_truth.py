"""What a viewer shows is what the chat works on: orientation, colours and depth, and regions drawn on the upright frame."""

from __future__ import annotations

import io

import numpy as np
import pytest
from chats import Chat, made
from PIL import Image
from scenes import disc_scene, iou

from models.values import Box, Region

TURNS = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1], 5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1), 7: lambda a: a[::-1, ::-1].swapaxes(0, 1), 8: lambda a: np.rot90(a, -1),
}  # fmt: skip
"""From the upright picture to how a camera held otherwise stores it, by EXIF orientation (from the standard's table)."""


def upright() -> np.ndarray:
    """Return a picture whose corners all differ, in flat blocks of 8 px so that JPEG keeps them, uint8 [48, 80, 3]."""
    rng = np.random.default_rng(5)
    return np.kron(rng.integers(20, 236, (6, 10, 3)), np.ones((8, 8, 1))).astype(np.uint8)


def grey(pixels: np.ndarray) -> np.ndarray:
    return np.array(Image.fromarray(pixels).convert("L"))


def as_rgb(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[..., None], 3, axis=2)


def _palette(pixels: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    picture = Image.fromarray(pixels).quantize(64)
    return picture, np.array(picture.convert("RGB"))


def _clear(pixels: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    alpha = grey(pixels)
    shown = np.dstack([pixels, alpha])
    return Image.fromarray(shown), shown


def _grey_clear(pixels: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    values, alpha = grey(pixels), 255 - grey(pixels)
    return Image.fromarray(np.dstack([values, alpha]), "LA"), np.dstack([as_rgb(values), alpha])


def _one_bit(pixels: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    bits = grey(pixels) > 127
    return Image.fromarray(bits), as_rgb(bits.astype(np.uint8) * 255)


def _deep(pixels: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    values = grey(pixels).astype(np.uint16) * 257
    return Image.fromarray(values), as_rgb(grey(pixels))


def _fractions(pixels: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    values = grey(pixels).astype(np.float32) / 255
    return Image.fromarray(values), as_rgb(grey(pixels))


def _cmyk(pixels: np.ndarray) -> tuple[Image.Image, np.ndarray]:
    inks = np.dstack([255 - pixels, np.zeros(pixels.shape[:2], np.uint8)])
    return Image.frombytes("CMYK", (pixels.shape[1], pixels.shape[0]), inks.tobytes()), pixels


MODES = {
    "RGB png": ("PNG", lambda p: (Image.fromarray(p), p), 0), "RGB jpeg": ("JPEG", lambda p: (Image.fromarray(p), p), 8),
    "RGB webp": ("WEBP", lambda p: (Image.fromarray(p), p), 0), "RGB tiff": ("TIFF", lambda p: (Image.fromarray(p), p), 0),
    "RGBA png": ("PNG", _clear, 0), "LA png": ("PNG", _grey_clear, 0), "L jpeg": ("JPEG", lambda p: (Image.fromarray(grey(p)), as_rgb(grey(p))), 8),
    "palette png": ("PNG", _palette, 0), "1 bit png": ("PNG", _one_bit, 0), "16 bit png": ("PNG", _deep, 1), "float tiff": ("TIFF", _fractions, 1),
    "L tiff": ("TIFF", lambda p: (Image.fromarray(grey(p)), as_rgb(grey(p))), 0), "16 bit tiff": ("TIFF", _deep, 1), "CMYK tiff": ("TIFF", _cmyk, 2), "CMYK jpeg": ("JPEG", _cmyk, 10),
}  # fmt: skip
"""By name: file format, (picture, what a viewer shows), and how far a value may be off (coding losses)."""


def stored(picture: Image.Image, form: str, orientation: int) -> bytes:
    """Return *picture* as the bytes of a file with an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(form, {})
    if picture.mode in ("L", "CMYK"):
        options = {"quality": 100} if form == "JPEG" else {}
    out = io.BytesIO()
    picture.save(out, form, exif=exif, **options)
    return out.getvalue()


@pytest.mark.parametrize("mode", MODES)
def test_every_orientation_and_mode_is_what_a_viewer_shows(engine, tmp_path, mode):
    form, make, most = MODES[mode]
    chat = Chat(engine)
    for orientation, turn in TURNS.items():
        picture, seen = make(np.ascontiguousarray(turn(upright())))
        _, expected = (
            make(upright()) if mode != "palette png" else (None, np.ascontiguousarray(_back(orientation, seen)))
        )
        path = tmp_path / f"{orientation}.img"
        path.write_bytes(stored(picture, form, orientation))
        medium = chat.attach(path)
        pixels = chat.pixels(medium.handle)
        assert (medium.meta["width"], medium.meta["height"]) == (80, 48), orientation
        assert pixels.shape == expected.shape, orientation
        assert np.abs(pixels.astype(int) - expected).max() <= most, orientation
        chat.say("Next.", [medium.handle])


def _back(orientation: int, pixels: np.ndarray) -> np.ndarray:
    return TURNS[{6: 8, 8: 6}.get(orientation, orientation)](pixels)


@pytest.mark.parametrize("orientation", TURNS)
def test_a_box_on_the_upright_picture_lands_on_the_same_object(engine, tmp_path, orientation):
    pixels, truth = disc_scene(160, 240, (170, 60), 34)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.jpg"
    Image.fromarray(np.ascontiguousarray(TURNS[orientation](pixels))).save(path, exif=exif, quality=95)
    before = path.read_bytes()
    chat = Chat(engine)
    chat.show(path)
    region = Region(1, "image#1", Box.from_pixels(130, 20, 210, 100, 240, 160))
    mask = made(chat.say("/segment", regions=[region]), "mask")[0]
    assert iou(chat.mask(mask.handle), truth) > 0.93
    source = chat.pixels("image#1")
    out = chat.pixels(made(chat.say(f"/adjust grayscale outside image#1 {mask.handle}"))[0].handle)
    inside = chat.mask(mask.handle)
    assert (out[inside] == source[inside]).all(), "what is marked stays as it is, bit for bit"
    assert (np.ptp(out[~inside].astype(int), axis=1) > 12).mean() < 0.05
    assert chat.engine.file(chat.session, "image#1").read_bytes() == before, "the person's file is kept as it came"
