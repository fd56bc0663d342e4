"""An hour or a weather that a backdrop cannot show is named, in new pictures and in changes, and is never said to be done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenes import make_inputs, silent

from models.expert import Inputs, Picture, Refusal
from models.experts import edit_picturebook, image_picturebook, layout_picturebook, video_picturebook
from models.values import Box, Checkpoint, Labelled, Phrase, Ref, TaskCall
from models.world.composer import compose
from models.world.hours import shows, unshown
from models.world.scene import KINDS, TIMES, Backdrop, Scene, Thing

NONE = Checkpoint("")


def made(expert, *args, scratch=".", **settings):
    call = TaskCall("t1", expert.TASK, args)
    return expert.load(NONE, "cpu")(call, Inputs({}, {}, {}, Path(scratch), 3, {"size": "96x64", **settings}), silent)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("time", [time for time in TIMES if time != "day"])
def test_what_is_said_to_show_changes_the_picture(kind, time):
    day, other = (compose(Scene((), Backdrop(kind, when, seed=4)), 96, 64).pixels.astype(int) for when in ("day", time))
    if shows(kind, time) and kind not in ("moon", "space"):
        assert np.abs(day - other).mean() > 0.6
    elif kind != "underwater":
        assert np.abs(day - other).mean() < 3


@pytest.mark.parametrize(
    ("caption", "said"),
    [("an astronaut on the moon in the rain", "Rain does not show on the moon"), ("a rocket in space at sunset", "A sunset does not show in space"),
     ("a fish underwater in the fog", "Fog does not show under water"),
     ("a pizza on a table in falling snow", "Falling snow does not show on a table"), ("a cat in a meadow in the rain", "")],
)  # fmt: skip
def test_a_new_picture_names_the_weather_it_could_not_show(caption, said):
    notes = made(image_picturebook, Phrase(caption)).meta["notes"]
    assert any(note.startswith(said) for note in notes) if said else not notes


def test_where_no_place_is_said_one_is_taken_that_has_the_weather():
    for caption, time in (
        ("a rocket in the rain", "rain"),
        ("a ufo at sunset", "sunset"),
        ("a guitar in the fog", "fog"),
    ):
        picture = made(image_picturebook, Phrase(caption))
        back = Scene.from_json(picture.meta["scene"]).backdrop
        assert back.time == time
        assert shows(back.kind, time)
        assert not picture.meta["notes"]


def test_layouts_and_films_say_it_too(tmp_path):
    boxed = made(layout_picturebook, Labelled("a rocket", Box(0.2, 0.2, 0.8, 0.8)), Phrase("outer space in the rain"))
    film = made(video_picturebook, Phrase("a rocket flies through space in the fog"), scratch=tmp_path, duration=0.3)
    assert any(note.startswith("Rain does not show in space") for note in boxed.meta["notes"])
    assert any(note.startswith("Fog does not show in space") for note in film.meta["notes"])


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [("moon", "make it rain", "Rain does not show on the moon"), ("space", "make it night", "It is always night in space"),
     ("underwater", "let it snow", "Falling snow does not show under water"), ("table", "make it foggy", "Fog does not show on a table")],
)  # fmt: skip
def test_a_change_that_cannot_be_seen_is_refused_with_its_reason(kind, words, said):
    scene = Scene((Thing("cat", 0.5, 0.6, 0.4, id=1),), Backdrop(kind))
    inputs = make_inputs(compose(scene, 96, 64).pixels)
    inputs.values["image#1"] = Picture(compose(scene, 96, 64).pixels, meta={"scene": scene.to_json()})
    expert = edit_picturebook.load(NONE, "cpu")
    with pytest.raises(Refusal, match=said):
        expert(TaskCall("t1", "edit", (Ref("image#1"), Phrase(words))), inputs, silent)
    both = expert(TaskCall("t1", "edit", (Ref("image#1"), Phrase(f"{words} and make the cat blue"))), inputs, silent)
    assert any(note.startswith(said) for note in both.meta["notes"])
    assert Scene.from_json(both.meta["scene"]).backdrop.time == "day"


def test_a_room_shows_snow_through_its_window_alone():
    assert not unshown("snowfall", Backdrop("room"))
    assert unshown("snowfall", Backdrop("room", without=("window",)))
