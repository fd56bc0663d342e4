"""How places, hours and looks of a scene are told, and where in it something is: by what the program fills in from what it perceives."""

from __future__ import annotations

from models.plurals import article
from models.senses import said
from models.senses.said import DARK, TIMES
from models.unified.outlook import Told
from models.world.scene import FLAT, INDOOR, OUTDOOR, Scene

from training.seeing.views import View


def shown(what: str, view: View) -> Told:
    """Return *what* of a picture or clip in words (:func:`models.senses.said.setting`), told of its handle."""
    scene = view.shot.scene
    back, hour = scene.backdrop, scene.backdrop.time or "day"
    if what in ("hour", "time"):
        words = TIMES[hour].split(",")[0] if what == "hour" else TIMES[hour]
    elif back.kind == "plain" and back.colour and not scene.style and not scene.moods and what in ("where", "place"):
        thing = article(f"{back.colour.replace('gray', 'grey')} background")
        words = f" on {thing}" if what == "where" else thing
    else:
        words = said.setting(what, back.kind, hour if timed(scene) else "day", scene.style)
    return Told(words, what, view.handle)


def timed(scene: Scene) -> bool:
    """Return whether the hour and the weather can be told."""
    return scene.backdrop.kind in OUTDOOR and scene.style not in DARK and not scene.moods


def inside(scene: Scene) -> bool | None:
    """Return whether the scene is indoors; None where that cannot be told."""
    if scene.backdrop.kind in INDOOR[:2]:
        return True
    return None if scene.backdrop.kind in (*FLAT, *INDOOR) else False


def side(view: View, number: int) -> Told | None:
    """Return where in its frame a thing is ("at the top left"); None where that is between two places."""
    middle = view.middle(number)
    if any(abs(value - edge) < 0.02 for value in middle for edge in said.EDGES):
        return None
    return Told(said.side(*middle), "side")
