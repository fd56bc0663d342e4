"""The engine on a scripted model: what a reply holds, when it ends, what fails how, and that nothing is lost or mixed up."""

from __future__ import annotations

import contextvars
import hashlib
import itertools
import json
import logging
import re
import shutil
import threading
import time
from dataclasses import replace

import pytest
from engine_stubs import Scripted, kinds, last, make_engine, of, picture, said, write_expert

from app.brain import load_model
from app.engine import Engine
from app.events import Finished, Grown, Options, Progress
from app.settings import Settings
from models.expert import Refusal
from models.profiles import PROFILES
from models.values import Box, Checkpoint, Failure, Media, Region, Step, TaskCall, Text

FOX = '<task>image "a fox"</task>'


@pytest.fixture
def made(tmp_path):
    """Make engines that are closed at the end of the test."""
    engines: list[Engine] = []

    def make(*args, **kwargs) -> Engine:
        engines.append(make_engine(tmp_path, *args, **kwargs))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


# Words


def test_words_stream_in_growing_messages_and_are_kept(made):
    engine = made(Scripted("one two three four five", size=1, pause=0.02))
    session = engine.open("ann")
    events = list(engine.reply(session, "count"))
    texts = [e.message.text for e in events if isinstance(e, Grown)]
    assert len(texts) > 2
    assert all(late.startswith(early) for early, late in itertools.pairwise(texts))
    assert events[-1] == Finished(engine.messages(session)[-1], "done")
    assert [m.text for m in engine.messages(session)] == ["count", "one two three four five"]
    assert engine.messages(session)[-1].state == "done"


def test_text_is_sent_coalesced_not_letter_by_letter(made):
    engine = made(Scripted("x" * 3000, size=1))
    events = list(engine.reply(engine.open("ann"), "go"))
    assert len(events) < 300


def test_the_model_gets_the_messages_up_to_the_users_and_the_shelf(made, tmp_path):
    model = Scripted("Fine.")
    engine = made(model)
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    engine.attach(session, picture(tmp_path / "b.png", 3), "b.png")
    region = Region(1, "image#1", Box(0, 0, 0.5, 0.5))
    said(engine, session, "look", attachments=[image.handle], regions=[region], options=Options(seed=9, max_tokens=7))
    messages, shelf, options = model.asked[0]
    assert messages[-1].parts == (engine.shelf(session)["image#1"], region, Text("look"))
    assert list(shelf) == ["image#1"], "an attachment that was not sent is not on the table yet"
    assert (options.seed, options.max_new_tokens) == (9, 7)


def test_a_model_that_fails_is_told_with_an_incident_number_and_logged(made, caplog):
    def fails(text: str) -> str:
        raise RuntimeError("secret at /root/weights")

    engine = made(fails)
    session = engine.open("ann")
    with caplog.at_level(logging.ERROR):
        finished = last(engine.reply(session, "hi"))
    failure = of(finished.message, Failure)[0]
    assert finished.reason == "failed"
    assert failure.incident in caplog.text
    assert "secret at /root/weights" in caplog.text
    assert "secret" not in failure.what + failure.hint
    engine.brain._model = Scripted("Better now.")
    assert said(engine, session, "again").text == "Better now."


def test_an_empty_answer_is_named(made):
    assert of(said(e := made(""), e.open("ann"), "hi"), Failure)[0].what == "The model gave no answer."


def test_a_cut_off_call_of_the_model_runs_nothing_and_says_so(made):
    engine = made('Yes. <task>image "a f')
    message = said(engine, engine.open("ann"), "hi")
    assert message.text.startswith("Yes.")
    assert not of(message, Step) or of(message, TaskCall)[0].warnings


# Calls


def test_a_call_becomes_call_step_and_media_in_order_with_a_seed(made):
    engine = made(f"Here: {FOX} Done.")
    session = engine.open("ann")
    message = said(engine, session, "draw a fox")
    assert kinds(message.parts) == ["Text", "TaskCall", "Step", "Media", "Text"]
    call, step, media = message.parts[1:4]
    assert (call.id, step.call, media.handle, media.meta["call"]) == ("t1", "t1", "image#1", "t1")
    assert step.expert == "stub ok"
    assert media.meta["seed"] == step.seed
    assert engine.file(session, "image#1").is_file()
    assert engine.messages(session)[-1] == message


