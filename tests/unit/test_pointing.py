"""Pointing at what is perceived: a grounded reply written as tokens, read back as words with places, and what may follow what."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.grammar import parse
from models.percepts import MARKED, MOMENT, PATCH, PLACE, SOUND, THING, Percept, box_of, span_of
from models.reader import Pieces
from models.unified import pointing
from models.unified.about import ROWS
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.rules import Rules
from models.unified.speech import Speech
from models.unified.vocabulary import Vocabulary
from models.values import Box, Grounding, Media, Message, Phrase, Ref, Region, TaskCall, Text

NAMES = Vocabulary.build(
    [" there", " are", " is", " on", " the", " left", " red", " small", ".", " I", " hear", " see"], ["look"]
)


def cut(text: str) -> Pieces:
    """Cut at blanks: enough of an encoder for tests."""
    places, at = [], 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        places.append((start, at))
    return Pieces(text, tuple(range(1, len(places) + 1)), tuple(places))


def percept(kind: int, names: tuple[str, ...], count: int = 0, width: int = 16) -> Percept:
    size = len(names) or count
    places = np.zeros((size, PLACE), np.float32)
    for n in range(size):
        places[n, :8] = [n / 20, 0.1, n / 20 + 0.04, 0.4] * 2
        places[n, 8:] = (n, n + 0.5) if kind == SOUND else (0, 0)
    return Percept(kind, np.ones((size, width), np.float16), places, names, np.ones(size, np.float32))


SEEN = percept(THING, ("dog", "apple", "dog", "owl"))
HEARD = percept(SOUND, ("bell", "siren"))


def told(*parts: object, percepts: dict[str, tuple[Percept, ...]] | None = None) -> list[Message]:
    media = [Media("image", "image#1", ""), Media("audio", "audio#1", "")]
    asked = Message("user", (*media, Text("what is there")))
    return [asked, Message("assistant", parts)]  # type: ignore[arg-type]


def written(parts: tuple[object, ...]) -> tuple[list[int], str]:
    """Return the tokens of a reply and the tagged text that they stand for."""
    seen = {"image#1": (percept(PATCH, (), 25), SEEN), "audio#1": (HEARD,)}
    messages = told(*parts)
    sheet = Scribe(NAMES, cut).write(messages, percepts=seen)
    start = sheet.ids.index(NAMES["c:go"]) + 1
    tokens = sheet.ids[start : sheet.ids.index(NAMES["c:end"], start)]
    speech = Speech(NAMES, sheet, Record(messages[:1]))
    return tokens, "".join(map(speech.say, tokens)) + speech.close()


def dogs(*numbers: int, words: str) -> Grounding:
    return Grounding(words, boxes=tuple(box_of(SEEN, n) for n in numbers), of="image#1")


@pytest.mark.parametrize(
    "parts",
    [
        (Text("there are "), dogs(0, 2, words="two dogs"), Text(".")),
        (dogs(0, 2, words="Two dogs"), Text(" on the left.")),
        (Text("I see "), dogs(1, words="a small apple"), Text(" on the left.")),
        (Text("I see "), dogs(1, words="an apple"), Text(".")),
        (dogs(3, words="The small owl"), Text(" is on the left. "), dogs(1, words="The apple"), Text(" is there.")),
        (Text("I hear "), Grounding("a siren", spans=(span_of(HEARD, 1),), of="audio#1"), Text(".")),
        (Text("I see "), dogs(0, 2, words="the two small dogs"), Text(" 2 there.")),
    ],
)
def test_what_is_pointed_at_reads_back_as_it_was_meant(parts: tuple[object, ...]) -> None:
    tokens, text = written(parts)
    assert any(token >= len(NAMES) for token in tokens), "nothing was pointed at"
    assert NAMES["g:<ref>"] not in tokens
    found = [part for part in parse(text) if isinstance(part, Text | Grounding)]
    assert found == list(parts)


@pytest.mark.parametrize(
    "other",
    [
        Grounding("a red dog", boxes=(Box(0.5, 0.5, 0.9, 0.9),), of="image#1"),
        Grounding("a red cat", boxes=(box_of(SEEN, 0),), of="image#1"),
        Grounding("a red dog", boxes=(box_of(SEEN, 0),), of="image#2"),
        Grounding("a red dog", boxes=(box_of(SEEN, 0), box_of(SEEN, 0)), of="image#1"),
    ],
)
def test_what_nothing_perceived_shows_is_said_and_not_pointed_at(other: Grounding) -> None:
    tokens, text = written((Text("I see "), other))
    assert not [token for token in tokens if token >= len(NAMES)]
    assert list(parse(text)) == [Text(f"I see {other.phrase}")]


def test_a_call_points_at_the_thing_it_works_on() -> None:
    call = TaskCall("t1", "segment", (Ref("image#1"), Phrase("dog"), box_of(SEEN, 2)))
    tokens, text = written((call,))
    rows = [token - len(NAMES) for token in tokens if token >= len(NAMES)]
    assert len(rows) == 1
    assert NAMES["g:<box>"] not in tokens
    found = next(part for part in parse(text) if isinstance(part, TaskCall))
    assert found.args[-1] == box_of(SEEN, 2)
    assert found.warnings == ()


def test_percepts_stand_behind_their_medium_and_their_mark() -> None:
    mark = percept(THING, ("dog",))
    asked = Message("user", (Media("image", "image#1", ""), Region(1, "image#1", box=Box(0, 0, 0.5, 0.5)), Text("who")))
    seen = {"image#1": (percept(PATCH, (), 25), SEEN), "region#1": (mark,)}
    sheet = Scribe(NAMES, cut).write([asked], percepts=seen)
    kinds = [source.percept.kind if source.percept else source.kind for source in sheet.sources]
    assert kinds == [PATCH, THING, THING, 0]
    assert sheet.sources[2].of == "image#1"
    assert [sheet.ids[place] - len(NAMES) for place in sheet.where] == list(range(len(sheet.where)))


def test_too_many_rows_leave_out_the_oldest_media_and_say_so() -> None:
    many = {f"image#{n}": (percept(PATCH, (), 25), percept(THING, ("dog",) * 12)) for n in range(1, 13)}
    asked = Message("user", (*(Media("image", handle, "") for handle in many), Text("who")))
    sheet = Scribe(NAMES, cut).write([asked], percepts=many)
    shown = {source.of for source in sheet.sources if source.percept}
    assert sum(len(source.percept) for source in sheet.sources if source.percept) <= ROWS
    assert "image#12" in shown
    assert "image#1" not in shown
    assert sheet.ids.count(NAMES["c:elided"]) == 12 - len(shown)


def test_the_same_thing_marked_again_in_the_next_message_is_not_two_things() -> None:
    marks = [Region(n, "image#1", box=Box(0, 0, 0.5, 0.5)) for n in (1, 2, 3)]
    messages = [
        Message("user", (Media("image", "image#1", ""), *marks[:2], Text("what are these"))),
        Message("assistant", (Text("there"),)),
        Message("user", (marks[2], Text("what is this"))),
    ]
    seen = {mark.handle: (percept(MARKED, ("cow",)),) for mark in marks}
    sheet = Scribe(NAMES, cut).write(messages, percepts=seen)
    one, two, three = (row for row, _, _ in pointing.places(sheet, "image#1"))
    assert pointing.alike(sheet, one) == [one, two]
    assert pointing.alike(sheet, three) == [three]


def test_after_a_determiner_come_looks_or_things_of_one_medium_each_once() -> None:
    seen = {"image#1": (percept(PATCH, (), 25), SEEN, percept(MOMENT, (), 3)), "audio#1": (HEARD,)}
    messages = told()[:1]
    sheet = Scribe(NAMES, cut).write(messages, percepts=seen)
    rules = Rules(NAMES, sheet, {"image": [1], "audio": [1]})
    for name in ("c:talk", "t:look", "c:go"):
        assert rules.allowed()[NAMES[name]]
        rules.take(NAMES[name])
    assert rules.allowed()[NAMES["o:a"]]
    rules.take(NAMES["o:a"])
    first = {row for row, _, _ in pointing.places(sheet, "")}
    rows = lambda: set((rules.allowed()[len(NAMES) :]).nonzero().flatten().tolist())  # noqa: E731
    assert rows() == first
    assert rules.allowed()[NAMES["w: red"]]
    assert not rules.allowed()[[NAMES["c:end"], NAMES["w:."]]].any()
    dog = next(row for row, percept_, n in pointing.places(sheet, "image#1"))
    rules.take(len(NAMES) + dog)
    things = {row for row, _, _ in pointing.places(sheet, "image#1")}
    assert rows() & first == things - {dog}
    assert rules.allowed()[NAMES["c:end"]]
    rules.take(NAMES["w:."])
    assert not rows() & first, "a thing is not named without a determiner"


def test_without_percepts_nothing_can_be_pointed_at() -> None:
    sheet = Scribe(NAMES, cut).write(told()[:1])
    rules = Rules(NAMES, sheet, {"image": [1], "audio": [1]})
    for name in ("c:talk", "t:look", "c:go"):
        rules.take(NAMES[name])
    assert not rules.allowed()[[NAMES[f"o:{word}"] for word in ("a", "the", "")]].any()
    assert torch.equal(rules.allowed()[len(NAMES) :], rules.copyable)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("", "A dog"),
        ("Yes. ", "A dog"),
        ("\n", "A dog"),
        ("I hear ", "a dog"),
        ("I hear two: ", "a dog"),
        ("Rain, ", "a dog"),
    ],
)
def test_a_phrase_has_a_capital_where_a_sentence_begins(before, said):
    assert pointing.begun(before, Grounding("a dog", of="audio#1")).phrase == said
