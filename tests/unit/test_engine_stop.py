"""Seeds, retry and edit; Stop, a reader who goes away, and experts that do not listen."""

from __future__ import annotations

import contextvars
import io
import threading
import time
from dataclasses import replace

import pytest
from engine_stubs import FOX, Scripted, kinds, last, of, picture, said, write_expert
from PIL import Image

from app.events import Finished, Grown, Options, Progress
from models.expert import Refusal
from models.values import Box, Failure, Media, Region, Step

# Seeds, retry, edit


def test_a_given_seed_is_used_and_gives_the_same_result_again(made):
    engine = made(FOX)
    session = engine.open("ann")
    first = said(engine, session, "draw", options=Options(seed=77))
    again = last(engine.retry(session, seed=77)).message
    other = last(engine.retry(session)).message
    assert of(first, Step)[0].seed == of(again, Step)[0].seed == 77
    assert of(first, Media)[0].path == of(again, Media)[0].path
    assert of(other, Step)[0].seed != 77


def test_a_seed_in_the_call_wins(made):
    message = said(e := made('<task>image "x" seed=3</task>'), e.open("ann"), "x", options=Options(seed=9))
    assert of(message, Step)[0].seed == 3


def test_retry_shows_the_new_reply_and_keeps_the_old_one_beside_it(made):
    engine = made(FOX)
    session = engine.open("ann")
    first = said(engine, session, "draw")
    second = last(engine.retry(session)).message
    assert [m.role for m in engine.messages(session)] == ["user", "assistant"]
    assert list(engine.shelf(session)) == ["image#2"], "a handle is never given twice"
    engine.choose(session, engine.placed(session)[1].variants[0])
    assert engine.messages(session)[1] == first != second
    assert list(engine.shelf(session)) == ["image#1"]
    assert sorted(engine.media(session)) == ["image#1", "image#2"]


def test_edit_begins_a_branch_and_takes_the_attachments_along(made, tmp_path):
    engine = made(lambda text: f"You said {text}.")
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    region = Region(1, "image#1", Box(0, 0, 1, 1))
    said(engine, session, "first", attachments=[image.handle], regions=[region])
    said(engine, session, "second")
    finished = last(engine.edit(session, "third", n=0))
    assert finished.message.text == "You said third."
    messages = engine.messages(session)
    assert [m.text for m in messages] == ["third", "You said third."]
    assert [p for p in messages[0].parts if isinstance(p, Region)] == [region]
    assert list(engine.shelf(session)) == ["image#1"]


def test_there_is_nothing_to_retry_or_edit_in_an_empty_conversation(made):
    engine = made()
    session = engine.open("ann")
    for events in (engine.retry(session), engine.edit(session, "x"), engine.edit(session, "x", n=1)):
        with pytest.raises(Refusal):
            last(events)


# Stop


def experts_at_work() -> set[threading.Thread]:
    """Return the threads of experts, those of earlier tests that still hang included."""
    return {thread for thread in threading.enumerate() if thread.name == "expert"}