def test_a_later_call_of_the_reply_may_name_what_an_earlier_one_made(made, tmp_path):
    body = 'return Picture(255 - inputs.values[inputs.first(call, "image")].pixels)'
    write_expert(tmp_path / "experts", "negative", "edit", body)
    engine = made(FOX + '<task>edit image#1 "negative"</task>')
    session = engine.open("ann")
    message = said(engine, session, "draw a fox, then turn it round", options=Options(seed=5))
    assert [m.handle for m in of(message, Media)] == ["image#1", "image#2"]
    first, second = (engine.store.open(m).pixels for m in of(message, Media))
    assert (second == 255 - first).all()
    assert of(message, Media)[1].meta["of"] == "image#1"


def test_call_ids_and_handles_count_on_over_the_conversation(made):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "one")
    message = said(engine, session, "two")
    assert [c.id for c in of(message, TaskCall)] == ["t2"]
    assert [m.handle for m in of(message, Media)] == ["image#2"]


def test_at_most_four_calls_run_and_the_reply_says_so(made):
    engine = made(FOX * 100)
    message = said(engine, engine.open("ann"), "many")
    assert len(of(message, Media)) == 4
    assert "at most 4 tasks" in of(message, Failure)[0].what
    assert kinds(message.parts)[-1] == "Failure"


def test_a_call_of_something_that_is_not_there_is_named_and_the_reply_goes_on(made, tmp_path):
    write_expert(tmp_path / "experts", "negative", "edit", "raise AssertionError")
    engine = made('<task>edit image#7 "x"</task> Sorry.')
    message = said(engine, engine.open("ann"), "edit it")
    failure = of(message, Failure)[0]
    assert "image#7" in failure.what
    assert failure.call == "t1"
    assert not failure.incident
    assert message.text.strip() == "Sorry."


def test_a_task_without_an_expert_says_what_there_is(made):
    engine = made('<task>video "waves"</task>')
    failure = of(said(engine, engine.open("ann"), "a film"), Failure)[0]
    assert "video" in failure.what
    assert "image" in failure.hint


def test_a_failure_is_saved_and_the_model_sees_it_next_turn(made):
    model = Scripted(FOX)
    engine = made(model, experts=("refuses",))
    session = engine.open("ann")
    said(engine, session, "draw")
    said(engine, session, "why?")
    failures = [p for m in model.asked[1][0] for p in m.parts if isinstance(p, Failure)]
    assert failures == [Failure("There is no dog.", "Draw a box round it.", "t1")]


@pytest.mark.parametrize(
    ("expert", "words"),
    [
        ("raises", "unexpected fault"),
        ("nan", "NaN"),
        ("wrong_shape", "wrong shape"),
        ("wrong_kind", "wrong kind"),
        ("nothing", "unknown kind"),
        ("empty", "no result"),
    ],
)
def test_a_broken_expert_is_named_without_its_secrets(made, caplog, expert, words):
    engine = made(FOX, experts=(expert,))
    session = engine.open("ann")
    message = said(engine, session, "draw")
    failure = of(message, Failure)[0]
    assert words in failure.what
    assert failure.hint
    assert failure.incident in caplog.text
    assert not re.search(r"/|0x|Traceback|secret", failure.what + failure.hint)
    assert engine.shelf(session) == {}
    assert kinds(said(engine, session, "draw").parts) == ["TaskCall", "Failure"], "the next turn runs as before"


def test_when_memory_runs_out_it_is_tried_once_more_smaller(made):
    engine = made(FOX, experts=("oom",))
    message = said(engine, engine.open("ann"), "draw")
    assert of(message, Step)[0].settings["smaller"] is True
    assert of(message, Media)[0].meta["width"] == 2


def test_when_memory_runs_out_twice_it_is_said_and_the_chat_lives(made):
    engine = made(FOX, experts=("always_oom", "ok"))
    session = engine.open("ann")
    failure = of(said(engine, session, "draw"), Failure)[0]
    assert "memory" in failure.what
    assert "0x" not in failure.what
    assert of(said(engine, session, "draw", options=Options(implementation="ok")), Media)


def test_a_black_picture_is_shown_with_a_note(made):
    step = of(said(e := made(FOX, experts=("black",)), e.open("ann"), "draw"), Step)[0]
    assert "the picture is entirely black" in step.settings["notes"]


