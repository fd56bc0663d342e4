"""A drawn thing in a photo takes the photo's light, colours, sharpness and grain, throws a shadow, and changes nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.world import light
from models.world.grades import MOODS, graded
from models.world.paste import Way, put
from models.world.worn import head_of, worn_box

BOX = (90.0, 70.0, 170.0, 150.0)


def sprite(side=64):
    """A ball of four strong colours, uint8 [side, side, 4]."""
    ys, xs = np.mgrid[:side, :side] - side / 2 + 0.5
    out = np.zeros((side, side, 4), np.uint8)
    inside = xs**2 + ys**2 <= (side / 2) ** 2
    out[..., :3] = np.where(xs[..., None] < 0, np.where(ys[..., None] < 0, (250, 40, 40), (250, 220, 30)),
                            np.where(ys[..., None] < 0, (40, 90, 240), (245, 245, 245)))  # fmt: skip
    out[..., 3] = 255 * inside
    return out


def photo(scale=1.0, tint=(1.0, 1.0, 1.0), grain=3.0, blur=0.8, seed=2, size=(220, 260)):
    """A made-up photo: soft surfaces, a few sharp edges, grain, under a light of *tint* and *scale*."""
    random = np.random.default_rng(seed)
    height, width = size
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    base = np.stack([150 + 50 * np.sin(xs / 37), 145 + 50 * np.cos(ys / 41), 140 + 40 * np.sin((xs + ys) / 53)], -1)
    for _ in range(14):
        x, y = random.integers(0, width), random.integers(0, height)
        base[y : y + 30, x : x + 34] = random.uniform(20, 240, 3)
    base = cv2.GaussianBlur(base.astype(np.float32), (0, 0), blur)
    base = base * scale * np.array(tint, np.float32) + random.normal(0, grain, (height, width, 1))
    return np.clip(np.rint(base), 0, 255).astype(np.uint8)


def pasted(pixels, way=None, allowed=None, box=BOX, seed=5):
    return put(pixels, sprite(), box, way or Way(), np.random.default_rng(seed), allowed)


def inner(made):
    return made.covered > 0.99


@pytest.mark.parametrize("seat", ["stands", "worn", "floats", "laid"])
@pytest.mark.parametrize("alpha", [False, True], ids=["rgb", "rgba"])
def test_nothing_outside_the_declared_area_changes(seat, alpha):
    pixels = photo()
    pixels = (
        np.dstack([pixels, np.random.default_rng(0).integers(0, 256, pixels.shape[:2]).astype(np.uint8)])
        if alpha
        else pixels
    )
    before = pixels.copy()
    made = pasted(pixels, Way(seat, rotation=20))
    assert np.array_equal(made.pixels[~made.area], before[~made.area])
    assert np.array_equal(pixels, before)
    assert np.count_nonzero((made.pixels != before).any(axis=2)) > 2000


def test_a_limit_holds_thing_and_shadow():
    pixels = photo()
    allowed = np.zeros(pixels.shape[:2], np.bool_)
    allowed[80:140, 100:160] = True
    made = pasted(pixels, allowed=allowed)
    assert np.array_equal(made.pixels[~allowed], pixels[~allowed])
    assert not (made.area & ~allowed).any()


def test_a_dark_photo_makes_the_thing_dark_and_a_bright_one_bright():
    dark, bright = photo(0.25), photo(1.1)
    low, high = pasted(dark), pasted(bright)
    means = [made.pixels[inner(made)].mean() for made in (low, high)]
    assert means[0] < 0.5 * means[1]
    assert means[0] < 100


def test_a_warm_light_makes_it_warmer_than_a_cold_one():
    warm, cold = pasted(photo(tint=(1.1, 0.95, 0.7))), pasted(photo(tint=(0.75, 0.95, 1.15)))
    sides = []
    for made in (warm, cold):
        seen = made.pixels[inner(made)].astype(float).mean(axis=0)
        sides.append(seen[0] / seen[2])
    assert sides[0] > 1.15 * sides[1]


def test_a_photo_without_colour_takes_the_colour_out():
    gray = np.repeat(photo().mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    made = pasted(gray)
    seen = made.pixels[inner(made)].astype(int)
    assert (seen.max(axis=1) - seen.min(axis=1)).mean() < 8


def test_unmatched_it_keeps_its_own_colours():
    made = pasted(photo(0.25), Way("floats", match=0.0))
    assert np.abs(made.pixels[90, 110].astype(int) - (250, 40, 40)).max() <= 2


def sharpness(pixels):
    gray = pixels.astype(np.float32).mean(axis=2)
    return float(
        np.quantile(cv2.magnitude(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)), 0.995)
    )


def test_a_blurred_photo_makes_the_edges_soft():
    crisp, soft = (pasted(photo(blur=b, grain=0.5), Way("floats")) for b in (0.6, 4.0))
    assert sharpness(soft.pixels[75:145, 95:165]) < 0.6 * sharpness(crisp.pixels[75:145, 95:165])


def test_the_sharpness_that_is_measured_follows_the_blur():
    sigmas = [light.measure(photo(blur=b, grain=0.5), (60, 60, 200, 180)).blur for b in (0.6, 1.5, 3.0)]
    assert sigmas[0] < sigmas[1] < sigmas[2]
    assert abs(sigmas[2] - 3.0) < 1.2


def test_the_grain_that_is_measured_is_the_grain_that_is_put_on():
    for deviation in (2.0, 6.0):
        seen = light.measure(photo(grain=deviation), (60, 60, 200, 180))
        assert 0.6 * deviation < seen.grain < 1.5 * deviation
    made = [pasted(photo(grain=g), Way("floats")) for g in (0.0, 7.0)]
    still = [
        float(np.std(m.pixels[78:100, 104:124].astype(float) - cv2.blur(m.pixels, (5, 5))[78:100, 104:124]))
        for m in made
    ]
    assert still[1] > 2 * still[0]


def test_the_ground_below_a_standing_thing_is_darker_and_no_other_seat_throws_that_shadow():
    pixels = np.full((220, 260, 3), 150, np.uint8)
    standing, floating = pasted(pixels), pasted(pixels, Way("floats"))
    below = (slice(150, 156), slice(110, 150))
    assert standing.pixels[below].mean() < 145
    assert np.array_equal(floating.pixels[below], pixels[below])
    assert (standing.pixels[standing.covered == 0] <= pixels[standing.covered == 0]).all()


@pytest.mark.parametrize("box", [(-60.0, -60.0, 30.0, 30.0), (230.0, 190.0, 330.0, 290.0), (-500.0, -500.0, -400.0, -400.0),
                                 (10.0, 10.0, 10.4, 10.3), (-200.0, -200.0, 500.0, 500.0)])  # fmt: skip
def test_a_thing_partly_or_wholly_outside_or_tiny_or_huge_is_no_fault(box):
    pixels = photo()
    made = pasted(pixels, box=box)
    assert made.pixels.shape == pixels.shape
    assert np.array_equal(made.pixels[~made.area], pixels[~made.area])


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (16, 16)])
def test_tiny_photos_are_no_fault(size):
    pixels = np.full((*size, 3), 99, np.uint8)
    assert (
        put(pixels, sprite(), (0.0, 0.0, size[1], size[0]), Way(), np.random.default_rng(1)).pixels.shape
        == pixels.shape
    )


def test_the_same_seed_gives_the_same_picture_and_another_other_grain():
    pixels = photo()
    one, same, other = (pasted(pixels, seed=s).pixels for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def figure(head=(30, 24, 13), body=(60, 70, 34, 22), size=(100, 120)):
    """The outline of a creature seen from the side: a round head up to the left of a lying body."""
    ys, xs = np.mgrid[: size[0], : size[1]]
    round_ = (xs - head[0]) ** 2 + (ys - head[1]) ** 2 <= head[2] ** 2
    long = ((xs - body[0]) / body[2]) ** 2 + ((ys - body[1]) / body[3]) ** 2 <= 1
    neck = (np.abs(xs - (head[0] + 6)) < 7) & (ys > head[1]) & (ys < body[1])
    return round_ | long | neck


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_head_is_found_in_an_outline(mirrored):
    outline = figure()
    outline = outline[:, ::-1] if mirrored else outline
    head = head_of(outline)
    assert abs(head.x - (89 if mirrored else 30)) < 5
    assert abs(head.top - 11) < 4
    assert abs(head.width - 26) < 8
    x0, y0, x1, y1 = worn_box("head", outline, 1.2)
    assert x0 < head.x < x1
    assert y0 < head.top < y1 < head.y
    face = worn_box("face", outline, 2.5)
    assert face[1] > y0
    assert face[0] > 10 or mirrored


@pytest.mark.parametrize("part", ["head", "face", "neck", "body", "hands", "feet"])
def test_every_part_has_a_box_on_any_outline(part):
    for outline in (figure(), np.ones((3, 2), np.bool_), np.eye(40, dtype=np.bool_)):
        x0, y0, x1, y1 = worn_box(part, outline, 0.7)
        assert x0 < x1
        assert y0 < y1
        assert np.isfinite([x0, y0, x1, y1]).all()


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_changes_a_photo_keeps_its_size_and_is_the_same_again(mood):
    pixels = photo()
    made = graded(pixels, mood, 4)
    assert made.shape == pixels.shape
    assert made.dtype == np.uint8
    assert np.abs(made.astype(int) - pixels).mean() > 2
    assert np.array_equal(made, graded(pixels, mood, 4))


def test_night_is_dark_and_blue_sunset_is_warm_and_fog_hides_contrast():
    pixels = photo()
    night, sunset, fog = (graded(pixels, m) for m in ("night", "sunset", "fog"))
    assert night.mean() < 0.5 * pixels.mean()
    assert night[..., 2].mean() > 1.2 * night[..., 0].mean()
    assert sunset[..., 0].mean() > 1.2 * sunset[..., 2].mean()
    assert fog[:60].std() < 0.6 * pixels[:60].std()


def test_a_large_photo_is_graded_in_bands_without_a_seam(monkeypatch):
    from models.world import grades

    pixels = photo()
    whole = graded(pixels, "sunset")
    monkeypatch.setattr(grades, "_BAND", 260 * 37)
    assert np.array_equal(graded(pixels, "sunset"), whole)
