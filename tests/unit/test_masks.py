"""Regions become the pixels that the person marked, and masks survive PNG, run lengths and COCO."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.expert import Masks, Refusal
from models.mask_files import Named, clip_from_json, clip_to_json, export
from models.masks import (
    area,
    box_of,
    coco_json,
    from_png,
    rasterise,
    resize_mask,
    rle_decode,
    rle_encode,
    rle_string,
    to_png,
)
from models.values import Box, Point, Polygon, Region, Stroke

FRACTIONS = st.floats(0, 1)


def decoded(rle: dict[str, Any]) -> np.ndarray:
    """Decode COCO run lengths pixel by pixel, written from the format's description and not from our code."""
    height, width = rle["size"]
    counts = rle["counts"]
    if isinstance(counts, str):
        numbers: list[int] = []
        place = 0
        while place < len(counts):
            value, shift = 0, 0
            while True:
                bits = ord(counts[place]) - 48
                place += 1
                value += (bits % 32) * 2**shift
                shift += 5
                if bits < 32:
                    if bits >= 16:
                        value -= 2**shift
                    break
            numbers.append(value + numbers[len(numbers) - 2] if len(numbers) > 2 else value)
        counts = numbers
    mask = np.zeros((height, width), bool)
    position = 0
    for index, count in enumerate(counts):
        for pixel in range(position, position + count):
            mask[pixel % height, pixel // height] = index % 2 == 1
        position += count
    assert position == height * width
    return mask


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.random((height, width)) < draw(st.sampled_from([0.0, 0.02, 0.3, 0.5, 0.98, 1.0]))


@settings(max_examples=150, deadline=None)
@given(masks())
def test_run_lengths_mean_the_same_to_another_decoder(mask: np.ndarray) -> None:
    for rle in (rle_encode(mask), rle_string(mask)):
        assert np.array_equal(decoded(json.loads(json.dumps(rle))), mask)
        assert np.array_equal(rle_decode(rle), mask)


def test_run_lengths_are_those_of_the_coco_format() -> None:
    mask = np.array([[0, 1, 1], [0, 1, 0]], bool)
    assert rle_encode(mask) == {"size": [2, 3], "counts": [2, 3, 1]}
    assert rle_encode(~mask)["counts"] == [0, 2, 3, 1]
    assert rle_string(mask)["counts"] == "231"
    assert rle_decode({"size": [1, 200], "counts": [100, 100]}).sum() == 100


def test_long_runs_take_several_letters_and_come_back() -> None:
    mask = np.zeros((1500, 2000), bool)
    mask[100:1400, 300:1700] = True
    mask[5, 5] = True
    assert np.array_equal(rle_decode(rle_string(mask)), mask)
    assert len(rle_string(mask)["counts"]) < 6000


@pytest.mark.parametrize("rle", [
    {"size": [2, 2], "counts": [1, 2]}, {"size": [2, 2], "counts": [-1, 5]}, {"size": [2, 2], "counts": []},
    {"size": [0, 2], "counts": [0]}, {"size": [2, 2], "counts": "o"}, {"size": [2, 2], "counts": "\x01"},
    {"size": [2, 2], "counts": "oooooooooooooooo1"},
])  # fmt: skip
def test_run_lengths_that_do_not_fit_are_an_error(rle: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        rle_decode(rle)


@settings(max_examples=200, deadline=None)
@given(FRACTIONS, FRACTIONS, FRACTIONS, FRACTIONS, st.integers(1, 60), st.integers(1, 60))
def test_a_box_covers_exactly_the_pixels_it_touches(
    a: float, b: float, c: float, d: float, width: int, height: int
) -> None:
    if a == c or b == d:
        return
    box = Box(min(a, c), min(b, d), max(a, c), max(b, d))
    region = Region(1, "image#1", box=box)
    x0, y0, x1, y1 = box.to_pixels(width, height)
    covered = area(region, width, height)
    assert covered.shape == (height, width)
    assert box_of(covered) == (x0, y0, x1, y1)
    assert covered.sum() == (x1 - x0) * (y1 - y0)
    marks = rasterise(region, width, height)
    assert marks.box == (x0, y0, x1, y1)
    assert not marks.positive.any()
    assert not marks.negative.any()
    assert marks.mask is None


def test_a_region_over_everything_and_one_of_a_single_pixel() -> None:
    whole = Region(1, "image#1", polygons=(Polygon(((0, 0), (1, 0), (1, 1), (0, 1))),))
    assert area(whole, 33, 21).all()
    assert area(Region(1, "image#1", box=Box(0, 0, 1, 1)), 33, 21).all()
    tiny = area(Region(1, "image#1", box=Box(0.501, 0.501, 0.502, 0.502)), 100, 100)
    assert np.argwhere(tiny).tolist() == [[50, 50]]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(FRACTIONS, FRACTIONS), min_size=1, max_size=6),
    st.floats(0, 0.2),
    st.integers(1, 80),
    st.integers(1, 80),
)
def test_nothing_drawn_vanishes(points: list[tuple[float, float]], thick: float, width: int, height: int) -> None:
    pixels = [(min(int(y * height), height - 1), min(int(x * width), width - 1)) for x, y in points]
    shapes = [
        Region(1, "image#1", strokes=(Stroke(tuple(points), thick),)),
        Region(1, "image#1", points=tuple(Point(x, y) for x, y in points)),
    ]
    if len(points) > 2:
        shapes.append(Region(1, "image#1", polygons=(Polygon(tuple(points)),)))
    for region in shapes:
        covered = area(region, width, height)
        assert all(covered[pixel] for pixel in pixels)
        assert np.array_equal(rasterise(region, width, height).positive, covered)


