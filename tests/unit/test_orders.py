"""Instructions are read as people write them: what is done to what, where, and what was not understood."""

from __future__ import annotations

import pytest

from models.world.instructions import read_orders
from models.world.where import read_place, split_place

READ = {
    "make the cat blue": ("recolour", "the cat", "", "blue"),
    "paint the house dark green": ("recolour", "the house", "", "dark green"),
    "change the colour of the car to red": ("recolour", "the car", "", "red"),
    "change the cat's colour to green": ("recolour", "the cat", "", "green"),
    "the car should be red": ("recolour", "the car", "", "red"),
    "replace the pizza by a cake": ("replace", "the pizza", "a cake", ""),
    "turn the cat into a dog": ("replace", "the cat", "a dog", ""),
    "a dog instead of the cat": ("replace", "the cat", "a dog", ""),
    "swap the cat with a dog": ("replace", "the cat", "a dog", ""),
    "make this a cake": ("replace", "this", "a cake", ""),
    "remove the left tree": ("remove", "the left tree", "", ""),
    "get rid of all the birds": ("remove", "all the birds", "", ""),
    "no people": ("remove", "people", "", ""),
    "without the dog": ("remove", "the dog", "", ""),
    "add a hat to the cat": ("add", "", "a hat", ""),
    "put two birds in the sky": ("add", "", "two birds", ""),
    "another dog": ("add", "", "another dog", ""),
    "a hat": ("add", "", "a hat", ""),
    "add a moon in the sky": ("add", "", "a moon", ""),
    "move the boat to the right": ("move", "the boat", "", ""),
    "put the cat on the left": ("move", "the cat", "", ""),
    "bring the cat to the front": ("move", "the cat", "", ""),
    "make the dog bigger": ("resize", "the dog", "", ""),
    "shrink the house": ("resize", "the house", "", ""),
    "rotate the car 45 degrees": ("turn", "the car", "", ""),
    "flip the dog": ("flip", "the dog", "", ""),
    "let the dog look to the left": ("flip", "the dog", "left", ""),
    "duplicate the tree": ("copy", "the tree", "", ""),
    "swap the cat and the dog": ("swap", "the cat", "the dog", ""),
    "there should be three cats": ("count", "cats", "", ""),
    "make the ghost transparent": ("fade", "the ghost", "", ""),
    "remove the shadow": ("unshadow", "everything", "", ""),
    "make it night": ("time", "", "night", ""),
    "I want it to be night": ("time", "", "night", ""),
    "let it snow": ("time", "", "snowfall", ""),
    "add rain": ("time", "", "rain", ""),
    "remove the rain": ("time", "", "day", ""),
    "as a watercolour": ("style", "", "watercolour", ""),
    "in the style of a comic": ("style", "", "comic", ""),
    "make it look like a pencil sketch": ("style", "", "sketch", ""),
    "make it a beach": ("backdrop", "", "beach", ""),
    "put the cat on a beach": ("backdrop", "", "beach", ""),
    "make the background light blue": ("backdrop", "", "", "light blue"),
    "make the background a black gradient": ("backdrop", "", "gradient", "black"),
    "put them all against a solid green wall": ("backdrop", "", "plain", "green"),
    "make it on plain yellow": ("backdrop", "", "plain", "yellow"),
    "in front of mountains instead": ("backdrop", "", "mountains", ""),
    "everyone is in a kitchen now": ("backdrop", "", "kitchen", ""),
    "let it look as though they were in a desert": ("backdrop", "", "desert", ""),
    "make it warmer": ("grade", "", "warm", ""),
    "paint it in blue": ("recolour", "it", "", "blue"),
    "have it in green": ("recolour", "it", "", "green"),
    "make everything in blue": ("recolour", "everything", "", "blue"),
    "put it on an orange": ("move", "it", "", ""),
    "put everything in the sky": ("move", "everything", "", ""),
}


@pytest.mark.parametrize(("said", "meant"), READ.items(), ids=READ.keys())
def test_one_instruction_is_one_order(said, meant):
    (order,) = read_orders(said).orders
    assert (order.verb, order.what, order.new, order.colour) == meant


