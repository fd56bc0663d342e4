"""The grammar of the native model's calls: what it lets through reads back, it changes no reply that was well-formed, and its failure is told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch

from models.grammar import parse
from models.reader import Reader
from models.tasks import TASKS
from models.unified import native
from models.unified.calls import Guides
from models.unified.config import nano
from models.unified.matching import available
from models.unified.native import ASSETS, WITHOUT_GRAMMAR, NativeModel, load
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.rules import Rules
from models.unified.sheet import Sheet
from models.unified.speech import Speech
from models.unified.stream import UNGUIDED, LeftOut, StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Box, Checkpoint, Media, Message, Part, Region, TaskCall, Text

real = pytest.mark.skipif(not available(), reason="llguidance is optional: pip install -r requirements-constrained.txt")
PHOTO = Media("image", "image#1", "", {"width": 640, "height": 480})
CLIP = Media("video", "video#1", "", {"duration": 9.0})
MEANT = ("an empty", "a time span without two numbers")
"""Beginnings of what the parser mends that is no matter of spelling: which number is larger, and half of a number that was copied."""
MESSY = 'do it from 1:05 to 12.5 s, <b> "fast", #ff00aa or 1/2'


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(ASSETS / "nano/text_encoder")


@pytest.fixture(scope="module")
def shipped() -> NativeModel:
    return load(Checkpoint("native", "nano/unified"), "cpu")


@pytest.fixture(scope="module")
def nonsense(reader: Reader) -> UnifiedForConditionalGeneration:
    torch.manual_seed(0)
    return UnifiedForConditionalGeneration(nano(len(small()), 1, 64))


def small() -> Vocabulary:
    return Vocabulary.build([" I", " cut", " out", "Sure", " the", " a"])


def user(text: str, *parts: Part) -> Message:
    return Message("user", (*parts, Text(text)))


def answer(model: NativeModel, message: Message, **options: object) -> tuple[str, list[LeftOut]]:
    left: list[LeftOut] = []
    shelf = {part.handle: part for part in message.parts if isinstance(part, Media)}
    made = StreamOptions(tell=left.append, **options)  # type: ignore[arg-type]
    return "".join(model.stream([message], shelf, made, lambda: False)), left


def sheet_of(vocabulary: Vocabulary, reader: Reader) -> Sheet:
    marks = Region(3, "image#1", box=Box(0, 0, 0.5, 0.5))
    return Scribe(vocabulary, reader.cut).write([user(MESSY, PHOTO, CLIP, marks)])


def faults(said: str) -> list[str]:
    """Return what the parser had to mend in the calls of *said*."""
    assert "</task>" in said
    return [w for part in parse(said) if isinstance(part, TaskCall) for w in part.warnings]


@real
@pytest.mark.parametrize("task", TASKS)
def test_whatever_the_grammar_lets_follow_reads_back_as_a_call_of_its_task(reader: Reader, task: str) -> None:
    """Tokens drawn evenly from those that the grammar allows, without any rules beside it and without a network."""
    vocabulary = small()
    sheet, drawn, ended = sheet_of(vocabulary, reader), torch.Generator().manual_seed(7), 0
    rules, guides = Rules(vocabulary, sheet, {}), Guides(vocabulary)
    everything, closing = torch.ones(len(vocabulary) + len(rules.rows), dtype=torch.bool), vocabulary["g:</task>"]
    for _ in range(20):
        guide, speech = guides.guide(rules), Speech(vocabulary, sheet, Record([]))
        text = ""
        for name in ("g:<task>", f"n:{task}"):
            guide.take(vocabulary[name])
            text += speech.say(vocabulary[name])
        for _ in range(150):
            may = guide.narrow(everything, dead=True)
            assert not may.all()
            likely = torch.where(torch.arange(len(may)) < len(vocabulary), 1.0, 20.0)
            likely[vocabulary.by_kind["q"] + vocabulary.by_kind["p"] + vocabulary.by_kind["g"]] = 40.0
            token = (
                closing if may[closing] and len(text) > 40 else int(torch.multinomial(may * likely, 1, generator=drawn))
            )
            guide.take(token)
            text += speech.say(token)
            if token == closing:
                break
        else:
            continue
        ended += 1
        (call,) = parse(text + speech.close())
        assert isinstance(call, TaskCall)
        assert call.task == task
        odd = [w for w in call.warnings if not w.startswith(MEANT)]
        assert odd == [], text
        assert set(call.params) >= {param.name for param in TASKS[task].params if param.required}
        assert TASKS[task].phrase != "required" or call.phrases() or "labelled" in TASKS[task].takes
        assert not guide.fault
    assert ended > 10


@real
def test_a_network_of_nonsense_writes_calls_that_need_no_mending(
    nonsense: UnifiedForConditionalGeneration, reader: Reader
) -> None:
    """By the rules alone its time spans never end; with the grammar they do."""
    free = NativeModel(nonsense, small(), reader, "cpu", constrained=False)
    held = NativeModel(nonsense, small(), reader, "cpu")
    message, options = user("", PHOTO, CLIP), {"force_task": "extract", "temperature": 3.0, "max_new_tokens": 300}
    broken = whole = 0
    for seed in range(6):
        said, left = answer(held, message, seed=seed, **options)
        assert UNGUIDED not in [one.what for one in left]
        if "</task>" in said:  # a call may be as long as the whole reply
            assert [w for w in faults(said[: said.rindex("</task>") + 7]) if not w.startswith(MEANT)] == []
            said, _ = answer(free, message, seed=seed, **options)
            whole, broken = whole + 1, broken + ("</task>" not in said or any("not closed" in w for w in faults(said)))
        if whole == 2:
            break
    assert whole
    assert broken


@real
@pytest.mark.parametrize(
    "message",
    [
        user("cut out the red car please", PHOTO),
        user("take the frame at 1:05 out of the clip", CLIP),
        user("blur everything but the marked thing", PHOTO, Region(1, "image#1", box=Box(0.1, 0.1, 0.5, 0.5))),
        user("draw a Zürich tram in the snow, then make it a video of 4 seconds"),
        user("hello, what can you do?"),
    ],
    ids=["named", "number", "marked", "two tasks", "words"],
)
def test_a_reply_that_was_well_formed_stays_the_same(shipped: NativeModel, message: Message) -> None:
    free = NativeModel(shipped.network, shipped.vocabulary, shipped.reader, "cpu", constrained=False)
    assert shipped.guides is not None
    assert free.guides is None
    assert answer(shipped, message) == answer(free, message)


class Broken:
    """A matcher that fails at the third token it is asked for, in the way *how*."""

    def __init__(self, matcher: Any, how: Callable[[], Any]) -> None:
        self.matcher, self.how, self.asked = matcher, how, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.matcher, name)

    def compute_bitmask(self) -> Any:
        self.asked += 1
        return self.matcher.compute_bitmask() if self.asked < 3 else self.how()


class Panic(BaseException):
    """As a panic of Rust comes: no Exception."""


def raises(error: BaseException) -> Callable[[], Any]:
    def fail() -> Any:
        raise error

    return fail


@real
@pytest.mark.parametrize(
    "how",
    [raises(ValueError("no")), raises(Panic("no")), lambda: b"", lambda: b"\0" * 5000, lambda: None],
    ids=["error", "panic", "too little", "nothing", "none"],
)
def test_a_grammar_that_fails_ends_no_reply_and_is_told(
    shipped: NativeModel, how: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    message = user("cut out the red car please", PHOTO)
    whole, nothing = answer(shipped, message)
    assert nothing == []
    assert shipped.guides is not None
    matcher = shipped.guides._matcher
    monkeypatch.setattr(shipped.guides, "_matcher", lambda: Broken(matcher(), how))
    with caplog.at_level(logging.WARNING, "unison.model"):
        said, left = answer(shipped, message)
    assert said == whole
    assert [(one.what, one.words) for one in left] == [(UNGUIDED, WITHOUT_GRAMMAR)]
    assert "goes on without its grammar" in caplog.text
    assert answer(shipped, message, brief=True)[1] == []  # a look ahead is no reply


@real
def test_a_grammar_that_cannot_be_made_is_told_where_there_is_a_call(
    shipped: NativeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [answer(shipped, one)[0] for one in (user("hello"), user("draw a dog"))]
    assert shipped.guides is not None
    monkeypatch.setattr(shipped.guides, "_calls", None)
    monkeypatch.setattr("models.unified.calls.Calls", lambda names: raises(ImportError("damaged"))())
    assert answer(shipped, user("hello")) == (whole[0], [])
    said, left = answer(shipped, user("draw a dog"))
    assert (said, [one.what for one in left]) == (whole[1], [UNGUIDED])


@real
def test_stop_ends_a_guided_call_before_its_next_token(shipped: NativeModel) -> None:
    message = user("cut out the red car please", PHOTO)
    whole = list(shipped.stream([message], {"image#1": PHOTO}, StreamOptions(), lambda: False))
    for after in range(1, len(whole)):
        said: list[str] = []
        for piece in shipped.stream(
            [message], {"image#1": PHOTO}, StreamOptions(), lambda n=after, s=said: len(s) >= n
        ):  # type: ignore[misc]
            said.append(piece)
        assert said[:after] == whole[:after]
        assert len(said) <= after + 1  # what was held back for a tag or a quote


def test_without_llguidance_or_where_it_is_switched_off_there_is_no_guide(
    nonsense: UnifiedForConditionalGeneration, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert NativeModel(nonsense, small(), reader, "cpu", constrained=False).guides is None
    monkeypatch.setattr(native, "available", lambda: False)
    assert NativeModel(nonsense, small(), reader, "cpu").guides is None
