"""Turns that change a picture or a video as freely as words allow, and bring pictures to life."""

from __future__ import annotations

from functools import lru_cache

from models.values import Arg

from training.language import make
from training.language.aim import aimed
from training.language.mark import current
from training.language.phrasing import plural, sections
from training.language.talk import Dialogue, Item, Target, phrase

FREE = {"image": "edit", "video": "video_edit"}
MADE_UP = ("image", "layout", "edit", "inpaint", "remove", "adjust", "video", "animate", "video_edit")
"""Tasks whose result may be drawn anew, in part, by the next request."""
LONGEST_NAME = 3
"""Words of the longest name of a thing that is looked for in what was said."""


def edit(d: Dialogue) -> str:
    """Change a whole picture by an instruction."""
    target = aimed(d, "image")
    weights = (75, 0 if target.ref else 16, 9)
    said = d.ask(d.say(d.rng.choices(("edit.ask", "verbose.edit", "restore.wish"), weights)[0], target))
    d.run("edit", [target.handle, phrase(said)], ["image"], after="picture")
    return "edit"


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Return the names of all things, one and many."""
    names = {name.lower() for section in sections().values() if section.kind == "things" for name in section.lines}
    return frozenset(names | {plural(name) for name in names})


def _named(text: str) -> list[str]:
    """Return the things that *text* names, the longest name at each place, in the words used."""
    found, at = [], 0
    words = [word.strip(".,:;!?'\"") for word in text.lower().split()]
    while at < len(words):
        length = next((n for n in range(LONGEST_NAME, 0, -1) if " ".join(words[at : at + n]) in _names()), 0)
        if length:
            found.append(" ".join(words[at : at + length]))
        at += max(1, length)
    return found


def _story(d: Dialogue, item: Item) -> list[str]:
    """Return the things that the requests named by which *item* came about, step by step."""
    names: list[str] = []
    at: Item | None = item
    while at is not None and at.call is not None:
        names += [name for words in at.call.phrases() for name in _named(words)]
        before = at.call.refs("image", "video")
        at = next((each for each in d.shelf if before and each.handle == before[0]), None)
    return names


def drawn(d: Dialogue) -> str | None:
    """Go on with a picture or clip that the assistant made: change it, or set it moving, naming what was asked for before."""
    item = d.latest("image", "video")
    if item is None or item.call is None or item.call.task not in MADE_UP:
        return None
    if item.turn != d.turn - 1 and not d.chance(0.3):
        return None
    names = _story(d, item)
    had = d.rng.choice(names) if names and d.chance(0.85) else d.book.text(d.rng, "thing")
    target = Target(item, False)
    if item.kind == "image" and d.chance(0.16):
        said = d.ask(d.say("drawn.motion", target, had=had))
        what: list[Arg | str] = [phrase(said)] if said.stated else []
        d.run("animate", [item.handle, *what], ["video"])
        return "animate.drawn"
    said = d.ask(d.say("drawn.ask", target, had=had))
    task = FREE[item.kind]
    d.run(task, [item.handle, phrase(said)], [item.kind], after="picture" if item.kind == "image" else "")
    return f"{task}.drawn"


def book(d: Dialogue) -> str:
    """Have a picture drawn and go on with it, once or twice."""
    group = make.image(d) if d.chance(0.75) else make.layout(d)
    for _ in range(1 if d.chance(0.6) else 2):
        group = drawn(d) or group
    return group


def inpaint(d: Dialogue) -> str:
    """Put something into the marked place, or recolour the marked thing."""
    target = d.target("image")
    mark = d.mark(target.handle)
    target.ref = ""
    if d.chance(0.12):
        said = d.ask(d.say("inpaint.colour", target))
        params = {"op": "color", "where": "inside", "color": said.slots["colour"]}
        d.run("adjust", [target.handle, mark.handle], ["image"], params, reply="adjust.inside")
        return "adjust.region.colour"
    said = d.ask(d.say("inpaint.more" if d.chance(0.4) else "inpaint.ask", target, r=str(mark.id)))
    d.run("inpaint", [target.handle, mark.handle, phrase(said)], ["image"], after="picture")
    return "inpaint"


def inpaint_mask(d: Dialogue) -> str | None:
    """Put something in place of what was cut out before."""
    mask = d.latest("mask")
    if mask is None or not (of := current(d, mask)).startswith("image"):
        return None
    elsewhere = d.chance(0.3)
    said = d.ask(d.say("elsewhere" if elsewhere else "inpaint.mask", m=mask.handle[5:]))
    d.run("edit" if elsewhere else "inpaint", [of, mask.handle, phrase(said)], ["image"], reply="edit.masked")
    return "edit.mask" if elsewhere else "inpaint.mask"


def remove_region(d: Dialogue) -> str:
    """Take what is marked out of the picture."""
    target = d.target("image")
    marks = [d.mark(target.handle) for _ in range(1 if d.chance(0.9) else 2)]
    target.ref = target.ref if d.chance(0.1) else ""
    d.ask(d.say("remove.region", target, r=str(marks[0].id)))
    d.run("remove", [target.handle, *(m.handle for m in marks)], ["image"])
    return "remove.region"


def remove_mask(d: Dialogue) -> str | None:
    """Take what was cut out before out of the picture."""
    mask = d.latest("mask")
    if mask is None or not (of := current(d, mask)).startswith("image"):
        return None
    d.ask(d.say("remove.mask", m=mask.handle[5:], noun="picture"))
    d.run("remove", [of, mask.handle], ["image"])
    return "remove.mask"


def animate(d: Dialogue) -> str:
    """Bring a picture to life, with a description of the motion or without."""
    target = aimed(d, "image", 0.5)
    said = d.ask(d.say("verbose.animate" if not target.ref and d.chance(0.15) else "animate.ask", target))
    what = [phrase(said)] if said.stated else []
    d.run("animate", [target.handle, *what], ["video"])
    return "animate.motion" if what else "animate.plain"


def video_region(d: Dialogue) -> str:
    """Change or remove what is marked in a video."""
    target = d.target("video")
    target.ref = ""
    mark = d.mark(target.handle)
    said = d.ask(d.say("vregion.ask", target))
    d.run("video_edit", [target.handle, mark.handle, phrase(said)], ["video"], reply="video_edit.region")
    return "video_edit.region"


def video_edit(d: Dialogue) -> str:
    """Change a video by an instruction or by a description of what it shall show."""
    target = aimed(d, "video")
    said = d.ask(d.say("verbose.vedit" if not target.ref and d.chance(0.15) else "vedit.ask", target))
    d.run("video_edit", [target.handle, phrase(said)], ["video"])
    return "video_edit"
