"""What a person picks beside the words decides what a request is about: in training, on the sheet and when it is measured."""

from __future__ import annotations

from itertools import islice

import pytest

from evaluation.held_out import replies
from models.reader import Cutter
from models.unified.native import ASSETS
from models.unified.prompt import Scribe
from models.unified.vocabulary import Vocabulary
from models.values import Media, Message, TaskCall, Text
from training.dialogues import Example, examples


@pytest.fixture(scope="module")
def drawn() -> list[Example]:
    """Dialogues in which something was picked."""
    return [example for example in islice(examples(5), 4000) if example.chosen]


def test_the_reply_is_about_what_was_picked(drawn: list[Example]) -> None:
    assert len(drawn) > 40
    older = 0
    for example in drawn:
        asked, reply = example.messages[-2:]
        calls = [part for part in reply.parts if isinstance(part, TaskCall)]
        if calls:
            assert calls[0].refs("image", "video", "audio", "region") == list(example.chosen), asked.text
        else:
            assert example.told is not None
            assert example.told[1] == example.chosen[0]
        kind = example.chosen[0].partition("#")[0]
        there = [p.handle for m in example.messages[:-1] for p in m.parts if isinstance(p, Media) and p.kind == kind]
        older += example.chosen[0] != there[-1]
    assert older > len(drawn) / 4  # the newest is what the model takes where nothing was picked


def test_the_words_alone_would_not_tell(drawn: list[Example]) -> None:
    named = [example for example in drawn if "#" in example.messages[-2].text]
    assert not [example for example in named if example.chosen[0] in example.messages[-2].text]


def test_what_is_picked_stands_where_handles_of_the_text_stand() -> None:
    vocabulary = Vocabulary.build([" yes"], ["talk"], [])
    scribe = Scribe(vocabulary, Cutter(ASSETS / "nano/text_encoder/tokenizer.json"))
    old = Message("user", (Media("image", "image#1", "", {}), Media("image", "image#2", "", {}), Text("look")))
    messages = [old, Message("assistant", (Text("yes"),)), Message("user", (Text("cut it out"),))]
    plain, picked = scribe.write(messages), scribe.write(messages, chosen=("image#1",))
    added = [vocabulary["c:mention"], vocabulary["a: image#"], *vocabulary.digits("1")]
    assert picked.ids == [*plain.ids[:-1], *added, plain.ids[-1]]
    answered = [*messages, Message("assistant", (Text("yes"),))]
    learnt = scribe.write(answered, chosen=("image#1",))
    assert learnt.ids[: len(picked.ids)] == picked.ids
    assert not any(learnt.weights[len(plain.ids) - 1 : len(picked.ids)])


def test_it_is_asked_for_as_it_was_picked(drawn: list[Example]) -> None:
    example = next(example for example in drawn if len(example.messages) > 2)
    asked = list(replies([example]))
    assert [one.chosen for one in asked] == [()] * (len(asked) - 1) + [example.chosen]
