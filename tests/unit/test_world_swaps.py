"""What comes in the place of another thing: as large to the eye, on the same foot, and in a film it still looks where it goes."""

from __future__ import annotations

import itertools

import pytest

from models.world.changes import change
from models.world.film import Film, pose
from models.world.motion import actor_of, plan
from models.world.refilm import carried_over, refilm
from models.world.scene import Backdrop, Scene, Thing, extent
from models.world.tools import tools
from models.world.which import Context

WIDTH, HEIGHT = 480, 270
KNOWN = tools("cpu")


def swapped(scene: Scene, words: str) -> Scene:
    made = change(scene, words, KNOWN.know, KNOWN.read, Context((), (), WIDTH, HEIGHT))
    assert made.done
    return made.scene


def box(thing: Thing) -> tuple[float, float, float, float]:
    return extent(thing, KNOWN.know.aspect(thing.name), WIDTH, HEIGHT)


def area(thing: Thing) -> float:
    x0, y0, x1, y1 = box(thing)
    return (x1 - x0) * (y1 - y0)


@pytest.mark.parametrize(
    ("old", "new"), [("car", "giraffe"), ("giraffe", "car"), ("snake", "bus"), ("crocodile", "pencil"), ("train", "tree")]
)  # fmt: skip
def test_the_new_thing_is_as_large_to_the_eye_and_stands_where_the_old_one_stood(old: str, new: str) -> None:
    one = Thing(old, 0.5, 0.7, 0.5, id=1)
    other = swapped(Scene((one,), Backdrop("meadow")), f"replace the {old} with a {new}").things[0]
    assert other.name == new
    assert area(other) == pytest.approx(area(one), rel=0.12)
    assert box(other)[3] == pytest.approx(box(one)[3], abs=0.01)


def test_what_comes_for_a_large_flat_thing_stays_in_the_frame() -> None:
    bus = Thing("bus", 0.5, 0.55, 1.1, id=1)
    x0, y0, x1, y1 = box(swapped(Scene((bus,), Backdrop("street")), "replace the bus by a giraffe").things[0])
    assert min(x0, y0) >= 0
    assert max(x1, y1) <= 1


def test_the_new_thing_looks_to_the_side_that_the_old_one_looked_to() -> None:
    for flip in (False, True):
        old = Thing("cat", 0.5, 0.7, 0.4, flip=flip, id=1)
        new = swapped(Scene((old,), Backdrop("meadow")), "replace the cat by a horse").things[0]
        assert actor_of(new, 16 / 9).faces == actor_of(old, 16 / 9).faces != 0


def test_another_hat_sits_on_the_head() -> None:
    scene = swapped(Scene((Thing("cat", 0.5, 0.6, 0.5, id=1),), Backdrop("meadow")), "put a hat on the cat")
    again = swapped(scene, "replace the hat by a crown")
    fresh = swapped(Scene(scene.things[:1], scene.backdrop), "put a crown on the cat")
    crown, wanted = again.things[1], fresh.things[1]
    assert (crown.x, crown.y, crown.size) == (wanted.x, wanted.y, wanted.size)


def backwards(film: Film) -> int:
    """In how many of the tenths of a second in which it goes on the only thing looks to the other side."""
    thing = film.scene.things[0]
    faces, count = actor_of(thing, WIDTH / HEIGHT).faces, 0
    poses = [pose(film.track(1), thing, i / 10) for i in range(3, int(film.seconds * 10))]
    for one, two in itertools.pairwise(poses):
        looks = faces * (-1 if 90 < one.turn % 360 < 270 else 1)
        count += abs(two.x - one.x) > 0.008 and looks * (two.x - one.x) < 0
    return count


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("old", ["cat", "airplane", "bus", "ball", "police car"])
@pytest.mark.parametrize("new", ["dog", "superhero", "tiger", "police car", "snail", "airplane"])
def test_what_is_replaced_in_a_film_does_not_go_backwards(old: str, new: str, side: str) -> None:
    name = KNOWN.know.find(old).name
    scene = Scene((Thing(name, 0.5, 0.7, 0.3, id=1),), Backdrop("meadow"))
    film = plan(scene, f"the {old} slides to the {side}", ratio=WIDTH / HEIGHT, free=True, aliases={old: (name,)}).film
    assert backwards(film) == 0
    after = swapped(film.scene, f"replace the {old} by a {new}")
    assert backwards(carried_over(film, after, WIDTH / HEIGHT)) == 0


def test_a_replaced_ball_that_comes_back_turns_round() -> None:
    scene = Scene((Thing("soccer ball", 0.5, 0.7, 0.2, id=1),), Backdrop("meadow"))
    film = plan(scene, "the soccer ball slides to the left and then slides to the right", ratio=WIDTH / HEIGHT).film
    made = carried_over(film, swapped(film.scene, "replace the ball by a cat"), WIDTH / HEIGHT)
    assert len({key.value for key in made.track(1).channels["turn"]}) == 2
    assert backwards(made) <= 2


def refilmed(words: str, *marked: int):
    scene = Scene(
        (Thing("cat", 0.25, 0.7, 0.34, id=1), Thing("dog", 0.7, 0.72, 0.36, id=2)), Backdrop("meadow", seed=5)
    )
    film = plan(scene, "the cat walks to the right", seconds=3, ratio=16 / 9, seed=1).film
    return refilm(film, words, KNOWN, (WIDTH, HEIGHT), 3, marked)


def test_the_camera_of_a_film_zooms_out_and_nothing_is_said_of_pictures() -> None:
    made = refilmed("zoom out")
    assert made.done == ("moved the camera",)
    assert made.notes == ()


@pytest.mark.parametrize(
    ("words", "marked", "there"),
    [("a blue cat instead", (), ["cat/blue", "dog"]), ("a horse instead", (), ["cat", "horse"]), ("a horse instead", (1,), ["horse", "dog"])],
)  # fmt: skip
def test_in_a_film_too_what_shall_be_there_instead_is_not_one_more(words: str, marked: tuple[int, ...], there) -> None:
    things = refilmed(words, *marked).film.scene.things
    assert [thing.name + (f"/{thing.tint}" if thing.tint else "") for thing in things] == there
