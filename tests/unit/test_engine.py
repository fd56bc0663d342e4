"""The engine on a scripted model: what a reply holds, when it ends, what fails how, and that nothing is lost or mixed up."""

from __future__ import annotations

import itertools
import logging
import re
from dataclasses import replace

import pytest
from engine_stubs import FOX, Scripted, kinds, last, of, picture, said, write_expert

from app.engine import Engine
from app.events import Finished, Grown, Options
from app.settings import Settings
from models.expert import Refusal
from models.profiles import PROFILES
from models.values import Box, Checkpoint, Failure, Media, Region, Step, TaskCall, Text

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
        raise RuntimeError("secret at /srv/weights")

    engine = made(fails)
    session = engine.open("ann")
    with caplog.at_level(logging.ERROR):
        finished = last(engine.reply(session, "hi"))
    failure = of(finished.message, Failure)[0]
    assert finished.reason == "failed"
    assert failure.incident in caplog.text
    assert "secret at /srv/weights" in caplog.text
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
    assert failures == [Failure("There is no dog.", "Draw a box round it.", "t1", expert="stub refuses")]


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
