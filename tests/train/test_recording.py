"""Media of the bank as what was made here is perceived: true names, places and looks, and nothing that is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from standin_senses import StandIn

from models.percepts import SETTING, SOUND, THING, TRACK
from models.senses import naming
from models.senses.setting import known
from training.seeing import bank as banks
from training.seeing.recording import recorded
from training.seeing.shards import Bank, of_kind
from training.stages import data
from training.stages.plan import Plan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("recorded") / "bank"
    banks.make(out, {"image": 12, "video": 3, "audio": 6}, 3, StandIn(), 0.5, tell=lambda line: None)
    return out


@pytest.mark.parametrize(("medium", "kind"), [("image", THING), ("video", TRACK), ("audio", SOUND)])
def test_rows_of_true_things_stay_in_place_with_the_phrases_of_their_names(
    folder: Path, medium: str, kind: int
) -> None:
    bank, names = Bank(folder), naming.sounds() if kind == SOUND else naming.things()
    seen = 0
    for number in range(bank.count(medium, "train")):
        entry = bank.entry(medium, "train", number)
        made = recorded(entry)
        before, after = of_kind(entry.percepts, kind), of_kind(made.percepts, kind)
        if not entry.row:
            assert after is None
            continue
        assert before is not None
        assert after is not None
        assert len(after) == len(entry.row) == len(set(made.row.values()))
        assert (after.sure == 1).all()
        for id_, row in made.row.items():
            seen += 1
            assert np.array_equal(after.places[row], before.places[entry.row[id_]])
            assert names.of(after.features[row : row + 1, :384]) == (after.names[row],)
            assert after.names[row] == before.names[entry.row[id_]]
            assert np.array_equal(after.features[row, 384:], before.features[entry.row[id_], 384:])
    assert seen > 2


def test_place_hour_and_look_are_those_of_the_scene(folder: Path) -> None:
    bank = Bank(folder)
    for number in range(bank.count("image", "train")):
        entry = bank.entry("image", "train", number)
        told = of_kind(recorded(entry).percepts, SETTING)
        assert told is not None
        scene = entry.truth["scene"]
        wanted = (scene["backdrop"]["kind"], scene["backdrop"].get("time", "day"), scene.get("style", ""))
        assert known().named(told.features) == wanted


def test_a_bank_gives_the_share_that_was_asked_for_and_always_the_same(folder: Path) -> None:
    def sure(share: float) -> list[bool]:
        bank = Bank(folder, share)
        entries = [bank.entry("image", "train", number) for number in range(12)]
        return [bool((things.sure == 1).all()) for e in entries if (things := of_kind(e.percepts, THING))]

    assert not any(sure(0.0))
    assert all(sure(1.0))
    assert 0 < sum(sure(0.5)) < 12
    assert sure(0.5) == sure(0.5)


def test_a_stage_learns_from_the_share_of_its_plan(folder: Path, tmp_path: Path) -> None:
    plan = Plan("two", tmp_path, bank=folder, texts=0.0, recorded=1.0, pool=20)
    drawn = data.pool(plan, 0, data.sources(plan))
    things = [things for e in drawn for rows in e.percepts.values() if (things := of_kind(rows, THING))]
    assert len(things) > 5
    assert all((one.sure == 1).all() for one in things)
    with pytest.raises(ValueError, match="recorded"):
        Plan("two", tmp_path, recorded=1.5)
