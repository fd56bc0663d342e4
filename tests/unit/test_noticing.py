"""What words make one notice: the thing they are like among those before them, and a way for the pointer from a word to its thing."""

from __future__ import annotations

import pytest
import torch

from models.percepts import PATCH, PLACE, THING
from models.unified.network import Bank
from models.unified.noticing import Noticing
from models.unified.sight import Senses

READ, WIDTH, POINT, WORDS = 16, 24, 8, 10


@pytest.fixture
def noticing() -> Noticing:
    torch.manual_seed(3)
    made = Noticing(READ, WIDTH, POINT, WORDS)
    made.reset()
    return made.eval()


def bank() -> tuple[Bank, torch.Tensor, torch.Tensor]:
    """A cell and three things, then three words, of which the middle one is like the second thing, and a fourth thing after them."""
    context = torch.nn.functional.layer_norm(
        torch.randn(1, 8, READ, generator=torch.Generator().manual_seed(1)), (READ,)
    )
    context[:, 5] = context[:, 2] + 0.1 * context[:, 6]
    context[:, 4] = context[:, 7]
    kind = torch.tensor([[PATCH, THING, THING, THING, 0, 0, 0, THING]])
    made = Bank(
        context,
        torch.zeros_like(context),
        kind,
        torch.arange(8)[None] + 3,
        torch.ones(1, 8).bool(),
        None,
        torch.zeros(1, 8, PLACE),
    )
    return made, context, torch.randn(1, 8, WIDTH, generator=torch.Generator().manual_seed(2))


def test_a_word_means_the_thing_that_it_is_like_and_none_that_comes_later(noticing: Noticing) -> None:
    rows, context, places = bank()
    found = noticing(rows, context, places)
    assert int(found.meant[0, 5].argmax()) == 2
    assert float(found.meant[0, 5, 2]) > 0.9
    assert torch.allclose(found.meant[0, 4:7].sum(-1), torch.ones(3))
    assert not found.meant[0, :, [0, 4, 5, 6, 7]].any(), "neither cells nor words nor what stands after them"
    assert not found.meant[0, :4].any(), "cells and things ask nothing"
    assert not found.inputs[0, :4].any()
    assert found.inputs[0, 4:7].any(-1).all()


def test_what_is_noticed_of_a_word_does_not_change_when_the_conversation_goes_on(noticing: Noticing) -> None:
    rows, context, places = bank()
    whole = noticing(rows, context, places)
    part = Bank(
        context[:, :7], context[:, :7], rows.kind[:, :7], rows.where[:, :7], rows.starts[:, :7], None, places[:, :7]
    )
    before = noticing(part, context[:, :7], places[:, :7])
    assert torch.allclose(before.inputs, whole.inputs[:, :7], atol=1e-6)


def test_the_pointer_goes_on_from_the_word_looked_back_at_to_its_thing(noticing: Noticing) -> None:
    rows, context, places = bank()
    found = noticing(rows, context, places)
    offers, hidden = torch.zeros(1, 8, POINT), torch.zeros(1, 1, WIDTH)
    offers[0, 5, 0] = 1.0
    with torch.no_grad():
        noticing.back.weight.zero_()
        noticing.back.bias.zero_()
        noticing.back.bias[0] = 60.0  # looks at the word whose offer has a first number
    words = rows.words.unsqueeze(1)
    added = noticing.onward(hidden, offers, found, words)
    assert int(added[0, 0].argmax()) == 2
    assert float(added[0, 0, 2]) > 1.5
    assert not noticing.onward(hidden, offers, found, words & False).any(), (
        "where there is no word there is nothing to go on from"
    )


def test_without_things_nothing_is_noticed(noticing: Noticing) -> None:
    rows, context, places = bank()
    bare = Bank(context, context, torch.tensor([[PATCH] * 4 + [0] * 4]), rows.where, rows.starts, None, places)
    found = noticing(bare, context, places)
    assert not found.meant.any()
    assert not found.inputs.any()


def test_rows_of_nothing_have_a_gradient_of_ordinary_size(noticing: Noticing) -> None:
    rows, context, places = bank()
    context = context.clone()
    context[:, 5] = 0.0
    context.requires_grad_()
    noticing(rows, context, places).inputs.square().sum().backward()
    assert context.grad is not None
    assert float(context.grad.abs().max()) < 1e4


def two_texts() -> tuple[Bank, torch.Tensor, torch.Tensor]:
    """Two things, a text of two words with its whole, of which the first word is like the first thing, and another text that is like none."""
    context = torch.nn.functional.layer_norm(
        torch.randn(1, 7, READ, generator=torch.Generator().manual_seed(5)), (READ,)
    )
    context[:, 2] = context[:, 0]
    kind = torch.tensor([[THING, THING, 0, 0, 1, 0, 1]])
    starts = torch.tensor([[True, True, True, False, False, True, False]])
    made = Bank(
        context, torch.zeros_like(context), kind, torch.arange(7)[None] + 3, starts, None, torch.zeros(1, 7, PLACE)
    )
    return made, context, torch.randn(1, 7, WIDTH, generator=torch.Generator().manual_seed(2))


