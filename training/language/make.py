"""Turns that ask for something new out of words: pictures, layouts, videos, sounds."""

from __future__ import annotations

from models.values import Arg

from training.language.talk import Dialogue, phrase


def image(d: Dialogue) -> str:
    """Ask for a picture, or name only what it shall show."""
    bare = d.chance(0.4) and not d.shelf
    if not bare and not d.shelf and d.chance(0.03):
        d.attach("image")  # attached, but a new picture is wanted
    said = d.ask(
        d.say("image.bare" if bare else "image.kinds" if d.chance(0.3) else "image.ask"), polite=not bare, bare=bare
    )
    d.run("image", [phrase(said)], ["image"], after="picture")
    return "image.bare" if bare else "image.ask"


def video(d: Dialogue) -> str:
    """Ask for a video, or name only what happens in it."""
    bare = d.chance(0.3) and not d.shelf
    said = d.ask(
        d.say("video.bare" if bare else "video.kinds" if d.chance(0.3) else "video.ask"), polite=not bare, bare=bare
    )
    d.run("video", [phrase(said)], ["video"])
    return "video.bare" if bare else "video.ask"


def audio(d: Dialogue) -> str:
    """Ask for a sound, with its length or without, or name only what is to be heard."""
    bare = d.chance(0.3) and not d.shelf
    said = d.ask(
        d.say("audio.bare" if bare else "audio.kinds" if d.chance(0.3) else "audio.ask"), polite=not bare, bare=bare
    )
    params = {"duration": said.slots["duration"]} if "duration" in said.slots else {}
    d.run("audio", [phrase(said)], ["audio"], params)
    return "audio.bare" if bare else "audio.ask"


def layout(d: Dialogue) -> str:
    """Draw boxes on an empty canvas and say what the picture shall show."""
    number, labelled = d.rng.choice((1, 2, 2, 3, 3, 4, 5)), d.chance(0.8)
    marks: list[Arg | str] = []
    for _ in range(number):
        label = d.book.text(d.rng, d.rng.choice(("thing", "thing", "np"))) if labelled and d.chance(0.95) else ""
        marks.append(d.mark("canvas", label, simple=True).handle)
    if labelled and d.chance(0.07):
        said = d.say("layout.nocaption")
        labels = " and ".join(d.regions[str(m)].label for m in marks if d.regions[str(m)].label) or "a picture"
        said.pieces.append((": ", -1))
        said.pieces.append((labels, 0))
        said.marks = 1
    else:
        said = d.say("layout.ask")
    said = d.ask(said)
    d.run("layout", [phrase(said), *marks], ["image"], after="picture")
    return "layout"
