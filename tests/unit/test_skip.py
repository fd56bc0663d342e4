"""Skip ends the call that runs, keeps what was made before it, and the reply goes on with the next one."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

from engine_stubs import kinds, of, write_expert

from app.events import Finished, Progress
from app.ui_results import Results
from models.values import Failure, Media, Step

THREE = '<task>image "one"</task> then <task>image "two" seed=4</task> and <task>image "three"</task> done.'
OK_BUT_SLOW_AT_FOUR = """
    if inputs.seed == 4:
        for step in range(400):
            report(step / 400, f"step {step}")
            time.sleep(0.02)
    return Picture(np.full((4, 4, 3), 9, np.uint8))
"""


def reply(engine, session, on_progress):
    """Send a message, tell *on_progress* of the progress of each call, and return the last event."""
    for event in engine.reply(session, "draw three"):
        if isinstance(event, Progress) and event.word.startswith("step"):
            on_progress(event)
    assert isinstance(event, Finished)
    return event


def made_with(made, tmp_path):
    write_expert(tmp_path / "experts", "slow_at_four", body=OK_BUT_SLOW_AT_FOUR)
    return made(THREE, experts=("slow_at_four",))


def test_skip_ends_one_call_and_the_next_one_runs(made, tmp_path):
    engine = made_with(made, tmp_path)
    session = engine.open("ann")
    others = set(threading.enumerate())
    began = time.monotonic()
    finished = reply(engine, session, lambda event: engine.skip(session))
    assert time.monotonic() - began < 6
    assert finished.reason == "done"
    assert kinds(finished.message.parts) == [
        "TaskCall", "Step", "Media", "Text", "TaskCall", "Failure", "Text", "TaskCall", "Step", "Media", "Text",
    ]  # fmt: skip
    (failure,) = of(finished.message, Failure)
    assert (failure.what, failure.call) == ("Skipped.", "t2")
    assert [medium.meta["call"] for medium in of(finished.message, Media)] == ["t1", "t3"]
    assert not [thread for thread in set(threading.enumerate()) - others if thread.name == "expert"]


def test_skip_by_a_stranger_or_between_calls_does_nothing(made, tmp_path):
    engine = made_with(made, tmp_path)
    session, stranger = engine.open("ann"), engine.open("bob")
    assert engine.skip(session) is False, "nothing runs"
    told = []

    def look(event):
        told.append(engine.skip(stranger))
        if len(told) == 3:
            engine.stop(session)

    finished = reply(engine, session, look)
    assert told == [False, False, False]
    assert finished.reason == "stopped"
    assert len(of(finished.message, Step)) == 1


def test_a_skip_that_comes_too_late_does_not_end_the_next_call(made, tmp_path):
    """Whoever presses Skip at the very end of a call means that call and no other."""
    engine = made_with(made, tmp_path)
    session = engine.open("ann")
    events = engine.reply(session, "draw three")
    for event in events:
        parts = getattr(getattr(event, "message", None), "parts", ())
        if sum(isinstance(part, Step) for part in parts) == 1:
            engine.skip(session)
            break
    word = next(event.word for event in events if isinstance(event, Progress) and event.word.startswith("step"))
    assert word.startswith("step")
    engine.stop(session)
    assert [*events][-1].reason == "stopped"


def test_a_skip_that_arrives_while_the_next_call_runs_ends_nothing(made, tmp_path):
    """The click was on the card of the first call: however late it comes, it means that one."""
    engine = made_with(made, tmp_path)
    session = engine.open("ann")
    page = SimpleNamespace(session=session)
    cards = Results(SimpleNamespace(engine=engine, page=lambda request, owner: page))
    seen = []

    def late(event):
        seen.append(event.call)
        if len(seen) == 3:
            assert engine.skip(session, "t1") is False
            cards.skip("ann", SimpleNamespace(_data={"call": "t1"}), None)
        if len(seen) == 6:
            cards.skip("ann", SimpleNamespace(_data={"call": "t2"}), None)

    finished = reply(engine, session, late)
    assert set(seen) == {"t2"}
    assert len(seen) >= 6, "it went on after the click that was too late"
    assert [failure.call for failure in of(finished.message, Failure)] == ["t2"]
