"""The experts of one task are told apart by their names; who is named runs it, and stays chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engine_stubs import FOX, last, of, said

from app.events import Options
from app.meant import as_meant
from app.overrides import choices
from app.replay import replay
from models.expert import Found, Picture, Refusal, discover
from models.profiles import PROFILES
from models.profiles_hub import hub_profiles
from models.router import Router
from models.slash import EXPERT, help_text, parse_slash
from models.store import Store
from models.tasks import TASKS
from models.values import Checkpoint, Media, Message, Phrase, Ref, Step, TaskCall, Text

CALL = TaskCall("t1", "image", (Phrase("a fox"),))
BRUSH, PEN = (Checkpoint("paints", source=source) for source in ("nano/brush", "nano/pen"))


def paints(*checkpoints, folder):
    """A router whose one implementation for pictures tells which checkpoint it was loaded with."""

    def load(checkpoint, device):
        return lambda call, inputs, report: Picture(
            np.full((4, 4, 3), 9, np.uint8), meta={"source": checkpoint.source, "steps": checkpoint.call.get("steps")}
        )

    profile = replace(PROFILES["nano"], experts={"image": checkpoints})
    return Router(profile, Store(folder), {"paints": Found("paints", TASKS["image"], "Paint", load)})


def ran(router, expert=None):
    with router.run(CALL, {}, {}, lambda *_: None, implementation=expert) as made:
        return made.values[0].meta, made.step


# Names


def test_two_checkpoints_of_one_implementation_are_told_apart_and_each_is_run_by_its_name(tmp_path):
    router = paints(replace(BRUSH, name="Brush"), replace(PEN, name="Pen"), folder=tmp_path)
    assert [router.expert_name(choice) for choice in router.implementations("image")] == ["Brush", "Pen"]
    meta, step = ran(router, "Pen")
    assert (meta["source"], step.expert, step.checkpoint) == ("nano/pen", "Pen", "nano/pen")
    assert ran(router, "Brush")[0]["source"] == ran(router)[0]["source"] == "nano/brush"
    assert router.recorded("image", "Pen", "") == router.named("image", "Pen")[0] == replace(PEN, name="Pen")
    assert router.named("image", "paints")[0] == replace(BRUSH, name="Brush"), "a file's name means its first"


def test_two_that_are_loaded_from_one_place_are_not_taken_for_each_other(tmp_path):
    few, many = (replace(BRUSH, name=f"{steps} steps", call={"steps": steps}) for steps in (4, 50))
    router = paints(few, many, folder=tmp_path)
    assert [ran(router, name)[0]["steps"] for name in ("4 steps", "50 steps")] == [4, 50]


def test_those_that_nobody_named_apart_are_told_apart_by_what_they_are_loaded_from(tmp_path):
    router = paints(BRUSH, PEN, folder=tmp_path)
    assert ran(router, "Paint: nano/pen")[1].expert == "Paint: nano/pen"
    with pytest.raises(Refusal) as refused:
        ran(router, "Paint")
    assert "Paint: nano/brush, Paint: nano/pen" in refused.value.hint
    assert router.expert_name(BRUSH) != router.expert_name(PEN)
    assert paints(BRUSH, folder=tmp_path).expert_name(BRUSH) == "Paint"


def test_a_record_of_an_expert_that_has_another_name_now_is_known_by_what_it_was_loaded_from(tmp_path):
    router = paints(replace(BRUSH, name="Brush"), replace(PEN, name="Pen"), folder=tmp_path)
    assert router.recorded("image", "Paint", "nano/pen").name == "Pen"
    assert router.recorded("image", "Paint", "") is None


def test_a_name_that_stands_for_other_weights_now_is_not_what_a_record_names(tmp_path):
    hub = Checkpoint("paints", source="maker/brush", revision="a" * 40, name="Hub")
    router = paints(replace(BRUSH, name="Brush"), replace(PEN, name="Pen"), hub, folder=tmp_path)
    for name in ("Brush", "Pen", "Hub"):
        step = ran(router, name)[1]
        assert router.recorded("image", step.expert, step.checkpoint) == router.named("image", name)[0]
    for name, other in (("Pen", "nano/other"), ("Hub", f"maker/brush@{'b' * 40}"), ("Hub", "maker/brush")):
        assert router.recorded("image", name, other) is None
    assert router.recorded("image", "Pen", "nano/brush").name == "Brush", "what it was loaded from counts, not the name"
    assert router.told_of("image", "Pen", "nano/other") == "“Pen” with the weights nano/other"
    assert router.told_of("image", "Quill", "nano/other") == "“Quill”"


@pytest.mark.parametrize("name", PROFILES)
def test_no_profile_has_two_experts_of_a_task_under_one_name_whatever_nano_has_beside(name, tmp_path):
    nano, images = PROFILES["nano"], Checkpoint("image_diffusers", "nano/somewhere", name="Small network")
    with_network = replace(nano, experts={**nano.experts, "image": (*nano.experts["image"], images)})
    found_here = discover()
    for profile in (PROFILES[name], {"nano": with_network, **hub_profiles(with_network)}[name]):
        router = Router(profile, Store(tmp_path), found_here)
        for task in profile.experts:
            plain = [c.name or found_here[c.implementation].name for c in router.implementations(task)]
            assert len(set(plain)) == len(plain), (name, task, plain)
            for choice in router.implementations(task):
                assert router.named(task, router.expert_name(choice)) == [choice]


# Chosen, run, and kept


def test_a_command_names_its_expert_which_is_no_part_of_the_call_and_stays_at_retry(made):
    engine = made(experts=("ok", "black"))
    session = engine.open("ann")
    for word in ('"stub black"', "black"):
        message = said(engine, session, f"/image a fox expert={word}")
        (step,), (call,) = of(message, Step), of(message, TaskCall)
        assert (step.expert, call.phrases(), EXPERT in call.params, EXPERT in step.tokens) == (
            "stub black", ["a fox"], False, False,
        )  # fmt: skip
        assert of(last(engine.retry(session)).message, Step)[0].expert == "stub black"
    assert of(said(engine, session, "/image a fox"), Step)[0].expert == "stub ok"


def test_what_was_chosen_beside_a_command_counts_more_than_its_words(made):
    engine = made(experts=("ok", "black"))
    session = engine.open("ann")
    message = said(engine, session, "/image a fox expert=ok", options=Options(implementation="stub black"))
    assert of(message, Step)[0].expert == "stub black"


def test_a_command_of_another_task_than_the_one_picked_keeps_the_expert_that_it_names(made):
    engine = made(experts=("ok", "black"))
    session = engine.open("ann")
    for beside in (Options(task="segment"), Options(task="segment", implementation="ok")):
        message = said(engine, session, "/image a fox expert=black", options=beside)
        assert of(message, Step)[0].expert == "stub black"
    message = said(engine, session, "/image a fox", options=Options(task="segment", implementation="black"))
    assert of(message, Step)[0].expert == "stub ok", "black was chosen for segment"


def test_an_expert_that_was_chosen_by_its_name_is_chosen_again(made):
    engine = made(FOX, experts=("ok", "black"))
    session = engine.open("ann")
    said(engine, session, "draw", options=choices(engine, task="image", expert="stub black"))
    assert of(last(engine.retry(session)).message, Step)[0].expert == "stub black"
    with pytest.raises(Refusal, match="blue is no expert for image") as refused:
        choices(engine, task="image", expert="blue")
    assert refused.value.hint == "There are: ok (stub ok), black (stub black)."


def test_words_between_quotes_name_no_expert_and_the_help_names_them(made):
    call = parse_slash('/image "a sign expert=black there"', {}, (), TASKS)
    assert EXPERT not in call.params
    engine = made(experts=("ok", "black"))
    assert "expert=: who does it (stub ok, stub black)" in said(engine, engine.open("ann"), "/help image").text
    assert "expert=" not in help_text(TASKS, "image", lambda task: ["the only one"])


def test_meant_otherwise_a_command_keeps_its_expert_as_long_as_its_task_has_it():
    shelf = {f"image#{n}": Media("image", f"image#{n}", "x.png", {}) for n in (1, 2)}
    asked = Message("user", (Text('/detect image#1 "a cat" expert="The eye"'),))
    call = TaskCall("t1", "detect", (Ref("image#1"), Phrase("a cat")))
    for options, text in (
        (Options(media=("image#2",)), '/detect image#2 "a cat" expert="The eye"'),
        (Options(task="segment"), '/segment image#1 "a cat"'),
    ):
        assert as_meant(asked, [call], options, None, 1, shelf, {}, TASKS).text == text


def test_a_replay_runs_the_expert_that_ran(made):
    engine = made(experts=("ok", "black"))
    session = engine.open("ann")
    said(engine, session, "/image a fox seed=3 expert=black")
    said(engine, session, "/image a fox seed=3")
    assert [one.outcome for one in replay(engine, session)] == ["same", "same"]
