"""What taking a thing out promises: only the declared band changes, and what fills it looks like its surroundings."""

from __future__ import annotations

import numpy as np
import pytest
from scenes import disc, disc_scene, make_call, make_inputs, silent, texture
from scipy.ndimage import distance_transform_edt

from models.edges import grown
from models.expert import Cancelled, Picture, Refusal
from models.experts import remove_inpaint as expert
from models.values import Box, Checkpoint, Phrase, Point, Polygon, Ref, Region, Stroke


def remove(pixels, *args, regions=(), masks=None, seed=3, report=silent):
    run = expert.load(Checkpoint("remove_inpaint"), "cpu")
    refs = [Ref(r.handle) for r in regions] + [Ref(m) for m in masks or {}]
    return run(
        make_call("remove", Ref("image#1"), *refs, *args), make_inputs(pixels, regions, masks, seed=seed), report
    )


def stripes(height=200, width=260, period=16):
    """Upright stripes with a little noise: what fills a gap in them must go on with them."""
    wave = 127 + 80 * np.sign(np.sin(np.arange(width) * 2 * np.pi / period + 0.1))
    noise = np.random.default_rng(4).normal(0, 4, (height, width, 3))
    return np.clip(wave[None, :, None] + noise, 0, 255).astype(np.uint8)


