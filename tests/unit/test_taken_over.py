"""What is left of a reply that another one took over from, on whatever branch it stands: it ends, and writes nothing more."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from engine_stubs import FOX, last, of, said

from app.turn import Run, Turn
from models.expert import Cancelled, Refusal
from models.values import Media, Message, Step, TaskCall, Text

CALL = TaskCall("t1", "image")
STEP = Step("t1", "image", "stub", "", 1, 0.1, FOX)


@pytest.fixture
def talk(made, monkeypatch):
    """An engine that repeats what it hears, a conversation of one turn, and no patience with replies that do not end."""
    monkeypatch.setattr("app.running.TAKE_OVER", 0.05)
    engine = made(lambda text: f"You said {text}. " * 20)
    session = engine.open("ann")
    said(engine, session, "one")
    return engine, session


def states(engine, session):
    """Return the states of all messages of all branches."""
    return [node.message.state for node in engine.history.tree(session.owner, session.conversation).nodes]


def test_a_reply_that_hangs_on_another_branch_is_not_running_for_ever(talk):
    engine, session = talk
    hung = engine.reply(session, "two")
    next(hung)
    engine.stop(session)
    engine.undo(session)
    engine.undo(session)
    assert engine.messages(session) == []
    said(engine, session, "three")
    assert states(engine, session) == ["done", "done", "done", "stopped", "done", "done"]
    assert list(hung)[-1].reason == "stopped"
    assert states(engine, session)[3] == "stopped"


def test_what_is_brought_back_is_settled_on_every_branch(talk):
    engine, session = talk
    engine.history.append("ann", session.conversation, Message("assistant", (Text("half"),), "running"))
    engine.history.go_to("ann", session.conversation, 0)
    engine.put_away(session)
    engine.bring_back(session)
    assert states(engine, session) == ["done", "done", "stopped"]


def test_a_reply_that_the_disk_still_has_to_take_is_not_settled(talk):
    engine, session = talk
    n = engine.history.append("ann", session.conversation, Message("assistant", (Text("ha"),), "running"))
    engine._owed.note(session, n, Message("assistant", (Text("half"),), "done"))
    engine.history.go_to("ann", session.conversation, 0)
    engine.put_away(session)
    engine.bring_back(session)
    engine.choose(session, n)
    assert engine.messages(session)[-1] == Message("assistant", (Text("half"),), "done")


def test_a_reply_that_was_taken_over_writes_nothing_more(talk):
    engine, session = talk
    run = Run(session)
    turn = Turn(engine.history, run)
    turn.add(Text("so far"), CALL)
    run.current = False
    engine.history.settle("ann", session.conversation)
    turn.add(Text("more"))
    with pytest.raises(Cancelled):
        turn.add_results(STEP, [("image", "ab/c.png", {"bytes": 3})], CALL, "")
    turn.finish("done")
    assert engine.messages(session)[-1] == Message("assistant", (Text("so far"), CALL), "stopped")
    assert engine.media(session) == {}, "its result is no attachment that waits to be sent"


def test_a_reply_that_was_taken_over_before_its_first_word_is_not_begun(talk):
    engine, session = talk
    with pytest.raises(Refusal, match="meantime"):
        Turn(engine.history, replace(Run(session), current=False))
    assert len(engine.messages(session)) == 2


def test_a_branch_goes_off_in_one_transaction(made):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "draw")
    told: list[str] = []
    engine.history._db.set_trace_callback(told.append)
    other = engine.branch_off(session)
    engine.history._db.set_trace_callback(None)
    acts = [words.split()[0] for words in told]
    assert acts.count("COMMIT") == 1
    assert {"INSERT", "UPDATE"} <= set(acts[acts.index("BEGIN") : acts.index("COMMIT")])
    assert not {"INSERT", "UPDATE"} & {*acts[: acts.index("BEGIN")], *acts[acts.index("COMMIT") :]}
    assert any("FROM media" in words for words in told[acts.index("BEGIN") :]), "read where it is written"
    assert of(engine.messages(other)[-1], Media)


KILLED = """
import os, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {unit!r}]
from engine_stubs import FOX, make_engine, said
engine = make_engine(Path({folder!r}), FOX)
session = engine.open("ann")
said(engine, session, "draw")
insert = engine.history._insert
def fatal(conversation, node):
    insert(conversation, node)
    os._exit(9)
engine.history._insert = fatal
engine.branch_off(session)
"""


def test_a_program_that_is_killed_while_it_branches_off_leaves_no_half_branch(made, tmp_path):
    unit = Path(__file__).parent
    program = KILLED.format(root=str(unit.parents[1]), unit=str(unit), folder=str(tmp_path))
    ended = subprocess.run([sys.executable, "-c", program], check=False, timeout=120)
    assert ended.returncode == 9
    engine = made(FOX)
    assert [entry.title for entry in engine.history.conversations("ann")] == ["draw"]
    assert last(engine.retry(engine.open("ann", engine.conversations("ann")[0].id))).reason == "done"
