"""Constrained decoding of tagged text: the registry as a grammar, free words stay free, and no reply ends because of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from models.grammar import parse
from models.tasks import TASKS
from models.unified.constrained import Constrained, lark, tokenizer_of
from models.unified.matching import available
from models.values import TaskCall

real = pytest.mark.skipif(not available(), reason="llguidance is optional: pip install -r requirements-constrained.txt")
FREE = 'Sure: a<b, </div> & "task>" <tas\n\n1 < 2. '


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    """A small byte-level tokenizer; token 0 ends a reply."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment]
    made.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=["</s>"], initial_alphabet=alphabet)
    made.train_from_iterator([f"{task.example} Sure, I will. " for task in TASKS.values()] * 3, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="</s>")


@pytest.fixture(scope="module")
def given(tokenizer: PreTrainedTokenizerFast) -> Any:
    return tokenizer_of(tokenizer)


def masked(one: Constrained, written: list[int], size: int) -> torch.Tensor:
    """Return which tokens may follow what is *written* after a prompt of two tokens, bool [size]."""
    return one(torch.tensor([[7, 7, *written]]), torch.zeros(1, size))[0] == 0


def fits(one: Constrained, tokenizer: PreTrainedTokenizerFast, text: str) -> bool:
    ids = tokenizer.encode(text)
    return all(bool(masked(one, ids[:at], len(tokenizer))[token]) for at, token in enumerate(ids))


def test_every_task_of_the_registry_is_in_the_grammar() -> None:
    grammar = lark()
    for task in TASKS.values():
        assert f'call_{task.name}: "{task.name}"' in grammar
        for param in task.params:
            assert f'" {param.name}="' in grammar
    assert "call_image" not in lark({"segment": TASKS["segment"]})


@real
@pytest.mark.parametrize("name", TASKS)
def test_the_example_of_every_task_can_be_written_between_free_words(
    tokenizer: PreTrainedTokenizerFast, given: Any, name: str
) -> None:
    one = Constrained(given, lark())
    text = f"{FREE}{TASKS[name].example}{FREE}"
    assert fits(one, tokenizer, text)
    assert not one.lifted
    assert bool(masked(one, tokenizer.encode(text), len(tokenizer))[0])  # it may end there


@real
@pytest.mark.parametrize(
    "text",
    [
        "<task>fly image#1</task>",
        "<task>segment the dog</task>",
        "<task>segment video#1</task>",
        '<task>segment image#1 "dog" op=blur</task>',
        "<task>adjust image#1 op=explode</task>",
        "<task>adjust image#1</task>",
        "<task>image</task>",
        "<task>remove image#1 <box>1,2,3</box></task>",
        "<task>remove image#1 <box>1,2,3,1001</box></task>",
        "<task>segment image#1",  # and then the end of the reply
    ],
)
def test_what_the_registry_does_not_declare_cannot_be_written(
    tokenizer: PreTrainedTokenizerFast, given: Any, text: str
) -> None:
    one = Constrained(given, lark())
    whole = text.endswith("</task>")
    assert not (fits(one, tokenizer, text) and (whole or bool(masked(one, tokenizer.encode(text), len(tokenizer))[0])))


@real
@pytest.mark.parametrize("seed", range(5))
def test_any_model_at_all_writes_calls_that_are_read_back(
    tokenizer: PreTrainedTokenizerFast, given: Any, seed: int
) -> None:
    """Tokens drawn evenly from those allowed, from within a call on: it is closed, or goes on, but is never malformed."""
    drawn = torch.Generator().manual_seed(seed)
    one = Constrained(given, lark(), begun="<task>")
    written: list[int] = []
    text = "<task>"
    closing = tokenizer.encode("</task>")[0]
    for _ in range(120):
        may = masked(one, written, len(tokenizer))
        token = closing if bool(may[closing]) else int(torch.multinomial(may.float(), 1, generator=drawn))
        written.append(token)
        text = "<task>" + tokenizer.decode(written, clean_up_tokenization_spaces=False)
        if "</task>" in text:
            break
    assert not one.lifted
    if "</task>" in text:
        (call, *_) = parse(text[: text.index("</task>") + 7])
        assert isinstance(call, TaskCall)
        assert call.task in TASKS


@real
def test_a_reply_and_its_grammar_that_come_apart_go_on_without_it(
    tokenizer: PreTrainedTokenizerFast, given: Any
) -> None:
    one = Constrained(given, lark())
    ids = tokenizer.encode("<task>fly image#1")
    for at in range(len(ids) + 1):
        may = masked(one, ids[:at], len(tokenizer))
        assert bool(may.any())
    assert one.lifted
    assert bool(may.all())
    broken = Constrained(given, "start: (")
    assert broken.lifted
    assert bool(masked(broken, [], len(tokenizer)).all())
    assert Constrained(given, lark(), begun="<task>fly").lifted


@real
def test_a_decoder_may_go_back_and_try_another_way(tokenizer: PreTrainedTokenizerFast, given: Any) -> None:
    one = Constrained(given, lark())
    masked(one, [], len(tokenizer))
    for text in ("<task>segment image#1 ", "<task>segment", "<task>remove image#", ""):
        ids = tokenizer.encode(text)
        assert torch.equal(masked(one, ids, len(tokenizer)), masked(one, ids, len(tokenizer)))
        fresh = Constrained(given, lark())
        masked(fresh, [], len(tokenizer))
        assert torch.equal(masked(one, ids, len(tokenizer)), masked(fresh, ids, len(tokenizer)))
    assert not one.lifted


@real
def test_a_call_that_a_person_chose_goes_on_from_what_is_given(tokenizer: PreTrainedTokenizerFast, given: Any) -> None:
    one = Constrained(given, lark(), begun="<task>segment image#1")
    assert fits(one, tokenizer, ' "the dog"</task> Done.')
    one = Constrained(given, lark(), begun="<task>segment image#1")
    assert not fits(one, tokenizer, " op=blur</task>")
