"""Masks and boxes as SVG and COCO files: outlines give the mask again, names stay text, and what cannot be written is refused."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw

from models.box_files import boxes_of, export_boxes, grounded
from models.expert import Masks, Refusal
from models.mask_files import Named, export
from models.outlines import outline
from models.values import Box, Grounding, Media, Message

SVG = "{http://www.w3.org/2000/svg}"


def filled(loops, shape):
    """Return the mask that *loops* enclose by the even-odd rule, by counting the upright lines left of each pixel."""
    crossings = np.zeros((shape[0], shape[1] + 1), int)
    for loop in loops:
        for (x0, y0), (x1, y1) in zip(loop, loop[1:] + loop[:1], strict=True):
            assert (x0 == x1) != (y0 == y1), "lines run along the edges of the pixels"
            if x0 == x1:
                crossings[min(y0, y1) : max(y0, y1), x0] += 1
    return np.cumsum(crossings, axis=1)[:, :-1] % 2 == 1


def ring():
    sheet = Image.new("1", (40, 30))
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((5, 4, 34, 26), fill=1)
    pen.ellipse((14, 10, 24, 18), fill=0)
    return np.asarray(sheet)


@pytest.mark.parametrize(
    "mask",
    [
        ring(), np.ones((3, 4), bool), np.zeros((3, 4), bool), np.eye(6, dtype=bool), np.indices((7, 7)).sum(0) % 2 == 0,
        *(np.random.default_rng(n).random((17, 23)) < 0.5 for n in range(4)),
    ],
)  # fmt: skip
def test_filling_the_outlines_gives_the_mask_again(mask):
    assert np.array_equal(filled(outline(mask), mask.shape), mask)


def test_a_square_has_four_corners_and_a_ring_two_outlines():
    mask = np.zeros((10, 10), bool)
    mask[2:5, 3:9] = True
    assert [sorted(loop) for loop in outline(mask)] == [[(3, 2), (3, 5), (9, 2), (9, 5)]]
    assert len(outline(ring())) == 2


def named(handle, label, array, of="image#1"):
    return Named(handle, of, Masks(array[None], [label], [0.9]))


def test_masks_of_one_picture_are_one_drawing_with_their_names_as_text():
    evil = '<script>alert(1)</script> & "x"\x00'
    data, suffix = export([named("mask#1", evil, ring()), named("mask#2", "cat", ring())], "svg")
    assert suffix == ".svg"
    root = ET.fromstring(data)
    assert root.get("viewBox") == "0 0 40 30"
    titles = [node.text for node in root.iter(f"{SVG}title")]
    assert titles == ['mask#1 <script>alert(1)</script> & "x"', "mask#2 cat"]
    assert not list(root.iter(f"{SVG}script"))
    (first, _) = root.iter(f"{SVG}path")
    loops = [[tuple(map(int, p.split(","))) for p in part.split()] for part in re.findall(r"M([^Z]*)Z", first.get("d"))]
    assert np.array_equal(filled(loops, (30, 40)), ring())


def test_masks_of_two_pictures_and_of_a_clip_are_a_zip_of_drawings():
    data, suffix = export([named("mask#1", "a", ring()), named("mask#2", "b", ring(), "image#2")], "svg")
    assert (suffix, len(zipfile.ZipFile(io.BytesIO(data)).namelist())) == (".zip", 2)
    moving = Named("mask#3", "video#1", Masks(np.stack([ring(), ~ring()])[None], ["c"], [1.0], 12.0))
    names = zipfile.ZipFile(io.BytesIO(export([moving], "svg")[0])).namelist()
    assert names == ["mask-3-c/000000.svg", "mask-3-c/000001.svg"]


def picture(**meta):
    return Media("image", "image#2", "aa/x.png", {"width": 200, "height": 100, **meta})


def test_boxes_are_read_in_both_forms_and_what_is_none_is_left_out():
    told = [
        ["cat", 0.1, 0.2, 0.5, 0.6],
        {"label": "dog", "box": [0, 0, 1, 1]},
        ["bad", 1, 1, 0, 0],
        [],
        None,
        ["short", 0.1],
    ]
    assert boxes_of(picture(boxes=told)) == [("cat", [0.1, 0.2, 0.5, 0.6]), ("dog", [0.0, 0.0, 1.0, 1.0])]
    assert boxes_of(picture(layout=[["cat", 0, 0, 0.5, 0.5]])) == [("cat", [0, 0, 0.5, 0.5])]
    assert boxes_of(picture(boxes="none")) == []


def test_boxes_as_coco_are_in_pixels_and_as_svg_have_their_names():
    made = picture(boxes=[["cat & <dog>", 0.1, 0.2, 0.5, 0.6]])
    document = json.loads(export_boxes([made], "coco")[0])
    assert document["annotations"][0]["bbox"] == [20, 20, 80, 40]
    assert document["images"] == [{"id": 1, "width": 200, "height": 100, "file_name": "image#2"}]
    data, suffix = export_boxes([made], "svg")
    root = ET.fromstring(data)
    (rect,) = root.iter(f"{SVG}rect")
    assert suffix == ".svg"
    assert [rect.get(side) for side in ("x", "y", "width", "height")] == ["20", "20", "80", "40"]
    assert [node.text for node in root.iter(f"{SVG}text")] == ["cat & <dog>"]


def test_boxes_that_an_answer_gave_are_exported_with_the_pictures_own():
    answers = [
        Message("assistant", (Grounding("a dog", (Box(0, 0, 0.5, 0.5),), of="image#2"), Grounding("x", of="image#2")))
    ]
    told = grounded(picture(boxes=[["cat", 0.1, 0.2, 0.5, 0.6]]), answers)
    assert [name for name, _ in boxes_of(told)] == ["cat", "a dog"]
    assert grounded(picture(), []) == picture()


@pytest.mark.parametrize(
    ("media", "form", "words"),
    [
        ([picture()], "coco", "no boxes"),
        ([picture(boxes=[["a", 0, 0, 1, 1]])], "png", "coco or svg"),
        ([picture(boxes=[["a", 0, 0, 1, 1]])] * 2, "svg", "one picture"),
        ([Media("image", "image#3", "x", {"boxes": [["a", 0, 0, 1, 1]]})], "svg", "size"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_remedy(media, form, words):
    with pytest.raises(Refusal) as refusal:
        export_boxes(media, form)
    assert words in f"{refusal.value.what} {refusal.value.hint}"