def test_a_stroke_is_as_wide_as_it_says_and_connected() -> None:
    region = Region(1, "image#1", strokes=(Stroke(((0.1, 0.5), (0.9, 0.5)), 0.1),))
    covered = area(region, 200, 100)
    assert covered[:, 100].sum() == pytest.approx(20, abs=1)
    rows = np.flatnonzero(covered[:, 100])
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(49.5, abs=1)
    assert covered[50, 15:185].all()
    slanted = area(Region(1, "image#1", strokes=(Stroke(((0.1, 0.2), (0.8, 0.9)), 0.0),)), 100, 100)
    ys, xs = np.nonzero(slanted)
    assert set(xs) == set(range(10, 81))
    assert np.abs(ys - (xs + 10)).max() <= 1


def test_a_polygon_is_filled_to_its_edge() -> None:
    triangle = area(Region(1, "image#1", polygons=(Polygon(((0, 0), (1, 0), (0, 1))),)), 100, 100)
    y, x = np.mgrid[0:100, 0:100] + 0.5
    assert np.mean(triangle != (x + y < 100)) < 0.02


def test_negatives_are_kept_apart_and_taken_out_of_the_area() -> None:
    region = Region(
        1, "image#1", box=Box(0, 0, 0.5, 1), points=(Point(0.25, 0.5, positive=False), Point(0.75, 0.5)),
        strokes=(Stroke(((0.1, 0.1), (0.4, 0.1)), 0.05, positive=False),),
        polygons=(Polygon(((0.1, 0.8), (0.2, 0.8), (0.2, 0.9)), positive=False),),
    )  # fmt: skip
    marks = rasterise(region, 100, 100)
    covered = area(region, 100, 100)
    assert marks.negative[50, 25]
    assert marks.negative[10, 20]
    assert marks.negative[81, 19]
    assert marks.positive[50, 75]
    assert not (covered & marks.negative).any()
    assert covered[50, 75]
    assert covered[99, 0]


def test_an_earlier_mask_is_refined_at_the_frame_s_size_and_missed_when_gone() -> None:
    small = np.zeros((10, 10), bool)
    small[2:5, 2:5] = True
    region = Region(1, "image#1", mask="mask#1", points=(Point(0.9, 0.9),))
    covered = area(region, 50, 40, {"mask#1": small})
    assert covered[8:20, 10:25].all()
    assert covered[36, 45]
    marks = rasterise(region, 50, 40, {"mask#1": small})
    assert marks.mask is not None
    assert marks.mask.sum() == 12 * 15
    with pytest.raises(Refusal, match="mask#1"):
        area(region, 50, 40)


@given(masks())
def test_a_mask_keeps_its_pixels_when_it_is_doubled_and_halved(mask: np.ndarray) -> None:
    height, width = mask.shape
    double = resize_mask(mask, width * 2, height * 2)
    assert np.array_equal(double, mask.repeat(2, 0).repeat(2, 1))
    assert np.array_equal(resize_mask(double, width, height), mask)


@settings(max_examples=30, deadline=None)
@given(masks())
def test_a_png_of_a_mask_is_black_and_white_and_comes_back(mask: np.ndarray) -> None:
    picture = Image.open(io.BytesIO(to_png(mask)))
    assert picture.mode == "L"
    assert np.array_equal(np.asarray(picture), np.where(mask, 255, 0))


def test_a_png_mask_is_read_back_from_its_file(tmp_path: Path) -> None:
    mask = np.random.default_rng(0).random((9, 13)) < 0.5
    (tmp_path / "m.png").write_bytes(to_png(mask))
    assert np.array_equal(from_png(tmp_path / "m.png"), mask)


def _objects() -> Masks:
    rng = np.random.default_rng(5)
    return Masks(rng.random((3, 12, 17)) < 0.4, ["dog", "", "dog"], [0.9, 0.5, 0.25])