def test_an_expert_that_takes_too_long_is_stopped_and_the_queue_moves_on(made):
    engine = made(FOX, experts=("hang", "ok"), deadline=0.3)
    session = engine.open("ann")
    failure = of(said(engine, session, "draw"), Failure)[0]
    assert "longer than" in failure.what
    assert of(said(engine, session, "draw", options=Options(implementation="ok")), Media)


def test_a_full_disk_is_said_and_the_chat_goes_on(made, monkeypatch):
    engine = made(FOX)
    session = engine.open("ann")

    def full(*args, **kwargs):
        raise Refusal("The disk is full.", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(engine.store, "put", full)
        message = said(engine, session, "draw")
    assert of(message, Failure)[0].what == "The disk is full."
    assert of(said(engine, session, "draw"), Media)


def test_a_database_without_room_ends_the_turn_in_words(made):
    engine = made(lambda text: "word " * 100 + FOX)
    session = engine.open("ann")
    said(engine, session, "first")
    engine.history._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(Refusal, match="disk is full"):
        last(engine.reply(session, "x" * 500_000))
    engine.history._db.execute("PRAGMA max_page_count = 100000")
    assert of(said(engine, session, "draw"), Media)


# Commands and choices


def test_a_slash_command_runs_without_the_model(made):
    model = Scripted("never")
    engine = made(model)
    message = said(engine, engine.open("ann"), "/image a red fox")
    assert kinds(message.parts) == ["TaskCall", "Step", "Media"]
    assert model.asked == []


def test_a_wrong_slash_command_is_a_failure_that_says_what_to_do(made):
    failure = of(said(e := made(), e.open("ann"), "/segment"), Failure)[0]
    assert failure.hint


def test_help_lists_what_can_run_here_and_is_no_failure(made):
    engine = made()
    session = engine.open("ann")
    message = said(engine, session, "/help")
    assert "/image:" in message.text
    assert "/video:" not in message.text
    assert "seed=" in said(engine, session, "/help image").text


def test_the_persons_choice_of_a_task_is_passed_on_and_kept_when_the_model_says_otherwise(made):
    model = Scripted("I would rather talk.")
    engine = made(model)
    message = said(engine, engine.open("ann"), "a fox", options=Options(task="image"))
    assert model.asked[0][2].force_task == "image"
    assert [c.task for c in of(message, TaskCall)] == ["image"]
    assert of(message, Media)


def test_the_persons_choice_is_not_run_twice(made):
    message = said(e := made(FOX), e.open("ann"), "a fox", options=Options(task="image"))
    assert len(of(message, TaskCall)) == 1


def test_another_expert_can_be_chosen_and_an_unknown_one_is_refused(made):
    engine = made(FOX, experts=("ok", "black"))
    session = engine.open("ann")
    assert of(said(engine, session, "x", options=Options(implementation="black")), Step)[0].expert == "stub black"
    assert "nobody" in of(said(engine, session, "x", options=Options(implementation="nobody")), Failure)[0].what


@pytest.mark.parametrize("options", [Options(seed=-1), Options(seed=2**31), Options(task="nonsense")])
def test_impossible_options_are_refused_before_anything_is_saved(made, options):
    engine = made()
    session = engine.open("ann")
    with pytest.raises(Refusal):
        last(engine.reply(session, "hi", options=options))
    assert engine.messages(session) == []


def test_an_expert_in_a_folder_and_one_line_of_the_profile_are_a_new_command(tmp_path):
    folder = tmp_path / "experts"
    folder.mkdir()
    (folder / "shout.py").write_text(
        "from models.expert import Picture, Task\n"
        "TASK = Task('shout', 'paint words loudly', (), (), ('image',), '<task>shout \"hey\"</task>', phrase='required')\n"
        "NAME = 'shouter'\n"
        "def load(checkpoint, device):\n"
        "    import numpy as np\n"
        "    return lambda call, inputs, report: Picture(np.full((len(call.phrases()[0]), 9, 3), 250, np.uint8))\n"
    )
    profile = replace(PROFILES["nano"], experts={**PROFILES["nano"].experts, "shout": (Checkpoint("shout"),)})
    engine = Engine(Settings(data=tmp_path / "data", experts_folder=folder), model=Scripted("-"), profile=profile)
    message = said(engine, engine.open("ann"), "/shout hello")
    assert of(message, Step)[0].expert == "shouter"
    assert of(message, Media)[0].meta["height"] == 5
    engine.close()


def test_a_file_in_the_folder_that_no_profile_names_comes_after_those_that_one_does(made, tmp_path):
    write_expert(tmp_path / "experts", "black")
    engine = made(experts=("ok",))
    assert [name for _, name in engine.implementations("image")] == ["stub ok", "stub black"]
    assert engine.implementations("segment") == []


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


def test_retry_replaces_the_reply_and_its_media(made):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "draw")
    last(engine.retry(session))
    assert [m.role for m in engine.messages(session)] == ["user", "assistant"]
    assert list(engine.shelf(session)) == ["image#1"]


