"""Turns that ask for a task on something that is seen: the call gets the boxes of the rows beside the phrase as it was typed."""

from __future__ import annotations

from models.values import Arg, Kind
from models.world import atlas

from training.language.phrasing import Said
from training.language.several import joined
from training.language.talk import phrase
from training.seeing import comparing, nouns, saying
from training.seeing.talk import Seen
from training.seeing.views import View
from training.truth import plots, reasons
from training.truth.captions import described
from training.truth.referring import Reference, decor_like
from training.truth.words import many, plural_only

_MOST = 5
"""Boxes in a call, at most."""
_ODD = ("of", "from", "number", "only", "what", "whatever", "whoever")


def _meant(d: Seen, view: View, *, one: bool = False) -> Reference | None:
    """Return a phrase that means some things of a picture exactly, all of which have rows; just *one* thing if asked."""
    ways = plots.ONE if one or d.chance(0.75) else plots.MANY
    for _ in range(5):
        find = d.rng.choices([way[1] for way in ways], [way[2] for way in ways])[0]
        found = find(d.rng, view.shot, d.book.split if d.book.split == "held_out" else "train")
        if found is None or not d.says(found.noun) or not view.usual(found.ids) or len(found.ids) > _MOST:
            continue
        if (
            set(decor_like([found.noun])) <= set(view.shot.scene.backdrop.without)
            and found.phrase.split()[0] not in _ODD
        ):
            return found
    return None


def _able(view: View) -> bool:
    return bool(view.known)


def _boxes(view: View, ids: tuple[int, ...]) -> list[Arg | str]:
    return [view.box(number) for number in ids]


def _say(d: Seen, view: View, task: str, ids: tuple[int, ...]) -> None:
    """Say what will be done by showing what is meant."""
    alike = {(view.thing(n).name, view.thing(n).tint) for n in ids}
    shown = [view.the(ids)] if len(alike) == 1 else view.several("the", ids)
    d.voice(f"do.seen.{task}", x=shown)


def cut(d: Seen) -> str | None:
    """Cut out the red apple."""
    found = d.scene(_able)
    if found is None:
        return None
    target, view = found
    meant = _meant(d, view)
    if meant is None:
        return d.give_up()
    said = d.ask(d.say("seg.ask", target, referent=meant.phrase))
    _say(d, view, "segment", meant.ids)
    d.call("segment", [view.handle, phrase(said), *_boxes(view, meant.ids)], ["mask"] * len(meant.ids))
    d.answer()
    return f"sight.segment.{meant.group.split('.')[0]}"


def cut_by_fact(d: Seen) -> str | None:
    """Cut out the one that can fly."""
    found = d.scene(lambda view: len(view.known) > 1)
    if found is None:
        return None
    target, view = found
    names = {thing.name for thing in view.shot.scene.things}
    for number in d.rng.sample(view.known, len(view.known)):
        name = view.thing(number).name
        texts = [text for text in atlas.entry(name).properties if text.startswith(("can ", "has ", "is "))] or [""]
        text = d.rng.choice(texts)
        alone = sum(thing.name == name for thing in view.shot.scene.things) == 1
        if text and alone and reasons.alone(text, name, names - {name}):
            words = d.rng.choice(("the one that {t}", "the thing that {t}", "what {t}", "whatever {t}")).replace(
                "{t}", text
            )
            said = d.ask(d.say("seg.ask", target, referent=words))
            _say(d, view, "segment", (number,))
            d.call("segment", [view.handle, phrase(said), view.box(number)], ["mask"])
            d.answer()
            return "sight.segment.fact"
    return d.give_up()


def remove(d: Seen) -> str | None:
    """Remove the dog."""
    found = d.scene(_able)
    if found is None:
        return None
    target, view = found
    meant = _meant(d, view)
    if meant is None:
        return d.give_up()
    said = d.ask(d.say("see.remove", target, r=meant.phrase))
    _say(d, view, "remove", meant.ids)
    d.call("remove", [view.handle, phrase(said), *_boxes(view, meant.ids)], ["image"])
    d.answer()
    return "sight.remove"


def removed(d: Seen) -> str | None:
    """Remove the dog, and then look at what came out."""
    found = comparing.pair(d, "remove")
    if found is None:
        return None
    before, after = found
    item = d.show("image", before)
    view = d.views[item.handle]
    number = after.truth["change"]["id"]
    noun = view.thing(number).name
    if view.called(noun) != (number,) or plural_only(noun):
        return d.give_up()
    said = d.ask(d.say("see.remove", d.target_of(item), r=f"the {noun}"))
    _say(d, view, "remove", (number,))
    made = d.call("remove", [view.handle, phrase(said), view.box(number)], ["image"], fails=0.0)
    d.answer()
    d.perceive(made[0], after)
    d.last, d.asked = ("changed", view.handle, made[0].handle), d.turn - 1
    return "sight.remove"


def edited(d: Seen) -> str | None:
    """Add an owl, make it night, and then look at what came out."""
    found = comparing.pair(d, "add", "hour")
    if found is None:
        return None
    before, after = found
    change = after.truth["change"]
    if change["how"] == "add" and change["id"] not in after.row:
        return None
    item = d.show("image", before)
    target = d.target_of(item)
    if change["how"] == "add":
        said = d.say("see.add", target, x=change["name"])
    else:
        hour = after.truth["scene"]["backdrop"].get("time", "day")
        if not saying.timed(d.views[item.handle].shot.scene) or hour not in _MADE:
            return d.give_up()
        said = d.say("see.hour", target, x=_MADE[hour])
    said = d.ask(said)
    d.words("do.edit", h=item.handle)
    made = d.call("edit", [item.handle, phrase(said)], ["image"], fails=0.0)
    d.answer()
    d.perceive(made[0], after)
    d.last, d.asked = ("changed", item.handle, made[0].handle), d.turn - 1
    return "sight.edit"


