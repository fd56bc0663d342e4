"""Turns that ask for things by kind, by what they do or are for, and for what is marked."""

from __future__ import annotations

from models import percepts
from models.percepts import Percept
from models.unified.outlook import Told
from models.values import Grounding, Region
from models.world import atlas

from training.language.talk import Target
from training.seeing import nouns
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth import reasons
from training.truth.relating import stands
from training.truth.words import KINDS

_EMPTY = frozenset(("is alive", "breathes air", "feeds its young with milk", "has fur", "has four legs", "grows"))
"""Properties that say too little."""


def kind(d: Seen) -> str | None:
    """Which of them are fruits?"""
    found = d.scene(lambda view: len(view.known) > 1)
    if found is None:
        return None
    target, view = found
    ways = [(kind, ids) for kind in KINDS if (ids := view.called(kind)) and len(ids) < len(view.shot.scene.things)]
    if not ways:
        return d.give_up()
    noun, ids = d.rng.choice(ways)
    d.ask(d.say("see.kind", target, kind=noun, kinds=KINDS[noun]))
    d.reply("say.seen.them", x=view.several("a", ids))
    return "seen.kind"


def fact(d: Seen) -> str | None:
    """Which one can fly? What is used for cutting?"""
    found = d.scene(lambda view: len(view.known) > 1)
    if found is None:
        return None
    target, view = found
    names = {thing.name for thing in view.shot.scene.things}
    for number in d.rng.sample(view.known, len(view.known)):
        entry = atlas.entry(view.thing(number).name)
        told = [(text, "see.fact") for text in entry.properties if text not in _EMPTY]
        told += [(text, "see.use") for text in entry.uses]
        if not told:
            continue
        text, section = d.rng.choice(told)
        ids = tuple(n for n in view.known if view.thing(n).name == entry.name)
        if reasons.alone(text, entry.name, names - {entry.name}) and len(ids) == sum(
            thing.name == entry.name for thing in view.shot.scene.things
        ):
            d.ask(d.say(section, target, does=text, use=text))
            d.reply(
                "say.seen.it" if len(ids) == 1 else "say.seen.them",
                x=view.several("the" if len(ids) == 1 else "a", ids),
            )
            return "seen.fact"
    return d.give_up()


# What is marked


def shown(view: View, region: Region, percept: Percept, determiner: str = "a") -> Grounding:
    """Return what *region* of a picture marks as words tied to the row of the mark."""
    words = percepts.phrase(determiner, (), percept.names)
    return Grounding(words, (percepts.box_of(percept, 0),), of=view.handle)


def mark(d: Seen) -> str | None:
    """What is this? Is it a dog? Which colour has it, what is next to it?"""
    found = d.scene(lambda view: bool(view.entry.marked) and bool(view.known))
    if found is None:
        return None
    target, view = found
    region, percept, number = d.marked(view, d.rng.randrange(len(view.entry.marked)))
    about = Target(target.item, True)
    chance = d.rng.random()
    if chance < 0.22 and (noun := _guess(d, view, number)):
        d.ask(d.say("see.mark.is", about, x=noun, r=str(region.id)))
        right = noun in _names(d, view, number)
        d.reply("say.seen.mark.yes" if right else "say.seen.mark.no", x=shown(view, region, percept))
        return "seen.mark.is"
    if chance < 0.34 and view.colour(number):
        d.ask(d.say("see.mark.colour", about, r=str(region.id)))
        d.reply(
            "say.seen.colour",
            x=shown(view, region, percept, "the"),
            c=Told(view.colour(number), "colour"),
            **{"is": "is"},
        )
        return "seen.mark.colour"
    beside = [n for n in view.known if n != number and stands(view.shot, n, number, "next") == 2]
    if chance < 0.46 and beside:
        d.ask(d.say("see.mark.where", about, r=str(region.id)))
        beside.sort(key=lambda n: view.middle(n)[0])
        d.reply("say.seen.near", b=shown(view, region, percept, "the"), x=view.named("near", beside))
        return "seen.mark.beside"
    d.ask(d.say("see.mark", about, r=str(region.id)))
    d.reply("say.seen.mark", x=shown(view, region, percept))
    return "seen.mark"


def _names(d: Seen, view: View, number: int) -> list[str]:
    entry = atlas.entry(view.thing(number).name)
    kinds = [kind for kind in entry.kinds if kind in KINDS]
    return [noun for noun in (entry.name, entry.name, *entry.synonyms, *kinds) if d.says(noun)]


def _guess(d: Seen, view: View, number: int) -> str:
    """Return a noun for a marked thing, right or surely wrong."""
    return d.rng.choice(_names(d, view, number)) if d.chance(0.5) else nouns.absent(d, view)


def marks(d: Seen) -> str | None:
    """What are these two?"""
    found = d.scene(lambda view: len(view.entry.marked) > 1 and bool(view.known))
    if found is None:
        return None
    target, view = found
    drawn = [d.marked(view, number) for number in range(len(view.entry.marked))]
    picked, percept, _ = d.rng.choice(drawn)
    d.ask(d.say("see.mark.which", Target(target.item, True), r=str(picked.id)))
    d.reply("say.seen.mark", x=shown(view, picked, percept))
    return "seen.mark.which"