def test_a_text_tells_how_well_the_best_of_its_words_fits_each_thing(noticing: Noticing) -> None:
    rows, context, places = two_texts()
    found = noticing(rows, context, places)
    assert found.texts.tolist() == [[-1, -1, 0, 0, 0, 1, 1]]
    assert float(found.named[0, 0, 0]) == pytest.approx(1, abs=1e-4)
    assert float(found.named[0, 1, 0]) < 0.9
    assert not found.named[0, :, 2:].any(), "words are no things"
    with torch.no_grad():
        noticing.found.weight.copy_(torch.tensor([[1.0, 0.0]]).expand(WIDTH, 2))
        noticing.found.bias.zero_()
    with_it = noticing(rows, context, places).inputs
    with torch.no_grad():
        noticing.found.weight.zero_()
    added = with_it - noticing(rows, context, places).inputs
    assert torch.allclose(added[0, 4], torch.ones(WIDTH), atol=1e-3), "the whole of a text tells of its best word"
    assert float(added[0, 6].max()) < 0.9
    assert not added[0, [0, 1, 2, 3, 5]].any()


def test_the_pointer_heeds_what_the_newest_text_before_it_names(noticing: Noticing) -> None:
    rows, context, places = two_texts()
    found = noticing(rows, context, places)
    offers, hidden = torch.zeros(1, 7, POINT), torch.zeros(1, 2, WIDTH)
    with torch.no_grad():
        noticing.trust.bias.zero_()
        noticing.call.bias.fill_(5.0)
    words = rows.words.unsqueeze(1) & (
        torch.arange(7) < torch.tensor([[5], [7]])
    )  # after the first text, and after both
    added = noticing.onward(hidden, offers, found, words)
    assert torch.allclose(added[0, 0], 5 * found.named[0, 0])
    assert torch.allclose(added[0, 1], 5 * found.named[0, 1])
    assert not noticing.onward(hidden, offers, found, words & False).any()


def test_what_a_text_names_does_not_change_when_the_conversation_goes_on(noticing: Noticing) -> None:
    rows, context, places = two_texts()
    whole = noticing(rows, context, places)
    part = Bank(
        context[:, :5], context[:, :5], rows.kind[:, :5], rows.where[:, :5], rows.starts[:, :5], None, places[:, :5]
    )
    before = noticing(part, context[:, :5], places[:, :5])
    assert torch.allclose(before.inputs, whole.inputs[:, :5], atol=1e-6)
    assert torch.allclose(before.named[:, 0], whole.upto(5).named[:, 0], atol=1e-6)


def test_before_the_first_row_there_is_nothing_to_add(noticing: Noticing) -> None:
    rows, context, places = two_texts()
    found = noticing(rows, context, places).upto(0)
    added = noticing.onward(torch.zeros(1, 3, WIDTH), torch.zeros(1, 0, POINT), found, rows.words[:, None, :0])
    assert added.shape == (1, 3, 0)
    assert found.newest(rows.words[:, :0], torch.zeros(1, dtype=torch.long)).tolist() == [-1]


def test_a_text_says_aloud_whether_anything_it_names_is_there(noticing: Noticing) -> None:
    """Its row differs, between a word like a thing and one unlike all, by about as much as rows are made of."""
    rows, context, places = two_texts()
    torch.nn.init.normal_(noticing.found.weight, std=0.02)  # as a network begins
    context[:, 3] = other = -(context[:, 0] + context[:, 1])
    other = torch.cat([context[:, :2], other.unsqueeze(1), context[:, 3:]], 1)
    there, not_there = (noticing(rows, one, places).inputs[0] for one in (context, other))
    assert float((there[4] - not_there[4]).square().mean().sqrt()) > 0.3
    assert torch.equal(there[6], not_there[6]), "another text is told nothing of it"
    with torch.no_grad():
        noticing.there.weight.zero_()
    there, not_there = (noticing(rows, one, places).inputs[0] for one in (context, other))
    assert float((there[4] - not_there[4]).square().mean().sqrt()) < 0.1, "what it was told of before"


def test_a_place_is_told_as_loud_as_what_is_there() -> None:
    torch.manual_seed(4)
    senses = Senses({"low": 4, "high": 4, "moment": 4, "thing": 8, "sound": 8, "phrase": 6}, 6, 64)
    torch.nn.init.normal_(senses.place.weight, std=0.02)
    left, right = torch.zeros(1, 1, PLACE), torch.zeros(1, 1, PLACE)
    left[..., :4], right[..., :4] = torch.tensor([0.1, 0.4, 0.3, 0.8]), torch.tensor([0.7, 0.4, 0.9, 0.8])
    assert float((senses.where(left) - senses.where(right)).square().mean().sqrt()) > 0.3
