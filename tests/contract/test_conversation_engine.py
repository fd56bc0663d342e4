"""Long and full conversations: read ahead, cut by several turns at once, and everything that is left out is told."""

from __future__ import annotations

from itertools import pairwise

import pytest

from models.grammar import parse
from models.unified.native import NativeModel, load
from models.unified.prompt import BLOCK, BUDGET, MARKED, RESERVE, Scribe
from models.unified.reading import Reply
from models.unified.stream import MARKS, OLDER, REPLY, TEXT, TURNS, LeftOut, StreamOptions, aside
from models.values import Box, Checkpoint, Media, Message, Part, Region, Text

PHOTO = Media("image", "image#1", "", {"width": 640, "height": 480})


@pytest.fixture(scope="module")
def shipped() -> NativeModel:
    return load(Checkpoint("native", "nano/unified"), "cpu")


def user(text: str, *parts: Part) -> Message:
    return Message("user", (*parts, Text(text)))


def talk(turns: int) -> list[Message]:
    """A conversation of *turns* turns, the last one answered too."""
    return [
        message
        for number in range(turns)
        for message in (
            user(f"how do I cut something out of my photo number {number}?"),
            Message("assistant", (Text("Attach it, mark the thing and say so."),)),
        )
    ]


def told(model: NativeModel, messages: list[Message], **options: object) -> tuple[str, list[LeftOut]]:
    left: list[LeftOut] = []
    shelf = {part.handle: part for m in messages for part in m.parts if isinstance(part, Media)}
    made = StreamOptions(tell=left.append, **options)  # type: ignore[arg-type]
    return "".join(model.stream(messages, shelf, made, lambda: False)), left


def test_what_stands_before_the_newest_turn_seldom_changes(shipped: NativeModel) -> None:
    """Older turns go several at a time, whatever the newest text, so that reading ahead is not in vain."""
    scribe = Scribe(shipped.vocabulary, shipped.reader.cut)
    beginnings: list[tuple[int, ...]] = []
    for turns in range(1, 60):
        sheets = [scribe.write([*talk(turns), user(text)], {}) for text in ("", "thanks a lot, that is all!")]
        sizes = [len(sheet.ids) for sheet in sheets]
        assert max(sizes) <= BUDGET
        assert turns < 20 or min(sizes) > BUDGET - BLOCK - RESERVE - 60  # nor is more forgotten than must be
        assert sheets[0].sources[0].ids == sheets[1].sources[0].ids
        beginnings.append(sheets[0].sources[0].ids)
        assert (TURNS in sheets[0].left) == (beginnings[-1] != beginnings[0])
    moved = sum(before != after for before, after in pairwise(beginnings))
    assert 5 <= moved <= 20  # of 59 turns


def test_a_very_long_talk_is_written_from_its_last_turns_alone(shipped: NativeModel) -> None:
    scribe = Scribe(shipped.vocabulary, shipped.reader.cut)
    sheet = scribe.write([*talk(1000), user("and now?")], {})
    assert len(sheet.ids) <= BUDGET
    assert TURNS in sheet.left
    asked = [source.text for source in sheet.sources]
    assert asked[-1] == "and now?"
    assert "number 999" in asked[-2]


def test_reading_ahead_leaves_nothing_but_the_new_turn_to_read(shipped: NativeModel) -> None:
    shipped.prefixes.clear()
    messages = talk(4)
    before = shipped.warm(messages, {})
    assert before > 100
    assert shipped.warm(messages, {}) == 0
    sheet = Scribe(shipped.vocabulary, shipped.reader.cut).write([*messages, user("thanks a lot!")], {})
    reply = Reply(shipped.network, shipped.reader, sheet, shipped.prefixes)
    assert len(reply.rest) <= len(sheet.sources[-1].ids) + 2  # its text, the whole of it and the token of the reply
    photo = user("what can I do with this", PHOTO, Region(1, "image#1", box=Box(0, 0, 0.5, 0.5)))
    shelf = {"image#1": PHOTO}
    assert 0 < shipped.warm([*messages, photo], shelf) < 40
    sheet = Scribe(shipped.vocabulary, shipped.reader.cut).write([*messages, photo], shelf)
    reply = Reply(shipped.network, shipped.reader, sheet, shipped.prefixes)
    assert len(reply.rest) <= len(sheet.sources[-1].ids) + 2


