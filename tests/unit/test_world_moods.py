"""A mood of a drawn scene is seen: an hour that goes with it and other colours; what was done is said."""

from __future__ import annotations

import numpy as np
import pytest
from world_sprites import made_up
from world_standins import KNOW, READ

from models.world import grades
from models.world.changes import change
from models.world.composer import compose
from models.world.film import Film
from models.world.moods import MOODS, NAMED, hour, mooded
from models.world.placing import place
from models.world.read import read
from models.world.render import frame
from models.world.scene import GRADES, OUTDOOR, TIMES, Backdrop, Scene, Thing
from models.world.staging import stage_of
from models.world.which import Context

SCENE = Scene((Thing("cat", 0.4, 0.7, 0.3, id=1), Thing("tree", 0.75, 0.6, 0.4, id=2)), Backdrop("meadow", seed=3))


def told(text, scene=SCENE, last=()):
    return change(scene, text, KNOW, READ, Context((), last, 240, 160), 1)


def drawn(scene):
    return compose(
        Scene((Thing("block", 0.4, 0.7, 0.3),), scene.backdrop, scene.style, scene.moods), 96, 64, sprites=made_up
    ).pixels


ASKED = {
    "make it spooky": ("night", "eerie"), "make it scarier": ("night", "eerie"), "make it cosy": ("sunset", "cosy"), "cozy": ("sunset", "cosy"),
    "make it more dramatic": ("storm", "dramatic"), "make it a bit more cheerful": ("day", "cheerful"), "make the picture sad": ("rain", "gloomy"),
    "give it a romantic mood": ("sunset", "romantic"), "make it feel calm": ("day", "calm"), "make the scene really mysterious": ("fog", "mysterious"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), ASKED.items(), ids=ASKED.keys())
def test_a_mood_changes_the_hour_and_the_colours_and_says_so(said, meant):
    made = told(said)
    assert (made.scene.backdrop.time, *made.scene.moods) == meant
    assert made.whole
    assert not made.notes
    assert made.done
    assert "colours" in made.done[0]
    assert np.abs(drawn(made.scene).astype(int) - drawn(SCENE)).mean() > 5


def test_a_new_mood_takes_the_place_of_the_old_one_and_hours_that_suit_it_stay():
    spooky = told("make it spooky").scene
    assert told("make it cheerful", spooky).scene.moods == ("cheerful",)
    assert told("make it cosy", spooky).scene.backdrop.time == "sunset", "the night came with the mood before"
    night = Scene(SCENE.things, Backdrop("meadow", "night"))
    assert told("make it cosy", night).scene.backdrop.time == "night", "the night was chosen"
    assert told("make it normal", spooky).scene.moods == ()


def test_gradings_go_over_each_other_and_undo_their_opposites():
    warm = told("make it warmer and make it more colourful").scene
    assert warm.moods == ("warm", "vivid")
    assert told("make it colder", warm).scene.moods == ("vivid",)
    assert mooded(SCENE, "dim").moods == ("dim",)


def test_it_is_the_whole_scene_that_gets_darker_unless_a_thing_was_meant():
    made = told("make it darker")
    assert made.scene.moods == ("dim",)
    assert made.done == ("made it darker",)
    assert drawn(made.scene).mean() < 0.85 * drawn(SCENE).mean()
    assert told("make the cat darker").scene.things[0].shade < 1
    made = told("make the cat blue and make it darker")
    assert made.scene.things[0].shade < 1
    assert made.scene.moods == ()


def test_without_a_sky_or_lamps_only_the_colours_change():
    space = Scene((), Backdrop("space", seed=1))
    assert mooded(space, "spooky") == Scene((), space.backdrop, "", ("eerie",))
    assert hour("cosy", Backdrop("room")) == "night"


def test_moods_are_kept_as_plain_data_and_only_known_ones_are_taken():
    scene = mooded(SCENE, "spooky")
    assert Scene.from_json(scene.to_json()) == scene
    assert "moods" not in SCENE.to_json()
    with pytest.raises(ValueError, match="moods"):
        Scene((), moods=("grumpy",))
    with pytest.raises(ValueError, match="moods"):
        Scene.from_json({"things": [], "moods": "eerie"})


def test_every_mood_names_gradings_and_hours_that_there_are():
    assert {mood.grade for mood in MOODS.values()} <= set(GRADES) <= set(grades.MOODS)
    assert set(NAMED.values()) == set(MOODS)
    for name in MOODS:
        for kind in (*OUTDOOR, "room"):
            assert hour(name, Backdrop(kind)) in TIMES


def test_a_film_has_the_mood_of_its_scene():
    scene = Scene((Thing("block", 0.4, 0.7, 0.3, id=1),), Backdrop("meadow", seed=3))
    dim = mooded(scene, "dim")
    first, second = (frame(Film(one), stage_of(Film(one), 96, 64, made_up), 0.0).pixels for one in (scene, dim))
    assert np.abs(second.astype(int) - compose(dim, 96, 64, sprites=made_up).pixels).mean() < 2
    assert second.mean() < 0.85 * first.mean()


def test_a_caption_sets_the_mood_of_its_place_but_not_by_how_somebody_feels():
    wish = read("a spooky forest with a cat")
    assert wish.mood == "spooky"
    assert not wish.loose
    scene = place(wish, 240, 160, 1).scene
    assert (scene.backdrop.time, scene.moods) == ("night", ("eerie",))
    assert place(read("a cosy meadow with a cat at night"), 240, 160, 1).scene.backdrop.time == "night"
    assert read("a happy dog").mood == ""
    assert "happy" in read("a happy dog").loose
