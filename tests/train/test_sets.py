"""Written sets: the same bytes for the same seed, however often they were cut off; every change is found."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from models.tasks import TASKS
from models.values import Media, Message, Phrase, Ref, TaskCall, Text
from training.convert.items import Damaged, Missing, load
from training.convert.write import Full
from training.sets.__main__ import main
from training.sets.checking import check
from training.sets.making import NAMES, make, stream
from training.sets.plan import Plan, read_card
from training.sets.reading import rows_of
from training.sets.rows import check_line, read_line, write_line
from training.sets.writing import write

CODE = """
import sys
from pathlib import Path
from training.sets.plan import Plan
from training.sets.writing import write
write(Plan("conversations", "train", 5, 900, Path(sys.argv[1]), 200))
"""


@dataclass(frozen=True)
class Fake:
    """What a maker of conversations of one task returns."""

    messages: tuple[Message, ...]
    group: str
    media: Mapping[str, Callable[[Path], None]]
    truth: Mapping[str, Any]


def fake(task: str, rng: Random, split: str, n: int) -> Fake:
    """A conversation with a picture whose bytes follow from the generator."""
    colour, size = rng.choice(("red", "green", "blue")), rng.randint(10, 40)
    picture = Media("image", "image#1", "", {"width": size, "height": size})
    call = TaskCall("t1", task, (Ref("image#1"), Phrase("the cat")))
    said = (Message("user", (picture, Text(f"number {n}: the {colour} cat"))), Message("assistant", (call,)))
    return Fake(said, "fake", {"image#1": lambda path: _save(path, bytes([size]) * size)}, {"colour": colour})


def _save(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below *folder* by its path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set that was written in one go."""
    out = tmp_path_factory.mktemp("sets") / "whole"
    assert write(Plan("conversations", "train", 5, 900, out, 200)) == (0, 900)
    return out


def test_there_is_a_set_for_every_task_and_one_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(NAMES) == {*TASKS, "conversations"}
    assert main(["list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(NAMES)
    assert "100,000" in listed[-1]


def test_any_conversation_can_be_made_by_itself() -> None:
    first = list(islice(stream("conversations", "train", 3), 40))
    assert [make("conversations", "train", 3, n) for n in reversed(range(40))] == first[::-1]
    assert list(islice(stream("conversations", "train", 3, start=25), 15)) == first[25:]
    assert len({row.id for row in first}) == 40
    assert list(islice(stream("conversations", "train", 4), 40)) != first
    assert list(islice(stream("conversations", "held_out", 3), 40)) != first


@pytest.mark.parametrize("start", [0, 7])
def test_workers_share_the_conversations_without_gap_or_double(start: int) -> None:
    parts = [[row.id for row in islice(stream("conversations", "train", 3, start, part, 3), 5)] for part in range(3)]
    numbers = sorted(int(key.rpartition("/")[2]) for part in parts for key in part)
    assert numbers == list(range(start, start + 15))
    with pytest.raises(ValueError, match="part 3 of 3"):
        next(stream("conversations", "train", 3, 0, 3, 3))


def test_a_rerun_in_another_process_gives_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "again")], env={**os.environ, "PYTHONHASHSEED": "77"}, check=False
    )
    assert run.returncode == 0
    assert files(tmp_path / "again") == files(whole)


def test_a_killed_run_is_gone_on_with_to_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "cut"
    for lines in (150, 420):
        run = subprocess.Popen([sys.executable, "-c", CODE, str(out)])
        until = time.monotonic() + 120
        while time.monotonic() < until and run.poll() is None:
            if sum(path.read_bytes().count(b"\n") for path in out.glob("*.jsonl")) >= lines:
                break
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
        assert not read_card(out)["finished"]
        assert "not finished" in check(out)[0]
    there, written = write(Plan("conversations", "train", 5, 900, out, 200))
    assert there >= 420
    assert there + written == 900
    assert files(out) == files(whole)


@pytest.mark.parametrize("cut", [1, 7, 300])
def test_a_line_cut_off_anywhere_is_written_again(whole: Path, tmp_path: Path, cut: int) -> None:
    out = copied(whole, tmp_path)
    shards = sorted(out.glob("*.jsonl"))
    os.truncate(shards[2], shards[2].stat().st_size - cut)
    for path in shards[3:]:
        path.unlink()
    assert write(Plan("conversations", "train", 5, 900, out, 200))[1] == 301
    assert files(out) == files(whole)