_MADE = {"day": "day", "night": "night", "sunset": "sunset", "morning": "early morning", "fog": "foggy", "rain": "rainy", "storm": "stormy",
         "snowfall": "snow"}  # fmt: skip


def what_changed(d: Seen) -> str | None:
    """What is different now?"""
    if d.last is None or d.asked != d.turn - 1 or d.last[0] != "changed":
        return None
    a, b = d.views[d.last[1]], d.views[d.last[2]]
    number = b.entry.truth["change"]["id"]
    there = {"add": b.has((number,)), "remove": a.has((number,)), "hour": saying.timed(a.shot.scene)}
    if not there.get(b.entry.truth["change"]["how"], False):
        return None
    d.ask(d.say("see.changed", a=a.handle, b=b.handle))
    comparing.tell_change(d, a, b)
    return "seen.changed.made"


def drawn(d: Seen) -> str | None:
    """Draw it, and then look at what came out."""
    for _ in range(6):
        _, entry = d.entry("image")
        view = View("image#0", entry)
        made = (
            described(d.rng, "train", view.shot)
            if view.known and len(view.groups(view.ids)) < 5 and not entry.truth["change"]
            else None
        )
        if made is None:
            continue
        said = d.say("image.ask", caption=made.words)
        if "caption" not in said.slots:
            continue
        asked = d.ask(said)
        d.words("do.image")
        items = d.call("image", [phrase(asked)], ["image"], fails=0.0)
        d.answer()
        d.perceive(items[0], entry)
        return "sight.image"
    return None


def change(d: Seen) -> str | None:
    """Blur the cat, or everything but the cat: its mask first, then the change inside or outside of that."""
    found = d.scene(_able)
    if found is None:
        return None
    target, view = found
    meant = _meant(d, view, one=True)
    if meant is None:
        return d.give_up()
    outside = d.chance(0.5)
    said = d.ask(d.say("see.op.outside" if outside else "see.op.inside", target, r=meant.phrase))
    _say(d, view, "segment", meant.ids)
    masks = d.call("segment", [view.handle, phrase(said), *_boxes(view, meant.ids)], ["mask"], fails=0.0)
    params = {"op": said.slots["see.op"], "where": "outside" if outside else "inside"}
    d.call("adjust", [view.handle, masks[0].handle], ["image"], params, fails=0.0)
    d.answer()
    return "sight.adjust"


def detect(d: Seen) -> str | None:
    """Draw boxes round all the dogs."""
    found = d.scene(_able)
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view)
    if named is None:
        return d.give_up()
    noun, ids = named
    said = d.ask(d.say("see.detect", target, x=noun, xs=many(noun)))
    d.voice("do.seen.detect", x=view.several("a", ids))
    d.call("detect", [view.handle, phrase(said)], ["image"])
    d.answer()
    return "sight.detect"


def find_and_cut(d: Seen) -> str | None:
    """Where is the owl? Mark it."""
    found = d.scene(_able)
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view, alone=True)
    if named is None or not saying.side(view, named[1][0]):
        return d.give_up()
    said = d.ask(d.say("see.where.mark", target, x=named[0]))
    d.voice("say.seen.where", x=view.the(named[1]), side=saying.side(view, named[1][0]) or "")
    d.call("segment", [view.handle, phrase(said), view.box(named[1][0])], ["mask"])
    d.answer()
    return "sight.where"


def both(d: Seen) -> str | None:
    """Cut out the cat and remove the dog."""
    found = d.scene(lambda view: len(view.known) > 1)
    if found is None:
        return None
    target, view = found
    first, second = _meant(d, view, one=True), _meant(d, view, one=True)
    if first is None or second is None or set(first.ids) & set(second.ids):
        return d.give_up()
    asks: list[Said] = [
        d.say("seg.ask", target, referent=first.phrase),
        d.book.say(d.rng, "see.remove", r=second.phrase, it="it"),
    ]
    said = d.ask(joined(d, *asks))
    d.words("do.many")
    d.call("segment", [view.handle, phrase(said), *_boxes(view, first.ids)], ["mask"], fails=0.0)
    d.call("remove", [view.handle, phrase(said, 1), *_boxes(view, second.ids)], ["image"], fails=0.0)
    d.answer()
    return "sight.both"


def follow(d: Seen) -> str | None:
    """Follow the fox through the clip."""
    found = d.scene(_able, "video")
    if found is None:
        return None
    target, view = found
    named = nouns.one(d, view, alone=True)
    if named is None:
        return d.give_up()
    noun, (number,) = named[0], named[1]
    said = d.ask(d.say("follow.ask", target, vreferent=f"the {noun}"))
    start = float(view.rows.places[view.entry.row[number], 8])
    early = start <= view.entry.truth["times"][0] + 0.01
    d.voice("do.seen.video_segment", x=view.the((number,)))
    kinds: list[Kind] = ["mask", "video"]
    d.call("video_segment", [view.handle, phrase(said), *([view.box(number)] if early else [])], kinds)
    d.answer()
    return "sight.video_segment"
