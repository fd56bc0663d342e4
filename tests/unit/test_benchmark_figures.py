"""What the benchmarks count: tokens as they are chosen, and how often new processes load what they draw with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.drawing import from_nothing, loading
from benchmarks.drawing_cold import Cold
from benchmarks.looking import counted, rate, table


class Chooser:
    """Chooses as many tokens as it is told."""

    def tokens(self, count: int, *, first: int = 0) -> Iterator[int]:
        yield from range(first, first + count)


def test_each_token_that_is_chosen_is_counted_once_and_none_afterwards() -> None:
    model = Chooser()
    with counted(model) as times:
        assert list(model.tokens(3, first=5)) == [5, 6, 7]
        assert len(times) == 3
        next(model.tokens(2))
        assert len(times) == 4
        assert times == sorted(times)
    assert list(model.tokens(2)) == [0, 1]
    assert len(times) == 4


def test_tokens_a_second_are_those_after_the_first() -> None:
    assert rate([2.0, 2.1, 2.2, 2.5]) == pytest.approx(6.0)
    assert rate([2.0]) == rate([]) == 0.0


def test_what_messages_took_is_told_beside_the_first_of_them() -> None:
    lines = table({"none": [(0.1, 30.0), (0.3, 20.0), (0.2, 40.0)], "new": [(0.4, 10.0)]}).splitlines()
    assert lines[2] == "| none | 0.200 s | 0.300 s | 1.00 | 30 | 20 |"
    assert lines[3] == "| new | 0.400 s | 0.400 s | 2.00 | 10 | 10 |"


def test_new_processes_are_told_with_how_often_they_load() -> None:
    starts = [Cold(5.0, 3.0, 1.0, 4, 1, 0), Cold(7.0, 3.5, 1.0, 4, 1, 0), Cold(6.0, 4.0, 1.0, 4, 1, 0)]
    assert from_nothing(starts) == "6.00 s, 7.00 s; processor 3.50 s"
    assert loading(starts) == "4 pictures each: the expert loaded once, a pipeline's weights read never"
    assert "read once or 4 times" in loading([Cold(5.0, 3.0, 1.0, 4, 1, 1), Cold(5.0, 3.0, 1.0, 4, 1, 4)])
    with pytest.raises(ValueError, match="too many"):
        loading([*starts, Cold(5.0, 3.0, 1.0, 3, 1, 0)])