@pytest.mark.parametrize(
    "form",
    ["{}", "please {}", "Could you please {}?", "can you {} for me", "I'd like you to {}.", "{}, please!", "now {}"],
)
def test_politeness_changes_nothing(form):
    (order,) = read_orders(form.format("remove the left tree")).orders
    assert (order.verb, order.what) == ("remove", "the left tree")


def test_several_wishes_are_several_orders_in_order():
    found = read_orders("Make the cat blue and the dog red, then put two birds in the sky and let it snow.")
    assert [(o.verb, o.what or o.new) for o in found.orders] == [
        ("recolour", "the cat"), ("recolour", "the dog"), ("add", "two birds"), ("time", "snowfall"),
    ]  # fmt: skip
    assert not found.unread


def test_looks_may_be_listed_without_verbs():
    orders = read_orders("let it snow, as a watercolour").orders
    assert [(o.verb, o.new) for o in orders] == [("time", "snowfall"), ("style", "watercolour")]


def test_a_backdrop_and_an_hour_in_one_phrase_are_both_read():
    orders = read_orders("change the background to a beach at sunset").orders
    assert [(o.verb, o.new) for o in orders] == [("backdrop", "beach"), ("time", "sunset")]


def test_what_is_not_understood_is_named_and_the_rest_is_done():
    found = read_orders("make her smile and remove the hat")
    assert [o.verb for o in found.orders] == ["remove"]
    assert found.unread == ("make her smile",)


def test_words_of_amount_weigh_what_is_asked():
    amounts = [
        read_orders(f"make the dog {how}").orders[0].amount
        for how in ("a little bigger", "bigger", "much bigger", "twice as big")
    ]
    assert 1 < amounts[0] < amounts[1] < amounts[2] < amounts[3] == 2
    assert read_orders("make the dog half as big").orders[0].amount == 0.5


def test_a_mere_name_asks_for_the_thing_where_a_place_is_marked():
    assert read_orders("red hat", bare=True).orders[0].new == "red hat"
    assert not read_orders("red hat").orders


PLACES = {
    "in the top left": ("side", (-1, -1), True),
    "in the upper right corner of the picture": ("side", (1, -1), True),
    "to the right": ("side", (1, 0), False),
    "on the right": ("side", (1, 0), True),
    "in the middle": ("side", (0, 0), True),
    "up a bit": ("side", (0, -1), False),
}


@pytest.mark.parametrize(("said", "meant"), PLACES.items(), ids=PLACES.keys())
def test_sides_of_the_frame_are_read(said, meant):
    place = read_place(said)
    assert place is not None
    assert (place.kind, place.side, place.fixed) == meant


def test_a_bit_is_less_and_far_is_more():
    assert (
        read_place("a bit to the left").strength
        < read_place("to the left").strength
        < read_place("far to the left").strength
    )


RELATED = {
    "a hat on the cat": ("a hat", "on", "the cat"),
    "a cat to the left of the tree": ("a cat", "left", "the tree"),
    "a dog between the cat and the tree": ("a dog", "between", "the cat"),
    "a cat beside the left tree": ("a cat", "next", "the left tree"),
    "a moon above the house": ("a moon", "above", "the house"),
}


@pytest.mark.parametrize(("said", "meant"), RELATED.items(), ids=RELATED.keys())
def test_places_by_another_thing_are_read(said, meant):
    what, place = split_place(said)
    assert (what, place.how, place.whom) == meant


def test_a_side_that_belongs_to_the_name_stays_with_it():
    what, place = split_place("the cat on the left to the right")
    assert what == "the cat on the left"
    assert place.side == (1, 0)


@pytest.mark.parametrize("said", ["", "  ", "!!!", "hmm", "why is the sky blue", "#" * 500, "make " * 200])
def test_nonsense_gives_no_orders_and_no_fault(said):
    found = read_orders(said)
    assert all(order.verb in ("recolour", "replace", "add") for order in found.orders)


@pytest.mark.parametrize(
    "said", ["everything on the left", "put it on the cat", "before the cat", "on the fence", "in front of the house"]
)
def test_a_place_among_things_is_no_backdrop(said):
    assert all(order.verb != "backdrop" for order in read_orders(said).orders)
