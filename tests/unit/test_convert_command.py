"""The command: every set has its facts, errors teach, a run that was cut off goes on, a full disk is named."""

from __future__ import annotations

import errno
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_convert_kit import picture, put

from training.convert import __main__ as command
from training.convert import write as writing
from training.convert.items import Conversation, Damaged, Item, load
from training.convert.sets import SETS
from training.convert.write import Full, write

ROOT = Path(__file__).resolve().parents[2]
ASKED = (
    "refcoco", "refcoco+", "refcocog", "refclef", "reasonseg", "coco-stuff", "ade20k", "ade20k-150", "paco-lvis", "pascal-part", "msra",
    "llava-instruct", "instruct-pix2pix", "magicbrush", "nsr-1k-counting", "nsr-1k-spatial", "audiocaps", "clotho", "msr-vtt",
    "ref-youtube-vos", "mevis",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny InstructPix2Pix of ten pairs, the fourth of them broken."""
    root = tmp_path / "ip2p"
    for n in range(10):
        put(root / f"{n}" / "prompt.json", {"edit": f"make it {n}"} if n != 3 else {"input": "no edit"})
        picture(root / f"{n}/1_0.jpg", 8, 8)
        picture(root / f"{n}/1_1.jpg", 8, 8)
    put(root / "seeds.json", "[\n" + ",\n".join(json.dumps([str(n), ["1"]]) for n in range(10)) + "\n]")
    return root


def run(*arguments: object) -> int:
    return command.main([str(a) for a in arguments])


def keys(out: Path) -> list[str]:
    return [c.id.rsplit("/", 1)[1] for c in load(out)]


def test_every_set_names_its_terms_its_citation_its_source_and_its_layout():
    assert set(ASKED) <= set(SETS)
    for name, found in SETS.items():
        for fact in (
            found.about.title,
            found.about.home,
            found.about.licence,
            found.about.citation,
            found.about.layout,
        ):
            assert len(fact) > 3, name
        assert found.about.home.startswith(("http://", "https://"))
        assert any(year in found.about.citation for year in map(str, range(2007, 2027))), name
        assert found.splits
    assert not [name for name in SETS if "webvid" in name]


def test_the_list_tells_sets_parts_and_terms(capsys):
    assert run("--list") == 0
    told = capsys.readouterr().out
    for name, found in SETS.items():
        assert f"{name}: {found.about.title} ({', '.join(found.splits)})" in told
        assert found.about.licence in told


@pytest.mark.parametrize("name", SETS)
def test_a_wrong_folder_is_answered_with_layout_source_and_terms(tmp_path: Path, capsys, name: str):
    (tmp_path / "empty").mkdir()
    split = next(iter(SETS[name].splits))
    for place in (tmp_path / "empty", tmp_path / "nowhere"):
        assert run(name, "--folder", place, "--split", split, "--out", tmp_path / "o.jsonl") == 1
        told = capsys.readouterr().err
        about = SETS[name].about
        assert f"{about.title} was not found: {place}" in told
        assert about.home in told
        assert about.licence in told
        assert all(line.strip() in told for line in about.layout.splitlines())


def test_wrong_names_are_answered_with_the_right_ones(tmp_path: Path, capsys):
    assert run("webvid", "--folder", tmp_path, "--out", tmp_path / "o.jsonl") == 1
    told = capsys.readouterr().err
    assert "There is no set 'webvid'" in told
    assert all(name in told for name in SETS)
    assert run("refcoco", "--folder", tmp_path, "--split", "testC", "--out", tmp_path / "o.jsonl") == 1
    assert "RefCOCO has no part 'testC'. It has: train, val, testA, testB." in capsys.readouterr().err
    assert not (tmp_path / "o.jsonl.card.json").exists()


def test_a_broken_example_stops_the_run_unless_it_may_be_skipped(folder: Path, tmp_path: Path, capsys):
    out = tmp_path / "o.jsonl"
    assert run("instruct-pix2pix", "--folder", folder, "--out", out) == 1
    told = capsys.readouterr().err
    assert "seeds.json, line 5: 'edit' is missing" in told
    assert "--skip-broken" in told
    assert keys(out) == ["0-1", "1-1", "2-1"]
    assert run("instruct-pix2pix", "--folder", folder, "--out", out, "--skip-broken") == 0
    told = capsys.readouterr()
    assert "6 conversations" not in told.out
    assert "5 conversations written, 3 were there, 1 skipped" in told.out
    assert "skipped:" in told.err
    assert keys(out) == [f"{n}-1" for n in (0, 1, 2, 4, 5, 6, 7, 8)]


def test_a_card_tells_what_is_in_the_file(folder: Path, tmp_path: Path):
    out = tmp_path / "deep" / "o.jsonl"
    assert run("instruct-pix2pix", "--folder", folder, "--out", out, "--skip-broken") == 0
    card = json.loads((tmp_path / "deep" / "o.jsonl.card.json").read_text("utf-8"))
    assert card["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (card["set"], card["split"], card["conversations"], card["turns"], card["skipped"]) == (
        "instruct-pix2pix",
        "train",
        8,
        8,
        1,
    )
    assert (card["calls"], card["groups"]) == ({"edit": 8}, {"edit": 8})
    assert "arXiv 2211.09800" in card["citation"]
    assert card["licence"]
    again = tmp_path / "again.jsonl"
    assert run("instruct-pix2pix", "--folder", folder, "--out", again, "--skip-broken") == 0
    assert again.read_bytes() == out.read_bytes()


def test_a_run_that_was_cut_off_goes_on_without_a_duplicate(folder: Path, tmp_path: Path):
    put(folder / "3/prompt.json", {"edit": "mended"})
    whole, out = tmp_path / "whole.jsonl", tmp_path / "o.jsonl"
    assert run("instruct-pix2pix", "--folder", folder, "--out", whole) == 0
    data = whole.read_bytes()
    for end in (0, 1, data.index(b"\n"), data.index(b"\n") + 1, len(data) // 2, len(data) - 1, len(data)):
        out.write_bytes(data[:end])
        assert run("instruct-pix2pix", "--folder", folder, "--out", out) == 0
        assert out.read_bytes() == data


def test_the_limit_counts_what_is_in_the_file(folder: Path, tmp_path: Path):
    out = tmp_path / "o.jsonl"
    for limit, found in ((2, 2), (2, 2), (3, 3), (0, 3)):
        assert run("instruct-pix2pix", "--folder", folder, "--out", out, "--limit", limit) == 0
        assert len(keys(out)) == found


def test_a_file_of_something_else_is_left_alone(folder: Path, tmp_path: Path, capsys):
    out = tmp_path / "o.jsonl"
    assert run("instruct-pix2pix", "--folder", folder, "--out", out, "--limit", 2) == 0
    before = out.read_bytes()
    assert run("instruct-pix2pix", "--folder", folder, "--out", out, "--split", "val") == 1
    assert "holds instruct-pix2pix/train, not instruct-pix2pix/val: name another file" in capsys.readouterr().err
    assert out.read_bytes() == before
    out.write_bytes(before.splitlines(keepends=True)[0] + b'{"id": 1}\n' + before)
    assert run("instruct-pix2pix", "--folder", folder, "--out", out) == 1
    assert f"{out}, line 2: this is not a conversation" in capsys.readouterr().err


def test_a_full_disk_is_named_and_the_run_can_go_on(folder: Path, tmp_path: Path, monkeypatch, capsys):
    out = tmp_path / "o.jsonl"
    usual = writing._appended

    class Small:
        """A file on a disk that has room for three lines."""

        def __init__(self, path: Path) -> None:
            self.file, self.lines = usual(path), 0

        def __enter__(self) -> Small:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, text: str) -> None:
            self.lines += 1
            if self.lines > 3:
                self.file.write(text[:20])
                self.file.flush()
                raise OSError(errno.ENOSPC, "No space left on device")
            self.file.write(text)

    put(folder / "3/prompt.json", {"edit": "mended"})
    monkeypatch.setattr(writing, "_appended", Small)
    assert run("instruct-pix2pix", "--folder", folder, "--out", out) == 1
    assert "The disk is full" in capsys.readouterr().err
    monkeypatch.undo()
    assert run("instruct-pix2pix", "--folder", folder, "--out", out) == 0
    assert keys(out) == [f"{n}-1" for n in range(9)]


def test_a_full_device_is_named(tmp_path: Path, monkeypatch):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    (tmp_path / "o.jsonl").symlink_to("/dev/full")

    def build(key: str) -> Conversation:
        return Conversation(key, "g", ())

    monkeypatch.setattr(writing, "_resume", lambda out, prefix: set())  # the device never ends
    with pytest.raises(Full, match="The disk is full"):
        write([Item("1", tmp_path, 0, build)], tmp_path / "o.jsonl", "s/t/")


def test_the_same_key_twice_is_a_fault_of_the_set(tmp_path: Path):
    def build(key: str) -> Conversation:
        return Conversation(key, "g", ())

    items = [Item("1", tmp_path / "a.csv", 2, build), Item("1", tmp_path / "a.csv", 3, build)]
    for _ in range(2):  # and again when the run is repeated
        tally = write(items, tmp_path / "o.jsonl", "s/t/", skip_broken=True)
        assert [fault.partition("a.csv, ")[2] for fault in tally.faults] == ["line 3: 1 occurs twice"]
    assert keys(tmp_path / "o.jsonl") == ["1"]


def test_a_damaged_file_of_conversations_is_named_by_the_loader(tmp_path: Path):
    for line in (
        '{"id": "a"',
        '{"id": "a", "group": "g", "messages": [{"is": "Nothing"}]}',
        '{"id": "a", "group": "g", "messages": [1]}',
        "[]",
    ):
        with pytest.raises(Damaged, match="line 1"):
            list(load(put(tmp_path / "o.jsonl", line + "\n")))


def test_it_runs_as_a_module_without_torch(folder: Path, tmp_path: Path):
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['convert', 'instruct-pix2pix', '--folder', {str(folder)!r}, '--out', {str(tmp_path / 'o.jsonl')!r}, '--limit', '2']\n"
        "try:\n    runpy.run_module('training.convert', run_name='__main__')\nexcept SystemExit as end:\n    print(end.code)\n"
        "print([m for m in ('torch', 'transformers', 'scipy', 'cv2') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "2 conversations written" in told
    assert told.splitlines()[-2:] == ["0", "[]"]
