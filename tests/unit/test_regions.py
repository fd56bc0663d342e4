"""What a browser or a program may send as regions, and that everything else is refused in words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cards import region_json
from app.regions import MOST_POINTS, MOST_REGIONS, MOST_SHAPES, region_from_json
from app.ui_tray import Tray, read, usable, write
from models.expert import Refusal
from models.values import Box, Media, Point, Polygon, Region, Stroke

SHELF = {
    "image#1": Media("image", "image#1", "aa/b.png", {"width": 30, "height": 20}),
    "video#1": Media("video", "video#1", "aa/b.mp4", {"width": 30, "height": 20, "fps": 12.0, "frames": 24}),
    "video#2": Media("video", "video#2", "aa/c.mp4", {"fps": 10.0, "frames": 10, "start": 2.0}),
    "audio#1": Media("audio", "audio#1", "aa/b.wav", {}),
    "mask#1": Media("mask", "mask#1", "aa/c.png", {"of": "image#1"}),
}
BOX = {"type": "box", "box": [0.1, 0.2, 0.5, 0.6]}
POINT = {"type": "point", "xy": [0.5, 0.5]}


def one(shapes, **entry):
    (region,) = region_from_json([{"ref": "image#1", "shapes": shapes, **entry}], SHELF, 3)
    return region


def test_every_kind_of_shape_arrives_and_regions_are_numbered_on():
    shapes = [
        BOX,
        {**POINT, "neg": True},
        {"type": "scribble", "pts": [[0, 0], [1, 1]], "width": 0.05},
        {"type": "poly", "pts": [[0, 0], [1, 0], [0.5, 1]], "neg": True},
    ]
    data = [{"ref": "image#1", "label": " a  dog ", "shapes": shapes}, {"ref": "image#1", "shapes": [POINT]}]
    first, second = region_from_json(data, SHELF, 4)
    assert first == Region(
        id=4,
        of="image#1",
        box=Box(0.1, 0.2, 0.5, 0.6),
        points=(Point(0.5, 0.5, False),),
        strokes=(Stroke(((0, 0), (1, 1)), 0.05),),
        polygons=(Polygon(((0, 0), (1, 0), (0.5, 1)), False),),
        label="a dog",
    )
    assert second.id == 5


def numbers(ids, first):
    entries = [{"ref": "image#1", "shapes": [POINT], **({} if n is None else {"id": n})} for n in ids]
    return [region.id for region in region_from_json(entries, SHELF, first)]


def test_regions_keep_the_numbers_they_bring_and_the_others_take_free_ones():
    assert numbers([5, 7], 5) == [5, 7]
    assert numbers([8, 6], 5) == [8, 6]
    assert numbers([None, 5, None], 5) == [6, 5, 7]


def test_numbers_of_an_earlier_message_are_moved_up_alike():
    assert numbers([2, 4, None], 6) == [6, 8, 7]


@pytest.mark.parametrize("ids", [[0], [-1], [True], ["3"], [2.0], [3, 3], [5000]])
def test_numbers_that_cannot_be_are_refused(ids):
    with pytest.raises(Refusal):
        numbers(ids, 3)


def test_the_tray_keeps_the_numbers_of_its_regions_on_their_way_to_the_browser_and_back():
    data = {"attached": ["image#1"], "regions": [{"id": 4, "ref": "image#1", "shapes": [POINT]}]}
    sent = write(read(data, SHELF, 2), SHELF, 2, lambda path: path)
    assert [region["id"] for region in sent["regions"]] == [4]
    assert [region.id for region in read(sent, SHELF, 2).regions] == [4]


def test_the_tray_tells_of_a_clip_whether_it_has_a_sound():
    shelf = {
        f"video#{n}": Media("video", f"video#{n}", "a/b.mp4", meta)
        for n, meta in enumerate(({"has_audio": False}, {}), 1)
    }
    media = write(Tray(tuple(shelf)), shelf, 1, lambda path: path)["media"]
    assert [media[handle]["sound"] for handle in shelf] == [False, True]


def test_corners_may_come_in_any_order():
    assert one([{"type": "box", "box": [0.5, 0.6, 0.1, 0.2]}]).box == Box(0.1, 0.2, 0.5, 0.6)


def test_a_region_on_a_mask_refines_it_on_its_picture():
    region = one([POINT], ref="mask#1")
    assert (region.of, region.mask) == ("image#1", "mask#1")
    assert one([], mask="mask#1").mask == "mask#1"


def test_times_belong_to_videos_and_count_from_their_first_frame():
    assert one([POINT], time=1.5).time is None
    assert one([POINT], ref="video#1", time=10 / 12).time == 10 / 12
    assert one([POINT], ref="video#1").time == 0.0
    assert one([POINT], ref="video#2", time=2.9).time == 2.9
    with pytest.raises(Refusal, match="outside video#2"):
        one([POINT], ref="video#2", time=3.5)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("text", "not a list"),
        ([5], "not an object"),
        ([{"ref": "image#9", "shapes": [BOX]}], "not in this conversation"),
        ([{"ref": ["image#1"], "shapes": [BOX]}], "not in this conversation"),
        ([{"ref": "audio#1", "shapes": [BOX]}], "drawn on audio#1"),
        ([{"ref": "image#1", "mask": "image#1", "shapes": [BOX]}], "refines a mask"),
        ([{"ref": "image#1", "shapes": "box"}], "not a list"),
        ([{"ref": "image#1", "shapes": []}], "Nothing is marked"),
        ([{"ref": "image#1", "shapes": [{"type": "star"}]}], "unknown shape"),
        ([{"ref": "image#1", "shapes": [BOX, BOX]}], "more than one box"),
        ([{"ref": "image#1", "shapes": [{"type": "box", "box": [0, 0, 300, 200]}]}], "outside the picture"),
        ([{"ref": "image#1", "shapes": [{"type": "box", "box": [0.2, 0.2, 0.2, 0.4]}]}], "empty"),
        ([{"ref": "image#1", "shapes": [{"type": "box", "box": [0, 0, 1]}]}], "four numbers"),
        ([{"ref": "image#1", "shapes": [{"type": "point", "xy": [True, 0]}]}], "not a number"),
        ([{"ref": "image#1", "shapes": [{"type": "point", "xy": [math.nan, 0]}]}], "not a number"),
        ([{"ref": "image#1", "shapes": [{"type": "point", "xy": ["0", 0]}]}], "not a number"),
        ([{"ref": "image#1", "shapes": [{"type": "poly", "pts": [[0, 0], [1, 1]]}]}], "three corners"),
        ([{"ref": "image#1", "shapes": [{"type": "scribble", "pts": []}]}], "at least one point"),
        ([{"ref": "image#1", "shapes": [{"type": "scribble", "pts": [[0, 0]] * (MOST_POINTS + 1)}]}], "at most"),
        ([{"ref": "image#1", "shapes": [POINT] * (MOST_SHAPES + 1)}], "shapes"),
        ([{"ref": "image#1", "shapes": [POINT]}] * (MOST_REGIONS + 1), "at most"),
        ([{"ref": "image#1", "shapes": [POINT], "label": 5}], "name is not text"),
        ([{"ref": "video#1", "shapes": [POINT], "time": "1"}], "not a number"),
        ([{"ref": "video#1", "shapes": [POINT], "time": 90}], "outside video#1"),
    ],
)
def test_what_is_wrong_is_said(data, words):
    with pytest.raises(Refusal, match=words) as refusal:
        region_from_json(data, SHELF, 1)
    assert refusal.value.hint


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["image#1", "box", "poly"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["ref", "shapes", "type", "box", "pts", "xy", "time", "mask", "label", "width"]), inner
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_any_json_gives_regions_or_a_refusal(data):
    try:
        regions = region_from_json(data, SHELF, 1)
    except Refusal:
        return
    assert all(isinstance(region, Region) for region in regions)
    assert isinstance(usable(data, SHELF, 1), Tray)


def test_a_region_goes_to_the_browser_and_back_unchanged():
    region = one([BOX, {**POINT, "neg": True}, {"type": "scribble", "pts": [[0.1, 0.1]], "width": 0.3}], label="x")
    assert region_from_json([region_json(region)], SHELF, 3) == [region]


def test_the_tray_never_sends_back_what_a_client_made_up():
    told = {
        "media": {"image#1": {"url": "http://evil", "path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}},
        "attached": ["image#1", "image#7", 5, "image#1"],
        "regions": [{"ref": "image#1", "shapes": [POINT], "path": "/etc/passwd"}],
        "state": {"url": "http://evil", "n": 1},
        "extra": {"path": "app.py", "meta": {"_type": "gradio.FileData"}},
    }
    tray = read(told, SHELF, 1)
    assert tray.attached == ("image#1",)
    sent = write(tray, SHELF, 1, lambda path: f"/media/{path}")
    assert "passwd" not in repr(sent)
    assert "evil" not in repr(sent)
    assert "FileData" not in repr(sent)
    assert sent["media"]["image#1"]["url"] == "/media/aa/b.png"
    assert sent["to"] is None
    assert tray.without("image#1") == Tray()
    assert usable({**told, "regions": [{"ref": "?"}]}, SHELF, 1).attached == ("image#1",)


@pytest.mark.parametrize(("state", "to"), [(7, 7), (True, None), ("7", None), (7.5, None), (None, None)])
def test_what_is_sent_names_the_state_of_the_browser_that_it_answers(state, to):
    tray = read({"attached": ["image#1"], "state": state}, SHELF, 1)
    for answer in (tray, tray.having("image#1"), tray.without("image#1")):
        assert write(answer, SHELF, 1, str)["to"] == to
