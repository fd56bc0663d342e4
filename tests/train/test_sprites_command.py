"""Making the atlas without the font, with another one, or without Unicode's list is answered with where to get them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageFont

from training.sprites import main


@pytest.fixture
def unicode_folder(tmp_path: Path) -> Path:
    """A folder as Debian's unicode-data lays it out, with one picture."""
    file = tmp_path / "unicode" / "emoji" / "emoji-test.txt"
    file.parent.mkdir(parents=True)
    file.write_text("1F436 ; fully-qualified # \U0001f436 E0.6 dog face\n", encoding="utf-8")
    return tmp_path / "unicode"


def answer(font: Path, unicode_folder: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the command says when it fails; nothing may have been written."""
    assert main(["--font", str(font), "--unicode", str(unicode_folder), "--out", str(out)]) == 1
    assert not out.exists()
    return capsys.readouterr().err


def test_a_missing_font_is_named_with_its_package(
    unicode_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(tmp_path / "none.ttf", unicode_folder, tmp_path / "out", capsys)
    assert f"There is no font {tmp_path / 'none.ttf'}" in said
    assert "fonts-noto-color-emoji" in said


def test_what_is_no_font_and_another_font_are_refused(
    unicode_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font at all")
    assert "is no font with bitmaps of 109 px" in answer(broken, unicode_folder, tmp_path / "out", capsys)
    plain = ImageFont.load_default(20)
    assert isinstance(plain, ImageFont.FreeTypeFont)
    broken.write_bytes(plain.font_bytes)
    assert "but Noto Color Emoji is needed" in answer(broken, unicode_folder, tmp_path / "out", capsys)


def test_a_missing_list_of_pictures_is_named_with_its_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(tmp_path / "none.ttf", tmp_path / "nowhere", tmp_path / "out", capsys)
    assert "emoji-test.txt" in said
    assert "unicode-data" in said
