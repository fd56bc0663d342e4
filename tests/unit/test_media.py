"""Pictures: whatever a person attaches is either decoded as a browser shows it or refused in plain words."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_makers import encoded, png_claiming, saved, scene, tone
from PIL import Image

from models import magic
from models.expert import Refusal
from models.media import LIMITS, encode_png, image_meta, load_image, safe_name, sniff, write_whole

TURNS = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1), 6: lambda a: np.rot90(a, 1), 7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}  # fmt: skip
"""How the stored pixels look for an upright picture, by EXIF orientation."""


def refused(path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        load_image(path)
    words = caught.value.what + caught.value.hint
    assert str(path) not in words
    assert path.name not in words
    assert caught.value.what.endswith(".")
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_picture_is_upright_for_every_exif_orientation(tmp_path: Path, orientation: int, form: str) -> None:
    upright = scene()
    stored = Image.fromarray(np.ascontiguousarray(TURNS[orientation](upright)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {
        "JPEG": {"quality": 100, "subsampling": 0},
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    }
    path = saved(stored, tmp_path / "the-file", format=form, exif=exif, **options.get(form, {}))
    picture = load_image(path)
    assert picture.pixels.shape == upright.shape
    assert np.abs(picture.pixels.astype(int) - upright).max() <= (0 if form in ("PNG", "WEBP", "TIFF") else 6)
    assert {k: image_meta(path)[k] for k in ("width", "height")} == {"width": 48, "height": 32}


def test_sixteen_bit_grey_is_scaled_and_not_clipped(tmp_path: Path) -> None:
    grey = np.linspace(0, 65535, 256 * 4).astype(np.uint16).reshape(4, 256)
    expected = np.rint(grey / 257.0)
    for name in ("p.png", "p.tiff"):
        pixels = load_image(saved(Image.fromarray(grey), tmp_path / name)).pixels
        assert pixels.shape == (4, 256, 3)
        assert np.abs(pixels[..., 0] - expected).max() <= 1
    swapped = saved(Image.frombytes("I;16B", (256, 4), grey.astype(">u2").tobytes()), tmp_path / "b.tiff")
    assert np.abs(load_image(swapped).pixels[..., 1] - expected).max() <= 1


def test_sixteen_bit_colour_is_scaled_too(tmp_path: Path) -> None:
    deep = np.stack([np.linspace(0, 65535, 64).astype(np.uint16)] * 3, axis=1)[None].repeat(2, 0)
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    path = tmp_path / "the-file"
    path.write_bytes(png_claiming(64, 2, depth=16, data=raw))
    assert np.abs(load_image(path).pixels - deep / 257.0).max() <= 1


def test_a_float_picture_shows_its_whole_range(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 1, 200, dtype=np.float32), (3, 1))
    unit = load_image(saved(Image.fromarray(ramp), tmp_path / "a.tiff"))
    assert np.abs(unit.pixels[0, :, 0] - ramp[0] * 255).max() <= 1
    wide = load_image(saved(Image.fromarray(ramp * 2000 - 500), tmp_path / "b.tiff"))
    assert (wide.pixels.min(), wide.pixels.max()) == (0, 255)
    assert wide.meta["notes"] == ["The brightness range was stretched to fit the screen."]
    holed = ramp.copy()
    holed[0, 5], holed[1, 7] = np.nan, np.inf
    picture = load_image(saved(Image.fromarray(holed), tmp_path / "c.tiff"))
    assert picture.pixels[0, 5].tolist() == picture.pixels[1, 7].tolist() == [0, 0, 0]
    assert picture.pixels[2, 199].tolist() == [255, 255, 255]


def test_cmyk_jpeg_comes_as_its_rgb_colours(tmp_path: Path) -> None:
    rgb = Image.new("RGB", (32, 32), (200, 60, 20))
    pixels = load_image(saved(rgb.convert("CMYK"), tmp_path / "p.jpg", quality=100)).pixels
    assert np.abs(pixels.astype(int) - (200, 60, 20)).max() <= 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_modes_without_transparency_come_as_three_channels(tmp_path: Path, mode: str) -> None:
    source = Image.fromarray(scene()).convert(mode)
    path = saved(source, tmp_path / "the-file", format="TIFF")
    assert np.array_equal(load_image(path).pixels, np.asarray(source.convert("RGB")))


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P", "RGB"])
def test_transparency_is_kept_as_alpha_and_dropped_when_nothing_is_see_through(tmp_path: Path, mode: str) -> None:
    if mode == "P":
        source = Image.fromarray(scene()).quantize(8)
        path = saved(source, tmp_path / "p.png", transparency=3)
        alpha = np.where(np.asarray(source) == 3, 0, 255)
    elif mode == "RGB":
        array = scene()
        array[:5, :5] = (1, 2, 3)
        path = saved(Image.fromarray(array), tmp_path / "p.png", transparency=(1, 2, 3))
        alpha = np.full((32, 48), 255)
        alpha[:5, :5] = 0
    else:
        source = Image.fromarray(scene()).convert(mode)
        alpha = np.tile(np.arange(48, dtype=np.uint8) * 5, (32, 1))
        source.putalpha(Image.fromarray(alpha))
        path = saved(source, tmp_path / "p.png")
    pixels = load_image(path).pixels
    assert pixels.shape == (32, 48, 4)
    assert np.array_equal(pixels[..., 3], alpha)
    opaque = load_image(saved(Image.fromarray(scene()).convert("RGBA"), tmp_path / "o.png"))
    assert np.array_equal(opaque.pixels, scene())


def test_a_damaged_colour_profile_is_ignored(tmp_path: Path) -> None:
    path = saved(Image.fromarray(scene()), tmp_path / "p.png", icc_profile=b"not a profile")
    assert np.array_equal(load_image(path).pixels, scene())


@pytest.mark.parametrize(("form", "suffix"), [("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif")])
def test_an_animated_picture_gives_its_first_frame_and_says_so(tmp_path: Path, form: str, suffix: str) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    path = saved(frames[0], tmp_path / f"p.{suffix}", format=form, save_all=True, append_images=frames[1:], duration=50)
    picture = load_image(path)
    assert np.abs(picture.pixels[..., :3].astype(int) - (255, 0, 0)).max() <= 8
    assert any("first frame" in note for note in picture.meta["notes"])
    assert image_meta(path)["notes"] == picture.meta["notes"]


def test_several_pages_are_told_and_a_camera_s_second_picture_is_not(tmp_path: Path) -> None:
    pages = [Image.fromarray(scene()), Image.new("RGB", (5, 5))]
    tiff = load_image(saved(pages[0], tmp_path / "p.tiff", save_all=True, append_images=pages[1:]))
    assert "first page" in tiff.meta["notes"][0]
    mpo = load_image(
        saved(pages[0], tmp_path / "p.mpo", format="MPO", save_all=True, append_images=pages[1:], quality=95)
    )
    assert mpo.pixels.shape == (32, 48, 3)
    assert mpo.meta["notes"] == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body>hi</body></html>", "web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "SVG"),
        (b"  <svg onload='x()'></svg>", "SVG"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\nhttp://127.0.0.1/x.ts\n", "playlist"),
        (b"just words\n", "text"),
        (bytes(range(200, 256)) * 9, "no format that I know"),
        (b"ID3\x03\0\0\0\0\0\0" + b"\0" * 50, "MP3"),
    ],
)
def test_a_renamed_or_foreign_file_is_named_with_the_formats_that_work(
    tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "holiday.png"
    path.write_bytes(content)
    refusal = refused(path)
    assert word in refusal.what
    assert not content or "PNG, JPEG" in refusal.hint


def test_a_file_of_one_byte_is_a_text_or_said_to_be_too_short(tmp_path: Path) -> None:
    path = tmp_path / "holiday.png"
    for value in range(256):
        path.write_bytes(bytes([value]))
        readable = 32 <= value < 128 or value in b"\t\r\n\f\x1b"
        assert ("a text file" if readable else "only 1 byte, too few") in refused(path).what


def test_a_few_bytes_of_no_text_are_too_few_and_a_text_may_be_cut_off_within_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "holiday.png"
    for content in (b"\xff\xff", b"ab\xff", b"\xc3", b"\0\0\0\0"):
        path.write_bytes(content)
        assert f"only {len(content)} byte" in refused(path).what
    path.write_bytes(b"x" * (magic.HEAD_BYTES - 1) + "éé".encode())
    assert "a text file" in refused(path).what


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_a_cut_off_picture_is_refused_and_never_half_shown(tmp_path: Path, form: str) -> None:
    whole = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)), form)
    path = tmp_path / "the-file"
    for share in (0.05, 0.3, 0.6, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        refused(path)


def _webp_claiming(width: int, height: int) -> bytes:
    body = (
        b"WEBPVP8X"
        + struct.pack("<I", 10)
        + b"\x02\0\0\0"
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", len(body) + 20) + body + b"ANIM" + struct.pack("<I", 6) + b"\0" * 6


def _tiff_claiming(width: int, height: int) -> bytes:
    tags = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 200),
        (278, 4, height),
        (279, 4, 100),
    ]
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + b"\0" * 200


@pytest.mark.parametrize(
    "content",
    [
        png_claiming(20_000, 20_000), png_claiming(60_000, 10), png_claiming(9_000, 9_000), png_claiming(2**31 - 1, 2**31 - 1),
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x80\0\0" + b"\0" * 6 + b"," + struct.pack("<HHHH", 0, 0, 65535, 65535) + b"\0\x02\0;",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 30000, 30000, 1, 24, 0, 0, 0, 0, 0, 0),
        _tiff_claiming(40_000, 40_000), _webp_claiming(16_000, 16_000),
    ],
)  # fmt: skip
def test_a_huge_picture_is_refused_from_its_header_before_anything_is_decoded(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_: Image.Image) -> None:
        raise AssertionError("decoded before the size was checked")

    path = tmp_path / "the-file"
    path.write_bytes(content)
    monkeypatch.setattr(Image.Image, "load", load)
    assert "large" in refused(path).what or "damaged" in refused(path).what


def test_the_largest_allowed_sides_are_stated(tmp_path: Path) -> None:
    path = tmp_path / "the-file"
    path.write_bytes(png_claiming(17_000, 300))
    refusal = refused(path)
    assert "17000 x 300" in refusal.what
    assert "40 megapixels" in refusal.hint
    assert str(LIMITS.image_side) in refusal.hint


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nothing-here")
    folder = tmp_path / "a-folder-here"
    folder.mkdir()
    refused(folder)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), form=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"]))
def test_a_damaged_picture_is_a_picture_or_a_refusal_and_nothing_else(
    tmp_path: Path, data: st.DataObject, form: str
) -> None:
    whole = bytearray(encoded(Image.fromarray(scene()), form))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "the-file"
    path.write_bytes(bytes(whole))
    with contextlib.suppress(Refusal):
        assert load_image(path).pixels.shape[2] in (3, 4)


def test_png_is_lossless_in_one_three_and_four_channels(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for shape in ((7, 5), (7, 5, 3), (7, 5, 4)):
        pixels = rng.integers(0, 255, shape, np.uint8)
        path = tmp_path / "p.png"
        path.write_bytes(encode_png(pixels))
        back = load_image(path).pixels
        assert np.array_equal(back if pixels.ndim == 3 else back[..., 0], pixels)
    for bad in (np.zeros((2, 2, 2), np.uint8), np.zeros((2, 2, 3), np.float32), np.zeros((0, 2, 3), np.uint8)):
        with pytest.raises(ValueError, match="a picture is"):
            encode_png(bad)  # type: ignore[arg-type]


def test_the_content_and_not_the_name_says_what_a_file_is(tmp_path: Path) -> None:
    import soundfile

    wave = tmp_path / "photo.png"
    soundfile.write(wave, tone(), 44100, format="WAV")
    assert sniff(wave) == "audio"
    assert sniff(saved(Image.fromarray(scene()), tmp_path / "song.mp3", format="PNG")) == "image"


@given(st.text(max_size=400))
def test_a_file_name_is_short_plain_data(name: str) -> None:
    kept = safe_name(name)
    assert len(kept) <= LIMITS.name_length
    assert not set(kept) & {"/", "\\", "\0", "\n", "\u202e", "\u200b"}


def test_a_file_name_keeps_its_letters() -> None:
    assert safe_name("C:\\Users\\me\\Grüße 猫.png") == "Grüße 猫.png"
    assert safe_name("../../etc/passwd") == "passwd"
    assert safe_name("a\x00b\u202egnp.exe") == "abgnp.exe"


def test_a_full_disk_is_said_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="disk is full"):
        write_whole(tmp_path / "x", b"abc")
    assert list(tmp_path.iterdir()) == []


def test_a_tiff_whose_second_page_is_damaged_gives_its_first_page(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "pages.tif"
    Image.new("RGB", (20, 10), (200, 30, 40)).save(path, save_all=True, append_images=[Image.new("RGB", (20, 10))])
    data = bytearray(path.read_bytes())
    with Image.open(path) as picture:
        picture.seek(1)
        second = picture._frame_pos[1]
    data[second : second + 2] = b"\x00\x00"  # the second page claims to hold no tags at all
    path.write_bytes(data)
    assert tuple(load_image(path).pixels[5, 5]) == (200, 30, 40)
    assert image_meta(path)["width"] == 20
