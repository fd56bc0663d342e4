"""A message that is sent while a reply is made is answered after it, with what that reply made in the conversation."""

from __future__ import annotations

import threading

import pytest

from app.engine import Engine
from app.events import Finished, Waiting
from app.settings import Settings
from app.waiting import MOST, in_turn
from models.expert import Refusal
from models.profiles import PROFILES
from models.values import Failure, Media


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
    assert engine.lines.take_back(session, "n2").text == "gone"
    assert engine.lines.take_back(session, "n9") is None
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
