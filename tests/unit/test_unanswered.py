"""Messages that wait and were written down by another version of the program are read as far as they are known."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from app.events import Options
from app.history import History
from app.unanswered import Unanswered


def test_choices_of_another_version_are_left_out_and_missing_ones_are_the_usual(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    history = History(file)
    conversation = history.create("me")
    history.unanswered.keep("me", conversation, Unanswered("1", "hello", options=Options(seed=4, task="edit")))
    with sqlite3.connect(file) as other:
        told = json.loads(other.execute("SELECT told FROM waiting").fetchone()[0])
        del told["options"]["params"], told["options"]["regions"]
        told["options"]["mood"] = "glad"
        other.execute("UPDATE waiting SET told = ?", (json.dumps(told),))
    assert history.unanswered.all("me", conversation) == [
        Unanswered("1", "hello", options=Options(seed=4, task="edit"))
    ]
