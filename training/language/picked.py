"""Turns in which the person picks a medium or a mark beside the words, as by a click on the page, so that the words need not
name it."""

from __future__ import annotations

from models.values import Kind

from training.language import clarify, context
from training.language.talk import Dialogue, Item, Target

MARKED = (("seg.region", "segment", "mask"), ("remove.region", "remove", "image"))
"""What is asked of a picked mark: the bank, the task, what it gives."""


def picked(d: Dialogue) -> str:
    """Have several media of a kind, pick one or a mark on one, and ask in words that fit each of them."""
    chance = d.rng.random()
    kind: Kind = "image" if chance < 0.2 else d.rng.choices(("image", "video", "audio"), (60, 20, 20))[0]
    while len(d.of(kind)) < 2 or d.chance(0.2):
        d.attach(kind)
    items = d.of(kind)
    item = d.rng.choice(items[-4:])
    d.chosen = (item.handle,)
    if chance < 0.2:
        return _mark(d, items[-3:], item)
    if chance < 0.35:
        return _fact(d, item)
    makers = clarify.WISHES[kind]
    wish = d.rng.choices([maker for maker, _ in makers], [weight for _, weight in makers])[0](d, item)
    d.ask(wish.said)
    d.run(wish.task, wish.args(item.handle), wish.gives, wish.params)
    return f"picked.{wish.task}"


def _mark(d: Dialogue, items: list[Item], item: Item) -> str:
    """Mark every one of *items*, pick the mark on *item*, and have what is marked there cut out or taken away."""
    if item not in items:
        items = [*items, item]
    marks = {each.handle: d.mark(each.handle) for each in items}
    mark = marks[item.handle]
    d.chosen = (item.handle, mark.handle)
    bank, task, gives = d.rng.choice(MARKED)
    d.ask(d.say(bank, Target(item, True), r=str(mark.id)))
    made: Kind = "mask" if gives == "mask" else "image"
    d.run(task, [item.handle, mark.handle], [made], reply="segment.region" if task == "segment" else "")
    return "picked.mark"


def _fact(d: Dialogue, item: Item) -> str:
    """Ask how big or how long what is picked is."""
    what = d.rng.choice(context.FACTS[item.kind])
    d.ask(d.say(context.ASKED[what], Target(item, True)))
    d.tell("say.facts", what, item.handle)
    return "picked.facts"
