"""The regions of a picture tile it, and extents are guessed from marks as a person means them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.extents import guess
from models.grabcut import Marking, cut
from models.superpixels import tile


def silent(fraction, word="", preview=None):
    """A report that nobody reads."""


def overlap(a, b):
    return np.count_nonzero(a & b) / np.count_nonzero(a | b)


def ground(colour=(70, 120, 60)):
    noise = np.random.default_rng(3).normal(0, 1, (240, 320, 3)).astype(np.float32)
    return np.clip(np.float32(colour) + cv2.GaussianBlur(noise, (0, 0), 2.0) * 50, 0, 255).astype(np.uint8)


def motley(pixels):
    """Draw a thing of four colours on *pixels*: its truth, bool [h, w]."""
    truth = np.zeros(pixels.shape[:2], np.uint8)
    cv2.circle(truth, (160, 120), 62, 1, -1)
    for shape, colour in (
        (((160, 120), 62), (235, 190, 60)),
        (((138, 105), 16), (250, 250, 250)),
        (((182, 105), 16), (30, 30, 40)),
        (((160, 148), 18), (180, 40, 50)),
    ):
        cv2.circle(pixels, *shape, colour, -1)
    return truth > 0


def marks(*places, radius=2):
    area = np.zeros((240, 320), np.uint8)
    for place in places:
        cv2.circle(area, place, radius, 1, -1)
    return area > 0


def test_regions_tile_the_picture_and_know_their_neighbours():
    pixels = ground()
    motley(pixels)
    regions = tile(pixels)
    assert regions.label.shape == (240, 320)
    assert np.array_equal(np.bincount(regions.label.ravel()), regions.area)
    assert regions.tints.sum() == regions.area.sum() == 240 * 320
    assert regions.rim.sum() == 2 * (240 + 320)
    across = regions.label[:, :-1] != regions.label[:, 1:]
    down = regions.label[:-1] != regions.label[1:]
    assert regions.length.sum() == across.sum() + down.sum() == len(regions.step)
    assert (regions.pairs[:, 0] < regions.pairs[:, 1]).all()


def test_regions_keep_to_the_edges_of_a_thing():
    pixels = ground()
    truth = motley(pixels)
    regions = tile(pixels)
    share = np.bincount(regions.label.ravel(), truth.ravel()) / regions.area
    assert overlap((share > 0.5)[regions.label], truth) > 0.95


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2), (40, 3)])
def test_a_guess_on_a_tiny_picture_holds_the_mark(size):
    mark = np.zeros(size, np.bool_)
    mark[0, 0] = True
    found = guess(np.full((*size, 3), 90, np.uint8), mark, np.zeros_like(mark))
    assert found.mask.shape == size
    assert found.mask[0, 0]
    assert 0 < found.sure <= 1


def test_a_guess_without_a_mark_is_an_error():
    nothing = np.zeros((240, 320), np.bool_)
    with pytest.raises(ValueError, match="at least one pixel"):
        guess(ground(), nothing, nothing)


def test_clicks_on_two_parts_of_a_motley_thing_give_the_whole_of_it():
    pixels = ground()
    truth = motley(pixels)
    nothing = np.zeros_like(truth)
    found = guess(pixels, marks((138, 105), (160, 80)), nothing)
    assert overlap(found.mask, truth) > 0.9
    whole = cut(pixels, Marking(marks((138, 105), (160, 80)), nothing), 1, silent)
    assert overlap(whole.mask, truth) > 0.95


def test_a_negative_click_keeps_its_thing_out():
    pixels = ground()
    cv2.rectangle(pixels, (60, 70), (159, 170), (200, 60, 50), -1)
    cv2.rectangle(pixels, (160, 70), (260, 170), (60, 70, 200), -1)
    truth = np.zeros((240, 320), np.bool_)
    truth[70:171, 60:160] = True
    found = guess(pixels, marks((110, 120)), marks((210, 120)))
    assert overlap(found.mask, truth) > 0.9
    assert not found.mask[120, 210]


def test_a_thing_cut_off_by_the_side_of_the_picture_is_taken_to_that_side():
    pixels = ground()
    truth = np.zeros((240, 320), np.uint8)
    cv2.circle(truth, (160, 239), 70, 1, -1)
    pixels[truth > 0] = (200, 170, 60)
    found = guess(pixels, marks((150, 205), (180, 215)), np.zeros((240, 320), np.bool_))
    assert overlap(found.mask, truth > 0) > 0.9


def test_the_score_of_a_guess_is_lower_where_the_extent_is_in_doubt():
    plain, ringed = ground(), ground()
    cv2.circle(plain, (160, 120), 60, (200, 60, 50), -1)
    for radius, colour in ((90, (60, 70, 200)), (62, (230, 220, 80)), (38, (200, 60, 50)), (16, (250, 250, 250))):
        cv2.circle(ringed, (160, 120), radius, colour, -1)
    nothing = np.zeros((240, 320), np.bool_)
    one = Marking(marks((160, 120)), nothing)
    assert cut(plain, one, 1, silent).score > cut(ringed, one, 1, silent).score + 0.1
