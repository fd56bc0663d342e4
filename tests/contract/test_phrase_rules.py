"""A phrase of a call is a stretch of what the person typed: nothing in it is made up, and a named mark needs none."""

from __future__ import annotations

import pytest

from models.unified.native import NativeModel, load
from models.unified.prompt import Scribe
from models.unified.rules import Rules
from models.unified.sheet import Sheet
from models.unified.stream import StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Box, Checkpoint, Media, Message, Region, Text

PHOTO = Media("image", "image#1", "", {"width": 640, "height": 448})


@pytest.fixture(scope="module")
def model() -> NativeModel:
    return load(Checkpoint("native", "nano/unified"), "cpu")


def begun(names: Vocabulary, sheet: Sheet, *tokens: str, labelled: tuple[int, ...] = ()) -> Rules:
    """Return the rules of a reply to *sheet* that began with a call of segment and *tokens*."""
    rules = Rules(names, sheet, {"image": [1], "region": [1]}, ["image#1"], labelled=labelled)
    for name in ("c:plan_segment", "c:go", "g:<task>", "n:segment", "a: image#", "i:1", *tokens):
        assert rules.allowed()[names[name]], name
        rules.take(names[name])
    return rules


@pytest.fixture(scope="module")
def sheet(model: NativeModel) -> Sheet:
    return Scribe(model.vocabulary, model.reader.cut).write([Message("user", (PHOTO, Text("cut out the red car")))])


def test_a_phrase_goes_on_where_it_is_and_holds_no_words_of_the_models_own(model: NativeModel, sheet: Sheet) -> None:
    names = model.vocabulary
    rules = begun(names, sheet, "q:open")
    first = rules.allowed()
    assert not first[names.by_kind["w"]].any()
    row = next(row for row in sheet.sources[0].find("the red") or () if row >= 0)
    assert first[len(names) + row]
    rules.take(len(names) + row)
    follow = sheet.next_row(row)
    assert rules.allowed(follow).nonzero().flatten().tolist() == [names["q:close"], len(names) + follow]
    end = (sheet.sources[0].find("car") or range(0))[-1]
    rules.take(len(names) + end)
    assert rules.allowed(sheet.next_row(end)).nonzero().flatten().tolist() == [names["q:close"]]


@pytest.mark.parametrize("labelled", [(), (1,)])
def test_a_mark_that_has_a_name_needs_no_phrase(model: NativeModel, sheet: Sheet, labelled: tuple[int, ...]) -> None:
    rules = begun(model.vocabulary, sheet, "a: region#", "i:1", labelled=labelled)
    assert bool(rules.allowed()[model.vocabulary["q:open"]]) == (not labelled)


@pytest.mark.parametrize("words", ["cut this out", "cut it out", "make a mask", "segment this"])
def test_the_shipped_model_writes_no_phrase_beside_a_named_mark(model: NativeModel, words: str) -> None:
    mark = Region(1, "image#1", box=Box(0.335, 0.09, 0.665, 0.8), label="balloon")
    asked = Message("user", (PHOTO, mark, Text(words)))
    said = "".join(model.stream([asked], {"image#1": PHOTO}, StreamOptions(), lambda: False))
    assert said.endswith("<task>segment image#1 region#1</task>")


def test_without_any_words_a_chosen_task_may_still_say_what_it_makes(model: NativeModel) -> None:
    empty = Scribe(model.vocabulary, model.reader.cut).write([Message("user", (PHOTO,))])
    rules = begun(model.vocabulary, empty, "q:open")
    assert rules.allowed()[model.vocabulary.by_kind["w"]].any()
