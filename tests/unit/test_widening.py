"""Reading how far a picture shall reach, and bringing that to px: sides, shares, pixels, and what is refused."""

from __future__ import annotations

import pytest

from models.expert import Refusal
from models.margins import Margins, margins, side_of
from models.world.instructions import read_orders

FREE = {"most_pixels": 10**9, "most_side": 10**6}
SAID = {
    "extend this to the right": ("right", 0.25),
    "can you extend the picture to the left please?": ("left", 0.25),
    "outpaint it upwards": ("up", 0.25),
    "expand the image downwards by a third": ("down", 1 / 3),
    "extend it by half on all sides": ("all", 0.5),
    "extend it on every side by 20%": ("all", 0.2),
    "show more of it above": ("up", 0.25),
    "show a bit more of the scene to the left": ("left", 0.12),
    "show more of the sky": ("up", 0.25),
    "more sky": ("up", 0.25),
    "show more scenery on the left": ("left", 0.25),
    "show me what is to the left": ("left", 0.25),
    "make the picture wider": ("left right", 0.25),
    "make it twice as wide": ("left right", 0.5),
    "make it 20% wider": ("left right", 0.1),
    "make it wider and taller": ("left right up down", 0.25),
    "make the picture taller": ("up down", 0.25),
    "make the picture larger to the right by 30%": ("right", 0.3),
    "extend it to the left and to the right": ("left right", 0.25),
    "widen the photo on both sides by 10 percent": ("left right", 0.1),
    "add more space above": ("up", 0.25),
    "extend it, to the right": ("right", 0.25),
    "extend it by half to the left and to the right": ("left right", 0.5),
    "make it wider on the left by 40%": ("left", 0.4),
    "extend it to the left by 0%": ("left", 0),
    "make it 0% wider": ("left right", 0),
    "uncrop it": ("all", 0.25),
    "zoom out": ("all", 0.25),
    "turn it into a panorama": ("left right", 0.5),
    "enlarge the canvas": ("all", 0.25),
}


@pytest.mark.parametrize(("words", "meant"), SAID.items(), ids=SAID)
def test_words_that_want_more_of_a_picture_name_sides_and_how_much(words, meant):
    (order,) = read_orders(words).orders
    assert (order.verb, order.new, order.colour) == ("extend", meant[0], "")
    assert order.amount == pytest.approx(meant[1])


def test_pixels_are_counted_as_pixels():
    (order,) = read_orders("add 200 pixels on the right").orders
    assert (order.verb, order.new, order.amount, order.colour) == ("extend", "right", 200.0, "px")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("extend it by half to the left and a quarter to the right", {"left": 50, "right": 25}),
        ("extend it to the left by half, to the right by a quarter and up by 10%", {"left": 50, "right": 25, "top": 6}),
        ("extend it up by 50 px and to the left by 20 px", {"top": 50, "left": 20}),
        ("extend it 20 px to the left and by half to the right", {"left": 20, "right": 50}),
    ],
)
def test_each_side_gets_what_is_said_of_it_as_a_share_of_the_picture_as_it_was(words, meant):
    size, got = (100, 60), {}
    for order in read_orders(words).orders:
        made = margins(*size, order.new.split(), order.amount, pixels=order.colour == "px", **FREE)
        size = made.wide, made.high
        got |= {side: px for side in ("left", "top", "right", "bottom") if (px := getattr(made, side))}
    assert got == meant


def test_what_says_two_amounts_of_one_side_or_of_all_is_not_understood():
    for words in ("extend it by half by 20% to the left", "extend it on all sides by 10% and by half to the left"):
        assert read_orders(words).unread


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("make the cat wider", "resize"), ("enlarge the cat", "resize"), ("grow the tree", "resize"), ("show more trees", "add"),
        ("add a dog on the right", "add"), ("put 2 cats on the right", "add"), ("move the cat to the left", "move"),
        ("add some flowers above the dog", "add"), ("make it night", "time"),
    ],
)  # fmt: skip
def test_words_about_things_are_not_taken_for_it(words, verb):
    assert [order.verb for order in read_orders(words).orders] == [verb]


@pytest.mark.parametrize(
    "words",
    ["make it half as wide", "make the picture 500 pixels wide", "make it 150% wide", "widen the road", "broaden the street", "more to the left"],
)  # fmt: skip
def test_words_for_less_for_how_large_it_shall_be_in_all_and_for_things_are_left(words):
    orders = read_orders(words)
    assert not orders.orders
    assert orders.unread


def test_it_stands_beside_other_changes_in_their_order():
    orders = read_orders("make it night and extend it to the left and add a dog").orders
    assert [order.verb for order in orders] == ["time", "extend", "add"]


# from shares to pixels


def test_a_share_is_of_the_width_to_the_sides_and_of_the_height_above_and_below():
    made = margins(100, 60, ("all",), 0.5, **FREE)
    assert made == Margins(100, 60, 50, 30, 50, 30)
    assert (made.wide, made.high, made.kept) == (200, 120, (50, 30, 150, 90))
    assert margins(100, 60, ("left", "up"), 7, pixels=True, **FREE) == Margins(100, 60, 7, 7, 0, 0)
    assert margins(1000, 8, ("down",), 0.05, **FREE).bottom == 1  # at least a pixel


def test_what_was_done_is_told_with_its_sides():
    assert margins(100, 60, ("right",), 0.5, **FREE).told() == "extended by 50 px to the right"
    said = margins(100, 60, ("all",), 0.5, **FREE).told()
    assert said == "extended by 50 px to the left, 50 px to the right, 30 px at the top and 30 px at the bottom"


@pytest.mark.parametrize(
    ("size", "sides", "amount", "more", "what"),
    [
        ((7, 300), ("right",), 0.5, {}, "7 x 300 pixels shows too little"),
        ((300, 300), ("right",), 0.0, {}, "Nothing would be added"),
        ((300, 300), ("right",), -50, {"pixels": True}, "Nothing would be added"),
        ((300, 300), ("right",), 1.5, {}, "more than the picture itself"),
        ((300, 200), ("up",), 201, {"pixels": True}, "more than the picture itself"),
        ((300, 300), ("all",), 1.0, {"most_pixels": 500_000}, "too large, 900 x 900"),
        ((300, 20), ("right",), 1.0, {"most_side": 500}, "too large, 600 x 20"),
    ],
)
def test_what_is_absurd_is_refused_with_what_can_be_done(size, sides, amount, more, what):
    with pytest.raises(Refusal, match=what) as refused:
        margins(*size, sides, amount, **{**FREE, **more})
    assert refused.value.hint


def test_a_side_that_there_is_not_is_named():
    assert side_of(" Left ") == "left"
    with pytest.raises(Refusal, match="not extended to “inwards”") as refused:
        side_of("inwards")
    assert "left, right, up, down, all" in refused.value.hint
