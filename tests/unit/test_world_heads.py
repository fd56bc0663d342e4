"""The head of an outline is found whichever way its owner stands: upright, from the front, or long and seen from the side."""

from __future__ import annotations

import numpy as np
import pytest

from models.world import atlas
from models.world.worn import head_of, known_head


def ellipse(mask, x, y, half_x, half_y):
    ys, xs = np.mgrid[: mask.shape[0], : mask.shape[1]]
    mask |= ((xs - x) / half_x) ** 2 + ((ys - y) / half_y) ** 2 <= 1


def running(tail=True):
    """A long body with a tail to the left, four legs, and a head that hangs in front of them to the right."""
    mask = np.zeros((120, 260), np.bool_)
    ellipse(mask, 130, 50, 62, 24)
    for x in (80, 96, 166, 182):
        mask[60:112, x - 5 : x + 5] = True
    ellipse(mask, 218, 40, 19, 15)
    mask[38:56, 180:215] = True
    if tail:
        mask[40:46, 8:80] = True
    return mask


@pytest.mark.parametrize("tail", [True, False])
def test_a_body_seen_from_the_side_has_its_head_where_it_hangs_free(tail):
    mask = running(tail)
    head = head_of(mask)
    assert 195 < head.x < 237
    assert 20 < head.top < 40
    assert 20 < head.width < 50
    assert abs(head_of(np.ascontiguousarray(mask[:, ::-1])).x - (mask.shape[1] - head.x)) < 4


def test_an_upright_figure_keeps_its_head_on_top_however_small_it_is():
    mask = np.zeros((220, 160), np.bool_)
    ellipse(mask, 80, 150, 52, 66)
    ellipse(mask, 80, 62, 20, 24)
    head = head_of(mask)
    assert abs(head.x - 80) < 5
    assert head.top < 48
    assert 30 < head.width < 54


def test_what_is_long_and_alike_at_both_ends_is_not_taken_for_an_animal():
    mask = np.zeros((80, 240), np.bool_)
    ellipse(mask, 120, 40, 110, 30)
    assert 90 < head_of(mask).x < 150


def test_most_heads_of_the_atlas_are_found_by_their_outline_alone():
    near = []
    for entry in atlas.entries():
        if entry.group in ("animals", "people") and entry.head and not entry.bust:
            outline = atlas.sprite(entry.name)[..., 3] > 127
            known, found = known_head(entry.head, *outline.shape[::-1]), head_of(outline)
            aside, higher = abs(found.x - known.x) / known.width, abs(found.top - known.top) / known.width
            near.append(aside < 0.6 and higher < 0.6 and 0.5 < found.width / known.width < 2)
    assert len(near) > 120
    assert np.mean(near) >= 0.68
