"""Names of stored files that nobody gave: whatever is asked for, nothing beside the store's own files is ever opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from media_makers import scene
from PIL import Image

from models.expert import Refusal
from models.store import Store

PIECES = (
    "..", ".", "/", "//", "\\", "ab", "cd", "secret", "secret.txt", "tmp", "history.sqlite", "~", "\0", " ", ":", "%2e%2e", "%2f", "file:", "C:",
    "\u2024\u2024", "\uff0e\uff0e", "\u2215", "\n", ";", "?x", "#1", "....", ".. ", "..\\", "/proc/self/environ", "/dev/fd/0", "con", "\ud800",
)  # fmt: skip
PATHS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=7).map("".join), st.lists(st.sampled_from(PIECES), max_size=5).map("/".join), st.text(max_size=20),
    st.tuples(st.sampled_from(("ab", "..", "cd")), st.text(max_size=8)).map("/".join),
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, str]:
    """A store with one picture, and files beside it and in it that are nobody's business; the picture's name too."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "secret.txt").write_text("secret")
    (folder / "history.sqlite").write_text("secret")
    made = Store(folder / "media", secret=b"a secret of the history")
    (folder / "media" / "secret.txt").write_text("secret")
    (folder / "media" / "tmp" / "secret").write_text("secret")
    Image.fromarray(scene(32, 24)).save(folder / "picture.png")
    return made, made.adopt(folder / "picture.png")[1]


@settings(max_examples=3000, deadline=None, derandomize=True)
@given(path=PATHS)
def test_a_path_that_was_not_given_opens_nothing(store: tuple[Store, str], path: str) -> None:
    kept, _ = store
    with pytest.raises(Refusal) as refusal:
        kept.path(path)
    assert "secret" not in str(refusal.value)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(before=PATHS, after=PATHS)
@example(before="", after="\ud800")
def test_a_good_path_with_anything_round_it_opens_that_file_or_none(
    store: tuple[Store, str], before: str, after: str
) -> None:
    kept, good = store
    real = kept.path(good)
    for path in (before + good, good + after, f"{before}/{good}", f"{good}/{after}"):
        try:
            found: Path | None = kept.path(path)
        except Refusal:
            found = None
        assert found in (None, real), path
