"""Turns that change a thing which is seen and never named: by what it does or is for, or by being the most of its kind in real life. The
reply points at it, cuts it out, and asks for the change of that place alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from models.values import Phrase
from models.world import atlas

from training.language import reason, reasoned
from training.language.phrasing import sections
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth import reasons

_FORMS = ("does", "done", "want", "doing")
_SAID = {"colour": "colour", "swap": "swap", "remove": "takeaway", "adjust": "adjust"}
LARGER = 2.0
"""What is called the largest in real life is so many times as long as any other of its kind."""
_ASKED = {
    "fast": "is the fastest",
    "slow": "is the slowest",
    "large": "is the largest in real life",
    "little": "is the smallest in real life",
}
_KINDS = {"animal": "animals", "vehicle": "vehicles"}
_LONG = frozenset(
    (
        "snake",
        "peacock",
        "flamingo",
        "octopus",
        "squid",
        "worm",
        "caterpillar",
        "spider web",
        "train",
        "steam train",
        "bullet train",
        "high-speed train",
    )
)
"""What is longer than it is large, or as long as people make it."""


def edit(d: Seen) -> str | None:
    """Give the animal that moos another colour: green."""
    found = d.scene(lambda view: len(view.known) > 1)
    if found is None:
        return None
    target, view = found
    for number, how in _clues(d, view):
        name = view.thing(number).name
        if isinstance(how, reason.Fact):
            np = reason.described(d.rng, d.book, how)
            question = reason.questioned(d, how, target)
        else:
            most, _, kind = how.partition(" ")
            np = d.book.text(d.rng, f"reasoned.{most}", kind=kind, kinds=f"{kind}s")
            question = f"which {kind} {_ASKED[most]}?"
        change = reasoned.asked(d, name, np, question, target)
        if change is None:
            continue
        typed = d.ask(change.said)
        d.voice(f"do.seen.{_SAID[change.deed]}", x=view.the((number,)))
        masks = d.call("segment", [view.handle, Phrase(name), view.box(number)], ["mask"], fails=0.0)
        reasoned.carry_out(d, change, typed, view.handle, masks[0].handle)
        return f"sight.reasoned.{change.deed}"
    return d.give_up()


def _clues(d: Seen, view: View) -> Iterator[tuple[int, reason.Fact | str]]:
    """Yield things of *view* that stand alone under their name, each with a clue that means no other: a fact, or what it is the most in
    ("fast vehicle")."""
    known = set(reason.known_names())
    names = {thing.name for thing in view.shot.scene.things}
    if d.chance(0.6):
        yield from _most(d, view)
    clues = reason.split(reason.held_book(d.book))
    for number in d.rng.sample(view.known, len(view.known)):
        name = view.thing(number).name
        if name not in known or not d.says(name) or view.called(name) != (number,):
            continue
        facts = [fact for form in _FORMS for fact in clues[form] if fact.name == name]
        fitting = [fact for fact in facts if reasons.alone(fact.text, name, names - {name})]
        if fitting:
            fact = d.rng.choice(fitting)
            yield number, replace(fact, text=reason.chosen(d.rng, fact.text))


def most(kind: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return in what one of the different *names* of a *kind* is the most of all in real life, and which it is: ("fast", "car"). What can be
    disputed is not among them."""
    speeds = [line.split(", ") for line in sections()["reasoned.speeds"].lines]
    known = {name for line in speeds for name in line}
    if len(names) < 2 or not (
        known.issuperset(names) if kind == "vehicle" else all(kind in atlas.entry(name).kinds for name in names)
    ):
        return []  # traffic lights and nests stand among them in the atlas
    found = list[tuple[str, str]]()
    if kind == "vehicle":
        classes = [there for line in speeds if (there := [name for name in line if name in names])]
        found += [(how, one[0]) for how, one in (("fast", classes[0]), ("slow", classes[-1])) if len(one) == 1]
    if _LONG.isdisjoint(names):
        sizes = sorted(names, key=lambda name: (atlas.entry(name).metres, name))
        metres = [atlas.entry(name).metres for name in sizes]
        found += [("large", sizes[-1])] if metres[-1] >= LARGER * metres[-2] else []
        found += [("little", sizes[0])] if metres[1] >= LARGER * metres[0] else []
    return found


def _most(d: Seen, view: View) -> Iterator[tuple[int, str]]:
    """Yield what is the fastest, slowest, largest or smallest of its kind in real life."""
    known = set(reason.known_names())
    for kind, group in _KINDS.items():
        things = [thing for thing in view.shot.scene.things if atlas.entry(thing.name).group == group]
        names = sorted({thing.name for thing in things})
        if len(names) < len(things) or not view.usual(thing.id for thing in things):
            continue
        ways = most(kind, names)
        d.rng.shuffle(ways)
        for how, name in ways:
            number = next(thing.id for thing in things if thing.name == name)
            if name in known and d.says(name) and view.called(name) == (number,):
                yield number, f"{how} {kind}"
