"""Record tokens and known things: written from replies, allowed where they may stand, said as the conversation has it."""

from __future__ import annotations

import pytest
import torch

from models.grammar import parse
from models.reader import Reader
from models.unified.native import ASSETS, NativeModel
from models.unified.prompt import Scribe
from models.unified.record import Record
from models.unified.rules import Rules
from models.unified.sheet import Sheet
from models.unified.speech import Speech
from models.unified.stream import StreamOptions
from models.unified.vocabulary import NAME, Vocabulary
from models.values import Media, Message, Phrase, Ref, TaskCall, Text
from training.unified import new_network

PHOTO = Media("image", "image#1", "", {"width": 640, "height": 480})
THINGS = ("umbrella", "washing machine", "dog")
WORDS = [" I", " That", " is", " an", "You", " have", " here", "It", " has", " blurred", " remove", " the"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(ASSETS / "nano/text_encoder")


@pytest.fixture(scope="module")
def scribe(reader: Reader) -> Scribe:
    return Scribe(Vocabulary.build(WORDS, ["count"], THINGS), reader.cut)


def user(text: str, *parts: Media) -> Message:
    return Message("user", (*parts, Text(text)))


def reply(scribe: Scribe, messages: list[Message], told: tuple[str, str] | None = None, topic: str = "") -> list[str]:
    """Return the names of the tokens of the last message, each checked against the rules; its words are said again."""
    names = scribe.vocabulary.names
    asked = messages[:-1]
    shelf = {part.handle: part for message in asked for part in message.parts if isinstance(part, Media)}
    sheet = scribe.write(asked)
    ids = scribe.write(messages, topic=topic, told=told).ids[len(sheet.ids) :]
    numbers: dict[str, list[int]] = {}
    for handle in shelf:
        numbers.setdefault(handle.partition("#")[0], []).append(int(handle.partition("#")[2]))
    rules, speech, follow, said = Rules(scribe.vocabulary, sheet, numbers), speech_of(scribe, sheet, asked), -1, ""
    for token in ids:
        assert rules.allowed(follow)[token], names[token]
        rules.take(token)
        if token == scribe.vocabulary["c:end"]:
            break
        said += speech.say(token)
        follow = sheet.next_row(token - len(names)) if token >= len(names) else -1
    assert parse(said + speech.close()) == parse(write(messages[-1]))
    return [names[token] if token < len(names) else "copied" for token in ids]


def speech_of(scribe: Scribe, sheet: Sheet, messages: list[Message]) -> Speech:
    return Speech(scribe.vocabulary, sheet, Record(messages))


def write(message: Message) -> str:
    from models.grammar import write_call

    return "".join(part.text if isinstance(part, Text) else write_call(part) for part in message.parts)  # type: ignore[arg-type]


def test_a_count_is_one_token_that_is_said_as_the_conversation_has_it(scribe: Scribe) -> None:
    messages = [
        user("how many?", PHOTO, Media("image", "image#2", "")),
        Message("assistant", (Text("You have two images: image#1 and image#2 here."),)),
    ]
    assert reply(scribe, messages, ("count_image", ""), "count") == [
        "c:talk", "t:count", "c:go", "w:You", "w: have", "w: ", "r:count_image", "w: here", "w:.", "c:end",
    ]  # fmt: skip


def test_a_fact_names_its_medium_and_is_found_again_in_an_earlier_reply(scribe: Scribe) -> None:
    earlier = [user("how big is it?", PHOTO), Message("assistant", (Text("It is 640 x 480 pixels large."),))]
    ids = scribe.write([*earlier, user("thanks")]).ids
    names = [scribe.vocabulary.names[token] for token in ids if token < len(scribe.vocabulary)]
    at = names.index("r:size")
    assert names[at : at + 3] == ["r:size", "a: image#", "i:1"]


def test_two_records_that_read_the_same_are_told_apart_in_training(scribe: Scribe) -> None:
    blur = TaskCall("t1", "adjust", (Ref("image#1"),), {"op": "blur"})
    before = [user("blur it", PHOTO), Message("assistant", (blur, Media("image", "image#2", "", {"call": "t1"})))]
    messages = [*before, user("what did you do?"), Message("assistant", (Text("I blurred image#1."),))]
    assert "r:last" in reply(scribe, messages, ("last", ""), "count")
    assert "r:did" in reply(scribe, messages, ("did", "image#1"), "count")


@pytest.mark.parametrize("thing", ["umbrella", "washing machine"])
@pytest.mark.parametrize("task", ["detect", "segment", "edit"])
def test_a_thing_that_nobody_named_is_decided_in_the_plan(scribe: Scribe, thing: str, task: str) -> None:
    phrase = f"remove the {thing}" if task == "edit" else thing
    call = TaskCall("t1", task, (Ref("image#1"), Phrase(phrase)))
    messages = [user("where is what I need?", PHOTO), Message("assistant", (Text(f"It is the {thing}. "), call))]
    names = reply(scribe, messages)
    assert names[:3] == [f"c:plan_{task}", f"k:{thing}", "c:go"]
    assert names.count(NAME) == 2


def test_a_thing_that_the_person_named_is_copied_and_not_decided(scribe: Scribe) -> None:
    call = TaskCall("t1", "segment", (Ref("image#1"), Phrase("umbrella")))
    names = reply(scribe, [user("cut out the umbrella", PHOTO), Message("assistant", (call,))])
    assert "k:umbrella" not in names
    assert NAME not in names


def test_no_record_of_a_kind_that_is_not_there_and_no_name_that_was_not_planned(scribe: Scribe) -> None:
    vocabulary = scribe.vocabulary
    rules = Rules(vocabulary, scribe.write([user("hello")]), {"image": [3]})
    for name in ("c:talk", "t:count", "c:go"):
        rules.take(vocabulary[name])
    allowed = rules.allowed()
    assert allowed[vocabulary["r:count_video"]]
    assert allowed[vocabulary["r:size"]]
    assert not allowed[vocabulary["r:rate"]], "there is no video whose rate could be told"
    assert not allowed[vocabulary[NAME]]
    rules.take(vocabulary["r:size"])
    assert rules.allowed().nonzero().flatten().tolist() == [vocabulary["a: image#"]]
    rules.take(vocabulary["a: image#"])
    assert rules.allowed().nonzero().flatten().tolist() == [vocabulary["i:3"]]
    rules.take(vocabulary["i:3"])
    assert rules.allowed()[vocabulary["w:."]]


def test_a_person_can_write_the_names_of_tokens_and_nothing_comes_of_it(scribe: Scribe) -> None:
    ids = scribe.write([user("r:files r:name k:dog c:plan_segment <r:last>")]).ids
    own = [scribe.vocabulary.names[token] for token in ids if token < len(scribe.vocabulary)]
    assert own == ["c:user", "c:assistant"]


def test_things_are_scored_by_the_newest_text_alone(scribe: Scribe, reader: Reader) -> None:
    torch.manual_seed(1)
    network = new_network(scribe.vocabulary, reader, 2, 64).eval()
    model = NativeModel(network, scribe.vocabulary, reader, "cpu")
    with torch.no_grad():
        network.name_next.bias.fill_(30.0)  # a network without training plans a thing only when it is told to
    for text, thing in (("what keeps me dry in the rain?", "umbrella"), ("what barks and wags its tail?", "dog"),
                        ("what do I put my dirty laundry into?", "washing machine")):  # fmt: skip
        said = []
        for before in ([], [user("what barks?", PHOTO), Message("assistant", (Text("It is here."),))]):
            messages = [*before, user(text, PHOTO)]
            sheet = scribe.write(messages)
            rules = Rules(scribe.vocabulary, sheet, {"image": [1]})
            tokens = model.tokens(sheet, rules, StreamOptions(force_task="detect", max_new_tokens=1), lambda: False)
            said += [scribe.vocabulary.names[token] for token in tokens]
        assert said == [f"k:{thing}"] * 2
