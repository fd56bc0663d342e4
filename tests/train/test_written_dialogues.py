"""Every generated reply can be written token by token under the rules of decoding, and reads back as the same calls."""

from __future__ import annotations

from itertools import islice

import pytest

from evaluation.held_out import same
from models.grammar import parse
from models.reader import Cutter
from models.unified.native import ASSETS, handles
from models.unified.prompt import Scribe
from models.unified.rules import Rules
from models.unified.speech import Speech
from models.unified.vocabulary import Vocabulary
from models.values import Media, Message, Region, TaskCall
from training.batches import build_vocabulary
from training.dialogues import Example, examples, topics


@pytest.fixture(scope="module")
def drawn() -> list[Example]:
    return list(islice(examples(31), 700))


def calls(message: Message) -> list[TaskCall]:
    return [part for part in message.parts if isinstance(part, TaskCall)]


def spoken(
    vocabulary: Vocabulary, scribe: Scribe, messages: tuple[Message, ...], shelf: dict[str, Media], topic: str
) -> str:
    """Return the text of the last message, each of its tokens checked against the rules."""
    asked = messages[:-1]
    sheet = scribe.write(asked, shelf)
    reply = scribe.write(messages, topic=topic).ids[len(sheet.ids) :]
    drawn = [part.of for part in asked[-1].parts if isinstance(part, Region)]
    rules, speech = Rules(vocabulary, sheet, handles(asked, shelf), drawn), Speech(vocabulary, sheet)
    text, follow = "", -1
    for token in reply:
        assert rules.allowed(follow)[token], (asked[-1].text, text, rules.mode)
        rules.take(token)
        if token == vocabulary["c:end"]:
            break
        text += speech.say(token)
        follow = sheet.next_row(token - len(vocabulary)) if token >= len(vocabulary) else -1
    return text + speech.close()


def test_every_reply_is_allowed_and_reads_back_as_its_calls(drawn: list[Example]) -> None:
    vocabulary = build_vocabulary((example.messages for example in drawn), topics())
    scribe = Scribe(vocabulary, Cutter(ASSETS / "nano/text_encoder/tokenizer.json"))
    seen = 0
    for example in drawn:
        shelf: dict[str, Media] = {}
        for index, message in enumerate(example.messages):
            last = index == len(example.messages) - 1
            if message.role == "assistant" and (last or calls(message)):
                text = spoken(vocabulary, scribe, example.messages[: index + 1], shelf, example.topic if last else "")
                found = [same(part) for part in parse(text) if isinstance(part, TaskCall)]
                assert found == [same(call) for call in calls(message)]
                seen += 1
            shelf.update({part.handle: part for part in message.parts if isinstance(part, Media)})
    assert seen >= 700


def test_numbers_in_calls_are_copied_as_the_person_wrote_them(drawn: list[Example]) -> None:
    vocabulary = build_vocabulary((example.messages for example in drawn), topics())
    scribe = Scribe(vocabulary, Cutter(ASSETS / "nano/text_encoder/tokenizer.json"))
    copied = spelled = 0
    for example in (example for example in islice(examples(32), 4000) if example.group == "extract.frame"):
        if any("time" in call.params for call in calls(example.messages[-1])):
            ids = scribe.write(example.messages).ids
            value = ids[max(at for at, token in enumerate(ids) if token == vocabulary["p: time="]) + 1]
            copied, spelled = copied + (value >= len(vocabulary)), spelled + (value < len(vocabulary))
    assert copied > 10
    assert copied > 5 * spelled  # a slip of the fingers in a number in words is spelled
