"""A film is plain values: it survives JSON, refuses junk, and its things are where the keys and eases say."""

from __future__ import annotations

import json
import math

import pytest

from models.world.film import EASES, Change, Event, Film, Key, Swing, Track, ease, pose, value
from models.world.scene import Backdrop, Scene, Thing

CAT = Thing("cat", 0.4, 0.7, 0.3, id=1)
SCENE = Scene((CAT, Thing("dog", 0.7, 0.7, 0.3, id=2)), Backdrop("beach"))


def film(**more):
    return Film(SCENE, **more)


def test_a_film_survives_json() -> None:
    track = Track(
        1,
        {"x": (Key(0, 0.4, "in"), Key(1.25, 0.123456789))},
        (Swing("lift", 0.1, 3, 0, 2, 0.25, "hop"),),
        0.0,
        "red",
        0.6,
        2,
    )
    whole = film(
        tracks=(track,), seconds=2.5, camera={"zoom": (Key(0, 1), Key(2.5, 1.3))}, words="the cat jumps",
        changes=(Change(0.5, 2.0, Backdrop("beach", "night")),), events=(Event(0.1, 1.0, 1, "jump", 2, 3),),
    )  # fmt: skip
    assert Film.from_json(json.loads(json.dumps(whole.to_json()))) == whole


@pytest.mark.parametrize(
    "junk",
    [None, [], {}, {"scene": 3}, {"scene": SCENE.to_json(), "tracks": [{"id": 9}]}, {"scene": SCENE.to_json(), "tracks": [{}]},
     {"scene": SCENE.to_json(), "seconds": 1e9}, {"scene": SCENE.to_json(), "events": [[1]]},
     {"scene": SCENE.to_json(), "tracks": [{"id": 1, "channels": {"colour": [[0, 1, "in"]]}}]},
     {"scene": SCENE.to_json(), "tracks": [{"id": 1, "channels": {"x": [[1, 1, "in"], [0, 1, "in"]]}}]}],
)  # fmt: skip
def test_junk_is_refused(junk) -> None:
    with pytest.raises(ValueError, match=r"."):
        Film.from_json(junk)


@pytest.mark.parametrize(
    ("kind", "args"),
    [(Key, (math.nan, 0)), (Key, (0, 0, "jerky")), (Swing, ("x", 1, math.inf, 0, 1)), (Swing, ("z", 1, 1, 0, 1))],
)
def test_a_key_or_swing_of_junk_is_refused(kind, args) -> None:
    with pytest.raises(ValueError, match=r"."):
        kind(*args)


@pytest.mark.parametrize("name", EASES)
def test_every_ease_begins_at_the_start_and_ends_at_the_goal(name: str) -> None:
    keys = (Key(1, 10, name), Key(3, 20, "smooth"))
    assert value(keys, 1, 0) == 10
    assert value(keys, 0.2, 0) == 10
    assert value(keys, 3, 0) == 20
    if name != "hold":
        assert value(keys, 2.9999, 0) == pytest.approx(20, abs=0.05)
        assert 10 < value(keys, 2.2, 0) < 21.5


def test_eases_have_their_character() -> None:
    assert ease("in", 0.5) < ease("linear", 0.5) < ease("out", 0.5)
    assert max(ease("back", i / 50) for i in range(51)) > 1.05
    hits = [
        i
        for i in range(1, 200)
        if ease("bounce", i / 200) > max(ease("bounce", (i - 1) / 200), ease("bounce", (i + 1) / 200))
    ]
    assert len(hits) >= 2  # it comes back to the ground more than once
    assert ease("hold", 0.99) == 0


def test_a_curve_goes_through_its_keys_without_corners() -> None:
    keys = tuple(Key(t, v, "curve") for t, v in enumerate((0.0, 1.0, 0.0, -1.0, 0.0)))
    assert [value(keys, t, 9) for t in range(5)] == [0, 1, 0, -1, 0]
    left, right = ((value(keys, 2 + h, 9) - value(keys, 2, 9)) / h for h in (-1e-4, 1e-4))
    assert left == pytest.approx(right, abs=0.01)


def test_a_swing_starts_and_ends_at_rest() -> None:
    swing = Swing("angle", 10, 2, 1, 4)
    assert swing.at(0.9) == swing.at(1) == swing.at(4) == swing.at(5) == 0
    assert abs(swing.at(1.01)) < 0.5
    assert max(abs(swing.at(1 + i / 50)) for i in range(150)) > 9
    hop = Swing("lift", 1, 2, 0, 3, wave="hop")
    assert min(hop.at(i / 50) for i in range(150)) >= 0


def test_a_thing_without_a_track_rests_where_the_scene_has_it() -> None:
    at = pose(film().track(1), CAT, 1.7)
    assert (at.x, at.y, at.lift, at.scale, at.angle, at.opacity) == (0.4, 0.7, 0, 1, 0, 1)


def test_a_pose_is_held_within_what_can_be_drawn() -> None:
    track = Track(1, {"opacity": (Key(0, 3),), "scale": (Key(0, -1),), "squash": (Key(0, 5),)})
    at = pose(track, CAT, 0)
    assert (at.opacity, at.scale, at.squash) == (1, 0, 0.6)


def test_frames_are_counted_by_length_and_rate() -> None:
    assert film(seconds=3.5).frames == 84
    assert film(seconds=0.01).frames == 1
