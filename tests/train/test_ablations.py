"""The table that sets runs beside each other which differ in one thing: what is counted, and the command on stand-in answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stage_runs import bank, examples

from evaluation import ablations
from evaluation.ablations import Run, drawn, fair, line, read_run
from evaluation.understanding import Case, about, cases
from models.percepts import THING
from models.values import Message, Text
from training.seeing.shards import Bank


def run(folder: Path, *stages: dict[str, object], weights: bool = True) -> Path:
    """Write what a finished run leaves."""
    (folder / "weights").mkdir(parents=True)
    (folder / "stage.json").write_text(json.dumps([{"stage": "words", "steps": 5000}, *stages]))
    if weights:
        (folder / "weights" / "config.json").write_text("{}")
    return folder


def case(*handles: str, group: str = "seen.list") -> Case:
    return Case((), dict.fromkeys(handles, ()), (), group)


def test_a_run_tells_its_steps_and_what_it_was_without(tmp_path: Path) -> None:
    folder = run(tmp_path / "a", {"stage": "one", "steps": 3, "without": ["high"]}, {"stage": "two", "steps": 4, "without": ["high"]})  # fmt: skip
    assert read_run(folder) == Run(folder, ("high",), (3, 4))
    assert read_run(run(tmp_path / "b", {"stage": "one", "steps": 3})).without == ()
    for broken in (tmp_path, run(tmp_path / "c", {"stage": "one", "steps": 3}, weights=False)):
        with pytest.raises(ablations.Refusal):
            read_run(broken)


def test_a_conversation_counts_in_one_column() -> None:
    assert about(case("image#1", "region#1")) == "marks"
    assert about(case("image#1", "image#2")) == "pictures"
    assert about(case("video#1")) == "clips"
    assert about(case("audio#1")) == "sounds"
    assert about(case("image#1", "region#1", group="sight.remove")) == "requests"


def test_what_a_run_is_without_is_kept_from_it(tmp_path: Path) -> None:
    held = Bank(bank(tmp_path / "bank"))
    found = [next(examples(seed, "held_out", held)) for seed in range(4)]
    kinds = [{p.kind for rows in one.percepts.values() for p in rows} for one in drawn(found, ("things",))]
    assert [THING in {p.kind for rows in one.percepts.values() for p in rows} for one in drawn(found, ())].count(True)
    assert len(kinds) == len(list(cases(found)))
    assert not any(THING in one for one in kinds)


def test_a_run_is_compared_conversation_by_conversation() -> None:
    asked = [case("image#1"), case("video#1")] * 20
    first = [1.0] * 40
    other = [1.0, 0.0] * 20
    assert "less" not in line(first, first, asked, 1)
    made = line(other, first, asked, 1)
    assert made["all"] is not None
    assert made["less"] is not None
    assert (made["all"].value, made["less"].value, made["less"].unit) == (0.5, 0.5, "%")
    assert made["clips"] is not None
    assert (made["clips"].value, made["clips"].n) == (0.0, 20)


def test_the_command_writes_a_row_for_each_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true: dict[str, str] = {}

    def seen(seed: int, split: str, held: Bank):  # type: ignore[no-untyped-def]
        for n, example in enumerate(examples(seed, split, held)):  # type: ignore[arg-type]
            messages = (Message("user", (Text(f"question {n}"),)), Message("assistant", (Text("Yes."),)))
            true[f"question {n}"] = "Yes."
            yield example.__class__(messages, "seen.there", percepts=example.percepts)

    monkeypatch.setattr(ablations.mixing, "examples", seen)
    monkeypatch.setattr(
        ablations,
        "answerer",
        lambda source: lambda messages, percepts: true[messages[0].text] if "whole" in source else "No.",
    )
    runs = [f"{n}={run(tmp_path / n, {'stage': 'two', 'steps': 7})}" for n in ("whole", "less")]
    out, told = tmp_path / "out.json", tmp_path / "results.md"
    words = ["--bank", str(bank(tmp_path / "bank")), "--dialogues", "30", "--results", str(told), "--out", str(out)]
    assert ablations.main([*words, *runs]) == 0
    figures = json.loads(out.read_text())
    assert (figures["whole"]["all"]["value"], figures["less"]["all"]["value"]) == (100.0, 0.0)
    assert figures["less"]["less"]["value"] == 100.0
    assert "| less (7 steps) |" in told.read_text()
    assert str(tmp_path) not in told.read_text()
    assert "7 in all for every row" in told.read_text()
    assert ablations.main([*words, "--of", "stages", *runs]) == 0
    assert all(title in told.read_text() for title in ablations.TITLES.values()), "a table for each of both"
    for wrong in ("nameless", runs[0], "=", f"gone={tmp_path / 'gone'}"):
        assert ablations.main([*words, runs[0], wrong]) == 1
    assert ablations.main([*words, "--dialogues", "0", *runs]) == 1


def test_runs_of_other_data_or_of_unlike_steps_are_not_compared(tmp_path: Path) -> None:
    one, two = Run(tmp_path, (), (3, 4), frozenset("a")), Run(tmp_path, (), (7,), frozenset("a"))
    assert fair({"one": one, "two": two}) == "7 in all for every row"
    with pytest.raises(ablations.Refusal, match="one 7, two 8"):
        fair({"one": one, "two": Run(tmp_path, (), (8,), frozenset("a"))})
    with pytest.raises(ablations.Refusal, match="banks"):
        fair({"one": one, "two": Run(tmp_path, (), (7,), frozenset("b"))})


def test_a_run_that_does_not_say_what_it_is_without_is_refused(tmp_path: Path) -> None:
    stage = {"stage": "one", "steps": 3, "command": "python -m training.stages one --run RUN --without high"}
    with pytest.raises(ablations.Refusal, match="without"):
        read_run(run(tmp_path / "old", stage))
