"""Changes of a thing that is described and not named: the reply names it, cuts it out, and asks for the change in plain words of that
place alone ("give the animal that moos another colour: green" becomes "a green cow" in the mask of the cow)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from models.values import Phrase

from training.held_out import held
from training.language import adjusting, reason
from training.language.phrasing import Said
from training.language.reason import article, tells
from training.language.talk import Dialogue, Target, phrase

DEEDS = {"colour": 5, "swap": 5, "remove": 3, "adjust": 2}
"""What is done to the thing, and how often."""
AFTER = 0.35
"""How often the thing is asked after before, in a question of its own."""
_MANY = re.compile(r"(?<![sui])s$")
"""Names of one thing that take no article: "scissors", "jeans", but not "bus" or "compass"."""


@dataclass(frozen=True)
class Change:
    """A request for a change of what *name* stands for, before it is typed: *deed* is one of DEEDS, *params* are those of ``adjust``, *words*
    those that ``inpaint`` is called with ("": those that are marked in the request)."""

    deed: str
    name: str
    said: Said
    params: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


def painted(name: str, colour: str) -> str:
    """Return a thing in a colour as a caption has it: "an orange owl", "green scissors", "the red moon"."""
    told = article(name)
    if told == name:
        return f"{colour} {name}"
    if told == f"the {name}":
        return f"the {colour} {name}"
    return f"{'an' if colour[0] in 'aeio' else 'a'} {colour} {name}"


def asked(d: Dialogue, name: str, np: str, question: str, target: Target) -> Change | None:
    """Return a request for a change of the thing *name* in the picture *target*, which is called *np*, now and then in a *question* before;
    None where the words would not do: the name stands in what was typed before, or the rewritten words are held out."""
    deed = d.rng.choices(list(DEEDS), list(DEEDS.values()))[0]
    if name in " ".join(message.text for message in d.messages if message.role == "user").lower():
        return None  # what somebody typed is copied, and then there is nothing to find out
    if deed == "adjust":
        said, params = adjusting.tone(d, "mask", target, named=True, of=np)
        # another colour is what "inpaint" paints
        return None if params["op"] == "color" else Change(deed, name, said, params)
    slots, words = dict[str, str](), ""
    if deed == "colour":
        slots["colour.plain"] = d.book.text(d.rng, "colour.plain")
        words = painted(name, slots["colour.plain"])
        if d.book.split == "train" and held(words):
            return None
    elif deed == "swap":
        new = d.book.text(d.rng, "thing")
        slots["new"] = new if _MANY.search(new) else f"a {new}"
        if tells(new, name) or name in new or new in name:
            return None
    if d.chance(AFTER):
        made = reason.worded(d, f"reasoned.{deed}.after", target, **slots)
        return Change(deed, name, _joined(d, question, made), words=words)
    bank = "reason.remove.np" if deed == "remove" else f"reasoned.{deed}"
    return Change(deed, name, reason.worded(d, bank, target, np=np, **slots), words=words)


def _joined(d: Dialogue, question: str, request: Said) -> Said:
    """Put a question before a request whose marked words stay marked."""
    question = question.strip()
    sign = "" if question[-1] in "?!" else d.rng.choice((".", ",", " -"))
    marked = request.marks > 0
    request.pieces = [(f"{question}{sign} ", -1), *request.pieces]
    if not marked:  # nothing is copied as it stands; the mark keeps what is put round it apart
        request.pieces, request.marks = [(request.text, 0)], 1
    return request


def carry_out(d: Dialogue, change: Change, typed: Said, picture: str, mask: str) -> None:
    """Call what *change* asks for on the mask of the thing in *picture*, and end the reply."""
    if change.deed == "adjust":
        d.call("adjust", [picture, mask], ["image"], change.params, fails=0.0)
    elif change.deed == "remove":
        d.call("remove", [picture, mask], ["image"], fails=0.0)
    else:
        d.call(
            "inpaint", [picture, mask, Phrase(change.words) if change.words else phrase(typed)], ["image"], fails=0.0
        )
    d.answer()


def edit(d: Dialogue) -> str:
    """Give what does something, is for something or helps with a need another colour, put another thing there, take it away, or change
    its tones."""
    target = d.target("image")
    change = None
    while change is None:
        fact = reason.drawn(d, "does", "done", "want", "doing")
        np = reason.described(d.rng, d.book, fact)
        change = asked(d, fact.name, np, reason.questioned(d, fact, target), target)
    typed = d.ask(change.said)
    d.words("do.reason.remove" if change.deed == "remove" else f"do.reasoned.{change.deed}", a=article(change.name))
    masks = d.call("segment", [target.handle, Phrase(change.name)], ["mask"], fails=0.0)
    carry_out(d, change, typed, target.handle, masks[0].handle)
    return f"reasoned.{change.deed}"
