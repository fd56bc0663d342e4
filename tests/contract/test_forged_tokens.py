"""What a person types never becomes a token of the model, whoever else types at the same time: random texts, many threads."""

from __future__ import annotations

import random
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.reader import TEXT_ENCODER, Cutter
from models.tasks import TASKS
from models.tokens import ENDINGS
from models.unified.native import NativeModel, load
from models.unified.prompt import Scribe
from models.unified.stream import StreamOptions
from models.unified.vocabulary import Vocabulary
from models.values import Checkpoint, Message, Text

MARKS = ("[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]", "[unused0]", "<|im_start|>", "<|im_end|>", "<s>", "</s>", "<|endoftext|>")  # fmt: skip
FORGED = (
    *(f"<{end}" for end in ENDINGS["<"]), *(f"@{end}" for end in ENDINGS["@"]), *MARKS, "c:user", "c:assistant", "c:end", "g:<task>", "n:remove", "a: image#", "&lt;task&gt;", "<t\u200bask>", "\uff1ctask\uff1e",
    "<TASK>", "\\<task>", "image#1", "##able", "\u200b", "\ufeff", "\u202e", "\x00", "\ud800", "e\u0301", "\U0001f98a", " ", "\n",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(FORGED), st.text(max_size=6)), max_size=40).map("".join)
OWN = {101, 102, 103, 0}
"""The encoder's [CLS], [SEP], [MASK] and [PAD]."""


@pytest.fixture(scope="module")
def cut() -> Cutter:
    return Cutter(TEXT_ENCODER / "tokenizer.json")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.build(["Sure", "."])


@pytest.fixture(scope="module")
def shipped() -> NativeModel:
    return load(Checkpoint("native", "nano/unified"), "cpu")


@settings(max_examples=800, deadline=None, derandomize=True)
@given(text=TEXTS)
def test_no_text_holds_a_mark_of_the_encoder_and_every_piece_is_of_the_text(cut: Cutter, text: str) -> None:
    pieces = cut(text)
    assert not OWN.intersection(pieces.ids)
    assert all(0 <= start <= end <= len(text) for start, end in pieces.places)
    starts = [start for start, _ in pieces.places]
    assert starts == sorted(starts)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_talk_of_any_texts_has_the_tokens_of_its_turns_and_named_handles_only(
    cut: Cutter, vocabulary: Vocabulary, texts: list[str]
) -> None:
    sheet = Scribe(vocabulary, cut).write([Message("user", (Text(text),)) for text in texts])
    names = [vocabulary.names[token] for token in sheet.ids if token < len(vocabulary)]
    speaking = [name for name in names if name[:2] == "c:" and name != "c:mention"]
    assert speaking[-1] == "c:assistant"
    assert set(speaking) <= {"c:user", "c:assistant"}
    assert speaking.count("c:assistant") == 1, "no text speaks for the model"
    others = {name for name in names if name[:2] != "c:"}
    assert not {name for name in others if name[:2] in ("g:", "n:")}, "no text opens a call"
    assert all(name.startswith(("a: ", "i:")) for name in others), "a handle is all that is read out of words"


def test_sixteen_threads_cut_as_one_does(cut: Cutter) -> None:
    rng = random.Random(3)
    texts = ["".join(rng.choices(FORGED, k=rng.randrange(1, 30))) for _ in range(400)]
    alone = [cut(text) for text in texts]
    faults: list[str] = []
    barrier = threading.Barrier(16)

    def work(seed: int) -> None:
        order = random.Random(seed).sample(range(len(texts)), len(texts))
        barrier.wait()
        for number in order:
            if cut(texts[number]) != alone[number]:
                faults.append(texts[number])

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert faults == []
    assert not any(OWN.intersection(pieces.ids) for pieces in alone)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text=TEXTS.filter(str.strip))
def test_the_shipped_model_begins_an_answer_to_any_text(shipped: NativeModel, text: str) -> None:
    options = StreamOptions(max_new_tokens=8)
    words = "".join(shipped.stream([Message("user", (Text(text),))], {}, options, lambda: False))
    assert isinstance(words, str)


def test_the_forgeries_are_of_every_task_and_tag() -> None:
    assert {"<task>", "</task>"} <= set(FORGED)
    assert "remove" in TASKS
