"""The table of what is found, pointed at, described and counted: what counts as right, whom it asks, and about what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from stage_runs import bank as made_bank

from evaluation import grounding, sight
from evaluation.grounding import NAMED, SPLITS, TURNS, named, pointed, questions, scored
from models.percepts import Percepts
from models.values import Box, Grounding, Message, Text
from training.seeing.shards import Bank

TRUE = (0.1, 0.1, 0.3, 0.3)


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies are given as their parts here, and not as text."""
    monkeypatch.setattr(grounding, "parse", lambda said: said)


@dataclass
class Eyes:
    """Senses that refuse the pictures that are all black, and perceive of each what it is called by."""

    def look(self, frames: Sequence[np.ndarray]) -> list[Any]:
        return [SimpleNamespace(seen=frames[0])]

    def looked(self, look: Any) -> tuple[Any, ...]:
        return (int(look.seen[0, 0, 0]),)

    def picture(self, pixels: np.ndarray) -> Any:
        return SimpleNamespace(refused=not pixels.any())


def test_the_first_thing_that_a_reply_points_at_is_its_box() -> None:
    said = [Text("It is "), Grounding("the dog", boxes=(Box(*TRUE), Box(0.5, 0.5, 0.6, 0.6)), of="image#1"), Text(".")]
    assert pointed(said) == TRUE
    assert pointed([Text("I see no dog.")]) is None


def test_a_named_thing_counts_where_it_is_pointed_at_and_the_gate_lets_its_picture_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scores = {
        "tower": True,
        "unnamed": False,
        "largest": True,
        "chance": False,
        "frame": False,
        "oracle": True,
        "there": True,
    }
    monkeypatch.setattr(sight, "score", lambda *given: dict(scores))
    monkeypatch.setattr(
        grounding, "boxes", lambda expert, pixels, phrase: ((0.6, 0.6, 0.9, 0.9), TRUE)[: 1 + int(pixels[0, 0, 0] != 2)]
    )
    held = [sight.Case(np.full((4, 4, 3), value, np.uint8), "dog", (TRUE,), "owl") for value in (0, 1, 2, 3)]
    asked = list[str]()

    def answer(messages: Sequence[Message], percepts: Percepts) -> Any:
        asked.append(messages[-1].text)
        (value,) = percepts["image#1"]
        box = {0: TRUE, 1: (0.12, 0.1, 0.3, 0.3), 2: (0.5, 0.1, 0.7, 0.3)}.get(value)  # type: ignore[call-overload]
        return [Grounding("the dog", boxes=(Box(*box),), of="image#1")] if box else [Text("I see no dog.")]

    found = named(held, Eyes(), {}, None, answer, 1)  # type: ignore[arg-type]
    assert list(found) == list(NAMED)
    assert found["past"] == [True, True, False, False]
    assert found["chat"] == [False, True, False, False], "the first picture is taken for one of another world"
    assert found["detect"] == [True, True, False, True]
    assert found["tower"] == found["largest"] == found["oracle"] == [True] * 4
    assert found["unnamed"] == [False] * 4
    assert asked == ["where is the dog?"] * 4


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return Bank(made_bank(tmp_path_factory.mktemp("grounding") / "bank"))


@pytest.mark.parametrize("row", ["mark", "count"])
def test_questions_are_of_their_row_and_who_sees_is_right_and_who_does_not_is_not(bank: Bank, row: str) -> None:
    _, turns = TURNS[row]
    for split in SPLITS.values():
        held = list(questions(turns, split, bank, 4, 5))
        assert len(held) == 4
        assert {case.group.split(".")[1] for case in held} == {row}

        def answer(messages: Sequence[Message], percepts: Percepts, held: Sequence[Any] = tuple(held)) -> Any:
            known = next(case.wanted for case in held if case.messages == messages)
            return known if percepts else (Text("I cannot tell."),)

        right, blind = scored(held, answer)
        assert right == [1.0] * 4
        assert sum(blind) < 4
        assert [case.messages for case in questions(turns, split, bank, 4, 5)] == [case.messages for case in held]


def test_what_is_no_bank_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grounding.main(["--bank", str(tmp_path / "nowhere")]) == 1
    assert "is no bank" in capsys.readouterr().err