def _check_coco(document: dict[str, Any], expected: list[np.ndarray], labels: list[str]) -> None:
    names = {category["id"]: category["name"] for category in document["categories"]}
    images = {image["id"]: image for image in document["images"]}
    assert len({a["id"] for a in document["annotations"]}) == len(document["annotations"]) == len(expected)
    for annotation, mask, label in zip(document["annotations"], expected, labels, strict=True):
        assert np.array_equal(decoded(annotation["segmentation"]), mask)
        assert annotation["area"] == mask.sum()
        assert names[annotation["category_id"]] == label
        image = images[annotation["image_id"]]
        assert (image["height"], image["width"]) == mask.shape
        ys, xs = np.nonzero(mask)
        assert annotation["bbox"] == [xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1]
        assert annotation["iscrowd"] == 0


def test_coco_json_says_what_the_masks_are() -> None:
    objects = _objects()
    document = json.loads(json.dumps(coco_json(objects, "photo.jpg")))
    assert document["images"] == [{"id": 1, "width": 17, "height": 12, "file_name": "photo.jpg"}]
    _check_coco(document, list(objects.array), ["dog", "object", "dog"])
    assert [a["score"] for a in document["annotations"]] == [0.9, 0.5, 0.25]


def test_coco_json_of_a_clip_has_an_image_per_frame_and_skips_frames_without_the_object() -> None:
    array = np.random.default_rng(1).random((2, 4, 6, 5)) < 0.5
    array[0, 2] = False
    document = coco_json(Masks(array, ["a", "b"], [1, 1], 25.0))
    assert [(i["id"], i["frame"], i["time"]) for i in document["images"]] == [
        (1, 0, 0),
        (2, 1, 0.04),
        (3, 2, 0.08),
        (4, 3, 0.12),
    ]
    kept = [array[0, i] for i in (0, 1, 3)] + list(array[1])
    _check_coco(document, kept, ["a"] * 3 + ["b"] * 4)
    assert [a["track_id"] for a in document["annotations"]] == [1, 1, 1, 2, 2, 2, 2]


def test_exports_hold_the_masks_of_several_media() -> None:
    rng = np.random.default_rng(2)
    flat = [Named(f"mask#{i}", "image#1", Masks(rng.random((1, 8, 9)) < 0.5, ["a cat/dog"], [0.5])) for i in (1, 2)]
    clip = Named("mask#3", "video#1", Masks(rng.random((1, 3, 5, 4)) < 0.5, ["bird"], [0.75], 10.0))
    items = [*flat, clip]
    packed, suffix = export(items, "png")
    assert suffix == ".zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        assert names == [
            "mask-1-a-cat-dog.png",
            "mask-2-a-cat-dog.png",
            *(f"mask-3-bird/{i:06d}.png" for i in range(3)),
        ]
        for name, mask in zip(
            names, [flat[0].masks.array[0], flat[1].masks.array[0], *clip.masks.array[0]], strict=True
        ):
            assert np.array_equal(np.asarray(Image.open(io.BytesIO(archive.read(name)))) > 0, mask)
    rows = json.loads(export(items, "rle")[0])["masks"]
    assert np.array_equal(decoded(rows[0]), flat[0].masks.array[0])
    assert [
        np.array_equal(decoded({"size": rows[2]["size"], "counts": c}), m)
        for c, m in zip(rows[2]["frames"], clip.masks.array[0], strict=True)
    ] == [True] * 3
    document = json.loads(export(items, "coco")[0])
    _check_coco(document, [*(f.masks.array[0] for f in flat), *clip.masks.array[0]], ["a cat/dog"] * 2 + ["bird"] * 3)
    assert [image["file_name"] for image in document["images"]] == ["image#1", "video#1", "video#1", "video#1"]
    assert {a["track_id"] for a in document["annotations"]} == {1, 2, 3}
    assert export(flat[:1], "png") == (to_png(flat[0].masks.array[0]), ".png")
    assert export(items, "png") == export(items, "png"), "the same masks give the same file"
    for bad in ("gif", ""):
        with pytest.raises(Refusal, match="cannot be exported"):
            export(items, bad)
    with pytest.raises(Refusal, match="no mask"):
        export([], "png")


def test_a_clip_s_mask_is_one_small_line_a_frame_and_comes_back() -> None:
    y, x = np.mgrid[0:240, 0:320]
    array = np.stack([(x - 100 - i) ** 2 + (y - 120) ** 2 < 50**2 for i in range(30)])
    data = clip_to_json(array, "ball", 0.8, 29.97)
    back = clip_from_json(data)
    assert np.array_equal(back.array[0], array)
    assert (back.labels, back.scores, back.fps) == (["ball"], [0.8], 29.97)
    assert len(data.splitlines()) == 32
    assert len(data) < 30 * 500
    for bad in (b"", b"[]", b"{}", b'{"size": [2, 2], "counts": ["x"], "label": "", "score": 1, "fps": 1}', data[:-9]):
        with pytest.raises(ValueError):
            clip_from_json(bad)
