"""Under a result and under a call that failed: the other experts of its task, the call as it was, its seed, and what a file tells."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from engine_stubs import last, of, said, write_expert

from app.again import by, chosen, command, found
from app.cards import again_json
from app.events import Options
from app.recipes import settings_of
from app.render import entries
from models import recipe
from models.expert import Refusal
from models.media import encode_png
from models.slash import EXPERT
from models.values import Box, Checkpoint, Failure, Media, Message, Phrase, Region, Step, TaskCall, from_json, to_json

CALL = TaskCall("t1", "image", (Phrase("a fox"),))
REFUSES = 'raise Refusal("There is no fox.", "Ask for a dog.")'


def cards(engine, session):
    """Return the cards of the latest reply as the page has them."""
    shown = entries(
        engine.messages(session)[-1:], engine.shelf(session), str, lambda value: {"card": value},
        tasks=engine.router.tasks, experts=engine.expert_names,
    )  # fmt: skip
    return [part["card"] for part in shown[0]["content"] if isinstance(part, dict)]


def test_under_a_result_stand_the_other_experts_of_its_task_and_none_where_it_is_the_only_one(made):
    engine = made(experts=("ok", "black", "preview"))
    session = engine.open("ann")
    said(engine, session, "/image a fox expert=black")
    assert cards(engine, session)[0]["again"]["others"] == ["stub ok", "stub preview"]
    engine.router.profile = replace(engine.profile, experts={"image": (Checkpoint("black"),)})
    assert cards(engine, session)[0]["again"]["others"] == []


def test_a_failure_tells_which_expert_it_was_of_and_the_others_are_offered(made, tmp_path):
    write_expert(tmp_path / "experts", "no_fox", body=REFUSES)
    engine = made(experts=("no_fox", "raises", "ok"))
    session = engine.open("ann")
    for text, was in (("/image a fox", "no_fox"), ("/image a fox expert=raises", "raises"), ("/image x expert=y", "")):
        (failure,) = of(said(engine, session, text), Failure)
        assert failure.expert == (f"stub {was}" if was else "y")
        assert from_json(to_json(failure)) == failure
        others = [name for name in ("stub no_fox", "stub raises", "stub ok") if name != failure.expert]
        assert cards(engine, session)[0]["again"]["others"] == others


def test_what_fails_before_it_comes_to_an_expert_offers_none(made):
    engine = made(experts=("ok", "black"))
    session = engine.open("ann")
    (failure,) = of(said(engine, session, "/image"), Failure)
    assert (failure.expert, again_json(CALL, None, failure, ["stub ok", "stub black"])["others"]) == ("", [])


def test_a_failed_call_is_found_as_it_was_to_run_with_its_marks_and_its_seed(made, tmp_path):
    write_expert(tmp_path / "experts", "no_fox", task="segment", body=REFUSES)
    engine = made("<task>segment image#1</task>", experts=("ok",))
    engine.router.profile = replace(engine.profile, experts={"segment": (Checkpoint("no_fox"), Checkpoint("other"))})
    session = engine.open("ann")
    path = tmp_path / "p.png"
    path.write_bytes(encode_png(np.full((8, 8, 3), 9, np.uint8)))
    engine.attach(session, path)
    mark = Region(1, "image#1", Box(0, 0, 0.5, 0.5))
    said(engine, session, "cut it out", attachments=["image#1"], regions=[mark])
    (call,) = of(engine.messages(session)[-1], TaskCall)
    again, step = found(engine, session, call.id)
    assert (step, again.refs()) == (None, ["image#1", "region#1"])
    assert command(again, engine.shelf(session), engine.router.tasks) == "/segment image#1 region#1"
    last(engine.retry(session, options=Options(regions=())))
    (call,) = of(engine.messages(session)[-1], TaskCall)
    assert found(engine, session, call.id)[0].refs() == ["image#1"], "marks that were left out stay out"
    with pytest.raises(Refusal, match="not in the conversation"):
        found(engine, session, "t99")


def test_what_a_call_was_that_cannot_be_read_is_refused(made):
    engine = made(experts=("ok",))
    session = engine.open("ann")
    step = of(said(engine, session, "/image a fox"), Step)[0]
    assert found(engine, session, step.call)[1] == step
    told = json.dumps([to_json(replace(step, tokens="no tokens"))])
    engine.history._db.execute("UPDATE message SET parts = ? WHERE role = 'assistant'", (told,))
    engine.history._kept.forget(session.conversation)
    with pytest.raises(Refusal, match="cannot be read"):
        found(engine, session, step.call)


def test_a_command_names_the_expert_only_where_the_call_would_go_to_another(made):
    engine = made(experts=("ok", "black"))
    ok, black = engine.router.implementations("image")
    assert by(engine, CALL, {}, ok) == {}
    assert by(engine, CALL, {}, black) == {EXPERT: "stub black"}
    odd = replace(black, name='the "black" one')
    engine.router.profile = replace(engine.profile, experts={"image": (ok, odd)})
    assert by(engine, CALL, {}, odd) == {EXPERT: "black"}, "a name that a command cannot hold"


def test_a_call_is_made_again_by_the_expert_that_ran_it_or_the_one_that_is_named_and_by_no_other(made):
    engine = made(experts=("ok", "black"))
    ok, black = engine.router.implementations("image")
    step = Step("t1", "image", "stub black", "", 7, 0.1, "<task>image</task>")
    assert chosen(engine, CALL, step) == chosen(engine, CALL, None, "stub black") == black
    assert chosen(engine, CALL, step, "stub ok") == ok
    for asked, reason in (
        ((replace(step, expert="stub gone"), ""), "“stub gone”, which did this, is not in the profile nano"),
        ((step, "stub gone"), "no expert called stub gone for image"),
        ((None, ""), "did not run"),
    ):
        with pytest.raises(Refusal, match=reason):
            chosen(engine, CALL, *asked)


def test_the_seed_is_seen_without_opening_the_record_of_calls_that_have_one():
    def brief(task):
        step = Step("t1", task, "Expert", "", 7, 0.12, f"<task>{task}</task>")
        (entry,) = entries([Message("assistant", (step,))], {}, str, lambda value: {"card": value})
        return entry["content"][0]["card"]["step"]["brief"]

    assert brief("image") == "Expert · 0.1 s · seed 7"
    assert brief("adjust") == "Expert · 0.1 s"


# What a picture's file tells


def test_a_picture_of_the_second_expert_is_made_again_by_it_and_said_so_where_it_is_not_there(made, tmp_path):
    engine = made(experts=("ok", "black"))
    session = engine.open("ann")
    first, second = (
        of(said(engine, session, f"/image a fox seed=5 expert={name}"), Media)[-1] for name in ("ok", "black")
    )
    other = engine.open("ann")
    for medium in (first, second):
        engine.attach(other, engine.store.file(medium), "p.png")
    said(engine, other, "hello", attachments=["image#1", "image#2"])
    told = [settings_of(engine, other, handle) for handle in ("image#1", "image#2")]
    assert [one["command"] for one in told] == ['/image "a fox" seed=5', '/image "a fox" seed=5 expert="stub black"']
    assert [one["note"] for one in told] == ["", ""]
    for one, medium in zip(told, (first, second), strict=True):
        again = of(said(engine, other, one["command"]), Media)[-1]
        assert engine.store.file(again).read_bytes() == engine.store.file(medium).read_bytes()
    engine.router.profile = replace(engine.profile, experts={"image": (Checkpoint("ok"),)})
    lacking = settings_of(engine, other, "image#2")
    assert lacking["command"] == '/image "a fox" seed=5'
    assert "It was made by “stub black”, which the profile nano does not have; it has “stub ok”." in lacking["note"]
    assert recipe.read(engine.store.file(second))["expert"] == "stub black"