WAYS = {
    "a box": (Box(0.3, 0.3, 0.6, 0.7),),
    "a region": (Region(1, "image#1", polygons=(Polygon(((0.3, 0.3), (0.6, 0.35), (0.5, 0.7))),)),),
    "a scribble": (Region(1, "image#1", strokes=(Stroke(((0.2, 0.2), (0.7, 0.6)), 0.02),)),),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_every_pixel_outside_the_declared_band_is_bit_identical(way):
    from models.masks import area

    pixels, _ = disc_scene()
    region = way[0] if isinstance(way[0], Region) else Region(1, "image#1", box=way[0])
    out = remove(pixels, regions=[region])
    away = distance_transform_edt(~area(region, 320, 240))
    gap = away <= 2  # 0.6 % of 320 px
    assert isinstance(out, Picture)
    assert out.meta["band_px"] == 2
    assert np.array_equal(out.pixels[~gap], pixels[~gap])
    assert out.meta["changed_outside"] == 0
    assert (
        out.meta["changed_inside"] == np.count_nonzero((out.pixels != pixels).any(axis=2)) > 0.5 * np.count_nonzero(gap)
    )


def test_a_disc_taken_out_leaves_its_ground():
    pixels, truth = disc_scene()
    out = remove(pixels, masks={"mask#1": truth})
    assert out.meta["method"] == "patches"
    ground, filled = pixels[~truth].astype(float), out.pixels[truth].astype(float)
    assert np.abs(ground.mean(axis=0) - filled.mean(axis=0)).max() < 12
    assert (filled.std(axis=0) > 0.5 * ground.std(axis=0)).all()  # texture, not a smear


def test_a_large_gap_in_stripes_is_filled_with_stripes_and_better_than_by_smearing():
    import cv2

    pixels = stripes()
    truth = disc(200, 260, (130, 100), 40)
    marred = pixels.copy()
    marred[truth] = (200, 30, 30)
    out = remove(marred, masks={"mask#1": truth}).pixels
    smeared = cv2.inpaint(marred, grown(truth, 2).astype(np.uint8), 4, cv2.INPAINT_TELEA)
    ours, theirs = (np.abs(p[truth].astype(float) - pixels[truth]).mean() for p in (out, smeared))
    assert ours < 20
    assert ours < 0.6 * theirs


def test_a_very_large_gap_is_filled_on_a_smaller_copy_and_changes_nothing_else(monkeypatch):
    from models import patchfill

    monkeypatch.setattr(patchfill, "MOST_HOLE", 3000)
    pixels, truth = disc_scene()
    out = remove(pixels, masks={"mask#1": truth})
    assert "reduced" in out.meta["method"]
    assert out.meta["changed_outside"] == 0
    assert np.abs(out.pixels[truth].mean(axis=0) - pixels[~truth].mean(axis=0)).max() < 15


def test_a_gap_too_large_to_be_searched_at_full_size_still_gets_texture(monkeypatch):
    from models import patchfill

    monkeypatch.setattr(patchfill, "VAST", 4000)
    pixels, truth = disc_scene()
    out = remove(pixels, masks={"mask#1": truth}).pixels
    ground, filled = pixels[~truth].astype(float), out[truth].astype(float)
    assert np.abs(ground.mean(axis=0) - filled.mean(axis=0)).max() < 12
    assert (filled.std(axis=0) > 0.5 * ground.std(axis=0)).all()


def test_a_thin_scratch_is_closed_without_a_trace():
    pixels = np.repeat(np.linspace(40, 200, 240)[None, :, None], 160, axis=0).repeat(3, axis=2).astype(np.uint8)
    scratched = pixels.copy()
    scratched[:, 100:102] = 255
    scratch = np.zeros((160, 240), bool)
    scratch[:, 100:102] = True
    out = remove(scratched, masks={"mask#1": scratch})
    assert out.meta["method"] == "TELEA"
    assert np.abs(out.pixels.astype(int) - pixels).max() <= 6


def test_a_click_alone_takes_out_the_thing_under_it():
    pixels, truth = disc_scene()
    out = remove(pixels, Point(0.5, 0.5))
    assert np.abs(out.pixels[truth].mean(axis=0) - pixels[~truth].mean(axis=0)).max() < 15


def test_the_same_seed_gives_the_same_picture_and_another_one_another():
    pixels, truth = disc_scene()
    first, again, other = (remove(pixels, masks={"mask#1": truth}, seed=s).pixels for s in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_alpha_outside_the_gap_is_kept():
    pixels, truth = disc_scene()
    alpha = np.random.default_rng(1).integers(0, 256, truth.shape).astype(np.uint8)
    out = remove(np.dstack([pixels, alpha]), masks={"mask#1": truth})
    assert out.pixels.shape[2] == 4
    gap = distance_transform_edt(~truth) <= 2
    assert np.array_equal(out.pixels[~gap, 3], alpha[~gap])


def test_without_a_mark_it_is_refused_and_asks_for_one():
    pixels, _ = disc_scene()
    with pytest.raises(Refusal) as caught:
        remove(pixels, Phrase("the ball"))
    assert "the ball" in caught.value.what
    assert "box" in caught.value.hint


NOT_THIS = {
    "a click": Region(1, "image#1", points=(Point(0.5, 0.5, positive=False),)),
    "a scribble": Region(1, "image#1", strokes=(Stroke(((0.4, 0.4), (0.6, 0.6)), 0.05, positive=False),)),
    "an outline": Region(1, "image#1", polygons=(Polygon(((0.4, 0.4), (0.6, 0.4), (0.5, 0.6)), positive=False),)),
}


@pytest.mark.parametrize("region", NOT_THIS.values(), ids=NOT_THIS.keys())
@pytest.mark.parametrize("beside", [(), (Box(0.3, 0.3, 0.6, 0.7),)], ids=["alone", "beside a box"])
def test_marking_only_what_is_not_meant_is_refused_and_does_not_empty_the_picture(region, beside):
    pixels, _ = disc_scene()
    with pytest.raises(Refusal, match="not what to take out") as caught:
        remove(pixels, *beside, regions=[region])
    assert "Mark what to take out" in caught.value.hint


def test_not_this_beside_a_mark_in_one_region_keeps_that_place():
    pixels, _ = disc_scene()
    region = Region(1, "image#1", box=Box(0.3, 0.3, 0.6, 0.7), strokes=NOT_THIS["a scribble"].strokes)
    out = remove(pixels, regions=[region]).pixels
    assert np.array_equal(out[120, 160], pixels[120, 160])


@pytest.mark.parametrize("box", [Box(0, 0, 1, 1), Box(0.01, 0.01, 0.99, 0.99)])
def test_a_mark_over_everything_is_refused(box):
    pixels, _ = disc_scene()
    with pytest.raises(Refusal, match="too little is left"):
        remove(pixels, box)


def test_a_mark_over_most_of_the_picture_still_gives_a_picture():
    pixels = texture(120, 160, (90, 120, 150))
    out = remove(pixels, Box(0.03, 0.12, 0.97, 0.97))
    assert out.meta["changed_outside"] == 0
    assert np.abs(out.pixels.mean(axis=(0, 1)) - pixels.mean(axis=(0, 1))).max() < 30


@pytest.mark.parametrize("centre", [(0, 0), (319, 120), (160, 239)])
def test_a_thing_at_the_border_of_the_frame_is_taken_out(centre):
    pixels, truth = disc_scene(centre=centre)
    out = remove(pixels, masks={"mask#1": truth}).pixels
    assert np.abs(out[truth].mean(axis=0) - pixels[~truth].mean(axis=0)).max() < 15


def answer(pixels, mark):
    """The picture, or the hint of the refusal."""
    try:
        return remove(pixels, mark).pixels
    except Refusal as refusal:
        return refusal.hint


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (9, 9), (12, 30)])
def test_a_tiny_picture_gives_a_picture_or_a_clear_answer(size):
    got = answer(np.full((*size, 3), 90, np.uint8), Box(0, 0, 0.2, 1))
    assert len(got) > 10 if isinstance(got, str) else got.shape == (*size, 3)


def test_stop_ends_it_between_two_turns_and_progress_only_grows():
    pixels, truth = disc_scene()
    steps = []
    remove(pixels, masks={"mask#1": truth}, report=lambda f, w="", p=None: steps.append(f))
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    assert len(steps) > 8
    seen = []

    def stop(fraction, word="", preview=None):
        seen.append(fraction)
        if len(seen) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        remove(pixels, masks={"mask#1": truth}, report=stop)
    assert len(seen) == 4
