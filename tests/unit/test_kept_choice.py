"""What a person chose for a reply is kept with it: Retry chooses it again, a branch and a bundle carry it along."""

from __future__ import annotations

import json
import zipfile

import pytest
from engine_stubs import FOX, last, make_engine, of, picture, said

from app import bundle
from app.choosing import picked
from app.chosen import is_kept, kept
from app.events import Options
from app.target import Target, foresee
from models.expert import Refusal
from models.tasks import TASKS
from models.unified.stream import WORDS
from models.values import Box, Failure, Media, Region, Step, TaskCall

CHOICE = Options(task="image", media=("image#2",), regions=("region#1",), implementation="ok")


def asked(engine):
    """Return what the model was asked for last: the forced task and the handles."""
    options = engine.brain.model.asked[-1][2]
    return options.force_task, options.chosen


@pytest.fixture
def talk(made, tmp_path):
    """An engine whose model draws, a conversation with two pictures and a mark, and a reply with everything chosen."""
    engine = made(FOX, experts=("black", "ok"))
    session = engine.open("ann")
    for name in "ab":
        engine.attach(session, picture(tmp_path / f"{name}.png"))
    region = Region(1, "image#1", Box(0, 0, 1, 1))
    said(engine, session, "draw", attachments=["image#1", "image#2"], regions=[region], options=CHOICE)
    return engine, session


def test_retry_chooses_what_was_chosen_for_the_reply_that_is_shown(talk):
    engine, session = talk
    first = asked(engine)
    assert first == ("image", ("image#2", "image#1", "region#1"))
    last(engine.retry(session))
    assert asked(engine) == first
    last(engine.retry(session, options=Options(task=WORDS)))
    assert asked(engine) == (WORDS, ())
    last(engine.retry(session, seed=3))
    assert asked(engine) == (WORDS, ()), "the newest wish is the one that is shown"
    engine.choose(session, engine.placed(session)[1].variants[0])
    last(engine.retry(session))
    assert asked(engine) == first
    last(engine.retry(session, options=Options()))
    assert asked(engine) == (None, ()), "to choose nothing is a choice as well"


def test_the_expert_that_was_chosen_makes_it_again(talk):
    engine, session = talk
    assert of(last(engine.retry(session)).message, Step)[0].expert == "stub ok"


def test_it_outlives_the_program_a_branch_and_a_bundle(talk, tmp_path):
    engine, session = talk
    first = asked(engine)
    again = make_engine(tmp_path, FOX, experts=("black", "ok"))
    for there in (
        session,
        again.branch_off(session),
        bundle.load(again, "bob", bundle.save(again, session, tmp_path / "talk.zip")),
    ):
        last(again.retry(there))
        assert asked(again) == first
    again.close()


def test_what_is_not_there_any_more_is_not_chosen_again(talk):
    engine, session = talk
    gone = {"task": "no such task", "expert": "gone", "media": ["image#9", "x"], "regions": ["region#1", "region#8"]}
    engine.history._db.execute("UPDATE message SET chosen = ? WHERE role = 'assistant'", (json.dumps(gone),))
    message = last(engine.retry(session)).message
    assert asked(engine) == (None, ("image#1", "region#1"))
    assert of(message, Failure) == []


@pytest.mark.parametrize(
    "chosen",
    [
        [],
        "image",
        {"task": 1},
        {"media": "image#1"},
        {"media": [1]},
        {"regions": {}},
        {"params": {"op": 3}},
        {"x": "y"},
        {"media": ["image#1"] * 65},
    ],
)
def test_a_forged_choice_is_refused(talk, tmp_path, chosen):
    engine, session = talk
    path = bundle.save(engine, session, tmp_path / "talk.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "forged.zip", "w") as new:
        for name in old.namelist():
            told = old.read(name)
            if name == "manifest.json":
                manifest = json.loads(told)
                manifest["messages"][1]["chosen"] = chosen
                told = json.dumps(manifest).encode()
            new.writestr(name, told)
    with pytest.raises(Refusal, match="was chosen"):
        bundle.load(engine, "eve", tmp_path / "forged.zip")
    assert engine.history.conversations("eve") == []


def test_only_what_differs_from_the_usual_is_kept():
    assert kept(Options(seed=5)) == {}
    told = kept(CHOICE)
    assert told == {"task": "image", "expert": "ok", "media": ["image#2"], "regions": ["region#1"]}
    assert is_kept(json.loads(json.dumps(told)))
    assert kept(Options(regions=()))["regions"] == []


# An answer in words


def test_words_alone_are_asked_of_the_model_and_nothing_is_run(made):
    engine = made(f"I would say so.{FOX}")
    session = engine.open("ann")
    message = said(engine, session, "draw a fox", options=Options(task=WORDS))
    assert asked(engine) == (WORDS, ())
    assert message.text == "I would say so."
    assert of(message, TaskCall) == of(message, Media) == []
    assert "image was not done" in of(message, Failure)[0].what, "a model that calls all the same is told of"


def test_a_command_is_done_whatever_the_chip_says(made):
    engine = made("unused")
    message = said(engine, engine.open("ann"), '/image "a fox"', options=Options(task=WORDS))
    assert of(message, Media)


def test_an_answer_in_words_is_foreseen_without_the_model(made):
    engine = made(FOX)
    session = engine.open("ann")
    assert foresee(engine, session, "draw a fox", options=Options(task=WORDS)) == Target()
    assert foresee(engine, session, " ", options=Options(task=WORDS)) is None
    assert engine.brain.model.asked == []


def test_the_browser_may_choose_it_and_no_task_can_be_called_so():
    assert picked({"task": WORDS}, {}, (), TASKS).task == WORDS
    assert WORDS not in TASKS
    assert " " in WORDS


def test_a_task_that_was_chosen_and_done_is_not_asked_for_again_of_words_that_are_no_command(made, tmp_path):
    engine = made("Gladly.<task>adjust image#1 op=sepia</task>")
    session = engine.open("ann")
    engine.attach(session, picture(tmp_path / "a.png"))
    options = Options(task="adjust", media=("image#1",))
    message = said(engine, session, "warmer, please", attachments=["image#1"], options=options)
    assert [call.params for call in of(message, TaskCall)] == [{"op": "sepia"}]
    # The profile of this test has no expert for it; “/adjust warmer, please” would also be told to lack its op=.
    assert ["no expert for adjust" in failure.what for failure in of(message, Failure)] == [True]
