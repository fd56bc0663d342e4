"""A message that is sent while a reply is made is answered after it, with what that reply made in the conversation."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from unittest.mock import Mock

import pytest

from app.engine import Engine
from app.events import Finished, Options, Waiting
from app.running import Gone
from app.settings import Settings
from app.unanswered import Unanswered
from app.waiting import MOST, in_turn, left_over, once_more, take_back
from models.expert import Refusal
from models.profiles import PROFILES
from models.values import Box, Failure, Media, Region


class Latest:
    """A model that inverts whatever picture came last; the first of its replies begins only when it is let go."""

    name = "latest"

    def __init__(self):
        self.reached, self.go = threading.Event(), threading.Event()
        self.seen = []

    def stream(self, messages, shelf, options, cancel):
        self.seen.append((messages[-1].text, list(shelf)))
        self.reached.set()
        assert self.go.wait(60)
        yield f"<task>adjust {list(shelf)[-1]} op=invert</task>"


@pytest.fixture
def talk(tmp_path, still_picture):
    model = Latest()
    engine = Engine(Settings(data=tmp_path / "data"), model=model, profile=PROFILES["nano"])
    session = engine.open("an owner of the browser's length")
    handle = engine.attach(session, still_picture).handle
    running = engine.begin(session, engine.reply(session, "first", [handle]))
    assert model.reached.wait(60)
    yield engine, session, model, running
    model.go.set()
    engine.close()


@pytest.fixture
def still_picture(tmp_path):
    from PIL import Image

    path = tmp_path / "still.png"
    Image.new("RGB", (24, 16), "teal").save(path)
    return path


def test_what_waits_finds_the_results_of_the_reply_before_it(talk):
    engine, session, model, running = talk
    second = engine.begin(session, in_turn(engine, session, "n2", "second"))
    third = engine.begin(session, in_turn(engine, session, "n3", "third"))
    assert isinstance(next(second), Waiting)
    assert [one.text for one in engine.lines.waiting(session)] == ["second", "third"]
    assert len(engine.messages(session)) == 2
    with pytest.raises(Refusal):
        next(engine.reply(session, "not in turn"))
    model.go.set()
    for reader in (running, second, third):
        assert isinstance([*reader][-1], Finished)
    assert [words for words, _ in model.seen] == ["first", "second", "third"]
    assert model.seen[1][1] == ["image#1", "image#2"]
    assert model.seen[2][1] == ["image#1", "image#2", "image#3"]
    replies = engine.messages(session)[1::2]
    assert [[part.handle for part in reply.parts if isinstance(part, Media)] for reply in replies] == [
        ["image#2"],
        ["image#3"],
        ["image#4"],
    ]
    assert not [part for reply in replies for part in reply.parts if isinstance(part, Failure)]
    assert engine.lines.waiting(session) == []


def test_what_is_taken_back_is_never_sent_and_keeps_nobody_waiting(talk):
    engine, session, model, _running = talk
    gone = engine.begin(session, in_turn(engine, session, "n2", "gone"))
    kept = engine.begin(session, in_turn(engine, session, "n3", "kept"))
    assert take_back(engine, session, "n2").text == "gone"
    assert take_back(engine, session, "n2") is None
    assert take_back(engine, session, "n9") is None
    model.go.set()
    assert {type(event) for event in gone} <= {Waiting}
    assert isinstance([*kept][-1], Finished)
    assert [words for words, _ in model.seen] == ["first", "kept"]


def test_what_cannot_be_sent_is_refused_when_its_turn_comes(talk):
    engine, session, model, _running = talk
    refused = engine.begin(session, in_turn(engine, session, "n2", "with", ["image#77"]))
    assert isinstance(next(refused), Waiting)
    model.go.set()
    with pytest.raises(Refusal, match="image#77"):
        list(refused)
    assert len(engine.messages(session)) == 2
    assert engine.lines.waiting(session) == []


def test_only_so_many_wait_and_a_conversation_that_is_put_away_sends_none(talk):
    engine, session, model, _running = talk
    readers = [engine.begin(session, in_turn(engine, session, f"n{n}", "one more")) for n in range(MOST)]
    with pytest.raises(Refusal, match="wait"):
        engine.begin(session, in_turn(engine, session, "n99", "too many"))
    engine.put_away(session)
    model.go.set()
    assert {type(event) for reader in readers for event in reader} <= {Waiting}
    assert [words for words, _ in model.seen] == ["first"]


def reopened(engine, tmp_path):
    """Return an engine on the same data whose process knows nothing of the other."""
    return Engine(Settings(data=tmp_path / "data"), model=engine.brain.model, profile=PROFILES["nano"])


def test_what_waited_when_the_process_ended_is_left_over_and_answered_once(talk, tmp_path):
    engine, session, model, _running = talk
    marks = [Region(7, "image#1", box=Box(0.1, 0.2, 0.3, 0.4), label="a \udcff word")]
    options = Options(seed=5, task="adjust", media=("image#1",), regions=(), params=(("op", "sepia"),))
    waits = engine.begin(session, in_turn(engine, session, "n2", "second \udcff", ["image#1"], marks, options))
    assert isinstance(next(waits), Waiting)
    assert left_over(engine, session) == [], "it stands in line"
    again = reopened(engine, tmp_path)
    (left,) = left_over(again, session)
    assert left == Unanswered("n2", "second \udcff", ("image#1",), tuple(marks), options)
    stranger = replace(session, owner="another owner of that length")
    assert left_over(again, stranger) == []
    with pytest.raises(Refusal):
        again.begin(stranger, once_more(again, stranger, "n2"))
    assert take_back(again, stranger, "n2") is None
    engine.stop(session)
    engine.lines.close()
    model.go.set()
    events = [*again.begin(session, once_more(again, session, "n2"))]
    assert isinstance(events[-1], Finished)
    assert [message.text for message in again.messages(session) if message.role == "user"].count("second \udcff") == 1
    assert left_over(again, session) == []
    with pytest.raises(Gone):
        once_more(again, session, "n2")
    again.close()


def test_of_two_who_send_what_was_left_one_does(talk, tmp_path):
    engine, session, model, _running = talk
    next(engine.begin(session, in_turn(engine, session, "n2", "say second")))
    again = reopened(engine, tmp_path)
    engine.lines.close()
    model.go.set()
    first, second = once_more(again, session, "n2"), once_more(again, session, "n2")
    assert isinstance([*again.begin(session, first)][-1], Finished)
    with pytest.raises(Gone):
        [*again.begin(session, second)]
    assert [words for words, _ in model.seen].count("say second") == 1
    again.close()


def test_what_is_answered_or_taken_back_is_so_in_one_transaction(talk, monkeypatch):
    engine, session, model, _running = talk
    waits = engine.begin(session, in_turn(engine, session, "n2", "second"))
    assert isinstance(next(waits), Waiting)
    real = engine.history.append
    monkeypatch.setattr(engine.history, "append", lambda *_: (_ for _ in ()).throw(Refusal("The disk is full.", "")))
    model.go.set()
    with pytest.raises(Refusal, match="disk is full"):
        list(waits)
    assert [one.text for one in left_over(engine, session)] == ["second"], "it was not put in, so it is still there"
    monkeypatch.setattr(engine.history, "append", real)
    assert take_back(engine, session, "n2").text == "second"
    assert left_over(engine, session) == []


def test_what_waits_in_a_conversation_comes_back_with_it_and_goes_with_it(talk):
    engine, session, model, _running = talk
    waits = engine.begin(session, in_turn(engine, session, "n2", "second"))
    assert isinstance(next(waits), Waiting)
    engine.put_away(session)
    assert left_over(engine, session) == []
    model.go.set()
    assert {type(event) for event in waits} <= {Waiting}
    engine.bring_back(session)
    assert [one.text for one in left_over(engine, session)] == ["second"]
    engine.delete(session)
    assert engine.history._db.execute("SELECT count(*) FROM waiting").fetchone() == (0,)


def test_a_cleaning_that_comes_due_after_the_end_is_silent_and_one_that_fails_before_is_told(talk, caplog):
    engine, _, model, _ = talk
    model.go.set()
    engine.history.prune = fail = Mock(side_effect=sqlite3.OperationalError("disk I/O error"))
    engine.clean()
    assert "cleaning failed: disk I/O error" in caplog.text
    caplog.clear()
    engine.close()
    del engine.history.prune
    engine.clean()
    assert fail.call_count == 1
    assert not caplog.text
