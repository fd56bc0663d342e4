"""What is put on somebody who was circled sits on their head, be the line drawn close or loosely."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scenes import make_call, make_inputs, silent, texture

from models.experts import inpaint_picturebook
from models.values import Box, Checkpoint, Phrase, Polygon, Ref, Region

inpaint = inpaint_picturebook.load(Checkpoint("inpaint_picturebook"), "cpu")
WIDTH, HEIGHT = 360, 260


def figure():
    """A photo of somebody with a small head on broad shoulders, their back to a wall: pixels and the truth of the head."""
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    body = ((xs - 180) / 62) ** 2 + ((ys - 190) / 70) ** 2 <= 1
    head = ((xs - 180) / 24) ** 2 + ((ys - 92) / 30) ** 2 <= 1
    pixels = texture(HEIGHT, WIDTH, (196, 204, 210), 1, 4)
    pixels[body] = texture(HEIGHT, WIDTH, (200, 90, 30), 2, 6)[body]
    pixels[head] = texture(HEIGHT, WIDTH, (120, 70, 50), 3, 6)[head]
    return pixels, head


def circle(x, y, half_x, half_y):
    corners = [(x + half_x * math.cos(k * math.pi / 12), y + half_y * math.sin(k * math.pi / 12)) for k in range(24)]
    return Polygon(tuple((min(1.0, max(0.0, a / WIDTH)), min(1.0, max(0.0, b / HEIGHT))) for a, b in corners))


MARKS = {
    "a loose circle": Region(1, "image#1", polygons=(circle(180, 155, 118, 112),)),
    "a box": Region(1, "image#1", box=Box(0.3, 0.2, 0.7, 0.99)),
    "the head alone": Region(1, "image#1", polygons=(circle(180, 92, 34, 40),)),
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS.keys())
@pytest.mark.parametrize("worn", ["hat", "sunglasses"])
def test_it_is_put_on_the_head(mark, worn):
    pixels, head = figure()
    call = make_call("inpaint", Ref("image#1"), Ref("region#1"), Phrase(f"put {worn} on the man I circled"))
    made = inpaint(call, make_inputs(pixels, [mark]), silent)
    changed = (np.abs(made.pixels.astype(int) - pixels) > 24).any(axis=2)
    ys, xs = np.nonzero(changed)
    assert abs(np.median(xs) - 180) < 10
    assert ys.max() < (112 if worn == "hat" else 124), "nothing below the head"
    assert np.ptp(xs) < 110
    assert (changed & head).any()
    assert ys.min() < 62 if worn == "hat" else ys.min() > 66
