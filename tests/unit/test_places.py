"""Where phrases of an answer lie: the mask that is meant, the medium of a stretch, and what is shown on a card of its own."""

from __future__ import annotations

import pytest

from app.places import Place, handles_said, marked, masks_meant, medium_of, place_cards, stretches_said
from models.values import Box, Grounding, Media, Point, Span

FILM = {"width": 64, "height": 48, "fps": 12.0, "frames": 24, "duration": 2.0}
SHELF = {
    m.handle: m
    for m in (
        Media("image", "image#1", "a.png", {"width": 64, "height": 48}),
        Media("video", "video#1", "b.mp4", FILM),
        Media("mask", "mask#1", "1.png", {"of": "image#1", "label": "dog", "call": "t1", "number": 4}),
        Media("mask", "mask#2", "2.png", {"of": "image#1", "label": "cat", "call": "t1"}),
        Media("mask", "mask#3", "3.rle.json", {"of": "video#1", "label": "dog", "call": "t2"}),
        Media("audio", "audio#1", "c.wav", {"duration": 3.0}),
    )
}
DOG = Grounding("The dog", seg=True)


def meant(part: Grounding, own: tuple[str, ...] = (), taken: tuple[str, ...] = ()) -> list[str]:
    return [mask.handle for mask in masks_meant(part, [SHELF[h] for h in own], taken, SHELF)]


@pytest.mark.parametrize(
    ("part", "own", "taken", "masks"),
    [
        (DOG, (), (), ["mask#3"]),
        (DOG, ("mask#1",), (), ["mask#1"]),
        (Grounding("the dog", seg=True, of="image#1"), (), (), ["mask#1"]),
        (Grounding("it", of="mask#2"), (), (), ["mask#2"]),
        (Grounding("it", of="mask#9"), (), (), []),
        (Grounding("the thing", seg=True), ("mask#1", "mask#2"), ("mask#1",), ["mask#2"]),
        (Grounding("the thing", seg=True), (), (), []),
        (Grounding("the dog"), ("mask#1",), (), []),
    ],
)
def test_the_mask_that_is_named_asked_for_or_made_next_is_meant(
    part: Grounding, own: tuple[str, ...], taken: tuple[str, ...], masks: list[str]
) -> None:
    assert meant(part, own, taken) == masks


@pytest.mark.parametrize(
    ("part", "of"),
    [
        (Grounding("x", spans=(Span(0, 1),)), "audio#1"),
        (Grounding("x", boxes=(Box(0, 0, 1, 1),), spans=(Span(0, 1),)), "video#1"),
        (Grounding("x", points=(Point(0, 0),), of="image#1"), "image#1"),
        (Grounding("x", of="mask#3"), "video#1"),
        (Grounding("x", spans=(Span(0, 1),), of="image#7"), ""),
    ],
)
def test_a_place_lies_on_the_medium_that_it_names_or_on_the_latest_that_has_such_places(
    part: Grounding, of: str
) -> None:
    assert medium_of(Place("g0-1", part, 0), SHELF) == of


def test_boxes_have_their_own_times_where_there_is_one_for_each_and_else_the_first() -> None:
    boxes = (Box(0, 0, 0.5, 0.5), Box(0.5, 0.5, 1, 1))
    for spans, times in (((Span(0, 1), Span(1, 2)), [[0, 1], [1, 2]]), ((Span(0.5, 1),), [[0.5, 1], [0.5, 1]])):
        more = marked([Place("g0-1", Grounding("x", boxes, (), spans, of="video#1"), 2)], SHELF)["video#1"]
        assert [box["span"] for box in more["boxes"]] == times
        assert [stretch["span"] for stretch in more["stretches"]] == [[s.start, s.end] for s in spans]
        assert {entry["hue"] for entries in more.values() for entry in entries} == {2}
    assert (
        "stretches" not in marked([Place("g0-1", Grounding("x", boxes, (), spans, of="image#1"), 0)], SHELF)["image#1"]
    )


def test_a_mask_made_before_gets_a_card_with_the_stretch_on_it_and_what_the_reply_shows_gets_none() -> None:
    place = Place("g0-1", Grounding("the dog", spans=(Span(0, 1),), of="mask#3"), 2, (SHELF["mask#3"],))
    ((card,),) = [card["items"] for card in place_cards([place], [], SHELF, str)]
    assert (card["kind"], card["source"]["kind"], card["masks"][0]["file"]) == ("masks", "video", "3.rle.json")
    (stretch,) = card["stretches"]
    assert (stretch["key"], stretch["also"]) == ("g0-1", ["mask-3"])
    assert place_cards([place], ["mask#3", "video#1"], SHELF, str) == []
    assert place.keys() == ["g0-1", "mask-3"]
    assert Place("g0-2", Grounding("it", of="mask#3"), 0, (SHELF["mask#3"],)).keys() == ["mask-3"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fade audio#1 from 1.20 s to 3.40 s out", [("audio#1", 1.2, 3.4)]),
        ("Audio#1 from 0 s to 1 s and video#1 from 0.50 s to 1.00 s", [("audio#1", 0, 1), ("video#1", 0.5, 1)]),
        ("audio#1 from 1.00 s to 2.00 s, again audio#1 from 1.00 s to 2.00 s", [("audio#1", 1, 2)]),
        ("audio#1 from 3 s to 2 s", []),
        ("audio#1 from 3 s to 90 s", []),
        ("audio#7 from 1 s to 2 s", []),
        ("image#1 from 1 s to 2 s", []),
        ("myaudio#1 from 1 s to 2 s", []),
    ],
)
def test_stretches_are_found_where_words_name_them_as_the_page_writes_them(words, found):
    shelf = {
        handle: Media(handle.partition("#")[0], handle, "x", {"duration": 4.0})
        for handle in ("audio#1", "video#1", "image#1")
    }
    assert [(of, span.start, span.end) for _, of, span in stretches_said(words, shelf)] == found


def test_handles_are_found_where_words_name_what_is_there():
    shelf = {"mask#2": Media("mask", "mask#2", "x", {"number": 5}), "mask#22": Media("mask", "mask#22", "x")}
    words = "Region#1, mask#2 and mask#22, not region#9, mask#3, bitmask#2, mask#2x or region#10"
    assert handles_said(words, shelf, {"region#1", "region#100"}) == {"region#1": 0, "mask#2": 4, "mask#22": 21}
