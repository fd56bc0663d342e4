"""Turns that ask what a picture shows as a whole: a caption, a list, the hour and weather, the place, the look."""

from __future__ import annotations

from typing import Any

from models.values import Kind

from training.seeing import saying
from training.seeing.talk import Seen
from training.seeing.views import View

MOST = 3
"""Kinds of things that a caption tells of, at most."""


def bare(view: View) -> bool:
    """Return whether nothing at all stands before the backdrop."""
    return not view.shot.scene.things


def clear(view: View) -> bool:
    """Return whether what stands out in a picture has a row, or there is nothing."""
    return bare(view) or bool(view.ids and view.ids[0] in view.known)


def caption(d: Seen) -> str | None:
    """What does it show?"""
    found = d.scene(clear)
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.caption", target))
    tell_caption(d, view)
    d.last, d.asked = ("caption", "", view.handle), d.turn - 1
    return "seen.caption"


def tell_caption(d: Seen, view: View) -> None:
    """Say what a picture shows and end the reply."""
    if bare(view):
        d.reply("say.seen.bare", place=saying.shown("place", view))
        return
    groups = view.groups(view.known)[:MOST]
    told = [number for group in groups for number in group]
    slots: dict[str, Any] = {"x": view.several("a", told), "where": saying.shown("where", view)}
    d.reply("say.seen.caption", **slots)  # each group once: how two of them stand is asked for by itself


def listing(d: Seen, kind: Kind = "image") -> str | None:
    """Which things are in it?"""
    found = d.scene(lambda view: view.whole and len(view.groups(view.known)) <= 7, kind)
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.list", target))
    tell_list(d, view)
    d.last, d.asked = ("list", "", view.handle), d.turn - 1
    return "seen.list"


def tell_list(d: Seen, view: View) -> None:
    """Say all that is in a picture and end the reply."""
    if bare(view):
        d.reply("say.seen.bare", place=saying.shown("place", view))
    else:
        d.reply("say.seen.list", x=view.several("a", view.known))


def hour(d: Seen, kind: Kind = "image") -> str | None:
    """Is it day or night, and how is the weather?"""
    found = d.scene(lambda view: saying.timed(view.shot.scene) or d.chance(0.05), kind)
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.time", target))
    scene = view.shot.scene
    if saying.timed(scene):
        d.reply("say.seen.time", time=saying.shown("time", view))
    else:
        d.reply("say.seen.timeless", place=saying.shown("place", view))
    return "seen.time"


def place(d: Seen, kind: Kind = "image") -> str | None:
    """Where is that, inside or outside?"""
    found = d.scene(lambda view: True, kind)
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.place", target))
    scene = view.shot.scene
    within = saying.inside(scene)
    words = saying.shown("place", view)
    if within is None:
        d.reply("say.seen.place", place=words)
    else:
        d.reply("say.seen.inside" if within else "say.seen.outside", place=words)
    return "seen.place"


def look(d: Seen) -> str | None:
    """In which style is it?"""
    found = d.scene(
        lambda view: not view.shot.scene.moods and (bool(view.shot.scene.style) or d.chance(0.05)), fresh=0.6
    )
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.look", target))
    d.reply("say.seen.look", look=saying.shown("look", view))
    return "seen.look"
