"""What the page tells of the settings: every value is the one that holds, and every option exists."""

from __future__ import annotations

from engine_stubs import make_engine

from app.settings import _parser
from app.ui_settings import panel, rows
from models.tasks import TASKS


def told(engine):
    return {row.name: row for row in rows(engine)}


def test_every_row_has_a_reason_and_names_options_that_exist(tmp_path):
    engine = make_engine(tmp_path)
    options = {option for action in _parser()._actions for option in action.option_strings}
    for row in rows(engine):
        assert row.why.endswith("."), row
        assert {word for word in row.change.split() if word.startswith("--")} <= options, row
    engine.close()


def test_the_values_are_those_that_hold_and_say_when_they_were_asked_for(tmp_path):
    small = {"device": "cpu", "threads": 3, "deadline": 60, "quota_bytes": 2**29, "keep_days": 2, "host": "0.0.0.0"}
    plain, asked = make_engine(tmp_path / "a"), make_engine(tmp_path / "b", **small)
    before, after = told(plain), told(asked)
    assert (before["Device"].value, after["Device"].value) == ("cpu", "cpu")
    assert "needs a graphics card" in before["Device"].why
    assert after["Device"].why == after["Processor threads"].why == "It was asked for."
    assert after["Processor threads"].value == "3"
    assert (before["Longest run of one task"].value, after["Longest run of one task"].value) == (
        "15 minutes",
        "60 seconds",
    )
    assert (before["Media kept for each person"].value, after["Media kept for each person"].value) == ("2 GB", "537 MB")
    assert before["Uploads not sent yet, in all"].value == "4 GB"
    assert after["Files of no conversation"].value == "kept 2 days"
    assert before["Address"].why == "Only this machine can open the page."
    assert after["Address"].why.startswith("Other machines")
    public = make_engine(tmp_path / "c", **{**small, "share": True})
    assert told(public)["Address"].why.startswith("A public address too")
    for engine in (plain, asked, public):
        engine.close()


def test_every_task_is_told_once_as_possible_or_not_and_no_folder_is_told(tmp_path):
    engine = make_engine(tmp_path)
    value = panel(engine)
    can = [task["name"] for task in value["profile"]["can"]]
    cannot = [task["name"] for task in value["profile"]["cannot"]]
    assert can == ["image"]
    assert sorted(can + cannot) == sorted(TASKS)
    assert str(tmp_path) not in str(value)
    engine.close()
