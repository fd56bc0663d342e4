"""The data types: what cannot be is refused, coordinates convert both ways, everything survives JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values import (
    GRID,
    Box,
    Failure,
    Grounding,
    Media,
    Message,
    Point,
    Polygon,
    Region,
    Span,
    Step,
    Stroke,
    TaskCall,
    Text,
    from_json,
    to_json,
)
from tests.unit import strategies as values

fractions = st.floats(0, 1)
places = st.tuples(fractions, fractions)
wild = st.one_of(st.floats(), st.sampled_from((math.nan, math.inf, -math.inf, 1e308)))
free_boxes = (
    st.tuples(fractions, fractions, fractions, fractions)
    .filter(lambda b: b[0] < b[2] and b[1] < b[3])
    .map(lambda b: Box(*b))
)
strokes = st.builds(Stroke, st.lists(places, min_size=1, max_size=4).map(tuple), fractions, st.booleans())
polygons = st.builds(Polygon, st.lists(places, min_size=3, max_size=5).map(tuple), st.booleans())
facts = st.dictionaries(
    st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=8), st.booleans(), st.none()), max_size=3
)
free_points = st.builds(Point, fractions, fractions, st.booleans())


def regions(box: st.SearchStrategy[Box | None]) -> st.SearchStrategy[Region]:
    return st.builds(
        Region, st.integers(1, 99), values.media_handles, box, st.lists(free_points, min_size=1, max_size=3).map(tuple),
        st.lists(strokes, max_size=2).map(tuple), st.lists(polygons, max_size=2).map(tuple),
        st.one_of(st.none(), values.media_handles), st.one_of(st.none(), st.floats(0, 1e6)), st.text(max_size=9),
    )  # fmt: skip


media = st.builds(
    Media, st.sampled_from(("image", "video", "audio", "mask")), values.media_handles, st.text(max_size=9), facts
)
parts = st.one_of(
    st.builds(Text, values.words), media, regions(st.one_of(st.none(), free_boxes)), values.calls(), values.groundings,
    st.builds(Step, st.text(max_size=4), st.text(max_size=4), st.text(), st.text(), st.integers(), st.floats(0, 9), st.text(), facts),
    st.builds(Failure, st.text(), st.text(), st.text(), st.text()),
)  # fmt: skip
messages = st.builds(
    Message, st.sampled_from(("user", "assistant")), st.lists(parts, max_size=5).map(tuple),
    st.sampled_from(("done", "running", "stopped", "interrupted", "failed")),
)  # fmt: skip


@given(messages)
def test_every_message_survives_json(message: Message) -> None:
    assert from_json(json.loads(json.dumps(to_json(message)))) == message


@given(messages)
def test_json_holds_plain_data_only(message: Message) -> None:
    def plain(data: Any) -> bool:
        if isinstance(data, dict):
            return all(isinstance(k, str) and plain(v) for k, v in data.items())
        return all(map(plain, data)) if isinstance(data, list) else data is None or isinstance(data, str | int | float)

    assert plain(to_json(message))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"is": "Nothing"}, "unknown value type"),
        ({"is": "Message", "rule": "user"}, "cannot be rebuilt"),
        ({"is": "Box", "x0": 0, "y0": 0, "x1": 2, "y1": 1}, "outside the picture"),
        ({"is": "Message", "role": "user", "parts": [{"is": "Region", "id": 1, "of": "image#1"}]}, "a region needs"),
    ],
)
def test_json_that_cannot_be_a_value_is_refused(data: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_json(data)


@given(wild, wild, wild, wild)
def test_a_box_is_within_the_frame_and_not_empty_or_it_is_refused(x0: float, y0: float, x1: float, y1: float) -> None:
    if 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1:
        assert Box(x0, y0, x1, y1) == Box(x0, y0, x1, y1)
    else:
        with pytest.raises(ValueError, match=r"outside the picture|is empty"):
            Box(x0, y0, x1, y1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -0.001, 1.001])
def test_a_coordinate_that_is_no_fraction_is_refused(bad: float) -> None:
    for build in (
        lambda: Point(bad, 0.5), lambda: Point(0.5, bad), lambda: Stroke(((bad, 0.5),)), lambda: Stroke(((0.5, 0.5),), bad),
        lambda: Polygon(((0, 0), (0, 1), (1, bad))),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="outside the picture"):
            build()


def test_a_scribble_a_polygon_and_a_region_need_something_drawn() -> None:
    for build, message in (
        (lambda: Stroke(()), "at least one point"),
        (lambda: Polygon(((0, 0), (1, 1))), "at least three corners"),
        (lambda: Region(1, "image#1"), "a region needs"),
    ):
        with pytest.raises(ValueError, match=message):
            build()


@pytest.mark.parametrize("span", [(1, 1), (2, 1), (-1, 1), (math.nan, 1), (0, math.inf)])
def test_a_time_span_that_is_empty_or_endless_is_refused(span: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="empty or negative"):
        Span(*span)


@given(values.boxes)
def test_a_box_on_the_grid_survives_the_tokens(box: Box) -> None:
    assert Box.from_tokens(*box.to_tokens()) == box


@given(free_boxes)
def test_any_box_is_written_as_a_box_within_half_a_step(box: Box) -> None:
    tokens = box.to_tokens()
    again = Box.from_tokens(*tokens)
    assert all(0 <= token <= GRID for token in tokens)
    for name in ("x0", "y0", "x1", "y1"):
        narrow = box.x1 - box.x0 < 1 / GRID or box.y1 - box.y0 < 1 / GRID
        assert abs(getattr(again, name) - getattr(box, name)) <= (1.5 if narrow else 0.5) / GRID + 1e-12


@given(free_boxes, st.integers(1, 5000), st.integers(1, 5000))
def test_a_box_in_pixels_covers_the_box_and_stays_in_the_frame(box: Box, width: int, height: int) -> None:
    x0, y0, x1, y1 = box.to_pixels(width, height)
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height
    assert x0 <= box.x0 * width + 1e-6
    assert x1 >= box.x1 * width - 1e-6
    assert y0 <= box.y0 * height + 1e-6
    assert y1 >= box.y1 * height - 1e-6


@given(st.integers(1, 3000), st.integers(1, 3000), st.data())
def test_whole_pixels_survive_as_a_box(width: int, height: int, data: st.DataObject) -> None:
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    assert Box.from_pixels(x0, y0, x1, y1, width, height).to_pixels(width, height) == (x0, y0, x1, y1)


@given(regions(st.one_of(st.none(), free_boxes)))
def test_the_bounds_of_a_region_hold_all_that_is_marked(region: Region) -> None:
    bounds = region.bounds()
    drawn = [(p.x, p.y) for p in region.points if p.positive]
    drawn += [xy for shape in (*region.strokes, *region.polygons) if shape.positive for xy in shape.points]
    if bounds is None:
        assert not drawn
        assert region.box is None
    else:
        assert all(bounds.x0 <= x <= bounds.x1 and bounds.y0 <= y <= bounds.y1 for x, y in drawn)
        if region.box:
            assert bounds.x0 <= region.box.x0 < region.box.x1 <= bounds.x1


def test_handles_and_words_are_read_off() -> None:
    call = TaskCall("t1", "x", ())
    assert call.refs() == []
    assert Region(3, "image#1", Box(0, 0, 1, 1)).handle == "region#3"
    assert Message("user", (Text("a"), Grounding("b"), Text("c"))).text == "ac"
