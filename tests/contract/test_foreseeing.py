"""The unified model asked what it would do: briefly, the same as the whole reply, and on what a person picked."""

from __future__ import annotations

import pytest

from models.grammar import parse
from models.unified.native import NativeModel, load
from models.unified.stream import StreamOptions
from models.values import Box, Checkpoint, Media, Message, Part, Region, TaskCall, Text

ONE, TWO = (Media("image", f"image#{n}", "", {"width": 640, "height": 480}) for n in (1, 2))
MARK = Region(1, "image#1", box=Box(0.2, 0.2, 0.6, 0.6))


@pytest.fixture(scope="module")
def shipped() -> NativeModel:
    return load(Checkpoint("native", "nano/unified"), "cpu")


def written(model: NativeModel, text: str, *parts: Part, **options: object) -> str:
    shelf = {medium.handle: medium for medium in (ONE, TWO)}
    message = Message("user", (*parts, Text(text)))
    return "".join(model.stream([message], shelf, StreamOptions(**options), lambda: False))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "parts", "task"),
    [
        ("cut this out", (ONE, MARK), "segment"),
        ("draw a red fox in the snow", (), "image"),
        ("blur image#2", (), "adjust"),
    ],
)
def test_what_is_foreseen_is_how_the_reply_begins(
    shipped: NativeModel, text: str, parts: tuple[Part, ...], task: str
) -> None:
    brief, whole = (written(shipped, text, *parts, brief=brief) for brief in (True, False))
    assert whole.startswith(brief)
    assert brief.endswith("</task>")
    assert [part.task for part in parse(brief) if isinstance(part, TaskCall)] == [task]


def test_an_answer_in_words_is_not_written_out(shipped: NativeModel) -> None:
    asked = []

    def count() -> bool:
        asked.append(1)
        return False

    said = list(shipped.stream([Message("user", (Text("hello!"),))], {}, StreamOptions(brief=True), count))
    assert said == []
    assert len(asked) == 1  # the plan alone
    assert written(shipped, "hello!")


@pytest.mark.parametrize("handle", ["image#1", "image#2"])
def test_a_picked_medium_is_worked_on_and_named(shipped: NativeModel, handle: str) -> None:
    said = written(shipped, "blur the picture", chosen=(handle,))
    assert [part.refs() for part in parse(said) if isinstance(part, TaskCall)] == [[handle]]
    other = {"image#1": "image#2", "image#2": "image#1"}[handle]
    assert other not in said


def test_a_picked_medium_outweighs_the_one_that_was_drawn_on(shipped: NativeModel) -> None:
    said = written(shipped, "blur this", ONE, MARK, chosen=("image#2",))
    (call,) = [part for part in parse(said) if isinstance(part, TaskCall)]
    assert call.refs("image") == ["image#2"]
