"""Words alone, when the person asks for that: whatever the weights would rather do, no call is written and the reply ends."""

from __future__ import annotations

import pytest
import torch

from models.grammar import parse
from models.reader import Reader
from models.unified.config import nano
from models.unified.native import ASSETS, NativeModel
from models.unified.network import UnifiedForConditionalGeneration
from models.unified.stream import WORDS, StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Media, Message, TaskCall, Text

PHOTO = Media("image", "image#1", "", {"width": 640, "height": 480})
ASKED = ("blur it", "draw a cat and make it brighter")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(ASSETS / "nano/text_encoder")


@pytest.mark.parametrize("topics", [(), ("hi", "see")])
def test_no_weights_can_call_a_task_where_words_are_asked_for(reader, topics):
    vocabulary = Vocabulary.build([" I", " cut", " out", "Sure"], topics)
    called = 0
    for seed in range(3):
        torch.manual_seed(seed)
        network = UnifiedForConditionalGeneration(nano(len(vocabulary), 2, 64))
        with torch.no_grad():  # these weights would call a task at once
            for name, by in (("c:talk", -20), ("g:<task>", 20), ("g:</task>", 20)):
                network.head.bias[vocabulary[name]] += by
        model = NativeModel(network, vocabulary, reader, "cpu")
        for words in ASKED:
            messages = [Message("user", (PHOTO, Text(words)))]
            for force in (WORDS, None):
                options = StreamOptions(force_task=force, max_new_tokens=40, temperature=1.0, seed=seed)
                said = "".join(model.stream(messages, {"image#1": PHOTO}, options, lambda: False))
                calls = [part for part in parse(said) if isinstance(part, TaskCall)]
                assert force is None or calls == []
                called += bool(calls)
    assert called, "left to themselves, some of these weights do call a task"
