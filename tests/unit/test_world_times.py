"""A motion that is said to happen a number of times happens that often, and no more."""

from __future__ import annotations

import itertools

import pytest

from models.world.film import Film, pose
from models.world.motion import plan
from models.world.scene import Backdrop, Scene, Thing

FROG = Scene((Thing("frog", 0.5, 0.75, 0.2, id=1),), Backdrop("meadow"))
BULB = Scene((Thing("light bulb", 0.5, 0.5, 0.3, id=1),), Backdrop("room"))
WORDS = {1: "once", 2: "twice", 3: "three times", 4: "4 times"}


def curve(film: Film, what: str) -> list[float]:
    """The values of a channel of the only thing, 50 a second to the end of the film."""
    thing = film.scene.things[0]
    return [getattr(pose(film.track(1), thing, i / 50), what) for i in range(int(film.seconds * 50) + 1)]


def peaks(values: list[float], level: float) -> int:
    """How often *values* rise over *level*."""
    return sum(a <= level < b for a, b in itertools.pairwise(values))


@pytest.mark.parametrize("times", [1, 2, 3, 4])
@pytest.mark.parametrize("length", [None, 3.0, 6.0])
@pytest.mark.parametrize(
    ("words", "what", "sign"),
    [("the frog hops", "lift", 1), ("the frog hops to the left", "lift", 1), ("the frog jumps", "lift", 1), ("the frog bounces", "lift", 1),
     ("the frog nods", "angle", -1), ("the frog sings", "lift", 1), ("the frog somersaults", "lift", 1)],
)  # fmt: skip
def test_as_often_as_said(words: str, what: str, sign: int, times: int, length: float | None) -> None:
    film = plan(FROG, f"{words} {WORDS[times]}", seconds=length, free=True).film
    values = [sign * value for value in curve(film, what)]
    assert peaks(values, 0.35 * max(values)) == times


@pytest.mark.parametrize("times", [1, 2, 3])
def test_lamps_flash_as_often_as_said(times: int) -> None:
    film = plan(BULB, f"the light bulb flashes {WORDS[times]}").film
    dark = [1 - value for value in curve(film, "opacity")]
    assert peaks(dark, 0.3) == times


@pytest.mark.parametrize(("words", "channel"), [("spins", "turn"), ("rolls over", "angle"), ("tumbles", "angle")])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_whole_turns_are_counted(words: str, channel: str, times: int) -> None:
    film = plan(FROG, f"the frog {words} {WORDS[times]}").film
    values = curve(film, channel)
    assert abs(values[-1] - values[0]) == pytest.approx(360 * times, abs=8)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_looking_round_is_counted(times: int) -> None:
    film = plan(FROG, f"the frog looks around {WORDS[times]}").film
    assert peaks([value % 360 for value in curve(film, "turn")], 90) == times
