"""One list of colours for everything that tells things apart, on the page and in files, and one colour for each thing."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from models import palette
from models.expert import Inputs, Masks
from models.markings import numbers_of
from models.mask_files import Named, export
from models.tracks import overlay
from models.values import Box, Media, Region

ROOT = Path(__file__).resolve().parents[2]


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_page_has_the_same_colours_and_no_other_file_has_a_list_of_its_own() -> None:
    shared = (ROOT / "components" / "shared.js").read_text("utf-8")
    told = re.search(r"unison\.colour = \(index\) =>\s*\[([^\]]*)\]", shared)
    assert told is not None
    assert re.findall(r"#[0-9a-f]{6}", told[1]) == list(palette.COLOURS)
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "components").rglob("*.*"), *(ROOT / "models").glob("*.py"),
             *(ROOT / "models" / "experts").glob("*.py")]  # fmt: skip
    holding = {
        file.name
        for file in files
        if file.suffix in (".py", ".js", ".css", ".html") and palette.COLOURS[0] in file.read_text("utf-8").lower()
    }
    assert holding == {"shared.js", "palette.py"}


def test_names_can_be_read_on_every_colour() -> None:
    for colour in palette.COLOURS:
        high, low = sorted((luminance(colour), luminance(palette.INK)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("handle", "meta", "index"),
    [("mask#3", {}, 2), ("mask#3", {"number": 7}, 6), ("mask#3", {"number": True}, 2), ("mask#3", {"number": 0}, 2), ("x", {}, 0)],
)  # fmt: skip
def test_a_mask_has_the_colour_of_its_mark_or_of_its_own_number(
    handle: str, meta: dict[str, object], index: int
) -> None:
    assert palette.index_of(handle, meta) == index


def test_objects_have_the_numbers_of_their_marks_or_free_ones() -> None:
    earlier = Media("mask", "mask#4", "4.png", {"number": 2})
    inputs = Inputs({}, {"mask#4": earlier}, {}, Path(), 0)
    box = Box(0, 0, 0.5, 0.5)
    objects = [Region(0, "image#1", box=box), Region(3, "image#1", box=box), Region(0, "image#1", mask="mask#4")]
    assert numbers_of(objects, inputs) == [1, 3, 2]


def test_a_clip_and_a_drawing_show_a_thing_in_the_colour_of_its_number() -> None:
    mask = np.zeros((8, 8), np.bool_)
    mask[2:6, 2:6] = True
    grey = np.full((8, 8, 3), 128, np.uint8)
    painted = overlay(grey, [(mask, 5)])
    edge = tuple(int(level) for level in painted[2, 2])
    assert edge == palette.tone(5)
    data, _ = export([Named("mask#1", "image#1", Masks(mask[None], ["x"], [1.0]), 5)], "svg")
    assert palette.paint(5).encode() in data
    assert not [colour for colour in palette.COLOURS if colour != palette.paint(5) and colour.encode() in data]
