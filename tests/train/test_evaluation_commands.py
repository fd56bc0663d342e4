"""The commands from end to end with a scripted model: what they write, that they go on, and how they fail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from evaluation import keywords, run
from evaluation import model as measured
from evaluation.planning import PUBLISHED
from models.unified.stream import StreamOptions
from models.values import Media, Message
from training.dialogues import examples


class Planner:
    """A model that plans one dog on the left and one cat on the right whatever it is asked, and fails when told to."""

    name = "planner"

    def __init__(self) -> None:
        self.options: list[StreamOptions] = []
        self.prompts: list[str] = []
        self.last = 10**9

    def stream(
        self,
        messages: Sequence[Message],
        shelf: Mapping[str, Media],
        options: StreamOptions,
        cancel: Callable[[], bool],
    ) -> Iterator[str]:
        if len(self.prompts) >= self.last:
            raise KeyboardInterrupt
        self.options.append(options)
        self.prompts.append(messages[-1].text)
        yield '<task>layout "it" "dog"<box>0,400,200,600</box> "cat"<box>800,400,1000,600</box></task>'


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> Planner:
    model = Planner()
    monkeypatch.setattr(run, "load_model", lambda profile, source="": model)
    return model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    box = [0.1, 0.1, 0.2, 0.2]
    counted = [
        {"id": 1, "num_object": [["dog", 1]], "object_list": [["dog", box]], "prompt": "one dog", "sub-type": "single-category"},
        {"id": 2, "num_object": [["cat", 2]], "object_list": [["cat", box]] * 2, "prompt": "two cats", "sub-type": "single-category"},
    ]  # fmt: skip
    related = [
        {"id": 3, "obj1": ["dog", [0, 0.4, 0.2, 0.2]], "obj2": ["cat", [0.8, 0.4, 0.2, 0.2]], "prompt": "a dog left of a cat", "relation": "left"},
        {"id": 4, "obj1": ["dog", [0.8, 0.4, 0.2, 0.2]], "obj2": ["cat", [0, 0.4, 0.2, 0.2]], "prompt": "a dog right of a cat", "relation": "right"},
    ]  # fmt: skip
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "counting.val.json").write_text(json.dumps(counted))
    (cases / "spatial.val.json").write_text(json.dumps(related))
    return cases


def test_layouts_are_scored_and_written_in_percent(
    planner: Planner, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, page = tmp_path / "new" / "out.json", tmp_path / "results.md"
    assert run.main(["layout", "--cases", str(folder), "--out", str(out), "--seed", "5", "--results", str(page)]) == 0
    told = json.loads(out.read_text())
    # One dog and one cat: the first prompt holds 1 of 1 with a needless cat, the second 1 of 2 with a needless dog.
    assert told["counting"] == {"precision": 50.0, "recall": 75.0, "accuracy": 50.0, "mae": 0.5}
    assert told["spatial"] == {"accuracy": 50.0}
    assert told["details"]["ceiling: the truth itself"]["spatial"]["value"] == 100.0
    assert told["details"]["floor: nothing"]["recall"] == {
        "value": 0.0, "low": 0.0, "high": 65.762, "n": 2, "seed": 5, "unit": "%",
    }  # fmt: skip
    assert {options.force_task for options in planner.options} == {"layout"}
    assert planner.prompts == ["one dog", "two cats", "a dog left of a cat", "a dog right of a cat"]
    table = capsys.readouterr().out
    for name, _, _ in PUBLISHED:
        assert f"| {name} |" in table
    assert "| **Unison nano** | 50.0% (" in table
    assert "Seed 5." in table
    assert table.strip() in page.read_text()


def test_a_stopped_run_goes_on_and_a_finished_one_asks_nothing(
    planner: Planner, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    command = ["layout", "--cases", str(folder), "--out", str(out)]
    planner.last = 2
    assert run.main(command) == 130
    assert not out.exists()
    kept = tmp_path / "out.predictions.jsonl"
    assert len(kept.read_text().splitlines()) == 2
    kept.write_bytes(kept.read_bytes()[:-4])
    planner.last = 10**9
    assert run.main(command) == 0
    assert planner.prompts == ["one dog", "two cats", "two cats", "a dog left of a cat", "a dog right of a cat"]
    assert "Going on with the 1 rows" in capsys.readouterr().err
    whole = out.read_text()
    assert run.main(command) == 0
    assert out.read_text() == whole
    assert len(planner.prompts) == 5
    assert run.main([*command, "--fresh"]) == 0
    assert len(planner.prompts) == 9
    assert run.main([*command, "--seed", "6"]) == 0
    assert len(planner.prompts) == 13
    assert (tmp_path / "out.predictions.jsonl.1").exists()


def test_a_limit_is_for_each_set_and_can_be_raised_later(planner: Planner, folder: Path, tmp_path: Path) -> None:
    command = ["layout", "--cases", str(folder), "--out", str(tmp_path / "out.json")]
    assert run.main([*command, "--limit", "1"]) == 0
    assert planner.prompts == ["one dog", "a dog left of a cat"]
    assert run.main(command) == 0
    assert planner.prompts[2:] == ["two cats", "a dog right of a cat"]


def test_a_wrong_folder_is_told_without_a_traceback(
    planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["layout", "--cases", str(tmp_path), "--out", str(tmp_path / "out.json")]) == 1
    told = capsys.readouterr().err
    assert "There is no counting.val.json" in told
    assert "Give the folder of NSR-1K" in told
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(
    planner: Planner, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run.main(["layout", "--cases", str(folder), "--out", str(tmp_path / "file" / "out.json")]) == 1
    assert "could not be used" in capsys.readouterr().err


def test_requests_are_routed_scored_and_gone_on_with(
    planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = tmp_path / "cases.jsonl"
    rows: list[dict[str, Any]] = [
        {"id": "a", "user_text": "a dog left of a cat", "media": ["none"], "expected_tasks": ["layout_to_image"]},
        {"id": "b", "user_text": "hello", "media": ["none"], "expected_tasks": [], "category": "chat"},
    ]
    cases.write_text("".join(json.dumps(row) + "\n" for row in rows))
    out, pred = tmp_path / "out.json", tmp_path / "pred.jsonl"
    command = ["routing", "--cases", str(cases), "--pred", str(pred), "--out", str(out)]
    assert run.main(command) == 0
    assert [json.loads(line) for line in pred.read_text().splitlines()] == [
        {"id": "a", "tasks": ["layout_to_image"]}, {"id": "b", "tasks": ["layout_to_image"]},
    ]  # fmt: skip
    told = json.loads(out.read_text())
    assert told["the model"]["macro strict"]["value"] == 50.0
    assert told["the model"]["false triggers"]["value"] == 100.0
    assert told["ceiling: the truth itself"]["macro strict"]["value"] == 100.0
    assert told["floor: nothing"]["macro strict"]["value"] == 50.0
    assert told[keywords.NAME]["false triggers"]["value"] == 0.0
    assert "| macro strict | 50.0% (" in capsys.readouterr().out
    assert run.main(command) == 0
    assert len(planner.prompts) == 2


def test_the_held_out_split_is_measured_with_its_bounds(
    planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, pred, page = tmp_path / "out.json", tmp_path / "pred.jsonl", tmp_path / "results.md"
    command = ["held-out", "--dialogues", "6", "--pred", str(pred), "--out", str(out), "--results", str(page)]
    assert run.main(command) == 0
    asked = len(planner.prompts)
    assert asked >= 6
    told = json.loads(out.read_text())
    given = sum(example.given for example in islice(examples(11, "held_out"), 6))
    assert (
        told["all"]["right_task"]["n"] == asked - given
    )  # a task that was chosen beforehand is no choice of the model's
    ceiling = told["ceiling: the truth itself"]
    assert {ceiling[name]["value"] for name in ("right_task", "exact_call", "arguments")} == {100.0}
    assert (ceiling["false_route"] or {"value": 0.0})["value"] == 0.0
    assert capsys.readouterr().out.strip() in page.read_text()
    assert run.main(command) == 0
    assert len(planner.prompts) == asked


def test_answers_are_not_mixed_with_those_of_another_reader_or_text_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("assets/nano", "models"):
        shutil.copytree(
            measured.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.safetensors", "world", "experts")
        )
    monkeypatch.setattr(measured, "ROOT", tmp_path)
    monkeypatch.setattr("models.reader.TEXT_ENCODER", tmp_path / "assets/nano/text_encoder")
    seen = [measured.made_of("nano")]
    for name in (
        "models/reader.py",
        "models/tasks.py",
        "models/unified/rules.py",
        "assets/nano/text_encoder/vocab.txt",
    ):
        with (tmp_path / name).open("a") as file:
            file.write("\n")
        seen.append(measured.made_of("nano"))
    assert all(seen.count(one) == 1 for one in seen)
