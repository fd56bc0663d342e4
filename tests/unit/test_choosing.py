"""What the page's chip sends and what is shown of a target: choices of what exists, and nothing else is believed."""

from __future__ import annotations

from typing import Any

import pytest

from app.choosing import annotated, marks_json, picked, target_json
from app.events import Options
from app.render import entries
from app.target import Target
from models.markings import MARK_HINT
from models.tasks import TASKS
from models.values import Box, Failure, Media, Message, Phrase, Ref, Region, Span, TaskCall, Text

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
    here = {"task": "segment", "media": ["image#1"], "regions": [], "phrases": ["the ball"], "details": []}
    assert told["calls"] == [here]
    fade = TaskCall("t1", "audio_adjust", (Ref("audio#1"), Span(1, 2.5), Span(3, 4)), {"op": "fade_out", "seed": "7"})
    told = target_json(Target((fade,)))
    assert told is not None
    assert told["calls"][0]["details"] == ["fade_out", "1.00 s to 2.50 s", "3.00 s to 4.00 s"]


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


TUNE = Media("audio", "audio#1", "t.wav", {"name": "t.wav", "duration": 4.0})


def heard(words, *attached, spans=()):
    """Return what a person's message in *words* shows once its reply has worked on *spans* of TUNE."""
    asked = Message("user", (*attached, Text(words)))
    call = TaskCall("t7", "audio_adjust", (Ref("audio#1"), *(spans or [Span(1, 3)])), {"op": "fade_out"})
    messages, shelf = [asked, Message("assistant", (call,))], {"audio#1": TUNE}
    told = annotated(entries(messages, shelf, link, card), messages, shelf, TASKS, link, card)
    return told[0]["content"][0]["value"]["items"]


def test_a_stretch_that_was_understood_is_echoed_on_its_sound_and_once_where_the_words_name_it():
    (shown,) = heard("fade the middle out", TUNE)
    assert [(one["span"], one["key"]) for one in shown["stretches"]] == [([1, 3], "t7-s0")]
    (again,) = heard("and the middle of audio#1")
    assert (again["echo"], again["caption"]) == (True, "meant here: audio#1 · t.wav · 4.0 s")
    (named,) = heard("fade audio#1 from 1.00 s to 3.00 s out")
    assert [one["key"] for one in named["stretches"]] == ["s0-0"]
    (two,) = heard("fade audio#1 from 1.00 s to 3.00 s out", spans=(Span(1.01, 2.99), Span(3.2, 4)))
    assert [one["span"] for one in two["stretches"]] == [[1, 3], [3.2, 4]]
    (long,) = heard("fade the rest out", TUNE, spans=(Span(1, 30), Span(1, 30)))
    assert [(one["span"], one["label"]) for one in long["stretches"]] == [([1, 4], "")]


def test_a_box_that_a_call_wrote_itself_is_echoed_on_its_picture():
    call = TaskCall("t3", "segment", (Ref("image#1"), Box(0.1, 0.2, 0.5, 0.6)))
    user, _ = shown(Message("user", (Text("cut the ball out"),)), Message("assistant", (call,)))
    (echo,) = user["items"]
    assert (echo["ref"], echo["echo"]) == ("image#1", True)
    (mark,) = echo["regions"]
    assert (mark["text"], mark["key"], mark["number"]) == ("box 1", "t3-box1", 1)
    assert mark["shapes"] == [{"type": "box", "box": [0.1, 0.2, 0.5, 0.6]}]
    messages = [Message("user", (SHELF["image#1"], Text("cut the ball out"))), Message("assistant", (call,))]
    told = annotated(entries(messages, SHELF, link, card), messages, SHELF, TASKS, link, card)
    (own,) = told[0]["content"][0]["value"]["items"]  # the picture that came with the message takes the box itself
    assert (own["ref"], own.get("echo"), [mark["key"] for mark in own["regions"]]) == ("image#1", None, ["t3-box1"])


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


@pytest.mark.parametrize(
    ("words", "on"),
    [
        ("Which one? Please mark it in image#2 first.", "image#2"),
        ("There are two owls in image#1. Which one do you mean?", "image#1"),
        ("I see 3 of them. Which one shall I cut out?", "image#2"),
        ("Which one do you mean: image#1 or image#2?", None),
        ("In image#1 and image#2 there are owls. Which one?", None),
        ("There are two in image#7. Which one do you mean?", None),
        ("I took the one which is left. Good?", None),
        ("Which sound do you mean?", None),
        ("Which language shall I answer in?", None),
        ("Which of them shall be louder, audio#1?", None),
        ("I can mark what you like. Paris is a city, which is nice. Right?", None),
        ("What should I do with it?", None),
    ],
)
def test_which_of_the_things_of_a_picture_is_meant_can_be_marked_by_a_button(words, on):
    told = shown(Message("user", (Text("cut the owl out"),)), Message("assistant", (Text(words),)))[1]
    offers = [answer for answer in told.get("answers", []) if "draw" in answer]
    if on is None:
        assert offers == []
        return
    (offer,) = offers
    assert (offer["ref"], offer["draw"]["ref"], offer["text"]) == (f"Mark it in {on}", on, "cut the owl out")


@pytest.mark.parametrize(
    ("hint", "offered"),
    [
        (MARK_HINT, True),
        (f"{MARK_HINT} For a variation of all of it, say how much.", True),
        ("Try another one.", False),
    ],
)
def test_what_failed_for_want_of_a_mark_can_be_marked_by_a_button(hint, offered):
    failed = Failure("Where the ball is was not marked.", hint, CUT.id)
    told = shown(Message("user", (Text("cut it out"),)), Message("assistant", (CUT, failed)))[1]
    assert [answer["ref"] for answer in told.get("answers", [])] == ["Mark it in image#1"] * offered
    blur = TaskCall("t2", "adjust", (Ref("mask#1"),), {"op": "blur"})
    after = Failure("There is no mask#1.", "It was to be made by the step before.", blur.id)
    told = shown(Message("user", (Text("cut it out"),)), Message("assistant", (CUT, failed, blur, after)))[1]
    assert [answer["ref"] for answer in told.get("answers", [])] == ["Mark it in image#1"] * offered
