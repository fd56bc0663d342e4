"""Asking experts for their scores: nothing is asked twice, failures count, a missing expert is told, the command writes it all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from evaluation import run
from evaluation.experts import asking, drawing, eyes, hearing, marking, report, scenes
from evaluation.experts.bench import Asked, Bench
from evaluation.experts.suite import FEATURES, Tools, figures
from evaluation.journal import Journal
from models.expert import Found, Inputs, Masks, Picture, Refusal, Sound
from models.profiles import PROFILES
from models.tasks import TASKS
from models.values import Checkpoint, Profile, TaskCall
from models.world.scene import Backdrop, Scene, Thing


def never() -> Any:
    pytest.fail("no recogniser is needed for this")


BLIND = Tools(never, never)


# ---- asking ----------------------------------------------------------------------------------------------------------


def toy(task: str, work: Callable[[TaskCall, Inputs], Any]) -> tuple[Profile, Mapping[str, Found]]:
    def expert(call: TaskCall, inputs: Inputs, report: Any) -> Any:
        return work(call, inputs)

    found = {"toy": Found("toy", TASKS[task], "Toy (test)", lambda checkpoint, device: expert)}
    return Profile("toy", PROFILES["nano"].unified, {task: (Checkpoint("toy"),)}), found


def boxed(call: TaskCall, inputs: Inputs) -> Masks:
    """The marked box, filled."""
    width, height = (int(inputs.media["image#1"].meta[side]) for side in ("width", "height"))
    mask = np.zeros((height, width), np.bool_)
    bounds = inputs.regions["region#1"].bounds()
    assert bounds is not None
    x0, y0, x1, y1 = bounds.to_pixels(width, height)
    mask[y0:y1, x0:x1] = True
    return Masks(mask[None], ["x"], [1.0])


def asked(path: Path, count: int, profile: Profile, found: Mapping[str, Found], task: str = "segment") -> list[Any]:
    suite = asking.SUITES[task]
    journal = Journal(path, {"seed": 5})
    asking.ask([suite], count, 5, journal, profile, BLIND, lambda line: None, found=found)
    return list(asking.rows_of(suite, count, Journal(path, {"seed": 5})))


def test_a_stopped_run_goes_on_without_asking_twice(tmp_path: Path) -> None:
    calls: list[int] = []

    def work(call: TaskCall, inputs: Inputs) -> Masks:
        if len(calls) == 2:
            calls.append(-1)
            raise KeyboardInterrupt
        calls.append(inputs.seed)
        return boxed(call, inputs)

    profile, found = toy("segment", work)
    with pytest.raises(KeyboardInterrupt):
        asked(tmp_path / "rows.jsonl", 4, profile, found)
    first = (tmp_path / "rows.jsonl").read_bytes()
    rows = asked(tmp_path / "rows.jsonl", 4, profile, found)
    asking_once = [seed for seed in calls if seed >= 0]
    assert len(asking_once) == len(set(asking_once)) == 4
    assert (tmp_path / "rows.jsonl").read_bytes().startswith(first)
    assert len(rows) == 4
    assert asked(tmp_path / "rows.jsonl", 4, profile, found) == rows
    assert len(asked(tmp_path / "rows.jsonl", 5, profile, found)) == 5
    assert len([seed for seed in calls if seed >= 0]) == 5


def test_the_marks_of_a_run_are_those_of_its_answers(tmp_path: Path) -> None:
    rows = asked(tmp_path / "rows.jsonl", 1, *toy("segment", boxed))
    case = marking.SEGMENT.case(5, "a box", 0)
    x0, y0, x1, y1 = case.region.box.to_pixels(case.mask.shape[1], case.mask.shape[0])
    inner = np.count_nonzero(case.mask[y0:y1, x0:x1])
    union = (x1 - x0) * (y1 - y0) + np.count_nonzero(case.mask) - inner
    marks = rows[0]["marks"]
    assert marks["expert"]["c_iou"] == [inner, union]
    assert marks["ceiling"]["g_iou"] == 1.0
    assert marks["nothing"]["g_iou"] == 0.0
    assert marks["other"]["g_iou"] < 0.9


@pytest.mark.parametrize("fault", [Refusal("I will not.", "Ask another."), ZeroDivisionError("oops")])
def test_a_refusal_and_a_fault_are_scored_as_nothing_and_counted(tmp_path: Path, fault: Exception) -> None:
    def work(call: TaskCall, inputs: Inputs) -> Masks:
        raise fault

    rows = asked(tmp_path / "rows.jsonl", 3, *toy("segment", work))
    assert all(row["marks"]["expert"] == row["marks"]["nothing"] for row in rows)
    assert all(row["broken"] == isinstance(fault, ZeroDivisionError) for row in rows)
    failed = figures(asking.SUITES["segment"], rows, "expert", 5)["failed"]
    assert failed is not None
    assert (failed.value, failed.n) == (1.0, 3)
    text = report.Scored(asking.SUITES["segment"], rows, 5).table()
    assert "It failed on 3 of 3" in text
    assert ("by a fault of the program" in text) == isinstance(fault, ZeroDivisionError)


def test_a_task_without_an_expert_is_told_and_not_scored(tmp_path: Path) -> None:
    profile, found = toy("segment", boxed)
    rows = asked(tmp_path / "rows.jsonl", 3, profile, found, task="image")
    assert rows == []
    scored = report.Scored(asking.SUITES["image"], rows, 5)
    assert "no expert in this profile" in report.section(scored)
    facts = report.facts("toy", [scored], {})["tasks"]["image"]
    assert (facts["missing"], facts["cases"], facts["figures"]) == (True, 0, {})


def test_an_expert_gets_plain_pictures_without_what_they_were_drawn_from_and_drawn_ones_with_it(tmp_path: Path) -> None:
    metas = []

    def work(call: TaskCall, inputs: Inputs) -> Picture:
        metas.append((dict(inputs.media["image#1"].meta), dict(inputs.values["image#1"].meta)))
        return Picture(np.zeros((8, 8, 3), np.uint8))

    asked(tmp_path / "rows.jsonl", 2, *toy("detect", work), task="detect")
    assert "scene" in metas[0][0]
    assert not {"scene", "film", "made"} & {*metas[1][0], *metas[1][1]}


def test_a_bench_removes_what_it_stored(tmp_path: Path) -> None:
    profile, found = toy("segment", boxed)
    bench = Bench(profile, tmp_path, found=found)
    case = marking.SEGMENT.case(5, "a box", 0)
    answer, said = bench.ask(Asked("segment", (case.picture,), (case.region,)), lambda values: len(values))
    assert (answer, said.failed) == (1, "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_features_of_the_floors_are_kept_apart_from_those_of_the_reference(tmp_path: Path) -> None:
    class Ears:
        def named(self, samples: Any, rate: int) -> str:
            return "dog"

        def sequence(self, samples: Any, rate: int) -> list[str]:
            return ["dog"]

        def features(self, samples: Any, rate: int) -> list[float]:
            return [float(np.abs(samples).mean()), float(len(samples))]

    def work(call: TaskCall, inputs: Inputs) -> Sound:
        return Sound(np.full((800, 1), 0.5, np.float32), 8000)

    profile, found = toy("audio", work)
    suite, path = asking.SUITES["audio"], tmp_path / "rows.jsonl"
    tools = Tools(lambda: pytest.fail("nothing is to be seen"), Ears)  # type: ignore[arg-type, return-value]
    asking.ask([suite], 2, 5, Journal(path, {}), profile, tools, lambda line: None, found=found)
    for row in asking.rows_of(suite, 2, Journal(path, {})):
        assert row["marks"]["expert"][FEATURES] == [0.5, 800.0]
        assert FEATURES not in row["marks"]["other"]
        assert row["reference"] not in ([0.5, 800.0], row["marks"]["ceiling"][FEATURES])


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_tables_and_json_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, results = tmp_path / "experts.json", tmp_path / "results.md"
    words = ["experts", "--task", "detect", "--count", "2", "--seed", "5", "--out", str(out), "--results", str(results)]
    assert run.main(words) == 0
    facts = json.loads(out.read_text())
    assert facts["tasks"]["detect"]["figures"]["a drawn picture"]["iou"]["value"] > 99
    assert facts["tasks"]["detect"]["failed"] == 0, "what is not on record is looked at"
    text = results.read_text()
    assert "--task detect --profile nano --count 2 --seed 5`" in text

    assert "ceiling: the truth itself" in text
    capsys.readouterr()
    assert run.main(words) == 0
    assert "Going on with the 2 rows" in capsys.readouterr().err
    assert results.read_text() == text


def test_the_command_names_every_task_that_is_scored() -> None:
    assert set(run.EXPERT_TASKS) == set(asking.SUITES) <= set(TASKS)


def test_a_missing_recogniser_is_named_with_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(asking, "PICTURES", tmp_path / "none")
    assert run.main(["experts", "--task", "image", "--count", "1"]) == 1
    assert "python -m training.recognisers pictures" in capsys.readouterr().err


# ---- the shipped recognisers -----------------------------------------------------------------------------------------


def test_the_shipped_eyes_name_what_is_drawn() -> None:
    look = eyes.Eyes()
    names = Random(3).sample(scenes.names(), 24)
    right = 0
    for number, name in enumerate(names):
        scene = Scene((Thing(name, 0.5, 0.6, 0.5),), Backdrop("meadow", seed=number))
        drawn = scenes.drawn(scene)
        box = drawn.boxes[0]
        assert box is not None
        right += look.named(drawn.pixels, (box.x0, box.y0, box.x1, box.y1)) == name
    assert right >= 18
    assert look.named(drawing.bare(), (0.2, 0.2, 0.8, 0.8)) == ""
    assert look.look(drawing.bare()) == []


def test_the_shipped_ears_name_what_is_synthesised() -> None:
    from evaluation.experts.ears import Ears

    hears = Ears()
    names = Random(3).sample(hearing.asked_for(), 24)
    right = 0
    for name in names:
        samples, rate = hearing.synthesised((name,), Random(name))
        right += hears.named(samples, rate) == name
    assert right >= 14
    assert hears.named(*hearing.silent()) == ""
    assert hears.sequence(*hearing.silent()) == []
    assert set(hears.features(*hearing.silent())) == {0.0}