def test_edit_forgets_what_came_after_and_keeps_the_attachments(made, tmp_path):
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
    monkeypatch.setattr("app.engine.TAKE_OVER", 0.1)
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


def test_a_preview_is_a_file_that_is_gone_afterwards(made):
    engine = made(FOX, experts=("preview",))
    seen = []
    for event in engine.reply(engine.open("ann"), "draw"):
        if isinstance(event, Progress) and event.preview:
            seen.append(event.preview)
            assert event.preview.is_file()
            assert event.preview.is_relative_to(engine.settings.media)
    assert seen
    assert not seen[-1].exists()


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
    assert of(said(engine, engine.open("ann"), "draw"), Failure)[0].what == "kept"


# People and limits


def test_interleaved_conversations_never_see_each_other(made):
    model = Scripted(lambda text: f'I heard {text}. <task>image "{text}"</task>', size=2)
    engine = made(model)
    faults: list[str] = []

    def person(name: str) -> None:
        session = engine.open(name)
        for turn in range(4):
            word, seed = f"{name}-{turn}", hash((name, turn)) % 1000
            message = said(engine, session, word, options=Options(seed=seed))
            if message.text != f"I heard {word}. " or of(message, Step)[0].seed != seed:
                faults.append(f"{word}: {message}")
            if of(message, Media)[0].handle != f"image#{turn + 1}":
                faults.append(f"{word}: {of(message, Media)}")
        if len(engine.messages(session)) != 8 or any(m.text and name not in m.text for m in engine.messages(session)):
            faults.append(f"{name}: {engine.messages(session)}")

    threads = [threading.Thread(target=person, args=(f"person{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    for messages, shelf, options in model.asked:
        name = messages[-1].text.partition("-")[0]
        assert all(name in m.text for m in messages if m.text)
        assert options.seed == hash((name, int(messages[-1].text.partition("-")[2]))) % 1000
        assert len(shelf) == len(messages) // 2


@pytest.mark.parametrize(
    "act",
    [
        lambda e, s: e.messages(s),
        lambda e, s: e.shelf(s),
        lambda e, s: e.file(s, "image#1"),
        lambda e, s: e.export_masks(s, ["image#1"], "png"),
        lambda e, s: last(e.reply(s, "hi")),
        lambda e, s: last(e.retry(s)),
        lambda e, s: e.detach(s, "image#1"),
        lambda e, s: e.delete(s),
        lambda e, s: e.rename(s, "mine"),
        lambda e, s: e.open(s.owner, s.conversation),
    ],
)
def test_a_stranger_gets_nothing(made, act):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "draw")
    with pytest.raises(Refusal, match="no such conversation"):
        act(engine, replace(session, owner="eve"))
    assert len(engine.messages(session)) == 2


def test_a_text_that_is_too_long_is_kept_but_read_in_part_and_that_is_said(made):
    model = Scripted("Well.")
    engine = made(model)
    session = engine.open("ann")
    text = "a" * 15_000 + "b" * 15_000
    message = said(engine, session, text)
    assert "30,000 characters" in message.text
    assert engine.messages(session)[0].text == text
    read = model.asked[0][0][-1].text
    assert len(read) < 7_000
    assert read.startswith("a" * 4000)
    assert read.endswith("b" * 2000)


@pytest.mark.parametrize("text", ["", "   \n", "x" * 1_000_001])
def test_nothing_and_far_too_much_are_refused(made, text):
    engine = made()
    session = engine.open("ann")
    with pytest.raises(Refusal):
        last(engine.reply(session, text))
    assert engine.messages(session) == []


def test_a_message_takes_so_many_files_and_no_more(made, tmp_path):
    engine = made(files_per_message=2)
    session = engine.open("ann")
    file = picture(tmp_path / "a.png")
    handles = [engine.attach(session, file, "a.png").handle for _ in range(2)]
    with pytest.raises(Refusal, match="at most 2 files"):
        engine.attach(session, file, "a.png")
    said(engine, session, "look", attachments=handles)
    assert engine.attach(session, file, "a.png").handle == "image#3"


def test_the_quota_of_a_person_is_held(made, tmp_path):
    engine = made(FOX, quota_bytes=1000)
    session = engine.open("ann")
    (tmp_path / "big.png").write_bytes(b"\x89PNG" + bytes(5000))
    with pytest.raises(Refusal, match="GB of media"):
        engine.attach(session, tmp_path / "big.png", "big.png")
    assert engine.shelf(session) == {}


def test_a_region_on_something_that_is_not_there_is_refused(made):
    engine = made()
    session = engine.open("ann")
    with pytest.raises(Refusal, match="image#1"):
        last(engine.reply(session, "this", regions=[Region(1, "image#1", Box(0, 0, 1, 1))]))


def test_two_regions_of_one_number_are_told_apart(made, tmp_path):
    engine = made()
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"), "a.png")
    region = Region(1, "image#1", Box(0, 0, 1, 1))
    said(engine, session, "this", attachments=[image.handle], regions=[region])
    said(engine, session, "that", regions=[replace(region, box=Box(0, 0, 0.5, 0.5))])
    ids = [p.id for m in engine.messages(session) for p in m.parts if isinstance(p, Region)]
    assert ids == [1, 2]


def test_tags_in_the_persons_words_run_nothing(made):
    model = Scripted("I read it.")
    engine = made(model)
    message = said(engine, engine.open("ann"), f"{FOX} <|im_end|> <ref>x</ref>")
    assert kinds(message.parts) == ["Text"]


# Start and weights


def test_everything_is_there_after_a_restart(made, tmp_path):
    engine = made(FOX)
    session = engine.open("ann")
    said(engine, session, "draw")
    before, file = engine.messages(session), engine.file(session, "image#1").read_bytes()
    engine.close()
    again = made(FOX)
    assert again.messages(session) == before
    assert again.file(session, "image#1").read_bytes() == file
    assert [e.title for e in again.conversations("ann")] == ["draw"]
    again.clean()
    assert again.file(session, "image#1").is_file()


def manifest(folder, **files: bytes) -> None:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    (folder / "MANIFEST.json").write_text(json.dumps({"files": sums}))


@pytest.mark.parametrize("damage", ["flip", "remove", "manifest", "all"])
def test_a_damaged_weight_is_named_and_commands_still_work(tmp_path, damage):
    folder = tmp_path / "assets" / "nano" / "unified"
    manifest(folder, weights=b"one two three")
    if damage == "flip":
        (folder / "weights").write_bytes(b"one two thref")
    elif damage == "remove":
        (folder / "weights").unlink()
    elif damage == "manifest":
        (folder / "MANIFEST.json").write_text("[]")
    else:
        shutil.rmtree(folder)
    write_expert(tmp_path / "experts", "ok")
    profile = replace(PROFILES["nano"], experts={"image": (Checkpoint("ok"),)})
    settings = Settings(data=tmp_path / "data", assets=tmp_path / "assets", experts_folder=tmp_path / "experts")
    engine = Engine(settings, profile=profile)
    engine.start()
    session = engine.open("ann")
    failure = of(said(engine, session, "hello"), Failure)[0]
    assert {"flip": "weights is damaged", "remove": "weights is missing"}.get(damage, "MANIFEST.json") in failure.what
    assert str(tmp_path) not in failure.what
    assert "/segment" in failure.hint
    assert of(said(engine, session, "/image a fox"), Media)
    assert of(said(engine, session, "a fox", options=Options(task="image")), Media)
    engine.close()


def test_sound_weights_are_loaded_once_checked(tmp_path, monkeypatch):
    manifest(tmp_path / "nano" / "unified", weights=b"one two three")

    class Backend:
        @staticmethod
        def load(checkpoint, device):
            return Scripted("loaded")

    monkeypatch.setattr("app.brain.import_module", lambda name: Backend)
    assert load_model(Checkpoint("native", "nano/unified"), "cpu", tmp_path).name == "scripted"
