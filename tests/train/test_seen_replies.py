"""Every true reply that points at what is perceived may be written: the rules of a reply forbid no token of it."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from standin_senses import StandIn
from test_written_dialogues import handles

from models.reader import Cutter
from models.unified.native import ASSETS
from models.unified.prompt import Scribe
from models.unified.rules import Rules
from models.unified.vocabulary import Vocabulary
from models.values import Media
from training.dialogues import Example
from training.seeing import bank as banks
from training.seeing import mixing
from training.seeing.shards import Bank
from training.seeing.talk import grounded

SHIPPED = ASSETS / "nano/unified"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    folder = tmp_path_factory.mktemp("bank")
    banks.make(folder, {"image": 60, "video": 24, "audio": 30}, 3, StandIn(), held_out=0.0, tell=lambda _: None)
    found = (one for one in mixing.examples(5, "train", Bank(folder, 0.3)) if one.topic.startswith(("seen.", "heard")))
    return list(islice((one for one in found if grounded(one.messages[-1].parts)), 320))


def test_the_rules_allow_every_true_reply_about_what_is_perceived(made: list[Example]) -> None:
    names = Vocabulary.load(SHIPPED)
    scribe = Scribe(names, Cutter(ASSETS / "nano/text_encoder/tokenizer.json"))
    topics = Counter(example.topic for example in made)
    assert {"seen.by", "seen.differ", "seen.deed", "heard"} <= topics.keys(), topics
    for example in made:
        messages = example.messages
        shelf = {part.handle: part for message in messages for part in message.parts if isinstance(part, Media)}
        sheet = scribe.write(messages[:-1], shelf, percepts=example.percepts)
        whole = scribe.write(messages, shelf, topic=example.topic, told=example.told, percepts=example.percepts)
        rules = Rules(names, sheet, handles(messages[:-1], shelf), [])
        follow = -1
        for token in whole.ids[len(sheet.ids) :]:
            assert rules.allowed(follow)[token], (example.topic, messages[-1].text, rules.word)
            rules.take(token)
            if token == names["c:end"]:
                break
            follow = sheet.next_row(token - len(names)) if token >= len(names) else -1
        assert rules.mode == "end"
