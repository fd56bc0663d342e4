"""The frame that stands for a drawn film shows its things: the first where it does, else one further on."""

from __future__ import annotations

import pytest

from app.cards import item
from models.values import Media
from models.world.film import Film, Key, Track, pose
from models.world.filming import aliases
from models.world.motion import plan
from models.world.placing import place
from models.world.poster import poster
from models.world.read import read
from models.world.scene import Backdrop, Scene, Thing

CAT = Scene((Thing("cat", 0.5, 0.7, 0.3, id=1),), Backdrop("meadow"))


def film(*keys, channel="x", **more):
    tracks = (Track(1, {channel: tuple(Key(time, value) for time, value in keys)}),) if keys else ()
    return Film(CAT, tracks, seconds=4.0, fps=10.0, **more)


def test_a_film_that_shows_its_things_at_once_is_shown_from_its_first_frame():
    assert poster(film(), 320, 180) == 0.0
    assert poster(film((0.0, 0.5), (4.0, 1.6)), 320, 180) == 0.0


def test_one_that_begins_empty_is_shown_where_its_thing_is_in_the_frame_whole():
    told = film((0.0, -0.4), (4.0, 1.4))
    time = poster(told, 320, 180)
    x = pose(told.track(1), CAT.things[0], time).x
    assert 0.3 < x < 0.7
    assert (time * told.fps - 0.5) == pytest.approx(round(time * told.fps - 0.5)), "the middle of a frame"


def test_what_fades_in_counts_when_it_is_there():
    assert poster(film((0.0, 0.0), (2.0, 0.0), (2.5, 1.0), channel="opacity"), 320, 180) > 2.3


def test_a_dog_that_runs_across_is_on_its_poster():
    wish = read("a dog runs across the beach")
    scene = place(wish, 320, 180, 1).scene
    told = plan(
        scene, "a dog runs across the beach", seconds=None, ratio=16 / 9, seed=1, free=True, aliases=aliases(wish)
    )
    time = poster(told.film, 320, 180)
    assert time > 0.3
    (dog,) = told.film.scene.things
    assert 0.1 < pose(told.film.track(dog.id), dog, time).x < 0.9


def test_the_page_is_told_the_time():
    clip = Media("video", "video#1", "aa/b.mp4", {"width": 320, "height": 180, "fps": 24.0, "poster": 1.5})
    shown = item(clip, {}, lambda path: f"/{path}")
    assert shown["poster"] == 1.5
    assert shown["draw"]["poster"] == 1.5