def wait_for(condition, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_stop_during_words_keeps_them_and_frees_the_conversation(made):
    model = Scripted("word " * 5000, size=5, pause=0.005)
    engine = made(model)
    session = engine.open("ann")
    events = engine.reply(session, "talk")
    for event in events:
        if isinstance(event, Grown) and event.message.text:
            engine.stop(session)
            break
    before = model.pieces
    finished = list(events)[-1]
    assert isinstance(finished, Finished)
    assert (finished.reason, finished.message.state) == ("stopped", "stopped")
    assert finished.message.text.startswith("word")
    assert model.pieces <= before + 1
    assert model.closed == 1
    assert not engine.busy(session)
    model.script = "Next."
    assert said(engine, session, "on").text == "Next."


def test_stop_ends_an_expert_within_a_step_and_the_next_turn_starts_at_once(made):
    engine = made(FOX, experts=("slow", "ok"))
    session = engine.open("ann")
    events = engine.reply(session, "draw")
    for event in events:
        if isinstance(event, Progress) and event.word.startswith("step"):
            assert engine.stop(session)
            break
    finished = list(events)[-1]
    assert finished.reason == "stopped"
    assert kinds(finished.message.parts) == ["TaskCall"]
    assert of(said(engine, session, "draw", options=Options(implementation="ok")), Media)
    assert engine.shelf(session).keys() == {"image#1"}
    assert [m.state for m in engine.messages(session)] == ["done", "stopped", "done", "done"]


def test_a_reader_who_goes_away_ends_the_work_too(made):
    engine = made(FOX, experts=("slow", "ok"))
    session, before = engine.open("ann"), experts_at_work()
    events = engine.reply(session, "draw")
    for event in events:
        if isinstance(event, Progress) and event.word.startswith("step"):
            break
    events.close()
    assert wait_for(lambda: not experts_at_work() - before)
    assert engine.messages(session)[-1].state == "stopped"
    assert not engine.busy(session)
    assert of(said(engine, session, "draw", options=Options(implementation="ok")), Media)


def test_a_reader_who_never_comes_back_is_taken_over_after_stop(made, monkeypatch):
    monkeypatch.setattr("app.running.TAKE_OVER", 0.1)
    engine = made(lambda text: f"You said {text}. " * 50)
    session = engine.open("ann")
    abandoned = engine.reply(session, "one")
    next(abandoned)
    with pytest.raises(Refusal, match="still answering"):
        last(engine.reply(session, "two"))
    engine.stop(session)
    assert "two" in said(engine, session, "two").text
    assert list(abandoned)[-1].reason == "stopped"
    assert [m.state for m in engine.messages(session)] == ["done", "stopped", "done", "done"]
    assert [m.text[:12] for m in engine.messages(session)] == ["one", "", "two", "You said two"]


def test_an_expert_that_never_listens_does_not_block_the_others(made):
    engine = made(FOX, experts=("hang", "ok"), grace=0.2)
    session = engine.open("ann")
    events = engine.reply(session, "draw")
    for event in events:
        if isinstance(event, Progress) and event.word == "working":
            engine.stop(session)
            break
    assert list(events)[-1].reason == "stopped"
    assert of(said(engine, session, "draw", options=Options(implementation="ok")), Media)


def test_what_a_stopped_expert_still_returns_is_thrown_away(made):
    engine = made(FOX, experts=("deaf",))
    session, before = engine.open("ann"), experts_at_work()
    events = engine.reply(session, "draw")
    for event in events:
        if isinstance(event, Progress) and event.word == "deaf":
            engine.stop(session)
            break
    list(events)
    assert wait_for(lambda: not experts_at_work() - before)
    assert engine.shelf(session) == {}


def test_a_stranger_cannot_stop_a_reply(made):
    engine = made(Scripted("word " * 50, pause=0.01))
    session = engine.open("ann")
    events = engine.reply(session, "talk")
    next(events)
    assert engine.stop(replace(session, owner="eve")) is False
    assert list(events)[-1].reason == "done"


def test_progress_comes_at_most_six_times_a_second_with_time_left(made, tmp_path):
    body = """
        for step in range(100):
            report(step / 100, f"step {step}")
            time.sleep(0.01)
        return Picture(np.ones((4, 4, 3), np.uint8))
    """
    write_expert(tmp_path / "experts", "steps", "image", body)
    engine = made(FOX, experts=("steps",))
    began = time.monotonic()
    progress = [e for e in engine.reply(engine.open("ann"), "draw") if isinstance(e, Progress)]
    assert 2 <= len(progress) <= (time.monotonic() - began) * 6 + 1
    assert any(e.left is not None and e.left > 0 for e in progress)
    assert {(e.call, e.task, e.expert) for e in progress} == {("t1", "image", "stub steps")}


def test_a_preview_is_told_with_the_progress_and_leaves_no_file(made):
    engine = made(FOX, experts=("preview",))
    before = sorted(engine.settings.media.rglob("*"))
    seen = [
        event.preview
        for event in engine.reply(engine.open("ann"), "draw")
        if isinstance(event, Progress) and event.preview
    ]
    assert seen
    assert {Image.open(io.BytesIO(one)).getpixel((4, 4)) for one in seen} == {(200, 200, 200)}
    made_files = [path for path in sorted(engine.settings.media.rglob("*")) if path not in before and path.is_file()]
    assert len(made_files) == 1, "the picture itself"


def test_the_expert_runs_in_the_context_of_its_asker(made, tmp_path):
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("unison_test", default="lost")
    body = """
        import contextvars
        found = {v.name: contextvars.copy_context()[v] for v in contextvars.copy_context()}
        raise Refusal(found.get("unison_test", "lost"))
    """
    write_expert(tmp_path / "experts", "context", "image", body)
    engine = made(FOX, experts=("context",))
    variable.set("kept")
    assert of(said(engine, engine.open("ann"), "draw"), Failure)[0].what == "Kept."
