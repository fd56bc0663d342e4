"""The ids of calls: none is given twice in a conversation, whatever branch shows it, so that nothing is taken for another's."""

from __future__ import annotations

import pytest
from engine_stubs import FOX, last, of, said
from test_choosing import card, link

from app import bundle
from app.again import found
from app.branches import highest_call
from app.choosing import annotated
from app.replay import replay
from models.expert import Refusal
from models.tasks import TASKS
from models.unified.record import Record
from models.values import Failure, Media, Step, TaskCall, Text


def ids(engine, session):
    """Return the ids of the calls of all branches, in the order of making."""
    nodes = engine.history.tree(session.owner, session.conversation).nodes
    return [call.id for node in nodes for call in of(node.message, TaskCall)]


def drawing(made):
    """Return an engine that draws whatever is said but "hello", and a conversation."""
    engine = made(lambda text: "Hello." if text == "hello" else FOX)
    return engine, engine.open("ann")


def test_no_variant_has_the_call_of_another(made):
    engine, session = drawing(made)
    said(engine, session, "one")
    said(engine, session, "two")
    last(engine.retry(session))
    last(engine.edit(session, "uno", n=0))
    engine.undo(session)
    reply = said(engine, session, "eins")
    assert ids(engine, session) == ["t1", "t2", "t3", "t4", "t5"]
    (call,), (step,), (medium,) = of(reply, TaskCall), of(reply, Step), of(reply, Media)
    assert call.id == step.call == medium.meta["call"] == "t5"


def test_a_page_that_shows_an_old_variant_runs_no_other_call_again(made):
    engine, session = drawing(made)
    said(engine, session, "one")
    last(engine.retry(session))
    _, step = found(engine, session, "t2")
    assert step is not None
    assert step.call == "t2"
    with pytest.raises(Refusal, match="not in the conversation"):
        found(engine, session, "t1")


def test_what_another_branch_made_is_told_and_offered_as_what_it_is(made):
    engine, session = drawing(made)
    said(engine, session, "one")
    engine.undo(session)
    said(engine, session, '/image "a cat"', attachments=["image#1"])
    shelf = engine.shelf(session)
    assert list(shelf) == ["image#1", "image#2"]
    record = Record(engine.messages(session), shelf)
    assert record.tell("made", "image#1") == "a result of mine"
    assert record.tell("made", "image#2") != "a result of mine"
    # In words, since a command can only be meant as it was written.
    engine.undo(session)
    said(engine, session, "another one", attachments=["image#1"])
    messages, shelf = engine.messages(session), engine.shelf(session)
    entries = [{"role": message.role, "content": []} for message in messages]
    told = annotated(entries, messages, shelf, TASKS, link, card)
    assert [medium["ref"] for medium in told[1]["content"][0]["value"]["meant"]["media"]] == ["image#1"]


def test_a_conversation_that_branched_off_goes_on_with_ids_of_its_own(made):
    engine, session = drawing(made)
    said(engine, session, "one")
    last(engine.retry(session))
    last(engine.retry(session))
    engine.choose(session, 1)
    said(engine, session, "hello", attachments=["image#3"])
    other = engine.branch_off(session)
    assert ids(engine, other) == ["t1"]
    assert of(said(engine, other, "two"), TaskCall)[0].id == "t4", "t3 is what made image#3"


def test_a_loaded_conversation_goes_on_and_replays_to_the_same_bytes(made, tmp_path):
    engine, session = drawing(made)
    said(engine, session, "one")
    last(engine.retry(session))
    said(engine, session, "two")
    twin = bundle.load(engine, "bob", bundle.save(engine, session, tmp_path / "talk.zip"))
    engine.choose(twin, 1)
    said(engine, twin, "three")
    assert ids(engine, twin) == ["t1", "t2", "t3", "t4"]
    assert [(one.call, one.outcome) for one in replay(engine, twin)] == [("t1", "same"), ("t4", "same")]


def test_a_conversation_is_counted_anew_when_a_reply_of_it_is_written_late(made):
    engine, session = drawing(made)
    said(engine, session, "one")
    assert engine.history.calls("ann", session.conversation) == 1
    reply = engine.messages(session)[1]
    (call,) = of(reply, TaskCall)
    late = type(reply)(reply.role, (*reply.parts, TaskCall("t7", call.task, call.args)), reply.state)
    engine.history.replace("ann", session.conversation, 1, late)
    assert engine.history.calls("ann", session.conversation) == 7


def test_only_ids_that_are_given_here_are_counted():
    parts = [Text("t99"), TaskCall("x12", "image"), TaskCall("t" + "9" * 19, "image"), Media("image", "image#1", "")]
    assert highest_call(parts) == 0
    assert highest_call([*parts, Failure("It broke.", call="t3"), Media("image", "image#2", "", {"call": "t2"})]) == 3
