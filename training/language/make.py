"""Turns that ask for something new out of words: pictures, layouts, videos, sounds."""

from __future__ import annotations

from models.values import Arg, Kind

from training.language.talk import Dialogue, phrase

ONWARD = 0.06
"""How often a request for a picture or a video asks at once for what shall be made of it."""


def image(d: Dialogue) -> str:
    """Ask for a picture, or name only what it shall show; now and then for a video that is made from it."""
    if d.chance(ONWARD):
        return _onward(d, "image.moving", "image", "animate", ["video"])
    bare = d.chance(0.4) and not d.shelf
    if not bare and not d.shelf and d.chance(0.03):
        d.attach("image")  # attached, but a new picture is wanted
    said = d.ask(
        d.say("image.bare" if bare else "image.kinds" if d.chance(0.3) else "image.ask"), polite=not bare, bare=bare
    )
    d.run("image", [phrase(said)], ["image"], after="picture")
    return "image.bare" if bare else "image.ask"


def _onward(d: Dialogue, section: str, task: Kind, then: str, gives: list[Kind]) -> str:
    """Ask for a picture or a video and, in the same breath, for what *then* makes of it."""
    said = d.ask(d.say(section))
    if d.chance(0.85):
        d.words("do.many")
    made = d.call(task, [phrase(said)], [task], fails=0.0)
    d.call(then, [made[0].handle], gives, fails=0.0)
    d.answer()
    return f"multi.{task}+{then}"


def video(d: Dialogue) -> str:
    """Ask for a video, or name only what happens in it; now and then with a sound that fits."""
    if d.chance(ONWARD):
        return _onward(d, "video.sounding", "video", "sound_for", ["audio", "video"])
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


def sounds(d: Dialogue) -> str:
    """Ask for several sounds at once, in turn or over each other: all of them are one phrase, and one sound is made."""
    said = d.ask(d.say("audio.clauses" if d.chance(0.25) else "audio.all"))
    params = {"duration": said.slots["duration"]} if "duration" in said.slots else {}
    d.run("audio", [phrase(said)], ["audio"], params)
    return "audio.several"


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
