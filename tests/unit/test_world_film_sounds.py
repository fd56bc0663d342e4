"""What is said to be silent in a film is only what makes no sound there, by itself or by what it does."""

from __future__ import annotations

from models.world.film import Event, Film
from models.world.scene import Backdrop, Scene, Thing
from models.world.sounding import film_plan, notes_of

SCENE = Scene((Thing("pizza", 0.3, 0.7, 0.2, id=1), Thing("rock", 0.7, 0.7, 0.2, id=2)), Backdrop("meadow"))


def test_a_thing_that_is_heard_by_its_deed_is_not_called_silent():
    flies = film_plan(Film(SCENE, events=(Event(0.2, 2.0, 1, "fly"),)))
    assert "whoosh" in [event.name for event in flies.events]
    assert notes_of(flies) == ["silent here, as no sound of it is known: rock"]
    still = film_plan(Film(SCENE))
    assert notes_of(still) == ["silent here, as no sound of it is known: pizza, rock"]
