"""Held-out attribute pairs, compositions and objects are found in any wording, in a fixed share."""

from __future__ import annotations

from random import Random

import pytest

from models.values import Box, Message, Region, Text
from training.dialogues import book
from training.held_out import asked, compositions, held, objects, pairs, reasons
from training.language.phrasing import held_out_lines, plural, sections


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("draw a big red car", {("big", "car"), ("red", "car")}),
        ("Two RED Cars!", {("red", "car")}),
        ("a shiny, blue bicycle", {("shiny", "bicycle"), ("blue", "bicycle")}),
        ("a dark blue sports car", {("dark", "sports car"), ("blue", "sports car"), ("dark blue", "sports car")}),
        ("an orange bus, and an orange", {("orange", "bus")}),
        ("make the sky red. cars are fine", set()),
        ("the car is red", set()),
        ("a half-eaten apple", {("half eaten", "apple")}),
        ("", set()),
    ],
)
def test_the_attributes_directly_before_a_thing_pair_with_it(text: str, found: set[tuple[str, str]]) -> None:
    assert set(pairs(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two cats left of a pizza", {("cat", "pizza")}),
        ("a dog, another dog and a cat beside the horses", {("cat", "dog"), ("cat", "horse"), ("dog", "horse")}),
        ("a picture of a dog", set()),
        ("can you draw a dog in the box", set()),
        ("the dog's bone", {("bone", "dog")}),
        ("cat dog horse car bus lamp chair", {("cat", "dog"), ("dog", "horse"), ("car", "horse"), ("bus", "car"), ("bus", "lamp"), ("chair", "lamp")}),
    ],
)  # fmt: skip
def test_things_of_one_request_are_composed(text: str, found: set[tuple[str, str]]) -> None:
    assert set(compositions(text)) == found


def test_order_number_and_letters_do_not_change_what_is_held_out() -> None:
    names = [line for line in sections()["animal"].lines if " " not in line][:60]
    both = [(a, b) for a in names for b in names if a < b and not {*objects(a), *objects(b)}]
    kept = [(a, b) for a, b in both if held(f"a {a} and a {b}")]
    assert 0.02 < len(kept) / len(both) < 0.04
    for a, b in kept:
        assert held(f"THE {b.upper()} chases the {a}")
    colours = ("red", "blue", "green", "shiny", "tiny", "wooden", "striped", "old")
    paired = [(c, a) for c in colours for a in names if not {*objects(a)}]
    assert 0.03 < sum(held(f"one {c} {a}") for c, a in paired) / len(paired) < 0.075


def test_a_held_out_object_is_held_whatever_stands_round_it() -> None:
    names = sorted(
        {line for name, lines in held_out_lines().items() if sections()[name].kind == "things" for line in lines}
    )
    assert len(names) > 60
    for name in names:
        assert name in list(objects(f"The {name.upper()}'s friend"))
        assert name in list(objects(f"two {plural(name)}, quickly"))
        assert held(f"draw some {plural(name)}!")
        assert f"object {name}" in reasons(f"draw the {name}")
    assert not held("draw a cat")


def test_labels_of_regions_are_words_of_the_request() -> None:
    marks = [Region(n, "canvas", box=Box(0.1, 0.1, 0.5, 0.5), label=label) for n, label in ((1, "cat"), (2, "a pizza"))]
    message = Message("user", (*marks, Text("on a table")))
    assert set(compositions(asked(message))) == {("cat", "pizza"), ("cat", "table"), ("pizza", "table")}


def test_only_what_is_held_has_reasons() -> None:
    rng, said = Random(4), book("held_out")
    texts = [said.text(rng, "caption") for _ in range(400)]
    assert all(bool(reasons(text)) == held(text) for text in texts)
    assert sum(map(held, texts)) > 20
