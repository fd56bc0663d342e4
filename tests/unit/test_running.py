"""A reply that makes itself: whoever reads it, from wherever, sees the same, and nobody who leaves ends it."""

from __future__ import annotations

import threading

import pytest
from engine_stubs import FOX, Scripted, last, of, said

from app.events import Finished, Grown, Progress
from app.session import Session
from models.expert import Refusal
from models.values import Media


@pytest.fixture
def slow(made):
    """An engine whose model waits at the word "here" until it is let go on, and what lets it."""
    go = threading.Event()

    class Waiting(Scripted):
        def stream(self, messages, shelf, options, cancel):
            yield "I am here"
            while not go.wait(0.01):
                if cancel():
                    return
            yield " and there."

    engine = made(Waiting("x"))
    yield engine, go
    go.set()


def test_a_reader_who_leaves_ends_nothing_and_one_who_comes_finds_it_growing(slow):
    engine, go = slow
    session = engine.open("ann")
    reader = engine.begin(session, engine.reply(session, "where?"))
    assert isinstance(next(reader), Grown)
    reader.close()
    assert engine.busy(session)
    second, third = engine.follow(session), engine.follow(session)
    assert next(second).message.role == next(third).message.role == "assistant"
    go.set()
    for events in (second, third):
        end = last(events)
        assert (end.reason, end.message.text) == ("done", "I am here and there.")
    assert not engine.busy(session)
    assert engine.follow(session) is None
    assert [m.text for m in engine.messages(session)] == ["where?", "I am here and there."]


def test_a_reply_goes_on_to_its_end_without_any_reader(made):
    engine = made(FOX)
    session = engine.open("ann")
    engine.begin(session, engine.reply(session, "draw")).close()
    events = engine.follow(session)
    message = last(events).message if events else engine.messages(session)[-1]
    assert of(message, Media)
    assert engine.messages(session)[-1].state == "done"


def test_only_its_owner_finds_it_or_stops_it(slow):
    engine, _ = slow
    session = engine.open("ann")
    reader = engine.begin(session, engine.reply(session, "where?"))
    eve = Session("eve", session.conversation)
    assert engine.follow(eve) is None
    assert (engine.busy(eve), engine.stop(eve), engine.skip(eve)) == (False, False, False)
    assert engine.busy(session)
    assert engine.stop(session)
    assert last(reader).reason == "stopped"


def test_what_cannot_begin_is_refused_at_once_and_leaves_nothing(slow):
    engine, go = slow
    session = engine.open("ann")
    with pytest.raises(Refusal, match="nothing to send"):
        engine.begin(session, engine.reply(session, " "))
    assert engine.follow(session) is None
    reader = engine.begin(session, engine.reply(session, "where?"))
    with pytest.raises(Refusal, match="still answering"):
        engine.begin(session, engine.reply(session, "again"))
    assert engine.follow(session) is not None
    go.set()
    assert last(reader).reason == "done"


def test_a_newcomer_hears_how_far_the_call_is(made):
    engine = made(FOX, experts=("slow",))
    session = engine.open("ann")
    reader = engine.begin(session, engine.reply(session, "draw"))
    next(event for event in reader if isinstance(event, Progress))
    second = engine.follow(session)
    kinds = [type(next(second)), type(next(second))]
    assert kinds == [Grown, Progress]
    engine.stop(session)
    assert isinstance(last(second), Finished)


def test_the_reply_of_a_page_that_is_gone_is_ended_when_the_program_ends(slow):
    engine, _ = slow
    session = engine.open("ann")
    engine.begin(session, engine.reply(session, "where?")).close()
    engine.close()
    assert not any(thread.name == "reply" and thread.is_alive() and thread.join(5) for thread in threading.enumerate())
    assert not engine._runs


def test_what_is_brought_back_after_its_reply_ended_is_not_running_for_ever(slow):
    engine, go = slow
    session = engine.open("ann")
    reader = engine.begin(session, engine.reply(session, "where?"))
    engine.put_away(session)
    last(reader)
    engine.bring_back(session)
    assert engine.messages(session)[-1].state == "stopped"
    go.set()
    assert said(engine, session, "and now?").text == "I am here and there."
