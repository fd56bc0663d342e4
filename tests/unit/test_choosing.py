"""What the page's chip sends and what is shown of a target: choices of what exists, and nothing else is believed."""

from __future__ import annotations

from typing import Any

import pytest

from app.choosing import annotated, marks_json, picked, target_json
from app.events import Options
from app.target import Target
from models.tasks import TASKS
from models.values import Box, Media, Message, Phrase, Ref, Region, TaskCall, Text

SHELF = {f"image#{n}": Media("image", f"image#{n}", f"{n}.png", {"name": f"{n}.png"}) for n in (1, 2)}
MARK = Region(1, "image#1", box=Box(0.1, 0.1, 0.5, 0.5), label="ball")
CUT = TaskCall("t1", "segment", (Ref("image#1"), Phrase("the ball")))


def link(path: str) -> str:
    return f"/f/{path}"


def card(value: dict[str, Any]) -> dict[str, Any]:
    return {"value": value}


def shown(*messages: Message) -> list[dict[str, Any]]:
    entries = [{"role": m.role, "content": [card({"kind": m.role})]} for m in messages]
    return [
        {name: data for item in entry["content"] for name, data in item["value"].items() if name != "kind"}
        for entry in annotated(entries, messages, SHELF, TASKS, link, card)
    ]


@pytest.mark.parametrize(
    "choice",
    [
        None,
        3,
        [],
        "segment",
        {"task": 3, "media": "image#1", "regions": "all"},
        {"task": "nonsense", "media": [1, None]},
    ],
)
def test_a_choice_that_makes_no_sense_is_no_choice(choice):
    assert picked(choice, SHELF, ["region#1"], TASKS) == Options()


def test_only_what_exists_can_be_picked():
    choice = {"task": "segment", "media": ["image#2", "image#2", "image#9"], "regions": ["region#1", "region#7"]}
    made = picked(choice, SHELF, ["region#1"], TASKS)
    assert (made.task, made.media, made.regions) == ("segment", ("image#2",), ("region#1",))
    assert picked({"regions": []}, SHELF, ["region#1"], TASKS).regions == ()


def test_a_target_is_told_as_words_and_handles():
    assert target_json(None) is None
    assert target_json(Target()) == {"calls": [], "fault": ""}
    told = target_json(Target((CUT,)))
    assert told is not None
    assert told["calls"] == [{"task": "segment", "media": ["image#1"], "regions": [], "phrases": ["the ball"]}]


def test_marks_have_the_colours_of_their_numbers():
    marks = [MARK, Region(2, "image#2", box=Box(0, 0, 1, 1)), Region(3, "image#1", box=Box(0, 0, 1, 1))]
    assert [mark["index"] for mark in marks_json(marks)] == [0, 1, 2]


def test_a_message_tells_what_was_understood_once_its_reply_is_there():
    asked = Message("user", (SHELF["image#1"], MARK, Text("cut the ball out")))
    user, reply = shown(asked, Message("assistant", (Text("Here."), CUT)))
    (call,) = user["understood"]
    assert (call["media"], call["regions"], call["phrases"]) == (["image#1"], ["region#1"], ["the ball"])
    assert call["colours"] == {"region#1": 0}
    assert "answers" not in reply
    assert [m["ref"] for m in reply["meant"]["media"]] == ["image#1", "image#2"]
    (drawn,) = reply["meant"]["drawn"]
    assert (drawn["ref"], drawn["of"], drawn["label"]) == ("region#1", "image#1", "ball")
    assert shown(asked, Message("assistant", (CUT,), "running")) == [{}, {}]


def test_what_a_reply_made_is_not_offered_for_making_it_again():
    made = Media("image", "image#3", "3.png", {"call": "t1"})
    asked = Message("user", (Text("cut it out"),))
    entries = [{"role": "user", "content": [card({})]}, {"role": "assistant", "content": []}]
    reply = Message("assistant", (CUT, made))
    told = annotated(entries, [asked, reply], {**SHELF, "image#3": made}, TASKS, link, card)
    assert [m["ref"] for m in told[1]["content"][0]["value"]["meant"]["media"]] == ["image#1", "image#2"]


def test_only_the_last_reply_can_be_meant_otherwise_and_a_command_too_if_it_called_something():
    asked, reply = Message("user", (Text("cut"),)), Message("assistant", (CUT,))
    first, last = shown(asked, reply, asked, reply)[1::2]
    assert first == {}
    assert set(last) == {"meant"}
    told = shown(Message("user", (Text("/segment image#1"),)), reply)
    assert (told[0], set(told[1]), told[1]["meant"]["command"]) == ({}, {"meant"}, True)


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ("Which one do you mean: image#1 or image#2?", ["image#1", "image#2"]),
        ("I see two. Do you mean image#2 or image#1?", ["image#2", "image#1"]),
        ("Do you mean image#1 or image#7?", None),
        ("image#1 is larger than image#2.", None),
        ("image#1 or image#2? I took the first.", None),
        ("Do you mean image#12 or image#1?", None),
        ("How: brighter, sharper or more colourful?", ["brighter", "sharper", "more colourful"]),
        ("Sure. How would you like it: louder or with a fade at the end?", ["louder", "with a fade at the end"]),
        ("Which one: image#1 or image#7?", None),
        ("I can do a lot: blur, crop or turn it.", None),
        ("What is it: " + "x" * 41 + " or y?", None),
        ("How: louder?", None),
        ("What should I do with it?", None),
    ],
)
def test_the_media_and_the_ways_that_a_question_names_answer_it(words, answers):
    told = shown(Message("user", (Text("blur it"),)), Message("assistant", (Text(words),)))[1]
    assert (answers is None) == ("answers" not in told)
    assert answers is None or [m["ref"] for m in told["answers"]] == answers
