"""Intervals against published and hand-computed values; floors and ceilings; tables that never show a bare number."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from evaluation.harness import derangement, floor_and_ceiling
from evaluation.intervals import Estimate, bootstrap, fractions, interval, jackknife, macro, share
from evaluation.overlap import g_iou, ratio
from evaluation.tables import caption, cell, grid, number, plain, rows


def test_the_score_interval_of_a_share() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for part, whole, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)):  # fmt: skip
        assert interval(part, whole) == pytest.approx((low, high), abs=5e-5)
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(7, 7)[1] == 1.0
    for part, whole in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="not a share"):
            interval(part, whole)
    assert share(0, 0, 1) is None


def test_a_figure_without_samples_or_outside_its_interval_cannot_be_made() -> None:
    for value, low, high, n in ((0.5, 0.4, 0.6, 0), (0.7, 0.4, 0.6, 3), (math.nan, 0.0, 1.0, 3)):
        with pytest.raises(ValueError):
            Estimate(value, low, high, n, 1)


def test_the_bootstrap_is_seeded_and_as_wide_as_the_standard_error_says() -> None:
    samples = np.random.default_rng(0).normal(10, 2, 400)
    found = bootstrap(samples, 5)
    assert found == bootstrap(samples, 5)
    assert found is not None
    assert found.value == pytest.approx(samples.mean())
    assert (found.high - found.low) / (2 * 1.96 * samples.std() / 20) == pytest.approx(1, abs=0.12)
    assert bootstrap([], 5) is None
    alone = bootstrap([3.0], 5)
    assert alone is not None
    assert (alone.low, alone.value, alone.high) == (-math.inf, 3.0, math.inf)
    with pytest.raises(ValueError, match="not a number"):
        bootstrap([1.0, math.nan], 5)


def test_few_or_equal_fractions_are_not_taken_for_certain() -> None:
    assert fractions([2 / 3], 1) == Estimate(2 / 3, *interval(2 / 3, 1), 1, 1, "%")
    zeros = fractions([0.0] * 662, 1)
    assert zeros is not None
    assert (zeros.low, zeros.high) == (0.0, pytest.approx(0.00577, abs=1e-5))  # z^2 / (n + z^2)
    spread = [0.2, 0.9] * 20
    assert fractions(spread, 1) == bootstrap(spread, 1, unit="%")
    assert fractions([], 1) is None
    with pytest.raises(ValueError, match="outside"):
        fractions([0.5, 1.1], 1)


def test_the_bootstrap_takes_any_statistic_of_rows_and_infinite_samples() -> None:
    both = bootstrap([[1.0, 2.0], [3.0, 3.0], [0.0, 5.0]], 2, ratio)
    assert both is not None
    assert both.value == pytest.approx(0.4)
    assert both.n == 3
    exact = bootstrap([30.0, math.inf, 40.0], 2)
    assert exact is not None
    assert exact.value == exact.high == math.inf


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    samples = np.random.default_rng(1).normal(size=12)
    found = jackknife(lambda kept: float(samples[kept].mean()), 12, 3, groups=20)
    assert found.value == pytest.approx(samples.mean())
    assert found.high - found.value == pytest.approx(1.959964 * samples.std(ddof=1) / math.sqrt(12))
    with pytest.raises(ValueError):
        jackknife(lambda kept: 0.0, 1, 3)


def test_a_small_group_weighs_as_much_as_a_large_one() -> None:
    found = macro([[1.0], [0.0] * 9, []], 1)
    assert found is not None
    assert (found.value, found.n) == (0.5, 10)
    assert macro([[], []], 1) is None


@pytest.mark.parametrize("count", [2, 3, 10, 101])
def test_nothing_stays_in_its_place(count: int) -> None:
    order = derangement(count, 4)
    assert sorted(order) == list(range(count))
    assert all(place != index for index, place in enumerate(order))
    assert order == derangement(count, 4)


def test_floor_and_ceiling_of_masks_of_different_sizes() -> None:
    truths = [np.ones((2, 2), bool), np.eye(4, dtype=bool), np.zeros((3, 3), bool)]

    def fit(mask: np.ndarray, truth: np.ndarray) -> np.ndarray:
        return np.resize(mask, truth.shape)

    found = floor_and_ceiling(
        lambda predicted, wanted: g_iou(list(zip(predicted, wanted, strict=True))), truths, 1,
        perfect=lambda truth: truth, blank=np.zeros_like, fit=fit,
    )  # fmt: skip
    assert found.ceiling == 1.0
    assert found.blank == pytest.approx(1 / 3)  # right only where nothing is to be found
    assert found.shuffled is not None
    assert found.shuffled < 1.0
    assert list(found.rows()) == ["ceiling: the truth itself", "floor: the truth of another case", "floor: nothing"]


def test_a_single_case_has_no_other_and_no_case_has_no_bounds() -> None:
    alone = floor_and_ceiling(lambda p, t: float(p == t), [1], 1, perfect=lambda truth: truth)
    assert (alone.ceiling, alone.shuffled, alone.blank) == (1.0, None, None)
    assert list(alone.rows()) == ["ceiling: the truth itself"]
    with pytest.raises(ValueError, match="nothing to score"):
        floor_and_ceiling(lambda p, t: 0.0, [], 1, perfect=lambda truth: truth)
    with pytest.raises(ValueError):
        derangement(1, 1)


def test_numbers_are_written_with_count_interval_and_seed() -> None:
    lines = {"a": {"x": share(95, 100, 11), "y": Estimate(12.345, 10.0, 14.0, 7, 12, "dB")}, "b": {"x": None}}
    text = grid("group", {"x": "right", "y": "noise"}, lines)
    assert "| a | 95.0% (88.8% to 97.8%, n 100) | 12.35 dB (10.00 dB to 14.00 dB, n 7) |" in text
    assert "| b | – | – |" in text
    assert "Seed 11, 12." in text
    body = [line for line in text.splitlines() if line.startswith("| a")]
    assert len(re.findall(r"n \d+\)", body[0])) == 2


def test_numbers_of_any_size() -> None:
    assert number(math.inf, "dB") == "∞"
    assert number(0.12345, "") == "0.123"
    assert number(123.456, "dB") == "123.5 dB"
    assert cell(None) == "–"
    assert not caption([]).startswith("Seed")
    assert plain(share(1, 2, 3)) == {"value": 50.0, "low": 9.4531, "high": 90.5469, "n": 2, "seed": 3, "unit": "%"}
    infinite = plain(Estimate(math.inf, 1.0, math.inf, 2, 3, "dB"))
    assert infinite is not None
    assert infinite["value"] == "∞"
    with pytest.raises(ValueError, match="headings"):
        rows(["a", "b"], [["1"]])
    assert "a\\|b" in rows(["x"], [["a|b"]])
