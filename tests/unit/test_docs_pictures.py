"""The pictures of docs/ui.md: each is shown there once, is named after the part of the page that takes it, and is small."""

from __future__ import annotations

import re
from pathlib import Path

from tests.browser import shot
from tests.browser.screenshots import UI

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_picture_of_the_page_is_shown_once_and_taken_by_its_part():
    there = sorted(path.name for path in (DOCS / "images" / "ui").iterdir())
    shown = re.findall(r"\]\(images/ui/([^)]+)\)", (DOCS / "ui.md").read_text(encoding="utf-8"))
    assert sorted(shown) == there
    assert {name.split("-")[0] for name in there} == set(UI)


def test_no_picture_of_the_page_is_larger_than_they_may_be():
    large = [path.name for path in (DOCS / "images" / "ui").iterdir() if path.stat().st_size > shot.MOST_BYTES]
    assert large == []
