"""What a message would do, told before it is sent, and what a person's own choice makes of the model's call."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from engine_stubs import FOX, Scripted, of, picture, said

from app.aim import aimed, of_those_said, said_marks
from app.events import Options
from app.target import foresee
from models import grammar
from models.tasks import TASKS
from models.values import Box, Failure, Media, Message, Region, TaskCall, Text

ONE, TWO = Media("image", "image#1", "a.png"), Media("image", "image#2", "b.png")
MASK = Media("mask", "mask#1", "m.png", {"of": "image#2"})
SHELF = {m.handle: m for m in (ONE, TWO, MASK, Media("audio", "audio#1", "a.wav"), Media("audio", "audio#2", "b.wav"))}
MARKS = {
    r.handle: r for r in (Region(1, "image#1", box=Box(0.1, 0.1, 0.5, 0.5)), Region(2, "image#2", box=Box(0, 0, 1, 1)))
}


def call(text: str) -> TaskCall:
    (made,) = grammar.parse(f"<task>{text}</task>")
    assert isinstance(made, TaskCall)
    return made


@pytest.mark.parametrize(
    ("written", "media", "regions", "becomes"),
    [
        ("adjust image#1 op=blur", (), None, "adjust image#1 op=blur"),
        ("adjust image#1 op=blur", ("image#2",), None, "adjust image#2 op=blur"),
        ("segment image#1 region#1", ("image#2",), None, "segment image#2"),
        ("segment image#1", (), ("region#2",), "segment image#2 region#2"),
        ("segment image#1 region#1", (), (), "segment image#1"),
        ("segment image#1 <box>10,10,90,90</box>", ("image#2",), None, "segment image#2"),
        ("segment image#1 <box>10,10,90,90</box>", (), ("region#1",), "segment image#1 region#1"),
        ("adjust image#1 op=blur", ("mask#1",), None, "adjust image#2 mask#1 op=blur"),
        ("adjust image#2 mask#1 op=blur", ("image#1",), None, "adjust image#1 op=blur"),
        ("audio_adjust audio#1 audio#2 op=mix", ("audio#2",), None, "audio_adjust audio#2 audio#1 op=mix"),
        ('image "a fox"', ("image#1",), ("region#1",), 'image "a fox"'),
        ('layout "a park"', (), ("region#1",), 'layout region#1 "a park"'),
    ],
)
def test_what_was_picked_takes_the_place_of_what_the_model_wrote(written, media, regions, becomes):
    made = call(written)
    told = aimed(made, TASKS[made.task], Options(media=media, regions=regions), SHELF, MARKS)
    assert grammar.write_call(told) == f"<task>{becomes}</task>"


@pytest.mark.parametrize(
    ("text", "written", "becomes"),
    [
        ("cut out region#1", "segment image#1 region#1 region#2", "segment image#1 region#1"),
        ("cut out Region 2, please", "segment image#1 region#1 region#2", "segment image#1 region#2"),
        ("cut out region#1 and region#2", "segment image#1 region#2 region#1", "segment image#1 region#2 region#1"),
        ("blur region#2", "adjust image#1 region#1 op=blur", "adjust image#1 region#2 op=blur"),
        ("blur all but region #1", "adjust image#1 region#1 op=blur where=outside", "adjust image#1 region#1 op=blur where=outside"),
        ("cut out both", "segment image#1 region#1 region#2", "segment image#1 region#1 region#2"),
        ("blur region#7", "adjust image#1 region#1 op=blur", "adjust image#1 region#1 op=blur"),
        ("my region10 is lovely", "segment image#1 region#1", "segment image#1 region#1"),
    ],
)  # fmt: skip
def test_a_mark_that_the_words_leave_out_is_not_meant(text, written, becomes):
    told = of_those_said(call(written), said_marks(text, MARKS))
    assert grammar.write_call(told) == f"<task>{becomes}</task>"


def test_a_call_without_a_place_gets_only_the_drawn_marks_that_the_words_name(made, tmp_path):
    engine = made("<task>segment image#1</task>")
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"))
    drawn = [Region(1, image.handle, box=Box(0, 0, 0.5, 1)), Region(2, image.handle, box=Box(0.5, 0, 1, 1))]
    for text, marks in (("cut out region#2", ["region#2"]), ("cut these out", ["region#1", "region#2"])):
        target = foresee(engine, session, text, [image.handle], drawn)
        assert target is not None
        assert target.calls[0].refs("region") == marks


def test_a_message_is_foreseen_and_nothing_of_it_is_kept(made, tmp_path):
    engine = made(f"Here it comes.{FOX}")
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"))
    target = foresee(engine, session, "draw a fox", [image.handle], [Region(1, image.handle, box=Box(0, 0, 1, 1))])
    assert target is not None
    assert [(c.task, c.phrases()) for c in target.calls] == [("image", ["a fox"])]
    ((messages, shelf, options),) = engine.brain.model.asked
    assert options.brief
    assert options.temperature == 0
    assert [type(part).__name__ for part in messages[-1].parts] == ["Media", "Region", "Text"]
    assert list(shelf) == ["image#1"]
    assert engine.messages(session) == []
    assert engine.pending(session) == ["image#1"]
    assert not engine.busy(session)


def test_words_alone_are_an_answer_and_nothing_is_no_question(made):
    engine = made("Hello there.")
    session = engine.open("ann")
    target = foresee(engine, session, "hello")
    assert target is not None
    assert (target.calls, target.fault) == ((), "")
    assert foresee(engine, session, "  ") is None


def test_a_drawn_region_that_the_router_would_add_is_told(made, tmp_path):
    engine = made("<task>segment image#1</task>")
    session = engine.open("ann")
    image = engine.attach(session, picture(tmp_path / "a.png"))
    regions = [Region(1, image.handle, box=Box(0, 0, 1, 1)), Region(2, image.handle, box=Box(0, 0, 0.5, 1))]
    for picked, refs in ((None, ["image#1", "region#1", "region#2"]), (("region#2",), ["image#1", "region#2"])):
        target = foresee(engine, session, "cut", [image.handle], regions, Options(regions=picked))
        assert target is not None
        assert target.calls[0].refs() == refs
    none = foresee(engine, session, "cut", [image.handle], regions, Options(regions=()))
    assert none is not None
    assert none.calls[0].refs() == ["image#1"]


def test_commands_are_read_without_the_model(made):
    engine = made("unused")
    session = engine.open("ann")
    drawn, wrong = foresee(engine, session, '/image "a fox"'), foresee(engine, session, "/imaeg a fox")
    assert drawn is not None
    assert drawn.calls[0].task == "image"
    assert wrong is not None
    assert "no command" in wrong.fault
    assert engine.brain.model.asked == []


def test_a_chosen_task_that_the_model_does_not_call_is_told_as_it_will_run(made):
    engine = made("I would rather talk.")
    session = engine.open("ann")
    target = foresee(engine, session, "a fox", options=Options(task="image"))
    assert target is not None
    assert [(c.task, c.phrases()) for c in target.calls] == [("image", ["a fox"])]
    missing = foresee(engine, session, "this", options=Options(task="segment"))
    assert missing is not None
    assert missing.fault


def test_a_newer_question_ends_an_older_one(made):
    engine = made(f"{'word ' * 400}{FOX}")
    asked = iter([False] * 5 + [True] * 1000)
    assert foresee(engine, engine.open("ann"), "draw", cancel=lambda: next(asked)) is None
    assert engine.brain.model.pieces < 10
    assert engine.brain.model.closed == 1


def test_nothing_is_foreseen_while_any_reply_is_made(made):
    engine = made(Scripted(FOX), experts=("slow",))
    session, other = engine.open("ann"), engine.open("ben")
    events = engine.reply(session, "draw")
    next(events)
    before = len(engine.brain.model.asked)
    assert foresee(engine, other, "draw") is None
    assert len(engine.brain.model.asked) == before
    events.close()
    assert foresee(engine, other, "draw") is not None


def test_a_reply_that_begins_ends_the_question(made):
    engine = made(f"{'word ' * 4000}{FOX}")
    session = engine.open("ann")
    engine.brain.model.pause = 0.001
    found: list[object] = ["never"]
    thread = threading.Thread(target=lambda: found.__setitem__(0, foresee(engine, session, "draw")))
    thread.start()
    while not engine.brain.model.pieces:
        pass
    events = engine.reply(engine.open("ben"), "draw")
    next(events)
    thread.join(20)
    assert found == [None]
    events.close()


def test_a_profile_whose_model_is_slow_is_not_asked(made):
    engine = made(FOX)
    engine.profile = replace(engine.profile, foresees=False)
    assert foresee(engine, engine.open("ann"), "draw") is None
    assert engine.brain.model.asked == []


def test_a_pick_reaches_the_model_and_the_call(made, tmp_path):
    engine = made('<task>image "x"</task><task>segment image#1</task>')
    session = engine.open("ann")
    for name in ("a", "b"):
        engine.attach(session, picture(tmp_path / f"{name}.png"))
    message = said(
        engine, session, "cut it out", attachments=["image#1", "image#2"], options=Options(media=("image#2",))
    )
    assert engine.brain.model.asked[-1][2].chosen == ("image#2",)
    assert [c.refs() for c in of(message, TaskCall)] == [[], ["image#1"]]  # only the first call is the person's
    engine.brain.model.script = "<task>segment image#1</task>"
    message = said(engine, session, "cut it out", options=Options(media=("image#2",)))
    assert of(message, TaskCall)[0].refs() == ["image#2"]
    assert engine.brain.model.asked[-1][2].chosen == ("image#2",)


def test_a_pick_of_what_is_not_here_is_refused_in_words(made):
    engine = made("<task>segment image#1</task>")
    message = said(engine, engine.open("ann"), "cut", options=Options(media=("image#9",)))
    assert "image#9" in of(message, Failure)[0].what


def test_names_of_the_model_and_the_person_are_kept_apart(made, tmp_path):
    engine = made("<task>segment image#1</task>")
    session = engine.open("ann")
    first, second = (engine.attach(session, picture(tmp_path / f"{n}.png")) for n in "ab")
    assert (first.handle, second.handle) == ("image#1", "image#2")
    # Only the second is sent: to the model it is the first picture there is.
    target = foresee(engine, session, "cut", [second.handle], options=Options(media=(second.handle,)))
    assert target is not None
    assert target.calls[0].refs() == ["image#2"]
    assert engine.brain.model.asked[-1][2].chosen == ("image#1",)
    assert Message("user", (Text("cut"),)) not in engine.messages(session)
