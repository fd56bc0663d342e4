"""A run that was cut off goes on: after whole lines, after a torn one, and never with rows made from something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.journal import Journal, digest
from models.expert import Refusal

ABOUT = {"weights": "abc", "seed": 1}


def fill(path: Path, *names: str) -> None:
    with Journal(path, ABOUT) as journal:
        for name in names:
            journal.add({"id": name, "said": f"<{name}>\n"})


def test_rows_are_on_disk_at_once_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.jsonl"
    with Journal(path, ABOUT) as journal:
        journal.add({"id": "a", "said": "é\n"})
        assert json.loads(path.read_text("utf-8")) == {"id": "a", "said": "é\n"}
        with pytest.raises(ValueError, match="already"):
            journal.add({"id": "a"})
    again = Journal(path, ABOUT)
    assert "a" in again
    assert again["a"]["said"] == "é\n"
    assert not again.dropped
    with pytest.raises(ValueError, match="with statement"):
        again.add({"id": "b"})


@pytest.mark.parametrize(
    "torn", [b'{"id": "c", "sa', b'{"id": "c", "said": "x"}', b"\x00\x00\x00\n", b'{"said": "no id"}\n', b"\n", b"[1]\n"]
)  # fmt: skip
def test_a_torn_last_line_is_dropped_and_written_anew(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "a", "b")
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    with Journal(path, ABOUT) as journal:
        assert journal.dropped
        assert list(journal.rows) == ["a", "b"]
        journal.add({"id": "c", "said": "x"})
    assert path.read_bytes() == whole + b'{"id": "c", "said": "x"}\n'


def test_a_file_that_holds_a_torn_line_alone_starts_over(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path)
    path.write_bytes(b'{"id"')
    assert Journal(path, ABOUT).rows == {}
    assert path.read_bytes() == b""


def test_damage_before_the_end_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "a", "b", "c")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:9], lines[2]]) + "\n")
    with pytest.raises(Refusal, match=r"Line 2 of .*out\.jsonl is damaged") as damaged:
        Journal(path, ABOUT)
    assert "--fresh" in damaged.value.hint
    path.write_text("\n".join([lines[0], lines[1], lines[0]]) + "\n")
    with pytest.raises(Refusal, match=r"Line 3 .* repeats the case 'a'"):
        Journal(path, ABOUT)
    assert Journal(path, ABOUT, fresh=True).rows == {}


def test_rows_made_from_something_else_are_set_aside_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "a")
    old = path.read_bytes()
    with Journal(path, {**ABOUT, "seed": 2}) as journal:
        assert journal.rows == {}
        assert journal.aside == tmp_path / "out.jsonl.1"
        journal.add({"id": "z"})
    assert (tmp_path / "out.jsonl.1").read_bytes() == old
    (tmp_path / "out.jsonl.about.json").unlink()
    assert Journal(path, ABOUT).aside == tmp_path / "out.jsonl.2"
    assert Journal(path, ABOUT).aside is None


class Full:
    """A file on a disk without space."""

    def write(self, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        pass


def test_a_full_disk_is_named_with_what_to_do(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "out.jsonl", ABOUT)
    with journal:
        journal.add({"id": "a"})
        journal._file.close()  # type: ignore[union-attr]
        journal._file = Full()  # type: ignore[assignment]
        with pytest.raises(Refusal, match="after 1 rows: No space left") as full:
            journal.add({"id": "b"})
    assert "goes on after the last complete line" in full.value.hint


def test_a_digest_tells_files_apart_by_name_and_content(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a").write_text("x")
    assert digest(one) == digest(two)
    (two / "a").rename(two / "b")
    assert digest(one) != digest(two)
    (one / "a").write_text("y")
    assert digest(one / "a") != digest(two / "b")
    with pytest.raises(OSError, match="nothing"):
        digest(tmp_path / "nothing")
