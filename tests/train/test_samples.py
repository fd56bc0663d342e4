"""The sample sheets: the command writes those that the page shows, the same for the same seed, and says what is wrong."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from models.values import Box
from training.samples import __main__ as command
from training.samples import page
from training.samples.captions import SLOTS, filled
from training.samples.counts import BEGIN, END, counts, refresh, told

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "data.md").read_text("utf-8")


def small(seed: int) -> page.Pixels:
    """A sheet that takes no time, other for another seed."""
    return page.page([page.words(str(Random(seed).random()), 300)])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every sheet be drawn as a small one: these tests are about the command."""
    monkeypatch.setattr(command, "draw", lambda name, seed: small(seed))


def test_the_command_writes_every_sheet_that_the_page_shows(tmp_path: Path, quick: None) -> None:
    shown = re.findall(r"!\[[^\]]+\]\(images/data/(\w+)\.webp\)", PAGE)
    assert command.main(["--out", str(tmp_path / "new" / "folder")]) == 0
    written = sorted(path.stem for path in (tmp_path / "new" / "folder").iterdir())
    assert written == sorted(command.SHEETS) == sorted(shown)


def test_the_shown_sheets_are_there_as_wide_as_a_page_and_small_together() -> None:
    paths = [ROOT / "docs" / "images" / "data" / f"{name}.webp" for name in command.SHEETS]
    for path in paths:
        with Image.open(path) as sheet:
            assert sheet.width == page.WIDTH
            assert 600 < sheet.height < 2200
            colours = np.asarray(sheet.convert("RGB"))
        rim = np.concatenate([colours[:12].reshape(-1, 3), colours[-12:].reshape(-1, 3), colours[:, :12].reshape(-1, 3), colours[:, -12:].reshape(-1, 3)])  # fmt: skip
        assert np.abs(rim.astype(int) - page.PAPER).max() < 12, f"{path.name} runs into its margin"
    assert sum(path.stat().st_size for path in paths) < 2_500_000


@pytest.mark.parametrize("name", ["conversations", "films"])
def test_a_sheet_is_the_same_for_the_same_seed_and_another_for_another(tmp_path: Path, name: str) -> None:
    for folder, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        assert command.main(["--out", str(tmp_path / folder), "--only", name, "--seed", seed]) == 0
    first, again, other = ((tmp_path / folder / f"{name}.webp").read_bytes() for folder in "abc")
    assert first == again
    assert first != other
    assert Image.open(BytesIO(first)).format == "WEBP"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in command.SHEETS if name not in ("conversations", "films")])
def test_every_other_sheet_can_be_drawn_from_another_seed(name: str) -> None:
    sheet = command.draw(name, 5)
    assert sheet.shape[1] == page.WIDTH
    assert sheet.std() > 20


def test_a_name_that_is_no_sheet_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--out", str(tmp_path / "out"), "--only", "scenes", "scenery"]) == 1
    said = capsys.readouterr().err
    assert "no sheet 'scenery'" in said
    assert all(name in said for name in command.SHEETS)
    assert not (tmp_path / "out").exists()
    with pytest.raises(ValueError, match="the sheets are"):
        command.draw("scenery", 1)


def test_a_folder_that_cannot_be_written_to_is_named_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "draw", lambda name, seed: pytest.fail("drawn before the folder was tried"))
    (tmp_path / "file").write_text("not a folder")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        assert command.main(["--out", str(out)]) == 1
        said = capsys.readouterr().err
        assert str(out) in said
        assert "--out" in said
        assert "Traceback" not in said


def test_a_stopped_drawing_leaves_the_old_sheet_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "films.webp").write_bytes(b"old")

    def stopped(name: str, seed: int) -> page.Pixels:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "draw", stopped)
    with pytest.raises(KeyboardInterrupt):
        command.main(["--out", str(tmp_path), "--only", "films"])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_the_counts_of_the_page_are_those_of_the_modules() -> None:
    """The banks grow; a page that is more than a twentieth off is brought up to date with --counts docs/data.md."""
    shown, real = told(PAGE), counts()
    assert list(shown) == list(real)
    assert {name: (shown[name], n) for name, n in real.items() if abs(shown[name] - n) > 0.05 * n} == {}


def test_the_table_of_counts_is_replaced_in_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"before\n{BEGIN}\n| sounds | 3 |\n{END}\nafter\n", "utf-8")
    assert command.main(["--counts", str(path)]) == 0
    text = path.read_text("utf-8")
    assert told(text) == counts()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert refresh(text) == text
    path.write_text("no table", "utf-8")
    assert command.main(["--counts", str(path)]) == 1
    assert "no table of counts" in capsys.readouterr().err
    assert path.read_text("utf-8") == "no table"


def test_words_are_broken_into_lines_that_fit() -> None:
    text = "a description of several things that stand beside each other and averyveryverylongwordindeed"
    for width in (60, 150, 400):
        lines = page.wrapped(text, 15, width)
        assert all(page.long(line, 15) <= width for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_names_of_boxes_do_not_cover_each_other() -> None:
    paper = page.blank(300, 200, (255, 255, 255))
    boxes = [Box(0.1, 0.4, 0.3, 0.7), Box(0.12, 0.4, 0.32, 0.7), Box(0.14, 0.42, 0.34, 0.72)]
    names = ("crescent moon", "dancing girls", "lifebuoy")
    made = page.boxed(
        paper, [(name, box, page.TONES[n]) for n, (name, box) in enumerate(zip(names, boxes, strict=True))]
    )
    for n, name in enumerate(names):
        plate = page.plate(name, page.TONES[n], (255, 255, 255), 13, page.TONES[n])
        high, wide = plate.shape[:2]
        found = any(
            np.array_equal(made[y : y + high, x : x + wide], plate)
            for y in range(201 - high)
            for x in range(301 - wide)
        )
        assert found, f"the name {name} is covered or cut off"


def test_a_block_that_is_too_wide_for_the_sheet_is_refused() -> None:
    with pytest.raises(ValueError, match="room for"):
        page.page([page.blank(page.INNER + 1, 10)])


def test_captions_hold_nothing_that_is_held_out_and_no_slot_is_left() -> None:
    from training.held_out import held

    for seed in range(30):
        one, two = filled(Random(seed), "a {flyer} and a {car}", "make the {car} {colour}")
        assert "{" not in one + two
        assert not held(one)
        assert not held(two)
        car = re.fullmatch(r"an? .+ and an? (.+)", one)
        assert car is not None
        assert two.startswith(f"make the {car[1]} ")
        assert two.rsplit(" ", 1)[1] in SLOTS["colour"]
    assert not re.search(r"\ba [aeiou]", one)
    with pytest.raises(KeyError):
        filled(Random(1), "a {thing}")
