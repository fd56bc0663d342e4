"""Composing scenes: the truth agrees with the pixels, occlusion is exact, light and shadow fall where they should."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.expert import Refusal
from models.values import Box
from models.world.composer import box_of, box_round, compose, thing_in
from models.world.crisp import doubled, level, spread
from models.world.scene import Backdrop, Scene, Thing, extent
from models.world.styles import stylised
from models.world.tint import tinted
from tests.unit.world_sprites import COLOURS, made_up

PLAIN = Backdrop("plain", colour="white", seed=3)


def drawn(*things, backdrop=PLAIN, side=160, width=None, **more):
    return compose(Scene(things, backdrop), width or side, side, truth=True, sprites=made_up, **more)


def test_masks_boxes_and_visible_shares_of_a_scene():
    back, front = Thing("disc", 0.4, 0.5, 0.5, id=1), Thing("block", 0.6, 0.6, 0.3, id=2)
    made = drawn(back, front)
    assert made.pixels.shape == (160, 160, 3)
    assert made.pixels.dtype == np.uint8
    assert made.masks.shape == (2, 160, 160)
    assert not (made.masks[0] & made.masks[1]).any()
    alone = drawn(back).masks[0]
    assert alone.sum() == pytest.approx(np.pi * 40**2, rel=0.02)
    assert (made.masks[0] == (alone & ~drawn(front).masks[0])).all()
    assert made.visible[0] == pytest.approx(made.masks[0].sum() / alone.sum(), abs=0.002)
    assert made.visible[1] == 1
    x0, y0, x1, y1 = made.boxes[1].to_pixels(160, 160)
    assert (x0, y0, x1, y1) == (72, 72, 120, 120)
    # The pixels show what the truth says: red where the disc is seen, green where the block is.
    assert made.pixels[made.masks[0]][:, 0].mean() > 1.5 * made.pixels[made.masks[0]][:, 1].mean()
    assert made.pixels[made.masks[1]][:, 1].mean() > 1.3 * made.pixels[made.masks[1]][:, 0].mean()


def test_masks_never_overlap_and_lie_within_the_extent():
    rng = np.random.default_rng(4)
    for backdrop in (Backdrop("meadow", "rain", seed=2), Backdrop("dots", "night")):
        things = [
            Thing(str(rng.choice(["disc", "bar", "block"])), *map(float, rng.uniform(-0.1, 1.1, 2)), float(rng.uniform(0.1, 0.6)),
                  float(rng.uniform(0, 360)), bool(rng.random() < 0.5)) for _ in range(9)
        ]  # fmt: skip
        made = drawn(*things, backdrop=backdrop, side=96, width=140)
        assert made.masks.sum(0).max() <= 1
        for thing, mask, box in zip(things, made.masks, made.boxes, strict=True):
            assert (box is None) == (not mask.any())
            if box is not None:
                assert box == box_round(mask)
                x0, y0, x1, y1 = extent(thing, 2.0 if thing.name == "bar" else 1.0, 140, 96)
                assert x0 * 140 - 1.01 <= box.x0 * 140
                assert box.x1 * 140 <= x1 * 140 + 1.01
                assert y0 * 96 - 1.01 <= box.y0 * 96
                assert box.y1 * 96 <= y1 * 96 + 1.01


def test_a_thing_at_the_edge_is_partly_and_outside_not_at_all_visible():
    made = drawn(Thing("block", 0.0, 0.5, 0.5), Thing("block", 1.8, 0.5, 0.5), Thing("disc", 0.5, 1.25, 0.5))
    assert made.visible[0] == pytest.approx(0.5, abs=0.02)
    assert made.boxes[1] is None
    assert made.visible[1] == 0
    assert made.boxes[2] is None or made.boxes[2].y1 == 1


def test_what_can_be_seen_through_hides_nothing_behind_it():
    made = drawn(Thing("disc", 0.5, 0.5, 0.5), Thing("block", 0.5, 0.5, 0.6, opacity=0.3))
    assert made.visible[0] == 1
    assert made.masks[1].any()
    clear = drawn(Thing("disc", 0.5, 0.5, 0.5), Thing("block", 0.5, 0.5, 0.6, opacity=0.0))
    assert not clear.masks[1].any()
    assert np.abs(clear.pixels.astype(int) - drawn(Thing("disc", 0.5, 0.5, 0.5)).pixels).max() <= 1


@pytest.mark.parametrize("side", [48, 128, 400])
def test_the_same_scene_at_another_size_has_its_things_in_the_same_places(side):
    things = Thing("disc", 0.3, 0.4, 0.3), Thing("bar", 0.7, 0.7, 0.4, rotation=30)
    small, large = drawn(*things, side=side), drawn(*things, side=512)
    for one, other in zip(small.boxes, large.boxes, strict=True):
        assert np.allclose([one.x0, one.y0, one.x1, one.y1], [other.x0, other.y0, other.x1, other.y1], atol=1.5 / side)


def test_turning_and_flipping():
    plain, flipped = (
        drawn(Thing("block", 0.5, 0.5, 0.5, flip=flip, shadow=False)).pixels.astype(int) for flip in (False, True)
    )
    half = slice(60, 100), slice(50, 75)
    mirrored = slice(60, 100), slice(85, 110)
    assert plain[half].sum() < 0.8 * plain[mirrored].sum()
    assert flipped[mirrored].sum() < 0.8 * flipped[half].sum()
    # A quarter turn clockwise brings the dark left half to the top.
    turned = drawn(Thing("block", 0.5, 0.5, 0.5, rotation=90, shadow=False)).pixels.astype(int)
    assert turned[50:75, 60:100].sum() < 0.8 * turned[85:110, 60:100].sum()
    assert box_round(drawn(Thing("bar", 0.5, 0.5, 0.5, rotation=90)).masks[0]).to_pixels(160, 160) == (60, 40, 100, 120)


def test_edges_stay_sharp_when_a_sprite_is_enlarged():
    made = drawn(Thing("disc", 0.5, 0.5, 0.9, shadow=False), side=800).pixels.astype(int)
    row = made[400, :400, 1]
    edge = np.flatnonzero(np.abs(np.diff(row)) > 4)
    assert len(edge) <= 8, "the outline of a disc drawn 5.6 times as large must not be a blur"
    disc = made_up("disc")
    big = doubled(spread(disc), disc[..., 3])
    assert big[1].shape == (256, 256)
    assert np.abs(big[0].astype(int) - COLOURS["disc"]).max() <= 2


def test_the_rim_that_sharpening_left_is_taken_away_and_details_stay():
    disc, centre = made_up("disc"), 64
    ys, xs = np.mgrid[:128, :128] + 0.5
    outer = np.hypot(xs - centre, ys - centre) > 62.5
    rimmed, dotted = disc.copy(), disc.copy()
    rimmed[outer, :3] -= 30
    assert np.abs(spread(rimmed)[64, 0].astype(int) - COLOURS["disc"]).max() <= 6
    dotted[60:68, :4, :3] = 0
    assert spread(dotted)[64, 1].max() < 40
    # What is empty takes the colour of what is near by.
    assert np.abs(spread(disc)[0, 0].astype(int) - COLOURS["disc"]).max() <= 2


def test_a_level_is_at_most_twice_too_large_and_keeps_its_margin():
    for long, longest in itertools.product((9, 40, 100, 200, 500, 900), [128]):
        picture, margin = level(made_up, "bar", "", long)
        inside = max(picture.shape[:2]) - 2 * margin
        assert 0.9 * min(long, 8 * longest) <= inside
        assert inside <= 2.3 * long + 2 or inside == pytest.approx(8, abs=1)


def test_night_darkens_and_cools_and_fog_pales_what_is_far():
    thing = Thing("block", 0.5, 0.62, 0.2, shadow=False)
    day, night, fog = (drawn(thing, backdrop=Backdrop("meadow", time, seed=1)) for time in ("day", "night", "fog"))
    inside = day.masks[0]
    a, b, c = (made.pixels[inside].mean(0) for made in (day, night, fog))
    assert b.sum() < 0.85 * a.sum()
    assert b[2] / b.sum() > a[2] / a.sum()
    assert c.min() > a.min() + 15


def test_shadows_fall_on_the_ground_and_not_from_the_air():
    backdrop = Backdrop("beach", seed=1)
    ground = np.abs(drawn(Thing("disc", 0.5, 0.75, 0.3), backdrop=backdrop).pixels.astype(int)
                    - drawn(Thing("disc", 0.5, 0.75, 0.3, shadow=False), backdrop=backdrop).pixels).sum(2)  # fmt: skip
    assert ground[140:].max() > 30
    assert ground[:80].max() == 0
    air = [drawn(Thing("disc", 0.5, 0.2, 0.2, shadow=on), backdrop=backdrop).pixels for on in (True, False)]
    assert (air[0] == air[1]).all()


def test_tints_keep_the_shading_and_leave_grey_alone():
    sprite = made_up("block")
    sprite[100:] = (90, 90, 90, 255)
    blue = tinted(sprite, "blue").astype(int)
    assert (blue[:90, :, 2] > blue[:90, :, 0] + 25).all()
    assert blue[50, 30, :3].sum() < blue[50, 100, :3].sum()
    assert np.abs(blue[110, :, :3] - 90).max() <= 3
    assert (blue[..., 3] == 255).all()
    grey = np.full((32, 32, 4), 200, np.uint8)
    assert tinted(grey, "red")[16, 16, 0] > tinted(grey, "red")[16, 16, 2] + 40
    with pytest.raises(Refusal):
        tinted(sprite, "zorp")


def test_a_scene_without_things_and_what_is_refused():
    made = compose(Scene((), PLAIN), 64, 32, truth=True, sprites=made_up)
    assert made.masks.shape == (0, 32, 64)
    assert made.boxes == ()
    assert len(compose(Scene((Thing("disc", 0.5, 0.5, 0.5),), PLAIN), 64, 64, sprites=made_up).masks) == 0
    with pytest.raises(KeyError):
        drawn(Thing("unicorn", 0.5, 0.5, 0.2))
    with pytest.raises(ValueError):
        compose(Scene(()), 8, 8, sprites=made_up)
    with pytest.raises(ValueError):
        stylised(made.pixels, "baroque")
    with pytest.raises(Refusal):
        drawn(backdrop=Backdrop("plain", colour="zorp"))


def test_boxes_and_things_convert_into_each_other():
    thing = thing_in("bar", Box(0.2, 0.2, 0.6, 0.8), 200, 100, aspect=2.0, tint="red", id=4)
    assert (thing.tint, thing.id) == ("red", 4)
    box = box_of(thing, 2.0, 200, 100)
    assert (box.x0, box.x1, box.y1) == pytest.approx((0.2, 0.6, 0.8))
    assert box.y0 == pytest.approx(0.4)
    narrow = box_of(thing_in("bar", Box(0.0, 0.0, 0.9, 0.2), 100, 100, aspect=2.0), 2.0, 100, 100)
    assert (narrow.x0, narrow.y0, narrow.x1, narrow.y1) == pytest.approx((0.25, 0.0, 0.65, 0.2))
    with pytest.raises(ValueError):
        box_of(Thing("bar", 3.0, 0.5, 0.2), 2.0, 100, 100)


def test_rain_moves_with_time_and_the_truth_does_not():
    things = (Thing("disc", 0.5, 0.7, 0.4),)
    one, other, again = (drawn(*things, backdrop=Backdrop("meadow", "rain"), moment=t) for t in (0.0, 0.5, 0.0))
    assert (one.pixels != other.pixels).any()
    assert (one.pixels == again.pixels).all()
    assert (one.masks == other.masks).all()
