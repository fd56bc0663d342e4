"""Numbers as people write them, and how the unified model copies and speaks them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.unified.amounts import amounts, plain, read_amount


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from 5 to 10 seconds", [("5", 5), ("10", 10)]),
        ("1:05-2:10", [("1:05", 65), ("2:10", 130)]),
        ("at one minute and thirty seconds", [("one minute and thirty seconds", 90)]),
        ("1m30s", [("1m30s", 90)]),
        ("twenty-five percent brighter", [("twenty-five percent", 0.25)]),
        ("50% of it, at half speed", [("50%", 0.5), ("half", 0.5)]),
        ("2.5x faster", [("2.5", 2.5)]),
        ("below 2 kHz and 3k", [("2 kHz", 2000), ("3k", 3000)]),
        ("five-ten", [("five", 5), ("ten", 10)]),
        ("A hundred and twenty degrees", [("A hundred and twenty", 120)]),
        ("two and a half seconds", [("two and a half", 2.5)]),
        ("take image#2 at 3s", [("3", 3)]),
        ("often, tone, phone, x2", []),
        ("below 1,000 Hz", [("1,000", 1000)]),
        ("at 1:05: trim", [("1:05", 65)]),
        ("step 3: go", [("3", 3)]),
        ("2h30 and 1 hour", [("2h30", 9000), ("1 hour", 3600)]),
        ("3 m 5x", [("3", 3), ("5", 5)]),
        ("TW\u0130CE, tw\u0131ce, s\u0131x, TWICE", [("TWICE", 2)]),
    ],
)
def test_numbers_are_found_with_their_value(text: str, wanted: list[tuple[str, float]]) -> None:
    assert [(text[a.start : a.end], a.value) for a in amounts(text)] == wanted


@given(st.integers(0, 86_400_000).map(lambda thousandths: thousandths / 1000))
def test_plain_digits_mean_themselves(value: float) -> None:
    assert read_amount(plain(value)) == plain(value)
    assert float(plain(value)) == value


@given(st.integers(0, 999), st.integers(0, 59))
def test_a_clock_is_minutes_and_seconds(minutes: int, seconds: int) -> None:
    assert read_amount(f"{minutes}:{seconds:02d}") == plain(60 * minutes + seconds)


@given(st.text(max_size=60) | st.text("0123456789:.,%kmhsTWICEtw\u0130\u0131\u017f\u212a ", max_size=40))
def test_any_text_is_searched_in_order_without_overlap(text: str) -> None:
    found = amounts(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(0 <= a.start < a.end <= len(text) and a.value >= 0 for a in found)
    assert all(read_amount(text[a.start : a.end]) == plain(a.value) for a in found)


@pytest.mark.parametrize("text", ["teal", "5 and 10", "", "x5", "1:75"])
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert read_amount(text) is None
