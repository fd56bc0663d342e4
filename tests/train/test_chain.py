"""The table of what each stage trained and left as it was, from the manifest of the weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation import chain
from models.expert import Refusal

STAGE = {"stage": "two", "steps": 1702, "minutes": 66.3, "trained": 900, "parameters": 1000}


def weights(folder: Path, *stages: dict[str, object]) -> Path:
    folder.mkdir(parents=True)
    (folder / "MANIFEST.json").write_text(
        json.dumps({"chain": [{"stage": "words", "steps": 5}, *stages], "averaged": [1, 2]})
    )
    return folder


def test_each_stage_has_a_row_with_what_it_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = {"frozen": {"before": "a" * 64, "after": "a" * 64}}
    told = tmp_path / "results.md"
    source = weights(tmp_path / "w", {**STAGE, **same}, {**STAGE, **same, "stage": "three", "processes": 2})
    assert chain.main(["--source", str(source), "--results", str(told)]) == 0
    text = told.read_text()
    assert "| two | 1,702 | 66.3 | 1 | 900 | 100 | `aaaaaaaaaaaa` | `aaaaaaaaaaaa` |" in text
    assert "| three | 1,702 | 66.3 | 2 |" in text
    assert "In all 2 stages" in text
    assert "mean of the last 2 runs" in text
    assert str(tmp_path) not in text


def test_a_stage_that_changed_what_it_froze_fails(tmp_path: Path) -> None:
    other = {"frozen": {"before": "a" * 64, "after": "a" * 63 + "b"}}
    with pytest.raises(Refusal, match="changed"):
        chain.lines([{**STAGE, **other}])
    assert chain.main(["--source", str(weights(tmp_path / "w", {**STAGE, **other}))]) == 1
    assert chain.main(["--source", str(weights(tmp_path / "bare"))]) == 1
    assert chain.main(["--source", str(tmp_path / "gone")]) == 1


def test_the_shipped_weights_left_all_that_they_froze() -> None:
    manifest = json.loads(Path("assets/nano/unified/MANIFEST.json").read_text())
    assert len(chain.lines(manifest["chain"])) >= 3
