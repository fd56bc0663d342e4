"""Checks of a call and its settings: every fault is a sentence, every number is finite and in range."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from models.expert import Param, Task
from models.grammar import check, parse, settings
from models.tasks import TASKS
from models.values import Failure, TaskCall
from tests.unit import strategies as values

HANDLES = ("image#1", "image#2", "video#1", "audio#1", "mask#1", "region#1")


def fault(text: str, handles: tuple[str, ...] = HANDLES) -> Failure | None:
    (call,) = parse(f"<task>{text}</task>")
    assert isinstance(call, TaskCall)
    return check(call, TASKS.get(call.task), handles)


def set_to(text: str) -> tuple[dict[str, object], list[str]]:
    (call,) = parse(f"<task>{text}</task>")
    assert isinstance(call, TaskCall)
    return settings(call, TASKS[call.task])


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_the_example_of_every_task_passes(task: Task) -> None:
    (call,) = parse(task.example)
    assert isinstance(call, TaskCall)
    assert check(call, task, HANDLES) is None
    assert settings(call, task)[1] == []


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("fly image#1", "There is no task called “fly”.", "The tasks are segment, detect"),
        ("segment image#7 mask#3", "There is no image#7 or mask#3 here.", "You can use image#1, image#2, video#1"),
        (
            "segment video#1",
            "segment needs a picture to work on. segment cannot use video#1.",
            "Name one: image#1 or image#2.",
        ),
        ("segment image#1 image#2", "segment cannot use image#2.", "It takes one picture to work on"),
        ("extract image#1 video#1", "extract cannot use image#1.", "It takes one video to work on"),
        ("edit image#1", "edit needs a description.", "Put it in quotes, as in <task>edit"),
        ('edit image#1 "  "', "edit needs a description.", "Put it in quotes"),
        ('image "a" <pt>1,2</pt>', "image cannot use a point.", "It takes words in quotes."),
        ("adjust image#1", "adjust needs op=: what to do.", "Choose op=grayscale, op=sepia"),
        ("adjust image#1 op=explode", "adjust does not know op=explode.", "Choose op=grayscale"),
        (
            "inpaint",
            "inpaint needs a picture to work on. inpaint needs a description.",
            "Name one: image#1 or image#2.",
        ),
    ],
)
def test_every_fault_is_named_with_what_to_do(text: str, what: str, hint: str) -> None:
    failure = fault(text)
    assert failure is not None
    assert failure.what == what
    assert failure.hint.startswith(hint)
    assert failure.call == "t1"


def test_without_any_media_the_person_is_asked_to_attach_some() -> None:
    failure = fault("segment image#1", ())
    assert failure is not None
    assert failure.what == "There is no image#1 here: nothing is attached yet."
    assert failure.hint == "Attach a picture, video or sound first."


def test_a_medium_may_be_given_twice_where_the_task_mixes() -> None:
    assert fault("audio_adjust audio#1 video#1 op=attach") is None


def test_words_where_none_are_needed_do_no_harm_but_are_named() -> None:
    assert fault('extract video#1 "please" frame=2') is None
    assert set_to('extract video#1 "please" frame=2') == (
        {"frame": 2},
        ["extract takes no words; “please” was not used"],
    )


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("image seed=7", {"seed": 7}, ""),
        ("image seed=7.0", {"seed": 7}, ""),
        ("image seed=7.4", {"seed": 7}, "seed=7.4 was rounded to 7"),
        ("image seed=nan", {}, "seed=nan is not a finite number and was not used"),
        ("image seed=many", {}, "seed=many is not a number and was not used"),
        ("image seed=inf", {"seed": 2**31 - 1}, "seed=inf was changed to 2147483647: it goes from 0 to 2147483647"),
        ("image seed=-1e999", {"seed": 0}, "seed=-1e999 was changed to 0: it goes from 0 to 2147483647"),
        ("video duration=9999", {"duration": 30.0}, "duration=9999 was changed to 30: it goes from 0.5 to 30"),
        ("adjust op=BLUR", {"op": "blur"}, ""),
        ("adjust where=above", {}, "where=above is not one of inside, outside or all and was not used"),
        ('adjust color=""', {}, "color is empty and was not used"),
        ("image steps=5", {}, "steps=5 is not a setting of image and was not used; it knows seed and size"),
    ],
)
def test_settings_are_typed_clamped_and_explained(text: str, expected: dict[str, object], note: str) -> None:
    found, notes = set_to(text)
    assert found == expected
    assert notes == ([note] if note else [])


def test_a_seed_of_ten_thousand_digits_is_clamped() -> None:
    call = TaskCall("t1", "image", (), {"seed": "9" * 10_000})
    assert settings(call, TASKS["image"])[0] == {"seed": 2**31 - 1}


def test_defaults_and_switches() -> None:
    task = Task(
        "x", "", (), (), (), "",
        (Param("steps", "int", "", default=4), Param("loop", "bool", ""), Param("free", "float", ""), Param("gone", "text", "")),
    )  # fmt: skip
    assert settings(TaskCall("t1", "x", (), {"loop": "Yes"}), task) == ({"steps": 4, "loop": True}, [])
    assert settings(TaskCall("t1", "x", (), {"loop": "maybe"}), task)[0] == {"steps": 4}
    assert settings(TaskCall("t1", "x", (), {"free": "1e400", "steps": "x"}), task)[0] == {"steps": 4}
    assert settings(TaskCall("t1", "x", (), {"gone": "y" * 900}), task)[0] == {"steps": 4, "gone": "y" * 200}


@given(values.calls(), st.lists(values.handles, max_size=5))
@examples(max_examples=400, deadline=None)
def test_no_call_breaks_the_checks(call: TaskCall, handles: list[str]) -> None:
    failure = check(call, TASKS.get(call.task), handles)
    assert failure is None or (
        failure.what.endswith(".") and failure.hint.endswith((".", ">")) and failure.call == call.id
    )


numbers = st.one_of(st.floats().map(repr), st.integers().map(str), st.text(max_size=9))


@given(st.sampled_from(sorted(TASKS)), st.data())
@examples(max_examples=400, deadline=None)
def test_no_setting_leaves_its_range(name: str, data: st.DataObject) -> None:
    task = TASKS[name]
    given_params = {param.name: data.draw(numbers, param.name) for param in task.params}
    found, _ = settings(TaskCall("t1", name, (), given_params), task)
    for param in task.params:
        value = found.get(param.name)
        if param.type in ("int", "float") and value is not None:
            assert math.isfinite(value)
            assert param.low is not None
            assert param.high is not None
            assert param.low <= value <= param.high
            assert isinstance(value, int if param.type == "int" else float)
        elif param.type == "choice" and value is not None:
            assert value in param.choices
