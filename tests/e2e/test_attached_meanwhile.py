"""A file that is attached while a reply is made: every handle keeps meaning one medium, for the person and for the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from chats import Chat, made, real_engine
from engine_stubs import of, picture

from app.names import Names
from models.values import Box, Failure, Grounding, Media, Message, Region, TaskCall, Text

TWICE = "First. <task>adjust image#1 op=invert</task><task>adjust image#2 op=invert</task>It is image#3."


def meanwhile(folder: Path, says: str = TWICE) -> tuple[Chat, list[Message]]:
    """Return a conversation whose first reply ran while another picture was attached, and its messages as read."""
    waiting: list[str] = []

    def script(text: str) -> str:
        if not waiting:
            waiting.append(chat.attach(picture(folder / "late.png", 200)).handle)
        return says if text == "go" else "I look at image#4. <task>adjust image#4 op=invert</task>"

    chat = Chat(real_engine(folder, script))
    first = chat.attach(picture(folder / "first.png", 40)).handle
    reply = chat.say("go", [first])
    assert waiting == ["image#2"]
    return chat, [*chat.engine.messages(chat.session)[:1], reply]


def test_a_chain_of_calls_works_on_its_own_results(tmp_path):
    chat, (_, reply) = meanwhile(tmp_path)
    results = made(reply, "image")
    assert [m.handle for m in results] == ["image#3", "image#4"], "a number that was given is not given again"
    assert [call.refs() for call in of(reply, TaskCall)] == [["image#1"], ["image#3"]]
    assert (chat.pixels("image#3") == 255 - 40).all()
    assert (chat.pixels("image#4") == 40).all(), "the second call worked on the first one's result"
    assert (chat.pixels("image#2") == 200).all(), "the waiting file is what it was"
    assert reply.text == "First. It is image#4.", "the words name what the person sees"
    assert chat.engine.pending(chat.session) == ["image#2"]


def test_the_waiting_file_is_the_newest_once_it_is_sent(tmp_path):
    chat, _ = meanwhile(tmp_path)
    reply = chat.say("now this one", ["image#2"], [Region(1, "image#2", Box(0, 0, 0.5, 1))])
    assert of(reply, TaskCall)[0].refs() == ["image#2"]
    assert reply.text.startswith("I look at image#2.")
    result = made(reply, "image")[0]
    assert result.handle == "image#5"
    assert set(np.unique(chat.pixels(result.handle))) == {55, 200}, "the half that was marked on the waiting file"
    messages, shelf, _options = chat.engine.brain.model.asked[-1]
    assert [m.handle for m in messages[-1].parts if isinstance(m, Media)] == ["image#4"], "the model counts in order"
    assert sorted(shelf) == ["image#1", "image#2", "image#3", "image#4"]


def test_a_command_without_a_handle_means_the_file_that_came_with_it(tmp_path):
    chat, _ = meanwhile(tmp_path)
    assert of(chat.say("/adjust invert", ["image#2"]), TaskCall)[0].refs() == ["image#2"]


def test_the_result_of_a_call_that_failed_is_never_another_medium(tmp_path):
    invert = "<task>adjust image#{} op=invert</task>"
    _, (_, reply) = meanwhile(tmp_path, invert.format(1) + "<task>remove image#1</task>" + invert.format(3))
    assert [m.handle for m in of(reply, Media)] == ["image#3"], "which the model calls image#2"
    assert [failure.call for failure in of(reply, Failure)] == ["t2", "t3"]


def test_names_that_agree_change_nothing():
    message = Message("user", (Media("image", "image#1", "a"), Text("blur image#7")))
    names = Names([message])
    assert names.for_model(message) is message
    assert names.words("image#9 and mask#3") == "image#9 and mask#3"


def test_both_dictionaries_are_each_others_reverse():
    messages = [
        Message("user", (Media("image", "image#1", "a"), Text("look"))),
        Message("assistant", (Media("image", "image#3", "b"), Media("mask", "mask#1", "m", {"of": "image#3"}))),
        Message("user", (Media("image", "image#2", "c"), Text("image#2, image#3, image#12 and mask#1, region#2"))),
    ]
    names = Names(messages)
    read = [names.for_model(message) for message in messages]
    assert read[2].text == "image#3, image#2, image#512 and mask#1, region#2"
    assert read[1].parts[1].meta["of"] == "image#2"
    assert [names.words(message.text) for message in read] == [message.text for message in messages]
    seen = names.for_person(Grounding("the image#3", (Box(0, 0, 1, 1),), of="image#3"))
    assert (seen.phrase, seen.of) == ("the image#2", "image#2")
    unknown = names.for_person(Grounding("x", (Box(0, 0, 1, 1),), of="image#4"))
    assert unknown.of not in ("image#1", "image#2", "image#3")


def test_a_handle_in_capitals_means_the_same_medium_to_the_model():
    messages = [
        Message("user", (Media("image", "image#1", "a"), Text("look"))),
        Message("assistant", (Media("image", "image#3", "b"),)),
        Message("user", (Media("image", "image#2", "c"), Text("blur Image#2, IMAGE#3s sky and image#1"))),
    ]
    assert Names(messages).for_model(messages[2]).text == "blur image#3, image#2s sky and image#1"


def test_what_went_wrong_names_the_same_medium_to_both():
    messages = [
        Message("user", (Media("image", "image#1", "a"), Text("look"))),
        Message("assistant", (Media("image", "image#3", "b"), Failure("image#3 is dark.", "Brighten image#3.", "t1"))),
        Message("user", (Media("image", "image#2", "c"),)),
    ]
    names = Names(messages)
    told = names.for_model(messages[1]).parts[1]
    assert told == Failure("image#2 is dark.", "Brighten image#2.", "t1")
    assert names.for_person(told) == messages[1].parts[1]
    assert names.for_person(TaskCall("t2", "edit", (), warnings=("ignored image#2",))).warnings == ("ignored image#3",)
