"""Labels of planned boxes: copied as the person wrote them, spoken in the singular, since each box holds one thing."""

from __future__ import annotations

import pytest

from models.grammar import parse
from models.reader import Reader
from models.unified.native import ASSETS
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.speech import Speech
from models.unified.vocabulary import Vocabulary
from models.values import Box, Labelled, Message, Phrase, TaskCall, Text

LEFT, RIGHT = Box(0.1, 0.5, 0.3, 0.9), Box(0.6, 0.5, 0.8, 0.9)


@pytest.fixture(scope="module")
def scribe() -> Scribe:
    return Scribe(Vocabulary.build([" I", " plan"]), Reader(ASSETS / "nano/text_encoder").cut)


def planned(*labels: str) -> TaskCall:
    boxes = (Labelled(label, box) for label, box in zip(labels, (LEFT, RIGHT), strict=False))
    return TaskCall("t1", "layout", (Phrase("two red buses <seg> and cats"), *boxes))


def sheet_of(scribe: Scribe, call: TaskCall):
    said = Message("user", (Text("draw two red buses <seg> and cats"),))
    return scribe.write([said, Message("assistant", (call,))])


@pytest.mark.parametrize("label", ["red buses", "red bus", "cats", "cat"])
def test_a_label_is_copied_as_typed_and_spoken_as_one(scribe: Scribe, label: str) -> None:
    sheet = sheet_of(scribe, planned(label, label))
    size = len(scribe.vocabulary)
    words = [scribe.vocabulary.names[token] for token in sheet.ids if token < size]
    assert not [name for name in words if name.startswith("w:") and name.strip("w: ").isalpha()], (
        "all is copied, not spelled"
    )
    speech = Speech(scribe.vocabulary, sheet, Record([]))
    said = (
        "".join(speech.say(token) for token, weight in zip(sheet.ids, sheet.weights, strict=True) if weight)
        + speech.close()
    )
    (call,) = (part for part in parse(said) if isinstance(part, TaskCall))
    one = {"red buses": "red bus", "cats": "cat"}.get(label, label)
    assert call.args == (Phrase("two red buses <seg> and cats"), Labelled(one, LEFT), Labelled(one, RIGHT))


def test_a_phrase_without_a_box_keeps_its_plural_and_its_signs(scribe: Scribe) -> None:
    sheet = sheet_of(scribe, TaskCall("t1", "layout", (Phrase("cats"), Phrase("<seg>"))))
    speech = Speech(scribe.vocabulary, sheet, Record([]))
    said = (
        "".join(speech.say(token) for token, weight in zip(sheet.ids, sheet.weights, strict=True) if weight)
        + speech.close()
    )
    (call,) = (part for part in parse(said) if isinstance(part, TaskCall))
    assert call.args == (Phrase("cats"), Phrase("<seg>"))


def test_a_reply_cut_off_within_quotes_lets_out_what_it_held(scribe: Scribe) -> None:
    sheet = sheet_of(scribe, planned("cats"))
    end = sheet.ids.index(scribe.vocabulary["q:close"])
    speech = Speech(scribe.vocabulary, sheet, Record([]))
    learnt = [token for token, weight in zip(sheet.ids[:end], sheet.weights[:end], strict=True) if weight]
    assert ("".join(map(speech.say, learnt)) + speech.close()).endswith('"two red buses <\\seg> and cats')
