"""Captions become films: things are where they should be in time, begin where the picture has them, and the truth fits the frames."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.world.composer import compose
from models.world.film import Film, Key, Track, pose
from models.world.motion import carried, plan
from models.world.render import frame, frames
from models.world.scene import Backdrop, Scene, Thing
from models.world.score import Actor
from models.world.staging import stage_of
from models.world.verbs import VERBS, WITH_OTHERS

cv2 = pytest.importorskip("cv2")


def square(name: str) -> np.ndarray:
    """A sprite: a coloured square with a clear corner, RGBA."""
    sprite = np.zeros((64, 64, 4), np.uint8)
    sprite[...] = {"cat": (220, 40, 40, 255), "dog": (40, 40, 220, 255)}.get(name, (240, 200, 40, 255))
    sprite[:8, :8] = 0
    return sprite


def scene(kind: str = "meadow", *names: str) -> Scene:
    names = names or ("cat", "dog", "pizza")
    things = (Thing(n, 0.2 + 0.6 * i / max(1, len(names) - 1), 0.75, 0.25, id=i + 1) for i, n in enumerate(names))
    return Scene(tuple(things), Backdrop(kind))


def told(text: str, whole: Scene | None = None, **more):
    return plan(whole or scene(), text, **more)


def at(film: Film, id_: int, time: float):
    thing = next(t for t in film.scene.things if t.id == id_)
    return pose(film.track(id_), thing, time)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_moves_something_and_begins_at_the_picture(verb: str) -> None:
    words = f"let the cat {verb}" + (" the dog" if verb in WITH_OTHERS else "")
    made = told(words)
    assert [act.ids for act in made.acts] == [(1,)], words
    late = ("appear", "pop up", "enter")  # what comes in is not there at first
    if verb not in late:
        for thing in made.film.scene.things:
            now = at(made.film, thing.id, 0.0)
            became = made.acts[0].verb == "become" and thing.id == 2
            assert became or (now.x, now.y, now.lift, now.scale) == (thing.x, thing.y, 0, 1), words
    differs = [max(abs(a - b) for a, b in zip(vars(at(made.film, 1, 0)).values(), vars(at(made.film, 1, t)).values(), strict=True))
               for t in np.linspace(0.05, made.film.seconds, 40)]  # fmt: skip
    assert max(differs) > 0.01, words


@pytest.mark.parametrize(
    ("text", "sign"),
    [("the pizza rolls to the left", -1), ("the cat runs to the right", 1), ("a dog flies to the left", -1)],
)
def test_directions_are_kept(text: str, sign: int) -> None:
    for free in (False, True):
        made = told(text, free=free)
        id_ = made.acts[0].ids[0]
        assert sign * (at(made.film, id_, made.film.seconds).x - at(made.film, id_, 0).x) > 0.1


def test_a_thing_that_flies_away_is_gone_in_the_end() -> None:
    made = told("the pizza flies away")
    last = at(made.film, 3, made.film.seconds)
    assert last.y - last.lift < -0.05


def test_then_comes_after_and_while_at_the_same_time() -> None:
    one, two = told("the cat jumps, then the dog spins").film.events
    assert one.time + one.seconds <= two.time + 1e-6
    one, two = told("the cat jumps while the dog spins").film.events
    assert one.time == two.time


def test_as_often_as_said_it_leaves_the_ground() -> None:
    film = told("the cat jumps three times").film
    heights = [at(film, 1, t).lift for t in np.linspace(0, film.seconds, 400)]
    ups = sum(a < 0.02 <= b for a, b in itertools.pairwise(heights))
    assert ups == 3


def test_a_chase_stays_behind_and_keeps_going_the_same_way() -> None:
    film = told("the cat chases the dog", free=True).film
    gaps = [at(film, 1, t).x - at(film, 2, t).x for t in np.linspace(0.1, 0.8 * film.seconds, 20)]
    assert all(gap > 0 for gap in gaps) or all(gap < 0 for gap in gaps)


def test_hiding_goes_behind_and_circling_goes_both_ways_round() -> None:
    film = told("the cat hides behind the dog").film
    assert at(film, 1, film.seconds).order < -100
    assert at(film, 1, film.seconds).x == pytest.approx(0.5, abs=0.02)
    orders = {np.sign(at(told("the cat circles the dog").film, 1, t).order) for t in np.linspace(0.5, 3, 40)}
    assert {-1, 1} <= orders


def test_what_is_asked_for_and_not_known_is_said() -> None:
    made = told("the cat yodels")
    assert any("yodels" in note for note in made.notes)
    assert any("sways gently" in note for note in made.notes)
    assert not told("the cat jumps").notes


def test_the_sun_sets_and_the_light_goes() -> None:
    film = told("the cat runs while the sun sets").film
    assert [change.backdrop.time for change in film.changes] == ["sunset", "night"]
    assert 0 < film.changes[0].start < film.changes[-1].end <= film.seconds


def test_the_length_asked_for_is_kept_and_the_same_words_give_the_same_film() -> None:
    assert told("the cat jumps", seconds=7.0).film.seconds == 7.0
    assert told("the cat dances and the dog runs", seed=4) == told("the cat dances and the dog runs", seed=4)


def test_a_hat_goes_with_its_bearer() -> None:
    cat, hat = (
        Actor(1, "cat", 0.5, 0.7, 0.1, 0.2, group="animals"),
        Actor(2, "top hat", 0.5, 0.48, 0.05, 0.06, standing=False),
    )
    ball = Actor(3, "ball", 0.56, 0.85, 0.03, 0.05)
    assert carried([cat, hat, ball]) == {2: 1}


def test_the_first_frame_is_the_scene() -> None:
    whole = scene()
    film = told("the cat jumps and the dog runs to the left", whole).film
    first = frame(film, stage_of(film, 192, 108, square), 0.0, truth=True)
    still = compose(whole, 192, 108, truth=True, sprites=square)
    assert np.abs(first.pixels.astype(int) - still.pixels).mean() < 0.5
    assert first.masks is not None
    assert np.count_nonzero(first.masks != still.masks) <= 0.004 * still.masks.size
    assert first.boxes[1] is not None


def test_the_truth_is_where_the_colour_is() -> None:
    film = told("the cat runs to the right in front of the dog", scene("plain")).film
    seen = 0
    for number, made in enumerate(frames(film, stage_of(film, 160, 90, square), truth=True)):
        if number % 9:
            continue
        assert made.masks is not None
        red = (made.pixels[..., 0] > 120) & (made.pixels[..., 1] < 90) & (made.pixels[..., 2] < 110)
        both = np.count_nonzero(red & made.masks[0])
        assert both >= 0.9 * np.count_nonzero(made.masks[0])
        assert not (made.masks[0] & made.masks[1]).any()
        assert (made.boxes[0] is None) == (not made.masks[0].any())
        seen += both
    assert seen > 500


def test_what_is_behind_is_hidden() -> None:
    whole = Scene((Thing("cat", 0.5, 0.7, 0.2, id=1), Thing("dog", 0.5, 0.7, 0.4, id=2)), Backdrop("plain"))
    film = Film(whole, seconds=1)
    one = frame(film, stage_of(film, 96, 96, square), 0, truth=True)
    assert one.visible[0] == 0
    assert one.boxes[0] is None
    swapped = Film(whole, (Track(1, {"order": (Key(0, 500),)}),), seconds=1)
    assert frame(swapped, stage_of(swapped, 96, 96, square), 0, truth=True).visible[0] > 0.95


def test_the_camera_comes_closer() -> None:
    film = told("zoom in").film
    stage = stage_of(film, 160, 90, square)
    first, last = (frame(film, stage, t, truth=True) for t in (0.0, film.seconds))
    assert first.masks is not None
    assert last.masks is not None
    assert last.masks[1].sum() > 1.6 * first.masks[1].sum()