def test_reading_ahead_ends_when_it_is_told_to(shipped: NativeModel) -> None:
    shipped.prefixes.clear()
    assert shipped.warm(talk(8), {}, cancel=lambda: True) == 0
    asked: list[int] = []
    assert 0 < shipped.warm(talk(8), {}, cancel=lambda: bool(asked) or asked.append(1) is not None) < 200
    assert len(shipped.prefixes) == 1


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([user("hello")], set()),
        ([user("word " * 2000)], {TEXT}),
        ([user("word " * 2000), Message("assistant", (Text("Yes."),)), user("hello")], {OLDER}),
        ([*talk(40), user("hello")], {TURNS}),
        ([user("cut these out", PHOTO, *(Region(n, "image#1", box=Box(0, 0, 0.5, 0.5)) for n in range(1, 101)))], {MARKS}),
        ([user("hello", *(Media("image", f"image#{n}", "") for n in range(1, 51)))], set()),
    ],
    ids=["nothing", "long text", "older long text", "many turns", "100 marks", "50 media"],
)  # fmt: skip
def test_what_a_reply_leaves_out_is_told_in_words(
    shipped: NativeModel, messages: list[Message], expected: set[str]
) -> None:
    said, left = told(shipped, messages)
    assert said
    assert {one.what for one in left} == expected
    assert all(one.words.endswith(".") and "{" not in one.words for one in left)


def test_the_characters_that_are_told_are_those_that_are_read(shipped: NativeModel) -> None:
    text = "".join(f"w{number} " for number in range(1500))
    sheet = Scribe(shipped.vocabulary, shipped.reader.cut).write([user(text)], {})
    head, tail = sheet.sources[-2:]
    assert sheet.read == (head.places[-1][1], len(text) - tail.places[0][0])
    _, left = told(shipped, [user(text)])
    assert f"first {sheet.read[0]:,} and its last {sheet.read[1]:,} characters" in left[0].words


def test_a_hundred_marks_leave_room_and_can_all_be_named(shipped: NativeModel) -> None:
    marks = [Region(n, "image#1", box=Box(0, 0, 0.5, 0.5)) for n in range(1, 101)]
    messages = [user("blur region#3", PHOTO, *marks)]
    sheet = Scribe(shipped.vocabulary, shipped.reader.cut).write(messages, {"image#1": PHOTO})
    named = sum(token == shipped.vocabulary["c:mark"] for token in sheet.ids)
    assert named == MARKED
    assert len(sheet.ids) < BUDGET
    said, _ = told(shipped, messages)
    assert "region#3" in said


def test_a_reply_that_is_cut_short_says_so(shipped: NativeModel) -> None:
    whole, nothing = told(shipped, [user("hello, what can you do?")])
    assert nothing == []
    cut, left = told(shipped, [user("hello, what can you do?")], max_new_tokens=8)
    assert whole.startswith(cut)
    assert [one.what for one in left] == [REPLY]
    _, left = told(shipped, [user("hello, what can you do?")], max_new_tokens=8, brief=True)
    assert left == []  # a look ahead is no reply


def test_a_reply_never_goes_beyond_the_decoders_positions(shipped: NativeModel) -> None:
    config, (text, _) = shipped.network.config.text_config, told(shipped, [user("hello")])
    asked = len(Scribe(shipped.vocabulary, shipped.reader.cut).write([user("hello")], {}).ids)
    most, config.max_position_embeddings = config.max_position_embeddings, asked + 3
    try:
        cut, left = told(shipped, [user("hello")])
    finally:
        config.max_position_embeddings = most
    assert text.startswith(cut)
    assert [one.what for one in left] == [REPLY]


def test_what_the_program_says_before_a_reply_is_not_read_as_the_models_words(shipped: NativeModel) -> None:
    scribe = Scribe(shipped.vocabulary, shipped.reader.cut)
    _, left = told(shipped, [*talk(40), user("hello")])
    note = Text(aside(left[0].words))
    with_note, without = (
        scribe.write([user("hello"), Message("assistant", (*notes, Text("Hello!"))), user("thanks")], {}).ids
        for notes in ((note,), ())
    )
    assert with_note == without
    assert parse(note.text) == (note,)


def test_stop_ends_the_reply_before_the_next_token(shipped: NativeModel) -> None:
    """Asked for between any two pieces, no further piece comes, and the next reply is whole."""
    messages = [user("hello, what can you do?")]
    whole = list(shipped.stream(messages, {}, StreamOptions(), lambda: False))
    for after in (1, 3, 7):
        said: list[str] = []
        for piece in shipped.stream(messages, {}, StreamOptions(), lambda n=after, s=said: len(s) >= n):  # type: ignore[misc]
            said.append(piece)
        assert said[:after] == whole[:after]
        assert "".join(said) in ("".join(whole[:after]), "".join(whole[: after + 1]))  # what was held back for a tag
    assert list(shipped.stream(messages, {}, StreamOptions(), lambda: False)) == whole
