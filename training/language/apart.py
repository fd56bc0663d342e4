"""Conversations in which things of one picture are cut out and taken away in turn, so that neither word takes the other's place:
"cut out the cow", "and the horse?", "now remove the horse"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from models.values import Arg

from training.language import adjusting
from training.language.mark import current
from training.language.talk import Dialogue, Item, Target, phrase

Deed = Literal["cut", "and", "remove", "alone"]
ORDERS: tuple[tuple[tuple[Deed, ...], float], ...] = (
    (("cut", "cut"), 6), (("cut", "cut", "cut"), 3), (("cut", "and"), 3), (("cut", "and", "and"), 1.5), (("cut", "remove"), 3), (("cut", "remove", "cut"), 3),
    (("cut", "cut", "remove"), 3), (("remove", "cut"), 4), (("remove", "remove", "cut"), 1.5), (("remove", "cut", "remove"), 2), (("alone", "cut"), 1.5),
    (("cut", "alone"), 2), (("alone",), 2), (("remove", "alone"), 1.5),
)  # fmt: skip
"""What is done to one thing after the other, and how often; "and" says no more than the name of the next."""
_ONE = ("everything", "all that", "what is")
"""Words for several things that a verb in the singular stands after."""
_SINGULAR = r"(?:is|isn't|has|needs|looks|gets|shines)\b"


def in_turn(d: Dialogue) -> str:
    """Cut out and take away named things of one picture, one request each."""
    target = d.target("image")
    item = target.item
    done = list[str]()
    used: set[str] = set()
    for deed in d.rng.choices([order for order, _ in ORDERS], [often for _, often in ORDERS])[0]:
        name = d.book.text(d.rng, "thing")
        while name in used:
            name = d.book.text(d.rng, "thing")
        used.add(name)
        item = _do(d, deed, target, f"the {name}", done) or item
        done.append(deed)
        target = Target(item, False)
        if d.failed:
            break
    return f"apart.{'.'.join(done)}"


def bank(d: Dialogue, deed: str, done: Sequence[str]) -> str:
    """Return the section that asks for *deed* ("cut" or "remove") after those *done* before it: as well, or now."""
    if not done or d.chance(0.3):
        return f"apart.{deed}"
    again = done[-1] == deed or (deed == "cut" and done[-1] == "and")
    return f"apart.{deed}.next" if again and d.chance(0.75) else f"apart.{deed}.now"


def _do(d: Dialogue, deed: Deed, target: Target, name: str, done: Sequence[str]) -> Item | None:
    """Write one request and its reply; returns the picture that the next is about where a new one was made."""
    handle = target.handle
    if deed == "remove":
        said = d.ask(d.say("apart.wish.next" if done and d.chance(0.7) else "apart.wish", target, x=name))
        d.run("edit", [handle, phrase(said)], ["image"])
        return None if d.failed else d.shelf[-1]
    if deed == "alone":
        said = d.ask(d.say("apart.alone", target, x=name))
        d.words("do.segment", h=handle)
        (mask,) = d.call("segment", [handle, phrase(said)], ["mask"], fails=0.0)
        d.call("adjust", [handle, mask.handle], ["image"], {"op": "cutout"}, fails=0.0)
        d.answer()
        return None  # what else there is to cut out is in the picture that it was cut from
    said = d.ask(d.say("apart.and" if deed == "and" else bank(d, "cut", done), target, x=name))
    d.run("segment", [handle, phrase(said)], ["mask"], after="mask")
    return None


def them(d: Dialogue) -> str | None:
    """After several things were cut out: take all of them away, or change all of them and nothing else."""
    masks = _together(d)
    if len(masks) < 2 or not (of := current(d, masks[-1])).startswith("image"):
        return None
    item = next(one for one in d.shelf if one.handle == of)
    handles: list[Arg | str] = [mask.handle for mask in masks]
    if d.chance(0.5):
        d.ask(d.say("apart.them.remove", Target(item, False), them=_words(d, len(masks), "apart.them")))
        d.run("remove", [of, *handles], ["image"], reply="remove.all")
        return "apart.them.remove"
    word = _words(d, len(masks), d.rng.choice(("apart.them", "apart.them", "apart.them.masks")))
    said, params = adjusting.tone(d, "mask", Target(item, False), named=True, of=word)
    while not word.startswith(_ONE) and re.search(rf"{word} {_SINGULAR}", said.text):
        said, params = adjusting.tone(d, "mask", Target(item, False), named=True, of=word)
    d.ask(said)
    d.run("adjust", [of, *handles], ["image"], params, reply="adjust.inside")
    return "apart.them.adjust"


def _words(d: Dialogue, count: int, section: str) -> str:
    """Return words of *section* for *count* things together; "both" is said of two alone."""
    word = d.book.text(d.rng, section)
    while word.startswith("both") and count != 2:
        word = d.book.text(d.rng, section)
    return word


def _together(d: Dialogue) -> list[Item]:
    """Return the masks of one picture that the last replies made: those of the last call, or of several calls in a row."""
    found: list[Item] = []
    for item in reversed(d.shelf):
        if item.kind != "mask" or item.call is None or item.call.task != "segment" or item.call.refs("mask"):
            break
        if found and found[0].call and item.call.refs("image") != found[0].call.refs("image"):
            break
        found.insert(0, item)
    return found if found and d.last_called and found[-1].call is d.calls[-1] and not d.failed else []