def test_a_set_may_be_made_longer(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "longer"
    write(Plan("conversations", "train", 5, 250, out, 200))
    assert check(out) == []
    assert write(Plan("conversations", "train", 5, 900, out, 200)) == (250, 650)
    assert files(out) == files(whole)
    with pytest.raises(ValueError, match="not among the 100"):
        write(Plan("conversations", "train", 5, 100, out, 200))
    with pytest.raises(ValueError, match="900 conversations already"):
        write(Plan("conversations", "train", 5, 850, out, 200))


def test_the_card_counts_what_is_in_the_files(whole: Path) -> None:
    card = read_card(whole)
    lines = [json.loads(line) for path in sorted(whole.glob("*.jsonl")) for line in path.read_text().splitlines()]
    said = [message for line in lines for message in line["messages"]]
    assert card["conversations"] == len(lines) == 900
    assert card["turns"] == sum(message["role"] == "user" for message in said)
    calls = [part["task"] for message in said for part in message["parts"] if part["is"] == "TaskCall"]
    assert card["calls"] == {task: calls.count(task) for task in sorted(set(calls))}
    assert set(card["calls"]) == set(TASKS)
    assert sum(card["lengths"].values()) == sum(card["groups"].values()) == 900
    assert card["holding"] == {"pair": 0, "composition": 0, "object": 0}
    assert len(card["examples"]) == 3
    for shard in card["shards"]:
        assert shard["sha256"] == hashlib.sha256((whole / shard["file"]).read_bytes()).hexdigest()
    page = (whole / "CARD.md").read_text()
    for words in (card["command"], card["sha256"], card["examples"][2], "Apache-2.0", "| adjust |"):
        assert words in page
    assert str(whole) not in page + (whole / "card.json").read_text()


def test_written_conversations_are_read_back(whole: Path) -> None:
    rows = list(rows_of(whole, "train"))
    assert rows == list(islice(stream("conversations", "train", 5), 900))
    first = sorted(whole.glob("*.jsonl"))[0]
    assert [found.messages for found in load(first)] == [row.messages for row in rows[:200]]
    with pytest.raises(ValueError, match="split train, not held_out"):
        next(rows_of(whole, "held_out"))


def copied(folder: Path, tmp_path: Path) -> Path:
    out = tmp_path / "copy"
    for path in (path for path in folder.rglob("*") if path.is_file()):
        (out / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
        (out / path.relative_to(folder)).write_bytes(path.read_bytes())
    return out


def changed(path: Path, line: int, change: Callable[[bytes], bytes]) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = change(lines[line - 1])
    path.write_bytes(b"".join(lines))


def resummed(line: bytes) -> bytes:
    """Return another whole line in place of *line*."""
    data = read_line(line)
    return write_line(replace(make("conversations", "train", 6, 1), id=data["id"]))


@pytest.mark.parametrize(
    ("line", "change", "told"),
    [
        (17, lambda data: data[:90] + bytes([data[90] ^ 1]) + data[91:], "00001.jsonl, line 17: the line is not as it was written"),
        (17, lambda data: b"", "00001.jsonl, line 17: conversation conversations/train/5/216 is due"),
        (17, lambda data: data + data, "00001.jsonl, line 18: conversation conversations/train/5/217 is due"),
        (200, lambda data: b"", "00001.jsonl, line 199: the file ends here, with 199"),
        (200, lambda data: data[:-4], "00001.jsonl, line 200: this is not a whole line"),
        (3, resummed, "every line is whole, but they are not those of the card"),
    ],
)  # fmt: skip
def test_check_names_the_line_that_differs(
    whole: Path, tmp_path: Path, line: int, change: Callable[[bytes], bytes], told: str
) -> None:
    assert check(whole) == []
    out = copied(whole, tmp_path)
    changed(sorted(out.glob("*.jsonl"))[1], line, change)
    found = check(out)
    assert told in found[0]
    assert len(found) <= 2


def test_check_names_missing_files_and_wrong_cards(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copied(whole, tmp_path)
    assert main(["check", str(out)]) == 0
    text = (out / "card.json").read_text()
    (out / "card.json").write_text(text.replace(f'"turns": {read_card(out)["turns"]}', '"turns": 5'))
    assert any("card.json, line" in words and "turns is 5" in words for words in check(out))
    (out / "card.json").write_text(text)
    changed(out / "CARD.md", 5, lambda data: b"| a | b |\n")
    assert "CARD.md, line 5" in check(out)[0]
    sorted(out.glob("*.jsonl"))[3].unlink()
    (out / "stray.jsonl").write_text("{}\n")
    found = "\n".join(check(out))
    assert "stray.jsonl: the card does not know this file" in found
    assert "00003.jsonl: the file is missing" in found
    assert main(["check", str(out)]) == 1
    (out / "card.json").write_text(text[:700])
    with pytest.raises(Damaged, match=r"card\.json, line"):
        check(out)
    with pytest.raises(Missing, match="no folder"):
        check(tmp_path / "nowhere")
    with pytest.raises(Missing, match=r"card\.json is missing"):
        check(tmp_path)
    capsys.readouterr()


def test_a_set_of_one_task_is_written_with_its_media(tmp_path: Path) -> None:
    plan = Plan("segment", "train", 2, 30, tmp_path / "media", 12, media=True)
    assert write(plan, fake) == (0, 30)
    card = read_card(plan.out)
    assert card["media_files"] == 30
    assert card["calls"] == {"segment": 30}
    for number, row in enumerate(rows_of(plan.out)):
        (picture,) = [part for part in row.messages[0].parts if isinstance(part, Media)]
        assert picture.path == f"media/{number // 12:05d}/{number:07d}-image-1.png"
        assert len((plan.out / picture.path).read_bytes()) == picture.meta["width"]
        assert row.truth["colour"] in row.messages[0].text
    assert check(plan.out) == []
    one = plan.out / "media/00001/0000013-image-1.png"
    one.write_bytes(one.read_bytes() + b"x")
    assert "00001.jsonl, line 2: the file of image#1" in check(plan.out)[0]
    one.unlink()
    assert "is missing" in check(plan.out)[0]
    plain_ = Plan("segment", "train", 2, 30, tmp_path / "plain", 12)
    write(plain_, fake)
    assert not (plain_.out / "media").exists()


def test_media_of_a_run_that_was_cut_off_are_the_same(tmp_path: Path) -> None:
    plan = Plan("edit", "train", 2, 30, tmp_path / "one", 12, media=True)
    write(plan, fake)

    def fails(task: str, rng: Random, split: str, n: int) -> Fake:
        made = fake(task, rng, split, n)
        return replace(made, media={"image#1": _broken}) if n == 17 else made

    def _broken(path: Path) -> None:
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    cut = replace(plan, out=tmp_path / "two")
    with pytest.raises(KeyboardInterrupt):
        write(cut, fails)
    assert not list(cut.out.rglob("part-*"))
    assert write(cut, fake)[0] == 17
    assert files(cut.out) == files(plan.out)


def test_what_is_wrong_with_a_request_for_a_set_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(*arguments: str) -> str:
        assert main([*arguments]) == 1
        return capsys.readouterr().err

    out = ("--out", str(tmp_path / "set"))
    assert "no set 'dogs'" in refused("write", "dogs", *out)
    assert "no split 'test'; the splits are train and held_out" in refused(
        "write", "conversations", "--split", "test", *out
    )
    assert "at least one" in refused("write", "conversations", "--count", "0", *out)
    assert not (tmp_path / "set").exists()
    assert main(["write", "conversations", "--count", "12", "--seed", "1", *out]) == 0
    capsys.readouterr()
    assert "with seed 1, not 2" in refused("write", "conversations", "--count", "12", "--seed", "2", *out)
    assert "with split train, not held_out" in refused(
        "write", "conversations", "--count", "12", "--split", "held_out", *out
    )
    shard = next((tmp_path / "set").glob("*.jsonl"))
    changed(shard, 4, lambda data: data.replace(b"Message", b"Massage", 1))
    assert f"{shard}, line 4: the line is not as it was written" in refused(
        "write", "conversations", "--count", "20", "--seed", "1", *out
    )
    assert f"{shard}, line 4" in refused("leaks", "--folder", str(tmp_path / "set"))
    assert "no folder" in refused("check", str(tmp_path / "nowhere"))
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refused(
        "write", "conversations", "--count", "5", "--out", str(tmp_path / "file" / "set")
    )


def test_a_full_disk_is_said_and_the_next_run_goes_on(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, opened = tmp_path / "full", pathlib.Path.open

    class Small(io.FileIO):
        """A file on a disk with room for three hundred lines in all."""

        left = 300

        def write(self, data: Any) -> int:
            Small.left -= 1
            if Small.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data) or 0

    monkeypatch.setattr(
        pathlib.Path,
        "open",
        lambda path, mode="r", *a, **k: Small(path, mode) if mode == "ab" else opened(path, mode, *a, **k),
    )
    plan = Plan("conversations", "train", 5, 900, out, 200)
    with pytest.raises(Full, match="make room and run the same command"):
        write(plan)
    monkeypatch.undo()
    assert write(plan) == (300, 600)
    assert files(out) == files(whole)


def test_a_line_knows_when_it_was_changed() -> None:
    line = write_line(make("conversations", "train", 1, 0))
    check_line(line)
    for wrong in (line[:-1], line[:-2] + b"\n", line.replace(b"user", b"User", 1), b"\n", b"", line[5:]):
        with pytest.raises(ValueError, match="line"):
            check_line(wrong)
