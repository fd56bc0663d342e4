"""Turns that ask what happens in a clip: who does what, in which order, which way, and when something comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models import percepts
from models.unified.outlook import Told
from models.values import Part, Text

from training.seeing import nouns
from training.seeing.talk import Seen
from training.seeing.views import View

FAR = 0.12
"""Share of the frame's width that a thing goes at least, to be said to go to a side."""
APART = 0.5
"""Seconds between the beginnings of what comes first and of what comes next, at least."""
_Act = dict[str, Any]


def acts(view: View) -> list[_Act]:
    """Return what is done in a clip, in order of its beginning."""
    found: list[_Act] = view.entry.truth["acts"]
    return found


def _told(view: View) -> bool:
    return 0 < len(acts(view)) < 5 and all(view.has((act["id"],)) for act in acts(view))


def _joint(before: _Act, after: _Act) -> str:
    """Return words between two deeds that say whether one comes after the other."""
    return ", then " if after["start"] >= before["start"] + before["seconds"] - 0.3 else " and "


def happens(d: Seen) -> str | None:
    """What happens?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    d.ask(d.say("see.happens", target))
    parts: list[Part] = []
    done = acts(view)
    for number, act in enumerate(done):
        if number:
            joint = _joint(done[number - 1], act)
            parts.append(Text(", " if joint == " and " and number < len(done) - 1 else joint))
        parts += [view.ground("a", (act["id"],)), Text(f" {act['doing']}")]
    d.reply("say.seen.happens", x=parts)
    return "seen.happens"


def first(d: Seen) -> str | None:
    """Who does something first, who last?"""
    found = d.scene(lambda view: _told(view) and len(acts(view)) > 1, "video")
    if found is None:
        return None
    target, view = found
    done = acts(view)
    early = d.chance(0.5)
    one, other = (done[0], done[1]) if early else (done[-1], done[-2])
    if abs(one["start"] - other["start"]) < APART or one["id"] == other["id"]:
        return d.give_up()
    d.ask(d.say("see.first" if early else "see.last", target))
    d.reply("say.seen.deed", x=view.the((one["id"],)), does=one["says"])
    return "seen.first" if early else "seen.last"


def who(d: Seen) -> str | None:
    """Who hops to the right?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    act = d.rng.choice(acts(view))
    ids = tuple(other["id"] for other in acts(view) if other["says"] == act["says"])
    if any(other["verb"] == act["verb"] and other["id"] not in ids for other in acts(view)):
        return d.give_up()
    d.ask(d.say("see.who", target, does=act["says"], doing=act["doing"]))
    d.reply("say.seen.it", x=[view.the(ids)] if len(ids) == 1 else view.several("the", ids))
    return "seen.who"


def _one(d: Seen, view: View) -> tuple[str, int] | None:
    named = nouns.one(d, view, alone=True)
    return None if named is None else (named[0], named[1][0])


def does(d: Seen) -> str | None:
    """What does the fox do?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    named = _one(d, view)
    if named is None:
        return d.give_up()
    noun, number = named
    done = [act["says"] for act in acts(view) if act["id"] == number]
    d.ask(d.say("see.does", target, x=noun))
    if done:
        d.reply("say.seen.deed", x=view.the((number,)), does=done[0])
    else:
        d.reply("say.seen.still", x=view.the((number,)))
    return "seen.does"


def way(d: Seen) -> str | None:
    """Which way does it go? Does it move at all?"""
    found = d.scene(_told, "video")
    if found is None:
        return None
    target, view = found
    named = _one(d, view)
    if named is None:
        return d.give_up()
    noun, number = named
    moved = view.entry.truth["moved"][str(number)]
    busy = any(act["id"] == number for act in acts(view))
    if abs(moved) < FAR and busy:
        return d.give_up()
    d.ask(d.say("see.way", target, x=noun))
    if busy:
        d.reply("say.seen.way", x=view.the((number,)), side=Told("left" if moved < 0 else "right", "way"))
    else:
        d.reply("say.seen.still", x=view.the((number,)))
    return "seen.way"


def moves(d: Seen) -> str | None:
    """What moves, and what keeps still?"""
    found = d.scene(lambda view: _told(view) and view.usual(t.id for t in view.shot.scene.things), "video")
    if found is None:
        return None
    target, view = found
    moving = {act["id"] for act in acts(view)}
    still = d.chance(0.4)
    ids = [number for number in view.known if (number not in moving) == still]
    d.ask(d.say("see.still" if still else "see.moves", target))
    if ids:
        d.reply("say.seen.them", x=view.several("the" if len(set(_names(view))) == len(_names(view)) else "a", ids))
    else:
        d.reply("say.seen.all.move")
    return "seen.still" if still else "seen.moves"


def _names(view: View) -> list[str]:
    return [thing.name for thing in view.shot.scene.things]


def appears(d: Seen) -> str | None:
    """When does the owl appear, when is it gone?"""
    found = d.scene(lambda view: bool(_changing(view)), "video", fresh=0.5)
    if found is None:
        return None
    target, view = found
    number, second, comes = d.rng.choice(_changing(view))
    noun = view.thing(number).name
    if view.called(noun) != (number,) or second < 0.8:
        return d.give_up()
    d.ask(d.say("see.appears" if comes else "see.vanishes", target, x=noun))
    count = max(1, round(second))
    after = f"{percepts.number(count)} second{'s' if count > 1 else ''}"
    d.reply("say.seen.appears" if comes else "say.seen.vanishes", x=view.the((number,)), n=after)
    return "seen.appears" if comes else "seen.vanishes"


def _changing(view: View) -> list[tuple[int, float, bool]]:
    """Return the things that come or go, with the second and whether they come."""
    found = []
    times: Sequence[float] = view.entry.truth["times"]
    step = times[1] - times[0]
    for text, boxes in view.entry.truth["frames"].items():
        seen = [n for n, box in enumerate(boxes) if box]
        if not seen or not view.has((int(text),)) or len(seen) != seen[-1] - seen[0] + 1:
            continue
        begins, ends = view.rows.places[view.entry.row[int(text)], 8:]
        if abs(begins - times[seen[0]]) > step / 2 or abs(ends - times[seen[-1]]) > step / 2:
            continue  # the row tells another time than the truth
        if seen[0] > 0 and seen[-1] == len(times) - 1:
            found.append((int(text), (times[seen[0]] + times[seen[0] - 1]) / 2, True))
        if seen[-1] < len(times) - 1 and seen[0] == 0:
            found.append((int(text), (times[seen[-1]] + times[seen[-1] + 1]) / 2, False))
    return found
