"""Pairs of pictures and sets of features against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evaluation import distances
from evaluation.pictures import Network, change, feature_distance, psnr, ssim


def flat(value: int, size: int = 16) -> np.ndarray:
    return np.full((size, size, 3), value, np.uint8)


def noise(seed: int, size: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3)).astype(np.uint8)


def test_signal_to_noise() -> None:
    assert psnr(flat(0), flat(255)) == pytest.approx(0.0)
    assert psnr(flat(100), flat(110)) == pytest.approx(10 * math.log10(255**2 / 100))
    assert psnr(flat(7), flat(7)) == math.inf
    half = flat(100)
    half[:8] = 110
    where = np.zeros((16, 16), bool)
    where[:8] = True
    assert psnr(flat(100), half) == pytest.approx(10 * math.log10(255**2 / 50))
    assert psnr(flat(100), half, where) == pytest.approx(10 * math.log10(255**2 / 100))
    assert psnr(flat(100), half, ~where) == math.inf
    with pytest.raises(ValueError, match="no pixel"):
        psnr(flat(1), flat(1), np.zeros((16, 16), bool))
    with pytest.raises(ValueError, match="compared"):
        psnr(flat(1), flat(1, 17))


def test_similarity_of_flat_pictures_is_that_of_their_brightness() -> None:
    c1 = (0.01 * 255) ** 2
    assert ssim(flat(100), flat(150)) == pytest.approx((2 * 100 * 150 + c1) / (100**2 + 150**2 + c1))
    assert ssim(flat(0), flat(0)) == pytest.approx(1.0)


def test_similarity_in_a_single_window_is_the_published_formula() -> None:
    rng = np.random.default_rng(5)
    x, y = (rng.integers(0, 256, (11, 11)).astype(np.uint8) for _ in range(2))
    weights = np.array([[math.exp(-(i * i + j * j) / 4.5) for j in range(-5, 6)] for i in range(-5, 6)])
    weights /= weights.sum()
    mx, my = (weights * x).sum(), (weights * y).sum()
    vx, vy = (weights * (x - mx) ** 2).sum(), (weights * (y - my) ** 2).sum()
    cov = (weights * (x - mx) * (y - my)).sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    wanted = (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert ssim(x, y) == pytest.approx(wanted)


def test_similarity_needs_a_whole_window() -> None:
    with pytest.raises(ValueError, match="smaller than the window"):
        ssim(flat(1, 10), flat(1, 10))
    assert ssim(noise(1), noise(1)) == pytest.approx(1.0)
    assert ssim(noise(1), noise(2)) < 0.2


PIXELS = Network("the pixels themselves", lambda picture: [np.moveaxis(picture.astype(float), 2, 0)])


def test_the_distance_of_features_looks_at_directions_alone() -> None:
    red, green = np.zeros((2, 4, 4, 3), np.uint8)
    red[..., 0], green[..., 1] = 200, 100
    assert feature_distance(red, red, PIXELS) == 0.0
    assert feature_distance(red, red // 2, PIXELS) == pytest.approx(0.0)
    assert feature_distance(red, green, PIXELS) == pytest.approx(2.0)  # (1, 0, 0) against (0, 1, 0)
    half = red.copy()
    half[:2] = green[:2]
    assert feature_distance(red, half, PIXELS) == pytest.approx(1.0)
    assert feature_distance(red, half, PIXELS, [np.array([3.0, 0.0, 0.0])]) == pytest.approx(1.5)
    assert feature_distance(np.zeros_like(red), red, PIXELS) == pytest.approx(1.0)  # nothing there has length 0
    twice = Network("twice", lambda picture: PIXELS.layers(picture) * 2)
    assert feature_distance(red, half, twice) == pytest.approx(2.0)


def test_layers_that_do_not_agree_are_refused() -> None:
    ragged = Network("ragged", lambda picture: [np.ones((2, int(picture[0, 0, 0]), 2))])
    with pytest.raises(ValueError, match="ragged gave"):
        feature_distance(flat(3), flat(4), ragged)
    with pytest.raises(ValueError, match="layers"):
        feature_distance(flat(3), flat(3), Network("none", lambda picture: []))


def test_change_inside_and_preservation_outside() -> None:
    before, after, mask = noise(1), noise(1), np.zeros((24, 24), bool)
    mask[4:10, 4:10] = True
    after[mask] = np.where(before[mask] > 127, before[mask] - 51, before[mask] + 51)
    found = change(before, after, mask)
    assert found.changed == pytest.approx(0.2)
    assert (found.psnr, found.kept) == (math.inf, 1.0)
    assert found.ssim == pytest.approx(1.0)
    after[20, 20] = 255 - before[20, 20]
    leaked = change(before, after, mask)
    assert leaked.kept == pytest.approx(1 - 1 / (24 * 24 - 36))
    assert leaked.psnr is not None
    assert leaked.psnr < 60
    assert leaked.ssim is not None
    assert leaked.ssim < 1


def test_sides_without_a_pixel_have_no_score() -> None:
    everything = np.ones((24, 24), bool)
    assert change(noise(1), noise(2), everything).psnr is None
    nothing = change(noise(1), noise(1), ~everything)
    assert nothing.changed is None
    assert nothing.kept == 1.0
    with pytest.raises(ValueError, match="does not fit"):
        change(noise(1), noise(1), np.ones((3, 3), bool))


def test_the_frechet_distance_of_one_feature_is_that_of_means_and_deviations() -> None:
    a, b = np.array([[0.0], [2.0]]), np.array([[5.0], [9.0]])  # means 1 and 7, variances 2 and 8
    assert distances.frechet(a, b) == pytest.approx(36 + 2 + 8 - 2 * math.sqrt(16))
    assert distances.frechet(a, a) == pytest.approx(0.0, abs=1e-9)


def test_the_frechet_distance_of_independent_features_adds_up_and_survives_singular_sets() -> None:
    corners = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])  # covariance 2/3 I
    stretched = corners * [3.0, 1.0] + [0.0, 4.0]  # covariance diag(6, 2/3)
    assert distances.frechet(corners, stretched) == pytest.approx(16 + 2 / 3 + 6 - 2 * math.sqrt(2 / 3 * 6))
    few, wide = np.random.default_rng(0).normal(size=(2, 5, 64))
    assert math.isfinite(distances.frechet(few, wide))
    assert distances.frechet(few, few) == pytest.approx(0.0, abs=1e-6)
    assert distances.frechet(few, few + 2) == pytest.approx(64 * 4)


def test_the_kernel_distance_by_hand() -> None:
    a, b = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]])
    # k(x, y) = (xy + 1)^3: within a k(0, 1) = 1; within b k(2, 3) = 343; across 1, 1, 27, 64.
    assert distances.kernel(a, b) == pytest.approx(1 + 343 - 2 * (1 + 1 + 27 + 64) / 4)


def test_features_that_cannot_be_compared_are_refused() -> None:
    for bad in (np.zeros((1, 3)), np.zeros((4, 2)), np.full((4, 3), np.nan), np.zeros(3)):
        for distance in (distances.frechet, distances.kernel):
            with pytest.raises(ValueError):
                distance(np.zeros((4, 3)), bad)


def test_the_distance_of_sets_comes_with_an_interval() -> None:
    rng = np.random.default_rng(1)
    real, made = rng.normal(size=(60, 2)), rng.normal(loc=1.0, size=(50, 2))
    found = distances.estimate(distances.frechet, real, made, 7)
    assert found.low < found.value < found.high
    assert (found.n, found.seed) == (50, 7)
    assert found == distances.estimate(distances.frechet, real, made, 7)
    with pytest.raises(ValueError, match="too few"):
        distances.estimate(distances.frechet, real, made[:3], 7)
